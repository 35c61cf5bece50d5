package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Account is a user as those see him who manage users.
type Account struct {
	User
	LastSignInAt time.Time // zero: never
	LockedUntil  time.Time // zero, or past: not locked
	InvitedUntil time.Time // end of the open invitation; zero: none
}

// State is what an account is in, in one word: invited, active, locked or disabled.
func (a Account) State(now time.Time) string {
	if a.Status == "active" && a.LockedUntil.After(now) {
		return "locked"
	}
	return a.Status
}

// InvitationLife and ResetLife are how long the links work.
const (
	InvitationLife = 72 * time.Hour
	ResetLife      = time.Hour
)

const selectAccount = `
	SELECT users.id, email, full_name, status, time_zone, theme, single_keys, users.created_at, updated_at, last_sign_in_at,
		(SELECT locked_until FROM sign_in_attempts WHERE key = users.id),
		(SELECT max(expires_at) FROM user_links WHERE user_id = users.id AND kind = 'invitation')
	FROM users`

func scanAccount(r row) (Account, error) {
	var a Account
	err := r.Scan(&a.ID, &a.Email, &a.FullName, &a.Status, &a.TimeZone, &a.Theme, &a.SingleKeys, moment{&a.CreatedAt}, moment{&a.UpdatedAt},
		moment{&a.LastSignInAt}, moment{&a.LockedUntil}, moment{&a.InvitedUntil})
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, ErrNotFound
	}
	return a, err
}

// Accounts lists all users by name, with the names of their roles.
func (d *DB) Accounts(ctx context.Context, by Actor) ([]Account, error) {
	if !by.Can(ManageUsers) {
		return nil, ErrForbidden
	}
	rows, err := d.reader.query(ctx, selectAccount+" ORDER BY full_name COLLATE NOCASE, users.id")
	all, err := collect(rows, err, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	type given struct{ user, role string }
	rows, err = d.reader.query(ctx, "SELECT user_id, roles.name FROM user_role JOIN roles ON roles.id = role_id ORDER BY roles.name")
	roles, err := collect(rows, err, func(r row) (g given, err error) { return g, r.Scan(&g.user, &g.role) })
	for _, g := range roles {
		if i := slices.IndexFunc(all, func(a Account) bool { return a.ID == g.user }); i >= 0 {
			all[i].Roles = append(all[i].Roles, g.role)
		}
	}
	return all, err
}

// Account returns one user with the slugs of his roles, or ErrNotFound.
func (d *DB) Account(ctx context.Context, by Actor, id string) (Account, error) {
	if !by.Can(ManageUsers) {
		return Account{}, ErrForbidden
	}
	a, err := scanAccount(d.reader.queryRow(ctx, selectAccount+" WHERE users.id = ?", id))
	if err != nil {
		return a, err
	}
	rows, err := d.reader.query(ctx, "SELECT roles.slug FROM user_role JOIN roles ON roles.id = role_id WHERE user_id = ? ORDER BY roles.slug", id)
	a.Roles, err = collect(rows, err, scanText)
	return a, err
}

// AccountByEmail returns the user with this email, or ErrNotFound.
func (d *DB) AccountByEmail(ctx context.Context, by Actor, email string) (Account, error) {
	if !by.Can(ManageUsers) {
		return Account{}, ErrForbidden
	}
	return scanAccount(d.reader.queryRow(ctx, selectAccount+" WHERE email = ?", foldEmail(email)))
}

// SetPassword gives an active or invited user a password (its hash), makes him
// active, ends his sessions and lifts a lock: the rescue of somebody who cannot come in.
func (d *DB) SetPassword(ctx context.Context, by Actor, id, hash string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status == "disabled" {
			return invalid("status", "This account is disabled; enable it first")
		}
		if _, err := t.exec("UPDATE users SET password_hash = ?, status = 'active', updated_at = ? WHERE id = ?", hash, stamp(t.now), id); err != nil {
			return err
		}
		if err := t.signOutEverywhere(id); err != nil {
			return err
		}
		return t.record("reset_password", "user", id, nil)
	})
}

// signOutEverywhere ends a user's sessions and forgets wrong passwords.
func (t *tx) signOutEverywhere(id string) error {
	for _, end := range []string{"DELETE FROM sessions WHERE user_id = ?", "DELETE FROM sign_in_attempts WHERE key = ?"} {
		if _, err := t.exec(end, id); err != nil {
			return err
		}
	}
	return nil
}

