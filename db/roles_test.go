package db_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// newRole creates a role as Ines.
func newRole(t *testing.T, o *dbtest.Office, name, scope string, may ...db.Permission) db.Role {
	t.Helper()
	return must(o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": name, "client_scope": scope}, may, false))(t)
}

func roleBySlug(t *testing.T, o *dbtest.Office, slug string) db.Role {
	t.Helper()
	all := must(o.Roles(t.Context(), o.Ines))(t)
	return all[slices.IndexFunc(all, func(x db.Role) bool { return x.Slug == slug })]
}

func TestARoleIsChangedWithItsHistory(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	x := must(o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": "Auditor", "description": "Reads the log"},
		[]db.Permission{db.ViewAudit}, true))(t)
	want(t, "slug", x.Slug, "Auditor")
	want(t, "scope", x.ClientScope, "all")
	x = must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{
		"name": " Auditors ", "slug": "other", "description": "", "client_scope": "own",
	}, []db.Permission{db.ViewClient, db.ViewAudit, db.ViewAudit}, false))(t)
	want(t, "role", fmt.Sprint(x.Slug, x.Name, x.Description, x.May, x.ClientScope, x.RequireMFA),
		"AuditorAuditors[ViewAudit ViewClient]ownfalse")
	o.Unchanged(t, func() {
		must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"name": "Auditors"}, x.May, false))(t)
	})
	must(o.SaveRole(t.Context(), o.Ines, x.ID, nil, nil, false))(t)
	said := o.Column(t, "SELECT action || ' ' || metadata FROM audit_logs WHERE target_type = 'role' AND target_id = ? ORDER BY seq", x.ID)
	want(t, "history", strings.Join(said, "\n"), strings.Join([]string{
		`create_role {"changes":{"client_scope":{"old":null,"new":"all"},"description":{"old":null,"new":"Reads the log"},"name":{"old":null,"new":"Auditor"},"permissions":{"old":null,"new":["ViewAudit"]},"require_mfa":{"old":null,"new":true},"slug":{"old":null,"new":"Auditor"}},"name":"Auditor","slug":"Auditor"}`,
		`update_role {"changes":{"client_scope":{"old":"all","new":"own"},"description":{"old":"Reads the log","new":null},"name":{"old":"Auditor","new":"Auditors"},"permissions":{"old":["ViewAudit"],"new":["ViewAudit","ViewClient"]},"require_mfa":{"old":true,"new":false}},"name":"Auditors","slug":"Auditor"}`,
		`update_role {"changes":{"permissions":{"old":["ViewAudit","ViewClient"],"new":[]}},"name":"Auditors","slug":"Auditor"}`,
	}, "\n"))
}

func TestARefusedRoleChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	renamed := roleBySlug(t, o, "Viewer")
	must(o.SaveRole(t.Context(), o.Ines, renamed.ID, db.Fields{"name": "Reader"}, renamed.May, false))(t)
	for _, c := range []struct {
		column string
		typed  db.Fields
		may    []db.Permission
	}{
		{"name", db.Fields{}, nil},
		{"name", db.Fields{"name": " \u200b "}, nil},
		{"name", db.Fields{"name": "MANAGER"}, nil},
		{"name", db.Fields{"name": "Mánager", "slug": "m"}, nil},
		{"name", db.Fields{"name": "Admini\u200bstrator", "slug": "a"}, nil},
		{"name", db.Fields{"name": "viewer"}, nil}, // the slug of Reader
		{"name", db.Fields{"name": strings.Repeat("x", 81)}, nil},
		{"name", db.Fields{"name": "a\x00"}, nil},
		{"slug", db.Fields{"name": "Sales", "slug": "administrator"}, nil},
		{"slug", db.Fields{"name": "Sales", "slug": strings.Repeat("x", 81)}, nil},
		{"slug", db.Fields{"name": "Sales", "slug": "a\x1b"}, nil},
		{"description", db.Fields{"name": "Sales", "description": strings.Repeat("x", 401)}, nil},
		{"client_scope", db.Fields{"name": "Sales", "client_scope": "none"}, nil},
		{"permission", db.Fields{"name": "Sales"}, []db.Permission{"EatCake"}},
		{"permission", db.Fields{"name": "Sales"}, []db.Permission{""}},
		{"permission", db.Fields{"name": "Sales"}, []db.Permission{db.ViewClient, db.ImportClient}}, // not offered
	} {
		o.Unchanged(t, func() {
			_, err := o.SaveRole(t.Context(), o.Ines, "", c.typed, c.may, false)
			wantInvalid(t, err, c.column)
		})
	}
	o.Unchanged(t, func() {
		_, err := o.SaveRole(t.Context(), o.Ines, roleBySlug(t, o, "Manager").ID, db.Fields{"name": "reader"}, nil, false)
		wantInvalid(t, err, "name")
	})
}

