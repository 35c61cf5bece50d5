package db

import (
	"context"
	"errors"
	"fmt"
)

// Neighbors returns the records before and after one in a list, with no ID where there is none. Both
// are zero if the record is not in the list.
func (d *DB) Neighbors(ctx context.Context, by Actor, k *RecordKind, f Filter, id string) (before, after Named, err error) {
	at, err := d.cursorAt(ctx, by, k, f, id)
	if errors.Is(err, ErrNotFound) {
		return before, after, nil
	}
	f.After, f.Limit = at, 1
	s := k.orderFor(by, f.Sort)
	for _, x := range []struct {
		to         *Named
		descending bool
	}{{&after, s.descending}, {&before, !s.descending}} {
		if f.Sort = s.column; x.descending {
			f.Sort = "-" + s.column
		}
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

// cursorAt returns a list's position of one of its records, or ErrNotFound.
func (d *DB) cursorAt(ctx context.Context, by Actor, k *RecordKind, f Filter, id string) (string, error) {
	if f.Status == "all" {
		for _, f.Status = range []string{"active", "archived"} {
			if at, err := d.cursorAt(ctx, by, k, f, id); !errors.Is(err, ErrNotFound) {
				return at, err
			}
		}
		return "", ErrNotFound
	}
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return "", err
	}
	if f, err = d.completeFilter(ctx, f); err != nil {
		return "", err
	}
	s := k.orderFor(by, f.Sort)
	c, empty := k.conditions(by, f, walk, s, few)
	if empty {
		return "", ErrNotFound
	}
	c.add(k.id()+" = ?", id)
	read, args := k.read(by, s.key, unnamed)
	r, err := k.scan(d.reader.QueryRow(ctx, read+c.where(), append(args, c.args...)...))
	return newCursor(r.sortValues()), err
}
