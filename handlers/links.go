package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// end is one side of links: the record whose page it is.
type end struct {
	base, name   string // /organizations/ID and the name
	kind, plural string // of the other end: contact, contacts
	heading      string
	organization bool // this end is the organization
	id           string
}

func organizationEnd(o db.Organization) end {
	return end{base: "/organizations/" + o.ID, name: o.DisplayName, kind: "contact", plural: "contacts", heading: "Contacts", organization: true, id: o.ID}
}

func contactEnd(x db.Contact) end {
	return end{base: "/contacts/" + x.ID, name: x.Name(), kind: "organization", plural: "organizations", heading: "Organizations", id: x.ID}
}

func (s *Server) organizationLinkCard(v *visitor, o db.Organization, links []db.Link) views.Links {
	return linkCard(v, organizationEnd(o), links)
}

func (s *Server) contactLinkCard(v *visitor, x db.Contact, links []db.Link) views.Links {
	return linkCard(v, contactEnd(x), links)
}

func linkCard(v *visitor, e end, links []db.Link) views.Links {
	card := views.Links{Base: e.base, Kind: e.kind, Plural: e.plural, Heading: e.heading, CanEdit: v.Can(db.EditClient)}
	for _, l := range links {
		card.Rows = append(card.Rows, linkRow(v, e, l))
	}
	return card
}

// other is the end of a link that is not this one.
func (e end) other(l db.Link) (id, name string, active bool) {
	if e.organization {
		return l.ContactID, l.ContactName(), l.ContactActive
	}
	return l.OrganizationID, l.OrganizationName, l.OrganizationActive
}

func linkRow(v *visitor, e end, l db.Link) views.LinkRow {
	id, name, active := e.other(l)
	return views.LinkRow{
		ID: "link-" + id, Card: e.base, Action: e.base + "/" + e.plural + "/" + id, Name: name, Href: "/" + e.plural + "/" + id, Square: !e.organization,
		Role: l.RoleLabel, Status: l.RelationshipStatus, Archived: !active, Version: l.Version, CanEdit: v.Can(db.EditClient),
	}
}

// links reads the links of this end.
func (s *Server) links(c *gin.Context, e end) ([]db.Link, error) {
	if e.organization {
		return s.db.ContactsOf(c.Request.Context(), who(c).Actor, e.id)
	}
	return s.db.OrganizationsOf(c.Request.Context(), who(c).Actor, e.id)
}

// linkPage answers the record's whole page with something changed in its links.
func (s *Server) linkPage(c *gin.Context, status int, e end, change func(*views.Links)) error {
	if e.organization {
		o, err := s.organization(c)
		if err != nil {
			return err
		}
		return s.organizationPage(c, status, o, func(p *views.Organization) error { change(&p.Links); return nil })
	}
	x, err := s.contact(c)
	if err != nil {
		return err
	}
	return s.contactPage(c, status, x, func(p *views.Contact) error { change(&p.Links); return nil })
}

func (s *Server) organizationLinks(c *gin.Context) error {
	o, err := s.organization(c)
	if err != nil {
		return err
	}
	return s.linkIndex(c, organizationEnd(o))
}

func (s *Server) contactLinks(c *gin.Context) error {
	x, err := s.contact(c)
	if err != nil {
		return err
	}
	return s.linkIndex(c, contactEnd(x))
}

// linkIndex answers the card of links; with add=1 the form that finds,
// chooses or creates the other end.
func (s *Server) linkIndex(c *gin.Context, e end) error {
	if c.Query("add") == "" || !who(c).Can(db.EditClient) {
		links, err := s.links(c, e)
		if err != nil {
			return err
		}
		card := linkCard(who(c), e, links)
		card.Focus = "link-new" // Cancel comes here
		if first := len(card.Shown()); c.Query("all") != "" {
			card.All = true
			if first < len(card.Rows) { // go on reading where the short card ended
				card.Rows[first].New, card.Focus = true, ""
			}
		}
		return s.answerPart(c, http.StatusOK, func() error {
			return s.linkPage(c, http.StatusOK, e, func(l *views.Links) { l.All = card.All })
		}, card)
	}
	form, err := s.linkForm(c, e)
	if err != nil {
		return err
	}
	parts := []views.View{form}
	if form.Chosen == nil && form.Create == nil {
		parts = append(parts, views.Into{Target: "#links-empty", Swap: "delete"})
	}
	return s.answerPart(c, http.StatusOK, func() error {
		return s.linkPage(c, http.StatusOK, e, func(l *views.Links) { l.Form = &form })
	}, parts...)
}

