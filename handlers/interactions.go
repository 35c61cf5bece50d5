package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

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
	e := s.event(c, i, s.shownOn(c))
	e.Focus = part(c)
	return s.interactionAnswer(c, http.StatusOK, i, e)
}

// shownOn returns the record whose page htmx updates, so that an event there is worded like its
// neighbours. nil stands for any other page.
func (s *Server) shownOn(c *gin.Context) *side {
	if strings.HasPrefix(s.ownPath(c, "HX-Current-URL"), "/organizations/") {
		return &side{end: end{organization: true}}
	}
	return nil
}

// interactionAnswer answers with one interaction: as an event for htmx, else as a page.
func (s *Server) interactionAnswer(c *gin.Context, status int, i db.Interaction, e views.Event) error {
	return s.answerPart(c, status, func() error {
		if i.Next.ID != "" || e.Editor != nil || !e.CanEdit {
			return s.interactionPage(c, status, i, e, nil)
		}
		next, err := s.nextStep(c, "i-"+i.ID, "", db.FollowUp{AssigneeID: who(c).UserID}, nil)
		if err != nil {
			return err
		}
		next.Action = "/interactions/" + i.ID + "/follow-up"
		return s.interactionPage(c, status, i, e, next)
	}, e)
}

// interactionPage answers with the page of one interaction, and with the form for a next step if
// one is given.
func (s *Server) interactionPage(c *gin.Context, status int, i db.Interaction, e views.Event, next *views.NextStep) error {
	page := views.Interaction{
		Page: s.page(c, i.Subject, "Interaction", "interactions"), Day: s.clock(c).Day(i.HappenedAt), Event: e, Next: next,
	}
	page.Crumb = crumb(i)
	page.Failed = status >= 400
	if viewHistory.Check(who(c)) == nil {
		entries, _, err := s.db.History(c.Request.Context(), who(c).Actor, "interaction", i.ID, db.HistoryPage{})
		if err != nil {
			return err
		}
		page.History = historyDays(s.clock(c), entries, "interaction", "/interactions/"+i.ID)
	}
	return s.show(c, status, page)
}

