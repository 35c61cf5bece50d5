package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// here is the page that an answer is seen on: itself, the one from which htmx
// asks for a part, or the one whose form was sent.
func (s *Server) here(c *gin.Context) string {
	path := c.Request.URL.RequestURI()
	switch {
	case part(c):
		path = s.ownPath(c, "HX-Current-URL")
	case c.Request.Method == http.MethodPost:
		path = c.Request.PostForm.Get("from")
	}
	if path == "" || len(path) > 500 {
		return ""
	}
	return nextPage(path)
}

// kindHere is what the page is about: organization, contact, or "".
func (s *Server) kindHere(c *gin.Context) string {
	for _, kind := range []string{"organization", "contact"} {
		if strings.HasPrefix(s.here(c), "/"+kind+"s/") {
			return kind
		}
	}
	return ""
}

// followUp is an open follow-up as a row, or in the place "event" as a line of
// its interaction. What the page is about itself is left out of it.
func (s *Server) followUp(c *gin.Context, f db.FollowUp, place string) views.FollowUp {
	v, clock := who(c), s.clock(c)
	x := views.FollowUp{
		ID: f.ID, InteractionID: f.InteractionID, Text: f.Text, Archived: f.Archived,
		Version: f.Version, CanEdit: editInteractions.Check(v) == nil,
		From: s.here(c), Place: place, Days: views.NewMoveDays(clock),
	}
	x.Due, _, x.Late = clock.Due(f.DueOn)
	if kind := s.kindHere(c); place == "row" {
		if kind != "contact" {
			x.Whom.Name = f.ContactName()
		}
		if kind != "organization" {
			x.At.Name = f.OrganizationName
		}
	}
	if strings.HasPrefix(x.From, "/follow-ups") { // elsewhere the whole row leads to the interaction
		x.Whom.Href, x.At.Href = "/contacts/"+f.ContactID, "/organizations/"+f.OrganizationID
	}
	switch {
	case f.AssigneeID == "":
		x.Who = "nobody"
	case f.AssigneeID != v.UserID:
		x.Who = f.Assignee
	case place == "event" || s.kindHere(c) != "":
		x.Who = "you"
	}
	return x
}

// followUpGroups puts follow-ups under the headings of a list.
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

// recordFollowUps is the card of what is open of a record; nil without the right to see interactions.
func (s *Server) recordFollowUps(c *gin.Context, kind, id string) (*views.FollowUpCard, error) {
	if !who(c).Can(db.ViewInteraction) {
		return nil, nil
	}
	f := db.FollowUpFilter{ContactID: id}
	if kind == "organization" {
		f = db.FollowUpFilter{OrganizationID: id}
	}
	found, _, err := s.db.FollowUps(c.Request.Context(), who(c).Actor, f)
	return &views.FollowUpCard{Heading: "Follow-ups", Groups: s.followUpGroups(c, found)}, err
}

// homeSize is how many of one's own follow-ups the first page shows.
const homeSize = 12

// ownFollowUps is the card of what somebody has to do up to the end of the week.
func (s *Server) ownFollowUps(c *gin.Context) (*views.FollowUpCard, error) {
	v := who(c)
	found, _, err := s.db.FollowUps(c.Request.Context(), v.Actor, db.FollowUpFilter{AssigneeID: v.UserID, When: "soon", Limit: homeSize})
	if editInteractions.Check(v) != nil && len(found) == 0 {
		return nil, err // who plans nothing has nothing planned
	}
	return &views.FollowUpCard{
		Heading: "My follow-ups", Groups: s.followUpGroups(c, found), All: "/follow-ups",
		Empty: "Nothing is due this week. Plan a next step when you log a call, and it appears here.",
	}, err
}

// due is how many of the visitor's follow-ups wait for them, for the menu.
func (s *Server) due(c *gin.Context) (views.DueCount, error) {
	n, late, err := s.db.Due(c.Request.Context(), who(c).Actor)
	switch {
	case err != nil || n == 0:
		return views.DueCount{}, err
	case n > db.MostDue:
		return views.DueCount{Shown: strconv.Itoa(db.MostDue) + "+", Late: late}, nil
	}
	return views.DueCount{Shown: strconv.Itoa(n), Late: late}, nil
}

