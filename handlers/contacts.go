package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

func (s *Server) contactIndex(c *gin.Context) error {
	f, p, err := s.listInput(c, contactList)
	if err != nil {
		return err
	}
	found, next, err := s.db.Contacts(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return err
	}
	columns, err := s.shownColumns(c, contactList, p)
	if err != nil {
		return err
	}
	l, err := s.newList(c, contactList, f, p, columns, next)
	if err != nil {
		return err
	}
	l.Rows = make([]views.Kept, 0, len(found))
	clock := s.clock(c)
	key := newRowKey(clock, db.Contact{}, columns, l.Actions != nil)
	for _, x := range found {
		key.record = x
		l.Rows = append(l.Rows, views.Kept{Key: key, Make: func() views.View { return contactRow(clock, x, columns, l.Actions != nil) }})
	}
	return s.list(c, l, p)
}

func contactRow(clock views.Clock, x db.Contact, columns []listColumn, pick bool) views.Row {
	row := views.Row{
		ID: x.ID, Name: x.Name(), Href: "/contacts/" + x.ID, Domain: x.JobTitle, Archived: !x.IsActive, Pick: pick,
		Sub: [3]string{x.Organization, firstName(x.OwnerName)},
	}
	for i, col := range columns {
		if col.name == "job_title" {
			row.Domain = "" // it has a column of its own
		}
		row.Cells[i] = contactCell(clock, x, col)
	}
	return row
}

func contactCell(clock views.Clock, x db.Contact, col listColumn) views.Cell {
	switch col.name {
	case "organization":
		return views.Cell{Kind: "cut", Text: x.Organization}
	case "job_title":
		return views.Cell{Kind: "far", Text: x.JobTitle}
	case "email":
		return views.Cell{Kind: "far", Text: x.Email}
	case "phone":
		return views.Cell{Kind: "far", Text: cmp.Or(x.Phone, x.Mobile)}
	case "owner":
		return views.Cell{Kind: "owner", Text: x.OwnerName}
	}
	return timeCell(clock, col, x.LastContactAt, x.LastContactChannel, x.CreatedAt, x.UpdatedAt)
}

// contactColumns are what the full form sends.
var contactColumns = []string{"first_name", "last_name", "email", "phone", "mobile", "job_title", "owner_user_id"}

// contactFields are the full form's fields with these values.
func (s *Server) contactFields(c *gin.Context, values db.Fields, refused map[string]string) ([]views.Field, error) {
	var fields []views.Field
	for _, f := range contactFacts {
		field, err := s.field(c, f, values[f.column])
		if err != nil {
			return nil, err
		}
		field.ID, field.Optional = f.column, f.column != "first_name" && f.column != "last_name"
		fields = append(fields, field)
	}
	return withErrors(fields, refused), nil
}

func (s *Server) contactNew(c *gin.Context) error {
	return s.contactNewAnswer(c, http.StatusOK, db.Fields{"owner_user_id": who(c).UserID}, nil)
}

func (s *Server) contactNewAnswer(c *gin.Context, status int, values db.Fields, refused *db.Invalid) error {
	var messages map[string]string
	if refused != nil {
		messages = refused.Fields
	}
	fields, err := s.contactFields(c, values, messages)
	if err != nil {
		return err
	}
	if refused == nil {
		fields[0].Autofocus = true
	}
	return s.form(c, status, views.Form{
		Page: s.page(c, "New contact", "Add a contact", "contacts"), Heading: "New contact",
		List: views.Ref{Name: "Contacts", Href: "/contacts"}, Action: "/contacts", Submit: "Create contact", Cancel: "/contacts",
		RequestID: requestID(c), Fields: fields, Found: takenByNew(refused),
	}, messages)
}

func (s *Server) contactCreate(c *gin.Context) error {
	values := typed(c, contactColumns...)
	x, err := s.db.CreateContact(c.Request.Context(), who(c).Actor, values, c.Request.PostForm.Get("request_id"))
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.contactNewAnswer(c, http.StatusUnprocessableEntity, values, refused)
	}
	if err != nil {
		return err
	}
	if x.OutOfSight {
		return s.outOfSight(c, "/contacts", "Created "+x.Name())
	}
	if err := s.flash(c, views.Toast{Text: "Created " + x.Name()}); err != nil {
		return err
	}
	return s.redirect(c, "/contacts/"+x.ID)
}

func (s *Server) contact(c *gin.Context) (db.Contact, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.Contact{}, err
	}
	return s.db.Contact(c.Request.Context(), who(c).Actor, id)
}

func (s *Server) contactShow(c *gin.Context) error {
	x, err := s.contact(c)
	if err != nil {
		return err
	}
	return s.contactPage(c, http.StatusOK, x, nil)
}

// contactPage answers a contact's whole page; change puts an
// editor or a refusal in its place on it.
func (s *Server) contactPage(c *gin.Context, status int, x db.Contact, change func(*views.Contact) error) error {
	ctx, v, clock := c.Request.Context(), who(c), s.clock(c)
	page := views.Contact{
		Record: views.Record{
			Page: s.page(c, x.Name(), "Contact", "contacts"),
			Kind: "contact", Base: "/contacts/" + x.ID, Name: x.Name(), Version: x.Version, CanEdit: v.Can(db.EditClient),
			Details: views.Details{Facts: contactFactList(x, v)},
		},
	}
	if err := s.recordPage(c, &page.Record, "contact", x.ID, x.IsActive, x.CreatedAt, x.UpdatedAt); err != nil {
		return err
	}
	links, err := s.db.OrganizationsOf(ctx, v.Actor, x.ID)
	if err != nil {
		return err
	}
	page.Links = s.contactLinkCard(v, x, links)
	page.Heading = views.ContactHeading{Name: page.Name, Archived: page.Archived != nil, Meta: contactMeta(clock, v, x, links), Acts: page.Acts()}
	if v.Can(db.ViewInteraction) {
		if page.Timeline, err = s.keptTimeline(c, side{contactEnd(x), links}); err != nil {
			return err
		}
		if v.Can(db.EditInteraction) {
			if page.Composer, err = s.composer(c, side{contactEnd(x), links}); err != nil {
				return err
			}
		}
	}
	if change != nil {
		if err := change(&page); err != nil {
			return err
		}
	}
	return s.show(c, status, page)
}

