package db

import "context"

func (d *DB) Demo(ctx context.Context, by Actor, size string, seed uint64, progress func(done, total int)) error {
	return nil
}
