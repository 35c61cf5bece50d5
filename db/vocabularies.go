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

// Vocabulary is a text field whose known values are suggested: the usual ones, and those in use.
type Vocabulary struct {
	Field
	Plural string // of its values, like Sectors
	Of     string // what has a value: organization, contact, link or interaction
	Need   Need   // of who changes the vocabulary
	kind   *RecordKind
	table  string
	seen   func(Actor) condition // rows of the table that the actor sees
	own    func(Actor) condition // the same, for somebody who sees few
}

// Vocabularies are the registry's vocabularies, in the order people choose from.
var Vocabularies = func() (all []Vocabulary) {
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		for _, f := range k.Fields {
			if f.Usual != nil || f.Filtered {
				all = append(all, Vocabulary{
					f, f.Label + "s", k.Noun, ManageVocabularies, k, k.Plural,
					func(by Actor) condition { return k.sees(by, k.id()) },
					func(by Actor) condition { return k.own(by).contains("id") },
				})
			}
		}
	}
	return append(all,
		Vocabulary{
			fieldOf(linkFields, "role_label"), "Roles", "link", ManageVocabularies, nil, "organization_contact", Actor.seesLink,
			func(by Actor) condition {
				return by.ownOrganizations().contains("organization_id").and(by.ownContacts().contains("contact_id"))
			},
		},
		Vocabulary{
			fieldOf(interactionFields, "outcome"), "Outcomes", "interaction", ManageOutcomes, nil, "interactions",
			func(by Actor) condition { return by.seesInteraction("interactions") }, Actor.ownInteractions,
		})
}()

// VocabularyOf returns the vocabulary of a column, or ErrNotFound.
func VocabularyOf(column string) (Vocabulary, error) {
	for _, v := range Vocabularies {
		if v.Column == column {
			return v, nil
		}
	}
	return Vocabulary{}, ErrNotFound
}

// Suggested reports whether values are suggested for the field.
func (f Field) Suggested() bool {
	_, err := VocabularyOf(f.Column)
	return err == nil
}

// Value is a value of a vocabulary in all its spellings: those that differ only in case, accents or composition. Filters
// find all of them, and a change of the value changes all of them.
type Value struct {
	Text      string   // the spelling that is suggested, or the one used most
	Spellings []string // others in use, those used most first
	Used      int      // how many have it
	Listed    int      // how many records the list of it shows: of a role, the contacts
	Suggested bool     // whether it is suggested
	LooksLike string   // a value used more often that differs only in spaces, or ""
}

// mostValuesListed is the largest number of a vocabulary's values that are listed.
const mostValuesListed = 1000

// Values lists up to mostValuesListed values of a vocabulary, those used most first, and all usual ones. With typed it
// lists those that contain it, ignoring case and accents. more is true if there are more.
func (d *DB) Values(ctx context.Context, by Actor, v Vocabulary, typed string) (all []Value, more bool, err error) {
	if err := v.Need.Refuse(by); err != nil {
		return nil, false, err
	}
	used, err := d.spellingsInUse(ctx, v)
	states, err2 := v.states(readerQuerier{ctx, d})
	rows, err3 := d.reader.Query(ctx, "SELECT old_value FROM value_changes WHERE vocabulary = ? AND kind <> 'undo'"+
		" AND NOT EXISTS (SELECT 1 FROM value_changes AS undo WHERE undo.undoes = value_changes.id)", v.Column)
	replaced, err3 := sqlite.Collect(rows, err3, sqlite.ScanText)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, false, fmt.Errorf("values of %s: %w", v.Column, err)
	}
	all = v.group(used, states, replaced)
	for i, x := range all {
		if v.Of == "link" && len(x.Spellings) > 0 { // a contact may have the role in two spellings
			if all[i].Listed, err = d.countContacts(ctx, append(x.Spellings, x.Text)); err != nil {
				return nil, false, fmt.Errorf("values of %s: %w", v.Column, err)
			}
		}
	}
	part := text.SortKey(typed)
	all = slices.DeleteFunc(all, func(x Value) bool {
		return !slices.ContainsFunc(append(x.Spellings, x.Text), func(s string) bool { return strings.Contains(text.SortKey(s), part) })
	})
	n := len(all)
	rare := all[min(n, mostValuesListed):]
	all = append(all[:n-len(rare)], slices.DeleteFunc(rare, func(x Value) bool { return x.Used > 0 })...) // usual ones stay
	return all, len(all) < n, nil
}

