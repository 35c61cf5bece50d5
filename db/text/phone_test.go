package text_test

import (
	"slices"
	"strings"
	"testing"

	"clientregistry/db/text"
)

func TestNumbersAreDialedAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, dialed string }{
		{"+46 70-555 01 34", "+46705550134"},
		{"0046 70 555 01 34", "0046705550134"},
		{"(555) 010-9999", "5550109999"},
		{"+1 (555) 010-9999 ext. 42", "+15550109999"},
		{"+1 555 010 9999x42", "+15550109999"},
		{"030 901820 Durchwahl 12", "030901820"},
		{"+15550109999,42", "+15550109999"},
		{"+44 (0)20 7946 0123", "+442079460123"},
		{"0044 (0)20 7946 0123", "00442079460123"},
		{"(0)20 7946 0123", "02079460123"},
		{"(+46) 70 555", "+4670555"},
		{"030/901820", "030901820"},
		{"0431 / 555 01 32", "04315550132"},
		{"0431 /5550132", "04315550132"},
		{"Tel. 0431/555 01 32", "04315550132"},
		{"033056 / 12345", "03305612345"},
		{"(0431) / 555 01 32", "04315550132"},
		{"+49 431 / 555 01 31", "+494315550131"},
		{"+49 (0)431/5550121", "+494315550121"},
		{"+49(0)431/555-0130", "+494315550130"},
		{"+49 (0)33056 / 12 345", "+493305612345"},
		{"0049 431 / 555 01 31", "00494315550131"},
		{"0431 / 555 01 32 / 0151 23456789", "04315550132 015123456789"},
		{"0431 / 555 01 32 ext. 4 / 0431 / 555 01 33", "04315550132 04315550133"},
		{"0431 / +49 431 5550132", "0431 +494315550132"},
		{"555 0132 / 555 0133", "5550132 5550133"},
		{"4211 / 4212", "4211 4212"},
		{"x 42 / 0431 555", "0431555"},
		{"030 901820-10 / 030 901820-11", "03090182010 03090182011"},
		{"070-1234567/070-7654321", "0701234567 0707654321"},
		{"070-1234567/68", "0701234567"},
		{"08-123 45 67; 08-765 43 21", "081234567 087654321"},
		{"08-123 45 67 or 08-765 43 21", "081234567 087654321"},
		{"+46 8 123 45 +46 8 123 46", "+46812345 +46812346"},
		{"Tel.: 08-123 45 67", "081234567"},
		{"Reception 08-123 45 67 (mornings)", "081234567"},
		{"٠٥٥١٢٣٤٥٦٧", "0551234567"},
		{"\u200e+46\u00a070\u202f555", "+4670555"},
		{"112", "112"},
		{"555-FLOWERS", ""},
		{"1 800 555 CARS", ""},
		{"ext. 4211", ""},
		{"n/a", ""},
		{"12", ""},
		{"*123#", ""},
		{"1234567890123456", ""},
		{"call Anna", ""},
	} {
		var dialed []string
		for _, n := range text.Numbers(c.typed) {
			dialed = append(dialed, n.Dial)
		}
		if got := strings.Join(dialed, " "); got != c.dialed {
			t.Errorf("%q dials %q, want %q", c.typed, got, c.dialed)
		}
	}
	if all := text.Numbers("Tel ٠٥٥ ١٢٣ / 08-123 45 67"); len(all) != 2 || all[1].Dial != "081234567" {
		t.Errorf("numbers in two scripts: %+v", all)
	}
}

func TestANumberIsFoundFromWhereverItIsDialed(t *testing.T) {
	t.Parallel()
	finds := func(kept, typed string) bool {
		words := text.PhoneWords(kept)
		return slices.ContainsFunc(text.NumberWords(typed, ""), func(begins string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, begins) })
		})
	}
	same := []string{
		"+46 70-555 01 34", "0046 70 555 0134", "070-555 01 34", "(070) 555.01.34", "+46 (0)70 555 01 34", "070/5550134",
		"070 / 555 01 34", "+46 70 / 555 01 34", "+46 (0)70/555-0134", "+46(0)70 / 5550134",
	}
	for _, kept := range same {
		for _, typed := range append(same, "+46 70 555", "0046705", "070-55", "555 01 34", "0134", "70 555 01 34") {
			if !finds(kept, typed) {
				t.Errorf("%q does not find %q", typed, kept)
			}
		}
		for _, typed := range []string{"071-555 01 35", "4310", "+47 71 555 01 35"} {
			if finds(kept, typed) {
				t.Errorf("%q finds %q", typed, kept)
			}
		}
		if ranges, _ := text.NewTyped("+46 70 555 01 34").Marks(kept); len(ranges) == 0 {
			t.Errorf("it is marked in %q at %v", kept, ranges)
		}
	}
	for _, pair := range [][2]string{
		{"+39 06 123 4567", "06 1234567"},
		{"06 1234567", "+39 06 1234567"},
		{"8 495 123-45-67", "+7 495 123 45 67"},
		{"+1 (555) 010-9999 ext. 42", "555 010 9999"},
	} {
		if !finds(pair[0], pair[1]) {
			t.Errorf("%q does not find %q", pair[1], pair[0])
		}
	}
	if !slices.Contains(text.PhoneWords("555-FLOWERS"), "flowers") {
		t.Error("a number in letters is not found by them")
	}
}

func TestANumberIsDialedFromEverywhere(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"030901820", "DE", "+4930901820"},
		{"00442079460123", "DE", "+442079460123"},
		{"+442079460123", "DE", "+442079460123"},
		{"84951234567", "RU", "+74951234567"},
		{"0612345678", "IT", "+390612345678"},
		{"112", "DE", "112"},
		{"4711", "DE", "4711"},
		{"030901820", "", "030901820"},
		{"00442079460123", "", "00442079460123"},
	} {
		if got := text.DialFrom(c[0], c[1]); got != c[2] {
			t.Errorf("%s in %q dials %s, want %s", c[0], c[1], got, c[2])
		}
	}
	if !text.IsPhoneRegion("DE") || text.IsPhoneRegion("ZZ") || text.IsPhoneRegion("de") || text.IsPhoneRegion("") {
		t.Error("regions are not told from others")
	}
}
