package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// timelineRecord is the record whose page shows a timeline, with its links.
type timelineRecord struct {
	linkEnd
	links  []db.Link
	newest []db.Interaction // the newest one, where the whole timeline has been read
}

// otherColumn is the name of the field and of the filter for the other end.
func (x timelineRecord) otherColumn() string { return x.otherKind + "_id" }

// timelineRecord reads the record that the URL begins with, and its links.
func (s *Server) timelineRecord(c *gin.Context) (timelineRecord, error) {
	e, err := s.linkEnd(c)
	if err != nil {
		return timelineRecord{}, err
	}
	links, err := s.links(c, e)
	return timelineRecord{linkEnd: e, links: links}, err
}

// channelOptions lists the channels. current is selected, or call if it is "".
func channelOptions(current string) []views.Option {
	if wording.Channel(current) == "" {
		current = "call"
	}
	var options []views.Option
	for _, channel := range db.Channels {
		options = append(options, views.Option{Value: channel, Label: wording.Channel(channel), Selected: channel == current})
	}
	return options
}

// timelineFilter reads a timeline's filter, and returns it with those of its parameters that have an effect.
func timelineFilter(x timelineRecord, given url.Values) (db.InteractionFilter, url.Values) {
	f := db.InteractionFilter{Before: given.Get("before"), Limit: eventsAsked(given)}
	p := filled(given, []string{"channel", "channel_is"}, middleware.SeveralOfInteractions)
	for name, values := range p {
		if (middleware.ListReader{}).Interaction(&f, name, values...) != "" {
			p.Del(name)
		}
	}
	dropLoneIs(p)
	if other := readable(given.Get(x.otherColumn())); db.ValidID(other) {
		p.Set(x.otherColumn(), other)
		f.OrganizationID, f.ContactID = other, other
	}
	if x.organization {
		f.OrganizationID = x.id
	} else {
		f.ContactID = x.id
	}
	return f, p
}

// timelineParameters returns the request's parameters if it asks for a timeline. Elsewhere on a
// record's page the same names mean something else.
func timelineParameters(c *gin.Context) url.Values {
	if strings.HasSuffix(c.FullPath(), "/interactions") {
		return c.Request.URL.Query()
	}
	return nil
}

// timeline returns a record's interactions, narrowed by the parameters. Where nothing narrows them it notes the newest one in x.
func (s *Server) timeline(c *gin.Context, x *timelineRecord, parameters url.Values) (*views.Timeline, error) {
	f, p := timelineFilter(*x, parameters)
	found, older, err := s.db.Interactions(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return nil, err
	}
	path := x.base + "/interactions"
	if len(p) == 0 && f.Before == "" {
		x.newest = found[:min(1, len(found))]
	}
	shown := &views.Timeline{
		Base: x.base, Address: x.base, Path: path, HasHistory: viewHistory.Check(who(c)) == nil, CanLog: who(c).Can(db.EditInteraction),
		Days: s.groupByDay(c, found, x), Filters: timelineChips(path, p, *x), Filtered: len(p) > 0,
	}
	if shown.Filtered {
		shown.Address = address(path, p)
	}
	shown.Older = olderAddress(path, p, older, shown.Days, eventsShown(parameters))
	return shown, nil
}

// timelineChips returns the filters of a record's timeline: by channels, and by one of the records that it is linked to.
func timelineChips(path string, p url.Values, x timelineRecord) (chips views.Chips) {
	const target = "#activity"
	channel := valueChip(path, p, "Channel", "channel", channelOptions(""))
	channel.Target, channel.Pick.None = target, nil // each interaction has a channel
	channel.Pick.Target, channel.Pick.Swap = target, "outerMorph"
	chips.Menus = []views.Chip{channel}
	label, one, name := "With", "one person", x.otherColumn()
	if !x.organization {
		label, one = "At", "one organization"
	}
	other, options := p.Get(name), linkedOptions(x.linkEnd, x.links)
	if other != "" {
		chips.Hidden = []views.Hidden{{Name: name, Value: other}}
	}
	if len(options) > 0 || other != "" {
		with := chip(path, p, label, name, other, options)
		if with.Target = target; with.Value == other && other != "" {
			with.Value = one
		}
		chips.Menus = append(chips.Menus, with)
	}
	return chips
}

