package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// Account is a user as shown to those who manage users.
type Account struct {
	User
	LastSignInAt time.Time // zero if they never signed in
	LockedUntil  time.Time // for strangers or for one of their browsers; zero if not locked
	InvitedUntil time.Time // when the open invitation expires; zero if there is none
	Beyond       string    // why the reader cannot manage the account, or ""
}

// State returns invited, active, locked, disabled, or "second factor missing" if a role requires
// one and they can do nothing until they set it up.
func (a Account) State(now time.Time) string {
	switch {
	case a.Status == "active" && a.LockedUntil.After(now):
		return "locked"
	case a.Status == "active" && a.MustEnrol:
		return "second factor missing"
	}
	return a.Status
}

// selectAccount returns the query for accounts, up to its WHERE. now decides which locks and
// invitations count.
func selectAccount(now time.Time) (query string, args []any) {
	lockAfter, lockUntil := validBounds(now, attemptWindow)
	linkAfter, linkUntil := validBounds(now, InvitationLife)
	return accountColumns, []any{lockAfter, lockUntil, linkAfter, linkUntil}
}

const accountColumns = `
	SELECT users.id, email, full_name, status, time_zone, theme, single_keys, users.created_at, updated_at,` + secondFactorColumns + `, last_sign_in_at,
		(SELECT max(locked_until) FROM sign_in_attempts WHERE key BETWEEN users.id AND users.id || '/~' AND locked_until > ? AND locked_until <= ?),
		(SELECT max(expires_at) FROM user_links WHERE user_id = users.id AND kind = 'invitation' AND expires_at > ? AND expires_at <= ?)
	FROM users`

func scanAccount(r sqlite.Row) (Account, error) {
	var a Account
	err := r.Scan(&a.ID, &a.Email, &a.FullName, &a.Status, &a.TimeZone, &a.Theme, &a.SingleKeys, moment{&a.CreatedAt}, moment{&a.UpdatedAt},
		&a.SecondFactor, &a.MustEnrol, moment{&a.LastSignInAt}, moment{&a.LockedUntil}, moment{&a.InvitedUntil})
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, ErrNotFound
	}
	return a, err
}

// Accounts lists all users by name, with the names of their roles.
func (d *DB) Accounts(ctx context.Context, by Actor) ([]Account, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return nil, err
	}
	query, args := selectAccount(d.now())
	rows, err := d.reader.QuickQuery(ctx, query+" ORDER BY name_key, users.id", args...)
	all, err := sqlite.Collect(rows, err, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	roles, err := d.Roles(ctx, by)
	if err != nil {
		return nil, err
	}
	type given struct{ user, role string }
	rows, err = d.reader.QuickQuery(ctx, "SELECT user_id, role_id FROM user_role")
	holders, err := sqlite.Collect(rows, err, func(r sqlite.Row) (g given, err error) { return g, r.Scan(&g.user, &g.role) })
	held := map[given]bool{}
	for _, g := range holders {
		held[g] = true
	}
	for i := range all {
		theirs := slices.DeleteFunc(slices.Clone(roles), func(x Role) bool { return !held[given{all[i].ID, x.ID}] })
		for _, x := range theirs {
			all[i].Roles = append(all[i].Roles, x.Name)
		}
		all[i].Beyond = by.firstBeyond(theirs)
	}
	return all, err
}

// selectRolesOf selects a user's roles, whatever the account's status.
const selectRolesOf = selectRole + " WHERE id IN (SELECT role_id FROM user_role WHERE user_id = ?) ORDER BY slug"

// Account returns a user with the slugs of their roles, or ErrNotFound.
func (d *DB) Account(ctx context.Context, by Actor, id string) (Account, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return Account{}, err
	}
	query, args := selectAccount(d.now())
	a, err := scanAccount(d.reader.QuickQueryRow(ctx, query+" WHERE users.id = ?", append(args, id)...))
	if err != nil {
		return a, err
	}
	rows, err := d.reader.QuickQuery(ctx, selectRolesOf, id)
	roles, err := sqlite.Collect(rows, err, scanRole)
	a.Roles, a.Beyond = slugs(roles), by.firstBeyond(roles)
	return a, err
}