// linkForm is the step that the URL names: q to find, KIND_id once chosen, new to create.
func (s *Server) linkForm(c *gin.Context, e end) (views.LinkForm, error) {
	form, err := s.newLinkForm(c, e)
	if err != nil {
		return form, err
	}
	form.Query = query(c, "q")
	switch chosen := c.Query(e.kind + "_id"); {
	case chosen != "":
		if form.Chosen, err = s.chosen(c, e, chosen); err == nil {
			err = s.linkedAlready(c, e, &form)
		}
	case c.Query("new") != "":
		form.Create, err = s.createFields(c, e, namedBy(e, form.Query), nil)
	case form.Query != "":
		var options views.Options
		options, err = s.options(c, e.kind, e.base, form.Query, "find-list")
		form.Options = &options
	}
	return form, err
}

// linkedAlready shows the link that a chosen record has, instead of asking for one that would be refused.
func (s *Server) linkedAlready(c *gin.Context, e end, form *views.LinkForm) error {
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
	form.Error = l.ContactName() + " is linked to " + l.OrganizationName + " already"
	form.Found = foundLink(e, l)
	return nil
}

// foundLink is a link that exists as what stands in the way of another.
func foundLink(e end, l db.Link) *views.Found {
	id, name, active := e.other(l)
	return &views.Found{Name: name, Detail: joined(l.RoleLabel, l.RelationshipStatus), Href: "/" + e.plural + "/" + id, Archived: !active}
}

