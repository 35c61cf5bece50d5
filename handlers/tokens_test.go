package handlers_test

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

// makeToken makes a token on the page and returns what the page shows.
func (b *browser) makeToken(name string, more ...string) string {
	b.t.Helper()
	made := b.post("/account/tokens", append([]string{"name", name, "permission", "ViewClient", "current_password", password}, more...)...).
		want(200, "h1", name).want(200, ".warnline", "only this once").want(200, "pre", "$TOKEN")
	secret, _ := made.html.Find("#token").Attr("value")
	if !regexp.MustCompile(`^crt_[0-9A-Za-z]{40}$`).MatchString(secret) {
		b.t.Fatalf("the page shows %q", secret)
	}
	if made.Header.Get("Cache-Control") != "no-store" {
		b.t.Error("a browser may store the page with the token")
	}
	return secret
}

// TestATokenIsMadeShownOnceAndRevoked: by its owner, on pages that work without scripts. No other
// page, no log and no row of the database has it.
func TestATokenIsMadeShownOnceAndRevoked(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newSiteWith(t, handlers.Options{BaseURL: "http://registry.example", Log: slog.New(slog.NewTextHandler(&log, nil))}, jobs.Options{})
	ines := s.as("Administrator")
	ines.get("/account").want(200, "#tokens-h", "API tokens")
	ines.get("/account/tokens").want(200, ".empty h2", "No tokens yet")
	ines.get("/account/tokens/new").want(200, "[name=permission][value=ViewClient][checked]", "").
		wantNot("[name=permission][value=EditClient][checked]").want(200, ".kinds label:first-child", "22 Feb 2027")
	secret := ines.makeToken("Website form", "permission", "EditClient")
	s.wantAudit(ines, "create_token", "Website form", secret[:8])
	id := s.One("SELECT id FROM tokens")

	list := ines.get("/account/tokens").want(200, "tbody .nm", "Website form").want(200, "tbody code", secret[:8]+"…").
		want(200, "tbody .state", "Active").want(200, "tbody [data-k=Ends]", "22 Feb 2027").want(200, "tbody [data-k=Used]", "Never").
		want(200, "tbody tr", "See and change clients")
	s.Clock.Add(84 * 24 * time.Hour)
	ines.signIn()
	ines.get("/account/tokens").want(200, "tbody .state", "Ends soon")
	list.wantNot("form[action$=revoke]")
	asked := ines.get("/account/tokens?revoke="+id).want(200, "tbody form p", "refused at once").
		want(200, "tbody a[href='/account/tokens']", "Keep it")
	ines.submit(asked, "form[action$=revoke]").want(303, "", "")
	s.wantAudit(ines, "revoke_token", "Website form")
	ines.get("/account/tokens").want(200, "#toasts", "Token revoked").
		want(200, "tbody .state", "Revoked 16 Feb").wantNot("form[action$=revoke]")

	for _, page := range []string{
		"/account/tokens", "/account", "/admin/users/" + ines.user.ID, "/admin/audit", "/admin/audit.csv", "/admin/audit?target_type=token",
	} {
		if a := ines.get(page); strings.Contains(a.body, secret[8:]) {
			t.Errorf("%s shows the token", page)
		}
	}
	ines.get("/admin/audit?target_type=token").want(200, "main", "created the token Website form").
		want(200, "main", "revoked the token Website form")
	if strings.Contains(log.String(), secret[8:]) || strings.Contains(s.dump("tokens", "audit_logs"), secret[8:]) {
		t.Error("the log or the database has the token")
	}
	ines.post("/account/tokens/"+id+"/revoke").want(303, "", "")
	s.WantOne("1", "SELECT count(*) FROM audit_logs WHERE action = 'revoke_token'")
}

