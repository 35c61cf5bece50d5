package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

func (s *Server) followUpCreate(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	values := typedTimes(c, "text", "due_on", "due", "due_text", "assignee_id")
	f, err := s.db.AddFollowUp(c.Request.Context(), who(c).Actor, id, values)
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.followUpRefused(c, id, values, refused.Fields)
	}
	if err != nil {
		return err
	}
	return s.followUpAnswer(c, f, "Follow-up planned", views.Undo{Action: "/follow-ups/" + f.ID + "/cancel"},
		views.Into{Target: "#next-form", Swap: "delete"})
}

// followUpRefused answers a refused next step: its form again, on the interaction's page.
func (s *Server) followUpRefused(c *gin.Context, interactionID string, values db.Fields, refused map[string]string) error {
	i, err := s.interaction(c)
	if err != nil {
		return err
	}
	form, err := s.nextStep(c, interactionID, values, refused)
	if err != nil {
		return err
	}
	return s.answerFragments(c, http.StatusUnprocessableEntity, func() error {
		return s.interactionPage(c, http.StatusUnprocessableEntity, i, s.event(c, i, nil), form)
	}, form)
}

// returnAddress returns the page that the form came from, or else that of the interaction or the list.
func (s *Server) returnAddress(c *gin.Context, f db.FollowUp) string {
	switch from := s.askingPage(c); {
	case from != "":
		return from
	case f.InteractionID == "":
		return "/follow-ups"
	}
	return "/interactions/" + f.InteractionID
}

func (s *Server) followUpDone(c *gin.Context) error {
	f, err := s.followUpChange(c, s.db.FinishFollowUp)
	if err != nil {
		return s.followUpFailed(c, err)
	}
	return s.followUpAnswer(c, f, "Done: "+f.Text, views.Undo{Action: "/follow-ups/" + f.ID + "/reopen"})
}

func (s *Server) followUpReopen(c *gin.Context) error {
	f, err := s.followUpChange(c, s.db.ReopenFollowUp)
	if err != nil {
		return s.followUpFailed(c, err)
	}
	return s.followUpAnswer(c, f, "Reopened: "+f.Text, views.Undo{})
}

func (s *Server) followUpMove(c *gin.Context) error {
	var before db.FollowUp
	f, err := s.followUpChange(c, func(ctx context.Context, by db.Actor, id string, version int) (_ db.FollowUp, err error) {
		if before, err = s.db.FollowUp(ctx, by, id); err != nil {
			return before, err
		}
		return s.db.MoveFollowUp(ctx, by, id, version, c.Request.PostForm.Get("due_on"))
	})
	if err != nil {
		return s.followUpFailed(c, err)
	}
	undo := views.Undo{}
	if f.DueOn != before.DueOn {
		undo = views.Undo{Action: "/follow-ups/" + f.ID + "/move", Fields: []views.Hidden{{Name: "due_on", Value: before.DueOn}}}
	}
	day, _, _ := s.clock(c).Due(f.DueOn)
	return s.followUpAnswer(c, f, "Due "+day.Title+": "+f.Text, undo)
}

// followUpChange applies a change to the follow-up that the URL names and answers with the result.
func (s *Server) followUpChange(c *gin.Context, change func(ctx context.Context,
	by db.Actor, id string, version int) (db.FollowUp, error),
) (db.FollowUp, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.FollowUp{}, err
	}
	version, err := optionalVersion(c)
	if err != nil {
		return db.FollowUp{}, err
	}
	return change(c.Request.Context(), who(c).Actor, id, version)
}

// optionalVersion returns the version that the change is based on, or 0 if the form has none.
func optionalVersion(c *gin.Context) (int, error) {
	if c.Request.PostForm.Get("version") == "" {
		return 0, nil
	}
	return version(c)
}

// followUpAnswer answers a change of a follow-up, wherever it stands on the page. others update the rest of the page.
func (s *Server) followUpAnswer(c *gin.Context, f db.FollowUp, done string, undo views.Undo, others ...views.View) error {
	said := views.Toast{Text: done, Row: rowTakenBack(c)}
	if undo.Action != "" {
		undo.Fields = append(undo.Fields, views.Hidden{Name: "version", Value: strconv.Itoa(f.Version)},
			views.Hidden{Name: "from", Value: s.returnAddress(c, f)})
		said.Undo = &undo
	}
	if !wantsFragment(c) {
		if err := s.flash(c, said); err != nil {
			return err
		}
		return s.redirect(c, s.returnAddress(c, f))
	}
	undo.Target = "#toasts"
	places, err := s.followUpPlaces(c, f, c.Request.PostForm.Get("place"))
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, slices.Concat(places, others, []views.View{toast(said.Text, said.Undo)})...)
}

// followUpPlaces returns the views that update a follow-up wherever the asking page may show it: its
// row, its line in the event, the count in the menu. htmx ignores those that are not on the page.
// focus is the place it was changed from.
func (s *Server) followUpPlaces(c *gin.Context, f db.FollowUp, focus string) ([]views.View, error) {
	due, err := s.due(c)
	if err != nil {
		return nil, err
	}
	var row views.View = views.Into{Target: "#f-" + f.ID, Swap: "delete"}
	if f.Open() {
		if row, err = s.followUpRegion(c, f.ID, focus == "row"); err != nil {
			return nil, err
		}
	}
	fresh, err := s.newCount(c)
	if err != nil {
		return nil, err
	}
	places := []views.View{
		views.Into{Target: "#due", Swap: "outerHTML", View: due}, views.Into{Target: "#new-due", Swap: "outerHTML", View: fresh},
	}
	if f.InteractionID != "" {
		line := views.FollowUp{InteractionID: f.InteractionID, Place: "event"}
		if f.Open() {
			line = s.followUp(c, f, "event")
			line.Focus = focus == "event"
		}
		places = append(places, views.Into{Target: line.Selector(), Swap: "outerHTML", View: line})
	}
	if row != nil {
		places = append(places, row)
	}
	if f.Open() {
		return places, nil
	}
	left, err := s.followUpsLeft(c)
	if left != nil {
		places = append(places, left)
	}
	return places, err
}

