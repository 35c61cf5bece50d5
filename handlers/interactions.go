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
	e.Focus = wantsFragment(c)
	return s.interactionAnswer(c, http.StatusOK, i, e)
}

// shownOn returns the record whose page htmx updates, so that an event there is worded like its
// neighbors. nil stands for any other page.
func (s *Server) shownOn(c *gin.Context) *timelineRecord {
	if strings.HasPrefix(s.ownPath(c, "HX-Current-URL"), "/organizations/") {
		return &timelineRecord{linkEnd: linkEnd{organization: true}}
	}
	return nil
}

// interactionAnswer answers with one interaction: as an event for htmx, else as a page.
func (s *Server) interactionAnswer(c *gin.Context, status int, i db.Interaction, e views.Event) error {
	return s.answerFragments(c, status, func() error {
		if i.Next.ID != "" || e.Editor != nil || !e.CanEdit {
			return s.interactionPage(c, status, i, e, nil)
		}
		next, err := s.nextStep(c, i.ID, db.Fields{"assignee_id": who(c).UserID}, nil)
		if err != nil {
			return err
		}
		return s.interactionPage(c, status, i, e, next)
	}, inPlace(e))
}

// inPlace updates an event where the page shows it.
func inPlace(e views.Event) views.Into {
	return views.Into{Target: "#i-" + e.ID, Swap: "outerHTML", View: e}
}

// linksInPlace updates the links of the record whose page is open.
func linksInPlace(c *gin.Context, x timelineRecord) views.Into {
	return views.Into{Target: "#links", Swap: "outerHTML", View: linkCard(who(c), x.linkEnd, x.links)}
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
		focusTakenBack(page.History, page.Toast)
	}
	return s.show(c, status, page)
}

// changedOn returns the address of the page on which somebody changes an interaction: a list or a record's timeline, with
// its filter, or the interaction's own page. It is "" for any other page. A form names the page on which it was opened.
func (s *Server) changedOn(c *gin.Context) string {
	from := ""
	if wantsFragment(c) || c.Request.Method == http.MethodPost {
		from = s.askingPage(c)
	}
	if from == "" {
		from = fromPage(s.ownPath(c, "Referer"))
	}
	parts := strings.Split(strings.Trim(pathOf(from), "/"), "/")
	switch last := parts[len(parts)-1]; {
	case parts[0] == "interactions" && len(parts) < 3:
		return from
	case recordKinds[parts[0]] != nil && (len(parts) == 2 && db.ValidID(last) || len(parts) == 3 && last == "interactions"):
		return from
	}
	return ""
}

// pathOf returns an address without its parameters.
func pathOf(address string) string {
	path, _, _ := strings.Cut(address, "?")
	return path
}

