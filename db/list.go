package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// PageSize is how many rows a list shows at once.
const PageSize = 50

// MostCounted is up to how many rows a list counts exactly.
const MostCounted = 10_000

// mostGathered is how many rows a list reads and sorts for a page. Of more, a walk in
// the order of the list meets enough sooner.
const mostGathered = 5000

// Filter narrows and orders a list of organizations or contacts. Empty fields do not narrow.
type Filter struct {
	Query              string // words to find, at most 200 characters
	Status             string // active (also ""), archived, all
	OwnerID            string // a user's id, or "none"
	Equal              Fields // by column: the value of a field that is Filtered
	RelationshipStatus string // of a link
	RoleLabel          string // of the same link
	Missing            string // contacts (of an organization) or email (of a contact)

	Created, Updated, Contacted Range     // Contacted only for those who may see interactions
	Never                       bool      // never contacted
	QuietSince                  time.Time // nobody talked to it since, and it was there before

	Sort  string // a column, "-" before it for the other way round
	After string // cursor of the page before

	roleLabels []string // RoleLabel and those in use that are alike
	manyLinks  bool     // RelationshipStatus and RoleLabel fit more links than a set is made of
}

// Range is from a moment up to one that is not in it any more; zero is open.
type Range struct{ From, To time.Time }

// listCondition is one condition of a list. column is the one whose index finds its
// rows; that of an equal one has them in the order by name.
type listCondition struct {
	condition
	column string
	equal  bool
}

// finds tells whether the condition finds few rows by itself: those of one value, of
// words or of links. SQLite takes a span of time for the narrower one, and of many
// clients that are quiet it would look at each.
func (n listCondition) finds() bool {
	return n.equal || n.set()
}

// set tells whether the condition finds rows by a set of their ids.
func (n listCondition) set() bool { return n.column == "docid" || n.column == "links" }

// listConditions are the filter's conditions but the status. empty means that nothing can match.
func (k *RecordKind) listConditions(by Actor, f Filter) (all []listCondition, empty bool) {
	add := func(column, sql string, args ...any) {
		all = append(all, listCondition{condition{sql, args}, column, false})
	}
	equal := func(column, value string) {
		if value != "" {
			all = append(all, listCondition{condition{"{}" + column + " = ?", []any{value}}, column, true})
		}
	}
	switch f.OwnerID {
	case "none":
		all = append(all, listCondition{condition{sql: "{}owner_user_id IS NULL"}, "owner_user_id", true})
	default:
		equal("owner_user_id", f.OwnerID)
	}
	for _, field := range k.Fields {
		if value := f.Equal[field.Column]; field.Filtered && value != "" {
			all = append(all, listCondition{field.foldedAs(value), field.sort.key, true})
		}
	}
	if f.RelationshipStatus != "" || f.RoleLabel != "" {
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
			add("last_contact_key", "{}last_contact_key > ''") // never is not before
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
		query, ok := match(f.Query, column)
		if !ok {
			return nil, true
		}
		add("docid", "{}docid IN (SELECT docid FROM "+k.words+" WHERE "+k.words+" MATCH ?)", query)
	}
	return all, false
}

// linkCondition keeps to records with a link of this status and role that the actor
// sees: of few links the set of their records, of many each record is asked.
func (k *RecordKind) linkCondition(by Actor, f Filter) listCondition {
	end := map[string]string{"organizations": "organization_id", "contacts": "contact_id"}[k.Plural]
	c, unused := by.seesLink(), ""
	if f.manyLinks {
		unused = "+"
	}
	if f.RelationshipStatus != "" {
		c = condition{unused + "relationship_status = ?", []any{f.RelationshipStatus}}.and(c)
	}
	if f.RoleLabel != "" {
		c = among(unused+"role_label", f.labels()).and(c)
	}
	if f.manyLinks {
		return listCondition{condition{
			"EXISTS (SELECT 1 FROM organization_contact WHERE " + end + " = " + k.id() + " AND " + c.sql + ")", c.args,
		}, "link", false}
	}
	return listCondition{
		condition{"{}" + k.id() + " IN (SELECT " + end + " FROM organization_contact WHERE " + c.sql + ")", c.args}, "links", false,
	}
}

// A list is read in one of two ways. Few matches are found by the filters'
// indexes and sorted; of many, the page is found by walking the order's index
// and asking of each row whether it matches: with many matches that is soon.
// Without filters, or with one whose index has the order, nothing is sorted.
// So no list reads or sorts more than some thousand rows for a page.
type listPlan int

const (
	walk listPlan = iota
	gather
)

// planList chooses how a list is read.
func (d *DB) planList(ctx context.Context, by Actor, k *RecordKind, f Filter, s listOrder) (listPlan, error) {
	few, err := d.ownsFew(ctx, by)
	if err != nil || few {
		return gather, err
	}
	all, _ := k.listConditions(by, f)
	if len(all) == 0 || k.direct(all, s) {
		return walk, nil
	}
	_, more, err := d.countRecords(ctx, by, k, f, min(d.most, mostGathered))
	if err != nil || !more {
		return gather, err
	}
	return walk, nil
}

