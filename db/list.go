package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// PageSize is the number of rows per page of a list.
const PageSize = 50

// MostListed is the largest page that programs may ask for.
const MostListed = 200

// MostCounted is how far lists count exactly.
const MostCounted = 10_000

// mostGathered is how many matching rows a list collects and sorts for a page. With more matches,
// walking the list in its order is faster.
const mostGathered = 5000

// Filter narrows and orders a list of organizations or contacts. Empty fields do not filter.
type Filter struct {
	Query        string                 // search words, at most 200 characters
	Status       string                 // active (the default), archived or all
	Owner        ValueFilter            // of users' IDs
	Equal        map[string]ValueFilter // of values of Filtered fields, by column
	Relationship ValueFilter            // of the statuses of some link
	Role         ValueFilter            // of the role labels of the same link
	Missing      string                 // only records without this: contacts or email, see RecordKind.Missing

	Created, Updated, Contacted Range     // Contacted applies only if the actor may see interactions
	Never                       bool      // never contacted
	QuietSince                  time.Time // no interaction since then, and created before

	Sort  string // a column, with a leading "-" for descending order
	After string // cursor returned with the previous page
	Limit int    // rows per page, at most MostListed; 0 means PageSize

	phoneRegion string   // of the phone numbers in Query
	roleLabels  []string // those of Role and equivalent spellings in use
	manyLinks   bool     // too many links match Relationship and Role to collect their records
}

// size returns the number of rows per page.
func (f Filter) size() int {
	if f.Limit <= 0 {
		return PageSize
	}
	return min(f.Limit, MostListed)
}

// Range is a time range. From is inclusive, To is exclusive, and zero means unbounded.
type Range struct{ From, To time.Time }

// listCondition is one condition of a list. column is the one whose index finds its rows.
type listCondition struct {
	condition
	column string
	equal  bool // compares with one value, so that this index returns rows ordered by name
	among  bool // compares with some values
	except bool // compares with all values but some
}

// isSelective reports whether the condition narrows the list well: by values, by words or by links.
// Without this hint, SQLite prefers a time range even if it matches most rows.
func (n listCondition) isSelective() bool {
	return n.equal || n.among || n.isSet() || n.isMissing()
}

// isSet reports whether the condition finds rows by a set of IDs.
func (n listCondition) isSet() bool { return n.column == "docid" || n.column == "links" }

// isOwned reports whether the condition finds rows by some owners, or by all but some if it is alone.
func (n listCondition) isOwned(alone bool) bool {
	return n.column == "owner_user_id" && (n.among || n.except && alone)
}

// isMissing reports whether the condition finds the rows without a value, which are in an index of their own.
func (n listCondition) isMissing() bool { return n.column == "missing" }

// listConditions returns the filter's conditions except the status. empty means that nothing can
// match.
func (k *RecordKind) listConditions(by Actor, f Filter) (all []listCondition, empty bool) {
	add := func(column, sql string, args ...any) {
		all = append(all, listCondition{condition: condition{sql, args}, column: column})
	}
	if f.Owner.narrows() {
		all = append(all, f.Owner.ofColumn("owner_user_id"))
	}
	for _, field := range k.Fields {
		if values := f.Equal[field.Column]; field.Filtered && values.narrows() {
			all = append(all, values.ofField(field))
		}
	}
	if f.Relationship.narrows() || f.Role.narrows() {
		all = append(all, k.linkCondition(by, f))
	}
	if f.Missing != "" {
		if f.Missing != k.Missing {
			return nil, true
		}
		add("missing", k.missingSQL)
	}
	within := func(column string, r Range) {
		if !r.From.IsZero() {
			add(column, "{}"+column+" >= ?", stamp(r.From))
		}
		if !r.To.IsZero() {
			add(column, "{}"+column+" < ?", stamp(r.To))
		}
	}
	within(k.Plural+".created_at", f.Created)
	within(k.Plural+".updated_at", f.Updated)
	if by.Can(ViewInteraction) {
		within("last_contact_key", f.Contacted)
		if !f.Contacted.To.IsZero() && f.Contacted.From.IsZero() {
			add("last_contact_key", "{}last_contact_key > ''") // exclude those never contacted
		}
		if f.Never {
			add("last_contact_key", "{}last_contact_key = ''")
		}
		if !f.QuietSince.IsZero() {
			add("quiet_since", "{}quiet_since < ?", stamp(f.QuietSince))
		}
	}
	if f.Query != "" {
		column := ""
		if k == ContactKind {
			column = contactColumn(by)
		}
		query, ok := match(f.Query, f.phoneRegion, column)
		if !ok {
			return nil, true
		}
		add("docid", "{}docid IN (SELECT docid FROM "+k.words+" WHERE "+k.words+" MATCH ?)", query)
	}
	return all, false
}

