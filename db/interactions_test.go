package db_test

import (
	"errors"
	"fmt"
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
		"channel": "call", "subject": "Renewal", "body": "  one\r\ntwo\rthree\n", "outcome": "", "organization_id": acme.ID, "contact_id": maya.ID, "user_id": o.Lea.UserID,
	}, ""))(t)
	want(t, "body", i.Body, "one\ntwo\nthree")
	want(t, "who had it", i.UserName, "Tomás Brandt")
	want(t, "when", i.HappenedAt, dbtest.Now)
	for _, f := range []db.InteractionFilter{{OrganizationID: acme.ID}, {ContactID: maya.ID}, {Channel: "call"}, {UserID: o.Tomas.UserID}, {}} {
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
		{"happened_at", "٢٠٢٦-11-20T10:00"},
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
		{"Pacific/Honolulu", "2026-11-25T09:30:00Z", "2026-11-25T09:30:00.000Z"}, // a day ahead, to the minute
		{"UTC", "1900-01-01T00:00", "1900-01-01T00:00:00.000Z"},
		{"UTC", "", "2026-11-24T09:30:00.000Z"},
	} {
		by := inZone(t, o.Tomas, c.zone)
		i := must(o.LogInteraction(t.Context(), by, db.Fields{"channel": "note", "subject": "x", "organization_id": acme.ID, "happened_at": c.typed}, ""))(t)
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
	fields["happened_at"] = "2026-11-01T01:30" // twice that day: either is right
	must(o.LogInteraction(t.Context(), by, fields, ""))(t)
}

func TestAnEditThatLeavesTheMinuteKeepsTheMoment(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Pacific/Honolulu", "Pacific/Kiritimati"} {
		o := dbtest.OpenOffice(t)
		acme := o.Acme(t)
		by := inZone(t, o.Tomas, name)
		for _, typed := range []string{"2026-11-20T23:30", "2026-11-20T23:30:59.987"} {
			i := must(o.LogInteraction(t.Context(), by, db.Fields{"channel": "call", "subject": "x", "organization_id": acme.ID, "happened_at": typed}, ""))(t)
			shown := i.HappenedAt.In(by.Zone).Format(db.LocalTime)
			want(t, "the form's minute", shown, "2026-11-20T23:30")
			edited := must(o.UpdateInteraction(t.Context(), by, i.ID, 1, db.Fields{"subject": "y", "happened_at": shown}))(t)
			want(t, "moment in "+name, edited.HappenedAt, i.HappenedAt)
			want(t, "what changed", o.Column(t, "SELECT group_concat(key) FROM audit_logs, json_each(metadata, '$.changes') WHERE action = 'update_interaction' AND target_id = ?", i.ID)[0], "subject")
			for _, empty := range []string{"", "  "} {
				edited = must(o.UpdateInteraction(t.Context(), by, i.ID, edited.Version, db.Fields{"subject": "z" + empty + "z", "happened_at": empty}))(t)
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
	for _, moment := range []string{"2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"} { // both are 01:30
		i := must(o.LogInteraction(t.Context(), by, db.Fields{"channel": "call", "subject": "x", "organization_id": acme.ID, "happened_at": moment}, ""))(t)
		edited := must(o.UpdateInteraction(t.Context(), by, i.ID, 1, db.Fields{"subject": "y", "happened_at": "2026-11-01T01:30"}))(t)
		want(t, "moment", edited.HappenedAt, i.HappenedAt)
	}
}

func TestAnInteractionIsEditedOnItsVersion(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "2026-11-20T10:00")
	edited := must(o.UpdateInteraction(t.Context(), o.Ines, call.ID, 1, db.Fields{"outcome": "Closed won", "happened_at": "2026-11-19T10:00"}))(t)
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
	i := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "email", "subject": "x", "body": "a\nb", "outcome": "c", "organization_id": acme.ID, "contact_id": maya.ID, "happened_at": "2026-11-20T10:00:01.5"}, ""))(t)
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
		wanted[o.Call(t, acme, fmt.Sprintf("2026-11-%02dT10:00", n/9+1)).ID] = true // nine share each moment
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
				t.Fatal("twice, or one that came in meanwhile")
			}
			delete(wanted, i.ID)
			if previous.ID != "" && i.HappenedAt.After(previous.HappenedAt) {
				t.Fatal("out of order")
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
		{db.InteractionFilter{Channel: "fax"}, 0},
		{db.InteractionFilter{Channel: "email"}, 0},
		{db.InteractionFilter{From: at}, 1},
		{db.InteractionFilter{To: at}, 0},
		{db.InteractionFilter{From: at.Add(time.Millisecond)}, 0},
		{db.InteractionFilter{To: at.Add(time.Millisecond)}, 1},
		{db.InteractionFilter{OrganizationID: "\xff\x00"}, 0},
		{db.InteractionFilter{ContactID: uuid.NewString()}, 0},
		{db.InteractionFilter{OrganizationID: acme.ID, Channel: "call", UserID: o.Tomas.UserID}, 1},
	} {
		page, _, err := o.Interactions(t.Context(), o.Tomas, c.f)
		if err != nil || len(page) != c.found {
			t.Errorf("%+v: %d found, %v", c.f, len(page), err)
		}
	}
}
