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
	paletteOutcomes     = 3
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
// interactions. Last is the search page. "call anna" offers to log a call with Anna, "new contact anna" to create
// Anna. If nothing matches, it offers to create it.
func (s *Server) offerFound(c *gin.Context, p *views.Palette) error {
	noun, name := toMake(p.Query)
	made, channel := s.makeOf(c, noun, name), ""
	switch {
	case made != nil:
	case p.Logs:
		channel, name = toLog(p.Query)
	default:
		name = p.Query
	}
	typed := text.NewTyped(name)
	found, err1 := s.db.Search(c.Request.Context(), who(c).Actor, db.SearchFilter{Typed: name, Most: paletteFound})
	commands, err2 := s.commands(c, p.Query)
	outcomes, err3 := s.outcomeChoices(c, p.Query)
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
	p.Groups = append(p.Groups, views.PaletteGroup{ID: "make", Heading: "Create", Choices: made},
		views.PaletteGroup{ID: "commands", Heading: "Commands", Choices: commands},
		views.PaletteGroup{ID: "log", Heading: "Log", Choices: logs})
	groups, err4 := s.foundGroups(c, found, typed)
	p.Groups = append(append(p.Groups, groups...), views.PaletteGroup{ID: "outcomes", Heading: "Outcomes", Choices: outcomes})
	nothing := !slices.ContainsFunc(p.Groups, func(g views.PaletteGroup) bool { return len(g.Choices) > 0 })
	switch {
	case nothing && who(c).OwnOnly:
		p.Nothing = "Nothing by that name among the clients that you own and what is linked to them. " +
			"Similar spellings were tried."
	case nothing:
		p.Nothing = "Nothing by that name. Similar spellings were tried."
	}
	if nothing || found.Similar() && made == nil {
		p.Groups = append(p.Groups, views.PaletteGroup{ID: "make", Heading: "Create", Choices: s.makeChoices(c, name)})
	}
	rest = append(rest, commandChoice("search", address("/search", url.Values{"q": {p.Query}}),
		views.TextPart{Text: "Search for " + quoted(p.Query)}))
	p.Groups = append(p.Groups, views.PaletteGroup{ID: "more", Heading: "More", Choices: rest})
	return errors.Join(err1, err2, err3, err4)
}

// foundGroups groups the first records found of each kind: by name, then by other fields.
func (s *Server) foundGroups(c *gin.Context, found db.Hits, typed text.Typed) ([]views.PaletteGroup, error) {
	var others []db.Record
	byName := func(all []db.Record) (named []db.Record) {
		for _, r := range all {
			if _, has := typed.Marks(r.Name()); slices.Contains(has, false) && !r.Similar {
				others = append(others, r)
			} else {
				named = append(named, r)
			}
		}
		return named[:min(paletteRecords, len(named))]
	}
	var failed error
	choices := func(all []db.Record) []views.PaletteChoice {
		rows, err := s.foundRecords(c, all, typed)
		failed = errors.Join(failed, err)
		return mapSlice(rows, recordChoice)
	}
	organizations, contacts := choices(byName(found.Organizations)), choices(byName(found.Contacts))
	slices.SortStableFunc(found.Interactions, func(a, b db.Interaction) int {
		return cmp.Compare(missingBefore(a, typed), missingBefore(b, typed))
	})
	return []views.PaletteGroup{
		{ID: "organizations", Heading: "Organizations", Choices: organizations},
		{ID: "contacts", Heading: "Contacts", Choices: contacts},
		{ID: "others", Heading: "Found by other fields", Choices: choices(others[:min(paletteOthers, len(others))])},
		{ID: "interactions", Heading: "Interactions", Choices: mapSlice(found.Interactions[:min(paletteInteractions, len(found.Interactions))],
			func(i db.Interaction) views.PaletteChoice {
				return interactionChoice(s.foundInteraction(c, i, typed))
			})},
	}, failed
}

