package sqlite

import (
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// Each kind of disk error is recognized, however deeply it is wrapped.
func TestWhatADiskSays(t *testing.T) {
	t.Parallel()
	wrapped := func(err error) error { return fmt.Errorf("save: %w", err) }
	driver := func(code sqlite3.ErrNo, extended sqlite3.ErrNoExtended, no syscall.Errno) error {
		return wrapped(sqlite3.Error{Code: code, ExtendedCode: extended, SystemErrno: no})
	}
	file := func(no syscall.Errno) error { return wrapped(&fs.PathError{Op: "write", Path: "a.key", Err: no}) }
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"SQLite has no room":         {driver(sqlite3.ErrFull, 0, 0), "full"},
		"a write without room":       {driver(sqlite3.ErrIoErr, sqlite3.ErrIoErrWrite, syscall.ENOSPC), "full"},
		"a quota":                    {driver(sqlite3.ErrIoErr, sqlite3.ErrIoErrSHMSize, syscall.EDQUOT), "full"},
		"another file without room":  {file(syscall.ENOSPC), "full"},
		"a limit of a file's size":   {file(syscall.EFBIG), "full"},
		"a read-only database":       {driver(sqlite3.ErrReadonly, 0, 0), "read-only"},
		"a read-only disk":           {driver(sqlite3.ErrCantOpen, 0, syscall.EROFS), "read-only"},
		"a folder of somebody else":  {driver(sqlite3.ErrCantOpen, 0, syscall.EACCES), "read-only"},
		"a write that failed":        {driver(sqlite3.ErrIoErr, sqlite3.ErrIoErrWrite, syscall.EIO), "read-only"},
		"another file, read-only":    {file(syscall.EROFS), "read-only"},
		"a read that failed":         {driver(sqlite3.ErrIoErr, sqlite3.ErrIoErrRead, syscall.EIO), "unavailable"},
		"no descriptor left to open": {driver(sqlite3.ErrCantOpen, 0, syscall.EMFILE), "unavailable"},
		"damage":                     {driver(sqlite3.ErrCorrupt, 0, 0), "damage"},
		"no database":                {driver(sqlite3.ErrNotADB, 0, 0), "damage"},
		"a rule":                     {driver(sqlite3.ErrConstraint, 0, 0), ""},
		"a lock":                     {driver(sqlite3.ErrBusy, 0, 0), ""},
	} {
		var got string
		for is, yes := range map[string]bool{
			"full": IsFull(c.err), "read-only": IsReadOnly(c.err), "unavailable": IsUnavailable(c.err), "damage": IsDamage(c.err),
		} {
			if yes {
				got += is
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
