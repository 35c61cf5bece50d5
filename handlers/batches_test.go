package handlers_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"clientregistry/db"
	"clientregistry/handlers"
)

const confirm = "main button[name=confirm]"

// batch previews a batch, confirms it and returns the answer.
func (b *browser) batch(path string, form ...string) answer {
	b.t.Helper()
	return b.submit(b.post(path, form...).want(200, confirm, ""), confirm)
}

func TestManyRecordsAreChangedAfterAPreview(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, tomas := s.person("Ines Calder", "Manager"), s.person("Tomás Brandt", "Manager")
	acme, brig, cove := s.Organization("Acme"), s.Organization("Brig"), s.Organization("Cove", "owner_user_id", tomas.user.ID)
	form := []string{"id", key(acme), "id", key(brig), "id", key(cove), "id", handlers.NewRequestID(), "action", "assign_owner"}

	// The list's button asks for the owner, the next page previews the change, the last one makes
	// it.
	var preview answer
	s.unchanged(func() {
		asked := ines.post("/organizations/batch", form...).want(200, "h1", "Assign owner").want(200, "h2", "4 organizations selected").
			want(200, "#owner_user_id option[selected]", "Ines Calder")
		preview = ines.submit(asked, "main button[name=asked]", "owner_user_id", tomas.user.ID)
	})
	preview.want(200, "h2", "Assign 2 organizations to Tomás Brandt").
		wantTexts("thead th", "Organization", "Owner now", "Change", "Owner after").wantTexts("tbody .nm", "Acme", "Brig").
		wantTexts("tbody del bdi, tbody ins bdi", "No owner", "Tomás Brandt", "No owner", "Tomás Brandt").
		want(200, confirm, "Change 2 organizations")
	preview.wantTexts("[aria-labelledby=left-h] li > div", "CoveAlready theirs", "1 organization is not there, or not visible to you").
		want(200, "#left-h", "Left as they are2")
	if to := ines.submit(preview, confirm).to(); to != "/organizations" {
		t.Errorf("it leads to %s", to)
	}
	s.wantAudit(ines, "batch_organizations", `"count":2`)
	list := ines.get("/organizations").want(200, "#toasts", "2 organizations assigned to Tomás Brandt")

	// Sending it twice changes it once.
	s.unchanged(func() { ines.submit(preview, confirm).to() })
	ines.get("/organizations").want(200, "#toasts form", "Undo").want(200, "#toasts", "2 organizations assigned to Tomás Brandt")

	// Undo leaves later changes alone, and only the person who made the batch can use it.
	ines.post(brig+"/fields/website", "value", "brig.example", "version", "2").to()
	undo, _ := list.html.Find("#toasts form").Attr("action")
	s.unchanged(func() { tomas.post(undo).want(404, "h1", "Not found") })
	if to := ines.submit(list, "#toasts form button").to(); to != "/organizations" {
		t.Errorf("it leads to %s", to)
	}
	ines.get("/organizations").want(200, "#toasts", "Undone: 1 organization. 1 changed since and stays as it is: Brig")
	s.WantOne("", "SELECT owner_user_id FROM organizations WHERE id = ?", key(acme))
	s.WantOne(tomas.user.ID, "SELECT owner_user_id FROM organizations WHERE id = ?", key(brig))
	s.unchanged(func() {
		ines.post(undo).want(422, "h1 + p", "Ines Calder has already undone this. Nothing was changed.")
	})
}

func TestAllThatMatchAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	for n := range 120 {
		s.Organization(fmt.Sprintf("Haus %03d", n), "sector", []string{"Retail", "Media"}[n%2],
			"owner_user_id", map[bool]string{true: ines.user.ID}[n%3 == 0])
	}
	list := ines.get("/organizations?sector=Retail").want(200, ".bulk label", "All 60 that match").
		wantTexts(".bulk > button[name]", "Assign owner", "Archive").
		wantTexts(".bulk .menu button[name]", "Set sector", "Set size", "Link contact")
	// The list's filters are in the form's address, so they do not clash with the action's field of
	// the same name.
	action, _ := list.html.Find("#many").Attr("action")
	preview := ines.post(action, "all", "1", "action", "set_sector", "sector", "Energy", "id", "ignored").
		want(200, "h2", "Set the sector of 60 organizations to Energy").want(200, "#what-h", "What will change60").
		want(200, "details summary", "Show 50 more").wantTexts("details:not([open]) tbody tr:last-child .nm", "Haus 118")
	if to := ines.submit(preview, confirm).to(); to != "/organizations?sector=Retail" {
		t.Errorf("it leads to %s", to)
	}
	s.WantOne("60", "SELECT count(*) FROM organizations WHERE sector = 'Energy'")
	s.WantOne("60", "SELECT count(*) FROM organizations WHERE sector = 'Media'")
	// Other programs may send the filters in the form.
	ines.batch("/organizations/batch", "all", "1", "owner", ines.user.ID, "q", "haus 00", "action", "archive").to()
	s.WantOne("Haus 000 Haus 003 Haus 006 Haus 009",
		"SELECT group_concat(display_name, ' ') FROM (SELECT * FROM organizations WHERE is_active = 0 ORDER BY 1)")
	some := "?sector=Energy&sector=none&sector_is=not&owner=" + ines.user.ID + "&owner=none"
	preview = ines.post("/organizations/batch"+some, "all", "1", "action", "set_sector", "sector", "").
		want(200, "h2", "Clear the sector of 58 organizations")
	several := "/organizations?owner=" + ines.user.ID + "&owner=none&sector=Energy&sector=none&sector_is=not"
	if to := ines.submit(preview, confirm).to(); to != several {
		t.Errorf("several values lead to %s", to)
	}
	ines.get("/organizations?status=archived").wantTexts(".bulk > button[name]", "Assign owner", "Restore")
	ines.get("/organizations?status=all").wantTexts(".bulk > button[name]", "Assign owner", "Archive", "Restore")
	s.as("Viewer").get("/organizations").wantNot(".bulk").wantNot(".ck")
}

// TestAPageOfABatchHasAnAddress: the list's form leads to it, so that Back and Reload ask nothing, and back in the list the
// same rows are ticked until the batch was run.
func TestAPageOfABatchHasAnAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, tomas := s.person("Ines Calder", "Manager"), s.person("Tomás Brandt", "Manager")
	var ids []string
	for n := range 60 {
		ids = append(ids, "id", key(s.Organization(fmt.Sprintf("Haus %02d", n), "sector", "Retail")))
	}
	const shown = "/organizations?rows=100&sector=Retail"
	send := func(list answer, form ...string) answer {
		id := list.html.Find("#many [name=selection]").AttrOr("value", "")
		sent := url.Values{"selection": {id}}
		for i := 0; i < len(form); i += 2 {
			sent.Add(form[i], form[i+1])
		}
		r := ines.request("POST", list.html.Find("#many").AttrOr("action", ""), sent)
		r.Header.Set("Referer", "http://registry.example"+shown) // where "Load more" has led
		return ines.do(r)
	}
	list := ines.get("/organizations?sector=Retail").wantNot("#rows [checked]")
	var asked answer
	var at string
	s.unchanged(func() {
		at = send(list, append(ids[100:104], "action", "set_sector")...).to()
		asked = ines.get(at).want(200, "h2", "2 organizations selected").want(200, "form[method=get] #sector", "")
	})
	next := func(page answer, typed ...string) string {
		p := url.Values{"asked": {"1"}}
		page.html.Find("main form [name]:not(button)").Each(func(_ int, field *goquery.Selection) {
			p.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
		})
		for i := 0; i < len(typed); i += 2 {
			p.Set(typed[i], typed[i+1])
		}
		return "/organizations/batch?" + p.Encode()
	}
	preview := ines.get(next(asked, "sector", "Energy")).want(200, "h2", "Set the sector of 2 organizations to Energy").
		wantTexts("tbody .nm", "Haus 50", "Haus 51")
	ines.get(next(asked, "sector", strings.Repeat("x", 81))).want(422, "#sector-e", "Use at most 80 characters")
	again := preview.html.Find("main a:contains('Choose again')").AttrOr("href", "")
	ines.get(again).want(200, "h2", "2 organizations selected").wantValue("#sector", "Energy")
	ines.get(next(asked, "sector", "Energy")+"&confirm=1&seen=1").want(200, "h2", "Set the sector of 2 organizations to Energy")
	s.WantOne("60", "SELECT count(*) FROM organizations WHERE sector = 'Retail'")

	// Cancel and the list's name lead back to the same rows, of which two are ticked, for the person who selected them.
	back := preview.html.Find("[data-cancel]").AttrOr("href", "")
	if crumb := preview.html.Find(".crumbs a").AttrOr("href", ""); !strings.HasPrefix(back, shown) || crumb != back {
		t.Error("back to", back, crumb)
	}
	ticked := ines.get(back).want(200, "tr:nth-child(60) .nm", "Haus 59").wantTexts("tr:has([checked]) .nm", "Haus 50", "Haus 51")
	if untick := ticked.html.Find(".bulk a").AttrOr("href", ""); untick != shown {
		t.Error("nothing is ticked at", untick)
	}
	ines.get(shown).wantNot("#rows [checked]").wantNot(".bulk a")
	tomas.get(back).want(200, ".nm", "Haus").wantNot("#rows [checked]")
	tomas.get(at).want(422, "h1 + p", "This selection has expired. Select the records again.")
	s.as("Viewer").get(back).want(200, ".nm", "Haus").wantNot("#rows [checked]")
	ines.get(strings.Replace(at, "organizations", "contacts", 1)).want(422, "h1 + p", "This selection has expired")

	// Once it was run, nothing is ticked, and the page says that there is nothing to do.
	if to := ines.submit(preview, confirm).to(); to != shown {
		t.Error("it leads to", to)
	}
	ines.get(strings.Replace(back, "=Retail", "=Energy", 1)).wantTexts("#rows .nm", "Haus 50", "Haus 51").wantNot("#rows [checked]")
	ines.get(next(asked, "sector", "Energy")).want(200, "#lead", "Nothing would change")

	// All that match are stored as such, and an action that asks nothing is previewed at once.
	at = send(list, "all", "1", "action", "archive", ids[0], ids[1]).to()
	preview = ines.get(at).want(200, "h2", "Archive 58 organizations")
	ines.get(preview.html.Find("[data-cancel]").AttrOr("href", "")).wantTexts("tr:has([checked]) .nm", "Haus 00").want(200, ".bulk", "")
	s.later(db.SelectionLife + time.Second)
	ines.get(at).want(422, "h1 + p", "This selection has expired")
	ines.submit(preview, confirm).to() // says itself what it is about
	s.WantOne("58", "SELECT count(*) FROM organizations WHERE is_active = 0")

	// What is none leads nowhere.
	for _, id := range []string{"", "x", "' OR 1", strings.Repeat("a", 4000)} {
		ines.get("/organizations/batch?action=archive&selection="+url.QueryEscape(id)).want(422, "h1 + p", "This selection has expired")
		ines.get("/organizations?selection=" + url.QueryEscape(id)).wantNot("#rows [checked]")
		ines.post("/organizations/batch", "id", ids[101], "action", "restore", "selection", id).want(200, "main form", "Nothing would change")
	}
}

func TestLinksOfManyAreMadeAndChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, brig := s.Organization("Acme"), s.Organization("Brig")
	maya, nils := s.Contact("Maya", "Okafor"), s.Contact("Nils", "Berg")
	s.Link(brig, maya)
	s.Organization("Acme Two")

	// Without JavaScript: search, choose, preview, confirm.
	ask := ines.post("/contacts/batch", "id", key(maya), "id", key(nils), "action", "link").
		want(200, "label[for=find]", "Organization").wantNot("#picks input[type=radio]")
	ines.submit(ask, "main button[name=asked]").want(422, "#picks-e", "Find and choose one")
	found := ines.submit(ask, "main button[name=asked]", "find", "acme", "role_label", "Advisor").
		wantTexts("#picks label", "Acme", "Acme Two").wantValue("#role_label", "Advisor")
	ines.submit(found, "main button[name=asked]").want(422, "#picks-e", "Find and choose one").wantTexts("#picks label", "Acme", "Acme Two")
	preview := ines.submit(found, "main button[name=asked]", "organization_id", key(acme)).want(200, "h2", "Link 2 contacts to Acme")
	again := ines.submit(preview, "main button[name=again]").wantTexts("#picks label", "Acme").
		wantValue("#role_label", "Advisor").wantValue("#picks input[checked]", key(acme))
	ines.submit(again, "main button[name=asked]").want(200, "h2", "Link 2 contacts to Acme")
	ines.submit(preview, confirm).to()
	ines.get("/contacts").want(200, "#toasts", "2 contacts linked to Acme")
	s.WantOne("AdvisorActive AdvisorActive", "SELECT group_concat(role_label || relationship_status, ' ') FROM organization_contact "+
		"WHERE organization_id = ?", key(acme))

	// With JavaScript, choices appear while somebody types.
	ines.viaHTMX().get("/organizations/options?pick=one&find=acme").wantFragment(true).wantTexts("label", "Acme", "Acme Two")
	ines.viaHTMX().get("/organizations/options?pick=any&find=bri").wantTexts("label", "All their organizations", "Brig")
	ines.viaHTMX().get("/contacts/options?pick=one&find=zz").want(200, "p", "Nothing found")

	// A relationship's status can be set everywhere or at one organization.
	ask = ines.post("/contacts/batch", "all", "1", "action", "set_relationship_status").
		want(200, "label[for=find]", "Only at one organization (optional)").wantTexts("#picks label", "All their organizations")
	ines.submit(ask, "main button[name=asked]", "relationship_status", "Former").
		want(200, "h2", "Set the status of 2 contacts to Former at all their organizations")
	found = ines.submit(ask, "main button[name=asked]", "relationship_status", "Former", "find", "brig").want(200, "#picks", "Brig")
	preview = ines.submit(found, "main button[name=asked]").want(200, "h2", "Set the status of 1 contact to Former at Brig").
		want(200, "tbody del", "").wantTexts("[aria-labelledby=left-h] small", "Not linked to Brig")
	ines.submit(preview, confirm).to()
	ines.get("/contacts").want(200, "#toasts", "Status of 1 contact set to Former at Brig")
	s.WantOne("Former", "SELECT relationship_status FROM organization_contact WHERE organization_id = ?", key(brig))

	// One contact is linked to many organizations.
	ask = ines.post("/organizations/batch", "all", "1", "action", "link", "contact_id", key(maya), "relationship_status", "Prospect").
		want(200, "h2", "Link 1 organization to Maya Okafor").wantTexts("[aria-labelledby=left-h] small", "Already linked", "Already linked").
		wantTexts("tbody bdi", "Acme Two", "None", "Maya Okafor")
	ines.submit(ask, confirm).to()
	s.WantOne("3", "SELECT count(*) FROM organization_contact WHERE contact_id = ?", key(maya))
}

func TestWhatABatchCannotDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme, maya := s.Organization("Acme"), s.Contact("Maya", "Okafor")
	quay := s.Organization("Quay", "sector", "Retail", "owner_user_id", ines.user.ID)
	s.unchanged(func() {
		for _, c := range []struct {
			status         int
			path, selector string
			says           string
			form           []string
		}{
			{422, "organizations", "h1 + p", "Select at least one organization. Nothing was changed.", []string{"action", "archive"}},
			{422, "organizations", "h1 + p", "Select at least one organization", []string{"action", "assign_owner"}},
			{422, "contacts", "h1 + p", "Select at least one contact", []string{"all", "1", "q", "nobody", "action", "assign_owner"}},
			{422, "organizations", "h1 + p", "Choose what to do with the selected organizations", []string{"id", key(acme), "action", "delete"}},
			{
				422, "contacts", "h1 + p", "Choose what to do with the selected contacts",
				[]string{"id", key(maya), "action", "set_sector", "sector", "x"},
			},
			{
				422, "organizations", "h1 + p", "start again from the list",
				[]string{"id", key(acme), "action", "archive", "seen", "x", "confirm", "1"},
			},
			{422, "organizations", "#owner_user_id-e", "Choose an owner", []string{"id", key(acme), "action", "assign_owner", "confirm", "1"}},
			{
				422, "organizations", "#owner_user_id-e", "Choose an owner",
				[]string{"id", key(acme), "action", "assign_owner", "owner_user_id", key(acme)},
			},
			{
				422, "organizations", "#sector-e", "Use at most 80 characters",
				[]string{"id", key(acme), "action", "set_sector", "sector", strings.Repeat("x", 81)},
			},
			{
				422, "organizations", "#picks-e", "Find and choose a contact",
				[]string{"id", key(acme), "action", "link", "contact_id", key(acme), "confirm", "1"},
			},
			{
				422, "contacts", "fieldset", "Choose Active, Prospect or Former",
				[]string{"id", key(maya), "action", "set_relationship_status", "relationship_status", "Friend", "confirm", "1"},
			},
			{200, "organizations", "main form", "Nothing would change", []string{"id", key(acme), "action", "restore"}},
			{200, "organizations", "#lead", "Nothing would change", []string{"id", key(acme), "action", "set_sector", "sector", ""}},
			{
				200, "organizations", "[aria-labelledby=left-h] small", "Already empty",
				[]string{"id", key(acme), "action", "set_sector", "sector", ""},
			},
			{200, "organizations", "#lead", "Clear the sector of 1 organization", []string{"id", key(quay), "action", "set_sector", "sector", ""}},
			{
				200, "organizations", "#lead", "Remove the owner from 1 organization",
				[]string{"id", key(quay), "action", "assign_owner", "owner_user_id", ""},
			},
		} {
			ines.post("/"+c.path+"/batch", c.form...).want(c.status, c.selector, c.says)
		}
	})
	ines.post("/organizations/batch", "id", key(acme), "action", "restore", "confirm", "1").to()
	ines.get("/organizations").want(200, "#toasts", "Nothing was changed").wantNot("#toasts form")

	many := url.Values{"action": {"archive"}}
	for range 3000 {
		many.Add("id", handlers.NewRequestID())
	}
	many.Add("id", key(acme))
	ines.send("POST", "/organizations/batch", many).want(200, "h2", "Archive 1 organization").
		want(200, "main", "3,000 organizations are not there")
}

func TestABatchSaysWhatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	s.Organization("Brig")
	preview := ines.post("/organizations/batch", "all", "1", "action", "archive").want(200, "h2", "Archive 2 organizations")
	s.as("Manager").post(acme+"/fields/website", "value", "acme.example", "version", "1").to()
	ines.submit(preview, confirm).to()
	ines.get("/organizations").want(200, "#toasts",
		"1 organization archived. 1 organization changed in the meantime and stays as it is: Acme").
		want(200, "#rows", "Acme")

	// After very many changes the page is made again.
	preview = ines.post("/organizations/batch", "all", "1", "action", "archive")
	s.Exec(`INSERT INTO audit_logs (seq, id, action, target_type, created_at, metadata_sha256, prev_hash, hash)
		SELECT 30000, ?, 'x', 'system', created_at, metadata_sha256, prev_hash, hash FROM audit_logs WHERE seq = 1`, handlers.NewRequestID())
	preview = ines.submit(preview, confirm).want(409, "#batch-e", "Check it again, then confirm")
	ines.submit(preview, confirm).to()
	s.WantOne("0", "SELECT sum(is_active) FROM organizations")
}

func TestWhatMatchesOnlySinceThePreviewIsNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, other := s.as("Manager"), s.as("Manager")
	acme, maya, nils, olga := s.Organization("Acme"), s.Contact("Maya", "Okafor"), s.Contact("Nils", "Berg"), s.Contact("Olga", "Dahl")
	audit := func(contact string) {
		other.post(acme+"/contacts", "contact_id", key(contact), "role_label", "Auditor").to()
	}
	audit(maya)
	audit(olga)
	preview := ines.post("/contacts/batch?role_label=Auditor", "all", "1", "action", "archive").want(200, "h2", "Archive 2 contacts")
	audit(nils)
	other.post(acme+"/contacts/"+key(olga)+"/unlink", "version", "1").to()
	if to := ines.submit(preview, confirm).to(); to != "/contacts?role_label=Auditor" {
		t.Errorf("it leads to %s", to)
	}
	ines.get("/contacts?role_label=Auditor").want(200, "#toasts",
		"1 contact archived. 1 contact no longer matches and stays as it is: Olga Dahl. 1 contact "+
			"matches only since the preview and stays as it is: Nils Berg")
	s.WantOne("Maya", "SELECT group_concat(first_name) FROM contacts WHERE is_active = 0")
}

// TestAFilterIsConfirmedByItsPreviewOnly: a program that confirms without a preview gets the
// preview instead.
func TestAFilterIsConfirmedByItsPreviewOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	s.Organization("Acme")
	all := []string{"all", "1", "action", "archive", "confirm", "1"}
	var preview answer
	s.unchanged(func() {
		preview = ines.post("/organizations/batch", all...).
			want(409, "#batch-e", "Look at what would change, then confirm").want(409, "h2", "Archive 1 organization")
		ines.post("/organizations/batch", append(all, "previewed", "")...).want(409, "#batch-e", "Look at what would change")
		for _, damaged := range []string{"x", "AAAA", "?", strings.Repeat("A", 21)} {
			ines.post("/organizations/batch", append(all, "seen", "1", "previewed", damaged)...).want(422, "h1 + p", "start again from the list")
		}
		ines.post("/organizations/batch", append(all, "seen", "1", "previewed", strings.Repeat("A", 64*3438))...).want(422, "h1 + p", "10,000")
	})
	ines.submit(preview, confirm).to()
	s.WantOne("0", "SELECT sum(is_active) FROM organizations")
}