// missingBefore returns 1 if a typed word is neither in the subject nor in the name of a client but in the body, else 0.
func missingBefore(i db.Interaction, typed text.Typed) int {
	shown := []string{i.Subject, i.OrganizationName, i.ContactName()}
	for _, p := range i.Participants {
		shown = append(shown, p.Name)
	}
	if _, has := typed.Marks(strings.Join(shown, " ")); slices.Contains(has, false) {
		return 1
	}
	return 0
}

// makeChoices offers to create what was not found.
func (s *Server) makeChoices(c *gin.Context, typed string) []views.PaletteChoice {
	noun, name := toMake(typed)
	if made := s.makeOf(c, noun, name); made != nil {
		return made
	}
	isContact := text.PhoneNumber(typed) != "" || strings.Contains(typed, "@")
	isOrganization := text.WebHost(typed) != ""
	var choices []views.PaletteChoice
	if !isOrganization {
		choices = s.makeOf(c, "contact", typed)
	}
	if !isContact {
		choices = append(choices, s.makeOf(c, "organization", typed)...)
	}
	if !isContact && !isOrganization && s.may(c, http.MethodGet, "/follow-ups/new") {
		choices = append(choices, newFollowUp(typed))
	}
	return choices
}

// makeOf offers to create a contact with a name, an email or a phone number, or an organization with a name or a web
// address, if the visitor may.
func (s *Server) makeOf(c *gin.Context, noun, typed string) []views.PaletteChoice {
	typed = text.PlainAddress(typed)
	icon, detail, fields := "user", "", db.Fields{}
	switch {
	case noun == "" || !s.may(c, http.MethodGet, "/"+noun+"s/new"):
		return nil
	case noun == "organization":
		icon, fields["display_name"] = "org", typed
		if host := text.WebHost(typed); host != "" {
			detail, fields["website"] = "With this website", host
		}
	case strings.Contains(typed, "@"):
		detail, fields["email"] = "With this email", typed
	case text.PhoneNumber(typed) != "":
		detail, fields["phone"] = "With this phone number", typed
	default:
		fields["first_name"], fields["last_name"] = splitName(typed)
		if fields["last_name"] != "" {
			detail = "First name " + text.Isolate(fields["first_name"]) + ", last name " + text.Isolate(fields["last_name"])
		}
	}
	filled := url.Values{}
	for column, value := range fields {
		filled.Set(column, value)
	}
	choice := commandChoice(icon, address("/"+noun+"s/new", filled), views.TextPart{Text: "Create " + noun + " " + quoted(typed)})
	if detail != "" {
		choice.Detail = []views.TextPart{{Text: detail}}
	}
	return []views.PaletteChoice{choice}
}

var typedNew = regexp.MustCompile(`(?i)^(?:new|create|add)\s+(?:an?\s+)?` +
	`(?:(org|organi[sz]ation|company|customer|client)|contact|person)\s+(\S.*)$`)

// toMake reads "new organization acme". For anything else noun is "".
func toMake(typed string) (noun, name string) {
	m := typedNew.FindStringSubmatch(typed)
	switch {
	case m == nil:
		return "", typed
	case m[1] != "":
		return "organization", m[2]
	}
	return "contact", m[2]
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

var (
	typedReminder = regexp.MustCompile(`(?i)^(?:remind\s+(?:me\s+)?(?:to\s+)?|` +
		`(?:new|create|add)\s+(?:a\s+)?(?:follow[\s-]?up|task|reminder)\s+)(\S.*)$`)
	typedTask = regexp.MustCompile(`(?i)^follow[\s-]?up\s+\S`)
)

// toRemind returns the task in "remind me to call anna", "new task call anna" or "follow up with anna". It returns ""
// for anything else.
func toRemind(typed string) string {
	if m := typedReminder.FindStringSubmatch(typed); m != nil {
		return m[1]
	}
	if typedTask.MatchString(typed) {
		return typed
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
