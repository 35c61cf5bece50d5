package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

func (s *Server) userIndex(c *gin.Context) error {
	var invite *views.InviteForm
	if c.Query("new") != "" {
		form, err := s.inviteForm(c, nil)
		if err != nil {
			return err
		}
		invite = form
	}
	return s.userList(c, http.StatusOK, invite)
}

func (s *Server) userList(c *gin.Context, status int, invite *views.InviteForm) error {
	all, err := s.db.Accounts(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	locked, err := s.db.LockedAddresses(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	page := views.Users{Page: s.page(c, "Users", "Who may sign in", "users"), Invite: invite, Result: wording.Plural(len(all), "user")}
	page.Failed = status >= 400
	for _, a := range locked {
		page.Locked = append(page.Locked, views.LockedAddress{Address: a.Address, Until: a.Until.In(who(c).User.Location()).Format("15:04")})
	}
	for _, a := range all {
		page.Rows = append(page.Rows, s.userRow(c, a))
	}
	return s.show(c, status, page)
}

// userRow returns a user with their state and the actions open to the visitor.
func (s *Server) userRow(c *gin.Context, a db.Account) views.UserRow {
	now, zone := s.now(), who(c).User.Location()
	row := views.UserRow{
		ID: a.ID, Name: a.FullName, Email: a.Email, Roles: strings.Join(a.Roles, ", "), LastSignIn: s.clock(c).Date(a.LastSignInAt),
	}
	var password, factor []views.UserAction
	own := a.ID == who(c).User.ID // changed on My account, with the current password
	if !own {
		password = []views.UserAction{{Action: "reset-password", Icon: "key", Label: "Create a password link"}}
	}
	sessions := views.UserAction{Action: "end-sessions", Icon: "x", Label: "End all sessions"}
	disable := views.UserAction{Action: "disable", Icon: "archive", Label: "Disable", Danger: true}
	row.SecondFactor = "Off"
	if a.SecondFactor {
		row.SecondFactor = "Authenticator app"
		if !own {
			factor = []views.UserAction{{Action: "reset-mfa", Icon: "mobile", Label: "Reset the second factor"}}
		}
	}
	switch a.State(now) {
	case "invited":
		row.State, row.Tone, row.Note, row.SecondFactor = "Invited", "info", "Link has expired", ""
		if a.InvitedUntil.After(now) {
			row.Note = "Link works until " + a.InvitedUntil.In(zone).Format("2 Jan 15:04")
		}
		row.Actions = []views.UserAction{{Action: "invite", Icon: "email", Label: "Create a new invitation"}, disable}
	case "locked":
		row.State, row.Tone, row.Note = "Locked", "warn", "Until "+a.LockedUntil.In(zone).Format("15:04")
		row.Actions = slices.Concat([]views.UserAction{{Action: "unlock", Icon: "lock", Label: "Unlock"}}, password,
			factor, []views.UserAction{sessions, disable})
	case "second factor missing":
		row.State, row.Tone = "Second factor missing", "warn"
		row.Actions = append(password, sessions, disable)
	case "disabled":
		row.State, row.Tone = "Disabled", "mute"
		row.Actions = []views.UserAction{{Action: "enable", Icon: "restore", Label: "Enable"}}
	default:
		row.State, row.Tone = "Active", "ok"
		row.Actions = slices.Concat(password, factor, []views.UserAction{sessions, disable})
	}
	if a.ID == who(c).User.ID { // they could not undo it
		row.Actions = slices.DeleteFunc(row.Actions, func(x views.UserAction) bool { return x.Action == disable.Action })
	}
	if a.Beyond != "" {
		row.Actions = nil
	}
	return row
}

// roleChoices lists all roles, those in slugs ticked.
func (s *Server) roleChoices(c *gin.Context, slugs []string) ([]views.RoleChoice, error) {
	roles, err := s.db.Roles(c.Request.Context(), who(c).Actor)
	var choices []views.RoleChoice
	for _, x := range roles {
		choices = append(choices, views.RoleChoice{
			Slug: x.Slug, Name: x.Name, Href: "/admin/roles/" + x.ID, Words: x.Description,
			May:    wording.RoleMay(x) + " · " + strings.ToLower(wording.RoleClients(x)),
			Ticked: slices.Contains(slugs, x.Slug), Beyond: who(c).Beyond(x) != "",
		})
	}
	return choices, err
}

func (s *Server) inviteForm(c *gin.Context, refused map[string]string) (*views.InviteForm, error) {
	form := c.Request.PostForm
	roles, err := s.roleChoices(c, form["role"])
	fields := withErrors([]views.Field{
		{ID: "full_name", Name: "full_name", Label: "Name", Autocomplete: "off", Value: form.Get("full_name")},
		{ID: "email", Name: "email", Label: "Email", Type: "email", Autocomplete: "off", Value: form.Get("email")},
	}, refused)
	if refused == nil {
		fields[0].Autofocus = true
	}
	return &views.InviteForm{RequestID: requestID(c), Fields: fields, Roles: roles, Error: refused["role"]}, err
}

func (s *Server) userCreate(c *gin.Context) error {
	form := c.Request.PostForm
	id, token, err := s.db.InviteUser(c.Request.Context(), who(c).
		Actor, form.Get("email"), form.Get("full_name"), form["role"], form.Get("request_id"))
	var refused *db.Invalid
	if errors.As(err, &refused) {
		invite, err := s.inviteForm(c, refused.Fields)
		if err != nil {
			return err
		}
		return s.userList(c, http.StatusUnprocessableEntity, invite)
	}
	if first := (*db.Repeated)(nil); errors.As(err, &first) {
		return s.userRepeated(c, first)
	}
	if err != nil {
		return err
	}
	if token == "" { // sent again, and accepted meanwhile
		return s.redirect(c, "/admin/users/"+id)
	}
	return s.showLink(c, id, "invitations", token, db.InvitationLife)
}

// showLink shows a one-time link on the user's page. It cannot be shown again, because only its
// hash is stored.
func (s *Server) showLink(c *gin.Context, id, kind, token string, life time.Duration) error {
	a, err := s.db.Account(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	return s.userPage(c, http.StatusOK, userForm{stored: a}, &views.OneTimeLink{
		For: a.FullName, URL: s.baseURL.JoinPath(kind, token).String(), Until: s.now().Add(life).In(who(c).User.Location()).Format("2 Jan 15:04"),
	})
}

func (s *Server) account(c *gin.Context) (db.Account, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.Account{}, err
	}
	return s.db.Account(c.Request.Context(), who(c).Actor, id)
}

func (s *Server) userShow(c *gin.Context) error {
	a, err := s.account(c)
	if err != nil {
		return err
	}
	return s.userPage(c, http.StatusOK, userForm{stored: a}, nil)
}

// userForm is the state of a user's page: what is stored, the roles that were ticked, and what is
// wrong.
type userForm struct {
	stored  db.Account
	ticked  *[]string
	was     string // the encoded Values that the form was made with; "" for the stored ones
	typed   db.Fields
	heir    string // whom to hand the user's clients to, "" for nobody yet
	refused *db.Invalid
	gives   *db.GivesAway
	stale   *db.Conflict
}

func (s *Server) userPage(c *gin.Context, status int, f userForm, link *views.OneTimeLink) error {
	a, ticked := f.stored, f.stored.Roles
	if f.ticked != nil {
		ticked = *f.ticked
	}
	page := views.User{
		Page: s.page(c, a.FullName, "A user", "users"), Row: s.userRow(c, a), Created: s.clock(c).Date(a.CreatedAt), Link: link,
		Beyond: a.Beyond, Own: a.ID == who(c).User.ID, Was: cmp.Or(f.was, a.Values().Encode()),
	}
	var err1, err2, err3, err4 error
	page.Given, err1 = s.roleChoices(c, ticked)
	page.HandOver, err2 = s.handOverForm(c, f)
	page.Sight, err3 = s.sight(c, a)
	page.Tokens, err4 = s.userTokens(c, a)
	for i, choice := range page.Given {
		page.Given[i].Held = slices.Contains(a.Roles, choice.Slug)
	}
	switch {
	case f.refused == nil || f.refused.Fields["owner_user_id"] != "":
	case f.ticked != nil:
		page.RoleError = wording.Refusals(f.refused)
	default:
		page.SignInError = wording.Refusals(f.refused)
	}
	if f.stale != nil {
		page.Conflict = s.conflict(c, f.stale, "this user", 0, f.typed, []views.Difference{{
			Column: "roles", Label: "Roles", Theirs: roleNames(page.Given, a.Roles), Yours: roleNames(page.Given, ticked),
		}})
	}
	page.Failed = status >= 400
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	return s.show(c, status, page)
}

// handOverForm returns the form that hands over what the user owns, or nil if the visitor may not.
func (s *Server) handOverForm(c *gin.Context, f userForm) (*views.HandOver, error) {
	if handOver.Check(who(c)) != nil {
		return nil, nil
	}
	owned, err1 := s.db.Owned(c.Request.Context(), who(c).Actor, f.stored.ID)
	heirs, err2 := s.db.Heirs(c.Request.Context(), who(c).Actor, f.stored.ID)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	form := &views.HandOver{Owns: wording.Owns(owned, db.EditInteractions.MetBy(who(c).Actor)), Nothing: owned == db.Owned{}, To: views.Field{
		ID: "to", Name: "owner_user_id", Label: "Hand all of it over to",
		Options: append([]views.Option{{Label: "Choose somebody"}}, personOptions(heirs, f.heir)...),
	}}
	if f.refused != nil {
		form.To.Error = f.refused.Fields["owner_user_id"]
		form.To.Autofocus = form.To.Error != ""
	}
	if f.gives != nil {
		form.Hides = wording.Plural(len(f.gives.Names), "client")
	}
	return form, nil
}

// roleNames returns the names of some roles, in the order of all.
func roleNames(all []views.RoleChoice, slugs []string) string {
	var names []string
	for _, x := range all {
		if slices.Contains(slugs, x.Slug) {
			names = append(names, x.Name)
		}
	}
	return strings.Join(names, ", ")
}

// userChange makes a change to the user of the URL. A refusal is shown on their page.
func (s *Server) userChange(c *gin.Context, done string, change func(id string) error) error {
	a, err := s.account(c)
	if err != nil {
		return err
	}
	err = change(a.ID)
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.userPage(c, http.StatusUnprocessableEntity, userForm{stored: a, refused: refused}, nil)
	}
	if err != nil {
		return err
	}
	return s.userChanged(c, a.ID, done)
}

func (s *Server) userChanged(c *gin.Context, id, done string) error {
	if err := s.flash(c, views.Toast{Text: done}); err != nil {
		return err
	}
	return s.redirect(c, "/admin/users/"+id)
}

func (s *Server) userRoles(c *gin.Context) error {
	a, err := s.account(c)
	if err != nil {
		return err
	}
	ticked := c.Request.PostForm["role"]
	values, _ := decided(c, db.Fields{"roles": "", "was": c.Request.PostForm.Get("was")}, 0)
	if _, mine := values["roles"]; mine {
		err = s.db.SetRoles(c.Request.Context(), who(c).Actor, a.ID, ticked, values["was"])
	}
	var refused *db.Invalid
	var stale *db.Conflict
	if errors.As(err, &refused) {
		return s.userPage(c, http.StatusUnprocessableEntity, userForm{stored: a, ticked: &ticked, was: values["was"], refused: refused}, nil)
	}
	if errors.As(err, &stale) {
		if a, err = s.account(c); err != nil {
			return err
		}
		return s.userPage(c, http.StatusConflict, userForm{stored: a, ticked: &ticked, typed: values, stale: stale}, nil)
	}
	if err != nil {
		return err
	}
	return s.userChanged(c, a.ID, "Roles saved. Where they changed, the person signs in again")
}

func (s *Server) userDisable(c *gin.Context) error {
	return s.userChange(c, "Disabled, and signed out everywhere", func(id string) error {
		return s.db.DisableUser(c.Request.Context(), who(c).Actor, id)
	})
}

func (s *Server) userEnable(c *gin.Context) error {
	return s.userChange(c, "Enabled", func(id string) error { return s.db.EnableUser(c.Request.Context(), who(c).Actor, id) })
}

func (s *Server) userUnlock(c *gin.Context) error {
	return s.userChange(c, "Unlocked", func(id string) error { return s.db.Unlock(c.Request.Context(), who(c).Actor, id) })
}

func (s *Server) addressUnlock(c *gin.Context) error {
	if err := s.db.UnlockAddress(c.Request.Context(), who(c).Actor, readable(c.Request.PostForm.Get("address"))); err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: "Sign-ins from that address are unlocked"}); err != nil {
		return err
	}
	return s.redirect(c, "/admin/users")
}