// crumb links to the record that the interaction belongs to.
func crumb(i db.Interaction) views.Ref {
	if i.OrganizationID != "" {
		return views.Ref{Name: i.OrganizationName, Href: "/organizations/" + i.OrganizationID}
	}
	if people := peopleOf(i, nil); len(people) > 0 {
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

func (s *Server) interactionUpdate(c *gin.Context) error {
	version, err := version(c)
	if err != nil {
		return err
	}
	old, err := s.interaction(c)
	if err != nil {
		return err
	}
	values, err := s.editorTyped(c, old)
	if err != nil {
		return err
	}
	values, version = decided(c, values, version)
	var i db.Interaction
	var made db.UndoneLink
	if isUndo(c) {
		i, made, err = s.db.UndoEdit(c.Request.Context(), who(c).Actor, old.ID, version, values)
	} else {
		i, err = s.db.UpdateInteraction(c.Request.Context(), who(c).Actor, old.ID, version, values)
	}
	if err != nil {
		return s.interactionNotSaved(c, old, version, values, err)
	}
	return s.interactionSaved(c, old, i, linkAfterUndo(made))
}

// interactionNotSaved answers a change of an interaction that was refused, or an Undo of what others have changed since.
func (s *Server) interactionNotSaved(c *gin.Context, old db.Interaction, version int, values db.Fields, err error) error {
	var refused *db.Invalid
	var stale *db.Conflict
	switch {
	case errors.As(err, &stale) && isUndo(c):
		return s.notUndone(c, stale, cmp.Or(s.changedOn(c), "/interactions/"+c.Param("id")))
	case errors.As(err, &refused) || errors.As(err, &stale):
		return s.interactionRefused(c, version, values, refused, stale)
	case errors.As(err, new(*db.GivesAway)):
		return s.interactionGivesAway(c, old, version, values)
	}
	return err
}

// interactionGivesAway answers with the editor, which asks whether to save an interaction that the visitor will not see
// any more.
func (s *Server) interactionGivesAway(c *gin.Context, old db.Interaction, version int, values db.Fields) error {
	e, err := s.eventEditor(c, old, values)
	if err != nil {
		return err
	}
	e.Version = version
	e.Editor.Gives = &views.GivesAway{Name: cmp.Or(strings.TrimSpace(values["subject"]), old.Subject), Leaves: true}
	return s.interactionAnswer(c, http.StatusConflict, old, e)
}

// interactionSaved answers with a changed interaction where it was edited: as an event for htmx, else by redirecting there.
// link says what became of the link that was made with a change that is undone.
func (s *Server) interactionSaved(c *gin.Context, old, i db.Interaction, link string) error {
	if i.OutOfSight {
		return s.outOfSight(c, "/interactions", "Interaction saved")
	}
	said := interactionMessage(c, old, i, link)
	if !wantsFragment(c) {
		return s.done(c, cmp.Or(s.changedOn(c), "/interactions/"+i.ID), said)
	}
	done := toast(said.Text, said.Undo)
	p, err := s.openRecord(c)
	if err != nil {
		return err
	}
	if p != nil && p.timeline && !i.HasEndsOf(old) {
		return s.timelineAgain(c, p, i.ID, done, linksInPlace(c, p.timelineRecord)) // the two may be linked now, or unlinked
	}
	if p != nil && p.timeline && (!i.HappenedAt.Equal(old.HappenedAt) || !slices.Equal(i.Participants, old.Participants)) {
		return s.timelineAgain(c, p, i.ID, done) // it moved within the timeline, or out of it
	}
	e := s.event(c, i, s.shownOn(c))
	e.Focus = true
	around, err := s.interactionUpdates(c, p)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, append(around, inPlace(e), done)...)
}

// stepStays is the field of an Undo that leaves the follow-up which was added with a change.
const stepStays = "follow_up_stays"

// interactionMessage says that an interaction was saved, with an Undo of what changed, its follow-up included. One that was
// added stays, unless nothing else changed.
func interactionMessage(c *gin.Context, old, i db.Interaction, link string) views.Toast {
	said := views.Toast{Text: wording.Channel(i.Channel) + " saved"}
	if isUndo(c) {
		said.Text = "The " + strings.ToLower(wording.Channel(i.Channel)) + " is as it was" + link
		if c.Request.PostForm.Get(stepStays) != "" {
			said.Text += ". The follow-up stays"
		}
		return said
	}
	was, added := oldValues(db.InteractionFields(), &old, &i), old.Next.ID == "" && i.Next.ID != ""
	if added && len(was) == 0 {
		return views.Toast{Text: "Follow-up planned", Undo: &views.Undo{
			Target: "#toasts", Action: "/follow-ups/" + i.Next.ID + "/cancel",
			Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(i.Next.Version)}, {Name: "from", Value: "/interactions/" + i.ID}},
		}}
	}
	if added {
		was[stepStays] = "1"
	}
	if old.Next.ID != "" && old.Next.ID == i.Next.ID {
		step := oldValues(db.FollowUpFields(), &old.Next, &i.Next)
		for column, value := range step {
			was["follow_up_"+column] = value
		}
		if len(step) > 0 {
			was["follow_up_id"], was["follow_up_version"] = i.Next.ID, strconv.Itoa(i.Next.Version)
		}
	}
	said.Undo = undoOf(c, "#i-"+i.ID, i.Version, was)
	return said
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
	var i db.Interaction
	var made db.UndoneLink
	if isUndo(c) {
		i, made, err = s.db.UndoLog(c.Request.Context(), who(c).Actor, id, version)
	} else {
		i, err = s.db.DeleteInteraction(c.Request.Context(), who(c).Actor, id, version)
	}
	if stale := (*db.Conflict)(nil); errors.As(err, &stale) && !isUndo(c) {
		return s.interactionAsItIs(c, wording.LookAgain(stale))
	}
	if err != nil {
		return s.interactionNotSaved(c, db.Interaction{}, version, db.Fields{}, err)
	}
	return s.interactionDeleted(c, i, made)
}

