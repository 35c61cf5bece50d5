package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// Record is an organization or a contact as its reader may see it. The last contact is empty for
// those who may not see interactions.
type Record struct {
	Kind               *RecordKind
	ID                 string
	values             [mostFields]string // in the order of the kind's fields; "" where empty
	OwnerName          string
	IsActive           bool
	CreatedAt          time.Time
	UpdatedAt          time.Time
	Version            int
	LastContactAt      time.Time // zero if there was none
	LastContactChannel string
	Contacts           int    // the number of an organization's contacts
	Organization       string // the name of a contact's main organization
	OtherOrganizations int    // the number of a contact's other organizations whose link is not Former
	OutOfSight         bool   // the actor's change took it out of their own scope
	Similar            bool   // a search found it only by a name or email that differs by a letter from what was typed
	key, sortKey       string // what lists sort by
}

// Organization and Contact document which kind of record is meant.
type (
	Organization = Record
	Contact      = Record
)

func (r *Record) value(column string) *string {
	if i := r.Kind.valueIndex(column); i >= 0 {
		return &r.values[i]
	}
	return nil
}

// Value returns the value of an editable column, "" if it is empty or the Record is zero. It panics
// on any other column.
func (r *Record) Value(column string) string {
	if r.Kind == nil {
		return ""
	}
	return r.values[r.Kind.valueIndex(column)]
}

// Set sets an editable column of this copy of the record to a stored value.
func (r *Record) Set(column, value string) { *r.value(column) = value }

// All passes the kind's fields with the record's values, nothing if the Record is zero.
func (r *Record) All() iter.Seq2[*Field, string] {
	return func(yield func(*Field, string) bool) {
		if r.Kind == nil {
			return
		}
		for i := range r.Kind.Fields {
			if !yield(&r.Kind.Fields[i], r.values[i]) {
				return
			}
		}
	}
}

// Values returns all editable columns.
func (r Record) Values() Fields {
	all := Fields{}
	for i, f := range r.Kind.Fields {
		all[f.Column] = r.values[i]
	}
	return all
}

// Name returns an organization's display name, or a person's name in the order of its script.
func (r Record) Name() string {
	if r.Kind == nil {
		return ""
	}
	return r.Kind.name(r)
}

// OwnerID returns the owner's user ID, or "" if nobody owns the record.
func (r Record) OwnerID() string { return r.Value("owner_user_id") }

// hideFrom clears what the actor may not see.
func (r *Record) hideFrom(by Actor) {
	if !by.Can(ViewInteraction) {
		r.LastContactAt, r.LastContactChannel = time.Time{}, ""
	}
}

// read returns the query for records as the actor sees them. key is the sort key to read, and owner
// the SQL for the owner's name: ownerName or unnamed. args must precede the arguments of any
// clauses added to the query.
func (k *RecordKind) read(by Actor, key, owner string) (query string, args []any) {
	return k.readWith(k.relation(by), key, owner)
}

// readWith is read with other SQL for the columns that only this kind has.
func (k *RecordKind) readWith(relation condition, key, owner string) (query string, args []any) {
	columns := ""
	for _, f := range k.Fields {
		columns += k.Plural + "." + f.Column + ", "
	}
	if key == "sort_key" {
		key = "NULL"
	}
	return `
		SELECT ` + k.id() + `, ` + columns + owner + `, is_active, ` + k.Plural + `.created_at, ` + k.Plural + `.updated_at, version,
			last_contact_at, last_contact_channel, sort_key, ` + key + `, ` + relation.sql + `
		FROM ` + k.Plural, relation.args
}

// scan scans a row of read. It returns ErrNotFound if there is none.
func (k *RecordKind) scan(row sqlite.Row) (Record, error) { return k.scanner()(row) }

// scanner returns a scan for the rows of one query, which allocates only once.
func (k *RecordKind) scanner() func(sqlite.Row) (Record, error) {
	r := Record{Kind: k}
	into := k.columnsOf(&r)
	return func(row sqlite.Row) (Record, error) {
		err := row.Scan(into...)
		if errors.Is(err, sql.ErrNoRows) {
			return Record{}, ErrNotFound
		}
		return r, err
	}
}

// columnsOf returns where to scan the columns of read.
func (k *RecordKind) columnsOf(r *Record) []any {
	into := make([]any, 0, len(k.Fields)+17)
	into = append(into, &r.ID)
	for i := range k.Fields {
		into = append(into, nullText{&r.values[i]})
	}
	into = append(into, nullText{&r.OwnerName}, &r.IsActive, moment{&r.CreatedAt}, moment{&r.UpdatedAt}, &r.Version,
		moment{&r.LastContactAt}, nullText{&r.LastContactChannel}, &r.sortKey, keyOrName{r})
	return append(into, k.relationOf(r)...)
}

// keyOrName scans the key that a list sorts by. It is NULL if that is the name, whose key was scanned
// before.
type keyOrName struct{ r *Record }

func (x keyOrName) Scan(v any) error {
	if v == nil {
		x.r.key = x.r.sortKey
		return nil
	}
	return nullText{&x.r.key}.Scan(v)
}

