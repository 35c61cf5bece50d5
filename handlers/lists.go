package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// listKind is what the lists of organizations and of contacts differ in.
type listKind struct {
	name, noun, heading, description, placeholder string // name is also the path's
	byName                                        string // the sort it has by itself
	columns                                       []listColumn
	actions                                       []batchAction // on many at once
	missing                                       string        // what a record can lack, in the words of the filter
	missingValue                                  string
	count                                         func(*db.DB, context.Context, db.Actor, db.Filter) (int, bool, error)
}

// listColumn is a column that a list can show beside the name.
type listColumn struct {
	name, label, class string
	first              string // the sort of the first click
	chosen             bool   // shown to who chose none
	contact            bool   // tells of interactions
	telling            bool   // sorting by it tells of records out of sight, see db.Actor.OwnOnly
}

var organizationList = &listKind{
	name: "organizations", noun: "organization", heading: "Organizations", description: "The organizations your team works with",
	placeholder: "Name, domain or tax ID", actions: organizationActions, byName: "display_name", missing: "Has no contacts", missingValue: "contacts", count: (*db.DB).CountOrganizations,
	columns: []listColumn{
		{name: "sector", label: "Sector", first: "sector", chosen: true},
		{name: "size_band", label: "Size", first: "size_band", chosen: true},
		{name: "owner", label: "Owner", first: "owner", chosen: true},
		{name: "contacts", label: "Contacts", class: "end only-l", first: "-contacts", chosen: true, telling: true},
		{name: "last_contact", label: "Last contact", first: "-last_contact", chosen: true, contact: true},
		{name: "created_at", label: "Created", class: "only-l", first: "-created_at"},
		{name: "updated_at", label: "Changed", class: "only-l", first: "-updated_at"},
	},
}

var contactList = &listKind{
	name: "contacts", noun: "contact", heading: "Contacts", description: "The people your team works with",
	placeholder: "Name, email or organization", actions: contactActions, byName: "last_name", missing: "Has no email", missingValue: "email", count: (*db.DB).CountContacts,
	columns: []listColumn{
		{name: "organization", label: "Organization", first: "organization", chosen: true, telling: true},
		{name: "job_title", label: "Job title", class: "only-l", first: "job_title"},
		{name: "email", label: "Email", class: "only-l", first: "email", chosen: true},
		{name: "phone", label: "Phone", class: "only-l", first: "phone"},
		{name: "owner", label: "Owner", first: "owner", chosen: true},
		{name: "last_contact", label: "Last contact", first: "-last_contact", chosen: true, contact: true},
		{name: "created_at", label: "Created", class: "only-l", first: "-created_at"},
		{name: "updated_at", label: "Changed", class: "only-l", first: "-updated_at"},
	},
}

func (k *listKind) path() string { return "/" + k.name }

// filterParameters are the parameters of a list's URL that narrow or order it,
// in the order of their chips.
var filterParameters = []string{
	"q", "sector", "size_band", "owner", "status", "relationship_status", "role_label", "missing", "quiet_days",
	"last_contact", "last_contact_from", "last_contact_to", "created_from", "created_to", "updated_from", "updated_to", "sort",
}

