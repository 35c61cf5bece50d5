package handlers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"clientregistry/db"
)

// webhook makes a webhook of all events and returns its path.
func (s *site) webhook(address string) string {
	s.t.Helper()
	h, _, err := s.DB.CreateWebhook(context.Background(), db.System,
		db.Fields{"url": address, "event": strings.Join(db.WebhookEvents, " "), "is_active": "1"})
	if err != nil {
		s.t.Fatal(err)
	}
	return "/admin/webhooks/" + h.ID
}

// makeWebhook makes a webhook of some events on the page and returns its path and secret.
func (b *browser) makeWebhook(address string, events ...string) (path, secret string) {
	b.t.Helper()
	form := []string{"url", address, "active", "1"}
	for _, e := range events {
		form = append(form, "event", e)
	}
	made := b.post("/admin/webhooks", form...).want(200, "h2", "Its secret")
	return made.html.Find(".acts a.pri").AttrOr("href", ""), made.secretShown()
}

func (a answer) secretShown() string {
	a.t.Helper()
	secret, _ := a.want(200, ".warnline", "only this once").html.Find("#secret").Attr("value")
	if !regexp.MustCompile(`^whsec_[0-9A-Za-z+/]{43}=$`).MatchString(secret) {
		a.t.Fatalf("the page shows %q", secret)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		a.t.Error("a browser may store the page with the secret")
	}
	return secret
}