// record returns a record, or ErrNotFound.
func (d *DB) record(ctx context.Context, by Actor, k *RecordKind, id string) (Record, error) {
	read, args := k.read(by, "sort_key", ownerName)
	seen := k.sees(by, k.id())
	r, err := k.scan(d.reader.QuickQueryRow(ctx, read+" WHERE "+k.id()+" = ? AND "+seen.sql, append(append(args, id), seen.args...)...))
	if err != nil {
		return r, fmt.Errorf("%s %s: %w", k.Noun, id, err)
	}
	r.hideFrom(by)
	return r, nil
}

// changedRecord returns a record that the actor has just changed. If they no longer see it, it has
// only its name and OutOfSight.
func (d *DB) changedRecord(ctx context.Context, by Actor, k *RecordKind, id string) (Record, error) {
	r, err := d.record(ctx, by, k, id)
	if !errors.Is(err, ErrNotFound) || !by.OwnOnly {
		return r, err
	}
	r, err = d.record(ctx, System, k, id)
	out := Record{Kind: k, ID: r.ID, Version: r.Version, IsActive: r.IsActive, OutOfSight: true}
	for _, column := range k.requiredColumns() {
		*out.value(column) = r.Value(column)
	}
	return out, err
}

// records lists a page of records. next is the cursor of the next page, or "" on the last one.
func (d *DB) records(ctx context.Context, by Actor, k *RecordKind, f Filter) (page []Record, next string, err error) {
	page, next, err = d.readList(ctx, by, k, f)
	if page, err = d.addOwnerNames(ctx, by, page, err); err != nil {
		return nil, "", fmt.Errorf("%s: %w", k.Plural, err)
	}
	return page, next, nil
}

// addOwnerNames adds owner names to records that were read without them, and clears what the actor
// may not see.
func (d *DB) addOwnerNames(ctx context.Context, by Actor, all []Record, err error) ([]Record, error) {
	return addNames(ctx, d, all, err, func(r *Record, names map[string]string) {
		r.OwnerName = names[r.OwnerID()]
		r.hideFrom(by)
	})
}

// createRecord implements CreateOrganization and CreateContact.
func (d *DB) createRecord(ctx context.Context, by Actor, k *RecordKind, typed Fields, requestID string) (Record, error) {
	q, err := newRequest(k.Noun, requestID, typed)
	if err != nil {
		return Record{}, err
	}
	var id string
	again := false
	err = d.write(ctx, by, EditClients, func(t *tx) (err error) {
		id, err = t.findRepeated(q)
		if again = id != ""; again || err != nil {
			return err
		}
		if id, err = t.createRecord(k, typed); err != nil {
			return err
		}
		if err := t.askFirst(target{noun: k.Noun, id: id}); err != nil {
			return err
		}
		return t.rememberRequest(q, id)
	})
	if err != nil {
		return Record{}, fmt.Errorf("create %s: %w", k.Noun, err)
	}
	r, err := d.changedRecord(ctx, by, k, id)
	if again && r.OutOfSight { // others may have renamed it since, so show only what was typed
		r = Record{Kind: k, ID: id, IsActive: true, Version: 1, OutOfSight: true}
		_, _ = apply(k.Fields, typed, &r)
	}
	return r, err
}

func (t *tx) createRecord(k *RecordKind, typed Fields) (id string, err error) {
	typed = typed.with(k.requiredColumns()...)
	for _, f := range k.Fields {
		if f.Default != "" && isEmpty(typed[f.Column]) {
			typed[f.Column] = typed[f.Default]
		}
	}
	r := Record{Kind: k, ID: newID()}
	changes, refused := apply(k.Fields, typed, &r)
	if refused != nil {
		k.dropRepeated(refused, typed)
		return "", refused
	}
	if err := t.checkOwner(r.OwnerID()); err != nil {
		return "", err
	}
	if err := k.check(t, r, changes); err != nil {
		return "", err
	}
	columns := append([]string{"id"}, k.FieldColumns(nil)...)
	columns = append(columns, "created_at", "updated_at", "sort_key")
	columns = append(columns, k.foldedColumns()...)
	_, err = t.Exec("INSERT INTO "+k.Plural+" ("+strings.Join(columns, ", ")+", docid) VALUES ("+strings.Repeat("?, ", len(columns))+
		"(SELECT ifnull(max(docid), 0) + 1 FROM "+k.Plural+"))",
		slices.Concat([]any{r.ID}, r.storedValues(), []any{stamp(t.now), stamp(t.now), text.SortKey(k.sortName(r))}, r.folded())...)
	if err != nil {
		return "", err
	}
	if err := t.reindexRecord(k, r.ID); err != nil {
		return "", err
	}
	return r.ID, t.record("create_"+k.action, k.Noun, r.ID, details{"changes": changes})
}

// dropRepeated removes the message of a field that was filled from another refused field.
func (k *RecordKind) dropRepeated(refused *Invalid, typed Fields) {
	for _, f := range k.Fields {
		if f.Default != "" && refused.Fields[f.Default] != "" && typed[f.Column] == typed[f.Default] {
			delete(refused.Fields, f.Column)
		}
	}
}

