package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"clientregistry/db/sqlite"
)

// Counts is how much a registry holds, to compare a copy with.
type Counts struct {
	History       int64  `json:"history"` // rows, the newest of which has Hash
	Hash          string `json:"hash"`
	Organizations int64  `json:"organizations"`
	Contacts      int64  `json:"contacts"`
	Interactions  int64  `json:"interactions"`
	Users         int64  `json:"users"`
}

// copyTo writes the registry into an empty file and returns what it held at the
// copy's last moment; nil where it is of a schema before those tables.
func (d *DB) copyTo(ctx context.Context, to *os.File) (*Counts, error) {
	snapshot := d.connectReaders(1)
	defer snapshot.Close()
	last, err := snapshot.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer last.Close()
	if err := sqlite.Copy(ctx, d.writer, to, last, d.inTests.steps); err != nil {
		return nil, err
	}
	return countAll(ctx, last)
}

// countAll counts what one connection sees, or returns nil where there is
// nothing to count yet.
func countAll(ctx context.Context, conn interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
},
) (*Counts, error) {
	var n int
	err := conn.QueryRowContext(ctx, `
		SELECT count(*) FROM sqlite_schema
		WHERE type = 'table' AND name IN ('audit_logs', 'organizations', 'contacts', 'interactions', 'users')`).Scan(&n)
	if err != nil || n < 5 {
		return nil, err
	}
	var c Counts
	err = conn.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM audit_logs), ifnull((SELECT hash FROM audit_logs ORDER BY seq DESC LIMIT 1), ''),
			(SELECT count(*) FROM organizations), (SELECT count(*) FROM contacts),
			(SELECT count(*) FROM interactions), (SELECT count(*) FROM users)`).
		Scan(&c.History, &c.Hash, &c.Organizations, &c.Contacts, &c.Interactions, &c.Users)
	if err != nil {
		return nil, fmt.Errorf("count: %w", err)
	}
	return &c, nil
}
