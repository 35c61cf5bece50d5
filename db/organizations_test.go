package db_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

func TestANewOrganizationIsTrimmedCompletedAndRecorded(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, err := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{
		"display_name": "  Harbor & Pine ", "website": "harborpine.example", "sector": " ", "tax_id": "SE-556012", "owner_user_id": o.Lea.UserID,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "display name", acme.Name(), "Harbor & Pine")
	want(t, "legal name", acme.Value("legal_name"), "Harbor & Pine")
	want(t, "website", acme.Value("website"), "https://harborpine.example")
	want(t, "owner", acme.OwnerName, "Léa Fournier")
	want(t, "version", acme.Version, 1)
	want(t, "active", acme.IsActive, true)
	want(t, "made", acme.CreatedAt, dbtest.Now)
	want(t, "id is of version 7", uuid.MustParse(acme.ID).Version(), 7)
	want(t, "sector in the table", o.Column(t, "SELECT typeof(sector) FROM organizations")[0], "null")
	want(t, "metadata", o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'create_org'")[0], `{"changes":{`+
		`"display_name":{"old":null,"new":"Harbor \u0026 Pine"},"legal_name":{"old":null,"new":"Harbor \u0026 Pine"},`+
		`"owner_user_id":{"old":null,"new":"`+o.Lea.UserID+
		`"},"tax_id":{"old":null,"new":"SE-556012"},"website":{"old":null,"new":"https://harborpine.example"}}}`)
	want(t, "who, from where", o.Column(t, "SELECT user_id || ip || ua || created_at FROM audit_logs WHERE action = 'create_org'")[0],
		o.Tomas.UserID+"192.0.2.7Browser2026-11-24T09:30:00.000Z")
}

func TestNamesInAnyScriptAreKeptByteForByte(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, name := range []string{
		"O'Brien & Søn", "株式会社青空", "شركة النور", "Ürün 🚀", "\u200fעברית x", "👩\u200d🚀",
		"می\u200cخواهم", "क्\u200dष", "❤\ufe0f", `<script>alert(1)</script>`, `{{.}} ' OR 1=1 --`,
	} {
		want(t, "name", o.NewOrganization(t, name).Name(), name)
	}
}

func TestARefusedOrganizationNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for _, c := range []struct{ column, value string }{
		{"display_name", ""},
		{"display_name", "\t \u200b"},
		{"display_name", strings.Repeat("å", 161)},
		{"display_name", "a\x00b"},
		{"display_name", "a\xffb"},
		{"display_name", "a\nb"},
		{"display_name", "a\u2028b"},
		{"legal_name", strings.Repeat("x", 201)},
		{"website", "javascript:alert(1)"},
		{"website", strings.Repeat("x", 200) + ".example"},
		{"sector", strings.Repeat("x", 81)},
		{"size_band", strings.Repeat("x", 41)},
		{"tax_id", strings.Repeat("x", 51)},
		{"owner_user_id", "nobody"},
		{"owner_user_id", acme.ID},
	} {
		o.Unchanged(t, func() {
			fields := db.Fields{"display_name": "B", "legal_name": "B"}
			fields[c.column] = c.value
			_, err := o.CreateOrganization(t.Context(), o.Tomas, fields, uuid.NewString())
			wantInvalid(t, err, c.column)
			_, err = o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{c.column: c.value})
			wantInvalid(t, err, c.column)
		})
	}
}

func TestTheLongestValuesFit(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	wide := func(n int) string { return strings.Repeat("𝔸", n) }
	fields := db.Fields{
		"display_name": wide(160), "legal_name": wide(200), "website": "https://a.example/" +
			strings.Repeat("x", 182), "sector": wide(80), "size_band": wide(40), "tax_id": wide(50),
	}
	got := must(o.CreateOrganization(t.Context(), o.Tomas, fields, ""))(t)
	for column, value := range fields {
		kept := got.Value(column)
		want(t, column, kept, value)
	}
}

