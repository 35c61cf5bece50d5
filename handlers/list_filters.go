package handlers

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"

	"github.com/gin-gonic/gin"
)

// filterParameters are the parameters that filter or order a list, in the order of their chips.
func (k *recordKind) filterParameters() []string {
	return middleware.ListParameters(k.RecordKind, true)
}

// listFilter reads a list's filter and returns it with the parameters that had an effect. Invalid
// values, and those that would reveal what the visitor may not see, are dropped.
func (s *Server) listFilter(c *gin.Context, k *recordKind, given url.Values) (db.Filter, url.Values) {
	several := func(name string) bool { return middleware.Several(k.RecordKind, name) }
	p := filled(given, middleware.ListParameters(k.RecordKind, who(c).Can(db.ViewInteraction)), several)
	if p.Get("status") == "active" {
		p.Del("status")
	}
	if p.Get("sort") == k.NameColumn() {
		p.Del("sort")
	}
	f, lists := db.Filter{Equal: map[string]db.ValueFilter{}, After: given.Get("after")}, s.lists(c)
	for name, values := range p {
		if lists.Record(&f, k.RecordKind, name, values...) != "" {
			p.Del(name)
		}
	}
	dropLoneIs(p)
	if given.Has("columns") {
		p.Set("columns", k.columnNames(strings.Split(given.Get("columns"), ",")))
	}
	if given.Get("view") == allRows {
		p.Set("view", allRows)
	}
	return f, p
}

// dropLoneIs removes each NAME_is whose NAME is missing, because there is no filter to negate.
func dropLoneIs(p url.Values) {
	maps.DeleteFunc(p, func(name string, _ []string) bool {
		of, is := strings.CutSuffix(name, "_is")
		return is && !p.Has(of)
	})
}

func (s *Server) lists(c *gin.Context) middleware.ListReader {
	clock := s.clock(c)
	return middleware.ListReader{By: who(c).Actor, Now: clock.Now.In(clock.Zone)}
}

// filled returns those of the named parameters that are not empty. Numbers and days may have the
// digits of any script. Several have all their values, sorted.
func filled(given url.Values, names []string, several func(name string) bool) url.Values {
	p := url.Values{}
	for _, name := range names {
		value := readable(given.Get(name))
		switch {
		case several(name):
			if values := nonEmpty(mapSlice(given[name], readable)...); len(values) > 0 {
				slices.Sort(values)
				values = slices.Compact(values)
				p[name] = values[:min(len(values), db.MostValues)]
			}
			continue
		case value == "":
			continue
		case name == "quiet_days":
			if days, err := strconv.Atoi(text.PlainDigits(value)); err == nil {
				value = strconv.Itoa(days)
			}
		case slices.Contains([]string{"from", "to"}, name[strings.LastIndexByte(name, '_')+1:]):
			value = text.PlainDigits(value)
		}
		p.Set(name, value)
	}
	return p
}

// quietSince returns the moment since which a client must have had no contact to be quiet for this
// many days.
func (s *Server) quietSince(c *gin.Context, days int) time.Time {
	clock := s.clock(c)
	return clock.Today().Add(-days).Start(clock.Zone)
}

// describeFilters describes what narrows a list, for when nothing matches.
func describeFilters(l *views.List, f db.Filter, p url.Values, chips []views.Chip) {
	var set []string
	for _, chip := range chips {
		if chip.Value != "" {
			set = append(set, chip.InWords())
		}
	}
	if f.Query == "" && len(set) == 0 {
		return
	}
	l.Filters, l.ClearLabel = "Check the spelling.", "Clear search"
	if len(set) > 0 {
		l.Filters, l.ClearLabel = strings.Join(set, " and ")+". Drop a filter to see more.", "Clear filters"
	}
	if len(set) > 0 && f.Query != "" {
		l.Filters = strings.Join(set, " and ") + ". Check the spelling, or drop a filter."
	}
	l.ClearHref = address(l.Path, url.Values{"view": p["view"]})
	if f.Query != "" {
		l.SimilarHref = searchAddress(f.Query, "", "") // a list finds only what words begin with
	}
	if f.Status == "" {
		l.WiderHref = address(l.Path, with(p, "status", "all"))
	}
}

// chips returns the chips of a list's filters.
func (s *Server) chips(c *gin.Context, k *recordKind, f db.Filter, p url.Values) (chips views.Chips, err error) {
	ctx, v := c.Request.Context(), who(c)
	owners, err1 := s.people(c, k.Plural, p["owner"]...)
	roles, err2 := s.db.RoleLabels(ctx, v.Actor)
	if err := errors.Join(err1, err2); err != nil {
		return chips, err
	}
	offered := map[string][]string{"role_label": roles}
	for _, f := range k.Fields {
		if f.Filtered {
			if offered[f.Column], err = s.db.Suggestions(ctx, v.Actor, f); err != nil {
				return chips, err
			}
		}
	}
	for _, name := range []string{"status", "sort", "columns", "view"} {
		if value := p.Get(name); value != "" {
			chips.Hidden = append(chips.Hidden, views.Hidden{Name: name, Value: value})
		}
	}
	chips.Menus, chips.Filter = listChips(k, f, p, offered, owners), filterForm(k, p, roles, v.Can(db.ViewInteraction))
	return chips, nil
}

