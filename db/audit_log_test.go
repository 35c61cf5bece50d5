package db_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// busyDays fills an office's audit log with rows of several users, kinds and days.
func busyDays(t *testing.T, o *dbtest.Office) {
	t.Helper()
	for day := range 4 {
		org := o.NewOrganization(t, fmt.Sprint("Organization ", day))
		maya := o.NewContact(t, "Maya", fmt.Sprint("Okafor ", day), "")
		must(o.UpdateOrganization(t.Context(), o.Ines, org.ID, 1, db.Fields{"sector": fmt.Sprint(day)}))(t)
		must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: org.ID, ContactID: maya.ID}))(t)
		o.Call(t, org, "")
		token := signIn(t, o, "tomas@pinestreet.example")
		signIn(t, o, "tomas@pinestreet.example")
		if err := o.EndSessions(t.Context(), o.Ines, o.Lea.UserID); err != nil {
			t.Fatal(err)
		}
		must(o.EndOtherSessions(t.Context(), o.Tomas, token))(t)
		if err := o.RecordRefusal(t.Context(), o.Lea, "POST", "/organizations", db.EditClient); err != nil {
			t.Fatal(err)
		}
		o.Clock.Add(20 * time.Hour)
	}
}

// auditSeqs pages through the log from the newest entry to the oldest, without the rows about
// reading it.
func auditSeqs(t *testing.T, o *dbtest.Office, by db.Actor, f db.AuditFilter) (all []int64) {
	t.Helper()
	for {
		page, older, err := o.AuditLog(t.Context(), by, f)
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		for _, e := range page {
			if e.Action != "view_audit" {
				all = append(all, e.Seq)
			}
		}
		if older == 0 {
			return all
		}
		f.Before = older
	}
}

// auditRows returns the rows of the log, newest first, without those about reading it.
func auditRows(t *testing.T, o *dbtest.Office) (all []db.AuditEntry) {
	t.Helper()
	for _, row := range o.Column(t, `
		SELECT json_array(seq, ifnull(user_id, 'none'), action, target_type, ifnull(target_id, ''), created_at) FROM audit_logs
		WHERE action <> 'view_audit' ORDER BY seq DESC`) {
		var e db.AuditEntry
		var at string
		if err := json.Unmarshal([]byte(row), &[]any{&e.Seq, &e.UserID, &e.Action, &e.TargetType, &e.TargetID, &at}); err != nil {
			t.Fatal(err)
		}
		e.At = must(db.ParseTime(at))(t)
		all = append(all, e)
	}
	return all
}

func TestEveryFilterOfTheAuditLogFindsWhatFits(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	busyDays(t, o)
	org, rows := o.Column(t, "SELECT id FROM organizations ORDER BY display_name")[0], auditRows(t, o)
	all, none := db.ValueFilter{}, db.ValueFilter{None: true}
	some := func(none, not bool, values ...string) db.ValueFilter {
		return db.ValueFilter{Values: values, None: none, Not: not}
	}
	for _, actor := range []db.ValueFilter{all, none, some(true, false, o.Tomas.UserID, "nobody"), some(false, true, o.Tomas.UserID)} {
		for _, action := range []db.ValueFilter{
			all, db.OneOf("login"), db.OneOf("dance"), some(false, false, "end_sessions", "update_org"), some(true, true, "login"),
		} {
			for _, kind := range []db.ValueFilter{
				all, none, db.OneOf("organization"), db.OneOf("dog"), some(false, false, "session", "user"), some(false, true, "organization", "user"),
			} {
				for _, target := range []string{"", org, "'"} {
					f := db.AuditFilter{Actor: actor, Action: action, TargetType: kind, TargetID: target}
					var wanted []int64
					for _, e := range rows {
						if chosen(strings.TrimPrefix(e.UserID, "none"), actor) && chosen(e.Action, action) &&
							chosen(e.TargetType, kind) && (target == "" || target == e.TargetID) {
							wanted = append(wanted, e.Seq)
						}
					}
					want(t, fmt.Sprintf("%+v", f), fmt.Sprint(auditSeqs(t, o, o.Ines, f)), fmt.Sprint(wanted))
				}
			}
		}
	}
}

