package db

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// MostSuggested is how many values in use are suggested. Others can still be typed.
const MostSuggested = 500

// Vocabulary is a text field whose known values are suggested: the usual ones, and those in use.
type Vocabulary struct {
	Field
	Plural string // of its values, like Sectors
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
					f, f.Label + "s", k.Plural,
					func(by Actor) condition { return k.sees(by, k.id()) },
					func(by Actor) condition { return k.own(by).contains("id") },
				})
			}
		}
	}
	return append(all,
		Vocabulary{
			fieldOf(linkFields, "role_label"), "Roles", "organization_contact", Actor.seesLink,
			func(by Actor) condition {
				return by.ownOrganizations().contains("organization_id").and(by.ownContacts().contains("contact_id"))
			},
		},
		Vocabulary{
			fieldOf(interactionFields, "outcome"), "Outcomes", "interactions",
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

// Suggestions returns the values that lists offer to filter a kind by a field: the usual ones, then
// those in use. It returns nil if the field has none.
func (d *DB) Suggestions(ctx context.Context, by Actor, _ *RecordKind, f Field) ([]string, error) {
	v, err := VocabularyOf(f.Column)
	if err != nil {
		return nil, nil
	}
	return d.suggestions(ctx, by, v)
}

// RoleLabels is Suggestions for a contact's role at an organization.
func (d *DB) RoleLabels(ctx context.Context, by Actor) ([]string, error) {
	return d.Suggestions(ctx, by, nil, fieldOf(linkFields, "role_label"))
}

// Outcomes is Suggestions for an interaction's outcome.
func (d *DB) Outcomes(ctx context.Context, by Actor) ([]string, error) {
	return d.Suggestions(ctx, by, nil, fieldOf(interactionFields, "outcome"))
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
	known, err := d.suggestions(ctx, by, v)
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

// suggestions returns the usual values, then up to MostSuggested values in use, without variants
// that differ only in case, accents or composition. Values that occur only in rows the actor does
// not see are left out.
// The query jumps from value to value along the column's index; a DISTINCT would read the whole
// table. If the actor has few clients, it reads only those.
func (d *DB) suggestions(ctx context.Context, by Actor, v Vocabulary) ([]string, error) {
	who := ""
	if by.OwnOnly {
		who = by.UserID
	}
	return memoized(&d.memo, v.table+"."+v.Column+" "+who, func() ([]string, error) {
		used, err := d.valuesInUse(ctx, by, v.table, v.Column, v.seen(by), v.own(by))
		all, offered := slices.Clone(v.Usual), map[string]bool{}
		for _, value := range v.Usual {
			offered[text.SortKey(value)] = true
		}
		for _, value := range byName(used, itself) {
			if key := text.SortKey(value); !offered[key] {
				all, offered[key] = append(all, value), true
			}
		}
		return all, err
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
