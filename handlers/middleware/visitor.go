package middleware

import (
	"errors"
	"strings"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// Visitor is the signed-in user and the actor of their changes.
type Visitor struct {
	db.Actor
	User  db.User
	Token string

	PhoneRegion string // where numbers without a country code are dialed, "" if that is not known
}

// OpenSession opens the request's session, which carries messages to the next page.
func (s *Stack) OpenSession() gin.HandlerFunc {
	return sessions.Sessions(s.Sessions.cookie, s.Sessions)
}

// LoadVisitor loads the user of the session cookie. An expired session counts as none; fail answers
// if it cannot be read.
func (s *Stack) LoadVisitor(fail Fail) gin.HandlerFunc {
	return func(c *gin.Context) {
		token := s.Sessions.Token(c.Request)
		if token == "" {
			return
		}
		s.Sessions.noteArrival(token)
		session, err := s.db.Session(c.Request.Context(), token)
		if errors.Is(err, db.ErrNotFound) {
			return
		}
		if err != nil {
			fail(c, err)
			c.Abort()
			return
		}
		v := &Visitor{Actor: s.Nobody(c), User: session.User, Token: token, PhoneRegion: s.db.PhoneRegion()}
		v.UserID, v.May, v.OwnOnly, v.Zone = session.User.ID, session.User.May, session.User.OwnOnly, session.User.Location()
		c.Set("visitor", v)
	}
}

// Who returns the signed-in visitor, or nil.
func Who(c *gin.Context) *Visitor {
	v, _ := c.Get("visitor")
	signedIn, _ := v.(*Visitor)
	return signedIn
}

// Nobody returns the actor of a request before sign-in, with its address and browser.
func (s *Stack) Nobody(c *gin.Context) db.Actor {
	ua := strings.ToValidUTF8(strings.ReplaceAll(c.Request.UserAgent(), "\x00", ""), "")
	if r := []rune(ua); len(r) > 300 {
		ua = string(r[:300])
	}
	by := db.Actor{IP: Address(c), UA: ua}
	if device, err := c.Request.Cookie(s.Sessions.device); err == nil {
		by.Device = device.Value
	}
	return by
}
