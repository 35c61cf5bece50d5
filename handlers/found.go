package handlers

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// What a search found, with the typed words marked.

// detail builds the line below a name.
type detail struct {
	typed   text.Typed
	parts   []views.TextPart
	missing map[int]bool // indexes of the typed words that nothing shown contains yet
}

// newDetail begins the line below a name that may contain some of the typed words.
func newDetail(typed text.Typed, name string) *detail {
	d := &detail{typed: typed, missing: map[int]bool{}}
	_, has := typed.Marks(name)
	for i := range has {
		d.missing[i] = true
	}
	d.seen(has)
	return d
}

func (d *detail) seen(has []bool) {
	d.typed = d.typed.Seen(has)
	for i, there := range has {
		if there {
			delete(d.missing, i)
		}
	}
}

// add appends a value if it is not empty.
func (d *detail) add(value string) {
	if value == "" {
		return
	}
	if len(d.parts) > 0 {
		d.parts = append(d.parts, views.TextPart{Text: ", "})
	}
	ranges, has := d.typed.Marks(value)
	d.parts = append(d.parts, textParts(value, ranges)...)
	d.seen(has)
}

// explain appends only those values that contain a word not shown so far: they are why the record
// was found.
func (d *detail) explain(values ...string) []views.TextPart {
	for _, value := range values {
		_, has := d.typed.Marks(value)
		for i, there := range has {
			if there && d.missing[i] {
				d.add(value)
				break
			}
		}
	}
	return d.parts
}

// markWords splits a text so that the typed words can be marked.
func markWords(s string, typed text.Typed) []views.TextPart {
	ranges, _ := typed.Marks(s)
	return textParts(s, ranges)
}

func textParts(text string, hits [][2]int) (all []views.TextPart) {
	last := 0
	for _, hit := range hits {
		if hit[0] > last {
			all = append(all, views.TextPart{Text: text[last:hit[0]]})
		}
		all = append(all, views.TextPart{Text: text[hit[0]:hit[1]], Hit: true})
		last = hit[1]
	}
	if last < len(text) {
		all = append(all, views.TextPart{Text: text[last:]})
	}
	return all
}

// foundRecord describes a record that was found, and why if that is not obvious from its name.
func foundRecord(r db.Record, typed text.Typed) views.OptionRow {
	row, _ := describeFound(r, typed)
	return row
}

// foundRecords is foundRecord for several. Contacts are also found by all their organizations and their roles there; if
// they are only similar, that is why.
func (s *Server) foundRecords(c *gin.Context, all []db.Record, typed text.Typed) ([]views.OptionRow, error) {
	rows, details := make([]views.OptionRow, len(all)), map[string]*detail{}
	var unexplained []string
	for i, r := range all {
		var d *detail
		if rows[i], d = describeFound(r, typed); r.Kind == db.ContactKind && len(d.missing) > 0 && !r.Similar {
			unexplained, details[r.ID] = append(unexplained, r.ID), d
		}
	}
	links, err := s.db.OrganizationsOfAll(c.Request.Context(), who(c).Actor, unexplained)
	for _, l := range links {
		details[l.ContactID].explain(linkInWords(l))
	}
	for i := range rows {
		if d := details[rows[i].ID]; d != nil {
			rows[i].Detail = d.parts
		}
	}
	return rows, err
}

// linkInWords names a contact's organization, except the main one, which is shown anyway, and the role there.
func linkInWords(l db.Link) string {
	words := l.OrganizationName
	switch {
	case l.RoleLabel != "" && l.IsMain():
		words = l.RoleLabel
	case l.RoleLabel != "":
		words = l.RoleLabel + " at " + words
	}
	if l.RelationshipStatus == "Former" {
		words += " (former)"
	}
	return words
}

