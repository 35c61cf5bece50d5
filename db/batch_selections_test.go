package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestASelectionIsOnlyForWhoMadeIt, for a few hours, and until a batch of its kind was run.
func TestASelectionIsOnlyForWhoMadeIt(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	ctx, acme := t.Context(), o.Acme(t)
	id := func(n int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", n) }
	store := func(by db.Actor, s db.Selection) error { return o.StoreSelection(ctx, by, s) }
	read := func(by db.Actor, kind, id string) string {
		s, err := o.Selection(ctx, by, kind, id)
		if errors.Is(err, db.ErrNotFound) {
			return "not found"
		}
		return fmt.Sprint(s.IDs, s.AllMatch, s.Done, err)
	}
	stored := "[" + acme.ID + "] true false <nil>"
	must(0, store(o.Ines, db.Selection{ID: id(1), Kind: "organization", IDs: []string{acme.ID, "x", "' OR 1"}, AllMatch: true}))(t)
	must(0, store(o.Tomas, db.Selection{ID: id(1), Kind: "organization"}))(t)
	want(t, "own", read(o.Ines, "organization", id(1)), stored)
	want(t, "somebody else’s", read(o.Tomas, "organization", id(1)), "[] false false <nil>")
	want(t, "of another kind", read(o.Ines, "contact", id(1)), "not found")
	_, err := o.Selection(ctx, o.Lea, "organization", id(1))
	for _, err := range []error{err, store(o.Lea, db.Selection{ID: id(1), Kind: "organization"})} {
		if !errors.Is(err, db.ErrForbidden) {
			t.Error("somebody who may only look:", err)
		}
	}
	var refused *db.Invalid
	if err := store(o.Ines, db.Selection{ID: id(2), IDs: strings.Fields(strings.Repeat(acme.ID+" ", 10_001))}); !errors.As(err, &refused) {
		t.Error("too many:", err)
	}

	must(0, store(o.Ines, db.Selection{ID: id(3), Kind: "contact"}))(t)
	must(o.RunBatch(ctx, o.Ines, db.Batch{Kind: "organization", IDs: []string{acme.ID}, Action: "archive"}))(t)
	want(t, "after the batch", read(o.Ines, "organization", id(1)), strings.Replace(stored, "false", "true", 1))
	want(t, "of contacts", read(o.Ines, "contact", id(3)), "[] false false <nil>")
	want(t, "of a colleague", read(o.Tomas, "organization", id(1)), "[] false false <nil>")
	must(0, store(o.Ines, db.Selection{ID: id(1), Kind: "organization", IDs: []string{acme.ID}, AllMatch: true}))(t)
	want(t, "selected again", read(o.Ines, "organization", id(1)), stored)

	for n := range 30 {
		o.Clock.Add(time.Second)
		must(0, store(o.Ines, db.Selection{ID: id(10 + n), Kind: "contact"}))(t)
	}
	want(t, "how many are stored", o.Column(t, "SELECT count(*) FROM selections WHERE user_id = ?", o.Ines.UserID)[0], "20")
	want(t, "the newest", read(o.Ines, "contact", id(39)), "[] false false <nil>")
	o.Clock.Add(db.SelectionLife + time.Second)
	want(t, "the next day", read(o.Ines, "contact", id(39)), "not found")
	o.Clock.Add(time.Minute)
	must(o.Tidy(ctx))(t)
	want(t, "after tidying", o.Column(t, "SELECT count(*) FROM selections")[0], "0")
}
