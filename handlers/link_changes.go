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
	"clientregistry/views/wording"
)

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
		id, _, _ := e.other(l)
		return s.linkNotGone(c, e, "link-"+id, func(row *views.LinkRow) { row.Stale, row.Focus = wording.LookAgain(stale), true })
	}
	if gives := (*db.GivesAway)(nil); errors.As(err, &gives) {
		row := linkEditor(c, e, l, l.RoleLabel, l.RelationshipStatus)
		row.Editor.Gives = &views.GivesAway{Name: strings.Join(gives.Names, " and "), Unlinks: true}
		for _, name := range []string{"history", "row"} { // it may have been asked for in a list of changes
			if value := c.PostForm(name); value != "" {
				row.Editor.Gives.Fields = append(row.Editor.Gives.Fields, views.Hidden{Name: name, Value: value})
			}
		}
		return s.linkNotGone(c, e, row.ID, func(asking *views.LinkRow) { *asking = row })
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

// linkNotGone answers an unlink that was refused or must be confirmed: with the current card, in which the link's row says it.
func (s *Server) linkNotGone(c *gin.Context, e linkEnd, id string, say func(row *views.LinkRow)) error {
	links, err := s.links(c, e)
	if err != nil {
		return err
	}
	card := linkCard(who(c), e, links)
	for i := range card.Rows {
		if row := &card.Rows[i]; row.ID == id {
			say(row)
		}
	}
	return s.answerFragments(c, http.StatusConflict, func() error {
		return s.linkPage(c, http.StatusConflict, func(l *views.Links) { *l = card })
	}, card)
}
