package db

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// If a search finds fewer than fewMatches, it continues with parts of words. Each search index has a
// table of its different words, and an index of their letters (migration 00034). Those find the
// words that contain a part, and these words find records. So the cost does not depend on how many
// records there are, nor on whether any is found.
const (
	fewMatches  = 5
	mostWords   = 64   // words looked up in the index, the last learned first
	mostChecked = 1000 // records with these words that are checked for the other parts
)

// searchInsideWords adds records that contain everything typed somewhere inside their words: the end of a
// phone number, a part of a long word, a word in a script without spaces.
func (d *DB) searchInsideWords(ctx context.Context, s search, places []*searchSource) error {
	parts, all := s.words, 0
	if number := text.PhoneNumber(s.typed); number != "" {
		parts = []string{number}
	}
	for _, p := range places {
		all += len(p.found) - p.byClients
	}
	if all >= min(s.n, fewMatches) || len(parts) > 4 || !slices.ContainsFunc(parts, isPart) {
		return nil
	}
	for _, p := range places {
		words, err := d.wordsWith(ctx, p.index, parts)
		if err == nil && len(words) > 0 && len(p.found) < s.n {
			err = d.findByWords(ctx, s, p, parts, words)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isPart reports whether a typed word is long enough to find words that contain it.
func isPart(typed string) bool { return utf8.RuneCountInString(typed) > 1 }

// wordsWith returns the words that contain one of the parts: the one that is in the fewest, up to
// mostWords. It returns none if one of the parts is in no word.
func (d *DB) wordsWith(ctx context.Context, index string, parts []string) (fewest []string, err error) {
	for _, part := range parts {
		if !isPart(part) {
			continue
		}
		rows, err := d.reader.QuickQuery(ctx, `
			SELECT word
			FROM `+index+`_parts
			CROSS JOIN `+index+`_words ON id = docid
			WHERE parts MATCH ? AND instr(word, ?)
			ORDER BY docid DESC`+limit(mostWords), partsQuery(part), part)
		words, err := sqlite.Collect(rows, err, sqlite.ScanText)
		if err != nil || len(words) == 0 {
			return nil, err
		}
		if fewest == nil || len(words) < len(fewest) {
			fewest = words
		}
	}
	return fewest, nil
}

// partsQuery returns an FTS4 query for the words that contain a part: its letters, three in a row.
// SQLite reads a phrase of at most four terms only as far as needed, so that is all it has.
func partsQuery(part string) string {
	if threes := wordParts(part); len(threes) > 1 {
		return `"` + strings.Join(threes[:min(len(threes)-1, 4)], " ") + `"`
	}
	return part + "*"
}

// wordParts returns the terms by which a word is found: each three letters in a row, and the last two.
func wordParts(word string) (parts []string) {
	letters := []rune(word)
	for i := range max(len(letters)-2, 0) {
		parts = append(parts, string(letters[i:i+3]))
	}
	return append(parts, string(letters[max(len(letters)-2, 0):]))
}

// findByWords adds the records that have one of the words, and all parts. If the actor has few
// clients, it checks the newest of theirs instead.
func (d *DB) findByWords(ctx context.Context, s search, p *searchSource, parts, words []string) error {
	listed, err := json.Marshal(prefixed("words:", words)) // not the names of a contact's organizations
	if err != nil {
		return err
	}
	from := condition{`SELECT s.docid, s.words AS kept FROM json_each(?) AS word CROSS JOIN ` + p.index + ` AS s
			WHERE s.` + p.index + ` MATCH word.value` + limit(mostChecked), []any{string(listed)}}
	if s.few {
		own := p.own(s.by)
		from = condition{`SELECT own.docid, c0words AS kept
			FROM (SELECT docid FROM ` + p.table + ` WHERE ` + own.sql + ` ORDER BY +docid DESC` + limit(mostChecked) + `) AS own
			CROSS JOIN ` + p.index + `_content AS kept ON kept.docid = own.docid`, own.args}
	}
	args := from.args
	for _, part := range slices.Concat(parts, []string{"", "", ""})[:4] { // an empty string is part of every text
		args = append(args, part)
	}
	active := ""
	if p.active == 1 {
		active = "x.is_active = 1 AND "
	}
	rows, err := d.reader.Query(ctx, `
		SELECT DISTINCT checked.docid
		FROM (SELECT docid, substr(kept, 1, instr(kept || '`+wholeWords+`', '`+wholeWords+`') - 1) AS words FROM (`+from.sql+`)) AS checked
		CROSS JOIN `+p.table+` AS x ON x.docid = checked.docid
		WHERE instr(words, ?) AND instr(words, ?) AND instr(words, ?) AND instr(words, ?)
			AND `+active+p.seen.sql+limit(s.n+1), append(args, p.seen.args...)...)
	some, err := sqlite.Collect(rows, err, scanDocid)
	p.moreInside = p.moreInside || len(some) > 0 && len(words) == mostWords // others have further words
	slices.Sort(some)
	for _, docid := range slices.Backward(some) { // the newest first
		switch {
		case slices.Contains(p.found, docid):
		case len(p.found) == s.n:
			p.moreInside = true
		default:
			p.found = append(p.found, docid)
		}
	}
	return err
}

// own is true for the records of an actor with few clients.
func (p *searchSource) own(by Actor) condition {
	if p.kind == nil {
		return by.ownInteractions()
	}
	own := p.kind.own(by)
	return condition{"id IN (" + own.sql + ")", own.args}
}

// learnWords adds words of an index to its table of different words.
func (t *tx) learnWords(index string, words []string) error {
	words = slices.DeleteFunc(words, func(w string) bool { return !isPart(w) || strings.HasSuffix(w, ".") || text.IsReversed(w) })
	if len(words) == 0 {
		return nil
	}
	listed, err := json.Marshal(words)
	if err != nil {
		return err
	}
	type learned struct {
		id   int64
		word string
	}
	rows, err := t.Query(`
		INSERT INTO `+index+`_words (word) SELECT value FROM json_each(?) WHERE true
		ON CONFLICT DO NOTHING
		RETURNING id, word`, string(listed))
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x learned, err error) { return x, r.Scan(&x.id, &x.word) })
	if err != nil {
		return err
	}
	for _, x := range all {
		if _, err := t.Exec("INSERT INTO "+index+"_parts (docid, parts) VALUES (?, ?)", x.id, strings.Join(wordParts(x.word), " ")); err != nil {
			return err
		}
	}
	return nil
}
