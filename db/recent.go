package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Recent returns the organizations and contacts with these ids that are active
// and that the actor sees, in no order. Without ViewClient there are none.
func (d *DB) Recent(ctx context.Context, by Actor, ids []string) ([]Organization, []Contact, error) {
	if len(ids) == 0 || !by.Can(ViewClient) {
		return nil, nil, nil
	}
	foundOrganizations, err1 := withIDs(ctx, d, by, organizations, ids, scanOrganization)
	foundOrganizations, err1 = d.organizationsFor(ctx, by, foundOrganizations, err1)
	foundContacts, err2 := withIDs(ctx, d, by, contacts, ids, scanContact)
	foundContacts, err2 = d.contactsFor(ctx, by, foundContacts, err2)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, fmt.Errorf("recent records: %w", err)
	}
	return foundOrganizations, foundContacts, nil
}

func withIDs[T any](ctx context.Context, d *DB, by Actor, kind *listing, ids []string, scan func(row) (T, error)) ([]T, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	read, args := kind.read(by, "sort_key")
	seen := kind.sees(by, kind.table+".id")
	rows, err := d.reader.query(ctx, read+`
		WHERE `+kind.table+`.id IN (SELECT value FROM json_each(?)) AND +is_active = 1 AND `+seen.sql, append(append(args, string(list)), seen.args...)...)
	return collect(rows, err, scan)
}
