// Package text folds text for sorting, searching and comparing regardless of case and accents, finds
// what was typed within a text, and reads web addresses as people do. It does not know the database.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// Version is the version of the folding. Raise it whenever a text gets other keys or words,
// so that the stored ones are recomputed.
const Version = 4

// special folds letters that Unicode does not decompose, the final sigma, and typographic
// apostrophes and hyphens.
var special = strings.NewReplacer(
	"ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i", "ς", "σ",
	"ħ", "h", "ŧ", "t", "ŋ", "n", "ĸ", "k", "ƀ", "b", "ɖ", "d", "ǥ", "g", "ɨ", "i", "ɵ", "o", "ʉ", "u", "ɏ", "y", "ƶ", "z", "ə", "e",
	"’", "'", "‘", "'", "ʼ", "'", "ʻ", "'", "‐", "-",
)

// SortKey folds a text for sorting and comparing: lower case, digits of every script as 0 to 9, no
// accents or invisible characters. Émile sorts next to Emile. It returns valid UTF-8 for any bytes.
func SortKey(s string) string {
	return folded(s, unaccent)
}

func folded(s string, plain func(rune) rune) string {
	if IsASCII(s) {
		return strings.ToLower(s)
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return special.Replace(strings.ToLower(norm.NFC.String(strings.Map(plain, norm.NFKD.String(s)))))
}

// searchKey is SortKey without the combining marks of any script, which the search index lacks.
func searchKey(s string) string { return folded(s, dropMark) }

// IsASCII reports whether a text has only characters of ASCII.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unaccent drops accents and the optional vowel signs of Arabic and Hebrew. It keeps those of Thai
// or Hindi, which distinguish words.
func unaccent(c rune) rune {
	switch {
	case c < utf8.RuneSelf:
		return c
	case isInvisible(c), unicode.Is(unicode.Mn, c) && unicode.In(c, unicode.Inherited,
		unicode.Arabic, unicode.Hebrew, unicode.Cyrillic, unicode.Greek):
		return -1
	case unicode.Is(unicode.Nd, c):
		return digit(c)
	}
	return c
}

func dropMark(c rune) rune {
	if c >= utf8.RuneSelf && unicode.Is(unicode.Mn, c) {
		return -1
	}
	return unaccent(c)
}

// IsBlank reports whether a character cannot be seen: spaces and control marks, such as those of
// writing direction.
func IsBlank(c rune) bool { return !unicode.IsGraphic(c) || unicode.IsSpace(c) }

// isInvisible reports whether a character is invisible and only affects others: joiners, variation
// selectors, direction marks, soft hyphens, zero-width spaces.
func isInvisible(c rune) bool {
	return c >= utf8.RuneSelf && (unicode.Is(unicode.Cf, c) ||
		unicode.In(c, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point))
}

// digit returns a decimal digit of any script as one of 0 to 9.
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

// PlainDigits converts digits of every script to 0 to 9, for input like numbers, codes and dates.
func PlainDigits(s string) string {
	if IsASCII(s) {
		return s
	}
	return strings.Map(func(c rune) rune {
		if c >= utf8.RuneSelf && unicode.Is(unicode.Nd, c) {
			return digit(c)
		}
		return c
	}, s)
}

// Normalize returns a text as stored: composed (NFC), without soft hyphens and zero-width spaces.
// It keeps characters that join letters, choose their shapes or mark their direction.
func Normalize(s string) string {
	if IsASCII(s) {
		return s
	}
	return norm.NFC.String(noWidth.Replace(s))
}

var noWidth = strings.NewReplacer("\u00ad", "", "\u200b", "", "\u2060", "", "\ufeff", "")

// TurnsDirection reports whether a character changes the direction of the text after it.
func TurnsDirection(c rune) bool {
	return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069'
}

// Isolate wraps a text so that its direction does not affect the sentence around it (Unicode
// Standard Annex 9, 2.7). Pages render it as <bdi>.
func Isolate(s string) string {
	return string(isolateBegins) + strings.Map(func(c rune) rune {
		if TurnsDirection(c) {
			return -1
		}
		return c
	}, s) + string(isolateEnds)
}

// IsolateForeign is Isolate for a sentence of Latin letters that cannot have <bdi>, such as that of an
// attribute. It returns a text as it is if nothing in it could affect the sentence.
func IsolateForeign(s string) string {
	if !IsASCII(s) && strings.ContainsFunc(s, isForeign) {
		return Isolate(s)
	}
	return s
}

// isForeign reports whether a character is written from right to left, or marks a direction.
func isForeign(c rune) bool {
	if c < utf8.RuneSelf {
		return false
	}
	properties, _ := bidi.LookupRune(c)
	switch properties.Class() {
	case bidi.R, bidi.AL, bidi.AN:
		return true
	}
	return TurnsDirection(c)
}

// The characters that Isolate puts around a text.
const (
	isolateBegins = '\u2068'
	isolateEnds   = '\u2069'
)

// StripIsolates removes the characters of Isolate, for sentences outside of pages.
func StripIsolates(sentence string) string { return isolates.Replace(sentence) }

var isolates = strings.NewReplacer(string(isolateBegins), "", string(isolateEnds), "")

// FoldEmail lower-cases the non-ASCII letters of an address and composes it. SQLite compares the
// ASCII letters without case, so that ÉLISE@ and élise@ are the same.
func FoldEmail(s string) string {
	return norm.NFC.String(strings.Map(func(c rune) rune {
		if c < utf8.RuneSelf {
			return c
		}
		return unicode.ToLower(c)
	}, norm.NFC.String(s)))
}