// storedValues returns the values for the database, in the order of the fields.
func (r Record) storedValues() (values []any) {
	for i, f := range r.Kind.Fields {
		if f.Required != "" {
			values = append(values, r.values[i])
		} else {
			values = append(values, orNull(r.values[i]))
		}
	}
	return values
}

// updateRecord implements UpdateOrganization and UpdateContact.
func (d *DB) updateRecord(ctx context.Context, by Actor, k *RecordKind, id string, version int, typed Fields) (Record, error) {
	err := d.write(ctx, by, EditClients, func(t *tx) error {
		if err := t.updateRecord(k, id, version, typed); err != nil {
			return err
		}
		return t.askFirst(target{noun: k.Noun, id: id})
	})
	if err != nil {
		return Record{}, fmt.Errorf("update %s %s: %w", k.Noun, id, err)
	}
	return d.changedRecord(ctx, by, k, id)
}

func (t *tx) updateRecord(k *RecordKind, id string, version int, typed Fields) error {
	if err := t.mustSee(k.Noun, id); err != nil {
		return err
	}
	read, args := k.read(Actor{}, "sort_key", ownerName)
	r, err := k.scan(t.QueryRow(read+" WHERE "+k.id()+" = ?", append(args, id)...))
	if err != nil {
		return err
	}
	owner, name := r.OwnerID(), r.Name()
	typed = k.withDefaults(typed, r)
	changes, refused := apply(k.Fields, typed, &r)
	if refused != nil {
		k.dropRepeated(refused, typed)
		return refused
	}
	if len(changes) == 0 {
		return nil
	}
	conflict := func() error { return t.conflict(k.Noun, id) }
	if err := t.reconcile(version, r.Version, changes, &r, conflict, versionsOf, k.Noun, id); err != nil || len(changes) == 0 {
		return err
	}
	if r.OwnerID() != owner {
		had, err := t.hadBefore("owner_user_id", r.OwnerID(), aboutRecord, k.Noun, id)
		if err == nil && !had {
			err = t.checkOwner(r.OwnerID())
		}
		if err != nil {
			return err
		}
	}
	if err := k.check(t, r, changes); err != nil {
		return err
	}
	_, err = t.Exec("UPDATE "+k.Plural+" SET "+strings.Join(k.FieldColumns(nil), " = ?, ")+
		" = ?, sort_key = ?, updated_at = ?, version = version + 1 WHERE id = ?",
		append(r.storedValues(), text.SortKey(k.sortName(r)), stamp(t.now), id)...)
	if err != nil {
		return err
	}
	if err := t.reindexRecord(k, id); err != nil {
		return err
	}
	if r.Name() != name {
		if err := k.afterRename(t, id); err != nil {
			return err
		}
	}
	return t.record("update_"+k.action, k.Noun, id, details{"changes": changes})
}

// AsNew in what was typed for a record lets an empty field that copies another one do so, as in a new record.
const AsNew = "as_new"

// withDefaults adds to what was typed for a record the fields that copy another one which changes: those that were not typed
// and are the same as it. See also AsNew.
func (k *RecordKind) withDefaults(typed Fields, stored Record) Fields {
	typed = typed.with()
	for _, f := range k.Fields {
		if f.Default == "" {
			continue
		}
		own, sent := typed[f.Column]
		copied, changes := typed[f.Default]
		if !changes {
			copied = stored.Value(f.Default)
		}
		if sent && isEmpty(own) && typed[AsNew] != "" || !sent && changes && stored.Value(f.Column) == stored.Value(f.Default) {
			typed[f.Column] = copied
		}
	}
	return typed
}

// setActive archives or restores a record.
func (d *DB) setActive(ctx context.Context, by Actor, k *RecordKind, id string, version int, active bool) (Record, error) {
	err := d.write(ctx, by, EditClients, func(t *tx) error { return t.setActive(k, id, version, active) })
	if err != nil {
		return Record{}, fmt.Errorf("%s %s: %w", k.activeAction(active), id, err)
	}
	return d.record(ctx, by, k, id)
}

func (k *RecordKind) activeAction(active bool) string {
	return map[bool]string{true: "restore_", false: "archive_"}[active] + k.action
}

func (t *tx) setActive(k *RecordKind, id string, version int, active bool) error {
	if err := t.mustSee(k.Noun, id); err != nil {
		return err
	}
	var is bool
	var current int
	err := t.QueryRow("SELECT is_active, version FROM "+k.Plural+" WHERE id = ?", id).Scan(&is, &current)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil || is == active {
		return err
	}
	if !isBasedOn(version, current) {
		return t.conflict(k.Noun, id)
	}
	if _, err := t.Exec("UPDATE "+k.Plural+" SET is_active = ?, updated_at = ?, version = version + 1 WHERE id = ?",
		active, stamp(t.now), id); err != nil {
		return err
	}
	return t.record(k.activeAction(active), k.Noun, id, details{"changes": map[string]Change{"is_active": {Old: is, New: active}}})
}
