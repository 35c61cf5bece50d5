// Package text folds what people write, so that it can be sorted, searched and
// compared whatever its capitals and accents, and finds in a text what was
// typed. It knows nothing of the database.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Version is that of the folding: raise it with every change of what SortKey or
// Words return for a text, and keys and words kept in a registry are made again.
const Version = 1

// special folds the letters that Unicode does not decompose, the sigma at the
// end of a word, and the apostrophes and hyphens that look like those of a keyboard.
var special = strings.NewReplacer(
	"ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i", "ς", "σ",
	"ħ", "h", "ŧ", "t", "ŋ", "n", "ĸ", "k", "ƀ", "b", "ɖ", "d", "ǥ", "g", "ɨ", "i", "ɵ", "o", "ʉ", "u", "ɏ", "y", "ƶ", "z", "ə", "e",
	"’", "'", "‘", "'", "ʼ", "'", "ʻ", "'", "‐", "-",
)

// SortKey folds a text for sorting and comparing: lower case, digits of every
// script as 0 to 9, without accents and without what nobody sees, so that Émile
// stands beside Emile. It returns valid UTF-8 for any bytes.
func SortKey(s string) string {
	return folded(s, unaccent)
}

func folded(s string, plain func(rune) rune) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return special.Replace(strings.ToLower(norm.NFC.String(strings.Map(plain, norm.NFKD.String(s)))))
}

// searchKey is the sort key without the marks over and under letters of any
// script: the index of words knows none.
func searchKey(s string) string { return folded(s, unmarked) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unaccent drops accents, and the vowel signs that Arabic and Hebrew may leave
// out. Those of Thai or Hindi tell one word from another and stay.
func unaccent(c rune) rune {
	switch {
	case c < utf8.RuneSelf:
		return c
	case unseen(c), unicode.Is(unicode.Mn, c) && unicode.In(c, unicode.Inherited,
		unicode.Arabic, unicode.Hebrew, unicode.Cyrillic, unicode.Greek):
		return -1
	case unicode.Is(unicode.Nd, c):
		return digit(c)
	}
	return c
}

func unmarked(c rune) rune {
	if c >= utf8.RuneSelf && unicode.Is(unicode.Mn, c) {
		return -1
	}
	return unaccent(c)
}

// unseen are the characters that only steer others: joiners, variation
// selectors, marks of direction, soft hyphens, spaces of no width.
func unseen(c rune) bool {
	return c >= utf8.RuneSelf && (unicode.Is(unicode.Cf, c) ||
		unicode.In(c, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point))
}

// digit is a decimal digit of any script as one of 0 to 9.
func digit(c rune) rune {
	for _, r := range unicode.Nd.R16 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return '0' + (c-rune(r.Lo))%10
		}
	}
	for _, r := range unicode.Nd.R32 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return '0' + (c-rune(r.Lo))%10
		}
	}
	return c
}

// PlainDigits returns a text with the digits of every script as 0 to 9, for
// where a number, a code or a date is expected.
func PlainDigits(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(c rune) rune {
		if c >= utf8.RuneSelf && unicode.Is(unicode.Nd, c) {
			return digit(c)
		}
		return c
	}, s)
}

// Normalize returns a text as it is kept: composed (NFC), without soft hyphens and
// the marks of no width that part words without a sign. What joins letters,
// chooses between their shapes or marks their direction stays.
func Normalize(s string) string {
	if isASCII(s) {
		return s
	}
	return norm.NFC.String(noWidth.Replace(s))
}

var noWidth = strings.NewReplacer("\u00ad", "", "\u200b", "", "\u2060", "", "\ufeff", "")

// TurnsDirection tells the marks that turn the direction of all that follows.
func TurnsDirection(c rune) bool {
	return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069'
}

// Isolate sets what somebody wrote apart in a sentence, so that its direction
// changes nothing around it (Unicode Standard Annex 9, 2.7). Pages show it as <bdi>.
func Isolate(s string) string {
	return string(isolateBegins) + strings.Map(func(c rune) rune {
		if TurnsDirection(c) {
			return -1
		}
		return c
	}, s) + string(isolateEnds)
}

// The characters around what Isolate sets apart.
const (
	isolateBegins = '\u2068'
	isolateEnds   = '\u2069'
)

// StripIsolates takes the marks of Isolate out, for where no page shows the sentence.
func StripIsolates(sentence string) string { return isolates.Replace(sentence) }

var isolates = strings.NewReplacer(string(isolateBegins), "", string(isolateEnds), "")

// FoldEmail returns an address with the letters that are not ASCII in lower case.
// SQLite compares the rest without case but knows only ASCII; with both, ÉLISE@
// and élise@ are one address.
func FoldEmail(s string) string {
	return norm.NFC.String(strings.Map(func(c rune) rune {
		if c < utf8.RuneSelf {
			return c
		}
		return unicode.ToLower(c)
	}, norm.NFC.String(s)))
}
