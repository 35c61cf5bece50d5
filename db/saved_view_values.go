package db

import (
	"errors"
	"net/url"
	"slices"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// When a change of a value ends, the saved views that filter by the old value get the new one, even those that were saved
// while it ran. Undoing the change restores the query of each view that nobody has changed since.

// followedView is a saved view, and its query after the change of a value.
type followedView struct {
	SavedView
	query string
}

// insertFollowed stores what a change made of a view. The query of a view that it left as it is stays the same.
const insertFollowed = "INSERT INTO value_change_views (change_id, view_id, old_query, new_query, version) VALUES (?, ?, ?, ?, ?)"

// followValue changes the saved views that filter by the value of a finished change.
func (t *tx) followValue(c ValueChange) error {
	find := t.viewsOfValue
	if c.Kind == "undo" {
		find = t.viewsOfChange
	}
	all, err := find(c)
	if err != nil {
		return err
	}
	for _, v := range all {
		now := v.SavedView
		if now.apply(Fields{"query": v.query}) != nil { // the new value makes it too long
			if _, err := t.Exec(insertFollowed, c.ID, v.ID, v.Query, v.Query, v.Version); err != nil {
				return err
			}
			continue
		}
		now.Version++
		_, err1 := t.Exec("UPDATE saved_views SET query = ?, version = ? WHERE id = ?", now.Query, now.Version, now.ID)
		_, err2 := t.Exec(insertFollowed, c.ID, v.ID, v.Query, now.Query, now.Version)
		if err := errors.Join(err1, err2, t.recordSavedView("update_view", now, v.SavedView)); err != nil {
			return err
		}
	}
	return nil
}

// viewsOfValue returns the views that filter by the old value in any spelling, including deleted ones, which can be restored.
func (t *tx) viewsOfValue(c ValueChange) (all []followedView, err error) {
	rows, err := t.Query(selectView)
	views, err := sqlite.Collect(rows, err, scanSavedView)
	for _, v := range views {
		if !slices.Contains(c.Vocabulary.lists(), v.List) {
			continue
		}
		if query, changed := renamedIn(v.Query, c.Vocabulary.Column, c.Old, c.New); changed {
			all = append(all, followedView{v, query})
		}
	}
	return all, err
}

// viewsOfChange returns the views that the undone change has changed and nobody has changed since.
func (t *tx) viewsOfChange(c ValueChange) ([]followedView, error) {
	queries := map[string]string{}
	rows, err := t.Query("SELECT view_id, old_query FROM value_change_views WHERE change_id = ?", c.Undoes)
	_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
		var id, query string
		err = r.Scan(&id, &query)
		queries[id] = query
		return none, err
	})
	if err != nil {
		return nil, err
	}
	rows, err = t.Query(selectView+` WHERE saved_views.id IN (SELECT view_id FROM value_change_views
		WHERE change_id = ? AND new_query = saved_views.query AND new_query <> old_query)`, c.Undoes)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (followedView, error) {
		v, err := scanSavedView(r)
		return followedView{v, queries[v.ID]}, err
	})
}

// lists returns the lists that can be filtered by the vocabulary. Their parameter has the name of its column.
func (v Vocabulary) lists() []string {
	switch {
	case v.kind != nil:
		return []string{v.kind.Plural}
	case v.Of == "link":
		return []string{OrganizationKind.Plural, ContactKind.Plural}
	}
	return []string{v.table}
}

// renamedIn replaces a parameter's value in a query, in any spelling that filters do not tell apart, without duplicates.
// changed is false if that is the same query. "none" is never replaced, because it stands for no value.
func renamedIn(query, parameter, from, to string) (_ string, changed bool) {
	p, _ := url.ParseQuery(query) // lists ignore unreadable parts
	if from == "none" || to == "none" {
		return query, false
	}
	var values []string
	for _, value := range p[parameter] {
		if value != "none" && value != to && text.SortKey(value) == text.SortKey(from) {
			value, changed = to, true
		}
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	if !changed {
		return query, false
	}
	p[parameter] = values
	return p.Encode(), true
}
