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

// Sessions is a store for gin-contrib/sessions: the cookie holds a random token, the database its
// hash and its user. Values, which are messages for the pages that changes redirect to, stay in memory,
// because storing each would cost as much as the change it reports.
type Sessions struct {
	db      *db.DB
	cookie  string
	device  string // name of the device cookie
	options gorilla.Options

	mu      sync.Mutex
	values  map[string]map[any]any    // messages by token and name
	awaited map[string]awaitedBrowser // by token
}

// awaitedBrowser is a browser that has not yet sent its new token back.
type awaitedBrowser struct {
	by    db.Actor
	since time.Time
}

// maxSessions bounds the sessions with unread messages, maxUnread the messages of one, and maxAwaited the
// awaited browsers.
const (
	maxSessions = 10_000
	maxUnread   = 8
	maxAwaited  = 1000
)

// awaitedFor is how long a request without the token is taken as a lost cookie. Later it may come
// from somebody else.
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

// Options completes the interface. Callers cannot change the cookie's options.
func (s *Sessions) Options(sessions.Options) {}

// Get returns the request's session and reads it only once.
func (s *Sessions) Get(r *http.Request, name string) (*gorilla.Session, error) {
	return gorilla.GetRegistry(r).Get(s, name)
}

// New returns the session that the cookie names, or a new one. It has no values: TakeMessage reads them.
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
	return session, nil
}

// Save adds the values that a handler put into a signed-in session to those of other requests.
func (s *Sessions) Save(_ *http.Request, _ http.ResponseWriter, session *gorilla.Session) error {
	if session.ID != "" {
		s.add(session.ID, session.Values)
	}
	return nil
}

func (s *Sessions) add(token string, values map[any]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.values) >= maxSessions {
		clear(s.values)
	}
	if unread := s.values[token]; unread == nil || len(unread) >= maxUnread {
		s.values[token] = map[any]any{}
	}
	maps.Copy(s.values[token], values)
}

// AddMessage stores a message of a new session.
func (s *Sessions) AddMessage(token, name string, message any) {
	s.add(token, map[any]any{name: message})
}

// TakeMessage returns a message of a session and removes it. It returns nil if there is none of this name.
func (s *Sessions) TakeMessage(token, name string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	message := s.values[token][name]
	if delete(s.values[token], name); len(s.values[token]) == 0 {
		delete(s.values, token)
	}
	return message
}

// Token returns the session token of a request, "" if it has none.
func (s *Sessions) Token(r *http.Request) string {
	cookie, err := r.Cookie(s.cookie)
	if err != nil || len(cookie.Value) > 100 {
		return ""
	}
	return cookie.Value
}

// SetToken gives the browser a session token, or deletes its cookie if token is "".
func (s *Sessions) SetToken(w http.ResponseWriter, token string) {
	o := s.options
	if token == "" {
		o.MaxAge = -1
	}
	http.SetCookie(w, gorilla.NewCookie(s.cookie, token, &o))
}

// SetDevice gives the browser its device cookie, which outlives sessions.
func (s *Sessions) SetDevice(w http.ResponseWriter, value string) {
	o := s.options
	o.MaxAge = int(db.DeviceLife / time.Second)
	http.SetCookie(w, gorilla.NewCookie(s.device, value, &o))
}

// Await expects the browser to send a new token with its next request. Only its latest token is
// awaited, because a form that is sent twice creates two.
func (s *Sessions) Await(token string, by db.Actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(by)
	if len(s.awaited) >= maxAwaited {
		clear(s.awaited)
	}
	s.awaited[token] = awaitedBrowser{by, s.db.Now()}
}

// forget stops awaiting the browser, identified by address and user agent, and returns since when
// it was awaited. The caller holds the lock.
func (s *Sessions) forget(by db.Actor) (since time.Time) {
	for token, a := range s.awaited {
		if a.by.IP == by.IP && a.by.UA == by.UA {
			delete(s.awaited, token)
			since = a.since
		}
	}
	return since
}

// noteArrival records that a browser sent this token.
func (s *Sessions) noteArrival(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.awaited, token)
}

// Lost reports, once for each token, whether the asking browser failed to send back the token it
// was just given.
func (s *Sessions) Lost(by db.Actor) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.forget(by)
	return !since.IsZero() && s.db.Now().Sub(since) < awaitedFor
}
