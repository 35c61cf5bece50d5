package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// Role is a named set of permissions.
type Role struct {
	ID, Slug, Name, Description string
	May                         []Permission // by slug
	ClientScope                 string       // all, or own for only the clients that its users own
	RequireMFA                  bool
	Users                       int // number of users who have it
}

const selectRole = `
	SELECT id, slug, name, description, client_scope, require_mfa,
		(SELECT count(*) FROM user_role WHERE role_id = roles.id),
		(
			SELECT group_concat(permissions.slug, ' ' ORDER BY permissions.slug)
			FROM role_permission JOIN permissions ON permissions.id = permission_id
			WHERE role_id = roles.id
		)
	FROM roles`

func scanRole(r sqlite.Row) (Role, error) {
	var x Role
	var may string
	err := r.Scan(&x.ID, &x.Slug, &x.Name, nullText{&x.Description}, &x.ClientScope, &x.RequireMFA, &x.Users, nullText{&may})
	if errors.Is(err, sql.ErrNoRows) {
		return Role{}, ErrNotFound
	}
	for _, slug := range strings.Fields(may) {
		x.May = append(x.May, Permission(slug))
	}
	return x, err
}

func scanPermission(r sqlite.Row) (p Permission, err error) { return p, r.Scan(&p) }

// Can reports whether the role has a permission.
func (x Role) Can(p Permission) bool { return slices.Contains(x.May, p) }

// Granting returns the role with these permissions in place of those it has, except that what is not
// offered stays as it is.
func (x Role) Granting(may []Permission) Role {
	kept := slices.DeleteFunc(slices.Clone(x.May), Permission.Offered)
	x.May = slices.Compact(slices.Sorted(slices.Values(append(kept, may...))))
	return x
}

// Values returns everything that a form changes. It carries them, so that nobody overwrites a change that they have not
// seen.
func (x Role) Values() Fields {
	values := x.words()
	values["permission"] = fmt.Sprint(x.May)
	if x.RequireMFA {
		values["require_mfa"] = "true"
	}
	return values
}

// words are the values that are more than yes or no.
func (x Role) words() Fields {
	return Fields{"name": x.Name, "description": x.Description, "client_scope": x.ClientScope}
}

// Merge returns the role's permissions and whether it requires a second factor, after the changes that a form made: what it
// did not change stays as it is now. was are the encoded Values that the form was made with; "" applies all of it.
func (x Role) Merge(was string, may []Permission, requireMFA bool) ([]Permission, bool) {
	values, _ := url.ParseQuery(was)
	if !values.Has("permission") {
		return may, requireMFA
	}
	before := strings.Fields(strings.Trim(values.Get("permission"), "[]"))
	merged := slices.DeleteFunc(slices.Clone(x.May), func(p Permission) bool {
		return !slices.Contains(may, p) && slices.Contains(before, string(p))
	})
	for _, p := range may {
		if !slices.Contains(before, string(p)) {
			merged = append(merged, p)
		}
	}
	if requireMFA == (values.Get("require_mfa") != "") {
		requireMFA = x.RequireMFA
	}
	return slices.Compact(slices.Sorted(slices.Values(merged))), requireMFA
}

// Roles lists all roles with their permissions, by name.
func (d *DB) Roles(ctx context.Context, by Actor) ([]Role, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return nil, err
	}
	rows, err := d.reader.QuickQuery(ctx, selectRole+" ORDER BY id")
	all, err := sqlite.Collect(rows, err, scanRole)
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	return byName(all, func(x Role) string { return x.Name }), nil
}

// Role returns a role with its permissions, or ErrNotFound.
func (d *DB) Role(ctx context.Context, by Actor, id string) (Role, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return Role{}, err
	}
	x, err := scanRole(d.reader.QuickQueryRow(ctx, selectRole+" WHERE id = ?", id))
	if err != nil {
		return x, fmt.Errorf("role %s: %w", id, err)
	}
	return x, nil
}

// PeopleWith lists the users who have a role, by name.
func (d *DB) PeopleWith(ctx context.Context, by Actor, roleID string) ([]Account, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return nil, err
	}
	query, args := selectAccount(d.now())
	rows, err := d.reader.QuickQuery(ctx, query+`
		WHERE users.id IN (SELECT user_id FROM user_role WHERE role_id = ?)
		ORDER BY name_key, users.id`, append(args, roleID)...)
	return sqlite.Collect(rows, err, scanAccount)
}

func (x *Role) value(column string) *string {
	return map[string]*string{"name": &x.Name, "slug": &x.Slug, "description": &x.Description, "client_scope": &x.ClientScope}[column]
}

