package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// askingPage returns the address of the page that the answer is for: the page itself, the one that htmx
// updates, or the one whose form was sent.
func (s *Server) askingPage(c *gin.Context) string {
	path := c.Request.URL.RequestURI()
	switch {
	case wantsFragment(c):
		path = s.ownPath(c, "HX-Current-URL")
	case c.Request.Method == http.MethodPost:
		path = c.Request.PostForm.Get("from")
		if base, composed := strings.CutSuffix(c.Request.URL.Path, "/interactions"); composed && path == "" {
			path = base // the record, with what was typed in its composer
		}
	}
	return fromPage(path)
}

// askingKind returns what kind of record that page shows: organization, contact or "".
func (s *Server) askingKind(c *gin.Context) string {
	for _, kind := range []string{"organization", "contact"} {
		if strings.HasPrefix(s.askingPage(c), "/"+kind+"s/") {
			return kind
		}
	}
	return ""
}

// followUp returns a follow-up as a row or, if place is "event", as a line of its
// interaction. It leaves out the record whose page it is on.
func (s *Server) followUp(c *gin.Context, f db.FollowUp, place string) views.FollowUp {
	v, clock := who(c), s.clock(c)
	x := views.FollowUp{
		ID: f.ID, InteractionID: f.InteractionID, Text: f.Text, Archived: wording.ArchivedOf(f.OrganizationArchived, f.ContactArchived),
		Version: f.Version, CanEdit: editInteractions.Check(v) == nil,
		From: s.askingPage(c), Place: place,
	}
	x.Due = clock.DueDay(f.DueOn)
	if f.Open() { // nothing that has ended is late
		x.Due, _, x.Late = clock.Due(f.DueOn)
	}
	x.Due = clock.DueAt(x.Due, f)
	x.Day = f.DueOn
	if x.Href = "/follow-ups/" + f.ID; f.InteractionID != "" {
		x.Href = "/interactions/" + f.InteractionID
	}
	if f.AssigneeID == v.UserID {
		x.Giver, x.New = firstName(f.Giver), f.New
		x.Opened = f.New && place == "event" && c.Request.URL.Path == "/interactions/"+f.InteractionID
	}
	x.Alone = f.InteractionID == "" && f.OrganizationID == "" && f.ContactID == ""
	whom := db.Named{ID: f.ContactID, Name: f.ContactName()}
	if whom.ID == "" && len(f.Participants) > 0 {
		whom = f.Participants[0]
	}
	if kind := s.askingKind(c); place == "row" {
		if kind != "contact" {
			x.Whom.Name = whom.Name
		}
		if kind != "organization" {
			x.At.Name = f.OrganizationName
		}
	}
	if strings.HasPrefix(x.From, "/follow-ups") { // on other pages the whole row links to the interaction
		x.Whom.Href, x.At.Href = "/contacts/"+whom.ID, "/organizations/"+f.OrganizationID
	}
	switch {
	case f.AssigneeID == "":
		x.Who = "nobody"
	case f.AssigneeID != v.UserID:
		x.Who = f.Assignee
	case place == "event" || s.askingKind(c) != "":
		x.Who = "you"
	}
	return x
}

// followUpMenu answers with what can be done with a follow-up, for its row or, as the parameter place says, its line in an
// event. The changes are based on the version that the page shows.
func (s *Server) followUpMenu(c *gin.Context) error {
	f, err := s.followUpOf(c)
	if err != nil {
		return err
	}
	x := s.followUp(c, f, query(c, "place"))
	x.Days = views.NewMoveDays(s.clock(c))
	if shown, err := strconv.Atoi(query(c, "version")); err == nil {
		x.Version = shown
	}
	return s.answerFragments(c, http.StatusOK, func() error { return s.redirect(c, "/follow-ups/"+f.ID) }, views.FollowUpMenu{FollowUp: x})
}

// followUpGroups groups follow-ups under the headings of a list.
func (s *Server) followUpGroups(c *gin.Context, found []db.FollowUp) []views.FollowUpGroup {
	var groups []views.FollowUpGroup
	for _, f := range found {
		_, label, late := s.clock(c).Due(f.DueOn)
		if len(groups) == 0 || groups[len(groups)-1].Label != label {
			groups = append(groups, views.FollowUpGroup{Label: label, Late: late})
		}
		last := &groups[len(groups)-1]
		last.Rows = append(last.Rows, s.followUp(c, f, "row"))
	}
	return groups
}

// recordFollowUps returns the card of a record's open follow-ups, nil for those who may not see
// interactions.
func (s *Server) recordFollowUps(c *gin.Context, kind, id string) (*views.FollowUpCard, error) {
	if !who(c).Can(db.ViewInteraction) {
		return nil, nil
	}
	f := db.FollowUpFilter{ContactID: id}
	if kind == "organization" {
		f = db.FollowUpFilter{OrganizationID: id}
	}
	found, _, err := s.db.FollowUps(c.Request.Context(), who(c).Actor, f)
	card := &views.FollowUpCard{Heading: "Follow-ups", Groups: s.followUpGroups(c, found)}
	if editInteractions.Check(who(c)) == nil {
		card.Add = address("/follow-ups/new", url.Values{kind + "_id": {id}, "from": {"/" + kind + "s/" + id}})
	}
	return card, err
}