// listChips returns the menus of a list's filters, and a chip for each other filter that is set.
// offered are the values in each field's menu.
func listChips(k *recordKind, f db.Filter, p url.Values, offered map[string][]string, owners []db.Owner) (chips []views.Chip) {
	for _, field := range k.Fields {
		if field.Filtered {
			chips = append(chips, valueChip(k.path(), p, field.Label, field.Column, optionsOf(offered[field.Column])))
		}
	}
	chips = append(chips, valueChip(k.path(), p, "Owner", "owner", withMe(owners)), statusChip(k.path(), p, f.Status))
	set := func(key, value string, names ...string) {
		rest := p
		for _, name := range names {
			rest = with(rest, name, "")
		}
		chips = append(chips, views.Chip{Key: key, Value: value, Remove: address(k.path(), rest)})
	}
	roles := valueChip(k.path(), p, "Role", "role_label", optionsOf(offered["role_label"]))
	for _, x := range []views.Chip{relationshipChip(k.path(), p), roles} {
		if x.Value != "" {
			x.Pick = nil // it is in the form of further filters
			chips = append(chips, x)
		}
	}
	if p.Get("missing") != "" {
		chips = append(chips, views.Chip{Key: k.missing, Value: k.missing, Alone: true, Remove: address(k.path(), with(p, "missing", ""))})
	}
	if v := p.Get("quiet_days"); v != "" {
		set("Quiet", "for "+daysInWords(v), "quiet_days")
	}
	if p.Get("last_contact") != "" {
		set("Last contact", "never", "last_contact")
	}
	for _, r := range []struct{ key, name string }{{"Last contact", "last_contact"}, {"Created", "created"}, {"Changed", "updated"}} {
		if from, to := p.Get(r.name+"_from"), p.Get(r.name+"_to"); from != "" || to != "" {
			set(r.key, wording.Span(from, to), r.name+"_from", r.name+"_to")
		}
	}
	return chips
}

// withMe lists people after an option for the visitor.
func withMe(people []db.Owner) []views.Option {
	return append([]views.Option{{Value: "me", Label: "Me"}}, personOptions(people, "")...)
}

// daysInWords puts a number of days in words.
func daysInWords(typed string) string {
	n, _ := strconv.Atoi(typed)
	return wording.Plural(n, "day")
}

// filterForm returns the form for the filters without a menu.
func filterForm(k *recordKind, p url.Values, roles []string, contacted bool) (form views.FilterForm) {
	form.Values = []views.Chip{relationshipChip(k.path(), p), valueChip(k.path(), p, "Role", "role_label", optionsOf(roles))}
	if contacted {
		form.Fields = append(form.Fields, views.Field{
			ID: "fl-quiet", Name: "quiet_days", Label: "Quiet for days", Type: "number", Value: p.Get("quiet_days"),
		})
	}
	for _, r := range []struct{ label, name string }{{"Last contact", "last_contact"}, {"Created", "created"}, {"Changed", "updated"}} {
		if r.name != "last_contact" || contacted {
			form.Ranges = append(form.Ranges, views.DateRange{
				Label: r.label, Name: r.name, From: p.Get(r.name + "_from"), To: p.Get(r.name + "_to"),
			})
		}
	}
	if contacted {
		form.Ticks = append(form.Ticks, views.Tick{
			Name: "last_contact", Value: "never", Label: "Never contacted", Checked: p.Get("last_contact") != "",
		})
	}
	form.Ticks = append(form.Ticks, views.Tick{Name: "missing", Value: k.Missing, Label: k.missing, Checked: p.Get("missing") != ""})
	return form
}

// chip returns a filter as a menu of the offered values. It marks the current one, however it is
// spelled, and links to the list without the filter.
func chip(path string, p url.Values, key, name, current string, options []views.Option) views.Chip {
	chip, href := views.Chip{Key: key, Options: make([]views.Option, 0, len(options))}, setting(path, p, name)
	for _, o := range options {
		o.Href = href(o.Value)
		o.Selected = o.Value == current || text.SortKey(o.Value) == text.SortKey(current)
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

func optionsOf(values []string) []views.Option {
	var options []views.Option
	for _, v := range values {
		options = append(options, views.Option{Value: v, Label: v})
	}
	return options
}

// statusChip counts as set only if it is not Active.
func statusChip(path string, p url.Values, status string) views.Chip {
	if status == "active" || (status != "archived" && status != "all") {
		status = ""
	}
	options := []views.Option{{Value: "", Label: "Active"}, {Value: "archived", Label: "Archived"}, {Value: "all", Label: "All"}}
	return chip(path, p, "Status", "status", status, options)
}