// linkCondition is true for records with a visible link of this status and role. If few links
// match, it collects their records; if many do, it checks each record.
func (k *RecordKind) linkCondition(by Actor, f Filter) listCondition {
	end := map[string]string{"organizations": "organization_id", "contacts": "contact_id"}[k.Plural]
	c, unused := by.seesLink(), ""
	if f.manyLinks {
		unused = "+"
	}
	if f.Relationship.narrows() {
		c = f.Relationship.of(unused+"relationship_status", f.Relationship.Values).and(c)
	}
	if f.Role.narrows() {
		c = f.Role.of(unused+"role_label", f.labels()).and(c)
	}
	if f.manyLinks {
		return listCondition{condition: condition{
			"EXISTS (SELECT 1 FROM organization_contact WHERE " + end + " = " + k.id() + " AND " + c.sql + ")", c.args,
		}, column: "link"}
	}
	return listCondition{condition: condition{
		"{}" + k.id() + " IN (SELECT " + end + " FROM organization_contact WHERE " + c.sql + ")", c.args,
	}, column: "links"}
}

// listPlan is how a list is read. gather finds the matching rows with the filters' indexes and
// sorts them, which suits few matches. walk reads in the order of the list and checks each row,
// which suits many: a page is soon full. It also suits lists without filters and filters whose
// index has the right order.
// A page sorts at most mostGathered rows, or the clients that somebody with OwnOnly sees, see listsOwn.
type listPlan int

const (
	walk listPlan = iota
	gather
)

// planList chooses how to read a list.
func (d *DB) planList(ctx context.Context, by Actor, k *RecordKind, f Filter, s listOrder, few bool) (listPlan, error) {
	if few {
		return gather, nil
	}
	all, _ := k.listConditions(by, f)
	if len(all) == 0 || k.isOrderedByFilter(all, s) {
		return walk, nil
	}
	_, more, err := d.countRecords(ctx, by, k, f, min(d.most, mostGathered))
	if err != nil || !more {
		return gather, err
	}
	return walk, nil
}

// isOrderedByFilter reports whether the only filter has an index that is ordered by name.
func (k *RecordKind) isOrderedByFilter(all []listCondition, s listOrder) bool {
	return len(all) == 1 && s.column == k.byName.column && all[0].equal
}

// conditions returns all conditions of a list for one plan.
func (k *RecordKind) conditions(by Actor, f Filter, w listPlan, s listOrder, few bool) (c conditions, empty bool) {
	all, empty := k.listConditions(by, f)
	if empty {
		return c, true
	}
	words := slices.ContainsFunc(all, func(n listCondition) bool { return n.column == "docid" })
	missing := !words && slices.ContainsFunc(all, listCondition.isMissing) // their index has the columns of the owner and of times, too
	active := "is_active = 1"
	if f.Status == "archived" {
		active = "is_active = 0"
	}
	owned := slices.ContainsFunc(all, func(n listCondition) bool { return n.isOwned(len(all) == 1) })
	if w == gather && (few || missing || owned || slices.ContainsFunc(all, listCondition.isSet)) {
		active = "+" + active // use the set of IDs, or the index of owners or of those without a value, to find rows
	}
	c.add(active)
	switch {
	case few:
		c.addAll(k.own(by).contains(k.id()))
	case by.OwnOnly:
		c.addAll(k.sees(by, k.id()))
	}
	if w == walk && s.key == "last_contact_key" && by.Can(ViewInteraction) && !f.QuietSince.IsZero() {
		c.add("last_contact_key < ?", stamp(f.QuietSince)) // follows from quiet_since, and shortens the walk
	}
	direct, found := k.isOrderedByFilter(all, s), slices.ContainsFunc(all, listCondition.isSelective)
	for _, n := range all {
		unused := "" // a plus keeps SQLite from using an index
		switch {
		case w == walk && !direct && (n.column != s.key || n.among || n.except),
			w == gather && found && !n.isSelective(),
			w == gather && missing && n.column == "owner_user_id",
			w == gather && words && n.isMissing():
			unused = "+"
		}
		n.sql = strings.ReplaceAll(n.sql, "{}", unused)
		c.addAll(n.condition)
	}
	return c, false
}

// query returns the query for a page.
func (k *RecordKind) query(by Actor, f Filter, w listPlan, s listOrder, few bool) (query string, args []any, empty bool, err error) {
	c, empty := k.conditions(by, f, w, s, few)
	if empty {
		return "", nil, true, nil
	}
	cursor := s
	if w == gather {
		cursor.key = "+" + s.key // use the filters' index, not the cursor, to find rows
	}
	if err := c.after(cursor, k.id(), f.After); err != nil {
		return "", nil, false, err
	}
	read, args := k.read(by, s.key, unnamed)
	args = append(args, c.args...)
	if w == gather {
		return read + "\nWHERE " + k.id() + " IN (SELECT id FROM " + k.Plural + c.where() +
			s.orderBy(k.id(), "+") + limit(f.size()+1) + ")" + s.orderBy(k.id(), ""), args, false, nil
	}
	return read + c.where() + s.orderBy(k.id(), "") + limit(f.size()+1), args, false, nil
}

