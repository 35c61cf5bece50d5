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

// DeviceLife is how long an account knows a browser after a sign-in.
const DeviceLife = 90 * 24 * time.Hour

// accountsPerDevice is how many accounts can know one browser: the last ones that signed in.
const accountsPerDevice = 8

// deviceTokens returns the tokens of a device cookie, one for each account that knows the browser.
// They are random, and each is valid only for its own account.
func deviceTokens(cookie string) []string {
	tokens := strings.Split(cookie, ".")
	tokens = slices.DeleteFunc(tokens, func(token string) bool { return len(token) != len(rand.Text()) })
	return tokens[:min(len(tokens), accountsPerDevice)]
}

// deviceIDs returns the hashes of tokens as a JSON array.
func deviceIDs(tokens []string) string {
	ids := make([]string, len(tokens))
	for i, token := range tokens {
		ids[i] = sha256Hex(token)
	}
	list, _ := json.Marshal(ids) // strings always encode
	return string(list)
}

const selectDevices = `
	SELECT id FROM devices
	WHERE id IN (SELECT value FROM json_each(?)) AND expires_at > ? AND expires_at <= ?`

// knownDevice returns the ID of the browser with this cookie if the user's account knows it, else
// "".
func knownDevice(ask querier, now time.Time, userID, cookie string) (id string, err error) {
	after, until := validBounds(now, DeviceLife)
	err = ask.QueryRow(selectDevices+" AND user_id = ?", deviceIDs(deviceTokens(cookie)), after, until, userID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// RememberDevice makes the actor's browser known to the account of a session token for DeviceLife,
// and returns the new device cookie. It returns ErrNotFound for an unknown session.
func (d *DB) RememberDevice(ctx context.Context, by Actor, session string) (cookie string, err error) {
	err = d.commit(ctx, Actor{}, func(t *tx) error { // works even if the file is damaged
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

// knownTokens returns the valid tokens of a device cookie, for any account.
func (t *tx) knownTokens(cookie string) ([]string, error) {
	tokens := deviceTokens(cookie)
	after, until := validBounds(t.now, DeviceLife)
	rows, err := t.Query(selectDevices, deviceIDs(tokens), after, until)
	known, err := sqlite.Collect(rows, err, sqlite.ScanText)
	return slices.DeleteFunc(tokens, func(token string) bool { return !slices.Contains(known, sha256Hex(token)) }), err
}

// forgetDevices makes an account forget all browsers.
func (t *tx) forgetDevices(userID string) error {
	_, err := t.Exec("DELETE FROM devices WHERE user_id = ?", userID)
	return err
}
