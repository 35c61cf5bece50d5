package db

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"time"
)

// How many wrong passwords within attemptWindow end guessing: on one account,
// whether it exists or not, and from one address on all accounts together.
// Locked lasts as long again (OWASP ASVS 6.3.1).
const (
	attemptsPerAccount = 10
	attemptsPerAddress = 50
	attemptWindow      = 15 * time.Minute
)

// Locked refuses a sign-in, right or wrong, until a moment.
type Locked struct{ Until time.Time }

func (e *Locked) Error() string { return "too many wrong passwords until " + stamp(e.Until) }

// attempt is one sign-in being tried. It is counted before the password is
// checked, so that many at once are no more than many in turn.
type attempt struct {
	account, address string
	last             bool // it was the one after which the account is locked
}

// tryToSignIn counts an attempt, or returns Locked.
func (d *DB) tryToSignIn(ctx context.Context, by Actor, userID, email string) (attempt, error) {
	a := attempt{account: userID, address: addressKey(by.IP)}
	if userID == "" {
		a.account = sha256Hex(email)
	}
	err := d.keep(ctx, func(t *tx) (err error) {
		if _, err := t.countAttempt(a.address, attemptsPerAddress); err != nil {
			return err
		}
		a.last, err = t.countAttempt(a.account, attemptsPerAccount)
		return err
	})
	return a, err
}

// addressKey is an address as it is counted: of IPv6 the /64, which is one customer's.
func addressKey(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return "unknown address"
	}
	if address = address.Unmap(); address.Is6() {
		prefix, _ := address.WithZone("").Prefix(64)
		return prefix.String()
	}
	return address.String()
}

// countAttempt counts one under a key, and tells whether it was the last before the lock.
func (t *tx) countAttempt(key string, most int) (last bool, err error) {
	var count int
	var since, until time.Time
	err = t.queryRow("SELECT count, since, locked_until FROM sign_in_attempts WHERE key = ?", key).Scan(&count, moment{&since}, moment{&until})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if until.After(t.now) {
		return false, &Locked{Until: until}
	}
	if t.now.Sub(since) > attemptWindow || !until.IsZero() {
		count, since = 0, t.now
	}
	count++
	var locked any
	if count >= most {
		locked = stamp(t.now.Add(attemptWindow))
	}
	_, err = t.exec(`
		INSERT INTO sign_in_attempts (key, count, since, locked_until) VALUES (?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET count = excluded.count, since = excluded.since, locked_until = excluded.locked_until`,
		key, count, stamp(since), locked)
	return count >= most, err
}

// forgive takes back what a right password was counted as.
func (t *tx) forgive(a attempt) error {
	if _, err := t.exec("DELETE FROM sign_in_attempts WHERE key = ?", a.account); err != nil {
		return err
	}
	_, err := t.exec("UPDATE sign_in_attempts SET count = max(count - 1, 0), locked_until = NULL WHERE key = ?", a.address)
	return err
}
