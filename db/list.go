package db

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PageSize is how many rows a list shows at once.
const PageSize = 50

// MostCounted is up to how many rows a list counts exactly.
const MostCounted = 10_000

// Filter narrows and orders a list of organizations or contacts. Empty fields do not narrow.
type Filter struct {
	Query              string // words to find, at most 200 characters
	Status             string // active (also ""), archived, all
	OwnerID            string // a user's id, or "none"
	Sector, SizeBand   string // of organizations
	RelationshipStatus string // of a link
	RoleLabel          string // of the same link
	Missing            string // contacts (of an organization) or email (of a contact)

	Created, Updated, Contacted Range // Contacted only for those who may see interactions
	Never                       bool  // never contacted
	QuietSince                  time.Time

	Sort  string // a column, "-" before it for the other way round
	After string // cursor of the page before

	manyLinks bool // RelationshipStatus and RoleLabel fit more links than a set is made of
}

// Range is from a moment up to one that is not in it any more; zero is open.
type Range struct{ From, To time.Time }

// sorting is one order of a list: by a key, then by name where keys are shared, then by id.
type sorting struct {
	column     string // its name in URLs
	key        string // the column that it sorts by
	index      string // (is_active, key, …) in this order
	byName     bool   // rows of the same key are sorted by name
	descending bool
	// telling orders say something of records that those who see only their own clients may not see.
	telling bool
}

// listing is what the lists of organizations and of contacts differ in.
type listing struct {
	table, id, words string // organizations, organizations.id, the table of words
	sorts            []sorting
	missing          map[string]string // what can be missing, and the condition
	read             func(by Actor, key string) (query string, args []any)
	own              func(Actor) condition
	sees             func(Actor, string) condition
}

// sorting looks an order up; an unknown one, or one that would tell what the
// actor may not see, is the order by name.
func (l *listing) sorting(by Actor, name string) sorting {
	column := strings.TrimPrefix(name, "-")
	for _, s := range l.sorts {
		if s.column != column || column == "last_contact" && !by.Can(ViewInteraction) || s.telling && by.OwnOnly {
			continue
		}
		s.descending = strings.HasPrefix(name, "-")
		return s
	}
	return l.sorts[0]
}

// narrowing is one condition of a list. column is the one whose index finds its rows.
type narrowing struct {
	condition
	column string
}

// narrowed are the filter's conditions but the status. empty means that nothing can match.
func (l *listing) narrowed(by Actor, f Filter) (all []narrowing, empty bool) {
	add := func(column, sql string, args ...any) { all = append(all, narrowing{condition{sql, args}, column}) }
	equal := func(column, value string) {
		if value != "" {
			add(column, "{}"+column+" = ?", value)
		}
	}
	switch f.OwnerID {
	case "none":
		add("owner_user_id", "{}owner_user_id IS NULL")
	default:
		equal("owner_user_id", f.OwnerID)
	}
	if l.table == "organizations" {
		equal("sector", f.Sector)
		equal("size_band", f.SizeBand)
	}
	if f.RelationshipStatus != "" || f.RoleLabel != "" {
		all = append(all, l.linked(by, f))
	}
	if f.Missing != "" {
		if l.missing[f.Missing] == "" {
			return nil, true
		}
		add("missing", l.missing[f.Missing])
	}
	within := func(column string, r Range) {
		if !r.From.IsZero() {
			add(column, "{}"+column+" >= ?", stamp(r.From))
		}
		if !r.To.IsZero() {
			add(column, "{}"+column+" < ?", stamp(r.To))
		}
	}
	within(l.table+".created_at", f.Created)
	within(l.table+".updated_at", f.Updated)
	if by.Can(ViewInteraction) {
		within("last_contact_key", f.Contacted)
		if !f.Contacted.To.IsZero() && f.Contacted.From.IsZero() {
			add("last_contact_key", "{}last_contact_key > ''") // never is not before
		}
		if f.Never {
			add("last_contact_key", "{}last_contact_key = ''")
		}
		if !f.QuietSince.IsZero() {
			add("last_contact_key", "{}last_contact_key < ?", stamp(f.QuietSince))
		}
	}
	if f.Query != "" {
		column := ""
		if l.table == "contacts" {
			column = contactColumn(by)
		}
		query, ok := match(f.Query, column)
		if !ok {
			return nil, true
		}
		add("docid", "{}docid IN (SELECT docid FROM "+l.words+" WHERE "+l.words+" MATCH ?)", query)
	}
	return all, false
}