// AddRole gives a user one more role by its slug. It returns Invalid for an unknown one.
func (d *DB) AddRole(ctx context.Context, by Actor, id, slug string) error {
	a, err := d.Account(ctx, by, id)
	if err != nil {
		return err
	}
	return d.SetRoles(ctx, by, id, append(a.Roles, slug))
}

// InviteUser makes an account that waits for its person, and the token of the
// link by which he takes it. Roles are slugs. Refused fields, a taken email, an
// unknown role and one that may do what the actor may not are Invalid.
func (d *DB) InviteUser(ctx context.Context, by Actor, email, fullName string, roles []string) (id, token string, err error) {
	err = d.write(ctx, by, func(t *tx) error {
		u := User{ID: newID(), Status: "invited"}
		if _, refused := apply(userRules, Fields{"email": email, "full_name": fullName}, &u); refused != nil {
			return refused
		}
		_, err := t.exec("INSERT INTO users (id, email, full_name, status, created_at, updated_at) VALUES (?, ?, ?, 'invited', ?, ?)",
			u.ID, u.Email, u.FullName, stamp(t.now), stamp(t.now))
		if isUnique(err) {
			return invalid("email", "This email has an account already")
		}
		if err != nil {
			return err
		}
		if _, err := t.giveRoles(u.ID, roles); err != nil {
			return err
		}
		if token, err = t.newLink(u.ID, "invitation", InvitationLife); err != nil {
			return err
		}
		id = u.ID
		return t.record("create_user", "user", u.ID, details{"email": u.Email, "full_name": u.FullName, "roles": roles, "status": u.Status})
	})
	return id, token, err
}

// giveRoles makes a user's roles exactly these, and returns the slugs he had.
// Nobody gives or takes what he may not do himself.
func (t *tx) giveRoles(userID string, slugs []string) (had []string, err error) {
	rows, err := t.query("SELECT roles.slug FROM user_role JOIN roles ON roles.id = role_id WHERE user_id = ? ORDER BY roles.slug", userID)
	if had, err = collect(rows, err, scanText); err != nil {
		return nil, err
	}
	if len(slugs) == 0 {
		return nil, invalid("role", "Choose at least one role")
	}
	for _, slug := range slugs {
		if err := t.mayGive(slug); err != nil {
			return nil, err
		}
	}
	for _, slug := range had {
		if slices.Contains(slugs, slug) {
			continue
		}
		if err := t.mayGive(slug); err != nil {
			return nil, err
		}
		if _, err := t.exec("DELETE FROM user_role WHERE user_id = ? AND role_id = (SELECT id FROM roles WHERE slug = ?)", userID, slug); err != nil {
			return nil, err
		}
	}
	for _, slug := range slugs {
		if _, err := t.exec("INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM roles WHERE slug = ? ON CONFLICT DO NOTHING", userID, slug); err != nil {
			return nil, err
		}
	}
	return had, nil
}

// mayGive refuses a role that is not there, or that may do what the actor may not.
func (t *tx) mayGive(slug string) error {
	var name string
	if err := t.queryRow("SELECT name FROM roles WHERE slug = ?", slug).Scan(&name); errors.Is(err, sql.ErrNoRows) {
		return invalid("role", "Choose roles from the list")
	} else if err != nil {
		return err
	}
	rows, err := t.query(`
		SELECT permissions.slug FROM role_permission
		JOIN roles ON roles.id = role_id
		JOIN permissions ON permissions.id = permission_id
		WHERE roles.slug = ? ORDER BY permissions.slug`, slug)
	needs, err := collect(rows, err, scanText)
	if err != nil {
		return err
	}
	for _, p := range needs {
		if !t.by.Can(Permission(p)) {
			return invalid("role", "%s may do what you may not: %s", name, p)
		}
	}
	return nil
}

// keepAdministrator refuses a change after which nobody active would be Administrator.
func (t *tx) keepAdministrator() error {
	var there bool
	err := t.queryRow(`
		SELECT EXISTS (
			SELECT 1 FROM user_role
			JOIN roles ON roles.id = role_id
			JOIN users ON users.id = user_id
			WHERE roles.slug = 'Administrator' AND users.status = 'active'
		)`).Scan(&there)
	if err == nil && !there {
		return invalid("role", "This is the last active Administrator. Make another one first")
	}
	return err
}

