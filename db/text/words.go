package text

import (
	"unicode"
	"unicode/utf8"
)

// Words returns the words of a text: the runs of letters and digits of its sort
// key. Chinese and Japanese put no spaces between words, and Korean none in
// names, so there each character is one.
func Words(s string) []string {
	key := SortKey(s)
	all := make([]string, 0, len(key)/4)
	start := -1 // of a word that has not ended
	for i, c := range key {
		alone := standsAlone(c)
		if inWord(c) && !alone {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			all, start = append(all, key[start:i]), -1
		}
		if alone {
			all = append(all, string(c))
		}
	}
	if start >= 0 {
		all = append(all, key[start:])
	}
	return all
}

func standsAlone(c rune) bool {
	return c >= utf8.RuneSelf && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func inWord(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
}

// maxTyped is how many characters of what somebody typed count.
const maxTyped = 200

// TypedWords returns the words of what somebody typed, as Words does for the
// texts in which they are looked for. Only the first 200 characters count.
func TypedWords(typed string) []string {
	if r := []rune(typed); len(r) > maxTyped {
		typed = string(r[:maxTyped])
	}
	return Words(typed)
}