func slugs(roles []Role) (all []string) {
	for _, x := range roles {
		all = append(all, x.Slug)
	}
	return all
}

// AccountByEmail returns the user with an email, or ErrNotFound.
func (d *DB) AccountByEmail(ctx context.Context, by Actor, email string) (Account, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return Account{}, err
	}
	query, args := selectAccount(d.now())
	return scanAccount(d.reader.QuickQueryRow(ctx, query+" WHERE email = ?", append(args, text.FoldEmail(email))...))
}

// AddRole gives a user another role. It returns Invalid for an unknown slug.
func (d *DB) AddRole(ctx context.Context, by Actor, id, slug string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error { return t.setRoles(a, append(slices.Clone(a.Roles), slug)) })
}

// giveRoles sets an account's roles to these slugs. It returns Invalid for none, for unknown ones,
// and for ones beyond the actor's rights.
func (t *tx) giveRoles(a Account, slugs []string) error {
	if err := t.checkRoleGrants(slugs); err != nil {
		return err
	}
	for _, slug := range a.Roles {
		if slices.Contains(slugs, slug) {
			continue
		}
		if _, err := t.Exec("DELETE FROM user_role WHERE user_id = ? AND role_id = (SELECT id FROM roles WHERE slug = ?)",
			a.ID, slug); err != nil {
			return err
		}
	}
	for _, slug := range slugs {
		if _, err := t.Exec("INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM roles WHERE slug = ? ON CONFLICT DO NOTHING",
			a.ID, slug); err != nil {
			return err
		}
	}
	return nil
}

// checkRoleGrants returns Invalid for no roles, for unknown ones, and for ones beyond the actor's rights.
func (t *tx) checkRoleGrants(slugs []string) error {
	if len(slugs) == 0 {
		return invalid("role", "Choose at least one role")
	}
	for _, slug := range slugs {
		if err := t.checkRoleGrant(slug); err != nil {
			return err
		}
	}
	return nil
}

// checkRoleGrant returns Invalid if the role does not exist or is beyond the actor's rights.
func (t *tx) checkRoleGrant(slug string) error {
	x, err := scanRole(t.QueryRow(selectRole+" WHERE slug = ?", slug))
	if errors.Is(err, ErrNotFound) {
		return invalid("role", "Choose roles from the list")
	}
	if err != nil {
		return err
	}
	if why := t.by.Beyond(x); why != "" {
		return invalid("role", "%s", why)
	}
	return nil
}