// TestARefusedTokenKeepsWhatWasTyped: what is wrong stands at its field, and nothing is made.
func TestARefusedTokenKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	lea.get("/account/tokens/new").wantNot("[name=permission][value=ManageUsers]")
	s.unchanged(func() {
		for _, x := range []struct {
			form           []string
			selector, says string
		}{
			{[]string{"name", "", "permission", "ViewClient"}, "#name-e", "which program"},
			{[]string{"name", "Phone"}, "#permission-e", "Choose what it may do"},
			{[]string{"name", "Phone", "permission", "EditClient"}, "#permission-e", "lacks EditClient"},
			{[]string{"name", "Phone", "permission", "ViewClient", "expires_on", "2030-01-01"}, "#expires_on-e", "at most 2 years ahead"},
			{[]string{"name", "Phone", "permission", "ViewClient", "ends", "day"}, "#expires_on-e", "the last day"},
			{
				[]string{"name", "Phone", "permission", "ViewClient", "ends", "never", "current_password", "x"},
				"#current_password-e", "not your current",
			},
			{[]string{"name", "Phone", "permission", "ViewClient", "current_password", ""}, "#current_password-e", "Enter your current password"},
		} {
			a := lea.post("/account/tokens", x.form...).want(422, x.selector, x.says)
			if x.form[1] != "" {
				a.wantValue("#name", "Phone")
			}
		}
	}, "login_failed")
	lea.post("/account/tokens", "ends", "day").want(422, "#name-e", "Say which program it is for").want(422, "#permission-e", "Choose").
		want(422, "#expires_on-e", "the last day").want(422, "#current_password-e", "Enter your current password")
	lea.post("/account/tokens", "name", "Phone", "permission", "ViewClient", "ends", "never", "current_password", "x").
		want(422, "[name=ends][value=never][checked]", "").want(422, "[name=permission][value=ViewClient][checked]", "")
	for form, end := range map[string]string{
		"": "2027-02-22", "ends=90&expires_on=2027-05-05": "2027-02-22", "ends=365": "2027-11-24T23", "never=1": "", "ends=never": "",
		"expires_on=2027-05-05": "2027-05-05T22", "ends=day&expires_on=2027-05-05": "2027-05-05T22",
	} {
		var more []string
		for _, pair := range strings.FieldsFunc(form, func(c rune) bool { return c == '&' }) {
			name, value, _ := strings.Cut(pair, "=")
			more = append(more, name, value)
		}
		lea.makeToken(strings.TrimSpace("Phone "+form), more...)
		got := s.One("SELECT expires_at FROM tokens WHERE name = ?", strings.TrimSpace("Phone "+form))
		if !strings.HasPrefix(got, end) || end == "" && got != "" {
			t.Errorf("%q ends %s, want %s", form, got, end)
		}
	}
}

// TestAnAdministratorSeesAndRevokesTokens: the page of a user lists their tokens, to be revoked by an
// administrator who may do all that the user may. Permissions that the user has lost are struck out.
func TestAnAdministratorSeesAndRevokesTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.as("Administrator"), s.as("Manager")
	lea.makeToken("Phone", "permission", "EditClient")
	id, page := s.One("SELECT id FROM tokens"), "/admin/users/"+lea.user.ID
	if err := s.DB.SetRoles(context.Background(), db.System, lea.user.ID, []string{"Viewer"}, ""); err != nil {
		t.Fatal(err)
	}
	shown := ines.get(page).want(200, "[aria-labelledby=tokens-h] .state", "Works in part").want(200, "del", "change organizations")
	clerk := s.as(s.Role("Clerk", db.ManageUsers))
	s.unchanged(func() {
		ines.post("/admin/users/"+ines.user.ID+"/tokens/"+id+"/revoke").want(404, "", "")
		clerk.get(page + "?revoke=" + id).wantNot("form[action$=revoke]").wantNot("[href*=revoke]")
		clerk.post(page+"/tokens/"+id+"/revoke").want(422, "#beyond", "you cannot change this account")
		ines.post("/account/tokens/"+id+"/revoke").want(404, "", "")
	})
	link, _ := shown.html.Find("[aria-labelledby=tokens-h] td a").Attr("href")
	ines.submit(ines.get(link), "form[action$=revoke]").want(303, "", "")
	s.wantAudit(ines, "revoke_token", "Phone", lea.user.ID)
	ines.get(page).want(200, "[aria-labelledby=tokens-h] .state", "Revoked 24 Nov")
	ines.get("/admin/audit?action=revoke_token").want(200, "main", "revoked the token Phone of Manager Person")
}