// homeSize is how many of a person's own follow-ups the home page shows.
const homeSize = 12

// ownFollowUps returns the card of the visitor's follow-ups of the next seven days, and of those that are late.
func (s *Server) ownFollowUps(c *gin.Context) (*views.FollowUpCard, error) {
	v := who(c)
	found, _, err := s.db.FollowUps(c.Request.Context(), v.Actor,
		db.FollowUpFilter{Assignee: db.OneOf(v.UserID), When: "soon", Limit: homeSize})
	if editInteractions.Check(v) != nil && len(found) == 0 {
		return nil, err // who may not plan follow-ups has none
	}
	fresh, _, err2 := s.db.FollowUps(c.Request.Context(), v.Actor, db.FollowUpFilter{Assignee: db.OneOf(v.UserID), New: true, Limit: homeSize})
	found = slices.DeleteFunc(found, func(f db.FollowUp) bool { return f.New && f.Giver != "" })
	card := &views.FollowUpCard{
		Heading: "My follow-ups", Groups: s.followUpGroups(c, found), All: "/follow-ups",
		Empty: "Nothing is due in the next 7 days. Plan a follow-up when you log a call, and it appears here.",
	}
	if editInteractions.Check(v) == nil {
		card.Add = address("/follow-ups/new", url.Values{"from": {"/"}})
	}
	if len(fresh) > 0 {
		group := views.FollowUpGroup{Label: "New for you", SeenAll: true, From: s.askingPage(c)}
		for _, f := range fresh {
			group.Rows = append(group.Rows, s.followUp(c, f, "row"))
		}
		card.Groups = append([]views.FollowUpGroup{group}, card.Groups...)
	}
	return card, errors.Join(err, err2)
}

// due counts the visitor's follow-ups that are due, for the menu.
func (s *Server) due(c *gin.Context) (views.DueCount, error) {
	n, late, err := s.db.Due(c.Request.Context(), who(c).Actor)
	return views.DueCount{Shown: countShown(n), Late: late}, err
}

// newCount counts the follow-ups that are new to the visitor, for the menu.
func (s *Server) newCount(c *gin.Context) (views.NewCount, error) {
	n, err := s.db.NewFollowUps(c.Request.Context(), who(c).Actor)
	return views.NewCount{Shown: countShown(n)}, err
}

// countShown returns a count as the menu shows it, "" for none.
func countShown(n int) string {
	switch {
	case n == 0:
		return ""
	case n > db.MostDue:
		return strconv.Itoa(db.MostDue) + "+"
	}
	return strconv.Itoa(n)
}

func (s *Server) followUpIndex(c *gin.Context) error {
	l, err := s.followUpList(c, c.Request.URL.Query())
	if err != nil {
		return err
	}
	switch {
	case mustShorten(c, middleware.FollowUpParameters, l.Address):
		return s.redirect(c, l.Address)
	case !wantsFragment(c):
		return s.show(c, http.StatusOK, l)
	case c.Query("after") != "":
		if len(l.Groups) > 0 && l.Groups[0].Label == c.Query("group") {
			l.Groups[0].Label = "" // its heading stands above already
		}
		c.Header("HX-Replace-Url", l.Longer) // for Back
		return s.show(c, http.StatusOK, views.MoreFollowUps{FollowUps: l})
	}
	c.Header("HX-Push-Url", l.Address)
	return s.show(c, http.StatusOK, views.FollowUpList{FollowUps: l}, views.Into{Target: "#chips", Swap: "innerMorph", View: l.Menus})
}

// followUpTabs are the lists of follow-ups. The first is the default.
var followUpTabs = []struct{ show, label, when, heading, text string }{
	{"mine", "Mine", "", "Nothing to follow up", "Plan a follow-up when you log a call, an email or a meeting, and it appears here."},
	{"overdue", "Overdue", "overdue", "Nothing is overdue", "Follow-ups that are late appear here."},
	{"week", "This week", "week", "Nothing this week", "What is due from Monday to Sunday appears here."},
	{"given", "Given by me", "", "You have given nothing to others", "What you ask others to do appears here until it is done."},
	{"done", "Done", "", "Nothing is done yet", "What you have done appears here, the latest first."},
	{"all", "All", "", "Nothing to follow up", "What anybody plans appears here until it is done."},
}

