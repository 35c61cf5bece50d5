package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// The editor of an interaction. It asks as the composer does.

// shownTime and shownDay are how an editor shows a stored time or day; package times reads them.
const (
	shownTime = "2 Jan 2006 15:04"
	shownDay  = "2 Jan 2006"
)

// editorEnds returns the records at both ends of an interaction. at is the one whose people come first among further
// people.
func (s *Server) editorEnds(c *gin.Context, i db.Interaction) (organization, contact, at timelineRecord, err error) {
	var err1, err2 error
	if i.ContactID != "" {
		contact, err1 = s.timelineRecordAt(c, "/contacts/"+i.ContactID)
		at = contact
	}
	if i.OrganizationID != "" {
		organization, err2 = s.timelineRecordAt(c, "/organizations/"+i.OrganizationID)
		at = organization
	}
	return organization, contact, at, errors.Join(err1, err2)
}

// editorTyped returns the fields of an editor as typed. A name that was typed stands for its id, or for itself if it is
// not clear, so that it is refused. A time that was left as it was shown is left out: the stored one has seconds, too.
func (s *Server) editorTyped(c *gin.Context, i db.Interaction) (db.Fields, error) {
	form := c.Request.PostForm
	values := composerTyped(c, "contact_id", "organization_id", "follow_up_id", "follow_up_version", "follow_up_due_time")
	if who(c).Can(db.EditClient) {
		values["link"] = form.Get("link")
	}
	shown := form.Get("happened_at_shown")
	if picked, err := time.Parse(db.LocalTime, values["happened_at"]); err == nil && picked.Format(shownTime) == shown {
		values = withoutColumns(values, []string{"happened_at"}) // the calendar was left as it was
	}
	if shown != "" && values["when"] == "other" && values["happened_at_text"] == shown {
		values = withoutColumns(values, []string{"when", "happened_at_text"})
	} else if shown != "" && values["when"] == "now" {
		values["happened_at"] = s.now().UTC().Format(time.RFC3339)
	}
	if form.Get("contact")+form.Get("organization")+form.Get("participant") == "" {
		return values, nil
	}
	organization, contact, at, err := s.editorEnds(c, i)
	if err != nil {
		return nil, err
	}
	for field, x := range map[string]timelineRecord{"-with": organization, "-at": contact} {
		if x.base == "" {
			continue
		}
		id, ask, err := s.otherNamed(c, x, "i-"+i.ID+field)
		if err != nil {
			return nil, err
		}
		if ask != nil {
			id = ask.Typed
		}
		if _, typed := values[x.otherColumn()]; typed || id != "" {
			values[x.otherColumn()] = id
		}
	}
	values["participant_id"], _, err = s.furtherNamed(c, at, "i-"+i.ID, values["participant_id"])
	return values, err
}

// eventEditor returns the editor of an interaction: its stored values, overridden by those typed.
func (s *Server) eventEditor(c *gin.Context, i db.Interaction, values db.Fields) (views.Event, error) {
	e := s.event(c, i, s.shownOn(c))
	value := func(column, stored string) string {
		if typed, ok := values[column]; ok {
			return typed
		}
		return stored
	}
	prefix, clock, next := "i-"+i.ID, s.formClock(c), i.Next
	if next.ID == "" {
		next.AssigneeID = who(c).UserID
	}
	people, err := s.stepPeople(c, value("follow_up_assignee_id", next.AssigneeID))
	from := s.changedOn(c)
	e.Editor = &views.EventEditor{
		From:     from,
		Channels: channelOptions(value("channel", i.Channel)), Body: value("body", i.Body), Cancel: cmp.Or(from, crumb(i).Href),
		Subject: views.Field{ID: prefix + "-subject", Name: "subject", Label: "Subject", Value: value("subject", i.Subject), Autofocus: true},
		Fields: views.ComposerFields{
			ID: prefix, Outcome: value("outcome", i.Outcome), NextText: value("follow_up_text", next.Text), People: people,
		},
		NextID: next.ID, NextVersion: next.Version,
	}
	f, shown := &e.Editor.Fields, i.HappenedAt.In(clock.Zone).Format(shownTime)
	chosen, text := typedTime(values, "happened_at", "when", "happened_at_text")
	if chosen == "" || values["when"] == "now" {
		chosen, text = cmp.Or(values["when"], "other"), cmp.Or(text, shown)
	}
	f.When = whenChoice(prefix+"-when", clock, s.clock(c), chosen, text)
	f.When.Shown, f.When.Picked = shown, clock.Input(i.HappenedAt)
	chosen, text = typedTime(values, "follow_up_due_on", "due", "follow_up_due_text")
	if chosen == "" && next.ID != "" {
		chosen, text = "other", dayShown(next.DueOn)
	}
	f.Due = dueChoice(prefix+"-next-day", "follow_up_due_text", s.clock(c), chosen, text)
	return e, errors.Join(err, s.editorPeople(c, i, values, e.Editor))
}

// dayShown returns a stored day as an editor shows it.
func dayShown(day string) string {
	if due, ok := db.ReadDate(day); ok {
		return due.Format(shownDay)
	}
	return day
}

