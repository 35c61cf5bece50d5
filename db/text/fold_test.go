package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"clientregistry/db/text"
)

func TestTextThatReadsTheSameHasOneKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{
			"Émile", "E\u0301mile", "EMILE", "émile", "e\u200bmile", "em\u00adile",
			"\ufeffEmile", "Em\u2060ile", "\u202eemile\u202c", "E\u200dmile", "emile\ufe0f",
		},
		{"O'Brien", "O’Brien", "OʼBRIEN", "o‘brien"},
		{"Ħal Far", "hal far", "HAL\u00a0FAR"},
		{"1-10", "١-١٠", "１-１０", "१-१०", "1\u201010"},
		{"مُحَمَّد", "محمد"},
		{"می\u200cخواهم", "میخواهم"},
		{"क्\u200dष", "क्ष"},
		{"Straße", "STRASSE"},
	} {
		for _, s := range same[1:] {
			if a, b := text.SortKey(same[0]), text.SortKey(s); a != b {
				t.Errorf("%q is folded to %q, and %q to %q", same[0], a, s, b)
			}
		}
	}
	for _, other := range [][2]string{{"กี", "กิ"}, {"कुल", "कल"}, {"a-b", "ab"}, {"Emil", "Emile"}, {"И", "Ї"}} {
		if text.SortKey(other[0]) == text.SortKey(other[1]) {
			t.Errorf("%q and %q are folded alike", other[0], other[1])
		}
	}
	names := []string{"Zoe", "Émile", "Åsa", "ähn", "emil", "Øst"}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(text.SortKey(a), text.SortKey(b)) })
	if got := strings.Join(names, " "); got != "ähn Åsa emil Émile Øst Zoe" {
		t.Error(got)
	}
}

func TestDigitsOfEveryScriptAreRead(t *testing.T) {
	t.Parallel()
	for _, zero := range "0٠۰߀०০௦๐０𝟘𑁦" {
		var digits string
		for n := range rune(10) {
			digits += string(zero + n)
		}
		if got := text.PlainDigits(digits); got != "0123456789" {
			t.Errorf("%q is %q", digits, got)
		}
	}
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if got := text.PlainDigits(string(c)); unicode.Is(unicode.Nd, c) != (len(got) == 1 && '0' <= got[0] && got[0] <= '9') {
			t.Errorf("%U is %q", c, got)
		}
	}
}

func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	for typed, kept := range map[string]string{
		"E\u0301mile":                           "Émile",
		"Har\u00adbor\u200b & \u2060Pine\ufeff": "Harbor & Pine",
		"e\u200b\u0301":                         "é",
		"👩\u200d🚀 ❤\ufe0f":                      "👩\u200d🚀 ❤\ufe0f",
		"می\u200cخواهم \u200fא\u200e":           "می\u200cخواهم \u200fא\u200e",
		"\u061cشركة":                            "\u061cشركة",
		"O’Brien":                               "O’Brien",
	} {
		if got := text.Normalize(typed); got != kept {
			t.Errorf("%q is kept as %q, want %q", typed, got, kept)
		}
	}
}

func TestMarksInsideWordsCanBeLeftOut(t *testing.T) {
	t.Parallel()
	for typed, joined := range map[string]string{
		"I.B.M. Works":                     "ibm",
		"Sean O'Brien":                     "obrien",
		"D’Arcy-Smith":                     "darcysmith",
		"AT&T and R&D":                     "att rd",
		"Jean-Luc":                         "jeanluc",
		"don't, won't":                     "dont wont",
		"3.5 and 2026-11-24":               "",
		"AT & T":                           "",
		"a--b":                             "",
		"株.式":                              "",
		"https://www.acme.example/a?b=c&d": "wwwacmeexample cd",
		strings.Repeat("x-", 60) + "x":     "",
	} {
		if got := strings.Join(text.Joined(typed), " "); got != joined {
			t.Errorf("%q has the joined words %q, want %q", typed, got, joined)
		}
	}
	if got := strings.Join(text.Code("DE 123-456.789"), " "); got != "de 123 456 789 de123456789 123456789 456789" {
		t.Error(got)
	}
	for typed, other := range map[string]string{
		"I.B.M.": "ibm", "o'brien ltd": "obrien ltd", "acme": "", "DE 123 456": "de123456", "DE-123.456": "de123456", "hal far": "",
	} {
		var sets []string
		for _, set := range text.OtherWords(typed) {
			sets = append(sets, strings.Join(set, " "))
		}
		if got := strings.Join(sets, "|"); got != other {
			t.Errorf("%q has the other words %q, want %q", typed, got, other)
		}
	}
}

// TestOnlyTextThatCouldTurnASentenceIsIsolatedInIt: letters from right to left, marks of direction.
func TestOnlyTextThatCouldTurnASentenceIsIsolatedInIt(t *testing.T) {
	for typed, want := range map[string]string{
		"": "", "Ada": "Ada", "Łukasz Ćwik-O’Hara (2)": "Łukasz Ćwik-O’Hara (2)", "李小龍": "李小龍", "Юлия": "Юлия",
		"נועה": "\u2068נועה\u2069", "Acme נועה!": "\u2068Acme נועה!\u2069", "القحطاني": "\u2068القحطاني\u2069", "١٢٣": "\u2068١٢٣\u2069",
		"Ada\u200f": "\u2068Ada\u200f\u2069", "Ada\u202e": "\u2068Ada\u2069",
	} {
		if got := text.IsolateForeign(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}