func TestAnUpdateChangesOnlyWhatWasTypedAndCountsTheVersion(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Clock.Add(time.Hour)
	got := must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1,
		db.Fields{"sector": "Logistics", "is_active": "0", "version": "9", "id": "x"}))(t)
	want(t, "version", got.Version, 2)
	want(t, "sector", got.Value("sector"), "Logistics")
	want(t, "name", got.Name(), "Acme")
	want(t, "active", got.IsActive, true)
	want(t, "changed", got.UpdatedAt, dbtest.Now.Add(time.Hour))
	want(t, "metadata", o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'update_org'")[0],
		`{"changes":{"sector":{"old":null,"new":"Logistics"}}}`)
	got = must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 2, db.Fields{"sector": ""}))(t)
	want(t, "sector", got.Value("sector"), "")
	want(t, "actions", fmt.Sprint(o.Actions(t, acme.ID)), "[create_org update_org update_org]")
}

func TestTypingWhatIsThereChangesNothingAndIsNoConflict(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Unchanged(t, func() {
		for _, version := range []int{1, 0, -1, 99} {
			must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, version, db.Fields{"display_name": " Acme "}))(t)
		}
		must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, nil))(t)
	})
}

// TestAWebsiteStoredInPunycodeStaysUntilItChanges: forms show its host as people read it and send that back, also on a version
// before somebody changed it.
func TestAWebsiteStoredInPunycodeStaysUntilItChanges(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Exec(t, "UPDATE organizations SET website = 'https://xn--mller-kva.example/a|b' WHERE id = ?", acme.ID) // refused by now
	o.Unchanged(t, func() {
		must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"website": "https://müller.example/a|b"}))(t)
	})
	o.Exec(t, "UPDATE organizations SET website = 'https://www.xn--mller-kva.example/a' WHERE id = ?", acme.ID)
	o.Unchanged(t, func() {
		for _, typed := range []string{
			"https://www.müller.example/a", "www.müller.example/a", " https://www.müller.example/a ", "https://www.XN--mller-kva.example/a",
			"https://www.xn--mller-kva.example/a",
		} {
			must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 99, db.Fields{"website": typed}))(t)
		}
	})
	form := db.Fields{"website": "https://www.müller.example/a", "sector": "Retail"}
	now := must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, form))(t)
	want(t, "website", now.Value("website"), "https://www.xn--mller-kva.example/a")
	want(t, "metadata", o.Column(t, "SELECT metadata FROM audit_logs WHERE action = 'update_org'")[0],
		`{"changes":{"sector":{"old":null,"new":"Retail"}}}`)
	must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 2, db.Fields{"website": "www.müller.example/b"}))(t)
	form["sector"] = "Media"
	now = must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 2, form))(t)
	want(t, "website", now.Value("website"), "https://www.müller.example/b")
	want(t, "sector", now.Value("sector"), "Media")
}

func TestAStaleVersionIsAConflictThatNamesWhoChangedIt(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Clock.Add(time.Minute)
	must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1, db.Fields{"sector": "Retail"}))(t)
	o.Unchanged(t, func() {
		for _, version := range []int{1, 0, -1, 3} {
			_, err := o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, version, db.Fields{"sector": "Media"})
			c := wantConflict(t, err)
			want(t, "who", c.By, "Ines Calder")
			want(t, "when", c.At, dbtest.Now.Add(time.Minute))
			_, err = o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, version)
			wantConflict(t, err)
		}
	})
}

