package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// askForCode leads on to the second step of signing in, in the dialog if there is one.
func (s *Server) askForCode(c *gin.Context, token, next string) error {
	s.beginSession(c, token)
	if wantsFragment(c) {
		return s.show(c, http.StatusOK, views.CodeDialog{LoginCode: codeForm(next, "", "", false)})
	}
	return s.redirect(c, withNext("/login/mfa", next))
}

// codeForm asks for the app's code or, if recovery is set, for a recovery code.
func codeForm(next, typed, refused string, recovery bool) views.LoginCode {
	other := url.Values{"recovery": {"1"}, "next": {next}}
	v := views.LoginCode{
		Page: views.Page{Title: "Code from your app", Description: "Second step of signing in", Failed: refused != ""},
		Sub:  "Enter the 6 digits that your authenticator app shows.", Next: next, Recovery: recovery,
		Code: views.Field{
			ID: "code", Name: "code", Label: "Code", Autocomplete: "one-time-code",
			Numeric: true, Value: typed, Error: refused, Large: true, Autofocus: true,
		},
	}
	if recovery {
		v.Title, v.Sub = "Recovery code", "Enter one of the codes that you kept when you set up the app. Each works once."
		v.Code.Numeric, v.Code.Autocomplete = false, "off"
		other.Del("recovery")
	}
	v.Heading, v.Again, v.Other = v.Title, withNext("/login", next), address("/login/mfa", other)
	return v
}

func (s *Server) loginCodeShow(c *gin.Context) error {
	next := nextPage(c.Query("next"))
	if who(c) != nil {
		return s.redirect(c, next)
	}
	return s.codeAnswer(c, http.StatusOK, codeForm(next, "", "", c.Query("recovery") != ""))
}

// codeAnswer answers with the form, in the dialog if there is one.
func (s *Server) codeAnswer(c *gin.Context, status int, form views.LoginCode) error {
	if wantsFragment(c) {
		return s.show(c, status, views.CodeDialog{LoginCode: form})
	}
	return s.show(c, status, form)
}

func (s *Server) loginCodeCreate(c *gin.Context) error {
	form := c.Request.PostForm
	next := nextPage(form.Get("next"))
	if who(c) != nil { // the form was sent twice
		return s.redirect(c, next)
	}
	in, err := s.db.FinishSignIn(c.Request.Context(), s.Nobody(c), s.Sessions.Token(c.Request), form.Get("code"))
	if err != nil {
		return s.codeRefused(c, next, err)
	}
	s.beginSession(c, in.Token)
	done := "Signed in."
	if in.ByRecovery {
		done = "Signed in. " + wording.Plural(in.CodesLeft, "recovery code") + " left."
		s.Sessions.AddMessage(in.Token, newMessage(c), views.Toast{Text: done})
	}
	return s.signedInAnswer(c, in.Token, next, done)
}

// wrongCode says what to try after a wrong code.
func (s *Server) wrongCode(c *gin.Context) string {
	switch {
	case c.Request.PostForm.Get("recovery") != "":
		return "This code is wrong, or was used before: each works once"
	case s.ClockIsOff(c.Request.Context()):
		return "This code is wrong; each works once. The server’s clock may be wrong: tell an administrator, or use a recovery code"
	}
	return "This code is wrong. Enter the newest one; each works once. If that fails too, check the clock of the app’s device"
}

// codeRefused answers with the form and what is wrong, or returns to the password.
func (s *Server) codeRefused(c *gin.Context, next string, err error) error {
	var refused *db.Invalid
	var locked *db.Locked
	var lost *db.KeyLost
	status, typed, why := http.StatusUnprocessableEntity, "", ""
	switch {
	case errors.Is(err, db.ErrStartAgain), errors.Is(err, db.ErrNotFound):
		s.Sessions.SetToken(c.Writer, "")
		return s.loginRefused(c, status, next, "The code came too late, or was wrong too often. Sign in again.")
	case errors.As(err, &refused):
		typed, why = c.Request.PostForm.Get("code"), refused.Fields["code"]
	case errors.Is(err, db.ErrCode):
		why = s.wrongCode(c)
	case errors.As(err, &locked):
		status, why = http.StatusTooManyRequests, s.tryLater(c, locked)
	case errors.As(err, &lost):
		s.log.Error("second factor", "id", middleware.RequestID(c), "error", err)
		why = "The app’s codes cannot be checked: a file is missing on the server. Use a recovery code, and tell an administrator"
	default:
		return err
	}
	return s.codeAnswer(c, status, codeForm(next, strings.ToValidUTF8(typed, ""), why, c.Request.PostForm.Get("recovery") != ""))
}