// SaveRole creates a role (id "") or changes one. typed has name, slug (only for a new role, by
// default its name), description and client_scope. A new role may have a request_id: called again
// with the same one, it returns the existing role, or Repeated if the content differs. For an existing
// role, was says what the form was made on, see Merge and settle: it may return Conflict. Without it the
// change is made as asked.
// It returns Invalid for refused fields, a taken name or slug, unknown permissions, permissions
// that the actor lacks, less than everything for Administrator, and roles beyond the actor's
// rights. A permission that is not offered can neither be added nor removed.
// If permissions or scope change, it ends the sessions of the role's users, except the actor's.
func (d *DB) SaveRole(ctx context.Context, by Actor, id string, typed Fields, may []Permission, requireMFA bool) (Role, error) {
	may = slices.Compact(slices.Sorted(slices.Values(may)))
	err := d.write(ctx, by, ManageAccounts, func(t *tx) (err error) {
		if id == "" {
			id, err = t.createRole(typed, may, requireMFA)
			return err
		}
		return t.updateRole(id, typed, may, requireMFA)
	})
	if err != nil {
		return Role{}, fmt.Errorf("save role: %w", err)
	}
	return d.Role(ctx, by, id)
}

func (t *tx) createRole(typed Fields, may []Permission, requireMFA bool) (id string, err error) {
	typed = typed.with("name")
	requestID := typed["request_id"]
	delete(typed, "request_id")
	q, err := newRequest("role", requestID, typed, may, requireMFA)
	if err != nil {
		return "", err
	}
	if id, err := t.findRepeated(q); err != nil || id != "" {
		return id, err
	}
	if typed["client_scope"] == "" {
		typed["client_scope"] = "all"
	}
	slugged := !isEmpty(typed["slug"])
	if !slugged {
		typed["slug"] = typed["name"]
	}
	if err := checkOffered(Role{}, may); err != nil {
		return "", err
	}
	x := Role{ID: newID(), May: may, RequireMFA: requireMFA}
	changes, refused := apply(roleFields, typed, &x)
	if refused != nil {
		if !slugged {
			delete(refused.Fields, "slug") // its message would repeat the name's
		}
		return "", refused
	}
	if err := t.checkRole(x); err != nil {
		return "", err
	}
	if err := t.checkRoleName(x, slugged); err != nil {
		return "", err
	}
	_, err = t.Exec("INSERT INTO roles (id, slug, name, description, client_scope, require_mfa) VALUES (?, ?, ?, ?, ?, ?)",
		x.ID, x.Slug, x.Name, orNull(x.Description), x.ClientScope, requireMFA)
	if err != nil {
		return "", err
	}
	if err := t.setPermissions(x); err != nil {
		return "", err
	}
	if err := t.rememberRequest(q, x.ID); err != nil {
		return "", err
	}
	changes["require_mfa"] = Change{New: requireMFA}
	changes["permissions"] = Change{New: permissionList(may)}
	return x.ID, t.record("create_role", "role", x.ID, details{"slug": x.Slug, "name": x.Name, "changes": changes})
}

func (t *tx) updateRole(id string, typed Fields, may []Permission, requireMFA bool) error {
	old, err := scanRole(t.QueryRow(selectRole+" WHERE id = ?", id))
	if err != nil {
		return err
	}
	if why := t.by.Beyond(old); why != "" {
		return invalid("role", "%s, so you cannot change it", why)
	}
	x, changes, err := t.changedRole(old, typed, may, requireMFA)
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := t.checkRole(x); err != nil {
		return err
	}
	if _, renamed := changes["name"]; renamed {
		if err := t.checkRoleName(Role{ID: id, Name: x.Name}, false); err != nil { // the slug cannot change
			return err
		}
	}
	if _, err := t.Exec("UPDATE roles SET name = ?, description = ?, client_scope = ?, require_mfa = ? WHERE id = ?",
		x.Name, orNull(x.Description), x.ClientScope, x.RequireMFA, id); err != nil {
		return err
	}
	if err := t.setPermissions(x); err != nil {
		return err
	}
	if !slices.Equal(old.May, x.May) || old.ClientScope != x.ClientScope {
		rows, err := t.Query("SELECT user_id FROM user_role WHERE role_id = ?", id)
		holders, err := sqlite.Collect(rows, err, sqlite.ScanText)
		if err != nil {
			return err
		}
		if err := t.endOnNewRights(holders...); err != nil {
			return err
		}
	}
	return t.record("update_role", "role", id, details{"slug": x.Slug, "name": x.Name, "changes": changes})
}

