package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

func viewNames(t *testing.T, o *dbtest.Office, by db.Actor) string {
	t.Helper()
	var names []string
	for _, v := range must(o.SavedViews(t.Context(), by))(t) {
		names = append(names, v.Name)
	}
	return strings.Join(names, " ")
}

func save(t *testing.T, o *dbtest.Office, by db.Actor, list, name string, shared bool) db.SavedView {
	t.Helper()
	return must(o.CreateSavedView(t.Context(), by, db.SavedView{List: list, Name: name, Query: "sector=Retail", Shared: shared}, ""))(t)
}

func TestViewsAreOnesOwnOrShared(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	mine, ours := save(t, o, o.Tomas, "organizations", " Mine ", false), save(t, o, o.Tomas, "contacts", "Ours", true)
	save(t, o, o.Lea, "organizations", "Élan", false)
	save(t, o, o.Ines, "interactions", "Talk", true)
	want(t, "theirs", viewNames(t, o, o.Tomas), "Mine Ours Talk")
	want(t, "theirs", viewNames(t, o, o.Lea), "Élan Ours Talk")
	want(t, "without interactions", viewNames(t, o, db.Actor{UserID: o.Ines.UserID, May: []db.Permission{db.ViewClient}}), "Ours")
	want(t, "without clients", viewNames(t, o, db.Actor{UserID: o.Ines.UserID, May: []db.Permission{db.ViewInteraction}}), "")

	// Nobody else sees a private view; others see a shared one but cannot change it.
	o.Unchanged(t, func() {
		for id, want := range map[string]error{mine.ID: db.ErrNotFound, ours.ID: db.ErrForbidden, uuid.NewString(): db.ErrNotFound} {
			_, err := o.UpdateSavedView(t.Context(), o.Lea, id, 1, db.Fields{"name": "x"})
			_, err2 := o.DeleteSavedView(t.Context(), o.Lea, id)
			if !errors.Is(err, want) || !errors.Is(err2, want) {
				t.Errorf("%v and %v, want %v", err, err2, want)
			}
		}
		if _, err := o.DeleteSavedView(t.Context(), o.Ines, mine.ID); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("somebody with ManageUsers deletes a private view: %v", err)
		}
	})
	must(o.UpdateSavedView(t.Context(), o.Ines, ours.ID, 1, db.Fields{"name": "All of ours"}))(t)
	want(t, "now", viewNames(t, o, o.Lea), "All of ours Élan Talk")

	// Shared views stay when their maker is disabled or deleted.
	o.Exec(t, "UPDATE users SET status = 'disabled' WHERE id = ?", o.Tomas.UserID)
	want(t, "still", viewNames(t, o, o.Lea), "All of ours Élan Talk")
}