func TestDaysOfTheAuditLogAreThoseOfTheReader(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"Europe/Stockholm", "Pacific/Kiritimati", "Pacific/Honolulu"} {
		o := dbtest.OpenOffice(t)
		busyDays(t, o)
		reader, rows := o.Ines, auditRows(t, o)
		reader.Zone = must(time.LoadLocation(place))(t)
		days := []string{"", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27", "2026-12-31", "2020-02-29"}
		for _, from := range days {
			for _, to := range days {
				for _, action := range []db.ValueFilter{{}, db.OneOf("login")} {
					var wanted []int64
					for _, e := range rows {
						day := e.At.In(reader.Zone).Format(time.DateOnly)
						if chosen(e.Action, action) && (from == "" || day >= from) && (to == "" || day <= to) {
							wanted = append(wanted, e.Seq)
						}
					}
					f := db.AuditFilter{From: from, To: to, Action: action}
					want(t, fmt.Sprintf("%s %+v", place, f), fmt.Sprint(auditSeqs(t, o, reader, f)), fmt.Sprint(wanted))
				}
			}
		}
		for _, bad := range []string{"yesterday", "2026-02-30", "2026-11-24T10:00", "0001-01-01", "\x00", "' OR 1"} {
			_, _, err := o.AuditLog(t.Context(), reader, db.AuditFilter{From: bad})
			wantInvalid(t, err, "from")
			wantInvalid(t, o.ExportAudit(t.Context(), reader, db.AuditFilter{To: bad}, nil), "to")
		}
	}
}

// TestRowsThatCameBeforeTheirTimeAreFound: rows written after a clock was set back, and sample
// data, whose times are earlier than those of rows before it.
func TestRowsThatCameBeforeTheirTimeAreFound(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t) // the office's users were created on 24 November
	o.Clock.Add(-1000 * 24 * time.Hour)
	old := o.Acme(t)
	o.Clock.Add(990 * 24 * time.Hour)
	o.Call(t, old, "")
	o.Clock.Add(-2 * time.Hour)
	o.Call(t, old, "")
	for _, f := range []db.AuditFilter{
		{From: "2026-11-24"}, {From: "2026-11-24", Action: db.OneOf("create_user")}, {From: "2026-11-14", TargetType: db.OneOf("user")},
	} {
		want(t, fmt.Sprintf("%+v", f), fmt.Sprint(auditSeqs(t, o, o.Ines, f)), "[3 2 1]")
		if f.To = "2026-11-23"; f.From == "2026-11-24" {
			want(t, fmt.Sprintf("%+v", f), len(auditSeqs(t, o, o.Ines, f)), 0)
		}
	}
	want(t, "both calls", len(auditSeqs(t, o, o.Ines,
		db.AuditFilter{From: "2026-11-14", To: "2026-11-14", TargetType: db.OneOf("interaction")})), 2)
}

func TestTheAuditLogIsWalkedOnceWhileRowsComeIn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for n := range 170 {
		must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, n+1, db.Fields{"sector": fmt.Sprint(n)}))(t)
	}
	for _, f := range []db.AuditFilter{
		{},
		{Actor: db.OneOf(o.Tomas.UserID)},
		{Action: db.OneOf("update_org")},
		{TargetType: db.OneOf("organization")},
		{TargetType: db.OneOf("organization"), TargetID: acme.ID},
	} {
		var all []int64
		for {
			page, older, err := o.AuditLog(t.Context(), o.Ines, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				if len(all) > 0 && e.Seq >= all[len(all)-1] {
					t.Fatalf("%+v: out of order or listed twice", f)
				}
				if all = append(all, e.Seq); e.At.IsZero() || e.Hash == "" {
					t.Fatalf("%+v", e)
				}
			}
			if older == 0 {
				break
			}
			want(t, "a page with more behind it", len(page), db.AuditSize)
			o.NewContact(t, "New", "Person", "")
			f.Before = older
		}
		if len(all) < 170 {
			t.Errorf("%+v: %d entries", f, len(all))
		}
	}
}

// TestEachActionSaysWhatItsReaderMustSee: every recorded action must have a sight.
func TestEachActionSaysWhatItsReaderMustSee(t *testing.T) {
	t.Parallel()
	nobody, everything := db.Actor{May: []db.Permission{db.ViewAudit}}, db.Actor{May: db.Permissions}
	own := everything
	own.OwnOnly = true
	for kind, actions := range db.AuditActions {
		for _, action := range actions {
			if !db.HasSight(action) {
				t.Errorf("db/actions.go does not say what a reader of %s must see: its sight", action)
			}
			want(t, action+" is there for who sees everything", everything.ReadsAction(action), true)
			switch kind {
			case "organization", "contact", "interaction":
				want(t, action+" is there without clients", nobody.ReadsAction(action), false)
			case "user", "role", "session":
				want(t, action+" is there without clients", nobody.ReadsAction(action), true)
			}
		}
	}
	want(t, "what nobody decided is there for who sees own clients", own.ReadsAction("dance"), false)
}

