package text

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Likeness says how a typed word matches a word.
type Likeness int

// From the best to none.
const (
	Begins      Likeness = iota // the word begins with what was typed
	Similar                     // one letter is wrong, missing, too much or swapped with its neighbor
	BeginsAlike                 // so is the beginning of the word
	Unlike
)

// Shorter words match too many others.
const (
	shortestSimilar = 4
	shortestAlike   = 6
)

// MaySimilar reports whether a typed word is long enough to be found with a wrong letter. Numbers
// are not: one with another digit is another number.
func MaySimilar(typed string) bool {
	return utf8.RuneCountInString(typed) >= shortestSimilar && !strings.ContainsAny(typed, "0123456789")
}

// MayBeginAlike reports the same for the beginning of a word.
func MayBeginAlike(typed string) bool { return utf8.RuneCountInString(typed) >= shortestAlike }

// Compare compares a typed word with a word, both folded.
func Compare(typed, word string) Likeness {
	if strings.HasPrefix(word, typed) {
		return Begins
	}
	if !MaySimilar(typed) {
		return Unlike
	}
	t, w := []rune(typed), []rune(word)
	same := 0
	for same < min(len(t), len(w)) && t[same] == w[same] {
		same++
	}
	t, w = t[same:], w[same:]
	likeness := Unlike
	rest := func(t, w []rune) {
		switch {
		case slices.Equal(t, w):
			likeness = Similar
		case MayBeginAlike(typed) && len(t) < len(w) && slices.Equal(t, w[:len(t)]):
			likeness = min(likeness, BeginsAlike)
		}
	}
	if rest(t[1:], w); len(w) > 0 {
		rest(t[1:], w[1:])
		rest(t, w[1:])
	}
	if len(t) > 1 && len(w) > 1 && t[0] == w[1] && t[1] == w[0] {
		rest(t[2:], w[2:])
	}
	return likeness
}

// SameButOneLetter reports whether two folded texts are the same, or one is Similar to the other.
func SameButOneLetter(a, b string) bool {
	return a == b || Compare(a, b) == Similar || Compare(b, a) == Similar
}

// Corrections are the ways to correct one letter of a typed word.
type Corrections struct {
	Words []string // without a letter, or with two neighbors swapped
	Heads []string // what comes before a letter that is put in or replaced
	End   rune     // of the letters worth a try: those below it
}

// The blocks of Unicode before this letter have those of Latin scripts as folding leaves them, and digits.
const endOfLatin = 0x250

// Correct returns the ways to correct a typed word.
func Correct(typed string) (all Corrections) {
	t := []rune(typed)
	// A slip stays within its keyboard: without this most tries go to the first letters of other scripts.
	if all.End = utf8.MaxRune; !slices.ContainsFunc(t, func(c rune) bool { return c >= endOfLatin }) {
		all.End = endOfLatin
	}
	for i := range t {
		head := string(t[:i])
		all.Words = append(all.Words, head+string(t[i+1:]))
		all.Heads = append(all.Heads, head)
		if i+1 < len(t) {
			all.Words = append(all.Words, head+string(t[i+1])+string(t[i])+string(t[i+2:]))
		}
	}
	return all
}