// requireAdministrator returns Invalid if no active Administrator is left.
func (t *tx) requireAdministrator() error {
	var there bool
	err := t.QueryRow(`
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

// Values returns the roles as one value. Forms carry it, so that nobody gives back a role that somebody else has removed.
func (a Account) Values() Fields { return rolesValue(a.Roles) }

func rolesValue(slugs []string) Fields {
	return Fields{"roles": strings.Join(slices.Compact(slices.Sorted(slices.Values(slugs))), "\n")}
}

// SetRoles sets a user's roles to these slugs, and ends their sessions if the roles change and the
// user is not the actor. was is the encoded Values that the actor saw, or "" to skip the check, see
// settle: it may return Conflict.
// It returns Invalid for unknown roles, for roles beyond the actor's rights, and for removing the
// last Administrator, and ErrNotFound for an unknown user.
func (d *DB) SetRoles(ctx context.Context, by Actor, id string, slugs []string, was string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if mine := rolesValue(slugs); was != "" {
			mine["was"] = was
			rest, err := settle(mine, a.Values(), rolesValue(slugs), func() error { return t.conflict("user", id) })
			if _, changes := rest["roles"]; err != nil || !changes {
				return err
			}
		}
		return t.setRoles(a, slugs)
	})
}

func (t *tx) setRoles(a Account, slugs []string) error {
	wanted := slices.Compact(slices.Sorted(slices.Values(slugs)))
	if err := t.giveRoles(a, wanted); err != nil || slices.Equal(a.Roles, wanted) {
		return err
	}
	if slices.Contains(a.Roles, "Administrator") {
		if err := t.requireAdministrator(); err != nil {
			return err
		}
	}
	if err := t.endOnNewRights(a.ID); err != nil {
		return err
	}
	return t.record("update_user", "user", a.ID, details{"changes": map[string]Change{"roles": {Old: a.Roles, New: wanted}}})
}

// endOnNewRights ends the sessions of users whose rights changed. The actor's own sessions
// continue, because nobody can grant themselves more.
func (t *tx) endOnNewRights(userIDs ...string) error {
	for _, id := range userIDs {
		if id == t.by.UserID {
			continue
		}
		if _, err := t.endSessions(id, ""); err != nil {
			return err
		}
	}
	return nil
}

// DisableUser disables an account, and ends its sessions, links and tokens at once. The user keeps what
// they own. It returns Invalid for the last Administrator.
func (d *DB) DisableUser(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status == "disabled" {
			return nil
		}
		if _, err := t.endSessions(id, ""); err != nil {
			return err
		}
		if _, err := t.Exec("DELETE FROM user_links WHERE user_id = ?", id); err != nil {
			return err
		}
		if err := t.forgetDevices(id); err != nil {
			return err
		}
		if err := t.revokeTokens(id); err != nil {
			return err
		}
		return t.setStatus(a, "disabled", "disable_user")
	})
}

// EnableUser enables a disabled account: as active if it has a password, else as invited without an
// open invitation.
func (d *DB) EnableUser(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if a.Status != "disabled" {
			return nil
		}
		var has bool
		if err := t.QueryRow("SELECT password_hash IS NOT NULL FROM users WHERE id = ?", id).Scan(&has); err != nil {
			return err
		}
		if has {
			return t.setStatus(a, "active", "enable_user")
		}
		return t.setStatus(a, "invited", "enable_user")
	})
}

func (t *tx) setStatus(a Account, status, action string) error {
	if _, err := t.Exec("UPDATE users SET status = ?, updated_at = ? WHERE id = ?", status, stamp(t.now), a.ID); err != nil {
		return err
	}
	if status == "disabled" {
		if err := t.requireAdministrator(); err != nil {
			return err
		}
	}
	return t.record(action, "user", a.ID, details{"changes": map[string]Change{"status": {Old: a.Status, New: status}}})
}

// Unlock removes a user's locks after wrong passwords.
func (d *DB) Unlock(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		if was, err := t.forgiveAll(id); err != nil || !was {
			return err
		}
		return t.record("unlock_user", "user", id, nil)
	})
}

// EndSessions signs a user out everywhere.
func (d *DB) EndSessions(ctx context.Context, by Actor, id string) error {
	return d.changeUser(ctx, by, id, func(t *tx, a Account) error {
		n, err := t.endSessions(id, "")
		if err != nil || n == 0 {
			return err
		}
		return t.record("end_sessions", "user", id, details{"sessions": n})
	})
}

// changeUser runs change on an account. It returns Invalid if the account's roles go beyond the
// actor's own rights, so that nobody can manage, lock out or impersonate somebody with more rights.
func (d *DB) changeUser(ctx context.Context, by Actor, id string, change func(*tx, Account) error) error {
	return d.changeUserNeeding(ctx, by, ManageAccounts, id, change)
}

// changeUserNeeding is changeUser with another need.
func (d *DB) changeUserNeeding(ctx context.Context, by Actor, need Need, id string, change func(*tx, Account) error) error {
	err := d.write(ctx, by, need, func(t *tx) error {
		query, args := selectAccount(t.now)
		a, err := scanAccount(t.QueryRow(query+" WHERE users.id = ?", append(args, id)...))
		if err != nil {
			return err
		}
		rows, err := t.Query(selectRolesOf, id)
		roles, err := sqlite.Collect(rows, err, scanRole)
		if err != nil {
			return err
		}
		if why := by.firstBeyond(roles); why != "" {
			return invalid("role", "%s, so you cannot change this account", why)
		}
		a.Roles = slugs(roles)
		return change(t, a)
	})
	if err != nil {
		return fmt.Errorf("user %s: %w", id, err)
	}
	return nil
}
