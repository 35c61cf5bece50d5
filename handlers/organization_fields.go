package handlers

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// organizationFacts are the fields of an organization, in the order of its page.
var organizationFacts = []fact{
	{column: "display_name", label: "Name", add: "name"},
	{column: "legal_name", label: "Legal name", add: "legal name"},
	{column: "website", label: "Website", add: "website", kind: "text", autocomplete: "url"},
	{column: "sector", label: "Sector", add: "sector", list: func(s *Server, c *gin.Context) ([]string, error) {
		return s.db.Sectors(c.Request.Context(), who(c).Actor)
	}},
	{column: "size_band", label: "Size", add: "size", list: func(s *Server, c *gin.Context) ([]string, error) {
		return s.db.SizeBands(c.Request.Context(), who(c).Actor)
	}},
	{column: "tax_id", label: "Tax ID", add: "tax ID"},
	{column: "owner_user_id", label: "Owner", add: "owner", owner: true},
}

func organizationFactList(o db.Organization, v *visitor) []views.Fact {
	var all []views.Fact
	for _, f := range organizationFacts {
		all = append(all, organizationFact(o, v, f))
	}
	return all
}

func organizationFact(o db.Organization, v *visitor, f fact) views.Fact {
	value, _ := o.Value(f.column)
	shown := value
	switch f.column {
	case "owner_user_id":
		shown = o.OwnerName
	case "website":
		shown = views.Host(value)
	}
	return views.Fact{Base: "/organizations/" + o.ID, Column: f.column, Label: f.label, Add: f.add, Value: value, Shown: shown, Avatar: f.owner, CanEdit: v.Can(db.EditClient)}
}

// organizationField reads the organization and the field that a URL names.
func (s *Server) organizationField(c *gin.Context) (db.Organization, fact, error) {
	f, err := factByColumn(organizationFacts, c.Param("field"))
	if err != nil {
		return db.Organization{}, f, err
	}
	o, err := s.organization(c)
	return o, f, err
}

func (s *Server) organizationFieldShow(c *gin.Context) error {
	o, f, err := s.organizationField(c)
	if err != nil {
		return err
	}
	return s.organizationFieldAnswer(c, http.StatusOK, o, organizationFact(o, who(c), f))
}

func (s *Server) organizationFieldEdit(c *gin.Context) error {
	o, f, err := s.organizationField(c)
	if err != nil {
		return err
	}
	value, _ := o.Value(f.column)
	editor, err := s.editor(c, f, "/organizations/"+o.ID, value, "", o.Version)
	if err != nil {
		return err
	}
	return s.organizationFieldAnswer(c, http.StatusOK, o, editor)
}

// organizationFieldAnswer answers one fact: alone to htmx, else in its place on the page.
func (s *Server) organizationFieldAnswer(c *gin.Context, status int, o db.Organization, f views.Fact) error {
	f.Focus = f.Editor == nil
	return s.answerPart(c, status, func() error {
		return s.organizationPage(c, status, o, func(page *views.Organization) error {
			place(page.Details.Facts, f)
			return nil
		})
	}, f)
}

func (s *Server) organizationFieldUpdate(c *gin.Context) error {
	o, f, err := s.organizationField(c)
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
	was, _ := o.Value(f.column)
	changed, err := s.db.UpdateOrganization(c.Request.Context(), who(c).Actor, o.ID, version, db.Fields{f.column: value})
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &refused):
		editor, err := s.editor(c, f, "/organizations/"+o.ID, value, refused.Fields[f.column], version)
		if err != nil {
			return err
		}
		return s.organizationFieldAnswer(c, http.StatusUnprocessableEntity, o, editor)
	case errors.As(err, &stale):
		return s.organizationFieldConflict(c, f, value, stale)
	case err != nil:
		return err
	}
	return s.organizationFieldSaved(c, was, changed, f)
}

// organizationFieldConflict shows the value that is stored and the value that was typed.
func (s *Server) organizationFieldConflict(c *gin.Context, f fact, value string, stale *db.Conflict) error {
	o, err := s.organization(c)
	if err != nil {
		return err
	}
	editor, err := s.editor(c, f, "/organizations/"+o.ID, value, "", o.Version)
	if err != nil {
		return err
	}
	theirs, _ := o.Value(f.column)
	if f.owner {
		theirs, value = o.OwnerName, optionLabel(editor.Editor.Field.Options, value)
	}
	editor.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this")
	editor.Editor.Conflict.Differences = []views.Difference{{Theirs: theirs, Yours: value}}
	return s.organizationFieldAnswer(c, http.StatusConflict, o, editor)
}

// organizationFieldSaved answers the fact again and what else on the page says it. was is the value before.
func (s *Server) organizationFieldSaved(c *gin.Context, was string, o db.Organization, f fact) error {
	if o.OutOfSight {
		return s.outOfSight(c, "/organizations", f.label+" saved")
	}
	if !part(c) {
		return s.done(c, "/organizations/"+o.ID, views.Toast{Text: f.label + " saved", Undo: undoOf(c, o.Version, db.Fields{"value": was})})
	}
	shown := organizationFact(o, who(c), f)
	shown.Focus = true
	return s.show(c, http.StatusOK, shown, toast(f.label+" saved", nil),
		views.Into{Target: "#meta", Swap: "innerHTML", View: organizationMeta(s.clock(c), who(c), o)},
		views.Title(o.DisplayName),
		views.Into{Target: "#record-name", Swap: "textContent", View: views.Text(o.DisplayName)},
		views.Into{Target: "#crumb-name", Swap: "textContent", View: views.Text(o.DisplayName)},
		views.Into{Target: "#record-version", Swap: "outerHTML", View: views.RecordVersion(o.Version)})
}
