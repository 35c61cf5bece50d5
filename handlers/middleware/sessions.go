package middleware

import (
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/gin-contrib/sessions"
	gorilla "github.com/gorilla/sessions"

	"clientregistry/db"
)

// Sessions serves gin-contrib/sessions: the cookie holds a random token,
// the database its hash and whose it is. What handlers put into a session is
// the message for the next page; it stays in memory, because a write to disk
// for each would cost as much as the change it tells of.
type Sessions struct {
	db      *db.DB
	cookie  string
	device  string // the device cookie's name
	options gorilla.Options

	mu      sync.Mutex
	values  map[string]map[any]any    // by token
	awaited map[string]awaitedBrowser // by token
}

// awaitedBrowser is a browser that has not sent its new token back yet.
type awaitedBrowser struct {
	by    db.Actor
	since time.Time
}

// maxMessages bounds the messages that nobody came to read, maxAwaited the sign-ins
// that nobody came back from.
const (
	maxMessages = 10_000
	maxAwaited  = 1000
)

// awaitedFor is how long after a sign-in a request without its token means that the
// browser lost it: later it may be anybody's.
const awaitedFor = 10 * time.Minute

func newSessions(d *db.DB, https bool) *Sessions {
	s := &Sessions{
		db: d, cookie: "session", device: "device", values: map[string]map[any]any{},
		awaited: map[string]awaitedBrowser{}, options: gorilla.Options{
			Path: "/", MaxAge: int(d.SessionMax() / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		},
	}
	if https {
		s.cookie, s.device, s.options.Secure = "__Host-session", "__Host-device", true
	}
	return s
}

// Options is part of the interface; the cookie's options are not for callers to change.
func (s *Sessions) Options(sessions.Options) {}

// Get returns the request's session, read once.
func (s *Sessions) Get(r *http.Request, name string) (*gorilla.Session, error) {
	return gorilla.GetRegistry(r).Get(s, name)
}

// New reads the session that the cookie names; without one it is new and empty.
func (s *Sessions) New(r *http.Request, name string) (*gorilla.Session, error) {
	session := gorilla.NewSession(s, name)
	session.Options = &s.options
	session.IsNew = true
	token := s.Token(r)
	if token == "" {
		return session, nil
	}
	if _, err := s.db.Session(r.Context(), token); err != nil {
		return session, nil
	}
	session.IsNew, session.ID = false, token
	s.mu.Lock()
	defer s.mu.Unlock()
	if values := s.values[token]; values != nil {
		session.Values = maps.Clone(values)
	}
	return session, nil
}

// Save keeps what handlers put into a signed-in session.
func (s *Sessions) Save(_ *http.Request, _ http.ResponseWriter, session *gorilla.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case session.ID == "":
	case len(session.Values) == 0:
		delete(s.values, session.ID)
	default:
		s.store(session.ID, maps.Clone(session.Values))
	}
	return nil
}

// store stores the values of a session; its caller holds the lock.
func (s *Sessions) store(token string, values map[any]any) {
	if len(s.values) >= maxMessages {
		clear(s.values)
	}
	s.values[token] = values
}

// AddMessage puts a message for the next page, under a key, into a session that has just begun.
func (s *Sessions) AddMessage(token, key string, message any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(token, map[any]any{key: message})
}

// HasMessage tells whether there is a message for the next page of a session.
func (s *Sessions) HasMessage(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[token] != nil
}

// Token is the session's token that a request carries, "" for none.
func (s *Sessions) Token(r *http.Request) string {
	cookie, err := r.Cookie(s.cookie)
	if err != nil || len(cookie.Value) > 100 {
		return ""
	}
	return cookie.Value
}

// SetToken gives the browser a session's token, or takes it away where it is "".
func (s *Sessions) SetToken(w http.ResponseWriter, token string) {
	o := s.options
	if token == "" {
		o.MaxAge = -1
	}
	http.SetCookie(w, gorilla.NewCookie(s.cookie, token, &o))
}

// SetDevice gives the browser its device cookie, which signing out leaves.
func (s *Sessions) SetDevice(w http.ResponseWriter, value string) {
	o := s.options
	o.MaxAge = int(db.DeviceLife / time.Second)
	http.SetCookie(w, gorilla.NewCookie(s.device, value, &o))
}

// Await expects a browser to send a new token back with its next request. One that
// it was given before is not awaited any more: a form that is sent twice makes two.
func (s *Sessions) Await(token string, by db.Actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(by)
	if len(s.awaited) >= maxAwaited {
		clear(s.awaited)
	}
	s.awaited[token] = awaitedBrowser{by, s.db.Now()}
}

// forget awaits nothing of a browser, by its address and its kind, any more, and
// returns since when it was awaited; its caller holds the lock.
func (s *Sessions) forget(by db.Actor) (since time.Time) {
	for token, a := range s.awaited {
		if a.by.IP == by.IP && a.by.UA == by.UA {
			delete(s.awaited, token)
			since = a.since
		}
	}
	return since
}

// arrived notes that a browser sends this token.
func (s *Sessions) arrived(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.awaited, token)
}

// Lost tells whether the browser that asks was just given a token that it did not
// send back. It tells so once for each token.
func (s *Sessions) Lost(by db.Actor) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.forget(by)
	return !since.IsZero() && s.db.Now().Sub(since) < awaitedFor
}
