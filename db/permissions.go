package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/text"
)

// Permission is one thing that a role allows, as stored in permissions.slug.
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

// permissionWords is what people read of a permission.
type permissionWords struct {
	allows       string // what it allows, on the page of a role
	brief, whole string // what a user with it does, in a list and in a sentence; "" if that depends on other permissions
}

var wordsOfPermissions = map[Permission]permissionWords{
	ViewClient:      {allows: "See organizations and contacts"},
	EditClient:      {allows: "Change organizations, contacts and who belongs to whom"},
	ViewInteraction: {allows: "See calls, emails, meetings and notes"},
	EditInteraction: {allows: "Log and change interactions, plan follow-ups"},
	ImportClient:    {"Import clients from a file", "import", "imports clients from files"},
	ExportClient:    {"Export lists and records", "export", "exports lists and records"},
	ViewAudit:       {"Read the audit log", "read the audit log", "reads the audit log"},
	ManageUsers:     {"Invite users and change roles", "manage users", "invites users and changes roles"},
	ManageSystem: {
		"Change settings of the registry and make its backups", "change settings", "changes the settings of the registry",
	},
}

// Words says what the permission allows.
func (p Permission) Words() string { return wordsOfPermissions[p].allows }

// Does says what a user with the permission does, in a list and in a sentence. Both are "" for
// a permission on clients or interactions, which other permissions widen or narrow.
func (p Permission) Does() (brief, whole string) {
	words := wordsOfPermissions[p]
	return words.brief, words.whole
}

// PermissionGroup is a list of permissions under a heading.
type PermissionGroup struct {
	Heading     string
	OfClients   bool // whether the role's client scope limits them
	Permissions []Permission
}

// PermissionGroups has every permission, in the order people read them.
var PermissionGroups = []PermissionGroup{
	{"Clients", true, []Permission{ViewClient, EditClient}},
	{"Interactions", true, []Permission{ViewInteraction, EditInteraction}},
	{"Data in and out", true, []Permission{ImportClient, ExportClient}},
	{"Administration", false, []Permission{ViewAudit, ManageUsers, ManageSystem}},
}

// Permissions has every permission, in the same order.
var Permissions = func() (all []Permission) {
	for _, g := range PermissionGroups {
		all = append(all, g.Permissions...)
	}
	for p := range wordsOfPermissions {
		if !slices.Contains(all, p) {
			panic("db: the permission " + string(p) + " is in no group of db/permissions.go")
		}
	}
	for _, p := range all {
		if wordsOfPermissions[p].allows == "" {
			panic("db: the permission " + string(p) + " has no words in db/permissions.go")
		}
	}
	return all
}()

// unused are the permissions that nothing in the registry requires yet. Roles that have them keep
// them, but they are not offered.
var unused = []Permission{ImportClient, ExportClient}

// Offered reports whether the permission allows something in this version of the registry.
func (p Permission) Offered() bool { return !slices.Contains(unused, p) }

// clientSlugs is an SQL list of the permissions that a client scope limits.
var clientSlugs = func() string {
	var slugs []string
	for _, p := range Permissions {
		if p.isScoped() {
			slugs = append(slugs, "'"+string(p)+"'")
		}
	}
	return "(" + strings.Join(slugs, ", ") + ")"
}()

// isScoped reports whether a client scope limits the permission.
func (p Permission) isScoped() bool {
	return slices.ContainsFunc(PermissionGroups, func(g PermissionGroup) bool { return g.OfClients && slices.Contains(g.Permissions, p) })
}

var seededRoles = []struct {
	slug, words string
	may         []Permission
}{
	{"Administrator", "Runs the registry and may do everything", Permissions},
	{
		"Manager", "Looks after clients and their history",
		[]Permission{ViewClient, EditClient, ViewInteraction, EditInteraction, ImportClient, ExportClient},
	},
	{"Viewer", "Reads clients and their history", []Permission{ViewClient, ViewInteraction}},
}

// Actor is who does something: the user, what their roles allow, their time zone, and where they
// are. The zero Actor has no permissions.
type Actor struct {
	UserID    string
	May       []Permission
	OwnOnly   bool           // sees only their own clients, see scope.go
	Asks      bool           // wants GivesAway returned before a change of their own hides a client from them
	TakesBack bool           // undoes a change, so former colleagues may get back what they had
	Zone      *time.Location // for the times they type and read; nil means UTC
	IP, UA    string
	Device    string // the browser's device cookie, see RememberDevice
	Token     string // name of the token that a program signed in with, which the history names
	Request   string // the request's id, which the history has beside the token
	program   bool   // System
}

// System is the actor of the command line and of background jobs. It has every permission and no user.
var System = Actor{May: Permissions, program: true}

func (a Actor) zone() *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

// Can reports whether the actor has a permission.
func (a Actor) Can(p Permission) bool { return slices.Contains(a.May, p) }

// MayGrant reports whether the actor may add or remove a permission in a role with this client
// scope: only if they have it themselves, for at least as many clients.
func (a Actor) MayGrant(p Permission, scope string) bool {
	return a.Can(p) && (scope == "own" || !a.OwnOnly || !p.isScoped())
}

// Beyond returns why a role exceeds the actor's own rights, or "" if it does not. They cannot give,
// remove or change such a role, nor manage the account of anybody who has it.
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

// firstBeyond is Beyond for several roles: it returns the first reason.
func (a Actor) firstBeyond(roles []Role) string {
	for _, x := range roles {
		if why := a.Beyond(x); why != "" {
			return why
		}
	}
	return ""
}

// seed creates missing permissions and the three initial roles. It does not touch existing roles,
// except that Administrator gets new permissions, because otherwise nobody could grant them.
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
				newID(), string(p), wordsOfPermissions[p].allows); err != nil {
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
