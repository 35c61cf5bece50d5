package db

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"time"

	"clientregistry/db/sqlite"
)

// This many wrong passwords within attemptWindow lock an account, whether or not it exists, or an
// address, for all accounts together. A lock lasts for attemptWindow (OWASP ASVS 6.3.1).
const (
	attemptsPerAccount = 10
	attemptsPerAddress = 50
	attemptWindow      = 15 * time.Minute
)

// Locked refuses a sign-in until a time, even with the right password.
type Locked struct {
	Until   time.Time
	Browser bool // only this browser is locked, which is known to the account
}

func (e *Locked) Error() string { return "too many wrong passwords until " + stamp(e.Until) }

// budget is what wrong passwords and codes count against. Strangers share the account's budget and
// their address's. A browser known to the account has its own, so that other people's guesses do
// not lock it out.
type budget struct {
	userID  string // "" if no account has the email
	account string // key of the account or of one of its browsers
	address string // key of the address, or "" for a known browser
}

func strangerBudget(userID, email, ip string) budget {
	b := budget{userID: userID, account: userID, address: addressKey(ip)}
	if userID == "" {
		b.account = sha256Hex(email)
	}
	return b
}

// browserBudget returns the budget of one of an account's browsers. Its key begins with the account's,
// so that Unlock finds it.
func browserBudget(userID, browser string) budget {
	return budget{userID: userID, account: userID + "/" + browser[:min(len(browser), 40)]}
}

// ofAccount matches the keys of an account and its browsers. Its arguments are the account's ID,
// twice.
const ofAccount = "key BETWEEN ? AND ? || '/~'"

// budgetOf returns the budget of the actor's attempts at an account.
func budgetOf(ask querier, now time.Time, by Actor, userID, email string) (budget, error) {
	device, err := knownDevice(ask, now, userID, by.Device)
	if err == nil && device != "" {
		return browserBudget(userID, device), nil
	}
	return strangerBudget(userID, email, by.IP), err
}

// attemptLimit is how many wrong attempts a key allows.
type attemptLimit struct {
	key  string
	most int
}

func (b budget) limits() []attemptLimit {
	own := attemptLimit{b.account, attemptsPerAccount}
	if b.address == "" {
		return []attemptLimit{own}
	}
	return []attemptLimit{{b.address, attemptsPerAddress}, own}
}

// addressKey returns the key of an IP address. For IPv6 it is the /64 network, which belongs to one
// customer.
func addressKey(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return unknownAddress
	}
	if address = address.Unmap(); address.Is6() {
		prefix, _ := address.WithZone("").Prefix(64)
		return prefix.String()
	}
	return address.String()
}

const unknownAddress = "unknown address"

// attempts counts the wrong attempts under a key.
type attempts struct {
	count int
	since time.Time
	until time.Time // end of the lock, or zero
}

const selectAttempts = "SELECT count, since, locked_until FROM sign_in_attempts WHERE key = ?"

// scanAttempts scans the attempts that count now. Old ones and those from the future do not.
func scanAttempts(r sqlite.Row, now time.Time) (a attempts, err error) {
	err = r.Scan(&a.count, moment{&a.since}, moment{&a.until})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return attempts{}, nil
	case err != nil, isValidUntil(a.until, now, attemptWindow):
		return a, err
	case !a.until.IsZero(), inFuture(a.since, now), now.Sub(a.since) > attemptWindow:
		return attempts{}, nil
	}
	return a, nil
}

// checkLocks returns Locked if a budget is used up.
func checkLocks(ask querier, now time.Time, b budget) error {
	_, err := b.room(ask, now, nil)
	return err
}

// room reports whether a budget allows another wrong attempt, in addition to the running checks by
// key. It returns Locked if it is used up.
func (b budget) room(ask querier, now time.Time, running map[string]int) (bool, error) {
	room := true
	for _, l := range b.limits() {
		a, err := scanAttempts(ask.QueryRow(selectAttempts, l.key), now)
		if err != nil {
			return false, err
		}
		if !a.until.IsZero() {
			return false, &Locked{Until: a.until, Browser: b.address == ""}
		}
		room = room && a.count+running[l.key] < l.most
	}
	return room, nil
}

