package db

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// IdempotencyKey identifies a program's request, so that sending it again does not do it again.
type IdempotencyKey struct {
	TokenID, Key  string
	ContentSHA256 string // of what was asked for
}

// keyRetention is how long a request can be sent again under its key.
const keyRetention = 7 * 24 * time.Hour

var (
	// ErrKeyUsed means that another request had the same key.
	ErrKeyUsed = errors.New("the idempotency key was used for another request")
	// errDone means that a request with the same key was done, perhaps just now.
	errDone = errors.New("a request with this idempotency key was done")
)

type idempotencyKey struct{}

// WithIdempotencyKey returns a context whose change is stored together with the key. If a request
// with the key was done, the change is refused, and DoneBefore says what that request made.
func WithIdempotencyKey(ctx context.Context, k IdempotencyKey) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, k)
}

// DoneBefore returns the ID of what the request with this key made, or "" if it changed something.
// It returns ErrNotFound if no such request was done, and ErrKeyUsed if it was another one.
func (d *DB) DoneBefore(ctx context.Context, k IdempotencyKey) (made string, err error) {
	from, to := keyBounds(d.now())
	var content string
	err = d.reader.QuickQueryRow(ctx, `
		SELECT content_sha256, made FROM idempotency_keys
		WHERE token_id = ? AND key = ? AND created_at BETWEEN ? AND ?`, k.TokenID, k.Key, from, to).
		Scan(&content, nullText{&made})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", ErrNotFound
	case err != nil:
		return "", err
	case content != k.ContentSHA256:
		return "", ErrKeyUsed
	}
	return made, nil
}

// keyBounds returns the times between which a key must have been stored to count.
func keyBounds(now time.Time) (from, to string) {
	return stamp(now.Add(-keyRetention)), stamp(now.Add(ClockSlack))
}

// rememberKey stores the context's key after f, in the same transaction: both happen or neither.
func rememberKey(f func(*tx) error) func(*tx) error {
	return func(t *tx) error {
		if err := f(t); err != nil {
			return err
		}
		k, given := t.ctx.Value(idempotencyKey{}).(IdempotencyKey)
		if !given {
			return nil
		}
		from, to := keyBounds(t.now)
		n, err := t.Exec(`
			INSERT INTO idempotency_keys (token_id, key, content_sha256, made, created_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (token_id, key) DO UPDATE
			SET content_sha256 = excluded.content_sha256, made = excluded.made, created_at = excluded.created_at
			WHERE created_at NOT BETWEEN ? AND ?`,
			k.TokenID, k.Key, k.ContentSHA256, orNull(t.made), stamp(t.now), from, to)
		if err == nil && n == 0 {
			return errDone
		}
		return err
	}
}
