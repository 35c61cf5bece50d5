package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// match turns what somebody typed into an FTS4 query that finds each word by
// its beginning; false where there is no word in it. Nothing but lower-case
// letters and digits gets in from outside, so its operators cannot be typed.
// A name is found with other marks inside it than it was written with, an
// identifier without its spaces, and a phone number however it is spaced and
// from wherever it is dialed.
//
// column names the column of the index to look in, with a colon; "" is all of them.
func match(typed, column string) (query string, ok bool) {
	found := text.TypedWords(typed)
	if len(found) == 0 {
		return "", false
	}
	all := slices.Concat([][]string{found}, text.OtherWords(typed))
	for _, number := range text.NumberWords(typed) {
		all = append(all, []string{number})
	}
	for i, words := range all {
		all[i] = []string{column + strings.Join(words, "* "+column) + "*"}
	}
	return anySet(all), true
}

// anySet is the query for any of several sets of terms.
func anySet(sets [][]string) string {
	var all []string
	for _, terms := range sets {
		if set := "(" + strings.Join(terms, " ") + ")"; !slices.Contains(all, set) {
			all = append(all, set)
		}
	}
	if len(all) == 1 {
		return strings.Join(sets[0], " ")
	}
	return strings.Join(all, " OR ")
}

// matchInteraction is match for the index of interactions, in which two or
// three letters of a word are a term of their own. One letter is found as a word only.
func matchInteraction(typed string) (query string, ok bool) {
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
	return anySet(sets), len(sets[0]) > 0
}

// contactColumn keeps the organizations' names out of a search by who sees only
// some of them: finding a person by a name that is out of sight would tell it.
func contactColumn(by Actor) string {
	if by.OwnOnly {
		return "words:"
	}
	return ""
}

// SearchFilter says what a search looks for, and how much of that it returns.
type SearchFilter struct {
	Typed string
	Most  int    // how many of a kind are found, at most
	Kind  string // organizations, contacts or interactions: only those are returned, of the others is counted what is found; "" is all
	Shown int    // how many of a kind are returned, 0 is all that are found
}

// Hits are what a search found, of each kind the best match first.
type Hits struct {
	Organizations []Organization
	Contacts      []Contact
	Interactions  []Interaction

	FoundOrganizations, FoundContacts, FoundInteractions int    // how many were found
	MoreOrganizations, MoreContacts                      bool   // there are more of them
	Older                                                string // cursor of the interactions behind those found, "" where there are none
}

// Search finds organizations, contacts and interactions by what was typed,
// archived records among them. Without ViewClient it finds nothing, without
// ViewInteraction no interaction.
func (d *DB) Search(ctx context.Context, by Actor, f SearchFilter) (Hits, error) {
	s, err := d.newSearch(ctx, by, f.Typed, f.Most)
	if err != nil || len(s.words) == 0 || !by.Can(ViewClient) {
		return Hits{}, err
	}
	places := []*searchSource{s.source(OrganizationKind, true), s.source(ContactKind, true)}
	var h Hits
	err1 := d.findBest(ctx, s, places[0])
	err2 := d.findBest(ctx, s, places[1])
	var err3 error
	talk := s.interactions()
	if by.Can(ViewInteraction) {
		places = append(places, talk)
		talk.found, h.Older, err3 = d.matchingInteractions(ctx, s, "")
	}
	if err := errors.Join(err1, err2, err3, d.insideWords(ctx, s, places)); err != nil {
		return Hits{}, fmt.Errorf("search: %w", err)
	}
	h.FoundOrganizations, h.FoundContacts, h.FoundInteractions = len(places[0].found), len(places[1].found), len(talk.found)
	h.MoreOrganizations, h.MoreContacts = places[0].more, places[1].more
	for _, p := range []*searchSource{places[0], places[1], talk} {
		if f.Kind != "" && f.Kind != p.table {
			p.found = nil
		} else if f.Shown > 0 {
			p.found = p.found[:min(f.Shown, len(p.found))]
		}
	}
	h.Organizations, err1 = d.foundOrganizations(ctx, s, places[0])
	h.Contacts, err2 = d.foundContacts(ctx, s, places[1])
	h.Interactions, err3 = d.foundInteractions(ctx, s, talk)
	return h, errors.Join(err1, err2, err3)
}

