package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// Token lets a program act for its owner. Only the token's SHA-256 is stored.
type Token struct {
	ID, UserID, Name string
	Start            string // its first characters, by which people recognize it
	Permissions      []Permission
	CreatedAt        time.Time
	ExpiresAt        time.Time // zero if it never expires
	LastUsedAt       time.Time // zero if it was never used
	RevokedAt        time.Time // zero if it was not revoked
	Owner            User      // only as far as the list that has it says
}

// TokenLife is how long a token lasts if nothing else is chosen, in days. maxTokenYears is the
// longest that can be chosen.
const (
	TokenLife     = 90
	maxTokenYears = 2
)

// endsSoon is how long before its end a token is said to end soon. tokenRetention is how long a
// revoked or expired token is listed.
const (
	endsSoon       = 7 * 24 * time.Hour
	tokenRetention = 90 * 24 * time.Hour
)

// State returns revoked, expired, no rights, partial, ending or active.
func (k Token) State(now time.Time) string {
	lost := k.Lost()
	switch {
	case !k.RevokedAt.IsZero():
		return "revoked"
	case k.hasExpired(now):
		return "expired"
	case len(lost) == len(k.Permissions):
		return "no rights"
	case len(lost) > 0:
		return "partial"
	case !k.ExpiresAt.IsZero() && k.ExpiresAt.Sub(now) < endsSoon:
		return "ending"
	}
	return "active"
}

func (k Token) hasExpired(now time.Time) bool {
	return !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt)
}

// Lost returns the permissions that do not count, because the owner does not have them any more.
func (k Token) Lost() []Permission {
	return slices.DeleteFunc(slices.Clone(k.Permissions), func(p Permission) bool { return slices.Contains(k.Owner.May, p) })
}

// Actor returns who acts with the token: its owner, with the permissions that both have.
func (k Token) Actor() Actor {
	by := k.Owner.actor()
	by.May = slices.DeleteFunc(slices.Clone(k.Permissions), func(p Permission) bool { return !slices.Contains(k.Owner.May, p) })
	by.Zone, by.Token = k.Owner.Location(), k.Name
	return by
}

const selectToken = `
	SELECT id, user_id, name, start, permissions, created_at, expires_at, last_used_at, revoked_at
	FROM tokens`

func scanToken(r sqlite.Row) (k Token, err error) {
	var may string
	err = r.Scan(&k.ID, &k.UserID, &k.Name, &k.Start, &may,
		moment{&k.CreatedAt}, moment{&k.ExpiresAt}, moment{&k.LastUsedAt}, moment{&k.RevokedAt})
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, ErrNotFound
	}
	for _, slug := range strings.Fields(may) {
		k.Permissions = append(k.Permissions, Permission(slug))
	}
	return k, err
}

// Tokens lists the actor's tokens, usable ones first, then the newest first.
func (d *DB) Tokens(ctx context.Context, by Actor) ([]Token, error) {
	if by.UserID == "" {
		return nil, ErrForbidden
	}
	return d.tokens(ctx, "WHERE user_id = ?", by.UserID)
}

// TokensOf lists a user's tokens in the same order.
func (d *DB) TokensOf(ctx context.Context, by Actor, userID string) ([]Token, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return nil, err
	}
	return d.tokens(ctx, "WHERE user_id = ?", userID)
}

// AllTokens lists everybody's tokens for the command line.
func (d *DB) AllTokens(ctx context.Context, by Actor) ([]Token, error) {
	if err := Program.Refuse(by); err != nil {
		return nil, err
	}
	return d.tokens(ctx, "")
}

func (d *DB) tokens(ctx context.Context, where string, args ...any) ([]Token, error) {
	rows, err := d.reader.QuickQuery(ctx, selectToken+"\n"+where+"\nORDER BY created_at DESC, id DESC", args...)
	all, err := sqlite.Collect(rows, err, scanToken)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	owners := map[string]User{}
	for i := range all {
		owner, known := owners[all[i].UserID]
		if !known {
			if owner, err = d.tokenOwner(ctx, all[i].UserID); err != nil {
				return nil, fmt.Errorf("tokens: %w", err)
			}
			owners[owner.ID] = owner
		}
		all[i].Owner = owner
	}
	now := d.now()
	over := func(k Token) int {
		if !k.RevokedAt.IsZero() || k.hasExpired(now) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b Token) int { return over(a) - over(b) })
	return all, nil
}

// tokenOwner returns a user with their rights, which are none unless they are active.
func (d *DB) tokenOwner(ctx context.Context, id string) (User, error) {
	u, err := d.user(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return scanUser(d.reader.QuickQueryRow(ctx, selectUser+"WHERE id = ?", id))
	}
	return u, err
}

// TokenBySecret returns the usable token with a secret, and its owner with their present rights. It
// notes the use, at most once a minute. It returns ErrNotFound for one that is unknown, expired or
// revoked, or whose owner is not active.
func (d *DB) TokenBySecret(ctx context.Context, secret string) (Token, error) {
	if !secrets.IsToken(secret) {
		return Token{}, ErrNotFound
	}
	now := d.now().UTC()
	k, due, err := d.cachedToken(ctx, sha256Hex(secret), now)
	if err != nil {
		return Token{}, err
	}
	if due {
		err := d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
			_, err := t.Exec("UPDATE tokens SET last_used_at = ?1 WHERE id = ?2 AND ifnull(last_used_at NOT BETWEEN ?3 AND ?1, 1)",
				stamp(now), k.ID, stamp(now.Add(-time.Minute)))
			return err
		})
		if err != nil && !isUnrecordable(err) { // programs can still read
			return Token{}, err
		}
	}
	return k, nil
}

// cachedToken returns a usable token by its hash. due is true, for the first caller only, if its use
// must be noted.
func (d *DB) cachedToken(ctx context.Context, hash string, now time.Time) (k Token, due bool, err error) {
	c := &d.sessions
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := d.forgetStale(ctx); err != nil {
		return Token{}, false, err
	}
	k, known := c.tokens[hash]
	if !known {
		if k, err = scanToken(d.reader.QuickQueryRow(ctx, selectToken+" WHERE hash = ?", hash)); err != nil {
			return Token{}, false, err
		}
		if k.Owner, err = d.user(ctx, k.UserID); err != nil {
			return Token{}, false, err
		}
	}
	if !k.RevokedAt.IsZero() || k.hasExpired(now) || inFuture(k.CreatedAt, now) {
		return Token{}, false, ErrNotFound
	}
	if due = now.Sub(k.LastUsedAt).Abs() > time.Minute; due {
		k.LastUsedAt = now
	}
	c.tokens[hash] = k
	return k, due, nil
}
