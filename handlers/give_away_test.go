package handlers_test

import (
	"testing"

	"clientregistry/db"
)

// TestGivingAClientAwayAsksFirst where the person will not see it any more, and only there.
func TestGivingAClientAwayAsksFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	slug := s.Role("Own", db.ViewClient, db.EditClient)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", slug)
	oda, per := s.person("Oda Berg", slug), s.person("Per Lund", "Manager")
	acme := s.Organization("Acme", "owner_user_id", oda.user.ID)
	elif := s.Contact("Elif", "Aydın", "owner_user_id", oda.user.ID)
	s.Link(acme, elif)
	owner := "SELECT ifnull(owner_user_id, '') FROM organizations WHERE id = '" + key(acme) + "'"

	// They keep seeing the organization of a contact of theirs.
	oda.post(acme+"/fields/owner_user_id", "value", per.user.ID, "version", "1").to()
	s.WantOne(per.user.ID, owner)
	s.Exec("UPDATE organizations SET owner_user_id = ?, version = 1 WHERE id = ?", oda.user.ID, key(acme))
	s.Exec("DELETE FROM organization_contact")

	// In the form, in which the other values are kept, and on the page; without script, too.
	form := oda.get(acme + "/edit")
	asks := oda.submit(form, ".card .btn.pri", "owner_user_id", per.user.ID, "sector", "Retail")
	asks.want(409, ".warnline", "Give Acme to Per Lund? You will no longer see Acme, nor what you see only through it. "+
		"Only somebody who sees it can give it back. Nothing is saved yet.").want(409, "a[autofocus]", "Keep it").
		wantValue("#sector", "Retail")
	s.WantOne(oda.user.ID, owner)
	fact := oda.submit(oda.get(acme+"/fields/owner_user_id/edit"), "#save-owner_user_id", "value", "")
	fact.want(409, ".warnline", "Leave Acme without an owner? You will no longer see Acme").want(409, ".facts a[autofocus]", "Keep it")
	s.WantOne(oda.user.ID, owner)
	oda.submit(fact, "#fact-owner_user_id [name=give_away]").to()
	s.WantOne("", owner)
	oda.get(acme).want(404, "", "")
	s.Exec("UPDATE organizations SET owner_user_id = ?, version = 1 WHERE id = ?", oda.user.ID, key(acme))
	if to := oda.submit(asks, "[name=give_away]").to(); to != "/organizations" {
		t.Errorf("leads to %s", to)
	}
	s.WantOne(per.user.ID, owner)
	s.WantOne("Retail", "SELECT sector FROM organizations WHERE id = ?", key(acme))
	oda.get("/organizations").want(200, "#toasts", "Saved Acme. It is not among your clients, so you can no longer see it")

	// Whoever sees all clients is not asked.
	per.post(acme+"/fields/owner_user_id", "value", oda.user.ID, "version", "2").to()
}

