package handlers_test

import (
	"strings"
	"testing"

	"clientregistry/db"
)

func TestRolesReadAsWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	for i, c := range []struct {
		scope, few, clients, sentence string
		may                           []db.Permission
	}{
		{"all", "Everything", "All clients", "", db.Permissions}, // each one is listed, see wording
		{
			"own", "See and change clients and interactions", "Own clients", "sees and changes only organizations and contacts of their own; " +
				"sees and logs calls, emails, meetings and notes with them",
			[]db.Permission{db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction},
		},
		{"all", "See and change clients, see interactions", "All clients", "sees and changes all organizations and contacts; reads calls, " +
			"emails, meetings and notes with them", []db.Permission{db.ViewClient, db.EditClient, db.ViewInteraction}},
		{
			"all", "See and change clients", "All clients",
			"sees and changes all organizations and contacts; does not see what was said with them",
			[]db.Permission{db.ViewClient, db.EditClient, db.EditInteraction},
		},
		{"own", "See clients, see and change interactions", "Own clients", "sees only organizations and contacts of their own; sees and " +
			"logs calls, emails, meetings and notes with them", []db.Permission{db.ViewClient, db.ViewInteraction, db.EditInteraction}},
		{"all", "See clients and interactions", "All clients", "sees all organizations and contacts; reads calls, emails, meetings " +
			"and notes with them", []db.Permission{db.ViewClient, db.ViewInteraction, db.ExportClient}},
		{
			"all", "See clients", "All clients", "sees all organizations and contacts; does not see what was said with them",
			[]db.Permission{db.ViewClient},
		},
		{
			"all", "Read the audit log", "No clients", "sees no clients; reads the audit log",
			[]db.Permission{db.EditClient, db.ViewInteraction, db.EditInteraction, db.ViewAudit},
		},
		{"all", "Manage users, change settings", "No clients", "sees no clients; invites users and " +
			"changes roles; changes the settings of the registry", []db.Permission{db.ImportClient, db.ManageUsers, db.ManageSystem}},
		{"all", "Nothing", "No clients", "sees no clients", nil},
	} {
		s.Exec("DELETE FROM roles WHERE slug NOT IN ('Administrator', 'Manager', 'Viewer')")
		slug := s.Role("!", c.may...) // so that it sorts first
		s.Exec("UPDATE roles SET client_scope = ? WHERE slug = ?", c.scope, slug)
		page := admin.get("/admin/roles").want(200, "#rows tr:first-child .c-sub", c.few)
		page.wantTexts("#rows tr:first-child td:nth-child(2)", c.few).wantTexts("#rows tr:first-child td:nth-child(3)", c.clients)
		if shown := admin.get(s.RolePath(slug)); c.sentence != "" {
			shown.wantTexts("section[aria-labelledby=may-h] > p", "A person with this role "+c.sentence+".")
		}
		if i == 0 {
			page.want(200, ".foot", "4 roles").wantTexts(".nav [aria-current]", "Roles").wantTexts("#rows tr:nth-child(2) .end", "1 user")
		}
	}
	slug := s.Role("Blind", db.EditClient, db.ViewInteraction, db.EditInteraction)
	admin.get(s.RolePath(slug)).wantTexts(".warnline", "No effect without “See organizations and contacts”",
		"No effect without “See organizations and contacts”", "No effect without “See organizations and contacts”")
	slug = s.Role("Deaf", db.ViewClient, db.EditInteraction)
	admin.get(s.RolePath(slug)).wantTexts(".warnline", "No effect without “See calls, emails, meetings and notes”")
}

func TestARoleIsMadeGivenAndChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.person("Léa Fournier", "Viewer")
	form := admin.get("/admin/roles/new").want(200, "h1", "New role").
		want(200, "[name=client_scope][value=all][checked]", "").wantNot("[name=permission][checked]")
	page := admin.submit(form, ".btn.pri", "name", "Account manager", "description",
		"Looks after a few", "permission", "EditClient", "client_scope", "all").to()
	s.wantAudit(admin, "create_role", `"slug":"Account manager"`, `"permissions":{"old":null,"new":["EditClient"]}`)
	form = admin.get(page).want(200, "#toasts", "Created Account manager").
		want(200, "h1", "Account manager").want(200, ".meta", "0 users").want(200, ".warnline", "No effect without")
	form.want(200, "#people-h + a, [aria-labelledby=people-h]", "Nobody yet").
		wantValue("#name", "Account manager").want(200, "#description", "Looks after a few").wantNot("#slug")

	user := "/admin/users/" + lea.user.ID
	admin.get(user).want(200, "fieldset", "See clients and interactions · all clients").wantTexts(".meta a", "Viewer")
	admin.post(user+"/roles", "role", "Account manager", "role", "Viewer").want(303, "", "")
	admin.get(user).wantTexts(".meta a", "Account manager", "Viewer").want(200, ".meta a[href='"+page+"']", "Account manager")
	admin.get(page).want(200, ".meta", "1 user").want(200, ".links a[href='"+user+"']", "Léa Fournier")
	lea.signIn()
	lea.get("/organizations/new").want(200, "h1", "New organization")

	// Taking a permission away ends the user's session, and the next one is without it.
	s.unchanged(func() { admin.submit(form, ".btn.pri").want(303, "", "") })
	admin.post(page, "name", "Account manager", "permission", "ViewClient", "require_mfa", "true").want(303, "", "")
	s.wantAudit(admin, "update_role", `"permissions":{"old":["EditClient"],"new":["ViewClient"]}`, `"require_mfa":{"old":false,"new":true}`)
	admin.get("/admin/audit?q=see+organizations+belongs").wantTexts("#timeline .diff dt", "Permissions", "Needs a second factor").
		want(200, "#timeline .diff", "Change organizations, contacts and who belongs to whom").
		want(200, "#timeline .diff", "See organizations and contacts").
		wantNot("#timeline .diff:contains(EditClient)")
	s.Exec("UPDATE roles SET require_mfa = 0")
	lea.get("/organizations/new").want(303, "", "")
	lea.signIn()
	lea.get("/organizations/new").want(403, "h1 + p", "Missing permission: EditClient")

	copied := admin.get("/admin/roles/new?from="+key(page)).
		want(200, "[name=permission][value=ViewClient][checked]", "").wantValue("#name", "")
	admin.submit(copied, ".btn.pri", "name", "Another").want(303, "", "")
	admin.get("/admin/roles/new?from="+key(user)).want(404, "h1", "Not found")
	admin.get("/admin/roles/new?from=x").want(200, "h1", "New role")
}

// TestRolesOfferOnlyWhatExists: permissions that nothing requires yet are on no form, and saving a
// role leaves them as they were, in a conflict, too.
func TestRolesOfferOnlyWhatExists(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	manager := s.RolePath("Manager")
	form := admin.get(manager).wantTexts(".matrix .grp th", "Clients", "Interactions", "Administration").
		wantNot("#p-ImportClient, #p-ExportClient")
	for _, path := range []string{manager, s.RolePath("Administrator"), "/admin/roles", "/admin/roles/new", "/account/tokens/new"} {
		says := admin.get(path).want(200, "h1", "").html.Find("main").Text()
		if says = strings.ToLower(says); strings.Contains(says, "export") || strings.Contains(says, "import") {
			t.Errorf("%s speaks of imports or exports:\n%s", path, says)
		}
	}
	const rights = "SELECT group_concat(permissions.slug, ' ' ORDER BY permissions.slug) FROM permissions JOIN role_permission ON " +
		"permission_id = permissions.id JOIN roles ON roles.id = role_id WHERE roles.slug = ?"
	s.unchanged(func() { admin.submit(form, ".btn.pri").want(303, "", "") })
	admin.submit(form, ".btn.pri", "permission", "ViewAudit", "description", "Theirs").want(303, "", "")
	s.WantOne("ExportClient ImportClient ViewAudit", rights, "Manager")
	s.unchanged(func() {
		conflict := admin.submit(form, ".btn.pri", "description", "Mine").want(409, "#description", "Mine")
		conflict.wantNot("#p-ImportClient, #p-ViewClient[checked]").want(409, "#p-ViewAudit[checked]", "").
			wantTexts(".versus .what", "Description")
		admin.post(s.RolePath("Viewer"), "name", "Viewer", "permission", "ViewClient", "permission", "ExportClient").
			want(422, ".err", "Choose permissions from the list")
		admin.submit(admin.get(s.RolePath("Administrator")), ".btn.pri").want(303, "", "")
	})
	copied := admin.submit(admin.get("/admin/roles/new?from="+key(manager)), ".btn.pri", "name", "Copy").to()
	admin.get(copied).want(200, "h1", "Copy")
	s.WantOne("ViewAudit", rights, "Copy")
}

func TestARefusedRoleKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	manager := s.RolePath("Manager")
	s.unchanged(func() {
		a := admin.post("/admin/roles", "name", "manager ", "slug", "m", "description",
			"Mine", "client_scope", "own", "permission", "ViewAudit", "require_mfa", "true")
		a.want(422, "#name-e", "There is already a role with this name").want(422, "title", "Error: ").
			wantValue("#name", "manager ").wantValue("#slug", "m").want(422, "#description", "Mine")
		a.want(422, "[name=client_scope][value=own][checked]", "").want(422, "#p-ViewAudit[checked]", "").
			wantNot("#p-ViewClient[checked]").want(422, "[name=require_mfa][checked]", "")
		admin.post("/admin/roles").want(422, "#name-e", "Enter a name").wantNot("#slug-e")
		admin.post("/admin/roles", "name", "Sales", "slug", "VIEWER").want(422, "#slug-e", "The role Viewer has this short name")
		admin.post("/admin/roles", "name", "Sales", "permission", "EatCake").want(422, ".err", "Choose permissions from the list")
		admin.post("/admin/roles", "name", "Sales", "client_scope", "some").want(422, ".err", "Choose all clients or own clients")
		admin.post(manager, "name", "", "permission", "ViewAudit").want(422, "#name-e", "Enter a name").
			want(422, "h1", "Manager").want(422, "#p-ViewAudit[checked]", "").wantNot("#p-ViewClient[checked]")
		admin.post(s.RolePath("Administrator"), "name", "Administrator", "permission", "ViewClient").
			want(422, ".err", "Administrator may do everything").wantNot("[name=permission][type=checkbox]")
		admin.post(s.RolePath("Administrator"), "name", "Administrator", "client_scope", "own").
			want(422, ".err", "Administrator may do everything")
	})
}

func TestTwoEditOneRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, tomas := s.as("Administrator"), s.person("Tomás Brandt", "Administrator")
	page := s.RolePath("Viewer")
	mine := admin.get(page)
	theirs := tomas.get(page)
	tomas.submit(theirs, ".btn.pri", "description", "Theirs", "require_mfa", "true").want(303, "", "")
	var conflict answer
	s.unchanged(func() {
		conflict = admin.submit(mine, ".btn.pri", "description", "Mine", "client_scope", "own", "permission", "EditClient")
		conflict.want(409, ".warnline", "Tomás Brandt changed this role").want(409, "title", "Error: ").
			want(409, "#description", "Mine").want(409, "#p-EditClient[checked]", "").want(409, "[name=require_mfa][checked]", "").
			wantNot("#p-ViewClient[checked]")
		conflict.wantTexts(".versus .what", "Description").wantTexts(".versus dt:not(.lbl) + dd", "Theirs", "Mine").
			want(409, "[name=keep_description][value=theirs][autofocus]", "Use theirs")
		admin.submit(mine, ".btn.pri", "description", "Theirs").want(303, "", "") // the same values are no conflict
	})
	admin.submit(conflict, "[name=keep_description][value=yours]").want(303, "", "")
	s.wantAudit(admin, "update_role", `"description":{"old":"Theirs","new":"Mine"}`, `"client_scope":{"old":"all","new":"own"}`)
	s.WantOne("EditClient own 1", "SELECT permissions.slug || ' ' || client_scope || ' ' || require_mfa FROM role_permission "+
		"JOIN permissions ON permissions.id = permission_id JOIN roles ON roles.id = role_id WHERE role_id = ?", key(page))
	s.unchanged(func() {
		admin.post(page, "name", "Viewers", "permission", "EditClient", "was", "nonsense").want(409, ".versus dd", "Viewers")
	})
	admin.post(page, "name", "Viewer", "permission", "ViewClient").want(303, "", "") // made as asked where nothing says what was there
}

func TestAClerkGrantsOnlyWhatTheyHave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	clerk := s.person("Clerk", s.Role("Clerk", db.ManageUsers, db.ViewClient))
	clerk.get("/admin/roles/new").want(200, "#p-ViewClient", "").
		wantNot("#p-EditClient").want(200, ".matrix", "You do not have this permission")
	s.unchanged(func() {
		clerk.post("/admin/roles", "name", "Mine", "permission", "ViewAudit").
			want(422, ".err", "You cannot grant permissions that you do not have: ViewAudit")
		clerk.post("/admin/users/"+clerk.user.ID+"/roles", "role", "Clerk", "role", "Manager").
			want(422, "#role-e", "Manager may do what you may not (EditClient)")
		clerk.get("/admin/users/"+clerk.user.ID).want(200, "label:has([value=Administrator][disabled])",
			"Everything · all clients · you cannot grant this").want(200, "[value=Clerk]:not([disabled])", "")
	})
	s.Exec("UPDATE roles SET client_scope = 'own' WHERE slug = 'Clerk'")
	clerk.get("/admin/roles/new").want(200, "[name=client_scope][value=own][checked]", "")
	reader := s.RolePath(s.Role("Reader", db.ViewClient))
	s.unchanged(func() {
		clerk.post("/admin/roles", "name", "Mine", "permission", "ViewClient", "client_scope", "all").
			want(422, "fieldset .err", "You see only your own clients")
		clerk.post("/admin/roles", "name", "Mine", "permission", "ViewClient").want(422, "fieldset .err", "You see only your own clients")
		clerk.post(reader, "name", "Reader", "permission", "ViewClient", "client_scope", "own").
			want(422, "#beyond", "Reader sees all clients, and you see only your own, so you cannot change it")
		clerk.post("/admin/users/"+clerk.user.ID+"/roles", "role", "Clerk", "role", "Reader").want(422, "#role-e", "Reader sees all clients")
	})
	clerk.post("/admin/roles", "name", "Mine", "permission", "ViewClient", "client_scope", "own").want(303, "", "")
	viewerOnly := s.as("Viewer")
	s.unchanged(func() {
		viewerOnly.post(reader, "name", "X").want(403, "h1 + p", "Missing permission: ManageUsers")
		viewerOnly.get("/admin/roles").want(403, "h1 + p", "Missing permission: ManageUsers").wantNot(".nav a[href='/admin/roles']")
	})
}