// FindOrganizations returns up to n active organizations by what was typed, for
// pickers, the best match first. Without ViewClient there are none.
func (d *DB) FindOrganizations(ctx context.Context, by Actor, typed string, n int) ([]Organization, error) {
	s, p, err := d.pick(ctx, by, typed, n, OrganizationKind)
	if err != nil {
		return nil, err
	}
	return d.foundOrganizations(ctx, s, p)
}

// FindContacts does the same for contacts.
func (d *DB) FindContacts(ctx context.Context, by Actor, typed string, n int) ([]Contact, error) {
	s, p, err := d.pick(ctx, by, typed, n, ContactKind)
	if err != nil {
		return nil, err
	}
	return d.foundContacts(ctx, s, p)
}

// SearchInteractions returns up to n more interactions of a search, those
// logged or reworded last first. older is the cursor of the following page, ""
// where there is none. Without ViewClient and ViewInteraction there are none.
func (d *DB) SearchInteractions(ctx context.Context, by Actor, typed, before string, n int) (page []Interaction, older string, err error) {
	s, err := d.newSearch(ctx, by, typed, n)
	if err != nil || len(s.words) == 0 || !by.Can(ViewClient) || !by.Can(ViewInteraction) {
		return nil, "", err
	}
	p := s.interactions()
	if p.found, older, err = d.matchingInteractions(ctx, s, before); err != nil {
		return nil, "", err
	}
	page, err = d.foundInteractions(ctx, s, p)
	return page, older, err
}

// search is what somebody looks for.
type search struct {
	by    Actor
	typed string
	words []string // typed, folded as the indexes keep them
	few   bool     // the actor has few clients
	n     int      // how many of a kind at most
}

func (d *DB) newSearch(ctx context.Context, by Actor, typed string, n int) (s search, err error) {
	s = search{by: by, typed: typed, words: text.TypedWords(typed), n: n}
	s.few, err = d.ownsFew(ctx, by)
	return s, err
}

// searchSource is where a search looks: a table, its index of words, and what it found there.
type searchSource struct {
	kind         *RecordKind // nil for interactions
	table, index string
	seen         condition // of the rows of the table, called x
	active       int       // at least
	found        []int64   // docids, the best first
	more         bool      // there are more
	last         int64     // the docid up to which parts of words were not looked for yet
}

func (s search) source(kind *RecordKind, archived bool) *searchSource {
	p := &searchSource{kind: kind, table: kind.Plural, index: kind.words, seen: kind.sees(s.by, "x.id"), active: 1}
	if archived {
		p.active = 0
	}
	return p
}

func (s search) interactions() *searchSource {
	return &searchSource{table: "interactions", index: "interaction_search", seen: s.by.seesInteraction("x.organization_id", "x.contact_id")}
}

func (d *DB) pick(ctx context.Context, by Actor, typed string, n int, kind *RecordKind) (search, *searchSource, error) {
	s, err := d.newSearch(ctx, by, typed, n)
	p := s.source(kind, false)
	if err == nil && len(s.words) > 0 && by.Can(ViewClient) {
		if err = d.findBest(ctx, s, p); err == nil {
			err = d.insideWords(ctx, s, []*searchSource{p})
		}
	}
	return s, p, err
}

func (d *DB) foundOrganizations(ctx context.Context, s search, p *searchSource) ([]Organization, error) {
	all, err := rowsOf(ctx, d, s.by, p, OrganizationKind.scan)
	return d.ownersNamed(ctx, s.by, all, err)
}

