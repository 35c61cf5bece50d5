package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Typed is what somebody searched for, prepared for marking it in results.
type Typed struct {
	words   [][]rune
	spelled [][]rune // the same with two letters for one
	seen    []bool   // words not to be looked for inside other words
	filling []bool   // words that results need not have
	numbers []string // the digits of a phone number, the longest form first
}

// NewTyped splits what somebody typed like a search: into words and, if it is a phone number, its
// digits.
func NewTyped(typed string) Typed {
	typed = PlainAddress(typed)
	t := Typed{}
	for _, form := range NumberWords(typed, "") {
		if !strings.HasPrefix(form, fromBehind) {
			t.numbers = append(t.numbers, form)
		}
	}
	if last := len(t.numbers) - 1; last >= 0 && len(t.numbers[last]) > lastDigits {
		t.numbers = append(t.numbers, t.numbers[last][len(t.numbers[last])-lastDigits:])
	}
	words := TypedWords(typed)
	t.filling = needless(typed, words)
	for i, w := range spelled(cut(typed), words) {
		t.spelled = append(t.spelled, []rune(w))
		w = words[i]
		t.words, t.seen = append(t.words, []rune(w)), append(t.seen, utf8.RuneCountInString(w) == 1)
	}
	return t
}

// Seen returns a Typed for the texts after one in which Marks found some of the words. It marks
// those words only at the beginnings of words.
func (t Typed) Seen(has []bool) Typed {
	t.seen = slices.Clone(t.seen)
	for i := range has {
		t.seen[i] = t.seen[i] || has[i]
	}
	return t
}

// Marks returns the byte ranges of a text that match what was typed, in order. A typed word matches
// the beginnings of words or, if there are none, the insides. has tells for each typed word whether
// it was found or need not be, see TellingWords.
func (t Typed) Marks(text string) (ranges [][2]int, has []bool) {
	folded := fold(text, searchKey)
	has = make([]bool, len(t.words))
	for i, w := range t.words {
		found := occurrences(folded, w, true)
		if long := t.spelled[i]; len(found) == 0 && (!IsASCII(text) || len(long) != len(w)) {
			found = occurrences(fold(text, spelledKey), long, true)
		}
		if len(found) == 0 && !t.seen[i] {
			found = occurrences(folded, w, false)
		}
		if len(found) == 0 && !t.seen[i] {
			found = occurrences(withoutMarks(folded), w, true)
		}
		if len(found) == 0 && !t.seen[i] && len(folded) > 0 && folded[0].rune == w[0] {
			found = occurrences(onlyLetters(folded), w, true)
		}
		ranges, has[i] = append(ranges, found...), len(found) > 0 || t.filling[i]
	}
	if at, ok := t.numberIn(text); ok {
		ranges = append(ranges, at)
		for i := range has {
			has[i] = true
		}
	}
	return mergeRanges(ranges), has
}

// letter is a folded letter and the byte range that it comes from.
type letter struct {
	rune
	from, to int
}

func spelledKey(s string) string { return searchKey(twoLetters.Replace(s)) }

// fold returns the letters of a text, each folded by key.
func fold(text string, key func(string) string) []letter {
	folded := make([]letter, 0, len(text))
	for at, c := range text {
		to := at + utf8.RuneLen(c)
		if c < utf8.RuneSelf {
			folded = append(folded, letter{unicode.ToLower(c), at, to})
			continue
		}
		if c == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(text[at:])
			to = at + size
		}
		letters := key(text[at:to])
		for _, f := range letters {
			folded = append(folded, letter{f, at, to})
		}
		if letters == "" && len(folded) > 0 {
			folded[len(folded)-1].to = to // an accent belongs to the letter before it
		}
	}
	return folded
}

// withoutMarks removes punctuation inside words, see Joined.
func withoutMarks(text []letter) (all []letter) {
	for i, l := range text {
		if i == 0 || i == len(text)-1 || !strings.ContainsRune(marksInside, l.rune) || !inWord(text[i-1].rune) || !inWord(text[i+1].rune) {
			all = append(all, l)
		}
	}
	return all
}

// onlyLetters removes what is between words, see OneWord.
func onlyLetters(text []letter) []letter {
	return slices.DeleteFunc(slices.Clone(text), func(l letter) bool { return !inWord(l.rune) })
}

// occurrences returns the ranges of a word in a text: all, or only those at the beginning of a
// word.
func occurrences(text []letter, word []rune, beginning bool) (found [][2]int) {
	for i := 0; i+len(word) <= len(text); i++ {
		if beginning && i > 0 && inWord(text[i-1].rune) && !standsAlone(text[i].rune) && !standsAlone(text[i-1].rune) {
			continue
		}
		if slices.EqualFunc(text[i:i+len(word)], word, func(l letter, c rune) bool { return l.rune == c }) {
			found = append(found, [2]int{text[i].from, text[i+len(word)-1].to})
			i += len(word) - 1
		}
	}
	return found
}

// numberIn returns the range of the typed digits within a phone number, regardless of spacing and
// prefix.
func (t Typed) numberIn(text string) (at [2]int, ok bool) {
	if len(t.numbers) == 0 || strings.ContainsFunc(PlainDigits(text), notInPhone) && len(Numbers(text)) == 0 {
		return at, false
	}
	digits := Digits(text)
	for _, number := range t.numbers {
		if start := strings.Index(digits, number); start >= 0 {
			return digitsAt(text, start, start+len(number)), true
		}
	}
	return at, false
}

// digitsAt returns the byte range of the digits from index from to index to.
func digitsAt(text string, from, to int) (at [2]int) {
	n := 0
	for i, c := range text {
		if Digits(string(c)) == "" {
			continue
		}
		if n == from {
			at[0] = i
		}
		if n++; n == to {
			at[1] = i + utf8.RuneLen(c)
			return at
		}
	}
	return at
}

// mergeRanges sorts ranges and joins those that touch.
func mergeRanges(ranges [][2]int) (all [][2]int) {
	slices.SortFunc(ranges, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	for _, r := range ranges {
		if last := len(all) - 1; last >= 0 && r[0] <= all[last][1] {
			all[last][1] = max(all[last][1], r[1])
		} else {
			all = append(all, r)
		}
	}
	return all
}
