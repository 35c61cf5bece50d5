package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
)

// ownWorld is a registry in which b sees only their own clients: the records of mine. Every value
// of the others contains the word Secret.
func ownWorld(t *testing.T) (mine, secret world, b *browser) {
	t.Helper()
	s := newSite(t)
	slug := s.Role("Own", db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction, db.ViewAudit)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", slug)
	b = s.person("Oda Berg", slug)
	// They own the contact and see the organization because of their link.
	mine = world{site: s, org: s.Organization("Harbor & Pine"), contact: s.Contact("Elif", "Aydın", "owner_user_id", b.user.ID)}
	s.Link(mine.org, mine.contact, "role_label", "CFO")
	mine.interaction = s.Log(mine.org, mine.contact, "Renewal agreed")
	mine.followUp = s.FollowUp(mine.interaction, "Send the offer", "2026-11-24", b.user.ID)

	secret = world{
		site:    s,
		org:     s.Organization("Secret House", "sector", "Secret sector", "size_band", "Secret size", "website", "secret.example"),
		contact: s.Contact("Secret", "Person", "email", "secret@secret.example", "phone", "555 7373", "job_title", "Secret keeper"),
	}
	s.Link(secret.org, secret.contact, "role_label", "Secret role")
	secret.interaction = s.Log(secret.org, secret.contact, "Secret talk", "outcome", "Secret outcome", "body", "Secret body")
	secret.followUp = s.FollowUp(secret.interaction, "Secret step", "2026-11-24", "")
	s.Exec("UPDATE follow_ups SET assignee_id = ? WHERE text = 'Secret step'", b.user.ID) // they once saw it
	// Hidden records touch visible ones, too: a colleague at their organization, and their
	// contact's call about another organization.
	s.Link(mine.org, secret.contact, "role_label", "Secret second role")
	s.FollowUp(s.Log(mine.org, secret.contact, "Talk at the pine"), "Step at the pine", "2026-11-24", b.user.ID)
	s.FollowUp(s.Log(secret.org, mine.contact, "Talk with Elif"), "Step with Elif", "2026-11-24", b.user.ID)
	return mine, secret, b
}

var anID = regexp.MustCompile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

// TestWhatIsOutOfSightIsNotThere: on every route a hidden record is answered byte for byte like one
// that does not exist, and nothing changes.
func TestWhatIsOutOfSightIsNotThere(t *testing.T) {
	t.Parallel()
	mine, secret, b := ownWorld(t)
	never := handlers.NewRequestID()
	for _, r := range handlers.Routes() {
		if !strings.Contains(r.Path, ":id") || !strings.HasPrefix(r.Path, "/organizations") && !strings.HasPrefix(r.Path, "/contacts") &&
			!strings.HasPrefix(r.Path, "/interactions") && !strings.HasPrefix(r.Path, "/follow-ups") {
			continue
		}
		if r.Path == "/interactions/:id/restore" {
			continue // for visible records it does nothing for anybody; see TestAnUnseenEndOfAnInteraction…
		}
		form := url.Values(nil)
		if r.Method == http.MethodPost {
			form = url.Values{
				"version": {"1"}, "value": {"x"}, "subject": {"x"}, "channel": {"call"}, "display_name": {"x"}, "first_name": {"x"}, "last_name": {"x"},
				"contact_id": {key(mine.contact)}, "organization_id": {key(mine.org)}, "text": {"x"}, "due_on": {"2026-11-25"},
			}
		}
		paths := []string{secret.address(r.Path)}
		if strings.Contains(r.Path, "_id") { // their own record, with a hidden other end
			half := mine
			half.contact = secret.contact
			if strings.HasPrefix(r.Path, "/contacts") {
				half = world{site: mine.site, org: secret.org, contact: mine.contact}
			}
			paths = append(paths, half.address(r.Path))
		}
		for _, path := range paths {
			unknown := strings.NewReplacer(key(secret.org), never, key(secret.contact),
				never, key(secret.interaction), never, key(secret.followUp), never).Replace(path)
			for _, manner := range []*browser{b, b.viaHTMX()} {
				before := b.commits()
				hidden, nothing := manner.send(r.Method, path, form), manner.send(r.Method, unknown, form)
				if hidden.StatusCode != http.StatusNotFound || anID.ReplaceAllString(hidden.body, "") != anID.ReplaceAllString(nothing.body, "") {
					t.Errorf("%s: %d, unlike what never was: %d", hidden.what, hidden.StatusCode, nothing.StatusCode)
				}
				if b.commits() != before {
					t.Errorf("%s changed the database", hidden.what)
				}
			}
		}
	}
}

