package handlers

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// interactionIndex is the feed of all interactions.
func (s *Server) interactionIndex(c *gin.Context) error {
	ctx, v := c.Request.Context(), who(c)
	given, opens, err := s.listParameters(c, "interactions", c.Request.URL.Query())
	if err != nil {
		return err
	}
	f, p := s.interactionFilter(c, given)
	if opens {
		p.Set("view", allRows)
	}
	found, older, err := s.db.Interactions(ctx, v.Actor, f)
	if err != nil {
		return err
	}
	chips, err1 := s.interactionChips(c, p)
	n, more, err2 := s.db.CountInteractions(ctx, v.Actor, f)
	tabs, err3 := s.tabs(c, "interactions", p, nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	t := views.Timeline{
		Path:     address("/interactions", url.Values{"view": p["view"]}),
		Filtered: len(withoutAll(p)) > 0, Days: s.groupByDay(c, found, nil), Chips: chips,
		OwnOnly: v.OwnOnly, CanLog: editInteractions.Check(v) == nil,
	}
	t.Older = olderAddress("/interactions", p, older, t.Days)
	if part(c) && f.Before != "" {
		return s.olderAnswer(c, t.Days, t.Older)
	}
	page := views.Interactions{
		Page:     s.page(c, "Interactions", "Calls, emails, meetings and notes with all clients", "interactions"),
		Timeline: t, From: p.Get("from"), To: p.Get("to"), Tabs: tabs,
	}
	page.Here = tabs.Here()
	page.Matches = wording.Matches(n, more, "interaction")
	outcomes, err := s.db.Outcomes(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	if len(outcomes) >= db.MostSuggested {
		page.Typed = []views.Field{typedFilter("Outcome", "outcome", p, outcomes)}
	}
	for _, name := range []string{"channel", "outcome", "user", "view"} {
		if p.Get(name) != "" && (name != "outcome" || page.Typed == nil) {
			page.Hidden = append(page.Hidden, views.Hidden{Name: name, Value: p.Get(name)})
		}
	}
	return s.show(c, http.StatusOK, page)
}

// interactionFilter reads the feed's filter, and returns it with the parameters that had an effect.
func (s *Server) interactionFilter(c *gin.Context, given url.Values) (db.InteractionFilter, url.Values) {
	p := filled(given, middleware.InteractionParameters, func(string) bool { return false })
	f, lists := db.InteractionFilter{Before: given.Get("before")}, s.lists(c)
	for name := range p {
		if lists.Interaction(&f, name, p.Get(name)) != "" {
			p.Del(name)
		}
	}
	if given.Get("view") == allRows {
		p.Set("view", allRows)
	}
	return f, p
}

func (s *Server) interactionChips(c *gin.Context, p url.Values) ([]views.Chip, error) {
	people, err1 := s.people(c, "interactions", p.Get("user"))
	outcomes, err2 := s.db.Outcomes(c.Request.Context(), who(c).Actor)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	chips := []views.Chip{
		chip("/interactions", p, "Channel", "channel", p.Get("channel"), channelOptions("")),
		chip("/interactions", p, "Outcome", "outcome", p.Get("outcome"), plain(outcomes)),
		chip("/interactions", p, "Who", "user", p.Get("user"), personOptions(people, "")),
	}
	if from, to := p.Get("from"), p.Get("to"); from != "" || to != "" {
		chips = append(chips, views.Chip{
			Key: "Day", Value: wording.Span(from, to), Remove: address("/interactions", with(with(p, "from", ""), "to", "")),
		})
	}
	return chips, nil
}
