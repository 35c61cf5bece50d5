package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

// linkPath returns the path of the one-time link that a page shows.
func (a answer) linkPath() string {
	a.t.Helper()
	u, err := url.Parse(strings.TrimSpace(a.want(200, "#one-time-link code", "http://registry.example/").
		html.Find("#one-time-link code").Text()))
	if err != nil {
		a.t.Fatal(err)
	}
	return u.Path
}

func TestAnInvitedPersonComesIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	admin.get("/admin/users?new=1").want(200, "#invite-h", "Invite somebody").want(200, ".tbl", "Administrator Person")
	made := admin.post("/admin/users", "email", "sam@quay.example", "full_name", "Sam Okoye", "role", "Manager")
	link := made.linkPath()
	made.want(200, "h1 .bdg", "Invited")
	sam := s.stranger()
	s.unchanged(func() {
		sam.get(link).want(200, "h1", "Welcome, Sam Okoye").want(200, "#time_zone", "Asia/Tokyo")
		sam.post(link, "password", "short", "time_zone", "Asia/Tokyo").want(422, "#password-e", "at least 8")
		sam.post(link, "password", "another good password", "time_zone", "Mars").want(422, "#time_zone-e", "Choose a time zone")
		sam.get("/invitations/nothing").want(404, "h1", "no longer works")
	})
	sam.post(link, "password", "another good password", "time_zone", "Asia/Tokyo").want(303, "", "")
	sam.get("/").want(200, ".me", "Manager")
	sam.get(link).want(404, "h1", "no longer works")
	admin.get("/admin/users").want(200, ".foot", "2 users").want(200, "#rows .c-st", "Active")
}

func TestAnInvitationThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("Administrator")
	s.unchanged(func() {
		admin.post("/admin/users", "email", "nobody", "full_name", "Sam", "role", "Viewer").
			want(422, "#email-e", "Enter an email").want(422, "[name=role][value=Viewer][checked]", "").wantValue("#full_name", "Sam")
		admin.post("/admin/users", "email", "sam@quay.example", "full_name", "Sam").want(422, "#role-e", "Choose at least one role")
		admin.post("/admin/users").want(422, "#full_name-e", "").want(422, "#email-e", "").want(422, "#role-e", "Choose at least one role")
		admin.post("/admin/users", "email", admin.user.Email, "full_name", "Sam").want(422, "#email-e", "already an account").
			want(422, "#role-e", "Choose at least one role")
		admin.post("/admin/users", "email", admin.user.Email, "full_name", "Sam", "role", "Viewer").want(422, "#email-e", "already an account")
	})
}

func TestAnAdministratorManagesAUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	page := "/admin/users/" + lea.user.ID
	admin.post(page+"/roles", "role", "Manager", "role", "Viewer").want(303, "", "")
	lea.get("/organizations/new").want(303, "", "") // changed rights require a new sign-in
	lea.signIn()
	lea.get("/organizations/new").want(200, "h1", "New organization")
	org := lea.post("/organizations", "display_name", "Acme", "owner_user_id", lea.user.ID).to()
	admin.get(page).wantTexts("#to option:first-child", "Choose somebody")
	lea.post("/contacts", "first_name", "Maya", "last_name", "Okafor", "owner_user_id", lea.user.ID).want(303, "", "")
	admin.get(page).want(200, "main", "Owns 1 organization and 1 contact, and has no open follow-ups.")
	admin.post(page+"/hand-over", "owner_user_id", "").want(422, "#to-e", "Choose somebody")
	admin.post(page+"/hand-over", "owner_user_id", lea.user.ID).want(422, "#to[autofocus] ~ #to-e", "Choose somebody").wantNot("#role-e")
	admin.submit(admin.get(page), "[aria-labelledby=hand-h] button", "owner_user_id", admin.user.ID).want(303, "", "")
	admin.get(org).want(200, "#edit-owner_user_id", "Administrator Person")
	given := admin.get(page).want(200, ".toast", "Handed over to Administrator Person: 1 organization and 1 contact").
		want(200, "main", "Owns no clients").wantNot("#to")
	admin.submit(given, ".toast form button").want(303, "", "")
	admin.get(page).want(200, ".toast", "Undone: 1 organization and 1 contact").want(200, "main", "Owns 1 organization and 1 contact")

	link := admin.post(page + "/reset-password").linkPath()
	reset := s.stranger()
	reset.get(link).want(200, "h1", "Set a new password")
	reset.post(link, "password", "another good password").want(303, "", "")
	reset.get("/").want(200, "h1", "Home")
	lea.get("/").want(303, "", "") // the old sessions have ended
	reset.get(link).want(404, "h1", "no longer works")

	admin.post(page+"/disable").want(303, "", "")
	reset.get("/").want(303, "", "")
	admin.get(page).want(200, "h1 .bdg", "Disabled").wantTexts(".me small", "Administrator")
	admin.post(page+"/reset-password").want(422, "#sign-in-e", "Only an active user").wantNot("#role-e")
	admin.post(page+"/enable").want(303, "", "")
	admin.get(page).want(200, "h1 .bdg", "Active")
	s.unchanged(func() {
		own := "/admin/users/" + admin.user.ID
		admin.get(own).want(200, "form[action='"+own+"/end-sessions']", "").wantNot("form[action='" + own + "/reset-password']")
		admin.post(own+"/reset-password").want(422, "#sign-in-e", "My account is the place to change it").wantNot("#one-time-link")
		admin.post(own+"/disable").want(422, "#sign-in-e", "last active Administrator").wantNot("#role-e")
		admin.post(own+"/roles", "role", "Viewer").want(422, "#role-e", "last active Administrator").wantNot("#sign-in-e")
		admin.get("/admin/users/"+strings.Repeat("0", 36)).want(404, "h1", "Not found")
	})
}

