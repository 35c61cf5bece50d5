package handlers

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// recordFields returns the fields of the full form, with these values and errors.
func (s *Server) recordFields(c *gin.Context, k *recordKind, values db.Fields, refused *db.Invalid) ([]views.Field, error) {
	var fields []views.Field
	for _, f := range k.Fields {
		field, err := s.field(c, f, values[f.Column])
		if err != nil {
			return nil, err
		}
		field.ID, field.Optional, field.DefaultsTo = f.Column, f.Required == "" || f.Default != "", k.defaultsTo(f)
		fields = append(fields, field)
	}
	if refused == nil {
		return fields, nil
	}
	return withErrors(fields, refused.Fields), nil
}

// defaultsTo returns the column that gets this field's value if it is left empty, "" for none.
func (k *recordKind) defaultsTo(f db.Field) string {
	for _, other := range k.Fields {
		if other.Default == f.Column {
			return other.Column
		}
	}
	return ""
}

func (s *Server) recordNew(c *gin.Context) error {
	k, values := recordKindOf(c.FullPath()), db.Fields{"owner_user_id": who(c).UserID}
	maps.Copy(values, askedFields(c, k))
	return s.recordNewAnswer(c, http.StatusOK, k, values, nil)
}

func (s *Server) recordNewAnswer(c *gin.Context, status int, k *recordKind, values db.Fields, refused *db.Invalid) error {
	f, err := s.newForm(c, k, values, refused)
	if err != nil {
		return err
	}
	if refused == nil {
		f.Fields[0].Autofocus = true
	}
	return s.form(c, status, f, refused)
}

// newForm returns the form of a new record, with these values and errors.
func (s *Server) newForm(c *gin.Context, k *recordKind, values db.Fields, refused *db.Invalid) (views.Form, error) {
	fields, err1 := s.recordFields(c, k, values, refused)
	twins, err2 := s.twins(c, k, values, db.Record{})
	l, err3 := s.listBehind(c, k, "")
	return views.Form{
		Page: s.page(c, "New "+k.Noun, "Add "+withArticle(k.Noun), k.Plural), Heading: "New " + k.Noun,
		List: views.Ref{Name: k.heading(), Href: l.href}, Action: k.path(), Submit: "Create " + k.Noun, Cancel: l.href, ListQuery: l.query,
		RequestID: requestID(c), Fields: fields, Found: takenByNew(refused), Twins: twins.Without(takenByNew(refused)),
	}, errors.Join(err1, err2, err3)
}

func (s *Server) recordCreate(c *gin.Context) error {
	k := recordKindOf(c.FullPath())
	values := typed(c, k.FieldColumns(nil)...)
	r, err := k.create(s.db, c.Request.Context(), who(c).Actor, values, c.Request.PostForm.Get("request_id"))
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.recordNewAnswer(c, http.StatusUnprocessableEntity, k, values, refused)
	}
	if first := (*db.Repeated)(nil); errors.As(err, &first) {
		return s.recordRepeated(c, k, values, first)
	}
	if errors.As(err, new(*db.GivesAway)) {
		f, err1 := s.newForm(c, k, values, nil)
		name := strings.TrimSpace(values["display_name"] + values["first_name"] + " " + values["last_name"])
		question, err2 := s.givesAway(c, name, values)
		if f.Gives = question; err1 != nil || err2 != nil {
			return errors.Join(err1, err2)
		}
		question.New = true
		return s.form(c, http.StatusConflict, f, nil)
	}
	if err != nil {
		return err
	}
	return s.recordSaved(c, k, r, "Created ", "", &views.Undo{
		Action: k.base(r.ID) + "/archive", Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(r.Version)}},
	})
}

// recordSaved redirects to a record's page with a message, which has the record's name between two texts.
func (s *Server) recordSaved(c *gin.Context, k *recordKind, r db.Record, before, after string, undo *views.Undo) error {
	if r.OutOfSight {
		return s.outOfSight(c, k.path(), before+r.Name()+after)
	}
	l, err := s.listBehind(c, k, r.ID)
	if err != nil {
		return err
	}
	return s.done(c, l.on(k.base(r.ID)), views.Toast{Text: before + text.Isolate(r.Name()) + after, Undo: undo})
}

func (s *Server) recordEdit(c *gin.Context) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	return s.recordEditAnswer(c, http.StatusOK, k, r, nil, nil)
}

