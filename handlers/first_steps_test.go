package handlers_test

import (
	"testing"

	"clientregistry/db"
)

// wantSteps checks what Home says of the first steps: their number, those that are done, and
// those that lead on.
func (b *browser) wantSteps(done string, ticked []string, links ...string) answer {
	b.t.Helper()
	page := b.get("/").want(200, "#start-h", "Get started").want(200, ".start header .note", done)
	page.wantTexts(".start .is b", ticked...).wantTexts(".start li .btn", links...)
	return page
}

// TestTheFirstStepsTickThemselvesOff: an administrator begins an empty registry from the one card on
// Home, and it goes when everything is done.
func TestTheFirstStepsTickThemselvesOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Administrator")
	const account, organization, contact, call = "Create your account", "Add an organization", "Add a person there", "Log a call"
	empty := ines.wantSteps("1 of 5 done", []string{account}, "New organization", "New contact", "Invite")
	empty.wantTexts("#main h2", "Get started").wantTexts(".start .pri", "New organization").wantNot(".chart, .todo, .page-head .acts")

	org := ines.post("/organizations", "display_name", "Quay").to()
	begun := ines.wantSteps("2 of 5 done", []string{account, organization}, "New contact", "Log a call", "Invite")
	begun.want(200, ".start a.pri[href='"+org+"/contacts?add=1']", "New contact").want(200, "#touched-h", "Where you left off")
	begun.wantNot("[aria-labelledby=today-h], #weeks-h").want(200, "#months-h, #owners-h, #quiet-h", "")
	ines.get(org+"/contacts?add=1").want(200, "#link-form form", "")

	contactAt := ines.post("/contacts", "first_name", "Elif", "last_name", "Aydın").to()
	ines.wantSteps("3 of 5 done", []string{account, organization, contact}, "Log a call", "Invite").
		want(200, ".start a.pri[href='"+contactAt+"?log=call#log-subject']", "Log a call")
	ines.get(contactAt+"?log=call").want(200, "#composer[open] #log-subject", "")
	ines.post(contactAt+"/interactions", "channel", "call", "subject", "Hello").want(303, "", "")
	ines.wantSteps("4 of 5 done", []string{account, organization, contact, call}, "Invite").want(200, "#today-h", "Today")
	ines.get("/admin/users?new=1").want(200, "#invite-h", "Invite somebody")
	ines.post("/admin/users", "email", "sam@pinestreet.example", "full_name", "Sam", "role", "Manager").want(200, "", "")
	ines.get("/").want(200, "#new", "New organization").wantNot(".start")
}

// TestTheFirstStepsCanBeClosed, for oneself and for good; the empty home then says what appears there.
func TestTheFirstStepsCanBeClosed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, jonas := s.person("Inès Moreau", "Manager"), s.person("Jonas Berg", "Manager")
	page := ines.wantSteps("1 of 4 done", []string{"Create your account"}, "New organization", "New contact")
	if to := ines.submit(page, ".start header button").to(); to != "/" {
		t.Errorf("closing the card led to %s", to)
	}
	ines.get("/").wantTexts("#main h2", "No clients yet").want(200, "#new", "New organization").wantNot(".start, .chart, .todo")
	ines.signIn()
	ines.get("/").want(200, "#nothing-h", "No clients yet")
	jonas.wantSteps("1 of 4 done", []string{"Create your account"}, "New organization", "New contact")
	s.Organization("Quay")
	ines.get("/").want(200, "#touched-h", "Where you left off").wantNot(".start, #nothing-h")
}

// TestTheFirstStepsAreThoseThatOneMayTake: nobody is asked for what they may not do or see.
func TestTheFirstStepsAreThoseThatOneMayTake(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	keeper := s.as(s.Role("Keeper", db.ViewClient, db.EditClient))
	keeper.wantSteps("1 of 3 done", []string{"Create your account"}, "New organization", "New contact")
	w := newWorld(s)
	s.as("Manager").post(w.org+"/interactions", "channel", "call", "subject", "Secret talk").want(303, "", "")
	keeper.get("/").want(200, "h1", "Home").wantNot(".start")
	s.Exec("DELETE FROM follow_ups")
	blind := newSite(t)
	blind.as("Viewer").get("/").wantTexts("#main h2", "No clients yet").want(200, ".empty p", "What your colleagues add appears here").
		wantNot("#new, .start, .chart")
	blind.as(blind.Role("Clerk", db.ManageUsers)).get("/").want(200, ".empty h2", "Nothing to see yet").wantNot(".start, #nothing-h")
}

// TestWhoSeesOnlyTheirOwnIsToldSo: with no clients of their own, every empty list says whose they see
// instead of asking for the first, whatever others have.
func TestWhoSeesOnlyTheirOwnIsToldSo(t *testing.T) {
	t.Parallel()
	for _, others := range []bool{false, true} {
		s := newSite(t)
		if others {
			w := newWorld(s)
			s.as("Manager").post(w.org+"/interactions", "channel", "call", "subject", "Secret talk").want(303, "", "")
		}
		lea, ole := s.person("Léa Fournier", "Viewer"), s.person("Ole Lund", "Viewer")
		s.Own(lea.user, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
		s.Own(ole.user, db.ViewClient, db.ViewInteraction)
		for _, b := range []*browser{lea, ole} {
			home := b.get("/").wantTexts("#main h2", "No clients of yours yet").want(200, ".empty p", "You see the clients that you own")
			home.wantNot(".start, .chart, .todo")
			b.get("/organizations").want(200, ".empty h2", "No organizations of yours yet").want(200, ".empty p", "You see the clients that you own")
			b.get("/contacts").want(200, ".empty h2", "No contacts of yours yet").want(200, ".empty p", "You see the clients that you own")
			b.get("/interactions").want(200, ".empty p", "with the clients that you own appear here")
			b.get("/follow-ups?show=all").want(200, ".empty p", "You see the clients that you own")
			b.get("/search?q=harbor").want(200, ".empty p", "You find the clients that you own")
			b.viaHTMX().get("/search?q=harbor").want(200, ".empty p", "You find the clients that you own")
		}
		lea.get("/").want(200, "#new", "New organization")
		lea.get("/organizations").want(200, ".empty .pri", "New organization").want(200, ".empty p", "linked to them. What you add appears here")
		lea.get("/interactions").want(200, ".empty p", "appear here. Log one on the page")
		ole.get("/").wantNot("#new").want(200, ".empty p", "once a colleague gives you some")
		ole.get("/contacts").want(200, ".empty p", "linked to them. They appear here once")
		ole.get("/interactions").want(200, "h1", "Interactions")
		lea.post("/organizations", "display_name", "Quay", "owner_user_id", lea.user.ID).want(303, "", "")
		lea.get("/").want(200, "#touched-h", "Where you left off").wantNot(".start, #nothing-h")
	}
}
