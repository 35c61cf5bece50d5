package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// A form that is sent twice with different content comes back with what the first one stored and
// what was typed the second time. It then has a new request_id to create another record, or it
// changes the first one.

// newRequest drops the form's request_id.
func newRequest(c *gin.Context) { c.Request.PostForm.Del("request_id") }

// repeat says that a form was sent before, and shows what it made if the visitor may still see
// that. another is the label of the button that makes one more.
func (s *Server) repeat(c *gin.Context, first *db.Repeated, another string) *views.Repeat {
	newRequest(c)
	return &views.Repeat{Conflict: views.Conflict{Made: &views.Ref{}, At: s.clock(c).Date(first.At)}, Another: another}
}

// recordRepeated answers the form of a new record that was sent before.
func (s *Server) recordRepeated(c *gin.Context, k *recordKind, values db.Fields, first *db.Repeated) error {
	for _, f := range k.Fields {
		if f.Default != "" && values[f.Column] == "" {
			values[f.Column] = values[f.Default] // as the store does
		}
	}
	repeat := s.repeat(c, first, "Create another")
	f, err := s.newForm(c, k, values, nil)
	if err != nil {
		return err
	}
	f.Repeat, f.Failed = repeat, true
	r, err := k.read(s.db, c.Request.Context(), who(c).Actor, first.ID)
	if err == nil {
		*repeat.Made, repeat.Change, f.Version = views.Ref{Name: r.Name(), Href: k.base(r.ID)}, k.base(r.ID), r.Version
		repeat.Differences = compare(&f, r.Values())
	} else if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return s.show(c, http.StatusConflict, f)
}

// interactionRepeated answers a composer that was sent before.
func (s *Server) interactionRepeated(c *gin.Context, x timelineRecord, values db.Fields, first *db.Repeated) error {
	repeat := s.repeat(c, first, "Log another")
	i, err := s.db.Interaction(c.Request.Context(), who(c).Actor, first.ID)
	if err == nil {
		err = s.interactionMade(c, i, values, repeat)
	} else if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return err
	}
	composer, err := s.composerRefused(c, x, nil)
	if err != nil {
		return err
	}
	composer.Repeat, composer.Sent = repeat, true
	return s.composerShown(c, http.StatusConflict, composer)
}

// interactionMade adds the interaction that the first request logged and how it differs from what
// was typed.
func (s *Server) interactionMade(c *gin.Context, i db.Interaction, values db.Fields, repeat *views.Repeat) error {
	e, err := s.eventEditor(c, i, values)
	if err != nil {
		return err
	}
	path := "/interactions/" + i.ID
	*repeat.Made, repeat.Change = views.Ref{Name: i.Subject, Href: path}, path
	repeat.Fields = []views.Hidden{
		{Name: "version", Value: strconv.Itoa(i.Version)},
		{Name: "follow_up_id", Value: i.Next.ID},
		{Name: "follow_up_version", Value: strconv.Itoa(i.Next.Version)},
	}
	repeat.Differences = s.interactionDifferences(c, i, e.Editor, values)
	return nil
}

// linkRepeated answers the form of a link that was sent before. other is the end chosen in it.
func (s *Server) linkRepeated(c *gin.Context, e linkEnd, other string, first *db.Repeated) error {
	repeat := s.repeat(c, first, "Link another")
	form, err := s.linkFormTyped(c, e, other, nil)
	if err != nil {
		return err
	}
	form.Repeat = repeat
	organizationID, contactID := db.LinkEnds(first.ID)
	l, err := s.db.Link(c.Request.Context(), who(c).Actor, organizationID, contactID)
	if err == nil {
		err = s.linkMade(c, e, l, form)
	} else if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return err
	}
	return s.linkFormAnswer(c, e, http.StatusConflict, form)
}

// linkAndRecordUpdate changes a link and the record that was made with it to what a repeated form says.
func (s *Server) linkAndRecordUpdate(c *gin.Context, e linkEnd, l db.Link, version int, values db.Fields) error {
	endVersion, err := versionIn(c, "record_version")
	if err != nil {
		return err
	}
	changed, err := s.db.UpdateLinkAndEnd(c.Request.Context(), who(c).Actor, l.OrganizationID, l.ContactID, version, values,
		recordKinds[e.otherPlural].RecordKind, endVersion, typed(c, e.newColumns()...))
	var refused *db.Invalid
	var stale *db.Conflict
	status := http.StatusUnprocessableEntity
	switch {
	case errors.As(err, &stale):
		status = http.StatusConflict
	case errors.As(err, &refused):
	case err != nil:
		return err
	default:
		id, name, _ := e.other(changed)
		return s.linkChanged(c, e, "Saved the link to "+text.Isolate(name), nil, "edit-link-"+id)
	}
	form, err := s.linkFormTyped(c, e, "", refused)
	if err != nil {
		return err
	}
	form.Repeat = s.repeat(c, &db.Repeated{}, "Link another")
	if err := s.linkMade(c, e, l, form); err != nil {
		return err
	}
	return s.linkFormAnswer(c, e, status, form)
}