// TestWhatIsNotOfferedStaysInARole: saving a role neither adds nor removes a permission that nobody
// is offered.
func TestWhatIsNotOfferedStaysInARole(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	manager, viewer := roleBySlug(t, o, "Manager"), roleBySlug(t, o, "Viewer")
	saved := must(o.SaveRole(t.Context(), o.Ines, manager.ID, nil, []db.Permission{db.ViewClient}, false))(t)
	want(t, "permissions", fmt.Sprint(saved.May), "[ExportClient ImportClient ViewClient]")
	o.Unchanged(t, func() {
		must(o.SaveRole(t.Context(), o.Ines, manager.ID, nil, []db.Permission{db.ViewClient, db.ImportClient}, false))(t)
		_, err := o.SaveRole(t.Context(), o.Ines, viewer.ID, nil, append(viewer.May, db.ExportClient), false)
		wantInvalid(t, err, "permission")
	})
}

func TestAdministratorStaysComplete(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	x := roleBySlug(t, o, "Administrator")
	o.Unchanged(t, func() {
		for _, p := range grantable() {
			_, err := o.SaveRole(t.Context(), o.Ines, x.ID, nil,
				slices.DeleteFunc(slices.Clone(x.May), func(q db.Permission) bool { return p == q }), false)
			wantInvalid(t, err, "permission")
		}
		_, err := o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"client_scope": "own"}, x.May, false)
		wantInvalid(t, err, "client_scope")
	})
	x = must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"name": "Chief"}, db.Permissions, true))(t)
	want(t, "name", x.Name, "Chief")
	want(t, "second factor", x.RequireMFA, true)
}

// TestANewPermissionGoesToAdministrator, because otherwise nobody could grant it.
func TestANewPermissionGoesToAdministrator(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	const count = "SELECT count(*) FROM role_permission JOIN roles ON roles.id = role_id WHERE slug = ?"
	o.Exec(t, "DELETE FROM permissions WHERE slug IN ('ViewAudit', 'ExportClient')")
	manager := o.Column(t, count, "Manager")[0]
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	again := must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t)
	defer again.Close()
	want(t, "permissions of Administrator", o.Column(t, count, "Administrator")[0], fmt.Sprint(len(db.Permissions)))
	want(t, "permissions of Manager", o.Column(t, count, "Manager")[0], manager)
}

// grantable returns the permissions that a role can be given.
func grantable() []db.Permission {
	return slices.DeleteFunc(slices.Clone(db.Permissions), func(p db.Permission) bool { return !p.Offered() })
}

// allBut returns all permissions except one.
func allBut(p db.Permission) []db.Permission {
	return slices.DeleteFunc(slices.Clone(db.Permissions), func(q db.Permission) bool { return p == q })
}

