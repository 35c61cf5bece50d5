package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// PutRows inserts rows and their audit rows in one transaction. It refuses rows without an audit
// row. Triggers maintain derived columns. Insert a few hundred rows at a time, so that others can
// write in between; for an empty registry see Fill.
func (d *DB) PutRows(ctx context.Context, by Actor, need Need, r *Rows) error {
	return d.write(ctx, by, need, func(t *tx) (err error) {
		if r.forFill {
			return errors.New("rows of a past, or with what triggers keep, are put in by Fill only")
		}
		if t.last, err = t.lastAudit(); err != nil {
			return err
		}
		r.seal(t.last, t.by, t.now)
		b := newBulk(t, map[string]*docids{})
		if err := b.put(r); err != nil {
			return err
		}
		if err := b.learnWords(); err != nil {
			return err
		}
		t.Changed += int64(r.size - len(r.events))
		t.recorded += len(r.events)
		return b.complete()
	})
}

// bulk inserts rows within a transaction.
type bulk struct {
	t        *tx
	stmts    map[string]*sql.Stmt       // closed with the transaction
	numbered map[string]*docids         // by table
	learned  map[string]map[string]bool // the different words, by search index
}

func newBulk(t *tx, numbered map[string]*docids) *bulk {
	return &bulk{t: t, stmts: map[string]*sql.Stmt{}, numbered: numbered, learned: map[string]map[string]bool{}}
}

// docids are the highest numbers given to a table's rows and to their words.
type docids struct{ rows, words int64 }

// put inserts rows. It ignores the context's end, which callers must check: with a context the
// driver would start a goroutine for each statement.
func (b *bulk) put(r *Rows) error {
	if r.err != nil {
		return r.err
	}
	for kind, rows := range r.of {
		insert := bulkInserts[kind]
		if len(rows) == 0 {
			continue
		}
		if err := b.number(kind, insert.table, rows); err != nil {
			return err
		}
		if kind >= bulkOrganizationWords {
			b.collectWords(insert.table, rows)
		}
		for ; insert.many != "" && len(rows) >= rowsAtOnce; rows = rows[rowsAtOnce:] {
			if err := b.insert(insert.many, rows[:rowsAtOnce]); err != nil {
				return err
			}
		}
		for i := range rows {
			if err := b.insert(insert.one, rows[i:i+1]); err != nil {
				return err
			}
		}
	}
	if len(r.events) > 0 {
		b.t.last = r.last
	}
	return nil
}

// number assigns docids to rows, and to words those of their rows.
func (b *bulk) number(kind int, table string, rows [][]any) error {
	if table == "" {
		return nil
	}
	n := b.numbered[table]
	if n == nil {
		n = &docids{}
		if err := b.t.QueryRow("SELECT ifnull(max(docid), 0) FROM " + table).Scan(&n.rows); err != nil {
			return err
		}
		n.words = n.rows
		b.numbered[table] = n
	}
	last := &n.rows
	if kind >= bulkOrganizationWords {
		last = &n.words
	}
	for _, row := range rows {
		*last++
		row[0] = *last
	}
	return nil
}

// collectWords collects the different words of a table's rows for learnWords.
func (b *bulk) collectWords(table string, rows [][]any) {
	index := strings.TrimSuffix(table, "s") + "_search"
	if b.learned[index] == nil {
		b.learned[index] = map[string]bool{}
	}
	for _, row := range rows {
		for _, w := range partWords(row[1].(string)) {
			b.learned[index][w] = true
		}
	}
}