// followUpsLeft returns the summary above the list of follow-ups after one was done: how many are
// left, or that none are. It is nil on other pages, and where more rows can be loaded, because only
// the page knows how many it shows.
func (s *Server) followUpsLeft(c *gin.Context) (views.View, error) {
	u, err := url.Parse(s.askingPage(c))
	if err != nil || u.Path != "/follow-ups" {
		return nil, nil
	}
	l, err := s.followUpList(c, u.Query())
	switch {
	case err != nil || l.More != "":
		return nil, err
	case len(l.Groups) == 0:
		l.Focus = true
		return views.Into{Target: "#list", Swap: "outerHTML", View: views.FollowUpList{FollowUps: l}}, nil
	}
	return views.Into{Target: "#result", Swap: "innerHTML", View: views.Text(l.Shown())}, nil
}

// followUpRegion returns the asking page's card or list of follow-ups as it is now, or nil if the
// page has none. If focus is set, the follow-up with that id takes the focus, or the heading if it
// is gone.
func (s *Server) followUpRegion(c *gin.Context, id string, focus bool) (views.View, error) {
	u, err := url.Parse(s.askingPage(c))
	if err != nil {
		return nil, nil
	}
	switch {
	case u.Path == "/follow-ups":
		l, err := s.followUpList(c, u.Query())
		l.Focus = !focusRow(l.Groups, id, focus) && focus
		return views.Into{Target: "#list", Swap: "outerHTML", View: views.FollowUpList{FollowUps: l}}, err
	case u.Path == "/":
		return intoCard(id, focus)(s.ownFollowUps(c))
	}
	p, err := s.openRecord(c)
	if err != nil || p == nil {
		return nil, err
	}
	return intoCard(id, focus)(s.recordFollowUps(c, p.kind, p.id))
}

func intoCard(id string, focus bool) func(*views.FollowUpCard, error) (views.View, error) {
	return func(card *views.FollowUpCard, err error) (views.View, error) {
		if err != nil || card == nil {
			return nil, err
		}
		card.Focus = !focusRow(card.Groups, id, focus) && focus
		return views.Into{Target: "#follow-ups", Swap: "outerHTML", View: card}, nil
	}
}

// focusRow reports whether the row with an id is there, and gives it the focus if asked.
func focusRow(groups []views.FollowUpGroup, id string, focus bool) bool {
	for g := range groups {
		for r := range groups[g].Rows {
			if row := &groups[g].Rows[r]; row.ID == id {
				row.Focus = focus
				return true
			}
		}
	}
	return false
}

// followUpFailed tells why a change of a follow-up was refused: htmx gets it in place of the
// change, others on the interaction's page.
func (s *Server) followUpFailed(c *gin.Context, err error) error {
	var refused *db.Invalid
	var stale *db.Conflict
	if !errors.As(err, &refused) && !errors.As(err, &stale) {
		return err
	}
	f, err2 := s.db.FollowUp(c.Request.Context(), who(c).Actor, c.Param("id"))
	if err2 != nil {
		return err2
	}
	place := c.Request.PostForm.Get("place")
	if !f.Open() || wantsFragment(c) && place != "row" && place != "event" {
		return s.followUpStale(c, f, err)
	}
	if !wantsFragment(c) {
		place = "event"
	}
	if !wantsFragment(c) && f.InteractionID == "" {
		e := followUpEdit{values: typed(c, "due_on"), from: s.askingPage(c)}
		if refused == nil {
			return s.followUpPage(c, http.StatusConflict, f, e, stale)
		}
		e.refused = refused.Fields
		return s.followUpPage(c, http.StatusUnprocessableEntity, f, e, nil)
	}
	x, status := s.followUp(c, f, place), http.StatusConflict
	if refused != nil {
		x.Open, x.Days = true, views.NewMoveDays(s.clock(c))
		x.Typed, x.Error, status = c.Request.PostForm.Get("due_on"), wording.Refusals(refused), http.StatusUnprocessableEntity
	} else {
		x.Stale = wording.LookAgain(stale)
	}
	return s.answerFragments(c, status, func() error {
		i, err := s.db.Interaction(c.Request.Context(), who(c).Actor, f.InteractionID)
		if err != nil {
			return err
		}
		e := s.event(c, i, nil)
		e.Next = x
		return s.interactionPage(c, status, i, e, nil)
	}, x)
}

// followUpStale answers a refused change of a follow-up that the asking page no longer shows: it
// is done, or the change was an Undo. htmx gets it as it is now and the reason in a message.
func (s *Server) followUpStale(c *gin.Context, f db.FollowUp, err error) error {
	var stale *db.Conflict
	if !wantsFragment(c) {
		return err
	}
	places, err2 := s.followUpPlaces(c, f, "")
	if err2 != nil {
		return err2
	}
	reason := s.Describe(c, err)
	if errors.As(err, &stale) {
		reason.Message = wording.Changer(stale) + " changed this meanwhile: " + f.Text
	}
	return s.show(c, reason.Status, append(places, toast(reason.Message, nil))...)
}
