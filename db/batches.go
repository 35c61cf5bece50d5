package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
)

const (
	// MostBatched is the largest number of records in a batch. A batch is one transaction, and
	// other writes wait for it, a second or two at this size.
	MostBatched = 10_000
	// mostLinked is the largest number of organizations to link a contact to at once. Each link
	// must find its place among all the contact's links.
	mostLinked = 1000
	// mostSince is the largest number of audit rows between a preview and its batch.
	mostSince = 20_000
	// BatchNames is how many records of a group are listed by name.
	BatchNames = 100
)

// Batch is one change to many organizations or contacts, given by their IDs or by a filter.
type Batch struct {
	Kind   string // organization or contact
	IDs    []string
	Filter *Filter
	Action string // see batchColumn
	// Typed has the action's fields: owner_user_id, sector or size_band; for link organization_id
	// or contact_id, role_label and relationship_status; for set_relationship_status that, and
	// optionally organization_id to change only links with it.
	Typed Fields
	// Seen is BatchPlan.Seen of the preview. Records changed after it are skipped. 0 means now.
	Seen int64
	// Previewed is BatchPlan.Found of the preview. With a filter, RunBatch requires it and Seen,
	// and skips records that the preview did not find.
	Previewed []string
	RequestID string
}

// BatchPlan says what a batch will do, or did.
type BatchPlan struct {
	ID         string // of the batch; "" in a preview or if nothing changed
	Changes    int
	Names      []Named  // of records that change
	Was        []string // in a preview, what each of these has now: a name, a value or a state, "" for none
	Left       []Left
	Subject    string   // name of the owner, organization or contact that the action assigns, or ""
	Seen       int64    // the seq of the newest audit row
	Found      []string // IDs of all that the filter found; nil without a filter
	OutOfSight int      // how many of the changed records the actor no longer sees, or will not see
}

// batchColumn returns the column that an action sets, or "" if it changes links. ok is false for an
// unknown action.
func (k *RecordKind) batchColumn(action string) (column string, ok bool) {
	switch action {
	case "assign_owner":
		return "owner_user_id", true
	case "archive", "restore":
		return "is_active", true
	case "link":
		return "", true
	case "set_relationship_status":
		return "", k == ContactKind
	}
	f, err := k.Field(strings.TrimPrefix(action, "set_"))
	return f.Column, err == nil && f.Batched && action == "set_"+f.Column
}

// batchRun is a batch being planned or run.
type batchRun struct {
	Batch
	by     Actor
	list   *RecordKind
	column string
	finds  []conditions // select the records; two if active and archived ones are wanted

	state   condition      // SQL for a record's current state, as text
	wanted  string         // the state that records should have
	link    Link           // the values for links, with the given end
	linked  map[string]int // number of earlier versions, by Link.pair
	subject string
}

// batchRow is a record with its current state.
type batchRow struct {
	Named
	sortKey, state string
}

// querier runs queries: a preview's on the readers, a batch's in its transaction.
type querier interface {
	Query(query string, args ...any) (sqlite.Rows, error)
	QueryRow(query string, args ...any) sqlite.Row
}

// readerQuerier runs queries on the readers.
type readerQuerier struct {
	ctx context.Context
	d   *DB
}

func (r readerQuerier) Query(query string, args ...any) (sqlite.Rows, error) {
	return r.d.reader.Query(r.ctx, query, args...)
}

func (r readerQuerier) QueryRow(query string, args ...any) sqlite.Row {
	return r.d.reader.QuickQueryRow(r.ctx, query, args...)
}

// PreviewBatch returns what RunBatch would do. It returns Invalid for refused fields and for no or
// too many records.
func (d *DB) PreviewBatch(ctx context.Context, by Actor, b Batch) (BatchPlan, error) {
	x, err := d.newBatchRun(ctx, by, b)
	if err != nil {
		return BatchPlan{}, fmt.Errorf("preview %s: %w", b.Action, err)
	}
	rows, plan, err := x.plan(readerQuerier{ctx, d})
	if err == nil {
		plan.Was, err = x.was(readerQuerier{ctx, d}, rows[:len(plan.Names)])
	}
	if err == nil && x.column == "owner_user_id" && len(rows) > 0 {
		plan.OutOfSight, err = d.CountGivenAway(ctx, by, x.list, rowIDs(rows), x.wanted)
	}
	if err != nil {
		return BatchPlan{}, fmt.Errorf("preview %s: %w", b.Action, err)
	}
	return plan, nil
}

