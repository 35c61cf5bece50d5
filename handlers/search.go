package handlers

import (
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

const (
	searchLimit = 20 // of a kind, on its own tab
	searchFirst = 6  // of each kind, on the tab of all
)

// search shows results of all kinds, or of the kind of its tab.
func (s *Server) search(c *gin.Context) error {
	if c.Query("before") != "" {
		return s.searchMore(c)
	}
	v := views.Search{Page: s.page(c, "Search", "Search clients and what was said with them", ""), Query: query(c, "q"), Kind: searchKind(c)}
	if v.Query != "" {
		f := db.SearchFilter{Typed: v.Query, Most: searchLimit, Kind: v.Kind}
		if v.Kind == "" {
			f.Shown = searchFirst
		}
		found, err := s.db.Search(c.Request.Context(), who(c).Actor, f)
		if err != nil {
			return err
		}
		if err := s.addOlder(c, &v, &found); err != nil {
			return err
		}
		if err := s.searchGroups(c, &v, found); err != nil {
			return err
		}
	}
	if wantsFragment(c) {
		return s.show(c, http.StatusOK, views.SearchResults{Search: v})
	}
	return s.show(c, http.StatusOK, v)
}

// addOlder adds the interactions that were loaded after the first ones of their tab, as the address says, for Back.
func (s *Server) addOlder(c *gin.Context, v *views.Search, found *db.Hits) error {
	n := eventsShown(c.Request.URL.Query()) - searchLimit
	if v.Kind != "interactions" || n <= 0 || found.Older == "" {
		return nil
	}
	more, older, err := s.db.SearchInteractions(c.Request.Context(), who(c).Actor, v.Query, found.Older, n)
	found.Interactions, found.Older = append(found.Interactions, more...), older
	found.FoundInteractions += len(more)
	return err
}

// searchKind returns the tab's kind if the visitor may see it, else "" for all.
func searchKind(c *gin.Context) string {
	switch kind := c.Query("kind"); {
	case kind == "organizations" || kind == "contacts" || kind == "interactions" && viewInteractions.Check(who(c)) == nil:
		return kind
	}
	return ""
}

// searchMore answers with the next interactions.
func (s *Server) searchMore(c *gin.Context) error {
	typed := query(c, "q")
	found, older, err := s.db.SearchInteractions(c.Request.Context(), who(c).Actor, typed, c.Query("before"), searchLimit)
	if err != nil {
		return err
	}
	g := views.SearchGroup{
		Kind: "interactions", Heading: "Interactions",
		Interactions: mapSlice(found, func(i db.Interaction) views.FoundInteraction {
			return s.foundInteraction(c, i, text.NewTyped(typed))
		}),
	}
	shown := eventsShown(c.Request.URL.Query())
	if older != "" {
		g.More = olderFound(typed, older, shown)
	}
	if wantsFragment(c) {
		c.Header("HX-Replace-Url", withEvents("/search", url.Values{"q": {typed}, "kind": {g.Kind}}, shown)) // for Back
		return s.show(c, http.StatusOK, views.MoreInteractions{SearchGroup: g})
	}
	v := views.Search{Page: s.page(c, "Search", "Search clients and what was said with them", ""), Query: typed, Kind: "interactions"}
	if len(found) > 0 {
		v.Groups = []views.SearchGroup{g}
	}
	return s.show(c, http.StatusOK, v)
}

// searchAddress returns the address of a search. before is a cursor into the interactions, "" for
// the first.
func searchAddress(typed, kind, before string) string {
	return address("/search", url.Values{"q": {typed}, "kind": {kind}, "before": {before}})
}

// olderFound returns the address of the interactions that a search found before a cursor, after n that are shown.
func olderFound(typed, before string, n int) string {
	return withEvents("/search", url.Values{"q": {typed}, "kind": {"interactions"}, "before": {before}}, min(n+searchLimit, mostEvents))
}

// searchGroups fills the tabs and the results of each kind.
func (s *Server) searchGroups(c *gin.Context, v *views.Search, found db.Hits) error {
	typed := text.NewTyped(v.Query)
	organizations, err1 := s.foundRecords(c, found.Organizations, typed)
	contacts, err2 := s.foundRecords(c, found.Contacts, typed)
	for i := range contacts {
		contacts[i].Numbers = dialable(who(c), contacts[i].Numbers)
	}
	inside := func(kind string) bool { return slices.Contains(found.MoreInside, kind) }
	groups := []views.SearchGroup{
		{
			Kind: "organizations", Heading: "Organizations",
			Count: resultCount(found.FoundOrganizations, found.MoreOrganizations || inside("organizations")),
			Rows:  organizations,
		},
		{
			Kind: "contacts", Heading: "Contacts", Count: resultCount(found.FoundContacts, found.MoreContacts || inside("contacts")),
			Rows: contacts,
		},
	}
	if viewInteractions.Check(who(c)) == nil {
		groups = append(groups, views.SearchGroup{
			Kind: "interactions", Heading: "Interactions", Count: resultCount(found.FoundInteractions, found.Older != "" || inside("interactions")),
			Interactions: mapSlice(found.Interactions, func(i db.Interaction) views.FoundInteraction { return s.foundInteraction(c, i, typed) }),
		})
	}
	v.Tabs = []views.SearchTab{{Label: "All", Href: searchAddress(v.Query, "", ""), Current: v.Kind == ""}}
	var counts []string
	for _, g := range groups {
		v.Tabs = append(v.Tabs, views.SearchTab{
			Label: g.Heading, Count: g.Count, Href: searchAddress(v.Query, g.Kind, ""), Current: v.Kind == g.Kind,
		})
		counts = append(counts, countInWords(g.Count, strings.ToLower(g.Heading)))
		shown := len(g.Rows) + len(g.Interactions)
		if shown == 0 || v.Kind != "" && v.Kind != g.Kind {
			continue
		}
		switch {
		case v.Kind == "" && g.Count != strconv.Itoa(shown):
			g.AllHref = searchAddress(v.Query, g.Kind, "")
		case inside(g.Kind):
			g.Unshown = true
		case g.Kind == "organizations" && found.MoreOrganizations, g.Kind == "contacts" && found.MoreContacts:
			g.AllHref = address("/"+g.Kind, url.Values{"q": {v.Query}, "status": {"all"}})
		case g.Kind == "interactions" && found.Older != "":
			g.More = olderFound(v.Query, found.Older, shown)
		}
		v.Groups = append(v.Groups, g)
	}
	var err3 error
	v.Status = strings.Join(counts, ", ") + " found"
	if v.Query != "" && found.FoundOrganizations+found.FoundContacts+found.FoundInteractions == 0 {
		if v.Makes, err3 = s.outcomeChoices(c, v.Query); len(v.Makes) == 0 {
			v.Makes = s.createChoices(c, v.Query)
		}
	}
	if found.Similar() {
		v.Status = "No exact match. Similar spellings: " + strings.Join(counts, ", ")
	}
	return errors.Join(err1, err2, err3)
}

// mapSlice maps the elements of a slice.
func mapSlice[T, R any](all []T, row func(T) R) []R {
	var rows []R
	for _, x := range all {
		rows = append(rows, row(x))
	}
	return rows
}

// countInWords adds the noun, given in the plural, to a resultCount: "20+ contacts", "1 contact".
func countInWords(count, nouns string) string {
	n, err := strconv.Atoi(count)
	if err != nil {
		return count + " " + nouns
	}
	return wording.Plural(n, strings.TrimSuffix(nouns, "s"))
}

// resultCount puts the number of results in words, as "20+" if there are more.
func resultCount(n int, more bool) string {
	if more {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}
