package db_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestANumberIsFoundInEveryWritingOfItsRegion, in search, lists and pickers.
func TestANumberIsFoundInEveryWritingOfItsRegion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region, kept   string
		typed, without []string
	}{
		{"DE", "0431 555 01 20", []string{
			"+49 431 555", "0049 431 5550120", "+49 (0)431 555-01", "0431/555",
			"(0431) 55 50", "0431.555.01.20", "431 555", "tel:+494315550120", "0431—555", "5550120",
		}, []string{"+49 432 555", "0432 555"}},
		{"DE", "+49 431 555 01 20", []string{"0431 555", "0431-555 0120", "+49431555", "0049431", "431·555"}, []string{"+49 432 555"}},
		{"RU", "8 (495) 123-45-67", []string{"+7 495 123", "007 495 123", "8 495 123", "495 123", "+7(495)123-45-67"}, []string{"+7 496 123"}},
		{"RU", "+7 495 123 45 67", []string{"8 495 123", "8 (495) 123-45-67", "810 7 495 123"}, nil},
		{"US", "(212) 555-0123", []string{"+1 212 555", "1 212 555", "011 1 212 555", "212.555.0123", "001 212 555"}, []string{"+1 213 555"}},
		{"US", "+1 212 555 0123", []string{"1 212 555", "2125550123", "(212) 555"}, nil},
		{"IT", "06 123 4567", []string{"+39 06 123", "0039 06 123", "06-123"}, nil},
		{"GB", "+44 (0)20 7946 0123", []string{"020 7946", "+44 20 7946", "0044 20 7946", "20 7946 0123"}, nil},
		{"", "+46 70-555 01 34", []string{"070 555", "+46 70 555", "0046705550134", "46 70 555"}, []string{"+47 71 555"}},
	} {
		o := dbtest.OpenOffice(t)
		o.Close()
		o.DB = must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now, Unsynced: true, PhoneRegion: c.region}))(t)
		t.Cleanup(func() { o.Close() })
		must(o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "Maya", "last_name": "Okafor", "phone": c.kept}, ""))(t)
		for n, typed := range append(c.typed, c.without...) {
			finds := 1
			if n >= len(c.typed) {
				finds = 0
			}
			what := strings.Join([]string{c.region, c.kept, "by", typed}, " ")
			_, contacts, _ := found(t, o, o.Lea, typed)
			want(t, what, len(contacts), finds)
			listed, _, err := o.Contacts(t.Context(), o.Lea, db.Filter{Query: typed})
			if err != nil {
				t.Fatal(err)
			}
			want(t, what+" in a list", len(listed), finds)
			want(t, what+" in a picker", len(must(o.FindContacts(t.Context(), o.Lea, typed, 5))(t)), finds)
		}
	}
}

// TestAWholeNumberFindsItsContactFirst: before those whose numbers end alike, however few are asked for.
func TestAWholeNumberFindsItsContactFirst(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for n := range 9 { // the first one, changed longest ago, is found last
		number := fmt.Sprintf("+90 %d12 000 07 63", n+2)
		must(o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "Person", "last_name": fmt.Sprint(n), "mobile": number}, ""))(t)
		o.Clock.Add(time.Minute)
	}
	const typed = "+90 212 000 07 63"
	for shown := range 10 {
		h := must(o.Search(t.Context(), o.Lea, db.SearchFilter{Typed: typed, Most: 20, Shown: shown}))(t)
		if len(h.Contacts) != cmp.Or(shown, 9) || h.Contacts[0].Name() != "Person 0" || h.FoundContacts != 9 {
			t.Errorf("the first %d of %d: %v", shown, h.FoundContacts, h.Contacts)
		}
	}
	for n := range 9 {
		if picked := must(o.FindContacts(t.Context(), o.Lea, typed, n+1))(t); len(picked) != n+1 || picked[0].Name() != "Person 0" {
			t.Errorf("%d picked: %v", n+1, picked)
		}
	}
}

// TestTheRegionOfTheOptionsWins over the one chosen at the setup.
func TestTheRegionOfTheOptionsWins(t *testing.T) {
	t.Parallel()
	d, path, clock := dbtest.Open(t)
	want(t, "before", d.PhoneRegion(), "")
	must(d.SetUp(t.Context(), db.Actor{}, db.NewUser{Email: "a@a.example", FullName: "Ada", Hash: "x", PhoneRegion: "SE"}))(t)
	want(t, "at once", d.PhoneRegion(), "SE")
	d.Close()
	for given, region := range map[string]string{"": "SE", "DE": "DE"} {
		again := must(db.Open(t.Context(), path, db.Options{Now: clock.Now, Unsynced: true, PhoneRegion: given}))(t)
		want(t, "started with "+given, again.PhoneRegion(), region)
		again.Close()
	}
}
