package handlers_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
)

var update = flag.Bool("update", false, "write testdata/permissions.golden again")

// world is a registry with one record of every kind, and their paths.
type world struct {
	*site
	org, contact, interaction string // linked to one another
	role                      string // which no user has
	user                      string // who is never signed in
	followUp                  string // of the interaction
	batch                     string // which archived another organization
	view                      string // shared, without an owner
	token                     string // id of a token of user
	webhook                   string // with a test that waits to be sent
	valueChange               string // undone
}

func newWorld(s *site) world {
	s.worlds++
	w := world{
		site: s, org: s.Organization("Harbor & Pine", "sector", "Logistics"),
		contact: s.Contact("Elif", "Aydın", "email", fmt.Sprintf("elif@harborpine%d.example", s.worlds)),
	}
	s.Link(w.org, w.contact, "role_label", "CFO")
	w.interaction = s.Log(w.org, w.contact, "Renewal agreed")
	w.role = "/admin/roles/" + s.One("SELECT id FROM roles WHERE slug = ?", s.Role(fmt.Sprint("Clerk ", s.worlds), db.ViewClient))
	w.user = "/admin/users/" + s.person("Sam Okoye", "Viewer").user.ID
	w.followUp = s.FollowUp(w.interaction, "Send the offer", "2026-11-26", "")
	w.batch = "/batches/" + s.batch("organization", "archive", s.Organization("Kestrel"))
	view, err := s.DB.CreateSavedView(context.Background(), db.System,
		db.SavedView{List: "organizations", Name: "Logistics", Query: "sector=Logistics", Shared: true}, "")
	if err != nil {
		s.t.Fatal(err)
	}
	w.view = "/views/" + view.ID
	token, _, err := s.DB.CreateTokenFor(context.Background(), db.System, key(w.user), db.NewToken{Name: "Phone system"})
	if err != nil {
		s.t.Fatal(err)
	}
	w.token = token.ID
	w.webhook = s.webhook("https://hooks.pinestreet.example/crm")
	if _, err := s.DB.TestWebhook(context.Background(), db.System, key(w.webhook)); err != nil {
		s.t.Fatal(err)
	}
	w.valueChange = "/admin/vocabularies/changes/" + s.undoneChange(fmt.Sprint("Sector ", s.worlds))
	return w
}

