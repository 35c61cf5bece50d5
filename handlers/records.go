package handlers

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// recordPage fills what the pages of both kinds of record say of their origin.
func (s *Server) recordPage(c *gin.Context, r *views.Record, kind, id string, active bool, created, updated time.Time) error {
	clock := s.clock(c)
	origin, err := s.db.Origin(c.Request.Context(), who(c).Actor, kind, id, !active)
	if err != nil {
		return err
	}
	if seeAccess.check(who(c)) == nil {
		r.Access = r.Base + "/access"
	}
	r.Details.Created, r.Details.CreatedBy = clock.Date(created), origin.CreatedBy
	if !updated.Equal(created) {
		r.Details.Updated = clock.Date(updated)
	}
	if !active {
		r.Archived = &views.Archived{By: origin.ArchivedBy, At: clock.Date(origin.ArchivedAt)}
	}
	r.FollowUps, err = s.recordFollowUps(c, kind, id)
	return err
}

// activeAnswer says that a record was archived or restored, and offers to undo it.
func (s *Server) activeAnswer(c *gin.Context, base, done, undo string, version int) error {
	t := views.Toast{Text: done, Undo: &views.Undo{Action: base + "/" + undo, Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(version)}}}}
	return s.done(c, base, t)
}

// done says what was done on the page that shows it: that of the history in
// which somebody took something back, where he did, else to.
func (s *Server) done(c *gin.Context, to string, t views.Toast) error {
	if from := historyOf(c); from != "" {
		to = from
		if t.Undo != nil {
			t.Undo.Target = "" // the whole page shows what was taken back
			t.Undo.Fields = append(t.Undo.Fields, views.Hidden{Name: "history", Value: from})
		}
	}
	if err := s.flash(c, t); err != nil {
		return err
	}
	return s.redirect(c, to)
}

// undoOf sends the fields as they were to the address that changed them, where
// that was done from a history; elsewhere a saved form offers no Undo.
func undoOf(c *gin.Context, version int, was db.Fields) *views.Undo {
	if historyOf(c) == "" {
		return nil
	}
	undo := &views.Undo{Action: c.Request.URL.Path, Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(version)}}}
	for _, column := range slices.Sorted(maps.Keys(was)) {
		undo.Fields = append(undo.Fields, views.Hidden{Name: column, Value: was[column]})
	}
	return undo
}

// historyOf is the address of the history from which a change was made, "" for any other page.
func historyOf(c *gin.Context) string {
	path := c.Request.PostForm.Get("history")
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) < 2 || !db.ValidID(parts[1]) {
		return ""
	}
	switch path {
	case "/organizations/" + parts[1] + "/history", "/contacts/" + parts[1] + "/history", "/interactions/" + parts[1]:
		return path
	}
	return ""
}

// outOfSight leads from a record that its own change took out of the visitor's
// sight to the list of those that he sees.
func (s *Server) outOfSight(c *gin.Context, list, done string) error {
	if err := s.flash(c, views.Toast{Text: done + ". It is not among your clients, so you do not see it any more"}); err != nil {
		return err
	}
	if part(c) {
		c.Header("HX-Redirect", list)
		c.Status(http.StatusOK)
		return nil
	}
	return s.redirect(c, list)
}

// form answers a page with a form; what is refused stands above it, with a link to each field.
func (s *Server) form(c *gin.Context, status int, f views.Form, refused map[string]string) error {
	if refused != nil {
		f.Failed = true
		for _, field := range f.Fields {
			if field.Error != "" {
				f.Summary = append(f.Summary, views.Option{Href: field.ID, Label: field.Error})
			}
		}
		if len(f.Summary) < 2 {
			f.Summary = nil // the field itself has the focus and says it
		} else {
			for i := range f.Fields {
				f.Fields[i].Autofocus = false
			}
		}
		f.SummaryHeading = fmt.Sprintf("Fix %d fields; nothing was saved yet", len(f.Summary))
	}
	return s.show(c, status, f)
}

