package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// side is the record whose page a timeline is on, with its links.
type side struct {
	end
	links []db.Link
}

func organizationSide(o db.Organization, links []db.Link) side {
	return side{organizationEnd(o), links}
}

func contactSide(x db.Contact, links []db.Link) side { return side{contactEnd(x), links} }

// otherColumn is the form field, and the filter, that names the other end.
func (x side) otherColumn() string { return x.kind + "_id" }

// side reads the record that the URL of a timeline names.
func (s *Server) organizationSide(c *gin.Context) (side, error) {
	o, err := s.organization(c)
	if err != nil {
		return side{}, err
	}
	links, err := s.links(c, organizationEnd(o))
	return organizationSide(o, links), err
}

func (s *Server) contactSide(c *gin.Context) (side, error) {
	x, err := s.contact(c)
	if err != nil {
		return side{}, err
	}
	links, err := s.links(c, contactEnd(x))
	return contactSide(x, links), err
}

var channelLabels = map[string]string{"call": "Call", "email": "Email", "meeting": "Meeting", "note": "Note"}

// channelOptions are the channels; current is chosen, or call.
func channelOptions(current string) []views.Option {
	if channelLabels[current] == "" {
		current = "call"
	}
	var options []views.Option
	for _, channel := range db.Channels {
		options = append(options, views.Option{Value: channel, Label: channelLabels[channel], Selected: channel == current})
	}
	return options
}

// composer is the form that logs an interaction, empty.
func (s *Server) composer(c *gin.Context, x side) (*views.Composer, error) {
	outcomes, err := s.db.Outcomes(c.Request.Context(), who(c).Actor)
	label := "With"
	if !x.organization {
		label = "At"
	}
	return &views.Composer{
		Action: x.base + "/interactions", WithLabel: label, WithName: x.otherColumn(), With: withOptions(x.end, x.links, nil),
		Zone: who(c).User.TimeZone, RequestID: newRequestID(), Channels: channelOptions(""), Outcomes: outcomes, WhenShown: "Now",
	}, err
}

// composerRefused is the composer with what was typed and what is wrong with it.
func (s *Server) composerRefused(c *gin.Context, x side, refused map[string]string) (*views.Composer, error) {
	composer, err := s.composer(c, x)
	form := c.Request.PostForm
	other := form.Get(x.otherColumn())
	composer.With, composer.Channels, composer.RequestID = withOptions(x.end, x.links, &other), channelOptions(form.Get("channel")), requestID(c)
	composer.Subject, composer.Body, composer.Outcome, composer.When = form.Get("subject"), form.Get("body"), form.Get("outcome"), form.Get("happened_at")
	if composer.When != "" {
		composer.WhenShown = s.clock(c).Typed(composer.When)
	}
	composer.Errors = map[string]string{"with": refused["contact_id"] + refused["organization_id"]}
	for column, message := range refused {
		composer.Errors[column] = message
	}
	return composer, err
}

// timelineFilter reads what narrows a timeline on a record's page. Only the
// timeline's own address does: elsewhere on the record the same names say something else.
func timelineFilter(c *gin.Context, x side) db.InteractionFilter {
	var f db.InteractionFilter
	if strings.HasSuffix(c.FullPath(), "/interactions") {
		f.Channel, f.Before = query(c, "channel"), c.Query("before")
		if channelLabels[f.Channel] == "" {
			f.Channel = ""
		}
		if other := query(c, x.otherColumn()); db.ValidID(other) {
			f.OrganizationID, f.ContactID = other, other
		}
	}
	if x.organization {
		f.OrganizationID = x.id
	} else {
		f.ContactID = x.id
	}
	return f
}

// timeline is a record's interactions under the URL's filter.
func (s *Server) timeline(c *gin.Context, x side) (*views.Timeline, error) {
	v, f := who(c), timelineFilter(c, x)
	found, older, err := s.db.Interactions(c.Request.Context(), v.Actor, f)
	if err != nil {
		return nil, err
	}
	path := x.base + "/interactions"
	p := url.Values{}
	if f.Channel != "" {
		p.Set("channel", f.Channel)
	}
	other := f.ContactID
	if !x.organization {
		other = f.OrganizationID
	}
	if other != "" {
		p.Set(x.otherColumn(), other)
	}
	t := &views.Timeline{
		Base: x.base, Path: path, HasHistory: viewHistory.check(v) == nil, CanLog: v.Can(db.EditInteraction), Filtered: len(p) > 0,
		Days: s.days(c, found, &x), Chips: timelineChips(path, p, x, f.Channel, other),
	}
	t.Older = olderAddress(path, p, older, t.Days)
	return t, nil
}

