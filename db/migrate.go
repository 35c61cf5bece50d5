package db

import (
	"context"
	"fmt"

	"clientregistry/migrations"

	"github.com/pressly/goose/v3"
)

func (d *DB) migrate(ctx context.Context) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, d.writer.DB, migrations.FS)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current == target {
		return nil
	}
	if current > target {
		return fmt.Errorf("it was written by a newer version (schema %d, this program knows %d); start the newer program", current, target)
	}
	if d.lock == nil { // a command must not change the schema under a running server
		lock, err := lockFile(d.path)
		if err != nil {
			return err
		}
		defer lock.Close()
		if current, err = p.GetDBVersion(ctx); err != nil {
			return err
		}
	}
	if current > 0 {
		if err := d.backup(ctx, fmt.Sprintf("%s.before-%d", d.path, target)); err != nil {
			return fmt.Errorf("no backup before upgrading: %w", err)
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	return d.checkForeignKeys(ctx)
}

func (d *DB) checkForeignKeys(ctx context.Context) error {
	rows, err := d.writer.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		var table, parent string
		var row, key any
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return broken("its foreign keys are broken, first where %s refers to %s; restore a backup", table, parent)
	}
	return rows.Err()
}

// explain says in one line what an error at start means for the reader.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case isDamage(err):
		return fmt.Errorf("it is damaged or no database (%w); restore a backup", err)
	case IsFull(err):
		return fmt.Errorf("the disk is full (%w); make room", err)
	case IsReadOnly(err):
		return fmt.Errorf("it may not be written (%w); check the rights of the file and its folder", err)
	case IsUnavailable(err):
		return fmt.Errorf("it cannot be read (%w); check that its folder and disk are there", err)
	}
	return err
}