func (s *Server) newLinkForm(c *gin.Context, e end) (views.LinkForm, error) {
	roles, err := s.db.RoleLabels(c.Request.Context(), who(c).Actor)
	at := e.name
	if !e.organization {
		at = "this organization"
	}
	return views.LinkForm{
		Links: views.Links{Base: e.base, Kind: e.kind, Plural: e.plural, Heading: e.heading, CanEdit: true}, Owner: e.name, RequestID: requestID(c),
		Role:   views.Field{ID: "role_label", Name: "role_label", Label: "Role at " + at, Optional: true, Max: 120, List: roles, Value: c.Request.PostForm.Get("role_label")},
		Status: statusSegment(c.Request.PostForm.Get("relationship_status")),
	}, err
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

// chosen reads the other end that somebody chose.
func (s *Server) chosen(c *gin.Context, e end, id string) (*views.Chosen, error) {
	ctx, by := c.Request.Context(), who(c).Actor
	if !db.ValidID(id) {
		return nil, db.ErrNotFound
	}
	if e.organization {
		x, err := s.db.Contact(ctx, by, id)
		return &views.Chosen{ID: x.ID, Name: x.Name(), Detail: joined(x.JobTitle, x.Organization, x.Email), Archived: !x.IsActive}, err
	}
	o, err := s.db.Organization(ctx, by, id)
	return &views.Chosen{ID: o.ID, Name: o.DisplayName, Detail: joined(o.Sector, views.Domain(o.Website)), Archived: !o.IsActive}, err
}

// newContactColumns and newOrganizationColumns are asked for when the other
// end is created on the way.
var (
	newContactColumns      = []string{"first_name", "last_name", "email", "phone", "job_title"}
	newOrganizationColumns = []string{"display_name", "website", "sector"}
)

func (e end) newColumns() []string {
	if e.organization {
		return newContactColumns
	}
	return newOrganizationColumns
}

// createFields are the fields of the other end with these values.
func (s *Server) createFields(c *gin.Context, e end, values db.Fields, refused map[string]string) ([]views.Field, error) {
	facts := organizationFacts
	if e.organization {
		facts = contactFacts
	}
	var fields []views.Field
	for i, column := range e.newColumns() {
		f, err := factByColumn(facts, column)
		if err != nil {
			return nil, err
		}
		field, err := s.field(c, f, values[column])
		if err != nil {
			return nil, err
		}
		field.ID, field.Optional = "new-"+column, column != "first_name" && column != "last_name" && column != "display_name"
		field.Autofocus = i == 0 && refused == nil
		field.Whole = column == "email" || column == "display_name"
		fields = append(fields, field)
	}
	if refused != nil {
		fields = withErrors(fields, refused)
	}
	return fields, nil
}

// namedBy splits what was typed into the first fields of a new record.
func namedBy(e end, typed string) db.Fields {
	if !e.organization {
		return db.Fields{"display_name": typed}
	}
	first, last := splitName(typed)
	return db.Fields{"first_name": first, "last_name": last}
}

func (s *Server) organizationLinkCreate(c *gin.Context) error {
	o, err := s.organization(c)
	if err != nil {
		return err
	}
	return s.linkCreate(c, organizationEnd(o))
}

func (s *Server) contactLinkCreate(c *gin.Context) error {
	x, err := s.contact(c)
	if err != nil {
		return err
	}
	return s.linkCreate(c, contactEnd(x))
}

func (s *Server) linkCreate(c *gin.Context, e end) error {
	form := c.Request.PostForm
	other := form.Get(e.kind + "_id")
	found := form.Get("use") == "found"
	if found {
		other = form.Get("found_id")
	}
	if other != "" && !db.ValidID(other) {
		return s.linkRefused(c, e, "", &db.Invalid{Fields: map[string]string{e.kind + "_id": "Choose one from the list"}})
	}
	n := db.NewLink{Typed: typed(c, "role_label", "relationship_status"), Restore: found || form.Get("restore") != "", RequestID: form.Get("request_id")}
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
	switch {
	case errors.As(err, &refused):
		return s.linkRefused(c, e, other, refused)
	case errors.Is(err, db.ErrNotFound) && other != "":
		return s.linkRefused(c, e, "", &db.Invalid{Fields: map[string]string{e.kind + "_id": "Choose one from the list; this one does not exist"}})
	case err != nil:
		return err
	}
	id, name, _ := e.other(l)
	return s.linkChanged(c, e, "Linked "+name, nil, "edit-link-"+id)
}

// withOwner makes whoever creates a record on the way its owner.
func withOwner(fields db.Fields, v *visitor) db.Fields {
	fields["owner_user_id"] = v.UserID
	return fields
}

// linkRefused shows the form again with what was typed and what is wrong.
func (s *Server) linkRefused(c *gin.Context, e end, other string, refused *db.Invalid) error {
	form, err := s.newLinkForm(c, e)
	if err != nil {
		return err
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
		form.Create, err = s.createFields(c, e, typed(c, e.newColumns()...), refused.Fields)
		form.Found = takenByLinked(refused, e.base+"/"+e.plural)
	}
	if err != nil {
		return err
	}
	links, err := s.links(c, e)
	if err != nil {
		return err
	}
	card := linkCard(who(c), e, links)
	card.Form = &form
	return s.answerPart(c, http.StatusUnprocessableEntity, func() error {
		return s.linkPage(c, http.StatusUnprocessableEntity, e, func(l *views.Links) { l.Form = &form })
	}, card)
}

// linkChanged answers the card anew and says what was done.
func (s *Server) linkChanged(c *gin.Context, e end, done string, undo *views.Undo, focus string) error {
	if !part(c) {
		if err := s.flash(c, views.Toast{Text: done, Undo: undo}); err != nil {
			return err
		}
		return s.redirect(c, e.base)
	}
	links, err := s.links(c, e)
	if err != nil {
		return err
	}
	card := linkCard(who(c), e, links)
	card.Focus = "links-h"
	for i := range card.Rows {
		if "edit-"+card.Rows[i].ID == focus {
			card.Rows[i].Focus, card.Focus = true, ""
		}
	}
	parts := []views.View{card, toast(done, undo)}
	if who(c).Can(db.ViewInteraction) && who(c).Can(db.EditInteraction) {
		parts = append(parts, views.Into{Target: "#log-with", Swap: "innerHTML", View: views.Choices(withOptions(e, links, nil))})
	}
	return s.show(c, http.StatusOK, parts...)
}

// linkOf reads the link that a URL names, and the end whose page it is on.
func (s *Server) linkOf(c *gin.Context) (db.Link, end, error) {
	if c.Param("contact_id") != "" {
		o, err := s.organization(c)
		if err != nil {
			return db.Link{}, end{}, err
		}
		contactID, err := id(c, "contact_id")
		if err != nil {
			return db.Link{}, end{}, err
		}
		l, err := s.db.Link(c.Request.Context(), who(c).Actor, o.ID, contactID)
		return l, organizationEnd(o), err
	}
	x, err := s.contact(c)
	if err != nil {
		return db.Link{}, end{}, err
	}
	organizationID, err := id(c, "organization_id")
	if err != nil {
		return db.Link{}, end{}, err
	}
	l, err := s.db.Link(c.Request.Context(), who(c).Actor, organizationID, x.ID)
	return l, contactEnd(x), err
}

func (s *Server) organizationLinkShow(c *gin.Context) error   { return s.linkShow(c) }
func (s *Server) contactLinkShow(c *gin.Context) error        { return s.linkShow(c) }
func (s *Server) organizationLinkEdit(c *gin.Context) error   { return s.linkEdit(c) }
func (s *Server) contactLinkEdit(c *gin.Context) error        { return s.linkEdit(c) }
func (s *Server) organizationLinkUpdate(c *gin.Context) error { return s.linkUpdate(c) }
func (s *Server) contactLinkUpdate(c *gin.Context) error      { return s.linkUpdate(c) }
func (s *Server) organizationUnlink(c *gin.Context) error     { return s.unlink(c) }
func (s *Server) contactUnlink(c *gin.Context) error          { return s.unlink(c) }

func (s *Server) linkShow(c *gin.Context) error {
	l, e, err := s.linkOf(c)
	if err != nil {
		return err
	}
	row := linkRow(who(c), e, l)
	row.Focus = true
	return s.linkRowAnswer(c, http.StatusOK, e, row)
}

// linkRowAnswer answers one row: alone to htmx, else in its place on the page.
func (s *Server) linkRowAnswer(c *gin.Context, status int, e end, row views.LinkRow) error {
	return s.answerPart(c, status, func() error {
		return s.linkPage(c, status, e, func(l *views.Links) {
			for i := range l.Rows {
				if l.Rows[i].ID == row.ID {
					l.Rows[i] = row
				}
			}
		})
	}, row)
}

func (s *Server) linkEdit(c *gin.Context) error {
	l, e, err := s.linkOf(c)
	if err != nil {
		return err
	}
	row, err := s.linkEditor(c, e, l, l.RoleLabel, l.RelationshipStatus)
	if err != nil {
		return err
	}
	return s.linkRowAnswer(c, http.StatusOK, e, row)
}

func (s *Server) linkEditor(c *gin.Context, e end, l db.Link, role, status string) (views.LinkRow, error) {
	roles, err := s.db.RoleLabels(c.Request.Context(), who(c).Actor)
	row := linkRow(who(c), e, l)
	row.Editor = &views.LinkEditor{
		Role:   views.Field{ID: row.ID + "-role", Name: "role_label", Label: "Role", Optional: true, Value: role, Max: 120, List: roles, Autofocus: true},
		Status: statusSegment(status),
	}
	return row, err
}

func (s *Server) linkUpdate(c *gin.Context) error {
	l, e, err := s.linkOf(c)
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	values := typed(c, "role_label", "relationship_status")
	changed, err := s.db.UpdateLink(c.Request.Context(), who(c).Actor, l.OrganizationID, l.ContactID, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &refused):
		l.Version = version
		row, err := s.linkEditor(c, e, l, values["role_label"], values["relationship_status"])
		if err != nil {
			return err
		}
		row.Editor.Role.Error, row.Editor.Status.Error = refused.Fields["role_label"], refused.Fields["relationship_status"]
		return s.linkRowAnswer(c, http.StatusUnprocessableEntity, e, row)
	case errors.As(err, &stale):
		return s.linkConflict(c, values, stale)
	case err != nil:
		return err
	}
	_, name, _ := e.other(changed)
	if !part(c) {
		if err := s.flash(c, views.Toast{Text: "Saved the link to " + name}); err != nil {
			return err
		}
		return s.redirect(c, e.base)
	}
	row := linkRow(who(c), e, changed)
	row.Focus = true
	return s.show(c, http.StatusOK, row, toast("Saved the link to "+name, nil))
}

