package handlers

import (
	"bytes"
	"encoding/base32"
	"errors"
	"image/png"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/pquerna/otp/totp"

	"clientregistry/db"
	"clientregistry/db/secrets"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// secondFactorShow guides through setting up an authenticator app. For those who have one it shows
// the state; ?new=1 sets up a new app instead.
func (s *Server) secondFactorShow(c *gin.Context) error {
	if who(c).User.SecondFactor && c.Query("new") == "" {
		return s.secondFactorPage(c, http.StatusOK, "", nil)
	}
	return s.enrolPage(c, http.StatusOK, nextPage(c.Query("next")), nil)
}

// enrolPage shows the key for the app and asks for its first code.
func (s *Server) enrolPage(c *gin.Context, status int, next string, refused map[string]string) error {
	f, err := s.db.SecondFactor(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	seed, err := s.db.StartSecondFactor(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	again := currentPassword("current_password")
	again.Large = true
	v := views.Enrol{
		Page: s.page(c, "Set up a second factor", "An authenticator app as the second step of signing in", ""),
		Key:  groupsOfFour(seed), Next: next,
		DemandedBy: strings.Join(f.DemandedBy, " and "), Demanded: who(c).User.MustEnrol, Replaces: who(c).User.SecondFactor,
		Fields: withErrors([]views.Field{
			{
				ID: "code", Name: "code", Label: "Code that the app shows now",
				Autocomplete: "one-time-code", Numeric: true, Large: true, Value: typedCode(c),
			},
			again,
		}, refused),
	}
	v.User, v.Failed = "", refused != nil // this page shows only the setup
	return s.show(c, status, v)
}

func typedCode(c *gin.Context) string { return strings.ToValidUTF8(c.Request.PostForm.Get("code"), "") }

// groupsOfFour splits a key into groups of four characters, for typing.
func groupsOfFour(key string) string {
	var out []string
	for ; len(key) > 4; key = key[4:] {
		out = append(out, key[:4])
	}
	return strings.Join(append(out, key), " ")
}

// secondFactorQR answers with the key as a QR code.
func (s *Server) secondFactorQR(c *gin.Context) error {
	seed, err := s.db.StartSecondFactor(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	secret, err := base32.StdEncoding.DecodeString(seed)
	if err != nil {
		return err
	}
	account := []rune(who(c).User.Email)
	account = account[:min(len(account), 60)] // a longer one makes a code too dense for cameras
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Client Registry", AccountName: string(account), Secret: secret})
	if err != nil {
		return err
	}
	picture, err := key.Image(400, 400)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return err
	}
	c.Data(http.StatusOK, "image/png", out.Bytes())
	return nil
}

func (s *Server) secondFactorCreate(c *gin.Context) error {
	form := c.Request.PostForm
	next := nextPage(form.Get("next"))
	token, codes, err := s.db.ConfirmSecondFactor(c.Request.Context(), who(c).Actor, form.Get("current_password"), form.Get("code"))
	if status, refused := s.refusal(c, err); refused != nil {
		return s.enrolPage(c, status, next, refused)
	}
	if err != nil {
		return err
	}
	s.Sessions.SetToken(c.Writer, token)
	return s.codesPage(c, codes, next, false)
}

// codesPage shows recovery codes, which may replace older ones. They cannot be shown again, because only their hashes
// are stored.
func (s *Server) codesPage(c *gin.Context, codes []string, next string, replaced bool) error {
	v := views.RecoveryCodes{
		Page: s.page(c, "Recovery codes", "Ways in without the app", ""), Codes: codes, Next: next, Replaced: replaced, Email: who(c).User.Email,
	}
	v.User = ""
	return s.show(c, http.StatusOK, v)
}

// secondFactorPage answers with the state of the second factor, and the errors of one of its forms.
func (s *Server) secondFactorPage(c *gin.Context, status int, form string, refused map[string]string) error {
	f, err := s.db.SecondFactor(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	forms := map[string][]views.Field{"renew": {currentPassword("renew-password")}, "disable": {currentPassword("disable-password")}}
	withErrors(forms[form], refused)
	v := views.SecondFactor{
		Page: s.page(c, "Second factor", "The second step of signing in", "account"), Since: s.clock(c).
			Date(f.Since), CodesLeft: wording.Plural(f.CodesLeft, "recovery code"),
		DemandedBy: strings.Join(f.DemandedBy, " and "), Error: refused["second_factor"], Renew: forms["renew"][0], Disable: forms["disable"][0],
	}
	v.Failed = refused != nil
	return s.show(c, status, v)
}

func (s *Server) recoveryCodesCreate(c *gin.Context) error {
	if !who(c).User.SecondFactor {
		return s.redirect(c, "/account/mfa")
	}
	codes, err := s.db.NewRecoveryCodes(c.Request.Context(), who(c).Actor, who(c).Token, c.Request.PostForm.Get("current_password"))
	if status, refused := s.refusal(c, err); refused != nil {
		return s.secondFactorPage(c, status, "renew", refused)
	}
	if err != nil {
		return err
	}
	return s.codesPage(c, codes, "/account/mfa", true)
}

// recoveryCodesFile answers with the codes that the page has just shown, as a file. The page sends
// them, because they are stored nowhere.
func (s *Server) recoveryCodesFile(c *gin.Context) error {
	var lines []string
	for _, typed := range c.Request.PostForm["code"] {
		if code := secrets.ReadCode(typed); secrets.IsRecoveryCode(code) {
			lines = append(lines, secrets.SpellRecoveryCode(code))
		}
	}
	if len(lines) == 0 {
		return s.redirect(c, "/account/mfa")
	}
	c.Header("Content-Disposition", `attachment; filename="client-registry-recovery-codes.txt"`)
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte("Recovery codes of "+who(c).User.Email+" for Client Registry\r\n"+
		"Each signs you in once when you do not have the app.\r\n\r\n"+strings.Join(lines, "\r\n")+"\r\n"))
	return nil
}

func (s *Server) secondFactorDisable(c *gin.Context) error {
	err := s.db.DisableSecondFactor(c.Request.Context(), who(c).Actor, who(c).Token, c.Request.PostForm.Get("current_password"))
	if status, refused := s.refusal(c, err); refused != nil {
		return s.secondFactorPage(c, status, "disable", refused)
	}
	if err != nil {
		return err
	}
	return s.accountChanged(c, "Second factor switched off. Your other sessions have ended")
}

// refusal returns the status and the messages by field for a refused form with a current password,
// or nil for any other outcome.
func (s *Server) refusal(c *gin.Context, err error) (status int, refused map[string]string) {
	var invalid *db.Invalid
	var locked *db.Locked
	switch {
	case errors.As(err, &invalid):
		return http.StatusUnprocessableEntity, invalid.Fields
	case errors.As(err, &locked):
		return http.StatusTooManyRequests, map[string]string{"current_password": s.tryLater(c, locked)}
	}
	return 0, nil
}