func timelineChips(path string, p url.Values, x side, channel, other string) []views.Chip {
	label := "With"
	if !x.organization {
		label = "At"
	}
	var options []views.Option
	for _, l := range x.links {
		id, name, _ := x.other(l)
		options = append(options, views.Option{Value: id, Label: name})
	}
	chips := []views.Chip{chip(path, p, "Channel", "channel", channel, channelOptions("")[:])}
	if len(options) > 0 || other != "" {
		with := chip(path, p, label, x.otherColumn(), other, options)
		if with.Value == other && other != "" {
			with.Value = "one person"
			if !x.organization {
				with.Value = "one organization"
			}
		}
		chips = append(chips, with)
	}
	return chips
}

// days groups interactions by day in the user's zone. On a record's page
// what it says of itself is left out of the sentences; nil is the feed.
func (s *Server) days(c *gin.Context, found []db.Interaction, x *side) []views.Day {
	clock := s.clock(c)
	var days []views.Day
	for _, i := range found {
		label := clock.Day(i.HappenedAt)
		if len(days) == 0 || days[len(days)-1].Label != label {
			days = append(days, views.Day{Label: label})
		}
		last := &days[len(days)-1]
		last.Events = append(last.Events, s.event(c, i, x))
	}
	return days
}

var verbs = map[string]string{"call": "called", "email": "emailed", "meeting": "met", "note": "added a note"}

func (s *Server) event(c *gin.Context, i db.Interaction, x *side) views.Event {
	e := views.Event{
		ID: i.ID, Channel: i.Channel, Subject: i.Subject, Outcome: i.Outcome, Body: i.Body, By: i.UserName, Verb: verbs[i.Channel],
		Time: s.clock(c).Hour(i.HappenedAt), Version: i.Version, CanEdit: who(c).Can(db.EditInteraction),
	}
	if i.ContactID != "" {
		e.Whom = &views.Ref{Name: i.ContactName(), Href: "/contacts/" + i.ContactID}
	}
	if i.OrganizationID != "" && (x == nil || !x.organization) {
		e.At = &views.Ref{Name: i.OrganizationName, Href: "/organizations/" + i.OrganizationID}
	}
	if e.Whom == nil {
		e.Whom, e.At = e.At, nil // "called Harbor & Pine Logistics"
	}
	if e.Whom == nil && i.Channel != "note" {
		e.Verb = map[string]string{"call": "called", "email": "wrote an email", "meeting": "had a meeting"}[i.Channel]
	}
	return e
}

func (s *Server) organizationInteractions(c *gin.Context) error {
	x, err := s.organizationSide(c)
	if err != nil {
		return err
	}
	return s.timelineAnswer(c, x)
}

func (s *Server) contactInteractions(c *gin.Context) error {
	x, err := s.contactSide(c)
	if err != nil {
		return err
	}
	return s.timelineAnswer(c, x)
}

// timelineAnswer answers a timeline: to htmx alone, or only what is older; else on its page.
func (s *Server) timelineAnswer(c *gin.Context, x side) error {
	if !part(c) {
		return s.sidePage(c, http.StatusOK, x, func(*views.Record) error { return nil })
	}
	t, err := s.timeline(c, x)
	if err != nil {
		return err
	}
	if c.Query("before") != "" {
		return s.olderAnswer(c, t.Days, t.Older)
	}
	return s.show(c, http.StatusOK, t)
}

// olderAddress leads to what is older than the days shown, "" where nothing
// is. It names the last day, so that its heading does not come twice.
func olderAddress(path string, p url.Values, cursor string, days []views.Day) string {
	if cursor == "" {
		return ""
	}
	return address(path, with(with(p, "before", cursor), "day", days[len(days)-1].Label))
}

// olderAnswer adds older days to a timeline.
func (s *Server) olderAnswer(c *gin.Context, days []views.Day, older string) error {
	if len(days) > 0 && days[0].Label == c.Query("day") {
		days[0].Label = ""
	}
	return s.show(c, http.StatusOK, views.Older{Days: days, Href: older})
}

// sidePage answers a record's whole page with something changed on it.
func (s *Server) sidePage(c *gin.Context, status int, x side, change func(*views.Record) error) error {
	if x.organization {
		o, err := s.organization(c)
		if err != nil {
			return err
		}
		return s.organizationPage(c, status, o, func(p *views.Organization) error { return change(&p.Record) })
	}
	contact, err := s.contact(c)
	if err != nil {
		return err
	}
	return s.contactPage(c, status, contact, func(p *views.Contact) error { return change(&p.Record) })
}

