package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

func (s *Server) organizationIndex(c *gin.Context) error {
	f, p, err := s.listInput(c, organizationList)
	if err != nil {
		return err
	}
	found, next, err := s.db.Organizations(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return err
	}
	columns, err := s.shownColumns(c, organizationList, p)
	if err != nil {
		return err
	}
	l, err := s.newList(c, organizationList, f, p, columns, next)
	if err != nil {
		return err
	}
	l.Rows = make([]views.Kept, 0, len(found))
	clock := s.clock(c)
	key := newRowKey(clock, db.Organization{}, columns, l.Actions != nil)
	for _, o := range found {
		key.record = o
		l.Rows = append(l.Rows, views.Kept{Key: key, Make: func() views.View { return organizationRow(clock, o, columns, l.Actions != nil) }})
	}
	return s.list(c, l, p)
}

func organizationRow(clock views.Clock, o db.Organization, columns []listColumn, pick bool) views.Row {
	row := views.Row{
		ID: o.ID, Name: o.DisplayName, Href: "/organizations/" + o.ID, Domain: views.Domain(o.Website), Square: true, Archived: !o.IsActive, Pick: pick,
		Sub: [3]string{o.Sector, o.SizeBand, firstName(o.OwnerName)},
	}
	for i, col := range columns {
		row.Cells[i] = organizationCell(clock, o, col)
	}
	return row
}

func organizationCell(clock views.Clock, o db.Organization, col listColumn) views.Cell {
	switch col.name {
	case "sector":
		return views.Cell{Kind: "cut", Text: o.Sector}
	case "size_band":
		return views.Cell{Kind: "text", Text: o.SizeBand}
	case "owner":
		return views.Cell{Kind: "owner", Text: o.OwnerName}
	case "contacts":
		return views.Cell{Kind: "number", Text: strconv.Itoa(o.Contacts)}
	}
	return timeCell(clock, col, o.LastContactAt, o.LastContactChannel, o.CreatedAt, o.UpdatedAt)
}

// organizationColumns are what the full form sends.
var organizationColumns = []string{"display_name", "legal_name", "website", "sector", "size_band", "tax_id", "owner_user_id"}

// organizationFields are the full form's fields with these values.
func (s *Server) organizationFields(c *gin.Context, values db.Fields, refused map[string]string) ([]views.Field, error) {
	var fields []views.Field
	for _, f := range organizationFacts {
		field, err := s.field(c, f, values[f.column])
		if err != nil {
			return nil, err
		}
		field.ID, field.Optional = f.column, f.column != "display_name" && f.column != "legal_name"
		if f.column == "display_name" {
			field.DefaultsTo = "legal_name"
		}
		fields = append(fields, field)
	}
	return withErrors(fields, refused), nil
}

func (s *Server) organizationNew(c *gin.Context) error {
	return s.organizationNewAnswer(c, http.StatusOK, db.Fields{"owner_user_id": who(c).UserID, "display_name": query(c, "display_name")}, nil)
}

func (s *Server) organizationNewAnswer(c *gin.Context, status int, values db.Fields, refused map[string]string) error {
	fields, err := s.organizationFields(c, values, refused)
	if err != nil {
		return err
	}
	if refused == nil {
		fields[0].Autofocus = true
	}
	return s.form(c, status, views.Form{
		Page: s.page(c, "New organization", "Add an organization", "organizations"), Heading: "New organization",
		List: views.Ref{Name: "Organizations", Href: "/organizations"}, Action: "/organizations", Submit: "Create organization", Cancel: "/organizations",
		RequestID: requestID(c), Fields: fields,
	}, refused)
}

func (s *Server) organizationCreate(c *gin.Context) error {
	values := typed(c, organizationColumns...)
	o, err := s.db.CreateOrganization(c.Request.Context(), who(c).Actor, values, c.Request.PostForm.Get("request_id"))
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.organizationNewAnswer(c, http.StatusUnprocessableEntity, values, refused.Fields)
	}
	if err != nil {
		return err
	}
	if o.OutOfSight {
		return s.outOfSight(c, "/organizations", "Created "+o.DisplayName)
	}
	if err := s.flash(c, views.Toast{Text: "Created " + o.DisplayName}); err != nil {
		return err
	}
	return s.redirect(c, "/organizations/"+o.ID)
}

func (s *Server) organization(c *gin.Context) (db.Organization, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.Organization{}, err
	}
	return s.db.Organization(c.Request.Context(), who(c).Actor, id)
}

