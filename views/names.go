package views

import (
	"html/template"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"clientregistry/db"
	"clientregistry/db/text"
)

// nameHash returns a number that is always the same for a name.
func nameHash(name string) uint32 {
	h := uint32(7)
	for _, c := range strings.TrimSuffix(name, db.LeftMark) {
		h = h*31 + uint32(c)
	}
	return h
}

// hue returns the avatar's colour class, 1 to 8.
func hue(name string) int { return int(nameHash(name)%8) + 1 }

// initials returns the two letters of an avatar, or one character in scripts that do not abbreviate names by
// initials. A person has those of the first and the last name. Organizations of similar names often stand
// together, so the second letter of an organization is one of those after the first word, chosen by its whole
// name.
func initials(name string, organization bool) string {
	found := strings.FieldsFunc(strings.TrimSuffix(name, db.LeftMark),
		func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) })
	if len(found) == 0 {
		return "?"
	}
	first, rest := utf8.DecodeRuneInString(found[0])
	letters := string(unicode.ToUpper(first))
	if !unicode.In(first, unicode.Latin, unicode.Greek, unicode.Cyrillic) {
		return letters
	}
	switch others := strings.Join(found[1:], ""); {
	case organization && others == "":
		return letters + letterOf(found[0][rest:], name)
	case organization:
		return letters + letterOf(others, name)
	case others == "":
		return letters
	}
	last, _ := utf8.DecodeRuneInString(found[len(found)-1])
	return letters + string(unicode.ToUpper(last))
}

// letterOf returns one of the different letters in text, chosen by a name, or "" if there are none.
func letterOf(text, name string) string {
	var letters []rune
	for _, c := range strings.ToUpper(text) {
		if !unicode.IsMark(c) && !slices.Contains(letters, c) {
			letters = append(letters, c)
		}
	}
	if len(letters) == 0 {
		return ""
	}
	return string(letters[nameHash(name)/8%uint32(len(letters))])
}

// sentence adds a full stop to a message of several sentences, but not to a single one.
func sentence(message string) template.HTML {
	if strings.Contains(message, ". ") && !strings.HasSuffix(message, ".") {
		return messageHTML(message + ".")
	}
	return messageHTML(message)
}

// The characters around people's own words in a message, see text.Isolate.
const isolateBegins, isolateEnds = "\u2068", "\u2069"

// messageHTML renders a message, with people's own words isolated from the rest.
func messageHTML(message string) template.HTML {
	var b strings.Builder
	open := 0
	for part := range strings.SplitAfterSeq(message, isolateEnds) {
		for i, piece := range strings.Split(strings.TrimSuffix(part, isolateEnds), isolateBegins) {
			if i > 0 {
				b.WriteString("<bdi>")
				open++
			}
			b.WriteString(template.HTMLEscapeString(piece))
		}
		if open > 0 && strings.HasSuffix(part, isolateEnds) {
			b.WriteString("</bdi>")
			open--
		}
	}
	return template.HTML(b.String() + strings.Repeat("</bdi>", open))
}

// dial returns what to dial for the first of some phone numbers as typed, or "".
func dial(typed []string) string {
	for _, s := range typed {
		for _, n := range text.Numbers(s) {
			return n.Dial
		}
	}
	return ""
}

// Host returns a website without scheme and www.
func Host(website string) string {
	_, rest, ok := strings.Cut(website, "://")
	if !ok {
		rest = website
	}
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}

// Domain returns only the host of a website, for lists.
func Domain(website string) string {
	h, _, _ := strings.Cut(Host(website), "/")
	return h
}