// newLink makes a one-time link; older ones of its kind work no more.
func (t *tx) newLink(userID, kind string, life time.Duration) (token string, err error) {
	if _, err := t.exec("DELETE FROM user_links WHERE user_id = ? AND kind = ?", userID, kind); err != nil {
		return "", err
	}
	token = rand.Text()
	_, err = t.exec("INSERT INTO user_links (id, user_id, kind, expires_at) VALUES (?, ?, ?, ?)", sha256Hex(token), userID, kind, stamp(t.now.Add(life)))
	return token, err
}

// SetRoles makes a user's roles exactly these slugs. It returns Invalid for an
// unknown role, one that may do what the actor may not, and for the last
// Administrator; ErrNotFound for an unknown user.
func (d *DB) SetRoles(ctx context.Context, by Actor, id string, slugs []string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		had, err := t.giveRoles(id, slugs)
		if err != nil {
			return err
		}
		wanted := slices.Compact(slices.Sorted(slices.Values(slugs)))
		if slices.Equal(had, wanted) {
			return nil
		}
		if err := t.keepAdministrator(); err != nil {
			return err
		}
		return t.record("update_user", "user", id, details{"changes": map[string]Change{"roles": {Old: had, New: wanted}}})
	})
}

// DisableUser closes an account: its sessions and links end at once. What the
// person owned stays his. The last Administrator is Invalid.
func (d *DB) DisableUser(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status == "disabled" {
			return nil
		}
		for _, end := range []string{"DELETE FROM sessions WHERE user_id = ?", "DELETE FROM user_links WHERE user_id = ?"} {
			if _, err := t.exec(end, id); err != nil {
				return err
			}
		}
		return t.setStatus(a, "disabled", "disable_user")
	})
}

// EnableUser opens a disabled account again: as active where it has a
// password, else as invited, with no open link.
func (d *DB) EnableUser(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status != "disabled" {
			return nil
		}
		var has bool
		if err := t.queryRow("SELECT password_hash IS NOT NULL FROM users WHERE id = ?", id).Scan(&has); err != nil {
			return err
		}
		if has {
			return t.setStatus(a, "active", "enable_user")
		}
		return t.setStatus(a, "invited", "enable_user")
	})
}

func (t *tx) setStatus(a Account, status, action string) error {
	if _, err := t.exec("UPDATE users SET status = ?, updated_at = ? WHERE id = ?", status, stamp(t.now), a.ID); err != nil {
		return err
	}
	if err := t.keepAdministrator(); err != nil {
		return err
	}
	return t.record(action, "user", a.ID, details{"changes": map[string]Change{"status": {Old: a.Status, New: status}}})
}

// RenewInvitation makes the link of an invited user anew, for another
// InvitationLife. A user who is not invited is Invalid.
func (d *DB) RenewInvitation(ctx context.Context, by Actor, id string) (token string, err error) {
	err = d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status != "invited" {
			return invalid("status", "Only somebody who has not come yet can be invited again")
		}
		if token, err = t.newLink(id, "invitation", InvitationLife); err != nil {
			return err
		}
		return t.record("invite_user", "user", id, nil)
	})
	return token, err
}

// StartReset makes the link by which an active user sets a new password; the
// old password and his sessions go on until he does.
func (d *DB) StartReset(ctx context.Context, by Actor, id string) (token string, err error) {
	err = d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status != "active" {
			return invalid("status", "Only an active user has a password to reset")
		}
		if token, err = t.newLink(id, "reset", ResetLife); err != nil {
			return err
		}
		return t.record("reset_password_link", "user", id, nil)
	})
	return token, err
}

// Unlock lets a user who was locked out try again.
func (d *DB) Unlock(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if n, err := t.exec("DELETE FROM sign_in_attempts WHERE key = ?", id); err != nil || n == 0 {
			return err
		}
		return t.record("unlock_user", "user", id, nil)
	})
}

// EndSessions signs a user out everywhere.
func (d *DB) EndSessions(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		n, err := t.exec("DELETE FROM sessions WHERE user_id = ?", id)
		if err != nil || n == 0 {
			return err
		}
		return t.record("end_sessions", "user", id, details{"sessions": n})
	})
}

func (d *DB) changeUser(ctx context.Context, by Actor, id string, change func(*tx, Account) error) error {
	err := d.write(ctx, by, func(t *tx) error {
		if !by.Can(ManageUsers) {
			return ErrForbidden
		}
		a, err := scanAccount(t.queryRow(selectAccount+" WHERE users.id = ?", id))
		if err != nil {
			return err
		}
		return change(t, a)
	})
	if err != nil {
		return fmt.Errorf("user %s: %w", id, err)
	}
	return nil
}

