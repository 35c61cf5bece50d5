package handlers

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// allRows is the view of a list that narrows nothing, for those who open the
// list with another one.
const allRows = "all"

// viewLists are the lists that have views, and who may see each.
var viewLists = map[string]middleware.Access{"organizations": viewClients, "contacts": viewClients, "interactions": viewInteractions}

// namedSavedView is a view of a list: a saved one, or one that comes with the program.
type namedSavedView struct {
	db.SavedView
	ready bool
}

// readyViews are there for everybody.
var readyViews = []namedSavedView{
	{db.SavedView{ID: "mine", List: "organizations", Name: "My accounts", Query: "owner=me"}, true},
	{db.SavedView{ID: "quiet", List: "organizations", Name: "Quiet for 60 days", Query: "quiet_days=60&sort=last_contact"}, true},
}

// namedSavedViews are the views that the visitor has, of all lists: first those that are ready.
func (s *Server) namedSavedViews(c *gin.Context) (all []namedSavedView, err error) {
	v := who(c)
	for _, x := range readyViews {
		if viewLists[x.List].Check(v) == nil && (x.ID != "quiet" || v.Can(db.ViewInteraction)) {
			all = append(all, x)
		}
	}
	saved, err := s.db.SavedViews(c.Request.Context(), v.Actor)
	for _, x := range saved {
		all = append(all, namedSavedView{SavedView: x})
	}
	return all, err
}

// parameters are a view's, as its list reads them for the visitor: those of
// what they may not see is left out.
func (s *Server) parameters(c *gin.Context, list, query string) url.Values {
	given, _ := url.ParseQuery(query) // what cannot be read is left out
	for _, k := range []*recordKind{organizationRecords, contactRecords} {
		if k.Plural == list {
			_, p := s.listFilter(c, k, given)
			return filtersOf(p)
		}
	}
	_, p := s.interactionFilter(c, given)
	return filtersOf(p)
}

// filtersOf are a list's parameters without the one that asks for all.
func filtersOf(p url.Values) url.Values {
	p = maps.Clone(p)
	p.Del("view")
	return p
}

// savedViewAddress leads to a view. One that narrows nothing is not the plain list, which may open with another.
func (s *Server) savedViewAddress(c *gin.Context, x db.SavedView) string {
	return listAddress(x.List, s.parameters(c, x.List, x.Query))
}

func listAddress(list string, p url.Values) string {
	if len(p) == 0 {
		p.Set("view", allRows)
	}
	return address("/"+list, p)
}

// sidebarViews are the views in the menu beside every page.
func (s *Server) sidebarViews(c *gin.Context) ([]views.Ref, error) {
	all, err := s.namedSavedViews(c)
	refs := make([]views.Ref, 0, len(all))
	for _, x := range all {
		refs = append(refs, views.Ref{Name: x.Name, Href: s.sidebarAddress(c, x.SavedView)})
	}
	return refs, err
}

// addresses are where views lead, kept: to write them again for every page takes
// as long as to find a record.
type addresses struct {
	mu    sync.Mutex
	known map[savedViewKey]string
}

// savedViewKey is all that the address of a view depends on, see parameters.
type savedViewKey struct {
	list, query           string
	interactions, ownOnly bool // what its reader may see
}

// maxAddresses bounds the addresses kept.
const maxAddresses = 1000

// sidebarAddress is savedViewAddress, once for all who read the view alike.
func (s *Server) sidebarAddress(c *gin.Context, x db.SavedView) string {
	a, key := &s.addresses, savedViewKey{x.List, x.Query, who(c).Can(db.ViewInteraction), who(c).OwnOnly}
	a.mu.Lock()
	defer a.mu.Unlock()
	href, ok := a.known[key]
	if !ok {
		href = s.savedViewAddress(c, x)
		if a.known == nil || len(a.known) >= maxAddresses {
			a.known = map[savedViewKey]string{}
		}
		a.known[key] = href
	}
	return href
}

// firstSavedView is the view with which the visitor opens a list, nil for all of it.
func (s *Server) firstSavedView(c *gin.Context, list string) (*namedSavedView, error) {
	chosen, err := s.db.FirstSavedView(c.Request.Context(), who(c).Actor, list)
	if err != nil || chosen == "" {
		return nil, err
	}
	all, err := s.namedSavedViews(c)
	for _, x := range all {
		if x.ID == chosen && x.List == list {
			return &x, err
		}
	}
	return nil, err
}

