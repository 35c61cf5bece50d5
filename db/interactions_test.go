package db_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

func TestACallOnAContactAtAnOrganizationIsOnBothTimelines(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	i := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": "Renewal", "body": "  one\r\ntwo\rthree\n",
		"outcome": "", "organization_id": acme.ID, "contact_id": maya.ID,
	}, ""))(t)
	want(t, "body", i.Body, "one\ntwo\nthree")
	want(t, "who had it", i.UserName, "Tomás Brandt")
	want(t, "when", i.HappenedAt, dbtest.Now)
	for _, f := range []db.InteractionFilter{
		{OrganizationID: acme.ID}, {ContactID: maya.ID}, {Channel: db.OneOf("call")}, {User: db.OneOf(o.Tomas.UserID)}, {},
	} {
		page, _, err := o.Interactions(t.Context(), o.Lea, f)
		if err != nil || len(page) != 1 || page[0].ID != i.ID || page[0].ContactName() != "Maya Okafor" || page[0].OrganizationName != "Acme" {
			t.Errorf("%+v: %+v, %v", f, page, err)
		}
	}
	want(t, "metadata", o.Column(t, "SELECT json_remove(metadata, '$.changes') FROM audit_logs WHERE action = 'create_interaction'")[0],
		fmt.Sprintf(`{"channel":"call","contact_id":%q,"organization_id":%q,"subject":"Renewal"}`, maya.ID, acme.ID))
}

func TestARefusedInteractionNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	call := o.Call(t, acme, "")
	for _, c := range []struct{ column, value string }{
		{"channel", ""},
		{"channel", "fax"},
		{"channel", "Call"},
		{"subject", ""},
		{"subject", strings.Repeat("x", 201)},
		{"subject", "a\nb"},
		{"body", strings.Repeat("x", 50_001)},
		{"body", "a\x00b"},
		{"outcome", strings.Repeat("x", 81)},
		{"contact_id", acme.ID},
		{"organization_id", "nobody"},
		{"happened_at", "yesterday"},
		{"happened_at", "2026-11-25T09:31"},
		{"happened_at", "9999-12-31T23:59"},
		{"happened_at", "1899-12-31T23:59"},
		{"happened_at", "0000-00-00T00:00"},
		{"happened_at", "2026-02-30T10:00"},
		{"happened_at", "2026-11-20T24:00"},
		{"happened_at", "2026-11-20"},
		{"happened_at", "2026-11-20T10:00:00+99:99"},
		{"happened_at", "-2026-11-20T10:00"},
		{"happened_at", strings.Repeat("2", 41)},
		{"happened_at", "2026-11-20T10:00\x00"},
		{"happened_at", "9999-12-31T23:59:00-14:00"},
	} {
		o.Unchanged(t, func() {
			fields := db.Fields{"channel": "call", "subject": "x", "organization_id": acme.ID}
			fields[c.column] = c.value
			_, err := o.LogInteraction(t.Context(), o.Tomas, fields, uuid.NewString())
			wantInvalid(t, err, c.column)
			if c.column != "channel" || c.value != "" {
				_, err = o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1, db.Fields{c.column: c.value})
				wantInvalid(t, err, c.column)
			}
		})
	}
	o.Unchanged(t, func() {
		_, err := o.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "call", "subject": "x"}, "")
		wantInvalid(t, err, "contact_id")
		_, err = o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1, db.Fields{"organization_id": ""})
		wantInvalid(t, err, "contact_id")
	})
}

