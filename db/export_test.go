package db

import "context"

// LockFile takes a file's lock as a running server does.
var LockFile = lockFile

// CountUpTo makes lists count less, so that few rows are many.
func (d *DB) CountUpTo(n int) { d.most = n }

// OpenReaders is how many connections are open to read.
func OpenReaders(d *DB) int { return d.reader.Stats().OpenConnections }

// CheckAsLarge makes checks take the file for a large one.
func (d *DB) CheckAsLarge() { d.small = 0 }

// CheckTables is the check of a large file that is written to all the time.
func (d *DB) CheckTables(ctx context.Context) (found string, err error) {
	own, err := connect(d.path, "&_query_only=1", 1)
	if err != nil {
		return "", err
	}
	defer own.Close()
	return d.checkTables(ctx, own)
}

// FillUp lets the registry take no more pages, as a full disk would; 0 makes room again.
func FillUp(ctx context.Context, d *DB, full bool) error {
	pages := "4294967294"
	if full {
		pages = "1"
	}
	_, err := d.writer.ExecContext(ctx, "PRAGMA max_page_count = "+pages)
	return err
}
