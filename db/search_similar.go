package db

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// If a search finds nothing, it looks for names and emails with one letter wrong, missing, too much
// or swapped in each word. The words to look for come from the table of different words (migration
// 00034): the query jumps along its order from one possible letter to the next, so that its cost
// depends on what was typed and not on how many words there are. It tries letters only, because a
// word with a digit is another word.
const (
	mostTypedWords = 6
	mostSimilar    = 200 // words
)

// searchSimilar adds records with similar names and emails to places, and marks them.
func (d *DB) searchSimilar(ctx context.Context, s search, places ...*searchSource) error {
	if len(s.words) > mostTypedWords || !slices.ContainsFunc(s.words, text.MaySimilar) {
		return nil
	}
	for _, p := range places {
		if err := d.findSimilar(ctx, s, p); err != nil {
			return err
		}
	}
	return nil
}

// similarWords returns up to n words of an index that differ from a typed one in one letter, the
// whole words first.
func (d *DB) similarWords(ctx context.Context, index, typed string, n int) ([]string, error) {
	corrections, further := text.Correct(typed), ""
	if text.MayBeginAlike(typed) {
		further = string(utf8.MaxRune)
	}
	words, err1 := json.Marshal(corrections.Words)
	heads, err2 := json.Marshal(corrections.Heads)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	const next = "(SELECT unicode(substr(word, length(head) + 1)) FROM "
	rows, err := d.reader.QuickQuery(ctx, `
		WITH RECURSIVE gap (head, rest, past) AS MATERIALIZED (
			SELECT value, substr(?, length(value) + 1), value || ? FROM json_each(?)
		), letter (head, rest, past, c) AS (
			SELECT head, rest, past, `+next+index+`_words
				WHERE word >= head || 'a' AND word < past ORDER BY word LIMIT 1)
			FROM gap
			UNION ALL
			SELECT head, rest, past, `+next+index+`_words
				WHERE word >= head || char(c + 1) AND word < past ORDER BY word LIMIT 1)
			FROM letter WHERE c IS NOT NULL
		), corrected (begins) AS (
			SELECT value FROM json_each(?)
			UNION ALL
			SELECT head || char(c) || rest FROM letter WHERE c IS NOT NULL
			UNION ALL
			SELECT head || char(c) || substr(rest, 2) FROM letter WHERE c IS NOT NULL
		)
		SELECT DISTINCT word
		FROM corrected CROSS JOIN `+index+`_words
		WHERE word >= begins AND word <= begins || ?
		ORDER BY word <> begins, length(word)`+limit(n),
		typed, string(corrections.End), string(heads), string(words), further)
	return sqlite.Collect(rows, err, sqlite.ScanText)
}

// findSimilar adds the records of a kind whose name or email has a word similar to each typed word
// that nothing of them begins with. Only if no whole word is similar, it takes what begins alike.
func (d *DB) findSimilar(ctx context.Context, s search, p *searchSource) error {
	similar, whole := make([][]string, len(s.words)), make([][]string, len(s.words))
	for i, typed := range s.words {
		if !text.MaySimilar(typed) {
			continue
		}
		var err error
		if similar[i], err = d.similarWords(ctx, p.index, typed, mostSimilar/len(s.words)); err != nil {
			return err
		}
		if p.kind == OrganizationKind { // a legal form is no name
			similar[i] = slices.DeleteFunc(similar[i], text.IsFiller)
		}
		for _, w := range similar[i] {
			if text.Compare(typed, w) == text.Similar {
				whole[i] = append(whole[i], w)
			}
		}
	}
	if err := d.findBySimilarWords(ctx, s, p, whole); err != nil || len(p.found) > 0 {
		return err
	}
	return d.findBySimilarWords(ctx, s, p, similar)
}

// findBySimilarWords is findSimilar for the similar words of each typed word.
func (d *DB) findBySimilarWords(ctx context.Context, s search, p *searchSource, similar [][]string) error {
	if !slices.ContainsFunc(similar, func(words []string) bool { return len(words) > 0 }) {
		return nil
	}
	column, others := "", "''"
	names := p.kind.FieldColumns(func(f Field) bool { return f.Required != "" || f.Kind == Email || f.Kind == Website })
	named := "ifnull(" + strings.Join(names, ", '') || ' ' || ifnull(") + ", '')"
	if p.kind == ContactKind {
		if column = contactColumn(s.by); column == "" {
			others = "c1organizations"
		}
	}
	terms := make([]string, len(s.words))
	for i, w := range s.words {
		terms[i] = "(" + strings.Join(append([]string{column + w + "*"}, prefixed("words:", similar[i])...), " OR ") + ")"
	}
	among, _ := p.visibleMatches(s)
	rows, err := d.reader.Query(ctx, `
		SELECT x.docid, c0words, `+others+`, `+named+`
		FROM (SELECT docid FROM `+p.index+` WHERE `+p.index+` MATCH ? AND `+among.sql+limit(2*s.n)+`) AS candidate
		CROSS JOIN `+p.table+` AS x ON x.docid = candidate.docid
		CROSS JOIN `+p.index+`_content AS kept ON kept.docid = candidate.docid
		WHERE is_active >= ? AND `+p.seen.sql+`
		ORDER BY is_active DESC, updated_at DESC, sort_key, candidate.docid`,
		slices.Concat([]any{strings.Join(terms, " ")}, among.args, []any{p.active}, p.seen.args)...)
	type checked struct {
		docid    int64
		likeness int
	}
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x checked, err error) {
		var words, others, named string
		err = r.Scan(&x.docid, &words, &others, &named)
		x.likeness = likenessOf(s.words, words+" "+others, named)
		return x, err
	})
	all = slices.DeleteFunc(all, func(x checked) bool { return x.likeness < 0 })
	slices.SortStableFunc(all, func(a, b checked) int { return a.likeness - b.likeness })
	for _, x := range all[:min(len(all), s.n)] {
		p.found = append(p.found, x.docid)
	}
	p.similar, p.moreInside = true, len(all) > s.n
	return err
}

func prefixed(prefix string, words []string) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = prefix + w
	}
	return all
}

// likenessOf returns how much typed words differ from the words of a record and, with a letter
// wrong, from those of its name and email. It returns -1 if one is unlike all of them.
func likenessOf(typed []string, words, named string) (likeness int) {
	plain, all := text.Words(named), []string(nil)
	for _, t := range typed {
		best := mostLike(t, plain)
		if best > text.Similar { // words are rarely typed in another way
			if all == nil {
				all = strings.Fields(nameWords(named))
			}
			best = mostLike(t, all)
		}
		if best == text.Unlike {
			if !strings.Contains(" "+words, " "+t) {
				return -1
			}
			best = text.Begins
		}
		likeness += int(best)
	}
	return likeness
}

// mostLike returns how much a typed word differs from the one of some words that is most like it.
func mostLike(typed string, words []string) text.Likeness {
	best := text.Unlike
	for _, w := range words {
		best = min(best, text.Compare(typed, w))
	}
	return best
}