func (d *DB) foundContacts(ctx context.Context, s search, p *searchSource) ([]Contact, error) {
	all, err := rowsOf(ctx, d, s.by, p, ContactKind.scan)
	return d.ownersNamed(ctx, s.by, all, err)
}

func (d *DB) foundInteractions(ctx context.Context, s search, p *searchSource) ([]Interaction, error) {
	all, err := rowsOf(ctx, d, s.by, p, scanInteraction)
	return d.interactionsNamed(ctx, all, err)
}

// rowsOf reads what was found, in its order.
func rowsOf[T any](ctx context.Context, d *DB, by Actor, p *searchSource, scan func(sqlite.Row) (T, error)) ([]T, error) {
	if len(p.found) == 0 {
		return nil, nil
	}
	read, args := selectInteractionFor(by, unnamed)
	if p.kind != nil {
		read, args = p.kind.read(by, "sort_key", unnamed)
	}
	docids, err := json.Marshal(p.found)
	if err != nil {
		return nil, err
	}
	rows, err := d.reader.Query(ctx, read+`
		JOIN (SELECT key AS place, value AS docid FROM json_each(?)) AS found ON found.docid = `+p.table+`.docid
		ORDER BY place`, append(args, string(docids))...)
	return sqlite.Collect(rows, err, scan)
}

func scanDocid(r sqlite.Row) (docid int64, err error) { return docid, r.Scan(&docid) }

// A search sorts at most so many records: of a word that very many have, those
// that have it as it was typed, then the newest, and those whose names begin so.
const (
	mostWhole = 50
	mostBegun = 100
	mostNames = 20
)

