package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

func (s *Server) tokenIndex(c *gin.Context) error {
	all, err := s.db.Tokens(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, views.Tokens{
		Page:      s.page(c, "API tokens", "The tokens with which programs sign in as you", "account"),
		TokenList: s.tokenList(c, all, "/account/tokens", "/account/tokens/", false),
	})
}

// tokenList lists tokens on a page, which asks before it revokes one. The form then posts to base, the token's id and
// /revoke.
func (s *Server) tokenList(c *gin.Context, all []db.Token, page, base string, theirs bool) views.TokenList {
	list, clock := views.TokenList{Theirs: theirs, Result: wording.Plural(len(all), "token")}, s.clock(c)
	for _, k := range all {
		state := k.State(clock.Now)
		row := views.TokenRow{
			Name: k.Name, Start: k.Start, May: wording.RoleMay(db.Role{May: k.Permissions}),
			Ends: s.tokenEnd(c, k), Used: clock.Date(k.LastUsedAt), Revoke: base + k.ID + "/revoke",
			Page: page, Ask: address(page, url.Values{"revoke": {k.ID}}), Asked: c.Query("revoke") == k.ID,
		}
		row.State, row.Tone = wording.TokenState(state), map[string]string{
			"active": "ok", "ending": "warn", "partial": "warn", "no rights": "bad", "expired": "none", "revoked": "none",
		}[state]
		switch state {
		case "expired":
			row.Revoke = ""
		case "revoked":
			row.State, row.Revoke = row.State+" "+clock.Date(k.RevokedAt).Text, ""
		default:
			row.May, row.Lost = wording.RoleMay(db.Role{May: k.Actor().May}), wording.Permissions(k.Lost())
		}
		list.Rows = append(list.Rows, row)
	}
	return list
}

// tokenEnd says on which day a token ends.
func (s *Server) tokenEnd(c *gin.Context, k db.Token) string {
	if k.ExpiresAt.IsZero() {
		return "Never expires"
	}
	return s.clock(c).Date(k.ExpiresAt.Add(-time.Millisecond)).Text // one that ends at midnight ends on the day before
}

func (s *Server) tokenNew(c *gin.Context) error {
	return s.tokenForm(c, http.StatusOK, []string{string(db.ViewClient), string(db.ViewInteraction)}, nil)
}

// tokenForm answers with the form, these permissions ticked, and the errors by field.
func (s *Server) tokenForm(c *gin.Context, status int, ticked []string, refused map[string]string) error {
	form, today := c.Request.PostForm, s.clock(c).Today()
	fields := withErrors([]views.Field{
		{
			ID: "name", Name: "name", Label: "Name", Autocomplete: "off", Value: form.Get("name"), Autofocus: refused == nil,
			Hint: "The program it is for. The history says it beside what the program changes",
		},
		{ID: "expires_on", Name: "expires_on", Label: "The last day", Type: "date", Value: form.Get("expires_on")},
		currentPassword("current_password"),
	}, refused)
	v := views.TokenForm{
		Page: s.page(c, "New token", "A token for a program", "account"), Name: fields[0], Day: fields[1], Password: fields[2],
		PermissionError: refused["permission"],
	}
	for _, g := range db.PermissionGroups {
		for _, p := range g.Permissions {
			if !who(c).Can(p) || !p.Offered() {
				continue
			}
			choice := views.TokenPermission{
				Slug: string(p), Label: p.Words(), Note: wording.WorksWith(p), Ticked: slices.Contains(ticked, string(p)),
			}
			if g.Heading == "Clients" || g.Heading == "Interactions" {
				v.Permissions = append(v.Permissions, choice)
			} else {
				v.Further, v.FurtherOpen = append(v.Further, choice), v.FurtherOpen || choice.Ticked
			}
		}
	}
	v.Ends = []views.TokenEnd{
		{Value: "90", Label: "In 90 days", Note: today.Add(db.TokenLife).Format("2 Jan 2006")},
		{Value: "365", Label: "In a year", Note: today.Add(365).Format("2 Jan 2006")},
		{Value: "day", Label: "On a day", Note: "At most 2 years"},
		{Value: "never", Label: "Never", Note: "Not advised"},
	}
	chosen := slices.IndexFunc(v.Ends, func(e views.TokenEnd) bool { return e.Value == tokenEnds(c) })
	v.Ends[max(chosen, 0)].Selected = true
	v.Failed = refused != nil
	return s.show(c, status, v)
}

// tokenEnds returns which end was chosen in the form. Programs send only expires_on or never.
func tokenEnds(c *gin.Context) string {
	switch form := c.Request.PostForm; {
	case form.Get("ends") != "":
		return form.Get("ends")
	case form.Get("never") != "":
		return "never"
	case form.Get("expires_on") != "":
		return "day"
	}
	return "90"
}

func (s *Server) tokenCreate(c *gin.Context) error {
	form := c.Request.PostForm
	n := db.NewToken{
		Name: form.Get("name"), ExpiresOn: form.Get("expires_on"), OnDay: form.Get("ends") == "day", Never: form.Get("never") != "",
	}
	for _, p := range form["permission"] {
		n.Permissions = append(n.Permissions, db.Permission(p))
	}
	switch form.Get("ends") {
	case "90":
		n.ExpiresOn = ""
	case "365":
		n.ExpiresOn = s.clock(c).Today().Add(365).String()
	case "never":
		n.ExpiresOn, n.Never = "", true
	}
	k, secret, err := s.db.CreateToken(c.Request.Context(), who(c).Actor, n, form.Get("current_password"))
	if status, refused := s.refusal(c, err); refused != nil {
		return s.tokenForm(c, status, form["permission"], refused)
	}
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, views.NewToken{
		Page: s.page(c, "Your new token", "A new token", "account"), Name: k.Name, Secret: secret,
		Address: s.baseURL.JoinPath("/api/crm/me").String(), May: wording.RoleMay(db.Role{May: k.Permissions}), Ends: s.tokenEnd(c, k),
	})
}

func (s *Server) tokenRevoke(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := s.db.RevokeToken(c.Request.Context(), who(c).Actor, id); err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: tokenRevoked}); err != nil {
		return err
	}
	return s.redirect(c, "/account/tokens")
}

const tokenRevoked = "Token revoked. A program that still uses it is refused"

// userRevokeToken revokes a token of the user of the URL.
func (s *Server) userRevokeToken(c *gin.Context) error {
	token, err := id(c, "token_id")
	if err != nil {
		return err
	}
	return s.userChange(c, tokenRevoked, func(id string) error {
		return s.db.RevokeTokenOf(c.Request.Context(), who(c).Actor, id, token)
	})
}

// userTokens lists the tokens of a user for those who manage users.
func (s *Server) userTokens(c *gin.Context, a db.Account) (views.TokenList, error) {
	all, err := s.db.TokensOf(c.Request.Context(), who(c).Actor, a.ID)
	list := s.tokenList(c, all, "/admin/users/"+a.ID, "/admin/users/"+a.ID+"/tokens/", true)
	for i := range list.Rows {
		if a.Beyond != "" {
			list.Rows[i].Revoke = ""
		}
	}
	return list, err
}
