package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// SavedView is a list's filters, order and columns under a name.
type SavedView struct {
	ID, MakerID, Maker string // Maker is "" where the account is gone
	List, Name, Query  string // Query is what stands behind the ? of the list's address
	Shared             bool
}

// MayChange tells whether the actor may change a view: their own, and with
// ManageUsers those that are shared.
func (v SavedView) MayChange(by Actor) bool {
	return v.MakerID == by.UserID || v.Shared && by.Can(ManageUsers)
}

// State is a hash of all that people change of a view. A form carries that of the
// view it was made from, so that nobody overwrites what they have not seen.
func (v SavedView) State() string {
	return sha256Hex(fmt.Sprintf("%q %q %t", v.Name, v.Query, v.Shared))
}

func (v *SavedView) value(column string) *string {
	return map[string]*string{"name": &v.Name, "query": &v.Query}[column]
}

const (
	// maxSavedViews is how many views somebody keeps, and how many shared ones there are.
	maxSavedViews = 100
	// savedViewRetention is for how long a deleted view can be brought back, at least.
	savedViewRetention = 24 * time.Hour
)

const selectView = "SELECT saved_views.id, ifnull(user_id, ''), ifnull(" + shownName +
	", ''), list, name, query, shared FROM saved_views LEFT JOIN users ON users.id = user_id"

func scanSavedView(r sqlite.Row) (v SavedView, err error) {
	err = r.Scan(&v.ID, &v.MakerID, &v.Maker, &v.List, &v.Name, &v.Query, &v.Shared)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return v, err
}

// seesList tells whether the actor may see a list at all.
func (a Actor) seesList(list string) bool {
	return a.Can(ViewClient) && (list != "interactions" || a.Can(ViewInteraction))
}

// SavedViews are the actor's own views and the shared ones, of the lists that they may see, by name.
func (d *DB) SavedViews(ctx context.Context, by Actor) ([]SavedView, error) {
	all, err := memoized(&d.memo, "views "+by.UserID, func() ([]SavedView, error) {
		rows, err := d.reader.QuickQuery(ctx, selectView+" WHERE deleted_at IS NULL AND (user_id = ? OR shared = 1)", by.UserID)
		all, err := sqlite.Collect(rows, err, scanSavedView)
		slices.SortFunc(all, func(a, b SavedView) int {
			return strings.Compare(text.SortKey(a.Name)+"\x00"+a.ID, text.SortKey(b.Name)+"\x00"+b.ID)
		})
		return all, err
	})
	var seen []SavedView
	for _, v := range all {
		if by.seesList(v.List) {
			seen = append(seen, v)
		}
	}
	return seen, err
}

// SavedView returns one of the actor's Views, or ErrNotFound.
func (d *DB) SavedView(ctx context.Context, by Actor, id string) (SavedView, error) {
	all, err := d.SavedViews(ctx, by)
	if err != nil {
		return SavedView{}, err
	}
	if i := slices.IndexFunc(all, func(v SavedView) bool { return v.ID == id }); i >= 0 {
		return all[i], nil
	}
	return SavedView{}, fmt.Errorf("view %s: %w", id, ErrNotFound)
}

// CreateSavedView makes a view of the actor's. A private one is their preference; a
// shared one is recorded. requestID makes a repeated call return what the first
// one made. Refused fields are Invalid; a request that said something else before
// is Repeated.
func (d *DB) CreateSavedView(ctx context.Context, by Actor, v SavedView, requestID string) (SavedView, error) {
	if !slices.Contains([]string{"organizations", "contacts", "interactions"}, v.List) {
		return SavedView{}, invalid("list", "Choose organizations, contacts or interactions")
	}
	typed := Fields{"name": v.Name, "query": v.Query}
	q, err := newRequest("view", requestID, v.List, typed, v.Shared)
	if err != nil {
		return SavedView{}, err
	}
	v.ID, v.Name, v.Query, v.MakerID = newID(), "", "", by.UserID
	if _, refused := apply(viewFields, typed, &v); refused != nil {
		return SavedView{}, refused
	}
	err = d.transact(ctx, by, OwnAccount, func(t *tx) error { // records what is shared, see recordView
		made, err := t.findRepeated(q)
		if err == nil && made != "" {
			v, err = scanSavedView(t.QueryRow(selectView+" WHERE saved_views.id = ?", made))
		}
		if err != nil || made != "" {
			return err
		}
		if err := t.checkSavedViewLimit(v); err != nil {
			return err
		}
		if _, err := t.Exec("INSERT INTO saved_views (id, user_id, list, name, query, shared, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			v.ID, orNull(by.UserID), v.List, v.Name, v.Query, v.Shared, stamp(t.now)); err != nil {
			return err
		}
		if err := t.rememberRequest(q, v.ID); err != nil {
			return err
		}
		return t.recordSavedView("create_view", v, SavedView{Shared: v.Shared})
	})
	if err != nil {
		return SavedView{}, fmt.Errorf("save view: %w", err)
	}
	return v, nil
}

func (t *tx) checkSavedViewLimit(v SavedView) error {
	var mine, shared int
	err := t.QueryRow("SELECT (SELECT count(*) FROM saved_views WHERE user_id = ? AND deleted_at IS NULL), "+
		"(SELECT count(*) FROM saved_views WHERE shared = 1 AND deleted_at IS NULL)", v.MakerID).Scan(&mine, &shared)
	switch {
	case err != nil:
		return err
	case mine >= maxSavedViews:
		return invalid("name", "You have %d views; delete one that you do not need", mine)
	case v.Shared && shared >= maxSavedViews:
		return invalid("shared", "There are %d shared views; keep this one to yourself", shared)
	}
	return nil
}