// linkConflict shows the link as it is now and as it was typed.
func (s *Server) linkConflict(c *gin.Context, values db.Fields, stale *db.Conflict) error {
	l, e, err := s.linkOf(c)
	if err != nil {
		return err
	}
	role, status := l.RoleLabel, l.RelationshipStatus
	if v, ok := values["role_label"]; ok {
		role = v
	}
	if v, ok := values["relationship_status"]; ok {
		status = v
	}
	row, err := s.linkEditor(c, e, l, role, status)
	if err != nil {
		return err
	}
	row.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this link")
	for _, d := range []views.Difference{{Label: "Role", Theirs: l.RoleLabel, Yours: role}, {Label: "Status", Theirs: l.RelationshipStatus, Yours: status}} {
		if d.Theirs != d.Yours {
			row.Editor.Conflict.Differences = append(row.Editor.Conflict.Differences, d)
		}
	}
	return s.linkRowAnswer(c, http.StatusConflict, e, row)
}

func (s *Server) unlink(c *gin.Context) error {
	l, e, err := s.linkOf(c)
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	gone, err := s.db.UnlinkContact(c.Request.Context(), who(c).Actor, l.OrganizationID, l.ContactID, version)
	var stale *db.Conflict
	if errors.As(err, &stale) {
		return s.linkConflictCard(c, e, stale)
	}
	if err != nil {
		return err
	}
	id, name, _ := e.other(gone)
	undo := &views.Undo{Action: e.base + "/" + e.plural, Fields: []views.Hidden{
		{Name: e.kind + "_id", Value: id}, {Name: "role_label", Value: gone.RoleLabel}, {Name: "relationship_status", Value: gone.RelationshipStatus},
	}}
	return s.linkChanged(c, e, "Unlinked "+name, undo, "")
}