// describeFound is foundRecord with the second line, to which more can be added, and the typed words that nothing explains yet.
func describeFound(r db.Record, typed text.Typed) (views.OptionRow, *detail) {
	k := recordKinds[r.Kind.Plural]
	d := newDetail(typed, r.Name())
	for _, value := range k.detail(r) {
		d.add(value)
	}
	var searched []string
	for _, f := range k.Fields {
		if f.Searched {
			searched = append(searched, shownValue(r, f))
		}
	}
	row := views.OptionRow{
		ID: r.ID, Href: k.base(r.ID), Name: r.Name(), Square: k == organizationRecords, Archived: !r.IsActive, Similar: r.Similar,
		Marked: markWords(r.Name(), typed), Detail: d.explain(searched...),
	}
	if k == contactRecords {
		row.Numbers = numbersOf(r)
	}
	return row, d
}

func (s *Server) foundInteraction(c *gin.Context, i db.Interaction, typed text.Typed) views.FoundInteraction {
	e := s.event(c, i, nil)
	sentence := e.By + " " + e.Verb
	if e.By == "" {
		sentence = "A former colleague " + e.Verb
	}
	if e.Whom != nil && i.Channel == "note" {
		sentence += " about"
	}
	if e.Whom != nil {
		sentence += " " + e.Whom.Name
	}
	if e.At != nil {
		sentence += " at " + e.At.Name
	}
	return views.FoundInteraction{
		Channel: i.Channel, Href: "/interactions/" + i.ID, Sentence: sentence, Subject: markWords(i.Subject, typed),
		Snippet: snippet(i, typed), Time: s.clock(c).Date(i.HappenedAt),
	}
}

// A snippet is the text around the first hit, measured in letters. Only the beginning of a long
// body is searched.
const (
	snippetBefore = 40
	snippetLength = 160
	snippetWithin = 10_000
)

// snippet returns the part of an interaction's body around the typed words. It is nil if the
// subject contains them all or the body none.
func snippet(i db.Interaction, typed text.Typed) []views.TextPart {
	d := newDetail(typed, i.Subject)
	if len(d.missing) == 0 {
		return nil
	}
	typed, body := d.typed, plainLine(i.Body)
	ranges, _ := typed.Marks(body)
	if len(ranges) == 0 {
		return nil
	}
	from := 0
	if before := []rune(body[:ranges[0][0]]); len(before) > snippetBefore {
		from = len(string(before[:len(before)-snippetBefore]))
		if space := strings.IndexByte(body[from:ranges[0][0]], ' '); space >= 0 {
			from += space + 1
		}
	}
	to := len(body)
	if rest := []rune(body[from:]); len(rest) > snippetLength {
		to = from + len(string(rest[:snippetLength]))
	}
	shown := markWords(body[from:to], typed)
	if from > 0 {
		shown = append([]views.TextPart{{Text: "… "}}, shown...)
	}
	if to < len(body) {
		shown = append(shown, views.TextPart{Text: " …"})
	}
	return shown
}

// plainLine returns the beginning of a Markdown text in one line without its markup.
func plainLine(text string) string {
	if len(text) > snippetWithin {
		text = text[:snippetWithin]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	var plain []string
	for line := range strings.Lines(text) {
		plain = append(plain, strings.Fields(lineSigns.ReplaceAllString(line, ""))...)
	}
	return withoutSigns(strings.Join(plain, " "))
}

// lineSigns matches the markup of headings, quotes and lists, but not "-5 %" or "#1".
var lineSigns = regexp.MustCompile(`^(?:\s*(?:#{1,6}|>|[-+*])\s+)+`)

// withoutSigns removes the markup of emphasis and code, except inside a word such as 2**3.
func withoutSigns(line string) string {
	var plain strings.Builder
	for rest := line; rest != ""; {
		at := strings.IndexAny(rest, "*`")
		if at < 0 {
			at = len(rest)
		}
		plain.WriteString(rest[:at])
		signs := rest[at : len(rest)-len(strings.TrimLeft(rest[at:], "*`"))]
		rest = rest[at+len(signs):]
		before, _ := utf8.DecodeLastRuneInString(plain.String())
		after, _ := utf8.DecodeRuneInString(rest)
		if inWord := isWord(before) && isWord(after); inWord || signs == "*" {
			plain.WriteString(signs)
		}
	}
	return plain.String()
}

func isWord(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }
