package handlers

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

func loginForm(email, next, message string) views.Login {
	return views.Login{
		Page: views.Page{Title: "Sign in", Description: "Sign in", Failed: message != ""},
		Next: next, Error: message,
		Email: views.Field{
			ID: "email", Name: "email", Label: "Email", Type: "email", Autocomplete: "username", Value: email, Large: true, Autofocus: email == "",
		},
		Password: views.Field{
			ID: "password", Name: "password", Label: "Password", Type: "password",
			Autocomplete: "current-password", Large: true, Autofocus: email != "",
		},
	}
}

func (s *Server) loginShow(c *gin.Context) error {
	next := nextPage(c.Query("next"))
	if who(c) != nil {
		return s.redirect(c, next)
	}
	return s.show(c, http.StatusOK, loginForm("", next, s.cookieLost(c)))
}

// cookieLost explains on the sign-in page that the browser did not send the cookie of the sign-in
// just made, and logs it. It returns "" otherwise.
func (s *Server) cookieLost(c *gin.Context) string {
	if !s.Sessions.Lost(s.Nobody(c)) {
		return ""
	}
	if s.baseURL.Scheme == "https" {
		s.log.Warn("somebody signed in, but their browser did not send the cookie back: over http it cannot, because the base URL says https",
			"id", middleware.RequestID(c), "ip", middleware.Address(c), "option", "--base-url "+s.baseURL.String())
		return "The password was right, but your browser did not keep the cookie that signs you in. It keeps it only over https: open " +
			s.baseURL.String() + ", allow cookies there, and sign in again."
	}
	s.log.Warn("somebody signed in, but their browser did not send the cookie back: cookies may be off",
		"id", middleware.RequestID(c), "ip", middleware.Address(c))
	return "The password was right, but your browser did not keep the cookie that signs you in. Allow cookies for this address and sign " +
		"in again."
}

func (s *Server) loginCreate(c *gin.Context) error {
	ctx, form := c.Request.Context(), c.Request.PostForm
	s.ClockIsOff(ctx) // a wrong clock ends sessions early
	next := nextPage(form.Get("next"))
	token, err := s.db.SignIn(ctx, s.Nobody(c), form.Get("email"), form.Get("password"))
	var locked *db.Locked
	var half *db.HalfSignedIn
	switch {
	case errors.Is(err, db.ErrSignIn):
		why := "Wrong email or password. Check both, or ask an administrator."
		if has, err := s.db.HasUsers(ctx); err == nil && !has {
			why = "Wrong email or password: nobody has an account here yet. Open the link that the program printed when it started. It makes the " +
				"first administrator."
		}
		return s.loginRefused(c, http.StatusUnprocessableEntity, next, why)
	case errors.As(err, &locked):
		return s.loginRefused(c, http.StatusTooManyRequests, next, s.tryLater(c, locked))
	case errors.As(err, &half):
		return s.askForCode(c, half.Token, next)
	case err != nil:
		return err
	}
	s.beginSession(c, token)
	return s.signedInAnswer(c, token, next, "Signed in.")
}

