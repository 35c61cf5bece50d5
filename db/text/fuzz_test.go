package text_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"clientregistry/db/text"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// hostile are the seed inputs of every fuzz test.
var hostile = []string{
	"", " ", "a", "O'Brien", "Émile & Søn", "e\u0301mile", "\u0301", "株式会社", "데이터", "\u1103\u1166",
	"شركة", "किरण", "İıſß", "ﷺ", "\u200b", "\u202e",
	"\x00", "\xff", "a\xffb", "\ufffd", "AND OR NOT NEAR/2", `"`, "(", ")", "*", "a*", "-a", "^a", "words:a",
	"+46 70-555 01 34", "46 (0)70", "46", "0134",
	"I.B.M.", "O’Brien & Co", "AT&T", "a.b.c-d", "'", "--", "DE 123-456.789",
	"+44 (0)20 7946 0123 ext. 4", "030/901820, 00 46 70", "1/2/3", "\x960000 ", "000", "\u202d070 1\u202c",
	"ÉLISE@CAFÉ.example", strings.Repeat("x", 300), strings.Repeat("é ", 300), "𑵠", "\U000e0001", "a\u0085b", "²³¼",
}

func FuzzSortKeyIsStable(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key := text.SortKey(s)
		if !utf8.ValidString(key) {
			t.Errorf("%q: %q", s, key)
		}
		for _, w := range slices.Concat(slices.Concat(text.OtherWords(s)...), text.Words(s), text.Joined(s), text.Code(s)) {
			if w == "" || strings.ContainsAny(w, ` "()*:^-`) || w == "AND" || w == "OR" || w == "NOT" || w == "NEAR" {
				t.Errorf("%q has the word %q", s, w)
			}
		}
		folded := strings.Join(text.Words(s), " ")
		if again := strings.Join(text.Words(folded), " "); again != folded {
			t.Errorf("%q: the words %q fold on to %q", s, folded, again)
		}
	})
}

func FuzzEmailsAreFoldedForGood(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := text.FoldEmail(s)
		if again := text.FoldEmail(folded); again != folded {
			t.Errorf("%q folds to %q, and on to %q", s, folded, again)
		}
	})
}

func FuzzMarksAreInTheText(f *testing.F) {
	for i, s := range hostile {
		f.Add(s, s)
		f.Add(s, hostile[(i+1)%len(hostile)]+s)
	}
	f.Fuzz(func(t *testing.T, typed, shown string) {
		ranges, has := text.NewTyped(typed).Marks(shown)
		if len(has) != len(text.TypedWords(typed)) {
			t.Errorf("%q has %d words, not %d", typed, len(text.TypedWords(typed)), len(has))
		}
		end := -1
		for _, r := range ranges {
			if r[0] <= end || r[1] <= r[0] || r[1] > len(shown) {
				t.Fatalf("%q in %q is marked at %v", typed, shown, ranges)
			}
			end = r[1]
			if marked := shown[r[0]:r[1]]; utf8.ValidString(shown) && !utf8.ValidString(marked) {
				t.Errorf("%q in %q: the mark %q parts a character", typed, shown, marked)
			}
		}
		if len(ranges) > 0 && !slices.Contains(has, true) || len(ranges) == 0 && len(has) > 0 && !slices.Contains(has, false) {
			t.Errorf("%q in %q is marked at %v, but its words are there: %v", typed, shown, ranges, has)
		}
	})
}

func FuzzAPhoneNumberIsFoundHoweverItIsSpaced(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		number := text.PhoneNumber(typed)
		if words := text.NumberWords(typed, ""); (number == "") != (len(words) == 0) {
			t.Errorf("%q is the number %q and has the words %q", typed, number, words)
		}
		if number == "" {
			return
		}
		if len(number) < 3 || text.Digits(number) != number {
			t.Fatalf("%q is the phone number %q", typed, number)
		}
		spaced := "+" + strings.Join(strings.Split(number, ""), " ")
		if ranges, _ := text.NewTyped(typed).Marks(spaced); len(ranges) == 0 {
			t.Errorf("%q is not marked in %q", typed, spaced)
		}
	})
}

func FuzzKeptTextIsComposedForGood(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		kept := text.Normalize(s)
		if again := text.Normalize(kept); again != kept {
			t.Errorf("%q is kept as %q, and then as %q", s, kept, again)
		}
		if !norm.NFC.IsNormalString(kept) || strings.ContainsAny(kept, "\u00ad\u200b\u2060\ufeff") {
			t.Errorf("%q is kept as %q", s, kept)
		}
		if a, b := strings.Join(text.Words(s), " "), strings.Join(text.Words(kept), " "); a != b {
			t.Errorf("%q has the words %q, and kept %q", s, a, b)
		}
	})
}

func FuzzNumbersAreInTheText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, n := range text.Numbers(s) {
			if n.From < end || n.To <= n.From || n.To > len(s) {
				t.Fatalf("%q has numbers at %+v", s, text.Numbers(s))
			}
			end = n.To
			digits := strings.TrimPrefix(n.Dial, "+")
			if len(digits) < 3 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
				t.Errorf("%q dials %q", s, n.Dial)
			}
			words := text.PhoneWords(s)
			for _, typed := range []string{n.Dial, digits} {
				found := slices.ContainsFunc(text.NumberWords(typed, ""), func(begins string) bool {
					return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, begins) })
				})
				if !found {
					t.Errorf("%q, found by %q, is not found by %q", s, words, typed)
				}
			}
		}
	})
}

func FuzzAReadableAddressLeadsToTheSameHost(f *testing.F) {
	for _, s := range append([]string{
		"https://www.xn--mller-kva.example/a?b#c", "http://XN--Mller-KVA.example:80", "https://xn--strae-oqa.example", "https://xn--.example",
		"https://xn--r8jz45g.xn--zckzah", "https://a.xn--p1ai/xn--p1ai", "https://xn--a.example", "HTTPS://xn--p1ai", "https://xn--%70.example",
		"https://a@xn--p1ai", "//xn--p1ai", "xn--p1ai.example", "https://xn--xn--mller-kva-x.example", "https://xn--a-ecp.ru",
		"https://[xn--p1ai]/",
	}, hostile...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		shown := text.ReadableAddress(address)
		if again := text.ReadableAddress(shown); again != shown {
			t.Errorf("%q is read as %q, and then as %q", address, shown, again)
		}
		if shown == address {
			return
		}
		if utf8.RuneCountInString(shown) > utf8.RuneCountInString(address) {
			t.Errorf("%q is read as %q, which is longer", address, shown)
		}
		was, err := url.Parse(address)
		is, err2 := url.Parse(shown)
		if err != nil || err2 != nil {
			t.Fatalf("%q is read as %q: %v %v", address, shown, err, err2)
		}
		host, err := idna.Lookup.ToASCII(is.Hostname())
		if err != nil || host != strings.ToLower(was.Hostname()) || strings.ContainsFunc(is.Hostname(), text.IsBlank) {
			t.Errorf("%q is read as %q, which leads to %q: %v", address, shown, host, err)
		}
		if was.Host, is.Host = "", ""; was.String() != is.String() {
			t.Errorf("%q is read as %q", address, shown)
		}
	})
}
