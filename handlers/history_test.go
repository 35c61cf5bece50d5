package handlers_test

import (
	"strings"
	"testing"

	"clientregistry/db"
)

// sentences are what a history says, newest first.
func sentences(a answer) []string {
	var all []string
	for _, s := range a.html.Find("#timeline .by > span").EachIter() {
		all = append(all, strings.Join(strings.Fields(s.Text()), " "))
	}
	return all
}

func TestHistorySaysInWordsWhoDidWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Manager")
	org := ines.post("/organizations", "display_name", "Quay").to()
	elif := ines.post("/contacts", "first_name", "Elif", "last_name", "Aydın").to()
	ines.post(org, "version", "1", "sector", "Retail", "owner_user_id", ines.user.ID).want(303, "", "")
	ines.post(org+"/contacts", "contact_id", key(elif), "role_label", "CFO").want(303, "", "")
	ines.post(org+"/contacts/"+key(elif), "version", "1", "role_label", "CEO", "relationship_status", "Former").want(303, "", "")
	ines.post(org+"/interactions", "channel", "meeting", "subject", "Kick-off", "contact_id", key(elif)).want(303, "", "")
	i := "/interactions/" + s.one("SELECT id FROM interactions")
	ines.post(i, "version", "1", "happened_at", "2026-11-23T08:00", "channel", "call").want(303, "", "")
	ines.post(i+"/delete", "version", "2").want(303, "", "")
	ines.post(i+"/restore").want(303, "", "")
	ines.post(org+"/contacts/"+key(elif)+"/unlink", "version", "2").want(303, "", "")
	ines.post(org+"/archive", "version", "2").want(303, "", "")
	ines.post(org+"/restore", "version", "3").want(303, "", "")
	s.exec("UPDATE contacts SET last_name = 'Öz'")

	want := []string{
		"restored this organization", "archived this organization", "unlinked Elif Öz as CEO, Former", "brought back a call with Elif Öz: Kick-off",
		"deleted a call with Elif Öz: Kick-off", "changed a call with Elif Öz: Kick-off", "logged a meeting with Elif Öz: Kick-off",
		"changed the link to Elif Öz", "linked Elif Öz as CFO, Active", "changed two fields", "created this organization",
	}
	page := ines.get(org+"/history").want(200, "title", "History of Quay").wantPart(false)
	for n, got := range sentences(page) {
		if n >= len(want) || got != "Inès Moreau "+want[n] {
			t.Errorf("entry %d: %q", n, got)
		}
	}
	page.want(200, ".diff", "Retail").want(200, ".diff", "Inès Moreau").want(200, ".diff", "Meeting").want(200, ".diff", "24 Nov 2026, 10:30").want(200, ".diff ins", "to CEO")
	if strings.Contains(page.html.Find("#activity").Text(), ines.user.ID) {
		t.Error("the history shows an id")
	}
	ines.parts().get(org+"/history").want(200, "#activity .by", "Inès Moreau").wantPart(true)
	there := sentences(ines.get(elif + "/history"))
	if all := strings.Join(there, "|"); !strings.Contains(all, "logged a meeting at Quay: Kick-off") || !strings.Contains(all, "linked Quay as CFO, Active") || !strings.Contains(all, "created this contact") {
		t.Errorf("the contact's history: %q", there)
	}
	s.exec("DELETE FROM contacts")
	ines.get(org+"/history").want(200, "#activity", "linked somebody who is gone as CFO")
}

func TestLongHistoryIsContinued(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	org := s.organization("Quay")
	for i := range 60 {
		by := db.Actor{UserID: ines.user.ID, May: db.Permissions}
		if _, err := s.db.UpdateOrganization(t.Context(), by, key(org), i+1, db.Fields{"tax_id": strings.Repeat("x", i%40+1)}); err != nil {
			t.Fatal(err)
		}
	}
	page := ines.get(org + "/history")
	if n := len(sentences(page)); n != db.HistorySize {
		t.Fatalf("%d entries", n)
	}
	older := page.html.Find("#load-older").AttrOr("href", "")
	ines.parts().get(older).want(200, "hx-partial[hx-target='#timeline']", "The system created this organization").wantNot("#load-older").wantNot("hx-partial h3").wantPart(true)
	ines.get(older).want(200, "#timeline", "created this organization").wantPart(false)
	ines.get(org+"/history?before=-5").want(200, "#load-older", "")
	ines.get(org+"/history?before=99999999999999999999999").want(200, "#timeline", "changed the tax ID")
}
