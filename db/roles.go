package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// Role is a set of permissions with a name.
type Role struct {
	ID, Slug, Name, Description string
	May                         []Permission
	ClientScope                 string // all, or own: only clients its people own
	RequireMFA                  bool
	Users                       int // how many have it
}

const selectRole = `
	SELECT id, slug, name, description, client_scope, require_mfa, (SELECT count(*) FROM user_role WHERE role_id = roles.id)
	FROM roles`

func scanRole(r row) (Role, error) {
	var x Role
	err := r.Scan(&x.ID, &x.Slug, &x.Name, text{&x.Description}, &x.ClientScope, &x.RequireMFA, &x.Users)
	if errors.Is(err, sql.ErrNoRows) {
		return Role{}, ErrNotFound
	}
	return x, err
}

// Roles lists all roles with their permissions, by name.
func (d *DB) Roles(ctx context.Context, by Actor) ([]Role, error) {
	if !by.Can(ManageUsers) {
		return nil, ErrForbidden
	}
	rows, err := d.reader.query(ctx, selectRole+" ORDER BY name COLLATE NOCASE, id")
	all, err := collect(rows, err, scanRole)
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	for i := range all {
		rows, err := d.reader.query(ctx, rolePermissions, all[i].ID)
		if all[i].May, err = collect(rows, err, scanPermission); err != nil {
			return nil, fmt.Errorf("roles: %w", err)
		}
	}
	return all, nil
}

const rolePermissions = "SELECT slug FROM role_permission JOIN permissions ON permissions.id = permission_id WHERE role_id = ? ORDER BY slug"

func scanPermission(r row) (p Permission, err error) { return p, r.Scan(&p) }

// Role returns one role with its permissions, or ErrNotFound.
func (d *DB) Role(ctx context.Context, by Actor, id string) (Role, error) {
	if !by.Can(ManageUsers) {
		return Role{}, ErrForbidden
	}
	x, err := scanRole(d.reader.queryRow(ctx, selectRole+" WHERE id = ?", id))
	if err != nil {
		return x, err
	}
	rows, err := d.reader.query(ctx, rolePermissions, id)
	x.May, err = collect(rows, err, scanPermission)
	return x, err
}

var roleRules = []rule{
	{column: "name", words: "Name", max: 80, required: "Enter a name for the role"},
	{column: "slug", words: "Slug", max: 80},
	{column: "description", words: "Description", max: 400},
	{column: "client_scope", words: "Which clients", max: 10, required: "Choose all clients or own clients", check: oneOf("all", "own")},
}

func (x *Role) value(column string) *string {
	return map[string]*string{"name": &x.Name, "slug": &x.Slug, "description": &x.Description, "client_scope": &x.ClientScope}[column]
}

// SaveRole makes a role (id "") or changes one: its name, slug (new ones only,
// the name where it is empty), description and client_scope as typed, its
// permissions and whether it demands a second factor. Refused fields, a taken
// slug, unknown permissions, giving or taking what the actor may not do
// himself, and weakening Administrator are Invalid.
func (d *DB) SaveRole(ctx context.Context, by Actor, id string, typed Fields, may []Permission, requireMFA bool) (Role, error) {
	err := d.write(ctx, by, func(t *tx) error {
		if !by.Can(ManageUsers) {
			return ErrForbidden
		}
		x := Role{ClientScope: "all"}
		if id != "" {
			var err error
			if x, err = scanRole(t.queryRow(selectRole+" WHERE id = ?", id)); err != nil {
				return err
			}
			typed = typed.with()
			delete(typed, "slug")
		} else {
			typed = typed.with("name")
			if typed["slug"] == "" {
				typed["slug"] = typed["name"]
			}
		}
		changes, refused := apply(roleRules, typed, &x)
		if refused != nil {
			return refused
		}
		if x.RequireMFA != requireMFA {
			changes["require_mfa"] = Change{Old: x.RequireMFA, New: requireMFA}
		}
		if x.Slug == "Administrator" && (len(may) < len(Permissions) || x.ClientScope != "all") {
			return invalid("permission", "Administrator may do everything; make another role for less")
		}
		action := "update_role"
		if id == "" {
			action, id = "create_role", newID()
			_, err := t.exec("INSERT INTO roles (id, slug, name, description, client_scope, require_mfa) VALUES (?, ?, ?, ?, ?, ?)",
				id, x.Slug, x.Name, orNull(x.Description), x.ClientScope, requireMFA)
			if isUnique(err) {
				return invalid("name", "There is a role of this name already")
			}
			if err != nil {
				return err
			}
		} else if _, err := t.exec("UPDATE roles SET name = ?, description = ?, client_scope = ?, require_mfa = ? WHERE id = ?",
			x.Name, orNull(x.Description), x.ClientScope, requireMFA, id); err != nil {
			return err
		}
		had, err := t.setPermissions(id, may)
		if err != nil {
			return err
		}
		if now := slices.Sorted(slices.Values(may)); !slices.Equal(had, now) {
			changes["permissions"] = Change{Old: had, New: now}
		}
		if len(changes) == 0 {
			t.changed = 0 // nothing is different
			return nil
		}
		return t.record(action, "role", id, details{"name": x.Name, "changes": changes})
	})
	if err != nil {
		return Role{}, fmt.Errorf("save role: %w", err)
	}
	return d.Role(ctx, by, id)
}

// setPermissions makes a role's permissions exactly these, and returns those it had.
func (t *tx) setPermissions(roleID string, may []Permission) (had []Permission, err error) {
	rows, err := t.query(rolePermissions, roleID)
	if had, err = collect(rows, err, scanPermission); err != nil {
		return nil, err
	}
	for _, p := range may {
		if !slices.Contains(Permissions, p) {
			return nil, invalid("permission", "Choose permissions from the list")
		}
	}
	for _, p := range Permissions {
		has, wanted := slices.Contains(had, p), slices.Contains(may, p)
		if has == wanted {
			continue
		}
		if !t.by.Can(p) {
			return nil, invalid("permission", "You may not give or take what you may not do yourself: %s", p)
		}
		change := "DELETE FROM role_permission WHERE role_id = ? AND permission_id = (SELECT id FROM permissions WHERE slug = ?)"
		if wanted {
			change = "INSERT INTO role_permission (role_id, permission_id) SELECT ?, id FROM permissions WHERE slug = ?"
		}
		if _, err := t.exec(change, roleID, string(p)); err != nil {
			return nil, err
		}
	}
	return had, nil
}
