package db

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"time"

	"clientregistry/db/sqlite"
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
type Locked struct {
	Until   time.Time
	Browser bool // only this browser is locked, which the account knows
}

func (e *Locked) Error() string { return "too many wrong passwords until " + stamp(e.Until) }

// budget is what wrong passwords and codes are counted on. Strangers share the
// account's and that of their address. A browser that is known to the account has
// one of its own: others' guesses do not lock it out.
type budget struct {
	userID  string // "" where nobody has the email
	account string // key of the account, or of one browser of it
	address string // key; "" for a browser of the account
}

func strangers(userID, email, ip string) budget {
	b := budget{userID: userID, account: userID, address: addressKey(ip)}
	if userID == "" {
		b.account = sha256Hex(email)
	}
	return b
}

// browserOf is the budget of one browser of an account. Its key begins with the
// account's, so that Unlock finds all of them.
func browserOf(userID, browser string) budget {
	return budget{userID: userID, account: userID + "/" + browser[:min(len(browser), 40)]}
}

// ofAccount finds the keys of an account and of its browsers, by its id twice.
const ofAccount = "key BETWEEN ? AND ? || '/~'"

// budgetOf is what the actor's tries at an account count on.
func budgetOf(ask querier, now time.Time, by Actor, userID, email string) (budget, error) {
	device, err := knownDevice(ask, now, userID, by.Device)
	if err == nil && device != "" {
		return browserOf(userID, device), nil
	}
	return strangers(userID, email, by.IP), err
}

// attemptLimit is how many wrong ones a key takes.
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

// addressKey is an address as it is counted: of IPv6 the /64, which is one customer's.
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

// attempts are the wrong ones counted under a key.
type attempts struct {
	count int
	since time.Time
	until time.Time // end of the lock; zero: none
}

const selectAttempts = "SELECT count, since, locked_until FROM sign_in_attempts WHERE key = ?"

// scanAttempts reads what counts now: nothing long ago, and nothing from the future.
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

// checkLocks returns Locked where a budget is used up.
func checkLocks(ask querier, now time.Time, b budget) error {
	_, err := b.room(ask, now, nil)
	return err
}

// room tells whether a budget bears one more wrong try beside those being
// checked now, by key. It returns Locked where it is used up.
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

// countWrong counts a wrong password or code, and records the locks it leads to.
func (t *tx) countWrong(b budget) error {
	for _, l := range b.limits() {
		a, err := scanAttempts(t.QueryRow(selectAttempts, l.key), t.now)
		if err != nil {
			return err
		}
		if !a.until.IsZero() {
			continue // one that was being checked when the last one locked
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

// recordFailure counts and records a sign-in that failed.
func (t *tx) recordFailure(b budget, why details) error {
	if err := t.record("login_failed", "session", b.userID, why); err != nil {
		return err
	}
	return t.countWrong(b)
}

// clearAttempts forgets the wrong ones before a whole sign-in: those of the browser
// where it is known, which leaves a lock on strangers. Those of the address
// stay, where a right password must not buy tries at other accounts.
func (t *tx) clearAttempts(b budget) error {
	_, err := t.Exec("DELETE FROM sign_in_attempts WHERE key = ?", b.account)
	return err
}

// forgiveAll forgets the wrong ones of an account and all its browsers, and tells whether there were any.
func (t *tx) forgiveAll(userID string) (were bool, err error) {
	n, err := t.Exec("DELETE FROM sign_in_attempts WHERE "+ofAccount, userID, userID)
	return n > 0, err
}

// LockedAddress is an address from which no stranger's sign-in is taken until a moment.
type LockedAddress struct {
	Address string // of IPv6 the /64
	Until   time.Time
}

// anAddress tells the keys of sign_in_attempts that are addresses from ids and hashes.
const anAddress = "(key LIKE '%.%' OR key LIKE '%:%' OR key = '" + unknownAddress + "')"

// LockedAddresses are the addresses that are locked now.
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

// UnlockAddress takes sign-ins from an address again, or from an address of a
// locked /64. One that is not locked is no error.
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
