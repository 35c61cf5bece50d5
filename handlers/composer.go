package handlers

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

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

// typedTimes returns columns as typed. A time has two fields of one name, one to type in and one to pick in; the first
// filled one counts.
func typedTimes(c *gin.Context, columns ...string) db.Fields {
	fields := typed(c, columns...)
	for _, column := range columns {
		if values := c.Request.PostForm[column]; strings.HasSuffix(column, "_text") && len(values) > 1 {
			fields[column] = cmp.Or(values...)
		}
	}
	return fields
}

// composerTyped returns the fields of the composer, and others, as typed.
func composerTyped(c *gin.Context, others ...string) db.Fields {
	fields := typedTimes(c, append(others, composerColumns...)...)
	if people, ok := c.Request.PostForm["participant_id"]; ok {
		fields["participant_id"] = strings.TrimSpace(strings.Join(people, " "))
	}
	return fields
}

// composer returns the empty form that logs an interaction. Its lower fields come once somebody opens it. The record
// page's parameter log chooses the channel and opens the form with all fields.
func (s *Server) composer(c *gin.Context, x timelineRecord) (*views.Composer, error) {
	usual, err1 := s.usualOther(c, x)
	with, err2 := s.withField(c, x, logWith, usual)
	channel := c.Query("log")
	composer := &views.Composer{Action: x.base + "/interactions", RequestID: newRequestID(), With: with}
	composer.Channels = channelOptions(channel)
	if err := errors.Join(err1, err2); err != nil || wording.Channel(channel) == "" {
		return composer, err
	}
	composer.Open, composer.Focus = true, true
	return composer, s.addLower(c, x, composer)
}

// addLower adds the empty lower fields to a composer.
func (s *Server) addLower(c *gin.Context, x timelineRecord, composer *views.Composer) error {
	clock := s.clock(c)
	var err1, err2 error
	composer.People, err1 = s.assigneeOptions(c, who(c).UserID)
	composer.Present, err2 = s.composerPresent(c, x, nil)
	composer.Whole, composer.ID, composer.When = true, "log", whenChoice("log-at", clock, clock, "now", "")
	composer.Due = dueChoice("log-next-day", "follow_up_due_text", clock, "week", "")
	return errors.Join(err1, err2)
}

// interactionNew answers with the lower fields of a record's composer, or with its page and the composer open.
func (s *Server) interactionNew(c *gin.Context) error {
	x, err := s.timelineRecord(c)
	if err != nil {
		return err
	}
	if !wantsFragment(c) {
		return s.redirect(c, s.withList(c, x.base+"?log=call"))
	}
	composer := &views.Composer{}
	if err := s.addLower(c, x, composer); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, composer.Lower())
}

// addDefaults adds the defaults of the lower fields to the values of a composer that was sent without them, so that
// sending it again with them is no other request.
func (s *Server) addDefaults(c *gin.Context, values db.Fields) {
	if _, sent := values["follow_up_text"]; sent {
		return
	}
	me := who(c).UserID
	for column, usual := range map[string]string{
		"when": "now", "time_zone": s.clock(c).Zone.String(), "user_id": me, "due": "week", "follow_up_assignee_id": me,
	} {
		if values[column] == "" {
			values[column] = usual
		}
	}
}

// whenChoice asks when something happened: quick answers, and a text for the choice other. “This morning” is offered
// from then on.
func whenChoice(id string, clock, own views.Clock, chosen, text string) views.TimeChoice {
	options := []views.Option{
		{Value: "now", Label: "Now"},
		{Value: "hour", Label: "1 hour ago"},
		{Value: "morning", Label: "This morning"},
		{Value: "evening", Label: "Yesterday evening"},
		{Value: "other", Label: "Other…"},
	}
	if clock.Now.In(clock.Zone).Hour() < db.MorningHour && chosen != "morning" {
		options = append(options[:2], options[3:]...)
	}
	return views.TimeChoice{
		ID: id, Legend: "When", Name: "when", TextName: "happened_at_text", Options: choose(options, chosen, "now"), Text: text,
		Picker: "datetime-local", Label: "When it happened", Example: "yesterday 18:40",
		Zone: clock.Zone.String(), ZoneHint: zoneHint(clock, own),
	}
}

