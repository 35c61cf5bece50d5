package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/handlerstest"
)

// newest returns the cursor of the newest change.
func (p *program) newest() string {
	p.t.Helper()
	return p.get("/api/crm/changes").want(200).text("cursor")
}

// changes returns the changes after a cursor, each as its action and target, and the next cursor.
func (a answer) changes() (all []string, cursor string) {
	a.t.Helper()
	for _, one := range a.want(200).valueAt("changes").([]any) {
		change := one.(map[string]any)
		all = append(all, fmt.Sprint(change["action"], " ", change["target_id"]))
	}
	return all, a.text("cursor")
}

func (p *program) changesAfter(after string, headers ...string) (all []string, cursor string) {
	p.t.Helper()
	return p.get("/api/crm/changes?after="+after, headers...).changes()
}

func (s *site) wantChanges(got []string, want ...string) {
	s.t.Helper()
	if !slices.Equal(got, want) {
		s.t.Errorf("the changes are\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestChanges: a program reads what happened since its cursor, with whom it concerns.
func TestChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	start := p.newest()
	w := newWorld(s, 1)
	a := p.get("/api/crm/changes?after="+start).want(200,
		`{"action":"create_org","target_type":"organization","target_id":"`+key(w.organization)+`","organization_id":"`+key(w.organization)+
			`","contact_id":null,"at":"2026-11-24T09:30:00.000Z"}`,
		`{"action":"link_contact","target_type":"organization","target_id":"`+key(w.organization)+`","organization_id":"`+key(w.organization)+
			`","contact_id":"`+key(w.contact)+`",`,
		`{"action":"create_interaction","target_type":"interaction","target_id":"`+key(w.interaction)+`","organization_id":"`+
			key(w.organization)+`","contact_id":"`+key(w.contact)+`",`)
	all, end := a.changes()
	s.wantChanges(all, "create_org "+key(w.organization), "create_contact "+key(w.contact), "link_contact "+key(w.organization),
		"create_interaction "+key(w.interaction), "create_follow_up "+key(w.followUp))
	none, same := p.changesAfter(end)
	s.wantChanges(none)
	if same != end {
		t.Error("without anything new the cursor is the wrong one")
	}
	var parts []string
	for cursor := start; len(parts) < 5; {
		some, next := p.get("/api/crm/changes?limit=2&after=" + cursor).changes()
		if len(some) == 0 || len(some) > 2 {
			t.Fatalf("a part has %d changes", len(some))
		}
		parts, cursor = append(parts, some...), next
	}
	s.wantChanges(parts, all...)
}

// TestACursorIsSealed: it says nothing, and one that was changed, made up or made by another registry
// is refused; so is one of changes that a restored copy does not have.
func TestACursorIsSealed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	cursor := p.newest()
	if cursor == p.newest() {
		t.Error("two cursors of the same row can be told to be the same")
	}
	for i := range cursor {
		changed := []byte(cursor)
		if changed[i]++; changed[i] == cursor[i] {
			continue
		}
		if a := p.get("/api/crm/changes?after=" + escape(string(changed))).want(422); a.text("fields.after") == "" {
			t.Errorf("with another byte at %d: %s", i, a.body)
		}
	}
	other := newSite(t)
	other.Exec("UPDATE cursor_key SET key = randomblob(32)") // tests copy theirs from one registry
	p.get("/api/crm/changes?after="+other.as("Manager").newest()).want(422, "not made by this registry")

	s.Organization("Harbor")
	cursor = p.newest()
	for _, query := range []string{ // as after a restore: other rows, and then none
		"UPDATE audit_logs SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = (SELECT max(seq) FROM audit_logs)",
		"DELETE FROM audit_logs WHERE seq = (SELECT max(seq) FROM audit_logs)",
	} {
		s.Exec("DROP TRIGGER IF EXISTS audit_logs_no_update")
		s.Exec("DROP TRIGGER IF EXISTS audit_logs_no_delete")
		s.Exec(query)
		p.get("/api/crm/changes?after="+cursor).want(422, "restored from an older copy", "without after")
	}
}

// TestLeftSight: who sees only their own clients is told once that one is not theirs any more, with
// its contacts and interactions, and never of any that they did not see.
func TestLeftSight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u := s.User("Oda Berg", "Manager")
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = 'Manager'")
	p := s.program(u)
	ours := s.Organization("Harbor", "owner_user_id", u.ID)
	contact, stranger := s.Contact("Elif", "Aydın"), s.Contact("Sam", "Okoye")
	s.Link(ours, contact)
	interaction := s.Log("", contact, "Renewal")
	start := p.newest()
	s.Log("", stranger, "Secret")
	update := func(fields ...string) {
		t.Helper()
		if _, err := s.DB.UpdateOrganization(context.Background(), db.System, key(ours), db.Latest, handlerstest.Typed(fields)); err != nil {
			t.Fatal(err)
		}
	}
	update("sector", "Media")
	update("owner_user_id", "")
	update("sector", "Retail")
	a := p.get("/api/crm/changes?after="+start).want(200,
		`{"action":"left_sight","target_type":"organization","target_id":"`+key(ours)+`"}`)
	all, cursor := a.changes()
	s.wantChanges(all, "left_sight "+key(ours), "left_sight "+key(contact), "left_sight "+key(interaction))
	none, cursor := p.changesAfter(cursor)
	s.wantChanges(none)
	update("owner_user_id", u.ID)
	all, _ = p.changesAfter(cursor)
	s.wantChanges(all, "update_org "+key(ours))
}

// TestAWithdrawnRightShowsNothingMore: what happened before is not shown either.
func TestAWithdrawnRightShowsNothingMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as("Manager")
	start := p.newest()
	w := newWorld(s, 1)
	s.Exec("DELETE FROM role_permission WHERE permission_id IN (SELECT id FROM permissions WHERE slug = 'ViewInteraction')")
	all, _ := p.changesAfter(start)
	s.wantChanges(all, "create_org "+key(w.organization), "create_contact "+key(w.contact), "link_contact "+key(w.organization))
	s.Exec("UPDATE roles SET client_scope = 'own'")
	all, _ = p.changesAfter(start)
	s.wantChanges(all)
	s.Exec("DELETE FROM role_permission")
	p.get("/api/crm/changes?after="+start).want(403, "Missing permission: ViewClient")
}
