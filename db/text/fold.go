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

// special folds the letters that Unicode does not decompose, and the sigma at the end of a word.
var special = strings.NewReplacer(
	"ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i", "ς", "σ",
)

// SortKey folds a text for sorting and searching: lower case, without accents,
// so that Émile stands beside Emile. It returns valid UTF-8 for any bytes.
func SortKey(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return special.Replace(strings.ToLower(norm.NFC.String(strings.Map(unaccent, norm.NFKD.String(s)))))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func unaccent(c rune) rune {
	if unicode.Is(unicode.Mn, c) {
		return -1
	}
	return c
}

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
