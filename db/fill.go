package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"clientregistry/db/sqlite"
)

// Filling is what Fill inserts.
type Filling struct {
	// Large is for millions of rows, too many for one transaction. Nobody else may have the file
	// open.
	Large bool
	// Records are inserted first, and then their History, so that each index is filled in order. A
	// second goroutine produces them a little ahead.
	Records, History iter.Seq[*Rows]
	// Progress, if not nil, is called with the Count of inserted rows. It must not use the DB.
	Progress func(count int)
	// Action and Details are the audit row of the filling.
	Action  string
	Details map[string]any
}

// rowsOfPiece is how many rows a transaction of a large filling inserts.
const rowsOfPiece = 50_000

// Fill is PutRows for a registry without clients, several times faster: it drops indexes and
// triggers, creates them again at the end, and computes the tally itself. The rows must have the
// other values that triggers maintain. It returns Invalid if there is an organization, contact or
// interaction.
//
// It is one transaction unless Large. If a large filling stops midway or the process is killed, the
// file must be discarded; the error says so.
func (d *DB) Fill(ctx context.Context, by Actor, need Need, x Filling) (err error) {
	if err := need.Refuse(by); err != nil {
		return err
	}
	if err := d.refuseInUse(d.reader.QuickQueryRow(ctx, selectInUse)); err != nil {
		return err
	}
	f := &fill{Filling: x, d: d, ctx: ctx, stop: make(chan struct{}), numbered: map[string]*docids{}, tally: map[tallyKey]int{}}
	f.stages = []fillStage{
		f.begin, f.putAll(f.Records), f.putTally, f.mergeWords, f.restore(&f.dropped),
		f.putAll(f.History), f.restore(&f.droppedOfHistory), f.finish,
	}
	defer close(f.stop)
	batch := math.MaxInt
	if x.Large {
		batch = rowsOfPiece
		defer func() { err = errors.Join(err, d.setJournaling(context.Background(), d.writer.UseSafeMode, readers)) }()
		if err := d.setJournaling(ctx, d.writer.UseBulkMode, 0); err != nil {
			return err
		}
	}
	for committed := false; len(f.stages) > 0; committed = true {
		if err := d.write(ctx, by, need, func(t *tx) error { return f.runPiece(t, batch) }); err != nil {
			if committed {
				err = fmt.Errorf("it stopped midway and %s is of no use now, delete the file and start again: %w", d.path, err)
			}
			return err
		}
	}
	return nil
}

// setJournaling calls set to change the writer's journal mode, which requires that no other connection
// is open, and limits idle readers to others. Speed comes from skipping checks: small fillings run
// all of them on rows of the same code, and an incomplete large one is discarded anyway.
func (d *DB) setJournaling(ctx context.Context, set func(context.Context) error, others int) error {
	d.reader.SetMaxIdleConns(others)
	d.sessions.watch.SetMaxIdleConns(min(others, 1))
	return set(ctx)
}

const selectInUse = "SELECT EXISTS (SELECT 1 FROM organizations) OR EXISTS (SELECT 1 FROM contacts) OR EXISTS (SELECT 1 FROM interactions)"

func (d *DB) refuseInUse(r sqlite.Row) error {
	var used bool
	if err := r.Scan(&used); err != nil {
		return err
	}
	if used {
		return invalid("database", "%s holds clients already; fill a new file, named with --db", d.path)
	}
	return nil
}

// fillStage does a part of the filling, step by step within transactions. It returns the cost of a
// step in rows, and whether there is more to do.
type fillStage func() (cost int, more bool, err error)

type fill struct {
	Filling
	d    *DB
	ctx  context.Context
	b    *bulk         // of the current transaction
	last auditLink     // the newest audit row
	stop chan struct{} // closed when no more rows are needed

	stages                    []fillStage
	numbered                  map[string]*docids
	tally                     map[tallyKey]int
	dropped, droppedOfHistory []string // SQL of dropped indexes and triggers, to run again
}

// runPiece runs stages until they are done or their cost reaches batch.
func (f *fill) runPiece(t *tx, batch int) error {
	f.b = newBulk(t, f.numbered)
	t.recorded++
	for cost := 0; cost < batch && len(f.stages) > 0; {
		c, more, err := f.stages[0]()
		if err != nil {
			if f.ctx.Err() != nil { // the transaction's own error would not say so
				err = f.ctx.Err()
			}
			return err
		}
		if cost += c; !more {
			f.stages = f.stages[1:]
		}
	}
	return f.b.learnWords()
}