// RunBatch changes many records in one transaction, with an audit row for each and one for the
// batch. It skips records that are already as wanted, that the actor does not see, that changed
// since the preview, and that the preview did not find.
// It returns the errors of PreviewBatch, and Invalid for a filter without a preview. Repeating a
// RequestID returns the existing batch, unless it was undone, or Repeated if the batch differs.
func (d *DB) RunBatch(ctx context.Context, by Actor, b Batch) (plan BatchPlan, err error) {
	if err := EditClients.Refuse(by); err != nil {
		return plan, err
	}
	switch {
	case b.Filter != nil && (b.Previewed == nil || b.Seen <= 0):
		return plan, fmt.Errorf("%s: %w", b.Action, invalid("previewed", "Look at what would change, then confirm"))
	case len(b.Previewed) > MostBatched:
		return plan, fmt.Errorf("%s: %w", b.Action, tooMany(b.Kind))
	}
	x, err := d.newBatchRun(ctx, by, b)
	if err != nil {
		return plan, fmt.Errorf("%s: %w", b.Action, err)
	}
	q, err := newRequest("batch", b.RequestID, b.Kind, b.Action, slices.Sorted(slices.Values(slices.Concat(x.IDs, b.Previewed))), b.Typed)
	if err != nil {
		return plan, err
	}
	var rows []batchRow
	err = d.write(ctx, by, EditClients, func(t *tx) error {
		first, err := t.findRepeated(q)
		if err != nil {
			return err
		}
		if first != "" {
			made, err := t.batch(first)
			plan = BatchPlan{ID: first, Changes: made.Count}
			return errors.Join(err, x.check(t))
		}
		if rows, plan, err = x.plan(t); err != nil || len(rows) == 0 {
			return err
		}
		if plan.ID, err = t.newBatchID(q.id); err != nil {
			return err
		}
		if err := t.runBatch(x, plan.ID, rows); err != nil {
			return err
		}
		return errors.Join(t.endSelections(by, b.Kind), t.rememberRequest(q, plan.ID))
	})
	if err != nil {
		return BatchPlan{}, fmt.Errorf("%s: %w", b.Action, err)
	}
	plan.Subject = x.subject
	if by.OwnOnly && len(rows) > 0 {
		plan.OutOfSight, err = x.countOutOfSight(readerQuerier{ctx, d}, rows)
	}
	return plan, err
}

// newBatchRun resolves a batch's action and records.
func (d *DB) newBatchRun(ctx context.Context, by Actor, b Batch) (*batchRun, error) {
	if err := EditClients.Refuse(by); err != nil {
		return nil, err
	}
	x := &batchRun{Batch: b, by: by, list: RecordKindOf(b.Kind)}
	ok := x.list != nil
	if ok {
		x.column, ok = x.list.batchColumn(b.Action)
	}
	if !ok {
		return nil, invalid("action", "Choose what to do with the selected %ss", b.Kind)
	}
	if b.Filter == nil {
		return x, x.findIDs()
	}
	f, few := *b.Filter, false
	var err error
	if f, err = d.completeFilter(ctx, f); err == nil {
		few, err = d.countsOwn(ctx, by)
	}
	states := []string{f.Status}
	if f.Status == "all" {
		states = []string{"active", "archived"}
	}
	for _, f.Status = range states {
		if c, empty := x.list.conditions(by, f, gather, listOrder{}, few); !empty {
			x.finds = append(x.finds, c)
		}
	}
	return x, err
}

// findIDs selects the records by their IDs, without duplicates.
func (x *batchRun) findIDs() error {
	x.IDs = slices.Compact(slices.Sorted(slices.Values(x.IDs)))
	switch n := len(x.IDs); {
	case n == 0:
		return invalid("id", "Select at least one %s", x.Kind)
	case n > MostBatched:
		return tooMany(x.Kind)
	}
	var c conditions
	c.addAll(anyOf(x.list.id(), x.IDs))
	c.addAll(x.list.sees(x.by, x.list.id()))
	x.finds = []conditions{c}
	return nil
}

func tooMany(kind string) *Invalid {
	return invalid("all", "More than 10,000 %ss would change at once. Narrow the list with a filter and change them in parts", kind)
}

// anyOf is true if a column has one of the IDs.
func anyOf(column string, ids []string) condition {
	quoted := make([]string, 0, len(ids))
	for _, id := range ids {
		if ValidID(id) {
			quoted = append(quoted, `"`+id+`"`)
		}
	}
	return condition{column + " IN (SELECT value FROM json_each(?))", []any{"[" + strings.Join(quoted, ",") + "]"}}
}

// check validates the action's fields and sets the state that records should have. It returns
// Invalid.
func (x *batchRun) check(a querier) (err error) {
	if x.column != "" {
		x.state = condition{sql: "CAST(" + x.column + " AS TEXT)"}
	}
	switch x.Action {
	case "assign_owner":
		x.wanted, x.subject, err = x.owner(a)
	case "archive", "restore":
		x.wanted = map[string]string{"archive": "0", "restore": "1"}[x.Action]
	case "link":
		err = x.checkLink(a)
	case "set_relationship_status":
		err = x.checkStatus(a)
	default:
		x.wanted, err = x.typedValue()
	}
	return err
}