// interactionAsItIs answers with an interaction that was not deleted, and why.
func (s *Server) interactionAsItIs(c *gin.Context, why string) error {
	i, err := s.interaction(c)
	if err != nil {
		return err
	}
	e := s.event(c, i, s.shownOn(c))
	e.Stale, e.Focus = why, true
	return s.interactionAnswer(c, http.StatusConflict, i, e)
}

// interactionDeleted answers without the interaction, and with an Undo. made is the link that logging it had made.
func (s *Server) interactionDeleted(c *gin.Context, i db.Interaction, made db.UndoneLink) error {
	from, own := s.changedOn(c), "/interactions/"+i.ID
	if pathOf(from) == own || !wantsFragment(c) && from == "" {
		from = crumb(i).Href // its own page is gone
	}
	t := views.Toast{Text: wording.Channel(i.Channel) + " deleted" + linkAfterUndo(made), Undo: &views.Undo{
		Action: own + "/restore", Fields: []views.Hidden{{Name: "from", Value: from}},
	}}
	if from != "" { // where the timeline shows it again
		t.Undo.Target = "#activity"
	}
	if !wantsFragment(c) {
		return s.done(c, from, t)
	}
	p, err := s.openRecord(c)
	if err != nil {
		return err
	}
	around, err := s.interactionUpdates(c, p)
	if err != nil {
		return err
	}
	if made.IsGone && p != nil {
		around = append(around, linksInPlace(c, p.timelineRecord))
	}
	around = append(around, views.Into{Target: "#i-" + i.ID, Swap: "delete"}, toast(t.Text, t.Undo))
	return s.show(c, http.StatusOK, around...)
}

// linkAfterUndo says what became of the link that was made with what is undone, or "" if there was none.
func linkAfterUndo(made db.UndoneLink) string {
	if made.ContactID == "" {
		return ""
	}
	name, at := text.Isolate(made.ContactName()), text.Isolate(made.OrganizationName)
	if made.IsGone {
		return ", and " + name + " unlinked from " + at
	}
	return ". " + name + " stays linked to " + at
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
	from := s.changedOn(c)
	if wantsFragment(c) {
		p, err := s.openRecord(c)
		if err != nil {
			return err
		}
		if p != nil {
			return s.timelineAgain(c, p, i.ID, toast(done, nil), linksInPlace(c, p.timelineRecord)) // the two may be linked again
		}
		if u, err := url.Parse(from); err == nil && u.Path == "/interactions" {
			return s.feedAgain(c, u.Query(), i.ID, toast(done, nil))
		}
	}
	return s.done(c, cmp.Or(from, crumb(i).Href), views.Toast{Text: done, Undo: undoOfAdded(i, "")})
}

// undoOfAdded returns an Undo that deletes an interaction. from is the page to return to, "" for its record's.
func undoOfAdded(i db.Interaction, from string) *views.Undo {
	return &views.Undo{Action: "/interactions/" + i.ID + "/delete", Fields: []views.Hidden{
		{Name: "version", Value: strconv.Itoa(i.Version)}, {Name: "from", Value: from},
	}}
}
