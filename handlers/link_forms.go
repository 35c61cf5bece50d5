package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// linkForm returns the step of the form that the URL names: q to search, KIND_id for a chosen
// record, new to create one.
func (s *Server) linkForm(c *gin.Context, e linkEnd) (form views.LinkForm, err error) {
	form = newLinkForm(c, e)
	form.Query = query(c, "q")
	switch chosen := c.Query(e.otherKind + "_id"); {
	case chosen != "":
		if form.Chosen, err = s.chosen(c, e, chosen); err == nil {
			err = s.linkedAlready(c, e, &form)
		}
	case c.Query("new") != "":
		form.Create, form.Twins, err = s.createFields(c, e, nameFields(e, form.Query), nil)
	case form.Query != "":
		var options views.Options
		options, err = s.options(c, e.otherKind, e.base, form.Query, "find-list")
		form.Options = &options
	}
	return form, err
}

// linkedAlready shows the existing link if the chosen record is linked already.
func (s *Server) linkedAlready(c *gin.Context, e linkEnd, form *views.LinkForm) error {
	organizationID, contactID := e.id, form.Chosen.ID
	if !e.organization {
		organizationID, contactID = contactID, organizationID
	}
	l, err := s.db.Link(c.Request.Context(), who(c).Actor, organizationID, contactID)
	if errors.Is(err, db.ErrNotFound) {
		form.Role.Autofocus = true
		return nil
	}
	if err != nil {
		return err
	}
	form.Error = text.Isolate(l.ContactName()) + " is already linked to " + text.Isolate(l.OrganizationName)
	form.Found = foundLink(e, l)
	return nil
}

// foundLink describes the existing link that prevents a new one.
func foundLink(e linkEnd, l db.Link) *views.Found {
	id, name, active := e.other(l)
	return &views.Found{
		Name: name, Detail: wording.Joined(l.RoleLabel, l.RelationshipStatus), Href: "/" + e.otherPlural + "/" + id, Archived: !active,
	}
}

func newLinkForm(c *gin.Context, e linkEnd) views.LinkForm {
	at := e.name
	if !e.organization {
		at = "this organization"
	}
	return views.LinkForm{
		Links: views.Links{Base: e.base, Kind: e.otherKind, Plural: e.otherPlural, Heading: e.heading, CanEdit: true},
		Owner: e.name, RequestID: requestID(c),
		Role: views.Field{
			ID: "role_label", Name: "role_label", Label: "Role at " + at, Optional: true, Suggests: "role_label",
			Value: c.Request.PostForm.Get("role_label"),
		},
		Status: statusSegment(c.Request.PostForm.Get("relationship_status")),
	}
}

func statusSegment(current string) views.Segment {
	if current == "" {
		current = "Active"
	}
	segment := views.Segment{Name: "relationship_status", Legend: "Status"}
	for _, status := range db.RelationshipStatuses {
		segment.Options = append(segment.Options, views.Option{Value: status, Label: status, Selected: status == current})
	}
	return segment
}

// chosen reads the record that was chosen as the other end.
func (s *Server) chosen(c *gin.Context, e linkEnd, id string) (*views.Chosen, error) {
	ctx, by := c.Request.Context(), who(c).Actor
	if !db.ValidID(id) {
		return nil, db.ErrNotFound
	}
	if e.organization {
		x, err := s.db.Contact(ctx, by, id)
		return &views.Chosen{
			ID: x.ID, Name: x.Name(), Detail: wording.Joined(x.Value("job_title"), organizationsOf(x), x.Value("email")), Archived: !x.IsActive,
		}, err
	}
	o, err := s.db.Organization(ctx, by, id)
	return &views.Chosen{
		ID: o.ID, Name: o.Name(), Detail: wording.Joined(o.Value("sector"), views.Domain(o.Value("website"))), Archived: !o.IsActive,
	}, err
}

// newColumns are the columns that the form asks for when it creates the other end.
func (e linkEnd) newColumns() []string { return recordKinds[e.otherPlural].FieldColumns(brief) }

func brief(f db.Field) bool { return f.Brief }

// createFields returns the fields of newColumns with their values and errors, and the records that may be the same.
func (s *Server) createFields(c *gin.Context, e linkEnd, values db.Fields, refused map[string]string,
) (fields []views.Field, twins views.Twins, err error) {
	k := recordKinds[e.otherPlural]
	for _, f := range k.Fields {
		if !f.Brief {
			continue
		}
		field, err := s.field(c, f, values[f.Column])
		if err != nil {
			return nil, twins, err
		}
		field.ID, field.Optional = "new-"+f.Column, f.Required == ""
		field.Autofocus = len(fields) == 0 && refused == nil
		field.Whole = f.Column == "email" || f.Column == "display_name"
		fields = append(fields, field)
	}
	if refused != nil {
		fields = withErrors(fields, refused)
	}
	twins, err = s.twins(c, k, values, db.Record{})
	return fields, twins, err
}

