package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

func loginForm(email, next, message string) views.Login {
	return views.Login{
		Page: views.Page{Title: "Sign in", Description: "Sign in", Failed: message != ""},
		Next: next, Error: message,
		Email:    views.Field{ID: "email", Name: "email", Label: "Email", Type: "email", Max: 190, Autocomplete: "username", Value: email, Large: true, Autofocus: email == ""},
		Password: views.Field{ID: "password", Name: "password", Label: "Password", Type: "password", Max: 128, Autocomplete: "current-password", Large: true, Autofocus: email != ""},
	}
}

func (s *Server) loginShow(c *gin.Context) error {
	next := nextPage(c.Query("next"))
	if who(c) != nil {
		return s.redirect(c, next)
	}
	return s.show(c, http.StatusOK, loginForm("", next, ""))
}

func (s *Server) loginCreate(c *gin.Context) error {
	ctx, form := c.Request.Context(), c.Request.PostForm
	next := nextPage(form.Get("next"))
	token, err := s.db.SignIn(ctx, s.nobody(c), form.Get("email"), form.Get("password"))
	if errors.Is(err, db.ErrSignIn) {
		again := loginForm(form.Get("email"), next, "Email and password do not fit. Check both, or ask an administrator.")
		if part(c) {
			return s.show(c, http.StatusUnprocessableEntity, views.LoginDialog{Login: again})
		}
		return s.show(c, http.StatusUnprocessableEntity, again)
	}
	if err != nil {
		return err
	}
	if v := who(c); v != nil {
		if err := s.db.SignOut(ctx, v.Actor, v.Token); err != nil {
			return err
		}
	}
	s.store.setToken(c.Writer, token)
	if err := s.proposeZone(c, token); err != nil {
		return err
	}
	if part(c) {
		c.Header("HX-Trigger", "dialog:close")
		return s.show(c, http.StatusOK, toast("Signed in. Send again what you typed", nil))
	}
	return s.redirect(c, next)
}

// proposeZone offers the browser's time zone to somebody who has none of his own yet.
func (s *Server) proposeZone(c *gin.Context, token string) error {
	zone := c.Request.PostForm.Get("time_zone")
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "UTC" || zone == "Local" {
		return nil
	}
	session, err := s.db.Session(c.Request.Context(), token)
	if err != nil || session.User.TimeZone != "UTC" {
		return err
	}
	s.store.keep(token, views.Toast{Text: "Times are shown in UTC.", Undo: &views.Undo{
		Label: "Use " + zone, Action: "/account", Fields: []views.Hidden{{Name: "time_zone", Value: zone}},
	}})
	return nil
}

func (s *Server) logout(c *gin.Context) error {
	v := who(c)
	if err := s.db.SignOut(c.Request.Context(), v.Actor, v.Token); err != nil {
		return err
	}
	s.store.setToken(c.Writer, "")
	c.Header("Clear-Site-Data", `"cache"`)
	return s.redirect(c, "/login")
}
