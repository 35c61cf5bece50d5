package dbtest

import (
	"testing"
	"time"

	"clientregistry/db"

	"github.com/pquerna/otp/totp"
)

// Code returns what an authenticator app with this seed shows at a time.
func Code(t testing.TB, seed string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// Enrol gives a user a second factor, which uses up the current code, and returns its seed and
// recovery codes.
func (o *Office) Enrol(t testing.TB, by db.Actor) (seed string, recovery []string) {
	t.Helper()
	seed, err := o.StartSecondFactor(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	_, recovery, err = o.ConfirmSecondFactor(t.Context(), by, Password, Code(t, seed, o.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return seed, recovery
}

// Demand makes a role require a second factor.
func (o *Office) Demand(t testing.TB, role string) {
	t.Helper()
	o.Exec(t, "UPDATE roles SET require_mfa = 1 WHERE slug = ?", role)
}
