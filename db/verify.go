package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"clientregistry/db/sqlite"
)

// Verification is what the last check of the history found.
type Verification struct {
	CheckedAt time.Time // zero: never checked
	Problem   string    // what is broken first, "" where all was whole
	// When it was last whole, how many rows it had, and the hash of the newest.
	WholeAt time.Time
	Rows    int64
	Hash    string
}

// Broken is what a check found first.
type Broken struct {
	Problem string
	damage  error // Damaged where it is the file
}

func (e *Broken) Error() string { return e.Problem }

func (e *Broken) Unwrap() error { return e.damage }

func broken(format string, args ...any) error { return &Broken{Problem: fmt.Sprintf(format, args...)} }

// Verify checks the file's integrity, its foreign keys, and the chain of the
// history row by row, and changes nothing. The error is Broken where something
// is; it names the first row of the history that is not sound.
func (d *DB) Verify(ctx context.Context) (Verification, error) {
	return d.verification(ctx, func() (chainEnd, error) { return d.checkFile(ctx, false) })
}

// checkFile is Verify without noting what it finds.
func (d *DB) checkFile(ctx context.Context, gently bool) (last chainEnd, err error) {
	found, err := d.reader.IntegrityCheck(ctx, 1)
	switch {
	case sqlite.IsDamage(err):
		return last, explain(err)
	case sqlite.IsDamageInCheck(err):
		found = err.Error()
	case err != nil:
		return last, explain(err)
	}
	if found != "" {
		return last, &Broken{"the file is damaged: " + found + "; restore a backup", &Damaged{found}}
	}
	if err := checkForeignKeys(ctx, d.reader); err != nil {
		return last, err
	}
	return d.verifyHistory(ctx, gently)
}

// VerifyHistory is Verify of the chain alone. It reads in small steps, so that
// others go on; gently, it rests as long after each step as that took. What it
// found is kept for LastVerification.
func (d *DB) VerifyHistory(ctx context.Context, gently bool) (Verification, error) {
	v, err := d.verification(ctx, func() (chainEnd, error) { return d.verifyHistory(ctx, gently) })
	if found := (*Broken)(nil); err != nil && !errors.As(err, &found) {
		return v, err // one that was cancelled or could not read says nothing of the history
	}
	return v, errors.Join(err, d.saveVerification(ctx, v))
}

// LastVerification returns what the last check found.
func (d *DB) LastVerification(ctx context.Context) (Verification, error) {
	var v Verification
	if has, err := d.hasTable(ctx, "verifications"); !has { // of before migration 6
		return v, err
	}
	err := d.reader.QuickQueryRow(ctx, "SELECT checked_at, problem, whole_at, row_count, hash FROM verifications").
		Scan(moment{&v.CheckedAt}, nullText{&v.Problem}, moment{&v.WholeAt}, &v.Rows, &v.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v, err
}

func (d *DB) hasTable(ctx context.Context, name string) (has bool, err error) {
	err = d.reader.QuickQueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)", name).Scan(&has)
	return has, err
}

// RowOfHash returns the row of the history that carries a hash, or ErrNotFound.
func (d *DB) RowOfHash(ctx context.Context, hash string) (seq int64, err error) {
	err = d.reader.QuickQueryRow(ctx, "SELECT seq FROM audit_logs WHERE hash = ?", hash).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return seq, err
}

// chainEnd is how far the history is sound.
type chainEnd struct {
	rows int64
	hash string
}

// verification is what a check finds, by itself and beside the last one.
func (d *DB) verification(ctx context.Context, check func() (chainEnd, error)) (Verification, error) {
	v, err := d.LastVerification(ctx)
	if err != nil {
		return v, err
	}
	end, err := check()
	if err == nil {
		err = d.checkNoted(ctx, v, end)
	}
	var found *Broken
	if err != nil && !errors.As(err, &found) {
		return v, err
	}
	v.CheckedAt, v.Problem = d.now().UTC(), ""
	if found != nil {
		v.Problem = clip(found.Problem, 1000)
	} else {
		v.WholeAt, v.Rows, v.Hash = v.CheckedAt, end.rows, end.hash
	}
	return v, err
}

