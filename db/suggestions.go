package db

import (
	"context"
	"slices"
	"strconv"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// MostSuggested is how many values in use are suggested. Others can still be typed.
const MostSuggested = 500

// Suggestions returns values to suggest for a free-text field of a record: the usual ones, then
// those in use. It returns nil if the field has none.
func (d *DB) Suggestions(ctx context.Context, by Actor, k *RecordKind, f Field) ([]string, error) {
	if f.Usual == nil && !f.Filtered {
		return nil, nil
	}
	return d.suggestions(ctx, by, k.Plural, f, k.sees(by, k.id()), k.own(by).contains("id"))
}

// RoleLabels returns suggestions for a contact's role at an organization.
func (d *DB) RoleLabels(ctx context.Context, by Actor) ([]string, error) {
	own := by.ownOrganizations().contains("organization_id").and(by.ownContacts().contains("contact_id"))
	return d.suggestions(ctx, by, "organization_contact", fieldOf(linkFields, "role_label"), by.seesLink(), own)
}

// Outcomes returns suggestions for an interaction's outcome.
func (d *DB) Outcomes(ctx context.Context, by Actor) ([]string, error) {
	return d.suggestions(ctx, by, "interactions", fieldOf(interactionFields, "outcome"),
		by.seesInteraction("interactions"), by.ownInteractions())
}

// suggestions returns the usual values, then up to MostSuggested values in use, without variants
// that differ only in case, accents or composition. Values that occur only in rows the actor does
// not see are left out.
// The query jumps from value to value along the column's index; a DISTINCT would read the whole
// table. If the actor has few clients, it reads only those.
func (d *DB) suggestions(ctx context.Context, by Actor, table string, f Field, seen, own condition) ([]string, error) {
	who := ""
	if by.OwnOnly {
		who = by.UserID
	}
	return memoized(&d.memo, table+"."+f.Column+" "+who, func() ([]string, error) {
		used, err := d.valuesInUse(ctx, by, table, f.Column, seen, own)
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