// TestNoPageTellsOfWhatIsOutOfSight reads every page and fragment.
func TestNoPageTellsOfWhatIsOutOfSight(t *testing.T) {
	t.Parallel()
	mine, secret, b := ownWorld(t)
	admin := mine.as("Administrator")
	var paths []string
	for _, r := range handlers.Routes() {
		if r.Method == http.MethodGet && (!strings.HasPrefix(r.Path, "/admin") || strings.HasPrefix(r.Path, "/admin/audit")) &&
			!strings.Contains(r.Path, ":token") {
			paths = append(paths, mine.address(r.Path))
		}
	}
	for _, list := range []string{"/organizations", "/contacts"} {
		for _, query := range []string{
			"?status=all", "?sort=-last_contact", "?q=secret", "?q=se&status=all",
			"?owner=none", "?q=5557373", "/options?q=secret", "/options?q=se", "/options?q=person",
		} {
			paths = append(paths, list+query)
		}
	}
	paths = append(paths, "/follow-ups?show=all", "/follow-ups?show=overdue", "/follow-ups?show=week&who="+b.user.ID,
		"/search?q=secret", "/search?q=person", "/search?q=ecret", "/search?q=talk&kind=interactions", "/interactions?channel=call",
		"/palette?q=secret", "/palette?q=call+secret", "/palette?q=talk", "/palette?recent="+secret.org+"+"+secret.contact+"+"+mine.org,
		mine.org+"/interactions?contact_id="+key(secret.contact),
		mine.org+"/contacts?add=1", mine.org+"/contacts?add=1&contact_id="+key(secret.contact),
		mine.contact+"/organizations?add=1&organization_id="+key(secret.org), mine.org+"/contacts?add=1&q=secret")
	b.get("/follow-ups").wantTexts("#steps .nm", "Send the offer", "Step at the pine", "Step with Elif").want(200, "#due", "3 due")
	told := 0
	for _, path := range paths {
		for _, manner := range []*browser{b, b.viaHTMX()} {
			a := manner.get(path)
			if a.StatusCode >= 500 {
				t.Errorf("%s: %d", a.what, a.StatusCode)
			}
			for _, word := range []string{
				"House", "Secret sector", "Secret size", "secret.example", "Secret Person", "555 7373", "keeper", "Secret role", "second role",
				"Secret talk", "Secret outcome", "Secret body", "Secret step", key(secret.org), key(secret.interaction), key(secret.followUp),
			} {
				if at := strings.Index(a.body, word); at >= 0 {
					t.Errorf("%s tells of it: …%s", a.what, a.body[max(0, at-200):min(len(a.body), at+300)])
				}
			}
		}
		if strings.Contains(admin.get(path).body, "Secret") {
			told++
		}
	}
	if told < 20 {
		t.Errorf("only %d pages tell it to an administrator; the test reads the wrong ones", told)
	}
}

// TestHandingOnesOwnClientsOverAsksFirst: whoever manages users and sees only their own clients can hand these over, too.
func TestHandingOnesOwnClientsOverAsksFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	slug := s.Role("Own", db.ViewClient, db.EditClient, db.ManageUsers, db.ViewInteraction, db.EditInteraction)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", slug)
	oda, per := s.person("Oda Berg", slug), s.person("Per Lund", "Viewer")
	org := s.Organization("Harbor & Pine", "owner_user_id", oda.user.ID)
	s.Link(org, s.Contact("Elif", "Aydın"))
	s.Contact("Anna", "Kroon", "owner_user_id", oda.user.ID)
	page := "/admin/users/" + oda.user.ID
	oda.unchanged(func() {
		oda.post(page+"/hand-over", "owner_user_id", per.user.ID).
			want(409, "#hides", "Hand everything over? You will no longer see 2 clients").
			want(409, "a[data-cancel][autofocus]", "Cancel").wantTexts("#to option[selected]", "Per Lund")
	})
	oda.post(page+"/hand-over", "owner_user_id", per.user.ID, "give_away", "1").want(303, "", "")
	oda.get(page).want(200, "#toasts", "Handed over to Per Lund: 1 organization and 1 contact").wantNot("#hides")
	oda.get(org).want(404, "h1", "")
	s.WantOne("1", "SELECT count(*) FROM organizations WHERE owner_user_id = ?", per.user.ID)
	s.WantOne("1", "SELECT count(*) FROM contacts WHERE owner_user_id = ?", per.user.ID)
}