// orderedIndexes are the indexes that receive rows nearly in order. They are not dropped: creating one
// afterwards would read the whole audit log.
var orderedIndexes = []string{
	"audit_logs_created_at", "audit_logs_user", "audit_logs_user_action", "audit_logs_action", "audit_logs_target", "interactions_docid",
	"audit_logs_participants", // a trigger, of the few rows that name some
}

// begin refuses a registry with clients, and drops the other indexes and the triggers. Filling a
// table and sorting once is several times faster.
func (f *fill) begin() (cost int, more bool, err error) {
	t := f.b.t
	if err := f.d.refuseInUse(t.QueryRow(selectInUse)); err != nil {
		return 0, false, err
	}
	if f.last, err = t.lastAudit(); err != nil {
		return 0, false, err
	}
	rows, err := t.Query(`
		SELECT type, name, tbl_name, sql FROM sqlite_schema
		WHERE type IN ('index', 'trigger') AND sql IS NOT NULL
			AND tbl_name IN ('organizations', 'contacts', 'organization_contact', 'interactions', 'interaction_contact', 'audit_logs')
		ORDER BY rowid`)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x struct{ kind, name, table, sql string }, err error) {
		err = r.Scan(&x.kind, &x.name, &x.table, &x.sql)
		return x, err
	})
	if err != nil {
		return 0, false, err
	}
	for _, x := range all {
		if slices.Contains(orderedIndexes, x.name) {
			continue
		}
		if _, err := t.ExecContext(f.ctx, "DROP "+x.kind+" "+x.name); err != nil {
			return 0, false, err
		}
		if x.table == "audit_logs" {
			f.droppedOfHistory = append(f.droppedOfHistory, x.sql)
		} else {
			f.dropped = append(f.dropped, x.sql)
		}
	}
	return 1, false, nil
}

// putAll inserts all rows, one Rows per step.
func (f *fill) putAll(all iter.Seq[*Rows]) fillStage {
	var ahead chan *Rows
	return func() (cost int, more bool, err error) {
		if ahead == nil {
			ahead = make(chan *Rows, 4)
			go f.makeAhead(all, ahead, f.b.t.by, f.b.t.now)
		}
		r, more := <-ahead
		if !more {
			return 0, false, nil
		}
		if err := f.b.put(r); err != nil {
			return 0, false, err
		}
		for t, n := range r.tally {
			f.tally[t] += n
		}
		if f.Progress != nil {
			f.Progress(r.Count)
		}
		return r.size, true, f.ctx.Err()
	}
}

// makeAhead produces rows and seals their events until stop is closed.
func (f *fill) makeAhead(all iter.Seq[*Rows], ahead chan<- *Rows, by Actor, now time.Time) {
	defer close(ahead)
	for r := range all {
		r.seal(f.last, by, now)
		f.last = r.last
		select {
		case ahead <- r:
		case <-f.stop:
			return
		}
	}
}

// putTally inserts the tallies that triggers would have counted.
func (f *fill) putTally() (cost int, more bool, err error) {
	var r Rows
	for t, n := range f.tally {
		if t.kind == "" {
			r.add(bulkOwnerTallies, t.owner, n)
		} else {
			r.add(bulkTallies, t.kind, t.quarter, n)
		}
	}
	return r.size, false, f.b.put(&r)
}

// restore runs one dropped statement again; in a large filling, in its own transaction.
func (f *fill) restore(dropped *[]string) fillStage {
	return func() (cost int, more bool, err error) {
		if _, err := f.b.t.ExecContext(f.ctx, (*dropped)[0]); err != nil {
			return 0, false, err
		}
		*dropped = (*dropped)[1:]
		return rowsOfPiece, len(*dropped) > 0, nil
	}
}

// mergeWords merges the interactions' search index into one segment. Otherwise the next
// interactions to be logged would have to merge its many segments.
func (f *fill) mergeWords() (cost int, more bool, err error) {
	_, err = f.b.t.ExecContext(f.ctx, "INSERT INTO interaction_search (interaction_search) VALUES ('optimize')")
	return rowsOfPiece, false, err
}

func (f *fill) finish() (cost int, more bool, err error) {
	if err := f.b.complete(); err != nil {
		return 0, false, err
	}
	return 1, false, f.b.t.record(f.Action, "system", "", f.Details)
}
