package db_test

import (
	"errors"
	"fmt"
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

// planned plans a standalone follow-up as Tomás, due on Thursday 26 November unless a day is given.
func planned(t *testing.T, o *dbtest.Office, text string, pairs ...string) db.FollowUp {
	t.Helper()
	return plannedAs(t, o, o.Tomas, text, pairs...)
}

func plannedAs(t *testing.T, o *dbtest.Office, by db.Actor, text string, pairs ...string) db.FollowUp {
	t.Helper()
	typed := db.Fields{"text": text, "due_on": "2026-11-26"}
	for n := 0; n < len(pairs); n += 2 {
		typed[pairs[n]] = pairs[n+1]
	}
	return must(o.CreateFollowUp(t.Context(), by, typed, ""))(t)
}

func TestAFollowUpStandsOnItsOwn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	f := planned(t, o, " Renewal talk ", "organization_id", acme.ID, "contact_id", maya.ID, "due_time", "9:05", "assignee_id", o.Ines.UserID)
	want(t, "it", fmt.Sprintf("%+v", must(o.FollowUp(t.Context(), o.Lea, f.ID))(t)), fmt.Sprintf("%+v", db.FollowUp{
		ID: f.ID, Text: "Renewal talk", DueOn: "2026-11-26", DueTime: "09:05",
		AssigneeID: o.Ines.UserID, Assignee: "Ines Calder", AssigneeZone: "UTC", Version: 1,
		CreatorID: o.Tomas.UserID, CreatedAt: f.CreatedAt, GiverID: o.Tomas.UserID, Giver: "Tomás Brandt", New: true,
		OrganizationID: acme.ID, OrganizationName: "Acme", ContactID: maya.ID, ContactFirst: "Maya", ContactLast: "Okafor",
	}))
	want(t, "metadata", o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'create_follow_up'")[0], fmt.Sprintf(
		`{"changes":{"assignee_id":{"old":null,"new":%q},"contact_id":{"old":null,"new":%q},"due_on":{"old":null,"new":"2026-11-26"},`+
			`"due_time":{"old":null,"new":"09:05"},"organization_id":{"old":null,"new":%q},"text":{"old":null,"new":"Renewal talk"}},`+
			`"contact_id":%q,"follow_up_text":"Renewal talk","interaction_id":null,"organization_id":%q}`,
		o.Ines.UserID, maya.ID, acme.ID, maya.ID, acme.ID))
	call := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": "x", "organization_id": acme.ID, "contact_id": maya.ID,
	}, ""))(t)
	step := nextStep(t, o, call, "Step", "2026-11-25")
	for of, filter := range map[string]db.FollowUpFilter{"Acme": {OrganizationID: acme.ID}, "Maya": {ContactID: maya.ID}} {
		want(t, "open of "+of, open(t, o, o.Lea, filter), "Step Renewal talk")
	}
	for _, of := range []string{acme.ID, maya.ID} {
		kind := map[bool]string{true: "organization", false: "contact"}[of == acme.ID]
		page, _, err := o.History(t.Context(), o.Ines, kind, of, db.HistoryPage{})
		if err != nil || !slices.ContainsFunc(page, func(e db.Entry) bool { return e.TargetID == f.ID }) {
			t.Errorf("the history of the %s does not tell of it: %v", kind, err)
		}
	}
	if _, err := o.UpdateFollowUp(t.Context(), o.Tomas, step.ID, 1,
		db.Fields{"organization_id": "", "contact_id": "", "text": "Other"}); err == nil {
		t.Error("the next step of an interaction lost its clients")
	} else {
		wantInvalid(t, err, "organization_id")
	}
	o.Exec(t, "DELETE FROM organizations WHERE id = ?", acme.ID)
	o.Exec(t, "DELETE FROM contacts WHERE id = ?", maya.ID)
	if _, err := o.FollowUp(t.Context(), o.Lea, f.ID); !errors.Is(err, db.ErrNotFound) {
		t.Error("somebody else sees it, now that its clients are gone", err)
	}
	want(t, "it is still there for Ines", must(o.FollowUp(t.Context(), o.Ines, f.ID))(t).Text, "Renewal talk")
}