// TestNobodyIsOfferedToDisableThemselves, because they could not undo it.
func TestNobodyIsOfferedToDisableThemselves(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, other := s.as("Administrator"), s.person("Inès Moreau", "Administrator")
	const disable = "form[action$='%s/disable']"
	own, theirs := fmt.Sprintf(disable, admin.user.ID), fmt.Sprintf(disable, other.user.ID)
	admin.get("/admin/users").want(200, theirs, "Disable").wantNot(own)
	admin.get("/admin/users/"+admin.user.ID).want(200, "[aria-labelledby=signin-h]", "Only somebody else can disable your account").wantNot(own)
	admin.get("/admin/users/"+other.user.ID).want(200, theirs, "Disable").wantNot(".note:contains('Only somebody else')")
}

func TestALockedAccountIsSeenAndUnlocked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	guess := s.stranger()
	for range 10 {
		guess.post("/login", "email", lea.user.Email, "password", "wrong password").want(422, "#login-e", "Wrong email or password")
	}
	a := guess.post("/login", "email", lea.user.Email, "password", password).want(429, "#login-e", "Try again in 15 minutes")
	if a.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
	admin.get("/admin/users/"+lea.user.ID).want(200, "h1 .bdg", "Locked")
	admin.post("/admin/users/"+lea.user.ID+"/unlock").want(303, "", "")
	guess.post("/login", "email", lea.user.Email, "password", password).want(303, "", "")
	for range 10 {
		guess.post("/login", "email", lea.user.Email, "password", "wrong password")
	}
	s.Clock.Add(15*time.Minute + time.Second)
	guess.post("/login", "email", lea.user.Email, "password", password).want(303, "", "")
}

func TestALockedAddressIsSeenAndLetThrough(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, lea := s.as("Administrator"), s.as("Viewer")
	for n := range 50 {
		s.stranger().post("/login", "email", fmt.Sprintf("person%d@quay.example", n), "password", "wrong password").want(422, "", "")
	}
	s.stranger().post("/login", "email", lea.user.Email, "password", password).want(429, "#login-e", "Try again in 15 minutes")
	page := admin.get("/admin/users").want(200, "form.banner",
		"Too many wrong passwords came from 192.0.2.1. Sign-ins from there are blocked until 10:45")
	admin.get("/admin/audit?action=address_locked").
		want(200, "#timeline .by", "Somebody was locked out for 15 minutes after 50 wrong passwords from 192.0.2.1")
	s.unchanged(func() {
		lea.post("/admin/addresses/unlock", "address", "192.0.2.1").want(403, "h1 + p", "ManageUsers")
		admin.post("/admin/addresses/unlock", "address", "192.0.2.2").want(303, "", "")
	})
	if to := admin.submit(page, "form.banner button").to(); to != "/admin/users" {
		t.Errorf("it leads to %s", to)
	}
	s.wantAudit(admin, "unlock_address", `"address":"192.0.2.1"`)
	admin.get("/admin/users").want(200, "#toasts", "are unlocked").wantNot("form.banner")
	admin.get("/admin/audit?action=unlock_address").want(200, "#timeline .by", "let sign-ins from 192.0.2.1 through again")
	s.stranger().post("/login", "email", lea.user.Email, "password", password).want(303, "", "")
}

