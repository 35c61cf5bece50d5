package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"clientregistry/db/secrets"
	"clientregistry/db/text"
)

// SignIn checks an email and a password, and returns the token of a new session. It returns
// HalfSignedIn if a second factor is needed, ErrSignIn if the two do not match, Locked after too
// many wrong attempts, and secrets.ErrBusy. Only checked, wrong passwords count.
// Unknown emails take the same time and lock in the same way. The actor's IP, UA and Device say
// where the request comes from.
func (d *DB) SignIn(ctx context.Context, by Actor, typedEmail, password string) (token string, err error) {
	typedEmail = text.FoldEmail(strings.TrimSpace(typedEmail))
	var id, hash, status string
	err = d.reader.QuickQueryRow(ctx, "SELECT id, ifnull(password_hash, ''), status FROM users WHERE email = ?", typedEmail).
		Scan(&id, &hash, &status)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("sign in: %w", err)
	}
	tried, err := budgetOf(readerQuerier{ctx, d}, d.now(), by, id, typedEmail)
	if err != nil {
		return "", err
	}
	end, err := d.startCheck(ctx, tried)
	if err != nil {
		return "", err
	}
	defer end()
	matches, outdated, err := d.checkPassword(ctx, hash, password)
	if err != nil {
		return "", err
	}
	if !matches || status != "active" {
		// If the attempt cannot be counted, the caller does not learn that it was wrong: a full
		// disk must not allow more guesses.
		return "", cmp.Or(d.recordFailedSignIn(ctx, by, typedEmail, tried), ErrSignIn)
	}
	var newHash string
	if outdated {
		if newHash, err = secrets.HashPassword(ctx, password); err != nil {
			return "", err
		}
	}
	half := false
	err = d.writeSignIn(ctx, by, func(t *tx) error {
		var still bool // the account may have changed while the password was being checked
		if err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND status = 'active' AND password_hash = ?)", id, hash).
			Scan(&still); err != nil {
			return err
		}
		if !still {
			return ErrSignIn
		}
		if newHash != "" {
			if _, err := t.Exec("UPDATE users SET password_hash = ? WHERE id = ?", newHash, id); err != nil {
				return err
			}
		}
		if half, err = t.hasSecondFactor(id); err != nil {
			return err
		}
		if half {
			token, err = t.startHalfSignIn(id)
		} else {
			token, err = t.completeSignIn(id, tried, nil)
		}
		return err
	})
	if err == nil && half {
		return "", &HalfSignedIn{Token: token}
	}
	return token, err
}

// recordFailedSignIn counts and records a failure, even if the client has disconnected.
func (d *DB) recordFailedSignIn(ctx context.Context, by Actor, typed string, tried budget) error {
	if _, err := email(typed); err != nil || len(typed) > 190 {
		typed = "" // anything else may be a password typed into the wrong field
	}
	return d.writeSignIn(context.WithoutCancel(ctx), by, func(t *tx) error { return t.recordFailure(tried, details{"email": typed}) })
}

// completeSignIn starts a session after all checks, and resets the wrong attempts.
func (t *tx) completeSignIn(userID string, tried budget, how details) (token string, err error) {
	t.by.UserID = userID
	if _, err := t.Exec("UPDATE users SET last_sign_in_at = ? WHERE id = ?", stamp(t.now), userID); err != nil {
		return "", err
	}
	if err := t.clearAttempts(tried); err != nil {
		return "", err
	}
	if token, err = t.startSession(userID); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return token, t.record("login", "session", userID, how)
}