// linked keeps to records with a link of this status and role that the actor
// sees: of few links the set of their records, of many each record is asked.
func (l *listing) linked(by Actor, f Filter) narrowing {
	end := map[string]string{"organizations": "organization_id", "contacts": "contact_id"}[l.table]
	c, unused := by.seesLink(), ""
	if f.manyLinks {
		unused = "+"
	}
	if f.RelationshipStatus != "" {
		c = condition{unused + "relationship_status = ?", []any{f.RelationshipStatus}}.and(c)
	}
	if f.RoleLabel != "" {
		c = condition{unused + "role_label = ?", []any{f.RoleLabel}}.and(c)
	}
	if f.manyLinks {
		return narrowing{condition{"EXISTS (SELECT 1 FROM organization_contact WHERE " + end + " = " + l.id + " AND " + c.sql + ")", c.args}, "link"}
	}
	return narrowing{condition{"{}" + l.id + " IN (SELECT " + end + " FROM organization_contact WHERE " + c.sql + ")", c.args}, "link"}
}

// A list is read in one of two ways. Few matches are found by the filters'
// indexes and sorted; of many, the page is found by walking the order's index
// and asking of each row whether it matches: with many matches that is soon.
// Without filters, or with one whose index has the order, nothing is sorted.
// So no list reads or sorts more than some thousand rows for a page.
type way int

const (
	walk way = iota
	gather
)

// way chooses how a list is read.
func (d *DB) way(ctx context.Context, by Actor, l *listing, f Filter, s sorting) (way, error) {
	few, err := d.ownsFew(ctx, by)
	if err != nil || few {
		return gather, err
	}
	all, _ := l.narrowed(by, f)
	if len(all) == 0 || l.direct(all, s) {
		return walk, nil
	}
	_, more, err := d.count(ctx, by, l, f)
	if err != nil || !more {
		return gather, err
	}
	return walk, nil
}

// direct tells whether the only filter has an index that is in the order by name.
func (l *listing) direct(all []narrowing, s sorting) bool {
	return len(all) == 1 && s.column == l.sorts[0].column && slices.Contains([]string{"owner_user_id", "sector", "size_band"}, all[0].column)
}

// conditions are the list's conditions for one way of reading it.
func (l *listing) conditions(by Actor, f Filter, w way, s sorting, few bool) (c conditions, empty bool) {
	all, empty := l.narrowed(by, f)
	if empty {
		return c, true
	}
	active := "is_active = 1"
	if f.Status == "archived" {
		active = "is_active = 0"
	}
	if w == gather && (few || slices.ContainsFunc(all, func(n narrowing) bool { return n.column == "link" || n.column == "docid" })) {
		active = "+" + active // a set of ids is what finds them
	}
	c.add(active)
	switch {
	case few:
		c.addAll(l.own(by).holds(l.id))
	case by.OwnOnly:
		c.addAll(l.sees(by, l.id))
	}
	direct := l.direct(all, s)
	for _, n := range all {
		unused := "" // a plus keeps an index from being used
		if w == walk && !direct && n.column != s.key {
			unused = "+"
		}
		n.sql = strings.ReplaceAll(n.sql, "{}", unused)
		c.addAll(n.condition)
	}
	return c, false
}

// query is the query of a list's page.
func (l *listing) query(by Actor, f Filter, w way, s sorting, few bool) (query string, args []any, empty bool, err error) {
	c, empty := l.conditions(by, f, w, s, few)
	if empty {
		return "", nil, true, nil
	}
	if err := c.after(s, l.id, f.After); err != nil {
		return "", nil, false, err
	}
	read, args := l.read(by, s.key)
	args = append(args, c.args...)
	if w == gather {
		return read + "\nWHERE " + l.id + " IN (SELECT id FROM " + l.table + c.where() + s.orderBy(l.id, "+") + limit(PageSize+1) + ")" + s.orderBy(l.id, ""), args, false, nil
	}
	return read + c.where() + s.orderBy(l.id, "") + limit(PageSize+1), args, false, nil
}

// listed reads a page of a list. key is what a row is sorted by.
func listed[T any](ctx context.Context, d *DB, by Actor, l *listing, f Filter, scan func(row) (T, error), key func(T) [3]string) (page []T, next string, err error) {
	s := l.sorting(by, f.Sort)
	if f.manyLinks, err = d.manyLinks(ctx, f); err != nil {
		return nil, "", err
	}
	if f.Status == "all" {
		return bothStates(f, s, key, func(f Filter) ([]T, string, error) { return listed(ctx, d, by, l, f, scan, key) })
	}
	w, err := d.way(ctx, by, l, f, s)
	if err != nil {
		return nil, "", err
	}
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return nil, "", err
	}
	query, args, empty, err := l.query(by, f, w, s, few)
	if err != nil || empty {
		return nil, "", err
	}
	read := d.reader.queryWatched
	if plain := (Filter{Status: f.Status, Sort: f.Sort, After: f.After}); f == plain && !by.OwnOnly {
		read = d.reader.query
	}
	rows, err := read(ctx, query, args...)
	if page, err = collectInto(make([]T, 0, PageSize+1), rows, err, scan); err != nil {
		return nil, "", err
	}
	if len(page) > PageSize {
		page = page[:PageSize]
		next = newCursor(key(page[PageSize-1]))
	}
	return page, next, nil
}

