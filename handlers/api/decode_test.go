package api

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// FuzzDecode: what decode accepts is an object that encoding/json accepts, too, with every key once,
// and what it refuses is Unreadable.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		"", "{}", `{"a": 1}`, `{"a": [1, {"b": null}], "c": "\ud83d\ude00"}`, `{"a": 1, "a": 2}`,
		`{"a": {"b": 1}, "b": 2} `, "[]", "{}x", `{"a": "\ud800"}`,
		strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), "{\"\xff\": 1}", `{"a": tru}`, `{"a" 1}`, `{1: 2}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, err := decode(body)
		if err != nil {
			if unreadable := middleware.Unreadable(""); !errors.As(err, &unreadable) {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		var all map[string]any
		if err := json.Unmarshal(body, &all); err != nil || len(all) != len(fields) {
			t.Errorf("%q: %v, %d fields, want %d", body, err, len(fields), len(all))
		}
		if _, err := typed(fields, db.OrganizationKind.Fields); err != nil && !errors.As(err, new(*db.Invalid)) {
			t.Errorf("%q: %v", body, err)
		}
	})
}

// TestANewColumnAppearsByItself: one more field in the description of a record is written and read.
func TestANewColumnAppearsByItself(t *testing.T) {
	t.Parallel()
	k := *db.OrganizationKind
	k.Fields = append(slices.Clone(k.Fields), db.Field{Column: "department", Label: "Department", Max: 80})
	r := db.Record{Kind: &k, ID: "x"}
	r.Set("department", "Claims")
	var w writer
	w.record(&r, &db.Actor{})
	if !strings.Contains(string(w.b), `"department":"Claims"`) {
		t.Errorf("the answer is %s", w.b)
	}
	body, err := decode([]byte(`{"department": "Claims"}`))
	if err != nil {
		t.Fatal(err)
	}
	if values, err := typed(body, k.Fields); err != nil || values["department"] != "Claims" {
		t.Errorf("read as %v, %v", values, err)
	}
	if _, err := typed(body, db.OrganizationKind.Fields); err == nil {
		t.Error("a field that is not described is taken")
	}
}

// TestTextsAreQuotedAsJSON: whatever they contain.
func TestTextsAreQuotedAsJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "plain", `a"b\c`, "a\nb\x7f\u2028", "<b>&", "Łódź 👩‍👩‍👧", "\x01"} {
		var w writer
		w.array(func() { w.comma(); w.quoted(text) })
		var got []string
		if err := json.Unmarshal(w.b, &got); err != nil || len(got) != 1 || got[0] != text {
			t.Errorf("%q is written as %s: %v", text, w.b, err)
		}
	}
}

// TestTimesOfRFC3339: each of its forms is taken, and nothing else.
func TestTimesOfRFC3339(t *testing.T) {
	t.Parallel()
	when := db.Field{Column: "happened_at", Kind: db.Moment}
	for sent, taken := range map[string]bool{
		"2026-11-24T10:00:00Z": true, "2026-11-24t10:00:00z": true, "2026-11-24T10:00:00.5+05:30": true, "2026-11-24T10:00:00-00:00": true,
		"2024-02-29T23:59:59.123456789-23:59": true,
		"2026-11-24T10:00Z":                   false, "2026-11-24T10:00:00": false, "2026-11-24 10:00:00Z": false, "2026-11-24T1:00:00Z": false,
		"2026-11-24T10:00:00,5Z": false, "2026-11-24T10:00:00.Z": false, "2026-11-24T10:00:00+0100": false, "2026-11-24T10:00:00+24:00": false,
		"2026-11-24T24:00:00Z": false, "2026-02-29T10:00:00Z": false, "+2026-11-24T10:00:00Z": false, " 2026-11-24T10:00:00Z": false,
		"2026-W48-2T10:00:00Z": false, "2026-11-24T10:00:00Z\n": false,
		"٢026-11-24T10:00:00Z": false, "yesterday": false, "1764000000": false, "": false,
	} {
		raw, _ := json.Marshal(sent)
		if _, why := valueOf(when, raw); (why == "") != taken {
			t.Errorf("%q: %q", sent, why)
		}
	}
}