// direct tells whether the only filter has an index that is in the order by name.
func (k *RecordKind) direct(all []listCondition, s listOrder) bool {
	return len(all) == 1 && s.column == k.byName.column && all[0].equal
}

// conditions are the list's conditions for one way of reading it.
func (k *RecordKind) conditions(by Actor, f Filter, w listPlan, s listOrder, few bool) (c conditions, empty bool) {
	all, empty := k.listConditions(by, f)
	if empty {
		return c, true
	}
	active := "is_active = 1"
	if f.Status == "archived" {
		active = "is_active = 0"
	}
	if w == gather && (few || slices.ContainsFunc(all, listCondition.set)) {
		active = "+" + active // a set of ids is what finds them
	}
	c.add(active)
	switch {
	case few:
		c.addAll(k.own(by).contains(k.id()))
	case by.OwnOnly:
		c.addAll(k.sees(by, k.id()))
	}
	direct, found := k.direct(all, s), slices.ContainsFunc(all, listCondition.finds)
	for _, n := range all {
		unused := "" // a plus keeps an index from being used
		if w == walk && !direct && n.column != s.key || w == gather && found && !n.finds() {
			unused = "+"
		}
		n.sql = strings.ReplaceAll(n.sql, "{}", unused)
		c.addAll(n.condition)
	}
	return c, false
}

// query is the query of a list's page.
func (k *RecordKind) query(by Actor, f Filter, w listPlan, s listOrder, few bool) (query string, args []any, empty bool, err error) {
	c, empty := k.conditions(by, f, w, s, few)
	if empty {
		return "", nil, true, nil
	}
	cursor := s
	if w == gather {
		cursor.key = "+" + s.key // what narrows the list finds its rows, not where it goes on
	}
	if err := c.after(cursor, k.id(), f.After); err != nil {
		return "", nil, false, err
	}
	read, args := k.read(by, s.key, unnamed)
	args = append(args, c.args...)
	if w == gather {
		return read + "\nWHERE " + k.id() + " IN (SELECT id FROM " + k.Plural + c.where() +
			s.orderBy(k.id(), "+") + limit(PageSize+1) + ")" + s.orderBy(k.id(), ""), args, false, nil
	}
	return read + c.where() + s.orderBy(k.id(), "") + limit(PageSize+1), args, false, nil
}

// readList reads a page of a list, its owners unnamed.
func (d *DB) readList(ctx context.Context, by Actor, k *RecordKind, f Filter) (page []Record, next string, err error) {
	s := k.sorting(by, f.Sort)
	if f, err = d.completeFilter(ctx, f); err != nil {
		return nil, "", err
	}
	if f.Status == "all" {
		return bothStates(f, s, func(f Filter) ([]Record, string, error) { return d.readList(ctx, by, k, f) })
	}
	w, err := d.planList(ctx, by, k, f, s)
	if err != nil {
		return nil, "", err
	}
	few, err := d.ownsFew(ctx, by)
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
	if page, err = sqlite.CollectInto(make([]Record, 0, PageSize+1), rows, err, k.scan); err != nil {
		return nil, "", err
	}
	if len(page) > PageSize {
		page = page[:PageSize]
		next = newCursor(page[PageSize-1].sortValues())
	}
	return page, next, nil
}

// count counts what a filter finds, up to MostCounted; more tells whether there is more.
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
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return 0, false, err
	}
	c, empty := k.conditions(by, f, gather, listOrder{}, few)
	if empty {
		return 0, false, nil
	}
	return d.countUpTo(ctx, most, k.Plural+c.where(), c.args...)
}

// countUpTo counts the rows of a query up to a number; more tells whether there are more.
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

// labels are the role labels that the filter asks for.
func (f Filter) labels() []string {
	if len(f.roleLabels) == 0 {
		return []string{f.RoleLabel}
	}
	return f.roleLabels
}

// completeFilter is a filter with what it asks for in other words, and whether more
// links have its status and role than a list sorts.
func (d *DB) completeFilter(ctx context.Context, f Filter) (_ Filter, err error) {
	if f.roleLabels, err = d.equivalentValues(ctx, "organization_contact", "role_label", f.RoleLabel); err != nil {
		return f, err
	}
	f.manyLinks, err = d.manyLinks(ctx, f)
	return f, err
}

func (d *DB) manyLinks(ctx context.Context, f Filter) (bool, error) {
	var c conditions
	if f.RelationshipStatus != "" {
		c.add("relationship_status = ?", f.RelationshipStatus)
	}
	if f.RoleLabel != "" {
		c.addAll(among("role_label", f.labels()))
	}
	if len(c.clauses) == 0 {
		return false, nil
	}
	_, more, err := d.countUpTo(ctx, 3*d.most, "organization_contact"+c.where(), c.args...)
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

// limit ends a query. The number stands in its text: SQLite plans by it, and so
// would prepare the query again each time that one is bound.
func limit(n int) string { return "\nLIMIT " + strconv.Itoa(n) }