// contactMeta names the first organization that is not a former one, and the number to dial.
func contactMeta(clock views.Clock, v *visitor, x db.Contact, links []db.Link) views.ContactMeta {
	m := views.ContactMeta{JobTitle: x.JobTitle, Email: x.Email, Contacted: v.Can(db.ViewInteraction), LastContact: clock.Date(x.LastContactAt)}
	if len(links) > 0 && links[0].RelationshipStatus != "Former" {
		m.Organization = &views.Ref{Name: links[0].OrganizationName, Href: "/organizations/" + links[0].OrganizationID}
	}
	if m.CallShown = x.Mobile; m.CallShown == "" {
		m.CallShown = x.Phone
	}
	m.Call = dialable(m.CallShown)
	return m
}

func (s *Server) contactMetaOf(c *gin.Context, x db.Contact) views.View {
	links, err := s.db.OrganizationsOf(c.Request.Context(), who(c).Actor, x.ID)
	if err != nil {
		s.log.Error("the line under the name", "error", err)
	}
	return contactMeta(s.clock(c), who(c), x, links)
}

// dialable is a phone number without what only people read.
func dialable(number string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || (r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, number)
}

// taken is the contact that has a refused email already, to open it.
func taken(refused *db.Invalid) *views.Found {
	if refused == nil || refused.Taken == nil {
		return nil
	}
	x := refused.Taken
	return &views.Found{Name: x.Name(), Href: "/contacts/" + x.ID, Archived: !x.IsActive, Detail: joined(x.JobTitle, x.Organization)}
}

// takenByNew adds, in the form of a new contact, the button that brings an archived one back instead.
func takenByNew(refused *db.Invalid) *views.Found {
	f := taken(refused)
	if f != nil && f.Archived {
		f.Button, f.Action = "Restore "+f.Name, f.Href+"/restore"
		f.Fields = []views.Hidden{{Name: "version", Value: strconv.Itoa(refused.Taken.Version)}}
	}
	return f
}

// takenByLinked adds, in the form that creates and links a contact, the button that links the existing one.
func takenByLinked(refused *db.Invalid, action string) *views.Found {
	f := taken(refused)
	if f == nil {
		return nil
	}
	f.Button = "Link " + f.Name
	if f.Archived {
		f.Button = "Restore and link"
	}
	f.Action, f.Fields = action, []views.Hidden{{Name: "found_id", Value: refused.Taken.ID}}
	return f
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

func (s *Server) contactEdit(c *gin.Context) error {
	x, err := s.contact(c)
	if err != nil {
		return err
	}
	return s.contactEditAnswer(c, http.StatusOK, x, nil, nil, nil)
}

// contactEditAnswer is the full form: with the stored values, or with
// what was typed and what is wrong with it, or with both versions.
func (s *Server) contactEditAnswer(c *gin.Context, status int, x db.Contact, values db.Fields, refused *db.Invalid, stale *db.Conflict) error {
	stored, messages := db.Fields{}, map[string]string(nil)
	if refused != nil {
		messages = refused.Fields
	}
	for _, column := range contactColumns {
		stored[column], _ = x.Value(column)
	}
	return s.editForm(c, status, editForm{
		kind: "contact", base: "/contacts/" + x.ID, name: x.Name(), version: x.Version,
		list: views.Ref{Name: "Contacts", Href: "/contacts"}, section: "contacts",
		stored: stored, typed: values, refused: messages, stale: stale, found: taken(refused), fields: s.contactFields,
	})
}

func (s *Server) contactUpdate(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	ctx, by, values := c.Request.Context(), who(c).Actor, typed(c, contactColumns...)
	x, err := s.db.UpdateContact(ctx, by, id, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	if errors.As(err, &refused) || errors.As(err, &stale) {
		stored, readErr := s.db.Contact(ctx, by, id)
		if readErr != nil {
			return readErr
		}
		if refused != nil {
			stored.Version = version
			return s.contactEditAnswer(c, http.StatusUnprocessableEntity, stored, values, refused, nil)
		}
		return s.contactEditAnswer(c, http.StatusConflict, stored, values, nil, stale)
	}
	if err != nil {
		return err
	}
	if x.OutOfSight {
		return s.outOfSight(c, "/contacts", "Saved "+x.Name())
	}
	if err := s.flash(c, views.Toast{Text: "Saved " + x.Name()}); err != nil {
		return err
	}
	return s.redirect(c, "/contacts/"+x.ID)
}

func (s *Server) contactArchive(c *gin.Context) error {
	return s.contactActive(c, s.db.ArchiveContact, "Archived ", "restore")
}

func (s *Server) contactRestore(c *gin.Context) error {
	return s.contactActive(c, s.db.RestoreContact, "Restored ", "archive")
}

func (s *Server) contactActive(c *gin.Context, verb func(context.Context, db.Actor, string, int) (db.Contact, error), done, undo string) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	x, err := verb(c.Request.Context(), who(c).Actor, id, version)
	if err != nil {
		return err
	}
	return s.activeAnswer(c, "/contacts/"+id, done+x.Name(), undo, x.Version)
}