// TestAFollowUpWithoutAClientIsItsPeoples: only its creator and its assignee see it, in lists, counts, filters and the history.
func TestAFollowUpWithoutAClientIsItsPeoples(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	f := planned(t, o, "Secret")
	sees := func(who db.Actor, whether bool) {
		t.Helper()
		_, err := o.FollowUp(t.Context(), who, f.ID)
		want(t, "by its id", !errors.Is(err, db.ErrNotFound), whether)
		want(t, "in the list", strings.Contains(open(t, o, who, db.FollowUpFilter{}), f.Text), whether)
		log, _, err := o.AuditLog(t.Context(), who, db.AuditFilter{})
		want(t, "in the audit log", slices.ContainsFunc(log, func(e db.AuditEntry) bool { return e.TargetID == f.ID }), whether)
		events, _, err2 := o.Events(t.Context(), who, 0, 1000)
		want(t, "among the events", slices.ContainsFunc(events, func(e db.AuditEntry) bool { return e.TargetID == f.ID }), whether)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if whether {
			return
		}
		o.Unchanged(t, func() {
			for action, change := range changesOf(t, o, who) {
				if err := change(f.ID, 0); !errors.Is(err, db.ErrNotFound) {
					t.Error(action, err)
				}
			}
			if err := o.SeeFollowUp(t.Context(), who, f.ID); !errors.Is(err, db.ErrNotFound) {
				t.Error(err)
			}
		})
	}
	auditor := o.Tomas
	auditor.May = append(slices.Clone(auditor.May), db.ViewAudit)
	sees(auditor, true)
	sees(o.Ines, false)
	own := auditor
	own.OwnOnly = true
	sees(own, true)
	inesOwn := o.Ines
	inesOwn.OwnOnly = true
	sees(inesOwn, false)

	// Once Ines is its assignee, they see it.
	f = must(o.UpdateFollowUp(t.Context(), o.Tomas, f.ID, 1, db.Fields{"assignee_id": o.Ines.UserID}))(t)
	sees(o.Ines, true)
	sees(inesOwn, true)
	sees(auditor, true)
	// Somebody who passes on what was given to them no longer sees it.
	mine := plannedAs(t, o, o.Ines, "Of Ines", "assignee_id", o.Tomas.UserID)
	third := must(o.CreateUser(t.Context(), db.System,
		db.NewUser{Email: "per@a.example", FullName: "Per Berg", Role: "Manager", Hash: "x"}))(t)
	given := must(o.UpdateFollowUp(t.Context(), o.Tomas, mine.ID, 1, db.Fields{"assignee_id": third.ID}))(t)
	want(t, "the version returned", given.Version, 2)
	_, err := o.FollowUp(t.Context(), o.Tomas, mine.ID)
	want(t, "Tomás no longer sees it", errors.Is(err, db.ErrNotFound), true)
	seen := must(o.FollowUp(t.Context(), o.Ines, mine.ID))(t)
	want(t, "whose it is", seen.Assignee+" from "+seen.Giver, "Per Berg from Tomás Brandt")
	want(t, "new to Per", must(o.NewFollowUps(t.Context(), db.Actor{UserID: third.ID, May: o.Tomas.May}))(t), 1)
}

