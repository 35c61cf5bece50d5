package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"clientregistry/db/text"
)

func TestOneLetterMayDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, word string
		like        text.Likeness
	}{
		{"lind", "lindqvist", text.Begins},
		{"lindqvist", "lindqvist", text.Begins},
		{"lindqwist", "lindqvist", text.Similar},   // wrong
		{"lindqist", "lindqvist", text.Similar},    // missing
		{"linndqvist", "lindqvist", text.Similar},  // doubled
		{"lindqvits", "lindqvist", text.Similar},   // swapped
		{"indqvist", "lindqvist", text.Similar},    // the first is missing
		{"lindqvistt", "lindqvist", text.Similar},  // one more
		{"kindqvist", "lindqvist", text.Similar},   // the first is wrong
		{"ilndqvist", "lindqvist", text.Similar},   // the first two are swapped
		{"lindwv", "lindqvist", text.BeginsAlike},  // of the beginning
		{"linqdv", "lindqvist", text.BeginsAlike},  //
		{"lindv", "lindqvist", text.Unlike},        // too short for a beginning
		{"lindqvisst", "lindqvists", text.Similar}, // swapped
		{"lintqwist", "lindqvist", text.Unlike},    // two letters
		{"acne", "acme", text.Similar},             // of four letters
		{"amc", "acm", text.Unlike},                // of three
		{"acm3", "acme", text.Unlike},              // a number
		{"шевчик", "шевчук", text.Similar},         // letters of several bytes
		{"anelise", "annelise", text.Similar},      //
		{"abcabcabd", "abcabcabc", text.Similar},   // repeated
		{"aabb", "aaabb", text.Similar},            //
		{"zzzz", "", text.Unlike},                  //
		{"okafor", "okaforis", text.Begins},        //
		{"okafroi", "okaforis", text.BeginsAlike},  // a beginning with two swapped
	} {
		if got := text.Compare(c.typed, c.word); got != c.like {
			t.Errorf("%q and %q: %d, want %d", c.typed, c.word, got, c.like)
		}
	}
}

// FuzzCorrectionsAreSimilar: all that Correct makes of a word, and nothing else, is what Compare
// takes for similar to it.
func FuzzCorrectionsAreSimilar(f *testing.F) {
	for _, x := range [][2]string{
		{"acme", "acne"},
		{"okafor", "okafro"},
		{"aabb", "aaabb"},
		{"шевчук", "шевчуки"},
		{"abab", "baba"},
		{"émile", "mile"},
	} {
		f.Add(x[0], x[1])
	}
	f.Fuzz(func(t *testing.T, typed, word string) {
		words := append(text.Words(typed), "")
		others := append(text.Words(word), "")
		typed, word = words[0], others[0]
		if !text.MaySimilar(typed) {
			return
		}
		all := text.Correct(typed)
		corrected := slices.Contains(all.Words, word)
		for _, head := range all.Heads {
			at := utf8.RuneCountInString(head)
			letters := []rune(word)
			if at >= len(letters) {
				continue
			}
			if c := letters[at]; c >= all.End && (c < 0x250 || strings.ContainsFunc(typed, func(c rune) bool { return c >= 0x250 })) {
				t.Errorf("%q is not tried in %q", c, typed)
			}
			with, rest := head+string(letters[at]), strings.TrimPrefix(typed, head)
			corrected = corrected || with+rest == word || with+string([]rune(rest)[1:]) == word
		}
		switch like := text.Compare(typed, word); {
		case like == text.Similar && !corrected, corrected && like != text.Similar && like != text.Begins:
			t.Errorf("%q and %q: %d, corrected %v", typed, word, like, corrected)
		}
	})
}