func TestWhatDoesNotExistIsNotFound(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Unchanged(t, func() {
		for _, id := range []string{"", "x", uuid.NewString(), "a\x00b", "\xff", strings.Repeat("9", 10_000), "' OR 1=1 --"} {
			_, err1 := o.Organization(t.Context(), o.Tomas, id)
			_, err2 := o.UpdateOrganization(t.Context(), o.Tomas, id, 1, db.Fields{"sector": "x"})
			_, err3 := o.ArchiveOrganization(t.Context(), o.Tomas, id, 1)
			_, err4 := o.Contact(t.Context(), o.Tomas, id)
			_, err5 := o.UpdateContact(t.Context(), o.Tomas, id, 1, db.Fields{"phone": "1"})
			_, err6 := o.RestoreContact(t.Context(), o.Tomas, id, 1)
			_, err7 := o.Interaction(t.Context(), o.Tomas, id)
			_, err8 := o.UpdateInteraction(t.Context(), o.Tomas, id, 1, db.Fields{"subject": "x"})
			_, err9 := o.DeleteInteraction(t.Context(), o.Tomas, id, 1)
			_, err10 := o.UndeleteInteraction(t.Context(), o.Tomas, id)
			_, err11 := o.Link(t.Context(), o.Tomas, id, id)
			_, err12 := o.UpdateLink(t.Context(), o.Tomas, id, id, 1, db.Fields{"role_label": "x"})
			_, err13 := o.UnlinkContact(t.Context(), o.Tomas, id, id, 1)
			_, err14 := o.Session(t.Context(), id)
			for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12, err13, err14} {
				if !errors.Is(err, db.ErrNotFound) {
					t.Errorf("call %d of %.20q: %v", i+1, id, err)
				}
			}
		}
	})
}

func TestArchivingHidesAndRestoringBringsBack(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
		OrganizationID: acme.ID, Contact: db.Fields{"first_name": "Maya", "last_name": "Okafor"},
	}))(t)
	archived := must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, 1))(t)
	want(t, "active", archived.IsActive, false)
	want(t, "version", archived.Version, 2)
	want(t, "contacts of it", archived.Contacts, 1)
	for _, f := range []db.Filter{{}, {Query: "acme"}} {
		page, _, err := o.Organizations(t.Context(), o.Tomas, f)
		if err != nil || len(page) != 0 {
			t.Error("an archived organization is listed", page, err)
		}
	}
	o.Unchanged(t, func() { must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, 1))(t) })
	restored := must(o.RestoreOrganization(t.Context(), o.Tomas, acme.ID, 2))(t)
	want(t, "active", restored.IsActive, true)
	want(t, "actions", fmt.Sprint(o.Actions(t, acme.ID)), "[create_org link_contact archive_org restore_org]")
	origin := must(o.Origin(t.Context(), o.Tomas, "organization", acme.ID, true))(t)
	want(t, "made by", origin.CreatedBy, "Tomás Brandt")
	want(t, "archived by", origin.ArchivedBy, "Tomás Brandt")
}

func TestTheLastContactIsKeptWhateverHappensToTheInteractions(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, other := o.Acme(t), o.NewOrganization(t, "Beta")
	last := func() string {
		got := must(o.Organization(t.Context(), o.Tomas, acme.ID))(t)
		if got.LastContactAt.IsZero() {
			return "never"
		}
		return got.LastContactAt.Format("Jan 2 ") + got.LastContactChannel
	}
	want(t, "last", last(), "never")
	newer := o.Call(t, acme, "2026-11-20T10:00")
	o.Call(t, acme, "2026-11-10T10:00")
	want(t, "last", last(), "Nov 20 call")
	newer = must(o.UpdateInteraction(t.Context(), o.Tomas, newer.ID, 1, db.Fields{"channel": "meeting"}))(t)
	want(t, "last after another channel", last(), "Nov 20 meeting")
	newer = must(o.UpdateInteraction(t.Context(), o.Tomas, newer.ID, 2, db.Fields{"organization_id": other.ID}))(t)
	want(t, "last after moving it away", last(), "Nov 10 call")
	newer = must(o.UpdateInteraction(t.Context(), o.Tomas, newer.ID, 3, db.Fields{"organization_id": acme.ID}))(t)
	want(t, "last after moving it back", last(), "Nov 20 meeting")
	must(o.DeleteInteraction(t.Context(), o.Tomas, newer.ID, 4))(t)
	want(t, "last after deleting it", last(), "Nov 10 call")
	want(t, "version", must(o.Organization(t.Context(), o.Tomas, acme.ID))(t).Version, 1)
}

