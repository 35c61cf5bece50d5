package secrets

import (
	"regexp"
	"strings"
	"testing"
)

// knownChecksum is that of the known token, computed by another program.
const knownChecksum = "0TeJoD"

// TestTokensHaveTheFormThatScannersKnow: each new one fits the form and differs from the others.
func TestTokensHaveTheFormThatScannersKnow(t *testing.T) {
	t.Parallel()
	const known = "crt_0123456789ABCDEFGHIJKLMNOPQRSTUVWX"
	if got := checksum(strings.TrimPrefix(known, "crt_")); got != knownChecksum {
		t.Errorf("the checksum is %s, want %s", got, knownChecksum)
	}
	form, seen := regexp.MustCompile(`^crt_[0-9A-Za-z]{40}$`), map[string]bool{}
	for range 200 {
		token := NewToken()
		if !form.MatchString(token) || !IsToken(token) || seen[token] {
			t.Errorf("%s is not a new token", token)
		}
		seen[token] = true
	}
	for _, wrong := range []string{
		"", "crt_", known, known + "000000", known + knownChecksum + "0", "CRT_" + known[4:] + knownChecksum,
		known[:20] + "-" + known[21:] + knownChecksum, known[:20] + "x" + known[21:] + knownChecksum,
	} {
		if IsToken(wrong) {
			t.Errorf("%q is taken for a token", wrong)
		}
	}
	if !IsToken(known + knownChecksum) {
		t.Error("the known token is not taken for one")
	}
}
