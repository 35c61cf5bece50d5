package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// The command palette: records, interactions and commands that match what was typed.

const (
	paletteFound        = 20 // records of each kind looked at, so that a name is not behind many other matches
	paletteRecords      = 5  // records of each kind shown that were found by name
	paletteOthers       = 3  // records shown that were found by other fields
	paletteInteractions = 3
	paletteLogs         = 3 // commands to log an interaction
	paletteRecent       = 6
	maxRecent           = 8 // addresses read from the browser
)

// palette answers with the palette's choices for htmx, or with the search page.
func (s *Server) palette(c *gin.Context) error {
	p := views.Palette{Query: query(c, "q"), Logs: s.may(c, "POST", "/contacts/:id/interactions")}
	if !wantsFragment(c) {
		return s.redirect(c, address("/search", url.Values{"q": {p.Query}}))
	}
	offer := s.offerFound
	if p.Query == "" {
		offer = s.offerRecent
	}
	if err := offer(c, &p); err != nil {
		return err
	}
	p.Groups = slices.DeleteFunc(p.Groups, func(g views.PaletteGroup) bool { return len(g.Choices) == 0 })
	return s.show(c, http.StatusOK, p)
}

// offerRecent offers the records opened last, then all commands.
func (s *Server) offerRecent(c *gin.Context, p *views.Palette) error {
	recent, err1 := s.recent(c)
	commands, err2 := s.commands(c, "")
	p.Groups = []views.PaletteGroup{
		{ID: "recent", Heading: "Recently opened", Choices: recent}, {ID: "commands", Heading: "Commands", Choices: commands},
	}
	return errors.Join(err1, err2)
}

// recent returns the records that the browser remembers, in its order, if they are active and
// visible to the visitor.
func (s *Server) recent(c *gin.Context) (choices []views.PaletteChoice, err error) {
	var paths, ids []string
	for _, path := range strings.Fields(query(c, "recent")) {
		if own := ownRecord(path); own != "" && len(paths) < maxRecent {
			paths, ids = append(paths, own), append(ids, own[strings.LastIndexByte(own, '/')+1:])
		}
	}
	organizations, contacts, err := s.db.Recent(c.Request.Context(), who(c).Actor, ids)
	found := map[string]views.OptionRow{}
	for _, o := range organizations {
		found["/organizations/"+o.ID] = foundRecord(o, text.Typed{})
	}
	for _, x := range contacts {
		found["/contacts/"+x.ID] = foundRecord(x, text.Typed{})
	}
	for _, path := range paths {
		if row, ok := found[path]; ok && len(choices) < paletteRecent {
			choices = append(choices, recordChoice(row))
			delete(found, path)
		}
	}
	return choices, err
}

// offerFound offers the commands that match, then the records found by name, by other fields, and
// interactions. Last is the search page. "call anna" offers to log a call with Anna. If nothing
// matches, it offers to create it.
func (s *Server) offerFound(c *gin.Context, p *views.Palette) error {
	channel, name := "", p.Query
	if p.Logs {
		channel, name = toLog(p.Query)
	}
	typed := text.NewTyped(name)
	found, err1 := s.db.Search(c.Request.Context(), who(c).Actor, db.SearchFilter{Typed: name, Most: paletteFound})
	commands, err2 := s.commands(c, p.Query)
	if task := toRemind(p.Query); task != "" && s.may(c, http.MethodGet, "/follow-ups/new") {
		p.Groups = append(p.Groups, views.PaletteGroup{ID: "remind", Heading: "Follow-up", Choices: []views.PaletteChoice{newFollowUp(task)}})
	}
	var rest, logs []views.PaletteChoice
	if p.Logs {
		logs = logChoices(found, typed, channel)
	}
	if channel == "" {
		rest, logs = logs, nil
	}
	p.Groups = append(p.Groups, views.PaletteGroup{ID: "commands", Heading: "Commands", Choices: commands},
		views.PaletteGroup{ID: "log", Heading: "Log", Choices: logs})
	p.Groups = append(p.Groups, s.foundGroups(c, found, typed)...)
	nothing := !slices.ContainsFunc(p.Groups, func(g views.PaletteGroup) bool { return len(g.Choices) > 0 })
	switch {
	case nothing && who(c).OwnOnly:
		p.Nothing = "Nothing by that name among the clients that you own and what is linked to them. " +
			"Similar spellings were tried."
	case nothing:
		p.Nothing = "Nothing by that name. Similar spellings were tried."
	}
	if nothing || found.Similar() {
		p.Groups = append(p.Groups, views.PaletteGroup{ID: "make", Heading: "Create", Choices: s.makeChoices(c, name)})
	}
	rest = append(rest, commandChoice("search", address("/search", url.Values{"q": {p.Query}}),
		views.TextPart{Text: "Search for " + quoted(p.Query)}))
	p.Groups = append(p.Groups, views.PaletteGroup{ID: "more", Heading: "More", Choices: rest})
	return errors.Join(err1, err2)
}

