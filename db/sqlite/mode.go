package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// Mode is what the connections of a pool may do with their file. It stands in the
// DSN, because a PRAGMA sent to a pool reaches one connection of it.
type Mode string

const (
	// Write changes a file that others may have open: a transaction takes the
	// write lock when it begins, and is on the disk when it is committed.
	Write Mode = "_synchronous=FULL&" + writing
	// Unsynced is Write that does not wait for the disk, for tests: it outlives a kill, but no power cut.
	Unsynced Mode = "_synchronous=OFF&" + writing
	// Read sees what Write commits and refuses to change it.
	Read = Write + "&_query_only=1"
	// Make fills a new file in haste: after a crash it is of no use.
	Make Mode = "_journal_mode=MEMORY&_synchronous=OFF&_txlock=immediate&_foreign_keys=1"
	// Own is for a copy that nobody else has.
	Own Mode = "_busy_timeout=5000"
	// Shared reads a file that others may change, with its -wal.
	Shared Mode = "mode=ro&_busy_timeout=5000"
	// Still reads a file that nobody changes, without its -wal, and writes nothing beside it.
	Still Mode = "mode=ro&immutable=1"
)

const writing = "mode=rw&_journal_mode=WAL&_txlock=immediate&_foreign_keys=1&_busy_timeout=5000&_secure_delete=on"

// Of a copy while it is made, which nobody reads before it is complete and synced,
// and to take the mark off it that says it may have a -wal.
const (
	copied     Mode = "_journal_mode=OFF&_synchronous=OFF"
	withoutWAL Mode = "_journal_mode=DELETE"
)

func (m Mode) dsn(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + string(m)
}

// walLimit is the size in bytes to which the -wal shrinks again after a large
// change. SQLite empties it at 4 MB, so that it is not cut off each time.
const walLimit = 8 << 20

// connector opens connections, with the settings that have no word in a DSN.
type connector struct{ dsn string }

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }

func (c connector) Driver() driver.Driver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		_, err := conn.Exec(fmt.Sprintf("PRAGMA journal_size_limit = %d", walLimit), nil)
		return err
	}}
}

// Version returns the version of the library, like 3.54.1.
func Version() string {
	version, _, _ := sqlite3.Version()
	return version
}
