package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// The command palette: records, interactions and commands that match what was typed.

const (
	paletteRecords      = 5 // records of each kind
	paletteInteractions = 3
	paletteLogs         = 3 // commands to log an interaction
	paletteRecent       = 6
	maxRecent           = 8 // addresses read from the browser
)

// palette answers with the palette's choices for htmx, or with the search page.
func (s *Server) palette(c *gin.Context) error {
	p := views.Palette{Query: query(c, "q"), Logs: s.may(c, "POST", "/contacts/:id/interactions")}
	if !part(c) {
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

// offerFound offers the records found, the matching commands and, last, the search page. "call
// anna" offers to log a call with Anna.
func (s *Server) offerFound(c *gin.Context, p *views.Palette) error {
	channel, name := "", p.Query
	if p.Logs {
		channel, name = toLog(p.Query)
	}
	typed := text.NewTyped(name)
	found, err1 := s.db.Search(c.Request.Context(), who(c).Actor, db.SearchFilter{Typed: name, Most: paletteRecords})
	commands, err2 := s.commands(c, p.Query)
	switch logs := logChoices(found, typed, channel); {
	case !p.Logs:
	case channel == "":
		commands = append(logs, commands...)
	default:
		p.Groups = []views.PaletteGroup{{ID: "log", Heading: "Log", Choices: logs}}
	}
	if task := toRemind(p.Query); task != "" && s.may(c, http.MethodGet, "/follow-ups/new") {
		p.Groups = append([]views.PaletteGroup{{ID: "remind", Heading: "Follow-up", Choices: []views.PaletteChoice{
			commandChoice("todo", address("/follow-ups/new", url.Values{"text": {task}}),
				views.Piece{Text: "New follow-up: “" + text.IsolateForeign(task) + "”"}),
		}}}, p.Groups...)
	}
	commands = append(commands, commandChoice("search",
		address("/search", url.Values{"q": {p.Query}}), views.Piece{Text: "Search for “" + text.IsolateForeign(p.Query) + "”"}))
	p.Groups = append(p.Groups, s.foundGroups(c, found, typed)...)
	p.Nothing = len(commands) == 1 && !slices.ContainsFunc(p.Groups, func(g views.PaletteGroup) bool { return len(g.Choices) > 0 })
	p.Groups = append(p.Groups, views.PaletteGroup{ID: "commands", Heading: "Commands", Choices: commands})
	return errors.Join(err1, err2)
}

// foundGroups groups the first records found of each kind.
func (s *Server) foundGroups(c *gin.Context, found db.Hits, typed text.Typed) []views.PaletteGroup {
	return []views.PaletteGroup{
		{ID: "organizations", Heading: "Organizations", Choices: mapSlice(found.Organizations, func(o db.Organization) views.PaletteChoice {
			return recordChoice(foundRecord(o, typed))
		})},
		{ID: "contacts", Heading: "Contacts", Choices: mapSlice(found.Contacts, func(x db.Contact) views.PaletteChoice {
			return recordChoice(foundRecord(x, typed))
		})},
		{ID: "interactions", Heading: "Interactions", Choices: mapSlice(found.Interactions[:min(paletteInteractions, len(found.Interactions))],
			func(i db.Interaction) views.PaletteChoice {
				return interactionChoice(s.foundInteraction(c, i, typed))
			})},
	}
}

func recordChoice(row views.OptionRow) views.PaletteChoice {
	return views.PaletteChoice{OptionRow: row}
}

// interactionChoice says why an interaction was found if its subject does not.
func interactionChoice(f views.FoundInteraction) views.PaletteChoice {
	detail := f.Snippet
	if detail == nil {
		detail = []views.Piece{{Text: f.Sentence}}
	}
	return views.PaletteChoice{Icon: f.Channel, OptionRow: views.OptionRow{Href: f.Href, Marked: f.Subject, Detail: detail}}
}

func commandChoice(icon, href string, label ...views.Piece) views.PaletteChoice {
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

// logChoices links to the composers of a few of the active records found, those whose names match
// first. Without a channel only matching names are offered, and the channel is a call.
func logChoices(found db.Hits, typed text.Typed, channel string) []views.PaletteChoice {
	var named, others []views.PaletteChoice
	chosen := cmp.Or(channel, "call")
	add := func(row views.OptionRow) {
		label := append([]views.Piece{{Text: logWords[chosen]}}, row.Marked...)
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

// Commands that open pages.

// command is a page and its keyboard shortcut.
type command struct{ icon, label, keys, path string }

var commands = []command{
	{"plus", "New organization", "", "/organizations/new"},
	{"plus", "New contact", "", "/contacts/new"},
	{"plus", "New follow-up", "", "/follow-ups/new"},
	{"home", "Go to Home", "g h", "/"},
	{"org", "Go to Organizations", "g o", "/organizations"},
	{"people", "Go to Contacts", "g c", "/contacts"},
	{"feed", "Go to Interactions", "g i", "/interactions"},
	{"todo", "Go to Follow-ups", "g f", "/follow-ups"},
	{"users", "Go to Users", "", "/admin/users"},
	{"roles", "Go to Roles", "", "/admin/roles"},
	{"audit", "Go to Audit log", "", "/admin/audit"},
	{"hook", "Go to Webhooks", "", "/admin/webhooks"},
	{"user", "Go to My account", "", "/account"},
}

// commands returns the pages and saved views open to the visitor whose labels match what was typed.
func (s *Server) commands(c *gin.Context, typed string) (choices []views.PaletteChoice, err error) {
	marks := text.NewTyped(typed)
	add := func(x command) {
		if !beginsWords(x.label, typed) {
			return
		}
		choice := commandChoice(x.icon, x.path, markWords(x.label, marks)...)
		if who(c).User.SingleKeys {
			choice.Keys = x.keys
		}
		choices = append(choices, choice)
	}
	for _, x := range commands {
		if s.may(c, http.MethodGet, x.path) {
			add(x)
		}
	}
	saved, err := s.sidebarViews(c)
	for _, x := range saved {
		add(command{"view", x.Name, "", x.Href})
	}
	return choices, err
}

// beginsWords reports whether every typed word begins a word of the label, ignoring case and accents.
func beginsWords(label, typed string) bool {
	words := foldedWords(label)
	return !slices.ContainsFunc(foldedWords(typed), func(t string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t) })
	})
}

func foldedWords(s string) []string {
	return strings.FieldsFunc(text.SortKey(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
