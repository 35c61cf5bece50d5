package db

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// mostNameMatches is how many matches of a search, the newest of whole words and of beginnings, are
// compared with names.
const mostNameMatches = 1000

// takeBest takes the first n records of findBest's rows.
func (p *searchSource) takeBest(rows sqlite.Rows, n int) error {
	defer rows.Close()
	for !p.more && rows.Next() {
		var docid int64
		var isName bool
		err := rows.Scan(&docid, &isName)
		switch {
		case err != nil:
			return err
		case slices.Contains(p.found, docid): // found in two ways
		case len(p.found) == n:
			p.more = true
		default:
			p.found = append(p.found, docid)
			if isName {
				p.byName++
			}
		}
	}
	return rows.Err()
}

// named is true for a record x whose name has all typed words, so that none was found in another
// field only.
func (p *searchSource) named(s search) condition {
	c := always
	for _, w := range s.words[:min(len(s.words), mostTypedWords)] {
		c = c.and(nameHas(w))
	}
	return c
}

// nameHas is true for a record x whose name has a typed word somewhere.
func nameHas(word string) condition {
	const letters = "replace(replace(replace(x.sort_key, '-', ''), '''', ''), '.', '')"
	return condition{"(instr(x.sort_key, ?) OR instr(" + letters + ", ?))", []any{word, oneLetter.Replace(word)}}
}

// oneLetter undoes the two letters that people type for ü, ö, ä, ø and å. Folded names have one.
var oneLetter = strings.NewReplacer("ue", "u", "oe", "o", "ae", "a", "aa", "a")

// together is 0 for a contact of whom all typed words begin words of the name, of one organization
// and of the role there: "acme cfo" means the CFO of Acme before others of Acme who are CFO elsewhere.
func (d *DB) together(ctx context.Context, s search, p *searchSource) (condition, error) {
	if p.kind != ContactKind || s.by.OwnOnly || len(s.words) < 2 || len(s.words) > 4 {
		return condition{sql: "NULL"}, nil
	}
	c, long := condition{sql: "relationship_status <> 'Former'"}, text.Spellings(text.PlainAddress(s.typed))
	for _, w := range s.words {
		spellings := []string{w, oneLetter.Replace(w)}
		if long[w] != "" {
			spellings = append(spellings, long[w])
		}
		begun := never
		for _, spelling := range spellings {
			begun = begun.or(condition{"instr(' ' || x.sort_key || ' ' || o.sort_key, ?)", []any{" " + spelling}})
		}
		roles, err := d.rolesWith(ctx, spellings)
		if err != nil {
			return condition{}, err
		}
		c = c.and(begun.or(roles))
	}
	c.sql = `rank = 3 AND NOT EXISTS (
			SELECT 1 FROM organization_contact AS l JOIN organizations AS o ON o.id = l.organization_id
			WHERE l.contact_id = x.id AND ` + c.sql + ")"
	return c, nil
}

// rolesWith is true for a link with a role of which a word begins like one of these. Roles after the first mostValues are
// compared as they are written, but for case.
func (d *DB) rolesWith(ctx context.Context, begins []string) (condition, error) {
	used, err := d.usedValues(ctx, "organization_contact", "role_label")
	if err != nil {
		return condition{}, err
	}
	all, err := memoized(&d.memo, "words of roles", func() (map[string]string, error) {
		words := make(map[string]string, len(used))
		for _, role := range used {
			words[role] = " " + nameWords(role)
		}
		return words, nil
	})
	with := []string{}
	for role, words := range all {
		if slices.ContainsFunc(begins, func(begin string) bool { return strings.Contains(words, " "+begin) }) {
			with = append(with, role)
		}
	}
	list, _ := json.Marshal(with)
	c := condition{"role_label IN (SELECT value FROM json_each(?))", []any{string(list)}}
	if len(used) == mostValues {
		for _, begin := range begins {
			c = c.or(condition{"(role_label > ? AND instr(' ' || lower(role_label), ?))", []any{used[mostValues-1], " " + begin}})
		}
	}
	return c, err
}

// findNames looks for further records by name, those with the whole words first, and puts them after those found
// by name, so that those found by other fields do not hide them. Names of which the first typed word is the
// first are looked for among all, others among the newest matches.
func (d *DB) findNames(ctx context.Context, s search, p *searchSource, whole, begun string) error {
	named := p.named(s)
	matches := "(SELECT docid FROM " + p.index + " WHERE " + p.index + " MATCH ?" + limit(mostNameMatches) + ")"
	rows, err := d.reader.Query(ctx, `
		SELECT x.docid
		FROM (SELECT docid, min(place) AS place
			FROM (SELECT docid, 0 AS place FROM `+matches+`
				UNION ALL SELECT docid, 0 FROM `+matches+`
				UNION ALL SELECT docid, 1 FROM `+matches+`)
			GROUP BY docid) AS matched
		CROSS JOIN `+p.table+` AS x INDEXED BY `+p.table+`_ranks ON x.docid = matched.docid
		WHERE `+named.sql+` AND is_active >= ? AND `+p.seen.sql+`
		ORDER BY place, is_active DESC, updated_at DESC, sort_key, x.docid`+limit(s.n),
		slices.Concat([]any{"words:^" + strings.Join(s.words, " words:"), whole, begun}, named.args, []any{p.active}, p.seen.args)...)
	further, err := sqlite.Collect(rows, err, scanDocid)
	known := p.found[:p.byName]
	further = slices.DeleteFunc(further, func(docid int64) bool { return slices.Contains(known, docid) })
	others := slices.DeleteFunc(slices.Clone(p.found[p.byName:]), func(docid int64) bool { return slices.Contains(further, docid) })
	p.found = slices.Concat(known, further, others)
	p.found = p.found[:min(len(p.found), s.n)]
	return err
}
