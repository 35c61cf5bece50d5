package db

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// technical are the columns of records that the program maintains and nobody types.
var technical = []string{
	"id", "is_active", "created_at", "updated_at", "version", "docid", "sort_key", "last_contact_at", "last_contact_channel",
	"owner_name_key", "contacts_count", "organization_name_key",
}

// TestEachColumnIsDescribed compares the descriptions of fields with the schema. It names columns
// that are missing in either, or whose limits differ.
func TestEachColumnIsDescribed(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	type column struct {
		required bool
		limit    int
	}
	limits := regexp.MustCompile(`length\((\w+)\) BETWEEN 1 AND (\d+)`)
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		var schema string
		if err := d.reader.QueryRow(t.Context(), "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", k.Plural).
			Scan(&schema); err != nil {
			t.Fatal(err)
		}
		columns := map[string]column{}
		rows, err := d.reader.Query(t.Context(), "SELECT name, [notnull], hidden FROM pragma_table_xinfo(?)", k.Plural)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var required bool
			var generated int
			if err := rows.Scan(&name, &required, &generated); err != nil {
				t.Fatal(err)
			}
			if generated == 0 && !slices.Contains(technical, name) && !slices.Contains(k.foldedColumns(), name) {
				columns[name] = column{required: required}
			}
		}
		for _, m := range limits.FindAllStringSubmatch(schema, -1) {
			if c, ok := columns[m[1]]; ok {
				c.limit, _ = strconv.Atoi(m[2])
				columns[m[1]] = c
			}
		}
		for _, f := range k.Fields {
			c, there := columns[f.Column]
			delete(columns, f.Column)
			switch {
			case !there:
				t.Errorf("%s has no column %s", k.Plural, f.Column)
			case c.required != (f.Required != ""):
				t.Errorf("%s.%s: required is %t in the schema, and the message is %q", k.Plural, f.Column, c.required, f.Required)
			case f.Kind != Person && c.limit != f.Max:
				t.Errorf("%s.%s holds %d characters, and people may type %d", k.Plural, f.Column, c.limit, f.Max)
			case f.Label == "":
				t.Errorf("%s.%s has no label", k.Plural, f.Column)
			}
		}
		for name := range columns {
			t.Errorf("%s.%s is not described", k.Plural, name)
		}
	}
}

// TestEachFieldIsStoredSearchedAndListed gives every field of both kinds a value, and looks for it
// wherever its description says.
func TestEachFieldIsStoredSearchedAndListed(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := Actor{May: Permissions}
	if err := d.reader.QueryRow(t.Context(), "SELECT id FROM users LIMIT 1").Scan(&by.UserID); err == nil {
		t.Fatal("there are users already")
	}
	u, err := d.CreateUser(t.Context(), System, NewUser{
		Email: "ada@x.example", FullName: "Ada Marsh", Role: "Administrator", TimeZone: "UTC", Hash: "x",
	})
	if err != nil {
		t.Fatal(err)
	}
	by.UserID = u.ID
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		typed := Fields{}
		for i, f := range k.Fields {
			typed[f.Column] = map[FieldKind]string{
				Line: fmt.Sprintf("Zebra%d", i), Website: fmt.Sprintf("https://zebra%d.example", i), Email: fmt.Sprintf("zebra%d@x.example", i),
				Code: fmt.Sprintf("ZE %d23-45", i), Phone: fmt.Sprintf("+46 70 %d23 456", i), Person: u.ID,
			}[f.Kind]
			if typed[f.Column] == "" {
				t.Fatalf("no record has had a field of the kind of %s yet: give it a value here", f.Column)
			}
		}
		made, err := d.createRecord(t.Context(), by, k, typed, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(typed) != len(made.Values()) {
			t.Errorf("a %s has %d values of %d", k.Noun, len(made.Values()), len(typed))
		}
		for _, f := range k.Fields {
			if made.Value(f.Column) != typed[f.Column] {
				t.Errorf("%s is stored as %q instead of %q", f.Column, made.Value(f.Column), typed[f.Column])
			}
			if f.Searched {
				found, err := d.Search(t.Context(), by, SearchFilter{Typed: typed[f.Column], Most: 5})
				if err != nil || len(found.Organizations)+len(found.Contacts) == 0 {
					t.Errorf("a %s is not found by its %s %q: %v", k.Noun, f.Label, typed[f.Column], err)
				}
			}
			if f.Filtered {
				for value, want := range map[string]int{typed[f.Column]: 1, "Other": 0} {
					rows, _, err := d.records(t.Context(), by, k, Filter{Equal: map[string]ValueFilter{f.Column: {Values: []string{value}}}})
					if err != nil || len(rows) != want {
						t.Errorf("the filter %s=%s finds %d: %v", f.Column, value, len(rows), err)
					}
				}
			}
			if f.Batched {
				b := Batch{Kind: k.Noun, Action: "set_" + f.Column, IDs: []string{made.ID}, Typed: Fields{f.Column: "Set by many"}}
				if _, err := d.RunBatch(t.Context(), by, b); err != nil {
					t.Errorf("set_%s: %v", f.Column, err)
				}
				if now, err := d.record(t.Context(), by, k, made.ID); err != nil || now.Value(f.Column) != "Set by many" {
					t.Errorf("set_%s leaves %q: %v", f.Column, now.Value(f.Column), err)
				}
				found, err := d.Search(t.Context(), by, SearchFilter{Typed: "Set by many", Most: 5})
				if err != nil || len(found.Organizations)+len(found.Contacts) > 0 != f.Searched {
					t.Errorf("search finds the value of set_%s or not, contrary to its description: %v", f.Column, err)
				}
			}
		}
	}
}
