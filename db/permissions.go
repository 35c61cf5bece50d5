package db

import (
	"context"
	"slices"
	"time"
)

// Permission is permissions.slug: one thing a role lets its people see or do.
type Permission string

// The permissions of the registry. An Edit permission never implies its View.
const (
	ViewClient      Permission = "ViewClient"
	EditClient      Permission = "EditClient"
	ViewInteraction Permission = "ViewInteraction"
	EditInteraction Permission = "EditInteraction"
	ImportClient    Permission = "ImportClient"
	ExportClient    Permission = "ExportClient"
	ViewAudit       Permission = "ViewAudit"
	ManageUsers     Permission = "ManageUsers"
	ManageSystem    Permission = "ManageSystem"
)

var permissionWords = map[Permission]string{
	ViewClient:      "See organizations and contacts",
	EditClient:      "Change organizations, contacts and who belongs to whom",
	ViewInteraction: "See calls, emails, meetings and notes",
	EditInteraction: "Log and change them",
	ImportClient:    "Import clients from a file",
	ExportClient:    "Export lists and records",
	ViewAudit:       "Read the audit log",
	ManageUsers:     "Invite users and change roles",
	ManageSystem:    "Change settings of the registry",
}

// Permissions is every permission, in the order people read them.
var Permissions = []Permission{
	ViewClient, EditClient, ViewInteraction, EditInteraction,
	ImportClient, ExportClient, ViewAudit, ManageUsers, ManageSystem,
}

var seededRoles = []struct {
	slug, words string
	may         []Permission
}{
	{"Administrator", "Runs the registry: everything", Permissions},
	{"Manager", "Looks after clients and their history", []Permission{ViewClient, EditClient, ViewInteraction, EditInteraction, ImportClient, ExportClient}},
	{"Viewer", "Reads clients and their history", []Permission{ViewClient, ViewInteraction}},
}

// Actor is who does something: the user, what his roles let him do, his time zone, and from where.
// The zero Actor is the program itself: it may do nothing that asks for a permission.
type Actor struct {
	UserID  string
	May     []Permission
	OwnOnly bool           // sees only clients of his own, see scope.go
	Zone    *time.Location // in which he types and reads times; nil is UTC
	IP, UA  string
}

// System is the actor of the command line: everything, by nobody in particular.
var System = Actor{May: Permissions}

func (a Actor) zone() *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

// Can tells whether the actor has a permission.
func (a Actor) Can(p Permission) bool { return slices.Contains(a.May, p) }

// seed adds what is missing of the permissions and the three first roles. A
// role that exists is left as an administrator made it.
func (d *DB) seed(ctx context.Context) error {
	var n int
	if err := d.writer.QueryRowContext(ctx, "SELECT count(*) FROM permissions").Scan(&n); err != nil || n == len(Permissions) {
		return err
	}
	return d.keep(ctx, func(t *tx) error {
		for _, p := range Permissions {
			if _, err := t.exec("INSERT INTO permissions (id, slug, description) VALUES (?, ?, ?) ON CONFLICT (slug) DO NOTHING", newID(), string(p), permissionWords[p]); err != nil {
				return err
			}
		}
		for _, r := range seededRoles {
			made, err := t.exec("INSERT INTO roles (id, slug, name, description) VALUES (?, ?, ?, ?) ON CONFLICT (slug) DO NOTHING", newID(), r.slug, r.slug, r.words)
			if err != nil {
				return err
			}
			for _, p := range r.may {
				if made == 0 {
					break
				}
				if _, err := t.exec(`
					INSERT INTO role_permission (role_id, permission_id)
					SELECT roles.id, permissions.id FROM roles, permissions WHERE roles.slug = ? AND permissions.slug = ?`, r.slug, string(p)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
