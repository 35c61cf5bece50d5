package secrets_test

import (
	"strings"
	"testing"
	"time"

	"clientregistry/db/secrets"

	"github.com/pquerna/otp/totp"
)

const step = 30 * time.Second

// now is the start of the step present.
var (
	now     = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	present = now.Unix() / 30
)

func code(t *testing.T, seed string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestACodeFitsOneStepEarlyOrLateAndNoMore(t *testing.T) {
	t.Parallel()
	seed := secrets.NewSeed()
	for _, c := range []struct {
		of   time.Duration // when the app showed the code, relative to now
		step int64         // 0 if the code does not fit
	}{
		{-step - time.Nanosecond, 0},
		{-step, present - 1},
		{-time.Nanosecond, present - 1},
		{0, present},
		{step - time.Nanosecond, present},
		{step, present + 1},
		{2*step - time.Nanosecond, present + 1},
		{2 * step, 0},
	} {
		at, fits := secrets.StepOf(seed, code(t, seed, now.Add(c.of)), now, 0)
		if at != c.step || fits != (c.step > 0) {
			t.Errorf("the code of %v from now is of step %d, %v; want %d", c.of, at, fits, c.step)
		}
	}
}

func TestACodeFitsAfterTheLastOneUsed(t *testing.T) {
	t.Parallel()
	seed := secrets.NewSeed()
	for _, c := range []struct {
		used int64 // relative to the present step
		fits bool
	}{
		{-2, true},
		{-1, true},
		{0, false},
		{1, false},
		{2, false},
		{3, true}, // from a time when the clock was wrong
	} {
		if _, fits := secrets.StepOf(seed, code(t, seed, now), now, present+c.used); fits != c.fits {
			t.Errorf("after step %+d the present one fits: %v", c.used, fits)
		}
	}
}

func TestNoCodeFitsWhatIsNoSeed(t *testing.T) {
	t.Parallel()
	seed := secrets.NewSeed()
	for _, typed := range []string{"", "0", "12345", strings.Repeat("1", 100), "\xff"} {
		if _, fits := secrets.StepOf(seed, typed, now, 0); fits {
			t.Errorf("%q fits", typed)
		}
	}
	if _, fits := secrets.StepOf("no seed!", "", now, 0); fits {
		t.Error("no code fits no seed")
	}
}

func TestARecoveryCodeIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	made := secrets.NewRecoveryCode()
	if !secrets.IsRecoveryCode(made) || made == secrets.NewRecoveryCode() {
		t.Errorf("the code %q", made)
	}
	spelled := secrets.SpellRecoveryCode(made)
	if len(spelled) != len("ABCD-EFGH-IJKL-MNOP-QRST-UVWX") {
		t.Errorf("it is spelled %q", spelled)
	}
	for _, typed := range []string{made, spelled, strings.ToLower(spelled), strings.ReplaceAll(spelled, "-", " "), "\t" + made + " "} {
		if got := secrets.ReadCode(typed); got != made {
			t.Errorf("%q is read as %q, want %q", typed, got, made)
		}
	}
	for _, other := range []string{
		"", "123456", made[1:], made + "A", "1" + made[1:], made[1:] + "8", strings.Repeat("é", 12), made[:23] + "\x00",
	} {
		if secrets.IsRecoveryCode(other) {
			t.Errorf("%q is a recovery code", other)
		}
	}
}