func (d *DB) saveVerification(ctx context.Context, v Verification) error {
	var wholeAt any
	if !v.WholeAt.IsZero() {
		wholeAt = stamp(v.WholeAt)
	}
	err := d.writeUnrecorded(ctx, System, Program, func(t *tx) error {
		_, err := t.Exec("INSERT OR REPLACE INTO verifications (id, checked_at, problem, whole_at, row_count, hash) VALUES (1, ?, ?, ?, ?, ?)",
			stamp(v.CheckedAt), orNull(v.Problem), wholeAt, v.Rows, v.Hash)
		return err
	})
	if isUnrecordable(err) {
		return nil // what was found is found all the same
	}
	return err
}

// checkNoted finds that the end of the history was cut off, or all of it
// rewritten, since it was last whole: the chain itself cannot show that.
// Who does that can change what is noted here as well; hence a hash is best
// noted elsewhere too.
func (d *DB) checkNoted(ctx context.Context, last Verification, now chainEnd) error {
	if last.Rows == 0 {
		return nil
	}
	if last.Rows > now.rows {
		return broken("the history is broken: row %d is missing; there were %d rows on %s",
			now.rows+1, last.Rows, last.WholeAt.Format("2 Jan 2006"))
	}
	var hash string
	if err := d.reader.QuickQueryRow(ctx, "SELECT hash FROM audit_logs WHERE seq = ?", last.Rows).Scan(&hash); err != nil {
		return err
	}
	if hash != last.Hash {
		return broken("the history is broken: row %d is not the one of %s; the rows up to it were rewritten",
			last.Rows, last.WholeAt.Format("2 Jan 2006"))
	}
	return nil
}

// erased is the metadata of a row whose personal data was taken out.
const erased = `{"erased": true}`

// verifyStep is how many rows are read at once: short reads let the WAL be
// emptied meanwhile. Rows never change, so the steps read one history.
const verifyStep = 2000

func (d *DB) verifyHistory(ctx context.Context, gently bool) (end chainEnd, err error) {
	for {
		start, before := time.Now(), end.rows
		if end, err = d.verifyRows(ctx, end); err != nil || end.rows-before < verifyStep {
			return end, err
		}
		if gently {
			select {
			case <-time.After(time.Since(start)):
			case <-ctx.Done():
				return end, ctx.Err()
			}
		}
	}
}

// verifyRows goes on behind a row that is sound.
func (d *DB) verifyRows(ctx context.Context, end chainEnd) (chainEnd, error) {
	found, err := d.reader.Query(ctx, `
		SELECT seq, id, ifnull(user_id, ''), action, target_type, ifnull(target_id, ''), metadata, ifnull(ip, ''), ifnull(ua, ''),
			created_at, metadata_sha256, prev_hash, hash,
			metadata = ? AND EXISTS (SELECT 1 FROM audit_logs AS later WHERE later.action = 'erase_contact' AND later.seq > audit_logs.seq
				AND instr(later.metadata, audit_logs.id) > 0)
		FROM audit_logs WHERE seq > ? ORDER BY seq`+limit(verifyStep), erased, end.rows)
	if err != nil {
		return end, err
	}
	defer found.Close()
	for found.Next() {
		var r auditRow
		var wasErased bool
		if err := found.Scan(&r.seq, &r.id, &r.userID, &r.action, &r.targetType, &r.targetID, &r.metadata, &r.ip, &r.ua,
			&r.createdAt, &r.metadataHash, &r.prevHash, &r.hash, &wasErased); err != nil {
			return end, err
		}
		switch {
		case r.seq != end.rows+1:
			return end, broken("the history is broken: row %d is missing", end.rows+1)
		case r.prevHash != end.hash:
			return end, broken("the history is broken: row %d does not follow the one before", r.seq)
		case r.metadataHash != sha256Hex(r.metadata) && !wasErased:
			return end, broken("the history is broken: what row %d says was changed", r.seq)
		case r.hash != r.seal():
			return end, broken("the history is broken: row %d was changed", r.seq)
		}
		end = chainEnd{r.seq, r.hash}
	}
	return end, found.Err()
}
