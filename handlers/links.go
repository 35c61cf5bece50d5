package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
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