func TestWithoutViewInteractionNoLastContactIsTold(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, beta := o.Acme(t), o.NewOrganization(t, "Beta")
	o.Call(t, acme, "2026-11-20T10:00")
	blind := db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ViewClient}}
	want(t, "last contact", must(o.Organization(t.Context(), blind, acme.ID))(t).LastContactAt, time.Time{})
	page, _, err := o.Organizations(t.Context(), blind, db.Filter{Sort: "-last_contact"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "order", page[0].ID+page[1].ID, acme.ID+beta.ID) // by name, as if the order were unknown
	want(t, "last contact in the list", page[0].LastContactChannel, "")
	if _, err := o.Quiet(t.Context(), blind, o.Clock.Now(), 5); !errors.Is(err, db.ErrForbidden) {
		t.Error(err)
	}
	entries, _, err := o.History(t.Context(), blind, "organization", acme.ID, db.HistoryPage{})
	if err != nil || len(entries) != 1 {
		t.Error("the history reveals a call", entries, err)
	}
}

func TestSuggestionsAreTheUsualOnesAndThoseInUse(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, sector := range []string{"Retail", "retail", "Beekeeping", "Ærospace", "ærospace", "beekeeping"} {
		must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "x", "sector": sector, "size_band": "7"}, ""))(t)
	}
	sectors := must(o.Suggestions(t.Context(), o.Tomas, must(db.OrganizationKind.Field("sector"))(t)))(t)
	want(t, "sectors", fmt.Sprint(sectors[12:]), "[Ærospace Beekeeping]")
	want(t, "size bands", must(o.Suggestions(t.Context(), o.Tomas,
		must(db.OrganizationKind.Field("size_band"))(t)))(t)[6], "7")
	want(t, "role labels", slices.Contains(must(o.RoleLabels(t.Context(), o.Tomas))(t), "CFO"), true)
	want(t, "outcomes", len(must(o.Outcomes(t.Context(), o.Tomas))(t)), 6)
}

func TestHomeShowsWhatWasTouchedLastAndWhoIsQuiet(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, beta := o.Acme(t), o.NewOrganization(t, "Beta")
	maya := o.Maya(t)
	for _, mine := range []db.Organization{acme, beta} {
		must(o.UpdateOrganization(t.Context(), o.Tomas, mine.ID, 1, db.Fields{"owner_user_id": o.Tomas.UserID}))(t)
	}
	gamma := o.NewOrganization(t, "Gamma")
	must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "call", "subject": "Before it stood here", "happened_at": "2026-08-01T10:00", "organization_id": gamma.ID,
	}, ""))(t)
	must(o.UpdateOrganization(t.Context(), o.Tomas, gamma.ID, 1, db.Fields{"owner_user_id": o.Tomas.UserID}))(t)
	o.Call(t, acme, "")
	touched := must(o.LastTouched(t.Context(), o.Tomas, 2))(t)
	want(t, "touched", touched[0].Name+", "+touched[1].Name, "Acme, Gamma")
	touched = must(o.LastTouched(t.Context(), o.Tomas, 9))(t)
	want(t, "touched before", touched[3].ID, maya.ID)
	quiet := func(days int) (names []string) {
		for _, x := range must(o.Quiet(t.Context(), o.Tomas, o.Clock.Now().AddDate(0, 0, -days), 9))(t) {
			names = append(names, x.Name())
		}
		return names
	}
	want(t, "quiet: nothing is that was just made", fmt.Sprint(quiet(30)), "[Gamma]")
	o.Clock.Add(40 * 24 * time.Hour)
	o.Call(t, acme, "")
	want(t, "quiet for 30 days, the longest first", fmt.Sprint(quiet(30)), "[Gamma Beta]")
	want(t, "quiet for 60 days", fmt.Sprint(quiet(60)), "[Gamma]")
	want(t, "touched by Léa", len(must(o.LastTouched(t.Context(), o.Lea, 9))(t)), 0)
	want(t, "touched by one who may see nothing", len(must(o.LastTouched(t.Context(), db.Actor{UserID: o.Tomas.UserID}, 9))(t)), 0)
}