func TestOnlySharedViewsAreRecorded(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	actions := func(id string) string { return strings.Join(o.Actions(t, id), " ") }
	v := save(t, o, o.Tomas, "organizations", "Retail", false)
	must(o.UpdateSavedView(t.Context(), o.Tomas, v.ID, 1, db.Fields{"name": "Shops"}))(t)
	must(o.DeleteSavedView(t.Context(), o.Tomas, v.ID))(t)
	want(t, "views after deleting", viewNames(t, o, o.Tomas), "")
	if _, err := o.SavedView(t.Context(), o.Tomas, v.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a deleted one: %v", err)
	}
	must(o.RestoreSavedView(t.Context(), o.Tomas, v.ID))(t)
	want(t, "a private one's history", actions(v.ID), "")
	v = must(o.UpdateSavedView(t.Context(), o.Tomas, v.ID, 4, db.Fields{"shared": "1", "query": "sector=Media"}))(t)
	want(t, "its row", o.Column(t, "SELECT metadata FROM audit_logs WHERE target_id = ?", v.ID)[0],
		`{"changes":{"query":{"old":"sector=Retail","new":"sector=Media"},"shared":{"old":false,"new":true}},"list":"organizations","name":"Shops"}`)
	o.Unchanged(t, func() {
		must(o.UpdateSavedView(t.Context(), o.Tomas, v.ID, 4, db.Fields{"shared": "1", "name": "Shops"}))(t)
	})
	must(o.DeleteSavedView(t.Context(), o.Ines, v.ID))(t)
	must(o.RestoreSavedView(t.Context(), o.Ines, v.ID))(t)
	must(o.UpdateSavedView(t.Context(), o.Tomas, v.ID, 7, db.Fields{"shared": ""}))(t)
	must(o.UpdateSavedView(t.Context(), o.Tomas, v.ID, 8, db.Fields{"name": "Mine again"}))(t)
	want(t, "the history", actions(v.ID), "update_view delete_view restore_view update_view")
	if _, err := o.RestoreSavedView(t.Context(), o.Tomas, v.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("restoring what is there: %v", err)
	}
	if _, err := o.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAViewIsRefusedOrMadeOnce(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for column, v := range map[string]db.SavedView{
		"name": {List: "contacts"}, "name ": {List: "contacts", Name: strings.Repeat("é", 81)}, "name  ": {List: "contacts", Name: "a\x00b"},
		"list": {List: "users", Name: "x"}, "query": {List: "contacts", Name: "x", Query: strings.Repeat("x", 4001)},
	} {
		_, err := o.CreateSavedView(t.Context(), o.Tomas, v, "")
		wantInvalid(t, err, strings.TrimSpace(column))
	}
	request := uuid.NewString()
	v := db.SavedView{List: "contacts", Name: "Once"}
	one := must(o.CreateSavedView(t.Context(), o.Tomas, v, request))(t)
	two := must(o.CreateSavedView(t.Context(), o.Tomas, v, strings.ToUpper(request)))(t)
	other := must(o.CreateSavedView(t.Context(), o.Lea, v, request))(t)
	want(t, "ids", fmt.Sprint(one.ID == two.ID, one.ID == other.ID), "true false")
	for n := range 99 {
		save(t, o, o.Tomas, "contacts", fmt.Sprint("No ", n), n < 20)
	}
	_, err := o.CreateSavedView(t.Context(), o.Tomas, v, "")
	wantInvalid(t, err, "name")
}

// TestFewViewsAreSharedByOnePerson, and none by people who may not change clients.
func TestFewViewsAreSharedByOnePerson(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	_, err := o.CreateSavedView(t.Context(), o.Lea, db.SavedView{List: "contacts", Name: "Mine", Shared: true}, "")
	wantInvalid(t, err, "shared")
	own := save(t, o, o.Lea, "contacts", "Mine", false)
	_, err = o.UpdateSavedView(t.Context(), o.Lea, own.ID, 1, db.Fields{"shared": "1"})
	wantInvalid(t, err, "shared")

	for n := range 20 {
		save(t, o, o.Tomas, "contacts", fmt.Sprint("No ", n), true)
	}
	_, err = o.CreateSavedView(t.Context(), o.Tomas, db.SavedView{List: "contacts", Name: "More", Shared: true}, "")
	wantInvalid(t, err, "shared")
	more := save(t, o, o.Tomas, "contacts", "More", false)
	_, err = o.UpdateSavedView(t.Context(), o.Tomas, more.ID, 1, db.Fields{"shared": "1"})
	wantInvalid(t, err, "shared")
	save(t, o, o.Ines, "contacts", "Another", true)
	want(t, "shared", fmt.Sprint(o.Column(t, "SELECT count(*) AS n FROM saved_views WHERE shared = 1 GROUP BY user_id ORDER BY n")), "[1 20]")
}

func TestTheFirstViewIsEachPersonsOwn(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, view := range []string{"mine", uuid.NewString()} {
		if err := o.ChooseDefaultSavedView(t.Context(), o.Tomas, "contacts", view); err != nil {
			t.Fatal(err)
		}
		want(t, "theirs", must(o.DefaultSavedView(t.Context(), o.Tomas, "contacts"))(t), view)
	}
	want(t, "of another list, and theirs", must(o.DefaultSavedView(t.Context(), o.Tomas, "organizations"))(t)+
		must(o.DefaultSavedView(t.Context(), o.Lea, "contacts"))(t), "")
	if err := o.ChooseDefaultSavedView(t.Context(), o.Tomas, "contacts", ""); err != nil {
		t.Fatal(err)
	}
	want(t, "theirs", must(o.DefaultSavedView(t.Context(), o.Tomas, "contacts"))(t), "")
}

func TestADeletedViewIsKeptForADay(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	v := save(t, o, o.Tomas, "contacts", "x", true)
	must(o.DeleteSavedView(t.Context(), o.Tomas, v.ID))(t)
	for _, c := range []struct {
		after time.Duration
		left  int
	}{{23 * time.Hour, 1}, {2 * time.Hour, 0}} {
		o.Clock.Add(c.after)
		must(o.Tidy(t.Context()))(t)
		want(t, fmt.Sprint("left after ", c.after), len(o.Column(t, "SELECT id FROM saved_views")), c.left)
	}
}

func TestAStaleViewIsRefused(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	v := save(t, o, o.Tomas, "contacts", "x", true)
	want(t, "at first", v.Version, 1)
	v = must(o.UpdateSavedView(t.Context(), o.Ines, v.ID, 1, db.Fields{"name": "y"}))(t)
	want(t, "changed", v.Version, 2)
	o.Unchanged(t, func() {
		_, err := o.UpdateSavedView(t.Context(), o.Tomas, v.ID, 1, db.Fields{"name": "z"})
		stale := (*db.Conflict)(nil)
		if !errors.As(err, &stale) || stale.By == "" {
			t.Errorf("a stale change: %v", err)
		}
		want(t, "the same change again", must(o.UpdateSavedView(t.Context(), o.Tomas, v.ID, 1, db.Fields{"name": "y"}))(t).Version, 2)
	})
	must(o.DeleteSavedView(t.Context(), o.Tomas, v.ID))(t)
	must(o.RestoreSavedView(t.Context(), o.Tomas, v.ID))(t)
	want(t, "deleted and restored", must(o.SavedView(t.Context(), o.Tomas, v.ID))(t).Version, 4)
}
