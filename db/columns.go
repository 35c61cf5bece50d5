package db

import (
	"context"
	"strings"

	"clientregistry/db/sqlite"
)

// ListColumns returns the columns that the actor chose for a list (organizations or contacts), or
// nil if they chose none.
func (d *DB) ListColumns(ctx context.Context, by Actor, list string) ([]string, error) {
	return memoized(&d.memo, "columns "+list+" "+by.UserID, func() ([]string, error) {
		rows, err := d.reader.QuickQuery(ctx, "SELECT columns FROM list_columns WHERE user_id = ? AND list = ?", by.UserID, list)
		chosen, err := sqlite.Collect(rows, err, sqlite.ScanText)
		if err != nil || len(chosen) == 0 {
			return nil, err
		}
		return strings.Split(chosen[0], ","), nil
	})
}

// ChooseColumns saves the columns that a list shows the actor; nil restores the default. It is a
// personal setting, so it is not recorded.
func (d *DB) ChooseColumns(ctx context.Context, by Actor, list string, columns []string) error {
	return d.writeUnrecorded(ctx, by, OwnAccount, func(t *tx) error {
		if columns == nil {
			_, err := t.Exec("DELETE FROM list_columns WHERE user_id = ? AND list = ?", by.UserID, list)
			return err
		}
		_, err := t.Exec("INSERT INTO list_columns (user_id, list, columns) VALUES (?, ?, ?)"+
			" ON CONFLICT (user_id, list) DO UPDATE SET columns = excluded.columns",
			by.UserID, list, strings.Join(columns, ","))
		return err
	})
}