// TestUnlinkingWhatOneSeesOnlyByTheLinkAsksFirst, from the page of either and from the last changes, and creating a client
// for somebody else does, too. Programs are not asked.
func TestUnlinkingWhatOneSeesOnlyByTheLinkAsksFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	slug := s.Role("Own", db.ViewClient, db.EditClient)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", slug)
	oda, per := s.person("Oda Berg", slug), s.person("Per Lund", "Manager")
	acme := s.Organization("Acme", "owner_user_id", oda.user.ID)
	elif, own := s.Contact("Elif", "Aydın", "owner_user_id", per.user.ID), s.Contact("Maya", "Okafor", "owner_user_id", oda.user.ID)
	const links = "SELECT count(*) FROM organization_contact"
	for _, c := range []struct{ page, unlink, lands string }{
		{acme, acme + "/contacts/" + key(elif), acme},
		{elif, elif + "/organizations/" + key(acme), "/contacts"},
	} {
		s.Link(acme, elif)
		for _, by := range []*browser{oda, oda.viaHTMX()} {
			var asks answer
			s.unchanged(func() {
				asks = by.submit(by.get(c.page), ".i-unlink").want(409, ".editing .warnline", "Unlink them? You will no longer see Elif Aydın").
					want(409, ".editing a[autofocus]", "Keep it").wantFragment(by != oda)
			})
			if by == oda {
				continue
			}
			oda.submit(asks, ".editing button")
		}
		s.WantOne("0", links)
		oda.get(elif).want(404, "", "")
		oda.get(c.lands).want(200, "h1", "")
	}
	// What one sees all the same is unlinked at once, and can be linked again.
	s.Link(acme, own)
	page := oda.get(oda.submit(oda.get(acme), ".i-unlink").to()).want(200, "#toasts", "Unlinked Maya Okafor")
	oda.submit(page, "#toasts form").to()
	s.WantOne("1", links)
	s.Exec("UPDATE contacts SET owner_user_id = ? WHERE id = ?", per.user.ID, key(own))
	list := oda.get("/account").want(200, ownChanges+":first-child span", "You linked Maya Okafor to Acme")
	asks := oda.submit(list, ownChanges+":first-child button").want(409, ".editing .warnline", "You will no longer see Maya Okafor")
	if to := oda.submit(asks, ".editing button").to(); to != "/account" {
		t.Errorf("leads to %s", to)
	}
	s.WantOne("0", links)

	form := oda.get("/organizations/new")
	s.unchanged(func() {
		oda.submit(form, "form.card button", "display_name", "", "owner_user_id", per.user.ID).
			want(422, "#display_name-e", "").wantNot(".warnline")
		asks = oda.submit(form, "form.card button", "display_name", "Birch", "owner_user_id", per.user.ID).
			want(409, ".warnline", "Create Birch for Per Lund? You will not see it.").wantValue("#display_name", "Birch")
		oda.submit(form, "form.card button", "display_name", "Birch", "owner_user_id", "").
			want(409, ".warnline", "Create Birch without an owner?")
	})
	if to := oda.submit(asks, "[name=give_away]").to(); to != "/organizations" {
		t.Errorf("leads to %s", to)
	}
	s.WantOne(per.user.ID, "SELECT owner_user_id FROM organizations WHERE display_name = 'Birch'")
	per.submit(per.get("/organizations/new"), "form.card button", "display_name", "Cove", "owner_user_id", oda.user.ID).to()
	oda.submit(form, "form.card button", "display_name", "Dune", "owner_user_id", oda.user.ID, "request_id", "").to()
}

// TestTakingTheLastClientOffAnInteractionAsksFirst where others stay whom the person does not see.
func TestTakingTheLastClientOffAnInteractionAsksFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	slug := s.Role("Own", db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = ?", slug)
	oda, per := s.person("Oda Berg", slug), s.person("Per Lund", "Manager")
	maya := s.Contact("Maya", "Okafor", "owner_user_id", oda.user.ID)
	call := s.Log(s.Organization("Acme", "owner_user_id", per.user.ID), "", "Price", "participant_id", key(maya))
	people := "SELECT count(*) FROM interaction_contact WHERE interaction_id = ?"
	for _, by := range []*browser{oda, oda.viaHTMX()} {
		var asks answer
		s.unchanged(func() {
			asks = by.submit(oda.get(call+"/edit"), ".editing .btn.pri", "participant_id", "", "subject", "Price of it")
		})
		asks.want(409, ".editing .warnline", "Save it without any of your clients? You will no longer see Price of it. Only somebody who "+
			"sees it can add your client again. Nothing is saved yet.").want(409, ".editing a[autofocus]", "Discard my changes").
			wantFragment(by != oda)
		if by != oda {
			oda.submit(asks, ".editing [name=give_away]").to()
		}
	}
	s.WantOne("0", people, key(call))
	s.WantOne("Price of it", "SELECT subject FROM interactions WHERE id = ?", key(call))
	oda.get(call).want(404, "", "")

	// Whoever sees all clients is not asked.
	call = s.Log(s.Organization("Beta", "owner_user_id", per.user.ID), "", "Offer", "participant_id", key(maya))
	per.submit(per.get(call+"/edit"), ".editing .btn.pri", "participant_id", "").to()
	s.WantOne("0", people, key(call))
}