// nameFields splits the typed name into the name fields of a new record.
func nameFields(e linkEnd, typed string) db.Fields {
	if !e.organization {
		return db.Fields{"display_name": typed}
	}
	first, last := splitName(typed)
	return db.Fields{"first_name": first, "last_name": last}
}

func (s *Server) linkCreate(c *gin.Context) error {
	e, err := s.linkEnd(c)
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	other := form.Get(e.otherKind + "_id")
	found := form.Get("use") == "found"
	if found {
		other = form.Get("found_id")
	}
	if other != "" && !db.ValidID(other) {
		return s.linkRefused(c, e, "", &db.Invalid{Fields: map[string]string{e.otherKind + "_id": "Choose one from the list"}})
	}
	n := db.NewLink{
		Typed:   typed(c, "role_label", "relationship_status", "is_main"),
		Restore: found || form.Get("restore") != "", RequestID: form.Get("request_id"),
	}
	created := typed(c, e.newColumns()...)
	if e.organization {
		n.OrganizationID, n.ContactID, n.Contact = e.id, other, withOwner(created, who(c))
	} else {
		n.ContactID, n.OrganizationID, n.Organization = e.id, other, withOwner(created, who(c))
	}
	if found {
		n.RequestID = ""
	}
	l, err := s.db.LinkContact(c.Request.Context(), who(c).Actor, n)
	var refused *db.Invalid
	var first *db.Repeated
	switch {
	case errors.As(err, &refused):
		return s.linkRefused(c, e, other, refused)
	case errors.As(err, &first):
		return s.linkRepeated(c, e, other, first)
	case errors.Is(err, db.ErrNotFound) && other != "":
		return s.linkRefused(c, e, "", &db.Invalid{Fields: map[string]string{
			e.otherKind + "_id": "Choose one from the list; this one does not exist",
		}})
	case err != nil:
		return err
	}
	id, name, _ := e.other(l)
	undo := &views.Undo{
		Target: "#links", Action: e.base + "/" + e.otherPlural + "/" + id + "/unlink",
		Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(l.Version)}},
	}
	done := "Linked "
	if other == "" {
		done = "Created and linked "
		undo.Fields = append(undo.Fields, views.Hidden{Name: "created", Value: "1"})
	}
	return s.linkChanged(c, e, done+text.Isolate(name), undo, "edit-link-"+id)
}

// withOwner makes the visitor the owner of a record that they create while linking.
func withOwner(fields db.Fields, v *visitor) db.Fields {
	fields["owner_user_id"] = v.UserID
	return fields
}

// linkRefused answers a refused link with the form, what was typed and what is wrong.
func (s *Server) linkRefused(c *gin.Context, e linkEnd, other string, refused *db.Invalid) error {
	form, err := s.linkFormTyped(c, e, other, refused)
	if err != nil {
		return err
	}
	return s.linkFormAnswer(c, e, http.StatusUnprocessableEntity, form)
}

// linkFormTyped returns the form with what was typed and its errors.
func (s *Server) linkFormTyped(c *gin.Context, e linkEnd, other string, refused *db.Invalid) (form views.LinkForm, err error) {
	form = newLinkForm(c, e)
	if refused == nil {
		refused = &db.Invalid{Fields: map[string]string{}}
	}
	form.Role.Error = refused.Fields["role_label"]
	form.Status.Error = refused.Fields["relationship_status"]
	form.Error = refused.Fields["contact_id"] + refused.Fields["organization_id"]
	if refused.Linked != nil {
		form.Found = foundLink(e, *refused.Linked)
	}
	if other != "" {
		form.Chosen, err = s.chosen(c, e, other)
	} else if form.Error == "" {
		form.Create, form.Twins, err = s.createFields(c, e, typed(c, e.newColumns()...), refused.Fields)
		form.Found = takenByLinked(refused, e.base+"/"+e.otherPlural)
		form.Twins = form.Twins.Without(form.Found)
	}
	return form, err
}

// linkFormAnswer answers with the form, inside the card of links.
func (s *Server) linkFormAnswer(c *gin.Context, e linkEnd, status int, form views.LinkForm) error {
	links, err := s.links(c, e)
	if err != nil {
		return err
	}
	card := linkCard(who(c), e, links)
	card.Form = &form
	return s.answerFragments(c, status, func() error {
		return s.linkPage(c, status, func(l *views.Links) { l.Form = &form })
	}, card)
}