func (s *Server) organizationInteractionCreate(c *gin.Context) error {
	x, err := s.organizationSide(c)
	if err != nil {
		return err
	}
	return s.interactionCreate(c, x)
}

func (s *Server) contactInteractionCreate(c *gin.Context) error {
	x, err := s.contactSide(c)
	if err != nil {
		return err
	}
	return s.interactionCreate(c, x)
}

func (s *Server) interactionCreate(c *gin.Context, x side) error {
	values := typed(c, "channel", "subject", "body", "outcome", "happened_at", x.otherColumn())
	if x.organization {
		values["organization_id"] = x.id
	} else {
		values["contact_id"] = x.id
	}
	i, err := s.db.LogInteraction(c.Request.Context(), who(c).Actor, values, c.Request.PostForm.Get("request_id"))
	var refused *db.Invalid
	if errors.As(err, &refused) {
		composer, err := s.composerRefused(c, x, refused.Fields)
		if err != nil {
			return err
		}
		return s.answerPart(c, http.StatusUnprocessableEntity, func() error {
			return s.sidePage(c, http.StatusUnprocessableEntity, x, func(r *views.Record) error { r.Composer = composer; return nil })
		}, composer)
	}
	if err != nil {
		return err
	}
	return s.interactionLogged(c, x, i)
}

var logged = map[string]string{"call": "Call logged", "email": "Email logged", "meeting": "Meeting logged", "note": "Note logged"}

// interactionLogged answers the composer, emptied, and the timeline with the interaction in its place.
func (s *Server) interactionLogged(c *gin.Context, x side, i db.Interaction) error {
	if !part(c) {
		if err := s.flash(c, views.Toast{Text: logged[i.Channel]}); err != nil {
			return err
		}
		return s.redirect(c, x.base)
	}
	composer, err := s.composer(c, x)
	if err != nil {
		return err
	}
	composer.Focus = true
	c.Request.URL.RawQuery = "" // the timeline comes unfiltered, or what was logged might not be on it
	t, err := s.timeline(c, x)
	if err != nil {
		return err
	}
	for d := range t.Days {
		for e := range t.Days[d].Events {
			event := &t.Days[d].Events[e]
			event.Fresh = event.ID == i.ID
		}
	}
	meta, err := s.sideMeta(c, x)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, composer, views.Into{Target: "#activity", Swap: "outerHTML", View: t},
		views.Into{Target: "#meta", Swap: "innerHTML", View: meta}, toast(logged[i.Channel], nil))
}

// sideMeta is the line under the record's name, with the last contact as it is now.
func (s *Server) sideMeta(c *gin.Context, x side) (views.View, error) {
	if x.organization {
		o, err := s.organization(c)
		return organizationMeta(s.clock(c), who(c), o), err
	}
	contact, err := s.contact(c)
	return contactMeta(s.clock(c), who(c), contact, x.links), err
}

// interactionIndex is the feed of all interactions.
func (s *Server) interactionIndex(c *gin.Context) error {
	v := who(c)
	f := db.InteractionFilter{Channel: query(c, "channel"), UserID: query(c, "user"), Before: c.Query("before")}
	p := url.Values{}
	for _, name := range []string{"channel", "user", "from", "to"} {
		if value := query(c, name); value != "" {
			p.Set(name, value)
		}
	}
	from, err1 := time.ParseInLocation(time.DateOnly, p.Get("from"), v.Zone)
	if err1 == nil {
		f.From = from
	}
	to, err2 := time.ParseInLocation(time.DateOnly, p.Get("to"), v.Zone)
	if err2 == nil {
		f.To = to.AddDate(0, 0, 1)
	}
	found, older, err := s.db.Interactions(c.Request.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	people, err := s.ownerOptions(c, "")
	if err != nil {
		return err
	}
	t := views.Timeline{
		Path: "/interactions", Filtered: len(p) > 0, Days: s.days(c, found, nil),
		Chips: []views.Chip{
			chip("/interactions", p, "Channel", "channel", f.Channel, channelOptions("")),
			chip("/interactions", p, "Who", "user", f.UserID, people[1:]),
		},
	}
	t.Older = olderAddress("/interactions", p, older, t.Days)
	if part(c) && f.Before != "" {
		return s.olderAnswer(c, t.Days, t.Older)
	}
	page := views.Interactions{Page: s.page(c, "Interactions", "Calls, emails, meetings and notes with all clients", "interactions"), Timeline: t, From: p.Get("from"), To: p.Get("to")}
	for _, name := range []string{"channel", "user"} {
		if p.Get(name) != "" {
			page.Hidden = append(page.Hidden, views.Hidden{Name: name, Value: p.Get(name)})
		}
	}
	return s.show(c, http.StatusOK, page)
}

func (s *Server) interaction(c *gin.Context) (db.Interaction, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.Interaction{}, err
	}
	return s.db.Interaction(c.Request.Context(), who(c).Actor, id)
}