// foundGroups groups the first records found of each kind: by name, then by other fields.
func (s *Server) foundGroups(c *gin.Context, found db.Hits, typed text.Typed) []views.PaletteGroup {
	var others []views.PaletteChoice
	byName := func(rows []views.OptionRow) (named []views.PaletteChoice) {
		for _, row := range rows {
			if _, has := typed.Marks(row.Name); slices.Contains(has, false) && !row.Similar {
				others = append(others, recordChoice(row))
			} else {
				named = append(named, recordChoice(row))
			}
		}
		return named[:min(paletteRecords, len(named))]
	}
	organizations := byName(mapSlice(found.Organizations, func(o db.Organization) views.OptionRow { return foundRecord(o, typed) }))
	contacts := byName(mapSlice(found.Contacts, func(x db.Contact) views.OptionRow { return foundRecord(x, typed) }))
	slices.SortStableFunc(found.Interactions, func(a, b db.Interaction) int {
		return cmp.Compare(missingIn(a.Subject, typed), missingIn(b.Subject, typed))
	})
	return []views.PaletteGroup{
		{ID: "organizations", Heading: "Organizations", Choices: organizations},
		{ID: "contacts", Heading: "Contacts", Choices: contacts},
		{ID: "others", Heading: "Found by other fields", Choices: others[:min(paletteOthers, len(others))]},
		{ID: "interactions", Heading: "Interactions", Choices: mapSlice(found.Interactions[:min(paletteInteractions, len(found.Interactions))],
			func(i db.Interaction) views.PaletteChoice {
				return interactionChoice(s.foundInteraction(c, i, typed))
			})},
	}
}

// missingIn returns 1 if a typed word is not in the subject but in the body, else 0.
func missingIn(subject string, typed text.Typed) int {
	if _, has := typed.Marks(subject); slices.Contains(has, false) {
		return 1
	}
	return 0
}

// makeChoices offers to create what was not found. An email or a phone number is a contact's.
func (s *Server) makeChoices(c *gin.Context, typed string) (choices []views.PaletteChoice) {
	add := func(icon, label, path, detail string, fields db.Fields) {
		if !s.may(c, http.MethodGet, path) {
			return
		}
		filled := url.Values{}
		for column, value := range fields {
			filled.Set(column, value)
		}
		choice := commandChoice(icon, address(path, filled), views.TextPart{Text: label + " " + quoted(typed)})
		if detail != "" {
			choice.Detail = []views.TextPart{{Text: detail}}
		}
		choices = append(choices, choice)
	}
	first, last := splitName(typed)
	switch {
	case strings.Contains(typed, "@"):
		add("user", "Create contact", "/contacts/new", "With this email", db.Fields{"email": typed})
	case text.PhoneNumber(typed) != "":
		add("user", "Create contact", "/contacts/new", "With this phone number", db.Fields{"phone": typed})
	default:
		names := ""
		if last != "" {
			names = "First name " + text.Isolate(first) + ", last name " + text.Isolate(last)
		}
		add("user", "Create contact", "/contacts/new", names, db.Fields{"first_name": first, "last_name": last})
		add("org", "Create organization", "/organizations/new", "", db.Fields{"display_name": typed})
		if s.may(c, http.MethodGet, "/follow-ups/new") {
			choices = append(choices, newFollowUp(typed))
		}
	}
	return choices
}

func quoted(typed string) string { return "“" + text.IsolateForeign(typed) + "”" }

func recordChoice(row views.OptionRow) views.PaletteChoice {
	return views.PaletteChoice{OptionRow: row}
}

// interactionChoice says why an interaction was found if its subject does not.
func interactionChoice(f views.FoundInteraction) views.PaletteChoice {
	detail := f.Snippet
	if detail == nil {
		detail = []views.TextPart{{Text: f.Sentence}}
	}
	return views.PaletteChoice{Icon: f.Channel, OptionRow: views.OptionRow{Href: f.Href, Marked: f.Subject, Detail: detail}}
}

func commandChoice(icon, href string, label ...views.TextPart) views.PaletteChoice {
	return views.PaletteChoice{Icon: icon, OptionRow: views.OptionRow{Href: href, Marked: label}}
}

// Commands to log an interaction.

var (
	typedLog = regexp.MustCompile(`(?i)^(?:(log)\s+(?:an?\s+)?)?(?:(call|email|meeting|note)\s+(?:(?:with|about)\s+)?)?(\S.*)$`)
	logWords = map[string]string{
		"call": "Log a call with ", "email": "Log an email with ", "meeting": "Log a meeting with ", "note": "Log a note about ",
	}
)

// toLog reads "call anna", "log a meeting with anna" or "log anna". For anything else channel is
// "".
func toLog(typed string) (channel, name string) {
	m := typedLog.FindStringSubmatch(typed)
	switch {
	case m == nil:
		return "", typed
	case m[1] != "" && m[2] == "":
		return "call", m[3]
	}
	return strings.ToLower(m[2]), m[3]
}

var typedReminder = regexp.MustCompile(`(?i)^remind\s+(?:me\s+)?(?:to\s+)?(\S.*)$`)

// toRemind returns the task in "remind me to call anna", "" for anything else.
func toRemind(typed string) string {
	if m := typedReminder.FindStringSubmatch(typed); m != nil {
		return m[1]
	}
	return ""
}

func newFollowUp(task string) views.PaletteChoice {
	return commandChoice("todo", address("/follow-ups/new", url.Values{"text": {task}}), views.TextPart{Text: "New follow-up " + quoted(task)})
}

// logChoices links to the composers of a few of the active records found, those whose names match
// first. Without a channel only matching names are offered, and the channel is a call.
func logChoices(found db.Hits, typed text.Typed, channel string) []views.PaletteChoice {
	var named, others []views.PaletteChoice
	chosen := cmp.Or(channel, "call")
	add := func(row views.OptionRow) {
		label := append([]views.TextPart{{Text: logWords[chosen]}}, row.Marked...)
		choice := commandChoice(chosen, row.Href+"?log="+chosen+"#log-subject", label...)
		choice.Detail = row.Detail
		_, has := typed.Marks(row.Name)
		switch {
		case row.Archived:
		case !slices.Contains(has, false):
			named = append(named, choice)
		case channel != "":
			others = append(others, choice)
		}
	}
	for _, x := range found.Contacts {
		add(foundRecord(x, typed))
	}
	for _, o := range found.Organizations {
		add(foundRecord(o, typed))
	}
	all := slices.Concat(named, others)
	return all[:min(paletteLogs, len(all))]
}
