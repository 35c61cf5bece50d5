package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/secrets"
	"clientregistry/views"
	"clientregistry/views/wording"
)

const accountPath = "/account"

func (s *Server) accountShow(c *gin.Context) error {
	return s.accountAnswer(c, http.StatusOK, "", storedAccount(c), nil)
}

// storedAccount returns the stored values of the account form.
func storedAccount(c *gin.Context) db.Fields {
	u := who(c).User
	values := db.Fields{"full_name": u.FullName, "time_zone": u.TimeZone, "theme": u.Theme, "single_keys": "", "email": ""}
	if u.SingleKeys {
		values["single_keys"] = "true"
	}
	return values
}

// accountAnswer answers with the page, these values and the errors by field. form is the form that
// was sent: account, email or password.
func (s *Server) accountAnswer(c *gin.Context, status int, form string, values db.Fields, refused map[string]string) error {
	forms := accountForms(values)
	withErrors(forms[form], refused)
	v := views.Account{
		Page:   s.page(c, "My account", "Your name, email, time zone, theme, password and sessions", "account"),
		Fields: forms["account"], Email: forms["email"], Password: forms["password"],
		Keys: values["single_keys"] != "", CurrentEmail: who(c).User.Email, SecondFactor: who(c).User.SecondFactor,
	}
	open, err := s.db.OpenSessions(c.Request.Context(), who(c).Actor, who(c).Token)
	if err != nil {
		return err
	}
	for _, o := range open {
		v.Sessions = append(v.Sessions, views.Session{
			ID: o.ID, Device: device(o.UA), Address: o.IP, LastUsed: s.clock(c).Date(o.LastUsed), Current: o.Current,
		})
	}
	if v.Changes, err = s.ownChanges(c, v.Toast); err != nil {
		return err
	}
	v.Failed = refused != nil
	return s.show(c, status, v)
}

// ownChanges returns the visitor's latest changes, each with its Undo. After one the list gets the focus.
func (s *Server) ownChanges(c *gin.Context, t *views.Toast) (all []views.HistoryEntry, err error) {
	entries, err := s.db.OwnChanges(c.Request.Context(), who(c).Actor)
	for _, e := range entries {
		line := historyEntry(s.clock(c), e, "", false)
		line.Time = s.clock(c).Date(e.At)
		line.Focus = t != nil && t.Row != ""
		offerUndo(&line, e)
		all = append(all, line)
	}
	return all, err
}

// accountForms returns the fields of the page's forms with these values.
func accountForms(values db.Fields) map[string][]views.Field {
	theme := views.Field{ID: "theme", Name: "theme", Label: "Theme"}
	for _, o := range []views.Option{
		{Value: "system", Label: "Same as the system"}, {Value: "light", Label: "Light"}, {Value: "dark", Label: "Dark"},
	} {
		o.Selected = o.Value == values["theme"]
		theme.Options = append(theme.Options, o)
	}
	return map[string][]views.Field{
		"account": {
			{ID: "full_name", Name: "full_name", Label: "Name", Autocomplete: "name", Value: values["full_name"]},
			zoneField(values["time_zone"]), theme,
		},
		"email": {
			{
				ID: "email", Name: "email", Label: "New email", Type: "email", Autocomplete: "email",
				Value: values["email"], Hint: "You sign in with it. Your other sessions end.",
			},
			currentPassword("email-password"),
		},
		"password": {
			currentPassword("current_password"),
			{
				ID: "password", Name: "password", Label: "New password", Type: "password", Autocomplete: "new-password",
				Hint: "At least 8 characters; 15 or more is better. Your other sessions end.",
			},
		},
	}
}

// currentPassword returns the field for the current password. The page has several, so each needs
// its own id.
func currentPassword(id string) views.Field {
	return views.Field{ID: id, Name: "current_password", Label: "Current password", Type: "password", Autocomplete: "current-password"}
}

// device describes what a user agent names: "Firefox on Windows", or "A program" where it is no browser.
func device(ua string) string {
	name := func(known [][2]string, otherwise string) string {
		for _, k := range known {
			if strings.Contains(ua, k[0]) {
				return k[1]
			}
		}
		return otherwise
	}
	browser := name([][2]string{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"},
		{"CriOS/", "Chrome"},
		{"Safari/", "Safari"},
	}, "")
	if browser == "" && !strings.HasPrefix(ua, "Mozilla/") { // as all browsers begin
		return "A program"
	}
	browser = cmp.Or(browser, "A browser")
	system := name([][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}, "")
	if system == "" {
		return browser
	}
	return browser + " on " + system
}

func (s *Server) accountUpdate(c *gin.Context) error {
	values := typed(c, "full_name", "time_zone", "theme")
	if keys, ok := c.Request.PostForm["single_keys"]; ok {
		values["single_keys"] = keys[len(keys)-1] // a ticked box is sent after the empty hidden field of the same name
	}
	err := s.db.UpdateAccount(c.Request.Context(), who(c).Actor, values)
	var refused *db.Invalid
	if errors.As(err, &refused) {
		for column, stored := range storedAccount(c) {
			if _, ok := values[column]; !ok {
				values[column] = stored
			}
		}
		return s.accountAnswer(c, http.StatusUnprocessableEntity, "account", values, refused.Fields)
	}
	if err != nil {
		return err
	}
	return s.accountChanged(c, "Account saved")
}

// themeUpdate switches the theme, and returns to the page that is open.
func (s *Server) themeUpdate(c *gin.Context) error {
	if err := s.db.UpdateAccount(c.Request.Context(), who(c).Actor, typed(c, "theme")); err != nil {
		return err
	}
	return s.redirect(c, nextPage(s.ownPath(c, "Referer")))
}

// timeZoneNoticeClose removes the line about the time zone, and leaves the page as it is.
func (s *Server) timeZoneNoticeClose(c *gin.Context) error {
	if err := s.db.CloseTimeZoneNotice(c.Request.Context(), who(c).Actor); err != nil {
		return err
	}
	if wantsFragment(c) {
		return s.show(c, http.StatusOK)
	}
	return s.redirect(c, nextPage(s.ownPath(c, "Referer")))
}

func (s *Server) emailUpdate(c *gin.Context) error {
	email, values := c.Request.PostForm.Get("email"), storedAccount(c)
	values["email"] = email
	err := s.db.ChangeEmail(c.Request.Context(), who(c).Actor, who(c).Token, c.Request.PostForm.Get("current_password"), email)
	if status, refused := s.refusal(c, err); refused != nil {
		return s.accountAnswer(c, status, "email", values, refused)
	}
	if err != nil {
		return err
	}
	return s.accountChanged(c, "Email changed. Your other sessions have ended")
}

func (s *Server) passwordUpdate(c *gin.Context) error {
	ctx, v, form := c.Request.Context(), who(c), c.Request.PostForm
	password := form.Get("password")
	if why := RefusePassword(password, v.User.Email); why != "" {
		return s.accountAnswer(c, http.StatusUnprocessableEntity, "password", storedAccount(c), map[string]string{"password": why})
	}
	hash, err := secrets.HashPassword(ctx, password)
	if err != nil {
		return err
	}
	err = s.db.ChangePassword(ctx, v.Actor, v.Token, form.Get("current_password"), hash)
	if status, refused := s.refusal(c, err); refused != nil {
		return s.accountAnswer(c, status, "password", storedAccount(c), refused)
	}
	if err != nil {
		return err
	}
	s.rememberDevice(c, v.Token)
	return s.accountChanged(c, "Password changed. Your other sessions have ended")
}

func (s *Server) sessionEnd(c *gin.Context) error {
	if err := s.db.EndSession(c.Request.Context(), who(c).Actor, c.Param("id")); err != nil {
		return err
	}
	return s.accountChanged(c, "Session ended")
}

func (s *Server) sessionEndOthers(c *gin.Context) error {
	ended, err := s.db.EndOtherSessions(c.Request.Context(), who(c).Actor, who(c).Token)
	if err != nil {
		return err
	}
	return s.accountChanged(c, wording.Plural(int(ended), "session")+" ended")
}

func (s *Server) accountChanged(c *gin.Context, done string) error {
	if err := s.flash(c, views.Toast{Text: done}); err != nil {
		return err
	}
	return s.redirect(c, accountPath)
}