func TestATimeIsReadInTheZoneOfWhoTypesIt(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for _, c := range []struct{ zone, typed, want string }{
		{"UTC", "2026-11-20T10:00", "2026-11-20T10:00:00.000Z"},
		{"Pacific/Kiritimati", "2026-11-20T00:15", "2026-11-19T10:15:00.000Z"},
		{"Pacific/Honolulu", "2026-11-20T23:30", "2026-11-21T09:30:00.000Z"},
		{"Asia/Kathmandu", "2026-11-20T10:00", "2026-11-20T04:15:00.000Z"},
		{"Europe/Stockholm", "2026-07-20T10:00", "2026-07-20T08:00:00.000Z"},
		{"Europe/Stockholm", " 2026-11-20T10:00:30.5 ", "2026-11-20T09:00:30.500Z"},
		{"Pacific/Honolulu", "2026-11-20T10:00:00.1239+02:00", "2026-11-20T08:00:00.123Z"},
		{"Pacific/Honolulu", "2026-11-25T09:30:00Z", "2026-11-25T09:30:00.000Z"}, // exactly one day ahead
		{"UTC", "1900-01-01T00:00", "1900-01-01T00:00:00.000Z"},
		{"UTC", "", "2026-11-24T09:30:00.000Z"},
	} {
		by := inZone(t, o.Tomas, c.zone)
		i := must(o.LogInteraction(t.Context(), by, db.Fields{
			"channel": "note", "subject": "x", "organization_id": acme.ID, "happened_at": c.typed,
		}, ""))(t)
		want(t, c.typed+" in "+c.zone, o.Column(t, "SELECT happened_at FROM interactions WHERE id = ?", i.ID)[0], c.want)
	}
}

func inZone(t *testing.T, by db.Actor, name string) db.Actor {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	by.Zone = zone
	return by
}

func TestATimeThatTheClocksSkippedIsRefused(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	by := inZone(t, o.Tomas, "America/New_York")
	fields := db.Fields{"channel": "note", "subject": "x", "organization_id": acme.ID, "happened_at": "2026-03-08T02:30"}
	o.Unchanged(t, func() {
		_, err := o.LogInteraction(t.Context(), by, fields, "")
		wantInvalid(t, err, "happened_at")
	})
	fields["happened_at"] = "2026-11-01T01:30" // this time occurs twice that day; either is fine
	must(o.LogInteraction(t.Context(), by, fields, ""))(t)
}

func TestAnEditThatLeavesTheMinuteKeepsTheMoment(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Pacific/Honolulu", "Pacific/Kiritimati"} {
		o := dbtest.OpenOffice(t)
		acme := o.Acme(t)
		by := inZone(t, o.Tomas, name)
		for _, typed := range []string{"2026-11-20T23:30", "2026-11-20T23:30:59.987"} {
			i := must(o.LogInteraction(t.Context(), by, db.Fields{
				"channel": "call", "subject": "x", "organization_id": acme.ID, "happened_at": typed,
			}, ""))(t)
			shown := i.HappenedAt.In(by.Zone).Format(db.LocalTime)
			want(t, "the form's minute", shown, "2026-11-20T23:30")
			edited := must(o.UpdateInteraction(t.Context(), by, i.ID, 1, db.Fields{"subject": "y", "happened_at": shown}))(t)
			want(t, "moment in "+name, edited.HappenedAt, i.HappenedAt)
			want(t, "what changed", o.Column(t, "SELECT group_concat(key) FROM audit_logs, json_each(metadata, '$.changes') WHERE action = "+
				"'update_interaction' AND target_id = ?", i.ID)[0], "subject")
			for _, empty := range []string{"", "  "} {
				edited = must(o.UpdateInteraction(t.Context(), by, i.ID, edited.Version,
					db.Fields{"subject": "z" + empty + "z", "happened_at": empty}))(t)
				want(t, "moment after an empty time", edited.HappenedAt, i.HappenedAt)
			}
		}
	}
}

func TestAnEditInTheRepeatedHourKeepsTheMoment(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	by := inZone(t, o.Tomas, "America/New_York")
	for _, moment := range []string{"2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"} { // both show as 01:30
		i := must(o.LogInteraction(t.Context(), by, db.Fields{
			"channel": "call", "subject": "x", "organization_id": acme.ID, "happened_at": moment,
		}, ""))(t)
		edited := must(o.UpdateInteraction(t.Context(), by, i.ID, 1, db.Fields{"subject": "y", "happened_at": "2026-11-01T01:30"}))(t)
		want(t, "moment", edited.HappenedAt, i.HappenedAt)
	}
}

