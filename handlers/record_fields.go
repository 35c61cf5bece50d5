package handlers

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// newFact returns a field as the record's page shows it.
func newFact(k *recordKind, r db.Record, v *visitor, f db.Field) views.Fact {
	value := r.Value(f.Column)
	fact := views.Fact{
		Base: k.base(r.ID), Column: f.Column, Label: f.Label, Add: f.Lower(), Value: value, Shown: shownValue(r, f),
		Avatar: f.Kind == db.Person, Copied: value != "" && (f.Kind == db.Email || f.Kind == db.Phone), CanEdit: v.Can(db.EditClient),
	}
	if f.Kind == db.Phone {
		fact.Calls = calls(v, "", value)
	}
	return fact
}

// shownValue returns a field's value as people read it.
func shownValue(r db.Record, f db.Field) string {
	switch f.Kind {
	case db.Person:
		return r.OwnerName
	case db.Website:
		return views.Host(r.Value(f.Column))
	}
	return r.Value(f.Column)
}

// inputs are the input type and autocomplete value of each kind of field that has an input.
var inputs = map[db.FieldKind]struct{ kind, autocomplete string }{
	db.Website: {"text", "url"}, db.Email: {"email", "off"}, db.Phone: {"tel", "off"},
}

// field returns a form field with a value.
func (s *Server) field(c *gin.Context, f db.Field, value string) (views.Field, error) {
	input := inputs[f.Kind]
	field := views.Field{ID: "f-" + f.Column, Name: f.Column, Label: f.Label, Type: input.kind, Value: value, Autocomplete: input.autocomplete}
	var err error
	if f.Kind == db.Website {
		field.Value = text.ReadableAddress(value)
	}
	if f.Kind == db.Person {
		field.Options, err = s.ownerOptions(c, value)
		return field, err
	}
	if f.Suggested() {
		field.Suggests = f.Column
	}
	return field, nil
}

// editor returns a field's editor on the page, with a value and its error, if any.
func (s *Server) editor(c *gin.Context, k *recordKind, id string, f db.Field, value, message string, version int) (views.Fact, error) {
	field, err := s.field(c, f, value)
	field.Name, field.Error, field.Autofocus = "value", message, true
	e := &views.Editor{Field: field, Version: version, Leave: k.base(id)}
	if tellsOfTwins(f) {
		e.Twins = &views.Twins{From: k.base(id) + "/twins?field=" + f.Column}
	}
	return views.Fact{Base: k.base(id), Column: f.Column, Label: f.Label, Add: f.Lower(), CanEdit: true, Editor: e}, err
}

// recordField reads the record and the field that the URL names.
func (s *Server) recordField(c *gin.Context) (*recordKind, db.Record, db.Field, error) {
	k := recordKindOf(c.FullPath())
	f, err := k.Field(c.Param("field"))
	if err != nil {
		return k, db.Record{}, f, err
	}
	k, r, err := s.record(c)
	return k, r, f, err
}

func (s *Server) recordFieldShow(c *gin.Context) error {
	k, r, f, err := s.recordField(c)
	if err != nil {
		return err
	}
	return s.recordFieldAnswer(c, http.StatusOK, k, r, newFact(k, r, who(c), f))
}

func (s *Server) recordFieldEdit(c *gin.Context) error {
	k, r, f, err := s.recordField(c)
	if err != nil {
		return err
	}
	editor, err := s.editor(c, k, r.ID, f, r.Value(f.Column), "", r.Version)
	if err != nil {
		return err
	}
	return s.recordFieldAnswer(c, http.StatusOK, k, r, editor)
}

// recordFieldAnswer answers with one fact: alone for htmx, else on the page.
func (s *Server) recordFieldAnswer(c *gin.Context, status int, k *recordKind, r db.Record, f views.Fact) error {
	f.Focus = f.Editor == nil
	return s.answerFragments(c, status, func() error {
		if f.Editor != nil {
			l, err := s.listBehind(c, k, r.ID)
			if err != nil {
				return err
			}
			f.Editor.Leave, f.Editor.ListQuery = l.on(k.base(r.ID)), l.query
		}
		return s.recordPage(c, status, k, r, func(page *views.Record) error {
			replaceFact(page.Details.Facts, f)
			return nil
		})
	}, f)
}

func (s *Server) recordFieldUpdate(c *gin.Context) error {
	k, r, f, err := s.recordField(c)
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	value, err := fieldValue(c, f.Column)
	if err != nil {
		return err
	}
	isNew, err := s.isNewValue(c, f, value)
	if err != nil {
		return err
	}
	changed, err := k.update(s.db, c.Request.Context(), who(c).Actor, r.ID, version, db.Fields{f.Column: value})
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &refused):
		return s.recordFieldRefused(c, k, r, f, value, version, refused)
	case errors.As(err, new(*db.GivesAway)):
		return s.recordFieldGivesAway(c, k, r, f, value, version)
	case errors.As(err, &stale) && isUndo(c):
		return s.notUndone(c, stale, k.base(r.ID))
	case errors.As(err, &stale):
		return s.recordFieldConflict(c, f, value, stale)
	case err != nil:
		return err
	}
	return s.recordFieldSaved(c, k, r, changed, f, isNew)
}

