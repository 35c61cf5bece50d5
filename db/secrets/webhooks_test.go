package secrets_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"clientregistry/db/secrets"
)

// TestAWebhookIsSignedAsTheConventionSays: the vector that the convention's own libraries test
// themselves with.
func TestAWebhookIsSignedAsTheConventionSays(t *testing.T) {
	t.Parallel()
	const secret, want = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	sign := func(all ...string) string {
		signed, err := secrets.SignWebhook(all, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	if got := sign(secret); got != want {
		t.Errorf("it is signed %s", got)
	}
	if got := sign(secrets.NewWebhookSecret(), secret); len(strings.Fields(got)) != 2 || strings.Fields(got)[1] != want {
		t.Errorf("with two secrets it is signed %s", got)
	}
	if _, err := secrets.SignWebhook([]string{"whsec_no base64"}, "x", time.Time{}, nil); err == nil ||
		strings.Contains(err.Error(), "no base64") {
		t.Errorf("a secret that is none: %v", err)
	}
}

func TestSecretsOfWebhooksAreRandom(t *testing.T) {
	t.Parallel()
	one, other := secrets.NewWebhookSecret(), secrets.NewWebhookSecret()
	encoded, ok := strings.CutPrefix(one, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < 24 || one == other {
		t.Errorf("secrets are %q and %q", one, other)
	}
}