// spellingsInUse returns each spelling of a vocabulary's values as a Value, those used most first.
func (d *DB) spellingsInUse(ctx context.Context, v Vocabulary) ([]Value, error) {
	listed := "*"
	if v.Of == "link" {
		listed = "DISTINCT contact_id"
	}
	return memoized(&d.memo, "spellings "+v.Column, func() ([]Value, error) {
		rows, err := d.reader.Query(ctx, "SELECT "+v.Column+", count(*), count("+listed+") FROM "+v.table+" WHERE "+v.Column+
			" > '' GROUP BY "+v.Column+" ORDER BY count(*) DESC, "+v.Column)
		return sqlite.Collect(rows, err, func(r sqlite.Row) (x Value, err error) { return x, r.Scan(&x.Text, &x.Used, &x.Listed) })
	})
}

func (d *DB) countContacts(ctx context.Context, roles []string) (n int, err error) {
	c := among("role_label", roles)
	err = d.reader.QueryRow(ctx, "SELECT count(DISTINCT contact_id) FROM organization_contact WHERE "+c.sql, c.args...).Scan(&n)
	return n, err
}

// group makes one value of the spellings that filters do not tell apart, and adds the usual ones that nothing has,
// except replaced ones.
func (v Vocabulary) group(used []Value, states valueStates, replaced []string) (all []Value) {
	at := map[string]int{} // by folded text
	for _, x := range used {
		key := text.SortKey(x.Text)
		i, found := at[key]
		if !found {
			at[key] = len(all)
			x.Suggested = states.suggest(x.Text)
			all = append(all, x)
			continue
		}
		same := &all[i]
		same.Spellings = append(same.Spellings, x.Text)
		same.Used, same.Listed, same.Suggested = same.Used+x.Used, same.Listed+x.Listed, same.Suggested || states.suggest(x.Text)
	}
	for _, usual := range append(v.usual(states), v.Usual...) { // hidden ones, too, so that they can be suggested again
		i, found := at[text.SortKey(usual)]
		switch {
		case found && states.suggest(usual) && usual != all[i].Text:
			same := &all[i]
			same.Spellings = append([]string{same.Text}, slices.DeleteFunc(same.Spellings, func(s string) bool { return s == usual })...)
			same.Text, same.Suggested = usual, true
		case !found && !slices.Contains(replaced, usual):
			at[text.SortKey(usual)] = len(all)
			all = append(all, Value{Text: usual, Suggested: states.suggest(usual)})
		}
	}
	byName(all, func(x Value) string { return x.Text })
	slices.SortStableFunc(all, func(a, b Value) int { return b.Used - a.Used })
	alike := map[string]string{}
	for i := range all {
		key := strings.Join(strings.Fields(text.SortKey(all[i].Text)), "")
		if all[i].LooksLike = alike[key]; all[i].LooksLike == "" {
			alike[key] = all[i].Text
		}
	}
	return all
}

// valueStates says which values of a vocabulary are suggested even if nothing has them, and which are hidden.
type valueStates struct {
	spellings map[string]bool // is_suggested
	values    map[string]bool // is_suggested of some spelling, by folded text
}

func (v Vocabulary) states(a querier) (valueStates, error) {
	states := valueStates{map[string]bool{}, map[string]bool{}}
	rows, err := a.Query("SELECT value, is_suggested FROM vocabulary_values WHERE vocabulary = ?", v.Column)
	_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
		var value string
		var suggested bool
		err = r.Scan(&value, &suggested)
		key := text.SortKey(value)
		states.spellings[value], states.values[key] = suggested, states.values[key] || suggested
		return none, err
	})
	return states, err
}

