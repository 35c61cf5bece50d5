package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/migrations"

	"github.com/pressly/goose/v3"
)

// migrate upgrades the file to the newest schema. With copied, it first copies the file beside it.
func (d *DB) migrate(ctx context.Context, copied bool) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, d.writer.DB, migrations.FS)
	if err != nil {
		return err
	}
	if err := d.refuseDamaged(); err != nil {
		return d.needsNoUpgrade(ctx, p, err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current == target {
		return nil
	}
	if current > target {
		return errNewer(current, target)
	}
	return d.locked(func() error { // a command must not change the schema under a running server
		if err := sqlite.LockFile(d.file); err != nil {
			return err
		}
		if d.lock == nil {
			defer sqlite.UnlockFile(d.file)
		}
		if current, err = p.GetDBVersion(ctx); err != nil {
			return err
		}
		if current < target && copied {
			err := d.copyBefore(ctx, fmt.Sprintf("%s.before-%d", d.path, target))
			if lacks := (*NoRoom)(nil); errors.As(err, &lacks) {
				return fmt.Errorf("upgrading it begins with a copy beside it, which needs %d MB more room in %s; make room there; nothing was changed",
					lacks.Missing>>20+1, lacks.Folder)
			}
			if err != nil {
				return fmt.Errorf("no backup before upgrading: %w", err)
			}
		}
		if _, err := p.Up(ctx); err != nil {
			return err
		}
		info, err := d.file.Stat()
		if err == nil && info.Size() > d.small { // would take minutes; the background check does it
			d.keysUnchecked.Store(true)
			return nil
		}
		return errors.Join(err, checkForeignKeys(ctx, d.writer))
	})
}

// needsNoUpgrade returns nil if a damaged file already has this program's schema. Otherwise it
// cannot be read.
func (d *DB) needsNoUpgrade(ctx context.Context, p *goose.Provider, damage error) error {
	sources := p.ListSources()
	var current int64
	err := d.writer.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&current)
	if err != nil || current != sources[len(sources)-1].Version {
		return &explained{"it is damaged (%s) and cannot be upgraded; restore a backup", damage}
	}
	return nil
}

func checkForeignKeys(ctx context.Context, p *sqlite.Pool) error {
	table, parent, err := p.BrokenForeignKey(ctx)
	if err == nil && table != "" {
		err = broken("its foreign keys are broken, first where %s refers to %s; restore a backup", table, parent)
	}
	return err
}

// explain turns an error at start into one line that says what it means for the reader.
func explain(err error) error {
	var already *explained
	var found *Broken
	switch {
	case err == nil || errors.As(err, &already) || errors.As(err, &found):
		return err
	case errors.Is(err, sqlite.ErrInUse):
		return errors.New("it is in use by another Client Registry; stop that one first")
	case IsDamaged(err):
		return &explained{"it is damaged or not a database (%s); restore a backup", err}
	case IsFull(err):
		return &explained{"the disk is full (%s); make room", err}
	case IsReadOnly(err):
		return &explained{"it cannot be written (%s); check the permissions of the file and its folder", err}
	case IsUnavailable(err):
		return &explained{"it cannot be read (%s); check that its folder and disk are there", err}
	}
	return err
}

// explained is an error within a sentence that says what it means and what to do.
type explained struct {
	words string
	err   error
}

// Error returns one line, without what SQLite quotes from a damaged file.
func (e *explained) Error() string {
	what, _, _ := strings.Cut(e.err.Error(), "\n")
	return fmt.Sprintf(e.words, clip(what, 200))
}

func (e *explained) Unwrap() error { return e.err }