// fillOutbox puts what happened into a webhook's outbox, as the sender does.
func (s *site) fillOutbox(hook string) {
	s.t.Helper()
	_, err := s.DB.FillOutbox(context.Background(), key(hook), func(_ context.Context, _ db.Actor, e db.WebhookEvent) ([]byte, error) {
		return json.Marshal(map[string]string{"id": e.ID})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// tried stores how a try of the nth newest delivery ended, and returns its id.
func (s *site) tried(hook string, nth int, x db.Try) (id string) {
	s.t.Helper()
	id = s.One("SELECT id FROM deliveries WHERE webhook_id = ? ORDER BY number DESC LIMIT 1 OFFSET ?", key(hook), nth)
	x.At = s.Clock.Now()
	if err := s.DB.RecordTries(context.Background(), []db.Tried{{DeliveryID: id, Try: x}}); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// TestTheStateOfAWebhookIsThatOfItsLastTry: it works once something was taken, and not because nothing waits.
func TestTheStateOfAWebhookIsThatOfItsLastTry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	page := s.webhook("https://hooks.pinestreet.example/crm")
	shows := func(state string) {
		t.Helper()
		ines.get("/admin/webhooks").want(200, "tbody "+state, "")
		ines.get(page).want(200, ".meta "+state, "")
	}
	shows(".state.none:contains('Nothing sent yet')")
	for _, x := range []struct {
		try   db.Try
		state string
	}{
		{db.Try{Failure: "No answer within 10 s"}, ".state.bad:contains('Failing')"},
		{db.Try{Status: 204}, ".state.ok:contains('Working')"},
		{db.Try{Status: 302}, ".state.bad:contains('Failing')"},
	} {
		ines.post(page+"/test").want(303, "", "")
		s.tried(page, 0, x.try)
		shows(x.state)
	}
}

// TestAWebhookThatCannotBeReachedIsNotMade: its form says why.
func TestAWebhookThatCannotBeReachedIsNotMade(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	s.unchanged(func() {
		ines.post("/admin/webhooks", "url", "https://hooks.pinestreet.example:99999/", "event", "contact.created").
			want(422, "#url-e", "Enter a port from 1 to 65535").wantValue("#url", "https://hooks.pinestreet.example:99999/")
	})
}

// TestAWebhookIsMadeChangedAndDeleted by somebody without scripts. Its secret is on no other page,
// in no log and no row.
func TestAWebhookIsMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	ines.get("/").want(200, ".nav a[href='/admin/webhooks']", "Webhooks")
	ines.get("/admin/webhooks").want(200, ".empty h2", "No webhooks yet").want(200, "a[href='/api/docs#webhooks']", "How to verify them")
	form := ines.get("/admin/webhooks/new").want(200, "[name=of][value=all][checked]", "").want(200, "[name=active][checked]", "").
		want(200, ".kv .lbl", "Follow-ups")
	made := ines.submit(form, ".acts .pri", "url", "https://hooks.pinestreet.example/crm").want(200, "pre", "HMAC-SHA256")
	secret := made.secretShown()
	s.wantAudit(ines, "create_webhook", "hooks.pinestreet.example")
	page := made.html.Find(".acts a.pri").AttrOr("href", "")
	ines.get("/admin/webhooks").want(200, "tbody .nm", "https://hooks.pinestreet.example/crm").want(200, "tbody .state.none", "Nothing sent yet").
		want(200, "tbody", "All events").want(200, "tbody [data-k='Last sent']", "Never").want(200, ".foot", "1 webhook")
	ines.get(page).want(200, "h1", "hooks.pinestreet.example").want(200, "dl code", "whsec_…"+secret[len(secret)-4:]).
		want(200, "#deliveries h3", "Nothing was sent yet").want(200, "aside", "All events")

	edit := ines.get(page+"/edit").wantValue("#url", "https://hooks.pinestreet.example/crm").want(200, "[name=of][value=all][checked]", "")
	ines.submit(edit, ".acts .pri", "of", "some", "event", "contact.created", "url", "https://hooks.pinestreet.example/new").want(303, "", "")
	s.wantAudit(ines, "update_webhook", "contact.created")
	ines.get(page).want(200, "#toasts", "Saved the webhook hooks.pinestreet.example").wantTexts("ul.acts .tag", "contact.created").
		want(200, ".meta", "https://hooks.pinestreet.example/new")
	ines.get(page+"/edit").wantTexts("[name=event][checked] + span", "Created").want(200, "[name=of][value=some][checked]", "")

	ines.submit(ines.get(page), "button[name=active]").want(303, "", "")
	off := ines.get(page).want(200, "#toasts", "Switched off the webhook").want(200, "#off", "it is switched off").
		want(200, ".meta .state.none", "Off").wantNot("form[action$=test]")
	ines.submit(off, "#off button").want(303, "", "")
	ines.get(page).want(200, "#toasts", "Switched on the webhook").wantNot("#off")

	for _, shown := range []string{page, page + "/edit", page + "/delete", "/admin/webhooks", "/admin/audit", "/admin/audit.csv"} {
		if strings.Contains(ines.get(shown).body, secret) {
			t.Errorf("%s shows the secret", shown)
		}
	}
	if strings.Contains(s.dump("webhooks", "audit_logs"), secret) {
		t.Error("the database has the secret")
	}
	ask := ines.get(page+"/delete").want(200, "h1", "Delete hooks.pinestreet.example?").want(200, ".hint", "switch it off instead")
	ines.submit(ask, "button.dng").want(303, "", "")
	s.wantAudit(ines, "delete_webhook", "hooks.pinestreet.example")
	ines.get("/admin/webhooks").want(200, "#toasts", "Deleted the webhook hooks.pinestreet.example").wantNot("tbody")
	ines.get(page).want(404, "", "")
	ines.get("/admin/audit?target_type=webhook").want(200, "main", "created the webhook hooks.pinestreet.example").
		want(200, "main", "deleted the webhook hooks.pinestreet.example")
}

// TestARefusedWebhookKeepsWhatWasTyped: what is wrong stands at its field, and nothing is made or
// changed.
func TestARefusedWebhookKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	page, _ := ines.makeWebhook("https://hooks.pinestreet.example/crm", "contact.created")
	s.unchanged(func() {
		for _, path := range []string{"/admin/webhooks", page} {
			for _, x := range []struct {
				form           []string
				selector, says string
			}{
				{[]string{"url", "", "event", "contact.created"}, "#url-e", "Enter the address"},
				{[]string{"url", "ftp://a.example"}, "#url-e", "Enter a web address"},
				{[]string{"url", "https://ada:secret@a.example/"}, "#url-e", "Leave out the name and the password"},
				{[]string{"url", "https://a.example/#x"}, "#url-e", "Leave out the part from #"},
				{[]string{"url", "https://a.example/", "form", "1"}, "#event-e", "Choose at least one event"},
				{[]string{"url", "https://a.example/", "event", "contact.vanished"}, "#event-e", "Choose events from the list"},
				{[]string{"url", "https://a.example/", "event", "contact.created", "active", "perhaps"}, "#active-e", "Choose yes or no"},
			} {
				ines.post(path, append(x.form, "version", "1")...).want(422, x.selector, x.says).wantValue("#url", x.form[1])
			}
			ines.post(path, "version", "1", "form", "1", "url", "nowhere", "of", "some", "event", "link.removed", "event", "follow_up.done").
				want(422, "#url[autofocus]", "").wantTexts("[name=event][checked] + span", "Removed", "Done").wantNot("[name=active][checked]")
		}
		ines.post(page, "url", "https://a.example/").want(422, "main", "which version")
	})
}

// TestAStaleWebhookFormShowsBoth: whoever saves or switches off what somebody else changed
// meanwhile sees both versions and decides.
func TestAStaleWebhookFormShowsBoth(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, ada := s.as("Administrator"), s.person("Ada Marsh", "Administrator")
	page, _ := ines.makeWebhook("https://hooks.pinestreet.example/crm", "contact.created")
	old, oldForm := ines.get(page), ines.get(page+"/edit")
	ada.post(page, "version", "1", "url", "https://hooks.pinestreet.example/ada", "event", "contact.created", "event", "contact.updated").
		want(303, "", "")
	var form answer
	s.unchanged(func() {
		form = ines.submit(oldForm, ".acts .pri", "url", "https://hooks.pinestreet.example/ines").
			want(409, ".warnline", "Ada Marsh changed this webhook").
			wantTexts(".versus dd", "https://hooks.pinestreet.example/ada", "https://hooks.pinestreet.example/ines").
			wantValue("#url", "https://hooks.pinestreet.example/ines").wantTexts("[name=event][checked] + span", "Created", "Updated")
	})
	ines.submit(form, "[name=keep_url][value=yours]").want(303, "", "")
	ines.get(page).want(200, ".meta", "https://hooks.pinestreet.example/ines").wantTexts("ul.acts .tag", "contact.created", "contact.updated")
	ines.submit(old, "button[name=active]").to() // nobody else has switched it
	s.WantOne("0 https://hooks.pinestreet.example/ines", "SELECT is_active || ' ' || url FROM webhooks")
	s.unchanged(func() { // a page from before does not say what was there
		ines.post(page, "version", "1", "active", "1").want(409, ".versus dd", "Off").want(409, "[name=active][checked]", "")
	})
}

// TestASecretIsRotated: the new one is shown once, and the page says until when the one before
// signs, too.
func TestASecretIsRotated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	page, first := ines.makeWebhook("https://hooks.pinestreet.example/crm", "contact.created")
	rotated := ines.submit(ines.get(page).want(200, "aside .hint", "signed with both"), "form[action$=rotate-secret]").
		want(200, "h2", "Its new secret").want(200, ".txt-sm", first[len(first)-4:]).want(200, ".txt-sm", "25 Nov")
	second := rotated.secretShown()
	s.wantAudit(ines, "rotate_secret", "hooks.pinestreet.example")
	if second == first {
		t.Error("the secret is the same")
	}
	a := ines.get(page).wantTexts("dl code", "whsec_…"+second[len(second)-4:], "whsec_…"+first[len(first)-4:]).
		want(200, "aside .warnline", "ends the previous one at once")
	if strings.Contains(a.body, second) || strings.Contains(a.body, first) {
		t.Error("the page shows a secret again")
	}
	s.Clock.Add(25 * time.Hour)
	ines.signIn()
	ines.get(page).wantTexts("dl code", "whsec_…"+second[len(second)-4:])
}

