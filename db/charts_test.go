package db_test

import (
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

	"github.com/pressly/goose/v3"
)

// counts formats a chart's counts, one period per line, by its first day in the zone.
func counts(zone *time.Location, all []db.Counted) string {
	var lines []string
	for _, c := range all {
		line := c.From.In(zone).Format(time.DateOnly)
		for _, kind := range []string{"call", "email", "meeting", "note", "organization", "contact"} {
			if c.Of[kind] > 0 {
				line += fmt.Sprintf(" %s %d", kind, c.Of[kind])
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// countPlainly computes the same counts from a list of kinds and times, by the day shown on a wall
// clock. first returns the first day of a day's week or month.
func countPlainly(zone *time.Location, now time.Time, rows []string, first, before func(time.Time) time.Time) string {
	of := map[string]map[string]int{}
	for _, row := range rows {
		kind, at, _ := strings.Cut(row, " ")
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			panic(err)
		}
		day := first(wallDay(t.In(zone))).Format(time.DateOnly)
		if of[day] == nil {
			of[day] = map[string]int{}
		}
		of[day][kind]++
	}
	all := make([]db.Counted, 12)
	day := first(wallDay(now.In(zone)))
	for i := range all {
		all[11-i] = db.Counted{
			Range: db.Range{From: time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone)}, Of: of[day.Format(time.DateOnly)],
		}
		day = before(day)
	}
	return counts(zone, all)
}

// wallDay returns the day of a time, at noon UTC, where no clock changes.
func wallDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
}

func monday(day time.Time) time.Time {
	for day.Weekday() != time.Monday {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

func firstOfMonth(day time.Time) time.Time { return day.AddDate(0, 0, 1-day.Day()) }

// checkCharts compares both charts with counts computed in memory.
func checkCharts(t *testing.T, o *dbtest.Office, by db.Actor, seenInteractions, seenClients string) {
	t.Helper()
	o.Session(t.Context(), "") // clears the memo if others wrote, as each request does
	zone := time.UTC
	if by.Zone != nil {
		zone = by.Zone
	}
	weeks, err := o.InteractionsByWeek(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "weeks in "+zone.String(), counts(zone, weeks),
		countPlainly(zone, o.Clock.Now(), o.Column(t, seenInteractions), monday, func(d time.Time) time.Time { return d.AddDate(0, 0, -7) }))
	months, err := o.NewClientsByMonth(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "months in "+zone.String(), counts(zone, months), countPlainly(zone, o.Clock.Now(),
		o.Column(t, seenClients), firstOfMonth, func(d time.Time) time.Time { return firstOfMonth(d.AddDate(0, 0, -1)) }))
}

const (
	allInteractions = "SELECT channel || ' ' || happened_at FROM interactions"
	allClients      = "SELECT 'organization ' || created_at FROM organizations UNION ALL SELECT 'contact ' || created_at FROM contacts"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	return must(time.LoadLocation(name))(t)
}

// TestChartsCountWhatAPlainCountFinds goes through a year in zones at both ends of the day, one
// with a quarter-hour offset, and one with daylight saving time, while interactions are created,
// moved, deleted and restored.
func TestChartsCountWhatAPlainCountFinds(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	r := rand.New(rand.NewPCG(1, 2))
	acme := o.Acme(t)
	zones := []*time.Location{
		nil, zone(t, "Pacific/Kiritimati"), zone(t, "Pacific/Honolulu"), zone(t, "Asia/Kathmandu"), zone(t, "Europe/Stockholm"),
	}
	check := func() {
		t.Helper()
		for _, z := range zones {
			by := o.Lea
			by.Zone = z
			checkCharts(t, o, by, allInteractions, allClients)
		}
	}
	check()
	for _, at := range []string{
		"2026-12-31T23:30", "2027-01-04T00:10", "2027-03-29T09:00",
		"2027-04-30T11:00", "2027-10-31T10:00", "2027-11-01T08:00", "2028-02-29T20:00",
	} {
		o.Clock.Add(must(time.Parse(db.LocalTime, at))(t).Sub(o.Clock.Now()))
		midnight := must(time.Parse(db.LocalTime, at[:11]+"00:00"))(t)
		plain := o.SQL(t)
		for i := range 60 { // around midnight in each zone, to the millisecond
			away := time.Duration(r.IntN(95)) * 24 * time.Hour
			z := zones[1+i%4]
			_, offset := midnight.Add(-away).In(z).Zone()
			when := midnight.Add(-away - time.Duration(offset)*time.Second).Add(time.Duration(r.IntN(3)-1) * time.Millisecond)
			row := sample(t, o, "interactions")
			row["channel"], row["happened_at"] = db.Channels[r.IntN(4)], when.UTC().Format("2006-01-02T15:04:05.000Z")
			insert(t, plain, "interactions", row)
			table := []string{"organizations", "contacts"}[i%2]
			row = sample(t, o, table)
			row["created_at"], row["is_active"] = when.AddDate(0, -3*r.IntN(4), 0).UTC().Format("2006-01-02T15:04:05.000Z"), r.IntN(2)
			insert(t, plain, table, row)
		}
		plain.Close()
		check()
	}

	call := must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "call", "subject": "x", "organization_id": acme.ID}, ""))(t)
	check()
	for _, typed := range []db.Fields{
		{"channel": "note"},
		{"happened_at": "2028-02-20T23:59"},
		{"channel": "email", "happened_at": "2027-12-06T00:00"},
		{"subject": "y"},
		{"happened_at": "1969-12-31T23:59"},
	} {
		call = must(o.UpdateInteraction(t.Context(), o.Tomas, call.ID, call.Version, typed))(t)
		check()
	}
	must(o.UpdateInteraction(t.Context(), o.Tomas, call.ID, call.Version, db.Fields{"happened_at": "2028-02-28T10:00"}))(t)
	must(o.DeleteInteraction(t.Context(), o.Tomas, call.ID, call.Version+1))(t)
	check()
	must(o.UndeleteInteraction(t.Context(), o.Tomas, call.ID))(t)
	check()
	checkTallies := func() {
		t.Helper()
		want(t, "the tallies", fmt.Sprint(o.Column(t, dbtest.Tallies)), fmt.Sprint(o.Column(t, dbtest.PlainTallies)))
	}
	checkTallies()
	acme = must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, acme.Version, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
	checkTallies()
	acme = must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, acme.Version))(t)
	checkTallies()
	must(o.RestoreOrganization(t.Context(), o.Tomas, acme.ID, acme.Version))(t)
	checkTallies()
	o.Exec(t, "UPDATE organizations SET created_at = '2027-06-01T00:00:00.000Z', owner_user_id = ?, is_active = 1 - is_active", o.Lea.UserID)
	o.Exec(t, "UPDATE contacts SET created_at = '2027-06-01T00:00:00.000Z'")
	checkTallies()
	o.Exec(t, "DELETE FROM users WHERE id = ?", o.Lea.UserID) // what they owned now belongs to nobody
	checkTallies()
	o.Exec(t, "DELETE FROM organizations") // their interactions remain
	o.Exec(t, "DELETE FROM contacts WHERE id < (SELECT max(id) FROM contacts)")
	check()
	checkTallies()
	o.Exec(t, "DELETE FROM interactions")
	check()
}

