package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// columnNames returns those of the names that are columns of the list, as an address writes them.
func (k *recordKind) columnNames(given []string) string {
	var names []string
	for _, col := range k.Columns {
		if slices.Contains(given, col.Name) {
			names = append(names, col.Name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}

// shownColumns returns the columns to show: those of the parameters, else the visitor's own choice,
// else the default.
func (s *Server) shownColumns(c *gin.Context, k *recordKind, p url.Values) (shown []db.Column, err error) {
	chosen := []string(nil)
	if p.Has("columns") {
		chosen = strings.Split(p.Get("columns"), ",")
	} else if chosen, err = s.db.ListColumns(c.Request.Context(), who(c).Actor, k.Plural); err != nil {
		return nil, err
	}
	for _, col := range k.Columns {
		if col.Contacted && !who(c).Can(db.ViewInteraction) {
			continue
		}
		if chosen == nil && col.Listed >= db.ShownWide || slices.Contains(chosen, col.Name) {
			shown = append(shown, col)
		}
	}
	return shown, nil
}

// list answers with a list: the page, the list alone during a search, or the next rows. A form with
// empty fields is redirected to the address without them.
func (s *Server) list(c *gin.Context, k *recordKind, l views.List, p url.Values) error {
	canonical := address(l.Path, p)
	switch {
	case mustShorten(c, k.filterParameters(), canonical):
		return s.redirect(c, canonical)
	case !wantsFragment(c):
		return s.show(c, http.StatusOK, l)
	case c.Query("after") != "":
		return s.show(c, http.StatusOK, views.MoreRows{List: l})
	}
	if source := c.GetHeader("HX-Source"); source == "" || source == "input#q" { // not every letter is a step to go back
		c.Header("HX-Replace-Url", canonical)
	} else {
		c.Header("HX-Push-Url", canonical)
	}
	return s.show(c, http.StatusOK, views.ListPart{List: l}, views.Into{Target: "#chips", Swap: "innerMorph", View: l.Menus},
		views.Into{Target: "#tabs", Swap: "outerHTML", View: l.Tabs})
}

// mustShorten reports whether a browser must be sent to the canonical address of a list, because its form sent some of
// these parameters empty. htmx shows that address with the answer.
func mustShorten(c *gin.Context, names []string, canonical string) bool {
	empty := slices.ContainsFunc(names, func(name string) bool { value, sent := c.GetQuery(name); return sent && value == "" })
	if empty && !wantsFragment(c) && c.GetHeader("HX-Request") != "" {
		c.Header("HX-Push-Url", canonical)
	}
	return empty && !wantsFragment(c) && c.GetHeader("HX-Request") == ""
}

func (s *Server) recordIndex(c *gin.Context) error {
	k := recordKindOf(c.FullPath())
	given := c.Request.URL.Query()
	f, p, err := s.listInput(c, k, given)
	if err != nil {
		return err
	}
	shown := rowsAsked(given)
	read := shown
	if f.After != "" {
		read = db.PageSize
	}
	found, next, err := k.rows(c, s.db, f, read)
	if err != nil {
		return err
	}
	columns, err := s.shownColumns(c, k, p)
	if err != nil {
		return err
	}
	l, err := s.newList(c, k, f, p, columns)
	if err != nil {
		return err
	}
	if f.After != "" && wantsFragment(c) {
		c.Header("HX-Replace-Url", address(l.Path, withRows(p, shown))) // for Back
	}
	clock, pick := s.clock(c), l.Actions != nil
	ticked, err := s.ticked(c, k, &l, address(l.Path, withRows(p, shown)))
	if err != nil {
		return err
	}
	l.Rows = make([]views.Row, len(found))
	for i := range found {
		l.Rows[i] = recordRow(clock, who(c), k, &found[i], columns, pick)
		l.Rows[i].Ticked = ticked[found[i].ID]
	}
	loadMore(&l, p, shown, next, f.After == "" || wantsFragment(c))
	return s.list(c, k, l, p)
}

// newList returns a list of this kind without rows.
func (s *Server) newList(c *gin.Context, k *recordKind, f db.Filter, p url.Values, columns []db.Column) (views.List, error) {
	v := who(c)
	l := views.List{
		Page: s.page(c, k.heading(), k.description, k.Plural), Caption: k.heading(), First: f.After == "",
		ListTop: views.ListTop{
			Path: k.path(), Heading: k.heading(), Noun: k.Noun, Plural: k.Plural,
			Placeholder: k.placeholder, CanEdit: v.Can(db.EditClient), Query: f.Query,
		},
		Columns: []views.Column{column(k.path(), p, "Name", k.NameColumn(), k.NameColumn(), "w-nm")},
	}
	if k == organizationRecords {
		l.Columns = append(l.Columns, views.Column{Label: "Domain", Class: "only-l w-dom"})
	}
	for _, col := range columns {
		l.Columns = append(l.Columns, column(k.path(), p, col.Label, firstSort(v, col),
			k.NameColumn(), strings.TrimSpace(columnClass(col)+" "+columnWidths[col.Name])))
	}
	for _, col := range k.Columns {
		if !col.Contacted || v.Can(db.ViewInteraction) {
			shown := slices.ContainsFunc(columns, func(other db.Column) bool { return other.Name == col.Name })
			l.Choices = append(l.Choices, views.Option{Value: col.Name, Label: col.Label, Selected: shown})
		}
	}
	chips, err := s.chips(c, k, f, p)
	if err != nil {
		return l, err
	}
	l.Menus = chips
	l.Batch = address(k.path()+"/batch", p)
	l.Actions, l.MoreActions = k.offers(v, f)
	l.From = address(l.Path, p)
	if l.Tabs, err = s.tabs(c, k.Plural, p, columns); err != nil {
		return l, err
	}
	l.Here = l.Tabs.Here()
	if l.Count, l.Many, err = k.count(s.db, c.Request.Context(), v.Actor, f); err == nil && l.Count == 0 {
		describeFilters(&l, f, p, chips.Menus)
	}
	return l, err
}

// offers returns the bulk actions for the list's bar and for its menu, except those that cannot
// apply to any of its rows, such as restoring active records.
func (k *recordKind) offers(v *visitor, f db.Filter) (bar, menu []views.BatchButton) {
	if editClients.Check(v) != nil {
		return nil, nil
	}
	for _, a := range k.batchActions() {
		button := views.BatchButton{Value: a.name, Label: a.label, Class: a.class}
		switch {
		case a.name == "archive" && f.Status == "archived", a.name == "restore" && f.Status == "":
		case a.menu:
			menu = append(menu, button)
		default:
			bar = append(bar, button)
		}
	}
	return bar, menu
}

// ownerOptions lists "No owner", those who may own a record and, last, a current owner who left.
func (s *Server) ownerOptions(c *gin.Context, current string) ([]views.Option, error) {
	owners, err1 := s.db.Owners(c.Request.Context(), who(c).Actor)
	owners, err2 := s.withPerson(c, owners, current)
	options := []views.Option{{Value: "", Label: "No owner", Selected: current == ""}}
	return append(options, personOptions(owners, current)...), errors.Join(err1, err2)
}

// people returns those by whom a list may be filtered, including the chosen ones.
func (s *Server) people(c *gin.Context, list string, chosen ...string) ([]db.Owner, error) {
	people, err := s.db.People(c.Request.Context(), who(c).Actor, list)
	for _, id := range chosen {
		var unnamed error
		people, unnamed = s.withPerson(c, people, id)
		err = errors.Join(err, unnamed)
	}
	return people, err
}

// withPerson adds the chosen person if they are not among people, with their name if it is known.
func (s *Server) withPerson(c *gin.Context, people []db.Owner, id string) ([]db.Owner, error) {
	if id == "" || id == "me" || id == "none" || slices.ContainsFunc(people, func(o db.Owner) bool { return o.ID == id }) {
		return people, nil
	}
	name, err := s.db.PersonName(c.Request.Context(), id)
	return append(slices.Clone(people), db.Owner{ID: id, FullName: cmp.Or(name, "A former colleague")}), err
}

func personOptions(people []db.Owner, current string) []views.Option {
	return mapSlice(people, func(o db.Owner) views.Option {
		return views.Option{Value: o.ID, Label: o.FullName, Selected: o.ID == current}
	})
}

// column returns a heading that sorts. The first click uses the order first, the next one reverses
// it.
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

// firstSort returns the order of the first click on a heading, "" if the column does not sort.
func firstSort(v *visitor, col db.Column) string {
	switch {
	case !col.SortedFor(v.Actor):
		return ""
	case col.Latest:
		return "-" + col.Name
	}
	return col.Name
}

// columnWidths are the classes of columns that have a width of their own; the others share the rest.
var columnWidths = map[string]string{
	"email": "w-mail", "size_band": "w-size", "owner": "w-own", "contacts": "w-num", "phone": "w-date",
	"last_contact": "w-date", "created_at": "w-date", "updated_at": "w-date",
}

func columnClass(col db.Column) string {
	class := ""
	if col.Listed == db.OfferedWide || col.Listed == db.ShownWide {
		class = "only-l"
	}
	if col.Name == "contacts" {
		class = "end " + class
	}
	return class
}

func firstName(full string) string {
	name, left := strings.CutSuffix(full, db.LeftMark)
	first, _, _ := strings.Cut(name, " ")
	if left {
		first += db.LeftMark
	}
	return first
}

// nonEmpty returns the texts that are not empty.
func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(text string) bool { return text == "" })
}

// recordRow returns a record as a row of a list.
func recordRow(clock views.Clock, v *visitor, k *recordKind, r *db.Record, columns []db.Column, pick bool) views.Row {
	row := views.Row{ID: r.ID, Name: r.Name(), Href: k.base(r.ID), Archived: !r.IsActive, Pick: pick, Cells: make([]views.Cell, len(columns))}
	for i, col := range columns {
		row.Cells[i] = recordCell(clock, k, r, col)
	}
	k.row(&row, *r, columns)
	row.Numbers = dialable(v, row.Numbers)
	if last := slices.IndexFunc(row.Cells, func(cell views.Cell) bool { return cell.Kind == "last" }); last >= 0 {
		row.Cells[last].Calls = true // the only cell beside the name on narrow screens
	} else {
		row.Calls = true
	}
	return row
}

func recordCell(clock views.Clock, k *recordKind, r *db.Record, col db.Column) views.Cell {
	cell, at := views.Cell{Kind: "date"}, r.CreatedAt
	switch col.Name {
	case "owner":
		return views.Cell{Kind: "owner", Text: r.OwnerName}
	case "contacts", "organization", "phone":
		return k.cell(*r, col)
	case "last_contact":
		cell, at = views.Cell{Kind: "last", Text: r.LastContactChannel}, r.LastContactAt
	case "created_at":
	case "updated_at":
		at = r.UpdatedAt
	default:
		return views.Cell{Kind: cellKind(col), Text: r.Value(col.Name)}
	}
	cell.Time = clock.Date(at)
	return cell
}

// cellKind returns how a cell gives way on a narrow screen: a "far" one is hidden, a "cut" one
// shortened.
func cellKind(col db.Column) string {
	switch {
	case columnClass(col) != "":
		return "far"
	case col.Name == "size_band":
		return "text"
	}
	return "cut"
}

// chooseColumns stores the visitor's choice of columns for a list and returns to the list.
func (s *Server) chooseColumns(c *gin.Context) error {
	form := c.Request.PostForm
	for _, k := range []*recordKind{organizationRecords, contactRecords} {
		if form.Get("list") != k.Plural {
			continue
		}
		from, err := url.Parse(nextPage(form.Get("from")))
		if err != nil || from.Path != k.path() {
			from = &url.URL{}
		}
		rest := from.Query()
		if rest.Has("columns") && form.Get("reset") == "" { // a view's own columns win over the default
			rest.Set("columns", k.columnNames(form["column"]))
			return s.redirect(c, address(k.path(), rest))
		}
		rest.Del("columns")
		chosen := []string{}
		for _, col := range k.Columns {
			if slices.Contains(form["column"], col.Name) {
				chosen = append(chosen, col.Name)
			}
		}
		if form.Get("reset") != "" {
			chosen = nil
		}
		if err := s.db.ChooseColumns(c.Request.Context(), who(c).Actor, k.Plural, chosen); err != nil {
			return err
		}
		return s.redirect(c, address(k.path(), rest))
	}
	return &db.Invalid{Fields: map[string]string{"list": "Choose columns for organizations or contacts"}}
}
