package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// listFilter reads a list's filter from the URL. byName is the sort the list
// has by itself; a sort that is none, or would tell what is not to be seen, is that one.
func listFilter(c *gin.Context, byName string) db.Filter {
	f := db.Filter{
		Query: query(c, "q"), Status: query(c, "status"), Sector: query(c, "sector"), SizeBand: query(c, "size_band"),
		OwnerID: query(c, "owner"), Sort: query(c, "sort"), After: c.Query("after"),
	}
	switch strings.TrimPrefix(f.Sort, "-") {
	case byName, "updated_at", "created_at":
	case "last_contact":
		if !who(c).Can(db.ViewInteraction) {
			f.Sort = ""
		}
	default:
		f.Sort = ""
	}
	return f
}

// parameters is a filter as a URL says it, without the place in the list.
func parameters(f db.Filter) url.Values {
	p := url.Values{}
	for name, value := range map[string]string{"q": f.Query, "status": f.Status, "sector": f.Sector, "size_band": f.SizeBand, "owner": f.OwnerID, "sort": f.Sort} {
		if value != "" && (name != "status" || value != "active") {
			p.Set(name, value)
		}
	}
	return p
}

// list answers a list: the whole page, the list alone while somebody
// searches, or the rows that follow.
func (s *Server) list(c *gin.Context, l views.List) error {
	switch {
	case !part(c):
		return s.show(c, http.StatusOK, l)
	case c.Query("after") != "":
		return s.show(c, http.StatusOK, views.MoreRows{List: l})
	}
	return s.show(c, http.StatusOK, views.ListPart{List: l}, views.Into{Target: "#chips", Swap: "innerHTML", View: views.FilterChips{List: l}})
}

// narrow fills what a list says of its filter.
func narrow(l *views.List, f db.Filter, next string, chips []views.Chip) {
	p := parameters(f)
	l.Query, l.Chips, l.First = f.Query, chips, f.After == ""
	if next != "" {
		l.More = address(l.Path, with(p, "after", next))
	}
	for name, values := range p {
		if name != "q" {
			l.Hidden = append(l.Hidden, views.Hidden{Name: name, Value: values[0]})
		}
	}
	var set []string
	for _, chip := range chips {
		if chip.Value != "" {
			set = append(set, chip.Key+" is "+chip.Value)
		}
	}
	if f.Query != "" || len(set) > 0 {
		l.Filters, l.ClearLabel = "Check the spelling.", "Clear search"
		if len(set) > 0 {
			l.Filters, l.ClearLabel = strings.Join(set, " and ")+". Drop a filter to see more.", "Clear filters"
		}
		if len(set) > 0 && f.Query != "" {
			l.Filters = strings.Join(set, " and ") + ". Check the spelling, or drop a filter."
		}
		l.ClearHref = l.Path
		if f.Status == "" || f.Status == "active" {
			l.WiderHref = address(l.Path, with(p, "status", "all"))
		}
	}
}

// chip is a filter as a menu: values offered, the one that is set, and the way to remove it.
func chip(path string, p url.Values, key, name, current string, options []views.Option) views.Chip {
	chip := views.Chip{Key: key}
	for _, o := range options {
		o.Href = address(path, with(p, name, o.Value))
		o.Selected = o.Value == current
		if o.Selected && o.Value != "" {
			chip.Value = o.Label
		}
		chip.Options = append(chip.Options, o)
	}
	if current != "" && chip.Value == "" {
		chip.Value = current
	}
	if chip.Value != "" {
		chip.Remove = address(path, with(p, name, ""))
	}
	return chip
}

func plain(values []string) []views.Option {
	var options []views.Option
	for _, v := range values {
		options = append(options, views.Option{Value: v, Label: v})
	}
	return options
}

// statusChip shows as set only when it is not Active.
func statusChip(path string, p url.Values, status string) views.Chip {
	if status == "active" || (status != "archived" && status != "all") {
		status = ""
	}
	options := []views.Option{{Value: "", Label: "Active"}, {Value: "archived", Label: "Archived"}, {Value: "all", Label: "All"}}
	return chip(path, p, "Status", "status", status, options)
}

func (s *Server) ownerChip(c *gin.Context, path string, p url.Values, owner string) (views.Chip, error) {
	owners, err := s.ownerOptions(c, "")
	if err != nil {
		return views.Chip{}, err
	}
	owners[0] = views.Option{Value: "none", Label: "No owner"}
	return chip(path, p, "Owner", "owner", owner, owners), nil
}

// ownerOptions are who may own a record, behind "No owner".
func (s *Server) ownerOptions(c *gin.Context, current string) ([]views.Option, error) {
	owners, err := s.db.Owners(c.Request.Context(), who(c).Actor)
	options := []views.Option{{Value: "", Label: "No owner", Selected: current == ""}}
	for _, o := range owners {
		options = append(options, views.Option{Value: o.ID, Label: o.FullName, Selected: o.ID == current})
	}
	return options, err
}

// column is a heading that sorts: the first click in its own direction, the next in the other.
func column(path string, p url.Values, label, sort, first, class string) views.Column {
	col := views.Column{Label: label, Class: class}
	if sort == "" {
		return col
	}
	current := p.Get("sort")
	if current == "" {
		current = first
	}
	other := "-" + sort
	if strings.HasPrefix(sort, "-") {
		other = sort[1:]
	}
	next := sort
	switch current {
	case sort:
		next = other
		fallthrough
	case other:
		col.Sorted = "ascending"
		if strings.HasPrefix(current, "-") {
			col.Sorted = "descending"
		}
	}
	col.Href = address(path, with(p, "sort", next))
	return col
}

func firstName(full string) string {
	first, _, _ := strings.Cut(full, " ")
	return first
}
