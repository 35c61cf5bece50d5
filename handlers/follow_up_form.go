package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// The form of a follow-up that stands on its own, and the page of any follow-up.

// followUpColumns are the fields of the form.
var followUpColumns = []string{"text", "due_on", "due", "due_text", "due_time", "assignee_id", "organization_id", "contact_id"}

func (s *Server) followUpNew(c *gin.Context) error {
	values := db.Fields{"due": "tomorrow", "assignee_id": who(c).UserID}
	for _, column := range followUpColumns {
		if value := query(c, column); value != "" {
			values[column] = value
		}
	}
	form, err := s.followUpForm(c, followUpEdit{values: values, from: fromPage(query(c, "from"))})
	if err != nil {
		return err
	}
	form.Text.Autofocus = true
	return s.followUpFormAnswer(c, http.StatusOK, form)
}

// followUpEdit is what a form of a follow-up shows: the values, the stored follow-up if there is
// one, and what is wrong.
type followUpEdit struct {
	stored  db.FollowUp
	values  db.Fields
	version int
	base    int    // the version that the form was made on, after a conflict
	from    string // the page to return to
	refused map[string]string
}

// followUpForm builds the form of a new follow-up, or of a stored one.
func (s *Server) followUpForm(c *gin.Context, e followUpEdit) (*views.FollowUpForm, error) {
	f := &views.FollowUpForm{
		Action: "/follow-ups", Submit: "Add follow-up", Part: wantsFragment(c) && e.stored.ID == "", From: e.from, Cancel: backTo(e.from),
	}
	if e.stored.ID == "" {
		f.Hidden = []views.Hidden{{Name: "request_id", Value: requestID(c)}, {Name: "place", Value: "row"}} // which takes the focus
		if e.values["assignee_id"] == "" {
			e.values["assignee_id"] = who(c).UserID
		}
	} else {
		f.Action, f.Submit, f.Hidden = "/follow-ups/"+e.stored.ID, "Save", []views.Hidden{{Name: "version", Value: strconv.Itoa(e.version)}}
	}
	asked := []string{"text", "organization_id", "contact_id", "assignee_id", "due_on", "due_time"}
	if e.stored.InteractionID != "" { // its clients are those of the interaction
		asked = slices.Delete(asked, 1, 3)
	}
	first := slices.IndexFunc(asked, func(column string) bool { return e.refused[column] != "" })
	focus := func(column string) bool { return first >= 0 && asked[first] == column } // on the first refused one
	field := func(column, label, kind string) views.Field {
		return views.Field{
			ID: "fu-" + column, Name: column, Label: label, Type: kind, Value: e.values[column], Error: e.refused[column], Autocomplete: "off",
			Autofocus: focus(column),
		}
	}
	f.Text, f.Time = field("text", "What is to be done", ""), field("due_time", "Time", "")
	f.Time.Optional, f.Time.Hint = true, "Like 14:00, in the time zone of the person it is for"
	chosen, text := typedTime(e.values, "due_on", "due", "due_text")
	if e.stored.DueOn != "" && text == e.stored.DueOn {
		text = dayShown(text)
	}
	f.Due = dueChoice("fu-due", "due_text", s.clock(c), chosen, text)
	f.Due.Error, f.Due.Focus = e.refused["due_on"], focus("due_on")
	people, err := s.assigneeOptions(c, e.values["assignee_id"])
	if e.values["assignee_id"] == "" {
		people = append([]views.Option{{Value: "", Label: "Nobody", Selected: true}}, people...)
	}
	f.Who = field("assignee_id", "For", "")
	f.Who.Options = people
	if err != nil || e.stored.InteractionID != "" {
		return f, err
	}
	f.Clients, err = s.followUpClients(c, c.Request.PostForm.Get("find"), e.values["organization_id"], e.values["contact_id"])
	f.Clients.Error = joined(e.refused["organization_id"], e.refused["contact_id"])
	return f, err
}

func joined(a, b string) string {
	if a != "" && b != "" && a != b {
		return a + ". " + b
	}
	if a != "" {
		return a
	}
	return b
}