// tellingWords are words in the log, by what they reveal.
type tellingWords struct{ acme, brig, talks, talkViews, many []string }

// secretWorld records something of every kind that names a client, counts clients, or has their
// IDs.
func secretWorld(t *testing.T, o *dbtest.Office) (s tellingWords) {
	t.Helper()
	ctx := t.Context()
	acme, brig, maya := o.Acme(t), o.NewOrganization(t, "Brig"), o.Maya(t)
	for _, x := range []db.Organization{acme, brig} {
		must(o.UpdateOrganization(ctx, o.Tomas, x.ID, 1, db.Fields{"sector": "Sector of " + x.Name()}))(t)
	}
	must(o.LinkContact(ctx, o.Tomas, db.NewLink{
		OrganizationID: brig.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": "Secret role"},
	}))(t)
	call := must(o.LogInteraction(ctx, o.Tomas, db.Fields{
		"channel": "call", "subject": "Secret subject", "organization_id": brig.ID, "contact_id": maya.ID,
	}, ""))(t)
	must(o.UpdateInteraction(ctx, o.Tomas, call.ID, 1, db.Fields{"outcome": "Secret outcome"}))(t)
	step := must(o.AddFollowUp(ctx, o.Tomas, call.ID, db.Fields{"text": "Secret step", "due_on": "2026-12-01"}))(t)
	batch := must(o.RunBatch(ctx, o.Ines, assign(o, acme.ID, brig.ID)))(t).ID
	must(o.UndoBatch(ctx, o.Ines, batch))(t)
	must(o.CreateSavedView(ctx, o.Tomas, db.SavedView{List: "organizations", Name: "Secret clients", Query: "q=secretname", Shared: true},
		""))(t)
	view := must(o.CreateSavedView(ctx, o.Tomas, db.SavedView{
		List: "interactions", Name: "Secret calls", Query: "q=secretcall", Shared: true,
	}, ""))(t)
	for _, path := range []string{
		"/organizations/" + brig.ID + "/archive", "/organizations/" + brig.ID +
			"/contacts/" + maya.ID, "/contacts/secretname", "/batches/" + batch + "/undo",
	} {
		refuse(t, o, path)
	}
	for _, path := range []string{
		"/interactions/" + call.ID + "/edit", "/follow-ups/" + step.ID + "/done", "/organizations/x/interactions/" + call.ID, "/views/" + view.ID,
	} {
		refuse(t, o, path)
	}
	for _, path := range []string{"/organizations", "/admin/users/" + o.Lea.UserID + "/disable", "/account/sessions/1/end"} {
		refuse(t, o, path)
	}
	mustFirst(o.AuditLog(ctx, o.Ines, db.AuditFilter{TargetType: db.OneOf("organization"), TargetID: brig.ID}))(t)
	if err := o.ExportAudit(ctx, o.Ines, db.AuditFilter{Action: db.OneOf("create_org"), TargetID: brig.ID},
		func([]db.AuditEntry) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := o.SetRoles(ctx, o.Ines, o.Lea.UserID, []string{"Manager"}, ""); err != nil {
		t.Fatal(err)
	}
	return tellingWords{
		acme: []string{acme.ID, "Sector of Acme"}, brig: []string{brig.ID, maya.ID, "Brig", "Okafor", "maya@", "Secret role", "secretname"},
		talks:     []string{call.ID, step.ID, "Secret subject", "Secret outcome", "Secret step"},
		talkViews: []string{view.ID, "Secret calls", "secretcall"},
		many:      []string{batch, "Secret clients", "assign_owner"},
	}
}

// refuse records a refused request of Léa's, each in its own minute.
func refuse(t *testing.T, o *dbtest.Office, path string) {
	t.Helper()
	o.Clock.Add(time.Minute)
	if err := o.RecordRefusal(t.Context(), o.Lea, "POST", path, db.EditClient); err != nil {
		t.Fatal(err)
	}
}

// TestTheAuditLogTellsOnlyWhatItsReaderMaySee looks for every secret in the log and its export,
// with every filter, for readers with fewer and fewer rights.
func TestTheAuditLogTellsOnlyWhatItsReaderMaySee(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	s := secretWorld(t, o)
	filters := []db.AuditFilter{
		{},
		{Actor: db.OneOf(o.Tomas.UserID)},
		{Actor: db.OneOf(o.Ines.UserID)},
		{TargetID: s.brig[0]},
		{TargetID: s.talks[0]},
		{TargetID: s.many[0]},
	}
	for kind, actions := range db.AuditActions {
		filters = append(filters, db.AuditFilter{TargetType: db.OneOf(kind)})
		for _, action := range actions {
			filters = append(filters, db.AuditFilter{Action: db.OneOf(action)})
		}
	}
	o.Exec(t, "UPDATE organizations SET owner_user_id = ? WHERE display_name = 'Acme'", o.Lea.UserID)
	sees := func(own bool, may ...db.Permission) db.Actor {
		by := o.Lea
		by.May, by.OwnOnly = append(may, db.ViewAudit), own
		return by
	}
	everything := slices.Concat(s.acme, s.brig, s.talks, s.talkViews, s.many)
	for what, reader := range map[string]struct {
		by   db.Actor
		told []string
	}{
		"everything":              {sees(false, db.ViewClient, db.ViewInteraction), everything},
		"clients":                 {sees(false, db.ViewClient), slices.Concat(s.acme, s.brig, s.many)},
		"interactions alone":      {sees(false, db.ViewInteraction), nil},
		"neither":                 {sees(false), nil},
		"own clients":             {sees(true, db.ViewClient, db.ViewInteraction), s.acme},
		"own, no interactions":    {sees(true, db.ViewClient), s.acme},
		"own, and manages users":  {sees(true, db.ManageUsers), nil},
		"edits without seeing it": {sees(false, db.EditClient, db.EditInteraction), nil},
	} {
		var all strings.Builder
		for _, f := range filters {
			seen := auditText(t, o, reader.by, f)
			all.WriteString(seen)
			for _, secret := range everything {
				if strings.Contains(seen, secret) && !slices.Contains(reader.told, secret) {
					t.Errorf("%s, %+v: it reveals %q", what, f, secret)
				}
			}
		}
		for _, word := range append(reader.told, "update_user", "view_audit",
			"export_audit", "/admin/users/"+o.Lea.UserID+"/disable", `"path":"/organizations"`) {
			if !strings.Contains(all.String(), word) {
				t.Errorf("%s: %q is missing", what, word)
			}
		}
		if reader.told == nil || reader.by.OwnOnly {
			for _, word := range []string{`"rows"`, `"count"`, "target_id\":"} {
				if strings.Contains(all.String(), word) {
					t.Errorf("%s: %s is revealed", what, word)
				}
			}
		}
	}
	for _, by := range []db.Actor{o.Tomas, o.Lea, {}} {
		if _, _, err := o.AuditLog(t.Context(), by, db.AuditFilter{}); !errors.Is(err, db.ErrForbidden) {
			t.Error(err)
		}
		if err := o.ExportAudit(t.Context(), by, db.AuditFilter{}, nil); !errors.Is(err, db.ErrForbidden) {
			t.Error(err)
		}
		if _, err := o.AuditPeople(t.Context(), by); !errors.Is(err, db.ErrForbidden) {
			t.Error(err)
		}
		if _, _, err := o.History(t.Context(), db.Actor{May: []db.Permission{db.ViewAudit}},
			"organization", s.acme[0], db.HistoryPage{}); !errors.Is(err, db.ErrForbidden) {
			t.Errorf("a record's history without ViewClient: %v", err)
		}
	}
}

// auditText returns everything that a reader gets with a filter. It checks that the pages and the
// export agree.
func auditText(t *testing.T, o *dbtest.Office, by db.Actor, f db.AuditFilter) string {
	t.Helper()
	var pages, file []db.AuditEntry
	if err := o.ExportAudit(t.Context(), by, f, func(page []db.AuditEntry) error { file = append(file, page...); return nil }); err != nil {
		t.Fatal(err)
	}
	for first := true; first || f.Before > 0; first = false {
		page, older, err := o.AuditLog(t.Context(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		pages, f.Before = append(pages, page...), older
	}
	found := func(all []db.AuditEntry) (seqs []int64) {
		for _, e := range all {
			if e.UserName == "" && e.UserID != "" || e.Action == "" || e.TargetType == "" {
				t.Errorf("%+v does not say who did what", e)
			}
			if e.UserID != by.UserID || e.Action == "refused" { // what they read meanwhile is only in one of the two
				seqs = append(seqs, e.Seq)
			}
		}
		return seqs
	}
	want(t, fmt.Sprintf("rows of the file of %+v", f), fmt.Sprint(found(file)), fmt.Sprint(found(pages)))
	return string(must(json.Marshal(pages))(t)) + string(must(json.Marshal(file))(t))
}

// TestWhereSomebodyLeftOffTellsNothingOfInteractionsWithoutTheRight: even the time of a call is
// hidden, although its client is not.
func TestWhereSomebodyLeftOffTellsNothingOfInteractionsWithoutTheRight(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := must(o.CreateOrganization(t.Context(), o.Ines, db.Fields{"display_name": "Acme"}, ""))(t)
	o.Call(t, acme, "")
	want(t, "touched", len(must(o.LastTouched(t.Context(), o.Tomas, 5))(t)), 1)
	blind := o.Tomas
	blind.May = []db.Permission{db.ViewClient, db.EditClient}
	want(t, "touched, without ViewInteraction", len(must(o.LastTouched(t.Context(), blind, 5))(t)), 0)
}

func TestWhoSeesOnlyOwnClientsReadsOnlyOfThose(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	mine := o.Acme(t)
	o.Exec(t, "UPDATE organizations SET owner_user_id = ?", o.Lea.UserID)
	for n := range 510 { // more than one step reads
		o.NewOrganization(t, fmt.Sprint("Secret ", n))
	}
	by := o.Lea
	by.May, by.OwnOnly = db.Permissions, true
	page, older, err := o.AuditLog(t.Context(), by, db.AuditFilter{TargetType: db.OneOf("organization")})
	if err != nil || len(page) != 1 || older != 0 || page[0].TargetID != mine.ID || page[0].Organization != "Acme" {
		t.Fatal(page, older, err)
	}
	var rows int
	if err := o.ExportAudit(t.Context(), by, db.AuditFilter{TargetType: db.OneOf("organization")},
		func(page []db.AuditEntry) error { rows += len(page); return nil }); err != nil {
		t.Fatal(err)
	}
	want(t, "exported rows", rows, 1)
	want(t, "recorded rows", o.Column(t, "SELECT json_extract(metadata, '$.rows') FROM audit_logs WHERE action = 'export_audit'")[0], "1")
}

func TestReadingTheAuditLogIsRecorded(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for n := range 120 {
		must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, n+1, db.Fields{"sector": fmt.Sprint(n)}))(t)
	}
	read := func(f db.AuditFilter) {
		t.Helper()
		mustFirst(o.AuditLog(t.Context(), o.Ines, f))(t)
	}
	reads := func(n int) {
		t.Helper()
		want(t, "reads in the log", len(o.Column(t, "SELECT 1 FROM audit_logs WHERE action = 'view_audit' AND user_id = ?", o.Ines.UserID)), n)
	}
	read(db.AuditFilter{})
	read(db.AuditFilter{}) // again immediately
	reads(1)
	read(db.AuditFilter{Before: 100})
	read(db.AuditFilter{Before: 50})
	reads(1)
	read(db.AuditFilter{Action: db.OneOf("login"), From: "2026-11-01"})
	reads(2)
	want(t, "the search", o.Column(t, "SELECT metadata FROM audit_logs ORDER BY seq DESC LIMIT 1")[0],
		`{"action":"login","from":"2026-11-01"}`)
	o.Clock.Add(2 * time.Minute)
	read(db.AuditFilter{})
	reads(3)
	read(db.AuditFilter{Before: 1 << 50, Actor: db.OneOf(o.Lea.UserID)}) // not read before, so it counts as opening the log
	reads(4)
	o.Clock.Add(2 * time.Hour)
	read(db.AuditFilter{Before: 50})
	reads(5)
	read(db.AuditFilter{TargetID: strings.Repeat("x", 5000)})
	reads(6)
	want(t, "a long search is clipped", len(o.Column(t,
		"SELECT json_extract(metadata, '$.target_id') FROM audit_logs ORDER BY seq DESC LIMIT 1")[0]), 100)
}

func mustFirst[A, B any](a A, b B, err error) func(*testing.T) A {
	return must(a, err)
}

func TestAnExportIsRecordedWithWhatWasWritten(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for n := range 620 {
		must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, n+1, db.Fields{"sector": fmt.Sprint(n)}))(t)
	}
	recorded := func() string {
		t.Helper()
		return o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'export_audit' AND target_type = 'export' ORDER BY seq DESC LIMIT 1")[0]
	}
	var seqs []int64
	largest := 0
	if err := o.ExportAudit(t.Context(), o.Ines, db.AuditFilter{}, func(page []db.AuditEntry) error {
		for _, e := range page {
			seqs = append(seqs, e.Seq)
		}
		largest = max(largest, len(page))
		o.NewContact(t, "New", "Person", "") // rows recorded meanwhile are not part of it
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want(t, "rows", len(seqs), 624)
	want(t, "the first and the last", fmt.Sprint(seqs[0], seqs[623]), "624 1")
	want(t, "rows at once", largest, 500)
	want(t, "recorded", recorded(), `{"complete":true,"rows":624}`)

	gone := errors.New("the browser is gone")
	n := 0
	err := o.ExportAudit(t.Context(), o.Ines, db.AuditFilter{Action: db.OneOf("update_org")}, func([]db.AuditEntry) error {
		if n++; n == 2 {
			return gone
		}
		return nil
	})
	if !errors.Is(err, gone) {
		t.Error(err)
	}
	want(t, "recorded", recorded(), `{"action":"update_org","complete":false,"rows":500}`)

	ctx, cancel := context.WithCancel(t.Context())
	err = o.ExportAudit(ctx, o.Ines, db.AuditFilter{Action: db.OneOf("update_org")}, func([]db.AuditEntry) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	want(t, "recorded after it was cancelled", recorded(), `{"action":"update_org","complete":false,"rows":500}`)
	nothing := -1
	if err := o.ExportAudit(t.Context(), o.Ines, db.AuditFilter{Action: db.OneOf("dance")},
		func(page []db.AuditEntry) error { nothing = len(page); return nil }); err != nil {
		t.Error(err)
	}
	want(t, "rows written of nothing", nothing, 0)
}

func TestRefusalsAreRecordedAndBounded(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	refuse := func(by db.Actor) {
		t.Helper()
		if err := o.RecordRefusal(t.Context(), by, "POST", "/organizations/"+strings.Repeat("x", 3000)+"\x00\xff", db.EditClient); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int { return len(o.Column(t, "SELECT 1 FROM audit_logs WHERE action = 'refused'")) }
	for range 25 {
		refuse(o.Lea)
	}
	want(t, "rows of one minute", count(), 10)
	refuse(o.Tomas)
	want(t, "rows with somebody else's", count(), 11)
	o.Clock.Add(time.Minute + time.Second)
	refuse(o.Lea)
	want(t, "rows a minute later", count(), 12)
	e := mustFirst(o.AuditLog(t.Context(), o.Ines, db.AuditFilter{Action: db.OneOf("refused")}))(t)[0]
	want(t, "the row", e.UserName+" "+e.Details["method"]+" "+e.Details["path"][:20]+
		" "+e.Details["permission"], "Léa Fournier POST /organizations/xxxxx "+db.EditClient.Words())
	want(t, "length of the path", len(e.Details["path"]), 200)
	if err := o.RecordRefusal(t.Context(), o.Lea, "GET", "/", ""); err != nil {
		t.Fatal(err)
	}
	checkChain(t, o)
}

func TestRowsOfOtherProgramsAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for n, metadata := range []string{
		"[]", "7", "null", `"text"`, `{"organization_id":5}`, `{"changes":[1]}`,
		`{"changes":{"":{"old":1},"x":5,"roles":{"old":["a",1.5,{"b":true}],"new":12345678}}}`, `{"erased": true}`,
	} {
		kind := []string{"user", "organization", "role", "system"}[n%4]
		o.Exec(t, `INSERT INTO audit_logs (seq, id, action, target_type, metadata, created_at, metadata_sha256, prev_hash, hash)
			SELECT max(seq) + 1, '01a20282-9bfa-7ace-87e3-74df81c8100' || ?, 'dance', ?, ?, '2026-11-24T09:30:00.000Z', hash, hash, hash FROM audit_logs`, n, kind, metadata)
	}
	page, _, err := o.AuditLog(t.Context(), o.Ines, db.AuditFilter{Action: db.OneOf("dance")})
	if err != nil || len(page) != 8 {
		t.Fatal(page, err)
	}
	want(t, "changes", fmt.Sprint(page[1].Changes), "[]")
	want(t, "metadata", page[7].Metadata, "[]")
}
