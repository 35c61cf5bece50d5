package handlers

import (
	"context"
	"slices"
)

// NewRequestID makes ids for tests.
var NewRequestID = newRequestID

// Route is a line of the route table for tests.
type Route struct{ Method, Path, Access string }

// Routes is the route table.
func Routes() []Route {
	var all []Route
	for _, r := range routes {
		a := "declared"
		switch {
		case r.access.Public:
			a = "public"
		case !r.access.Declared():
			a = ""
		}
		all = append(all, Route{r.method, r.path, a})
	}
	return all
}

// Mounted returns the routes that gin serves.
func (s *Server) Mounted() ([]Route, error) {
	e, err := s.engine()
	if err != nil {
		return nil, err
	}
	var all []Route
	for _, r := range e.Routes() {
		all = append(all, Route{Method: r.Method, Path: r.Path})
	}
	return all, nil
}

// FilterParameters are the parameters that filter either list.
func FilterParameters() (all []string) {
	for _, k := range []*recordKind{organizationRecords, contactRecords} {
		for _, name := range k.filterParameters() {
			if name != "q" && name != "sort" && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// PlainLine is a Markdown text as search shows it.
var PlainLine = plainLine

// Trouble counts the failed checks of the registry.
func (s *Server) Trouble(ctx context.Context) int { return s.conditionNow(ctx).failed }
