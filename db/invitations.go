package db

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"clientregistry/db/sqlite"
)

// InvitationLife and ResetLife are how long these links are valid.
const (
	InvitationLife = 72 * time.Hour
	ResetLife      = time.Hour
)

var linkLife = map[string]time.Duration{"invitation": InvitationLife, "reset": ResetLife}

// SetPassword sets the password hash of an active or invited user who cannot sign in, and makes
// them active. It ends their sessions and removes locks. It returns Invalid for a disabled user.
func (d *DB) SetPassword(ctx context.Context, by Actor, id, hash string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status == "disabled" {
			return invalid("status", "This account is disabled; enable it first")
		}
		if _, err := t.Exec("UPDATE users SET password_hash = ?, status = 'active', updated_at = ? WHERE id = ?",
			hash, stamp(t.now), id); err != nil {
			return err
		}
		if err := t.signOutEverywhere(id); err != nil {
			return err
		}
		return t.record("reset_password", "user", id, nil)
	})
}

// signOutEverywhere ends a user's sessions, revokes their tokens, removes locks, and forgets
// browsers.
func (t *tx) signOutEverywhere(id string) error {
	if _, err := t.endSessions(id, ""); err != nil {
		return err
	}
	if err := t.forgetDevices(id); err != nil {
		return err
	}
	if err := t.revokeTokens(id); err != nil {
		return err
	}
	_, err := t.forgiveAll(id)
	return err
}

// InviteUser creates an invited user with roles given by slugs, and returns the token of the
// invitation. It returns Invalid for refused fields, a taken email, and roles that are unknown or
// beyond the actor's rights. Calling it again with the same requestID renews the invitation, or
// returns no token if it was accepted; with other content it returns Repeated.
func (d *DB) InviteUser(
	ctx context.Context, by Actor, email, fullName string, roles []string, requestID string,
) (id, token string, err error) {
	q, err := newRequest("user", requestID, Fields{"email": email, "full_name": fullName}, slices.Sorted(slices.Values(roles)))
	if err != nil {
		return "", "", err
	}
	err = d.write(ctx, by, ManageAccounts, func(t *tx) error {
		if id, err = t.findRepeated(q); err != nil {
			return err
		}
		if id != "" {
			token, err = t.inviteAgain(id)
			return err
		}
		u := User{ID: newID(), Status: "invited"}
		changes, refused := apply(userFields, Fields{"email": email, "full_name": fullName}, &u)
		badRoles := t.checkRoleGrants(roles) // told together with what is wrong beside
		if refused != nil {
			return joinInvalid(refused, badRoles)
		}
		if err := t.refuseLookalike(u, changes); err != nil {
			return joinInvalid(err, badRoles)
		}
		_, err := t.Exec("INSERT INTO users (id, email, full_name, status, created_at, updated_at) VALUES (?, ?, ?, 'invited', ?, ?)",
			u.ID, u.Email, u.FullName, stamp(t.now), stamp(t.now))
		if sqlite.IsUnique(err) {
			return joinInvalid(invalid("email", "There is already an account with this email"), badRoles)
		}
		if err != nil {
			return err
		}
		if err := t.keyUser(u.ID, u.FullName); err != nil {
			return err
		}
		if err := t.giveRoles(Account{User: u}, roles); err != nil {
			return err
		}
		if token, err = t.newLink(u.ID, "invitation"); err != nil {
			return err
		}
		if err := t.rememberRequest(q, u.ID); err != nil {
			return err
		}
		id = u.ID
		return t.record("create_user", "user", u.ID, details{"email": u.Email, "full_name": u.FullName, "roles": roles, "status": u.Status})
	})
	return id, token, err
}

// inviteAgain returns the token of a new invitation, or "" if the user accepted an earlier one.
func (t *tx) inviteAgain(id string) (token string, err error) {
	var status string
	if err := t.QueryRow("SELECT status FROM users WHERE id = ?", id).Scan(&status); err != nil || status != "invited" {
		return "", err
	}
	if token, err = t.newLink(id, "invitation"); err != nil {
		return "", err
	}
	return token, t.record("invite_user", "user", id, nil)
}