// TestNobodyGrantsOrTakesAPermissionThatTheyLack tries each permission in both scopes: in a role, and
// through a role that has it.
func TestNobodyGrantsOrTakesAPermissionThatTheyLack(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	none, given := newRole(t, o, "None", "all"), newRole(t, o, "Given", "all")
	for _, p := range grantable() {
		if p == db.ManageUsers {
			continue // nothing works without it
		}
		for _, scope := range []string{"all", "own"} {
			holding := newRole(t, o, fmt.Sprint("With ", p, scope), scope, p)
			lacks, has := o.Ines, o.Ines
			lacks.May, has.May = allBut(p), []db.Permission{db.ManageUsers, p}
			other := db.Fields{"client_scope": map[string]string{"all": "own", "own": "all"}[scope]}
			holder, _, err := o.InviteUser(t.Context(), o.Ines, fmt.Sprintf("%s%s@x.example", p, scope), "Holder", []string{holding.Slug}, "")
			if err != nil {
				t.Fatal(err)
			}
			o.Unchanged(t, func() {
				_, err := o.SaveRole(t.Context(), lacks, "", db.Fields{"name": "New", "client_scope": scope}, []db.Permission{p}, false)
				wantInvalid(t, err, "permission")
				_, err = o.SaveRole(t.Context(), lacks, given.ID, nil, []db.Permission{p}, false)
				wantInvalid(t, err, "permission")
				wantInvalid(t, o.SetRoles(t.Context(), lacks, o.Tomas.UserID, []string{"Manager", holding.Slug}, ""), "role")
				wantInvalid(t, o.SetRoles(t.Context(), lacks, holder, []string{"None"}, ""), "role")
				_, _, err = o.InviteUser(t.Context(), lacks, "x@y.example", "X", []string{holding.Slug}, "")
				wantInvalid(t, err, "role")
				_, err = o.RenewInvitation(t.Context(), lacks, holder)
				wantInvalid(t, err, "role")
			})
			// Somebody who has the permission may do all of that.
			must(o.SaveRole(t.Context(), has, holding.ID, other, []db.Permission{p}, false))(t)
			must(o.SaveRole(t.Context(), has, given.ID, nil, []db.Permission{p}, false))(t)
			must(o.SaveRole(t.Context(), has, given.ID, nil, nil, false))(t)
			if err := o.SetRoles(t.Context(), has, holder, []string{none.Slug}, ""); err != nil {
				t.Error(err)
			}
			must(o.RenewInvitation(t.Context(), has, holder))(t)
		}
	}
}

// TestWhoSeesOnlyTheirOwnOpensAllToNobody: of two users with the same permissions, one sees only
// their own clients. That user can neither give nor remove access to all clients.
func TestWhoSeesOnlyTheirOwnOpensAllToNobody(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	narrow := o.Ines
	narrow.OwnOnly = true
	for _, p := range grantable() {
		of := slices.ContainsFunc(db.PermissionGroups,
			func(g db.PermissionGroup) bool { return g.OfClients && slices.Contains(g.Permissions, p) })
		all, own, empty := newRole(t, o, fmt.Sprint("All ", p), "all", p),
			newRole(t, o, fmt.Sprint("Own ", p), "own", p), newRole(t, o, fmt.Sprint("Empty ", p), "all")
		must(o.SaveRole(t.Context(), narrow, own.ID, nil, nil, false))(t)
		must(o.SaveRole(t.Context(), narrow, own.ID, nil, []db.Permission{p}, false))(t)
		if err := o.SetRoles(t.Context(), narrow, o.Lea.UserID, []string{own.Slug, "Viewer"}, ""); err == nil {
			t.Error("an actor with OwnOnly gave Viewer, which sees all clients")
		}
		try := func(what, column string, do func() error) {
			t.Helper()
			if !of {
				if err := do(); err != nil {
					t.Errorf("%s, %s: %v", p, what, err)
				}
				return
			}
			o.Unchanged(t, func() { wantInvalid(t, do(), column) })
		}
		save := func(x db.Role, typed db.Fields, may ...db.Permission) func() error {
			return func() error {
				_, err := o.SaveRole(t.Context(), narrow, x.ID, typed, may, false)
				return err
			}
		}
		try("take from a role of all", "role", save(all, nil))
		try("give to a role of all", "client_scope", save(empty, nil, p))
		try("narrow a role", "role", save(all, db.Fields{"client_scope": "own"}, p))
		try("widen a role", "client_scope", save(own, db.Fields{"client_scope": "all"}, p))
		try("make a role", "client_scope", save(db.Role{}, db.Fields{"name": fmt.Sprint("New ", p)}, p))
		if _, err := o.StartReset(t.Context(), narrow, o.Lea.UserID); err == nil {
			t.Error("an actor with OwnOnly made a link to an account that sees all clients")
		}
		try("give the role", "role", func() error {
			_, _, err := o.InviteUser(t.Context(), narrow, fmt.Sprintf("%s@x.example", p), "X", []string{all.Slug}, "")
			return err
		})
	}
}