func TestOwnClientsGoOutOfSightWithAWord(t *testing.T) {
	t.Parallel()
	mine, _, b := ownWorld(t)
	other := mine.person("Per Lund", "Manager")

	// Unlinking hides the organization and offers no Undo, because it could not work.
	part := b.viaHTMX().post(mine.contact+"/organizations/"+key(mine.org)+"/unlink", "version", "1", "give_away", "1")
	part.want(200, ".toast", "Unlinked Harbor & Pine")
	if part.html.Find(".toast form button").Length() > 0 {
		t.Error("there is an Undo that they may not do")
	}
	b.get(mine.org).want(404, "h1", "")

	// Giving the contact away asks first, then leads to the list with a message.
	for _, manner := range []*browser{b, b.viaHTMX()} {
		b.unchanged(func() {
			asks := manner.post(mine.contact+"/fields/owner_user_id", "value", other.user.ID, "version", "1")
			asks.want(409, "#fact-owner_user_id .warnline", "Give Elif Aydın to "+other.user.FullName+"? You will no longer see Elif Aydın").
				want(409, "a[data-cancel][autofocus]", "Keep it")
		})
	}
	given := b.viaHTMX().post(mine.contact+"/fields/owner_user_id", "value", other.user.ID, "version", "1", "give_away", "1")
	if given.StatusCode != http.StatusOK || given.Header.Get("HX-Redirect") != "/contacts" {
		t.Errorf("it leads to %q", given.Header.Get("HX-Redirect"))
	}
	b.get("/contacts").want(200, "#toasts", "Owner saved. It is not among your clients, so you can no longer see it")
	b.get(mine.contact).want(404, "h1", "")

	// An interaction whose other end they do not see goes with their contact.
	mixed := "/interactions/" + mine.One("SELECT id FROM interactions WHERE subject = 'Talk with Elif'")
	mine.Exec("UPDATE contacts SET owner_user_id = ? WHERE id = ?", b.user.ID, key(mine.contact))
	b.post(mixed, "contact_id", "", "version", "1", "give_away", "1")
	b.get("/interactions").want(200, "#toasts", "Interaction saved. It is not among your clients")
	b.get(mixed).want(404, "h1", "")

	made := b.post("/organizations", "display_name", "For Per", "owner_user_id", other.user.ID, "give_away", "1")
	if made.Header.Get("Location") != "/organizations" {
		t.Errorf("%s leads to %q", made.what, made.Header.Get("Location"))
	}
	b.get("/organizations").want(200, "#toasts", "Created For Per. It is not among")
}

// TestChangesTellNothingOfWhatIsOutOfSight: others moved the person's interaction and contact to
// clients they cannot see and back. Conflicts, histories and Undo reveal nothing of those.
func TestChangesTellNothingOfWhatIsOutOfSight(t *testing.T) {
	t.Parallel()
	mine, secret, b := ownWorld(t)
	admin := mine.as("Administrator")
	own := b.post("/organizations", "display_name", "Quay", "owner_user_id", b.user.ID).to()
	form := []string{
		"channel", "call", "subject", "Mine", "organization_id", key(own), "contact_id", key(mine.contact), "happened_at", "2026-11-24T09:00",
	}
	tells := func(a answer) {
		t.Helper()
		for _, word := range []string{"Secret", key(secret.org), key(secret.contact)} {
			if at := strings.Index(a.body, word); at >= 0 {
				t.Errorf("%s tells of it: …%s", a.what, a.body[max(0, at-300):min(len(a.body), at+200)])
			}
		}
	}
	// From their organization to a hidden one, back, and away with another contact.
	for n, ends := range [][2]string{
		{key(secret.org), key(mine.contact)}, {key(mine.org), key(secret.contact)}, {key(secret.org), key(mine.contact)},
	} {
		version := mine.One("SELECT version FROM interactions WHERE id = ?", key(mine.interaction))
		admin.post(mine.interaction, "subject", "Theirs "+version, "organization_id", ends[0], "contact_id", ends[1], "version", version).
			want(303, "", "")
		for _, manner := range []*browser{b, b.viaHTMX()} {
			stale := manner.post(mine.interaction, append(form, "version", version)...).want(409, ".versus", "Theirs "+version)
			tells(stale)
			for _, path := range []string{
				mine.interaction, mine.interaction + "/edit", mine.org + "/history", mine.contact + "/history",
				mine.org, mine.contact, "/admin/audit", "/admin/audit?target_type=interaction",
			} {
				tells(manner.get(path))
			}
		}
		tells(b.get("/admin/audit.csv"))
		if a := admin.get(mine.contact + "/history"); !strings.Contains(a.body, "Secret") {
			t.Errorf("round %d: an administrator is not told either; the test reads the wrong page", n)
		}
	}
	// Their contact had another owner for a while, and a hidden contact has the email.
	admin.post(mine.contact+"/fields/owner_user_id", "value", admin.user.ID, "version", "1").want(303, "", "")
	admin.post(mine.contact+"/fields/owner_user_id", "value", b.user.ID, "version", "2").want(303, "", "")
	for _, manner := range []*browser{b, b.viaHTMX()} {
		tells(manner.post(mine.contact+"/fields/job_title", "value", "x", "version", "1"))
		tells(manner.post(mine.contact+"/fields/email", "value", "secret@secret.example", "version", "3").want(422, "", ""))
		for _, path := range []string{
			mine.contact, mine.contact + "/organizations", mine.contact + "/history", "/admin/audit", "/contacts?status=all",
		} {
			tells(manner.get(path))
		}
	}
}
