package db

import (
	"context"

	"clientregistry/db/sqlite"
)

// withPassword makes a change to the actor's own account that asks for their
// current password. A wrong one is Invalid and counts, which ends in Locked; what
// strangers try at sign-in counts for itself.
func (d *DB) withPassword(ctx context.Context, by Actor, current string, change func(*tx) error) error {
	if current == "" {
		return invalid("current_password", "Enter your current password")
	}
	if err := d.sound(); err != nil {
		return err // before the password counts as a guess
	}
	var stored string
	if err := d.reader.QuickQueryRow(ctx, "SELECT ifnull(password_hash, '') FROM users WHERE id = ?", by.UserID).Scan(&stored); err != nil {
		return err
	}
	tried := browserOf(by.UserID, "signed in")
	end, err := d.startCheck(ctx, tried)
	if err != nil {
		return err
	}
	defer end()
	matches, _, err := d.checkPassword(ctx, stored, current)
	if err != nil {
		return err
	}
	if !matches {
		if err := d.commit(context.WithoutCancel(ctx), by, func(t *tx) error { return t.countWrong(tried) }); err != nil {
			return err
		}
		return invalid("current_password", "This is not your current password")
	}
	return d.write(ctx, by, OwnAccount, func(t *tx) error {
		var still bool // hashing takes a while
		if err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND status = 'active' AND password_hash = ?)",
			by.UserID, stored).Scan(&still); err != nil {
			return err
		}
		if !still {
			return invalid("current_password", "Your password was changed meanwhile")
		}
		return change(t)
	})
}

// ChangePassword gives the actor a new password (its hash) where the current
// one fits, ends their other sessions and makes all browsers strangers. It
// returns Invalid where it does not.
func (d *DB) ChangePassword(ctx context.Context, by Actor, token, current, hash string) error {
	return d.withPassword(ctx, by, current, func(t *tx) error {
		if _, err := t.Exec("UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?", hash, stamp(t.now), by.UserID); err != nil {
			return err
		}
		if _, err := t.endSessions(by.UserID, token); err != nil {
			return err
		}
		if err := t.forgetDevices(by.UserID); err != nil {
			return err
		}
		return t.record("change_password", "user", by.UserID, nil)
	})
}

// ChangeEmail gives the actor another email to sign in with where their current
// password fits, and ends their other sessions. An email of another account, or
// none at all, is Invalid; the one they have changes nothing.
func (d *DB) ChangeEmail(ctx context.Context, by Actor, token, current, typed string) error {
	if _, refused := apply(userFields, Fields{"email": typed}, &User{}); refused != nil {
		return refused
	}
	return d.withPassword(ctx, by, current, func(t *tx) error {
		u, err := scanUser(t.QueryRow(selectUser+"WHERE id = ?", by.UserID))
		if err != nil {
			return err
		}
		changes, refused := apply(userFields, Fields{"email": typed}, &u)
		if refused != nil {
			return refused
		}
		if len(changes) == 0 {
			return nil
		}
		if err := t.refuseLookalike(u, changes); err != nil {
			return err
		}
		_, err = t.Exec("UPDATE users SET email = ?, updated_at = ? WHERE id = ?", u.Email, stamp(t.now), u.ID)
		if sqlite.IsUnique(err) {
			return invalid("email", "There is already an account with this email")
		}
		if err != nil {
			return err
		}
		if _, err := t.endSessions(u.ID, token); err != nil {
			return err
		}
		return t.record("change_email", "user", u.ID, details{"changes": changes})
	})
}
