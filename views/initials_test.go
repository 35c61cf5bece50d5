package views

import (
	"testing"

	"clientregistry/db"
)

func TestInitialsAreThoseThatPeopleExpect(t *testing.T) {
	t.Parallel()
	for name, letters := range map[string]string{
		"Aberdeen Library Service": "ALS", "Northwind Data Systems": "NDS", "Kestrel Renewables": "KR", "Nordnet": "NO", "X": "X", "3M": "3M",
		"H & M": "HM", "Y Combinator": "YC", "Smith-Jones Ltd": "SJ", "The Cooperative Bank": "CB", "The Who": "WH", "O'Malley Brothers": "OB",
		"Acme GmbH": "AC", "Acme S.A.": "AC", "Acme GmbH & Co. KG": "AC", "Acme Holding": "AH", "Limited": "LI", "Inc. Ltd": "IL",
		"Bank of Scotland": "BS", "Foxglove Home & Garden Leeds": "FHL", "énergies Vauban": "ÉV", "Ísbjörn Lyfja": "ÍL",
		"Αιγαίο Κλινική": "ΑΚ", "Молокозавод «Яблуневий Сад»": "МЯС", "株式会社 山田": "山田", "株式会社山田": "山田", "华兴食品有限公司": "华兴",
		"札幌市役所 – 山田": "札山", "주식회사 새벽별유통": "새벽", "אלון בית מרקחת": "אמ", "شركة الواحة للنسيج": "و\u200cن", "विंध्य डेयरी": "वड",
		"": "?", "— !": "?", "\u0301": "?", "Acme" + db.LeftMark: "AC",
	} {
		if got := initials(name, true); got != letters {
			t.Errorf("the organization %q is %q, want %q", name, got, letters)
		}
	}
	for name, letters := range map[string]string{
		"Priya Nair": "PN", "Maria del Carmen Ruiz": "MR", "Sean O'Brien": "SO", "Cher": "C", "": "?", "— !": "?", "山田 太郎": "山",
		"Priya Nair" + db.LeftMark: "PN",
	} {
		if got := initials(name, false); got != letters {
			t.Errorf("the person %q is %q, want %q", name, got, letters)
		}
	}
}

// TestOrganizationsOfSimilarNamesLookDifferent: a few letters and colors cannot tell all names apart, but of these
// pairs, which begin with the same word, letters tell four in five, and letters or colors all.
func TestOrganizationsOfSimilarNamesLookDifferent(t *testing.T) {
	t.Parallel()
	pairs, same, confused := 0, 0, 0
	for _, alike := range [][]string{
		{"Ash & Alder Academy", "Ash & Alder Dental Care", "Ash & Alder Freight", "Ash & Alder Outfitters", "Ash & Alder Stores"},
		{"Birkenau Akademie", "Birkenau Apotheken", "Birkenau Energie", "Birkenau Logistik", "Birkenau Sprachschule"},
		{"Foxglove Home & Garden Leeds", "Foxglove Home & Garden", "Foxglove Learning", "Foxglove Logistics"},
		{"Castellan Cloud", "Castellan Consulting", "Castellan Foods", "Castellan Freight"},
		{"Goldcrest Clinics", "Goldcrest Consulting", "Goldcrest Data Systems", "Goldcrest Software"},
		{"Millstone Builders", "Millstone Builders Bristol"},
		{"Nordwind Energie", "Nordwind Energy", "Nordwind Logistik", "Nordwind Energie Süd", "Nordwind"},
		{"Acme", "Acme GmbH", "Acme Holding", "Acme Group", "Acme AG"},
		{"Nordnet", "Nordea", "Nordbank"},
		{"Harbor Foods Ltd", "Harbor Fish Ltd", "Harbor Freight Ltd", "Harbor Imports Ltd", "Harbor Wine & Spirits Ltd"},
		{"Stadtwerke Augsburg", "Stadtwerke Bonn", "Stadtwerke Düsseldorf", "Stadtwerke Erfurt", "Stadtwerke Gera", "Stadtwerke Hanau"},
	} {
		for i, name := range alike {
			for _, other := range alike[:i] {
				pairs++
				if initials(name, true) != initials(other, true) {
					continue
				}
				if same++; look(name) == look(other) {
					t.Log(name, "and", other, "look the same")
					confused++
				}
			}
		}
	}
	if same*5 > pairs || confused > 0 {
		t.Errorf("of %d pairs, %d have the same initials, and %d look the same", pairs, same, confused)
	}
}

func TestTheColorOfANameIsTheSameInAnySpelling(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{{"Acme", "ACME"}, {"Björkhaga", "Bjo\u0308rkhaga"}, {"Priya Nair", "Priya Nair" + db.LeftMark}} {
		if look(same[0]) != look(same[1]) {
			t.Errorf("%q and %q look different", same[0], same[1])
		}
	}
}
