package db

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/text"
)

// HalfSignedIn is returned for a right password if the account has a second factor. Its token is
// only good for FinishSignIn.
type HalfSignedIn struct{ Token string }

func (*HalfSignedIn) Error() string { return "the second factor is missing" }

// HalfSignInLife is how long a half sign-in waits for its code. wrongCodes is how many wrong codes
// end it.
const (
	HalfSignInLife = 10 * time.Minute
	wrongCodes     = 5
)

var (
	// ErrCode is returned for a code that is wrong or already used.
	ErrCode = errors.New("wrong code")
	// ErrStartAgain is returned if too many wrong codes have ended the half sign-in.
	ErrStartAgain = errors.New("too many wrong codes")
)

// startHalfSignIn starts a half sign-in and returns its token.
func (t *tx) startHalfSignIn(userID string) (token string, err error) {
	token = rand.Text()
	if _, err := t.Exec("INSERT INTO half_sign_ins (id, user_id, expires_at) VALUES (?, ?, ?)",
		sha256Hex(token), userID, stamp(t.now.Add(HalfSignInLife))); err != nil {
		return "", err
	}
	return token, t.record("login_started", "session", userID, nil)
}

// pendingSignIn is a sign-in that needs a code.
type pendingSignIn struct {
	id, userID string
	wrong      int
}

const selectHalf = `
	SELECT half_sign_ins.id, user_id, wrong FROM half_sign_ins JOIN users ON users.id = user_id
	WHERE half_sign_ins.id = ? AND expires_at > ? AND expires_at <= ? AND status = 'active'`

func findHalfSignIn(ask querier, now time.Time, token string) (pendingSignIn, error) {
	var h pendingSignIn
	after, until := validBounds(now, HalfSignInLife)
	err := ask.QueryRow(selectHalf, sha256Hex(token), after, until).Scan(&h.id, &h.userID, &h.wrong)
	if errors.Is(err, sql.ErrNoRows) {
		return pendingSignIn{}, ErrNotFound
	}
	return h, err
}

// HalfSignIn returns nil if the token is that of a half sign-in, else ErrNotFound.
func (d *DB) HalfSignIn(ctx context.Context, token string) error {
	_, err := findHalfSignIn(readerQuerier{ctx, d}, d.now(), token)
	return err
}

// SignedIn is a sign-in completed with a code.
type SignedIn struct {
	Token      string // of the session
	ByRecovery bool   // with a recovery code
	CodesLeft  int    // unused recovery codes
}

// FinishSignIn completes a half sign-in with a code of the authenticator app or a recovery code,
// and starts the session. It returns ErrNotFound for an unknown token, Invalid for a malformed
// code, ErrCode or ErrStartAgain for a wrong one, Locked after too many wrong codes and passwords,
// and KeyLost if the app's codes cannot be checked.
func (d *DB) FinishSignIn(ctx context.Context, by Actor, token, typed string) (in SignedIn, err error) {
	code, recovery, err := anyCode(typed)
	if err != nil {
		return SignedIn{}, err
	}
	var refused error // returned after the commit, because a wrong code counts
	err = d.writeSignIn(ctx, by, func(t *tx) error {
		h, err := findHalfSignIn(t, t.now, token)
		if err != nil {
			return err
		}
		tried, err := budgetOf(t, t.now, by, h.userID, "")
		if err != nil {
			return err
		}
		if err := checkLocks(t, t.now, tried); err != nil {
			return err
		}
		fits, err := d.useCode(t, h.userID, code, recovery)
		if err != nil {
			return err
		}
		if !fits {
			refused, err = t.countWrongCode(h, recovery, tried)
			return err
		}
		in, err = t.finish(h, recovery, tried)
		return err
	})
	return in, cmp.Or(err, refused) // if a wrong code cannot be counted, the caller does not learn that it is wrong
}

// anyCode returns a typed code in its canonical form, and whether it is a recovery code.
func anyCode(typed string) (code string, recovery bool, err error) {
	code = secrets.ReadCode(text.PlainDigits(text.Normalize(typed)))
	if onlyDigits(code) || len(code) <= 6 {
		code, err = appCode(typed)
		return code, false, err
	}
	if !secrets.IsRecoveryCode(code) {
		return "", true, invalid("code", "A code from the app has 6 digits, a recovery code %d letters and digits", secrets.RecoveryCodeSize)
	}
	return code, true, nil
}

// useCode reports whether a code is right, and uses it up. Writes are sequential, so a code cannot
// be used twice at once.
func (d *DB) useCode(t *tx, userID, code string, recovery bool) (fits bool, err error) {
	if recovery {
		n, err := t.Exec("DELETE FROM recovery_codes WHERE user_id = ? AND id = ?", userID, sha256Hex(code))
		return n > 0, err
	}
	var sealed []byte
	var used int64
	if err := t.QueryRow("SELECT seed, used_step FROM second_factors WHERE user_id = ? AND seed IS NOT NULL", userID).
		Scan(&sealed, &used); err != nil {
		return false, err
	}
	seed, err := d.unseal(seedPurpose+userID, sealed)
	if err != nil {
		return false, err
	}
	step, fits := secrets.StepOf(seed, code, t.now, used)
	if !fits {
		return false, nil
	}
	_, err = t.Exec("UPDATE second_factors SET used_step = ? WHERE user_id = ?", step, userID)
	return true, err
}

// countWrongCode counts a wrong code and returns the error to answer with.
func (t *tx) countWrongCode(h pendingSignIn, recovery bool, tried budget) (refused, err error) {
	refused = ErrCode
	count := "UPDATE half_sign_ins SET wrong = wrong + 1 WHERE id = ?"
	if h.wrong+1 >= wrongCodes {
		refused, count = ErrStartAgain, "DELETE FROM half_sign_ins WHERE id = ?"
	}
	if _, err := t.Exec(count, h.id); err != nil {
		return nil, err
	}
	reason := "code"
	if recovery {
		reason = "recovery_code"
	}
	return refused, t.recordFailure(tried, details{"reason": reason})
}

// finish turns a half sign-in into a session.
func (t *tx) finish(h pendingSignIn, recovery bool, tried budget) (SignedIn, error) {
	in := SignedIn{ByRecovery: recovery}
	t.by.UserID = h.userID
	if _, err := t.Exec("DELETE FROM half_sign_ins WHERE id = ?", h.id); err != nil {
		return in, err
	}
	if err := t.QueryRow("SELECT count(*) FROM recovery_codes WHERE user_id = ?", h.userID).Scan(&in.CodesLeft); err != nil {
		return in, err
	}
	how := "app"
	if recovery {
		how = "recovery_code"
		if err := t.record("use_recovery_code", "user", h.userID, details{"left": in.CodesLeft}); err != nil {
			return in, err
		}
	}
	var err error
	in.Token, err = t.completeSignIn(h.userID, tried, details{"second_factor": how})
	return in, err
}
