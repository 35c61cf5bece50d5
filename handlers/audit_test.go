package handlers_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/demo"
)

// auditSentences returns the sentences of the audit log, newest first, without the entries about
// reading it.
func auditSentences(a answer) (all []string) {
	for _, s := range sentences(a) {
		if !strings.Contains(s, "the audit log") {
			all = append(all, s)
		}
	}
	return all
}

func TestTheAuditLogSaysWhoDidWhatToWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea := s.person("Inès Moreau", "Administrator"), s.person("Léa Fournier", "Viewer")
	org := ines.post("/organizations", "display_name", "Quay").to()
	elif := ines.post("/contacts", "first_name", "Elif", "last_name", "Aydın").to()
	ines.post(org, "version", "1", "sector", "Retail").want(303, "", "")
	ines.post(elif, "version", "1", "phone", "555").want(303, "", "")
	ines.post(org+"/contacts", "contact_id", key(elif), "role_label", "CFO").want(303, "", "")
	ines.post(org+"/contacts/"+key(elif), "version", "1", "role_label", "CEO", "relationship_status", "Former").want(303, "", "")
	ines.post(org+"/interactions", "channel", "note", "subject", "Kick-off", "contact_id", key(elif)).want(303, "", "")
	i := "/interactions/" + s.One("SELECT id FROM interactions")
	ines.post(i+"/delete", "version", "1").want(303, "", "")
	ines.post(i+"/restore").want(303, "", "")
	ines.post(org+"/contacts/"+key(elif)+"/unlink", "version", "2").want(303, "", "")
	ines.post(elif+"/archive", "version", "2").want(303, "", "")
	ines.post(org+"/archive", "version", "2").want(303, "", "")
	lea.post(org+"/restore", "version", "3").want(403, "", "")
	ines.post("/account", "full_name", "Inès Moreau", "time_zone", "UTC", "theme", "dark").want(303, "", "")
	user := "/admin/users/" + lea.user.ID
	ines.post(user+"/roles", "role", "Manager").want(303, "", "")
	ines.post(user+"/reset-password").want(200, "", "")
	lea.signIn() // giving them another role ended their session
	ines.post(user+"/end-sessions").want(303, "", "")
	ines.post(user+"/disable").want(303, "", "")
	ines.post("/admin/users", "email", "sam@quay.example", "full_name", "Sam Okoye", "role", "Viewer", "role", "Manager").want(200, "", "")
	for range 10 {
		s.stranger().post("/login", "email", ines.user.Email, "password", "wrong").want(422, "", "")
	}
	s.stranger().post("/login", "email", "nobody@quay.example", "password", "wrong").want(422, "", "")

	want := []string{
		"Somebody was refused at sign-in as nobody@quay.example",
		"Inès Moreau was locked out for 15 minutes after 10 wrong passwords",
	}
	for range 10 {
		want = append(want, "Inès Moreau was refused at sign-in")
	}
	want = append(want,
		"Inès Moreau created the user Sam Okoye as Viewer, Manager",
		"Inès Moreau disabled Léa Fournier (left)", "Inès Moreau signed Léa Fournier (left) out everywhere",
		"Inès Moreau created a password link for Léa Fournier (left)",
		"Inès Moreau changed the roles of Léa Fournier (left)", "Inès Moreau changed their own account",
		"Léa Fournier (left) was refused: POST "+org+"/restore, without “Change organizations, contacts and who belongs to whom”",
		"Inès Moreau archived Quay", "Inès Moreau archived the contact Elif Aydın", "Inès Moreau unlinked Elif Aydın from Quay as CEO, Former",
		"Inès Moreau restored a note about Elif Aydın at Quay: Kick-off", "Inès Moreau deleted a note about Elif Aydın at Quay: Kick-off",
		"Inès Moreau logged a note about Elif Aydın at Quay: Kick-off", "Inès Moreau changed the link to Elif Aydın at Quay",
		"Inès Moreau linked Elif Aydın to Quay as CFO, Active", "Inès Moreau changed the contact Elif Aydın", "Inès Moreau changed Quay",
		"Inès Moreau created the contact Elif Aydın", "Inès Moreau created Quay",
		"The system created the user Léa Fournier (left) as Viewer", "The system created the user Inès Moreau as Administrator",
	)
	page := ines.get("/admin/audit").want(200, "title", "Audit log").wantFragment(false)
	got := auditSentences(page)
	for n := range max(len(got), len(want)) {
		if n >= len(want) || n >= len(got) || got[n] != want[n] {
			t.Fatalf("entry %d of %d: %q, want %q", n, len(want), got[n:min(n+1, len(got))], want[n:min(n+1, len(want))])
		}
	}
	page.want(200, ".diff", "Viewer").want(200, ".diff ins", "to Manager").
		want(200, ".diff", "Retail").want(200, ".from", "192.0.2.1").want(200, ".from", "update_user")
	page.want(200, `.by a[href="`+org+`"]`, "Quay").
		want(200, `.by a[href="`+user+`"]`, "Léa Fournier").want(200, `.by a[href="`+i+`"]`, "Kick-off")
	page.want(200, `.from a[href="/admin/audit?target_id=`+key(org)+`&target_type=organization"]`, "All about this organization")
	page.want(200, ".side nav a[aria-current=page]", "Audit log")
	ines.get("/account").want(200, ".tabbar .menu a", "Audit log")
	lea.wantAudit(nil, "view_audit")
}

func TestTheAuditLogIsFilteredInItsAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, tomas := s.person("Inès Moreau", "Administrator"), s.person("Tomás Brandt", "Manager")
	org := tomas.post("/organizations", "display_name", "Quay").to()
	ines.post(org, "version", "1", "sector", "Retail").want(303, "", "")
	tomas.post("/logout").want(303, "", "")

	wantLog := func(query string, want ...string) answer {
		t.Helper()
		a := ines.get("/admin/audit"+query).want(200, "h1", "Audit log")
		if got := auditSentences(a); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s says %q, want %q", query, got, want)
		}
		return a
	}
	a := wantLog("?actor="+tomas.user.ID, "Tomás Brandt signed out", "Tomás Brandt created Quay")
	a.want(200, ".chip summary b", "Tomás Brandt").want(200, ".chip a.x[href='/admin/audit']", "").
		wantValue("#f-actor [name=actor][checked]", tomas.user.ID)
	a.want(200, `.page-head a[href="/admin/audit.csv?actor=`+tomas.user.ID+`"]`, "Download CSV")
	a.want(200, "#f-action label:has([value=logout])", "Signed out")
	for action, label := range map[string]string{"erase_contact": "Erased a contact", "delete_role": "Deleted a role"} {
		a.wantNot("#f-action [value=" + action + "]") // nobody can do it yet; an address may name it
		ines.get("/admin/audit?action="+action).want(200, "#f-action label:has([value="+action+"][checked])", label)
	}
	wantLog("?actor="+tomas.user.ID+"&action=logout", "Tomás Brandt signed out")
	wantLog("?action=update_org&target_type=organization", "Inès Moreau changed Quay").want(200, ".chip b", "Changed an organization")
	wantLog("?target_type=organization&target_id="+key(org), "Inès Moreau changed Quay", "Tomás Brandt created Quay").
		want(200, ".chip", "Quay")
	wantLog("?target_type=session&from=2026-11-24&to=2026-11-24", "Tomás Brandt signed out").wantValue("#from", "2026-11-24")
	wantLog("?to=2026-11-23").want(200, "#timeline-empty", "Nothing matches")
	wantLog("?action=dance").want(200, ".chip b", "dance")
	wantLog("?actor="+tomas.user.ID+"&actor=none&action=logout&action=create_org", "Tomás Brandt signed out", "Tomás Brandt created Quay").
		want(200, ".chip b", "Tomás Brandt or the system").
		wantTexts(".chip b", "Tomás Brandt or the system", "Created an organization or Signed out")
	wantLog("?target_type=session&target_type=organization&target_type_is=not&actor_is=not&actor="+ines.user.ID,
		"The system created the user Tomás Brandt as Manager", "The system created the user Inès Moreau as Administrator",
	).wantTexts(".chip b", "not Inès Moreau", "not Organizations or Sign-ins and sessions")
	wantLog("?actor=none&actor_is=not&field_is=maybe&action=logout", "Tomás Brandt signed out").
		wantTexts(".chip b", "Anybody signed in", "Signed out")
	wantLog("?actor=none&target_type=user", "The system created the user Tomás Brandt as Manager",
		"The system created the user Inès Moreau as Administrator")
	ines.get("/admin/audit?from=yesterday").want(422, "h1 + p", "Enter a day, like 2026-11-24")
	ines.get("/admin/audit.csv?to=2026-02-30").want(422, "h1 + p", "Enter a day, like 2026-11-24")

	said := s.One("SELECT json_group_array(json(metadata)) FROM audit_logs WHERE action = 'view_audit'")
	for _, search := range []string{`{"actor":"` + tomas.user.ID + `"}`, `{"from":"2026-11-24","target_type":"session","to":"2026-11-24"}`} {
		if !strings.Contains(said, search) {
			t.Errorf("%s is not in %s", search, said)
		}
	}
	all := strings.Join(sentences(ines.get("/admin/audit?action=view_audit")), "|")
	for _, search := range []string{
		"searched the audit log: by Tomás Brandt, signed out", "about organizations, one record",
		"about sign-ins and sessions, from 24 Nov 2026, to 24 Nov 2026", "by the system, about users",
		"by Tomás Brandt or the system, created an organization or signed out",
		"not by Inès Moreau, not about organizations or sign-ins and sessions",
	} {
		if !strings.Contains(all, search) {
			t.Errorf("%q is not in %s", search, all)
		}
	}
}

func TestNamesakesInTheAuditLogAreToldApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, one, two := s.person("Inès Moreau", "Administrator"), s.person("Anna Berg", "Viewer"), s.person("Anna Berg", "Viewer")
	page := ines.get("/admin/audit")
	for _, b := range []*browser{one, two} {
		page.wantTexts(`#f-actor label:has([value="`+b.user.ID+`"])`, "Anna Berg ("+b.user.Email+")")
	}
	page.wantTexts(`#f-actor label:has([value="`+ines.user.ID+`"])`, "Inès Moreau")
}

func TestOlderEntriesOfTheAuditLogFollow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	org := s.Organization("Quay")
	for i := range 60 {
		if _, err := s.DB.UpdateOrganization(t.Context(), db.System, key(org), i+1, db.Fields{"tax_id": fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	page := ines.get("/admin/audit?action=update_org")
	if n := len(sentences(page)); n != db.AuditSize {
		t.Fatalf("%d entries", n)
	}
	older := page.html.Find("#load-older").AttrOr("href", "")
	if older != page.html.Find("#load-older").AttrOr("hx-get", "") || !strings.Contains(older, "action=update_org") {
		t.Error(older)
	}
	s.unchanged(func() {
		ines.viaHTMX().get(older).want(200, "hx-partial[hx-target='#timeline']", "The system changed Quay").
			wantNot("#load-older").wantNot("hx-partial h3").wantFragment(true)
		rest := ines.get(older).want(200, "#timeline", "The system changed Quay").wantFragment(false)
		if n := len(sentences(rest)); n != 10 {
			t.Errorf("%d entries are older", n)
		}
		ines.get("/admin/audit?action=update_org&before=1").want(200, "#timeline-empty", "")
	})
	// The address says how many are shown.
	if at := ines.viaHTMX().get(older).Header.Get("HX-Replace-Url"); at != "/admin/audit?action=update_org&rows=100" {
		t.Error("after the older ones the address is", at)
	}
	for rows, n := range map[string]int{"100": 60, "55": 55, "1": 50, "-4": 50, "x": 50, "999999999": 60} {
		page := ines.get("/admin/audit?action=update_org&rows=" + rows)
		if shown := len(sentences(page)); shown != n {
			t.Errorf("rows=%s: %d entries", rows, shown)
		}
	}
	ines.get("/admin/audit?action=update_org&rows=100").want(200, ".back [name=from][value='/admin/audit?action=update_org&rows=100']", "")
	for _, damaged := range []string{"-5", "0", "x", "99999999999999999999999"} {
		ines.get("/admin/audit?before="+damaged).want(422, "h1 + p", "is not valid")
	}
}

func TestTheAuditLogShowsClientsOnlyToThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	if _, err := s.DB.UpdateOrganization(t.Context(), db.System, key(w.org), 1, db.Fields{"sector": "Secret sector"}); err != nil {
		t.Fatal(err)
	}
	auditor, clients := s.as(s.Role("Auditor", db.ViewAudit)), s.as(s.Role("Reader", db.ViewAudit, db.ViewClient))
	a := auditor.get("/admin/audit").want(200, "#timeline", "The system created the user Auditor Person").
		wantNot(".chip [value*=organization], .chip [value*=batch], .chip [value*=interaction], .chip [value*=_view]")
	file := auditor.get("/admin/audit.csv").want(200, "", "")
	for _, answer := range []answer{a, file} {
		for _, secret := range []string{
			"Harbor", "Elif", "Renewal", "Secret sector", "CFO", `"/organizations/`,
			`"/contacts/`, `"/interactions/`, key(w.org), "update_org", "create_interaction",
		} {
			if strings.Contains(answer.body, secret) {
				t.Errorf("%s tells of %s", answer.what, secret)
			}
		}
	}
	a.wantNot(`.by > span a`)
	clients.get("/admin/audit").want(200, ".chip label:has([value=update_view])", "Changed")
	b := clients.get("/admin/audit").want(200, `.by a[href="`+w.org+`"]`, "Harbor & Pine").
		want(200, ".diff", "Secret sector").want(200, ".chip label:has([value=organization])", "Organizations").
		wantNot(".chip [value*=interaction]")
	if strings.Contains(b.body, "Renewal") {
		t.Error("an interaction is told to who may not see it")
	}
	clients.get("/admin/audit").wantNot(`.by > span a[href^="/admin/users"]`) // they may not open users' pages
}

func TestTheFileOfTheAuditLogByteForByte(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Organization("=Quay, \"Ltd\"")
	if _, err := s.DB.UpdateOrganization(t.Context(), db.Actor{IP: "192.0.2.7", UA: "@Browser", May: db.Permissions},
		key(org), 1, db.Fields{"sector": "Réseau", "tax_id": "-1"}); err != nil {
		t.Fatal(err)
	}
	ines := s.person("+Inès", "Administrator")
	file := ines.get("/admin/audit.csv").want(200, "", "")
	hash := func(seq int) string { return s.One("SELECT hash FROM audit_logs WHERE seq = ?", seq) }
	meta := func(seq int) string {
		return `"` + strings.ReplaceAll(s.One("SELECT metadata FROM audit_logs WHERE seq = ?", seq), `"`, `""`) + `"`
	}
	const at = "2026-11-24T09:30:00.000Z"
	want := "\uFEFF" + strings.Join([]string{
		"time,seq,person,email,action,kind,record_id,record,change,metadata,ip,user_agent,hash",
		at + `,3,,,create_user,user,` + ines.user.ID + `,'+Inès,created the user +Inès as Administrator,` + meta(3) + `,,,` + hash(3),
		at + `,2,,,update_org,organization,` + key(org) +
			`,"'=Quay, ""Ltd""","changed =Quay, ""Ltd"": Sector empty → Réseau; Tax ID empty → -1",` + meta(2) + `,192.0.2.7,'@Browser,` + hash(2),
		at + `,1,,,create_org,organization,` + key(org) + `,"'=Quay, ""Ltd""","created =Quay, ""Ltd""",` + meta(1) + `,,,` + hash(1),
		"",
	}, "\r\n")
	if file.body != want {
		t.Errorf("the file is\n%q\nwant\n%q", file.body, want)
	}
	for name, value := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="audit-2026-11-24.csv"`,
		"Cache-Control": "no-store",
	} {
		if got := file.Header.Get(name); got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	s.wantAudit(ines, "export_audit", `"rows":3`, `"complete":true`)
	ines.get("/admin/audit").want(200, "#timeline", "exported 3 entries of the audit log")

	empty := ines.get("/admin/audit.csv?action=login").want(200, "", "")
	if strings.Count(empty.body, "\r\n") != 1 {
		t.Errorf("a file of nothing: %q", empty.body)
	}
	s.wantAudit(ines, "export_audit", `"rows":0`, `"action":"login"`)
	s.unchanged(func() { ines.send("HEAD", "/admin/audit.csv", nil).want(200, "", "") })
	s.unchanged(func() { ines.send("HEAD", "/admin/audit", nil).want(200, "", "") })
}

// chunkRecorder records how an answer is written: the bytes between flushes, and the number of flushes.
type chunkRecorder struct {
	*httptest.ResponseRecorder
	since, most, steps int
}

func (w *chunkRecorder) Write(p []byte) (int, error) {
	w.since += len(p)
	w.most = max(w.most, w.since)
	return w.ResponseRecorder.Write(p)
}

func (w *chunkRecorder) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

func (w *chunkRecorder) Flush() { w.since = 0; w.steps++ }

// TestALongFileIsSentInSteps: little is kept in memory, and of a file that breaks off the browser
// learns that it is incomplete, and the history how much was sent.
func TestALongFileIsSentInSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	if err := demo.Fill(t.Context(), s.DB, db.System, "s", 1, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	w := &chunkRecorder{ResponseRecorder: httptest.NewRecorder()}
	r := ines.request("GET", "/admin/audit.csv", nil)
	r.AddCookie(ines.cookie)
	s.ServeHTTP(w, r)
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || w.Code != 200 {
		t.Fatal(w.Code, err)
	}
	if n := fmt.Sprint(len(rows) - 1); n != s.One("SELECT json_extract(metadata, '$.rows') FROM audit_logs WHERE action = 'export_audit'") || len(rows) < 10_000 {
		t.Error(n, "rows")
	}
	if w.most > 1<<20 || w.steps < len(rows)/500 {
		t.Errorf("%d bytes were kept at once, sent in %d steps", w.most, w.steps)
	}

	server := httptest.NewServer(s)
	defer server.Close()
	r, err = http.NewRequest("GET", server.URL+"/admin/audit.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(ines.cookie)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	s.End()
	read, err := csv.NewReader(a.Body).ReadAll()
	if err == nil {
		t.Errorf("%d rows were taken for all", len(read))
	}
	server.Close() // waits until the request is done
	s.wantAudit(ines, "export_audit", `"complete":false`)
}

func TestTheHistoryIsVerifiedOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	ines.get("/admin/audit").want(200, "#verified", "not been verified yet")
	ines.post("/admin/audit/verify").want(303, "", "")
	hash := s.One("SELECT hash FROM audit_logs ORDER BY seq DESC LIMIT 1")
	ines.get("/admin/audit").want(200, "#verified", "The history is intact. Verified").want(200, ".verified:not([open]) p", "2 rows").
		want(200, ".verified code", hash).wantNot(".banner").want(200, "#toasts", "The history is intact: 2 rows")
	s.Exec("DROP TRIGGER audit_logs_no_update")
	s.Exec("UPDATE audit_logs SET action = 'update_user' WHERE seq = 1")
	ines.post("/admin/audit/verify").want(303, "", "")
	ines.get("/admin/audit").want(200, "#verified.banner.bad", "the history is broken: row 1 was changed").
		want(200, "#verified", "It was last intact").want(200, "#verified", "with 2 rows")
}

func TestTheMenuOfAdministrationShowsWhatIsAllowed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for role, want := range map[string][]string{
		s.Role("Auditor", db.ViewAudit): {"Audit log"}, s.Role("Office", db.ManageUsers): {"Users", "Roles"},
		s.Role("Both", db.ManageUsers, db.ViewAudit): {"Users", "Roles", "Audit log"}, "Viewer": nil,
	} {
		s.as(role).get("/").wantTexts("[aria-labelledby=nav-admin] a", want...)
	}
}

// TestAnOldValueIsRestoredInTheAuditLog: without leaving it and its filters, and the focus stays where it was.
func TestAnOldValueIsRestoredInTheAuditLog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	acme := s.Organization("Acme", "sector", "Retail")
	ines.post(acme+"/fields/sector", "value", "Energy", "version", "1").to()
	ines.post("/follow-ups", "text", "Call them", "due_on", "2026-11-24", "organization_id", key(acme)).to()
	ines.post("/follow-ups/"+s.One("SELECT id FROM follow_ups")+"/done", "version", "1").to()

	place := "/admin/audit?actor=" + ines.user.ID
	log := ines.get(place).want(200, ".by .back button", "Reopen Call them").want(200, ".diff .back button", "Restore this value of Sector")
	if to := ines.submit(log, ".diff .back button").to(); to != place {
		t.Errorf("it leads to %s", to)
	}
	s.WantOne("Retail", "SELECT sector FROM organizations")
	log = ines.get(place).want(200, "li[autofocus] .diff", "Energy").want(200, ".toast form button", "Undo")
	ines.get(ines.submit(log, ".toast form button").to()).want(200, "li[autofocus]", "Sector").want(200, ".toast", "Sector is as it was")
	s.WantOne("Energy", "SELECT sector FROM organizations")
	ines.submit(log, ".by .back button").to()
	s.wantAudit(ines, "reopen_follow_up")

	auditor := s.as(s.Role("Auditor", db.ViewClient, db.ViewInteraction, db.ViewAudit))
	auditor.get("/admin/audit").want(200, "#timeline", "Acme").wantNot(".back")
	ines.post(acme+"/fields/sector", "value", "Media", "version", "4", "history", "//evil.example/admin/audit").want(303, "", "")
}

// TestTheAuditLogIsFilteredByRecordFieldAndText: by what its reader sees.
func TestTheAuditLogIsFilteredByRecordFieldAndText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.person("Inès Moreau", "Administrator")
	acme, birch := s.Organization("Acme Énergie"), s.Organization("Birch")
	ines.post(acme+"/fields/sector", "value", "Retail", "version", "1").to()
	ines.post(acme+"/fields/tax_id", "value", "SE-559", "version", "2").to()
	ines.post(birch+"/fields/sector", "value", "Media", "version", "1").to()
	ines.post("/account", "full_name", "Inès Moreau", "time_zone", "Europe/Rome", "theme", "dark").want(303, "", "")
	quay := s.Organization("Quay")
	ines.post(quay+"/fields/legal_name", "value", "A–Öz „Ünal“ & <Söhne> \\ \"Kai\" Ｗide", "version", "1").to()

	rows := "#timeline li .by > span"
	changed := func(a answer) (all []string) {
		for _, x := range sentences(a) {
			if strings.Contains(x, " changed ") {
				all = append(all, x)
			}
		}
		return all
	}
	for query, want := range map[string]string{
		"field=sector":                     "Inès Moreau changed Birch|Inès Moreau changed Acme Énergie",
		"field=sector&field=tax_id&q=acme": "Inès Moreau changed Acme Énergie|Inès Moreau changed Acme Énergie",
		"field=sector&field_is=not":        "Inès Moreau changed Quay|Inès Moreau changed their own account|Inès Moreau changed Acme Énergie",
		"field=sector&q=retail":            "Inès Moreau changed Acme Énergie",
		"q=acme+energ":                     "Inès Moreau changed Acme Énergie|Inès Moreau changed Acme Énergie",
		"q=se-559":                         "Inès Moreau changed Acme Énergie",
		"q=media+ines&field=tax_id":        "",
		"q=cme":                            "",
		"q=oz+unal+sohne+kai+wide":         "Inès Moreau changed Quay",
		"q=legal+ines":                     "Inès Moreau changed Quay",
		"q=kai+acme":                       "",
		"q=rome":                           "Inès Moreau changed their own account",
		"q=zone":                           "Inès Moreau changed their own account",
		"q=map":                            "", // these words are only in what is stored
		"q=old":                            "",
		"q=" + key(quay)[:8]:               "",
		"field=password_hash":              "",
	} {
		if got := strings.Join(changed(ines.get("/admin/audit?"+query)), "|"); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	one := ines.get("/admin/audit?target_type=organization&target_id="+key(birch)).
		want(200, rows, "changed Birch").want(200, ".chip b", "Birch")
	one.wantTexts(".chip b", "Organizations", "Birch")
	page := ines.get("/admin/audit?field=sector&q=retail").wantValue("input[name=q]", "retail").want(200, ".chip b", "Sector")
	page.wantValue("#f-field [name=field][checked]", "sector")
	s.WantOne("1", `SELECT count(*) FROM audit_logs WHERE action = 'view_audit' AND metadata = '{"field":"sector","text":"retail"}'`)
	if file := ines.get("/admin/audit.csv?field=sector&q=retail").
		want(200, "", ""); !strings.Contains(file.body, "Acme") || strings.Contains(file.body, "Birch") {
		t.Errorf("the file has\n%s", file.body)
	}
	s.wantAudit(ines, "export_audit", `"rows":1`)
	ines.get("/admin/audit").want(200, "#timeline", "searched the audit log: changes of Sector, with “retail”")
	ines.get("/admin/audit?q=zzz").want(200, "#timeline-empty", "No entry matches these filters").wantNot("#load-older")

	// A record is found by its name, also without script, and keeps the other filters.
	about := "/admin/audit?field=sector&target_id=" + key(birch) + "&target_type=organization"
	for _, a := range []answer{
		ines.get("/admin/audit?field=sector&target_type=contact&record=birch").want(200, "#f-record[open]", "").
			wantValue("#f-record [name=record]", "birch"),
		ines.viaHTMX().get("/admin/audit/records?field=sector&field_is=&record=birch").wantFragment(true),
	} {
		a.want(200, "#record-found a[href='"+about+"']", "Birch")
	}
	ines.get(about).want(200, rows, "changed Birch").wantTexts(".chip b", "Organizations", "Sector", "Birch")
	if to := ines.get("/admin/audit/records?field=sector&record=birch").to(); to != "/admin/audit?field=sector&record=birch" {
		t.Errorf("without script it leads to %s", to)
	}
	if to := ines.get("/admin/audit?q=&field=sector&record=birch&from=&to=").to(); to != "/admin/audit?field=sector&record=birch" {
		t.Errorf("the short address is %s", to)
	}
	call := s.Log(birch, "", "Offer 18")
	ines.viaHTMX().get("/admin/audit/records?record=offer").
		want(200, "#record-found a[href='/admin/audit?target_id="+key(call)+"&target_type=interaction']", "Offer 18")
	who := "/admin/audit?target_id=" + ines.user.ID + "&target_type=user"
	first, _, _ := strings.Cut(ines.user.FullName, " ")
	ines.viaHTMX().get("/admin/audit/records?record="+first).want(200, "#record-found a[href='"+who+"'] small", "User")
	ines.get(who).wantTexts(".chip b", "Users", ines.user.FullName).wantNot("#f-record").
		want(200, "[aria-label='Remove the record filter'][href='/admin/audit']", "")
	ines.viaHTMX().get("/admin/audit/records?record=zzz").want(200, "#record-found", "Nothing found")
	ines.post(birch+"/archive", "version", "2")
	ines.viaHTMX().get("/admin/audit/records?record=birch").want(200, "#record-found .opt", "Archived")
	ticked := ines.viaHTMX().get("/admin/audit?field=sector&field_is=&actor_is=&from=&q=").want(200, "#list "+rows, "changed Birch").
		want(200, "hx-partial[hx-target='#chips'] .chip b", "Sector").
		want(200, "hx-partial [href='/admin/audit.csv?field=sector']", "").wantFragment(true)
	if to := ticked.Header.Get("HX-Push-Url"); to != "/admin/audit?field=sector" {
		t.Errorf("its address is %s", to)
	}

	// Somebody who sees only their own clients finds nothing by the values of others.
	own := s.stranger()
	own.user = s.User("Nils Berg", "Viewer")
	s.Own(own.user, db.ViewClient, db.ViewAudit)
	own.signIn()
	own.get("/admin/audit?q=retail").want(200, "#timeline", "").wantNot(".diff")
	own.get("/admin/audit?field=sector").wantNot(".diff")
	for _, name := range []string{"acme", "offer"} {
		own.get("/admin/audit?record="+name).want(200, "#record-found", "Nothing found").wantNot("#record-found a")
	}
	for kinds, role := range map[string]string{
		"Find a client, interaction or user": "Administrator", "Find a client or user": s.Role("Reader", db.ViewAudit, db.ViewClient),
	} {
		s.as(role).get("/admin/audit").want(200, "#f-record [aria-label='"+kinds+"']", "")
	}
	office := s.as(s.Role("Office", db.ViewAudit, db.ManageUsers)) // sees no clients
	office.get("/admin/audit").want(200, "#f-record [aria-label='Find a user']", "")
	office.get("/admin/audit?record="+first).want(200, "#record-found a[href='"+who+"']", "").wantTexts("#record-found small", "User")
}
