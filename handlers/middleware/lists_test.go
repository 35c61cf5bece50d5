package middleware_test

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// TestListParametersAreTakenOrRefused: each one changes the filter, and a value that is refused leaves
// it as it is.
func TestListParametersAreTakenOrRefused(t *testing.T) {
	t.Parallel()
	lists := middleware.ListReader{By: db.Actor{UserID: "u", May: db.Permissions}, Now: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)}
	good := map[string]string{
		"status": "archived", "owner": "me", "relationship_status": "Former", "quiet_days": "30", "last_contact": "never", "sort": "-created_at",
	}
	anything := []string{"q", "owner", "role_label", "sector", "size_band"} // every value means something
	for _, k := range []*db.RecordKind{db.OrganizationKind, db.ContactKind} {
		for _, name := range middleware.ListParameters(k, true) {
			value, known := good[name]
			switch {
			case name == "missing":
				value = k.Missing
			case strings.HasSuffix(name, "_is"):
				value = "not"
			case !known && slices.Contains(anything, name):
				value = "harbor"
			case !known:
				value = "2026-11-24"
			}
			none := db.Filter{Equal: map[string]db.ValueFilter{}}
			taken, refused := db.Filter{Equal: map[string]db.ValueFilter{}}, db.Filter{Equal: map[string]db.ValueFilter{}}
			if why := lists.Record(&taken, k, name, value); why != "" || reflect.DeepEqual(taken, none) {
				t.Errorf("%s of %s: %q gives %v, %q", name, k.Plural, value, taken, why)
			}
			why := lists.Record(&refused, k, name, "\x7f")
			if slices.Contains(anything, name) == (why != "") || why != "" && !reflect.DeepEqual(refused, none) {
				t.Errorf("%s of %s: nonsense gives %v, %q", name, k.Plural, refused, why)
			}
		}
	}
	for _, c := range []struct {
		name   string
		values []string
		want   db.ValueFilter
	}{
		{"sector", []string{"Energy", "none"}, db.ValueFilter{Values: []string{"Energy"}, None: true}},
		{"sector", []string{"None"}, db.ValueFilter{Values: []string{"None"}}},
		{"size_band_is", []string{"not"}, db.ValueFilter{Not: true}},
		{"sector", slices.Repeat([]string{"x"}, db.MostValues+1), db.ValueFilter{}},
		{"sector_is", []string{"not", "not"}, db.ValueFilter{}},
	} {
		f := db.Filter{Equal: map[string]db.ValueFilter{}}
		why := lists.Record(&f, db.OrganizationKind, c.name, c.values...)
		got := f.Equal[strings.TrimSuffix(c.name, "_is")]
		if !reflect.DeepEqual(got, c.want) || (why == "") != (len(f.Equal) == 1) {
			t.Errorf("%s=%.40q gives %v, %q", c.name, c.values, f, why)
		}
	}
	if got := middleware.ListParameters(db.ContactKind, false); slices.Contains(got, "quiet_days") || slices.Contains(got, "last_contact") {
		t.Errorf("without interactions there are %v", got)
	}
	for _, name := range middleware.InteractionParameters {
		var f db.InteractionFilter
		value := map[string]string{"channel": "call", "from": "2026-11-24", "to": "2026-11-24"}[name]
		if strings.HasSuffix(name, "_is") {
			value = "not"
		}
		if why := lists.Interaction(&f, name, cmp.Or(value, "me")); why != "" || reflect.DeepEqual(f, db.InteractionFilter{}) {
			t.Errorf("%s: %v, %q", name, f, why)
		}
	}
	for _, c := range []struct {
		name   string
		values []string
		want   db.InteractionFilter
	}{
		{"channel", []string{"call", "note"}, db.InteractionFilter{Channel: db.OneOf("call", "note")}},
		{"channel", []string{"call", "fax"}, db.InteractionFilter{}},
		{"channel", []string{"none"}, db.InteractionFilter{}},
		{"outcome", []string{"none", "Won"}, db.InteractionFilter{Outcome: db.ValueFilter{Values: []string{"Won"}, None: true}}},
		{"user", []string{"me", "x"}, db.InteractionFilter{User: db.OneOf(lists.By.UserID, "x")}},
		{"user_is", []string{"is"}, db.InteractionFilter{}},
		{"user", slices.Repeat([]string{"x"}, db.MostValues+1), db.InteractionFilter{}},
	} {
		var f db.InteractionFilter
		why := lists.Interaction(&f, c.name, c.values...)
		if !reflect.DeepEqual(f, c.want) || (why == "") == reflect.DeepEqual(c.want, db.InteractionFilter{}) {
			t.Errorf("%s=%.40q gives %v, %q", c.name, c.values, f, why)
		}
	}
	var own db.FollowUpFilter
	if why := lists.FollowUp(&own, "who", "me", "none"); why != "" || !own.Assignee.None || own.Assignee.Values[0] != lists.By.UserID {
		t.Errorf("%v, %q", own, why)
	}
	var f db.InteractionFilter
	if lists.Interaction(&f, "from", "soon") == "" ||
		lists.Interaction(&f, "to", "2026-02-30") == "" || !reflect.DeepEqual(f, db.InteractionFilter{}) {
		t.Errorf("days that are none give %v", f)
	}
}
