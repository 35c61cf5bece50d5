package db_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/migrations"

	"github.com/google/uuid"
	"github.com/pressly/goose/v3"
)

// nextStep plans a follow-up of an interaction as Tomás.
func nextStep(t *testing.T, o *dbtest.Office, i db.Interaction, text, dueOn string) db.FollowUp {
	t.Helper()
	return must(o.AddFollowUp(t.Context(), o.Tomas, i.ID, db.Fields{"text": text, "due_on": dueOn}))(t)
}

// open lists the texts of the open follow-ups.
func open(t *testing.T, o *dbtest.Office, by db.Actor, f db.FollowUpFilter) string {
	t.Helper()
	page, _, err := o.FollowUps(t.Context(), by, f)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range page {
		texts = append(texts, f.Text)
	}
	return strings.Join(texts, " ")
}

func TestACallIsLoggedWithItsNextStep(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	request := uuid.NewString()
	fields := db.Fields{
		"channel": "call", "subject": "Renewal", "organization_id": acme.ID, "contact_id": maya.ID,
		"follow_up_text": "  Send the offer ", "follow_up_due_on": "2026-11-26", "follow_up_assignee_id": o.Ines.UserID,
	}
	i := must(o.LogInteraction(t.Context(), o.Tomas, fields, request))(t)
	f := must(o.FollowUp(t.Context(), o.Lea, i.Next.ID))(t)
	want(t, "it", fmt.Sprintf("%+v", f), fmt.Sprintf("%+v", db.FollowUp{
		ID: f.ID, InteractionID: i.ID, Text: "Send the offer", DueOn: "2026-11-26",
		AssigneeID: o.Ines.UserID, Assignee: "Ines Calder", AssigneeZone: "UTC", Version: 1,
		CreatorID: o.Tomas.UserID, CreatedAt: o.Clock.Now(), GiverID: o.Tomas.UserID, Giver: "Tomás Brandt", New: true,
		Channel: "call", Subject: "Renewal", OrganizationID: acme.ID,
		OrganizationName: "Acme", ContactID: maya.ID, ContactFirst: "Maya", ContactLast: "Okafor",
	}))
	want(t, "actions", fmt.Sprint(o.Actions(t, i.ID), o.Actions(t, f.ID)), "[create_interaction] [create_follow_up]")
	want(t, "metadata", o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'create_follow_up'")[0], fmt.Sprintf(
		`{"changes":{"assignee_id":{"old":null,"new":%q},"due_on":{"old":null,"new":"2026-11-26"},"text":{"old":null,"new":"Send the offer"}},"channel":"call","contact_id":%q,"follow_up_text":"Send the offer","interaction_id":%q,"organization_id":%q,"subject":"Renewal"}`,
		o.Ines.UserID, maya.ID, i.ID, acme.ID))
	o.Unchanged(t, func() { must(o.LogInteraction(t.Context(), o.Tomas, fields, request))(t) })

	delete(fields, "follow_up_assignee_id")
	own := must(o.LogInteraction(t.Context(), o.Tomas, fields, ""))(t)
	want(t, "whose it is where nobody is named", own.Next.Assignee, "Tomás Brandt")
	none := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": "x", "organization_id": acme.ID,
		"follow_up_text": " ", "follow_up_due_on": "", "follow_up_assignee_id": o.Ines.UserID,
	}, ""))(t)
	want(t, "planned where only a person is named", none.Next.ID, "")
}

func TestARefusedNextStepLogsNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	call := o.Call(t, acme, "")
	f := nextStep(t, o, o.Call(t, acme, ""), "x", "2026-11-24")
	for _, c := range []struct{ column, value string }{
		{"text", ""},
		{"text", strings.Repeat("x", 201)},
		{"text", "a\nb"},
		{"text", "a\x00b"},
		{"text", "\xff"},
		{"due_on", ""},
		{"due_on", "2026-11-23"},
		{"due_on", "tomorrow"},
		{"due_on", "2026-02-30"},
		{"due_on", "2026-11-24T10:00"},
		{"due_on", "26-11-24"},
		{"due_on", "0000-00-00"},
		{"due_on", "2036-11-25"},
		{"due_on", "9999-12-31"},
		{"due_on", "10000-01-01"},
		{"due_on", "2026-11-24\x00"},
		{"assignee_id", "nobody"},
		{"assignee_id", uuid.NewString()},
		{"assignee_id", o.Lea.UserID}, // they may not log interactions, so could not mark it done
		{"assignee_id", strings.Repeat("x", 1000)},
	} {
		o.Unchanged(t, func() {
			typed := db.Fields{"text": "x", "due_on": "2026-11-24", "assignee_id": o.Ines.UserID}
			typed[c.column] = c.value
			_, err := o.AddFollowUp(t.Context(), o.Tomas, call.ID, typed)
			wantInvalid(t, err, c.column)
			logged := db.Fields{"channel": "call", "subject": "", "organization_id": acme.ID}
			for column, value := range typed {
				logged["follow_up_"+column] = value
			}
			_, err = o.LogInteraction(t.Context(), o.Tomas, logged, "")
			refused := wantInvalid(t, err, "follow_up_"+c.column)
			want(t, "refusals", len(refused.Fields), 2) // plus the subject
			delete(logged, "subject")
			_, err = o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1, logged)
			wantInvalid(t, err, "follow_up_"+c.column)
			if c.column == "due_on" {
				_, err = o.MoveFollowUp(t.Context(), o.Tomas, f.ID, 0, c.value)
				wantInvalid(t, err, "due_on")
			}
		})
	}
	o.Unchanged(t, func() {
		for _, id := range []string{uuid.NewString(), "", "x"} {
			if _, err := o.AddFollowUp(t.Context(), o.Tomas, id, db.Fields{"text": "x", "due_on": "2026-11-24"}); !errors.Is(err, db.ErrNotFound) {
				t.Error(err)
			}
			for _, change := range changesOf(t, o, o.Tomas) {
				if err := change(id, 0); !errors.Is(err, db.ErrNotFound) {
					t.Error(err)
				}
			}
		}
	})
}

// changesOf returns the functions that change a follow-up, as called by an actor.
func changesOf(t *testing.T, o *dbtest.Office, by db.Actor) map[string]func(id string, version int) error {
	return map[string]func(id string, version int) error{
		"finish_follow_up": func(id string, version int) error {
			_, err := o.FinishFollowUp(t.Context(), by, id, version)
			return err
		},
		"reopen_follow_up": func(id string, version int) error {
			_, err := o.ReopenFollowUp(t.Context(), by, id, version)
			return err
		},
		"cancel_follow_up": func(id string, version int) error {
			_, err := o.CancelFollowUp(t.Context(), by, id, version)
			return err
		},
		"update_follow_up": func(id string, version int) error {
			_, err := o.UpdateFollowUp(t.Context(), by, id, version, db.Fields{"text": "y"})
			return err
		},
		"move_follow_up": func(id string, version int) error {
			_, err := o.MoveFollowUp(t.Context(), by, id, version, "2026-12-01")
			return err
		},
	}
}

func TestAFollowUpIsFinishedMovedAndBroughtBack(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	f := nextStep(t, o, call, "Send the offer", "2026-11-24")
	o.Clock.Add(48 * time.Hour)

	moved := must(o.MoveFollowUp(t.Context(), o.Ines, f.ID, 1, " 2026-11-30 "))(t)
	want(t, "due on", moved.DueOn, "2026-11-30")
	want(t, "version", moved.Version, 2)
	want(t, "change", o.Column(t, "SELECT json_extract(metadata, '$.changes') FROM audit_logs WHERE action = 'move_follow_up'")[0],
		`{"due_on":{"old":"2026-11-24","new":"2026-11-30"}}`)
	o.Unchanged(t, func() {
		must(o.MoveFollowUp(t.Context(), o.Ines, f.ID, 1, "2026-11-30"))(t) // already due on this day
		_, err := o.MoveFollowUp(t.Context(), o.Ines, f.ID, 2, "2026-11-25")
		wantInvalid(t, err, "due_on")
	})
	back := must(o.MoveFollowUp(t.Context(), o.Ines, f.ID, 2, "2026-11-24"))(t) // now in the past, but it was due on this day before
	want(t, "due on", back.DueOn, "2026-11-24")

	done := must(o.FinishFollowUp(t.Context(), o.Ines, f.ID, 3))(t)
	want(t, "done", done.DoneAt, o.Clock.Now())
	want(t, "by", o.Column(t, "SELECT done_by FROM follow_ups")[0], o.Ines.UserID)
	want(t, "open", open(t, o, o.Ines, db.FollowUpFilter{}), "")
	want(t, "open of the call", must(o.Interaction(t.Context(), o.Ines, call.ID))(t).Next.ID, "")
	o.Unchanged(t, func() {
		must(o.FinishFollowUp(t.Context(), o.Tomas, f.ID, 3))(t) // the second person finds it done
		_, err := o.MoveFollowUp(t.Context(), o.Tomas, f.ID, 3, "2026-12-01")
		want(t, "who", wantConflict(t, err).By, "Ines Calder")
		_, err = o.ReopenFollowUp(t.Context(), o.Tomas, f.ID, 3)
		wantConflict(t, err)
	})
	again := must(o.ReopenFollowUp(t.Context(), o.Ines, f.ID, 4))(t)
	again.Version, moved.DueOn, moved.Version = 0, "2026-11-24", 0
	want(t, "it", fmt.Sprintf("%+v", again), fmt.Sprintf("%+v", moved))
	want(t, "done by", o.Column(t, "SELECT ifnull(done_by, 'nobody') FROM follow_ups")[0], "nobody")
	o.Unchanged(t, func() {
		must(o.ReopenFollowUp(t.Context(), o.Ines, f.ID, 4))(t)
		_, err := o.FinishFollowUp(t.Context(), o.Tomas, f.ID, 3)
		wantConflict(t, err)
	})
	want(t, "actions", fmt.Sprint(o.Actions(t, call.ID)), "[create_interaction]")
	want(t, "its own actions", fmt.Sprint(o.Actions(t, f.ID)),
		"[create_follow_up move_follow_up move_follow_up finish_follow_up reopen_follow_up]")
}