// LinkOwner returns whose a one-time link is, or ErrNotFound where it was used or is too old.
func (d *DB) LinkOwner(ctx context.Context, kind, token string) (User, error) {
	return scanUser(d.reader.queryRow(ctx, selectUser+`
		WHERE id = (SELECT user_id FROM user_links WHERE id = ? AND kind = ? AND expires_at > ?)`, sha256Hex(token), kind, stamp(d.now())))
}

// AcceptInvitation makes an invited account active with a password (its hash)
// and a time zone. The link works once: ErrNotFound after that.
func (d *DB) AcceptInvitation(ctx context.Context, by Actor, token, hash, timeZone string) (User, error) {
	return d.useLink(ctx, by, "invitation", token, func(t *tx, u *User) error {
		if u.Status != "invited" {
			return ErrNotFound
		}
		if _, refused := apply(userRules, Fields{"time_zone": timeZone}, u); refused != nil {
			return refused
		}
		if _, err := t.exec("UPDATE users SET status = 'active', password_hash = ?, time_zone = ?, updated_at = ? WHERE id = ?", hash, u.TimeZone, stamp(t.now), u.ID); err != nil {
			return err
		}
		return t.record("accept_invitation", "user", u.ID, details{"changes": map[string]Change{"status": {Old: "invited", New: "active"}}})
	})
}

// FinishReset gives an active user a new password (its hash), ends his
// sessions and lifts a lock. The link works once: ErrNotFound after that.
func (d *DB) FinishReset(ctx context.Context, by Actor, token, hash string) (User, error) {
	return d.useLink(ctx, by, "reset", token, func(t *tx, u *User) error {
		if u.Status != "active" {
			return ErrNotFound
		}
		if _, err := t.exec("UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?", hash, stamp(t.now), u.ID); err != nil {
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
	err := d.transact(ctx, by, func(t *tx) error {
		var err error
		u, err = scanUser(t.queryRow(selectUser+"WHERE id = (SELECT user_id FROM user_links WHERE id = ? AND kind = ? AND expires_at > ?)", sha256Hex(token), kind, stamp(t.now)))
		if err != nil {
			return err
		}
		t.by.UserID = u.ID
		if _, err := t.exec("DELETE FROM user_links WHERE user_id = ? AND kind = ?", u.ID, kind); err != nil {
			return err
		}
		return use(t, &u)
	})
	return u, err
}

// ChangePassword gives the actor a new password (its hash) where the current
// one fits, and ends his other sessions. It returns Invalid where it does not.
func (d *DB) ChangePassword(ctx context.Context, by Actor, token, current, hash string) error {
	var stored string
	if err := d.reader.queryRow(ctx, "SELECT ifnull(password_hash, '') FROM users WHERE id = ?", by.UserID).Scan(&stored); err != nil {
		return err
	}
	matches, _, err := checkPassword(ctx, stored, current)
	if err != nil {
		return err
	}
	if !matches {
		return invalid("current_password", "This is not your current password")
	}
	return d.write(ctx, by, func(t *tx) error {
		if _, err := t.exec("UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?", hash, stamp(t.now), by.UserID); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM sessions WHERE user_id = ? AND id <> ?", by.UserID, sha256Hex(token)); err != nil {
			return err
		}
		return t.record("change_password", "user", by.UserID, nil)
	})
}

// HandOver makes everything one user owns another's, and returns how many records changed hands.
func (d *DB) HandOver(ctx context.Context, by Actor, from, to string) (records int, err error) {
	err = d.write(ctx, by, func(t *tx) error {
		if !by.Can(ManageUsers) || !by.Can(EditClient) {
			return ErrForbidden
		}
		if err := t.checkOwner(to); err != nil {
			return err
		}
		for _, kind := range []struct{ table, target, action string }{{"organizations", "organization", "update_org"}, {"contacts", "contact", "update_contact"}} {
			rows, err := t.query("SELECT id FROM "+kind.table+" WHERE owner_user_id = ?", from)
			ids, err := collect(rows, err, scanText)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if _, err := t.exec("UPDATE "+kind.table+" SET owner_user_id = ?, updated_at = ?, version = version + 1 WHERE id = ?", orNull(to), stamp(t.now), id); err != nil {
					return err
				}
				if err := t.record(kind.action, kind.target, id, details{"changes": map[string]Change{"owner_user_id": {Old: from, New: orNull(to)}}}); err != nil {
					return err
				}
			}
			records += len(ids)
		}
		return nil
	})
	return records, err
}
