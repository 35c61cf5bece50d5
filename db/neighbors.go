package db

import (
	"context"
	"errors"
	"fmt"
)

// Neighbors returns the records before and after one in a list, with no ID where there is none. Both
// are zero if the record is not in the list.
func (d *DB) Neighbors(ctx context.Context, by Actor, k *RecordKind, f Filter, id string) (before, after Named, err error) {
	at, err := d.positionIn(ctx, by, k, f, id)
	if errors.Is(err, ErrNotFound) {
		return before, after, nil
	}
	f.Limit = 1
	s := k.orderFor(by, f.Sort)
	for _, x := range []struct {
		to         *Named
		descending bool
	}{{&after, s.descending}, {&before, !s.descending}} {
		if f.Sort = s.column; x.descending {
			f.Sort = "-" + s.column
		}
		f.After = k.orderFor(by, f.Sort).cursor(at)
		page, _, readErr := d.readList(ctx, by, k, f)
		if err = errors.Join(err, readErr); len(page) > 0 {
			*x.to = Named{page[0].ID, page[0].Name()}
		}
	}
	if err != nil {
		return Named{}, Named{}, fmt.Errorf("neighbors of %s %s: %w", k.Noun, id, err)
	}
	return before, after, nil
}

// positionIn returns what one of a list's records has in its order, for a cursor, or ErrNotFound.
func (d *DB) positionIn(ctx context.Context, by Actor, k *RecordKind, f Filter, id string) (at [3]string, err error) {
	if f.Status == "all" {
		for _, f.Status = range []string{"active", "archived"} {
			if at, err := d.positionIn(ctx, by, k, f, id); !errors.Is(err, ErrNotFound) {
				return at, err
			}
		}
		return at, ErrNotFound
	}
	if f, err = d.completeFilter(ctx, f); err != nil {
		return at, err
	}
	s := k.orderFor(by, f.Sort)
	c, empty := k.conditions(by, f, walk, s, false)
	if empty {
		return at, ErrNotFound
	}
	c.add(k.id()+" = ?", id)
	read, args := k.read(by, s.key, unnamed)
	r, err := k.scan(d.reader.QueryRow(ctx, read+c.where(), append(args, c.args...)...))
	return r.sortValues(), err
}