// groupByDay groups interactions by day in the visitor's time zone. Their sentences leave out the record
// of the page, x; it is nil in the feed.
func (s *Server) groupByDay(c *gin.Context, found []db.Interaction, x *timelineRecord) []views.Day {
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

// peopleOf names the contact of an interaction and its further people. They are links, but for the one whose page x is.
func peopleOf(i db.Interaction, x *timelineRecord) (people []views.Ref) {
	add := func(id, name string) {
		path := "/contacts/" + id
		if x != nil && x.base == path {
			path = ""
		}
		people = append(people, views.Ref{Name: name, Href: path})
	}
	if i.ContactID != "" {
		add(i.ContactID, i.ContactName())
	}
	for _, p := range i.Participants {
		add(p.ID, p.Name)
	}
	return people
}

func (s *Server) event(c *gin.Context, i db.Interaction, x *timelineRecord) views.Event {
	e := views.Event{
		ID: i.ID, Channel: i.Channel, Subject: i.Subject, Outcome: i.Outcome, Body: i.Body, By: i.UserName, Logger: i.Logger,
		Time: s.clock(c).Hour(i.HappenedAt), Version: i.Version, CanEdit: who(c).Can(db.EditInteraction),
		Next: views.FollowUp{InteractionID: i.ID, Place: "event"},
	}
	if i.Next.ID != "" {
		e.Next = s.followUp(c, i.Next, "event")
	}
	if people := peopleOf(i, x); len(people) > 0 {
		e.Whom = &people[0]
		for n, p := range people[1:] {
			e.Others = append(e.Others, views.OtherPerson{Before: wording.Between(n+1, len(people), ""), Ref: p})
		}
	}
	if i.OrganizationID != "" && (x == nil || !x.organization) {
		e.At = &views.Ref{Name: i.OrganizationName, Href: "/organizations/" + i.OrganizationID}
	}
	if e.Whom == nil {
		e.Whom, e.At = e.At, nil // "called Harbor & Pine Logistics"
	}
	e.Verb = wording.Did(i.Channel, e.Whom != nil)
	return e
}

// timelineIndex answers with a timeline: as a page, as a fragment for htmx, or only the older
// events.
func (s *Server) timelineIndex(c *gin.Context) error {
	if !wantsFragment(c) {
		return s.recordShow(c)
	}
	x, err := s.timelineRecord(c)
	if err != nil {
		return err
	}
	t, err := s.timeline(c, &x, timelineParameters(c))
	if err != nil {
		return err
	}
	if c.Query("before") != "" {
		_, p := timelineFilter(x, c.Request.URL.Query())
		return s.olderAnswer(c, t.Days, t.Older, s.withList(c, withEvents(t.Path, p, eventsShown(c.Request.URL.Query()))))
	}
	c.Header("HX-Push-Url", s.withList(c, t.Address))
	return s.show(c, http.StatusOK, t)
}

// mostEvents is how many events a timeline shows at once. Older ones follow a cursor.
const mostEvents = 10 * db.TimelineSize

// eventsAsked returns how many events an address asks for: those before a cursor come in pages.
func eventsAsked(given url.Values) int {
	if given.Get("before") != "" {
		return db.TimelineSize
	}
	return eventsShown(given)
}

// eventsShown returns how many events a page shows, with those that an address adds.
func eventsShown(given url.Values) int { return rowsWithin(given, db.TimelineSize, mostEvents) }

// withEvents returns the address of a timeline that shows n events.
func withEvents(path string, p url.Values, n int) string {
	return address(path, with(p, "rows", strconv.Itoa(n)))
}

// olderAddress links to the events before the days shown, which are n events, or is "". It names the last day, so that
// its heading is not repeated.
func olderAddress(path string, p url.Values, cursor string, days []views.Day, n int) string {
	if cursor == "" {
		return ""
	}
	return withEvents(path, with(with(p, "before", cursor), "day", days[len(days)-1].Label), min(n+db.TimelineSize, mostEvents))
}

// olderAnswer answers with older days of a timeline. longer is the address that also shows those, for Back.
func (s *Server) olderAnswer(c *gin.Context, days []views.Day, older, longer string) error {
	c.Header("HX-Replace-Url", longer)
	if len(days) > 0 && days[0].Label == c.Query("day") {
		days[0].Label = ""
	}
	return s.show(c, http.StatusOK, views.Older{Days: days, Href: older})
}

// recordPageWith answers with the record's page, after change has adjusted it.
func (s *Server) recordPageWith(c *gin.Context, status int, change func(*views.Record) error) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	return s.recordPage(c, status, k, r, change)
}

