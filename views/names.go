package views

import (
	"html/template"
	"strings"

	"clientregistry/db/text"
)

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
		for i, text := range strings.Split(strings.TrimSuffix(part, isolateEnds), isolateBegins) {
			if i > 0 {
				b.WriteString("<bdi>")
				open++
			}
			b.WriteString(template.HTMLEscapeString(text))
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

// Host returns a website without scheme and www, and with its host as people read it.
func Host(website string) string {
	website = text.ReadableAddress(website)
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
