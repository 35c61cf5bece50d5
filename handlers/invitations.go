package handlers

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/secrets"
	"clientregistry/views"
)

func (s *Server) invitationShow(c *gin.Context) error { return s.linkPageOf(c, "invitation", nil) }
func (s *Server) resetShow(c *gin.Context) error      { return s.linkPageOf(c, "reset", nil) }

// linkPageOf returns the page behind a one-time link of a kind, with the errors of its form.
func (s *Server) linkPageOf(c *gin.Context, kind string, refused map[string]string) error {
	u, err := s.db.LinkOwner(c.Request.Context(), kind, c.Param("token"))
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	v := views.TakeLink{Page: s.page(c, "Your account", "Set a password", ""), Gone: err != nil, Action: c.Request.URL.EscapedPath()}
	v.User = "" // a link is shown alone, also to somebody signed in
	password := views.Field{
		ID: "password", Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password",
		Hint: "At least 8 characters; 15 or more is better. Spaces and any script are fine.", Autofocus: true,
	}
	v.Fields = []views.Field{password}
	if kind == "invitation" {
		v.Heading, v.Sub, v.Submit = "Welcome, "+u.FullName, "Set a password for "+u.Email+" and sign in.", "Set password and sign in"
		v.Fields = append(v.Fields, zoneField(c.Request.PostForm.Get("time_zone")))
	} else {
		v.Heading, v.Sub, v.Submit = "Set a new password", "For "+u.Email+". Your other sessions end.", "Set password and sign in"
	}
	status := http.StatusOK
	switch {
	case v.Gone:
		status = http.StatusNotFound
	case refused != nil:
		status, v.Failed, v.Fields = http.StatusUnprocessableEntity, true, withErrors(v.Fields, refused)
	}
	for i := range v.Fields {
		v.Fields[i].Large = true
	}
	return s.show(c, status, v)
}

func (s *Server) invitationAccept(c *gin.Context) error {
	return s.takeLink(c, "invitation", func(token, hash string) (db.User, error) {
		return s.db.AcceptInvitation(c.Request.Context(), s.Nobody(c), token, hash, c.Request.PostForm.Get("time_zone"))
	})
}

func (s *Server) resetFinish(c *gin.Context) error {
	return s.takeLink(c, "reset", func(token, hash string) (db.User, error) {
		return s.db.FinishReset(c.Request.Context(), s.Nobody(c), token, hash)
	})
}

// takeLink sets the password for a one-time link and signs its user in.
func (s *Server) takeLink(c *gin.Context, kind string, use func(token, hash string) (db.User, error)) error {
	ctx, token, password := c.Request.Context(), c.Param("token"), c.Request.PostForm.Get("password")
	owner, err := s.db.LinkOwner(ctx, kind, token)
	if errors.Is(err, db.ErrNotFound) {
		return s.linkPageOf(c, kind, nil)
	}
	if err != nil {
		return err
	}
	if why := RefusePassword(password, owner.Email); why != "" {
		return s.linkPageOf(c, kind, map[string]string{"password": why})
	}
	hash, err := secrets.HashPassword(ctx, password)
	if err != nil {
		return err
	}
	u, err := use(token, hash)
	var refused *db.Invalid
	switch {
	case errors.As(err, &refused):
		return s.linkPageOf(c, kind, refused.Fields)
	case errors.Is(err, db.ErrNotFound):
		return s.linkPageOf(c, kind, nil)
	case err != nil:
		return err
	}
	return s.firstSignIn(c, u, password)
}

// firstSignIn signs a user in with the password just set, up to the second factor if there is one.
func (s *Server) firstSignIn(c *gin.Context, u db.User, password string) error {
	session, err := s.db.SignIn(c.Request.Context(), s.Nobody(c), u.Email, password)
	var half *db.HalfSignedIn
	switch {
	case errors.As(err, &half):
		return s.askForCode(c, half.Token, "/")
	case err != nil:
		return s.redirect(c, "/login")
	}
	s.beginSession(c, session)
	return s.redirect(c, "/")
}
