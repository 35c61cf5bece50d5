package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"clientregistry/db/sqlite"
)

// Counts says how much a registry contains. It is used to verify copies.
type Counts struct {
	History       int64  `json:"history"` // number of audit rows; Hash is that of the newest
	Hash          string `json:"hash"`
	Organizations int64  `json:"organizations"`
	Contacts      int64  `json:"contacts"`
	Interactions  int64  `json:"interactions"`
	Users         int64  `json:"users"`
}

// copyTo copies the registry into an empty file. It returns the counts at the moment of the copy,
// or nil if the schema is too old to have these tables.
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

// countAll counts what a connection sees. It returns nil if some of the tables do not exist.
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
