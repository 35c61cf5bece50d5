package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// DeviceLife is how long a browser is known to the account that signed in with it.
const DeviceLife = 90 * 24 * time.Hour

// accountsPerDevice is how many accounts one browser is known to: the latest that signed in.
const accountsPerDevice = 8

// deviceTokens are the tokens in a device cookie, one for each account that its
// browser is known to. They are random, and a token counts for its own account only.
func deviceTokens(cookie string) []string {
	tokens := strings.Split(cookie, ".")
	tokens = slices.DeleteFunc(tokens, func(token string) bool { return len(token) != len(rand.Text()) })
	return tokens[:min(len(tokens), accountsPerDevice)]
}

// deviceIDs are the ids of tokens, as JSON.
func deviceIDs(tokens []string) string {
	ids := make([]string, len(tokens))
	for i, token := range tokens {
		ids[i] = sha256Hex(token)
	}
	list, _ := json.Marshal(ids) // of strings: never fails
	return string(list)
}

const selectDevices = `
	SELECT id FROM devices
	WHERE id IN (SELECT value FROM json_each(?)) AND expires_at > ? AND expires_at <= ?`

// knownDevice returns the id of the browser with this device cookie where it is
// known to a user, "" where it is not.
func knownDevice(ask querier, now time.Time, userID, cookie string) (id string, err error) {
	after, until := validBounds(now, DeviceLife)
	err = ask.QueryRow(selectDevices+" AND user_id = ?", deviceIDs(deviceTokens(cookie)), after, until, userID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// RememberDevice makes the actor's browser known to the account of a session
// (its token) for another DeviceLife, and returns its new device cookie. It
// returns ErrNotFound where the token is that of no session.
func (d *DB) RememberDevice(ctx context.Context, by Actor, session string) (cookie string, err error) {
	err = d.commit(ctx, Actor{}, func(t *tx) error { // also while the file is damaged
		var userID string
		err := t.QueryRow("SELECT user_id FROM sessions WHERE id = ?", sha256Hex(session)).Scan(&userID)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		tokens, err := t.knownTokens(by.Device)
		if err != nil {
			return err
		}
		own, err := knownDevice(t, t.now, userID, by.Device)
		if err != nil {
			return err
		}
		token := rand.Text()
		if i := slices.IndexFunc(tokens, func(token string) bool { return sha256Hex(token) == own }); i >= 0 {
			token = tokens[i]
			tokens = slices.Delete(tokens, i, i+1)
		}
		cookie = strings.Join(append([]string{token}, tokens[:min(len(tokens), accountsPerDevice-1)]...), ".")
		_, err = t.Exec(`
			INSERT INTO devices (id, user_id, expires_at) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`, sha256Hex(token), userID, stamp(t.now.Add(DeviceLife)))
		return err
	})
	return cookie, err
}

// knownTokens are the tokens of a device cookie that still count, for whatever account.
func (t *tx) knownTokens(cookie string) ([]string, error) {
	tokens := deviceTokens(cookie)
	after, until := validBounds(t.now, DeviceLife)
	rows, err := t.Query(selectDevices, deviceIDs(tokens), after, until)
	known, err := sqlite.Collect(rows, err, sqlite.ScanText)
	return slices.DeleteFunc(tokens, func(token string) bool { return !slices.Contains(known, sha256Hex(token)) }), err
}

// forgetDevices makes every browser a stranger to an account.
func (t *tx) forgetDevices(userID string) error {
	_, err := t.Exec("DELETE FROM devices WHERE user_id = ?", userID)
	return err
}
