package handlers

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
	gorilla "github.com/gorilla/sessions"

	"clientregistry/db"
	"clientregistry/views"
)

// sessionStore keeps sessions in the database: the cookie holds a random
// token, the table its hash. It serves gin-contrib/sessions.
type sessionStore struct {
	db      *db.DB
	cookie  string
	options gorilla.Options
}

func newSessionStore(d *db.DB, https bool) *sessionStore {
	s := &sessionStore{db: d, cookie: "session", options: gorilla.Options{
		Path: "/", MaxAge: int(db.SessionMax / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}}
	if https {
		s.cookie, s.options.Secure = "__Host-session", true
	}
	return s
}

// Options is part of the interface; the cookie's options are not for callers to change.
func (s *sessionStore) Options(sessions.Options) {}

// Get returns the request's session, read once.
func (s *sessionStore) Get(r *http.Request, name string) (*gorilla.Session, error) {
	return gorilla.GetRegistry(r).Get(s, name)
}

// New reads the session that the cookie names; without one it is new and empty.
func (s *sessionStore) New(r *http.Request, name string) (*gorilla.Session, error) {
	session := gorilla.NewSession(s, name)
	session.Options = &s.options
	session.IsNew = true
	token := s.token(r)
	if token == "" {
		return session, nil
	}
	stored, err := s.db.Session(r.Context(), token)
	if err != nil {
		return session, nil
	}
	session.IsNew, session.ID = false, token
	values := map[string]string{}
	if err := json.Unmarshal([]byte(stored.Data), &values); err != nil {
		return session, err
	}
	for k, v := range values {
		session.Values[k] = v
	}
	return session, nil
}

// Save stores what handlers put into a signed-in session, texts by name.
func (s *sessionStore) Save(r *http.Request, _ http.ResponseWriter, session *gorilla.Session) error {
	if session.ID == "" {
		return nil
	}
	values := map[string]string{}
	for k, v := range session.Values {
		name, ok1 := k.(string)
		text, ok2 := v.(string)
		if ok1 && ok2 {
			values[name] = text
		}
	}
	data, err := json.Marshal(values)
	if err != nil {
		return err
	}
	return s.db.SaveSession(r.Context(), session.ID, string(data))
}

func (s *sessionStore) token(r *http.Request) string {
	cookie, err := r.Cookie(s.cookie)
	if err != nil || len(cookie.Value) > 100 {
		return ""
	}
	return cookie.Value
}

// setToken gives the browser a session's token, or takes it away where it is "".
func (s *sessionStore) setToken(w http.ResponseWriter, token string) {
	o := s.options
	if token == "" {
		o.MaxAge = -1
	}
	http.SetCookie(w, gorilla.NewCookie(s.cookie, token, &o))
}

// visitor is who is signed in: the user, as the actor of what he does.
type visitor struct {
	db.Actor
	User  db.User
	Token string
}

// loadVisitor finds out who is signed in. A session that cannot be read is none; one that fails is an error.
func (s *Server) loadVisitor(c *gin.Context) {
	token := s.store.token(c.Request)
	if token == "" {
		return
	}
	session, err := s.db.Session(c.Request.Context(), token)
	if errors.Is(err, db.ErrNotFound) {
		return
	}
	if err != nil {
		s.fail(c, err)
		c.Abort()
		return
	}
	v := &visitor{Actor: s.nobody(c), User: session.User, Token: token}
	v.UserID, v.May, v.Zone = session.User.ID, session.User.May, session.User.Location()
	c.Set("visitor", v)
}

// who returns who is signed in, nil for nobody.
func who(c *gin.Context) *visitor {
	v, _ := c.Get("visitor")
	signedIn, _ := v.(*visitor)
	return signedIn
}

// nobody is the actor before anyone is signed in: an address and a browser.
func (s *Server) nobody(c *gin.Context) db.Actor {
	ua := strings.ToValidUTF8(strings.ReplaceAll(c.Request.UserAgent(), "\x00", ""), "")
	if r := []rune(ua); len(r) > 300 {
		ua = string(r[:300])
	}
	return db.Actor{IP: c.ClientIP(), UA: ua}
}

// flash keeps a message for the next page.
func (s *Server) flash(c *gin.Context, t views.Toast) error {
	encoded, err := json.Marshal(t)
	if err != nil {
		return err
	}
	session := sessions.Default(c)
	session.Set("flash", string(encoded))
	return session.Save()
}

// takeFlash returns the message kept for this page, once.
func (s *Server) takeFlash(c *gin.Context) *views.Toast {
	session := sessions.Default(c)
	kept, _ := session.Get("flash").(string)
	if kept == "" {
		return nil
	}
	session.Delete("flash")
	var t views.Toast
	if err := errors.Join(session.Save(), json.Unmarshal([]byte(kept), &t)); err != nil {
		s.log.Error("flash", "error", err)
		return nil
	}
	return &t
}
