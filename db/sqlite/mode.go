package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// Mode says how a pool's connections may use their file. It is part of the DSN, because a PRAGMA
// sent to a pool reaches only one connection.
type Mode string

const (
	// Write changes a file that others may have open. A transaction takes the write lock when it
	// begins, and is on disk when it commits.
	Write Mode = "_synchronous=FULL&" + writing
	// Unsynced is Write without waiting for the disk, for tests. Data survives a kill, but not a
	// power cut.
	Unsynced Mode = "_synchronous=OFF&" + writing
	// Read refuses changes.
	Read = Write + "&_query_only=1"
	// Create fills a new file quickly. After a crash the file is useless.
	Create Mode = "_journal_mode=MEMORY&_synchronous=OFF&_txlock=immediate&_foreign_keys=1"
	// Scratch is for a temporary copy that nobody else uses.
	Scratch Mode = "_busy_timeout=5000"
	// Shared reads a file that others may change, including its -wal.
	Shared Mode = "mode=ro&_busy_timeout=5000"
	// Immutable reads a file that nobody changes, without its -wal, and creates no files beside it.
	Immutable Mode = "mode=ro&immutable=1"
)

const writing = "mode=rw&_journal_mode=WAL&_txlock=immediate&_foreign_keys=1&_busy_timeout=5000&_secure_delete=on"

// copied is for a copy in progress, which nobody reads before it is complete and synced. withoutWAL
// removes a copy's mark for a -wal.
const (
	copied     Mode = "_journal_mode=OFF&_synchronous=OFF"
	withoutWAL Mode = "_journal_mode=DELETE"
)

func (m Mode) dsn(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + string(m)
}

// walLimit is the size in bytes to which SQLite truncates the -wal after a large change. It is
// above the 4 MB at which SQLite checkpoints, so that this is rare.
const walLimit = 8 << 20

// connector opens connections with settings that a DSN cannot express.
type connector struct{ dsn string }

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }

func (c connector) Driver() driver.Driver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		_, err := conn.Exec(fmt.Sprintf("PRAGMA journal_size_limit = %d", walLimit), nil)
		return err
	}}
}

// Version returns SQLite's version, like 3.54.1.
func Version() string {
	version, _, _ := sqlite3.Version()
	return version
}
