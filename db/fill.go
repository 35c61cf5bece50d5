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

// Filling is what Fill puts in.
type Filling struct {
	// Large is for millions of rows, which are too many for one transaction. They need
	// a file that nobody else has open.
	Large bool
	// Records are put in first, and then their History: what is sorted for an index
	// lies together in the file. A second goroutine makes them, some ahead.
	Records, History iter.Seq[*Rows]
	// Progress, if not nil, hears the Count of rows that are in. It must not call the DB.
	Progress func(count int)
	// Action and Details are the audit row about the filling.
	Action  string
	Details map[string]any
}

// rowsOfPiece is how many rows a transaction of a large filling puts in.
const rowsOfPiece = 50_000

// Fill is PutRows for a registry without clients, several times faster: it takes
// indexes and triggers away and makes them again, and counts for the charts itself.
// What else triggers keep has to come with the rows. A registry that holds an
// organization, a contact or an interaction is refused with Invalid.
//
// It is one transaction, all there or not at all, unless it is Large. Where a large
// one stops midway the error says that the file is to be thrown away, and so it is
// where the process was killed.
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
		defer func() { err = errors.Join(err, d.setHaste(context.Background(), d.writer.Slow, readers)) }()
		if err := d.setHaste(ctx, d.writer.UseBulkMode, 0); err != nil {
			return err
		}
	}
	for committed := false; len(f.stages) > 0; committed = true {
		if err := d.write(ctx, by, need, func(t *tx) error { return f.piece(t, batch) }); err != nil {
			if committed {
				err = fmt.Errorf("it stopped midway and %s is of no use now, delete the file and start again: %w", d.path, err)
			}
			return err
		}
	}
	return nil
}

// setHaste has the writer hurry or go slow, and says how many of the other
// connections stay open: how the file is journaled changes only while there is none.
// Hurrying leaves out checks that hold for small fillings, made by the same code with
// all of them: a large one is whole or thrown away.
func (d *DB) setHaste(ctx context.Context, set func(context.Context) error, others int) error {
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

// fillStage is a part of the filling, done bit by bit within transactions. It
// returns what the bit cost, in rows, and whether more is left.
type fillStage func() (cost int, more bool, err error)

type fill struct {
	Filling
	d    *DB
	ctx  context.Context
	b    *bulk         // of the transaction
	last auditLink     // of the history
	stop chan struct{} // closed when no more rows are wanted

	stages                    []fillStage
	numbered                  map[string]*docids
	tally                     map[tallyKey]int
	dropped, droppedOfHistory []string // indexes and triggers, to make again
}

// piece does what is left, or a batch of it.
func (f *fill) piece(t *tx, batch int) error {
	f.b = newBulk(t, f.numbered)
	t.recorded++
	for cost := 0; cost < batch && len(f.stages) > 0; {
		c, more, err := f.stages[0]()
		if err != nil {
			if f.ctx.Err() != nil { // then the transaction is gone, and says only that
				err = f.ctx.Err()
			}
			return err
		}
		if cost += c; !more {
			f.stages = f.stages[1:]
		}
	}
	return nil
}

// grown are the indexes into which the rows come in order, or nearly so. They
// are kept: sorting the history afterwards would read all of it for each.
var grown = []string{
	"audit_logs_created_at", "audit_logs_user", "audit_logs_user_action", "audit_logs_action", "audit_logs_target", "interactions_docid",
}

// begin refuses a registry that is in use, and takes the other indexes and the
// triggers away: filling a table first and sorting once is several times faster,
// and what the triggers keep comes with the rows.
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
			AND tbl_name IN ('organizations', 'contacts', 'organization_contact', 'interactions', 'audit_logs')
		ORDER BY rowid`)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x struct{ kind, name, table, sql string }, err error) {
		err = r.Scan(&x.kind, &x.name, &x.table, &x.sql)
		return x, err
	})
	if err != nil {
		return 0, false, err
	}
	for _, x := range all {
		if slices.Contains(grown, x.name) {
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

// putAll puts in what is made, one Rows after the other.
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

// makeAhead has rows made and seals their events, until no more are wanted.
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

// putTally counts for the charts what the triggers would have counted.
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

// restore makes one index or trigger again; in a large filling that is a transaction of its own.
func (f *fill) restore(dropped *[]string) fillStage {
	return func() (cost int, more bool, err error) {
		if _, err := f.b.t.ExecContext(f.ctx, (*dropped)[0]); err != nil {
			return 0, false, err
		}
		*dropped = (*dropped)[1:]
		return rowsOfPiece, len(*dropped) > 0, nil
	}
}

// mergeWords makes one piece of the interactions' index. In the many pieces of so
// many batches, the next interactions to be logged would soon have to do it.
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