// newLink creates a one-time link and invalidates earlier ones of its kind.
func (t *tx) newLink(userID, kind string) (token string, err error) {
	if _, err := t.Exec("DELETE FROM user_links WHERE user_id = ? AND kind = ?", userID, kind); err != nil {
		return "", err
	}
	token = rand.Text()
	_, err = t.Exec("INSERT INTO user_links (id, user_id, kind, expires_at) VALUES (?, ?, ?, ?)",
		sha256Hex(token), userID, kind, stamp(t.now.Add(linkLife[kind])))
	return token, err
}

// RenewInvitation returns the token of a new invitation, valid for InvitationLife. It returns
// Invalid if the user is not invited.
func (d *DB) RenewInvitation(ctx context.Context, by Actor, id string) (token string, err error) {
	err = d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status != "invited" {
			return invalid("status", "Only people who have not accepted their invitation can be invited again")
		}
		token, err = t.inviteAgain(id)
		return err
	})
	return token, err
}

// StartReset returns the token of a link for setting a new password. The old password and sessions
// stay valid until it is used. It returns Invalid if the user is not active, or is the actor, who changes their own with
// the current one.
func (d *DB) StartReset(ctx context.Context, by Actor, id string) (token string, err error) {
	err = d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if id == by.UserID {
			return invalid("status", "This is your own password; My account is the place to change it")
		}
		if a.Status != "active" {
			return invalid("status", "Only an active user has a password to reset")
		}
		if token, err = t.newLink(id, "reset"); err != nil {
			return err
		}
		return t.record("reset_password_link", "user", id, nil)
	})
	return token, err
}

// LinkOwner returns the user of a one-time link, or ErrNotFound if it is unknown, used, or expired.
func (d *DB) LinkOwner(ctx context.Context, kind, token string) (User, error) {
	return linkOwner(readerQuerier{ctx, d}, d.now(), kind, token)
}

func linkOwner(ask querier, now time.Time, kind, token string) (User, error) {
	after, until := validBounds(now, linkLife[kind])
	return scanUser(ask.QueryRow(selectUser+`
		WHERE id = (SELECT user_id FROM user_links WHERE id = ? AND kind = ? AND expires_at > ? AND expires_at <= ?)`,
		sha256Hex(token), kind, after, until))
}

// AcceptInvitation makes an invited user active, with a password hash and the time zone that they
// chose, "" for none. It returns Invalid for the time zone, or ErrNotFound for a link that is invalid
// or was used.
func (d *DB) AcceptInvitation(ctx context.Context, by Actor, token, hash, timeZone string) (User, error) {
	return d.useLink(ctx, by, "invitation", token, func(t *tx, u *User) error {
		if u.Status != "invited" {
			return ErrNotFound
		}
		if timeZone != "" {
			if _, refused := apply(userFields, Fields{"time_zone": timeZone}, u); refused != nil {
				return refused
			}
		}
		if _, err := t.Exec(`
			UPDATE users
			SET status = 'active', password_hash = ?, time_zone = ?, time_zone_chosen = ?, updated_at = ?
			WHERE id = ?`, hash, u.TimeZone, timeZone != "", stamp(t.now), u.ID); err != nil {
			return err
		}
		return t.record("accept_invitation", "user", u.ID, details{"changes": map[string]Change{"status": {Old: "invited", New: "active"}}})
	})
}

// FinishReset sets an active user's password hash, ends their sessions and removes locks. It
// returns ErrNotFound for a link that is invalid or was used.
func (d *DB) FinishReset(ctx context.Context, by Actor, token, hash string) (User, error) {
	return d.useLink(ctx, by, "reset", token, func(t *tx, u *User) error {
		if u.Status != "active" {
			return ErrNotFound
		}
		if _, err := t.Exec("UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?", hash, stamp(t.now), u.ID); err != nil {
			return err
		}
		if err := t.signOutEverywhere(u.ID); err != nil {
			return err
		}
		return t.record("reset_password", "user", u.ID, nil)
	})
}

func (d *DB) useLink(ctx context.Context, by Actor, kind, token string, use func(*tx, *User) error) (User, error) {
	var u User
	err := d.transact(ctx, by, Anybody, func(t *tx) error {
		var err error
		if u, err = linkOwner(t, t.now, kind, token); err != nil {
			return err
		}
		t.by.UserID = u.ID
		if _, err := t.Exec("DELETE FROM user_links WHERE user_id = ? AND kind = ?", u.ID, kind); err != nil {
			return err
		}
		return use(t, &u)
	})
	return u, err
}