// editorPeople adds the ends of an interaction, its further people, and who had it to its editor.
func (s *Server) editorPeople(c *gin.Context, i db.Interaction, values db.Fields, e *views.EventEditor) error {
	organization, contact, at, err := s.editorEnds(c, i)
	if err != nil {
		return err
	}
	field := func(x timelineRecord, id, stored string) (*views.With, error) {
		if x.base == "" {
			return nil, nil
		}
		if _, ask, err := s.otherNamed(c, x, id); ask != nil || err != nil {
			return ask, err
		}
		if typed, ok := values[x.otherColumn()]; ok {
			stored = typed
		}
		w, err := s.withField(c, x, id, stored)
		return &w, err
	}
	prefix := "i-" + i.ID
	var err1, err2, err3, err4 error
	e.With, err1 = field(organization, prefix+"-with", i.ContactID)
	e.At, err2 = field(contact, prefix+"-at", i.OrganizationID)
	further, _ := i.Value("participant_id")
	if typed, ok := values["participant_id"]; ok {
		further = typed
	}
	user, ok := values["user_id"]
	if !ok {
		user = i.UserID
	}
	e.Present, err3 = s.composerPeople(c, at, prefix, user, strings.Fields(further), i.Participants)
	_, ask, err4 := s.furtherNamed(c, at, prefix, composerTyped(c)["participant_id"])
	if ask != nil {
		e.Present.Further = *ask
	}
	return errors.Join(err1, err2, err3, err4)
}

// interactionRefused answers with the editor: what was typed, and what is wrong or what has changed
// since.
func (s *Server) interactionRefused(c *gin.Context, version int, values db.Fields, refused *db.Invalid, stale *db.Conflict) error {
	if stale != nil {
		values = withoutFields(values, stale.Untouched)
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
		e.Editor.Refuse(refused.Fields)
		return s.interactionAnswer(c, http.StatusUnprocessableEntity, i, e)
	}
	e.Editor.Conflict = s.conflict(c, stale, "this interaction", version, values, s.interactionDifferences(c, i, e.Editor, values))
	if shown := values["follow_up_version"]; shown != "" {
		e.Editor.Conflict.Bases = append(e.Editor.Conflict.Bases, views.Hidden{Name: "follow_up_base", Value: shown})
	}
	return s.interactionAnswer(c, http.StatusConflict, i, e)
}

// interactionDifferences lists the fields whose stored and typed values differ.
func (s *Server) interactionDifferences(c *gin.Context, i db.Interaction, e *views.EventEditor, values db.Fields) []views.Difference {
	further, _ := i.Value("participant_id")
	clock := s.formClock(c)
	values = s.db.ReadTimes(who(c).Actor, values)
	if at, err := time.Parse(time.RFC3339, values["happened_at"]); err == nil {
		values["happened_at"] = clock.Input(at)
	} else if values["happened_at"] == "" {
		delete(values, "happened_at") // the stored moment stays
	}
	all := []struct{ column, label, stored string }{
		{"channel", "Channel", i.Channel},
		{"subject", "Subject", i.Subject},
		{"body", "Details", i.Body},
		{"outcome", "Outcome", i.Outcome},
		{"happened_at", "When", clock.Input(i.HappenedAt)},
		{"contact_id", "With", i.ContactID},
		{"organization_id", "At", i.OrganizationID},
		{"participant_id", "Other people", further},
		{"user_id", "Handled by", i.UserID},
		{"follow_up_text", "Follow-up", i.Next.Text},
		{"follow_up_due_on", "Due", i.Next.DueOn},
		{"follow_up_assignee_id", "For", i.Next.AssigneeID},
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
		d := views.Difference{Column: f.column, Label: f.label, Theirs: f.stored, Yours: typed}
		switch f.column {
		case "contact_id":
			d.Theirs, d.Yours = i.ContactName(), endLabel(e.With, typed)
		case "organization_id":
			d.Theirs, d.Yours = i.OrganizationName, endLabel(e.At, typed)
		case "follow_up_assignee_id":
			d.Theirs, d.Yours = optionLabel(e.Fields.People, f.stored), optionLabel(e.Fields.People, typed)
		case "participant_id":
			d.Theirs, d.Yours = participantNames(e.Present.Further.Options, f.stored), participantNames(e.Present.Further.Options, typed)
		case "user_id":
			d.Theirs, d.Yours = optionLabel(e.Present.HandledBy, f.stored), optionLabel(e.Present.HandledBy, typed)
		case "channel":
			d.Theirs, d.Yours = wording.Channel(f.stored), wording.Channel(typed)
		case "happened_at":
			d.Theirs, d.Yours = strings.Replace(d.Theirs, "T", " ", 1), strings.Replace(d.Yours, "T", " ", 1)
		}
		differences = append(differences, d)
	}
	return differences
}

// endLabel returns the name of an end, or its id if it is not offered.
func endLabel(w *views.With, id string) string {
	if w == nil {
		return id
	}
	return optionLabel(w.Options, id)
}
