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
	asks.want(409, ".warnline", "Give Acme to Per Lund? You will not see Acme any more").want(409, "a[autofocus]", "Keep it").
		wantValue("#sector", "Retail")
	s.WantOne(oda.user.ID, owner)
	fact := oda.submit(oda.get(acme+"/fields/owner_user_id/edit"), "#save-owner_user_id", "value", "")
	fact.want(409, ".warnline", "Leave Acme without an owner? You will not see Acme any more").want(409, ".facts a[autofocus]", "Keep it")
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