func (s *Server) interactionShow(c *gin.Context) error {
	i, err := s.interaction(c)
	if err != nil {
		return err
	}
	e := s.event(c, i, shownOn(c))
	e.Focus = true
	return s.interactionAnswer(c, http.StatusOK, i, e)
}

// shownOn is the kind of page that htmx asks from, so that an event reads
// there as the ones beside it; nil says everything.
func shownOn(c *gin.Context) *side {
	if strings.HasPrefix(ownPath(c.GetHeader("HX-Current-URL"), c.Request.Host), "/organizations/") {
		return &side{end: end{organization: true}}
	}
	return nil
}

// interactionAnswer answers one interaction: its event to htmx, else its page.
func (s *Server) interactionAnswer(c *gin.Context, status int, i db.Interaction, e views.Event) error {
	return s.answerPart(c, status, func() error {
		page := views.Interaction{Page: s.page(c, i.Subject, "Interaction", "interactions"), Day: s.clock(c).Day(i.HappenedAt), Event: e}
		page.Crumb = crumb(i)
		page.Failed = status >= 400
		if viewHistory.check(who(c)) == nil {
			entries, _, err := s.db.History(c.Request.Context(), who(c).Actor, "interaction", i.ID, 0)
			if err != nil {
				return err
			}
			page.History = historyDays(s.clock(c), entries, "interaction")
		}
		return s.show(c, status, page)
	}, e)
}

// crumb leads to the record an interaction is with.
func crumb(i db.Interaction) views.Ref {
	if i.OrganizationID != "" {
		return views.Ref{Name: i.OrganizationName, Href: "/organizations/" + i.OrganizationID}
	}
	if i.ContactID != "" {
		return views.Ref{Name: i.ContactName(), Href: "/contacts/" + i.ContactID}
	}
	return views.Ref{Href: "/interactions"} // both ends are gone
}

func (s *Server) interactionEdit(c *gin.Context) error {
	i, err := s.interaction(c)
	if err != nil {
		return err
	}
	e, err := s.eventEditor(c, i, db.Fields{})
	if err != nil {
		return err
	}
	return s.interactionAnswer(c, http.StatusOK, i, e)
}

// eventEditor is an interaction in its editor: as stored, with what was typed over it.
func (s *Server) eventEditor(c *gin.Context, i db.Interaction, values db.Fields) (views.Event, error) {
	ctx, by := c.Request.Context(), who(c).Actor
	e := s.event(c, i, shownOn(c))
	value := func(column, stored string) string {
		if typed, ok := values[column]; ok {
			return typed
		}
		return stored
	}
	outcomes, err := s.db.Outcomes(ctx, by)
	if err != nil {
		return e, err
	}
	prefix := "i-" + i.ID
	e.Editor = &views.EventEditor{
		Channels: channelOptions(value("channel", i.Channel)), Body: value("body", i.Body), Zone: who(c).User.TimeZone, Cancel: crumb(i).Href,
		Subject: views.Field{ID: prefix + "-subject", Name: "subject", Label: "Subject", Max: 200, Value: value("subject", i.Subject), Autofocus: true},
		Outcome: views.Field{ID: prefix + "-outcome", Name: "outcome", Label: "Outcome", Optional: true, Max: 80, Value: value("outcome", i.Outcome), List: outcomes},
		When:    views.Field{ID: prefix + "-when", Name: "happened_at", Label: "When", Type: "datetime-local", Value: value("happened_at", s.clock(c).Input(i.HappenedAt)), Hint: "Your time zone: " + who(c).User.TimeZone},
	}
	if i.OrganizationID != "" {
		links, err := s.db.ContactsOf(ctx, by, i.OrganizationID)
		if err != nil {
			return e, err
		}
		e.Editor.With = keepChosen(withOptions(end{organization: true}, links, new(value("contact_id", i.ContactID))), i.ContactID, i.ContactName(), value("contact_id", i.ContactID))
	}
	if i.ContactID != "" {
		links, err := s.db.OrganizationsOf(ctx, by, i.ContactID)
		if err != nil {
			return e, err
		}
		e.Editor.At = keepChosen(withOptions(end{}, links, new(value("organization_id", i.OrganizationID))), i.OrganizationID, i.OrganizationName, value("organization_id", i.OrganizationID))
	}
	return e, nil
}

