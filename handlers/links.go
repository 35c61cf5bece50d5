package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// linkEnd is one end of a link: the record whose page is open.
type linkEnd struct {
	base, name             string // path such as /organizations/ID, and the record's name
	otherKind, otherPlural string // of the other end, such as contact and contacts
	heading                string
	kind                   string // this end's kind
	organization           bool   // whether this end is the organization
	id                     string
}

func newLinkEnd(r db.Record) linkEnd {
	e := linkEnd{
		base: "/" + r.Kind.Plural + "/" + r.ID, name: r.Name(), kind: r.Kind.Noun, organization: r.Kind == db.OrganizationKind, id: r.ID,
	}
	other := db.OrganizationKind
	if e.organization {
		other = db.ContactKind
	}
	e.otherKind, e.otherPlural, e.heading = other.Noun, other.Plural, capital(other.Plural)
	return e
}

// linkEnd reads the record that the URL begins with.
func (s *Server) linkEnd(c *gin.Context) (linkEnd, error) {
	_, r, err := s.record(c)
	if err != nil {
		return linkEnd{}, err
	}
	return newLinkEnd(r), nil
}

func linkCard(v *visitor, e linkEnd, links []db.Link) views.Links {
	card := views.Links{Base: e.base, Kind: e.otherKind, Plural: e.otherPlural, Heading: e.heading, CanEdit: v.Can(db.EditClient)}
	for _, l := range links {
		card.Rows = append(card.Rows, linkRow(v, e, l))
	}
	return card
}

// other returns the opposite end of a link.
func (e linkEnd) other(l db.Link) (id, name string, active bool) {
	if e.organization {
		return l.ContactID, l.ContactName(), l.ContactActive
	}
	return l.OrganizationID, l.OrganizationName, l.OrganizationActive
}

func linkRow(v *visitor, e linkEnd, l db.Link) views.LinkRow {
	id, name, active := e.other(l)
	mainAt := ""
	if e.organization && !l.IsMain() {
		mainAt = l.MainOrganization
	}
	row := views.LinkRow{
		Main: l.IsMain() && !e.organization, MainAt: mainAt,
		ID: "link-" + id, Card: e.base, Action: e.base + "/" + e.otherPlural + "/" + id,
		Name: name, Href: "/" + e.otherPlural + "/" + id, Square: !e.organization,
		Role: l.RoleLabel, Status: l.RelationshipStatus, Archived: !active, Version: l.Version, CanEdit: v.Can(db.EditClient),
	}
	if e.organization {
		row.Numbers = dialable(v, nonEmpty(l.ContactMobile, l.ContactPhone))
	}
	return row
}

// links returns the links of this end.
func (s *Server) links(c *gin.Context, e linkEnd) ([]db.Link, error) {
	if e.organization {
		return s.db.ContactsOf(c.Request.Context(), who(c).Actor, e.id)
	}
	return s.db.OrganizationsOf(c.Request.Context(), who(c).Actor, e.id)
}

// linkPage answers with the record's page, after change has adjusted its card of links.
func (s *Server) linkPage(c *gin.Context, status int, change func(*views.Links)) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	return s.recordPage(c, status, k, r, func(page *views.Record) error { change(&page.Links); return nil })
}