func TestWhatSomebodyElseGaveIsNewUntilOneLooksAtItOrChangesIt(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	count := func() int { t.Helper(); return must(o.NewFollowUps(t.Context(), o.Ines))(t) }
	give := func(text string) db.FollowUp {
		t.Helper()
		return planned(t, o, text, "assignee_id", o.Ines.UserID, "organization_id", acme.ID)
	}
	want(t, "at first", count(), 0)
	f := give("A")
	want(t, "given", count(), 1)
	mustFirst(o.FollowUps(t.Context(), o.Ines, db.FollowUpFilter{}))(t)
	must(o.FollowUp(t.Context(), o.Ines, f.ID))(t)
	want(t, "read", count(), 1)
	if err := o.SeeFollowUp(t.Context(), o.Tomas, f.ID); err != nil {
		t.Fatal(err)
	}
	must(o.MoveFollowUp(t.Context(), o.Tomas, f.ID, 0, "2026-11-27"))(t)
	want(t, "looked at and changed by others", count(), 1)
	o.Unchanged(t, func() { // neither recorded nor a new version
		if err := o.SeeFollowUp(t.Context(), o.Ines, f.ID); err != nil {
			t.Fatal(err)
		}
		o.Exec(t, "UPDATE follow_ups SET is_new = 1")
	})
	for change, by := range map[string]func(id string) error{
		"seen":   func(id string) error { return o.SeeFollowUp(t.Context(), o.Ines, id) },
		"moved":  func(id string) error { _, err := o.MoveFollowUp(t.Context(), o.Ines, id, 0, "2026-11-30"); return err },
		"edited": func(id string) error { return changesOf(t, o, o.Ines)["update_follow_up"](id, 1) },
		"done":   func(id string) error { _, err := o.FinishFollowUp(t.Context(), o.Ines, id, 0); return err },
		"cancelled by who gave it": func(id string) error {
			_, err := o.CancelFollowUp(t.Context(), o.Tomas, id, 0)
			return err
		},
		"given back": func(id string) error {
			_, err := o.UpdateFollowUp(t.Context(), o.Ines, id, 1, db.Fields{"assignee_id": o.Tomas.UserID})
			return err
		},
	} {
		f := give(change)
		before := count()
		if err := by(f.ID); err != nil {
			t.Error(change, err)
		}
		want(t, change, count(), before-1)
	}
	if err := o.SeeAllFollowUps(t.Context(), o.Ines); err != nil {
		t.Fatal(err)
	}
	want(t, "all seen", count(), 0)
	want(t, "new to Tomás, to whom one was given back", must(o.NewFollowUps(t.Context(), o.Tomas))(t), 1)
	i := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": "x", "organization_id": acme.ID,
		"follow_up_text": "Step", "follow_up_due_on": "2026-11-26", "follow_up_assignee_id": o.Ines.UserID,
	}, ""))(t)
	want(t, "a next step is new, too", fmt.Sprint(count(), i.Next.New), "1 true")
	back := must(o.UpdateFollowUp(t.Context(), o.Ines, i.Next.ID, 1, db.Fields{"due_time": "10:00"}))(t)
	want(t, "from whom", back.Giver, "Tomás Brandt")
	must(o.DeleteInteraction(t.Context(), o.Tomas, i.ID, 1))(t)
	restored := must(o.UndeleteInteraction(t.Context(), o.Tomas, i.ID))(t)
	want(t, "time, after it was deleted and brought back", restored.Next.DueTime, "10:00")
}

func TestAFollowUpIsCancelledAndBroughtBack(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	call := o.Call(t, o.Acme(t), "")
	step := nextStep(t, o, call, "Step", "2026-11-26")
	for _, f := range []db.FollowUp{step, planned(t, o, "Alone")} {
		gone := must(o.CancelFollowUp(t.Context(), o.Tomas, f.ID, 1))(t)
		want(t, "when", gone.CancelledAt, o.Clock.Now())
		want(t, "by", o.Column(t, "SELECT cancelled_by FROM follow_ups WHERE id = ?", f.ID)[0], o.Tomas.UserID)
		want(t, "it is in the list", strings.Contains(open(t, o, o.Tomas, db.FollowUpFilter{}), f.Text), false)
		o.Unchanged(t, func() {
			must(o.CancelFollowUp(t.Context(), o.Tomas, f.ID, 1))(t)
			for _, action := range []string{"finish_follow_up", "move_follow_up", "update_follow_up"} {
				wantConflict(t, changesOf(t, o, o.Tomas)[action](f.ID, 2))
			}
			_, err := o.ReopenFollowUp(t.Context(), o.Tomas, f.ID, 1)
			wantConflict(t, err)
		})
		back := must(o.ReopenFollowUp(t.Context(), o.Tomas, f.ID, 2))(t)
		want(t, "open again", back.Open(), true)
		want(t, "nobody cancelled it", o.Column(t, "SELECT ifnull(cancelled_by, '') FROM follow_ups WHERE id = ?", f.ID)[0], "")
		must(o.FinishFollowUp(t.Context(), o.Tomas, f.ID, 3))(t)
		o.Unchanged(t, func() {
			_, err := o.CancelFollowUp(t.Context(), o.Tomas, f.ID, 4)
			wantConflict(t, err)
		})
		want(t, "its actions", fmt.Sprint(o.Actions(t, f.ID)), "[create_follow_up cancel_follow_up reopen_follow_up finish_follow_up]")
	}
	// A cancelled next step leaves room for another, and comes back only while there is none.
	another := nextStep(t, o, call, "Another", "2026-11-27")
	must(o.CancelFollowUp(t.Context(), o.Tomas, another.ID, 0))(t)
	want(t, "the call's next day", o.Column(t, "SELECT ifnull(next_due_on, '') FROM interactions")[0], "")
	nextStep(t, o, call, "Third", "2026-11-28")
	o.Unchanged(t, func() {
		_, err := o.ReopenFollowUp(t.Context(), o.Tomas, another.ID, 0)
		wantInvalid(t, err, "text")
	})
}

