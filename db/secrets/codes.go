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
	random := make([]byte, 20) // the length of a SHA-1 hash, as RFC 4226 recommends
	rand.Read(random)
	return base32.StdEncoding.EncodeToString(random)
}

// StepOf returns the 30-second step of a code (RFC 6238). fits is true if the step is the current
// one or one before or after it, and later than used, the last one used. A used step in the future
// is ignored, because the clock was wrong.
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

// A set has RecoveryCodes codes. Each has RecoveryCodeSize base32 characters, which are 120 random
// bits, so a plain hash protects it (OWASP ASVS 6.5.2).
const (
	RecoveryCodes    = 10
	RecoveryCodeSize = 24
)

// NewRecoveryCode returns a random recovery code, in the form of ReadCode.
func NewRecoveryCode() string { return rand.Text()[:RecoveryCodeSize] }

// SpellRecoveryCode returns a recovery code in groups for people: ABCD-EFGH-….
func SpellRecoveryCode(code string) string {
	var parts []string
	for i := 0; i < len(code); i += 4 {
		parts = append(parts, code[i:i+4])
	}
	return strings.Join(parts, "-")
}

// ReadCode returns a typed code without spaces and hyphens, in upper case.
func ReadCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(typed))
}

// IsRecoveryCode reports whether a code from ReadCode has the form of a recovery code.
func IsRecoveryCode(code string) bool {
	return len(code) == RecoveryCodeSize && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}