func (s *Server) recordUpdate(c *gin.Context) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	values, version := decided(c, typed(c, k.FieldColumns(nil)...), version)
	changed, err := k.update(s.db, c.Request.Context(), who(c).Actor, r.ID, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &refused):
		r.Version = version
		return s.recordEditAnswer(c, http.StatusUnprocessableEntity, k, r, values, refused)
	case errors.As(err, new(*db.GivesAway)):
		r.Version = version
		return s.recordEditGivesAway(c, k, r, values)
	case errors.As(err, &stale) && isUndo(c):
		return s.notUndone(c, stale, k.base(r.ID))
	case errors.As(err, &stale):
		return s.recordEditConflict(c, version, values, stale)
	case err != nil:
		return err
	case isUndo(c):
		return s.recordSaved(c, k, changed, "", " is as it was", nil)
	}
	return s.recordSaved(c, k, changed, "Saved ", "", undoOf(c, "", changed.Version, replacedValues(r, changed)))
}

// replacedValues returns the values of a record that a change has replaced.
func replacedValues(before, after db.Record) db.Fields {
	was := db.Fields{}
	for f, value := range before.All() {
		if value != after.Value(f.Column) {
			was[f.Column] = value
		}
	}
	return was
}

// recordEditAnswer answers with the full form: the stored values, or those typed with their errors.
func (s *Server) recordEditAnswer(c *gin.Context, status int, k *recordKind, r db.Record, typed db.Fields, refused *db.Invalid) error {
	f, err := s.editForm(c, k, r, typed, refused)
	if err != nil {
		return err
	}
	if refused == nil {
		f.Fields[0].Autofocus = true
	}
	return s.form(c, status, f, refused)
}

// recordEditGivesAway answers with the full form, and asks whether to give the record away.
func (s *Server) recordEditGivesAway(c *gin.Context, k *recordKind, r db.Record, typed db.Fields) error {
	f, err1 := s.editForm(c, k, r, typed, nil)
	question, err2 := s.givesAway(c, r.Name(), typed)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	f.Gives = question
	return s.form(c, http.StatusConflict, f, nil)
}

// recordEditConflict answers with the full form after a conflict. version is the one that the form was made on.
func (s *Server) recordEditConflict(c *gin.Context, version int, typed db.Fields, stale *db.Conflict) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	f, err := s.editForm(c, k, r, withoutFields(typed, stale.Untouched), nil)
	if err != nil {
		return err
	}
	f.Failed, f.Conflict = true, s.conflict(c, stale, "this", version, typed, compare(&f, r.Values()))
	return s.form(c, http.StatusConflict, f, nil)
}

// editForm returns the full form of a record with its stored values, overridden by those typed, and the errors.
func (s *Server) editForm(c *gin.Context, k *recordKind, r db.Record, typed db.Fields, refused *db.Invalid) (views.Form, error) {
	values := r.Values()
	maps.Copy(values, typed)
	fields, err1 := s.recordFields(c, k, values, refused)
	twins, err2 := s.twins(c, k, typed, r)
	l, err3 := s.listBehind(c, k, r.ID)
	page := l.on(k.base(r.ID))
	return views.Form{
		Page: s.page(c, "Edit "+r.Name(), "Edit "+withArticle(k.Noun), k.Plural), Heading: "Edit " + k.Noun,
		List: views.Ref{Name: k.heading(), Href: l.href}, Record: &views.Ref{Name: r.Name(), Href: page}, ListQuery: l.query,
		Action: k.base(r.ID), Submit: "Save " + k.Noun, Cancel: page, Version: r.Version, Fields: fields, Found: emailHolder(refused),
		Twins: twins.Without(emailHolder(refused)),
	}, errors.Join(err1, err2, err3)
}

// compare returns the fields whose stored and typed values differ, and shows the stored ones beside those typed.
func compare(f *views.Form, stored db.Fields) (differ []views.Difference) {
	for i := range f.Fields {
		field := &f.Fields[i]
		theirs := stored[field.Name]
		if theirs == field.Value {
			continue
		}
		d := views.Difference{Column: field.Name, Label: field.Label, Theirs: theirs, Yours: field.Value}
		if len(field.Options) > 0 {
			d.Theirs, d.Yours = optionLabel(field.Options, theirs), optionLabel(field.Options, field.Value)
		}
		differ = append(differ, d)
		field.Theirs = &d.Theirs
	}
	return differ
}

// form answers with a page that has a form. Errors are listed above it, each linking to its field.
func (s *Server) form(c *gin.Context, status int, f views.Form, refused *db.Invalid) error {
	if refused != nil {
		f.Failed = true
		for _, field := range f.Fields {
			if field.Error != "" {
				f.Summary = append(f.Summary, views.Option{Href: field.ID, Label: field.Error})
			}
		}
		if len(f.Summary) < 2 {
			f.Summary = nil // the field has the focus and shows its own error
		} else {
			for i := range f.Fields {
				f.Fields[i].Autofocus = false
			}
		}
		f.SummaryHeading = fmt.Sprintf("Fix %d fields; nothing was saved yet", len(f.Summary))
	}
	return s.show(c, status, f)
}

func optionLabel(options []views.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// withArticle puts the indefinite article before a noun.
func withArticle(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
