package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Backup writes a whole copy of the registry, as of one moment, to a new file
// that only its owner may read. A server may go on working meanwhile. The file
// has its name only when it is complete; one that is there already is an error.
func (d *DB) Backup(ctx context.Context, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s exists already; give the backup another name", to)
	}
	if err := d.backup(ctx, to); err != nil {
		return fmt.Errorf("cannot write the backup %s: %w", to, explain(err))
	}
	return nil
}

func (d *DB) backup(ctx context.Context, to string) error {
	partial := to + ".part"
	remove := func() {
		os.Remove(partial)
		os.Remove(partial + "-journal") // which a full disk leaves
	}
	remove()
	defer remove()                                 // where it does not become the backup
	if err := createPrivate(partial); err != nil { // SQLite would make it readable for all
		return err
	}
	if _, err := d.writer.ExecContext(ctx, "VACUUM INTO ?", partial); err != nil {
		return err
	}
	return putInPlace(partial, to)
}

// Restore puts a backup in the place of the registry at path, which no server
// may be using. It first makes sure that the backup is a sound registry, and
// keeps what was at path as the file whose name it returns, "" if there was none.
func Restore(ctx context.Context, from, path string, now time.Time) (kept string, err error) {
	lock, err := lockFile(path)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	partial := path + ".restoring"
	defer func() {
		for _, left := range []string{"", "-wal", "-shm", ".lock"} {
			os.Remove(partial + left)
		}
	}()
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
	p, err := connect(path, "", 1)
	if err != nil {
		return err
	}
	defer p.Close()
	_, err = p.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func copyPrivate(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return errors.Join(err, target.Close())
	}
	return errors.Join(target.Sync(), target.Close())
}

// putInPlace gives a complete file its name, and makes both survive a power cut.
func putInPlace(partial, name string) error {
	f, err := os.OpenFile(partial, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(partial, name); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
