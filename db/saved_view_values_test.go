package db_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// saveQuery saves a private view.
func saveQuery(t *testing.T, o *dbtest.Office, by db.Actor, list, query string) db.SavedView {
	t.Helper()
	return must(o.CreateSavedView(t.Context(), by, db.SavedView{List: list, Name: "x", Query: query}, ""))(t)
}

// TestSavedViewsFollowARenamedValue: those of everybody, in the parameter of its vocabulary alone, and back with Undo.
func TestSavedViewsFollowARenamedValue(t *testing.T) {
	t.Parallel()
	for column, c := range map[string]struct{ list, other string }{
		"sector": {"organizations", "contacts"}, "size_band": {"organizations", "interactions"},
		"role_label": {"contacts", "interactions"}, "outcome": {"interactions", "organizations"},
	} {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			o, ctx := dbtest.OpenOffice(t), t.Context()
			wordWorld(t, o)
			v := vocabulary(t, column)
			all := []db.SavedView{
				saveQuery(t, o, o.Tomas, c.list, column+"=Energy&"+column+"=Old&"+column+"_is=not&sort=name"),
				saveQuery(t, o, o.Lea, c.list, column+"=Old&status=Old"),
				saveQuery(t, o, o.Lea, c.list, "q=Old&"+column+"=öLD&relationship_status=Old"), // another spelling, and other parameters
				saveQuery(t, o, o.Lea, c.other, column+"=Old"),                                 // a list without this filter
				saveQuery(t, o, o.Lea, c.list, column+"=Energy"),
			}
			if column == "sector" {
				all = append(all, saveQuery(t, o, o.Lea, c.list, "role_label=Old&size_band=Old"))
			}
			queries := func() string {
				var now []string
				for _, x := range all {
					now = append(now, o.Column(t, "SELECT query || ' ' || version FROM saved_views WHERE id = ?", x.ID)...)
				}
				return strings.Join(now, "\n")
			}
			others := ""
			for _, x := range all[3:] {
				others += "\n" + x.Query + " 1"
			}
			if _, err := o.RenameValue(ctx, o.Ines, v, "Old", "New & old"); err != nil {
				t.Fatal(err)
			}
			finish(t, o)
			spelled, _ := url.ParseQuery(all[2].Query)
			spelled.Set(column, "New & old")
			want(t, "renamed", queries(),
				fmt.Sprintf("%[1]s=Energy&%[1]s=New+%%26+old&%[1]s_is=not&sort=name 2\n%[1]s=New+%%26+old&status=Old 2\n%s 2",
					column, spelled.Encode())+others)
			must(o.UndoValueChange(ctx, o.Ines, lastChange(t, o, v).ID))(t)
			finish(t, o)
			want(t, "taken back", queries(), fmt.Sprintf("%s 3\n%s 3\n%s 3", all[0].Query, all[1].Query, all[2].Query)+others)
			want(t, "history of private views", len(o.Column(t, "SELECT 1 FROM audit_logs WHERE action = 'update_view'")), 0)
		})
	}
}

// TestSavedViewsFollowMergedValues: a view with both values has one of them, and Undo gives it both again.
func TestSavedViewsFollowMergedValues(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	manySectors(t, o, 600, "Software")
	v := vocabulary(t, "sector")
	both := saveQuery(t, o, o.Tomas, "organizations", "sector=Software&sector=Energy&sector=SaaS")
	edited := saveQuery(t, o, o.Tomas, "organizations", "sector=Software")
	deleted := saveQuery(t, o, o.Lea, "organizations", "sector=Software")
	must(o.UpdateSavedView(ctx, db.Actor{UserID: o.Lea.UserID, May: db.Permissions}, deleted.ID, 1, db.Fields{"shared": "1"}))(t)
	must(o.DeleteSavedView(ctx, o.Lea, deleted.ID))(t)
	gone := saveQuery(t, o, o.Lea, "organizations", "sector=Software")
	long := saveQuery(t, o, o.Tomas, "organizations", "q="+strings.Repeat("x", 3980)+"&sector=SaaS")
	query := func(v db.SavedView) string { return o.Column(t, "SELECT query FROM saved_views WHERE id = ?", v.ID)[0] }

	if _, err := o.MergeValues(ctx, o.Ines, v, "Software", "SaaS"); err != nil {
		t.Fatal(err)
	}
	must(o.ContinueValueChanges(ctx, time.Hour))(t)
	want(t, "while it runs", query(both), both.Query)
	late := saveQuery(t, o, o.Tomas, "organizations", "sector=Software&status=all")
	finish(t, o)
	want(t, "a view with both", query(both), "sector=SaaS&sector=Energy")
	want(t, "one that was saved meanwhile", query(late), "sector=SaaS&status=all")
	restored := must(o.RestoreSavedView(ctx, o.Lea, deleted.ID))(t)
	want(t, "a deleted one", restored.Query, "sector=SaaS")
	want(t, "history of the shared one", strings.Join(o.Column(t, "SELECT json_extract(metadata, '$.changes.query.new') FROM audit_logs"+
		" WHERE action = 'update_view' AND user_id = ?", o.Ines.UserID), " "), "sector=SaaS")

	// A form that was opened before does not overwrite what followed, and says who changed it.
	_, err := o.UpdateSavedView(ctx, o.Tomas, edited.ID, 1, db.Fields{"query": "sector=Software&q=a", "was": edited.Values().Encode()})
	wantConflict(t, err)
	want(t, "who", err != nil && strings.Contains(err.Error(), "Ines Calder"), true)
	must(o.UpdateSavedView(ctx, o.Tomas, edited.ID, 1, db.Fields{"name": "Programs", "was": edited.Values().Encode()}))(t)
	must(o.UpdateSavedView(ctx, o.Tomas, late.ID, 2, db.Fields{"query": "sector=SaaS&q=mine"}))(t)
	o.Exec(t, "DELETE FROM saved_views WHERE id = ?", gone.ID)

	must(o.UndoValueChange(ctx, o.Ines, lastChange(t, o, v).ID))(t)
	finish(t, o)
	want(t, "both again", query(both), both.Query)
	want(t, "one whose name was edited", query(edited), edited.Query)
	want(t, "one whose filters were edited", query(late), "sector=SaaS&q=mine")

	// What would be too long stays as it is, also after Undo, and the change says so.
	if _, err := o.MergeValues(ctx, o.Ines, v, "SaaS", "Public sector"); err != nil {
		t.Fatal(err)
	}
	finish(t, o)
	want(t, "a long one", query(long), long.Query)
	c := lastChange(t, o, v)
	want(t, "running", c.Running(), false)
	want(t, "views left", c.ViewsLeft, 1)
	must(o.UndoValueChange(ctx, o.Ines, c.ID))(t)
	finish(t, o)
	want(t, "a long one after Undo", query(long)+o.Column(t, "SELECT version FROM saved_views WHERE id = ?", long.ID)[0], long.Query+"1")
	if _, err := o.Verify(ctx); err != nil {
		t.Error(err)
	}
}
