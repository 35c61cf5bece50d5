// Package secrets hashes passwords, encrypts secrets that must be read again, and handles the codes
// of second factors. It does not know the database.
package secrets

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// ErrBusy is returned if too many passwords are being hashed at once.
var ErrBusy = errors.New("busy")

// argon has parameters of argon2id: memory in KiB, passes, and lanes. OWASP's minimum is 19 MiB, 2
// passes and 1 lane.
type argon struct {
	memory, time uint32
	threads      uint8
}

// idKey is argon2.IDKey, except in a test that counts its calls.
var idKey = argon2.IDKey

// Memory is how much memory in KiB the hashing of a password takes. Tests of other packages take less,
// because hashing would be most of their sign-ins.
var Memory uint32 = 19 * 1024

// argonNow returns the parameters of new hashes.
func argonNow() argon { return argon{memory: Memory, time: 2, threads: 1} }

// hashing allows two passwords to be hashed at once, so that sign-ins leave resources for other
// work.
var hashing = make(chan struct{}, 2)

// Patience is how long a password waits for its turn. Tests set it long enough never to depend on
// the machine's speed.
var Patience = 5 * time.Second

// HashPassword returns a password's argon2id hash in PHC form, or ErrBusy if it waits too long. It
// first normalizes the password to NFC (RFC 8265), because keyboards compose the same letters
// differently.
func HashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	now := argonNow()
	key, err := now.derive(ctx, norm.NFC.String(password), salt)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, now.memory, now.time, now.threads, b64(salt), b64(key)), nil
}

// CheckPassword reports whether a password matches a hash of HashPassword, and whether that hash is
// outdated and should be renewed. An unreadable hash, even "", never matches but takes the same
// time. It returns ErrBusy if it waits too long.
//
// Hashes from before normalization are compared with other compositions of the password, and are
// outdated.
func CheckPassword(ctx context.Context, hash, password string) (matches, outdated bool, err error) {
	for i, spelled := range spellings(password) {
		matches, outdated, err = checkSpelled(ctx, hash, spelled)
		if err != nil || matches {
			return matches, outdated || matches && i > 0, err
		}
	}
	return false, outdated, nil
}

// spellings returns the compositions of a password to try, the current one first.
func spellings(password string) []string {
	all := []string{norm.NFC.String(password)}
	for _, other := range []string{password, norm.NFD.String(password)} {
		if !slices.Contains(all, other) {
			all = append(all, other)
		}
	}
	return all
}

func checkSpelled(ctx context.Context, hash, password string) (matches, outdated bool, err error) {
	var version int
	var a argon
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		_, err = argonNow().derive(ctx, password, make([]byte, 16))
		return false, false, err
	}
	_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &a.memory, &a.time, &a.threads)
	salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err4 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil ||
		version != argon2.Version || a.time == 0 || a.threads == 0 || len(want) == 0 {
		_, err = argonNow().derive(ctx, password, make([]byte, 16))
		return false, false, err
	}
	key, err := a.derive(ctx, password, salt)
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, a != argonNow(), nil
}

func (a argon) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-timer.C:
		return nil, ErrBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return idKey([]byte(password), salt, a.time, a.memory, a.threads, 32), nil
}
