package db

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// SearchInteractions returns up to n further interactions of a search, the last created or reworded
// first. older is the cursor of the next page, or "" on the last one. It returns none without
// ViewClient and ViewInteraction.
func (d *DB) SearchInteractions(ctx context.Context, by Actor, typed, before string, n int) (page []Interaction, older string, err error) {
	s, err := d.newSearch(ctx, by, typed, n)
	if err != nil || len(s.words) == 0 || !by.Can(ViewClient) || !by.Can(ViewInteraction) {
		return nil, "", err
	}
	p := s.interactions()
	if older, err = d.findInteractions(ctx, s, p, before); err != nil {
		return nil, "", err
	}
	page, err = d.readInteractions(ctx, s, p)
	return page, older, err
}

// findInteractions finds a page of interactions, newest first.
func (d *DB) findInteractions(ctx context.Context, s search, p *searchSource, before string) (older string, err error) {
	query, ok := matchInteraction(s.typed)
	if !ok {
		return "", nil
	}
	last := int64(math.MaxInt64)
	if before != "" {
		at, err := readCursor(before)
		if err != nil {
			return "", err
		}
		if last, err = strconv.ParseInt(at[0], 10, 64); err != nil {
			return "", damagedCursor()
		}
	}
	said, err1 := d.interactionsSaying(ctx, s, query, last, s.n+1)
	with, err2 := d.interactionsWith(ctx, s, last, s.n+1)
	p.found = slices.Concat(said, with)
	slices.Sort(p.found)
	p.found = slices.Compact(p.found)
	slices.Reverse(p.found)
	if len(p.found) > s.n {
		p.found = p.found[:s.n]
		older = newCursor([3]string{strconv.FormatInt(p.found[s.n-1], 10)})
	}
	p.byClients = max(len(p.found)-len(said), 0)
	return older, errors.Join(err1, err2)
}

// interactionsSaying returns up to n docids below last, the highest first, of interactions that have all words in the
// text. It checks each for visibility; if the actor has few clients, it starts from those.
func (d *DB) interactionsSaying(ctx context.Context, s search, query string, last int64, n int) ([]int64, error) {
	seen := s.interactions().seen
	if s.few {
		own := s.by.ownInteractions()
		seen = condition{"s.docid + 0 IN (SELECT docid FROM interactions WHERE " + own.sql + ")", own.args}
	}
	args := append([]any{query, last}, seen.args...)
	rows, err := d.reader.Query(ctx, `
		SELECT s.docid
		FROM interaction_search AS s
		CROSS JOIN interactions AS x ON x.docid = s.docid
		WHERE interaction_search MATCH ? AND s.docid < ? AND `+seen.sql+`
		ORDER BY s.docid DESC`+limit(n), args...)
	return sqlite.Collect(rows, err, scanDocid)
}

// matchInteraction is match for the index of interactions.
func matchInteraction(typed string) (query string, ok bool) {
	sets := interactionTerms(typed)
	return anySet(sets), len(sets[0]) > 0
}

// interactionTerms returns the sets of terms of which an interaction has one. Its index has the first two and three
// letters of each word as terms. A single letter matches only a word of that letter.
func interactionTerms(typed string) [][]string {
	sets := slices.Concat([][]string{text.TypedWords(typed)}, text.OtherWords(typed))
	for _, set := range sets {
		for i, w := range set {
			switch utf8.RuneCountInString(w) {
			case 1:
			case 2, 3:
				set[i] += "."
			default:
				set[i] += "*"
			}
		}
	}
	return sets
}

// An interaction is also found by words of its text together with words of the names of those that it was with: "quote
// 18 rory". Its index has no names: to rename a client would be to index all that was ever said with it again. So a
// search checks the newest interactions with the words and, if there are more of them, the newest with clients of these
// names. What it can miss is an old one with words that many have and a client that has many.
const (
	mostSaying  = 100 // interactions checked that have the words
	mostWith    = 500 // interactions checked that are with the clients
	mostClients = 60  // clients of each kind, the newest, of which some have the words in another field than the name
)

// interactionsWith returns up to n docids below last, the highest first, of interactions found by their text and their
// clients' names, which are the first or the last words typed.
func (d *DB) interactionsWith(ctx context.Context, s search, last int64, n int) (docids []int64, err error) {
	typed := strings.Fields(s.typed)
	if len(typed) > mostTypedWords {
		return nil, nil
	}
	for i := 1; i < len(typed); i++ {
		before, after := strings.Join(typed[:i], " "), strings.Join(typed[i:], " ")
		for _, x := range [][2]string{{before, after}, {after, before}} {
			found, err := d.interactionsSaidWith(ctx, s, x[0], x[1], last, n)
			if err != nil {
				return nil, err
			}
			docids = append(docids, found...)
		}
	}
	return docids, nil
}

// interactionsSaidWith is interactionsWith for words of the text, and words of the names.
func (d *DB) interactionsSaidWith(ctx context.Context, s search, said, name string, last int64, n int) ([]int64, error) {
	query, ok := matchInteraction(said)
	s.typed, s.words = name, text.TellingWords(name)
	if !ok || !slices.ContainsFunc(text.TypedWords(said), tells) || !slices.ContainsFunc(s.words, tells) {
		return nil, nil
	}
	organizations, err1 := d.clientsNamed(ctx, s, OrganizationKind)
	contacts, err2 := d.clientsNamed(ctx, s, ContactKind)
	if err := errors.Join(err1, err2); err != nil || len(organizations)+len(contacts) == 0 {
		return nil, err
	}
	rows, err := d.reader.Query(ctx, "SELECT docid FROM interaction_search WHERE interaction_search MATCH ? AND docid < ?"+
		" ORDER BY docid DESC"+limit(mostSaying), query, last)
	saying, err := sqlite.Collect(rows, err, scanDocid)
	switch {
	case err != nil || len(saying) == 0:
		return nil, err
	case len(saying) < mostSaying: // these are all
		organizations, contacts = nil, nil
	}
	return d.checkSaidWith(ctx, s, said, saying, organizations, contacts, last, n)
}