// undoneChange renames a value and takes that back, and returns the id of the change.
func (s *site) undoneChange(sector string) string {
	s.t.Helper()
	s.Organization("Word & Co", "sector", sector)
	ctx := context.Background()
	v, err := db.VocabularyOf("sector")
	if err == nil {
		_, err = s.DB.RenameValue(ctx, db.System, v, sector, sector+" renamed")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	id := s.One("SELECT max(id) FROM value_changes")
	for range 2 {
		for more := true; more; {
			if more, err = s.DB.ContinueValueChanges(ctx, time.Hour); err != nil {
				s.t.Fatal(err)
			}
		}
		_, _ = s.DB.UndoValueChange(ctx, db.System, id)
	}
	return id
}

// batch changes several records and returns the batch's id.
func (s *site) batch(kind, action string, records ...string) string {
	s.t.Helper()
	b := db.Batch{Kind: kind, Action: action}
	for _, r := range records {
		b.IDs = append(b.IDs, key(r))
	}
	done, err := s.DB.RunBatch(context.Background(), db.System, b)
	if err != nil {
		s.t.Fatal(err)
	}
	return done.ID
}

// address fills a route's path with the world's records.
func (w world) address(path string) string {
	own := map[string]string{
		"organizations": w.org, "contacts": w.contact, "interactions": w.interaction, "roles": w.role,
		"users": w.user, "follow-ups": w.followUp, "batches": w.batch, "views": w.view, "tokens": w.token,
		"webhooks": w.webhook, "changes": w.valueChange,
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch part {
		case ":id":
			parts[i] = key(own[parts[i-1]])
		case ":contact_id":
			parts[i] = key(w.contact)
		case ":organization_id":
			parts[i] = key(w.org)
		case ":token_id":
			parts[i] = w.token
		case ":token", ":name":
			parts[i] = "nothing"
		case ":field":
			parts[i] = map[string]string{"organizations": "website", "contacts": "email", "suggestions": "sector"}[parts[1]]
		}
	}
	return strings.Join(parts, "/")
}

func TestEveryRouteIsDeclared(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	declared, open := map[string]string{}, map[string]bool{}
	for _, r := range handlers.Routes() {
		declared[r.Method+" "+r.Path] = r.Access
		if r.Access == "public" {
			open[r.Path] = true
		}
	}
	mounted, err := s.Mounted()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mounted {
		if declared[r.Method+" "+r.Path] == "" {
			t.Errorf("%s %s is mounted and names no permission", r.Method, r.Path)
		}
	}
	if len(mounted) != len(declared) {
		t.Errorf("%d routes are mounted and %d declared", len(mounted), len(declared))
	}
	if len(open) > 8 {
		t.Errorf("%d addresses are open to everybody; 8 are the most: %v", len(open), open)
	}
}

// TestPermissions requests every route with every set of permissions and compares the answers with
// testdata/permissions.golden. Plain, htmx, boosted and history requests must agree. A refusal
// changes nothing but adds one row to the history.
func TestPermissions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	s.as("Administrator") // setup is closed once there is a user
	people := []struct {
		name string
		*browser
	}{{"signed out", s.stranger()}, {"nothing", s.as(s.Role("Nothing"))}}
	add := func(name string, role string) {
		people = append(people, struct {
			name string
			*browser
		}{name, s.as(role)})
	}
	for _, p := range db.Permissions {
		add(string(p), s.Role("Only"+string(p), p))
	}
	add("EditClient+EditInteraction", s.Role("Blind", db.EditClient, db.EditInteraction))
	add("ViewClient+EditClient", s.Role("Clerk", db.ViewClient, db.EditClient))
	add("ViewClient+ViewAudit", s.Role("Auditor", db.ViewClient, db.ViewAudit))
	add("ViewClient+EditInteraction", s.Role("Scribe", db.ViewClient, db.EditInteraction))
	add("Viewer", "Viewer")
	add("Manager", "Manager")
	add("Administrator", "Administrator")

	var got strings.Builder
	var state string
	for _, r := range handlers.Routes() {
		if r.Path == "/logout" {
			continue // would end the session that the next route needs; see TestSignOut
		}
		answers := map[string][]string{}
		var order []string
		for _, p := range people {
			kind := w.ask(p.browser, r, &state)
			if answers[kind] == nil {
				order = append(order, kind)
			}
			answers[kind] = append(answers[kind], p.name)
		}
		fmt.Fprintf(&got, "%s %s\n", r.Method, r.Path)
		for _, kind := range order {
			fmt.Fprintf(&got, "\t%s: %s\n", kind, strings.Join(answers[kind], ", "))
		}
	}
	const golden = "testdata/permissions.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("who may do what is not as in %s (-update writes it again):\n%s", golden, difference(string(want), got.String()))
	}
}

// ask requests a route in all four ways and returns the outcome: open, sign in, or the missing
// permission. state is the dump of the business tables, or "" after something may have changed.
func (w world) ask(b *browser, r handlers.Route, state *string) string {
	w.t.Helper()
	var form url.Values
	if r.Method == http.MethodPost {
		form = url.Values{}
	}
	manners := map[string]*browser{"back": b.back(), "boosted": b.boosted(), "part": b.viaHTMX(), "plain": b}
	var kind string
	w.Clock.Add(time.Minute) // more refusals than are recorded within a minute
	if *state == "" {
		*state = w.dump(businessTables...)
	}
	for _, manner := range []string{"plain", "part", "boosted", "back"} {
		if manner == "back" && r.Method == http.MethodPost || manner == "boosted" && kind == "open" {
			break
		}
		seq := w.One("SELECT max(seq) FROM audit_logs")
		a := manners[manner].send(r.Method, w.address(r.Path), form)
		k := w.kind(a, manner, r.Method)
		if kind == "" {
			kind = k
		}
		if k != kind {
			w.t.Errorf("%s %s as %s: %s, but otherwise %s", r.Method, r.Path, manner, k, kind)
		}
		permission, lacks := strings.CutPrefix(k, "missing ")
		recorded := w.One("SELECT group_concat(action || ' ' || user_id || ' ' || json_extract(metadata, '$.permission')) FROM audit_logs "+
			"WHERE seq > ?", seq)
		if want := map[bool]string{true: "refused " + b.user.ID + " " + permission}[lacks]; k != "open" && recorded != want {
			w.t.Errorf("%s %s as %s was refused and recorded as %q, want %q", r.Method, r.Path, manner, recorded, want)
		}
	}
	before := *state
	if *state = ""; kind != "open" {
		if *state = w.dump(businessTables...); *state != before {
			w.t.Errorf("%s %s was refused and changed the database", r.Method, r.Path)
		}
	}
	return kind
}