func TestAnInteractionMayHaveAnotherStepAfterTheFirst(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	first := nextStep(t, o, call, "Send the offer", "2026-11-26")
	o.Unchanged(t, func() {
		want(t, "the same again", nextStep(t, o, call, "Send the offer", "2026-11-26").ID, first.ID)
		_, err := o.AddFollowUp(t.Context(), o.Tomas, call.ID, db.Fields{"text": "Call again", "due_on": "2026-11-26"})
		if said := wantInvalid(t, err, "text").Fields["text"]; !strings.Contains(said, "Send the offer") {
			t.Error(said)
		}
	})
	must(o.FinishFollowUp(t.Context(), o.Tomas, first.ID, 0))(t)
	nextStep(t, o, call, "Call again", "2026-11-27")
	o.Unchanged(t, func() {
		_, err := o.ReopenFollowUp(t.Context(), o.Tomas, first.ID, 0)
		wantInvalid(t, err, "text")
	})
}

func TestAnInteractionIsEditedWithItsNextStep(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	edit := func(by db.Actor, pairs ...string) (db.Interaction, error) {
		f := db.Fields{"subject": "Renewal"}
		for n := 0; n < len(pairs); n += 2 {
			f["follow_up_"+pairs[n]] = pairs[n+1]
		}
		return o.UpdateInteraction(t.Context(), by, call.ID, 1, f)
	}
	o.Unchanged(t, func() { must(edit(o.Tomas, "id", "", "text", "", "due_on", "", "assignee_id", o.Tomas.UserID))(t) })
	i := must(edit(o.Tomas, "id", "", "text", "Send the offer", "due_on", "2026-11-24", "assignee_id", o.Tomas.UserID))(t)
	want(t, "the call's version", i.Version, 1)
	id := i.Next.ID
	o.Clock.Add(72 * time.Hour) // overdue, so the day may stay
	shown := []string{"id", id, "version", "1", "text", "Send the offer", "due_on", "2026-11-24", "assignee_id", o.Tomas.UserID}
	with := func(pairs ...string) []string {
		typed := slices.Clone(shown)
		for n := 0; n < len(pairs); n += 2 {
			typed[slices.Index(typed, pairs[n])+1] = pairs[n+1]
		}
		return typed
	}
	o.Unchanged(t, func() {
		must(edit(o.Tomas, shown...))(t)
		_, err := edit(o.Tomas, with("text", "")...)
		wantInvalid(t, err, "follow_up_text")
		_, err = edit(o.Tomas, with("assignee_id", "")...)
		wantInvalid(t, err, "follow_up_assignee_id")
		_, err = edit(o.Tomas, "id", "", "text", "Another", "due_on", "2026-11-27") // from a form opened before the step was planned
		wantInvalid(t, err, "follow_up_text")
	})
	i = must(edit(o.Ines, with("text", "Send two offers", "assignee_id", o.Ines.UserID)...))(t)
	want(t, "it", i.Next.Text+" "+i.Next.DueOn+" "+i.Next.Assignee, "Send two offers 2026-11-24 Ines Calder")
	want(t, "changes", o.Column(t, "SELECT group_concat(key) FROM audit_logs, json_each(metadata, '$.changes') WHERE action = "+
		"'update_follow_up'")[0], "assignee_id,text")
	i = must(edit(o.Tomas, with("due_on", "2026-11-30")...))(t) // keeps what others changed since
	want(t, "it", i.Next.Text+" "+i.Next.DueOn+" "+i.Next.Assignee, "Send two offers 2026-11-30 Ines Calder")
	o.Unchanged(t, func() {
		_, err := edit(o.Tomas, with("text", "Send none", "due_on", "2026-11-24")...)
		stale := wantConflict(t, err)
		want(t, "who", stale.By, "Tomás Brandt")
		slices.Sort(stale.Untouched)
		want(t, "untouched", fmt.Sprint(stale.Untouched), "[follow_up_assignee_id follow_up_due_on]")
	})
	must(o.FinishFollowUp(t.Context(), o.Ines, id, 0))(t)
	other := nextStep(t, o, o.Call(t, o.NewOrganization(t, "Other"), ""), "Of another", "2026-11-30")
	o.Unchanged(t, func() {
		must(edit(o.Tomas, with("text", "Send two offers", "due_on", "2026-11-30", "assignee_id", o.Ines.UserID)...))(t)
		_, err := edit(o.Tomas, with("text", "Send three", "due_on", "2026-11-30")...)
		wantInvalid(t, err, "follow_up_text")
		_, err = edit(o.Tomas, with("id", other.ID, "text", "Not this one's")...)
		wantInvalid(t, err, "follow_up_text")
	})
}

func TestTwoPeopleFinishAtOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	f := nextStep(t, o, call, "Send the offer", "2026-11-26")
	errs := make(chan error)
	for n := range 8 {
		go func() {
			_, err := o.FinishFollowUp(t.Context(), []db.Actor{o.Tomas, o.Ines}[n%2], f.ID, 1)
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	want(t, "rows in the history", len(o.Column(t, "SELECT 1 FROM audit_logs WHERE action = 'finish_follow_up'")), 1)
	for n := range 8 { // one plans a step, the others are told of it
		go func() {
			_, err := o.AddFollowUp(t.Context(), o.Tomas, call.ID, db.Fields{"text": fmt.Sprint("Step ", n), "due_on": "2026-11-26"})
			errs <- err
		}()
	}
	refused := 0
	for range 8 {
		if err := <-errs; err != nil {
			wantInvalid(t, err, "text")
			refused++
		}
	}
	want(t, "refused", refused, 7)
}

func TestFollowUpsGoAndComeWithTheirInteraction(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	must(o.FinishFollowUp(t.Context(), o.Ines, nextStep(t, o, call, "Send the offer", "2026-11-26").ID, 0))(t)
	f := nextStep(t, o, call, "Call <again> & “again”", "2026-11-27")
	const all = "SELECT id || text || due_on || ifnull(assignee_id, '') || ifnull(done_at, '') || ifnull(done_by, '') || " +
		"ifnull(created_by, '') || created_at || version FROM follow_ups ORDER BY id"
	before := o.Column(t, all)
	must(o.DeleteInteraction(t.Context(), o.Ines, call.ID, 1))(t)
	want(t, "left", len(o.Column(t, all)), 0)
	if _, err := o.FollowUp(t.Context(), o.Ines, f.ID); !errors.Is(err, db.ErrNotFound) {
		t.Error(err)
	}
	o.Clock.Add(time.Hour)
	back := must(o.UndeleteInteraction(t.Context(), o.Ines, call.ID))(t)
	want(t, "they", fmt.Sprint(o.Column(t, all)), fmt.Sprint(before))
	want(t, "open one", back.Next.ID, f.ID)
	must(o.MoveFollowUp(t.Context(), o.Ines, f.ID, f.Version, "2026-11-30"))(t)

	must(o.DeleteInteraction(t.Context(), o.Ines, call.ID, back.Version))(t)
	o.Exec(t, "DELETE FROM users WHERE id = ?", o.Tomas.UserID)
	back = must(o.UndeleteInteraction(t.Context(), o.Ines, call.ID))(t)
	want(t, "whose it is, now that they are gone", back.Next.AssigneeID, "")
	moved := must(o.MoveFollowUp(t.Context(), o.Ines, f.ID, 0, "2026-12-01"))(t)
	want(t, "whose it is, after a move", moved.AssigneeID, "")
	want(t, "those of nobody", open(t, o, o.Ines, db.FollowUpFilter{Assignee: db.ValueFilter{None: true}}), "Call <again> & “again”")
}

func TestWhatIsOverdueDependsOnWhereOneIs(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	// Start early enough that all these days can be chosen.
	o.Clock.Add(-9 * 24 * time.Hour)
	// Sunday, Monday, …, Sunday, Monday
	for _, day := range []string{"2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-29", "2026-11-30"} {
		nextStep(t, o, o.Call(t, acme, ""), day, day)
	}
	o.Clock.Add(9*24*time.Hour + time.Hour) // Tuesday 24 November 10:30 UTC
	for zone, c := range map[string]struct{ today, overdue, week, due string }{
		"UTC":                {"2026-11-24", "2026-11-22 2026-11-23", "2026-11-23 2026-11-24 2026-11-25 2026-11-29", "3 true"},
		"Pacific/Kiritimati": {"2026-11-25", "2026-11-22 2026-11-23 2026-11-24", "2026-11-23 2026-11-24 2026-11-25 2026-11-29", "4 true"},
		"Pacific/Honolulu":   {"2026-11-24", "2026-11-22 2026-11-23", "2026-11-23 2026-11-24 2026-11-25 2026-11-29", "3 true"},
	} {
		by := inZone(t, o.Tomas, zone)
		want(t, "overdue in "+zone, open(t, o, by, db.FollowUpFilter{When: "overdue"}), c.overdue)
		want(t, "this week in "+zone, open(t, o, by, db.FollowUpFilter{When: "week"}), c.week)
		want(t, "soon in "+zone, open(t, o, by, db.FollowUpFilter{When: "soon"}), "2026-11-22 "+c.week+" 2026-11-30")
		n, late, err := o.Due(t.Context(), by)
		want(t, "due in "+zone, fmt.Sprint(n, late), c.due)
		f := nextStepAs(t, o, by, o.Call(t, acme, ""), c.today)
		want(t, "a day that is typed", f.DueOn, c.today)
		must(o.FinishFollowUp(t.Context(), by, f.ID, 0))(t)
		_, err2 := o.AddFollowUp(t.Context(), by, o.Call(t, acme, "").ID, db.Fields{"text": "x", "due_on": dayBefore(c.today)})
		wantInvalid(t, err2, "due_on")
		if err != nil {
			t.Fatal(err)
		}
	}
	o.Clock.Add(-time.Hour) // 9:30: still Monday in Honolulu
	o.Clock.Add(30 * time.Minute)
	want(t, "overdue on Monday evening in Honolulu",
		open(t, o, inZone(t, o.Tomas, "Pacific/Honolulu"), db.FollowUpFilter{When: "overdue"}), "2026-11-22 2026-11-23")
	o.Clock.Add(-time.Minute)
	want(t, "overdue a minute before midnight in Honolulu",
		open(t, o, inZone(t, o.Tomas, "Pacific/Honolulu"), db.FollowUpFilter{When: "overdue"}), "2026-11-22")
	o.Clock.Add(5*24*time.Hour + time.Minute) // Sunday in Honolulu, and Monday in Kiritimati
	want(t, "this week in Honolulu", open(t, o, inZone(t, o.Tomas, "Pacific/Honolulu"), db.FollowUpFilter{When: "week"}),
		"2026-11-23 2026-11-24 2026-11-25 2026-11-29")
	want(t, "this week in Kiritimati", open(t, o, inZone(t, o.Tomas, "Pacific/Kiritimati"), db.FollowUpFilter{When: "week"}), "2026-11-30")
}

func nextStepAs(t *testing.T, o *dbtest.Office, by db.Actor, i db.Interaction, dueOn string) db.FollowUp {
	t.Helper()
	return must(o.AddFollowUp(t.Context(), by, i.ID, db.Fields{"text": "x", "due_on": dueOn}))(t)
}

func dayBefore(day string) string {
	d, _ := time.Parse(time.DateOnly, day)
	return d.AddDate(0, 0, -1).Format(time.DateOnly)
}

func TestFollowUpsAreListedByDayAndWalkedOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	wanted := map[string]bool{}
	for n := range 120 {
		wanted[nextStep(t, o, o.Call(t, acme, ""), "x", fmt.Sprintf("2026-12-%02d", 1+n/50)).ID] = true
	}
	with := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "note", "subject": "x", "contact_id": maya.ID, "follow_up_text": "Maya",
		"follow_up_due_on": "2026-11-24", "follow_up_assignee_id": o.Ines.UserID,
	}, ""))(t)
	want(t, "of the contact", open(t, o, o.Lea, db.FollowUpFilter{ContactID: maya.ID}), "Maya")
	want(t, "of the organization and Ines", open(t, o, o.Lea,
		db.FollowUpFilter{OrganizationID: acme.ID, Assignee: db.OneOf(o.Ines.UserID)}), "")
	want(t, "of Ines", open(t, o, o.Lea, db.FollowUpFilter{Assignee: db.OneOf(o.Ines.UserID), Limit: 1000}), "Maya")
	want(t, "two", open(t, o, o.Lea, db.FollowUpFilter{Limit: 2}), "Maya x")
	o.Exec(t, "UPDATE contacts SET is_active = 0")
	page, _, err := o.FollowUps(t.Context(), o.Lea, db.FollowUpFilter{ContactID: maya.ID})
	want(t, "it is still there, with an archived contact", err == nil && len(page) == 1 && page[0].ContactArchived, true)
	must(o.FinishFollowUp(t.Context(), o.Tomas, with.Next.ID, 0))(t)

	f := db.FollowUpFilter{Assignee: db.OneOf(o.Tomas.UserID)}
	before := ""
	for {
		page, next, err := o.FollowUps(t.Context(), o.Tomas, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page {
			if !wanted[f.ID] || f.DueOn < before {
				t.Fatal("a follow-up is listed twice or out of order")
			}
			delete(wanted, f.ID)
			before = f.DueOn
		}
		if next == "" {
			break
		}
		want(t, "page", len(page), db.PageSize)
		must(o.FinishFollowUp(t.Context(), o.Tomas, page[0].ID, 0))(t) // finishing one during the walk shifts nothing
		f.After = next
	}
	want(t, "left out", len(wanted), 0)
	n, late, err := o.Due(t.Context(), o.Tomas)
	want(t, "due", fmt.Sprint(n, late, err), "0 false <nil>")
	o.Clock.Add(10 * 24 * time.Hour)
	n, late, err = o.Due(t.Context(), o.Tomas)
	want(t, "due later", fmt.Sprint(n, late, err), fmt.Sprint(db.MostDue+1, " true <nil>"))
	if _, _, err := o.FollowUps(t.Context(), o.Tomas, db.FollowUpFilter{After: "x"}); err == nil {
		t.Error("a damaged cursor was accepted")
	}
}