func TestOnlyWhoManagesUsersReadsRoles(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	id := roleBySlug(t, o, "Viewer").ID
	by := o.Ines
	by.May = allBut(db.ManageUsers)
	_, err := o.Roles(t.Context(), by)
	_, err2 := o.Role(t.Context(), by, id)
	_, err3 := o.PeopleWith(t.Context(), by, id)
	_, err4 := o.SaveRole(t.Context(), by, id, nil, nil, false)
	for _, err := range []error{err, err2, err3, err4} {
		want(t, "answer", errors.Is(err, db.ErrForbidden), true)
	}
	people := must(o.PeopleWith(t.Context(), o.Ines, id))(t)
	want(t, "people", len(people), 1)
	want(t, "name", people[0].FullName, "Léa Fournier")
}

// TestTwoAtOnceLeaveSomebodyWhoManagesUsers: two administrators remove each other's rights at the
// same moment, in every possible way.
func TestTwoAtOnceLeaveSomebodyWhoManagesUsers(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(o *dbtest.Office, by, from db.Actor) error{
		"role": func(o *dbtest.Office, by, from db.Actor) error {
			return o.SetRoles(t.Context(), by, from.UserID, []string{"Viewer"}, "")
		},
		"status": func(o *dbtest.Office, by, from db.Actor) error { return o.DisableUser(t.Context(), by, from.UserID) },
		"permission": func(o *dbtest.Office, by, _ db.Actor) error {
			all, err := o.Roles(t.Context(), by)
			for _, x := range all {
				if x.Can(db.ManageUsers) {
					_, err = o.SaveRole(t.Context(), by, x.ID, nil, nil, false)
				}
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			if err := o.SetRoles(t.Context(), o.Ines, o.Tomas.UserID, []string{"Administrator"}, ""); err != nil {
				t.Fatal(err)
			}
			tomas := o.Tomas
			tomas.May = o.Ines.May
			var group sync.WaitGroup
			for _, pair := range [][2]db.Actor{{o.Ines, tomas}, {tomas, o.Ines}} {
				group.Go(func() { take(o, pair[0], pair[1]) })
			}
			group.Wait()
			left := o.Column(t, `
				SELECT count(DISTINCT users.id) FROM users
				JOIN user_role ON user_id = users.id
				JOIN role_permission USING (role_id)
				JOIN permissions ON permissions.id = permission_id
				WHERE status = 'active' AND slug = 'ManageUsers'`)[0]
			want(t, "left who manage users", left, map[string]string{"role": "1", "status": "1", "permission": "2"}[name])
		})
	}
}

// TestARoleThatIsAnotherByNowIsNotOverwritten: only what both changed is a conflict. What one of them ticked stays ticked.
func TestARoleThatIsAnotherByNowIsNotOverwritten(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	x := newRole(t, o, "Sales", "all", db.ViewClient, db.ViewAudit)
	was := x.Values().Encode()
	must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"description": "Theirs"}, []db.Permission{db.ViewClient, db.EditClient}, true))(t)
	o.Unchanged(t, func() {
		_, err := o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"description": "Mine", "was": was}, x.May, false)
		want(t, "by", wantConflict(t, err).By, "Ines Calder")
		want(t, "both changed", strings.Join(wantConflict(t, err).Both, " "), "description")
		// What the form sends back as it was, or as it is by now, changes nothing.
		must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"was": was, "description": ""}, x.May, false))(t)
		must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"was": was, "description": "Theirs"}, x.May, true))(t)
	})
	x = must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"was": was, "name": "Mine", "description": ""},
		[]db.Permission{db.ViewClient, db.ViewAudit, db.ViewInteraction}, false))(t)
	want(t, "merged", fmt.Sprint(x.Name, " ", x.Description, x.May, x.RequireMFA), "Mine Theirs[EditClient ViewClient ViewInteraction] true")
}