// listParameters are a list's parameters: those of its address or, where it has none,
// those of the view that the visitor opens it with. opens tells that they have one.
func (s *Server) listParameters(c *gin.Context, list string) (given url.Values, opens bool, err error) {
	given = c.Request.URL.Query()
	first, err := s.firstSavedView(c, list)
	if err != nil || first == nil {
		return given, false, err
	}
	if len(given) == 0 {
		given, _ = url.ParseQuery(first.Query)
	}
	return given, true, nil
}

// listInput reads the filter of a list. Where the visitor opens it with a view,
// the addresses made from its parameters ask for all, so that none is the plain one.
func (s *Server) listInput(c *gin.Context, k *recordKind) (db.Filter, url.Values, error) {
	given, opens, err := s.listParameters(c, k.Plural)
	f, p := s.listFilter(c, k, given)
	if opens {
		p.Set("view", allRows)
	}
	return f, p, err
}

// mostTabs is how many tabs say how many rows they lead to.
const mostTabs = 12

// tabs are a list's views above it, with the one that is shown marked.
func (s *Server) tabs(c *gin.Context, list string, p url.Values, columns []db.Column) (views.Tabs, error) {
	all, err1 := s.namedSavedViews(c)
	first, err2 := s.firstSavedView(c, list)
	if err := errors.Join(err1, err2); err != nil {
		return views.Tabs{}, err
	}
	p = filtersOf(p)
	shown := p.Encode()
	t := views.Tabs{List: list, Save: s.saveAddress(list, p, columns)}
	t.Tabs = []views.Tab{{Name: "All", Href: "/" + list, Current: shown == ""}}
	if first != nil {
		t.Tabs[0].Href = address("/"+list, url.Values{"view": {allRows}})
	}
	if shown == "" && first != nil {
		t.Menu = &views.SavedViewMenu{Name: "All"}
	}
	for _, x := range all {
		if x.List != list {
			continue
		}
		q := s.parameters(c, list, x.Query)
		current := shown == q.Encode() && t.Menu == nil
		tab := views.Tab{Name: x.Name, Href: listAddress(list, q), Current: current}
		if len(t.Tabs) <= mostTabs {
			var err error
			if tab.Count, err = s.savedViewCount(c, x.SavedView); err != nil {
				return t, err
			}
		}
		if current {
			t.Menu = s.savedViewMenu(c, x, first)
		}
		t.Tabs = append(t.Tabs, tab)
	}
	return t, nil
}

// savedViewMenu is what can be done with the view that is shown.
func (s *Server) savedViewMenu(c *gin.Context, x namedSavedView, first *namedSavedView) *views.SavedViewMenu {
	menu := &views.SavedViewMenu{Name: x.Name, ID: x.ID, First: first != nil && first.ID == x.ID}
	if !x.ready && x.MayChange(who(c).Actor) {
		menu.Edit = "/views/" + x.ID
	}
	return menu
}

// saveAddress leads to the form that saves what a list shows.
func (s *Server) saveAddress(list string, p url.Values, columns []db.Column) string {
	if columns != nil || list != "interactions" {
		var names []string
		for _, col := range columns {
			names = append(names, col.Name)
		}
		if p = maps.Clone(p); names == nil {
			names = []string{"none"}
		}
		p.Set("columns", strings.Join(names, ","))
	}
	return "/views/new?" + url.Values{"list": {list}, "query": {p.Encode()}}.Encode()
}

// savedViewCount counts what a view shows the visitor now.
func (s *Server) savedViewCount(c *gin.Context, x db.SavedView) (string, error) {
	ctx, by := c.Request.Context(), who(c).Actor
	given, _ := url.ParseQuery(x.Query)
	n, more, err := 0, false, error(nil)
	if x.List == "interactions" {
		f, _ := s.interactionFilter(c, given)
		n, more, err = s.db.CountInteractions(ctx, by, f)
	} else {
		k := recordKinds[x.List]
		f, _ := s.listFilter(c, k, given)
		n, more, err = k.count(s.db, ctx, by, f)
	}
	if more {
		return wording.Grouped(n) + "+", err
	}
	return wording.Grouped(n), err
}

// savedViewInput is a view as its form sends it, its query as the list would write it.
func (s *Server) savedViewInput(c *gin.Context, list, query string) (string, error) {
	a, ok := viewLists[list]
	if !ok {
		return "", &db.Invalid{Fields: map[string]string{"list": "Choose organizations, contacts or interactions"}}
	}
	if err := a.Check(who(c)); err != nil {
		return "", err
	}
	return s.parameters(c, list, query).Encode(), nil
}
