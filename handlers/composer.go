package handlers

import (
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// composerColumns are the fields of the composer, beside the other end.
var composerColumns = []string{
	"channel", "subject", "body", "outcome", "happened_at", "when", "happened_at_text", "time_zone",
	"follow_up_text", "follow_up_due_on", "due", "follow_up_due_text", "follow_up_assignee_id", "user_id",
}

// composerTyped returns the fields of the composer, and others, as typed. A time has two fields of one name, one to
// type in and one to pick in; the first filled one counts.
func composerTyped(c *gin.Context, others ...string) db.Fields {
	fields := typed(c, append(others, composerColumns...)...)
	for _, column := range []string{"happened_at_text", "follow_up_due_text"} {
		if values, ok := c.Request.PostForm[column]; ok {
			fields[column] = firstFilled(values)
		}
	}
	if people, ok := c.Request.PostForm["participant_id"]; ok {
		fields["participant_id"] = strings.TrimSpace(strings.Join(people, " "))
	}
	return fields
}

// composer returns the empty form that logs an interaction. The record page's parameter log chooses the channel and
// opens the form.
func (s *Server) composer(c *gin.Context, x side) (*views.Composer, error) {
	outcomes, err1 := s.db.Outcomes(c.Request.Context(), who(c).Actor)
	people, err2 := s.assigneeOptions(c, who(c).UserID)
	present, err5 := s.composerPresent(c, x, nil)
	usual, err3 := s.usualOther(c, x)
	with, err4 := s.with(c, x, logWith, usual)
	channel := c.Query("log")
	clock, opens := s.clock(c), wording.Channel(channel) != ""
	return &views.Composer{
		Action: x.base + "/interactions", RequestID: newRequestID(), Open: opens,
		With: with, Present: present,
		ComposerFields: views.ComposerFields{
			Zone: clock.Zone.String(), ZoneHint: zoneHint(clock, clock), Channels: channelOptions(channel), Outcomes: outcomes,
			When: whenOptions(clock, "now"), Due: dueOptions("week"), People: people, Focus: opens,
		},
	}, errors.Join(err1, err2, err3, err4, err5)
}

// whenOptions are the quick answers to when it happened. “This morning” stands among them from that time on.
func whenOptions(clock views.Clock, chosen string) []views.Option {
	all := []views.Option{
		{Value: "now", Label: "Now"},
		{Value: "hour", Label: "1 hour ago"},
		{Value: "morning", Label: "This morning"},
		{Value: "evening", Label: "Yesterday evening"},
		{Value: "other", Label: "Other…"},
	}
	if clock.Now.In(clock.Zone).Hour() < db.MorningHour && chosen != "morning" {
		all = append(all[:2], all[3:]...)
	}
	return choose(all, chosen, "now")
}

// dueOptions are the quick answers to when the next step is due.
func dueOptions(chosen string) []views.Option {
	return choose([]views.Option{
		{Value: "tomorrow", Label: "Tomorrow"},
		{Value: "monday", Label: "Next Monday"},
		{Value: "week", Label: "In a week"},
		{Value: "fortnight", Label: "In two weeks"},
		{Value: "other", Label: "Other…"},
	}, chosen, "week")
}

// choose selects the option of a value, or else that of another.
func choose(options []views.Option, value, other string) []views.Option {
	found := false
	for i := range options {
		options[i].Selected = options[i].Value == value
		found = found || options[i].Selected
	}
	if !found && value != other {
		return choose(options, other, other)
	}
	return options
}

// composerRefused returns the composer with what was typed and its errors.
func (s *Server) composerRefused(c *gin.Context, x side, refused map[string]string) (*views.Composer, error) {
	refused = maps.Clone(refused)
	composer, err1 := s.composer(c, x)
	sent := composerTyped(c)
	people, askFurther, err2 := s.furtherNamed(c, x, "log", sent["participant_id"])
	sent["participant_id"] = people
	present, err3 := s.composerPresent(c, x, sent)
	if present.Further.Error = refused["participant_id"]; askFurther != nil {
		present.Further = *askFurther
	}
	present.HadByError = refused["user_id"]
	form := c.Request.PostForm
	id, ask, err4 := s.named(c, x, logWith)
	with, err5 := s.with(c, x, logWith, id)
	if ask != nil {
		with = *ask
		delete(refused, x.otherColumn())
	}
	with.Chosen = id
	composer.With, composer.Present, composer.Channels, composer.RequestID = with, present, channelOptions(form.Get("channel")), requestID(c)
	composer.Subject, composer.Body, composer.Outcome, composer.NextText = form.Get("subject"),
		form.Get("body"), form.Get("outcome"), form.Get("follow_up_text")
	composer.Open, composer.Focus = true, false
	clock := s.formClock(c)
	composer.Zone, composer.ZoneHint = clock.Zone.String(), zoneHint(clock, s.clock(c))
	composer.When, composer.WhenText = whenOptions(clock, form.Get("when")), firstFilled(form["happened_at_text"])
	if at := form.Get("happened_at"); at != "" {
		composer.When, composer.WhenText = whenOptions(clock, "other"), at
	}
	composer.Due, composer.DueText = dueOptions(form.Get("due")), firstFilled(form["follow_up_due_text"])
	if day := form.Get("follow_up_due_on"); day != "" {
		composer.Due, composer.DueText = dueOptions("other"), day
	}
	if person, ok := form["follow_up_assignee_id"]; ok {
		for n := range composer.People {
			composer.People[n].Selected = composer.People[n].Value == person[0]
		}
	}
	composer.Errors = map[string]string{"with": refused["contact_id"] + refused["organization_id"]}
	for column, message := range refused {
		composer.Errors[column] = message
	}
	composer.Present.Further.Focus, composer.Present.Focus = composer.First("participant_id"), composer.First("user_id")
	if message := composer.Errors["with"]; message != "" {
		composer.With.Error = message
	}
	composer.Errors["with"] = composer.With.Error
	composer.With.First = composer.First("with")
	return composer, errors.Join(err1, err2, err3, err4, err5)
}

// firstFilled returns the first value that is not empty, or "".
func firstFilled(values []string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// readTimes resolves the times that a composer chose for an interaction that is logged already. Now leaves its time.
func (s *Server) readTimes(c *gin.Context, values db.Fields) (db.Fields, error) {
	if values["when"] == "now" {
		values = withoutColumns(values, []string{"when"})
	}
	read, err := s.db.ReadTimes(who(c).Actor, values)
	return withoutColumns(read, []string{"when", "happened_at_text", "due", "follow_up_due_text"}), err
}

// timeShow says how a typed time or day is understood, or why it is not.
func (s *Server) timeShow(c *gin.Context) error {
	if c.Request.URL.Query().Has("follow_up_due_text") && !c.Request.URL.Query().Has("happened_at_text") {
		return s.understood(c, query(c, "follow_up_due_text"), "follow_up_due_on", func(typed string) (string, error) {
			day, err := s.db.UnderstoodDue(who(c).Actor, typed)
			return day.Format("Mon 2 Jan 2006"), err
		})
	}
	return s.understood(c, query(c, "happened_at_text"), "happened_at", func(typed string) (string, error) {
		at, err := s.db.UnderstoodWhen(who(c).Actor, typed, c.Query("time_zone"))
		layout := "Mon 2 Jan, 15:04"
		if at.Year() != s.now().In(at.Location()).Year() {
			layout = "Mon 2 Jan 2006, 15:04"
		}
		return at.Format(layout), err
	})
}

func (s *Server) understood(c *gin.Context, typed, column string, read func(string) (string, error)) error {
	if typed == "" {
		return s.show(c, http.StatusOK, views.Understood{})
	}
	shown, err := read(typed)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) {
		return s.show(c, http.StatusOK, views.Understood{Text: refused.Fields[column]})
	}
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, views.Understood{Text: shown})
}