func (s *Server) followUpIndex(c *gin.Context) error {
	l, err := s.followUpList(c, c.Request.URL.Query())
	if err != nil {
		return err
	}
	switch {
	case !part(c):
		return s.show(c, http.StatusOK, l)
	case c.Query("after") != "":
		if len(l.Groups) > 0 && l.Groups[0].Label == c.Query("group") {
			l.Groups[0].Label = "" // its heading stands above already
		}
		return s.show(c, http.StatusOK, views.MoreFollowUps{FollowUps: l})
	}
	return s.show(c, http.StatusOK, views.FollowUpList{FollowUps: l})
}

// followUpTabs are the lists of follow-ups, the first shown where none is named.
var followUpTabs = []struct{ show, label, when, heading, text string }{
	{"mine", "Mine", "", "Nothing to follow up", "Plan a next step when you log a call, an email or a meeting, and it appears here."},
	{"overdue", "Overdue", "overdue", "Nothing is overdue", "Follow-ups that are late appear here."},
	{"week", "This week", "week", "Nothing this week", "What is due from Monday to Sunday appears here."},
	{"all", "All", "", "Nothing to follow up", "Next steps that anybody plans appear here until they are done."},
}

// followUpList is the list that the parameters of its address name.
func (s *Server) followUpList(c *gin.Context, parameters url.Values) (views.FollowUps, error) {
	tab := followUpTabs[0]
	for _, t := range followUpTabs {
		if t.show == parameters.Get("show") {
			tab = t
		}
	}
	l := views.FollowUps{
		Page:         s.page(c, "Follow-ups", "Next steps that are open", "follow-ups"),
		EmptyHeading: tab.heading, EmptyText: tab.text, First: parameters.Get("after") == "",
	}
	for _, t := range followUpTabs {
		l.Tabs = append(l.Tabs, views.Option{Label: t.label, Href: "/follow-ups?show=" + t.show, Selected: t.show == tab.show})
	}
	p := url.Values{"show": {tab.show}}
	f := db.FollowUpFilter{AssigneeID: who(c).UserID, When: tab.when, After: parameters.Get("after")}
	if tab.show != "mine" {
		f.AssigneeID = readable(parameters.Get("who"))
		if err := s.whoseChip(c, &l, p, f.AssigneeID); err != nil {
			return l, err
		}
	}
	found, next, err := s.db.FollowUps(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return l, err
	}
	l.Groups = s.followUpGroups(c, found)
	if next != "" {
		l.More = address("/follow-ups", with(with(p, "after", next), "group", l.Groups[len(l.Groups)-1].Label))
	}
	return l, nil
}

// whoseChip narrows a list to one person's, and says so in its parameters.
func (s *Server) whoseChip(c *gin.Context, l *views.FollowUps, p url.Values, person string) error {
	people, err := s.people(c, "follow_ups", person)
	if person != "" {
		p.Set("who", person)
		l.ClearHref = address("/follow-ups", with(p, "who", ""))
	}
	whose := chip("/follow-ups", p, "Who", "who", person, append(personOptions(people, ""), views.Option{Value: "none", Label: "Nobody"}))
	l.Chips = []views.Chip{whose}
	return err
}

// assigneeOptions are who may have a follow-up, and who has it now.
func (s *Server) assigneeOptions(c *gin.Context, current string) ([]views.Option, error) {
	people, err1 := s.db.Assignees(c.Request.Context(), who(c).Actor)
	people, err2 := s.withPerson(c, people, current)
	return personOptions(people, current), errors.Join(err1, err2)
}

// nextStep is the form for a next step with its values and what is wrong with
// them, by the columns of a follow-up. Names begin with the prefix, ids too.
func (s *Server) nextStep(c *gin.Context, id, prefix string, f db.FollowUp, refused map[string]string) (*views.NextStep, error) {
	people, err := s.assigneeOptions(c, f.AssigneeID)
	if f.AssigneeID == "" {
		people = append([]views.Option{{Value: "", Label: "Nobody", Selected: true}}, people...)
	}
	label := "Next step"
	if prefix == "" { // its form is called that
		label = "What"
	}
	return &views.NextStep{
		Text: views.Field{
			ID: id + "-next", Name: prefix + "text", Label: label, Value: f.Text, Autocomplete: "off", Error: refused[prefix+"text"],
		},
		Day: views.Field{
			ID: id + "-next-day", Name: prefix + "due_on", Label: "On", Type: "date", Value: f.DueOn, Error: refused[prefix+"due_on"],
		},
		Who: views.Field{
			ID: id + "-next-who", Name: prefix + "assignee_id", Label: "Who", Options: people, Error: refused[prefix+"assignee_id"],
		},
	}, err
}
