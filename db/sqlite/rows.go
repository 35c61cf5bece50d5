package sqlite

import "database/sql"

// Rows is a query's result for Collect.
type Rows struct {
	*sql.Rows
	pool *Pool
}

// Err returns the error that ended the iteration, and reports it to the pool's Notice.
func (r Rows) Err() error { return r.pool.report(r.Rows.Err()) }

// Row is a query's single row. Scan returns sql.ErrNoRows if there is none.
type Row interface{ Scan(into ...any) error }

type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

// noticedRow reports its error to the pool's Notice.
type noticedRow struct {
	*sql.Row
	pool *Pool
}

func (r noticedRow) Scan(into ...any) error { return r.pool.report(r.Row.Scan(into...)) }

// Collect scans all rows and closes them. It also takes the query's error, so that both results of
// a query can be passed on.
func Collect[T any](rows Rows, err error, scan func(Row) (T, error)) ([]T, error) {
	return CollectInto(nil, rows, err, scan)
}

// CollectInto is Collect that appends to a slice, whose capacity avoids copying rows.
func CollectInto[T any](all []T, rows Rows, err error, scan func(Row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	from := Row(rows) // here, because it allocates
	for rows.Next() {
		one, err := scan(from)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// ScanText scans a row of one text column.
func ScanText(r Row) (string, error) {
	var s string
	err := r.Scan(&s)
	return s, err
}