// listFilter reads a list's filter from its parameters, and returns those that
// count, so that a URL says no more than what it does. What is no value of a
// filter, or would tell what the visitor may not see, is left out.
func (s *Server) listFilter(c *gin.Context, k *listKind, given url.Values) (db.Filter, url.Values) {
	v, p := who(c), url.Values{}
	for _, name := range filterParameters {
		if value := readable(given.Get(name)); value != "" {
			p.Set(name, value)
		}
	}
	drop := func(names ...string) {
		for _, name := range names {
			p.Del(name)
		}
	}
	if k != organizationList {
		drop("sector", "size_band")
	}
	if !v.Can(db.ViewInteraction) {
		drop("last_contact", "last_contact_from", "last_contact_to", "quiet_days")
	}
	if status := p.Get("status"); status != "archived" && status != "all" {
		drop("status")
	}
	if p.Get("last_contact") != "never" {
		drop("last_contact")
	}
	if p.Get("missing") != k.missingValue {
		drop("missing")
	}
	if !slices.Contains(db.RelationshipStatuses, p.Get("relationship_status")) {
		drop("relationship_status")
	}
	if p.Get("sort") == k.byName || !k.sorts(v, p.Get("sort")) {
		drop("sort")
	}
	if given.Has("columns") {
		p.Set("columns", k.columnNames(strings.Split(given.Get("columns"), ",")))
	}
	if given.Get("view") == allRows {
		p.Set("view", allRows)
	}
	f := db.Filter{
		Query: p.Get("q"), Status: p.Get("status"), Sector: p.Get("sector"), SizeBand: p.Get("size_band"), OwnerID: p.Get("owner"),
		RelationshipStatus: p.Get("relationship_status"), RoleLabel: p.Get("role_label"), Missing: p.Get("missing"),
		Never: p.Get("last_contact") != "", Sort: p.Get("sort"), After: given.Get("after"),
	}
	if f.OwnerID == "me" {
		f.OwnerID = v.UserID
	}
	f.Contacted = dates(p, "last_contact_from", "last_contact_to", v.User.Location())
	f.Created = dates(p, "created_from", "created_to", v.User.Location())
	f.Updated = dates(p, "updated_from", "updated_to", v.User.Location())
	if days, err := strconv.Atoi(p.Get("quiet_days")); err == nil && days > 0 && days <= 36_500 {
		now := s.now().In(v.User.Location())
		f.QuietSince = time.Date(now.Year(), now.Month(), now.Day()-days, 0, 0, 0, 0, now.Location())
	} else {
		drop("quiet_days")
	}
	return f, p
}

// sorts tells whether the list has an order that the visitor may have.
func (k *listKind) sorts(v *visitor, sort string) bool {
	name := strings.TrimPrefix(sort, "-")
	return name == k.byName || slices.ContainsFunc(k.columns, func(col listColumn) bool {
		return col.name == name && (!col.contact || v.Can(db.ViewInteraction)) && (!col.telling || !v.OwnOnly)
	})
}

// dates reads two days of a URL as the time from the start of the one to the
// end of the other, in a zone; what is no day is left out of both.
func dates(p url.Values, from, to string, zone *time.Location) (r db.Range) {
	read := func(name string, after int) time.Time {
		if p.Get(name) == "" {
			return time.Time{}
		}
		day, err := time.ParseInLocation(time.DateOnly, p.Get(name), zone)
		if err != nil || day.Year() > 9000 {
			p.Del(name)
			return time.Time{}
		}
		return day.AddDate(0, 0, after)
	}
	return db.Range{From: read(from, 0), To: read(to, 1)}
}

