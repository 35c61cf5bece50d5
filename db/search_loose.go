package db

import (
	"context"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// findLoosely adds records that lack a typed word which names need not have, after those that have all: "harbor and"
// finds Harbor & Pine, and "harbor pine ag" finds Harbor & Pine GmbH.
func (d *DB) findLoosely(ctx context.Context, s search, places ...*searchSource) error {
	for _, p := range places {
		if err := d.findJoined(ctx, s, p); err != nil {
			return err
		}
	}
	for _, p := range places {
		if err := d.findWithoutForms(ctx, s, p, places); err != nil {
			return err
		}
	}
	return nil
}

// findJoined adds records in whose name the last word before a typed "and" is joined to another, in whatever way.
func (d *DB) findJoined(ctx context.Context, s search, p *searchSource) error {
	words := text.BeforeJoining(s.typed)
	if len(words) == 0 || len(p.found) >= s.n {
		return nil
	}
	joined := never
	for _, joiner := range text.Joiners {
		joined = joined.or(condition{"instr(' ' || x.sort_key, ?)", []any{" " + words[len(words)-1] + joiner}})
	}
	rows, err := d.reader.Query(ctx, `
		SELECT x.docid
		FROM (SELECT docid FROM `+p.index+" WHERE "+p.index+" MATCH ?"+limit(mostNameMatches)+`) AS matched
		CROSS JOIN `+p.table+` AS x INDEXED BY `+p.table+`_ranks ON x.docid = matched.docid
		WHERE `+joined.sql+` AND is_active >= ? AND `+p.seen.sql+`
		ORDER BY is_active DESC, updated_at DESC, sort_key, x.docid`+limit(s.n+1),
		slices.Concat([]any{"words:" + strings.Join(words, "* words:")}, joined.args, []any{p.active}, p.seen.args)...)
	found, err := sqlite.Collect(rows, err, scanDocid)
	p.addLoose(found, s.n)
	return err
}

// findWithoutForms adds records without what may be a legal form. It adds none where the name of a record of another kind
// has all words, since that must not be behind these.
func (d *DB) findWithoutForms(ctx context.Context, s search, p *searchSource, places []*searchSource) error {
	words := text.WithoutForms(s.typed, p.kind == OrganizationKind)
	named := func(q *searchSource) bool { return q != p && q.byName > 0 }
	if !slices.ContainsFunc(words, isPart) || len(p.found) >= s.n || slices.ContainsFunc(places, named) {
		return nil
	}
	s.typed, s.words = strings.Join(words, " "), words
	without := s.source(p.kind, p.active == 0)
	err := d.findBest(ctx, s, without)
	p.addLoose(without.found, s.n)
	p.moreInside = p.moreInside || without.more
	return err
}

// addLoose adds further records, up to n in all. Lists do not find them.
func (p *searchSource) addLoose(further []int64, n int) {
	for _, docid := range further {
		switch {
		case slices.Contains(p.found, docid):
		case len(p.found) < n:
			p.found = append(p.found, docid)
		default:
			p.moreInside = true
		}
	}
}
