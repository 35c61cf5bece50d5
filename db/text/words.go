package text

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Words returns the folded words of a text: its runs of letters and digits. In Chinese, Japanese
// and Korean, which may have no spaces between words, each character is a word.
func Words(s string) []string {
	key := searchKey(s)
	all := make([]string, 0, len(key)/4)
	for r := range runs(key) {
		if r.word {
			all = append(all, r.text)
		}
	}
	return all
}

// run is a part of a folded text: a word, or what is between words.
type run struct {
	text  string
	word  bool
	alone bool // a word of a single character, see standsAlone
}

func runs(key string) iter.Seq[run] {
	return func(yield func(run) bool) {
		start, was := 0, false
		give := func(r run) bool { return r.text == "" || yield(r) }
		for i, c := range key {
			alone := standsAlone(c)
			word := inWord(c) && !alone
			if alone || word != was {
				if !give(run{key[start:i], was, false}) {
					return
				}
				start, was = i, word
			}
			if alone {
				if start = i + utf8.RuneLen(c); !give(run{key[i:start], true, true}) {
					return
				}
			}
		}
		give(run{key[start:], was, false})
	}
}

func standsAlone(c rune) bool {
	return c >= utf8.RuneSelf && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// StandsAlone reports whether a text begins with a character that is a word by itself, see Words.
func StandsAlone(s string) bool {
	c, _ := utf8.DecodeRuneInString(s)
	return standsAlone(c)
}

func inWord(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
}

// Joined returns words as people type them without the punctuation inside: obrien for O'Brien, ibm
// for I.B.M., att for AT&T. It leaves out numbers.
func Joined(s string) (all []string) {
	for _, w := range joinedWords(s) {
		if w.parts > 1 {
			all = append(all, w.letters)
		}
	}
	return all
}

// OneWord returns the first words of a name in one, as in a domain: brightlane for Bright Lane. It returns "" for a
// single word, and in scripts without spaces.
func OneWord(name string) (joined string) {
	words := Words(name)
	for _, w := range words {
		if len(words) < 2 || StandsAlone(w) {
			return ""
		}
		if len(joined)+len(w) > maxJoined {
			break
		}
		joined += w
	}
	return joined
}

// Spelled returns the words of a text that are also spelled with two letters for one, as people do
// on other keyboards: mueller for Müller, aasen for Åsen.
func Spelled(s string) (all []string) {
	words := Words(s)
	for i, w := range spelled(s, words) {
		if w != words[i] {
			all = append(all, w)
		}
	}
	return all
}

var twoLetters = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe", "Ä", "ae", "Ö", "oe", "Ü", "ue", "Å", "aa", "Ø", "oe",
)

// spelled returns the words of a text with two letters for one, which are as many as without.
func spelled(s string, words []string) []string {
	if IsASCII(s) {
		return words
	}
	if all := Words(twoLetters.Replace(norm.NFC.String(s))); len(all) == len(words) {
		return all
	}
	return words
}

// Spellings returns the words of a search that have another spelling with two letters for one, and what it is.
func Spellings(typed string) map[string]string {
	words, all := TypedWords(typed), map[string]string{}
	for i, w := range spelled(cut(typed), words) {
		if w != words[i] {
			all[words[i]] = w
		}
	}
	return all
}

// joinedWord is a word made from parts separated by punctuation.
type joinedWord struct {
	letters string
	parts   int
}

const (
	marksInside = "'.&-"
	maxJoined   = 40 // in bytes; longer ones are addresses, which nobody types like that
)

// joinedWords returns the words of a text, with those separated only by punctuation as one.
func joinedWords(s string) (all []joinedWord) {
	var parts []string
	end := func() {
		joined := strings.Join(parts, "")
		if len(parts) > 1 && len(joined) <= maxJoined && strings.ContainsFunc(joined, unicode.IsLetter) {
			all = append(all, joinedWord{joined, len(parts)})
		} else {
			for _, p := range parts {
				all = append(all, joinedWord{p, 1})
			}
		}
		parts = nil
	}
	inside := false // inside a word, or after a single mark that follows it
	for run := range runs(searchKey(s)) {
		switch {
		case run.alone:
			end()
			all = append(all, joinedWord{run.text, 1})
			inside = false
		case run.word:
			if !inside {
				end()
			}
			parts, inside = append(parts, run.text), true
		default:
			inside = inside && len(run.text) == 1 && strings.Contains(marksInside, run.text)
		}
	}
	end()
	return all
}

// Code returns the search words for an identifier: its words, and from each on the rest in one
// word, so that it is found without punctuation and spaces.
func Code(s string) []string {
	parts := Words(s)
	all := slices.Clone(parts)
	for i := range max(len(parts)-1, 0) {
		all = append(all, strings.Join(parts[i:], ""))
	}
	return all
}

// maxTyped is how many characters of a search are used.
const maxTyped = 200

// TypedWords returns the words of a search, split like indexed text. It uses only the first 200
// characters.
func TypedWords(typed string) []string { return Words(cut(typed)) }

// OtherWords returns alternative sets of words for a search: without the punctuation inside words,
// for an identifier, as one word, and with two letters for one.
func OtherWords(typed string) (all [][]string) {
	words, joined := TypedWords(typed), []string{}
	if long := spelled(cut(typed), words); !slices.Equal(long, words) {
		all = append(all, long)
	}
	for _, w := range joinedWords(cut(typed)) {
		joined = append(joined, w.letters)
	}
	if len(joined) < len(words) {
		all = append(all, joined)
	}
	if code := strings.Join(words, ""); len(words) > 1 && len(joined) > 1 &&
		len(code) <= maxJoined && strings.ContainsAny(code, "0123456789") {
		all = append(all, []string{code})
	}
	return all
}

func cut(typed string) string {
	if r := []rune(typed); len(r) > maxTyped {
		return string(r[:maxTyped])
	}
	return typed
}