// isNewValue reports whether a value is new to its vocabulary, perhaps because only half a word was typed.
func (s *Server) isNewValue(c *gin.Context, f db.Field, value string) (bool, error) {
	v, err := db.VocabularyOf(f.Column)
	if err != nil || value == "" {
		return false, nil
	}
	has, err := s.db.HasValue(c.Request.Context(), who(c).Actor, v, value)
	return !has, err
}

// recordFieldRefused answers with the field's editor, what was typed, what is wrong and the records that may be the same.
func (s *Server) recordFieldRefused(
	c *gin.Context, k *recordKind, r db.Record, f db.Field, value string, version int, refused *db.Invalid,
) error {
	editor, err := s.editor(c, k, r.ID, f, value, refused.Fields[f.Column], version)
	if err != nil {
		return err
	}
	editor.Editor.Found = emailHolder(refused)
	if editor.Editor.Twins != nil {
		twins, err := s.twins(c, k, db.Fields{f.Column: value}, r)
		if err != nil {
			return err
		}
		editor.Editor.Twins.Rows = twins.Without(editor.Editor.Found).Rows
	}
	return s.recordFieldAnswer(c, http.StatusUnprocessableEntity, k, r, editor)
}

// recordFieldGivesAway answers with the field's editor, and asks whether to give the record away.
func (s *Server) recordFieldGivesAway(c *gin.Context, k *recordKind, r db.Record, f db.Field, value string, version int) error {
	editor, err1 := s.editor(c, k, r.ID, f, value, "", version)
	question, err2 := s.givesAway(c, r.Name(), db.Fields{f.Column: value})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	editor.Editor.Gives = question
	return s.recordFieldAnswer(c, http.StatusConflict, k, r, editor)
}

// recordFieldConflict shows the stored value beside the one typed.
func (s *Server) recordFieldConflict(c *gin.Context, f db.Field, value string, stale *db.Conflict) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	editor, err := s.editor(c, k, r.ID, f, value, "", r.Version)
	if err != nil {
		return err
	}
	theirs := r.Value(f.Column)
	if f.Kind == db.Person {
		theirs, value = r.OwnerName, optionLabel(editor.Editor.Field.Options, value)
	}
	editor.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this")
	editor.Editor.Conflict.Differences = []views.Difference{{Theirs: theirs, Yours: value}}
	return s.recordFieldAnswer(c, http.StatusConflict, k, r, editor)
}

// recordFieldSaved answers with the fact and everything else on the page that shows it or followed it. before is the record
// with the old value. If isNew is true, the vocabulary did not have the new one; a message says so and offers Undo.
func (s *Server) recordFieldSaved(c *gin.Context, k *recordKind, before, r db.Record, f db.Field, isNew bool) error {
	if r.OutOfSight {
		return s.outOfSight(c, k.path(), f.Label+" saved")
	}
	said := views.Toast{Text: f.Label + " saved"}
	if isUndo(c) {
		said.Text, isNew = f.Label+" is as it was", false
	} else if was := before.Value(f.Column); was != r.Value(f.Column) {
		said.Undo = undoOf(c, "#fact-"+f.Column, r.Version, db.Fields{"value": was})
	}
	if isNew {
		said.Text += ". “" + text.IsolateForeign(r.Value(f.Column)) + "” is new there"
	}
	if !wantsFragment(c) {
		l, err := s.listBehind(c, k, r.ID)
		if err != nil {
			return err
		}
		return s.done(c, l.on(k.base(r.ID)), said)
	}
	meta, err1 := s.metaNow(c, k, r.ID)
	origin, err2 := s.db.Origin(c.Request.Context(), who(c).Actor, k.Noun, r.ID, !r.IsActive)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	shown := newFact(k, r, who(c), f)
	shown.Focus = true
	parts := []views.View{
		shown, toast(said.Text, said.Undo), meta, views.Title(r.Name()),
		views.Into{Target: "#record-name", Swap: "textContent", View: views.Text(r.Name())},
		views.Into{Target: "#crumb-name", Swap: "textContent", View: views.Text(r.Name())},
		views.Into{Target: "#reach", Swap: "outerHTML", View: reachOf(who(c), r)},
		views.Into{Target: "#dates", Swap: "innerHTML", View: recordDates(s.clock(c), r, origin)},
		views.Into{Target: "#record-version", Swap: "outerHTML", View: views.RecordVersion(r.Version)},
	}
	for copied := range r.All() {
		if copied.Default == f.Column && before.Value(copied.Column) != r.Value(copied.Column) {
			parts = append(parts, views.Into{Target: "#fact-" + copied.Column, Swap: "outerHTML", View: newFact(k, r, who(c), *copied)})
		}
	}
	return s.show(c, http.StatusOK, parts...)
}

// replaceFact replaces the fact of the same name.
func replaceFact(facts []views.Fact, f views.Fact) {
	for i := range facts {
		if facts[i].Column == f.Column {
			facts[i] = f
		}
	}
}

// fieldValue returns the value that a field's form sent.
func fieldValue(c *gin.Context, column string) (string, error) {
	values, ok := c.Request.PostForm["value"]
	if !ok {
		return "", &db.Invalid{Fields: map[string]string{column: "No value was sent; reload the page and try again"}}
	}
	return values[0], nil
}

// answerFragments answers htmx with fragments, and other requests with the page that whole writes.
func (s *Server) answerFragments(c *gin.Context, status int, whole func() error, parts ...views.View) error {
	if wantsFragment(c) {
		return s.show(c, status, parts...)
	}
	return whole()
}