// keepChosen adds the end that an interaction has where the two are not linked any more.
func keepChosen(options []views.Option, id, name, current string) []views.Option {
	for _, o := range options {
		if o.Value == id {
			return options
		}
	}
	return append([]views.Option{{Value: id, Label: name, Selected: current == id}}, options...)
}

var interactionColumns = []string{"channel", "subject", "body", "outcome", "happened_at", "contact_id", "organization_id"}

func (s *Server) interactionUpdate(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	values := typed(c, interactionColumns...)
	i, err := s.db.UpdateInteraction(c.Request.Context(), who(c).Actor, id, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	if errors.As(err, &refused) || errors.As(err, &stale) {
		return s.interactionRefused(c, version, values, refused, stale)
	}
	if err != nil {
		return err
	}
	if !part(c) {
		if err := s.flash(c, views.Toast{Text: "Saved"}); err != nil {
			return err
		}
		return s.redirect(c, "/interactions/"+id)
	}
	e := s.event(c, i, shownOn(c))
	e.Focus = true
	return s.show(c, http.StatusOK, e, toast(channelLabels[i.Channel]+" saved", nil))
}

// interactionRefused shows the editor with what was typed, and what is wrong or what changed meanwhile.
func (s *Server) interactionRefused(c *gin.Context, version int, values db.Fields, refused *db.Invalid, stale *db.Conflict) error {
	i, err := s.interaction(c)
	if err != nil {
		return err
	}
	e, err := s.eventEditor(c, i, values)
	if err != nil {
		return err
	}
	if refused != nil {
		e.Version = version
		m := refused.Fields
		e.Editor.Subject.Error, e.Editor.Outcome.Error, e.Editor.When.Error, e.Editor.BodyError = m["subject"], m["outcome"], m["happened_at"], m["body"]
		e.Editor.Error, e.Editor.ContactError = m["channel"], m["contact_id"]+m["organization_id"]
		return s.interactionAnswer(c, http.StatusUnprocessableEntity, i, e)
	}
	e.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this interaction")
	e.Editor.Conflict.Differences = s.interactionDifferences(c, i, e.Editor, values)
	return s.interactionAnswer(c, http.StatusConflict, i, e)
}

// interactionDifferences are the fields in which what is stored and what was typed differ.
func (s *Server) interactionDifferences(c *gin.Context, i db.Interaction, e *views.EventEditor, values db.Fields) []views.Difference {
	all := []struct{ column, label, stored string }{
		{"channel", "Channel", i.Channel},
		{"subject", "Subject", i.Subject},
		{"body", "Details", i.Body},
		{"outcome", "Outcome", i.Outcome},
		{"happened_at", "When", s.clock(c).Input(i.HappenedAt)},
		{"contact_id", "With", i.ContactID},
		{"organization_id", "At", i.OrganizationID},
	}
	var differences []views.Difference
	for _, f := range all {
		typed, ok := values[f.column]
		typed = strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
		if !ok || typed == f.stored {
			continue
		}
		d := views.Difference{Label: f.label, Theirs: f.stored, Yours: typed}
		switch f.column {
		case "contact_id":
			d.Theirs, d.Yours = i.ContactName(), optionLabel(e.With, typed)
		case "organization_id":
			d.Theirs, d.Yours = i.OrganizationName, optionLabel(e.At, typed)
		case "channel":
			d.Theirs, d.Yours = channelLabels[f.stored], channelLabels[typed]
		case "happened_at":
			d.Theirs, d.Yours = strings.Replace(d.Theirs, "T", " ", 1), strings.Replace(d.Yours, "T", " ", 1)
		}
		differences = append(differences, d)
	}
	return differences
}

func (s *Server) interactionDelete(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	i, err := s.db.DeleteInteraction(c.Request.Context(), who(c).Actor, id, version)
	var stale *db.Conflict
	if errors.As(err, &stale) {
		if part(c) {
			c.Header("HX-Reswap", "outerHTML") // the button would take the event off the page
		}
		return s.interactionRefused(c, version, db.Fields{}, nil, stale)
	}
	if err != nil {
		return err
	}
	done, undo := channelLabels[i.Channel]+" deleted", &views.Undo{Action: "/interactions/" + id + "/restore"}
	if part(c) {
		return s.show(c, http.StatusOK, toast(done, undo))
	}
	if err := s.flash(c, views.Toast{Text: done, Undo: undo}); err != nil {
		return err
	}
	return s.redirect(c, crumb(i).Href)
}

func (s *Server) interactionRestore(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	i, err := s.db.UndeleteInteraction(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: channelLabels[i.Channel] + " is back"}); err != nil {
		return err
	}
	return s.redirect(c, crumb(i).Href)
}
