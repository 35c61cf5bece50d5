package sqlite

import "database/sql"

// Rows are the rows of a query, to be read by Collect.
type Rows struct {
	*sql.Rows
	pool *Pool
}

// Err returns what ended the rows before their end, of which the pool's Notice is told.
func (r Rows) Err() error { return r.pool.report(r.Rows.Err()) }

// Row scans one row, or says why there is none: sql.ErrNoRows where none was found.
type Row interface{ Scan(into ...any) error }

type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// noticedRow is a row whose error the pool's Notice is told of.
type noticedRow struct {
	*sql.Row
	pool *Pool
}

func (r noticedRow) Scan(into ...any) error { return r.pool.report(r.Row.Scan(into...)) }

// Collect reads all rows with scan and closes them. It takes the error of the
// query, too, so that its two results can be passed on.
func Collect[T any](rows Rows, err error, scan func(Row) (T, error)) ([]T, error) {
	return CollectInto(nil, rows, err, scan)
}

// CollectInto is Collect behind what is there already; as a page is read into
// room for it, its rows are not copied.
func CollectInto[T any](all []T, rows Rows, err error, scan func(Row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	from := Row(rows) // here, because it is allocated
	for rows.Next() {
		one, err := scan(from)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// ScanText scans a row of one text.
func ScanText(r Row) (string, error) {
	var s string
	err := r.Scan(&s)
	return s, err
}
