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

// KeyLost says that the seeds of second factors cannot be read: the file with
// their key is missing, or it is another one than they were sealed with.
type KeyLost struct{ File, Why string }

func (e *KeyLost) Error() string {
	return fmt.Sprintf("%s, the key of all second factors, %s; put the copy that you kept in its place, or take each second factor off"+
		" with user reset-mfa", e.File, e.Why)
}

// missing is the Why of a file that is not there.
const missing = "is missing"

// keyFile is where the key lies: beside the database and not in it, so that a
// copy of the database alone gives nobody a code.
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

// keyToSeal returns the key for one more seed, and makes the file where there
// is none. It returns KeyLost rather than a key that does not open what is
// sealed already: two keys would be one too many. Within a transaction, so that
// of two processes only one makes it.
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
	defer os.Remove(partial) // where it does not become the key
	if err := sqlite.CreatePrivate(partial); err != nil {
		return nil, err
	}
	if err := os.WriteFile(partial, key, 0o600); err != nil {
		return nil, err
	}
	return key, sqlite.PutInPlace(partial, d.keyFile())
}

// unseal returns the seed of a user that was sealed. It returns KeyLost where it cannot.
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

// CheckKey returns nil where every second factor can be read, and KeyLost
// where one cannot: its owner then needs a recovery code.
func (d *DB) CheckKey(ctx context.Context) error {
	type sealed struct {
		userID string
		seed   []byte
	}
	if has, err := d.hasTable(ctx, "second_factors"); !has { // of before migration 5
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

// seedOf is what a user's seed is sealed for, so that it opens for no other user.
func seedOf(userID string) string { return "second factor of " + userID }