// followUpClientOptions lists the clients that a form of a follow-up offers for what was typed.
func (s *Server) followUpClientOptions(c *gin.Context) error {
	clients, err := s.followUpClients(c, query(c, "find"), query(c, "organization_id"), query(c, "contact_id"))
	if err != nil {
		return err
	}
	if !wantsFragment(c) {
		return s.redirect(c, address("/follow-ups/new", url.Values{
			"organization_id": {clients.Organizations.Chosen}, "contact_id": {clients.Contacts.Chosen},
		}))
	}
	return s.show(c, http.StatusOK, clients)
}

// followUpClients offers an organization and a contact: those chosen, and those found.
func (s *Server) followUpClients(c *gin.Context, typed, organization, contact string) (views.FollowUpClients, error) {
	typed = readable(typed)
	organizations, err1 := s.picks(c, pickSearch{kind: "organization", typed: typed, chosen: organization})
	contacts, err2 := s.picks(c, pickSearch{kind: "contact", typed: typed, chosen: contact})
	organizations.Legend, contacts.Legend = "Organization", "Contact"
	clients := views.FollowUpClients{Find: typed, Organizations: organizations, Contacts: contacts}
	clients.None = typed != "" && organizations.None && contacts.None
	clients.More = organizations.More || contacts.More
	if organization == "" {
		clients.Organizations.Chosen = ""
	}
	if contact == "" {
		clients.Contacts.Chosen = ""
	}
	if organization+contact == "" { // the only match, or the only one of that name, is chosen automatically
		only := onlyMatch(slices.Concat(organizations.Options, contacts.Options), typed, clients.More)
		if slices.ContainsFunc(contacts.Options, func(o views.OptionRow) bool { return o.ID == only }) {
			clients.Contacts.Chosen = only
		} else {
			clients.Organizations.Chosen = only
		}
	}
	return clients, errors.Join(err1, err2)
}

// followUpFormAnswer answers with the form of a new follow-up: as a fragment for htmx, else as a page.
func (s *Server) followUpFormAnswer(c *gin.Context, status int, form *views.FollowUpForm) error {
	return s.answerFragments(c, status, func() error {
		form.Part = false
		page := views.FollowUpPage{Page: s.page(c, "New follow-up", "Something to be done, with a client or without", "follow-ups"), Form: form}
		page.Failed = status >= 400
		return s.show(c, status, page)
	}, form)
}

func (s *Server) followUpCreateOwn(c *gin.Context) error {
	values := typedTimes(c, followUpColumns...)
	e := followUpEdit{values: values, from: fromPage(c.Request.PostForm.Get("from"))}
	var err error
	if e.refused, err = s.clientsRefused(c, values); err != nil {
		return err
	}
	if e.refused != nil {
		return s.followUpFormRefused(c, e)
	}
	f, err := s.db.CreateFollowUp(c.Request.Context(), who(c).Actor, values, c.Request.PostForm.Get("request_id"))
	var refused *db.Invalid
	var first *db.Repeated
	switch {
	case errors.As(err, &refused):
		e.refused = refused.Fields
		return s.followUpFormRefused(c, e)
	case errors.As(err, &first):
		return s.followUpRepeated(c, e, first)
	case err != nil:
		return err
	}
	return s.followUpAnswer(c, f, "Planned: "+f.Text, views.Undo{Action: "/follow-ups/" + f.ID + "/cancel"},
		views.Into{Target: "#follow-up-form", Swap: "delete"})
}

// fromPage returns the page of ours that a form came from, "" if it names none.
func fromPage(path string) string {
	if path == "" || len(path) > 500 {
		return ""
	}
	return nextPage(path)
}

func backTo(from string) string { return cmp.Or(from, "/follow-ups") }

// clientsRefused chooses the client that was typed but not chosen, if it is clear which one is meant. Otherwise it says
// why it is refused. If the form had already shown the matches, one of them had to be chosen.
func (s *Server) clientsRefused(c *gin.Context, values db.Fields) (map[string]string, error) {
	find := readable(c.Request.PostForm.Get("find"))
	if find == "" || values["organization_id"]+values["contact_id"] != "" {
		return nil, nil
	}
	clients, err := s.followUpClients(c, find, "", "")
	if err != nil {
		return nil, err
	}
	organization, contact := clients.Organizations.Chosen, clients.Contacts.Chosen
	switch {
	case clients.None:
		return map[string]string{"organization_id": "Type another name, or clear what you typed"}, nil
	case organization+contact == "" || find == readable(c.Request.PostForm.Get("found")):
		return map[string]string{"organization_id": "Choose one of these, or clear what you typed"}, nil
	case organization != "":
		values["organization_id"] = organization
	default:
		values["contact_id"] = contact
	}
	return nil, nil
}