// TestTheDeliveriesOfAWebhook: each state in words, the record as the history names it, and one
// opened with its tries, the last answer and what was sent.
func TestTheDeliveriesOfAWebhook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	page, _ := ines.makeWebhook("https://hooks.pinestreet.example/crm", db.WebhookEvents...)
	pine, maya := s.Organization("Harbor & Pine"), s.Contact("Maya", "Okafor")
	s.Link(pine, maya, "role_label", "CFO")
	talk := s.Log(pine, maya, "Renewal")
	s.batch("organization", "archive", s.Organization("Kestrel"), s.Organization("Lark"))
	s.fillOutbox(page)
	list := ines.get(page).wantTexts("#delivery-rows .nm",
		"batch.finished", "organization.created", "organization.created", "interaction.created", "link.created",
		"contact.created", "organization.created").
		want(200, ".meta", "7 waiting since").want(200, "tbody .state.new", "Being sent").want(200, "#deliveries[hx-trigger]", "").
		want(200, "small a[href='"+pine+"']", "Harbor & Pine").want(200, "small a[href='"+talk+"']", "Renewal").
		want(200, "#delivery-rows", "changed many organizations at once: 2")
	for _, says := range []string{
		"a call with Maya Okafor at Harbor & Pine: Renewal", "Maya Okafor to Harbor & Pine as CFO", "the contact Maya Okafor",
	} {
		list.want(200, "#delivery-rows small", says)
	}
	list.wantTexts(".toggle a", "All", "Waiting 7", "Given up", "Delivered")

	s.tried(page, 0, db.Try{Status: 204, Took: 48 * time.Millisecond})
	late := s.tried(page, 3, db.Try{Failure: "No answer within 10 s", Took: 10 * time.Second})
	s.Clock.Add(5 * time.Second)
	s.tried(page, 3, db.Try{Status: 503, Took: 84 * time.Millisecond, Answer: `{"error":"maintenance until 10:15"}`})
	open := page + "?delivery=" + late
	a := ines.get(open).want(200, "#"+late+" .state.warn", "Next try ").want(200, "#"+late+" [data-k=Answer]", "503, 84 ms").
		want(200, ".open .lines li:first-child", "No answer within 10 s").want(200, ".open .lines li:last-child", "Service Unavailable").
		want(200, ".open pre.code", "maintenance until 10:15").want(200, ".open details pre", "webhook-id: "+late).
		want(200, ".open details pre", `{"type":"interaction.created"`).want(200, ".meta .state.warn", "Trying again")
	if href := a.html.Find("#"+late+" .nm[aria-expanded=true]").AttrOr("href", ""); href != page {
		t.Errorf("the open delivery closes by %q", href)
	}
	ines.viaHTMX().get(open).wantFragment(true).want(200, "#deliveries .open", "maintenance").
		want(200, "hx-partial[hx-target='#meta']", "6 waiting since").want(200, "hx-partial[hx-target='#meta'] .state", "Trying again")
	ines.get(page+"?state=delivered").wantTexts("#delivery-rows .nm", "batch.finished").want(200, "tbody .state.ok", "Delivered").
		wantTexts(".toggle [aria-current]", "Delivered")
	ines.get(page+"?state=given_up").want(200, "#deliveries", "Nothing was given up")
	ines.get(page+"?state=everything").want(200, ".toggle [aria-current]", "All")
	ines.get(page+"?delivery=msg_0").want(404, "", "")
	ines.get("/admin/webhooks").want(200, "tbody .state.warn", "Trying again").want(200, "tbody [data-k='Last sent']", ", 503")

	sent, _, _ := strings.Cut(ines.submit(ines.get(page), "#"+late+" form").to(), "#")
	s.wantAudit(ines, "send_again", late)
	ines.get(sent).want(200, "#toasts", "It is being sent again").want(200, "#"+late+" .state.new", "Being sent")
	again, _, _ := strings.Cut(ines.submit(ines.get(page), "form[action$=test]").to(), "#")
	s.wantAudit(ines, "test_webhook")
	ines.get(again).want(200, "#toasts", "The test is being sent").want(200, "#delivery-rows tr:first-child", "webhook.test").
		want(200, "#delivery-rows tr:first-child small", "A test").want(200, ".open", "Not tried yet")
	s.tried(page, 0, db.Try{Status: 500})
	ines.get(page+"?state=given_up").want(200, "tbody .state.bad", "Given up").want(200, ".toggle", "Given up 1")

	ines.post(page, "version", "1", "active", "0").want(303, "", "")
	ines.get(page).want(200, "tbody .state.none", "Waits until it is on").wantNot("form[action$=send-again]")
	s.unchanged(func() {
		ines.post(page+"/send-again", "delivery", late).want(422, "main", "Switch it on first")
		ines.post(page+"/test").want(422, "main", "Switch it on first")
	})
}

