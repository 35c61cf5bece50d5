package db_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
)

// TestABatchChangesWhatItsListShows runs batches on all that random filters find, for somebody who
// sees everything and somebody who sees only their own clients. What the list shows must change,
// everything else must stay and not be mentioned, and undoing must restore everything except what
// the actor no longer sees.
func TestABatchChangesWhatItsListShows(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"organizations", "contacts"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(20261122, 5))
			m := newModel(t, r)
			m.table = table
			own := m.Ines
			own.OwnOnly = true
			for n := range 36 {
				by := []db.Actor{m.Tomas, own}[n%2]
				f, b := m.filter(r), m.batch(r)
				shown := map[string]bool{}
				for _, id := range m.pages(t, by, f, func() {}) {
					shown[id] = true
				}
				b.Filter = &f
				if n%3 == 0 { // the same by IDs, plus some IDs they do not see
					b.Filter, b.IDs = nil, append(slices.Sorted(maps.Keys(shown)), "00000000-0000-7000-8000-000000000000")
				}
				what := fmt.Sprintf("%d %s of %+v by ids %t, own only %t", n, b.Action, f, b.Filter == nil, by.OwnOnly)
				m.checkBatch(t, what, by, b, shown)
			}
			if _, err := m.Verify(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// batch returns a random batch without its records.
func (m *model) batch(r *rand.Rand) db.Batch {
	b := db.Batch{Kind: strings.TrimSuffix(m.table, "s"), Typed: db.Fields{}}
	actions := map[string][]string{
		"organization": {"assign_owner", "set_sector", "set_size_band", "archive", "restore"},
		"contact":      {"assign_owner", "set_relationship_status", "archive", "restore"},
	}
	b.Action = random(r, actions[b.Kind]...)
	switch b.Action {
	case "assign_owner":
		b.Typed["owner_user_id"] = random(r, "", m.Ines.UserID, m.Tomas.UserID)
	case "set_sector":
		b.Typed["sector"] = random(r, "", "Retail", "Media")
	case "set_size_band":
		b.Typed["size_band"] = random(r, "", "large")
	case "set_relationship_status":
		b.Typed["relationship_status"] = random(r, db.RelationshipStatuses...)
	}
	return b
}

// batchColumns maps actions to the column that they set and, if the form does not give it, the
// value.
var batchColumns = map[string][2]string{
	"assign_owner": {"owner_user_id"}, "set_sector": {"sector"},
	"set_size_band": {"size_band"}, "archive": {"is_active", "0"}, "restore": {"is_active", "1"},
}

func (m *model) checkBatch(t *testing.T, what string, by db.Actor, b db.Batch, shown map[string]bool) {
	t.Helper()
	m.read(t)
	before, linksBefore := m.rows, m.links
	visible := m.visible(t, by)
	preview := must(m.PreviewBatch(t.Context(), by, b))(t)
	m.read(t)
	want(t, what+": a preview changes nothing", fmt.Sprint(m.rows), fmt.Sprint(before))
	b.Seen, b.Previewed = preview.Seen, preview.Found
	done := must(m.RunBatch(t.Context(), by, b))(t)
	want(t, what+": done", in(done), in(preview))
	m.read(t)

	column := batchColumns[b.Action]
	changed, named := 0, len(done.Names)
	for id, row := range m.rows {
		wanted := maps.Clone(before[id])
		if value := column[1] + b.Typed[column[0]]; shown[id] && column[0] != "" && before[id][column[0]] != value {
			wanted[column[0]] = value
			if value == "" {
				delete(wanted, column[0])
			}
			changed++
		}
		for _, derived := range []string{
			"version", "updated_at", "owner_name", "owner_name_key", "owner_key", "sector_key",
			"size_key", "sector_folded", "size_folded", "organization_name_key", "organization_key",
		} {
			delete(wanted, derived)
			delete(row, derived)
		}
		if !maps.Equal(row, wanted) {
			t.Errorf("%s: %s is %v, want %v", what, id, row, wanted)
		}
	}
	if b.Action == "set_relationship_status" {
		changed = 0
		touched := map[string]bool{}
		for i, l := range m.links {
			wanted := linksBefore[i]["relationship_status"]
			if shown[l["contact_id"]] && visible[l["contact_id"]] && visible[l["organization_id"]] && wanted != b.Typed["relationship_status"] {
				wanted, touched[l["contact_id"]] = b.Typed["relationship_status"], true
			}
			want(t, what+": a link", l["relationship_status"], wanted)
		}
		changed = len(touched)
	}
	total := 0
	for _, l := range done.Left {
		if l.Why == db.Gone {
			want(t, what+": nothing is told of what is not there", fmt.Sprint(l.Count, len(l.Names)), "1 0")
			continue
		}
		total += l.Count
		for _, n := range l.Names {
			want(t, what+": named is only what is shown", shown[n.ID], true)
		}
	}
	want(t, what+": changes", done.Changes, changed)
	want(t, what+": names", named, min(changed, db.BatchNames))
	want(t, what+": in all", done.Changes+total, len(shown))
	if done.ID == "" {
		return
	}
	undone := must(m.UndoBatch(t.Context(), by, done.ID))(t)
	gone := 0
	for _, l := range undone.Left {
		want(t, what+": why", l.Why, db.Gone)
		gone += l.Count
	}
	want(t, what+": undone", undone.Undone+gone, changed)
	want(t, what+": out of sight", gone, done.OutOfSight)
	m.read(t)
	if gone == 0 {
		for id, row := range m.rows {
			for _, column := range []string{"owner_user_id", "sector", "size_band", "is_active"} {
				want(t, what+": "+column, row[column], before[id][column])
			}
		}
		for i, l := range m.links {
			want(t, what+": a link", l["relationship_status"], linksBefore[i]["relationship_status"])
		}
	}
}

// visible returns the IDs of all organizations and contacts that an actor sees.
func (m *model) visible(t *testing.T, by db.Actor) map[string]bool {
	t.Helper()
	all, table := map[string]bool{}, m.table
	for _, m.table = range []string{"organizations", "contacts"} {
		for _, id := range m.pages(t, by, db.Filter{Status: "all"}, func() {}) {
			all[id] = true
		}
	}
	m.table = table
	return all
}
