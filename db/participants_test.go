package db_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

// group is an office with Acme and four people, none of them linked.
type group struct {
	*dbtest.Office
	acme           db.Organization
	ada, ben, cleo db.Contact
}

func newGroup(t *testing.T) *group {
	o := dbtest.OpenOffice(t)
	return &group{o, o.Acme(t), o.NewContact(t, "Ada", "Lind", ""), o.NewContact(t, "Ben", "Berg", ""), o.NewContact(t, "Cleo", "Abel", "")}
}

// meet logs a meeting with Ada at Acme and with further people.
func (g *group) meet(t *testing.T, happenedAt string, further ...db.Contact) db.Interaction {
	t.Helper()
	return must(g.LogInteraction(t.Context(), g.Tomas, db.Fields{
		"channel": "meeting", "subject": "Review", "organization_id": g.acme.ID, "contact_id": g.ada.ID,
		"participant_id": contactIDs(further...), "happened_at": happenedAt,
	}, ""))(t)
}

func contactIDs(all ...db.Contact) string {
	var list []string
	for _, c := range all {
		list = append(list, c.ID)
	}
	return strings.Join(list, " ")
}

func participantNames(i db.Interaction) string {
	var names []string
	for _, p := range i.Participants {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (g *group) subjects(t *testing.T, c db.Contact) string {
	t.Helper()
	page, _, err := g.Interactions(t.Context(), g.Lea, db.InteractionFilter{ContactID: c.ID})
	n, _, err2 := g.CountInteractions(t.Context(), g.Lea, db.InteractionFilter{ContactID: c.ID})
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	want(t, "counted", n, len(page))
	var all []string
	for _, i := range page {
		all = append(all, i.Subject)
	}
	return strings.Join(all, ", ")
}

func TestAMeetingIsOnceWithEachOfItsPeople(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	i := g.meet(t, "2026-11-20T10:00", g.ben, g.cleo, g.ada, g.ben)
	want(t, "further people, by name", participantNames(i), "Cleo Abel, Ben Berg")
	want(t, "stored", len(g.Column(t, "SELECT 1 FROM interaction_contact")), 2)
	want(t, "the history names them", g.Column(t,
		"SELECT json_extract(metadata, '$.participant_ids') FROM audit_logs WHERE action = 'create_interaction'")[0],
		fmt.Sprintf("[%q,%q]", g.ben.ID, g.cleo.ID))
	for _, c := range []db.Contact{g.ada, g.ben, g.cleo} {
		want(t, "timeline of "+c.Name(), g.subjects(t, c), "Review")
		got := must(g.Contact(t.Context(), g.Lea, c.ID))(t)
		want(t, "last contact of "+c.Name(), got.LastContactAt, i.HappenedAt)
		entries, _, err := g.History(t.Context(), g.Tomas, "contact", c.ID, db.HistoryPage{})
		if err != nil || len(entries) != 2 || entries[0].ContactID != c.ID || len(entries[0].Participants) != 2 {
			t.Errorf("history of %s: %+v %v", c.Name(), entries, err)
		}
	}
	page, _, err := g.Interactions(t.Context(), g.Lea, db.InteractionFilter{OrganizationID: g.acme.ID, ContactID: g.ben.ID})
	want(t, "at Acme with Ben", [2]any{len(page), err}, [2]any{1, nil})
	page, _, err = g.Interactions(t.Context(), g.Lea, db.InteractionFilter{ContactID: g.ben.ID, Channel: db.OneOf("call")})
	want(t, "calls with Ben", [2]any{len(page), err}, [2]any{0, nil})
}

func TestATimelineOfBothKindsOfPeopleIsPagedInOrder(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	r := rand.New(rand.NewPCG(5, 1))
	for range 55 {
		at := fmt.Sprintf("2026-11-%02dT10:%02d", 1+r.IntN(20), r.IntN(2))
		if r.IntN(2) == 0 {
			g.meet(t, at, g.ben)
		} else {
			must(g.LogInteraction(t.Context(), g.Tomas,
				db.Fields{"channel": "call", "subject": "x", "contact_id": g.ben.ID, "happened_at": at}, ""))(t)
		}
	}
	var got []string
	for f := (db.InteractionFilter{ContactID: g.ben.ID}); ; {
		page, older, err := g.Interactions(t.Context(), g.Lea, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			got = append(got, i.ID)
		}
		if f.Before = older; older == "" {
			break
		}
	}
	want(t, "pages", strings.Join(got, " "), strings.Join(g.Column(t, "SELECT id FROM interactions ORDER BY happened_at DESC, id DESC"), " "))
}

func TestFurtherPeopleAreChangedAndTakenBack(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	i := g.meet(t, "", g.ben)
	edit := func(version int, typed db.Fields) (db.Interaction, error) {
		return g.UpdateInteraction(t.Context(), g.Tomas, i.ID, version, typed)
	}
	got := must(edit(1, db.Fields{"subject": "Yearly review"}))(t)
	want(t, "a form without the field", participantNames(got), "Ben Berg")
	got = must(edit(2, db.Fields{"participant_id": contactIDs(g.cleo)}))(t)
	want(t, "changed", participantNames(got), "Cleo Abel")
	want(t, "timeline of Ben", g.subjects(t, g.ben), "")
	want(t, "last contact of Ben", must(g.Contact(t.Context(), g.Lea, g.ben.ID))(t).LastContactAt.IsZero(), true)
	entries, _, err := g.History(t.Context(), g.Tomas, "interaction", i.ID, db.HistoryPage{})
	if err != nil || len(entries[0].Changes) != 1 || entries[0].Changes[0].Old != "Ben Berg" || entries[0].Changes[0].New != "Cleo Abel" ||
		*entries[0].Changes[0].Back != g.ben.ID {
		t.Fatalf("history: %+v %v", entries, err)
	}
	got = must(edit(3, db.Fields{"participant_id": *entries[0].Changes[0].Back}))(t)
	want(t, "taken back", participantNames(got), "Ben Berg")
	got = must(edit(4, db.Fields{"contact_id": g.ben.ID, "participant_id": contactIDs(g.ada, g.ben)}))(t)
	want(t, "changed places", got.ContactName()+" and "+participantNames(got), "Ben Berg and Ada Lind")
	got = must(edit(5, db.Fields{"contact_id": g.ada.ID}))(t)
	want(t, "a further one alone made the contact", got.ContactName()+" and "+participantNames(got), "Ada Lind and ")
	must(edit(6, db.Fields{"participant_id": contactIDs(g.ben, g.cleo)}))(t)
	got = must(edit(7, db.Fields{"contact_id": "", "organization_id": ""}))(t)
	want(t, "one of them stands in", got.ContactName()+" and "+participantNames(got), "Ben Berg and Cleo Abel")
	got = must(edit(8, db.Fields{"participant_id": ""}))(t)
	want(t, "cleared", participantNames(got), "")
	must(edit(9, db.Fields{"participant_id": ""}))(t)
	want(t, "version", must(g.Interaction(t.Context(), g.Lea, i.ID))(t).Version, 9)
}

func TestADeletedMeetingComesBackWithItsPeople(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	i := g.meet(t, "", g.ben, g.cleo)
	must(g.UpdateInteraction(t.Context(), g.Tomas, i.ID, 1, db.Fields{"user_id": g.Ines.UserID}))(t)
	must(g.DeleteInteraction(t.Context(), g.Tomas, i.ID, 2))(t)
	want(t, "timeline of Ben", g.subjects(t, g.ben), "")
	want(t, "last contact of Ben", must(g.Contact(t.Context(), g.Lea, g.ben.ID))(t).LastContactAt.IsZero(), true)
	entries, _, err := g.History(t.Context(), g.Tomas, "contact", g.ben.ID, db.HistoryPage{})
	if err != nil || entries[0].Action != "delete_interaction" || !entries[0].Undo {
		t.Fatalf("history: %+v %v", entries[0], err)
	}
	g.Exec(t, "DELETE FROM contacts WHERE id = ?", g.cleo.ID)
	back := must(g.UndeleteInteraction(t.Context(), g.Tomas, i.ID))(t)
	want(t, "who is back", participantNames(back), "Ben Berg")
	want(t, "who had it", back.UserName, "Ines Calder")
	want(t, "timeline of Ben", g.subjects(t, g.ben), "Review")
	want(t, "last contact of Ben", must(g.Contact(t.Context(), g.Lea, g.ben.ID))(t).LastContactAt, back.HappenedAt)

	must(g.DeleteInteraction(t.Context(), g.Tomas, i.ID, back.Version))(t)
	g.Exec(t, "DELETE FROM contacts WHERE id = ?", g.ada.ID)
	g.Exec(t, "DELETE FROM organizations")
	back = must(g.UndeleteInteraction(t.Context(), g.Tomas, i.ID))(t)
	want(t, "with the only one left", back.ContactName()+participantNames(back), "Ben Berg")
}

func TestStalePeopleAreAConflictOnlyWhereBothChangedThem(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	i := g.meet(t, "", g.ben)
	must(g.UpdateInteraction(t.Context(), g.Tomas, i.ID, 1,
		db.Fields{"participant_id": contactIDs(g.ben, g.cleo), "user_id": g.Ines.UserID}))(t)
	asRead := db.Fields{"participant_id": contactIDs(g.ben), "user_id": g.Tomas.UserID, "subject": "Mine"}
	got := must(g.UpdateInteraction(t.Context(), g.Tomas, i.ID, 1, asRead))(t)
	want(t, "theirs stays", participantNames(got)+" "+got.UserName, "Cleo Abel, Ben Berg Ines Calder")
	third := must(g.CreateUser(t.Context(), db.System, db.NewUser{Email: "kim@a.example", FullName: "Kim", Role: "Manager", Hash: "x"}))(t)
	for column, value := range map[string]string{"participant_id": "", "user_id": third.ID} {
		g.Unchanged(t, func() {
			_, err := g.UpdateInteraction(t.Context(), g.Tomas, i.ID, 1, db.Fields{column: value})
			want(t, "who changed "+column, wantConflict(t, err).By, "Tomás Brandt")
		})
	}
}

func TestWhoCannotBeAFurtherPersonIsRefused(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	i := g.meet(t, "", g.ben)
	many := make([]string, db.MostParticipants+1)
	for n := range many {
		many[n] = uuid.NewString()
	}
	g.Unchanged(t, func() {
		for _, bad := range []string{
			"x", uuid.NewString(), g.ben.ID + " x", g.ben.ID + "," + g.cleo.ID, strings.ToUpper(g.cleo.ID), g.acme.ID,
			"\x00", "a\xff", "<script>", strings.Join(many, " "), strings.Repeat("x ", 100_000),
		} {
			_, err := g.UpdateInteraction(t.Context(), g.Tomas, i.ID, 1, db.Fields{"participant_id": bad})
			wantInvalid(t, err, "participant_id")
			_, err = g.LogInteraction(t.Context(), g.Tomas,
				db.Fields{"channel": "call", "subject": "x", "contact_id": g.ada.ID, "participant_id": bad}, "")
			wantInvalid(t, err, "participant_id")
		}
	})
}

func TestAnUnseenFurtherPersonStaysAndIsNotNamed(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	oda := g.Tomas
	oda.OwnOnly = true
	must(g.UpdateContact(t.Context(), g.Ines, g.ben.ID, 1, db.Fields{"owner_user_id": oda.UserID}))(t)
	i := g.meet(t, "", g.ben, g.cleo)
	got := must(g.Interaction(t.Context(), oda, i.ID))(t)
	want(t, "whom they see", got.OrganizationName+got.ContactName()+participantNames(got), "Ben Berg")
	got = must(g.UpdateInteraction(t.Context(), oda, i.ID, 1,
		db.Fields{"contact_id": "", "organization_id": "", "participant_id": g.ben.ID, "subject": "y"}))(t)
	want(t, "whom they are told of", participantNames(got), "Ben Berg")
	want(t, "who is kept", participantNames(must(g.Interaction(t.Context(), g.Lea, i.ID))(t)), "Cleo Abel, Ben Berg")
	_, err := g.UpdateInteraction(t.Context(), oda, i.ID, 2, db.Fields{"participant_id": contactIDs(g.ben, g.Maya(t))})
	wantInvalid(t, err, "participant_id")

	must(g.UpdateInteraction(t.Context(), g.Tomas, i.ID, 2, db.Fields{"participant_id": g.ben.ID}))(t)
	must(g.UpdateInteraction(t.Context(), g.Tomas, i.ID, 3, db.Fields{"participant_id": contactIDs(g.ben, g.cleo)}))(t)
	entries, _, err := g.History(t.Context(), oda, "interaction", i.ID, db.HistoryPage{})
	if err != nil || len(entries) != 4 {
		t.Fatalf("history: %+v %v", entries, err)
	}
	for _, e := range entries {
		if len(e.Participants) != 1 || e.Participants[0].ID != g.ben.ID {
			t.Errorf("%s names %v", e.Action, e.Participants)
		}
		for _, c := range e.Changes {
			want(t, "a change in "+e.Action, c.Column == "participant_id" && e.Action == "update_interaction", false)
		}
	}
}

func TestSomebodyLogsForAColleague(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	typed := db.Fields{
		"channel": "call", "subject": "Renewal", "contact_id": g.ada.ID, "user_id": g.Ines.UserID,
		"follow_up_text": "Call", "follow_up_due_on": "2026-12-01",
	}
	i := must(g.LogInteraction(t.Context(), g.Tomas, typed, ""))(t)
	want(t, "who had it", i.UserName, "Ines Calder")
	want(t, "who logged it", i.Logger, "Tomás Brandt")
	want(t, "whose the next step is", i.Next.AssigneeID, g.Tomas.UserID)
	want(t, "who logged it, and for whom", g.Column(t, "SELECT user_id || json_extract(metadata, '$.changes.user_id') FROM audit_logs "+
		"WHERE action = 'create_interaction'")[0], fmt.Sprintf(`%s{"old":null,"new":%q}`, g.Tomas.UserID, g.Ines.UserID))
	got := must(g.UpdateInteraction(t.Context(), g.Ines, i.ID, 1, db.Fields{"user_id": g.Tomas.UserID}))(t)
	want(t, "changed", got.UserName+", logged by "+got.Logger, "Tomás Brandt, logged by ")
	got = must(g.UpdateInteraction(t.Context(), g.Ines, i.ID, 2, db.Fields{"user_id": g.Ines.UserID}))(t)
	want(t, "changed back", got.UserName+", logged by "+got.Logger, "Ines Calder, logged by Tomás Brandt")
	must(g.DeleteInteraction(t.Context(), g.Ines, i.ID, 3))(t)
	got = must(g.UndeleteInteraction(t.Context(), g.Ines, i.ID))(t)
	page, _, err := g.Interactions(t.Context(), g.Lea, db.InteractionFilter{ContactID: g.ada.ID})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "restored", got.Logger+" "+page[0].Logger, "Tomás Brandt Tomás Brandt")
	got = must(g.UpdateInteraction(t.Context(), g.Ines, i.ID, 4, db.Fields{"user_id": g.Tomas.UserID}))(t)
	want(t, "logged by who had it", got.Logger, "")
	entries, _, err := g.History(t.Context(), g.Tomas, "interaction", i.ID, db.HistoryPage{})
	if err != nil || entries[0].Changes[0].Old != "Ines Calder" || *entries[0].Changes[0].Back != g.Ines.UserID {
		t.Errorf("history: %+v %v", entries, err)
	}
	if err := g.DisableUser(t.Context(), g.Ines, g.Tomas.UserID); err != nil {
		t.Fatal(err)
	}
	got = must(g.UpdateInteraction(t.Context(), g.Ines, i.ID, 5, db.Fields{"user_id": g.Tomas.UserID, "subject": "x"}))(t)
	want(t, "who left stays", got.UserID, g.Tomas.UserID)
	g.Unchanged(t, func() {
		for _, bad := range []string{"", "x", uuid.NewString(), g.Lea.UserID, g.ada.ID, "a\x00"} {
			_, err := g.UpdateInteraction(t.Context(), g.Ines, i.ID, 6, db.Fields{"user_id": bad})
			wantInvalid(t, err, "user_id")
			if bad == "" {
				bad = g.Tomas.UserID // they have left
			}
			typed["user_id"] = bad
			_, err = g.LogInteraction(t.Context(), g.Ines, typed, "")
			wantInvalid(t, err, "user_id")
		}
	})
	g.Exec(t, "DELETE FROM users WHERE id = ?", g.Tomas.UserID)
	got = must(g.UpdateInteraction(t.Context(), g.Ines, i.ID, 6, db.Fields{"user_id": "", "subject": "y"}))(t)
	want(t, "of whom is gone", got.UserID, "")
}

// TestWhatStandsWithFurtherPeopleIsRightWhoeverWrites makes changes of all kinds, as the program and
// as another one, and compares what the triggers keep with what it should be.
func TestWhatStandsWithFurtherPeopleIsRightWhoeverWrites(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	people := []db.Contact{g.ada, g.ben, g.cleo}
	r := rand.New(rand.NewPCG(3, 1))
	at := func() string { return fmt.Sprintf("2026-11-%02dT10:00", 1+r.IntN(9)) }
	some := func() []db.Contact {
		return slices.DeleteFunc(slices.Clone(people), func(db.Contact) bool { return r.IntN(2) == 0 })
	}
	one := func(query string) string {
		if all := g.Column(t, query); len(all) > 0 {
			return all[r.IntN(len(all))]
		}
		return ""
	}
	for n := range 120 {
		id := one("SELECT id FROM interactions")
		version := func() (v int) {
			fmt.Sscan(g.Column(t, "SELECT version FROM interactions WHERE id = ?", id)[0], &v)
			return v
		}
		switch kind := r.IntN(9); {
		case id == "" || kind < 2:
			g.meet(t, at(), some()...)
		case kind == 2:
			must(g.UpdateInteraction(t.Context(), g.Tomas, id, version(), db.Fields{
				"contact_id": people[r.IntN(3)].ID, "participant_id": contactIDs(some()...), "happened_at": at(),
			}))(t)
		case kind == 3:
			must(g.UpdateInteraction(t.Context(), g.Tomas, id, version(), db.Fields{
				"channel": db.Channels[r.IntN(4)], "follow_up_text": fmt.Sprint("Step ", n), "follow_up_due_on": "2026-12-01",
				"follow_up_id": one("SELECT id FROM follow_ups WHERE done_at IS NULL AND interaction_id = '" + id + "'"), "follow_up_version": "1",
			}))(t)
		case kind == 4:
			must(g.DeleteInteraction(t.Context(), g.Tomas, id, version()))(t)
			if r.IntN(2) == 0 {
				must(g.UndeleteInteraction(t.Context(), g.Tomas, id))(t)
			}
		case kind == 5:
			g.Exec(t, "INSERT OR IGNORE INTO interaction_contact VALUES (?, ?, '2000-01-01T00:00:00.000Z', NULL)", id, people[r.IntN(3)].ID)
		case kind == 6:
			g.Exec(t, "DELETE FROM interaction_contact WHERE interaction_id = ? AND contact_id = ?", id, people[r.IntN(3)].ID)
		case kind == 7:
			g.Exec(t, "UPDATE interactions SET contact_id = ? WHERE id = ?", people[r.IntN(3)].ID, id)
		default:
			g.Exec(t, "UPDATE interactions SET happened_at = '2026-11-05T10:00:00.000Z', channel = 'note' WHERE id = ?", id)
		}
		for what, query := range map[string]string{
			"at another time": "SELECT p.interaction_id FROM interaction_contact p JOIN interactions i ON i.id = interaction_id " +
				"WHERE p.happened_at <> i.happened_at OR p.next_due_on IS NOT i.next_due_on",
			"twice": "SELECT p.interaction_id FROM interaction_contact p JOIN interactions i ON i.id = interaction_id " +
				"WHERE p.contact_id = i.contact_id",
			"last contact": `
				SELECT id FROM contacts WHERE (last_contact_at, last_contact_channel) IS NOT (
					SELECT happened_at, channel FROM interactions AS i
					WHERE contact_id = contacts.id OR EXISTS (
						SELECT 1 FROM interaction_contact AS p WHERE interaction_id = i.id AND p.contact_id = contacts.id)
					ORDER BY happened_at DESC, id DESC LIMIT 1)`,
		} {
			if wrong := g.Column(t, query); len(wrong) > 0 {
				t.Fatalf("after step %d, %s: %v", n, what, wrong)
			}
		}
	}
}
