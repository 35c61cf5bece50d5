package wording_test

import (
	"slices"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/views/wording"
)

// TestEachPermissionIsSaidOfARole: the words for a role with all permissions change whenever one is
// missing, except of those that are not offered.
func TestEachPermissionIsSaidOfARole(t *testing.T) {
	t.Parallel()
	all := db.Role{May: db.Permissions, ClientScope: "all"}
	said := map[string]db.Permission{}
	for _, p := range db.Permissions {
		if !p.Offered() {
			continue
		}
		less := db.Role{May: slices.DeleteFunc(slices.Clone(db.Permissions), func(q db.Permission) bool { return p == q }), ClientScope: "all"}
		if wording.Role(less) == wording.Role(all) {
			t.Errorf("a role is said to do the same with and without %s; say it in db/permissions.go", p)
		}
		if other, same := said[wording.RoleMay(less)]; same {
			t.Errorf("a role without %s is said to do the same as one without %s; say it in db/permissions.go", p, other)
		}
		said[wording.RoleMay(less)] = p
	}
}

// TestARolesClientsAreSaidInWords: in the history as on its page.
func TestARolesClientsAreSaidInWords(t *testing.T) {
	e := db.Entry{Action: "update_role", Changes: []db.FieldChange{{Column: "client_scope", Label: "Which clients", Old: "all", New: "own"}}}
	if got, want := wording.Changes(e, time.UTC), (wording.Change{Label: "Which clients", Old: "All clients", New: "Own clients"}); got[0] != want {
		t.Errorf("%+v", got)
	}
}
