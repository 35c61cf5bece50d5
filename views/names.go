package views

import (
	"html/template"
	"strings"
	"unicode"

	"clientregistry/db"
)

// hue returns the avatar's colour class, 1 to 8, always the same for a name.
func hue(name string) int {
	h := uint32(7)
	for _, c := range strings.TrimSuffix(name, db.LeftMark) {
		h = h*31 + uint32(c)
	}
	return int(h%8) + 1
}

// initials returns the two letters of an avatar, or one character in scripts that do not abbreviate
// names by initials.
func initials(name string) string {
	found := strings.FieldsFunc(strings.TrimSuffix(name, db.LeftMark),
		func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) })
	if len(found) == 0 {
		return "?"
	}
	first := []rune(found[0])[0]
	if !unicode.In(first, unicode.Latin, unicode.Greek, unicode.Cyrillic) || len(found) == 1 {
		return string(unicode.ToUpper(first))
	}
	return string(unicode.ToUpper(first)) + string(unicode.ToUpper([]rune(found[1])[0]))
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
