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

// KeyLost means that the seeds of second factors and the secrets of webhooks cannot be read, because
// the key file is missing or has a different key.
type KeyLost struct{ File, Why string }

func (e *KeyLost) Error() string {
	return fmt.Sprintf("%s, the key of second factors and webhooks, %s; put your copy of it back, or take each"+
		" second factor off with user reset-mfa and delete the webhooks", e.File, e.Why)
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

// sealedSeeds and sealedSecrets select what is sealed, with its purpose.
const (
	sealedSeeds   = "SELECT '" + seedPurpose + "' || user_id, seed FROM second_factors WHERE seed IS NOT NULL"
	sealedSecrets = "SELECT '" + secretPurpose + "' || id, secret FROM webhooks"
)

// keyToSeal returns the key for sealing a text, and creates it if there is none. It returns KeyLost
// rather than a key that does not open existing ones. Calling it in a transaction ensures that
// only one process creates the key.
func (d *DB) keyToSeal(t *tx) ([]byte, error) {
	var purpose string
	var sealed []byte
	err := t.QueryRow(sealedSeeds+" UNION ALL "+sealedSecrets+" LIMIT 1").Scan(&purpose, &sealed)
	if err == nil {
		if _, err := d.unseal(purpose, sealed); err != nil {
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

// unseal returns what was sealed for a purpose, or KeyLost.
func (d *DB) unseal(purpose string, sealed []byte) (plain string, err error) {
	key, err := d.readKey()
	if err != nil {
		return "", err
	}
	if plain, err = secrets.Unseal(key, sealed, purpose); err != nil {
		return "", &KeyLost{d.keyFile(), "does not open them"}
	}
	return plain, nil
}

// CheckKey returns nil if every second factor and the secret of every webhook can be read, else
// KeyLost. Users whose seed cannot be read need a recovery code.
func (d *DB) CheckKey(ctx context.Context) error {
	for _, kind := range []struct{ table, sealed string }{{"second_factors", sealedSeeds}, {"webhooks", sealedSecrets}} {
		if has, err := d.hasTable(ctx, kind.table); err != nil {
			return err
		} else if !has { // of an older release
			continue
		}
		rows, err := d.reader.QuickQuery(ctx, kind.sealed)
		_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
			var purpose string
			var sealed []byte
			if err = r.Scan(&purpose, &sealed); err == nil {
				_, err = d.unseal(purpose, sealed)
			}
			return none, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Texts are sealed with a purpose, which says whose they are, so that they cannot be used for another.
const (
	seedPurpose   = "second factor of "
	secretPurpose = "secret of webhook "
)