func TestWithoutTheRightToSeeInteractionsThereAreNoFollowUps(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	nextStep(t, o, o.Call(t, o.Acme(t), ""), "x", "2026-11-24")
	for _, may := range [][]db.Permission{nil, {db.ViewClient, db.EditClient, db.EditInteraction}, {db.ViewInteraction}} {
		by := db.Actor{UserID: o.Tomas.UserID, May: may}
		if _, _, err := o.FollowUps(t.Context(), by, db.FollowUpFilter{}); !errors.Is(err, db.ErrForbidden) {
			t.Error(err)
		}
		n, late, err := o.Due(t.Context(), by)
		want(t, "due", fmt.Sprint(n, late, err), "0 false <nil>")
	}
	assignees := must(o.Assignees(t.Context(), o.Lea))(t)
	want(t, "who may have one", fmt.Sprint(assignees),
		fmt.Sprint([]db.Owner{{ID: o.Ines.UserID, FullName: "Ines Calder"}, {ID: o.Tomas.UserID, FullName: "Tomás Brandt"}}))
	if err := o.DisableUser(t.Context(), o.Ines, o.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	want(t, "who may have one now", len(must(o.Assignees(t.Context(), o.Lea))(t)), 1)
}

// An actor with OwnOnly sees the follow-ups of the interactions they see, with the ends they see,
// and can change no others.
func TestFollowUpsOfOwnClients(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	own := o.Tomas
	own.OwnOnly = true
	organizations := []db.Organization{o.NewOrganization(t, "Mine"), o.NewOrganization(t, "Others")}
	contacts := []db.Contact{o.NewContact(t, "My", "Contact", ""), o.NewContact(t, "Other", "Contact", "")}
	o.Exec(t, "UPDATE organizations SET owner_user_id = ? WHERE display_name = 'Mine'", own.UserID)
	o.Exec(t, "UPDATE contacts SET owner_user_id = ? WHERE first_name = 'My'", own.UserID)
	var seen []string
	for with := range 3 { // none, the actor's own, somebody else's
		for at := range 3 {
			if with+at == 0 {
				continue
			}
			fields := db.Fields{
				"channel": "call", "subject": "x", "follow_up_text": fmt.Sprintf("with%dat%d", with, at), "follow_up_due_on": "2026-11-24",
			}
			if with > 0 {
				fields["contact_id"] = contacts[with-1].ID
			}
			if at > 0 {
				fields["organization_id"] = organizations[at-1].ID
			}
			f := must(o.LogInteraction(t.Context(), o.Tomas, fields, ""))(t).Next
			mine := with == 1 || at == 1
			if mine {
				seen = append(seen, f.Text)
				got := must(o.FollowUp(t.Context(), own, f.ID))(t)
				want(t, f.Text+" names the organization", got.OrganizationID != "" && got.OrganizationName == "Mine", at == 1)
				want(t, f.Text+" names the contact", got.ContactID != "" && got.ContactFirst == "My", with == 1)
				want(t, f.Text+" names another", got.OrganizationName == "Others" || got.ContactFirst == "Other", false)
				continue
			}
			o.Unchanged(t, func() {
				for action, change := range changesOf(t, o, own) {
					if err := change(f.ID, 0); !errors.Is(err, db.ErrNotFound) {
						t.Errorf("%s of %s: %v", action, f.Text, err)
					}
				}
				if _, err := o.FollowUp(t.Context(), own, f.ID); !errors.Is(err, db.ErrNotFound) {
					t.Error(f.Text, err)
				}
				if _, err := o.AddFollowUp(t.Context(), own, must(o.FollowUp(t.Context(), o.Tomas, f.ID))(t).
					InteractionID, db.Fields{"text": "x", "due_on": "2026-11-24"}); !errors.Is(err, db.ErrNotFound) {
					t.Error(f.Text, err)
				}
			})
		}
	}
	for _, f := range []db.FollowUpFilter{{}, {Assignee: db.OneOf(own.UserID)}, {When: "week"}, {When: "soon"}} {
		want(t, fmt.Sprintf("%+v", f), open(t, o, own, f), strings.Join(seen, " "))
	}
	want(t, "of an organization out of sight", open(t, o, own, db.FollowUpFilter{OrganizationID: organizations[1].ID}), "")
	want(t, "of a contact out of sight", open(t, o, own, db.FollowUpFilter{ContactID: contacts[1].ID}), "")
	n, _, err := o.Due(t.Context(), own)
	want(t, "due", fmt.Sprint(n, err), fmt.Sprint(len(seen), " <nil>"))

	// An actor with OwnOnly cannot be given follow-ups of other clients.
	o.Exec(t, "UPDATE roles SET client_scope = 'own' WHERE slug = 'Manager'")
	for n, organization := range organizations {
		i := must(o.LogInteraction(t.Context(), o.Ines, db.Fields{"channel": "call", "subject": "x", "organization_id": organization.ID}, ""))(t)
		_, err := o.AddFollowUp(t.Context(), o.Ines, i.ID, db.Fields{"text": "x", "due_on": "2026-11-24", "assignee_id": own.UserID})
		if n == 0 && err != nil {
			t.Error(err)
		}
		if n == 1 {
			wantInvalid(t, err, "assignee_id")
		}
	}
}

func TestTheHistoryTellsOfFollowUps(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	call := o.Call(t, acme, "")
	f := nextStep(t, o, call, "Send the offer", "2026-11-26")
	must(o.MoveFollowUp(t.Context(), o.Tomas, f.ID, 1, "2026-11-30"))(t)
	must(o.FinishFollowUp(t.Context(), o.Tomas, f.ID, 2))(t)
	for _, of := range [][2]string{{"organization", acme.ID}, {"interaction", call.ID}} {
		page, _, err := o.History(t.Context(), o.Ines, of[0], of[1], db.HistoryPage{})
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, e := range page[:3] {
			var changes [][4]string
			for _, c := range e.Changes {
				changes = append(changes, [4]string{c.Column, c.Label, c.Old, c.New})
			}
			said += fmt.Sprintf("%s %s %s %s %v\n", e.Action, e.FollowUp, e.Organization, e.Subject, changes)
		}
		want(t, "history of the "+of[0], said, `finish_follow_up Send the offer Acme Renewal []
move_follow_up Send the offer Acme Renewal [[due_on Due 2026-11-26 2026-11-30]]
create_follow_up Send the offer Acme Renewal [[text Follow-up  Send the offer] [due_on Due  2026-11-26] [assignee_id Who  Tomás Brandt]]
`)
	}
	blind := db.Actor{May: []db.Permission{db.ViewClient, db.EditClient}}
	page, _, err := o.History(t.Context(), blind, "organization", acme.ID, db.HistoryPage{})
	want(t, "entries for one who sees no interactions", fmt.Sprint(len(page), err), "1 <nil>")
}

func TestAnInteractionKnowsTheDayOfItsOpenStep(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	wantDay := func(after, day string) {
		t.Helper()
		want(t, after, o.Column(t, "SELECT ifnull(next_due_on, '') FROM interactions WHERE id = ?", call.ID)[0], day)
	}
	wantDay("at first", "")
	f := nextStep(t, o, call, "Send the offer", "2026-11-26")
	wantDay("planned", "2026-11-26")
	must(o.MoveFollowUp(t.Context(), o.Tomas, f.ID, 1, "2026-11-30"))(t)
	wantDay("moved", "2026-11-30")
	must(o.FinishFollowUp(t.Context(), o.Tomas, f.ID, 2))(t)
	wantDay("done", "")
	must(o.ReopenFollowUp(t.Context(), o.Tomas, f.ID, 3))(t)
	wantDay("open again", "2026-11-30")
	must(o.DeleteInteraction(t.Context(), o.Tomas, call.ID, 1))(t)
	must(o.UndeleteInteraction(t.Context(), o.Tomas, call.ID))(t)
	wantDay("brought back", "2026-11-30")
	o.Exec(t, "UPDATE follow_ups SET due_on = '2026-12-01' WHERE id = ?", f.ID)
	wantDay("moved by another program", "2026-12-01")
	o.Exec(t, "DELETE FROM follow_ups WHERE id = ?", f.ID)
	wantDay("gone", "")
}

// TestAnUpgradeKnowsTheDaysOfOpenSteps opens a file from before interactions had the day of their
// open step.
func TestAnUpgradeKnowsTheDaysOfOpenSteps(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	plain := dbtest.SQL(t, path)
	p := must(goose.NewProvider(goose.DialectSQLite3, plain, migrations.FS))(t)
	if _, err := p.UpTo(t.Context(), 14); err != nil {
		t.Fatal(err)
	}
	for _, done := range []any{nil, "2026-11-24T09:30:00.000Z"} {
		i := sample(t, nil, "interactions")
		insert(t, plain, "interactions", i)
		insert(t, plain, "follow_ups", map[string]any{
			"id": uuid.NewString(), "interaction_id": i["id"], "text": "A", "due_on": "2026-11-26", "done_at": done,
		})
	}
	insert(t, plain, "interactions", sample(t, nil, "interactions"))
	plain.Close()
	must(db.Open(t.Context(), path, db.Options{}))(t).Close()
	want(t, "days", fmt.Sprint(dbtest.Column(t, path, "SELECT ifnull(next_due_on, '-') FROM interactions ORDER BY rowid")), "[2026-11-26 - -]")
}

// TestFollowUpsOfSeveralPeopleAreWhatAPlainLookFinds: of some, of nobody, and of all but some, page by page, also for
// somebody who sees only own clients.
func TestFollowUpsOfSeveralPeopleAreWhatAPlainLookFinds(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	r := rand.New(rand.NewPCG(20261128, 2))
	people := []string{o.Tomas.UserID, o.Ines.UserID, o.Lea.UserID}
	ends := []string{o.Acme(t).ID, o.NewOrganization(t, "Beta").ID}
	o.Exec(t, "UPDATE organizations SET owner_user_id = iif(id = ?, ?, NULL)", ends[0], o.Ines.UserID)
	type planned struct{ id, organization, assignee, due string }
	var every []planned
	for n := range 90 {
		x := planned{organization: random(r, ends...), assignee: random(r, append(people, "")...), due: fmt.Sprintf("2026-11-%02d", 25+n%5)}
		x.id = plannedAs(t, o, o.Tomas, fmt.Sprint(n), "organization_id", x.organization).ID
		o.Exec(t, "UPDATE follow_ups SET due_on = ?, assignee_id = nullif(?, '') WHERE id = ?", x.due, x.assignee, x.id)
		every = append(every, x)
	}
	slices.SortFunc(every, func(a, b planned) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.id, b.id)) })
	own := o.Ines
	own.OwnOnly = true
	for range 60 {
		for _, by := range []db.Actor{o.Lea, own} {
			f := db.FollowUpFilter{Assignee: some(r, people...), Limit: 7, OrganizationID: random(r, append(ends, "", "", "")...)}
			var wanted, got []string
			for _, x := range every {
				if chosen(x.assignee, f.Assignee) && (f.OrganizationID == "" || x.organization == f.OrganizationID) &&
					(!by.OwnOnly || x.organization == ends[0]) {
					wanted = append(wanted, x.id)
				}
			}
			for more := true; more; {
				page, next, err := o.FollowUps(t.Context(), by, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range page {
					got = append(got, x.ID)
				}
				f.After, more = next, next != ""
			}
			if !slices.Equal(got, wanted) {
				t.Errorf("%+v, own clients only %t: %d rows that are not the %d wanted, or in another order", f, by.OwnOnly, len(got), len(wanted))
			}
		}
	}
}