// countWrong counts a wrong password or code, and records a lock that it causes.
func (t *tx) countWrong(b budget) error {
	for _, l := range b.limits() {
		a, err := scanAttempts(t.QueryRow(selectAttempts, l.key), t.now)
		if err != nil {
			return err
		}
		if !a.until.IsZero() {
			continue // its check was running when the lock began
		}
		if a.count == 0 {
			a.since = t.now
		}
		if a.count++; a.count >= l.most {
			a.until = t.now.Add(attemptWindow)
			if err := t.recordLock(b, l); err != nil {
				return err
			}
		}
		if err := t.saveAttempts(l.key, a); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) saveAttempts(key string, a attempts) error {
	var until any
	if !a.until.IsZero() {
		until = stamp(a.until)
	}
	_, err := t.Exec(`
		INSERT INTO sign_in_attempts (key, count, since, locked_until) VALUES (?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET count = excluded.count, since = excluded.since, locked_until = excluded.locked_until`,
		key, a.count, stamp(a.since), until)
	return err
}

func (t *tx) recordLock(b budget, l attemptLimit) error {
	switch {
	case l.key == b.address:
		return t.record("address_locked", "session", "", details{"after": l.most, "address": l.key})
	case b.userID == "":
		return nil
	case b.address == "":
		return t.record("account_locked", "user", b.userID, details{"after": l.most, "only": "one browser"})
	}
	return t.record("account_locked", "user", b.userID, details{"after": l.most})
}

// recordFailure records and counts a failed sign-in.
func (t *tx) recordFailure(b budget, why details) error {
	if err := t.record("login_failed", "session", b.userID, why); err != nil {
		return err
	}
	return t.countWrong(b)
}

// clearAttempts resets the account's or known browser's attempts before a complete sign-in. Signing
// in on a known browser does not unlock strangers. The address's attempts stay, so that one known
// password does not allow more guesses at other accounts.
func (t *tx) clearAttempts(b budget) error {
	_, err := t.Exec("DELETE FROM sign_in_attempts WHERE key = ?", b.account)
	return err
}

// forgiveAll resets the attempts of an account and all its browsers, and reports whether there were
// any.
func (t *tx) forgiveAll(userID string) (were bool, err error) {
	n, err := t.Exec("DELETE FROM sign_in_attempts WHERE "+ofAccount, userID, userID)
	return n > 0, err
}

// LockedAddress is an address from which strangers cannot sign in until a time.
type LockedAddress struct {
	Address string // for IPv6 the /64
	Until   time.Time
}

// anAddress matches the keys that are addresses, not IDs or hashes.
const anAddress = "(key LIKE '%.%' OR key LIKE '%:%' OR key = '" + unknownAddress + "')"

// LockedAddresses lists the addresses that are locked now.
func (d *DB) LockedAddresses(ctx context.Context, by Actor) ([]LockedAddress, error) {
	if err := ManageAccounts.Refuse(by); err != nil {
		return nil, err
	}
	after, until := validBounds(d.now(), attemptWindow)
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT key, locked_until FROM sign_in_attempts
		WHERE locked_until > ? AND locked_until <= ? AND `+anAddress+`
		ORDER BY key`, after, until)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (a LockedAddress, err error) { return a, r.Scan(&a.Address, moment{&a.Until}) })
}

// UnlockAddress unlocks an address or a /64, or the /64 of an IPv6 address. If it is not locked,
// nothing changes.
func (d *DB) UnlockAddress(ctx context.Context, by Actor, address string) error {
	key := address
	if _, err := netip.ParseAddr(address); err == nil {
		key = addressKey(address)
	} else if network, err := netip.ParsePrefix(address); err == nil {
		key = network.Masked().String()
	}
	return d.write(ctx, by, ManageAccounts, func(t *tx) error {
		if n, err := t.Exec("DELETE FROM sign_in_attempts WHERE key = ? AND locked_until IS NOT NULL AND "+anAddress, key); err != nil || n == 0 {
			return err
		}
		return t.record("unlock_address", "session", "", details{"address": key})
	})
}
