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
	t, f, p, err := s.feed(c, c.Request.URL.Query())
	if err != nil {
		return err
	}
	if wantsFragment(c) && f.Before != "" {
		return s.olderAnswer(c, t.Days, t.Older, withEvents("/interactions", p, eventsShown(c.Request.URL.Query())))
	}
	canonical := address("/interactions", p)
	if mustShorten(c, middleware.InteractionParameters, canonical) {
		return s.redirect(c, canonical)
	}
	chips, err1 := s.interactionChips(c, p)
	matches, err2 := s.feedMatches(c, f)
	tabs, err3 := s.tabs(c, "interactions", p, nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if wantsFragment(c) {
		c.Header("HX-Push-Url", canonical)
		return s.show(c, http.StatusOK, views.InteractionList{Timeline: t}, views.Into{Target: "#chips", Swap: "innerMorph", View: chips},
			views.Into{Target: "#matches", Swap: "innerHTML", View: matches},
			views.Into{Target: "#tabs", Swap: "outerHTML", View: tabs})
	}
	page := views.Interactions{
		Page:     s.page(c, "Interactions", "Calls, emails, meetings and notes with all clients", "interactions"),
		Timeline: t, From: p.Get("from"), To: p.Get("to"), Tabs: tabs, Matches: string(matches), Menus: chips,
	}
	page.Here = tabs.Here()
	return s.show(c, http.StatusOK, page)
}

// feed returns the interactions that an address asks for, with the filter and the parameters that had an effect.
func (s *Server) feed(c *gin.Context, given url.Values) (t views.Timeline, f db.InteractionFilter, p url.Values, err error) {
	given, opens, err := s.listParameters(c, "interactions", given)
	if err != nil {
		return t, f, nil, err
	}
	if f, p = s.interactionFilter(c, given); opens {
		p.Set("view", allRows)
	}
	found, older, err := s.db.Interactions(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return t, f, nil, err
	}
	t = views.Timeline{
		Path:     address("/interactions", url.Values{"view": p["view"]}),
		Filtered: len(withoutAll(p)) > 0, Days: s.groupByDay(c, found, nil),
		OwnOnly: who(c).OwnOnly, CanLog: editInteractions.Check(who(c)) == nil,
	}
	t.Older = olderAddress("/interactions", p, older, t.Days, eventsShown(given))
	return t, f, p, nil
}

// feedMatches says how many interactions a filter finds.
func (s *Server) feedMatches(c *gin.Context, f db.InteractionFilter) (views.Text, error) {
	n, more, err := s.db.CountInteractions(c.Request.Context(), who(c).Actor, f)
	return views.Text(wording.Matches(n, more, "interaction")), err
}

// feedAgain answers with the feed as it is now, filter included, the focus on one interaction.
func (s *Server) feedAgain(c *gin.Context, given url.Values, id string, done views.View) error {
	given.Del("before")
	t, f, _, err := s.feed(c, given)
	if err != nil {
		return err
	}
	focusEvent(&t, id)
	matches, err1 := s.feedMatches(c, f)
	around, err2 := s.interactionUpdates(c, nil)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	c.Header("HX-Retarget", "#list")
	c.Header("HX-Reswap", "outerHTML")
	return s.show(c, http.StatusOK, append([]views.View{
		views.InteractionList{Timeline: t}, done, views.Into{Target: "#matches", Swap: "innerHTML", View: matches},
	}, around...)...)
}

// interactionFilter reads the feed's filter, and returns it with the parameters that had an effect.
func (s *Server) interactionFilter(c *gin.Context, given url.Values) (db.InteractionFilter, url.Values) {
	p := filled(given, middleware.InteractionParameters, middleware.SeveralOfInteractions)
	f, lists := db.InteractionFilter{Before: given.Get("before"), Limit: eventsAsked(given)}, s.lists(c)
	for name, values := range p {
		if lists.Interaction(&f, name, values...) != "" {
			p.Del(name)
		}
	}
	dropLoneIs(p)
	if given.Get("view") == allRows {
		p.Set("view", allRows)
	}
	return f, p
}

// interactionChips returns the chips of the feed's filters.
func (s *Server) interactionChips(c *gin.Context, p url.Values) (chips views.Chips, err error) {
	people, err1 := s.people(c, "interactions", p["user"]...)
	outcomes, err2 := s.db.Outcomes(c.Request.Context(), who(c).Actor)
	const path = "/interactions"
	chips.Menus = []views.Chip{
		valueChip(path, p, "Channel", "channel", channelOptions("")),
		valueChip(path, p, "Outcome", "outcome", optionsOf(outcomes)),
		personFilter("Who", "user").chip(path, p, withMe(people)),
	}
	chips.Menus[0].Pick.None = nil // each interaction has a channel
	if from, to := p.Get("from"), p.Get("to"); from != "" || to != "" {
		chips.Menus = append(chips.Menus, views.Chip{
			Key: "Day", Value: wording.Span(from, to), Remove: address(path, with(with(p, "from", ""), "to", "")),
		})
	}
	if p.Has("view") {
		chips.Hidden = []views.Hidden{{Name: "view", Value: p.Get("view")}}
	}
	return chips, errors.Join(err1, err2)
}
