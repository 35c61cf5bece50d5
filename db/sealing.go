package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// KeyLost means that the seeds of second factors cannot be read, because the key file is missing or
// has a different key.
type KeyLost struct{ File, Why string }

func (e *KeyLost) Error() string {
	return fmt.Sprintf("%s, the key of all second factors, %s; put the copy that you kept in its place, or take each second factor off"+
		" with user reset-mfa", e.File, e.Why)
}

// missing is the Why of a missing file.
const missing = "is missing"

// keyFile returns the path of the key. It lies outside the database, so that a copy of the database
// alone does not reveal codes.
func (d *DB) keyFile() string { return d.path + ".key" }

func (d *DB) readKey() ([]byte, error) {
	key, err := os.ReadFile(d.keyFile())
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &KeyLost{d.keyFile(), missing}
	case err != nil:
		return nil, &KeyLost{d.keyFile(), fmt.Sprintf("cannot be read (%v)", err)}
	case len(key) != secrets.KeySize:
		return nil, &KeyLost{d.keyFile(), fmt.Sprintf("is not a key: it has %d bytes, not %d", len(key), secrets.KeySize)}
	}
	return key, nil
}

// keyToSeal returns the key for sealing a seed, and creates it if there is none. It returns KeyLost
// rather than a key that does not open existing seeds. Calling it in a transaction ensures that
// only one process creates the key.
func (d *DB) keyToSeal(t *tx) ([]byte, error) {
	var userID string
	var sealed []byte
	err := t.QueryRow("SELECT user_id, seed FROM second_factors WHERE seed IS NOT NULL LIMIT 1").Scan(&userID, &sealed)
	if err == nil {
		if _, err := d.unseal(userID, sealed); err != nil {
			return nil, err
		}
		return d.readKey()
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	key, err := d.readKey()
	if lost := (*KeyLost)(nil); !errors.As(err, &lost) || lost.Why != missing {
		return key, err
	}
	return d.makeKey()
}

func (d *DB) makeKey() ([]byte, error) {
	key := secrets.NewKey()
	partial := d.keyFile() + ".part"
	defer os.Remove(partial) // if it did not become the key
	if err := sqlite.CreatePrivate(partial); err != nil {
		return nil, err
	}
	if err := os.WriteFile(partial, key, 0o600); err != nil {
		return nil, err
	}
	return key, sqlite.PutInPlace(partial, d.keyFile())
}

// unseal returns a user's seed, or KeyLost.
func (d *DB) unseal(userID string, sealed []byte) (seed string, err error) {
	key, err := d.readKey()
	if err != nil {
		return "", err
	}
	if seed, err = secrets.Unseal(key, sealed, seedOf(userID)); err != nil {
		return "", &KeyLost{d.keyFile(), "does not open them"}
	}
	return seed, nil
}

// CheckKey returns nil if every second factor can be read, else KeyLost. Users whose seed cannot be
// read need a recovery code.
func (d *DB) CheckKey(ctx context.Context) error {
	type sealed struct {
		userID string
		seed   []byte
	}
	if has, err := d.hasTable(ctx, "second_factors"); !has { // before migration 5
		return err
	}
	rows, err := d.reader.QuickQuery(ctx, "SELECT user_id, seed FROM second_factors WHERE seed IS NOT NULL")
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (s sealed, err error) { return s, r.Scan(&s.userID, &s.seed) })
	for _, s := range all {
		if _, err := d.unseal(s.userID, s.seed); err != nil {
			return err
		}
	}
	return err
}

// seedOf is the context that a user's seed is sealed with, so that it cannot be used for another
// user.
func seedOf(userID string) string { return "second factor of " + userID }