// linkIndex answers with the card of links; with add=1 it has the form that adds one.
func (s *Server) linkIndex(c *gin.Context) error {
	e, err := s.linkEnd(c)
	if err != nil {
		return err
	}
	if c.Query("add") == "" || !who(c).Can(db.EditClient) {
		links, err := s.links(c, e)
		if err != nil {
			return err
		}
		card := linkCard(who(c), e, links)
		card.Focus = "link-new" // Cancel comes here
		if first := len(card.Shown()); c.Query("all") != "" {
			card.All = true
			if first < len(card.Rows) { // the focus goes to the first row that the short card left out
				card.Rows[first].New, card.Focus = true, ""
			}
		}
		return s.answerFragments(c, http.StatusOK, func() error {
			return s.linkPage(c, http.StatusOK, func(l *views.Links) { l.All = card.All })
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
	return s.answerFragments(c, http.StatusOK, func() error {
		return s.linkPage(c, http.StatusOK, func(l *views.Links) { l.Form = &form })
	}, parts...)
}

// linkChanged answers with the card as it is now and a message.
func (s *Server) linkChanged(c *gin.Context, e linkEnd, done string, undo *views.Undo, focus string) error {
	if !wantsFragment(c) {
		return s.done(c, e.base, views.Toast{Text: done, Undo: undo})
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
	if !e.organization {
		meta, err := s.metaNow(c, contactRecords, e.id) // which names the main organization
		if err != nil {
			return err
		}
		parts = append(parts, meta)
	}
	if editInteractions.Check(who(c)) == nil {
		with, err := s.withFieldNow(c, timelineRecord{linkEnd: e, links: links})
		if err != nil {
			return err
		}
		parts = append(parts, views.Into{Target: "#log-with-field", Swap: "outerHTML", View: with})
	}
	return s.show(c, http.StatusOK, parts...)
}

// withFieldNow returns the composer's field for the other end after the links have changed. The request carries what
// somebody chose or typed in it.
func (s *Server) withFieldNow(c *gin.Context, x timelineRecord) (views.With, error) {
	form := c.Request.PostForm
	chosen, err := form.Get("chosen"), error(nil)
	id := chosen
	if id == "" {
		if id, err = s.usualOther(c, x); err != nil {
			return views.With{}, err
		}
	}
	w, err := s.withField(c, x, logWith, id)
	w.Chosen, w.Typed = chosen, readable(form.Get(x.otherKind))
	return w, err
}

// linkOf reads the link that the URL names, and the end whose page it is on.
func (s *Server) linkOf(c *gin.Context) (db.Link, linkEnd, error) {
	e, err := s.linkEnd(c)
	if err != nil {
		return db.Link{}, e, err
	}
	other, err := id(c, e.otherKind+"_id")
	if err != nil {
		return db.Link{}, e, err
	}
	organizationID, contactID := e.id, other
	if !e.organization {
		organizationID, contactID = other, e.id
	}
	l, err := s.db.Link(c.Request.Context(), who(c).Actor, organizationID, contactID)
	return l, e, err
}

func (s *Server) linkShow(c *gin.Context) error {
	l, e, err := s.linkOf(c)
	if err != nil {
		return err
	}
	row := linkRow(who(c), e, l)
	row.Focus = true
	return s.linkRowAnswer(c, http.StatusOK, e, row)
}

// linkRowAnswer answers with one row: alone for htmx, else on the page.
func (s *Server) linkRowAnswer(c *gin.Context, status int, e linkEnd, row views.LinkRow) error {
	return s.answerFragments(c, status, func() error {
		return s.linkPage(c, status, func(l *views.Links) {
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
	return s.linkRowAnswer(c, http.StatusOK, e, linkEditor(c, e, l, l.RoleLabel, l.RelationshipStatus))
}

func linkEditor(c *gin.Context, e linkEnd, l db.Link, role, status string) views.LinkRow {
	row := linkRow(who(c), e, l)
	row.Editor = &views.LinkEditor{
		Role: views.Field{
			ID: row.ID + "-role", Name: "role_label", Label: "Role", Optional: true, Value: role, Suggests: "role_label", Autofocus: true,
		},
		Status: statusSegment(status),
	}
	if !l.IsMain() && l.OrganizationActive && l.RelationshipStatus != "Former" {
		row.Editor.Main = &views.MainChoice{Now: l.MainOrganization, Tick: c.PostForm("is_main") != ""}
		if e.organization {
			row.Editor.Main.Of = l.ContactName()
		}
	}
	return row
}

func (s *Server) linkUpdate(c *gin.Context) error {
	l, e, err := s.linkOf(c)
	if errors.Is(err, db.ErrNotFound) && e.id != "" && c.Request.PostForm.Get("request_id") != "" {
		return s.linkGone(c, e)
	}
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	values := typed(c, "role_label", "relationship_status", "is_main")
	if c.Request.PostForm.Get("record_version") != "" {
		return s.linkAndRecordUpdate(c, e, l, version, values)
	}
	values, version = decided(c, values, version)
	before, err := s.db.OrganizationsOf(c.Request.Context(), who(c).Actor, l.ContactID)
	if err != nil {
		return err
	}
	changed, err := s.db.UpdateLink(c.Request.Context(), who(c).Actor, l.OrganizationID, l.ContactID, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &refused):
		l.Version = version
		return s.linkUpdateRefused(c, e, l, values, refused)
	case errors.As(err, &stale) && isUndo(c):
		return s.notUndone(c, stale, e.base)
	case errors.As(err, &stale):
		return s.linkConflict(c, values, version, stale)
	case err != nil:
		return err
	case changed.IsMain() && !l.IsMain():
		return s.mainChanged(c, e, before, changed)
	}
	return s.linkSaved(c, e, l, changed)
}

// linkUpdateRefused answers with the link's editor, what was typed and what is wrong.
func (s *Server) linkUpdateRefused(c *gin.Context, e linkEnd, l db.Link, values db.Fields, refused *db.Invalid) error {
	row := linkEditor(c, e, l, values["role_label"], values["relationship_status"])
	row.Editor.Role.Error, row.Editor.Status.Error = refused.Fields["role_label"], refused.Fields["relationship_status"]
	if message := refused.Fields["is_main"]; message != "" && row.Editor.Main == nil {
		row.Editor.Status.Error = message
	} else if message != "" {
		row.Editor.Main.Error = message
	}
	return s.linkRowAnswer(c, http.StatusUnprocessableEntity, e, row)
}

// linkSaved answers with a changed link: its row, or all of them if the main link has changed.
func (s *Server) linkSaved(c *gin.Context, e linkEnd, l, changed db.Link) error {
	id, name, _ := e.other(changed)
	if !e.organization && wantsFragment(c) && changed.IsMain() != l.IsMain() { // another one has followed
		return s.linkChanged(c, e, "Saved the link to "+text.Isolate(name), nil, "edit-link-"+id)
	}
	row := linkRow(who(c), e, changed)
	row.Focus = true
	said := views.Toast{Text: "Saved the link to " + text.Isolate(name)}
	if isUndo(c) {
		said.Text = "The link to " + text.Isolate(name) + " is as it was"
	} else {
		said.Undo = undoOf(c, "#"+row.ID, changed.Version, oldValues(db.LinkFields(), &l, &changed))
	}
	if !wantsFragment(c) {
		return s.done(c, e.base, said)
	}
	return s.show(c, http.StatusOK, row, toast(said.Text, said.Undo))
}

// mainChanged answers a link that became its contact's main one; before are the
// contact's links as they were.
func (s *Server) mainChanged(c *gin.Context, e linkEnd, before []db.Link, now db.Link) error {
	id, _, _ := e.other(now)
	done := "Main organization of " + text.Isolate(now.ContactName()) + ": " + text.Isolate(now.OrganizationName)
	for _, was := range before {
		if !was.IsMain() {
			continue
		}
		undo := &views.Undo{Action: "/contacts/" + was.ContactID + "/organizations/" + was.OrganizationID, Fields: []views.Hidden{
			{Name: "is_main", Value: "1"}, {Name: "version", Value: strconv.Itoa(was.Version)},
		}}
		if !e.organization {
			undo.Target = "#links"
		}
		return s.linkChanged(c, e, done, undo, "edit-link-"+id)
	}
	return s.linkChanged(c, e, done, nil, "edit-link-"+id)
}

// linkConflict shows the current link beside what was typed in a form that was made on an older version.
func (s *Server) linkConflict(c *gin.Context, values db.Fields, version int, stale *db.Conflict) error {
	values = withoutFields(values, stale.Untouched)
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
	row := linkEditor(c, e, l, role, status)
	differ := []views.Difference{
		{Column: "role_label", Label: "Role", Theirs: l.RoleLabel, Yours: role},
		{Column: "relationship_status", Label: "Status", Theirs: l.RelationshipStatus, Yours: status},
	}
	if values["is_main"] != "" {
		differ = append(differ,
			views.Difference{Column: "is_main", Label: "Main organization", Theirs: l.MainOrganization, Yours: l.OrganizationName})
	}
	row.Editor.Conflict = s.conflict(c, stale, "this link", version, values, differ)
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
	if errors.As(err, &stale) && isUndo(c) {
		return s.notUndone(c, stale, e.base)
	}
	if errors.As(err, &stale) {
		row := linkEditor(c, e, l, l.RoleLabel, l.RelationshipStatus)
		row.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this link")
		return s.linkCardAsking(c, e, row)
	}
	if gives := (*db.GivesAway)(nil); errors.As(err, &gives) {
		row := linkEditor(c, e, l, l.RoleLabel, l.RelationshipStatus)
		row.Editor.Gives = &views.GivesAway{Name: strings.Join(gives.Names, " and "), Unlinks: true}
		for _, name := range []string{"history", "row"} { // it may have been asked for in a list of changes
			if value := c.PostForm(name); value != "" {
				row.Editor.Gives.Fields = append(row.Editor.Gives.Fields, views.Hidden{Name: name, Value: value})
			}
		}
		return s.linkCardAsking(c, e, row)
	}
	if err != nil {
		return err
	}
	return s.unlinked(c, e, gone)
}

// unlinked answers with the links that are left and an Undo. Whoever no longer sees the record is led to its list.
func (s *Server) unlinked(c *gin.Context, e linkEnd, gone db.Link) error {
	id, name, _ := e.other(gone)
	done := "Unlinked " + text.Isolate(name)
	if c.Request.PostForm.Get("created") != "" { // it is the Undo of creating and linking
		done += ". The " + e.otherKind + " stays"
	}
	undo := &views.Undo{Target: "#links", Action: e.base + "/" + e.otherPlural, Fields: []views.Hidden{
		{Name: e.otherKind + "_id", Value: id},
		{Name: "role_label", Value: gone.RoleLabel},
		{Name: "relationship_status", Value: gone.RelationshipStatus},
	}}
	if gone.IsMain() {
		undo.Fields = append(undo.Fields, views.Hidden{Name: "is_main", Value: "1"})
	}
	if !who(c).OwnOnly {
		return s.linkChanged(c, e, done, undo, "")
	}
	// The person may have seen one of the records only because of this link.
	if _, err := s.linkEnd(c); errors.Is(err, db.ErrNotFound) {
		return s.outOfSight(c, "/"+e.kind+"s", done)
	} else if err != nil {
		return err
	}
	_, err := recordKinds[e.otherPlural].read(s.db, c.Request.Context(), who(c).Actor, id)
	if errors.Is(err, db.ErrNotFound) {
		undo = nil // they could not link what they cannot see
	} else if err != nil {
		return err
	}
	return s.linkChanged(c, e, done, undo, "")
}

// linkCardAsking answers an unlink that must be confirmed: with the current card, in which the link's row asks.
func (s *Server) linkCardAsking(c *gin.Context, e linkEnd, row views.LinkRow) error {
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
	return s.answerFragments(c, http.StatusConflict, func() error {
		return s.linkPage(c, http.StatusConflict, func(l *views.Links) { *l = card })
	}, card)
}