// readList reads a page of a list, without owner names.
func (d *DB) readList(ctx context.Context, by Actor, k *RecordKind, f Filter) (page []Record, next string, err error) {
	s := k.orderFor(by, f.Sort)
	if f, err = d.completeFilter(ctx, f); err != nil {
		return nil, "", err
	}
	if f.Status == "all" {
		return bothStates(f, s, func(f Filter) ([]Record, string, error) { return d.readList(ctx, by, k, f) })
	}
	few, err := d.listsOwn(ctx, by, k)
	if err != nil {
		return nil, "", err
	}
	w, err := d.planList(ctx, by, k, f, s, few)
	if err != nil {
		return nil, "", err
	}
	query, args, empty, err := k.query(by, f, w, s, few)
	if err != nil || empty {
		return nil, "", err
	}
	read := d.reader.Query
	if all, _ := k.listConditions(by, f); len(all) == 0 && !by.OwnOnly {
		read = d.reader.QuickQuery
	}
	rows, err := read(ctx, query, args...)
	if page, err = sqlite.CollectInto(make([]Record, 0, f.size()+1), rows, err, k.scanner()); err != nil {
		return nil, "", err
	}
	if size := f.size(); len(page) > size {
		page = page[:size]
		next = s.cursor(page[size-1].sortValues())
	}
	return page, next, nil
}

// count counts what a filter finds. Beyond MostCounted it stops, and more is true.
func (d *DB) count(ctx context.Context, by Actor, k *RecordKind, f Filter) (n int, more bool, err error) {
	return d.countRecords(ctx, by, k, f, d.most)
}

func (d *DB) countRecords(ctx context.Context, by Actor, k *RecordKind, f Filter, most int) (n int, more bool, err error) {
	if f, err = d.completeFilter(ctx, f); err != nil {
		return 0, false, err
	}
	if f.Status == "all" {
		for _, f.Status = range []string{"active", "archived"} {
			some, also, err := d.countRecords(ctx, by, k, f, most)
			if err != nil {
				return 0, false, err
			}
			n, more = n+some, more || also
		}
		if n > most {
			n, more = most, true
		}
		return n, more, nil
	}
	found, empty, err := d.counted(ctx, by, k, f)
	if err != nil || empty {
		return 0, false, err
	}
	return d.countUpTo(ctx, most, found.sql, found.args...)
}

// counted says where to count what a filter finds.
func (d *DB) counted(ctx context.Context, by Actor, k *RecordKind, f Filter) (from condition, empty bool, err error) {
	few, err := d.countsOwn(ctx, by)
	c, empty := k.conditions(by, f, gather, listOrder{}, few)
	return condition{k.Plural + c.where(), c.args}, empty, err
}

// countUpTo counts rows up to most. more is true if there are more.
func (d *DB) countUpTo(ctx context.Context, most int, from string, args ...any) (n int, more bool, err error) {
	key := strconv.Itoa(most) + from
	for _, arg := range args {
		key += "\x00" + fmt.Sprint(arg)
	}
	n, err = memoized(&d.memo, key, func() (n int, err error) {
		err = d.reader.QueryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+from+limit(most+1)+")", args...).Scan(&n)
		return n, err
	})
	return min(n, most), n > most, err
}

// labels returns the role labels that the filter matches.
func (f Filter) labels() []string {
	if len(f.roleLabels) == 0 {
		return f.Role.Values
	}
	return f.roleLabels
}

// completeFilter sets the filter's equivalent role labels, manyLinks and phoneRegion.
func (d *DB) completeFilter(ctx context.Context, f Filter) (Filter, error) {
	f.phoneRegion = d.PhoneRegion()
	var err1, err2 error
	f.roleLabels, err1 = d.equivalentValues(ctx, "organization_contact", "role_label", f.Role.Values)
	f.manyLinks, err2 = d.manyLinks(ctx, f)
	return f, errors.Join(err1, err2)
}

func (d *DB) manyLinks(ctx context.Context, f Filter) (bool, error) {
	var c conditions
	if f.Relationship.narrows() {
		c.addAll(f.Relationship.of("relationship_status", f.Relationship.Values))
	}
	if f.Role.narrows() {
		c.addAll(f.Role.of("role_label", f.labels()))
	}
	if len(c.clauses) == 0 {
		return false, nil
	}
	_, more, err := d.countUpTo(ctx, 3*d.most, "organization_contact"+c.where(), c.args...)
	return more, err
}

// conditions builds a WHERE clause.
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

// limit returns a LIMIT clause. The number is part of the text because SQLite's plan depends on it:
// a bound value would make it prepare the query again each time.
func limit(n int) string { return "\nLIMIT " + strconv.Itoa(n) }
