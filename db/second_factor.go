package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// SecondFactor describes a user's own second factor.
type SecondFactor struct {
	Since      time.Time // zero if they have none
	CodesLeft  int       // unused recovery codes
	DemandedBy []string  // names of their roles that require one
}

// SecondFactor returns the actor's own second factor.
func (d *DB) SecondFactor(ctx context.Context, by Actor) (SecondFactor, error) {
	var f SecondFactor
	err := d.reader.QuickQueryRow(ctx, `
		SELECT (SELECT confirmed_at FROM second_factors WHERE user_id = users.id), (SELECT count(*) FROM recovery_codes WHERE user_id = users.id)
		FROM users WHERE id = ?`, by.UserID).Scan(moment{&f.Since}, &f.CodesLeft)
	if err != nil {
		return f, err
	}
	rows, err := d.reader.QuickQuery(ctx, demandingRoles, by.UserID)
	f.DemandedBy, err = sqlite.Collect(rows, err, sqlite.ScanText)
	f.DemandedBy = byName(f.DemandedBy, itself)
	return f, err
}

const demandingRoles = "SELECT name FROM user_role JOIN roles ON roles.id = role_id WHERE user_id = ? AND require_mfa ORDER BY roles.id"

// pendingLife is how long a new seed can be confirmed.
const pendingLife = time.Hour

const selectPending = "SELECT pending FROM second_factors WHERE user_id = ? AND pending_at > ? AND pending_at <= ?"

// StartSecondFactor returns the seed for the actor's authenticator app, in base32. Within an hour
// it returns the same one again, until they confirm it. An unconfirmed seed has no effect and is
// not recorded. It returns KeyLost if seeds cannot be sealed.
func (d *DB) StartSecondFactor(ctx context.Context, by Actor) (seed string, err error) {
	seed, err = d.pendingSeed(readerQuerier{ctx, d}, d.now(), by.UserID)
	if err == nil {
		return seed, nil
	}
	err = d.writeUnrecorded(ctx, by, OwnAccount, func(t *tx) error {
		if seed, err = d.pendingSeed(t, t.now, by.UserID); err == nil {
			return nil // created in the meantime
		}
		key, err := d.keyToSeal(t)
		if err != nil {
			return err
		}
		seed = secrets.NewSeed()
		sealed, err := secrets.Seal(key, seed, seedPurpose+by.UserID)
		if err != nil {
			return err
		}
		_, err = t.Exec(`
			INSERT INTO second_factors (user_id, pending, pending_at) VALUES (?, ?, ?)
			ON CONFLICT (user_id) DO UPDATE SET pending = excluded.pending, pending_at = excluded.pending_at`, by.UserID, sealed, stamp(t.now))
		return err
	})
	return seed, err
}

// pendingSeed returns a user's unconfirmed seed, or sql.ErrNoRows.
func (d *DB) pendingSeed(ask querier, now time.Time, userID string) (seed string, err error) {
	var sealed []byte
	if err := ask.QueryRow(selectPending, userID, stamp(now.Add(-pendingLife)), stamp(now.Add(ClockSlack))).Scan(&sealed); err != nil {
		return "", err
	}
	return d.unseal(seedPurpose+userID, sealed)
}

// ConfirmSecondFactor makes the seed from StartSecondFactor the actor's second factor, replacing an
// earlier one. typed is a code of that seed. It ends all their sessions and recovery codes, and
// returns the token of a new session and ten new codes, of which only hashes are stored. It returns
// Invalid if the code or the current password is wrong.
func (d *DB) ConfirmSecondFactor(ctx context.Context, by Actor, current, typed string) (token string, codes []string, err error) {
	code, err := appCode(typed)
	if err != nil {
		return "", nil, err
	}
	err = d.withPassword(ctx, by, current, func(t *tx) error {
		step, err := d.confirmCode(t, code)
		if err != nil {
			return err
		}
		var replaced bool
		if err := t.QueryRow("SELECT seed IS NOT NULL FROM second_factors WHERE user_id = ?", by.UserID).Scan(&replaced); err != nil {
			return err
		}
		if _, err := t.Exec(`
			UPDATE second_factors SET seed = pending, confirmed_at = ?, used_step = ?, pending = NULL, pending_at = NULL
			WHERE user_id = ?`, stamp(t.now), step, by.UserID); err != nil {
			return err
		}
		if codes, err = t.makeRecoveryCodes(by.UserID); err != nil {
			return err
		}
		if _, err := t.endSessions(by.UserID, ""); err != nil {
			return err
		}
		if token, err = t.startSession(by.UserID); err != nil {
			return err
		}
		return t.record("enable_mfa", "user", by.UserID, details{"replaced": replaced})
	})
	return token, codes, err
}

