package views

import (
	"html/template"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/text"
)

func TestWhatSomebodyWroteStandsApartInAMessage(t *testing.T) {
	t.Parallel()
	for message, shown := range map[string]template.HTML{
		"Saved": "Saved",
		"Linked " + text.Isolate("שלום <b>") + " to " + text.Isolate("\u202eA&B"): "Linked <bdi>שלום &lt;b&gt;</bdi> to <bdi>A&amp;B</bdi>",
		"a\u2069b":     "ab",
		"a\u2068b<":    "a<bdi>b&lt;</bdi>",
		"\u2068\u2069": "<bdi></bdi>",
	} {
		if got := messageHTML(message); got != shown {
			t.Errorf("%+q is shown as %s, want %s", message, got, shown)
		}
	}
	if got := text.StripIsolates("Linked " + text.Isolate("A") + "."); got != "Linked A." {
		t.Error(got)
	}
}

// TestOrganizationsOfSimilarNamesHaveDifferentInitials: two letters cannot tell all names apart, but of the pairs
// that begin with the same word at least nine in ten.
func TestOrganizationsOfSimilarNamesHaveDifferentInitials(t *testing.T) {
	t.Parallel()
	pairs, same := 0, 0
	for _, alike := range [][]string{
		{"Ash & Alder Academy", "Ash & Alder Dental Care", "Ash & Alder Freight", "Ash & Alder Outfitters", "Ash & Alder Stores"},
		{"Birkenau Akademie", "Birkenau Apotheken", "Birkenau Energie", "Birkenau Logistik", "Birkenau Sprachschule"},
		{"Foxglove Home & Garden Leeds", "Foxglove Learning", "Foxglove Logistics"},
		{"Castellan Cloud", "Castellan Consulting", "Castellan Foods", "Castellan Freight"},
		{"Goldcrest Clinics", "Goldcrest Consulting", "Goldcrest Data Systems", "Goldcrest Software"},
		{"Millstone Builders", "Millstone Builders Bristol"},
		{"Acme North", "Acme Nordic", "Acme South", "Acme Southern"},
		{"Harbor Foods Ltd", "Harbor Fish Ltd", "Harbor Freight Ltd"},
		{"Nordnet", "Nordea", "Nordbank"},
	} {
		for i, name := range alike {
			letters := initials(name, true)
			if again := initials(name, true); again != letters || len([]rune(letters)) != 2 || letters[0] != name[0] {
				t.Errorf("%s is %s, then %s", name, letters, again)
			}
			for _, other := range alike[:i] {
				if pairs++; letters == initials(other, true) {
					same++
				}
			}
		}
	}
	if same*10 > pairs {
		t.Errorf("%d of %d pairs have the same initials", same, pairs)
	}
	for name, letters := range map[string]string{
		"Priya Nair": "PN", "Maria del Carmen Ruiz": "MR", "Cher": "C", "": "?", "— !": "?", "山田 太郎": "山", "Priya Nair" + db.LeftMark: "PN",
	} {
		if got := initials(name, false); got != letters {
			t.Errorf("the person %q is %s, want %s", name, got, letters)
		}
	}
	for name, letters := range map[string]string{"X": "X", "": "?", "株式会社 山田": "株", "3M": "3"} {
		if got := initials(name, true); got != letters {
			t.Errorf("the organization %q is %s, want %s", name, got, letters)
		}
	}
}

func FuzzMessagesAreEscaped(f *testing.F) {
	for _, s := range []string{"", "<script>", "\u2068<\u2068>\u2069&\u2069\u2069", "\xff\u2068\x00\"'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(messageHTML(s))
		if strings.Count(got, "<bdi>") != strings.Count(got, "</bdi>") {
			t.Errorf("%q is shown as %s", s, got)
		}
		rest := strings.NewReplacer("<bdi>", "", "</bdi>", "").Replace(got)
		if want := template.HTMLEscapeString(text.StripIsolates(s)); rest != want {
			t.Errorf("%q is shown as %s, want %s and bdi", s, got, want)
		}
	})
}
