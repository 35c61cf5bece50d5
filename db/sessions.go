package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"maps"
	"sync"
	"time"

	"clientregistry/db/sqlite"
)

// Session is a signed-in browser.
type Session struct {
	User     User
	lastUsed time.Time
	created  time.Time
}

// DefaultSessionIdle and DefaultSessionMax are the limits of a session: time without use, and total.
const (
	DefaultSessionIdle = 8 * time.Hour
	DefaultSessionMax  = 72 * time.Hour
)

// sessionCache holds sessions and tokens with their users' rights. Any commit, of any process, clears it, so
// that the next request notices the end of a session or a changed right.
type sessionCache struct {
	mu      sync.Mutex
	watch   *sqlite.Pool // one connection, whose data_version shows commits of other processes
	version int64
	byID    map[string]Session
	tokens  map[string]Token        // by hash
	ended   map[string]endedSession // signed out, but not yet deleted from the table
}

// endedSession says who signed out, and when.
type endedSession struct {
	by Actor
	at time.Time
}

// maxEnded limits how many ended sessions wait to be deleted.
const maxEnded = 10_000

// startSession creates a session and returns its token. The table has only the token's SHA-256.
func (t *tx) startSession(userID string) (token string, err error) {
	random := make([]byte, 32)
	rand.Read(random)
	token = base64.RawURLEncoding.EncodeToString(random)
	_, err = t.Exec("INSERT INTO sessions (id, user_id, ip, ua, created_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?)",
		sha256Hex(token), userID, t.by.IP, t.by.UA, stamp(t.now), stamp(t.now))
	return token, err
}

// SessionMax returns the longest life of a session.
func (d *DB) SessionMax() time.Duration { return d.max }

// Session returns a session by its token and extends its idle time. It returns ErrNotFound if it
// does not exist or has expired, or the user is not active.
func (d *DB) Session(ctx context.Context, token string) (Session, error) {
	id, now := sha256Hex(token), d.now().UTC()
	s, err := d.cachedSession(ctx, id)
	if err != nil {
		return Session{}, err
	}
	if now.Sub(s.lastUsed) > d.idle || now.Sub(s.created) > d.max || inFuture(s.lastUsed, now) || inFuture(s.created, now) {
		return Session{}, ErrNotFound
	}
	if now.Sub(s.lastUsed) > time.Minute {
		err = d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
			_, err := t.Exec("UPDATE sessions SET last_used_at = ? WHERE id = ?", stamp(t.now), id)
			return err
		})
		if isUnrecordable(err) { // people can still read, so the session is extended in memory
			d.sessions.use(id, now)
			err = nil
		}
	}
	return s, err
}

// use extends a session in memory only.
func (c *sessionCache) use(id string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.byID[id]; ok {
		s.lastUsed = now
		c.byID[id] = s
	}
}

func (d *DB) cachedSession(ctx context.Context, id string) (Session, error) {
	c := &d.sessions
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ended := c.ended[id]; ended {
		return Session{}, ErrNotFound
	}
	if err := d.forgetStale(ctx); err != nil {
		return Session{}, err
	}
	if s, ok := c.byID[id]; ok {
		return s, nil
	}
	s, err := d.readSession(ctx, id)
	if err == nil {
		c.byID[id] = s
	}
	return s, err
}

// forgetStale empties the cache after a commit of any process. The caller holds the lock.
func (d *DB) forgetStale(ctx context.Context) error {
	c := &d.sessions
	version, err := c.watch.DataVersion(ctx)
	if err != nil {
		return err
	}
	if version != c.version || len(c.byID)+len(c.tokens) > 10_000 {
		c.version, c.byID, c.tokens = version, map[string]Session{}, map[string]Token{}
		d.memo.forget()
	}
	return nil
}

func (d *DB) readSession(ctx context.Context, id string) (Session, error) {
	var s Session
	var userID string
	err := d.reader.QuickQueryRow(ctx, "SELECT user_id, created_at, last_used_at FROM sessions WHERE id = ?", id).
		Scan(&userID, moment{&s.created}, moment{&s.lastUsed})
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, ErrNotFound
	}
	if err != nil {
		return Session{}, err
	}
	s.User, err = d.user(ctx, userID)
	return s, err
}

