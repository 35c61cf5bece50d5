package db

import (
	"fmt"
	"testing"
)

// TestIndexesOfWordsAreMergedALittleAtATime: after merging, no level has enough segments left to
// merge, all words are still found, and there is nothing more to merge.
func TestIndexesOfWordsAreMergedALittleAtATime(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := Actor{UserID: "", May: Permissions}
	for n := range 30 {
		typed := Fields{"first_name": fmt.Sprintf("Anna%d", n), "last_name": "Berg"}
		if _, err := d.CreateContact(t.Context(), by, typed, ""); err != nil {
			t.Fatal(err)
		}
	}
	steps := 0
	for more := true; more; steps++ {
		var err error
		if more, err = d.mergeWords(t.Context(), 1, 3); err != nil {
			t.Fatal(err)
		}
		if steps > 200 {
			t.Fatal("merging does not end")
		}
	}
	if steps < 3 {
		t.Error("merged in", steps, "steps")
	}
	var most int
	if err := d.reader.QueryRow(t.Context(), "SELECT max(n) FROM (SELECT count(*) AS n FROM contact_search_segdir GROUP BY level)").
		Scan(&most); err != nil || most >= 3 {
		t.Error("a level still has", most, "segments", err)
	}
	if _, err := d.writer.Exec("INSERT INTO contact_search (contact_search) VALUES ('integrity-check')"); err != nil {
		t.Error(err)
	}
	if found, err := d.FindContacts(t.Context(), by, "anna7", 3); err != nil || len(found) != 1 {
		t.Error(found, err)
	}
	if more, err := d.MergeWords(t.Context()); more || err != nil {
		t.Error("there is more to merge", err)
	}
}