// count counts what a filter finds, up to MostCounted; more tells whether there is more.
func (d *DB) count(ctx context.Context, by Actor, l *listing, f Filter) (n int, more bool, err error) {
	if f.manyLinks, err = d.manyLinks(ctx, f); err != nil {
		return 0, false, err
	}
	if f.Status == "all" {
		for _, f.Status = range []string{"active", "archived"} {
			some, also, err := d.count(ctx, by, l, f)
			if err != nil {
				return 0, false, err
			}
			n, more = n+some, more || also
		}
		if n > d.most {
			n, more = d.most, true
		}
		return n, more, nil
	}
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return 0, false, err
	}
	c, empty := l.conditions(by, f, gather, sorting{}, few)
	if empty {
		return 0, false, nil
	}
	return d.atMost(ctx, l.table+c.where(), c.args...)
}

// atMost counts the rows of a query up to MostCounted; more tells whether there are more.
func (d *DB) atMost(ctx context.Context, from string, args ...any) (n int, more bool, err error) {
	key := from
	for _, arg := range args {
		key += "\x00" + fmt.Sprint(arg)
	}
	n, err = remembered(&d.memo, key, func() (n int, err error) {
		err = d.reader.queryRowWatched(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+from+limit(d.most+1)+")", args...).Scan(&n)
		return n, err
	})
	return min(n, d.most), n > d.most, err
}

// manyLinks tells whether more links have the filter's status and role than a list sorts.
func (d *DB) manyLinks(ctx context.Context, f Filter) (bool, error) {
	var c conditions
	if f.RelationshipStatus != "" {
		c.add("relationship_status = ?", f.RelationshipStatus)
	}
	if f.RoleLabel != "" {
		c.add("role_label = ?", f.RoleLabel)
	}
	if len(c.clauses) == 0 {
		return false, nil
	}
	_, more, err := d.atMost(ctx, "organization_contact"+c.where(), c.args...)
	return more, err
}

// conditions gathers the WHERE of a list.
type conditions struct {
	clauses []string
	args    []any
}

func (c *conditions) add(clause string, args ...any) {
	c.clauses = append(c.clauses, clause)
	c.args = append(c.args, args...)
}

func (c *conditions) addAll(also condition) { c.add(also.sql, also.args...) }

func (c *conditions) where() string {
	if len(c.clauses) == 0 {
		return ""
	}
	return "\nWHERE " + strings.Join(c.clauses, "\n\tAND ")
}

// after continues behind a cursor. A cursor that cannot be read is refused.
func (c *conditions) after(s sorting, id, cursor string) error {
	if cursor == "" {
		return nil
	}
	at, err := readCursor(cursor)
	if err != nil {
		return err
	}
	compare := " > "
	if s.descending {
		compare = " < "
	}
	if s.byName {
		c.add("("+s.key+", sort_key, "+id+")"+compare+"(?, ?, ?)", at[0], at[1], at[2])
	} else {
		c.add("("+s.key+", "+id+")"+compare+"(?, ?)", at[0], at[2])
	}
	return nil
}

// orderBy is the order; with a plus before the first column no index is used for it.
func (s sorting) orderBy(id, plus string) string {
	columns := []string{plus + s.key, id}
	if s.byName {
		columns = []string{plus + s.key, "sort_key", id}
	}
	direction := ""
	if s.descending {
		direction = " DESC"
	}
	return "\nORDER BY " + strings.Join(columns, direction+", ") + direction
}

// limit ends a query. The number stands in its text: SQLite plans by it, and so
// would prepare the query anew each time that one is bound.
func limit(n int) string { return "\nLIMIT " + strconv.Itoa(n) }

// bothStates makes a page of active and archived rows from a page of each: either
// has an index in the order asked for, both together would sort the whole table.
func bothStates[T any](f Filter, s sorting, key func(T) [3]string, list func(Filter) ([]T, string, error)) (page []T, next string, err error) {
	var more bool
	for _, f.Status = range []string{"active", "archived"} {
		rows, next, err := list(f)
		if err != nil {
			return nil, "", err
		}
		page = append(page, rows...)
		more = more || next != ""
	}
	slices.SortFunc(page, func(a, b T) int {
		x, y := key(a), key(b)
		if !s.byName {
			x[1], y[1] = "", ""
		}
		if s.descending {
			x, y = y, x
		}
		return slices.Compare(x[:], y[:])
	})
	if len(page) > PageSize {
		page, more = page[:PageSize], true
	}
	if more {
		next = newCursor(key(page[len(page)-1]))
	}
	return page, next, nil
}

// newCursor is the cursor behind a row: its key, its name and its id.
func newCursor(key [3]string) string {
	encoded, _ := json.Marshal(key)
	return base64.RawURLEncoding.EncodeToString(encoded)
}

func readCursor(cursor string) (at [3]string, err error) {
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(decoded, &at)
	}
	if err != nil {
		return at, damagedCursor()
	}
	return at, nil
}

func damagedCursor() error {
	return invalid("after", "This link to more rows is damaged; start again from the top of the list")
}
