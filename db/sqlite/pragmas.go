package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// DataVersion returns a number that changes with each commit of another connection. It is only
// comparable on one connection, so the pool must have no more.
func (p *Pool) DataVersion(ctx context.Context) (n int64, err error) {
	err = p.QuickQueryRow(ctx, "PRAGMA data_version").Scan(&n)
	return n, err
}

// ApplicationID returns the number that says which program owns the file, or 0.
func (p *Pool) ApplicationID(ctx context.Context) (id int64, err error) {
	err = p.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	return id, err
}

// Size returns the size of the database in bytes, including what is in its -wal.
func (p *Pool) Size(ctx context.Context) (bytes int64, err error) {
	err = p.QueryRowContext(ctx, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&bytes)
	return bytes, err
}

// UseWAL switches a complete file from the mode Create to a -wal.
func (p *Pool) UseWAL(ctx context.Context) error {
	_, err := p.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}

// UseBulkMode makes a pool of one connection in the mode Write fast but unsafe: a larger cache, no
// -wal, no waiting for the disk, no checks of foreign keys and constraints. If the process ends
// before UseSafeMode, the file is useless. Nobody else may have the file open.
func (p *Pool) UseBulkMode(ctx context.Context) error {
	_, err := p.ExecContext(ctx, `
		PRAGMA cache_size = -32000; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF;
		PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA threads = 4`)
	return err
}

// UseSafeMode undoes UseBulkMode.
func (p *Pool) UseSafeMode(ctx context.Context) error {
	_, err := p.ExecContext(ctx, `
		PRAGMA cache_size = -2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
		PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; PRAGMA threads = 0`)
	return err
}

// EmptyWAL moves the contents of the -wal into the file, so that the file alone is the database.
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

// CopyWAL moves the contents of the -wal into the file as far as nobody reads them, while others read and write.
func CopyWAL(ctx context.Context, path string) error {
	p := Open(path, Read, 1)
	defer p.End()
	_, err := p.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	return err
}

// IntegrityCheck checks every page, and compares indexes with their tables. It returns up to most
// problems in SQLite's words, one per line, or "". An error of IsDamageInCheck also means damage.
func (p *Pool) IntegrityCheck(ctx context.Context, most int) (found string, err error) {
	return p.answer(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", most))
}

// QuickCheck is IntegrityCheck of pages alone, which is many times faster.
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

// BrokenForeignKey returns the first table with a row that refers to a missing row, and the table
// of the latter, or "" and "".
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