func (w world) kind(a answer, manner, method string) string {
	w.t.Helper()
	switch {
	case a.StatusCode == http.StatusForbidden:
		text := a.html.Find("h1 + p").Text()
		if manner == "part" {
			text = a.body
			a.wantFragment(true)
		} else {
			a.wantFragment(false).want(403, "title", "Error: ")
		}
		_, missing, found := strings.Cut(text, "Missing permission: ")
		if !found {
			w.t.Errorf("%s does not say which permission is missing: %s", a.what, a.body)
		}
		missing, _, _ = strings.Cut(missing, ".")
		return "missing " + missing
	case a.StatusCode == http.StatusUnauthorized && (manner == "part" || manner == "boosted"):
		if method == http.MethodPost || a.Header.Get("HX-Retarget") == "#dialog" { // so that nothing typed is lost
			a.want(401, "form[action='/login']", "Sign in")
			if a.Header.Get("HX-Retarget") != "#dialog" || a.Header.Get("HX-Reswap") != "innerHTML" {
				w.t.Errorf("%s opens no dialog: %v", a.what, a.Header)
			}
		} else if a.Header.Get("HX-Reswap") != "none" && !strings.HasPrefix(a.Header.Get("HX-Redirect"), "/login") {
			w.t.Errorf("%s leads nowhere: %v", a.what, a.Header)
		}
		return "sign in"
	case a.StatusCode == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/login"):
		return "sign in"
	case a.StatusCode >= 500:
		w.t.Errorf("%s: %d", a.what, a.StatusCode)
	}
	return "open"
}

// TestUnknownRecords: an unknown id and an invalid one get the same 404 on every route, even for
// those who may do everything, and change nothing.
func TestUnknownRecords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	admin := s.as("Administrator")
	other := newWorld(s) // its records are linked to one another, not to w's
	for _, r := range handlers.Routes() {
		if !strings.Contains(r.Path, ":") {
			continue
		}
		good := w.address(r.Path)
		bad := map[string]bool{}
		for _, id := range []string{
			handlers.NewRequestID(), "1", "new%00", "..", "%27%20OR%201=1",
			strings.ToUpper(key(w.org)), strings.Repeat("9", 300), "{" + key(w.org) + "}",
		} {
			for _, mine := range []string{
				key(w.org), key(w.contact), key(w.interaction), key(w.role), key(w.followUp), key(w.batch), key(w.view), w.token,
				key(w.webhook), key(w.valueChange),
			} {
				if strings.Contains(good, mine) {
					bad[strings.Replace(good, mine, id, 1)] = true
				}
			}
		}
		if strings.Contains(good, key(w.contact)) && strings.Contains(r.Path, "_id") { // another record's link below this record
			bad[strings.Replace(good, key(w.contact), key(other.contact), 1)] = true
		}
		if strings.Contains(r.Path, ":field") {
			for _, field := range []string{"id", "version", "is_active", "created_at", "password_hash", "legal_name;", "%27"} {
				bad[strings.NewReplacer("/website", "/"+field, "/email", "/"+field, "/suggestions/sector", "/suggestions/"+field).Replace(good)] = true
			}
		}
		for path := range bad {
			var form url.Values
			if r.Method == http.MethodPost {
				form = url.Values{
					"version": {"1"}, "value": {"x"}, "subject": {"x"}, "channel": {"call"},
					"display_name": {"x"}, "text": {"x"}, "due_on": {"2026-11-25"},
				}
			}
			for _, b := range []*browser{admin, admin.viaHTMX()} {
				before := s.commits()
				a := b.send(r.Method, path, form)
				if a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "This does not exist, or you may not see it.") {
					t.Errorf("%s: %d, want 404", a.what, a.StatusCode)
				}
				if s.commits() != before {
					t.Errorf("%s changed the database", a.what)
				}
			}
		}
	}
}
