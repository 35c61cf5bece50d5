package handlers

import (
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
	gorilla "github.com/gorilla/sessions"

	"clientregistry/db"
	"clientregistry/views"
)

// sessionStore serves gin-contrib/sessions: the cookie holds a random token,
// the database its hash and whose it is. What handlers put into a session is
// the message for the next page; it stays in memory, because a write to disk
// for each would cost as much as the change it tells of.
type sessionStore struct {
	db      *db.DB
	cookie  string
	device  string // the device cookie's name
	options gorilla.Options

	mu     sync.Mutex
	values map[string]map[any]any // by token
}

// maxKept bounds the messages that nobody came to read.
const maxKept = 10_000

func newSessionStore(d *db.DB, https bool) *sessionStore {
	s := &sessionStore{db: d, cookie: "session", device: "device", values: map[string]map[any]any{}, options: gorilla.Options{
		Path: "/", MaxAge: int(d.SessionMax() / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}}
	if https {
		s.cookie, s.device, s.options.Secure = "__Host-session", "__Host-device", true
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
	if _, err := s.db.Session(r.Context(), token); err != nil {
		return session, nil
	}
	session.IsNew, session.ID = false, token
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept := s.values[token]; kept != nil {
		session.Values = maps.Clone(kept)
	}
	return session, nil
}

// Save keeps what handlers put into a signed-in session.
func (s *sessionStore) Save(_ *http.Request, _ http.ResponseWriter, session *gorilla.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case session.ID == "":
	case len(session.Values) == 0:
		delete(s.values, session.ID)
	default:
		if len(s.values) >= maxKept {
			clear(s.values)
		}
		s.values[session.ID] = maps.Clone(session.Values)
	}
	return nil
}

// keep puts a message for the next page into a session that has just begun.
func (s *sessionStore) keep(token string, t views.Toast) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[token] = map[any]any{"flash": t}
}

// keeps tells whether there is a message for the next page of a session.
func (s *sessionStore) keeps(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[token] != nil
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

// setDevice gives the browser its device cookie, which signing out leaves.
func (s *sessionStore) setDevice(w http.ResponseWriter, value string) {
	o := s.options
	o.MaxAge = int(db.DeviceLife / time.Second)
	http.SetCookie(w, gorilla.NewCookie(s.device, value, &o))
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
	if err != nil && c.Request.Method == http.MethodPost && c.FullPath() == "/logout" {
		s.leaveUnread(c, token, err)
		return
	}
	if err != nil {
		s.fail(c, err)
		c.Abort()
		return
	}
	v := &visitor{Actor: s.nobody(c), User: session.User, Token: token}
	v.UserID, v.May, v.OwnOnly, v.Zone = session.User.ID, session.User.May, session.User.OwnOnly, session.User.Location()
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
	by := db.Actor{IP: s.address(c), UA: ua}
	if device, err := c.Request.Cookie(s.store.device); err == nil {
		by.Device = device.Value
	}
	return by
}

// flash keeps a message for the next page.
func (s *Server) flash(c *gin.Context, t views.Toast) error {
	session := sessions.Default(c)
	session.Set("flash", t)
	return session.Save()
}

// takeFlash returns the message kept for this page, once.
func (s *Server) takeFlash(c *gin.Context) *views.Toast {
	if !s.store.keeps(who(c).Token) {
		return nil
	}
	session := sessions.Default(c)
	t, ok := session.Get("flash").(views.Toast)
	if !ok {
		return nil
	}
	session.Delete("flash")
	if err := session.Save(); err != nil {
		s.log.Error("flash", "error", err)
	}
	return &t
}