// editForm is the full form of a record: what is stored, what was typed, what became of it.
type editForm struct {
	kind, base, name, section string
	version                   int
	list                      views.Ref
	stored, typed             db.Fields
	refused                   map[string]string
	stale                     *db.Conflict
	found                     *views.Found
	fields                    func(*gin.Context, db.Fields, map[string]string) ([]views.Field, error)
}

func (s *Server) editForm(c *gin.Context, status int, e editForm) error {
	if e.stale != nil {
		e.typed = without(e.typed, e.stale.Untouched)
	}
	values := db.Fields{}
	for column, stored := range e.stored {
		values[column] = stored
		if typed, ok := e.typed[column]; ok {
			values[column] = typed
		}
	}
	fields, err := e.fields(c, values, e.refused)
	if err != nil {
		return err
	}
	f := views.Form{
		Page: s.page(c, "Edit "+e.name, "Edit an "+e.kind, e.section), Heading: "Edit " + e.kind, List: e.list, Record: &views.Ref{Name: e.name, Href: e.base},
		Action: e.base, Submit: "Save " + e.kind, Cancel: e.base, Version: e.version, Fields: fields, Found: e.found,
	}
	if e.stale != nil {
		f.Failed = true
		f.Conflict = views.NewConflict(s.clock(c), e.stale, "this")
		for i := range f.Fields {
			field := &f.Fields[i]
			if theirs := e.stored[field.Name]; theirs != field.Value {
				d := views.Difference{Label: field.Label, Theirs: theirs, Yours: field.Value}
				if len(field.Options) > 0 {
					d.Theirs, d.Yours = optionLabel(field.Options, theirs), optionLabel(field.Options, field.Value)
				}
				f.Conflict.Differences = append(f.Conflict.Differences, d)
				field.Theirs = &d.Theirs
			}
		}
	}
	return s.form(c, status, f, e.refused)
}

func optionLabel(options []views.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// fact describes one field of a record for its card and its forms.
type fact struct {
	column, label, add string
	kind, autocomplete string // of the input
	hint               string
	list               func(*Server, *gin.Context) ([]string, error)
	owner              bool
}

// field is a fact's field in a form with a value.
func (s *Server) field(c *gin.Context, f fact, value string) (views.Field, error) {
	field := views.Field{ID: "f-" + f.column, Name: f.column, Label: f.label, Type: f.kind, Value: value, Autocomplete: f.autocomplete, Hint: f.hint}
	var err error
	if f.list != nil {
		field.List, err = f.list(s, c)
	}
	if f.owner {
		if field.Options, err = s.ownerOptions(c, value); err == nil && optionLabel(field.Options, value) == value && value != "" {
			field.Options = append(field.Options, views.Option{Value: value, Label: "Somebody who left", Selected: true})
		}
	}
	return field, err
}

func factByColumn(facts []fact, column string) (fact, error) {
	for _, f := range facts {
		if f.column == column {
			return f, nil
		}
	}
	return fact{}, db.ErrNotFound
}

// editor is a fact in its editor with a value and, perhaps, what is wrong with it.
func (s *Server) editor(c *gin.Context, f fact, base, value, message string, version int) (views.Fact, error) {
	field, err := s.field(c, f, value)
	field.ID, field.Name, field.Error, field.Autofocus = "f-"+f.column, "value", message, true
	return views.Fact{Base: base, Column: f.column, Label: f.label, Add: f.add, CanEdit: true, Editor: &views.Editor{Field: field, Version: version}}, err
}

// place puts a fact in its place on a page.
func place(facts []views.Fact, f views.Fact) {
	for i := range facts {
		if facts[i].Column == f.Column {
			facts[i] = f
		}
	}
}

// fieldValue is what a field's form sent.
func fieldValue(c *gin.Context, column string) (string, error) {
	values, ok := c.Request.PostForm["value"]
	if !ok {
		return "", &db.Invalid{Fields: map[string]string{column: "No value was sent; reload the page and try again"}}
	}
	return values[0], nil
}

// answerPart answers parts to htmx, and otherwise the whole page by the function given.
func (s *Server) answerPart(c *gin.Context, status int, whole func() error, parts ...views.View) error {
	if part(c) {
		return s.show(c, status, parts...)
	}
	return whole()
}