func (s *Server) followUpFormRefused(c *gin.Context, e followUpEdit) error {
	form, err := s.followUpForm(c, e)
	if err != nil {
		return err
	}
	return s.followUpFormAnswer(c, http.StatusUnprocessableEntity, form)
}

// followUpRepeated answers with a form that was sent before with other content.
func (s *Server) followUpRepeated(c *gin.Context, e followUpEdit, first *db.Repeated) error {
	repeat := s.repeat(c, first, "Plan another")
	form, err := s.followUpForm(c, e)
	if err != nil {
		return err
	}
	form.Repeat, form.Part = repeat, false
	f, err := s.db.FollowUp(c.Request.Context(), who(c).Actor, first.ID)
	if err == nil {
		*repeat.Made, repeat.Change = views.Ref{Name: f.Text, Href: "/follow-ups/" + f.ID}, "/follow-ups/"+f.ID
		repeat.Fields = []views.Hidden{{Name: "version", Value: strconv.Itoa(f.Version)}}
		repeat.Differences = s.followUpDifferences(c, form, f, e.values)
	} else if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return s.followUpFormAnswer(c, http.StatusConflict, form)
}

// followUpDifferences lists the fields whose stored and typed values differ.
func (s *Server) followUpDifferences(c *gin.Context, form *views.FollowUpForm, f db.FollowUp, values db.Fields) (all []views.Difference) {
	values = s.db.ReadDue(who(c).Actor, values)
	for _, x := range []struct{ column, label string }{
		{"text", "What"},
		{"due_on", "Due"},
		{"due_time", "Time"},
		{"assignee_id", "For"},
		{"organization_id", "Organization"},
		{"contact_id", "Contact"},
	} {
		theirs, _ := f.Value(x.column)
		yours, ok := values[x.column]
		if yours = strings.TrimSpace(yours); !ok || yours == theirs {
			continue
		}
		switch x.column {
		case "assignee_id":
			theirs, yours = f.Assignee, optionLabel(form.Who.Options, yours)
		case "organization_id":
			theirs, yours = f.OrganizationName, form.Clients.Organizations.Label(yours)
		case "contact_id":
			theirs, yours = f.ContactName(), form.Clients.Contacts.Label(yours)
		}
		all = append(all, views.Difference{Column: x.column, Label: x.label, Theirs: theirs, Yours: yours})
	}
	return all
}

func (s *Server) followUpOf(c *gin.Context) (db.FollowUp, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.FollowUp{}, err
	}
	return s.db.FollowUp(c.Request.Context(), who(c).Actor, id)
}

func (s *Server) followUpShow(c *gin.Context) error {
	f, err := s.followUpOf(c)
	if err != nil {
		return err
	}
	return s.followUpPage(c, http.StatusOK, f, followUpEdit{from: fromPage(query(c, "from"))}, nil)
}

