package handlers

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"regexp"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// toast returns a message as an update of the page that is open.
func toast(text string, undo *views.Undo) views.View {
	return views.Into{Target: "#toasts", Swap: "innerHTML", View: views.Toast{Text: text, Undo: undo}}
}

// isUndo reports whether a form is the Undo of a message.
func isUndo(c *gin.Context) bool { return c.Request.PostForm.Get("undo") != "" }

// notUndone answers an Undo of what others have changed since. Nothing is changed.
func (s *Server) notUndone(c *gin.Context, stale *db.Conflict, to string) error {
	t := views.Toast{Text: wording.Changer(stale) + " changed this meanwhile. It was not undone."}
	if wantsFragment(c) {
		return s.show(c, http.StatusConflict, toast(t.Text, nil))
	}
	return s.done(c, to, t)
}

// messageParameter names a message in the address that a change redirects to. Only the tab that made the
// change goes there, so no other tab of the session shows the message.
const messageParameter = "said"

// newMessage returns the name of a message for the page that this request redirects to.
func newMessage(c *gin.Context) string {
	name := rand.Text()[:10]
	c.Set(messageParameter, name)
	return name
}

// flash stores a message for the page that this request redirects to.
func (s *Server) flash(c *gin.Context, t views.Toast) error {
	session := sessions.Default(c)
	session.Set(newMessage(c), t)
	return session.Save()
}

// namedMessage finds the name of a message in the address of the page that shows it.
var namedMessage = regexp.MustCompile(`[?&]` + messageParameter + `=\w*$`)

// withMessage adds the name of the message that this request stores or came with to the address that it redirects to.
func withMessage(c *gin.Context, to string) string {
	name := cmp.Or(c.GetString(messageParameter), c.Query(messageParameter))
	if name == "" {
		return to
	}
	return appended(to, messageParameter, name)
}

// takeFlash returns the message that the address names and removes it.
func (s *Server) takeFlash(c *gin.Context) *views.Toast {
	t, ok := s.Sessions.TakeMessage(who(c).Token, c.Query(messageParameter)).(views.Toast)
	if !ok {
		return nil
	}
	return &t
}
