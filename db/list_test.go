package db_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// crowd creates 230 organizations and as many contacts. Five share each name, every third has no
// interaction, every seventh is archived.
func crowd(t *testing.T, o *dbtest.Office) {
	t.Helper()
	for n := range 230 {
		if n%10 == 0 {
			o.Clock.Add(time.Second)
		}
		name := fmt.Sprintf("Name %02d", n/5)
		fields := db.Fields{"display_name": name, "sector": []string{"Retail", "Media", ""}[n%3], "size_band": []string{"1-10", ""}[n%2]}
		if n%4 == 0 {
			fields["owner_user_id"] = o.Lea.UserID
		}
		x := must(o.CreateOrganization(t.Context(), o.Tomas, fields, ""))(t)
		c := must(o.CreateContact(t.Context(), o.Tomas,
			db.Fields{"first_name": "A", "last_name": name, "owner_user_id": fields["owner_user_id"]}, ""))(t)
		if n%3 != 0 {
			must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
				"channel": "note", "subject": "x", "organization_id": x.ID,
				"contact_id": c.ID, "happened_at": fmt.Sprintf("2026-11-%02dT10:00", n%20+1),
			}, ""))(t)
		}
		if n%7 == 0 {
			must(o.ArchiveOrganization(t.Context(), o.Tomas, x.ID, 1))(t)
			must(o.ArchiveContact(t.Context(), o.Tomas, c.ID, 1))(t)
		}
	}
}

func TestAListIsWalkedOnceInEveryOrderWhileRowsComeIn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	crowd(t, o)
	keys := map[string]string{
		"display_name": "sort_key", "last_name": "sort_key", "updated_at": "updated_at",
		"created_at": "created_at", "last_contact": "ifnull(last_contact_at, '')",
	}
	for _, status := range []string{"active", "archived", "all"} {
		where := map[string]string{"active": "is_active = 1", "archived": "is_active = 0", "all": "1"}[status]
		for _, direction := range []string{"", "-"} {
			sqlDirection := map[string]string{"": "", "-": " DESC"}[direction]
			for _, sort := range []string{"display_name", "updated_at", "created_at", "last_contact"} {
				wanted := o.Column(t, fmt.Sprintf("SELECT id FROM organizations WHERE %s ORDER BY %s%s, id%s",
					where, keys[sort], sqlDirection, sqlDirection))
				var got []string
				for _, x := range organizationPages(t, o, o.Lea,
					db.Filter{Status: status, Sort: direction + sort}, func() { o.NewOrganization(t, "Name 23 came in") }) {
					if slices.Contains(wanted, x.ID) {
						got = append(got, x.ID)
					}
				}
				want(t, "organizations, "+status+" by "+direction+sort, strings.Join(got, " ") == strings.Join(wanted, " "), true)
			}
			for _, sort := range []string{"last_name", "updated_at", "created_at", "last_contact"} {
				wanted := o.Column(t, fmt.Sprintf("SELECT id FROM contacts WHERE %s ORDER BY %s%s, id%s",
					where, keys[sort], sqlDirection, sqlDirection))
				var got []string
				f := db.Filter{Status: status, Sort: direction + sort}
				for {
					page, next, err := o.Contacts(t.Context(), o.Lea, f)
					if err != nil {
						t.Fatal(err)
					}
					for _, x := range page {
						if slices.Contains(wanted, x.ID) {
							got = append(got, x.ID)
						}
					}
					if f.After = next; next == "" {
						break
					}
					o.NewContact(t, "Came", "In 23", "")
				}
				want(t, "contacts, "+status+" by "+direction+sort, strings.Join(got, " ") == strings.Join(wanted, " "), true)
			}
		}
	}
}

// bySector narrows by sector.
func bySector(f db.ValueFilter) db.Filter {
	return db.Filter{Equal: map[string]db.ValueFilter{"sector": f}}
}