// tryLater says how long sign-in is locked, in words and in the Retry-After header.
func (s *Server) tryLater(c *gin.Context, locked *db.Locked) string {
	wait := locked.Until.Sub(s.now())
	c.Header("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
	when := "Too many wrong attempts. Try again in " + wording.Plural(int(math.Ceil(wait.Minutes())), "minute")
	if locked.Browser {
		return when + ", or ask an administrator."
	}
	return when + ", use a browser you have signed in with before, or ask an administrator."
}

// beginSession gives the browser a new session and ends the old one.
func (s *Server) beginSession(c *gin.Context, token string) {
	if v := who(c); v != nil {
		if err := s.db.SignOut(c.Request.Context(), v.Actor, v.Token); err != nil {
			s.log.Error("the end of a session could not be written yet", "id", middleware.RequestID(c), "error", err)
		}
	}
	s.Sessions.SetToken(c.Writer, token)
	s.Sessions.Await(token, s.Nobody(c))
	s.rememberDevice(c, token)
	s.takeZone(c, token)
}

// rememberDevice marks the browser as known to the session's account, so that other people's wrong
// passwords do not lock it out. If that fails, signing in still works.
func (s *Server) rememberDevice(c *gin.Context, token string) {
	device, err := s.db.RememberDevice(c.Request.Context(), s.Nobody(c), token)
	switch {
	case errors.Is(err, db.ErrNotFound): // half of a session
	case err != nil:
		s.log.Error("a browser could not be remembered", "id", middleware.RequestID(c), "error", err)
	default:
		s.Sessions.SetDevice(c.Writer, device)
	}
}

// signedInAnswer leads on after signing in. In a dialog it leaves the page below as it is. If that is the user's own page,
// the refused request is sent again.
func (s *Server) signedInAnswer(c *gin.Context, token, next, done string) error {
	if !wantsFragment(c) {
		return s.redirect(c, next)
	}
	session, err := s.db.Session(c.Request.Context(), token)
	if err != nil {
		return err
	}
	switch c.Request.PostForm.Get("whose") {
	case session.User.ID:
		c.Header("HX-Trigger", "dialog:close, send-again")
	case "": // a page of an older release, which does not send again
		c.Header("HX-Trigger", "dialog:close")
		done += " Send again what you typed"
	default:
		here := nextPage(s.ownPath(c, "HX-Current-URL"))
		return s.show(c, http.StatusOK, views.OtherSignedIn{Name: session.User.FullName, Page: here})
	}
	return s.show(c, http.StatusOK, toast(done, nil))
}

// loginRefused answers with the form, or the dialog, and what is wrong.
func (s *Server) loginRefused(c *gin.Context, status int, next, message string) error {
	again := loginForm(c.Request.PostForm.Get("email"), next, message)
	if !wantsFragment(c) {
		return s.show(c, status, again)
	}
	now := ""
	if v := who(c); v != nil {
		now = v.User.FullName
	}
	return s.show(c, status, loginDialog(again, now))
}

// loginDialog returns the form as a dialog over a page. now names who is signed in instead of whoever opened the page; ""
// if nobody is.
func loginDialog(form views.Login, now string) views.LoginDialog {
	form.Email.ID, form.Password.ID = "login-email", "login-password" // pages have fields of these names, too
	return views.LoginDialog{Login: form, Now: now}
}

// takeZone gives somebody who has not chosen a time zone that of their browser. If that fails,
// signing in still works.
func (s *Server) takeZone(c *gin.Context, token string) {
	zone := c.Request.PostForm.Get("time_zone")
	if zone == "" {
		return
	}
	session, err := s.db.Session(c.Request.Context(), token)
	switch {
	case errors.Is(err, db.ErrNotFound): // half of a session
		return
	case err == nil && session.User.ZoneChosen:
		return
	case err == nil:
		by := s.Nobody(c)
		by.UserID = session.User.ID
		err = s.db.AdoptBrowserTimeZone(c.Request.Context(), by, zone)
	}
	if err != nil {
		s.log.Error("the browser's time zone could not be saved", "id", middleware.RequestID(c), "error", err)
	}
}

func (s *Server) logout(c *gin.Context) error {
	s.signOut(c, who(c).Actor, who(c).Token)
	return nil
}

// signOut ends a session and redirects to the sign-in page. If that cannot be stored yet, the
// session is closed nevertheless.
func (s *Server) signOut(c *gin.Context, by db.Actor, token string) {
	if err := s.db.SignOut(c.Request.Context(), by, token); err != nil {
		s.log.Error("the end of a session could not be written yet", "id", middleware.RequestID(c), "error", err)
	}
	s.Sessions.SetToken(c.Writer, "")
	c.Header("Clear-Site-Data", `"cache"`)
	c.Header("Vary", vary)
	c.Redirect(http.StatusSeeOther, "/login")
}
