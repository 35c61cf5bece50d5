package db_test

import (
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestADayRunsFromItsFirstInstantToTheNextDays goes through each minute around days with an odd
// start or end: midnight skipped or repeated, a skipped day, a day of 23 hours, at both ends of the
// date line.
func TestADayRunsFromItsFirstInstantToTheNextDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day string }{
		{"America/Sao_Paulo", "2018-11-04"},
		{"America/Sao_Paulo", "2018-02-18"},
		{"America/Sao_Paulo", "2018-02-17"},
		{"Asia/Beirut", "2022-03-27"},
		{"Africa/Cairo", "2024-04-26"},
		{"Africa/Cairo", "2024-10-31"},
		{"America/Havana", "2026-03-08"},
		{"America/Asuncion", "2017-10-01"},
		{"America/St_Johns", "2006-10-29"}, // one minute after midnight it was the day before again
		{"Pacific/Apia", "2011-12-29"},
		{"Pacific/Apia", "2011-12-30"},
		{"Pacific/Apia", "2011-12-31"},
		{"Pacific/Kiritimati", "2026-11-24"},
		{"Pacific/Honolulu", "2026-11-24"},
		{"Europe/Stockholm", "2026-03-29"},
		{"Asia/Kathmandu", "2026-11-24"},
		{"Africa/Cairo", "2040-04-27"}, // by a rule, after the last listed change
	} {
		day, ok := db.ReadDate(c.day)
		zone := zone(t, c.zone)
		middle, err := time.Parse(time.DateOnly, c.day)
		if !ok || err != nil {
			t.Fatal(c, err)
		}
		first := func(of func(string) bool) time.Time {
			at := middle.Add(-48 * time.Hour)
			for !of(at.In(zone).Format(time.DateOnly)) {
				at = at.Add(time.Minute)
			}
			return at
		}
		start, end := first(func(d string) bool { return d >= c.day }), first(func(d string) bool { return d > c.day })
		if got := day.Start(zone); !got.Equal(start) {
			t.Errorf("%s in %s starts at %s, want %s", c.day, c.zone, got, start.In(zone))
		}
		if got := day.End(zone); !got.Equal(end) || !got.Equal(day.Add(1).Start(zone)) {
			t.Errorf("%s in %s ends at %s, want %s", c.day, c.zone, got, end.In(zone))
		}
		if empty := c.day == "2011-12-30"; empty != day.Start(zone).Equal(day.End(zone)) {
			t.Errorf("%s in %s is empty: %t", c.day, c.zone, !empty)
		}
	}
}

// TestDaysHaveLimits: the first and the last day work like others in every zone, and none of their
// times exceeds what can be stored.
func TestDaysHaveLimits(t *testing.T) {
	t.Parallel()
	for typed, is := range map[string]bool{
		"1899-12-31": false, db.FirstDay: true, db.LastDay: true, "10000-01-01": false,
		"0001-01-01": false, "2026-02-30": false, "": false, "24.11.2026": false,
	} {
		if d, ok := db.ReadDate(typed); ok != is || ok && d.String() != typed {
			t.Errorf("%q is a day: %t", typed, ok)
		}
	}
	last, _ := db.ReadDate(db.LastDay)
	for _, name := range []string{"Pacific/Kiritimati", "UTC", "Pacific/Honolulu"} {
		if r := last.Range(zone(t, name)); !r.From.Before(r.To) || r.To.UTC().Year() != 9999 {
			t.Error("in", name, "the last day is", r)
		}
	}
}

// TestDaysOfTheAuditLogHaveOddEdges: a day includes its first instant, and to=9999-12-31 is like no
// end.
func TestDaysOfTheAuditLogHaveOddEdges(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	beirut := o.Ines
	beirut.Zone = zone(t, "Asia/Beirut") // 28 March 2027 begins at 1:00 there, 22:00 UTC
	made := func(at string, name string) {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		o.Clock.Add(when.Sub(o.Clock.Now()))
		o.NewOrganization(t, name)
	}
	made("2027-03-27T21:59:30Z", "Before")
	made("2027-03-27T22:00:10Z", "After")
	made("2027-03-28T20:59:50Z", "Late")
	made("2027-03-28T21:00:10Z", "Next")
	for days, want := range map[[2]string]int{
		{"2027-03-27", "2027-03-27"}: 1, {"2027-03-28", "2027-03-28"}: 2, {"2027-03-29", "2027-03-29"}: 1,
		{"2027-03-28", ""}: 3, {"2027-03-28", db.LastDay}: 3, {db.FirstDay, "2027-03-28"}: 3, {db.FirstDay, db.LastDay}: 4,
	} {
		page, _, err := o.AuditLog(t.Context(), beirut, db.AuditFilter{Action: db.OneOf("create_org"), From: days[0], To: days[1]})
		if err != nil || len(page) != want {
			t.Errorf("%v has %d entries, want %d: %v", days, len(page), want, err)
		}
	}
}
