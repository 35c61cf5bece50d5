package db

import (
	"context"

	"clientregistry/db/sqlite"
)

// requirePassword returns Invalid if the current password was not typed.
func requirePassword(current string) error {
	if current == "" {
		return invalid("current_password", "Enter your current password")
	}
	return nil
}

// withPassword runs change on the actor's account if their current password is right. A wrong one
// returns Invalid and counts towards Locked, separately from attempts at sign-in.
func (d *DB) withPassword(ctx context.Context, by Actor, current string, change func(*tx) error) error {
	if err := requirePassword(current); err != nil {
		return err
	}
	if err := d.refuseDamaged(); err != nil {
		return err // before the password counts as a guess
	}
	var stored string
	if err := d.reader.QuickQueryRow(ctx, "SELECT ifnull(password_hash, '') FROM users WHERE id = ?", by.UserID).Scan(&stored); err != nil {
		return err
	}
	tried := browserBudget(by.UserID, "signed in")
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
		var still bool // checking the password takes a while
		if err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND status = 'active' AND password_hash = ?)",
			by.UserID, stored).Scan(&still); err != nil {
			return err
		}
		if !still {
			return invalid("current_password", "Your password was changed in the meantime")
		}
		return change(t)
	})
}

// ChangePassword sets the actor's password hash, ends their sessions except the one with token, and
// makes the account forget all browsers. It returns Invalid if the current password is wrong.
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

// ChangeEmail sets the email that the actor signs in with, and ends their sessions except the one
// with token. It returns Invalid if the email is malformed or taken, or the current password is
// wrong. The same email changes nothing.
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

// AdoptBrowserTimeZone gives the actor the time zone of their browser if none was chosen for them, and shows
// them a notice until CloseTimeZoneNotice. It does nothing for UTC and for a zone that is unknown here.
func (d *DB) AdoptBrowserTimeZone(ctx context.Context, by Actor, zone string) error {
	return d.write(ctx, by, OwnAccount, func(t *tx) error {
		u, err := scanUser(t.QueryRow(selectUser+"WHERE id = ?", by.UserID))
		if err != nil || u.ZoneChosen {
			return err
		}
		changes, refused := apply(userFields, Fields{"time_zone": zone}, &u)
		if refused != nil || len(changes) == 0 {
			return nil
		}
		if _, err := t.Exec("UPDATE users SET time_zone = ?, time_zone_chosen = 1, time_zone_notice = 1, updated_at = ? WHERE id = ?",
			u.TimeZone, stamp(t.now), u.ID); err != nil {
			return err
		}
		return t.record("update_user", "user", u.ID, details{"changes": changes})
	})
}

// CloseTimeZoneNotice stops telling the actor that their time zone was taken from their browser.
func (d *DB) CloseTimeZoneNotice(ctx context.Context, by Actor) error {
	return d.writeUnrecorded(ctx, by, OwnAccount, func(t *tx) error {
		_, err := t.Exec("UPDATE users SET time_zone_notice = 0 WHERE id = ? AND time_zone_notice = 1", by.UserID)
		return err
	})
}