// TestWhereSomebodyLeftOffIsNotWhatTheyChangedOnMany: neither by a batch or a changed value, nor by their undo, however
// many they are. What they did meanwhile is there.
func TestWhereSomebodyLeftOffIsNotWhatTheyChangedOnMany(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	var ids []string
	for n := range 60 { // more than one page of the history
		ids = append(ids, o.NewOrganization(t, fmt.Sprint("Many ", n)).ID)
	}
	manySectors(t, o, 6*500, "Software")
	opened := func(name string) {
		t.Helper()
		must(o.CreateOrganization(ctx, o.Ines, db.Fields{"display_name": name}, ""))(t)
	}
	touched := func() string {
		t.Helper()
		var names []string
		for _, x := range must(o.LastTouched(ctx, o.Ines, 5))(t) {
			names = append(names, x.Name)
		}
		return strings.Join(names, " ")
	}
	opened("Acme")
	done := must(o.RunBatch(ctx, o.Ines, assign(o, ids...)))(t)
	want(t, "after a batch", touched(), "Acme")
	opened("Brig")
	must(o.UndoBatch(ctx, o.Ines, done.ID))(t)
	want(t, "after its undo", touched(), "Brig Acme")

	sector := vocabulary(t, "sector")
	if _, err := o.RenameValue(ctx, o.Ines, sector, "Software", "Programs"); err != nil {
		t.Fatal(err)
	}
	must(o.ContinueValueChanges(ctx, time.Hour))(t)
	opened("Cove")
	o.NewOrganization(t, "Somebody else's")
	finish(t, o)
	want(t, "after a changed value", touched(), "Cove Brig Acme")
	must(o.UndoValueChange(ctx, o.Ines, lastChange(t, o, sector).ID))(t)
	must(o.ContinueValueChanges(ctx, time.Hour))(t)
	opened("Dune")
	finish(t, o)
	want(t, "after its undo", touched(), "Dune Cove Brig Acme")
}

func TestChangesOfDifferentFieldsMeetWithoutAConflict(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := must(o.CreateOrganization(t.Context(), o.Ines,
		db.Fields{"display_name": "Acme", "website": "acme.example", "sector": "Retail"}, ""))(t)
	must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"website": "new.example"}))(t)
	// Ines sends the whole form as they saw it, except for the sector.
	form := db.Fields{
		"display_name": "Acme", "legal_name": "Acme", "website": "https://acme.example",
		"sector": "Media", "size_band": "", "tax_id": "", "owner_user_id": "",
	}
	now := must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1, form))(t)
	want(t, "sector", now.Value("sector"), "Media")
	want(t, "website", now.Value("website"), "https://new.example")
	want(t, "version", now.Version, 3)
	// A column that both changed is a conflict. It lists what they did not touch.
	form["sector"] = "Energy"
	form["website"] = "third.example"
	must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 3, db.Fields{"tax_id": "SE 1"}))(t)
	o.Unchanged(t, func() {
		_, err := o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1, form)
		want(t, "untouched", strings.Join(wantConflict(t, err).Untouched, " "), "tax_id")
	})
	// If the history does not say what changed, an outdated version is refused.
	o.Exec(t, "UPDATE organizations SET version = 9 WHERE id = ?", acme.ID)
	_, err := o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 4, db.Fields{"size_band": "1-10"})
	wantConflict(t, err)
}

// TestAChangeOfExactlyOneVersion: it is refused if another version is stored, even if nobody changed
// the same field. A change of the latest one never is.
func TestAChangeOfExactlyOneVersion(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, db.Exactly(1), db.Fields{"sector": "Retail"}))(t)
	o.Unchanged(t, func() {
		_, err := o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, db.Exactly(1), db.Fields{"size_band": "1-10"})
		wantConflict(t, err)
		_, err = o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, db.Exactly(1))
		wantConflict(t, err)
	})
	must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, db.Latest, db.Fields{"sector": "Media"}))(t)
	must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, db.Exactly(3)))(t)
	want(t, "version", must(o.RestoreOrganization(t.Context(), o.Tomas, acme.ID, db.Latest))(t).Version, 5)
}