// SignOut ends a session at once, even if it returns an error. An error means that the end could
// not be written; it stays in memory until a later write succeeds. An unknown session is no error.
func (d *DB) SignOut(ctx context.Context, by Actor, token string) error {
	id := sha256Hex(token)
	d.sessions.end(id, endedSession{by, d.now()})
	return d.writeEnds(ctx)
}

// end ends a session in memory. Beyond maxEnded it drops the oldest.
func (c *sessionCache) end(id string, e endedSession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = map[string]endedSession{}
	}
	if len(c.ended) >= maxEnded {
		oldest := id
		for other, o := range c.ended {
			if oldest == id || o.at.Before(c.ended[oldest].at) {
				oldest = other
			}
		}
		delete(c.ended, oldest)
	}
	c.ended[id] = e
}

// writeEnds deletes the sessions that were ended in memory.
func (d *DB) writeEnds(ctx context.Context) error {
	c := &d.sessions
	c.mu.Lock()
	ends := maps.Clone(c.ended)
	c.mu.Unlock()
	for id, e := range ends {
		err := d.writeSignIn(ctx, e.by, func(t *tx) error {
			if n, err := t.Exec("DELETE FROM sessions WHERE id = ?", id); err != nil || n == 0 {
				return err
			}
			return t.record("logout", "session", e.by.UserID, nil)
		})
		if err != nil {
			return err
		}
		c.mu.Lock()
		delete(c.ended, id)
		c.mu.Unlock()
	}
	return nil
}

// endSessions ends a user's sessions and half sign-ins, except the session with the token but, and
// returns how many.
func (t *tx) endSessions(userID, but string) (ended int64, err error) {
	halves, err := t.Exec("DELETE FROM half_sign_ins WHERE user_id = ?", userID)
	if err != nil {
		return 0, err
	}
	whole, err := t.Exec("DELETE FROM sessions WHERE user_id = ? AND id <> ?", userID, sha256Hex(but))
	return halves + whole, err
}

// OpenSession is a signed-in browser as shown to its user.
type OpenSession struct {
	ID        string // hash of the token; it cannot be used to sign in
	UA, IP    string
	CreatedAt time.Time
	LastUsed  time.Time
	Current   bool // the session that asks
}

// OpenSessions lists the actor's sessions, the last used first. token is that of the current one.
func (d *DB) OpenSessions(ctx context.Context, by Actor, token string) ([]OpenSession, error) {
	now := d.now().UTC()
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT id, ua, ip, created_at, last_used_at FROM sessions
		WHERE user_id = ?1 AND last_used_at BETWEEN ?2 AND ?4 AND created_at BETWEEN ?3 AND ?4
		ORDER BY last_used_at DESC, id LIMIT 100`, by.UserID, stamp(now.Add(-d.idle)), stamp(now.Add(-d.max)), stamp(now.Add(ClockSlack)))
	return sqlite.Collect(rows, err, func(r sqlite.Row) (OpenSession, error) {
		var s OpenSession
		err := r.Scan(&s.ID, &s.UA, &s.IP, moment{&s.CreatedAt}, moment{&s.LastUsed})
		s.Current = s.ID == sha256Hex(token)
		return s, err
	})
}

// EndSession ends one of the actor's sessions by its ID, or returns ErrNotFound.
func (d *DB) EndSession(ctx context.Context, by Actor, id string) error {
	return d.write(ctx, by, OwnAccount, func(t *tx) error {
		n, err := t.Exec("DELETE FROM sessions WHERE id = ? AND user_id = ?", id, by.UserID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		return t.record("end_sessions", "session", by.UserID, details{"sessions": n})
	})
}

// EndOtherSessions ends the actor's sessions except the one with token, and returns how many.
func (d *DB) EndOtherSessions(ctx context.Context, by Actor, token string) (ended int64, err error) {
	err = d.write(ctx, by, OwnAccount, func(t *tx) error {
		if ended, err = t.endSessions(by.UserID, token); err != nil || ended == 0 {
			return err
		}
		return t.record("end_sessions", "session", by.UserID, details{"sessions": ended})
	})
	return ended, err
}
