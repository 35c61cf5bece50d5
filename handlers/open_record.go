package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// openRecord is the record page that htmx updates.
type openRecord struct {
	timelineRecord
	timeline bool       // whether it shows the timeline rather than the history
	filter   url.Values // of the timeline
}

// openRecord reads the record whose page htmx updates. It is nil on other pages, and if the actor no longer sees the record.
func (s *Server) openRecord(c *gin.Context) (*openRecord, error) {
	u, err := url.Parse(s.ownPath(c, "HX-Current-URL"))
	if err != nil {
		return nil, nil // no address of ours
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	k := recordKinds[parts[0]]
	if k == nil || len(parts) < 2 || !db.ValidID(parts[1]) {
		return nil, nil
	}
	r, err := k.read(s.db, c.Request.Context(), who(c).Actor, parts[1])
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e := newLinkEnd(r)
	links, err := s.links(c, e)
	if err != nil {
		return nil, err
	}
	p := &openRecord{
		timelineRecord: timelineRecord{linkEnd: e, links: links},
		timeline:       len(parts) < 3 || parts[2] != "history", filter: url.Values{},
	}
	if len(parts) == 3 && parts[2] == "interactions" {
		p.filter = u.Query()
	}
	return p, nil
}

// interactionUpdates returns what a change of an interaction updates besides it: the count in the menu and, on
// a record's page, the line under the name and the follow-ups.
func (s *Server) interactionUpdates(c *gin.Context, p *openRecord) ([]views.View, error) {
	due, err := s.due(c)
	parts := []views.View{views.Into{Target: "#due", Swap: "outerHTML", View: due}}
	if err != nil || p == nil {
		return parts, err
	}
	meta, err := s.metaNow(c, recordKindOf(p.base), p.id)
	if err != nil {
		return nil, err
	}
	card, err := s.recordFollowUps(c, p.kind, p.id)
	return append(parts, meta, views.Into{Target: "#follow-ups", Swap: "outerHTML", View: card}), err
}

// timelineAgain answers with the page's timeline as it is now, filter included, the focus on one
// interaction.
func (s *Server) timelineAgain(c *gin.Context, p *openRecord, id string, done ...views.View) error {
	p.filter.Del("before")
	t, err := s.timeline(c, &p.timelineRecord, p.filter)
	if err != nil {
		return err
	}
	focusEvent(t, id)
	around, err := s.interactionUpdates(c, p)
	if err != nil {
		return err
	}
	c.Header("HX-Retarget", "#activity")
	c.Header("HX-Reswap", "outerHTML")
	return s.show(c, http.StatusOK, slices.Concat([]views.View{t}, done, around)...)
}