// recordSavedView writes the audit row of a change of a shared view. A private one
// is its owner's preference, like the columns that they chose, and has none.
func (t *tx) recordSavedView(action string, now, before SavedView) error {
	changes := map[string]Change{}
	for _, column := range []string{"name", "query"} {
		if from, to := *before.value(column), *now.value(column); from != to {
			changes[column] = Change{Old: orNull(from), New: orNull(to)}
		}
	}
	if now.Shared != before.Shared {
		changes["shared"] = Change{Old: before.Shared, New: now.Shared}
	}
	if !now.Shared && !before.Shared || len(changes) == 0 && action == "update_view" {
		return nil
	}
	return t.record(action, "system", now.ID, details{"list": now.List, "name": now.Name, "changes": changes})
}

// UpdateSavedView changes what is typed of a view: its name, its query, and whether
// it is shared ("" is not). typed may hold the State of the view as it was read;
// where the view is another by now, and not what is asked for, that is a Conflict.
// It returns Invalid, ErrNotFound where the actor does not see it, or ErrForbidden
// where they may not change it.
func (d *DB) UpdateSavedView(ctx context.Context, by Actor, id string, typed Fields) (SavedView, error) {
	return d.changeSavedView(ctx, by, "update_view", id, "IS NULL", func(t *tx, v *SavedView) error {
		before := *v
		if _, refused := apply(viewFields, typed, v); refused != nil {
			return refused
		}
		after := *v
		if shared, ok := typed["shared"]; ok {
			after.Shared = shared != ""
		}
		if seen := typed["state"]; seen != "" && seen != before.State() && after != before {
			return t.savedViewConflict(before)
		}
		if shared, ok := typed["shared"]; ok && v.Shared != (shared != "") {
			if v.Shared = shared != ""; v.Shared {
				if err := t.checkSavedViewLimit(SavedView{Shared: true}); err != nil {
					return err
				}
			}
		}
		_, err := t.Exec("UPDATE saved_views SET name = ?, query = ?, shared = ? WHERE id = ?", v.Name, v.Query, v.Shared, id)
		return err
	})
}

// savedViewConflict tells who changed a view last. The history says it of a shared one;
// a private one only its maker can have changed.
func (t *tx) savedViewConflict(v SavedView) error {
	if v.Shared {
		return t.conflictAmong("target_type = 'system' AND target_id = ? AND +action IN "+changing("view"), v.ID)
	}
	return &Conflict{By: v.Maker}
}

// DeleteSavedView takes a view away and returns it. Errors are those of ChangeView.
func (d *DB) DeleteSavedView(ctx context.Context, by Actor, id string) (SavedView, error) {
	return d.changeSavedView(ctx, by, "delete_view", id, "IS NULL", func(t *tx, _ *SavedView) error {
		_, err := t.Exec("UPDATE saved_views SET deleted_at = ? WHERE id = ?", stamp(t.now), id)
		return err
	})
}

// RestoreSavedView brings a view back that was deleted within the last day.
func (d *DB) RestoreSavedView(ctx context.Context, by Actor, id string) (SavedView, error) {
	return d.changeSavedView(ctx, by, "restore_view", id, "IS NOT NULL", func(t *tx, v *SavedView) error {
		if err := t.checkSavedViewLimit(*v); err != nil {
			return err
		}
		_, err := t.Exec("UPDATE saved_views SET deleted_at = NULL WHERE id = ?", id)
		return err
	})
}

// changeSavedView lets f change a view that is there or deleted, and records it.
func (d *DB) changeSavedView(ctx context.Context, by Actor, action, id,
	deleted string, f func(*tx, *SavedView) error,
) (v SavedView, err error) {
	err = d.transact(ctx, by, OwnAccount, func(t *tx) error { // records what is shared, see recordView
		before, err := scanSavedView(t.QueryRow(selectView+" WHERE saved_views.id = ? AND deleted_at "+deleted, id))
		if err != nil {
			return err
		}
		if before.MakerID != by.UserID && !before.Shared || !by.seesList(before.List) {
			return ErrNotFound
		}
		if !before.MayChange(by) {
			return ErrForbidden
		}
		v = before
		if err := f(t, &v); err != nil {
			return err
		}
		return t.recordSavedView(action, v, before)
	})
	if err != nil {
		return SavedView{}, fmt.Errorf("%s %s: %w", action, id, err)
	}
	return v, nil
}

// FirstSavedView is the view with which the actor opens a list, as ChooseFirstView was told; "" is none.
func (d *DB) FirstSavedView(ctx context.Context, by Actor, list string) (string, error) {
	return memoized(&d.memo, "first view "+list+" "+by.UserID, func() (view string, err error) {
		err = d.reader.QuickQueryRow(ctx, "SELECT view FROM first_views WHERE user_id = ? AND list = ?", by.UserID, list).Scan(&view)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return view, err
	})
}

// ChooseFirstSavedView keeps with which view the actor opens a list; "" is with
// none. It is their preference and not recorded.
func (d *DB) ChooseFirstSavedView(ctx context.Context, by Actor, list, view string) error {
	return d.writeUnrecorded(ctx, by, OwnAccount, func(t *tx) error {
		if view == "" {
			_, err := t.Exec("DELETE FROM first_views WHERE user_id = ? AND list = ?", by.UserID, list)
			return err
		}
		_, err := t.Exec("INSERT INTO first_views (user_id, list, view) VALUES (?, ?, ?) ON CONFLICT (user_id, list) DO UPDATE SET view = "+
			"excluded.view", by.UserID, list, view)
		return err
	})
}
