package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// GivesAway refuses a change after which the actor would not see these records any more, and changes nothing. It is
// returned only to those who ask, see Actor.
type GivesAway struct{ Names []string }

func (e *GivesAway) Error() string { return "gives away " + strings.Join(e.Names, ", ") }

// target is an organization, a contact or an interaction of a change.
type target struct{ noun, id, name string } // name is "" where the caller knows it

// askFirst returns GivesAway if the actor asks and the change hides any of these from them.
func (t *tx) askFirst(all ...target) error {
	if !t.by.Asks || !t.by.OwnOnly {
		return nil
	}
	var hidden []string
	for _, c := range all {
		switch err := t.mustSee(c.noun, c.id); {
		case errors.Is(err, ErrNotFound):
			hidden = append(hidden, c.name)
		case err != nil:
			return err
		}
	}
	if hidden == nil {
		return nil
	}
	return &GivesAway{hidden}
}

var errTried = errors.New("tried and taken back")

// CountGivenAway returns how many of these records, all of which the actor sees, they would not see
// any more with another owner.
func (d *DB) CountGivenAway(ctx context.Context, by Actor, k *RecordKind, ids []string, owner string) (n int, err error) {
	if err := EditClients.Refuse(by); err != nil {
		return 0, err
	}
	if !by.OwnOnly || owner == by.UserID {
		return 0, nil
	}
	// What they see follows from many owners and links, so this gives the records away and looks.
	err = d.write(ctx, by, EditClients, func(t *tx) error {
		given := anyOf(k.id(), ids)
		if _, err := t.Exec("UPDATE "+k.Plural+" SET owner_user_id = NULL WHERE "+given.sql, given.args...); err != nil {
			return err
		}
		seen := given.and(k.sees(by, k.id()))
		if err := t.QueryRow("SELECT count(*) FROM "+k.Plural+" WHERE "+seen.sql, seen.args...).Scan(&n); err != nil {
			return err
		}
		return errTried
	})
	if !errors.Is(err, errTried) {
		return 0, fmt.Errorf("count given away: %w", err)
	}
	return len(ids) - n, nil
}
