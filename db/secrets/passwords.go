// Package secrets hashes passwords, seals what must be read again, and makes and
// checks the codes of second factors. It knows nothing of the database.
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

// ErrBusy is the answer where too many passwords are being hashed at once.
var ErrBusy = errors.New("busy")

// argon is one setting of argon2id: memory in KiB, passes, lanes. The floor
// is OWASP's: 19 MiB, 2 passes, 1 lane.
type argon struct {
	memory, time uint32
	threads      uint8
}

// idKey is argon2.IDKey; a test counts how often it runs.
var idKey = argon2.IDKey

var argonNow = argon{memory: 19 * 1024, time: 2, threads: 1}

// hashing lets two passwords be hashed at once, so that sign-ins never starve the rest.
var hashing = make(chan struct{}, 2)

// Patience is how long a password waits for its turn before ErrBusy. Tests wait as
// long as it takes: how many of them hash at once, and how fast, is the machine's.
var Patience = 5 * time.Second

// HashPassword returns the argon2id hash of a password in PHC form, or ErrBusy
// where its turn does not come in time. The password is composed first (NFC, as RFC
// 8265 asks): another keyboard may compose the same letters in another way.
func HashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	key, err := argonNow.derive(ctx, norm.NFC.String(password), salt)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		argonNow.memory, argonNow.time, argonNow.threads, b64(salt), b64(key)), nil
}

// CheckPassword tells whether a password has this hash of HashPassword, and
// whether the hash is outdated: to be made again with today's setting. A hash that
// cannot be read, "" too, costs the same time and never matches. It returns
// ErrBusy where its turn does not come in time.
//
// A hash made before passwords were composed is tried with each way to compose
// this one, and is outdated then.
func CheckPassword(ctx context.Context, hash, password string) (matches, outdated bool, err error) {
	for i, spelled := range spellings(password) {
		matches, outdated, err = checkSpelled(ctx, hash, spelled)
		if err != nil || matches {
			return matches, outdated || matches && i > 0, err
		}
	}
	return false, outdated, nil
}

// spellings are the ways to compose a password, the one that is hashed first.
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
		_, err = argonNow.derive(ctx, password, make([]byte, 16))
		return false, false, err
	}
	_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &a.memory, &a.time, &a.threads)
	salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err4 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil ||
		version != argon2.Version || a.time == 0 || a.threads == 0 || len(want) == 0 {
		_, err = argonNow.derive(ctx, password, make([]byte, 16))
		return false, false, err
	}
	key, err := a.derive(ctx, password, salt)
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, a != argonNow, nil
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