func TestAnInteractionIsEditedOnItsVersion(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "2026-11-20T10:00")
	edited := must(o.UpdateInteraction(t.Context(), o.Ines, call.ID, 1,
		db.Fields{"outcome": "Closed won", "happened_at": "2026-11-19T10:00"}))(t)
	want(t, "version", edited.Version, 2)
	want(t, "who had it", edited.UserName, "Tomás Brandt")
	o.Unchanged(t, func() {
		must(o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1, db.Fields{"outcome": "Closed won"}))(t)
		_, err := o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1, db.Fields{"outcome": "Closed lost"})
		want(t, "who", wantConflict(t, err).By, "Ines Calder")
		_, err = o.DeleteInteraction(t.Context(), o.Tomas, call.ID, 1)
		wantConflict(t, err)
	})
}

func TestADeletedInteractionComesBackAsItWas(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	i := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "email", "subject": "x", "body": "a\nb", "outcome": "c",
		"organization_id": acme.ID, "contact_id": maya.ID, "happened_at": "2026-11-20T10:00:01.5",
	}, ""))(t)
	must(o.DeleteInteraction(t.Context(), o.Ines, i.ID, 1))(t)
	if _, err := o.Interaction(t.Context(), o.Tomas, i.ID); !errors.Is(err, db.ErrNotFound) {
		t.Error(err)
	}
	o.Clock.Add(time.Hour)
	back := must(o.UndeleteInteraction(t.Context(), o.Ines, i.ID))(t)
	want(t, "version", back.Version, 2)
	back.Version = 1
	want(t, "it", fmt.Sprintf("%+v", back), fmt.Sprintf("%+v", i))
	o.Unchanged(t, func() { must(o.UndeleteInteraction(t.Context(), o.Ines, i.ID))(t) })
	want(t, "actions", fmt.Sprint(o.Actions(t, i.ID)), "[create_interaction delete_interaction restore_interaction]")
}