// suggest reports whether a spelling that something has is suggested. It is hidden if another one is, unless a third
// one is suggested even if nothing has it.
func (s valueStates) suggest(value string) bool {
	suggested, known := s.spellings[value]
	if !known {
		suggested, known = s.values[text.SortKey(value)]
	}
	return suggested || !known
}

// usual returns the values that are suggested even if nothing has them.
func (v Vocabulary) usual(states valueStates) (all []string) {
	for _, value := range v.Usual {
		if states.suggest(value) {
			all = append(all, value)
		}
	}
	var own []string
	for value, suggested := range states.spellings {
		if suggested && !slices.Contains(v.Usual, value) {
			own = append(own, value)
		}
	}
	return append(all, byName(own, itself)...)
}

// HideValue stops suggesting a value in all its spellings, also those that somebody types later. Whatever has it
// keeps it. It returns Invalid if there is no such value.
func (d *DB) HideValue(ctx context.Context, by Actor, v Vocabulary, value string) error {
	return d.suggestValue(ctx, by, v, value, "hide_value")
}

// SuggestValue undoes HideValue.
func (d *DB) SuggestValue(ctx context.Context, by Actor, v Vocabulary, value string) error {
	return d.suggestValue(ctx, by, v, value, "suggest_value")
}

func (d *DB) suggestValue(ctx context.Context, by Actor, v Vocabulary, value, action string) error {
	err := d.write(ctx, by, v.Need, func(t *tx) error {
		used, err := t.spellings(v, value)
		states, err2 := v.states(t)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if _, known := states.spellings[value]; !known && len(used) == 0 && !slices.Contains(v.Usual, value) {
			return unknownValue(v)
		}
		suggest, changed, spellings := action == "suggest_value", false, append(used, value)
		for spelling, suggested := range states.spellings {
			if !suggest && suggested && text.SortKey(spelling) == text.SortKey(value) {
				spellings = append(spellings, spelling)
			}
		}
		for _, spelling := range spellings {
			now, err := t.suggestSpelling(v, spelling, suggest, slices.Contains(used, spelling))
			if err != nil {
				return err
			}
			changed = changed || now
		}
		if states, err = v.states(t); err != nil {
			return err
		}
		if suggest && !states.suggest(value) { // a spelling that nothing has any more is hidden
			changed = true
			if err := t.setValueState(v, value, sql.NullBool{Valid: true, Bool: true}); err != nil {
				return err
			}
		}
		if !changed {
			return nil
		}
		return t.record(action, "system", newID(), details{"vocabulary": v.Column, "value": value})
	})
	if err != nil {
		return fmt.Errorf("%s of %s: %w", action, v.Column, err)
	}
	return nil
}

func unknownValue(v Vocabulary) *Invalid {
	return invalid("value", "Nothing has this %s any more. Somebody may have changed it; choose another one", v.Lower())
}

// suggestSpelling changes whether a spelling is suggested. It reports whether that was otherwise.
func (t *tx) suggestSpelling(v Vocabulary, spelling string, suggest, used bool) (changed bool, err error) {
	state, err := t.valueState(v, spelling)
	if hidden := state.Valid && !state.Bool; err != nil || hidden != suggest {
		return false, err
	}
	state = sql.NullBool{Valid: true}
	if suggest {
		state = sql.NullBool{Valid: !used && !slices.Contains(v.Usual, spelling), Bool: true}
	}
	return true, t.setValueState(v, spelling, state)
}

// spellings returns the spellings of a value that are in use: those that filters find by it.
func (t *tx) spellings(v Vocabulary, value string) ([]string, error) {
	rows, err := t.Query(valuesOf(v.table, v.Column))
	used, err := sqlite.Collect(rows, err, sqlite.ScanText)
	key := text.SortKey(value)
	return slices.DeleteFunc(used, func(s string) bool { return text.SortKey(s) != key }), err
}

