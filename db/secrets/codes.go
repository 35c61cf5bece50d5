package secrets

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
)

// NewSeed returns a random seed for an authenticator app, in base32.
func NewSeed() string {
	random := make([]byte, 20) // of the length of SHA-1, as RFC 4226 asks
	rand.Read(random)
	return base32.StdEncoding.EncodeToString(random)
}

// StepOf returns the step of 30 seconds whose code this is (RFC 6238): the present
// one or the one before or behind it, if it is later than the last one used. One
// used in the future was used while the clock was wrong.
func StepOf(seed, code string, now time.Time, used int64) (step int64, fits bool) {
	present := now.Unix() / 30
	if used > present+2 {
		used = 0
	}
	for step := max(present-1, used+1); step <= present+1; step++ {
		right, err := hotp.GenerateCode(seed, uint64(step))
		if err == nil && subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// RecoveryCodes is how many a set has. A code is RecoveryCodeSize letters and digits
// of base32: with 120 random bits a plain hash keeps it (OWASP ASVS 6.5.2).
const (
	RecoveryCodes    = 10
	RecoveryCodeSize = 24
)

// NewRecoveryCode returns a random recovery code, as ReadCode returns it.
func NewRecoveryCode() string { return rand.Text()[:RecoveryCodeSize] }

// SpellRecoveryCode returns a recovery code as people read it: ABCD-EFGH-….
func SpellRecoveryCode(code string) string {
	var parts []string
	for i := 0; i < len(code); i += 4 {
		parts = append(parts, code[i:i+4])
	}
	return strings.Join(parts, "-")
}

// ReadCode returns a typed code without its spaces and hyphens, in capitals.
func ReadCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(typed))
}

// IsRecoveryCode tells whether a code of ReadCode has the form of a recovery code.
func IsRecoveryCode(code string) bool {
	return len(code) == RecoveryCodeSize && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}