// TestAHelperSeesAnAdministratorWithoutButtons: actions that would be refused are not offered, and
// the page says why. Sending the form anyway changes nothing.
func TestAHelperSeesAnAdministratorWithoutButtons(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, gone, lea := s.as("Administrator"), s.person("Gone", "Administrator"), s.as("Viewer")
	helper := s.person("Helper", s.Role("Helpdesk", db.ManageUsers, db.ViewClient, db.ViewInteraction))
	admin.post("/admin/users/"+gone.user.ID+"/disable").want(303, "", "")
	for _, id := range []string{admin.user.ID, gone.user.ID} {
		page := "/admin/users/" + id
		helper.get(page).want(200, "#beyond", "Administrator may do what you may not (EditClient), so you cannot change this account").
			wantNot("main form").want(200, "main", "Administrator: everything · all clients")
		helper.get("/admin/users").want(200, "tr:has(a[href='"+page+"'])", "Administrator").wantNot("form[action^='" + page + "']")
		s.unchanged(func() {
			for _, verb := range []string{"disable", "enable", "unlock", "end-sessions", "invite", "reset-password", "reset-mfa"} {
				helper.post(page+"/"+verb).want(422, "#beyond", "so you cannot change").wantNot("#one-time-link")
			}
			helper.post(page+"/roles", "role", "Viewer").want(422, "#beyond", "so you cannot change")
			helper.post(page+"/hand-over", "owner_user_id", helper.user.ID).want(403, "h1 + p", "EditClient")
		})
	}
	role := s.RolePath("Administrator")
	helper.get(role).want(200, "#beyond", "Administrator may do what you may not (EditClient), so you cannot change it").
		wantNot("main form").want(200, ".matrix", "Yes").want(200, "main", "A second factor is not required")
	s.unchanged(func() {
		helper.post(role, "name", "Nobody", "permission", "ManageUsers", "client_scope", "all", "require_mfa", "true").
			want(422, "#beyond", "you cannot change it").want(422, "h1", "Administrator")
	})
	// They can help users who have no more rights than they do.
	helper.get("/admin/users/"+lea.user.ID).wantNot("#beyond").want(200, "form[action$='/disable']", "Disable")
	helper.post("/admin/users/"+lea.user.ID+"/disable").want(303, "", "")
	helper.get(s.RolePath("Viewer")).wantNot("#beyond").want(200, "#name", "")
}

// TestTwoChangeTheRolesOfOnePerson: somebody with an old page does not accidentally give back a
// role that was taken away.
func TestTwoChangeTheRolesOfOnePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, tomas, lea := s.as("Administrator"), s.person("Tomás Brandt", "Administrator"), s.person("Léa Fournier", "Administrator")
	page := "/admin/users/" + lea.user.ID
	const save = "form[action$='/roles']"
	roles := func() string {
		return s.One("SELECT group_concat(slug, ' ' ORDER BY slug) FROM user_role JOIN roles ON roles.id = role_id WHERE user_id = ?",
			lea.user.ID)
	}
	mine := admin.get(page)
	state, _ := mine.html.Find(save + " [name=was]").Attr("value")
	tomas.post(page+"/roles", "role", "Viewer").want(303, "", "")
	var conflict answer
	s.unchanged(func() {
		conflict = admin.post(page+"/roles", "was", state, "role", "Administrator", "role", "Manager")
		conflict.want(409, ".warnline", "Tomás Brandt changed this user").
			want(409, "title", "Error: ").wantTexts(".versus dd", "Viewer", "Administrator, Manager")
		conflict.want(409, "[value=Administrator][checked]", "").want(409, "[value=Manager][checked]", "").
			wantNot("[value=Viewer][checked]").wantTexts(".meta a", "Viewer")
		conflict.want(409, "[name=keep_roles][value=theirs][autofocus]", "Use theirs")
		admin.post(page+"/roles", "was", "nonsense", "role", "Manager").want(409, ".versus", "Manager")
		admin.post(page+"/roles", "was", state).want(409, ".versus", "empty")
		admin.post(page+"/roles", "was", state, "role", "Viewer").want(303, "", "") // the same values are no conflict
		// A refused form keeps its ticks and its state.
		admin.get(page)
		refused := admin.post(page+"/roles", "role", "Manager", "role", "Boss").
			want(422, "#role-e", "Choose roles from the list").want(422, "[value=Manager][checked]", "")
		refused.wantNot("[value=Viewer][checked]")
	})
	state, _ = conflict.html.Find(save + " [name=was]").Attr("value")
	admin.post(page+"/roles", "was", state, "role", "Administrator", "role", "Manager").want(303, "", "")
	s.wantAudit(admin, "update_user", `"roles":{"old":["Viewer"],"new":["Administrator","Manager"]}`)
	admin.post(page+"/roles", "role", "Viewer").want(303, "", "") // without a state the change is made as asked
	if got := roles(); got != "Viewer" {
		t.Errorf("the roles are %s", got)
	}
}