// TestABatchTellsNothingOfWhatIsOutOfSight: only one's own clients change. Others might as well not
// exist, whether named by id, by a filter or as the other end.
func TestABatchTellsNothingOfWhatIsOutOfSight(t *testing.T) {
	t.Parallel()
	mine, secret, b := ownWorld(t)
	never := handlers.NewRequestID()
	for action, field := range map[string]string{"archive": "", "set_sector": "sector", "assign_owner": "owner_user_id"} {
		hidden := b.post("/organizations/batch", "id", key(mine.org), "id", key(secret.org), "action", action, field, b.user.ID)
		nothing := b.post("/organizations/batch", "id", key(mine.org), "id", never, "action", action, field, b.user.ID)
		if stripIDs(hidden, "") != stripIDs(nothing, "") {
			t.Errorf("%s tells it apart:\n%s", action, hidden.shown())
		}
		for _, all := range []answer{hidden, b.post("/organizations/batch", "all", "1", "status", "all", "action", action, field, b.user.ID)} {
			all.want(200, "h2", "1 organization")
			if strings.Contains(all.body, "Secret") {
				t.Errorf("%s tells of it:\n%s", action, all.shown())
			}
		}
	}
	b.unchanged(func() {
		b.post("/contacts/batch", "id", key(mine.contact), "action", "link", "organization_id", key(secret.org), "confirm", "1").
			want(422, "#picks-e", "Find and choose an organization")
		b.post("/contacts/batch", "id", key(secret.contact), "action", "archive", "confirm", "1").to()
		b.post("/contacts/batch", "all", "1", "action", "set_relationship_status", "relationship_status", "Former",
			"organization_id", key(secret.org), "confirm", "1").want(422, "#picks-e", "Find and choose an organization")
		if picks := b.get("/organizations/options?pick=one&find=secret"); strings.Contains(picks.body, "House") {
			t.Error("the choices tell of it")
		}
	})
	b.batch("/contacts/batch", "all", "1", "status", "all", "action", "set_relationship_status", "relationship_status", "Former").to()
	b.WantOne("1", "SELECT count(*) FROM organization_contact WHERE relationship_status = 'Former'")

	// Somebody who gives a client away no longer sees it, and is offered no Undo because it could
	// not work.
	other := mine.person("Per Lund", "Manager")
	b.unchanged(func() {
		b.post("/contacts/batch", "id", key(mine.contact), "action", "assign_owner", "owner_user_id", other.user.ID).
			want(200, ".warnline", "You will no longer see it").want(200, ".btn.pri", "Change 1 contact")
		b.post("/contacts/batch", "id", key(mine.contact), "action", "assign_owner", "owner_user_id", b.user.ID).wantNot(".warnline")
	})
	b.post("/contacts/batch", "id", key(mine.contact), "action", "assign_owner", "owner_user_id", other.user.ID, "confirm", "1").to()
	b.get("/contacts").want(200, "#toasts", "1 contact assigned to Per Lund. It is not among your clients, so you can no longer see it").
		wantNot("#toasts form")
}

// stripIDs returns the body of an answer without ids.
func stripIDs(a answer, with string) string { return anID.ReplaceAllString(a.body, with) }

func TestUndoIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	ines.post("/organizations/batch", "id", key(acme), "action", "archive", "confirm", "1").to()
	undo := "/batches/" + s.One("SELECT target_id FROM audit_logs WHERE action = 'batch_organizations'") + "/undo"
	other, viewer, clerk := s.as("Manager"), s.as("Viewer"), s.as(s.Role("Clerk", db.ViewClient, db.ManageUsers))
	s.unchanged(func() {
		other.post(undo).want(404, "", "")
		viewer.post(undo).want(403, "", "")
		clerk.post(undo).want(403, "", "")
	})
	admin := s.as("Administrator")
	for _, next := range []string{"//evil.example", "https://evil.example", "/\\evil.example", ""} {
		ines.post("/organizations/batch", "id", key(acme), "action", "restore", "confirm", "1").to()
		ines.batch("/organizations/batch", "all", "1", "action", "archive").to()
		undo := "/batches/" + s.One("SELECT target_id FROM audit_logs WHERE action = 'batch_organizations' ORDER BY seq DESC LIMIT 1") + "/undo"
		if to := admin.post(undo, "next", next).to(); to != "/organizations" {
			t.Errorf("%q leads to %s", next, to)
		}
	}
	s.wantAudit(admin, "undo_batch", `"count":1`)
	if !slices.Contains(strings.Fields(s.One("SELECT group_concat(action, ' ') FROM audit_logs WHERE target_id = ?", key(acme))),
		"restore_org") {
		t.Error("the record's history does not say it")
	}
}