// TestAnUpgradeCountsWhatIsThere opens a file from before there were tallies.
func TestAnUpgradeCountsWhatIsThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	plain := dbtest.SQL(t, path)
	p := must(goose.NewProvider(goose.DialectSQLite3, plain, migrations.FS))(t)
	if _, err := p.UpTo(t.Context(), 12); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"organizations", "contacts", "interactions"} {
		for range 3 {
			insert(t, plain, table, sample(t, nil, table))
		}
	}
	insert(t, plain, "users", map[string]any{"id": "01a2027e-4036-7af6-9386-fedd409c5151", "email": "old@a.example", "full_name": "Old"})
	if _, err := plain.Exec("UPDATE organizations SET owner_user_id = '01a2027e-4036-7af6-9386-fedd409c5151' WHERE rowid = 2"); err != nil {
		t.Fatal(err)
	}
	plain.Close()
	must(db.Open(t.Context(), path, db.Options{}))(t).Close()
	want(t, "the tallies", fmt.Sprint(dbtest.Column(t, path, dbtest.Tallies)), fmt.Sprint(dbtest.Column(t, path, dbtest.PlainTallies)))
}

func TestChartsCountOnlyWhatIsSeen(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	r := rand.New(rand.NewPCG(3, 4))
	owners := []any{o.Ines.UserID, o.Tomas.UserID, o.Lea.UserID, nil}
	plain := o.SQL(t)
	stamp := func(days int) string {
		return dbtest.Now.AddDate(0, 0, -r.IntN(days)).Add(time.Duration(r.IntN(86400)) * time.Second).Format("2006-01-02T15:04:05.000Z")
	}
	ids := map[string][]any{"organizations": {nil}, "contacts": {nil}}
	for _, table := range []string{"organizations", "contacts"} {
		for range 60 {
			row := sample(t, o, table)
			row["owner_user_id"], row["created_at"], row["is_active"] = owners[r.IntN(4)], stamp(400), min(r.IntN(5), 1)
			insert(t, plain, table, row)
			ids[table] = append(ids[table], row["id"])
		}
	}
	for range 60 {
		row := map[string]any{"organization_id": ids["organizations"][1+r.IntN(60)], "contact_id": ids["contacts"][1+r.IntN(60)]}
		if err := tryInsert(plain, "organization_contact", row); err != nil {
			continue // already linked
		}
	}
	for range 300 {
		row := sample(t, o, "interactions")
		row["organization_id"], row["contact_id"] = ids["organizations"][r.IntN(61)], ids["contacts"][r.IntN(61)]
		row["channel"], row["happened_at"] = db.Channels[r.IntN(4)], stamp(100)
		insert(t, plain, "interactions", row)
	}
	plain.Close()

	for _, by := range []db.Actor{o.Ines, o.Tomas, o.Lea} {
		owners := ownersSeen(t, o, by, "1")
		checkCharts(t, o, by, allInteractions, allClients)
		by.OwnOnly = true
		id := "'" + by.UserID + "'"
		organizations := "(SELECT id FROM organizations WHERE owner_user_id = " + id +
			" UNION SELECT organization_id FROM organization_contact JOIN contacts ON contacts.id = contact_id WHERE owner_user_id = " + id + ")"
		people := "(SELECT id FROM contacts WHERE owner_user_id = " + id + " UNION SELECT contact_id FROM organization_contact JOIN " +
			"organizations ON organizations.id = organization_id WHERE owner_user_id = " + id + ")"
		checkCharts(t, o, by, allInteractions+" WHERE organization_id IN "+organizations+" OR contact_id IN "+people,
			"SELECT 'organization ' || created_at FROM organizations WHERE id IN "+organizations+
				" UNION ALL SELECT 'contact ' || created_at FROM contacts WHERE id IN "+people)
		if own := ownersSeen(t, o, by, "organizations.id IN "+organizations); own == owners {
			t.Error("an actor with OwnOnly sees the owners of all clients")
		}
	}

	none := db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ViewInteraction, db.EditClient}}
	_, err1 := o.InteractionsByWeek(t.Context(), none)
	_, err2 := o.NewClientsByMonth(t.Context(), none)
	_, err3 := o.ClientsByOwner(t.Context(), none)
	none.May = []db.Permission{db.ViewClient}
	_, err4 := o.InteractionsByWeek(t.Context(), none)
	for _, err := range []error{err1, err2, err3, err4} {
		if !errors.Is(err, db.ErrForbidden) {
			t.Error("without the permission:", err)
		}
	}
	want(t, "months without interactions", len(must(o.NewClientsByMonth(t.Context(), none))(t)), 12)
}

// ownersSeen compares the owners with a count of the active organizations that match a condition,
// and returns them.
func ownersSeen(t *testing.T, o *dbtest.Office, by db.Actor, condition string) string {
	t.Helper()
	var got []string
	most := 1 << 30
	for i, c := range must(o.ClientsByOwner(t.Context(), by))(t) {
		got = append(got, fmt.Sprintf("%s %d", c.Name, c.Organizations))
		if c.UserID != "" && c.Organizations > most || c.UserID == "" && i < len(got)-1 {
			t.Error("the owners are out of order")
		}
		most = c.Organizations
	}
	said := fmt.Sprint(got)
	slices.Sort(got)
	want(t, "owners", fmt.Sprint(got), fmt.Sprint(o.Column(t, "SELECT ifnull(full_name, '') || ' ' || count(*) FROM organizations LEFT "+
		"JOIN users ON users.id = owner_user_id WHERE is_active = 1 AND "+condition+" GROUP BY owner_user_id ORDER BY 1")))
	return said
}