func (s *Server) userEndSessions(c *gin.Context) error {
	return s.userChange(c, "Signed out everywhere", func(id string) error { return s.db.EndSessions(c.Request.Context(), who(c).Actor, id) })
}

func (s *Server) userResetMFA(c *gin.Context) error {
	return s.userChange(c, "Second factor reset, and signed out everywhere", func(id string) error {
		return s.db.ResetSecondFactor(c.Request.Context(), who(c).Actor, id)
	})
}

func (s *Server) userHandOver(c *gin.Context) error {
	a, err := s.account(c)
	if err != nil {
		return err
	}
	to := c.Request.PostForm.Get("owner_user_id")
	done, err := s.db.HandOver(c.Request.Context(), who(c).Actor, a.ID, to)
	f := userForm{stored: a, heir: to}
	switch {
	case errors.As(err, &f.refused):
		return s.userPage(c, http.StatusUnprocessableEntity, f, nil)
	case errors.As(err, &f.gives):
		return s.userPage(c, http.StatusConflict, f, nil)
	case err != nil:
		return err
	}
	name, err := s.db.PersonName(c.Request.Context(), to)
	if err != nil {
		return err
	}
	page := "/admin/users/" + a.ID
	toast := views.Toast{Text: wording.HandedOver(done, name)}
	if all := done.Batches; len(all) > 0 {
		toast.Undo = &views.Undo{Action: "/batches/" + all[0] + "/undo", Fields: []views.Hidden{{Name: "next", Value: page}}, Slow: true}
		for _, id := range all[1:] {
			toast.Undo.Fields = append(toast.Undo.Fields, views.Hidden{Name: "also", Value: id})
		}
	}
	if err := s.flash(c, toast); err != nil {
		return err
	}
	return s.redirect(c, page)
}

func (s *Server) userInvite(c *gin.Context) error {
	return s.userLink(c, "invitations", db.InvitationLife, func(id string) (string, error) {
		return s.db.RenewInvitation(c.Request.Context(), who(c).Actor, id)
	})
}

func (s *Server) userResetPassword(c *gin.Context) error {
	return s.userLink(c, "resets", db.ResetLife, func(id string) (string, error) {
		return s.db.StartReset(c.Request.Context(), who(c).Actor, id)
	})
}

func (s *Server) userLink(c *gin.Context, kind string, life time.Duration, start func(id string) (string, error)) error {
	a, err := s.account(c)
	if err != nil {
		return err
	}
	token, err := start(a.ID)
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.userPage(c, http.StatusUnprocessableEntity, userForm{stored: a, refused: refused}, nil)
	}
	if err != nil {
		return err
	}
	return s.showLink(c, a.ID, kind, token, life)
}