func (x *batchRun) owner(a querier) (id, name string, err error) {
	id, ok := x.Typed["owner_user_id"]
	if !ok || id == "" {
		if !ok {
			err = invalid("owner_user_id", "Choose an owner from the list")
		}
		return "", "", err
	}
	err = a.QueryRow("SELECT full_name FROM users WHERE id = ? AND status = 'active'", id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", invalid("owner_user_id", "Choose an owner from the list")
	}
	return id, name, err
}

// typedValue returns the typed value for the batch's column, as stored.
func (x *batchRun) typedValue() (string, error) {
	typed, ok := x.Typed[x.column]
	if !ok {
		return "", invalid(x.column, "Choose a value, or leave it empty to clear it")
	}
	r := Record{Kind: x.list}
	if _, refused := apply(x.list.Fields, Fields{x.column: typed}, &r); refused != nil {
		return "", refused
	}
	return r.Value(x.column), nil
}

func (x *batchRun) checkLink(a querier) error {
	x.link.RelationshipStatus = "Active"
	typed := withoutColumn(withoutColumn(x.Typed, "organization_id"), "contact_id")
	_, refused := apply(linkFields, typed, &x.link)
	end, table := "organization", "organizations"
	if x.Kind == "organization" {
		end, table = "contact", "contacts"
	}
	id := x.Typed[end+"_id"]
	name, err := x.recordName(a, end, table, id)
	if err != nil {
		return err
	}
	if name == "" {
		if refused == nil {
			refused = &Invalid{Fields: map[string]string{}}
		}
		refused.Fields[end+"_id"] = map[string]string{
			"organization": "Find and choose an organization", "contact": "Find and choose a contact",
		}[end]
	}
	if refused != nil {
		return refused
	}
	x.subject, x.wanted = name, "1"
	other := map[string]string{
		"organization": "organization_id = organizations.id AND contact_id = ?", "contact": "contact_id = contacts.id AND organization_id = ?",
	}[x.Kind]
	x.state = condition{"CAST(EXISTS (SELECT 1 FROM organization_contact WHERE " + other + ") AS TEXT)", []any{id}}
	x.link.OrganizationID, x.link.ContactID = x.Typed["organization_id"], x.Typed["contact_id"]
	return nil
}

// checkStatus validates set_relationship_status. A contact's state is "none" without links that the
// action is about, "same" if all of them have the status already, else "".
func (x *batchRun) checkStatus(a querier) error {
	if _, refused := apply(linkFields, Fields{"relationship_status": x.Typed["relationship_status"]}, &x.link); refused != nil {
		return refused
	}
	if x.link.OrganizationID = x.Typed["organization_id"]; x.link.OrganizationID != "" {
		name, err := x.recordName(a, "organization", "organizations", x.link.OrganizationID)
		if err != nil {
			return err
		}
		if name == "" {
			return invalid("organization_id", "Find and choose an organization")
		}
		x.subject = name
	}
	links := x.links("contacts.id")
	x.wanted = "same"
	x.state = condition{
		"(SELECT CASE WHEN count(*) = 0 THEN 'none' WHEN sum(relationship_status <> ?) = 0 THEN 'same' ELSE '' END" +
			" FROM organization_contact WHERE " + links.sql + ")",
		append([]any{x.link.RelationshipStatus}, links.args...),
	}
	return nil
}

// links is true for the links of a contact that the action is about.
func (x *batchRun) links(contactID string, args ...any) condition {
	c := condition{"contact_id = " + contactID, args}.and(x.by.seesLink())
	if x.link.OrganizationID != "" {
		c = c.and(condition{"organization_id = ?", []any{x.link.OrganizationID}})
	}
	return c
}

// recordName returns a record's name, or "" if it does not exist or the actor does not see it.
func (x *batchRun) recordName(a querier, kind, table, id string) (string, error) {
	columns, seen := "display_name, ''", x.by.seesOrganization("organizations.id")
	if kind == "contact" {
		columns, seen = "first_name, last_name", x.by.seesContact("contacts.id")
	}
	var first, last string
	err := a.QueryRow("SELECT "+columns+" FROM "+table+" WHERE id = ? AND "+seen.sql, append([]any{id}, seen.args...)...).Scan(&first, &last)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return personName(first, last), err
}

// countOutOfSight counts the records that the actor does not see.
func (x *batchRun) countOutOfSight(a querier, rows []batchRow) (int, error) {
	c := anyOf(x.list.id(), rowIDs(rows)).and(x.list.sees(x.by, x.list.id()))
	var seen int
	err := a.QueryRow("SELECT count(*) FROM "+x.list.Plural+" WHERE "+c.sql, c.args...).Scan(&seen)
	return len(rows) - seen, err
}