func TestFiltersCombine(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	crowd(t, o)
	for _, c := range []struct {
		f     db.Filter
		where string
	}{
		{db.Filter{}, "is_active = 1"},
		{db.Filter{Equal: equal("sector", "Retail")}, "is_active = 1 AND sector = 'Retail'"},
		{db.Filter{Equal: equal("sector", "Retail", "size_band", "1-10")}, "is_active = 1 AND sector = 'Retail' AND size_band = '1-10'"},
		{
			db.Filter{Equal: equal("sector", "Retail", "size_band", "1-10"), Owner: is(o.Lea.UserID), Status: "all"},
			"sector = 'Retail' AND size_band = '1-10' AND owner_user_id IS NOT NULL",
		},
		{db.Filter{Owner: db.ValueFilter{None: true}, Status: "archived"}, "is_active = 0 AND owner_user_id IS NULL"},
		{db.Filter{Owner: db.ValueFilter{None: true}, Query: "name 07"}, "is_active = 1 AND owner_user_id IS NULL AND display_name LIKE '% 07'"},
		{db.Filter{Equal: equal("sector", "Media"), Query: "nam", Sort: "-last_contact"}, "is_active = 1 AND sector = 'Media'"},
		{db.Filter{Equal: equal("sector", "RÉtail")}, "is_active = 1 AND sector = 'Retail'"},
		{db.Filter{Equal: equal("sector", "Retai")}, "0"},
		{db.Filter{Equal: equal("sector", "\xff\x00")}, "0"},
		{db.Filter{Owner: is("' OR 1=1 --")}, "0"},
		{bySector(db.ValueFilter{Values: []string{"Retail", "media"}}), "is_active = 1 AND sector IN ('Retail', 'Media')"},
		{bySector(db.ValueFilter{Values: []string{"Retail", "retail"}}), "is_active = 1 AND sector = 'Retail'"},
		{bySector(db.ValueFilter{None: true}), "is_active = 1 AND sector IS NULL"},
		{bySector(db.ValueFilter{Values: []string{"Retail"}, None: true}), "is_active = 1 AND ifnull(sector, 'Retail') = 'Retail'"},
		{bySector(db.ValueFilter{Values: []string{"Retail"}, Not: true}), "is_active = 1 AND sector IS NOT 'Retail'"},
		{
			bySector(db.ValueFilter{Values: []string{"Retail", "Media"}, Not: true}),
			"is_active = 1 AND ifnull(sector, '') NOT IN ('Retail', 'Media')",
		},
		{bySector(db.ValueFilter{Values: []string{"Retail"}, None: true, Not: true}), "is_active = 1 AND sector <> 'Retail'"},
		{bySector(db.ValueFilter{None: true, Not: true}), "is_active = 1 AND sector IS NOT NULL"},
		{bySector(db.ValueFilter{Not: true}), "is_active = 1"},
		{db.Filter{Sort: "sort_key; DROP TABLE users"}, "is_active = 1"},
		{db.Filter{Sort: "-"}, "is_active = 1"},
		{db.Filter{Status: "everything"}, "is_active = 1"},
	} {
		wanted := o.Column(t, "SELECT id FROM organizations WHERE "+c.where+" ORDER BY id")
		var got []string
		for _, x := range organizationPages(t, o, o.Lea, c.f, func() {}) {
			got = append(got, x.ID)
		}
		slices.Sort(got)
		want(t, fmt.Sprintf("%+v", c.f), strings.Join(got, " ") == strings.Join(wanted, " "), true)
	}
}

func TestNamesAreSortedWithoutAccentsAndCase(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, name := range []string{"Zeta", "émile B", "Emile C", "ÉMILE A", "Øst", "ost A", "łan", "Lan A", "étoile"} {
		o.NewOrganization(t, name)
	}
	var names []string
	for _, x := range organizationPages(t, o, o.Lea, db.Filter{}, func() {}) {
		names = append(names, x.Name())
	}
	want(t, "order", strings.Join(names, ", "), "ÉMILE A, émile B, Emile C, étoile, łan, Lan A, Øst, ost A, Zeta")
}

func TestADamagedCursorIsRefusedAndAForgedOneHarmless(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Call(t, o.Acme(t), "")
	encode := base64.RawURLEncoding.EncodeToString
	for _, cursor := range []string{
		"x", "%", "\x00", encode([]byte("{")), encode([]byte(`{"a":1}`)),
		encode([]byte(`[1,2]`)), encode([]byte(`"x"`)), strings.Repeat("A", 100_000),
	} {
		_, _, err := o.Organizations(t.Context(), o.Lea, db.Filter{After: cursor})
		wantInvalid(t, err, "after")
		_, _, err = o.Contacts(t.Context(), o.Lea, db.Filter{After: cursor})
		wantInvalid(t, err, "after")
		_, _, err = o.Interactions(t.Context(), o.Lea, db.InteractionFilter{Before: cursor})
		wantInvalid(t, err, "after")
	}
	for _, cursor := range []string{
		encode([]byte(`null`)), encode([]byte(`[]`)), encode([]byte(`["\u0000","' OR 1=1"]`)),
		encode([]byte(`["a","b","c"]`)), encode([]byte(`["\ud800","\xff"]`)),
	} {
		for _, sort := range []string{"", "-updated_at", "last_contact"} {
			if _, _, err := o.Organizations(t.Context(), o.Lea, db.Filter{After: cursor, Sort: sort}); err != nil &&
				!strings.Contains(err.Error(), "is not valid") {
				t.Error(err)
			}
		}
	}
}
