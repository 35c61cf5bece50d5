package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/text"
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
	EditInteraction: "Log and change interactions, plan next steps",
	ImportClient:    "Import clients from a file",
	ExportClient:    "Export lists and records",
	ViewAudit:       "Read the audit log",
	ManageUsers:     "Invite users and change roles",
	ManageSystem:    "Change settings of the registry, make and download its backups",
}

// Words says what the permission lets its people see or do.
func (p Permission) Words() string { return permissionWords[p] }

// PermissionGroup is permissions under a heading, as people read them.
type PermissionGroup struct {
	Heading     string
	OfClients   bool // what they open depends on the role's client scope
	Permissions []Permission
}

// PermissionGroups is every permission, in the order people read them.
var PermissionGroups = []PermissionGroup{
	{"Clients", true, []Permission{ViewClient, EditClient}},
	{"Interactions", true, []Permission{ViewInteraction, EditInteraction}},
	{"Data in and out", true, []Permission{ImportClient, ExportClient}},
	{"Running the place", false, []Permission{ViewAudit, ManageUsers, ManageSystem}},
}

// Permissions is the same without the headings.
var Permissions = func() (all []Permission) {
	for _, g := range PermissionGroups {
		all = append(all, g.Permissions...)
	}
	for p := range permissionWords {
		if !slices.Contains(all, p) {
			panic("db: the permission " + string(p) + " is in no group of db/permissions.go")
		}
	}
	for _, p := range all {
		if permissionWords[p] == "" {
			panic("db: the permission " + string(p) + " has no words in db/permissions.go")
		}
	}
	return all
}()

// clientSlugs are the permissions that depend on a client scope, as a list in SQL.
var clientSlugs = func() string {
	var slugs []string
	for _, p := range Permissions {
		if p.ofClients() {
			slugs = append(slugs, "'"+string(p)+"'")
		}
	}
	return "(" + strings.Join(slugs, ", ") + ")"
}()

// ofClients tells whether what a permission opens depends on a client scope.
func (p Permission) ofClients() bool {
	return slices.ContainsFunc(PermissionGroups, func(g PermissionGroup) bool { return g.OfClients && slices.Contains(g.Permissions, p) })
}

var seededRoles = []struct {
	slug, words string
	may         []Permission
}{
	{"Administrator", "Runs the registry: everything", Permissions},
	{
		"Manager", "Looks after clients and their history",
		[]Permission{ViewClient, EditClient, ViewInteraction, EditInteraction, ImportClient, ExportClient},
	},
	{"Viewer", "Reads clients and their history", []Permission{ViewClient, ViewInteraction}},
}

// Actor is who does something: the user, what their roles let them do, their time zone, and from where.
// The zero Actor is the program itself: it may do nothing that asks for a permission.
type Actor struct {
	UserID  string
	May     []Permission
	OwnOnly bool           // sees only their own clients, see scope.go
	Zone    *time.Location // in which they type and read times; nil is UTC
	IP, UA  string
	Device  string // the device cookie of the browser, see RememberDevice
	program bool   // System
}

// System is the actor of the command line: everything, by nobody in particular.
var System = Actor{May: Permissions, program: true}

func (a Actor) zone() *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

// Can tells whether the actor has a permission.
func (a Actor) Can(p Permission) bool { return slices.Contains(a.May, p) }

// MayGrant tells whether the actor may give or take a permission in a role of
// this client scope: nobody hands on what they lack themselves.
func (a Actor) MayGrant(p Permission, scope string) bool {
	return a.Can(p) && (scope == "own" || !a.OwnOnly || !p.ofClients())
}

// Beyond says why the actor may not give, take or change a role, nor act on the
// account of anybody who has it: the role may do what they may not, or with more
// clients. It returns "" where it is within their own rights.
func (a Actor) Beyond(x Role) string {
	for _, p := range x.May {
		switch {
		case !a.Can(p):
			return fmt.Sprintf("%s may do what you may not (%s)", text.Isolate(x.Name), p)
		case !a.MayGrant(p, x.ClientScope):
			return text.Isolate(x.Name) + " sees all clients, and you see only your own"
		}
	}
	return ""
}

// beyondAny is Beyond for the first of several roles that is.
func (a Actor) beyondAny(roles []Role) string {
	for _, x := range roles {
		if why := a.Beyond(x); why != "" {
			return why
		}
	}
	return ""
}

// seed adds what is missing of the permissions and the three first roles. A
// role that exists is left as an administrator made it; but a permission that
// is new goes to Administrator, or nobody could ever give it.
func (d *DB) seed(ctx context.Context) error {
	var n int
	if err := d.writer.QueryRowContext(ctx, "SELECT count(*) FROM permissions").Scan(&n); err != nil || n == len(Permissions) {
		return err
	}
	return d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
		if err := t.nothingToRefold(); err != nil {
			return err
		}
		for _, p := range Permissions {
			if _, err := t.Exec("INSERT INTO permissions (id, slug, description) VALUES (?, ?, ?) ON CONFLICT (slug) DO NOTHING",
				newID(), string(p), permissionWords[p]); err != nil {
				return err
			}
		}
		for _, r := range seededRoles {
			made, err := t.Exec("INSERT INTO roles (id, slug, name, description) VALUES (?, ?, ?, ?) ON CONFLICT (slug) DO NOTHING",
				newID(), r.slug, r.slug, r.words)
			if err != nil {
				return err
			}
			for _, p := range r.may {
				if made == 0 && r.slug != "Administrator" {
					break
				}
				if _, err := t.Exec(`
					INSERT INTO role_permission (role_id, permission_id)
					SELECT roles.id, permissions.id FROM roles, permissions WHERE roles.slug = ? AND permissions.slug = ?
					ON CONFLICT DO NOTHING`, r.slug, string(p)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