// linkGone answers a repeated form whose link was removed before it could be changed.
func (s *Server) linkGone(c *gin.Context, e linkEnd) error {
	form, err := s.linkFormTyped(c, e, c.Request.PostForm.Get(e.otherKind+"_id"), nil)
	if err != nil {
		return err
	}
	form.Error = "This link was removed in the meantime. Your changes are not saved yet"
	return s.linkFormAnswer(c, e, http.StatusConflict, form)
}

// linkMade adds the link that the first request made and how it differs from what was typed.
func (s *Server) linkMade(c *gin.Context, e linkEnd, l db.Link, form views.LinkForm) error {
	id, name, _ := e.other(l)
	repeat := form.Repeat
	*repeat.Made = views.Ref{Name: name, Href: e.base}
	repeat.Fields = []views.Hidden{{Name: "version", Value: strconv.Itoa(l.Version)}}
	switch {
	case form.Create != nil:
		k := recordKinds[e.otherPlural]
		r, err := k.read(s.db, c.Request.Context(), who(c).Actor, id)
		if err != nil {
			return err
		}
		for _, f := range form.Create {
			repeat.Add(f.Label, r.Value(f.Name), f.Value)
		}
		repeat.Change = e.base + "/" + e.otherPlural + "/" + id
		repeat.Fields = append(repeat.Fields, views.Hidden{Name: "record_version", Value: strconv.Itoa(r.Version)})
	case form.Chosen.ID == id:
		repeat.Change = e.base + "/" + e.otherPlural + "/" + id
	default:
		repeat.Add(capital(e.otherKind), name, form.Chosen.Name)
	}
	repeat.Add("Role", l.RoleLabel, form.Role.Value)
	repeat.Add("Status", l.RelationshipStatus, form.Status.Value())
	return nil
}

// savedViewRepeated answers the form of a new view that was sent before.
func (s *Server) savedViewRepeated(c *gin.Context, x db.SavedView, first *db.Repeated) error {
	stored, err := s.db.SavedView(c.Request.Context(), who(c).Actor, first.ID)
	if err != nil {
		return err
	}
	repeat := s.repeat(c, first, "Save another")
	*repeat.Made, repeat.Change = views.Ref{Name: stored.Name, Href: s.savedViewAddress(c, stored)}, "/views/"+stored.ID
	repeat.Fields = []views.Hidden{{Name: "version", Value: strconv.Itoa(stored.Version)}, {Name: "form", Value: "1"}}
	if repeat.Differences, err = s.savedViewDifferences(c, savedViewEdit{stored: stored, typed: x}); err != nil {
		return err
	}
	page, err := s.savedViewNewForm(c, x, nil)
	if err != nil {
		return err
	}
	page.Repeat, page.Name.Autofocus, page.Failed, page.Replace = repeat, false, true, nil
	return s.show(c, http.StatusConflict, page)
}

// userRepeated answers an invitation that was sent before. The roles can be changed; the name and the
// email are the person's own.
func (s *Server) userRepeated(c *gin.Context, first *db.Repeated) error {
	repeat := s.repeat(c, first, "Invite another")
	invite, err := s.inviteForm(c, nil)
	if err != nil {
		return err
	}
	invite.Repeat, invite.Fields[0].Autofocus = repeat, false
	a, err := s.db.Account(c.Request.Context(), who(c).Actor, first.ID)
	if err == nil {
		form, path := c.Request.PostForm, "/admin/users/"+a.ID
		*repeat.Made = views.Ref{Name: a.FullName, Href: path}
		repeat.Add("Name", a.FullName, form.Get("full_name"))
		repeat.Add("Email", a.Email, form.Get("email"))
		if len(repeat.Differences) == 0 {
			repeat.Change, repeat.Fields = path+"/roles", []views.Hidden{{Name: "was", Value: a.Values().Encode()}}
		}
		repeat.Add("Roles", roleNames(invite.Roles, a.Roles), roleNames(invite.Roles, form["role"]))
	} else if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return s.userList(c, http.StatusConflict, invite)
}

// roleRepeated answers the form of a new role that was sent before. A slug cannot be changed.
func (s *Server) roleRepeated(c *gin.Context, values db.Fields, first *db.Repeated) error {
	repeat, typed := s.repeat(c, first, "Create another"), typedRole(values, c.Request.PostForm, db.Role{ClientScope: "all"})
	x, err := s.db.Role(c.Request.Context(), who(c).Actor, first.ID)
	if err == nil {
		path := "/admin/roles/" + x.ID
		*repeat.Made = views.Ref{Name: x.Name, Href: path}
		if typed.Slug != "" {
			repeat.Add("Short name", x.Slug, typed.Slug)
		}
		if len(repeat.Differences) == 0 {
			repeat.Change, repeat.Fields = path, []views.Hidden{{Name: "was", Value: x.Values().Encode()}}
		}
		repeat.Differences = append(repeat.Differences, roleDifferences(x, typed)...)
	} else if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return s.rolePage(c, http.StatusConflict, roleForm{typed: typed, repeat: repeat})
}

// batchRepeated previews a batch whose form was sent before with other content.
func (s *Server) batchRepeated(c *gin.Context, x *batchForm, first *db.Repeated) error {
	newRequest(c)
	x.RequestID = ""
	return s.batchPreview(c, x, "This form was already sent with other content, "+s.clock(c).Moment(first.At).Text+
		", and that change was made. What is below has not been done yet")
}