// TestOlderDeliveries are loaded below the newer ones, with and without scripts.
func TestOlderDeliveries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	page, _ := ines.makeWebhook("https://hooks.pinestreet.example/crm", "contact.created")
	for i := range 30 {
		s.Contact("Maya", fmt.Sprint("Okafor ", i))
	}
	s.fillOutbox(page)
	first := ines.get(page).want(200, "#result", "25 shown")
	older := first.html.Find("#load-more").AttrOr("href", "")
	second := ines.get(older).want(200, "#result", "All shown").want(200, "a[href='"+page+"']", "Newest").wantNot("#load-more")
	ines.viaHTMX().get(older).wantFragment(true).want(200, "#more", "All shown").want(200, "hx-partial .nm", "contact.created").wantNot("h1").
		wantNot("#more a")
	ines.get(page+"?before=x").want(422, "h1 + p", "is not valid")
	if at := ines.viaHTMX().get(older).Header.Get("HX-Replace-Url"); at != page+"?rows=50" {
		t.Error("after the older ones the address is", at)
	}
	all := ines.get(page+"?rows=50").want(200, "#result", "All shown").wantNot("#more a")
	opened, _, _ := strings.Cut(all.html.Find("#delivery-rows > tr:last-child .nm").AttrOr("href", ""), "#")
	if n := ines.get(opened).want(200, "tr.open", "Not tried yet").html.Find("#delivery-rows > tr[id]").Length(); n != 30 {
		t.Errorf("with one of them open, %d are shown", n)
	}
	seen := map[string]bool{}
	for _, a := range []answer{first, second} {
		for _, id := range a.html.Find("#delivery-rows > tr").Map(func(_ int, tr *goquery.Selection) string { return tr.AttrOr("id", "") }) {
			seen[id] = true
		}
	}
	if len(seen) != 30 {
		t.Errorf("%d deliveries are shown, want 30", len(seen))
	}
	last, _, _ := strings.Cut(second.html.Find("#delivery-rows > tr:last-child .nm").AttrOr("href", ""), "#")
	ines.get(last).want(200, "tr.open", "Not tried yet").want(200, "#result", "All shown")
	id := s.One("SELECT id FROM deliveries ORDER BY number LIMIT 1")
	ines.get(page+"?delivery="+id).want(200, "#delivery-rows > tr:first-child", "Okafor 0").
		want(200, "#delivery-rows > tr.open", "Not tried yet")
}