// learnWords adds the collected words to their indexes.
func (b *bulk) learnWords() error {
	for index, words := range b.learned {
		if err := b.t.learnWords(index, slices.Collect(maps.Keys(words))); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) insert(query string, rows [][]any) error {
	s := b.stmts[query]
	if s == nil {
		var err error
		if s, err = b.t.PrepareContext(context.Background(), query); err != nil {
			return err
		}
		b.stmts[query] = s
	}
	if len(rows) == 1 {
		_, err := s.ExecContext(context.Background(), rows[0]...)
		return err
	}
	// QueryContext, because with it the driver passes all values at once.
	done, err := s.QueryContext(context.Background(), slices.Concat(rows...)...)
	if err != nil {
		return err
	}
	done.Next()
	return errors.Join(done.Err(), done.Close())
}

// complete checks that each searchable row has its words.
func (b *bulk) complete() error {
	for table, n := range b.numbered {
		if n.rows != n.words {
			return fmt.Errorf("%d rows of %s have no words, or words no row", n.rows-n.words, table)
		}
	}
	return nil
}

// The kinds of rows, in the order in which they are inserted: rows come after those they refer to.
const (
	bulkUsers = iota
	bulkRoles
	bulkOrganizations
	bulkContacts
	bulkLinks
	bulkInteractions
	bulkFollowUps
	bulkParticipants
	bulkTallies
	bulkOwnerTallies
	bulkAudits
	bulkOrganizationWords
	bulkContactWords
	bulkInteractionWords
	bulkKinds
)

// bulkInsert has the statements that insert rows of one kind.
type bulkInsert struct {
	one, many string // many inserts rowsAtOnce rows; "" inserts one at a time
	table     string // its docids number the rows, in their first column; "" for none
}

// rowsAtOnce is how many rows one statement inserts, if there are enough.
const rowsAtOnce = 20

var bulkInserts = [bulkKinds]bulkInsert{
	bulkUsers: manyAtOnce("", `
		INSERT INTO users (id, email, full_name, status, time_zone, time_zone_chosen, name_key, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)`),
	bulkRoles:         {one: "INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM roles WHERE slug = ?"},
	bulkOrganizations: manyAtOnce("organizations", insertRecord(OrganizationKind, "contacts_count")),
	bulkContacts:      manyAtOnce("contacts", insertRecord(ContactKind, "organization_name_key")),
	bulkLinks: manyAtOnce("", `
		INSERT INTO organization_contact (organization_id, contact_id, role_label, relationship_status, version, is_main, linked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`),
	bulkInteractions: manyAtOnce("interactions", `
		INSERT INTO interactions (docid, id, organization_id, contact_id, user_id, channel, subject, body, outcome,
			happened_at, created_at, logged_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
	bulkFollowUps: manyAtOnce("", `
		INSERT INTO follow_ups (id, interaction_id, organization_id, contact_id, text, due_on, due_time, assignee_id, given_by, is_new,
			done_at, done_by, created_by, created_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
	bulkParticipants: manyAtOnce("", `
		INSERT INTO interaction_contact (interaction_id, contact_id, happened_at, next_due_on)
		VALUES (?, ?, ?, ?)`),
	bulkTallies:      manyAtOnce("", "INSERT INTO tally (kind, quarter, n) VALUES (?, ?, ?)"),
	bulkOwnerTallies: manyAtOnce("", "INSERT INTO owner_tally (owner_user_id, n) VALUES (?, ?)"),
	bulkAudits:       manyAtOnce("", insertAudit),
	// One at a time, because a multi-row statement would end a segment of the search index.
	bulkOrganizationWords: {one: "INSERT INTO organization_search (docid, words) VALUES (?, ?)", table: "organizations"},
	bulkContactWords:      {one: "INSERT INTO contact_search (docid, words, organizations) VALUES (?, ?, ?)", table: "contacts"},
	bulkInteractionWords:  {one: "INSERT INTO interaction_search (docid, words) VALUES (?, ?)", table: "interactions"},
}

// insertRecord is the statement for the rows of Rows.Record. related is the column that only this
// kind has.
func insertRecord(k *RecordKind, related string) string {
	columns := slices.Concat([]string{"docid", "id"}, k.FieldColumns(nil), []string{
		"is_active", "created_at", "updated_at", "version", "sort_key", "last_contact_at", "last_contact_channel", "owner_name_key", related,
	}, k.foldedColumns())
	return "INSERT INTO " + k.Plural + " (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
}

// manyAtOnce returns an insert of one row and of rowsAtOnce rows. If the latter fails, the
// transaction ends: undoing just some of its rows would also end a segment of a search index.
func manyAtOnce(table, one string) bulkInsert {
	many := strings.Replace(one, "INSERT", "INSERT OR ROLLBACK", 1) + strings.Repeat(","+one[strings.LastIndexByte(one, '('):], rowsAtOnce-1)
	return bulkInsert{one, many, table}
}
