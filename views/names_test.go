package views

import (
	"html/template"
	"strings"
	"testing"

	"clientregistry/db/text"
)

func TestWhatSomebodyWroteStandsApartInAMessage(t *testing.T) {
	t.Parallel()
	for message, shown := range map[string]template.HTML{
		"Saved": "Saved",
		"Linked " + text.Isolate("שלום <b>") + " to " + text.Isolate("\u202eA&B"): "Linked <bdi>שלום &lt;b&gt;</bdi> to <bdi>A&amp;B</bdi>",
		"a\u2069b":     "ab",
		"a\u2068b<":    "a<bdi>b&lt;</bdi>",
		"\u2068\u2069": "<bdi></bdi>",
	} {
		if got := messageHTML(message); got != shown {
			t.Errorf("%+q is shown as %s, want %s", message, got, shown)
		}
	}
	if got := text.StripIsolates("Linked " + text.Isolate("A") + "."); got != "Linked A." {
		t.Error(got)
	}
}

func FuzzMessagesAreEscaped(f *testing.F) {
	for _, s := range []string{"", "<script>", "\u2068<\u2068>\u2069&\u2069\u2069", "\xff\u2068\x00\"'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(messageHTML(s))
		if strings.Count(got, "<bdi>") != strings.Count(got, "</bdi>") {
			t.Errorf("%q is shown as %s", s, got)
		}
		rest := strings.NewReplacer("<bdi>", "", "</bdi>", "").Replace(got)
		if want := template.HTMLEscapeString(text.StripIsolates(s)); rest != want {
			t.Errorf("%q is shown as %s, want %s and bdi", s, got, want)
		}
	})
}