// TestWhyAWebhookIsOff stands on its page in words, with what to do.
func TestWhyAWebhookIsOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	page, _ := ines.makeWebhook("https://fair.example/leipzig", "contact.created")
	s.Contact("Maya", "Okafor")
	s.fillOutbox(page)
	asks := ines.get(page).wantNot("#off").html.Find("#deliveries").AttrOr("hx-get", "")
	ines.viaHTMX().get(asks).wantFragment(true).wantNot("hx-partial[hx-target='#acts']").wantNot("#off")
	s.tried(page, 0, db.Try{Status: 410})
	ines.viaHTMX().get(asks).wantFragment(true).want(200, "hx-partial[hx-target='#notice'] #off", "its address answered 410").
		want(200, "hx-partial[hx-target='#acts'] button", "Switch on").wantNot("hx-partial form[action$=test]")
	ines.get("/admin/webhooks").want(200, "tbody .state.bad", "Off: answered 410").want(200, "tbody [data-k='Last sent']", ", 410")
	ines.get(page).want(200, "#off", "Nothing is sent, because its address answered 410").want(200, "#off", "Correct the address")
	for because, says := range map[string]string{
		db.OffRights: "may no longer see or manage", db.OffMaker: "account was disabled", db.OffRestored: "restored from a copy",
	} {
		s.Exec("UPDATE webhooks SET off_because = ?", because)
		ines.get(page).want(200, "#off.bad", says)
		ines.get("/admin/webhooks").want(200, "tbody .state.bad", "Off: ")
	}
	ines.submit(ines.get(page), "#off button").want(303, "", "")
	s.wantAudit(ines, "update_webhook")
	ines.get(page).wantNot("#off")

	s.Exec("UPDATE webhooks SET secret = x'00'")
	ines.get(page).want(200, "#off", "its secret cannot be read").want(200, "#off", "Put the copy of the key back").wantNot("#off form")
	ines.get("/admin/webhooks").want(200, "tbody .state.bad", "Secret is lost")
	s.unchanged(func() {
		ines.post(page+"/rotate-secret").want(503, "h1", "Second factors and secrets cannot be read")
		ines.post("/admin/webhooks", "url", "https://a.example/", "event", "contact.created").want(503, "h1", "secrets cannot be read")
	})
	ines.submit(ines.get(page+"/delete"), "button.dng").want(303, "", "")
}

// TestWhoManagesWebhooks needs all clients and what was said with them, besides running the registry.
func TestWhoManagesWebhooks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.webhook("https://hooks.pinestreet.example/crm")
	all := []db.Permission{db.ManageSystem, db.ViewClient, db.ViewInteraction}
	ada := s.as(s.Role("Keeper", all...))
	ada.get(page).want(200, "h1", "hooks.pinestreet.example")
	ada.get("/account").want(200, ".tabbar [href='/admin/webhooks']", "Webhooks")
	own := s.as(s.Role("Own keeper", all...))
	s.Own(own.user, all...)
	s.unchanged(func() {
		own.get("/").wantNot("a[href='/admin/webhooks']")
		own.get("/admin/webhooks").want(403, "h1", "You may not do this")
		own.post(page+"/delete").want(403, "", "")
	})
	ada.viaHTMX().get("/palette?q=webhooks").want(200, "[href='/admin/webhooks']", "Go to Webhooks")
}