// dueChoice asks when a follow-up is due, in the same way. One that stands on its own can be due today; usual is the
// choice if there is no other. On a Sunday, next Monday is tomorrow, and on a Monday it is in a week.
func dueChoice(id, textName string, clock views.Clock, chosen, text string) views.TimeChoice {
	options := []views.Option{
		{Value: "today", Label: "Today"},
		{Value: "tomorrow", Label: "Tomorrow"},
		{Value: "monday", Label: "Next Monday"},
		{Value: "week", Label: "In a week"},
		{Value: "fortnight", Label: "In two weeks"},
		{Value: "other", Label: "Other…"},
	}
	if day := clock.Now.In(clock.Zone).Weekday(); day <= time.Monday && chosen != "monday" {
		options = slices.DeleteFunc(options, func(o views.Option) bool { return o.Value == "monday" })
	}
	if textName == "follow_up_due_text" && chosen != "today" {
		options = options[1:] // a next step is hardly for the same day
	}
	return views.TimeChoice{
		ID: id, Legend: "Due", Name: "due", TextName: textName, Options: choose(options, chosen, "week"), Text: text,
		Picker: "date", Label: "Day it is due", Example: "next monday",
	}
}

// typedTime returns the quick answer of a form and its text. A column that is filled in directly wins over both.
func typedTime(values db.Fields, column, choice, text string) (chosen, typed string) {
	if values[column] != "" {
		return "other", values[column]
	}
	return values[choice], values[text]
}

// choose selects the option with a value, or else the one with another.
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
func (s *Server) composerRefused(c *gin.Context, x timelineRecord, refused map[string]string) (*views.Composer, error) {
	refused = maps.Clone(refused)
	composer, err := s.composer(c, x)
	if err != nil {
		return nil, err
	}
	err1 := s.addLower(c, x, composer)
	sent := composerTyped(c)
	people, askFurther, err2 := s.furtherNamed(c, x, "log", sent["participant_id"])
	sent["participant_id"] = people
	present, err3 := s.composerPresent(c, x, sent)
	if present.Further.Error = refused["participant_id"]; askFurther != nil {
		present.Further = *askFurther
	}
	present.HadByError = refused["user_id"]
	form := c.Request.PostForm
	id, ask, err4 := s.otherNamed(c, x, logWith)
	with, err5 := s.withField(c, x, logWith, id)
	if ask != nil {
		with = *ask
		delete(refused, x.otherColumn())
	}
	with.Chosen = id
	composer.With, composer.Present, composer.Channels, composer.RequestID = with, present, channelOptions(form.Get("channel")), requestID(c)
	composer.Subject, composer.Body, composer.Outcome, composer.NextText = form.Get("subject"),
		form.Get("body"), form.Get("outcome"), form.Get("follow_up_text")
	composer.Open, composer.Focus = true, false
	chosen, typed := typedTime(sent, "happened_at", "when", "happened_at_text")
	composer.When = whenChoice("log-at", s.formClock(c), s.clock(c), chosen, typed)
	chosen, typed = typedTime(sent, "follow_up_due_on", "due", "follow_up_due_text")
	composer.Due = dueChoice("log-next-day", "follow_up_due_text", s.clock(c), chosen, typed)
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
	composer.Times()
	return composer, errors.Join(err1, err2, err3, err4, err5)
}

// timeShow says how a typed time or day is understood, or why it is not.
func (s *Server) timeShow(c *gin.Context) error {
	if due := cmp.Or(query(c, "follow_up_due_text"), query(c, "due_text")); due != "" {
		return s.understood(c, due, "follow_up_due_on", func(typed string) (string, error) {
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