// crumb links to the record that the interaction belongs to.
func crumb(i db.Interaction) views.Ref {
	if i.OrganizationID != "" {
		return views.Ref{Name: i.OrganizationName, Href: "/organizations/" + i.OrganizationID}
	}
	if people := peopleOf(i); len(people) > 0 {
		return people[0]
	}
	return views.Ref{Href: "/interactions"} // both records were deleted
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

// eventEditor returns the editor of an interaction: its stored values, overridden by those typed.
func (s *Server) eventEditor(c *gin.Context, i db.Interaction, values db.Fields) (views.Event, error) {
	ctx, by := c.Request.Context(), who(c).Actor
	e := s.event(c, i, s.shownOn(c))
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
	prefix, clock := "i-"+i.ID, s.formClock(c)
	e.Editor = &views.EventEditor{
		Channels: channelOptions(value("channel", i.Channel)), Body: value("body", i.Body), Zone: clock.Zone.String(), Cancel: crumb(i).Href,
		Subject: views.Field{ID: prefix + "-subject", Name: "subject", Label: "Subject", Value: value("subject", i.Subject), Autofocus: true},
		Outcome: views.Field{
			ID: prefix + "-outcome", Name: "outcome", Label: "Outcome", Optional: true, Value: value("outcome", i.Outcome), List: outcomes,
		},
		When: views.Field{
			ID: prefix + "-when", Name: "happened_at", Label: "When", Type: "datetime-local",
			Value: value("happened_at", clock.Input(i.HappenedAt)), Hint: zoneHint(clock, s.clock(c)),
		},
	}
	next := i.Next
	if next.ID == "" {
		next.AssigneeID = by.UserID
	}
	next.Text, next.DueOn, next.AssigneeID = value("follow_up_text", next.Text),
		value("follow_up_due_on", next.DueOn), value("follow_up_assignee_id", next.AssigneeID)
	form, err := s.nextStep(c, prefix, "follow_up_", next, nil)
	if err != nil {
		return e, err
	}
	form.Text.Optional = i.Next.ID == ""
	e.Editor.Next, e.Editor.NextID, e.Editor.NextVersion = *form, i.Next.ID, i.Next.Version
	var at side // whose people come first
	if i.ContactID != "" {
		if at, err = s.sideOf(c, "/contacts/"+i.ContactID); err != nil {
			return e, err
		}
		e.Editor.At = keepChosen(withOptions(at.end, at.links, value("organization_id", i.OrganizationID)),
			i.OrganizationID, i.OrganizationName, value("organization_id", i.OrganizationID))
	}
	if i.OrganizationID != "" {
		if at, err = s.sideOf(c, "/organizations/"+i.OrganizationID); err != nil {
			return e, err
		}
		e.Editor.With = keepChosen(withOptions(at.end, at.links, value("contact_id", i.ContactID)),
			i.ContactID, i.ContactName(), value("contact_id", i.ContactID))
	}
	further, _ := i.Value("participant_id")
	e.Editor.Present, err = s.composerPeople(c, at, prefix, value("user_id", i.UserID),
		strings.Fields(value("participant_id", further)), i.Participants)
	return e, err
}

// keepChosen adds the current contact or organization to the options if the two are no longer
// linked.
func keepChosen(options []views.Option, id, name, current string) []views.Option {
	for _, o := range options {
		if o.Value == id {
			return options
		}
	}
	return append([]views.Option{{Value: id, Label: name, Selected: current == id}}, options...)
}

func (s *Server) interactionUpdate(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	values := composerTyped(c, "contact_id", "organization_id", "follow_up_id", "follow_up_version")
	old, err := s.interaction(c)
	if err != nil {
		return err
	}
	values, err = s.readTimes(c, values)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) {
		return s.interactionRefused(c, version, values, refused, nil)
	}
	if err != nil {
		return err
	}
	i, err := s.db.UpdateInteraction(c.Request.Context(), who(c).Actor, id, version, values)
	var refused *db.Invalid
	var stale *db.Conflict
	if errors.As(err, &refused) || errors.As(err, &stale) {
		return s.interactionRefused(c, version, values, refused, stale)
	}
	if err != nil {
		return err
	}
	if i.OutOfSight {
		return s.outOfSight(c, "/interactions", "Interaction saved")
	}
	if !part(c) {
		was := db.Fields{}
		for column := range values {
			if value, ok := old.Value(column); ok {
				was[column] = value
			}
		}
		return s.done(c, "/interactions/"+id, views.Toast{Text: "Saved", Undo: undoOf(c, i.Version, was)})
	}
	done := toast(wording.Channel(i.Channel)+" saved", nil)
	p := s.pageOf(c)
	if p != nil && p.timeline && (!i.HappenedAt.Equal(old.HappenedAt) ||
		i.OrganizationID != old.OrganizationID || i.ContactID != old.ContactID || !slices.Equal(i.Participants, old.Participants)) {
		return s.timelineAgain(c, p, i.ID, done) // it moved within the timeline, or out of it
	}
	e := s.event(c, i, s.shownOn(c))
	e.Focus = true
	around, err := s.interactionUpdates(c, p)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, append([]views.View{e, done}, around...)...)
}

// interactionRefused answers with the editor: what was typed, and what is wrong or what has changed
// since.
func (s *Server) interactionRefused(c *gin.Context, version int, values db.Fields, refused *db.Invalid, stale *db.Conflict) error {
	if stale != nil {
		values = withoutColumns(values, stale.Untouched)
	}
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
		e.Editor.Subject.Error, e.Editor.Outcome.Error, e.Editor.When.Error, e.Editor.BodyError = m["subject"],
			m["outcome"], m["happened_at"], m["body"]
		e.Editor.Present.Further.Error, e.Editor.Present.HadByError = m["participant_id"], m["user_id"]
		e.Editor.Error, e.Editor.ContactError = m["channel"], m["contact_id"]+m["organization_id"]
		next := &e.Editor.Next
		next.Text.Error, next.Day.Error, next.Who.Error = m["follow_up_text"], m["follow_up_due_on"], m["follow_up_assignee_id"]
		return s.interactionAnswer(c, http.StatusUnprocessableEntity, i, e)
	}
	e.Editor.Conflict = views.NewConflict(s.clock(c), stale, "this interaction")
	e.Editor.Conflict.Differences = s.interactionDifferences(c, i, e.Editor, values)
	return s.interactionAnswer(c, http.StatusConflict, i, e)
}