func TestAStaleChangeOfAFollowUpKeepsWhatOthersChanged(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	f := planned(t, o, "Call", "organization_id", acme.ID)
	must(o.UpdateFollowUp(t.Context(), o.Ines, f.ID, 1, db.Fields{"text": "Call Maya", "due_time": "14:00"}))(t)
	both := must(o.UpdateFollowUp(t.Context(), o.Tomas, f.ID, 1, db.Fields{"text": "Call", "due_on": "2026-11-30", "due_time": ""}))(t)
	want(t, "both", fmt.Sprint(both.Text, both.DueTime, both.DueOn), "Call Maya14:002026-11-30")
	o.Unchanged(t, func() {
		_, err := o.UpdateFollowUp(t.Context(), o.Tomas, f.ID, 1, db.Fields{"text": "Call Jonas"})
		wantConflict(t, err)
		_, err = o.UpdateFollowUp(t.Context(), o.Tomas, f.ID, 9, db.Fields{"text": "Call Jonas"})
		wantConflict(t, err)
		must(o.UpdateFollowUp(t.Context(), o.Tomas, f.ID, 3, db.Fields{"text": "Call Maya"}))(t)
	})
}

func TestARepeatedRequestPlansOneFollowUp(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	request, typed := uuid.NewString(), db.Fields{"text": "Call", "due_on": "2026-11-26"}
	f := must(o.CreateFollowUp(t.Context(), o.Tomas, typed, request))(t)
	o.Unchanged(t, func() {
		want(t, "the first one", must(o.CreateFollowUp(t.Context(), o.Tomas, typed, request))(t).ID, f.ID)
		_, err := o.CreateFollowUp(t.Context(), o.Tomas, db.Fields{"text": "Write", "due_on": "2026-11-26"}, request)
		var repeated *db.Repeated
		if !errors.As(err, &repeated) || repeated.ID != f.ID {
			t.Error(err)
		}
	})
	other := must(o.CreateFollowUp(t.Context(), o.Ines, typed, request))(t)
	want(t, "somebody else's is their own", other.ID != f.ID, true)
}

func TestAFollowUpOfItsOwnTakesNothingWrong(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	f := planned(t, o, "x", "organization_id", acme.ID)
	for _, c := range []struct{ column, value string }{
		{"text", ""},
		{"text", "a\x00b"},
		{"due_on", ""},
		{"due_on", "2026-11-23"},
		{"due_time", "24:00"},
		{"due_time", "9"},
		{"due_time", "09:60"},
		{"due_time", "09:00:00"},
		{"due_time", "noon"},
		{"due_time", "\xff"},
		{"due_time", strings.Repeat("1", 1000)},
		{"assignee_id", o.Lea.UserID},
		{"assignee_id", uuid.NewString()},
		{"organization_id", uuid.NewString()},
		{"organization_id", "x"},
		{"organization_id", o.Maya(t).ID},
		{"contact_id", acme.ID},
	} {
		o.Unchanged(t, func() {
			typed := db.Fields{"text": "y", "due_on": "2026-11-24", c.column: c.value}
			_, err := o.CreateFollowUp(t.Context(), o.Tomas, typed, "")
			wantInvalid(t, err, c.column)
			_, err = o.UpdateFollowUp(t.Context(), o.Tomas, f.ID, 1, typed)
			wantInvalid(t, err, c.column)
		})
		o.Exec(t, "DELETE FROM contacts")
	}
}

