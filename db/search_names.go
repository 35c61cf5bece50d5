package db

import (
	"context"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
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