func (s *Server) interactionCreate(c *gin.Context) error {
	x, err := s.timelineRecord(c)
	if err != nil {
		return err
	}
	if c.Request.PostForm.Has("more") {
		return s.composerOpened(c, x)
	}
	values := composerTyped(c, x.otherColumn())
	s.addDefaults(c, values)
	if x.organization {
		values["organization_id"] = x.id
	} else {
		values["contact_id"] = x.id
	}
	id, ask, err := s.otherNamed(c, x, logWith)
	if err != nil {
		return err
	}
	if ask != nil {
		id = ask.Typed // refused, together with what else is
	}
	if id != "" {
		values[x.otherColumn()] = id
	}
	if values["participant_id"], _, err = s.furtherNamed(c, x, "log", values["participant_id"]); err != nil {
		return err
	}
	if who(c).Can(db.EditClient) {
		values["link"] = "1"
	}
	i, err := s.db.LogInteraction(c.Request.Context(), who(c).Actor, values, c.Request.PostForm.Get("request_id"))
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.composerAnswer(c, x, refused.Fields)
	}
	if first := (*db.Repeated)(nil); errors.As(err, &first) {
		return s.interactionRepeated(c, x, values, first)
	}
	if err != nil {
		return err
	}
	return s.interactionLogged(c, x, i)
}

// composerAnswer answers a refused composer.
func (s *Server) composerAnswer(c *gin.Context, x timelineRecord, refused map[string]string) error {
	composer, err := s.composerRefused(c, x, refused)
	if err != nil {
		return err
	}
	return s.composerShown(c, http.StatusUnprocessableEntity, composer)
}

// composerOpened answers the composer's button for its lower fields with all fields and what was typed.
func (s *Server) composerOpened(c *gin.Context, x timelineRecord) error {
	composer, err := s.composerRefused(c, x, nil)
	if err != nil {
		return err
	}
	composer.With.Error, composer.With.First = "", false // asked about once it is logged
	composer.Present.Focus = true
	return s.composerShown(c, http.StatusOK, composer)
}

// composerShown answers with a composer as it was typed: the form to htmx, else its page.
func (s *Server) composerShown(c *gin.Context, status int, composer *views.Composer) error {
	return s.answerFragments(c, status, func() error {
		return s.recordPageWith(c, status, func(r *views.Record) error { r.Composer = composer; return nil })
	}, composer)
}

// interactionLogged answers with an empty composer and the timeline that has the new interaction.
func (s *Server) interactionLogged(c *gin.Context, x timelineRecord, i db.Interaction) error {
	if !wantsFragment(c) {
		if err := s.flash(c, views.Toast{Text: wording.Channel(i.Channel) + " logged", Undo: undoOfAdded(i, x.base)}); err != nil {
			return err
		}
		return s.redirect(c, x.base)
	}
	links, err := s.links(c, x.linkEnd)
	if err != nil {
		return err
	}
	linked := len(links) != len(x.links) // logging linked the two
	x.links = links
	t, err := s.timeline(c, &x, nil)
	if err != nil {
		return err
	}
	composer, err := s.composer(c, x)
	if err != nil {
		return err
	}
	composer.Logged = true
	p, err := s.openRecord(c)
	if err != nil {
		return err
	}
	elsewhere := p == nil || !p.timeline
	if !elsewhere {
		_, narrowed := timelineFilter(p.timelineRecord, p.filter)
		elsewhere = len(narrowed) > 0
	}
	if elsewhere {
		c.Header("HX-Replace-Url", s.withList(c, x.base)) // the current filter might hide the new interaction
	}
	all := events(t)
	for _, e := range all {
		e.Fresh = e.ID == i.ID
	}
	var shown views.View = views.Into{Target: "#activity", Swap: "outerHTML", View: t}
	if !elsewhere && len(all) > 1 && all[0].Fresh && t.HasToday() {
		shown = views.Into{Target: "#today", Swap: "afterbegin", View: *all[0]} // so that open editors and loaded events below stay
	}
	undo, says := undoOfAdded(i, x.base), wording.Channel(i.Channel)+" logged"
	undo.Target = "#toasts"
	if linked {
		name := i.OrganizationName
		if x.organization {
			name = i.ContactName()
		}
		says += ", and " + text.Isolate(name) + " linked"
	}
	around, err := s.interactionUpdates(c, &openRecord{timelineRecord: x})
	if err != nil {
		return err
	}
	if linked {
		around = append(around, linksInPlace(c, x))
	}
	return s.show(c, http.StatusOK, append([]views.View{composer, shown, toast(says, undo)}, around...)...)
}

// focusEvent gives the focus to one interaction of a timeline.
func focusEvent(t *views.Timeline, id string) {
	for _, e := range events(t) {
		e.Focus = e.ID == id
	}
}

// events returns pointers to a timeline's events, so that they can be changed.
func events(t *views.Timeline) []*views.Event {
	var all []*views.Event
	for d := range t.Days {
		for e := range t.Days[d].Events {
			all = append(all, &t.Days[d].Events[e])
		}
	}
	return all
}