// followUpList builds the list that the address's parameters ask for.
func (s *Server) followUpList(c *gin.Context, parameters url.Values) (views.FollowUps, error) {
	tab := followUpTabs[0]
	for _, t := range followUpTabs {
		if t.show == parameters.Get("show") {
			tab = t
		}
	}
	l := views.FollowUps{
		Page:    s.page(c, "Follow-ups", "Follow-ups that are open", "follow-ups"),
		Heading: tab.label, EmptyHeading: tab.heading, EmptyText: tab.text, First: parameters.Get("after") == "",
	}
	if tab.show == "all" && who(c).OwnOnly {
		l.EmptyText = "You see the clients that you own. What anybody plans with them appears here until it is done."
	}
	for _, t := range followUpTabs {
		l.Tabs = append(l.Tabs, views.Option{Label: t.label, Href: "/follow-ups?show=" + t.show, Selected: t.show == tab.show})
	}
	p := url.Values{"show": {tab.show}}
	f := db.FollowUpFilter{Assignee: db.OneOf(who(c).UserID), When: tab.when, After: parameters.Get("after")}
	shown := followUpsShown(parameters)
	if f.After == "" {
		f.Limit = shown
	}
	switch tab.show {
	case "mine", "done":
		f.Done = tab.show == "done"
	case "given":
		f.Assignee, f.Given = db.ValueFilter{}, true
	default:
		f.Assignee = s.assignees(c, p, parameters)
		if err := s.whoseChip(c, &l, p); err != nil {
			return l, err
		}
	}
	l.Address, l.Longer = address("/follow-ups", p), address("/follow-ups", withRows(p, shown))
	found, next, err := s.db.FollowUps(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return l, err
	}
	if l.Groups = s.followUpGroups(c, found); f.Done && len(found) > 0 {
		l.Groups = []views.FollowUpGroup{{Label: "Done"}}
		for _, f := range found {
			row := s.followUp(c, f, "row")
			row.Done = s.clock(c).Date(f.DoneAt)
			l.Groups[0].Rows = append(l.Groups[0].Rows, row)
		}
	}
	if editInteractions.Check(who(c)) == nil {
		l.New = address("/follow-ups/new", url.Values{"from": {s.askingPage(c)}})
	}
	if fresh, err := s.newCount(c); err != nil || fresh.Shown != "" && tab.show == "mine" {
		if l.SeenAll = fresh.Shown; err != nil {
			return l, err
		}
	}
	if next != "" {
		after := with(with(p, "after", next), "group", l.Groups[len(l.Groups)-1].Label)
		l.More = address("/follow-ups", with(after, "rows", strconv.Itoa(min(shown+db.PageSize, db.MostListed))))
	}
	return l, nil
}

// followUpsShown returns how many follow-ups a page shows, with those that an address adds.
func followUpsShown(given url.Values) int { return rowsWithin(given, db.PageSize, db.MostListed) }

// assignees reads whose follow-ups the list shows, and adds the parameters that had an effect to p.
func (s *Server) assignees(c *gin.Context, p, given url.Values) db.ValueFilter {
	var f db.FollowUpFilter
	for name, values := range filled(given, middleware.FollowUpParameters, middleware.SeveralOfFollowUps) {
		if s.lists(c).FollowUp(&f, name, values...) == "" {
			p[name] = values
		}
	}
	dropLoneIs(p)
	return f.Assignee
}

// whoseChip offers to narrow the list to some people's follow-ups.
func (s *Server) whoseChip(c *gin.Context, l *views.FollowUps, p url.Values) error {
	people, err := s.people(c, "follow_ups", p["who"]...)
	whose := personFilter("Who", "who").chip("/follow-ups", p, withMe(people))
	l.Menus = views.Chips{Hidden: []views.Hidden{{Name: "show", Value: p.Get("show")}}, Menus: []views.Chip{whose}}
	l.ClearHref = whose.Remove
	return err
}

// assigneeOptions lists those who may be given a follow-up, and whoever has it now.
func (s *Server) assigneeOptions(c *gin.Context, current string) ([]views.Option, error) {
	people, err1 := s.db.Assignees(c.Request.Context(), who(c).Actor)
	people, err2 := s.withPerson(c, people, current)
	return personOptions(people, current), errors.Join(err1, err2)
}

// stepPeople lists those who may be given a follow-up, and an empty choice if it is nobody's now.
func (s *Server) stepPeople(c *gin.Context, current string) ([]views.Option, error) {
	people, err := s.assigneeOptions(c, current)
	if current == "" {
		people = append([]views.Option{{Label: "Nobody", Selected: true}}, people...)
	}
	return people, err
}

// nextStep returns the form for the next step of an interaction, with what was typed and the errors by column.
func (s *Server) nextStep(c *gin.Context, interactionID string, values db.Fields, refused map[string]string) (*views.NextStep, error) {
	id := "i-" + interactionID + "-next"
	people, err := s.stepPeople(c, values["assignee_id"])
	chosen, text := typedTime(values, "due_on", "due", "due_text")
	due := dueChoice(id+"-day", "due_text", s.clock(c), chosen, text)
	due.Error = refused["due_on"]
	return &views.NextStep{
		Action: "/interactions/" + interactionID + "/follow-up",
		Text:   views.Field{ID: id, Name: "text", Label: "What", Value: values["text"], Autocomplete: "off", Error: refused["text"]},
		Due:    due, Who: views.Field{ID: id + "-who", Name: "assignee_id", Label: "For", Options: people, Error: refused["assignee_id"]},
	}, err
}
