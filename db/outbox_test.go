package db

import (
	"slices"
	"strings"
	"testing"
)

// TestWebhooksAreToldOfEachActionThatChangesClients, and of nothing else but the ends of batches.
func TestWebhooksAreToldOfEachActionThatChangesClients(t *testing.T) {
	t.Parallel()
	for _, a := range actions {
		told := slices.Contains([]string{"organization", "contact", "link", "interaction", "follow_up"}, a.changes) ||
			strings.HasPrefix(a.slug, "batch_") || a.slug == "undo_batch" || a.slug == "finish_value_change"
		if (a.eventName() != "") != told {
			t.Errorf("%s is the event %q: give it one in db/actions.go if it changes clients, and none otherwise", a.slug, a.eventName())
		}
	}
}

func TestAnAnswerIsStoredAsPlainText(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		"":                             "",
		" \r\n\t ":                     "",
		"ok\n":                         "ok",
		"a\nb\tc":                      "a b c",
		"\x00\x1b[1mx\x7f\u0085\u2028": "[1mx",
		"a\u202eb\u2066":               "ab",
		"caf\xc3":                      "caf\uFFFD",
		"日本":                           "日本",
		strings.Repeat("é", 30):        strings.Repeat("é", 20),
	} {
		if got := plainAnswer(answer, 20); got != want {
			t.Errorf("%q: %q, want %q", answer, got, want)
		}
	}
}
