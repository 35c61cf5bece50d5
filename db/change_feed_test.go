package db_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// readFeed reads the feed to its end in parts of n, and returns the targets and the last cursor.
func readFeed(t *testing.T, d *db.DB, by db.Actor, cursor string, n int) (targets []string, last string) {
	t.Helper()
	for {
		feed := must(d.ChangeFeed(t.Context(), by, cursor, n))(t)
		for _, e := range feed.Entries {
			targets = append(targets, e.TargetID)
		}
		if cursor = feed.Cursor; !feed.More {
			return targets, cursor
		}
	}
}

// TestTheFeedMissesNothingWrittenAtOnce: several people write, and the reader and the registry start
// again.
func TestTheFeedMissesNothingWrittenAtOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	cursor := must(o.ChangeFeed(t.Context(), o.Lea, "", 1))(t).Cursor
	const writers, each = 4, 25
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for n := range each {
				if _, err := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": fmt.Sprint(w, "-", n)}, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var got []string
	for len(got) < writers*each/2 {
		var some []string
		some, cursor = readFeed(t, o.DB, o.Lea, cursor, 3)
		got = append(got, some...)
	}
	writing.Wait()
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	again := must(db.Open(t.Context(), o.Path, db.Options{Unsynced: true}))(t)
	defer again.Close()
	rest, _ := readFeed(t, again, o.Lea, cursor, 7)
	got = append(got, rest...)
	if all := o.Column(t, "SELECT target_id FROM audit_logs WHERE action = 'create_org' ORDER BY seq"); !slices.Equal(got, all) {
		t.Errorf("read %d changes, in this order: %v\nwant %v", len(got), got, all)
	}
}

// TestACursorAfterARestore: one of what the copy has goes on, one of later changes is refused, also
// when there are as many changes again.
func TestACursorAfterARestore(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Acme(t)
	copied := must(o.ChangeFeed(t.Context(), o.Lea, "", 1))(t).Cursor
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := o.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	lost := make([]string, 3)
	for n := range lost {
		o.NewOrganization(t, fmt.Sprint("House ", n))
		lost[n] = must(o.ChangeFeed(t.Context(), o.Lea, "", 1))(t).Cursor
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	must(db.Restore(t.Context(), backup, o.Path, dbtest.Now))(t)
	o.DB = must(db.Open(t.Context(), o.Path, db.Options{Unsynced: true}))(t)
	defer o.Close()
	made := o.NewOrganization(t, "Kestrel")
	got, _ := readFeed(t, o.DB, o.Lea, copied, 10)
	want(t, "after the copy's cursor", fmt.Sprint(got), fmt.Sprint([]string{made.ID}))
	for n, cursor := range lost {
		_, err := o.ChangeFeed(t.Context(), o.Lea, cursor, 10)
		if refused := (*db.Invalid)(nil); !errors.As(err, &refused) || refused.Fields["after"] == "" {
			t.Errorf("a cursor of %d lost changes: %v", n+1, err)
		}
	}
}

// TestAPartOfTheFeedIsBounded: a part reads 5,000 rows of the log, though none is for the reader.
func TestAPartOfTheFeedIsBounded(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	cursor := must(o.ChangeFeed(t.Context(), o.Lea, "", 1))(t).Cursor
	var r db.Rows
	for range 5000 {
		r.Audit(db.Event{Action: "view_audit", TargetType: "system"})
	}
	if err := o.PutRows(t.Context(), o.Ines, db.ReadAudit, &r); err != nil {
		t.Fatal(err)
	}
	acme := o.Acme(t)
	feed := must(o.ChangeFeed(t.Context(), o.Lea, cursor, 1))(t)
	want(t, "changes in the first part", len(feed.Entries), 0)
	want(t, "more", feed.More, true)
	feed = must(o.ChangeFeed(t.Context(), o.Lea, feed.Cursor, 1))(t)
	want(t, "changes in the second part", len(feed.Entries), 1)
	want(t, "its target", feed.Entries[0].TargetID, acme.ID)
	want(t, "more after it", feed.More, false)
}
