package db

import (
	"context"
	"fmt"
	"os"
	"time"
)

// beforeRestore begins the end of the name that a replaced registry is kept under.
const beforeRestore = ".before-restore-"

// Restore puts a backup in the place of the registry at path, which no server
// may be using. It first makes sure that the backup is a sound registry, and
// keeps what was at path as the file whose name it returns, "" if there was none.
func Restore(ctx context.Context, from, path string, now time.Time) (kept string, err error) {
	if path, err = resolve(path); err != nil {
		return "", err
	}
	lock, err := lockName(path)
	if err != nil {
		return "", fmt.Errorf("cannot restore %s: %w", path, err)
	}
	defer lock.Close()
	partial := path + ".restoring"
	defer removeDatabase(partial)
	if err := copyPrivate(from, partial); err != nil {
		return "", fmt.Errorf("cannot read the backup %s: %w", from, err)
	}
	if err := soundCopy(ctx, partial); err != nil {
		return "", fmt.Errorf("%s is no backup to restore: %w; nothing was changed", from, err)
	}
	if _, err := os.Stat(path); err == nil {
		if err := emptyWAL(ctx, path); err != nil {
			return "", fmt.Errorf("cannot set %s aside: %w", path, err)
		}
		kept = path + ".replaced-" + now.UTC().Format("20060102-150405")
		if err := os.Rename(path, kept); err != nil {
			return "", err
		}
	}
	return kept, putInPlace(partial, path)
}

// soundCopy opens a copy as a registry, which also brings it up to date, and verifies it.
func soundCopy(ctx context.Context, path string) error {
	d, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Verify(ctx); err != nil {
		return err
	}
	if _, err := d.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return err
	}
	return nil
}

// emptyWAL brings what stands in the -wal into the file, so that the file alone is the registry.
func emptyWAL(ctx context.Context, path string) error {
	p := connect(path, "", 1)
	defer p.Close()
	_, err := p.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
