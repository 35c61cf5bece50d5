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

// Value is a value of a vocabulary.
type Value struct {
	Text      string
	Used      int    // how many have it
	Suggested bool   // whether it is suggested
	LooksLike string // a value used more often that differs only in case, accents or spaces, or ""
}

// mostValuesListed is the largest number of a vocabulary's values that are listed.
const mostValuesListed = 1000

// Values lists up to mostValuesListed values of a vocabulary, usual ones and those in use, those used most
// first. With typed it lists those that contain it, ignoring case and accents. more is true if there
// are more.
func (d *DB) Values(ctx context.Context, by Actor, v Vocabulary, typed string) (all []Value, more bool, err error) {
	if err := v.Need.Refuse(by); err != nil {
		return nil, false, err
	}
	most := mostValuesListed + 1
	if typed != "" {
		most = -1
	}
	rows, err := d.reader.Query(ctx, "SELECT "+v.Column+", count(*) FROM "+v.table+" WHERE "+v.Column+" > '' GROUP BY "+v.Column+
		" ORDER BY count(*) DESC"+limit(most))
	all, err = sqlite.Collect(rows, err, func(r sqlite.Row) (x Value, err error) { return x, r.Scan(&x.Text, &x.Used) })
	states, err2 := v.states(readerQuerier{ctx, d})
	rows, err3 := d.reader.Query(ctx, "SELECT old_value FROM value_changes WHERE vocabulary = ? AND kind <> 'undo'"+
		" AND NOT EXISTS (SELECT 1 FROM value_changes AS undo WHERE undo.undoes = value_changes.id)", v.Column)
	replaced, err3 := sqlite.Collect(rows, err3, sqlite.ScanText)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, false, fmt.Errorf("values of %s: %w", v.Column, err)
	}
	if more = typed == "" && len(all) > mostValuesListed; more {
		all = all[:mostValuesListed]
	}
	for _, usual := range append(v.usual(states), v.Usual...) { // hidden ones, too, so that they can be suggested again
		if !slices.Contains(replaced, usual) && !slices.ContainsFunc(all, func(x Value) bool { return x.Text == usual }) {
			all = append(all, Value{Text: usual})
		}
	}
	byName(all, func(x Value) string { return x.Text })
	slices.SortStableFunc(all, func(a, b Value) int { return b.Used - a.Used })
	alike := map[string]string{}
	for i := range all {
		x := &all[i]
		suggested, known := states[x.Text]
		x.Suggested = suggested || !known
		key := strings.Join(strings.Fields(text.SortKey(x.Text)), "")
		if x.LooksLike = alike[key]; x.LooksLike == "" {
			alike[key] = x.Text
		}
	}
	if typed != "" {
		part := text.SortKey(typed)
		all = slices.DeleteFunc(all, func(x Value) bool { return !strings.Contains(text.SortKey(x.Text), part) })
		more = len(all) > mostValuesListed
		all = all[:min(len(all), mostValuesListed)]
	}
	return all, more, nil
}

// states returns which values are suggested whether they are in use or not, and which are hidden.
func (v Vocabulary) states(a querier) (map[string]bool, error) {
	rows, err := a.Query("SELECT value, is_suggested FROM vocabulary_values WHERE vocabulary = ?", v.Column)
	states := map[string]bool{}
	_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
		var value string
		var suggested bool
		err = r.Scan(&value, &suggested)
		states[value] = suggested
		return none, err
	})
	return states, err
}

// usual returns the values that are suggested even if nothing has them.
func (v Vocabulary) usual(states map[string]bool) (all []string) {
	for _, value := range v.Usual {
		if suggested, known := states[value]; suggested || !known {
			all = append(all, value)
		}
	}
	var own []string
	for value, suggested := range states {
		if suggested && !slices.Contains(v.Usual, value) {
			own = append(own, value)
		}
	}
	return append(all, byName(own, itself)...)
}

// HideValue stops suggesting a value. Whatever has it keeps it. It returns Invalid if there is no
// such value.
func (d *DB) HideValue(ctx context.Context, by Actor, v Vocabulary, value string) error {
	return d.suggestValue(ctx, by, v, value, "hide_value")
}

// SuggestValue undoes HideValue.
func (d *DB) SuggestValue(ctx context.Context, by Actor, v Vocabulary, value string) error {
	return d.suggestValue(ctx, by, v, value, "suggest_value")
}

func (d *DB) suggestValue(ctx context.Context, by Actor, v Vocabulary, value, action string) error {
	err := d.write(ctx, by, v.Need, func(t *tx) error {
		used, err := t.countValue(v, value)
		if err != nil {
			return err
		}
		state, err := t.valueState(v, value)
		if err != nil {
			return err
		}
		hidden, usual := state.Valid && !state.Bool, slices.Contains(v.Usual, value)
		if !state.Valid && used == 0 && !usual {
			return unknownValue(v)
		}
		if hide := action == "hide_value"; hide == hidden {
			return nil
		}
		state = sql.NullBool{Valid: true}
		if action == "suggest_value" {
			state = sql.NullBool{Valid: used == 0 && !usual, Bool: true}
		}
		if err := t.setValueState(v, value, state); err != nil {
			return err
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

// countValue counts what has a value.
func (t *tx) countValue(v Vocabulary, value string) (n int, err error) {
	if value == "" {
		return 0, nil
	}
	err = t.QueryRow("SELECT count(*) FROM "+v.table+" WHERE "+v.Column+" = ?", value).Scan(&n)
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
	Old, New                string
	By                      string // "" if their account was deleted
	Expected, Done, Skipped int    // Skipped is how many had another value when this was to be undone
	StartedAt, FinishedAt   time.Time
	Undone                  bool   // whether somebody took it back, or is taking it back
	Undoes                  string // the change that an undo takes back, else ""
	vocabulary              Vocabulary
	userID                  string
	oldState, newState      sql.NullBool
	undoneTo                int64
}

// Running reports whether the change is still being made.
func (c ValueChange) Running() bool { return c.FinishedAt.IsZero() }

const selectValueChange = `
	SELECT value_changes.id, kind, vocabulary, old_value, new_value, old_state, new_state, ifnull(user_id, ''), ifnull(full_name, ''),
		ifnull(undoes, ''), undone_to, expected, changed, skipped, value_changes.created_at, finished_at,
		EXISTS (SELECT 1 FROM value_changes AS undo WHERE undo.undoes = value_changes.id)
	FROM value_changes LEFT JOIN users ON users.id = user_id`

func scanValueChange(r sqlite.Row) (c ValueChange, err error) {
	var column string
	err = r.Scan(&c.ID, &c.Kind, &column, &c.Old, &c.New, &c.oldState, &c.newState, &c.userID, &c.By,
		&c.Undoes, &c.undoneTo, &c.Expected, &c.Done, &c.Skipped, moment{&c.StartedAt}, moment{&c.FinishedAt}, &c.Undone)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotFound
	}
	if err == nil {
		c.vocabulary, err = VocabularyOf(column)
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
