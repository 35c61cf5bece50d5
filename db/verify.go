package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"clientregistry/db/sqlite"
)

// Verification is the result of the last check of the audit log.
type Verification struct {
	CheckedAt time.Time // zero if it was never checked
	Problem   string    // the first problem, or "" if there was none
	// When it last had no problem, with how many rows, and the hash of the newest.
	WholeAt time.Time
	Rows    int64
	Hash    string
}

// Broken is the first problem that a check found.
type Broken struct {
	Problem string
	damage  error // Damaged if the file is damaged
}

func (e *Broken) Error() string { return e.Problem }

func (e *Broken) Unwrap() error { return e.damage }

func broken(format string, args ...any) error { return &Broken{Problem: fmt.Sprintf(format, args...)} }

// Verify checks the file's integrity, its foreign keys, and the chain of the audit log row by row.
// It changes nothing. It returns Broken for the first problem, and for the chain names the row.
func (d *DB) Verify(ctx context.Context) (Verification, error) {
	return d.verification(ctx, func() (chainEnd, error) { return d.checkFile(ctx, false) })
}

// checkFile does what Verify does, without comparing it with the last verification.
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

// VerifyHistory is Verify of the chain alone. It reads in small steps, so that others can work; if
// gently, it pauses after each step for as long as the step took. It stores the result for
// LastVerification.
func (d *DB) VerifyHistory(ctx context.Context, gently bool) (Verification, error) {
	v, err := d.verification(ctx, func() (chainEnd, error) { return d.verifyHistory(ctx, gently) })
	if found := (*Broken)(nil); err != nil && !errors.As(err, &found) {
		return v, err // a cancelled or failed check says nothing about the audit log
	}
	return v, errors.Join(err, d.saveVerification(ctx, v))
}

// LastVerification returns the stored result of the last check.
func (d *DB) LastVerification(ctx context.Context) (Verification, error) {
	var v Verification
	if has, err := d.hasTable(ctx, "verifications"); !has { // before migration 6
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

// RowOfHash returns the seq of the audit row with a hash, or ErrNotFound.
func (d *DB) RowOfHash(ctx context.Context, hash string) (seq int64, err error) {
	err = d.reader.QuickQueryRow(ctx, "SELECT seq FROM audit_logs WHERE hash = ?", hash).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return seq, err
}

// chainEnd is the end of the part of the chain that has been verified.
type chainEnd struct {
	rows int64
	hash string
}

// verification runs a check and compares its result with the last one.
func (d *DB) verification(ctx context.Context, check func() (chainEnd, error)) (Verification, error) {
	v, err := d.LastVerification(ctx)
	if err != nil {
		return v, err
	}
	end, err := check()
	if err == nil {
		err = d.compareWithLast(ctx, v, end)
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
		return nil // the result stands even if it cannot be stored
	}
	return err
}

// compareWithLast finds out whether rows at the end were removed, or all rows rewritten, since the last
// good check, which the chain alone cannot show. Whoever does that can also change the stored
// result, so it is best to keep a hash elsewhere, too.
func (d *DB) compareWithLast(ctx context.Context, last Verification, now chainEnd) error {
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

// erased is the metadata of a row whose personal data was erased.
const erased = `{"erased": true}`

// verifyStep is how many rows are read at once. Short reads allow checkpoints of the WAL. Rows
// never change, so that the steps add up to one consistent check.
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

// verifyRows continues after a verified row.
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
