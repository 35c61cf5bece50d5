package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// DataVersion returns a number that is another one after each commit of others. It
// says that only to one connection, so the pool must have no more.
func (p *Pool) DataVersion(ctx context.Context) (n int64, err error) {
	err = p.QuickQueryRow(ctx, "PRAGMA data_version").Scan(&n)
	return n, err
}

// ApplicationID returns what says whose a file is; 0 where nothing does.
func (p *Pool) ApplicationID(ctx context.Context) (id int64, err error) {
	err = p.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	return id, err
}

// Size returns how many bytes the database has, with what stands in its -wal.
func (p *Pool) Size(ctx context.Context) (bytes int64, err error) {
	err = p.QueryRowContext(ctx, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&bytes)
	return bytes, err
}

// UseWAL ends the Make mode of a file that is complete.
func (p *Pool) UseWAL(ctx context.Context) error {
	_, err := p.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}

// UseBulkMode has a pool of one connection, in the Write mode, keep more of the file in
// memory, write each page once instead of to the log first, not wait for the disk,
// and check neither foreign keys nor rules: when that ends badly the file is of no
// use. It works only while nobody else has the file open.
func (p *Pool) UseBulkMode(ctx context.Context) error {
	_, err := p.ExecContext(ctx, `
		PRAGMA cache_size = -32000; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF;
		PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA threads = 4`)
	return err
}

// Slow is the way back of Hurry.
func (p *Pool) Slow(ctx context.Context) error {
	_, err := p.ExecContext(ctx, `
		PRAGMA cache_size = -2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
		PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; PRAGMA threads = 0`)
	return err
}

// EmptyWAL brings what stands in the -wal into the file, so that the file alone is the database.
func EmptyWAL(ctx context.Context, path string) error {
	p := Open(path, Write, 1)
	defer p.End()
	var busy, pages, moved sql.NullInt64
	if err := p.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy.Int64 != 0 {
		return errors.New("another program is using it; stop that one first")
	}
	return p.Close()
}

// IntegrityCheck compares indexes with their tables and looks at every page. It
// returns what is wrong, up to so many things, a line each, in SQLite's words; ""
// where nothing is. An error of IsDamageInCheck is damage, too.
func (p *Pool) IntegrityCheck(ctx context.Context, most int) (found string, err error) {
	return p.answer(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", most))
}

// QuickCheck is IntegrityCheck of pages alone, which is many times as fast.
func (p *Pool) QuickCheck(ctx context.Context, most int) (found string, err error) {
	return p.answer(ctx, fmt.Sprintf("PRAGMA quick_check(%d)", most))
}

func (p *Pool) answer(ctx context.Context, check string) (found string, err error) {
	rows, err := p.QueryContext(ctx, check)
	lines, err := Collect(Rows{rows, p}, err, ScanText)
	if found = strings.TrimPrefix(strings.Join(lines, "\n"), "*** in database main ***\n"); found == "ok" {
		found = ""
	}
	return found, err
}

// BrokenForeignKey returns the first table of which a row refers to one that is not
// there, and the table of that; "" and "" where none does.
func (p *Pool) BrokenForeignKey(ctx context.Context) (table, parent string, err error) {
	rows, err := p.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return "", "", err
	}
	defer rows.Close()
	if rows.Next() {
		var row, key any
		err := rows.Scan(&table, &row, &parent, &key)
		return table, parent, err
	}
	return "", "", rows.Err()
}
