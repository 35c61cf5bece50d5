package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/sqlite"
)

func vocabulary(t *testing.T, column string) db.Vocabulary {
	t.Helper()
	return must(db.VocabularyOf(column))(t)
}

// finish makes the running changes of values, and returns in how many pieces.
func finish(t *testing.T, o *dbtest.Office) (pieces int) {
	t.Helper()
	for must(o.ContinueValueChanges(t.Context(), time.Hour))(t) {
		pieces++
	}
	return pieces
}

// lastChange returns the newest change of a vocabulary.
func lastChange(t *testing.T, o *dbtest.Office, v db.Vocabulary) db.ValueChange {
	t.Helper()
	all := must(o.ValueChanges(t.Context(), o.Ines, v, 1))(t)
	if len(all) == 0 {
		t.Fatal("there is no change")
	}
	return all[0]
}

// listed says which values a vocabulary has: how often they are used, that they are not suggested, and
// what they look like.
func listed(t *testing.T, o *dbtest.Office, v db.Vocabulary) string {
	t.Helper()
	all, _, err := o.Values(t.Context(), o.Ines, v, "")
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, x := range all {
		if x.Used == 0 && x.Suggested {
			continue
		}
		part := fmt.Sprint(x.Text, " ", x.Used)
		if !x.Suggested {
			part += " hidden"
		}
		if len(x.Spellings) > 0 {
			part += " also " + strings.Join(x.Spellings, ", ")
		}
		if x.LooksLike != "" {
			part += " like " + x.LooksLike
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// wordWorld gives three clients a sector, a size, a role and an outcome that a test changes: Old. It
// returns the tables of each vocabulary.
func wordWorld(t *testing.T, o *dbtest.Office) map[string]string {
	t.Helper()
	ctx := t.Context()
	for _, name := range []string{"Acme", "Brig", "Cove"} {
		x := must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": name, "sector": "Old", "size_band": "Old"}, ""))(t)
		l := must(o.LinkContact(ctx, o.Tomas, db.NewLink{
			OrganizationID: x.ID, Contact: db.Fields{"first_name": "Maya", "last_name": name}, Typed: db.Fields{"role_label": "Old"},
		}))(t)
		must(o.LogInteraction(ctx, o.Tomas, db.Fields{
			"channel": "call", "subject": "About " + name, "organization_id": x.ID, "contact_id": l.ContactID, "outcome": "Old",
		}, ""))(t)
	}
	return map[string]string{
		"sector": "organizations", "size_band": "organizations", "role_label": "organization_contact", "outcome": "interactions",
	}
}

// TestAValueIsRenamedEverywhereAndTakenBack: each change has its row of the history, in the name of who
// asked for it, and Undo takes back only what still has the new value.
func TestAValueIsRenamedEverywhereAndTakenBack(t *testing.T) {
	t.Parallel()
	for column, action := range map[string]string{
		"sector": "update_org", "size_band": "update_org", "role_label": "update_link", "outcome": "update_interaction",
	} {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			o, ctx := dbtest.OpenOffice(t), t.Context()
			table, order := wordWorld(t, o)[column], "docid"
			if column == "role_label" {
				order = "contact_id"
			}
			v := vocabulary(t, column)
			values := func() string {
				return strings.Join(o.Column(t, "SELECT "+column+" FROM "+table+" ORDER BY "+order), " ")
			}
			if _, err := o.RenameValue(ctx, o.Ines, v, "Old", "  New "); err != nil {
				t.Fatal(err)
			}
			want(t, "before the first piece", values(), "Old Old Old")
			want(t, "pieces", finish(t, o), 1)
			want(t, "values", values(), "New New New")
			c := lastChange(t, o, v)
			want(t, "the change", fmt.Sprint(c.Kind, c.Old, c.New, c.By, c.Expected, c.Done, c.Running()), "renameOldNewInes Calder3 3 false")
			rows := o.Column(t, "SELECT user_id || json_extract(metadata, '$.batch') || json_extract(metadata, '$.changes."+column+
				".old') || json_extract(metadata, '$.changes."+column+".new') FROM audit_logs WHERE action = ? ORDER BY seq DESC LIMIT 3", action)
			want(t, "history", strings.Join(rows, " "), strings.TrimSpace(strings.Repeat(o.Ines.UserID+c.ID+"OldNew ", 3)))
			want(t, "versions", strings.Join(o.Column(t, "SELECT DISTINCT version FROM "+table), " "), "2")
			want(t, "listed", listed(t, o, v), "New 3")
			wantSound(t, o)

			// One is changed in the meantime, and one that never had the old value has the new one.
			o.Exec(t, "UPDATE "+table+" SET "+column+" = 'Other' WHERE "+order+" = (SELECT min("+order+") FROM "+table+")")
			got := must(o.UndoValueChange(ctx, o.Ines, c.ID))(t)
			want(t, "vocabulary of the undo", got.Vocabulary.Column, column)
			if _, err := o.UndoValueChange(ctx, o.Ines, c.ID); err == nil {
				t.Error("it is undone twice")
			}
			finish(t, o)
			want(t, "values after the undo", values(), "Other Old Old")
			undo := lastChange(t, o, v)
			want(t, "the undo", fmt.Sprint(undo.Kind, undo.Expected, undo.Done, undo.Skipped, undo.Running()), "undo3 2 1 false")
			want(t, "what was undone", must(o.ValueChanges(ctx, o.Ines, v, 2))(t)[1].Undone, true)
			if _, err := o.UndoValueChange(ctx, o.Ines, undo.ID); !errors.Is(err, db.ErrNotFound) {
				t.Error("an undo is undone", err)
			}
			if _, err := o.Verify(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// manySectors creates n organizations with a sector.
func manySectors(t *testing.T, o *dbtest.Office, n int, sector string) {
	t.Helper()
	o.Exec(t, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO organizations (id, display_name, legal_name, sort_key, sector, docid)
		SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4000-8000-' || hex(randomblob(6))),
			'Firm ' || i, 'Firm ' || i, 'firm ' || i, ?, (SELECT ifnull(max(docid), 0) FROM organizations) + i FROM n`, n, sector)
}

// TestAChangeOfAValueGoesOnAfterAKill: a change of 1,200 is made in pieces of 500, people edit in
// between, and another process goes on with it. So does its undo.
func TestAChangeOfAValueGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	manySectors(t, o, 1200, "Software")
	v := vocabulary(t, "sector")
	count := func(sector string) string {
		return o.Column(t, "SELECT count(*) FROM organizations WHERE sector = ?", sector)[0]
	}
	again := func() *db.DB { // what another process sees, and goes on with
		d := must(db.Open(ctx, o.Path, db.Options{Now: o.Clock.Now}))(t)
		t.Cleanup(func() { d.Close() })
		return d
	}
	if _, err := o.MergeValues(ctx, o.Ines, v, "Software", "SaaS"); err != nil {
		t.Fatal(err)
	}
	must(o.ContinueValueChanges(ctx, time.Hour))(t)
	want(t, "after one piece", count("Software")+" "+count("SaaS"), "700 500")
	c := lastChange(t, o, v)
	want(t, "progress", fmt.Sprint(c.Running(), c.Done, c.Expected), "true 500 1200")

	// Somebody edits one that is not changed yet, and one that is.
	ids := o.Column(t, "SELECT id FROM organizations WHERE sector = 'Software' LIMIT 1")
	must(o.UpdateOrganization(ctx, o.Tomas, ids[0], 1, db.Fields{"sector": "Retail"}))(t)
	ids = append(ids, o.Column(t, "SELECT id FROM organizations WHERE sector = 'SaaS' LIMIT 1")...)
	must(o.UpdateOrganization(ctx, o.Tomas, ids[1], 1, db.Fields{"website": "a.example"}))(t) // its version is 2 now, and nobody is in the way
	wantConflict(t, errorOf(o.UpdateOrganization(ctx, o.Tomas, ids[1], 1, db.Fields{"sector": "Media"})))
	wantInvalid(t, errorOf(o.RenameValue(ctx, o.Ines, v, "Retail", "Shops")), "new") // one at a time

	d := again()
	for must(d.ContinueValueChanges(ctx, time.Hour))(t) {
	}
	want(t, "at the end", count("Software")+" "+count("SaaS")+" "+count("Retail"), "0 1199 1")
	c = lastChange(t, o, v)
	want(t, "the end", fmt.Sprint(c.Running(), c.Done, c.Expected), "false 1199 1200")
	want(t, "pieces", strings.Join(o.Column(t, "SELECT changes FROM value_change_pieces ORDER BY seq"), " "), "500 500 199")

	must(o.UpdateOrganization(ctx, o.Tomas, ids[1], 3, db.Fields{"sector": "Energy"}))(t)
	must(o.UndoValueChange(ctx, o.Ines, c.ID))(t)
	must(o.ContinueValueChanges(ctx, time.Hour))(t)
	want(t, "after a piece of the undo", count("Software"), "499")
	d = again()
	for must(d.ContinueValueChanges(ctx, time.Hour))(t) {
	}
	want(t, "after the undo", count("Software")+" "+count("SaaS")+" "+count("Energy")+" "+count("Retail"), "1198 0 1 1")
	undo := lastChange(t, o, v)
	want(t, "the undo", fmt.Sprint(undo.Running(), undo.Done, undo.Skipped), "false 1198 1")
	if _, err := o.Verify(ctx); err != nil {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if more, err := o.ContinueValueChanges(gone, time.Hour); more || err == nil {
		t.Error("a piece is made after the end")
	}
}

func errorOf[T any](_ T, err error) error { return err }

// TestAPieceEndsWhenItsTimeIsUp: so that on a busy machine nobody waits for hundreds of rows. The next one goes on after it.
func TestAPieceEndsWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	manySectors(t, o, 60, "Software")
	v := vocabulary(t, "sector")
	count := func() string {
		return o.Column(t, "SELECT count(*) FROM organizations WHERE sector = 'Software'")[0]
	}
	if _, err := o.MergeValues(ctx, o.Ines, v, "Software", "SaaS"); err != nil {
		t.Fatal(err)
	}
	var left []string
	for must(o.ContinueValueChanges(ctx, 0))(t) {
		left = append(left, count())
	}
	want(t, "left after each piece", strings.Join(left, " "), "35 10 0")
	must(o.UndoValueChange(ctx, o.Ines, lastChange(t, o, v).ID))(t)
	must(o.ContinueValueChanges(ctx, 0))(t)
	want(t, "undone by a piece", count(), "25")
	finish(t, o)
	want(t, "undone", count(), "60")
	undo := lastChange(t, o, v)
	want(t, "the undo", fmt.Sprint(undo.Expected, undo.Done, undo.Skipped), "60 60 0")

	// All of them have another value since, so that there is nothing to undo.
	if _, err := o.MergeValues(ctx, o.Ines, v, "Software", "SaaS"); err != nil {
		t.Fatal(err)
	}
	finish(t, o)
	merged := lastChange(t, o, v)
	o.Exec(t, "UPDATE organizations SET sector = 'Media' WHERE sector = 'SaaS'")
	must(o.UndoValueChange(ctx, o.Ines, merged.ID))(t)
	var skipped []string
	for must(o.ContinueValueChanges(ctx, 0))(t) {
		skipped = append(skipped, fmt.Sprint(lastChange(t, o, v).Skipped))
	}
	want(t, "skipped after each piece", strings.Join(skipped, " "), "25 50 60 60")
}

// TestSpellingsOfAValueAreOne: as filters find them. A usual value keeps its spelling, and what differs in spaces is named.
func TestSpellingsOfAValueAreOne(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	manySectors(t, o, 3, "Bee keeping")
	manySectors(t, o, 1, "BÉE keeping")
	manySectors(t, o, 2, "beekeeping")
	manySectors(t, o, 1, "Bee  Keeping")
	manySectors(t, o, 1, "energy")
	v := vocabulary(t, "sector")
	want(t, "sectors", listed(t, o, v),
		"Bee keeping 4 also BÉE keeping; beekeeping 2 like Bee keeping; Bee  Keeping 1 like Bee keeping; Energy 1 also energy")
	all, more, err := o.Values(ctx, o.Ines, v, "BEE KEEP")
	if err != nil || more {
		t.Fatal(more, err)
	}
	want(t, "found", len(all), 1)

	// Hidden, none of them is suggested.
	suggested := func() string { return strings.Join(must(o.FindValues(ctx, o.Tomas, v, "bee keep", 9))(t).Known, "; ") }
	want(t, "suggested", suggested(), "Bee keeping")
	if err := o.HideValue(ctx, o.Ines, v, "Bee keeping"); err != nil {
		t.Fatal(err)
	}
	want(t, "hidden", suggested(), "")
	want(t, "listed", strings.Split(listed(t, o, v), ";")[0], "Bee keeping 4 hidden also BÉE keeping")
	if err := o.SuggestValue(ctx, o.Ines, v, "Bee keeping"); err != nil {
		t.Fatal(err)
	}
	want(t, "suggested again", suggested(), "Bee keeping")
}

// TestAChangeOfAValueTakesAllItsSpellings: and Undo gives each back. So the count says what its list shows and what changes.
func TestAChangeOfAValueTakesAllItsSpellings(t *testing.T) {
	t.Parallel()
	for column := range map[string]bool{"sector": true, "size_band": true, "role_label": true, "outcome": true} {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			o, ctx := dbtest.OpenOffice(t), t.Context()
			table := wordWorld(t, o)[column]
			for i, spelling := range []string{"OLD", "öld"} { // each keeps its folded key
				switch column {
				case "sector", "size_band":
					id := o.Column(t, "SELECT id FROM organizations WHERE display_name = ?", []string{"Brig", "Cove"}[i])[0]
					must(o.UpdateOrganization(ctx, o.Tomas, id, 1, db.Fields{column: spelling}))(t)
				default:
					o.Exec(t, "UPDATE "+table+" SET "+column+" = ? WHERE contact_id = (SELECT id FROM contacts WHERE last_name = ?)",
						spelling, []string{"Brig", "Cove"}[i])
				}
			}
			v := vocabulary(t, column)
			values := func() string {
				return strings.Join(o.Column(t, "SELECT "+column+" FROM "+table+" ORDER BY "+column), " ")
			}
			want(t, "listed", strings.HasPrefix(listed(t, o, v), "OLD 3 also Old, öld"), true)
			for _, c := range []struct{ from, to, kind string }{
				{"Old", "New", "rename"}, {"Old", "Old", "rename"}, {"OLD", "Öld", "rename"}, {"Old", v.Usual[0], "merge"},
			} {
				change := map[string]func(context.Context, db.Actor, db.Vocabulary, string, string) (db.ValueChange, error){
					"rename": o.RenameValue, "merge": o.MergeValues,
				}[c.kind]
				if _, err := change(ctx, o.Ines, v, c.from, c.to); err != nil {
					t.Fatal(err)
				}
				finish(t, o)
				want(t, c.from+" to "+c.to, values(), c.to+" "+c.to+" "+c.to)
				must(o.UndoValueChange(ctx, o.Ines, lastChange(t, o, v).ID))(t)
				finish(t, o)
				want(t, "taken back", values(), "OLD Old öld")
				want(t, "listed again", strings.HasPrefix(listed(t, o, v), "OLD 3 also Old, öld"), true)
				wantSound(t, o)
			}
			wantInvalid(t, errorOf(o.MergeValues(ctx, o.Ines, v, "Old", "OLD")), "new")
			wantInvalid(t, errorOf(o.RenameValue(ctx, o.Ines, v, v.Usual[0], "oLD")), "new") // that is there
		})
	}
}

// TestAHiddenValueStaysHiddenInAnySpelling: also in one that somebody types later, and under Rename if only the spelling changes.
func TestAHiddenValueStaysHiddenInAnySpelling(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	v := vocabulary(t, "sector")
	suggested := func(typed string) string { // in which spelling
		t.Helper()
		found := must(o.FindValues(ctx, o.Tomas, v, typed, 9))(t)
		if !found.Exact {
			return ""
		}
		return found.Known[0]
	}
	change := func(act func(context.Context, db.Actor, db.Vocabulary, string) error, value string) {
		t.Helper()
		if err := act(ctx, o.Ines, v, value); err != nil {
			t.Fatal(err)
		}
	}
	rename := func(from, to string) {
		t.Helper()
		if _, err := o.RenameValue(ctx, o.Ines, v, from, to); err != nil {
			t.Fatal(err)
		}
		finish(t, o)
	}
	for _, value := range []string{"Energy", "Bee keeping"} { // one of them is usual
		typed := strings.ToLower(value)
		manySectors(t, o, 2, value)
		change(o.HideValue, value)
		manySectors(t, o, 1, typed)
		manySectors(t, o, 1, strings.ToUpper(value))
		want(t, "typed in other spellings", suggested(typed), "")
		want(t, "listed as hidden", strings.Contains(listed(t, o, v), value+" 4 hidden"), true)
		rename(value, typed)
		want(t, "spelled otherwise", suggested(typed), "")
		change(o.SuggestValue, typed)
		want(t, "suggested again", suggested(typed), typed)
		rename(typed, value)
		want(t, "renamed while suggested", suggested(typed), value)
		manySectors(t, o, 1, typed)
		want(t, "the other spelling is not suggested", suggested(typed), value)
		change(o.HideValue, typed)
		want(t, "hidden by another spelling", suggested(typed), "")
		rename(value, "New "+value)
		manySectors(t, o, 1, strings.ToUpper(value))
		want(t, "typed as it was called once", suggested(typed), "")
		change(o.SuggestValue, strings.ToUpper(value))
		want(t, "suggested after all", suggested(typed), strings.ToUpper(value))
	}
	manySectors(t, o, 1, "Tide")
	rename("Tide", "tide")
	want(t, "spelled otherwise and never hidden", suggested("tide"), "tide")
	rename("Media", "media") // which nothing has
	manySectors(t, o, 1, "MEDIA")
	change(o.HideValue, "MEDIA")
	want(t, "hidden with a spelling that nothing has", suggested("media"), "")
}

func TestHiddenValuesAreNotSuggestedAndCanBeAgain(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	manySectors(t, o, 1, "Retail, wholesale")
	v := vocabulary(t, "sector")
	suggested := func(typed string) string {
		return strings.Join(must(o.FindValues(ctx, o.Tomas, v, typed, 9))(t).Known, "; ")
	}
	want(t, "at first", suggested("ret"), "Retail; Retail, wholesale")
	for _, value := range []string{"Retail, wholesale", "Retail"} {
		if err := o.HideValue(ctx, o.Ines, v, value); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "both hidden", suggested("ret"), "")
	want(t, "listed", listed(t, o, v), "Retail, wholesale 1 hidden; Retail 0 hidden")
	known := func(value string) bool { return must(o.HasValue(ctx, o.Tomas, v, value))(t) }
	want(t, "known: what is hidden and in use, hidden, usual", fmt.Sprint(
		known("RETAIL, wholesale"), known("Retail"), known("energy")), "true false true")
	want(t, "filters still offer what is in use", fmt.Sprint(must(o.Suggestions(ctx,
		o.Tomas, must(db.OrganizationKind.Field("sector"))(t)))(t)[11]), "Retail, wholesale")
	if err := o.SuggestValue(ctx, o.Ines, v, "Retail"); err != nil {
		t.Fatal(err)
	}
	want(t, "one again", suggested("ret"), "Retail")
	wantInvalid(t, o.HideValue(ctx, o.Ines, v, "Nothing has this"), "value")

	// A usual value keeps being suggested under its new name, even where nothing has it. So does the old one after Undo.
	if _, err := o.RenameValue(ctx, o.Ines, v, "Media", "Press"); err != nil {
		t.Fatal(err)
	}
	finish(t, o)
	want(t, "renamed", suggested("medi")+suggested("pres"), "Press")
	want(t, "and its old name is not listed", strings.Contains(listed(t, o, v), "Media"), false)
	must(o.UndoValueChange(ctx, o.Ines, lastChange(t, o, v).ID))(t)
	finish(t, o)
	want(t, "taken back", suggested("medi")+suggested("pres"), "Media")
}

func TestChangesOfValuesAreRefused(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	wordWorld(t, o)
	v := vocabulary(t, "sector")
	before := dbtest.Dump(t, o.Path)
	for what, c := range map[string]struct {
		from, to, field string
		change          func(context.Context, db.Actor, db.Vocabulary, string, string) (db.ValueChange, error)
	}{
		"unknown":           {"Nothing has this", "x", "value", o.RenameValue},
		"empty":             {"Old", " ", "new", o.RenameValue},
		"the same":          {"Old", "Old", "new", o.RenameValue},
		"too long":          {"Old", strings.Repeat("x", 81), "new", o.RenameValue},
		"one that is there": {"Old", "Energy", "new", o.RenameValue},
		"into itself":       {"Old", "Old", "new", o.MergeValues},
		"into nothing":      {"Old", "Nothing has this", "new", o.MergeValues},
	} {
		t.Run(what, func(t *testing.T) { wantInvalid(t, errorOf(c.change(ctx, o.Ines, v, c.from, c.to)), c.field) })
	}
	own := o.Ines
	own.OwnOnly = true
	blind := o.Ines
	blind.May = []db.Permission{db.ManageSystem, db.ViewClient, db.EditClient, db.ViewInteraction}
	for what, err := range map[string]error{
		"a manager":           errorOf(o.RenameValue(ctx, o.Tomas, v, "Old", "New")),
		"own clients":         errorOf(o.RenameValue(ctx, own, v, "Old", "New")),
		"hiding":              o.HideValue(ctx, o.Tomas, v, "Old"),
		"without interaction": errorOf(o.RenameValue(ctx, blind, vocabulary(t, "outcome"), "Old", "New")),
		"reading":             errorOf3(o.Values(ctx, blind, vocabulary(t, "outcome"), "")),
		"reading changes":     errorOf(o.ValueChanges(ctx, o.Tomas, v, 1)),
		"undoing":             errorOf(o.UndoValueChange(ctx, o.Tomas, "x")),
	} {
		if !errors.Is(err, db.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := o.UndoValueChange(ctx, o.Ines, "x"); !errors.Is(err, db.ErrNotFound) {
		t.Error(err)
	}
	want(t, "nothing changed", dbtest.Dump(t, o.Path) == before, true)
}

func errorOf3[A, B any](_ A, _ B, err error) error { return err }

// TestACheckpointNeedsNoCommit: afterwards the file has what was in its -wal.
func TestACheckpointNeedsNoCommit(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, "Acme")
	inFile := func() string {
		p := sqlite.Open(o.Path, sqlite.Immutable, 1)
		defer p.End()
		var n string
		if err := p.QueryRow(t.Context(), "SELECT count(*) FROM organizations WHERE display_name = 'Acme'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	want(t, "before", inFile(), "0")
	if err := o.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, "after", inFile(), "1")
}