func (s *Server) organizationShow(c *gin.Context) error {
	o, err := s.organization(c)
	if err != nil {
		return err
	}
	return s.organizationPage(c, http.StatusOK, o, nil)
}

// organizationPage answers an organization's whole page; change puts an
// editor or a refusal in its place on it.
func (s *Server) organizationPage(c *gin.Context, status int, o db.Organization, change func(*views.Organization) error) error {
	ctx, v, clock := c.Request.Context(), who(c), s.clock(c)
	page := views.Organization{
		Record: views.Record{
			Page: s.page(c, o.DisplayName, "Organization", "organizations"),
			Kind: "organization", Base: "/organizations/" + o.ID, Name: o.DisplayName, Version: o.Version, CanEdit: v.Can(db.EditClient),
			Details: views.Details{Facts: organizationFactList(o, v)},
		},
	}
	if err := s.recordPage(c, &page.Record, "organization", o.ID, o.IsActive, o.CreatedAt, o.UpdatedAt); err != nil {
		return err
	}
	links, err := s.db.ContactsOf(ctx, v.Actor, o.ID)
	if err != nil {
		return err
	}
	page.Heading = views.OrganizationHeading{Name: page.Name, Archived: page.Archived != nil, Meta: organizationMeta(clock, v, o), Acts: page.Acts()}
	page.Links = s.organizationLinkCard(v, o, links)
	if v.Can(db.ViewInteraction) {
		if page.Timeline, err = s.keptTimeline(c, side{organizationEnd(o), links}); err != nil {
			return err
		}
		if v.Can(db.EditInteraction) {
			if page.Composer, err = s.composer(c, side{organizationEnd(o), links}); err != nil {
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

func organizationMeta(clock views.Clock, v *visitor, o db.Organization) views.OrganizationMeta {
	return views.OrganizationMeta{Website: o.Website, Contacted: v.Can(db.ViewInteraction), LastContact: clock.Date(o.LastContactAt)}
}

func (s *Server) organizationEdit(c *gin.Context) error {
	o, err := s.organization(c)
	if err != nil {
		return err
	}
	return s.organizationEditAnswer(c, http.StatusOK, o, nil, nil, nil)
}

// organizationEditAnswer is the full form: with the stored values, or with
// what was typed and what is wrong with it, or with both versions.
func (s *Server) organizationEditAnswer(c *gin.Context, status int, o db.Organization, values db.Fields, refused map[string]string, stale *db.Conflict) error {
	stored := db.Fields{}
	for _, column := range organizationColumns {
		stored[column], _ = o.Value(column)
	}
	return s.editForm(c, status, editForm{
		kind: "organization", base: "/organizations/" + o.ID, name: o.DisplayName, version: o.Version,
		list: views.Ref{Name: "Organizations", Href: "/organizations"}, section: "organizations",
		stored: stored, typed: values, refused: refused, stale: stale, fields: s.organizationFields,
	})
}

func (s *Server) organizationUpdate(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	ctx, by, values := c.Request.Context(), who(c).Actor, typed(c, organizationColumns...)
	o, err := s.db.UpdateOrganization(ctx, by, id, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	if errors.As(err, &refused) || errors.As(err, &stale) {
		stored, readErr := s.db.Organization(ctx, by, id)
		if readErr != nil {
			return readErr
		}
		if refused != nil {
			stored.Version = version
			return s.organizationEditAnswer(c, http.StatusUnprocessableEntity, stored, values, refused.Fields, nil)
		}
		return s.organizationEditAnswer(c, http.StatusConflict, stored, values, nil, stale)
	}
	if err != nil {
		return err
	}
	if o.OutOfSight {
		return s.outOfSight(c, "/organizations", "Saved "+o.DisplayName)
	}
	if err := s.flash(c, views.Toast{Text: "Saved " + o.DisplayName}); err != nil {
		return err
	}
	return s.redirect(c, "/organizations/"+o.ID)
}

func (s *Server) organizationArchive(c *gin.Context) error {
	return s.organizationActive(c, s.db.ArchiveOrganization, "Archived ", "restore")
}

func (s *Server) organizationRestore(c *gin.Context) error {
	return s.organizationActive(c, s.db.RestoreOrganization, "Restored ", "archive")
}

func (s *Server) organizationActive(c *gin.Context, verb func(context.Context, db.Actor, string, int) (db.Organization, error), done, undo string) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	o, err := verb(c.Request.Context(), who(c).Actor, id, version)
	if err != nil {
		return err
	}
	return s.activeAnswer(c, "/organizations/"+id, done+o.DisplayName, undo, o.Version)
}
