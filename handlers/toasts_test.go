package handlers_test

import (
	"strings"
	"sync"
	"testing"
)

// TestAMessageIsShownInTheTabThatMadeTheChange: two tabs share a session. Each shows what was done in it, also
// if the other one loads the same page in between.
func TestAMessageIsShownInTheTabThatMadeTheChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	acme, birch := s.Organization("Acme"), s.Organization("Birch")
	one, other := *ines, *ines
	one.said, other.said = &sync.Map{}, &sync.Map{}

	if to := one.post(acme+"/archive", "version", "1").to(); to != acme {
		t.Fatalf("archiving leads to %s", to)
	}
	other.get(acme).want(200, "h1", "Acme").wantNot(".toast")
	other.get("/").wantNot(".toast")
	other.post(birch+"/archive", "version", "1").to()
	shown := one.get(acme).want(200, ".toast", "Archived Acme").want(200, ".toast form[action='"+acme+"/restore']", "Undo")
	one.get(acme).wantNot(".toast")
	other.get(birch).want(200, ".toast", "Archived Birch")

	undone := one.submit(shown, ".toast button").to()
	other.get(undone).wantNot(".toast")
	one.get(undone).want(200, ".toast", "Restored Acme")
	one.get(acme+"?said="+strings.Repeat("x", 5000)).want(200, "h1", "Acme").wantNot(".toast")
}

// TestAMessageLeavesTheAddress: it is in no link of the page that shows it, and a form on that page that leads
// back to it names its own message.
func TestAMessageLeavesTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	acme := s.Organization("Acme")
	plan := func(from string) string {
		return ines.post("/follow-ups", "text", "Call", "due_on", "2026-11-24", "organization_id", key(acme), "from", from).to()
	}
	if to := plan(acme + "?said=AAAA"); to != acme {
		t.Errorf("it leads to %s", to)
	}
	page := ines.get(acme).want(200, ".toast", "")
	if strings.Contains(page.html.Find("a[href*='said=']").AttrOr("href", ""), "said=") {
		t.Error("a link repeats the message")
	}
}