// linkConflictCard answers an unlink that came too late: the card as it is now, the link's editor open.
func (s *Server) linkConflictCard(c *gin.Context, e end, stale *db.Conflict) error {
	l, _, err := s.linkOf(c)
	if err != nil {
		return err
	}
	row, err := s.linkEditor(c, e, l, l.RoleLabel, l.RelationshipStatus)
	if err != nil {
		return err
	}
	row.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this link")
	links, err := s.links(c, e)
	if err != nil {
		return err
	}
	card := linkCard(who(c), e, links)
	for i := range card.Rows {
		if card.Rows[i].ID == row.ID {
			card.Rows[i] = row
		}
	}
	return s.answerPart(c, http.StatusConflict, func() error {
		return s.linkPage(c, http.StatusConflict, e, func(l *views.Links) { *l = card })
	}, card)
}

// Pickers: the list of options under a search field.

const optionLimit = 8

func (s *Server) organizationOptions(c *gin.Context) error { return s.optionsAnswer(c, "organization") }
func (s *Server) contactOptions(c *gin.Context) error      { return s.optionsAnswer(c, "contact") }

// optionsAnswer lists records by what was typed. for is the record they are to be linked to.
func (s *Server) optionsAnswer(c *gin.Context, kind string) error {
	options, err := s.options(c, kind, ownRecord(c.Query("for")), query(c, "q"), "find-list")
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, options)
}

// ownRecord keeps the path of a record, and nothing else.
func ownRecord(path string) string {
	for _, prefix := range []string{"/organizations/", "/contacts/"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok && db.ValidID(rest) {
			return path
		}
	}
	return ""
}

func (s *Server) options(c *gin.Context, kind, base, typed, listID string) (views.Options, error) {
	v := who(c)
	options := views.Options{ID: listID, Label: "Contacts", Target: "#link-form"}
	if kind == "organization" {
		options.Label = "Organizations"
	}
	var err error
	if typed != "" {
		options.Rows, err = s.optionRows(c, kind, typed, optionLimit)
	}
	plural := kind + "s"
	for i := range options.Rows {
		if base != "" && v.Can(db.EditClient) {
			options.Rows[i].Href = base + "/" + plural + "?" + url.Values{"add": {"1"}, kind + "_id": {options.Rows[i].ID}}.Encode()
		}
	}
	if base != "" && typed != "" && v.Can(db.EditClient) {
		options.Create = &views.OptionRow{
			Name: "Create " + kind + " “" + typed + "”",
			Href: base + "/" + plural + "?" + url.Values{"add": {"1"}, "new": {"1"}, "q": {typed}}.Encode(),
		}
	}
	return options, err
}

// optionRows finds up to n records, each with what was typed marked in its name.
func (s *Server) optionRows(c *gin.Context, kind, typed string, n int) ([]views.OptionRow, error) {
	ctx, by := c.Request.Context(), who(c).Actor
	var rows []views.OptionRow
	if kind == "organization" {
		found, err := s.db.FindOrganizations(ctx, by, typed, n)
		for _, o := range found {
			rows = append(rows, optionRow(views.OptionRow{ID: o.ID, Href: "/organizations/" + o.ID, Name: o.DisplayName, Detail: joined(o.Sector, views.Domain(o.Website)), Square: true}, typed))
		}
		return rows, err
	}
	found, err := s.db.FindContacts(ctx, by, typed, n)
	for _, x := range found {
		detail := joined(x.JobTitle, x.Organization)
		if detail == "" {
			detail = x.Email
		}
		rows = append(rows, optionRow(views.OptionRow{ID: x.ID, Href: "/contacts/" + x.ID, Name: x.Name(), Detail: detail}, typed))
	}
	return rows, err
}

// withOptions are the choices of With or At in a composer. current is the id
// that was chosen; nil chooses the first linked record.
func withOptions(e end, links []db.Link, current *string) []views.Option {
	none := "Nobody in particular"
	if !e.organization {
		none = "No organization"
	}
	var options []views.Option
	for i, l := range links {
		id, name, _ := e.other(l)
		if l.RelationshipStatus == "Former" {
			name += " (former)"
		}
		options = append(options, views.Option{Value: id, Label: name, Selected: current == nil && i == 0 || current != nil && *current == id})
	}
	return append(options, views.Option{Value: "", Label: none, Selected: current != nil && *current == ""})
}