func TestAnInteractionWhoseEndsAreGoneDoesNotComeBack(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	call := o.Call(t, acme, "")
	must(o.DeleteInteraction(t.Context(), o.Tomas, call.ID, 1))(t)
	o.Exec(t, "DELETE FROM organizations WHERE id = ?", acme.ID)
	o.Unchanged(t, func() {
		if _, err := o.UndeleteInteraction(t.Context(), o.Tomas, call.ID); !errors.Is(err, db.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestATimelineIsWalkedOnceWhileItGrows(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	wanted := map[string]bool{}
	for n := range 90 {
		wanted[o.Call(t, acme, fmt.Sprintf("2026-11-%02dT10:00", n/9+1)).ID] = true // nine share each time
	}
	f := db.InteractionFilter{OrganizationID: acme.ID}
	var previous db.Interaction
	for {
		page, older, err := o.Interactions(t.Context(), o.Tomas, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			if !wanted[i.ID] {
				t.Fatal("an interaction is listed twice, or was added during the walk")
			}
			delete(wanted, i.ID)
			if previous.ID != "" && i.HappenedAt.After(previous.HappenedAt) {
				t.Fatal("the interactions are out of order")
			}
			previous = i
		}
		if older == "" {
			break
		}
		want(t, "page", len(page), db.TimelineSize)
		o.Call(t, acme, "")
		f.Before = older
	}
	want(t, "left out", len(wanted), 0)
}

func TestATimelineTakesAnyLimitAndFilter(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Call(t, acme, "2026-11-20T10:00")
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		f     db.InteractionFilter
		found int
	}{
		{db.InteractionFilter{Limit: -1}, 1},
		{db.InteractionFilter{Limit: 1 << 40}, 1},
		{db.InteractionFilter{Channel: db.OneOf("fax")}, 0},
		{db.InteractionFilter{Channel: db.OneOf("email")}, 0},
		{db.InteractionFilter{From: at}, 1},
		{db.InteractionFilter{To: at}, 0},
		{db.InteractionFilter{From: at.Add(time.Millisecond)}, 0},
		{db.InteractionFilter{To: at.Add(time.Millisecond)}, 1},
		{db.InteractionFilter{OrganizationID: "\xff\x00"}, 0},
		{db.InteractionFilter{ContactID: uuid.NewString()}, 0},
		{db.InteractionFilter{OrganizationID: acme.ID, Channel: db.OneOf("call"), User: db.OneOf(o.Tomas.UserID)}, 1},
	} {
		page, _, err := o.Interactions(t.Context(), o.Tomas, c.f)
		if err != nil || len(page) != c.found {
			t.Errorf("%+v: %d found, %v", c.f, len(page), err)
		}
	}
}

// feed computes the expected result of a filter in memory: matching interactions, newest first.
func feed(t *testing.T, o *dbtest.Office, f db.InteractionFilter) (ids []string) {
	t.Helper()
	for _, row := range o.Column(t, "SELECT json_array(id, organization_id, contact_id, user_id, channel, outcome, happened_at) FROM "+
		"interactions ORDER BY happened_at DESC, id DESC") {
		var x [7]string
		if err := json.Unmarshal([]byte(row), &x); err != nil {
			t.Fatal(err)
		}
		at := must(time.Parse(time.RFC3339, x[6]))(t)
		fits := !at.Before(f.From) && (f.To.IsZero() || at.Before(f.To))
		for n, asked := range []string{"", f.OrganizationID, f.ContactID} {
			fits = fits && (asked == "" || asked == x[n])
		}
		fits = fits && chosen(x[3], f.User) && chosen(x[4], f.Channel) && chosen(x[5], f.Outcome)
		if fits {
			ids = append(ids, x[0])
		}
	}
	return ids
}

// TestTheFeedIsWhatAPlainLookFinds pages through random filters while interactions are added and
// deleted, and compares the pages and counts with those computed in memory.
func TestTheFeedIsWhatAPlainLookFinds(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	r := rand.New(rand.NewPCG(20261122, 8))
	organizations, contacts := []string{"", o.Acme(t).ID, o.NewOrganization(t, "Beta").ID},
		[]string{"", o.Maya(t).ID, o.NewContact(t, "Nils", "Berg", "").ID}
	log := func() string {
		ends := [2]string{random(r, organizations...), random(r, contacts...)}
		if ends == [2]string{} {
			ends[0] = organizations[1]
		}
		return must(o.LogInteraction(t.Context(), []db.Actor{o.Tomas, o.Ines}[r.IntN(2)], db.Fields{
			"channel": random(r, db.Channels...), "subject": "x",
			"outcome": random(r, "", "Won", "won", "Lost"), "organization_id": ends[0], "contact_id": ends[1],
			"happened_at": fmt.Sprintf("2026-11-%02dT%02d:00", r.IntN(9)+1, r.IntN(3)),
		}, ""))(t).ID
	}
	for range 250 {
		log()
	}
	day := func() time.Time { return time.Date(2026, 11, r.IntN(9)+1, r.IntN(3), 0, 0, 0, time.UTC) }
	conditions := []func(*db.InteractionFilter){
		func(f *db.InteractionFilter) { f.Channel = some(r, db.Channels...) },
		func(f *db.InteractionFilter) { f.Outcome = some(r, "Won", "Lost", "None") },
		func(f *db.InteractionFilter) { f.User = some(r, o.Tomas.UserID, o.Ines.UserID, o.Lea.UserID) },
		func(f *db.InteractionFilter) { f.From = day() },
		func(f *db.InteractionFilter) { f.To = day() },
		func(f *db.InteractionFilter) { f.OrganizationID = organizations[1+r.IntN(2)] },
		func(f *db.InteractionFilter) { f.ContactID = contacts[1+r.IntN(2)] },
	}
	for n := range 80 {
		most := []int{10_000, 10}[n%2]
		o.CountUpTo(most)
		var f db.InteractionFilter
		for range r.IntN(4) {
			conditions[r.IntN(len(conditions))](&f)
		}
		gone := log() // drops the memoized counts
		wanted := feed(t, o, f)
		count, more, err := o.CountInteractions(t.Context(), o.Lea, f)
		want(t, fmt.Sprintf("count of %+v", f), fmt.Sprint(count, more, err), fmt.Sprint(min(len(wanted), most), len(wanted) > most, nil))
		came, got := map[string]bool{gone: true}, []string(nil)
		for page := f; ; {
			rows, older, err := o.Interactions(t.Context(), o.Lea, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range rows {
				got = append(got, i.ID)
			}
			if page.Before = older; older == "" {
				break
			}
			if came[log()] = true; gone != "" {
				must(o.DeleteInteraction(t.Context(), o.Ines, gone, 1))(t)
				gone = ""
			}
		}
		if all := slices.Sorted(slices.Values(got)); len(slices.Compact(all)) != len(got) {
			t.Errorf("%+v: an interaction is listed twice", f)
		}
		new := func(id string) bool { return came[id] || !slices.Contains(wanted, id) }
		if got, wanted := slices.DeleteFunc(got, new), slices.DeleteFunc(wanted, new); !slices.Equal(got, wanted) {
			t.Errorf("%+v: %d of the %d interactions that existed throughout, or in another order", f, len(got), len(wanted))
		}
	}
}

// TestLastContactsAreThoseOfTheInteractions creates, edits, moves, deletes and restores
// interactions at random. It compares the last contact of each organization and contact, and the
// quiet ones, with those computed in memory.
func TestLastContactsAreThoseOfTheInteractions(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	r := rand.New(rand.NewPCG(20261122, 9))
	organizations, contacts := []string{""}, []string{""}
	for n := range 4 {
		organizations = append(organizations, o.NewOrganization(t, fmt.Sprint("Haus ", n)).ID)
		contacts = append(contacts, o.NewContact(t, "Kim", fmt.Sprint(n), "").ID)
	}
	typed := func() db.Fields {
		f := db.Fields{"channel": random(r, db.Channels...), "subject": "x", "happened_at": fmt.Sprintf("2026-11-%02dT10:00", r.IntN(6)+1)}
		for f["organization_id"] == "" && f["contact_id"] == "" {
			f["organization_id"], f["contact_id"] = random(r, organizations...), random(r, contacts...)
		}
		return f
	}
	versions, deleted := map[string]int{}, []string(nil)
	for n := range 200 {
		ids := slices.Sorted(maps.Keys(versions))
		switch at := r.IntN(5); {
		case at == 0 && len(deleted) > 0:
			back := must(o.UndeleteInteraction(t.Context(), o.Tomas, deleted[0]))(t)
			versions[back.ID], deleted = back.Version, deleted[1:]
		case at == 1 && len(ids) > 0:
			id := ids[r.IntN(len(ids))]
			must(o.DeleteInteraction(t.Context(), o.Tomas, id, versions[id]))(t)
			delete(versions, id)
			deleted = append(deleted, id)
		case at < 4 && len(ids) > 0:
			id, f := ids[r.IntN(len(ids))], typed()
			for column := range f { // drop some of the columns
				if r.IntN(2) == 0 && !strings.HasSuffix(column, "_id") {
					delete(f, column)
				}
			}
			versions[id] = must(o.UpdateInteraction(t.Context(), o.Tomas, id, versions[id], f))(t).Version
		default:
			made := must(o.LogInteraction(t.Context(), o.Tomas, typed(), ""))(t)
			versions[made.ID] = made.Version
		}
		for table, end := range map[string]string{"organizations": "organization_id", "contacts": "contact_id"} {
			wrong := o.Column(t, `SELECT id FROM `+table+` AS x WHERE (last_contact_at, last_contact_channel) IS NOT (
				SELECT happened_at, channel FROM interactions WHERE `+end+` = x.id ORDER BY happened_at DESC, id DESC LIMIT 1)`)
			if len(wrong) > 0 {
				t.Fatalf("after %d changes, the last contact of %d %s differs from their interactions", n+1, len(wrong), table)
			}
		}
	}
	since := time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC)
	quiet := organizationPages(t, o, o.Lea, db.Filter{QuietSince: since, Sort: "created_at"}, func() {})
	var ids []string
	for _, x := range quiet {
		ids = append(ids, x.ID)
	}
	want(t, "quiet ones", fmt.Sprint(ids), fmt.Sprint(o.Column(t, `SELECT id FROM organizations AS x WHERE NOT EXISTS (
		SELECT 1 FROM interactions WHERE organization_id = x.id AND happened_at >= '2026-11-06')
		AND (created_at < '2026-11-06' OR EXISTS (SELECT 1 FROM interactions WHERE organization_id = x.id)) ORDER BY created_at, id`)))
}

// TestCountingInteractionsOfManyOwnClientsStops: who owns more than fewClients has each interaction checked, which takes long, so
// they learn how many of the first ones they see.
func TestCountingInteractionsOfManyOwnClientsStops(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	own := o.Lea
	own.OwnOnly = true
	o.Exec(t, `
		INSERT INTO contacts (id, first_name, last_name, owner_user_id)
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		SELECT printf('%08x-0000-7000-8000-000000000000', i), 'Many', 'More', ? FROM n`, own.UserID)
	others := o.NewOrganization(t, "Others").ID
	for i := range 30 {
		ends := db.Fields{"contact_id": "00000001-0000-7000-8000-000000000000"}
		if i%3 > 0 {
			ends = db.Fields{"organization_id": others}
		}
		ends["channel"], ends["subject"], ends["outcome"] = "note", "x", []string{"Won", "Lost"}[i%2]
		ends["happened_at"] = fmt.Sprintf("2026-11-01T10:%02d", i)
		must(o.LogInteraction(t.Context(), o.Tomas, ends, ""))(t)
	}
	o.CountUpTo(15)
	for name, x := range map[string]struct {
		f    db.InteractionFilter
		n    int
		more bool
	}{
		"few match":           {db.InteractionFilter{Outcome: db.OneOf("Won")}, 5, false},
		"many match":          {db.InteractionFilter{User: db.OneOf(o.Tomas.UserID)}, 5, true},
		"several outcomes":    {db.InteractionFilter{User: db.OneOf(o.Tomas.UserID), Outcome: db.OneOf("Won", "Lost")}, 5, true},
		"of several people":   {db.InteractionFilter{User: db.OneOf(o.Tomas.UserID, o.Ines.UserID)}, 5, true},
		"of their own client": {db.InteractionFilter{ContactID: "00000001-0000-7000-8000-000000000000"}, 10, false},
		"of others' client":   {db.InteractionFilter{OrganizationID: others}, 0, false},
	} {
		n, more, err := o.CountInteractions(t.Context(), own, x.f)
		want(t, name, [3]any{n, more, err}, [3]any{x.n, x.more, nil})
	}
	for limit := range 12 { // a page begins with the newest interactions, or with their clients
		f, listed := db.InteractionFilter{User: db.OneOf(o.Tomas.UserID, o.Ines.UserID), Limit: limit + 1}, 0
		for more := true; more; more = f.Before != "" {
			page, older, err := o.Interactions(t.Context(), own, f)
			if err != nil {
				t.Fatal(err)
			}
			listed, f.Before = listed+len(page), older
		}
		want(t, fmt.Sprintf("listed by %d", limit+1), listed, 10)
	}
}
