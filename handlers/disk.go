package handlers

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// diskFailure tells what a damaged file, a full or a read-only disk refuses; false for any other error.
func diskFailure(c *gin.Context, err error) (f failure, is bool) {
	switch {
	case db.IsDamaged(err):
		return damagedFailure(c, err), true
	case db.IsFull(err):
		return failure{
			http.StatusInsufficientStorage, "alert", "No room left", "The disk of the registry is full. Nothing was changed; reading goes on. " +
				toDo(c, "Make room on it; nothing has to be restarted."), "",
		}, true
	case db.IsReadOnly(err):
		return failure{
			http.StatusInsufficientStorage, "alert", "Nothing can be saved just now", "The disk of the registry takes no changes. Nothing was changed; reading goes on. " +
				toDo(c, "Let its file and folder be written; nothing has to be restarted."), "",
		}, true
	case db.IsUnavailable(err):
		return failure{
			http.StatusServiceUnavailable, "alert", "The registry cannot be used just now",
			"Its file cannot be read. What was saved before is not touched; nothing was changed now. " + toDo(c, "See that its disk is there and answers."), "",
		}, true
	}
	return failure{}, false
}

// damagedFailure tells of a change that a damaged file does not take, or of a page that it does not give.
func damagedFailure(c *gin.Context, err error) failure {
	heading, message := "Nothing can be saved just now", "The registry’s file is damaged. Nothing was changed; reading goes on. "
	var refused *db.Damaged
	if c.Request.Method == http.MethodGet && !errors.As(err, &refused) {
		heading, message = "This cannot be read", "The registry’s file is damaged where this is stored. Other pages can be read. "
	}
	return failure{http.StatusServiceUnavailable, "alert", heading, message + toDo(c, "Copy it out with the command backup, then restore a backup."), ""}
}

// toDo is what who reads it can do: administrators this, others tell one.
func toDo(c *gin.Context, administrators string) string {
	if v := who(c); v != nil && v.Can(db.ManageSystem) {
		return administrators
	}
	return "Tell an administrator."
}

// unavailable is the page where nothing can be read. It asks the database for nothing.
func (s *Server) unavailable(c *gin.Context, f failure) views.View {
	again := c.Request.URL.RequestURI()
	if c.Request.Method != http.MethodGet {
		again = "/"
	}
	return views.Unavailable{
		Page: views.Page{Title: f.heading, Description: f.heading, Failed: true}, Heading: f.heading, Again: again, Request: c.GetString("request"),
		At: s.now().UTC().Format("15:04:05"),
	}
}

// leaveUnread signs out somebody whose session cannot be read: it is over all the same.
func (s *Server) leaveUnread(c *gin.Context, token string, err error) {
	s.log.Error("signing out without reading the session", "id", c.GetString("request"), "error", err)
	s.signOut(c, s.nobody(c), token)
	c.Abort()
}

// signOut ends a session and leads to the sign-in page. Where the end cannot be
// written yet the session opens nothing all the same.
func (s *Server) signOut(c *gin.Context, by db.Actor, token string) {
	if err := s.db.SignOut(c.Request.Context(), by, token); err != nil {
		s.log.Error("the end of a session is not written yet", "id", c.GetString("request"), "error", err)
	}
	s.store.setToken(c.Writer, "")
	c.Header("Clear-Site-Data", `"cache"`)
	c.Header("Vary", vary)
	c.Redirect(http.StatusSeeOther, "/login")
}

// ready answers 200 while the registry can be read and changed.
func (s *Server) ready(c *gin.Context) error {
	why := ""
	if err := s.db.Ping(c.Request.Context()); err != nil {
		s.log.Error("not ready", "error", err)
		why = "the database does not answer"
	}
	if s.db.Health().Damage != "" {
		why = "the file is damaged: it can be read, but nothing is written to it; restore a backup"
	}
	if why == "" {
		c.String(http.StatusOK, "ok\n")
		return nil
	}
	c.Header("Retry-After", retryAfter)
	c.String(http.StatusServiceUnavailable, why+"\n")
	return nil
}

// retryAfter is in how many seconds a program may ask again what is unavailable.
const retryAfter = "60"