// countValues counts what has one of some values.
func (t *tx) countValues(v Vocabulary, values []string) (n int, err error) {
	if len(values) == 0 {
		return 0, nil
	}
	c := among(v.Column, values)
	err = t.QueryRow("SELECT count(*) FROM "+v.table+" WHERE "+c.sql, c.args...).Scan(&n)
	return n, err
}

// valueState returns is_suggested of a value; it is not valid if the value has no row.
func (t *tx) valueState(v Vocabulary, value string) (state sql.NullBool, err error) {
	err = t.QueryRow("SELECT is_suggested FROM vocabulary_values WHERE vocabulary = ? AND value = ?", v.Column, value).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return state, err
}

func (t *tx) setValueState(v Vocabulary, value string, state sql.NullBool) (err error) {
	if state.Valid {
		_, err = t.Exec("INSERT INTO vocabulary_values (vocabulary, value, is_suggested) VALUES (?, ?, ?)"+
			" ON CONFLICT (vocabulary, value) DO UPDATE SET is_suggested = excluded.is_suggested", v.Column, value, state.Bool)
	} else {
		_, err = t.Exec("DELETE FROM vocabulary_values WHERE vocabulary = ? AND value = ?", v.Column, value)
	}
	return err
}

// ValueChange is a change of one value of a vocabulary into another, wherever it is used.
type ValueChange struct {
	ID, Kind                string // Kind is rename, merge or undo
	Vocabulary              Vocabulary
	Old, New                string
	By                      string // "" if their account was deleted
	Expected, Done, Skipped int    // Skipped is how many had another value when this was to be undone
	StartedAt, FinishedAt   time.Time
	Undone                  bool   // whether somebody took it back, or is taking it back
	Undoes                  string // the change that an undo takes back, else ""
	ViewsLeft               int    // saved views that filter by the old value still, because the new one makes them too long
	userID                  string
	oldState, newState      sql.NullBool
	undoneTo                int64
}

// Running reports whether the change is still being made.
func (c ValueChange) Running() bool { return c.FinishedAt.IsZero() }

const selectValueChange = `
	SELECT value_changes.id, kind, vocabulary, old_value, new_value, old_state, new_state, ifnull(user_id, ''), ifnull(full_name, ''),
		ifnull(undoes, ''), undone_to, expected, changed, skipped, value_changes.created_at, finished_at,
		EXISTS (SELECT 1 FROM value_changes AS undo WHERE undo.undoes = value_changes.id),
		(SELECT count(*) FROM value_change_views WHERE change_id = value_changes.id AND new_query = old_query)
	FROM value_changes LEFT JOIN users ON users.id = user_id`

func scanValueChange(r sqlite.Row) (c ValueChange, err error) {
	var column string
	err = r.Scan(&c.ID, &c.Kind, &column, &c.Old, &c.New, &c.oldState, &c.newState, &c.userID, &c.By,
		&c.Undoes, &c.undoneTo, &c.Expected, &c.Done, &c.Skipped, moment{&c.StartedAt}, moment{&c.FinishedAt}, &c.Undone, &c.ViewsLeft)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotFound
	}
	if err == nil {
		c.Vocabulary, err = VocabularyOf(column)
	}
	return c, err
}

// ValueChanges returns the last n changes of a vocabulary's values, the newest first.
func (d *DB) ValueChanges(ctx context.Context, by Actor, v Vocabulary, n int) ([]ValueChange, error) {
	if err := v.Need.Refuse(by); err != nil {
		return nil, err
	}
	rows, err := d.reader.QuickQuery(ctx, selectValueChange+" WHERE vocabulary = ? ORDER BY value_changes.id DESC"+limit(n), v.Column)
	return sqlite.Collect(rows, err, scanValueChange)
}