// followUpPage answers with the page of one follow-up: its form for those who may change it while it
// is open. stale says who changed it since.
func (s *Server) followUpPage(c *gin.Context, status int, f db.FollowUp, e followUpEdit, stale *db.Conflict) error {
	row := s.followUp(c, f, "row")
	page := views.FollowUpPage{
		Page: s.page(c, f.Text, "Follow-up", "follow-ups"), Stored: &row, Own: f.AssigneeID == who(c).UserID && f.New,
		Organization: views.Ref{Name: f.OrganizationName, Href: "/organizations/" + f.OrganizationID},
		Contact:      views.Ref{Name: f.ContactName(), Href: "/contacts/" + f.ContactID},
	}
	page.Failed = status >= 400
	if f.InteractionID != "" {
		page.Interaction = views.Ref{Name: f.Subject, Href: "/interactions/" + f.InteractionID}
	}
	switch {
	case !f.DoneAt.IsZero():
		page.Ended, page.At = "Done", s.clock(c).Date(f.DoneAt)
	case !f.CancelledAt.IsZero():
		page.Ended, page.At = "Cancelled", s.clock(c).Date(f.CancelledAt)
	}
	if f.Open() && row.CanEdit {
		stored := db.Fields{}
		for _, column := range followUpColumns {
			stored[column], _ = f.Value(column)
			if typed, ok := e.values[column]; ok {
				stored[column] = typed
			}
		}
		if _, typed := e.values["due"]; typed && e.values["due_on"] == "" {
			delete(stored, "due_on")
		}
		values := e.values
		e.stored, e.values = f, stored
		if e.version == 0 {
			e.version = f.Version
		}
		form, err := s.followUpForm(c, e)
		if err != nil {
			return err
		}
		if stale != nil {
			form.Conflict = s.conflict(c, stale, "this follow-up", e.base, values, s.followUpDifferences(c, form, f, values))
		}
		if stale == nil && e.refused == nil {
			at := query(c, "at")
			form.Text.Autofocus, form.Who.Autofocus, form.Due.Focus = at == "text", at == "assignee_id", at == "due_on"
		}
		page.Form = form
	}
	return s.show(c, status, page)
}

func (s *Server) followUpUpdate(c *gin.Context) error {
	old, err := s.followUpOf(c)
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	values := typedTimes(c, followUpColumns...)
	values, version = decided(c, values, version)
	e := followUpEdit{values: values, version: version, from: fromPage(c.Request.PostForm.Get("from"))}
	if e.refused, err = s.clientsRefused(c, values); err != nil {
		return err
	}
	if e.refused != nil {
		return s.followUpPage(c, http.StatusUnprocessableEntity, old, e, nil)
	}
	f, err := s.db.UpdateFollowUp(c.Request.Context(), who(c).Actor, old.ID, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &refused):
		e.refused = refused.Fields
		return s.followUpPage(c, http.StatusUnprocessableEntity, old, e, nil)
	case errors.As(err, &stale) && isUndo(c):
		return s.notUndone(c, stale, backTo(e.from))
	case errors.As(err, &stale):
		if old, err = s.followUpOf(c); err != nil {
			return err
		}
		e.base, e.version, e.values = version, old.Version, withoutFields(values, stale.Untouched)
		return s.followUpPage(c, http.StatusConflict, old, e, stale)
	case err != nil:
		return err
	}
	done := "Saved: " + f.Text
	if f.AssigneeID != old.AssigneeID && f.AssigneeID != who(c).UserID {
		name, err := s.db.PersonName(c.Request.Context(), f.AssigneeID)
		if err != nil {
			return err
		}
		done = "Given to " + text.Isolate(firstName(name)) + ": " + f.Text
	}
	if isUndo(c) {
		return s.done(c, backTo(e.from), views.Toast{Text: "As it was: " + f.Text})
	}
	return s.done(c, backTo(e.from), views.Toast{Text: done, Undo: undoOf(c, "", f.Version, oldValues(db.FollowUpFields(), &old, &f))})
}

func (s *Server) followUpCancel(c *gin.Context) error {
	f, err := s.followUpChange(c, s.db.CancelFollowUp)
	if err != nil {
		return s.followUpFailed(c, err)
	}
	return s.followUpAnswer(c, f, "Cancelled: "+f.Text, views.Undo{Action: "/follow-ups/" + f.ID + "/reopen"})
}

func (s *Server) followUpSeen(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := s.db.SeeFollowUp(c.Request.Context(), who(c).Actor, id); err != nil {
		return err
	}
	f, err := s.followUpOf(c)
	if err != nil {
		return err
	}
	if !wantsFragment(c) {
		return s.redirect(c, s.returnAddress(c, f))
	}
	places, err := s.followUpPlaces(c, f, c.Request.PostForm.Get("place"))
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, append(places, views.Into{Target: "#seen", Swap: "delete"})...)
}

func (s *Server) followUpSeenAll(c *gin.Context) error {
	if err := s.db.SeeAllFollowUps(c.Request.Context(), who(c).Actor); err != nil {
		return err
	}
	return s.redirect(c, backTo(fromPage(c.Request.PostForm.Get("from"))))
}
