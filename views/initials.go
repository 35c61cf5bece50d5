package views

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"clientregistry/db"
	"clientregistry/db/text"
)

// avatar stands for a person or, with the class sqr, an organization.
type avatar struct{ Name, Class string }

func (avatar) Template() string { return "_avatar.html" }

// Hue returns its color class, 1 to 8.
func (a avatar) Hue() int { return look(a.Name)%hues + 1 }

// Deep tells whether its color is the deeper one of two.
func (a avatar) Deep() bool { return look(a.Name) >= hues }

// Initials returns its letters, see initials.
func (a avatar) Initials() string { return initials(a.Name, strings.Contains(a.Class, "sqr")) }

// Three tells whether there are three letters, which are smaller.
func (a avatar) Three() bool { return utf8.RuneCountInString(a.Initials()) > 2 }

// hues is the number of colors. Each has a lighter and a deeper tone.
const hues = 8

// look chooses one of these for a name. It depends on the whole name, so that most names with the same initials look
// different, but not on case or accents.
func look(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text.SortKey(strings.TrimSuffix(name, db.LeftMark))))
	return int(h.Sum32() >> 20 % (2 * hues))
}

// abbreviating are the scripts that abbreviate names by three letters.
var abbreviating = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic}

// initials returns the letters of an avatar. A person has the first ones of the first and the last name, or
// one character in scripts that do not abbreviate names.
func initials(name string, organization bool) string {
	words := wordsOfName(strings.TrimSuffix(name, db.LeftMark))
	switch last := len(words) - 1; {
	case last < 0:
		return "?"
	case organization:
		return organizationInitials(words)
	case last == 0 || !unicode.In(firstLetter(words[0]), abbreviating...):
		return upper(firstLetter(words[0]))
	default:
		return upper(firstLetter(words[0]), firstLetter(words[last]))
	}
}

// organizationInitials returns the first letters of the first two words and of the last one, or the first two
// letters of a single word. Fillers, see text.IsFiller, count only where there is nothing else.
func organizationInitials(words []string) string {
	var significant []string
	for i, w := range words {
		if !text.IsFiller(text.SortKey(w)) || i == 0 && utf8.RuneCountInString(w) == 1 {
			significant = append(significant, w)
		}
	}
	if significant == nil {
		significant = words
	}
	var letters []rune
	for i, w := range significant {
		letter := firstLetter(withoutArticle(w))
		switch several := unicode.In(letter, abbreviating...) || unicode.IsDigit(letter); {
		case i < 2 || several && i == 2:
			letters = append(letters, letter)
		default:
			letters[len(letters)-1] = letter
		}
	}
	if len(letters) == 1 {
		letters = nil
		for _, c := range withoutArticle(significant[0]) {
			if !unicode.IsMark(c) && len(letters) < 2 {
				letters = append(letters, c)
			}
		}
	}
	return upper(letters...)
}

// wordsOfName splits a name into words, in which dots and apostrophes do not count: S.A. is one. Japanese
// and Chinese legal forms are words of their own.
func wordsOfName(name string) []string {
	name = strings.NewReplacer(".", "", "'", "", "’", "", "״", "", "株式会社", " ", "有限会社", " ", "有限公司", " ", "주식회사", " ").Replace(name)
	return slices.DeleteFunc(strings.FieldsFunc(name, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c)
	}), func(w string) bool { return !strings.ContainsFunc(w, func(c rune) bool { return !unicode.IsMark(c) }) })
}

// withoutArticle removes the Arabic article from a word, which nearly every word of a name has.
func withoutArticle(word string) string {
	for _, article := range []string{"لل", "ال"} {
		if rest, found := strings.CutPrefix(word, article); found && utf8.RuneCountInString(rest) > 1 {
			return rest
		}
	}
	return word
}

// firstLetter returns the first character of a word that is no mark.
func firstLetter(word string) rune {
	for _, c := range word {
		if !unicode.IsMark(c) {
			return c
		}
	}
	return '?'
}

// upper joins letters in upper case. Arabic ones stand apart.
func upper(letters ...rune) string {
	var b strings.Builder
	for i, c := range letters {
		if i > 0 && unicode.Is(unicode.Arabic, c) {
			b.WriteRune('\u200c')
		}
		b.WriteRune(unicode.ToUpper(c))
	}
	return b.String()
}
