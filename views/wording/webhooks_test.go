package wording

import (
	"testing"

	"clientregistry/db"
)

func TestTheHistorySaysWhyAWebhookStopped(t *testing.T) {
	t.Parallel()
	for because, want := range map[string]string{
		db.OffGone:   "switched off the webhook hooks.example, because its address answered 410, which means that it is gone",
		db.OffRights: "switched off the webhook hooks.example, because its maker may no longer see or manage all that it needs",
		db.OffMaker:  "switched off the webhook hooks.example, because its maker's account was disabled",
		"":           "switched off the webhook hooks.example",
	} {
		e := db.AuditEntry{
			Entry:  db.Entry{Action: "stop_webhook", TargetType: "webhook", TargetID: "w"},
			Target: "hooks.example", Details: map[string]string{"because": because},
		}
		if got := Entry(e, "").String(); got != want {
			t.Errorf("%q: %q, want %q", because, got, want)
		}
	}
}
