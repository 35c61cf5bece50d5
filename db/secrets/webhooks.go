package secrets

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// webhookPrefix begins the secret of a webhook, as the Standard Webhooks convention wants it.
const webhookPrefix = "whsec_"

// NewWebhookSecret returns a random secret of 32 bytes in the form of the Standard Webhooks
// convention.
func NewWebhookSecret() string {
	secret := make([]byte, 32)
	rand.Read(secret)
	return webhookPrefix + base64.StdEncoding.EncodeToString(secret)
}

// SignWebhook returns the webhook-signature of a message, one signature for each secret. It follows
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
func SignWebhook(secrets []string, id string, at time.Time, body []byte) (string, error) {
	var all []string
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, webhookPrefix))
		if err != nil {
			return "", fmt.Errorf("the secret of a webhook is not base64 after %s", webhookPrefix)
		}
		h := hmac.New(sha256.New, key)
		h.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		h.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	return strings.Join(all, " "), nil
}
