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

// SavedView is a named set of a list's filters, order and columns.
type SavedView struct {
	ID, MakerID, Maker string // Maker is "" if the account was deleted
	List, Name, Query  string // Query is the query string of the list's URL
	Shared             bool
	Version            int
}

// MayChange reports whether the actor may change the view: their own, or with ManageUsers a shared
// one.
func (v SavedView) MayChange(by Actor) bool {
	return v.MakerID == by.UserID || v.Shared && by.Can(ManageUsers)
}

func (v *SavedView) value(column string) *string {
	return map[string]*string{"name": &v.Name, "query": &v.Query}[column]
}

// Values returns what a form changes.
func (v SavedView) Values() Fields {
	values := Fields{"name": v.Name, "query": v.Query, "shared": ""}
	if v.Shared {
		values["shared"] = "1"
	}
	return values
}

// apply sets what was typed: name, query and shared, which is "" for private.
func (v *SavedView) apply(typed Fields) error {
	if _, refused := apply(viewFields, typed, v); refused != nil {
		return refused
	}
	if shared, ok := typed["shared"]; ok {
		v.Shared = shared != ""
	}
	return nil
}

const (
	// maxSavedViews limits each user's views, and the shared views. maxSharedByOne limits those that one user shares.
	maxSavedViews  = 100
	maxSharedByOne = 20
	// savedViewRetention is how long a deleted view can be restored, at least.
	savedViewRetention = 24 * time.Hour
)

const selectView = "SELECT saved_views.id, ifnull(user_id, ''), ifnull(" + shownName +
	", ''), list, name, query, shared, saved_views.version FROM saved_views LEFT JOIN users ON users.id = user_id"

func scanSavedView(r sqlite.Row) (v SavedView, err error) {
	err = r.Scan(&v.ID, &v.MakerID, &v.Maker, &v.List, &v.Name, &v.Query, &v.Shared, &v.Version)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return v, err
}

// seesList reports whether the actor may see a list at all.
func (a Actor) seesList(list string) bool {
	return a.Can(ViewClient) && (list != "interactions" || a.Can(ViewInteraction))
}

// SavedViews lists by name the actor's own views and the shared ones, of lists that they may see.
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

// SavedView returns one of SavedViews, or ErrNotFound.
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

