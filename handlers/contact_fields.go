package handlers

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// contactFacts are the fields of a contact, in the order of its page.
var contactFacts = []fact{
	{column: "first_name", label: "First name", add: "first name"},
	{column: "last_name", label: "Last name", add: "last name"},
	{column: "email", label: "Email", add: "email", kind: "email", autocomplete: "off"},
	{column: "phone", label: "Phone", add: "phone", kind: "tel", autocomplete: "off"},
	{column: "mobile", label: "Mobile", add: "mobile", kind: "tel", autocomplete: "off"},
	{column: "job_title", label: "Job title", add: "job title"},
	{column: "owner_user_id", label: "Owner", add: "owner", owner: true},
}

func contactFactList(x db.Contact, v *visitor) []views.Fact {
	var all []views.Fact
	for _, f := range contactFacts {
		all = append(all, contactFact(x, v, f))
	}
	return all
}

func contactFact(x db.Contact, v *visitor, f fact) views.Fact {
	value, _ := x.Value(f.column)
	shown := value
	if f.owner {
		shown = x.OwnerName
	}
	return views.Fact{Base: "/contacts/" + x.ID, Column: f.column, Label: f.label, Add: f.add, Value: value, Shown: shown, Avatar: f.owner, CanEdit: v.Can(db.EditClient)}
}

// contactField reads the contact and the field that a URL names.
func (s *Server) contactField(c *gin.Context) (db.Contact, fact, error) {
	f, err := factByColumn(contactFacts, c.Param("field"))
	if err != nil {
		return db.Contact{}, f, err
	}
	x, err := s.contact(c)
	return x, f, err
}

func (s *Server) contactFieldShow(c *gin.Context) error {
	x, f, err := s.contactField(c)
	if err != nil {
		return err
	}
	return s.contactFieldAnswer(c, http.StatusOK, x, contactFact(x, who(c), f))
}

func (s *Server) contactFieldEdit(c *gin.Context) error {
	x, f, err := s.contactField(c)
	if err != nil {
		return err
	}
	value, _ := x.Value(f.column)
	editor, err := s.editor(c, f, "/contacts/"+x.ID, value, "", x.Version)
	if err != nil {
		return err
	}
	return s.contactFieldAnswer(c, http.StatusOK, x, editor)
}

// contactFieldAnswer answers one fact: alone to htmx, else in its place on the page.
func (s *Server) contactFieldAnswer(c *gin.Context, status int, x db.Contact, f views.Fact) error {
	f.Focus = f.Editor == nil
	return s.answerPart(c, status, func() error {
		return s.contactPage(c, status, x, func(page *views.Contact) error {
			place(page.Details.Facts, f)
			return nil
		})
	}, f)
}

func (s *Server) contactFieldUpdate(c *gin.Context) error {
	x, f, err := s.contactField(c)
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	value, err := fieldValue(c, f.column)
	if err != nil {
		return err
	}
	was, _ := x.Value(f.column)
	changed, err := s.db.UpdateContact(c.Request.Context(), who(c).Actor, x.ID, version, db.Fields{f.column: value})
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &refused):
		editor, err := s.editor(c, f, "/contacts/"+x.ID, value, refused.Fields[f.column], version)
		if err != nil {
			return err
		}
		editor.Editor.Found = taken(refused)
		return s.contactFieldAnswer(c, http.StatusUnprocessableEntity, x, editor)
	case errors.As(err, &stale):
		return s.contactFieldConflict(c, f, value, stale)
	case err != nil:
		return err
	}
	return s.contactFieldSaved(c, was, changed, f)
}

// contactFieldConflict shows the value that is stored and the value that was typed.
func (s *Server) contactFieldConflict(c *gin.Context, f fact, value string, stale *db.Conflict) error {
	x, err := s.contact(c)
	if err != nil {
		return err
	}
	editor, err := s.editor(c, f, "/contacts/"+x.ID, value, "", x.Version)
	if err != nil {
		return err
	}
	theirs, _ := x.Value(f.column)
	if f.owner {
		theirs, value = x.OwnerName, optionLabel(editor.Editor.Field.Options, value)
	}
	editor.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this")
	editor.Editor.Conflict.Differences = []views.Difference{{Theirs: theirs, Yours: value}}
	return s.contactFieldAnswer(c, http.StatusConflict, x, editor)
}

// contactFieldSaved answers the fact again and what else on the page says it. was is the value before.
func (s *Server) contactFieldSaved(c *gin.Context, was string, x db.Contact, f fact) error {
	if x.OutOfSight {
		return s.outOfSight(c, "/contacts", f.label+" saved")
	}
	if !part(c) {
		return s.done(c, "/contacts/"+x.ID, views.Toast{Text: f.label + " saved", Undo: undoOf(c, x.Version, db.Fields{"value": was})})
	}
	shown := contactFact(x, who(c), f)
	shown.Focus = true
	return s.show(c, http.StatusOK, shown, toast(f.label+" saved", nil),
		views.Into{Target: "#meta", Swap: "innerHTML", View: s.contactMetaOf(c, x)},
		views.Title(x.Name()),
		views.Into{Target: "#record-name", Swap: "textContent", View: views.Text(x.Name())},
		views.Into{Target: "#crumb-name", Swap: "textContent", View: views.Text(x.Name())},
		views.Into{Target: "#record-version", Swap: "outerHTML", View: views.RecordVersion(x.Version)})
}