// confirmCode returns the time step of a code of the actor's unconfirmed seed, or Invalid.
func (d *DB) confirmCode(t *tx, code string) (step int64, err error) {
	seed, err := d.pendingSeed(t, t.now, t.by.UserID)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, invalid("code", "The key was shown more than an hour ago. Here is a new one; add it to your app")
	}
	if err != nil {
		return 0, err
	}
	step, fits := secrets.StepOf(seed, code, t.now, 0)
	if !fits {
		return 0, invalid("code", "This code is wrong. Enter the one that the app shows now, and check the clocks of its device and of the server")
	}
	return step, nil
}

// appCode returns the six digits of a typed code, or Invalid.
func appCode(typed string) (string, error) {
	code := strings.Join(strings.Fields(strings.ToValidUTF8(typed, "?")), "")
	switch n := len(code); {
	case n == 0:
		return "", invalid("code", "Enter the code that the app shows")
	case !onlyDigits(code):
		return "", invalid("code", "Enter the 6 digits that the app shows")
	case n != 6:
		return "", invalid("code", "Enter all 6 digits. This code has %d", n)
	}
	return code, nil
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// makeRecoveryCodes replaces a user's recovery codes with new ones.
func (t *tx) makeRecoveryCodes(userID string) (codes []string, err error) {
	if _, err := t.Exec("DELETE FROM recovery_codes WHERE user_id = ?", userID); err != nil {
		return nil, err
	}
	for range secrets.RecoveryCodes {
		code := secrets.NewRecoveryCode()
		if _, err := t.Exec("INSERT INTO recovery_codes (user_id, id) VALUES (?, ?)", userID, sha256Hex(code)); err != nil {
			return nil, err
		}
		codes = append(codes, secrets.SpellRecoveryCode(code))
	}
	return codes, nil
}

// NewRecoveryCodes returns ten new recovery codes, and ends the actor's old ones and their sessions
// except the one with token. It returns Invalid if they have no second factor or the current
// password is wrong.
func (d *DB) NewRecoveryCodes(ctx context.Context, by Actor, token, current string) (codes []string, err error) {
	err = d.withPassword(ctx, by, current, func(t *tx) error {
		if has, err := t.hasSecondFactor(by.UserID); err != nil || !has {
			return errors.Join(err, invalid("second_factor", "You have no second factor that recovery codes could stand in for"))
		}
		if codes, err = t.makeRecoveryCodes(by.UserID); err != nil {
			return err
		}
		if _, err := t.endSessions(by.UserID, token); err != nil {
			return err
		}
		return t.record("new_recovery_codes", "user", by.UserID, nil)
	})
	return codes, err
}

func (t *tx) hasSecondFactor(userID string) (has bool, err error) {
	err = t.QueryRow("SELECT EXISTS (SELECT 1 FROM second_factors WHERE user_id = ? AND seed IS NOT NULL)", userID).Scan(&has)
	return has, err
}

// DisableSecondFactor removes the actor's second factor, and ends their sessions except the one
// with token. It returns Invalid if a role requires one or the current password is wrong.
func (d *DB) DisableSecondFactor(ctx context.Context, by Actor, token, current string) error {
	return d.withPassword(ctx, by, current, func(t *tx) error {
		rows, err := t.Query(demandingRoles, by.UserID)
		demanding, err := sqlite.Collect(rows, err, sqlite.ScanText)
		if err != nil {
			return err
		}
		if len(demanding) > 0 {
			return invalid("second_factor", "%s requires a second factor: you can move it to another device, but not switch it off",
				strings.Join(isolateAll(byName(demanding, itself)), " and "))
		}
		if has, err := t.takeSecondFactor(by.UserID); err != nil || !has {
			return err
		}
		if _, err := t.endSessions(by.UserID, token); err != nil {
			return err
		}
		return t.record("disable_mfa", "user", by.UserID, nil)
	})
}

// takeSecondFactor removes a user's second factor, and reports whether they had one.
func (t *tx) takeSecondFactor(userID string) (had bool, err error) {
	if had, err = t.hasSecondFactor(userID); err != nil || !had {
		return false, err
	}
	for _, take := range []string{"DELETE FROM second_factors WHERE user_id = ?", "DELETE FROM recovery_codes WHERE user_id = ?"} {
		if _, err := t.Exec(take, userID); err != nil {
			return false, err
		}
	}
	return true, nil
}

// ResetSecondFactor removes the second factor of a user who lost it, and ends their sessions and
// tokens. It returns Invalid for the actor themselves, who must use their own page, which asks for the
// password.
func (d *DB) ResetSecondFactor(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if id == by.UserID {
			return invalid("second_factor", "This is your own second factor; My account is the place to change it")
		}
		if had, err := t.takeSecondFactor(id); err != nil || !had {
			return err
		}
		if _, err := t.endSessions(id, ""); err != nil {
			return err
		}
		if err := t.revokeTokens(id); err != nil {
			return err
		}
		return t.record("reset_mfa", "user", id, nil)
	})
}