// columnNames are those of the given names that are columns of the list, as an address says them.
func (k *listKind) columnNames(given []string) string {
	var names []string
	for _, col := range k.columns {
		if slices.Contains(given, col.name) {
			names = append(names, col.name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}

// shownColumns are the columns that a list shows: those of its parameters, else
// those that the visitor chose, else those it comes with.
func (s *Server) shownColumns(c *gin.Context, k *listKind, p url.Values) (shown []listColumn, err error) {
	chosen := []string(nil)
	if p.Has("columns") {
		chosen = strings.Split(p.Get("columns"), ",")
	} else if chosen, err = s.db.ListColumns(c.Request.Context(), who(c).Actor, k.name); err != nil {
		return nil, err
	}
	for _, col := range k.columns {
		if col.contact && !who(c).Can(db.ViewInteraction) {
			continue
		}
		if chosen == nil && col.chosen || slices.Contains(chosen, col.name) {
			shown = append(shown, col)
		}
	}
	return shown, nil
}

// list answers a list: the whole page, the list alone while somebody
// searches, or the rows that follow. A form that sends empty fields is led to
// the address without them.
func (s *Server) list(c *gin.Context, l views.List, p url.Values) error {
	canonical := address(l.Path, p)
	empty := slices.ContainsFunc(filterParameters, func(name string) bool { value, sent := c.GetQuery(name); return sent && value == "" })
	switch {
	case !part(c) && empty && c.GetHeader("HX-Request") == "":
		return s.redirect(c, canonical)
	case !part(c):
		if empty {
			c.Header("HX-Push-Url", canonical)
		}
		return s.show(c, http.StatusOK, l)
	case c.Query("after") != "":
		return s.show(c, http.StatusOK, views.MoreRows{List: l})
	}
	c.Header("HX-Replace-Url", canonical)
	return s.show(c, http.StatusOK, views.ListPart{List: l}, views.Into{Target: "#chips", Swap: "innerHTML", View: l.Menus.Make()}, views.Into{Target: "#tabs", Swap: "outerHTML", View: l.Tabs})
}

// newList is a list of this kind without its rows.
func (s *Server) newList(c *gin.Context, k *listKind, f db.Filter, p url.Values, columns []listColumn, next string) (views.List, error) {
	v := who(c)
	l := views.List{
		Page: s.page(c, k.heading, k.description, k.name), Caption: k.heading, First: f.After == "",
		ListTop: views.ListTop{
			Path: k.path(), Heading: k.heading, Noun: k.noun, Plural: k.name, Placeholder: k.placeholder, CanEdit: v.Can(db.EditClient), Query: f.Query,
		},
		Columns: []views.Column{column(k.path(), p, "Name", k.byName, k.byName, "")},
	}
	for _, col := range columns {
		first := col.first
		if col.telling && v.OwnOnly {
			first = ""
		}
		l.Columns = append(l.Columns, column(k.path(), p, col.label, first, k.byName, col.class))
	}
	for _, col := range k.columns {
		if !col.contact || v.Can(db.ViewInteraction) {
			shown := slices.ContainsFunc(columns, func(other listColumn) bool { return other.name == col.name })
			l.Choices = append(l.Choices, views.Option{Value: col.name, Label: col.label, Selected: shown})
		}
	}
	if next != "" {
		l.More = address(l.Path, with(p, "after", next))
	}
	chips, err := s.chips(c, k, f, p)
	if err != nil {
		return l, err
	}
	l.Menus = chips
	l.Batch, l.Actions, l.MoreActions = address(k.path()+"/batch", p), k.offers(v, f, false), k.offers(v, f, true)
	l.From = address(l.Path, p)
	if l.Tabs, err = s.tabs(c, k.name, p, columns); err != nil {
		return l, err
	}
	l.Here = l.Tabs.Here()
	if l.Count, l.Many, err = k.count(s.db, c.Request.Context(), v.Actor, f); err == nil && l.Count == 0 {
		narrow(&l, f, p, chips.Make().(views.Chips).Menus)
	}
	return l, err
}

// offers are the actions on many that the list's bar shows, or those in its
// menu, by what the list can hold: nothing active is restored.
func (k *listKind) offers(v *visitor, f db.Filter, menu bool) (all []views.BatchButton) {
	for _, a := range k.actions {
		pointless := a.name == "archive" && f.Status == "archived" || a.name == "restore" && f.Status == ""
		if editClients.check(v) == nil && !pointless && a.menu == menu {
			all = append(all, views.BatchButton{Value: a.name, Label: a.label, Class: a.class})
		}
	}
	return all
}

// narrow says what narrows a list, for when nothing matches.
func narrow(l *views.List, f db.Filter, p url.Values, chips []views.Chip) {
	var set []string
	for _, chip := range chips {
		if chip.Value != "" {
			set = append(set, chip.Key+" is "+chip.Value)
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
	if f.Status == "" {
		l.WiderHref = address(l.Path, with(p, "status", "all"))
	}
}

// chips are a list's filters. All that they are made of is their key, so that
// a page which is asked for again does not make them again.
func (s *Server) chips(c *gin.Context, k *listKind, f db.Filter, p url.Values) (views.Kept, error) {
	ctx, v := c.Request.Context(), who(c)
	owners, err1 := s.db.Owners(ctx, v.Actor)
	roles, err2 := s.db.RoleLabels(ctx, v.Actor)
	var sectors, sizes []string
	var err3, err4 error
	if k == organizationList {
		sectors, err3 = s.db.Sectors(ctx, v.Actor)
		sizes, err4 = s.db.SizeBands(ctx, v.Actor)
	}
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return views.Kept{}, err
	}
	contacted := v.Can(db.ViewInteraction)
	return views.Keep("filters", func() views.View {
		chips := views.Chips{Menus: listChips(k, f, p, sectors, sizes, owners), Filter: filterForm(k, p, roles, contacted)}
		for _, name := range []string{"sector", "size_band", "owner", "status", "sort", "columns", "view"} {
			if value := p.Get(name); value != "" {
				chips.Hidden = append(chips.Hidden, views.Hidden{Name: name, Value: value})
			}
		}
		return chips
	}, k.name, p.Encode(), owners, roles, sectors, sizes, contacted), nil
}

// listChips are the menus of a list's filters, and a chip for each other filter that is set.
func listChips(k *listKind, f db.Filter, p url.Values, sectors, sizes []string, owners []db.Owner) (chips []views.Chip) {
	if k == organizationList {
		chips = append(chips, chip(k.path(), p, "Sector", "sector", f.Sector, plain(sectors)), chip(k.path(), p, "Size", "size_band", f.SizeBand, plain(sizes)))
	}
	options := []views.Option{{Value: "me", Label: "Me"}, {Value: "none", Label: "No owner"}}
	for _, o := range owners {
		options = append(options, views.Option{Value: o.ID, Label: o.FullName})
	}
	chips = append(chips, chip(k.path(), p, "Owner", "owner", p.Get("owner"), options), statusChip(k.path(), p, f.Status))
	set := func(key, value string, names ...string) {
		rest := p
		for _, name := range names {
			rest = with(rest, name, "")
		}
		chips = append(chips, views.Chip{Key: key, Value: value, Remove: address(k.path(), rest)})
	}
	if v := p.Get("relationship_status"); v != "" {
		set("Relationship", v, "relationship_status")
	}
	if v := p.Get("role_label"); v != "" {
		set("Role", v, "role_label")
	}
	if p.Get("missing") != "" {
		set(k.missing, "yes", "missing")
	}
	if v := p.Get("quiet_days"); v != "" {
		set("Quiet", "for "+days(v), "quiet_days")
	}
	if p.Get("last_contact") != "" {
		set("Last contact", "never", "last_contact")
	}
	for _, r := range []struct{ key, name string }{{"Last contact", "last_contact"}, {"Created", "created"}, {"Changed", "updated"}} {
		if from, to := p.Get(r.name+"_from"), p.Get(r.name+"_to"); from != "" || to != "" {
			set(r.key, span(from, to), r.name+"_from", r.name+"_to")
		}
	}
	return chips
}

// days is a number of days in words.
func days(typed string) string {
	n, _ := strconv.Atoi(typed)
	return plural(n, "day")
}

// span is a range of days in words.
func span(from, to string) string {
	short := func(day string) string {
		t, _ := time.Parse(time.DateOnly, day)
		return t.Format("2 Jan 2006")
	}
	switch {
	case from == to:
		return short(from)
	case to == "":
		return "from " + short(from)
	case from == "":
		return "up to " + short(to)
	}
	return short(from) + " – " + short(to)
}

// filterForm is the form of the filters that are no menu.
func filterForm(k *listKind, p url.Values, roles []string, contacted bool) (form views.FilterForm) {
	statuses := []views.Option{{Value: "", Label: "Any"}}
	for _, status := range db.RelationshipStatuses {
		statuses = append(statuses, views.Option{Value: status, Label: status, Selected: p.Get("relationship_status") == status})
	}
	form.Fields = []views.Field{
		{ID: "fl-relationship", Name: "relationship_status", Label: "Relationship", Options: statuses},
		{ID: "fl-role", Name: "role_label", Label: "Role", Value: p.Get("role_label"), List: roles},
	}
	if contacted {
		form.Fields = append(form.Fields, views.Field{ID: "fl-quiet", Name: "quiet_days", Label: "Quiet for days", Type: "number", Value: p.Get("quiet_days")})
	}
	for _, r := range []struct{ label, name string }{{"Last contact", "last_contact"}, {"Created", "created"}, {"Changed", "updated"}} {
		if r.name != "last_contact" || contacted {
			form.Ranges = append(form.Ranges, views.DateRange{Label: r.label, Name: r.name, From: p.Get(r.name + "_from"), To: p.Get(r.name + "_to")})
		}
	}
	if contacted {
		form.Ticks = append(form.Ticks, views.Tick{Name: "last_contact", Value: "never", Label: "Never contacted", Checked: p.Get("last_contact") != ""})
	}
	form.Ticks = append(form.Ticks, views.Tick{Name: "missing", Value: k.missingValue, Label: k.missing, Checked: p.Get("missing") != ""})
	return form
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

// timeCell is the cell of a column that both kinds have.
func timeCell(clock views.Clock, col listColumn, contacted time.Time, channel string, created, updated time.Time) views.Cell {
	cell, at := views.Cell{Kind: "date"}, created
	switch col.name {
	case "last_contact":
		cell, at = views.Cell{Kind: "last", Text: channel}, contacted
	case "updated_at":
		at = updated
	}
	if t := clock.Date(at); t != nil {
		cell.Time = *t
	}
	return cell
}

// rowKey is all that a row of a list is made of; T is the record.
type rowKey[T comparable] struct {
	record  T
	columns string
	pick    bool
	zone    string
	year    int
}

// newRowKey is the key of a record's row under these columns, as of the clock's year.
func newRowKey[T comparable](clock views.Clock, record T, columns []listColumn, pick bool) rowKey[T] {
	key := rowKey[T]{record: record, pick: pick, zone: clock.Zone.String(), year: clock.Now.In(clock.Zone).Year()}
	for _, col := range columns {
		key.columns += col.name + ","
	}
	return key
}

// chooseColumns keeps which columns a list shows to who asks, and goes back to it.
func (s *Server) chooseColumns(c *gin.Context) error {
	form := c.Request.PostForm
	for _, k := range []*listKind{organizationList, contactList} {
		if form.Get("list") != k.name {
			continue
		}
		from, err := url.Parse(nextPage(form.Get("from")))
		if err != nil || from.Path != k.path() {
			from = &url.URL{}
		}
		rest := from.Query()
		if rest.Has("columns") && form.Get("reset") == "" { // those of a view, not those the list comes with
			rest.Set("columns", k.columnNames(form["column"]))
			return s.redirect(c, address(k.path(), rest))
		}
		rest.Del("columns")
		chosen := []string{}
		for _, col := range k.columns {
			if slices.Contains(form["column"], col.name) {
				chosen = append(chosen, col.name)
			}
		}
		if form.Get("reset") != "" {
			chosen = nil
		}
		if err := s.db.ChooseColumns(c.Request.Context(), who(c).Actor, k.name, chosen); err != nil {
			return err
		}
		return s.redirect(c, address(k.path(), rest))
	}
	return &db.Invalid{Fields: map[string]string{"list": "Choose columns for organizations or contacts"}}
}