// interactionDifferences lists the fields whose stored and typed values differ.
func (s *Server) interactionDifferences(c *gin.Context, i db.Interaction, e *views.EventEditor, values db.Fields) []views.Difference {
	further, _ := i.Value("participant_id")
	all := []struct{ column, label, stored string }{
		{"channel", "Channel", i.Channel},
		{"subject", "Subject", i.Subject},
		{"body", "Details", i.Body},
		{"outcome", "Outcome", i.Outcome},
		{"happened_at", "When", s.formClock(c).Input(i.HappenedAt)},
		{"contact_id", "With", i.ContactID},
		{"organization_id", "At", i.OrganizationID},
		{"participant_id", "Further people", further},
		{"user_id", "Had by", i.UserID},
		{"follow_up_text", "Next step", i.Next.Text},
		{"follow_up_due_on", "On", i.Next.DueOn},
		{"follow_up_assignee_id", "Who", i.Next.AssigneeID},
	}
	var differences []views.Difference
	for _, f := range all {
		typed, ok := values[f.column]
		if f.column == "follow_up_assignee_id" && values["follow_up_text"] == "" && i.Next.ID == "" {
			continue // an assignee without a next step means nothing
		}
		typed = strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
		if !ok || typed == f.stored || f.column == "participant_id" && sameIDs(typed, f.stored) ||
			f.column == "user_id" && typed == "" {
			continue
		}
		d := views.Difference{Label: f.label, Theirs: f.stored, Yours: typed}
		switch f.column {
		case "contact_id":
			d.Theirs, d.Yours = i.ContactName(), optionLabel(e.With, typed)
		case "organization_id":
			d.Theirs, d.Yours = i.OrganizationName, optionLabel(e.At, typed)
		case "follow_up_assignee_id":
			d.Theirs, d.Yours = optionLabel(e.Next.Who.Options, f.stored), optionLabel(e.Next.Who.Options, typed)
		case "participant_id":
			d.Theirs, d.Yours = participantNames(e.Present.Further.Options, f.stored), participantNames(e.Present.Further.Options, typed)
		case "user_id":
			d.Theirs, d.Yours = optionLabel(e.Present.HadBy, f.stored), optionLabel(e.Present.HadBy, typed)
		case "channel":
			d.Theirs, d.Yours = wording.Channel(f.stored), wording.Channel(typed)
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
			c.Header("HX-Reswap", "outerHTML") // in this case the button removes the event from the page
		}
		return s.interactionRefused(c, version, db.Fields{}, nil, stale)
	}
	if err != nil {
		return err
	}
	done, undo := wording.Channel(i.Channel)+" deleted", &views.Undo{Action: "/interactions/" + id + "/restore"}
	if part(c) {
		p := s.pageOf(c)
		around, err := s.interactionUpdates(c, p)
		if err != nil {
			return err
		}
		if p != nil && p.timeline {
			undo.Target = "#activity"
		}
		return s.show(c, http.StatusOK, append(around, toast(done, undo))...)
	}
	return s.done(c, crumb(i).Href, views.Toast{Text: done, Undo: undo})
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
	done := wording.Channel(i.Channel) + " is back"
	if p := s.pageOf(c); part(c) && p != nil {
		return s.timelineAgain(c, p, i.ID, toast(done, nil))
	}
	t := views.Toast{Text: done}
	if historyOf(c) != "" {
		t.Undo = &views.Undo{Action: "/interactions/" + id + "/delete", Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(i.Version)}}}
	}
	return s.done(c, crumb(i).Href, t)
}