// TestFollowUpsComeByDayThenTime, whatever the order in which they were planned, and page by page.
func TestFollowUpsComeByDayThenTime(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Exec(t, "UPDATE organizations SET owner_user_id = ?", o.Tomas.UserID)
	var first []string
	for n := range 60 {
		first = append(first, fmt.Sprintf("%02d", n))
		planned(t, o, first[n], "due_on", "2026-11-24", "organization_id", acme.ID)
	}
	for _, c := range [][2]string{{"c", "14:00"}, {"e", ""}, {"b", "09:30"}, {"a", "00:00"}, {"d", "23:59"}} {
		planned(t, o, c[0], "due_on", "2026-11-25", "due_time", c[1])
	}
	wanted := strings.Join(append(first, "a", "b", "c", "d", "e"), " ")
	for _, by := range []db.Actor{o.Tomas, {UserID: o.Tomas.UserID, May: o.Tomas.May, OwnOnly: true}} {
		var all []string
		for f := (db.FollowUpFilter{Limit: 7}); ; {
			page, next, err := o.FollowUps(t.Context(), by, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range page {
				all = append(all, f.Text)
			}
			if f.After = next; next == "" {
				break
			}
		}
		want(t, "the order", strings.Join(all, " "), wanted)
	}
	done := open(t, o, o.Tomas, db.FollowUpFilter{Done: true})
	want(t, "done", done, "")
	for _, text := range []string{"e", "b"} {
		o.Clock.Add(time.Minute)
		must(o.FinishFollowUp(t.Context(), o.Tomas, o.Column(t, "SELECT id FROM follow_ups WHERE text = ?", text)[0], 0))(t)
	}
	want(t, "done, the last first", open(t, o, o.Tomas, db.FollowUpFilter{Done: true, Assignee: db.OneOf(o.Tomas.UserID)}), "b e")
	want(t, "given to others", open(t, o, o.Tomas, db.FollowUpFilter{Given: true}), "")
	planned(t, o, "given", "assignee_id", o.Ines.UserID)
	want(t, "given to others", open(t, o, o.Tomas, db.FollowUpFilter{Given: true}), "given")
	want(t, "given to others by Ines", open(t, o, o.Ines, db.FollowUpFilter{Given: true}), "")
}

// TestWhoSeesWhichFollowUps compares every answer with the plain rule, for each pair of
// clients, each creator and each assignee, and for people who see all clients or their own.
func TestWhoSeesWhichFollowUps(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	all := o.Tomas
	own := o.Ines
	own.OwnOnly, own.May = true, o.Tomas.May
	organizations := []string{"", o.NewOrganization(t, "Mine").ID, o.NewOrganization(t, "Others").ID}
	contacts := []string{"", o.NewContact(t, "My", "Contact", "").ID, o.NewContact(t, "Other", "Contact", "").ID}
	o.Exec(t, "UPDATE organizations SET owner_user_id = iif(display_name = 'Mine', ?, NULL)", own.UserID)
	o.Exec(t, "UPDATE contacts SET owner_user_id = iif(first_name = 'My', ?, NULL)", own.UserID)
	people := []db.Actor{o.Tomas, o.Ines, o.Lea}
	type planned struct{ id, text, organization, contact, creator, assignee string }
	var every []planned
	for n, organization := range organizations {
		for m, contact := range contacts {
			for _, creator := range people[:2] {
				for _, assignee := range people[:2] {
					text := fmt.Sprintf("%d%d%s%s", n, m, creator.UserID[34:], assignee.UserID[34:])
					f := plannedAs(t, o, o.Tomas, text, "organization_id", organization, "contact_id", contact)
					o.Exec(t, "UPDATE follow_ups SET created_by = ?, assignee_id = ?, given_by = NULL, is_new = 1 WHERE id = ?",
						creator.UserID, assignee.UserID, f.ID)
					every = append(every, planned{f.ID, text, organization, contact, creator.UserID, assignee.UserID})
				}
			}
		}
	}
	for name, by := range map[string]db.Actor{"Tomás": all, "Ines": own, "Léa": o.Lea} {
		var wanted, due, of, with []string
		for _, f := range every {
			sees := !by.OwnOnly || f.organization == organizations[1] || f.contact == contacts[1]
			if f.organization == "" && f.contact == "" {
				sees = f.creator == by.UserID || f.assignee == by.UserID
			}
			got, err := o.FollowUp(t.Context(), by, f.id)
			want(t, name+" sees "+f.text, err == nil, sees)
			if !sees {
				continue
			}
			wanted = append(wanted, f.text)
			if f.assignee == by.UserID {
				due = append(due, f.text)
			}
			if f.organization == organizations[1] {
				of = append(of, f.text)
			}
			if f.contact == contacts[1] {
				with = append(with, f.text)
			}
			want(t, name+" sees its organization", got.OrganizationName != "",
				f.organization != "" && (!by.OwnOnly || f.organization == organizations[1]))
			want(t, name+" sees its contact", got.ContactFirst != "", f.contact != "" && (!by.OwnOnly || f.contact == contacts[1]))
		}
		want(t, name+"'s list", open(t, o, by, db.FollowUpFilter{}), strings.Join(wanted, " "))
		want(t, name+"'s own", open(t, o, by, db.FollowUpFilter{Assignee: db.OneOf(by.UserID)}), strings.Join(due, " "))
		want(t, name+"'s list of Mine", open(t, o, by, db.FollowUpFilter{OrganizationID: organizations[1]}), strings.Join(of, " "))
		want(t, name+"'s list of my contact", open(t, o, by, db.FollowUpFilter{ContactID: contacts[1]}), strings.Join(with, " "))
		if by.OwnOnly {
			want(t, "of others", open(t, o, by, db.FollowUpFilter{OrganizationID: organizations[2]}), "")
			want(t, "with others", open(t, o, by, db.FollowUpFilter{ContactID: contacts[2]}), "")
		}
		want(t, name+"'s new ones", must(o.NewFollowUps(t.Context(), by))(t), len(due))
	}
	o.Clock.Add(96 * time.Hour)
	n, late, err := o.Due(t.Context(), own)
	want(t, "due of Ines", fmt.Sprint(n, late, err),
		fmt.Sprint(len(strings.Fields(open(t, o, own, db.FollowUpFilter{Assignee: db.OneOf(own.UserID)}))), " true <nil>"))

	// Nobody can be given a follow-up about a client that they do not see.
	o.Exec(t, "UPDATE roles SET client_scope = 'own' WHERE slug = 'Administrator'")
	_, err = o.CreateFollowUp(t.Context(), all, db.Fields{
		"text": "x", "due_on": "2026-12-01", "assignee_id": own.UserID, "organization_id": organizations[2],
	}, "")
	wantInvalid(t, err, "assignee_id")
	f := plannedAs(t, o, all, "x", "due_on", "2026-12-01", "assignee_id", own.UserID, "organization_id", organizations[1])
	_, err = o.UpdateFollowUp(t.Context(), all, f.ID, 1, db.Fields{"organization_id": organizations[2]})
	wantInvalid(t, err, "assignee_id")
	// Somebody who sees one of two clients does not change the other.
	two := plannedAs(t, o, all, "y", "due_on", "2026-12-01", "organization_id", organizations[1], "contact_id", contacts[2])
	must(o.UpdateFollowUp(t.Context(), own, two.ID, 1, db.Fields{"text": "z", "organization_id": organizations[1], "contact_id": ""}))(t)
	want(t, "its contact", must(o.FollowUp(t.Context(), all, two.ID))(t).ContactID, contacts[2])
}

// TestAnUpgradeLeavesFollowUpsAsTheyAre opens a file from before there were standalone follow-ups.
func TestAnUpgradeLeavesFollowUpsAsTheyAre(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	plain := dbtest.SQL(t, path)
	p := must(goose.NewProvider(goose.DialectSQLite3, plain, migrations.FS))(t)
	if _, err := p.UpTo(t.Context(), 26); err != nil {
		t.Fatal(err)
	}
	const said = "SELECT id || interaction_id || text || due_on || ifnull(done_at, '') || version FROM follow_ups ORDER BY id"
	for _, done := range []any{nil, "2026-11-24T09:30:00.000Z"} {
		i := sample(t, nil, "interactions")
		insert(t, plain, "interactions", i)
		insert(t, plain, "follow_ups", map[string]any{
			"id": uuid.NewString(), "interaction_id": i["id"], "text": "A", "due_on": "2026-11-26", "done_at": done,
		})
	}
	plain.Close()
	before := dbtest.Column(t, path, said)
	d := must(db.Open(t.Context(), path, db.Options{}))(t)
	want(t, "sound", d.CheckFile(t.Context()), nil)
	d.Close()
	want(t, "follow-ups", fmt.Sprint(dbtest.Column(t, path, said)), fmt.Sprint(before))
	want(t, "new ones", len(dbtest.Column(t, path, "SELECT 1 FROM follow_ups WHERE is_new = 1 OR given_by IS NOT NULL")), 0)
	want(t, "open ones", len(dbtest.Column(t, path,
		"SELECT 1 FROM follow_ups WHERE due_key = '2026-11-26~' AND done_at IS NULL AND cancelled_at IS NULL")), 1)
}
