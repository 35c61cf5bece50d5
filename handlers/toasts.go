package handlers

import (
	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"clientregistry/views"
)

// toast returns a message as an update of the page that is open.
func toast(text string, undo *views.Undo) views.View {
	return views.Into{Target: "#toasts", Swap: "innerHTML", View: views.Toast{Text: text, Undo: undo}}
}

// flashKey is the session's key for the message to the next page.
const flashKey = "flash"

// flash stores a message for the next page.
func (s *Server) flash(c *gin.Context, t views.Toast) error {
	session := sessions.Default(c)
	session.Set(flashKey, t)
	return session.Save()
}

// takeFlash returns the message for this page and removes it.
func (s *Server) takeFlash(c *gin.Context) *views.Toast {
	if !s.Sessions.HasMessage(who(c).Token) {
		return nil
	}
	session := sessions.Default(c)
	t, ok := session.Get(flashKey).(views.Toast)
	if !ok {
		return nil
	}
	session.Delete(flashKey)
	if err := session.Save(); err != nil {
		s.log.Error("flash", "error", err)
	}
	return &t
}
