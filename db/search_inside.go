package db

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// If a search finds fewer than fewMatches, it continues with parts of words. It scans the indexed
// words of each table in pieces, newest first, until enough is found or the time is up. A piece
// takes a millisecond or two.
const (
	fewMatches      = 5
	pieceOfIndex    = 5000
	insideTimeLimit = 50 * time.Millisecond
)

// searchInsideWords adds records that contain everything typed somewhere inside their words: the end of a
// phone number, a part of a long word, a word in a script without spaces.
func (d *DB) searchInsideWords(ctx context.Context, s search, places []*searchSource) error {
	parts, all := s.words, 0
	if number := text.PhoneNumber(s.typed); number != "" {
		parts = []string{number}
	}
	for _, p := range places {
		all += len(p.found)
	}
	if all >= min(s.n, fewMatches) || len(parts) > 4 ||
		!slices.ContainsFunc(parts, func(p string) bool { return utf8.RuneCountInString(p) > 1 }) {
		return nil
	}
	for _, p := range places {
		if err := d.reader.QuickQueryRow(ctx, "SELECT ifnull(max(docid), 0) FROM "+p.table).Scan(&p.last); err != nil {
			return err
		}
	}
	for start := time.Now(); ; {
		more := false
		for _, p := range places {
			if p.last <= 0 || len(p.found) >= s.n {
				continue
			}
			more = true
			if err := d.searchPiece(ctx, s, p, parts); err != nil {
				return err
			}
		}
		if !more || time.Since(start) >= insideTimeLimit {
			return nil
		}
	}
}

// searchPiece searches the next piece of a table's index.
func (d *DB) searchPiece(ctx context.Context, s search, p *searchSource, parts []string) error {
	active := ""
	if p.active == 1 {
		active = "x.is_active = 1 AND "
	}
	args := []any{p.last - pieceOfIndex, p.last}
	for _, part := range slices.Concat(parts, []string{"", "", ""})[:4] { // an empty string is part of every text
		args = append(args, part)
	}
	rows, err := d.reader.Query(ctx, `
		SELECT kept.docid
		FROM `+p.index+`_content AS kept
		CROSS JOIN `+p.table+` AS x ON x.docid = kept.docid
		WHERE kept.docid > ? AND kept.docid <= ? AND instr(c0words, ?) AND instr(c0words, ?) AND instr(c0words, ?) AND instr(c0words, ?)
			AND `+active+p.seen.sql+`
		ORDER BY kept.docid DESC`+limit(s.n), append(args, p.seen.args...)...)
	some, err := sqlite.Collect(rows, err, scanDocid)
	for _, docid := range some {
		if len(p.found) < s.n && !slices.Contains(p.found, docid) {
			p.found = append(p.found, docid)
		}
	}
	p.last -= pieceOfIndex
	return err
}