// changedRole returns a role with the changes of a form, merged with those made since the form was opened, and what then
// differs from old. It returns Invalid or Conflict.
func (t *tx) changedRole(old Role, typed Fields, may []Permission, requireMFA bool) (x Role, changes map[string]Change, err error) {
	typed = typed.with()
	delete(typed, "slug")
	if err := checkOffered(old, may); err != nil {
		return x, nil, err
	}
	x = old
	may, x.RequireMFA = old.Merge(typed["was"], may, requireMFA)
	x = x.Granting(may)
	changes, refused := apply(roleFields, typed, &x)
	if refused != nil {
		return x, nil, refused
	}
	if typed["was"] != "" {
		typed, err = settle(typed, old.words(), x.words(), func() error { return t.conflict("role", old.ID) })
		if err != nil {
			return x, nil, err
		}
		x.Name, x.Description, x.ClientScope = old.Name, old.Description, old.ClientScope
		if changes, refused = apply(roleFields, typed, &x); refused != nil {
			return x, nil, refused
		}
	}
	if !slices.Equal(old.May, x.May) {
		changes["permissions"] = Change{Old: permissionList(old.May), New: permissionList(x.May)}
	}
	if old.RequireMFA != x.RequireMFA {
		changes["require_mfa"] = Change{Old: old.RequireMFA, New: x.RequireMFA}
	}
	return x, changes, nil
}

// permissionList returns a non-nil copy, so that JSON has [] for no permissions.
func permissionList(may []Permission) []Permission { return append([]Permission{}, may...) }

// checkOffered returns Invalid if the role would get a permission that is unknown or not offered.
func checkOffered(old Role, may []Permission) error {
	for _, p := range may {
		if !slices.Contains(Permissions, p) || !p.Offered() && !old.Can(p) {
			return invalid("permission", "Choose permissions from the list")
		}
	}
	return nil
}

// checkRole returns Invalid if the actor cannot grant these permissions, or nobody can make such a
// role.
func (t *tx) checkRole(x Role) error {
	if x.Slug == "Administrator" && len(x.May) < len(Permissions) {
		return invalid("permission", "Administrator may do everything; make another role for less")
	}
	if x.Slug == "Administrator" && x.ClientScope != "all" {
		return invalid("client_scope", "Administrator sees all clients; make another role for fewer")
	}
	for _, p := range x.May {
		switch {
		case !t.by.Can(p):
			return invalid("permission", "You cannot grant permissions that you do not have: %s", p)
		case !t.by.MayGrant(p, x.ClientScope):
			return invalid("client_scope", "You see only your own clients, so you cannot let a role see all of them")
		}
	}
	return nil
}

// checkRoleName refuses a name or slug that resembles another role's. slugged means that a slug was
// typed.
func (t *tx) checkRoleName(x Role, slugged bool) error {
	refused := &Invalid{Fields: map[string]string{}}
	if refused.add("name", plainName(x.Name)); slugged {
		refused.add("slug", plainName(x.Slug))
	}
	if len(refused.Fields) > 0 {
		return refused
	}
	rows, err := t.Query(selectRole+" WHERE id <> ?", x.ID)
	others, err := sqlite.Collect(rows, err, scanRole)
	if err != nil {
		return err
	}
	for _, other := range others {
		switch {
		case readsLike(x.Name, other.Name):
			return invalid("name", "There is already a role with this name, or with one that looks like it: %s", text.Isolate(other.Name))
		case !readsLike(x.Slug, other.Slug):
		case slugged:
			return invalid("slug", "The role %s has this short name; choose another", text.Isolate(other.Name))
		default:
			return invalid("name", "The role %s already has the short name made from this name; choose another name, or type a short name",
				text.Isolate(other.Name))
		}
	}
	return nil
}

// readsLike is looksLike that also ignores accents.
func readsLike(a, b string) bool {
	return looksLike(a, b) || text.SortKey(skeleton(a)) == text.SortKey(skeleton(b))
}

// setPermissions replaces a role's stored permissions with those of x.
func (t *tx) setPermissions(x Role) error {
	if _, err := t.Exec("DELETE FROM role_permission WHERE role_id = ?", x.ID); err != nil {
		return err
	}
	for _, p := range x.May {
		if _, err := t.Exec("INSERT INTO role_permission (role_id, permission_id) SELECT ?, id FROM permissions WHERE slug = ?",
			x.ID, string(p)); err != nil {
			return err
		}
	}
	return nil
}
