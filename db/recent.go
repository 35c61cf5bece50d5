package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"clientregistry/db/sqlite"
)

// Recent returns the active organizations and contacts with these IDs that the actor sees, in no
// particular order. It returns none without ViewClient.
func (d *DB) Recent(ctx context.Context, by Actor, ids []string) ([]Organization, []Contact, error) {
	if len(ids) == 0 || !by.Can(ViewClient) {
		return nil, nil, nil
	}
	foundOrganizations, err1 := d.activeByID(ctx, by, OrganizationKind, ids)
	foundContacts, err2 := d.activeByID(ctx, by, ContactKind, ids)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, fmt.Errorf("recent records: %w", err)
	}
	return foundOrganizations, foundContacts, nil
}

func (d *DB) activeByID(ctx context.Context, by Actor, k *RecordKind, ids []string) ([]Record, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	read, args := k.read(by, "sort_key", unnamed)
	seen := k.sees(by, k.id())
	rows, err := d.reader.QuickQuery(ctx, read+`
		WHERE `+k.id()+` IN (SELECT value FROM json_each(?)) AND +is_active = 1 AND `+seen.sql, append(append(args, string(list)), seen.args...)...)
	all, err := sqlite.Collect(rows, err, k.scanner())
	return d.addOwnerNames(ctx, by, all, err)
}