// CreateSavedView creates a view of the actor's. Only a shared one is recorded. It returns Invalid
// if fields are refused. Calling it again with the same requestID returns the existing view, or
// Repeated if the content differs.
func (d *DB) CreateSavedView(ctx context.Context, by Actor, v SavedView, requestID string) (SavedView, error) {
	if !slices.Contains([]string{"organizations", "contacts", "interactions"}, v.List) {
		return SavedView{}, invalid("list", "Choose organizations, contacts or interactions")
	}
	typed := Fields{"name": v.Name, "query": v.Query}
	q, err := newRequest("view", requestID, v.List, typed, v.Shared)
	if err != nil {
		return SavedView{}, err
	}
	v.ID, v.Name, v.Query, v.MakerID, v.Version = newID(), "", "", by.UserID, 1
	if _, refused := apply(viewFields, typed, &v); refused != nil {
		return SavedView{}, refused
	}
	err = d.transact(ctx, by, OwnAccount, func(t *tx) error { // recordSavedView records it if it is shared
		made, err := t.findRepeated(q)
		if err == nil && made != "" {
			v, err = scanSavedView(t.QueryRow(selectView+" WHERE saved_views.id = ?", made))
		}
		if err != nil || made != "" {
			return err
		}
		if err := errors.Join(t.mayShare(v), t.checkSavedViewLimit(v)); err != nil {
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

// mayShare refuses a view that its actor may not show to everybody.
func (t *tx) mayShare(v SavedView) error {
	if v.Shared && !EditClients.MetBy(t.by) {
		return invalid("shared", "Only people who may change clients can share views; keep this one to yourself")
	}
	return nil
}

// checkSavedViewLimit refuses a view that is one too many, of its maker's or of the shared ones.
func (t *tx) checkSavedViewLimit(v SavedView) error {
	var mine int
	err := t.QueryRow("SELECT count(*) FROM saved_views WHERE user_id = ? AND deleted_at IS NULL", v.MakerID).Scan(&mine)
	switch {
	case err != nil:
		return err
	case mine >= maxSavedViews:
		return invalid("name", "You have %d views; delete one that you do not need", mine)
	case v.Shared:
		return t.checkSharedLimit(v.MakerID)
	}
	return nil
}

func (t *tx) checkSharedLimit(maker string) error {
	var theirs, shared int
	err := t.QueryRow("SELECT count(*) FILTER (WHERE user_id = ?), count(*) FROM saved_views WHERE shared = 1 AND deleted_at IS NULL",
		maker).Scan(&theirs, &shared)
	switch {
	case err != nil:
		return err
	case theirs >= maxSharedByOne:
		return invalid("shared", "You share %d views already; keep this one to yourself, or stop sharing another", theirs)
	case shared >= maxSavedViews:
		return invalid("shared", "There are %d shared views; keep this one to yourself", shared)
	}
	return nil
}

// recordSavedView writes the audit row of a change of a shared view. A private one is a personal
// setting and is not recorded.
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

// UpdateSavedView changes name, query and shared ("" means private), as typed. version is the one
// that the user saw: if it is not the current one, typed["was"] says what the form was made on, see
// settle, and it may return Conflict. Other errors are Invalid, ErrNotFound if the actor does not see the view, and
// ErrForbidden if they may not change it.
func (d *DB) UpdateSavedView(ctx context.Context, by Actor, id string, version int, typed Fields) (SavedView, error) {
	return d.changeSavedView(ctx, by, "update_view", id, "IS NULL", func(t *tx, v *SavedView) error {
		before := *v
		if err := v.apply(typed); err != nil {
			return err
		}
		if version != before.Version {
			rest, err := settle(typed, before.Values(), v.Values(), func() error { return t.savedViewConflict(before) })
			if err != nil {
				return err
			}
			*v = before
			if err := v.apply(rest); err != nil {
				return err
			}
		}
		switch {
		case *v == before:
			return nil
		case v.Shared && !before.Shared:
			if err := errors.Join(t.mayShare(*v), t.checkSharedLimit(v.MakerID)); err != nil {
				return err
			}
		}
		v.Version++
		_, err := t.Exec("UPDATE saved_views SET name = ?, query = ?, shared = ?, version = ? WHERE id = ?",
			v.Name, v.Query, v.Shared, v.Version, id)
		return err
	})
}

// savedViewConflict returns a Conflict that says who last changed a view. Only its maker, or a change of a value, can
// have changed a private one.
func (t *tx) savedViewConflict(v SavedView) error {
	if v.Shared {
		return t.conflictAmong("target_type = 'system' AND target_id = ? AND +action IN "+changing("view"), v.ID)
	}
	c := &Conflict{By: v.Maker}
	err := t.QueryRow("SELECT ifnull("+shownName+", ''), finished_at FROM value_change_views"+
		" JOIN value_changes ON value_changes.id = change_id LEFT JOIN users ON users.id = user_id"+
		" WHERE view_id = ? AND value_change_views.version = ?", v.ID, v.Version).Scan(&c.By, moment{&c.At})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return c
}

// DeleteSavedView deletes a view and returns it. It returns ErrNotFound or ErrForbidden, like
// UpdateSavedView.
func (d *DB) DeleteSavedView(ctx context.Context, by Actor, id string) (SavedView, error) {
	return d.changeSavedView(ctx, by, "delete_view", id, "IS NULL", func(t *tx, _ *SavedView) error {
		_, err := t.Exec("UPDATE saved_views SET deleted_at = ?, version = version + 1 WHERE id = ?", stamp(t.now), id)
		return err
	})
}

// RestoreSavedView restores a view deleted within the last day.
func (d *DB) RestoreSavedView(ctx context.Context, by Actor, id string) (SavedView, error) {
	return d.changeSavedView(ctx, by, "restore_view", id, "IS NOT NULL", func(t *tx, v *SavedView) error {
		if err := t.checkSavedViewLimit(*v); err != nil {
			return err
		}
		_, err := t.Exec("UPDATE saved_views SET deleted_at = NULL, version = version + 1 WHERE id = ?", id)
		return err
	})
}

// changeSavedView runs f on a view and records the change. deleted is "IS NULL" for existing views,
// "IS NOT NULL" for deleted ones.
func (d *DB) changeSavedView(ctx context.Context, by Actor, action, id,
	deleted string, f func(*tx, *SavedView) error,
) (v SavedView, err error) {
	err = d.transact(ctx, by, OwnAccount, func(t *tx) error { // recordSavedView records it if it is shared
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

// DefaultSavedView returns the view that the actor chose to open a list with, or "".
func (d *DB) DefaultSavedView(ctx context.Context, by Actor, list string) (string, error) {
	return memoized(&d.memo, "first view "+list+" "+by.UserID, func() (view string, err error) {
		err = d.reader.QuickQueryRow(ctx, "SELECT view FROM first_views WHERE user_id = ? AND list = ?", by.UserID, list).Scan(&view)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return view, err
	})
}

// ChooseDefaultSavedView sets the view that the actor opens a list with; "" means none. It is a
// personal setting, so it is not recorded.
func (d *DB) ChooseDefaultSavedView(ctx context.Context, by Actor, list, view string) error {
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