// findBest finds organizations or contacts by words, in the order of rank, then the
// active before the archived, those changed last first. A record whose name is
// what was typed is looked up by it: no other matches can take its place.
func (d *DB) findBest(ctx context.Context, s search, p *searchSource) error {
	column := ""
	if p.kind == ContactKind {
		column = contactColumn(s.by)
	}
	begun, _ := match(s.typed, column)
	whole := column + strings.Join(s.words, " "+column)
	name := text.SortKey(strings.Join(strings.Fields(s.typed), " "))
	among, most := p.visibleMatches(s)
	byWords, byName, ofName := rank("words", strings.Join(s.words, " ")), rank("sort_key", name), p.kind.sees(s.by, p.table+".id")
	matches := "SELECT docid, words FROM " + p.index + " WHERE " + p.index + " MATCH ? AND " + among.sql
	names := nameOrders(name)
	args := slices.Concat(
		byWords.args, []any{whole}, among.args,
		byWords.args, []any{begun}, among.args,
		[]any{names[0], names[0], names[1], names[1], names[2], names[2]}, ofName.args,
		byName.args, []any{name, name + string(utf8.MaxRune)}, ofName.args, []any{p.active},
		p.seen.args)
	rows, err := d.reader.Query(ctx, `
		SELECT candidate.docid
		FROM (
			SELECT docid, `+byWords.sql+` AS rank FROM (`+matches+limit(most.whole)+`)
			UNION ALL
			SELECT docid, `+byWords.sql+` FROM (`+matches+limit(most.begun)+`)
			UNION ALL
			SELECT docid, 0 FROM (SELECT docid
				FROM (SELECT 1 AS active, ? AS name UNION ALL SELECT 0, ? UNION ALL SELECT 1, ? UNION ALL SELECT 0, ?
					UNION ALL SELECT 1, ? UNION ALL SELECT 0, ?)
				CROSS JOIN `+p.table+` WHERE is_active = active AND sort_key = name AND `+ofName.sql+limit(most.names)+`)
			UNION ALL
			SELECT docid, `+byName.sql+` FROM (SELECT docid, sort_key FROM `+p.table+`
				WHERE is_active = 1 AND sort_key >= ? AND sort_key < ? AND `+ofName.sql+` ORDER BY sort_key`+limit(most.names)+`)
		) AS candidate
		CROSS JOIN `+p.table+` AS x INDEXED BY `+p.table+`_ranks ON x.docid = candidate.docid
		WHERE is_active >= ? AND `+p.seen.sql+`
		ORDER BY rank, is_active DESC, updated_at DESC, sort_key, candidate.docid`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for !p.more && rows.Next() {
		docid, err := scanDocid(rows)
		switch {
		case err != nil:
			return err
		case slices.Contains(p.found, docid): // found in two ways
		case len(p.found) == s.n:
			p.more = true
		default:
			p.found = append(p.found, docid)
		}
	}
	return rows.Err()
}

// sortLimits is how many records a search sorts at most, of each way to find them.
type sortLimits struct{ whole, begun, names int }

// visibleMatches keeps the matches in the index to those that the actor sees, and
// says how many are sorted. Where the actor has few clients, all of theirs are.
func (p *searchSource) visibleMatches(s search) (among condition, most sortLimits) {
	switch {
	case s.few:
		own := p.kind.own(s.by)
		return condition{"+docid IN (SELECT docid FROM " + p.table + " WHERE id IN (" + own.sql + "))", own.args}, sortLimits{0, -1, 0}
	case s.by.OwnOnly:
		among = condition{"EXISTS (SELECT 1 FROM " + p.table + " AS x WHERE x.docid = " + p.index + ".docid AND " + p.seen.sql + ")", p.seen.args}
	default:
		among = always
	}
	return among, sortLimits{mostWhole, mostBegun, mostNames}
}

// rank tells how well a column that begins with a name fits what was typed: 0 is
// the whole of it, 1 begins with these words, 2 begins so, 3 has it elsewhere.
func rank(column, typed string) condition {
	return condition{
		"CASE WHEN " + column + " = ? THEN 0 WHEN instr(" + column + ", ?) <> 1 THEN 3 " +
			"WHEN instr(" + column + " || ' ', ?) = 1 THEN 1 ELSE 2 END",
		[]any{typed, typed, typed + " "},
	}
}

// nameOrders are a folded name as typed, and with the last and with the first
// word at its other end: contacts are sorted by the last name.
func nameOrders(name string) [3]string {
	orders := [3]string{name, name, name}
	if at := strings.LastIndexByte(name, ' '); at > 0 {
		orders[1] = name[at+1:] + " " + name[:at]
	}
	if first, rest, ok := strings.Cut(name, " "); ok {
		orders[2] = rest + " " + first
	}
	return orders
}

// matchingInteractions are the docids of a page of interactions. They are read
// from the newest match on, and of each it is asked whether the actor sees it;
// where the actor has few clients, theirs are known beforehand.
func (d *DB) matchingInteractions(ctx context.Context, s search, before string) (docids []int64, older string, err error) {
	query, ok := matchInteraction(s.typed)
	if !ok {
		return nil, "", nil
	}
	seen := s.interactions().seen
	if s.few {
		own := s.by.ownInteractions()
		seen = condition{"s.docid + 0 IN (SELECT docid FROM interactions WHERE " + own.sql + ")", own.args}
	}
	last := int64(math.MaxInt64)
	if before != "" {
		at, err := readCursor(before)
		if err != nil {
			return nil, "", err
		}
		if last, err = strconv.ParseInt(at[0], 10, 64); err != nil {
			return nil, "", damagedCursor()
		}
	}
	args := append([]any{query, last}, seen.args...)
	rows, err := d.reader.Query(ctx, `
		SELECT s.docid
		FROM interaction_search AS s
		CROSS JOIN interactions AS x ON x.docid = s.docid
		WHERE interaction_search MATCH ? AND s.docid < ? AND `+seen.sql+`
		ORDER BY s.docid DESC`+limit(s.n+1), args...)
	if docids, err = sqlite.Collect(rows, err, scanDocid); len(docids) > s.n {
		docids = docids[:s.n]
		older = newCursor([3]string{strconv.FormatInt(docids[s.n-1], 10)})
	}
	return docids, older, err
}