// TestASessionHasTheRightsOfItsRoles changes everything in a role that sessions depend on.
func TestASessionHasTheRightsOfItsRoles(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	x := roleBySlug(t, o, "Viewer")
	session := ""
	says := func() string {
		if _, err := o.Session(t.Context(), session); err != nil { // changed rights have ended it
			session = signIn(t, o, "lea@pinestreet.example")
		}
		u := must(o.Session(t.Context(), session))(t).User
		slices.Sort(u.May)
		return fmt.Sprint(u.Roles, u.May, u.OwnOnly)
	}
	want(t, "at first", says(), "[Viewer] [ViewClient ViewInteraction] false")
	must(o.SaveRole(t.Context(), o.Ines, x.ID, nil, []db.Permission{db.ViewClient}, false))(t)
	want(t, "one taken", says(), "[Viewer] [ViewClient] false")
	must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"client_scope": "own"}, []db.Permission{db.ViewClient}, false))(t)
	want(t, "narrowed", says(), "[Viewer] [ViewClient] true")
	must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"name": "Reader"}, []db.Permission{db.ViewClient, db.EditClient}, false))(t)
	want(t, "one given", says(), "[Reader] [EditClient ViewClient] true")
	must(o.SaveRole(t.Context(), o.Ines, x.ID, db.Fields{"name": "Guest"}, []db.Permission{db.ViewClient, db.EditClient}, false))(t)
	want(t, "in the session there is", must(o.Session(t.Context(), session))(t).User.Roles[0], "Guest")
}

// TestNobodyChangesARoleThatMayDoMore: neither its name nor anything else, whether or not it has
// users.
func TestNobodyChangesARoleThatMayDoMore(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	helper := o.Lea
	helper.May, helper.OwnOnly = []db.Permission{db.ManageUsers, db.ViewClient}, true
	for _, x := range []db.Role{
		roleBySlug(t, o, "Administrator"), roleBySlug(t, o, "Viewer"),
		newRole(t, o, "Auditor", "own", db.ViewAudit), newRole(t, o, "All clients", "all", db.ViewClient),
	} {
		for what, change := range map[string]struct {
			typed     db.Fields
			may       []db.Permission
			secondary bool
		}{
			"name":          {db.Fields{"name": "Nobody"}, x.May, false},
			"description":   {db.Fields{"description": "Nothing"}, x.May, false},
			"clients":       {db.Fields{"client_scope": map[string]string{"all": "own", "own": "all"}[x.ClientScope]}, x.May, false},
			"less":          {nil, nil, false},
			"more":          {nil, append(slices.Clone(x.May), db.ManageUsers), false},
			"second factor": {nil, x.May, true},
			"nothing":       {nil, x.May, false},
		} {
			o.Unchanged(t, func() {
				_, err := o.SaveRole(t.Context(), helper, x.ID, change.typed, change.may, change.secondary)
				if wantInvalid(t, err, "role"); !strings.Contains(fmt.Sprint(err), "so you cannot change") {
					t.Errorf("%s of %s: %v", what, x.Name, err)
				}
			})
		}
	}
	own := newRole(t, o, "Own clients", "own", db.ViewClient)
	must(o.SaveRole(t.Context(), helper, own.ID, db.Fields{"name": "Readers"}, nil, true))(t)
	must(o.SaveRole(t.Context(), helper, own.ID, nil, []db.Permission{db.ViewClient, db.ManageUsers}, false))(t)
	must(o.SaveRole(t.Context(), db.System, roleBySlug(t, o, "Administrator").ID, db.Fields{"name": "Chief"}, db.Permissions, true))(t)
}
