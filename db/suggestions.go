package db

import (
	"context"
	"slices"
	"strconv"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// MostSuggested is how many values in use are suggested. More can be typed.
const MostSuggested = 500

// Suggestions are what people may choose from for a field of a record that
// takes any text: the usual values and those in use. nil for a field without.
func (d *DB) Suggestions(ctx context.Context, by Actor, k *RecordKind, f Field) ([]string, error) {
	if f.Usual == nil && !f.Filtered {
		return nil, nil
	}
	return d.suggestions(ctx, by, k.Plural, f, k.sees(by, k.id()), k.own(by).contains("id"))
}

// RoleLabels are suggestions for a contact's role at an organization.
func (d *DB) RoleLabels(ctx context.Context, by Actor) ([]string, error) {
	own := by.ownOrganizations().contains("organization_id").and(by.ownContacts().contains("contact_id"))
	return d.suggestions(ctx, by, "organization_contact", fieldOf(linkFields, "role_label"), by.seesLink(), own)
}

// Outcomes are suggestions for an interaction's outcome.
func (d *DB) Outcomes(ctx context.Context, by Actor) ([]string, error) {
	return d.suggestions(ctx, by, "interactions", fieldOf(interactionFields, "outcome"),
		by.seesInteraction("organization_id", "contact_id"), by.ownInteractions())
}

// suggestions adds up to MostSuggested values in use to the usual ones; of those that are
// alike but for capitals, accents and how they are composed it is one. It jumps from value to
// value along the column's index: a DISTINCT would walk the whole table. A value
// that only rows out of sight have is not one of them: an actor with few clients
// of their own reads those, one with many asks of each row.
func (d *DB) suggestions(ctx context.Context, by Actor, table string, f Field, seen, own condition) ([]string, error) {
	who := ""
	if by.OwnOnly {
		who = by.UserID
	}
	return memoized(&d.memo, table+"."+f.Column+" "+who, func() ([]string, error) {
		used, err := d.inUse(ctx, by, table, f.Column, seen, own)
		all, offered := slices.Clone(f.Usual), map[string]bool{}
		for _, v := range f.Usual {
			offered[text.SortKey(v)] = true
		}
		for _, v := range byName(used, itself) {
			if key := text.SortKey(v); !offered[key] {
				all, offered[key] = append(all, v), true
			}
		}
		return all, err
	})
}

func (d *DB) inUse(ctx context.Context, by Actor, table, column string, seen, own condition) ([]string, error) {
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
