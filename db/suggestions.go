package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// MostSuggested is the largest number of values in use that are suggested. Others can still be typed.
const MostSuggested = 500

// Suggestions returns the values that lists offer to filter by a field: the usual ones, then those in
// use, hidden or not. It returns nil if the field has none.
func (d *DB) Suggestions(ctx context.Context, by Actor, f Field) ([]string, error) {
	v, err := VocabularyOf(f.Column)
	if err != nil {
		return nil, nil
	}
	return d.suggestions(ctx, by, v, true)
}

// RoleLabels is Suggestions for a contact's role at an organization.
func (d *DB) RoleLabels(ctx context.Context, by Actor) ([]string, error) {
	return d.Suggestions(ctx, by, fieldOf(linkFields, "role_label"))
}

// Outcomes is Suggestions for an interaction's outcome.
func (d *DB) Outcomes(ctx context.Context, by Actor) ([]string, error) {
	return d.Suggestions(ctx, by, fieldOf(interactionFields, "outcome"))
}

// FoundValues are the values of a vocabulary that fit what somebody typed, the best first.
type FoundValues struct {
	Known []string
	Exact bool // the first one is what was typed, but for case, accents and composition
	More  bool // there are more than asked for
}

// FindValues returns up to n known values of a vocabulary that fit what was typed. If that is one of
// them, or nothing, the others follow.
func (d *DB) FindValues(ctx context.Context, by Actor, v Vocabulary, typed string, n int) (found FoundValues, err error) {
	known, err := d.suggestions(ctx, by, v, false)
	if err != nil {
		return found, err
	}
	key := text.SortKey(strings.TrimSpace(typed))
	rank := func(value string) int {
		folded := text.SortKey(value)
		switch at := strings.Index(folded, key); {
		case folded == key:
			return 0
		case at == 0:
			return 1
		case at > 0 && folded[at-1] == ' ':
			return 2
		case at > 0:
			return 3
		}
		return 4
	}
	found.Known = slices.Clone(known)
	slices.SortStableFunc(found.Known, func(a, b string) int { return rank(a) - rank(b) })
	if found.Exact = key != "" && len(known) > 0 && rank(found.Known[0]) == 0; !found.Exact {
		found.Known = slices.DeleteFunc(found.Known, func(value string) bool { return rank(value) == 4 })
	}
	if found.More = len(found.Known) > n; found.More {
		found.Known = found.Known[:n]
	}
	return found, nil
}

// HasValue reports whether a value of a vocabulary, in any spelling, is one of the usual ones, or something that the actor
// sees has it, hidden or not.
func (d *DB) HasValue(ctx context.Context, by Actor, v Vocabulary, value string) (has bool, err error) {
	states, err := v.states(readerQuerier{ctx, d})
	spelling := func(s string) bool { return text.SortKey(s) == text.SortKey(value) }
	if err != nil || slices.ContainsFunc(v.usual(states), spelling) {
		return err == nil, err
	}
	spellings, err1 := d.equivalentValues(ctx, v.table, v.Column, []string{value})
	few, err2 := d.ownsFew(ctx, by)
	if err := errors.Join(err1, err2); err != nil {
		return false, err
	}
	c := among(v.Column, spellings)
	if few {
		c.sql = "+" + c.sql
		c = c.and(v.own(by))
	} else {
		c = c.and(v.seen(by))
	}
	err = d.reader.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM "+v.table+" WHERE "+c.sql+")", c.args...).Scan(&has)
	return has, err
}

// suggestions returns the usual values, then up to MostSuggested values in use, without variants
// that differ only in case, accents or composition. Values that occur only in rows the actor does
// not see are left out, and hidden ones unless asked for.
// The query jumps from value to value along the column's index; a DISTINCT would read the whole
// table. If the actor has few clients, it reads only those.
func (d *DB) suggestions(ctx context.Context, by Actor, v Vocabulary, hidden bool) ([]string, error) {
	who := ""
	if by.OwnOnly {
		who = by.UserID
	}
	return memoized(&d.memo, fmt.Sprint(v.table, ".", v.Column, " ", who, " ", hidden), func() ([]string, error) {
		used, err := d.valuesInUse(ctx, by, v.table, v.Column, v.seen(by), v.own(by))
		states, err2 := v.states(readerQuerier{ctx, d})
		all, offered := v.usual(states), map[string]bool{}
		for _, value := range all {
			offered[text.SortKey(value)] = true
		}
		for _, value := range byName(used, itself) {
			if key := text.SortKey(value); !offered[key] && (hidden || states.suggest(value)) {
				all, offered[key] = append(all, value), true
			}
		}
		return all, errors.Join(err, err2)
	})
}

func (d *DB) valuesInUse(ctx context.Context, by Actor, table, column string, seen, own condition) ([]string, error) {
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return nil, err
	}
	var rows sqlite.Rows
	if few {
		rows, err = d.reader.Query(ctx, "SELECT DISTINCT "+column+" FROM "+table+" WHERE +"+
			column+" > '' AND "+own.sql+" ORDER BY 1"+limit(MostSuggested), own.args...)
	} else {
		rows, err = d.reader.Query(ctx, `
			WITH RECURSIVE used (v, n) AS (
				SELECT (SELECT `+column+` FROM `+table+` WHERE `+column+` > '' AND `+seen.sql+` ORDER BY `+column+` LIMIT 1), 1
				UNION ALL
				SELECT (SELECT `+column+` FROM `+table+` WHERE `+column+` > v AND `+seen.sql+` ORDER BY `+column+` LIMIT 1), n + 1
				FROM used WHERE v IS NOT NULL AND n < `+strconv.Itoa(MostSuggested)+`
			)
			SELECT v FROM used WHERE v IS NOT NULL`, append(slices.Clone(seen.args), seen.args...)...)
	}
	return sqlite.Collect(rows, err, sqlite.ScanText)
}
