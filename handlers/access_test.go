package handlers_test

import (
	"fmt"
	"testing"

	"clientregistry/db"
)

func TestWhoCanSeeThis(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, keeper, seller := s.person("Ada", "Administrator"), s.person("Keeper", "Viewer"), s.person("Seller", "Viewer")
	s.person("Tomás", "Manager")
	s.Own(keeper.user, db.ViewClient, db.EditClient)
	s.Own(seller.user, db.ViewClient, db.ViewInteraction)
	org := s.Organization("Harbor & Pine", "owner_user_id", keeper.user.ID)
	for i := range 5 {
		x := s.Contact("Maya", fmt.Sprintf("Okafor %d", i), "owner_user_id", seller.user.ID)
		s.Link(org, x)
	}
	maya := "/contacts/" + s.One("SELECT id FROM contacts WHERE last_name = 'Okafor 0'")

	admin.get(org).want(200, ".menu a[href='"+org+"/access']", "Who can see this")
	page := admin.get(org+"/access").want(200, "title", "Who can see Harbor & Pine").want(200, "h1", "Who can see this organization").
		wantTexts(".crumbs a", "Organizations", "Harbor & Pine").want(200, ".foot", "4 users can see this organization")
	page.wantTexts("#rows .nm", "Ada", "Keeper", "Seller", "Tomás").
		wantTexts("#rows .c-st", "Sees and changes it", "Sees and changes it", "Sees it", "Sees and changes it")
	page.wantTexts("#rows .c-last", "Interactions: Sees and changes them",
		"Interactions: Does not see them", "Interactions: Sees them", "Interactions: Sees and changes them")
	page.wantTexts("#rows .c-sub > div", "Administrator sees all clients", "Owns it",
		"Owns Maya Okafor 0, Maya Okafor 1, Maya Okafor 2 and 2 more, linked to it", "Manager sees all clients")
	page.want(200, "#rows a[href='/admin/users/"+seller.user.ID+"']", "Seller").
		want(200, "#rows a[href='"+maya+"']", "Maya Okafor 0").want(200, "#rows a[href='"+s.RolePath("Manager")+"']", "Manager")
	page = admin.get(maya+"/access").want(200, "h1", "Who can see this contact").wantTexts("#rows .c-sub > div",
		"Administrator sees all clients", "Owns Harbor & Pine, linked to it", "Owns it", "Manager sees all clients")
	page.want(200, "#rows a[href='"+org+"']", "Harbor & Pine").wantTexts(".nav [aria-current]", "Contacts")

	// Readers who see no clients are told only the names of users.
	auditor := s.person("Zoe", s.Role("Auditor", db.ViewAudit))
	page = auditor.get(org+"/access").want(200, "title", "Who can see this organization").
		wantNot(".crumbs").wantNot("#rows a").wantTexts("#rows .nm", "Ada", "Keeper", "Seller", "Tomás")
	page.wantTexts("#rows tr:nth-child(3) .c-sub", "Owns contacts that are linked to it")
	auditor.get("/organizations/"+key(maya)+"/access").want(404, "h1", "Not found")
	keeper.get(org+"/access").want(403, "h1 + p", "Missing permission: ManageUsers")
	keeper.get(org).want(200, ".rec .menu", "Archive").wantNot(".rec .menu a")
	seller.get(org).wantNot("summary[aria-label=More]")

	// Readers who see only their own clients can ask only about those.
	s.Own(seller.user, db.ViewClient, db.ViewAudit)
	other := s.Organization("Quay")
	seller.get(other+"/access").want(404, "h1", "Not found")
	seller.get(org+"/access").want(200, "#rows tr:nth-child(3) .c-sub", "Maya Okafor 0").wantNot("#rows a[href^='/admin']")
	seller.get(org).want(200, ".menu a", "Who can see this").wantNot(".rec .menu form")
	s.Own(keeper.user, db.ViewClient, db.ViewAudit)
	keeper.get(maya+"/access").want(200, "#rows tr:nth-child(2) .c-sub", "Owns Harbor & Pine, linked to it")
	s.Exec("DELETE FROM organization_contact")
	keeper.get(maya+"/access").want(404, "h1", "Not found")
	admin.get(maya+"/access").wantTexts("#rows .nm", "Ada", "Seller", "Tomás")
	s.Exec("UPDATE users SET status = 'disabled' WHERE id = ?", seller.user.ID)
	admin.get(maya+"/access").wantTexts("#rows .nm", "Ada", "Tomás")
}

func TestAUsersPageSaysWhatTheySee(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	s.Contact("Maya", "Okafor")
	s.Organization("Quay", "owner_user_id", lea.user.ID)
	s.Organization("Harbor & Pine")
	page := "/admin/users/" + lea.user.ID
	says := func(by *browser, want string) {
		t.Helper()
		by.get(page).wantTexts("[aria-labelledby=roles-h] .body > p:first-of-type", want)
	}
	says(admin, "Sees all clients: 2 organizations and 1 contact; sees what was said with them.")
	says(s.person("Clerk", s.Role("Clerk", db.ManageUsers)), "Sees all clients; sees what was said with them.")
	s.Own(lea.user, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	says(admin, "Sees and changes only their own clients: 1 organization and 0 contacts; sees and changes what was said with them.")
	s.Own(lea.user, db.EditClient)
	says(admin, "Sees no clients.")
	s.Exec("UPDATE users SET status = 'disabled' WHERE id = ?", lea.user.ID)
	says(admin, "Sees nothing while the account is disabled.")
	s.Exec("UPDATE users SET status = 'invited' WHERE id = ?", lea.user.ID)
	says(admin, "Sees nothing until the invitation is accepted.")
}
