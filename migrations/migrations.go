// Package migrations holds the database schema as numbered goose files. A
// released file is never edited; a change is a new file.
package migrations

import "embed"

// FS holds the migrations, NNNNN_name.sql at its root.
//
//go:embed *.sql
var FS embed.FS
