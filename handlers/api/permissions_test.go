package api_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/api"
)

var update = flag.Bool("update", false, "write testdata/permissions.golden again")

// world has a linked organization and contact, an interaction with both, and a follow-up with the
// organization.
type world struct{ organization, contact, interaction, followUp string } // paths

func newWorld(s *site, n int) world {
	w := world{
		s.Organization(fmt.Sprint("Harbor & Pine ", n), "sector", "Logistics"),
		s.Contact("Elif", "Aydın", "email", fmt.Sprintf("elif%d@harbor.example", n)), "", "",
	}
	s.Link(w.organization, w.contact, "role_label", "CFO")
	w.interaction = s.Log(w.organization, w.contact, "Renewal agreed")
	w.followUp = s.plan("Send the offer", "organization_id", key(w.organization))
	return w
}

// address fills a route's path with the world's records.
func (w world) address(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case part == ":contact_id" || part == ":id" && parts[i-1] == "contacts":
			parts[i] = key(w.contact)
		case part == ":id" && parts[i-1] == "interactions":
			parts[i] = key(w.interaction)
		case part == ":id" && parts[i-1] == "follow-ups":
			parts[i] = key(w.followUp)
		case part == ":organization_id" || part == ":id":
			parts[i] = key(w.organization)
		}
	}
	return strings.Join(parts, "/")
}

// validBody returns a valid body for an operation.
func validBody(r api.Route, n int) string {
	switch {
	case r.Method == "GET" || r.Method == "DELETE" || strings.HasSuffix(r.Path, "/archive") || strings.HasSuffix(r.Path, "/restore"):
		return ""
	case strings.HasSuffix(r.Path, "_id"):
		return `{"role_label": "CEO"}`
	case strings.Contains(r.Path, "/follow-up"):
		return `{"text": "Call again", "due_on": "2026-12-01"}`
	case strings.HasSuffix(r.Path, "/interactions"), r.Path == "/api/crm/interactions/:id":
		return `{"channel": "email", "subject": "Asked for terms"}`
	case r.Method == "PATCH":
		return `{"owner_user_id": null}`
	case strings.HasSuffix(r.Path, "/organizations"):
		return fmt.Sprintf(`{"display_name": "Kestrel %d"}`, n)
	}
	return fmt.Sprintf(`{"first_name": "Sam", "last_name": "Okoye %d"}`, n)
}

// TestPermissions uses every operation with every set of permissions of a token, and compares the
// statuses with testdata/permissions.golden. A refusal names the permission and changes nothing.
func TestPermissions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.User("Ines Calder", "Administrator")
	sets := [][]db.Permission{
		{db.ViewAudit},
		{db.ViewClient},
		{db.ViewClient, db.ViewInteraction},
		{db.EditClient},
		{db.ViewClient, db.EditClient},
		{db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction},
		db.Permissions,
	}
	const recordedSQL = "SELECT count(*) FROM audit_logs WHERE action <> 'refused'"
	var golden strings.Builder
	golden.WriteString("# What a token with these permissions is answered, its owner having all of them.\n")
	n := 0
	for _, r := range api.Routes() {
		fmt.Fprintf(&golden, "\n%s %s\n", r.Method, r.Path)
		s.unchanged(func() {
			got := s.stranger().send(r.Method, strings.NewReplacer(":id", "x", ":contact_id", "x").Replace(r.Path), validBody(r, n))
			fmt.Fprintf(&golden, "\t%-60s %d\n", "no token", got.want(401).StatusCode)
		})
		for _, may := range sets {
			n++
			w, p := newWorld(s, n), s.program(owner, may...)
			recorded := s.One(recordedSQL)
			a := p.send(r.Method, w.address(r.Path), validBody(r, n))
			if a.StatusCode == 403 {
				s.WantOne(recorded, recordedSQL)
			}
			if a.StatusCode == 403 && !strings.HasPrefix(a.text("error"), "Missing permission: ") {
				t.Errorf("%s says %s", a.what, a.body)
			}
			name := fmt.Sprint(may)
			if len(may) == len(db.Permissions) {
				name = "everything"
			}
			fmt.Fprintf(&golden, "\t%-60s %d\n", name, a.StatusCode)
		}
	}
	const file = "testdata/permissions.golden"
	if *update {
		if err := os.WriteFile(file, []byte(golden.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != golden.String() {
		t.Errorf("%v: who may do what has changed; run go test ./handlers/api -run TestPermissions -update and review the difference:\n%s",
			err, golden.String())
	}
}
