package handlers

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// allRows is the name of the view without filters, needed by those whose default is another view.
const allRows = "all"

// viewLists are the lists that can have views, and what each requires.
var viewLists = map[string]middleware.Access{"organizations": viewClients, "contacts": viewClients, "interactions": viewInteractions}

// namedSavedView is a view of a list: saved by somebody, or built in.
type namedSavedView struct {
	db.SavedView
	ready bool
}

// readyViews are the built-in views.
var readyViews = []namedSavedView{
	{db.SavedView{ID: "mine", List: "organizations", Name: "My clients", Query: "owner=me"}, true},
	{db.SavedView{ID: "quiet", List: "organizations", Name: "Quiet for 60 days", Query: "quiet_days=60&sort=last_contact"}, true},
}

// namedSavedViews returns the visitor's views of all lists, the built-in ones first.
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

// parameters returns the view's parameters as its list reads them, without those that would reveal
// what the visitor may not see.
func (s *Server) parameters(c *gin.Context, list, query string) url.Values {
	given, _ := url.ParseQuery(query) // unreadable parts are ignored
	for _, k := range []*recordKind{organizationRecords, contactRecords} {
		if k.Plural == list {
			_, p := s.listFilter(c, k, given)
			return withoutAll(p)
		}
	}
	_, p := s.interactionFilter(c, given)
	return withoutAll(p)
}

// withoutAll returns the parameters without the one that asks for all rows.
func withoutAll(p url.Values) url.Values {
	p = maps.Clone(p)
	p.Del("view")
	return p
}

// savedViewAddress links to a view. A view without filters needs allRows, because the plain address
// opens the visitor's default view.
func (s *Server) savedViewAddress(c *gin.Context, x db.SavedView) string {
	return listAddress(x.List, s.parameters(c, x.List, x.Query))
}

func listAddress(list string, p url.Values) string {
	if len(p) == 0 {
		p.Set("view", allRows)
	}
	return address("/"+list, p)
}

// sidebarViews returns the views in the sidebar, the visitor's own before those that others share.
func (s *Server) sidebarViews(c *gin.Context) ([]views.Ref, error) {
	all, err := s.namedSavedViews(c)
	ofOthers := func(x namedSavedView) int {
		if x.ready || x.MakerID == who(c).UserID {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(x, y namedSavedView) int { return ofOthers(x) - ofOthers(y) })
	refs := make([]views.Ref, 0, len(all))
	for _, x := range all {
		refs = append(refs, views.Ref{Name: x.Name, Href: s.sidebarAddress(c, x.SavedView)})
	}
	return refs, err
}

// addresses caches the addresses of views. Building them for every page would cost as much as
// finding a record.
type addresses struct {
	mu    sync.Mutex
	known map[savedViewKey]string
}

// savedViewKey is everything that a view's address depends on, see parameters.
type savedViewKey struct {
	list, query           string
	interactions, ownOnly bool // what the reader may see
}

// maxAddresses bounds the cache.
const maxAddresses = 1000

// sidebarAddress is savedViewAddress, cached.
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

// firstSavedView returns the view that the visitor opens a list with, or nil.
func (s *Server) firstSavedView(c *gin.Context, list string) (*namedSavedView, error) {
	chosen, err := s.db.DefaultSavedView(c.Request.Context(), who(c).Actor, list)
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

// listParameters returns the given parameters or, if there are none, those of the view that
// the visitor opens the list with. opens reports whether there is such a view.
func (s *Server) listParameters(c *gin.Context, list string, given url.Values) (_ url.Values, opens bool, err error) {
	first, err := s.firstSavedView(c, list)
	if err != nil || first == nil {
		return given, false, err
	}
	if given.Del(messageParameter); len(given) == 0 {
		given, _ = url.ParseQuery(first.Query)
	}
	return given, true, nil
}

// listInput reads the filter of a list. If the visitor opens the list with a view, the links built
// from its parameters must ask for all rows, because the plain address opens the view.
func (s *Server) listInput(c *gin.Context, k *recordKind, given url.Values) (db.Filter, url.Values, error) {
	given, opens, err := s.listParameters(c, k.Plural, given)
	f, p := s.listFilter(c, k, given)
	if opens {
		p.Set("view", allRows)
	}
	return f, p, err
}

// mostTabs is how many tabs show a count of rows.
const mostTabs = 12

// tabs returns the views above a list, with the current one marked.
func (s *Server) tabs(c *gin.Context, list string, p url.Values, columns []db.Column) (views.Tabs, error) {
	all, err1 := s.namedSavedViews(c)
	first, err2 := s.firstSavedView(c, list)
	if err := errors.Join(err1, err2); err != nil {
		return views.Tabs{}, err
	}
	p = withoutAll(p)
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
			if t.Menu, err2 = s.savedViewMenu(c, x, first); err2 != nil {
				return t, err2
			}
		}
		t.Tabs = append(t.Tabs, tab)
	}
	return t, nil
}

// savedViewMenu returns the actions on the view shown.
func (s *Server) savedViewMenu(c *gin.Context, x namedSavedView, first *namedSavedView) (*views.SavedViewMenu, error) {
	chosen, err := s.db.HomeCards(c.Request.Context(), who(c).Actor)
	menu := &views.SavedViewMenu{Name: x.Name, ID: x.ID, First: first != nil && first.ID == x.ID, Home: slices.Contains(chosen.Views, x.ID)}
	if !x.ready && x.MayChange(who(c).Actor) {
		menu.Edit = "/views/" + x.ID
	}
	return menu, err
}

// saveAddress links to the form that saves the current filters, order and columns as a view.
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

// savedViewCount counts the rows that a view shows this visitor now.
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
	return wording.Number(n, more), err
}

// savedViewInput reads a view from its form and normalizes its query as the list would.
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
