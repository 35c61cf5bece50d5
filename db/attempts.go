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
	account, address  string
	last, addressLast bool // it was the one after which the account, or the address, is locked
}

// tryToSignIn counts an attempt, or returns Locked.
func (d *DB) tryToSignIn(ctx context.Context, by Actor, userID, email string) (attempt, error) {
	account := userID
	if account == "" {
		account = sha256Hex(email)
	}
	var a attempt
	err := d.commit(ctx, Actor{}, func(t *tx) (err error) { // also while the file is damaged
		a, err = t.countSignIn(account, by.IP)
		return err
	})
	return a, err
}

// countSignIn counts an attempt on an account and from an address, or returns Locked.
func (t *tx) countSignIn(account, ip string) (a attempt, err error) {
	a = attempt{account: account, address: addressKey(ip)}
	if a.addressLast, err = t.countAttempt(a.address, attemptsPerAddress); err != nil {
		return a, err
	}
	a.last, err = t.countAttempt(a.account, attemptsPerAccount)
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

// forgive takes back what a whole sign-in was counted as, and forgets the wrong ones before it.
func (t *tx) forgive(a attempt) error {
	if _, err := t.exec("DELETE FROM sign_in_attempts WHERE key = ?", a.account); err != nil {
		return err
	}
	return t.takeBack(a.address)
}

// takeBack takes one attempt back that was none. Wrong ones stay: where a code
// is still missing, a right password does not buy new tries at the code.
func (t *tx) takeBack(keys ...string) error {
	for _, key := range keys {
		if _, err := t.exec("UPDATE sign_in_attempts SET count = max(count - 1, 0), locked_until = NULL WHERE key = ?", key); err != nil {
			return err
		}
	}
	return nil
}

// recordFailure records a sign-in that failed, and that it locked the account or the address.
func (t *tx) recordFailure(userID string, tried attempt, why details) error {
	if err := t.record("login_failed", "session", userID, why); err != nil {
		return err
	}
	return t.recordLock(userID, tried)
}

func (t *tx) recordLock(userID string, tried attempt) error {
	if tried.addressLast {
		if err := t.record("address_locked", "session", "", details{"after": attemptsPerAddress, "address": tried.address}); err != nil {
			return err
		}
	}
	if !tried.last || userID == "" {
		return nil
	}
	return t.record("account_locked", "user", userID, details{"after": attemptsPerAccount})
}

// LockedAddress is an address from which no sign-in is taken until a moment.
type LockedAddress struct {
	Address string // of IPv6 the /64
	Until   time.Time
}

// anAddress tells the keys of sign_in_attempts that are addresses from ids and hashes.
const anAddress = "(key LIKE '%.%' OR key LIKE '%:%' OR key = 'unknown address')"

// LockedAddresses are the addresses that are locked now.
func (d *DB) LockedAddresses(ctx context.Context, by Actor) ([]LockedAddress, error) {
	if !by.Can(ManageUsers) {
		return nil, ErrForbidden
	}
	rows, err := d.reader.query(ctx, "SELECT key, locked_until FROM sign_in_attempts WHERE locked_until > ? AND "+anAddress+" ORDER BY key", stamp(d.now()))
	return collect(rows, err, func(r row) (a LockedAddress, err error) { return a, r.Scan(&a.Address, moment{&a.Until}) })
}

// UnlockAddress takes sign-ins from an address again. One that is not locked is no error.
func (d *DB) UnlockAddress(ctx context.Context, by Actor, address string) error {
	return d.write(ctx, by, func(t *tx) error {
		if !by.Can(ManageUsers) {
			return ErrForbidden
		}
		if n, err := t.exec("DELETE FROM sign_in_attempts WHERE key = ? AND locked_until IS NOT NULL AND "+anAddress, address); err != nil || n == 0 {
			return err
		}
		return t.record("unlock_address", "session", "", details{"address": address})
	})
}
