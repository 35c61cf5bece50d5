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
	channel, name := "", p.Query
	noun, newName := parseCreate(p.Query)
	created := s.createChoice(c, noun, newName)
	if created != nil {
		name = newName
	} else if p.Logs {
		channel, name = parseLog(p.Query)
	}
	typed := text.NewTyped(name)
	found, err1 := s.db.Search(c.Request.Context(), who(c).Actor, db.SearchFilter{Typed: name, Most: paletteFound})
	commands, err2 := s.commands(c, p.Query)
	outcomes, err3 := s.outcomeChoices(c, p.Query)
	records, err4 := s.foundGroups(c, found, typed)
	var logs, more []views.PaletteChoice
	if channel != "" {
		logs = logChoices(found, typed, channel)
	} else if p.Logs {
		more = logChoices(found, typed, "")
	}
	p.Groups = slices.Concat([]views.PaletteGroup{
		{ID: "remind", Heading: "Follow-up", Choices: s.reminderChoice(c, p.Query)},
		{ID: "make", Heading: "Create", Choices: created},
		{ID: "commands", Heading: "Commands", Choices: commands},
		{ID: "log", Heading: "Log", Choices: logs},
	}, records, []views.PaletteGroup{{ID: "outcomes", Heading: "Outcomes", Choices: outcomes}})
	nothing := !slices.ContainsFunc(p.Groups, func(g views.PaletteGroup) bool { return len(g.Choices) > 0 })
	if nothing {
		p.Nothing = nothingFound(who(c).OwnOnly)
	}
	if nothing || found.Similar() && created == nil {
		p.Groups = append(p.Groups, views.PaletteGroup{ID: "make", Heading: "Create", Choices: s.createChoices(c, name)})
	}
	more = append(more, commandChoice("search", address("/search", url.Values{"q": {p.Query}}),
		views.TextPart{Text: "Search for " + quoted(p.Query)}))
	p.Groups = append(p.Groups, views.PaletteGroup{ID: "more", Heading: "More", Choices: more})
	return errors.Join(err1, err2, err3, err4)
}

// nothingFound says that nothing was found, and where, if the visitor sees only their own clients.
func nothingFound(ownOnly bool) string {
	if ownOnly {
		return "Nothing by that name among the clients that you own and what is linked to them. Similar spellings were tried."
	}
	return "Nothing by that name. Similar spellings were tried."
}

// foundGroups groups the first records found of each kind: by name, then by other fields.
func (s *Server) foundGroups(c *gin.Context, found db.Hits, typed text.Typed) ([]views.PaletteGroup, error) {
	namedOrganizations, otherOrganizations := splitByName(found.Organizations, typed)
	namedContacts, otherContacts := splitByName(found.Contacts, typed)
	organizations, err1 := s.recordChoices(c, namedOrganizations, paletteRecords, typed)
	contacts, err2 := s.recordChoices(c, namedContacts, paletteRecords, typed)
	others, err3 := s.recordChoices(c, slices.Concat(otherOrganizations, otherContacts), paletteOthers, typed)
	return []views.PaletteGroup{
		{ID: "organizations", Heading: "Organizations", Choices: organizations},
		{ID: "contacts", Heading: "Contacts", Choices: contacts},
		{ID: "others", Heading: "Found by other fields", Choices: others},
		{ID: "interactions", Heading: "Interactions", Choices: s.interactionChoices(c, found.Interactions, typed)},
	}, errors.Join(err1, err2, err3)
}

// splitByName returns the records whose names have all typed words or are similar, and those found by other fields.
func splitByName(all []db.Record, typed text.Typed) (named, others []db.Record) {
	for _, r := range all {
		if _, has := typed.Marks(r.Name()); slices.Contains(has, false) && !r.Similar {
			others = append(others, r)
		} else {
			named = append(named, r)
		}
	}
	return named, others
}

// recordChoices links to the first records of those found, at most so many.
func (s *Server) recordChoices(c *gin.Context, found []db.Record, most int, typed text.Typed) ([]views.PaletteChoice, error) {
	rows, err := s.foundRecords(c, found[:min(most, len(found))], typed)
	return mapSlice(rows, recordChoice), err
}

// interactionChoices links to a few of the interactions found. Those found only by their bodies are last.
func (s *Server) interactionChoices(c *gin.Context, found []db.Interaction, typed text.Typed) (choices []views.PaletteChoice) {
	sorted := slices.SortedStableFunc(slices.Values(found), func(a, b db.Interaction) int {
		return cmp.Compare(missingBefore(a, typed), missingBefore(b, typed))
	})
	for _, i := range sorted[:min(paletteInteractions, len(sorted))] {
		choices = append(choices, interactionChoice(s.foundInteraction(c, i, typed)))
	}
	return choices
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

// createChoices offers to create what was not found.
func (s *Server) createChoices(c *gin.Context, typed string) []views.PaletteChoice {
	noun, name := parseCreate(typed)
	if created := s.createChoice(c, noun, name); created != nil {
		return created
	}
	isContact := text.PhoneNumber(typed) != "" || strings.Contains(typed, "@")
	isOrganization := text.WebHost(typed) != ""
	var choices []views.PaletteChoice
	if !isOrganization {
		choices = s.createChoice(c, "contact", typed)
	}
	if !isContact {
		choices = append(choices, s.createChoice(c, "organization", typed)...)
	}
	if !isContact && !isOrganization && s.may(c, http.MethodGet, "/follow-ups/new") {
		choices = append(choices, newFollowUp(typed))
	}
	return choices
}

// createChoice offers to create a contact with a name, an email or a phone number, or an organization with a name or a web
// address, if the visitor may.
func (s *Server) createChoice(c *gin.Context, noun, typed string) []views.PaletteChoice {
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

// parseCreate reads "new organization acme". For anything else noun is "".
func parseCreate(typed string) (noun, name string) {
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

// parseLog reads "call anna", "log a meeting with anna" or "log anna". For anything else channel is
// "".
func parseLog(typed string) (channel, name string) {
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

// parseReminder returns the task in "remind me to call anna", "new task call anna" or "follow up with anna". It returns ""
// for anything else.
func parseReminder(typed string) string {
	if m := typedReminder.FindStringSubmatch(typed); m != nil {
		return m[1]
	}
	if typedTask.MatchString(typed) {
		return typed
	}
	return ""
}

// reminderChoice offers the follow-up that was typed, if the visitor may plan one.
func (s *Server) reminderChoice(c *gin.Context, typed string) []views.PaletteChoice {
	task := parseReminder(typed)
	if task == "" || !s.may(c, http.MethodGet, "/follow-ups/new") {
		return nil
	}
	return []views.PaletteChoice{newFollowUp(task)}
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