// checkSaidWith returns docids of those interactions that have the words in the text, and the words of s in the names of
// clients that the actor sees. It checks those that are given, and the newest with each of these clients.
func (d *DB) checkSaidWith(
	ctx context.Context, s search, said string, saying, organizations, contacts []int64, last int64, n int,
) ([]int64, error) {
	each := mostWith / max(len(organizations)+len(contacts), 1)
	words := slices.Concat([][]string{s.words}, text.OtherWords(s.typed))
	for i := range words {
		words[i] = strings.Split(strings.Join(words[i], "* ")+"*", " ")
	}
	words = append(words, strings.Split(oneLetter.Replace(strings.Join(words[0], " ")), " "))
	names, has := s.by.clientNames(), hasTerms("' ' || c0words || ' '", interactionTerms(said))
	named := hasTerms(`' ' || replace(replace(replace(names, '-', ' '), '.', ' '), '''', ' ')
		|| ' ' || replace(replace(replace(names, '-', ''), '.', ''), '''', '')`, words)
	rows, err := d.reader.Query(ctx, `
		SELECT docid
		FROM (SELECT x.docid, `+names.sql+` AS names
			FROM (
				SELECT said.rowid AS place FROM json_each(?) CROSS JOIN interactions AS said ON said.docid = value
				UNION
				SELECT said.rowid FROM json_each(?) CROSS JOIN organizations AS o ON o.docid = value
				CROSS JOIN interactions AS said ON said.rowid IN (
					SELECT rowid FROM interactions WHERE organization_id = o.id ORDER BY happened_at DESC, id DESC LIMIT ?)
				UNION
				SELECT said.rowid FROM json_each(?) CROSS JOIN contacts AS c ON c.docid = value
				CROSS JOIN interactions AS said ON said.rowid IN (
					SELECT rowid FROM interactions WHERE contact_id = c.id ORDER BY happened_at DESC, id DESC LIMIT ?)
				UNION
				SELECT said.rowid FROM json_each(?) CROSS JOIN contacts AS c ON c.docid = value
				CROSS JOIN interactions AS said ON said.id IN (
					SELECT interaction_id FROM interaction_contact WHERE contact_id = c.id ORDER BY happened_at DESC, interaction_id DESC LIMIT ?)
			) AS candidate
			CROSS JOIN interactions AS x ON x.rowid = place
			CROSS JOIN interaction_search_content AS kept ON kept.docid = x.docid
			WHERE x.docid < ? AND `+has.sql+`
			LIMIT -1)
		WHERE `+named.sql+`
		ORDER BY docid DESC`+limit(n), slices.Concat(names.args,
		[]any{listDocids(saying), listDocids(organizations), each, listDocids(contacts), each, listDocids(contacts), each, last},
		has.args, named.args)...)
	return sqlite.Collect(rows, err, scanDocid)
}

// clientsNamed returns the docids of the newest records of a kind that have all typed words, and one of them in the name.
func (d *DB) clientsNamed(ctx context.Context, s search, kind *RecordKind) ([]int64, error) {
	column := ""
	if kind == ContactKind {
		column = contactColumn(s.by)
	}
	query, _ := match(s.typed, s.region, column)
	p, named := s.source(kind, true), never
	for _, w := range s.words {
		named = named.or(nameHas(w))
	}
	among, _ := p.visibleMatches(s)
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT x.docid
		FROM (SELECT docid FROM `+p.index+` WHERE `+p.index+` MATCH ? AND `+among.sql+limit(mostClients)+`) AS found
		CROSS JOIN `+p.table+` AS x INDEXED BY `+p.table+`_ranks ON x.docid = found.docid
		WHERE `+named.sql, slices.Concat([]any{query}, among.args, named.args)...)
	return sqlite.Collect(rows, err, scanDocid)
}

// clientNames is an SQL expression for the folded names of those whom the actor sees of an interaction x, or ”.
func (by Actor) clientNames() condition {
	organization, contact, further := by.seesOrganization("x.organization_id"), by.seesContact("x.contact_id"), by.seesContact("p.contact_id")
	return condition{
		`ifnull((SELECT sort_key FROM organizations WHERE id = x.organization_id AND ` + organization.sql + `), '')
			|| ' ' || ifnull((SELECT sort_key FROM contacts WHERE id = x.contact_id AND ` + contact.sql + `), '')
			|| ' ' || ifnull((SELECT group_concat(sort_key, ' ')
				FROM interaction_contact AS p CROSS JOIN contacts ON id = p.contact_id WHERE p.interaction_id = x.id AND ` + further.sql + `), '')`,
		slices.Concat(organization.args, contact.args, further.args),
	}
}

// hasTerms is true if an SQL expression, words with a space on both sides, has all terms of one of the sets. A term that
// ends with * begins a word.
func hasTerms(words string, sets [][]string) condition {
	one := never
	for _, set := range sets {
		all := always
		for _, term := range set {
			part, begins := strings.CutSuffix(term, "*")
			if !begins {
				part += " "
			}
			if !text.StandsAlone(part) {
				part = " " + part
			}
			all = all.and(condition{"instr(" + words + ", ?)", []any{part}})
		}
		one = one.or(all)
	}
	return one
}

// tells reports whether a word may tell a text or a name from others.
func tells(word string) bool { return (isPart(word) || text.StandsAlone(word)) && !text.IsFiller(word) }
