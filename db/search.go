package db

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// match builds an FTS4 query that finds records by the beginnings of all typed words. It also
// matches names written with other punctuation, identifiers without spaces, and phone numbers in
// any format. ok is false if there is no word.
// Only lower-case letters and digits reach the query, so that nobody can type its operators.
//
// region is the one of phone numbers without a country code. column limits the search to a column
// of the index and ends with a colon; "" searches all.
func match(typed, region, column string) (query string, ok bool) {
	typed = text.PlainAddress(typed)
	found := text.TellingWords(typed)
	if len(found) == 0 {
		return "", false
	}
	all := slices.Concat([][]string{found}, text.OtherWords(typed))
	for _, number := range text.NumberWords(typed, region) {
		all = append(all, []string{number})
	}
	for i, words := range all {
		all[i] = []string{column + strings.Join(words, "* "+column) + "*"}
	}
	return anySet(all), true
}

// anySet returns a query that matches any of the sets of terms.
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

// contactColumn limits an OwnOnly actor's search to the contacts' own words. Finding a contact by
// an organization's name would reveal an organization that they do not see.
func contactColumn(by Actor) string {
	if by.OwnOnly {
		return "words:"
	}
	return ""
}

// SearchFilter says what to search for and how much to return.
type SearchFilter struct {
	Typed string
	Most  int    // limit per kind
	Kind  string // organizations, contacts or interactions: return only these, and just count the others; "" returns all
	Shown int    // how many per kind to return; 0 returns all that are found
}

// Hits are the results of a search, the best match of each kind first.
type Hits struct {
	Organizations []Organization
	Contacts      []Contact
	Interactions  []Interaction

	FoundOrganizations, FoundContacts, FoundInteractions int    // how many were found, up to Most
	MoreOrganizations, MoreContacts                      bool   // whether there are more than that
	Older                                                string // cursor of further interactions, or "" if there are none

	// MoreInside are the kinds, by their tables, of which there are more by parts of words or similar
	// words. Lists find these only by whole words, so one has to type more.
	MoreInside []string
}

// Similar reports whether nothing matches, and these are names and emails with a letter other than
// typed.
func (h Hits) Similar() bool {
	similar := func(r Record) bool { return r.Similar }
	return slices.ContainsFunc(h.Organizations, similar) || slices.ContainsFunc(h.Contacts, similar)
}

// Search finds organizations, contacts and interactions, including archived records. It finds
// nothing without ViewClient, and no interactions without ViewInteraction.
func (d *DB) Search(ctx context.Context, by Actor, f SearchFilter) (Hits, error) {
	s, err := d.newSearch(ctx, by, f.Typed, f.Most)
	if err != nil || len(s.words) == 0 || !by.Can(ViewClient) {
		return Hits{}, err
	}
	places := []*searchSource{s.source(OrganizationKind, true), s.source(ContactKind, true)}
	var h Hits
	err1 := d.findBest(ctx, s, places[0])
	err2 := d.findBest(ctx, s, places[1])
	err3 := d.findLoosely(ctx, s, places...)
	var err4 error
	talk := s.interactions()
	if by.Can(ViewInteraction) {
		places = append(places, talk)
		h.Older, err4 = d.findInteractions(ctx, s, talk, "")
	}
	if err := errors.Join(err1, err2, err3, err4, d.searchInsideWords(ctx, s, places)); err != nil {
		return Hits{}, fmt.Errorf("search: %w", err)
	}
	if !slices.ContainsFunc(places, func(p *searchSource) bool { return len(p.found) > 0 }) {
		if err := d.searchSimilar(ctx, s, places[0], places[1]); err != nil {
			return Hits{}, fmt.Errorf("search for similar names: %w", err)
		}
	}
	h.FoundOrganizations, h.FoundContacts, h.FoundInteractions = len(places[0].found), len(places[1].found), len(talk.found)
	h.MoreOrganizations, h.MoreContacts = places[0].more, places[1].more
	for _, p := range []*searchSource{places[0], places[1], talk} {
		if p.moreInside {
			h.MoreInside = append(h.MoreInside, p.table)
		}
		if f.Kind != "" && f.Kind != p.table {
			p.found = nil
		} else if f.Shown > 0 && p.kind != ContactKind {
			p.found = p.found[:min(f.Shown, len(p.found))]
		}
	}
	h.Organizations, err1 = d.readRecords(ctx, s, places[0])
	h.Contacts, err2 = d.readContacts(ctx, s, places[1], cmp.Or(f.Shown, f.Most))
	h.Interactions, err3 = d.readInteractions(ctx, s, talk)
	return h, errors.Join(err1, err2, err3)
}

// FindOrganizations returns up to n active organizations for a picker, the best match first. It
// returns none without ViewClient.
func (d *DB) FindOrganizations(ctx context.Context, by Actor, typed string, n int) ([]Organization, error) {
	s, p, err := d.pick(ctx, by, typed, n, OrganizationKind, false)
	if err != nil {
		return nil, err
	}
	return d.readRecords(ctx, s, p)
}

// FindContacts is FindOrganizations for contacts.
func (d *DB) FindContacts(ctx context.Context, by Actor, typed string, n int) ([]Contact, error) {
	most := n
	if text.PhoneNumber(typed) != "" {
		most = max(n, mostNumbers)
	}
	s, p, err := d.pick(ctx, by, typed, most, ContactKind, false)
	if err != nil {
		return nil, err
	}
	return d.readContacts(ctx, s, p, n)
}

// mostNumbers is how many contacts with numbers that end like a typed one are read to put its own first.
const mostNumbers = 20

// readContacts reads the first n contacts that were found: those with a typed phone number before
// those whose numbers only end like it.
func (d *DB) readContacts(ctx context.Context, s search, p *searchSource, n int) ([]Contact, error) {
	if text.PhoneNumber(s.typed) == "" {
		p.found = p.found[:min(n, len(p.found))]
		return d.readRecords(ctx, s, p)
	}
	found, err := d.readRecords(ctx, s, p)
	rank := func(c Contact) int {
		if text.IsNumber(c.Value("phone"), s.typed) || text.IsNumber(c.Value("mobile"), s.typed) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b Contact) int { return rank(a) - rank(b) })
	return found[:min(n, len(found))], err
}

// search is a query by an actor.
type search struct {
	by     Actor
	typed  string
	words  []string // the typed words that records must have, folded like those of the indexes
	region string   // see match
	few    bool     // see ownsFew
	n      int      // limit per kind
}

func (d *DB) newSearch(ctx context.Context, by Actor, typed string, n int) (s search, err error) {
	s = search{by: by, typed: typed, words: text.TellingWords(text.PlainAddress(typed)), region: d.PhoneRegion(), n: n}
	s.few, err = d.ownsFew(ctx, by)
	return s, err
}

// searchSource is one table that a search looks in, and what was found there.
type searchSource struct {
	kind         *RecordKind // nil for interactions
	table, index string
	seen         condition // applies to the table as x
	active       int       // 1 to find active records only, else 0
	found        []int64   // docids, best match first
	byName       int       // how many of them, the first ones, have all words in the name
	byClients    int       // how many of them were found only with the names of their clients
	more         bool      // there are more
	moreInside   bool      // there are more, which lists do not find
	similar      bool      // they are only similar to what was typed
}

func (s search) source(kind *RecordKind, archived bool) *searchSource {
	p := &searchSource{kind: kind, table: kind.Plural, index: kind.words, seen: kind.sees(s.by, "x.id"), active: 1}
	if archived {
		p.active = 0
	}
	return p
}

func (s search) interactions() *searchSource {
	return &searchSource{table: "interactions", index: "interaction_search", seen: s.by.seesInteraction("x")}
}

func (d *DB) pick(
	ctx context.Context, by Actor, typed string, n int, kind *RecordKind, archived bool,
) (search, *searchSource, error) {
	s, err := d.newSearch(ctx, by, typed, n)
	p := s.source(kind, archived)
	if err == nil && len(s.words) > 0 && by.Can(ViewClient) {
		if err = errors.Join(d.findBest(ctx, s, p), d.findLoosely(ctx, s, p)); err == nil {
			err = d.searchInsideWords(ctx, s, []*searchSource{p})
		}
		if err == nil && len(p.found) == 0 {
			err = d.searchSimilar(ctx, s, p)
		}
	}
	return s, p, err
}

func (d *DB) readRecords(ctx context.Context, s search, p *searchSource) ([]Record, error) {
	all, err := readFound(ctx, d, s.by, p, p.kind.scanner())
	for i := range all {
		all[i].Similar = p.similar
	}
	return d.addOwnerNames(ctx, s.by, all, err)
}

func (d *DB) readInteractions(ctx context.Context, s search, p *searchSource) ([]Interaction, error) {
	all, err := readFound(ctx, d, s.by, p, interactionScanner())
	return d.addUserNames(ctx, all, err)
}

// readFound reads the records that were found, in the order they were found.
func readFound[T any](ctx context.Context, d *DB, by Actor, p *searchSource, scan func(sqlite.Row) (T, error)) ([]T, error) {
	if len(p.found) == 0 {
		return nil, nil
	}
	read, args := selectInteractionFor(by, unnamed)
	if p.kind != nil {
		read, args = p.kind.read(by, "sort_key", unnamed)
	}
	rows, err := d.reader.Query(ctx, read+`
		JOIN (SELECT key AS place, value AS docid FROM json_each(?)) AS found ON found.docid = `+p.table+`.docid
		ORDER BY place`, append(args, listDocids(p.found))...)
	return sqlite.Collect(rows, err, scan)
}

// listDocids lists docids for json_each.
func listDocids(docids []int64) string {
	list, _ := json.Marshal(docids)
	return string(list)
}

func scanDocid(r sqlite.Row) (docid int64, err error) { return docid, r.Scan(&docid) }

// Limits of how many matches a search sorts by rank: exact word matches, prefix matches (both
// newest first), and names that start with what was typed.
const (
	mostExact    = 50
	mostPrefixed = 100
	mostNames    = 20
)

// findBest finds organizations or contacts, ordered by rank, by name before other fields, active
// before archived, last changed first. It also looks up names equal to what was typed, so that the
// limits never cut them off.
func (d *DB) findBest(ctx context.Context, s search, p *searchSource) error {
	column := ""
	if p.kind == ContactKind {
		column = contactColumn(s.by)
	}
	begun, _ := match(s.typed, s.region, column)
	whole := column + strings.Join(s.words, " "+column)
	name := text.SortKey(strings.Join(strings.Fields(s.typed), " "))
	among, most := p.visibleMatches(s)
	byWords, byName, ofName := rank("words", strings.Join(s.words, " ")), rank("sort_key", name), p.kind.sees(s.by, p.table+".id")
	together, err := d.together(ctx, s, p)
	if err != nil {
		return err
	}
	named := p.named(s)
	matches := "SELECT docid, words FROM " + p.index + " WHERE " + p.index + " MATCH ? AND " + among.sql
	names := nameOrders(name)
	args := slices.Concat(
		named.args, byWords.args, []any{whole}, among.args,
		byWords.args, []any{begun}, among.args,
		[]any{names[0], names[0], names[1], names[1], names[2], names[2]}, ofName.args,
		byName.args, []any{name, name + string(utf8.MaxRune)}, ofName.args, []any{p.active},
		p.seen.args, together.args)
	rows, err := d.reader.Query(ctx, `
		SELECT candidate.docid, rank < 3 OR `+named.sql+` AS by_name
		FROM (
			SELECT docid, `+byWords.sql+` AS rank FROM (`+matches+limit(most.exact)+`)
			UNION ALL
			SELECT docid, `+byWords.sql+` FROM (`+matches+limit(most.prefixed)+`)
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
		ORDER BY rank, by_name DESC, `+together.sql+`, is_active DESC, updated_at DESC, sort_key, candidate.docid`, args...)
	if err != nil {
		return err
	}
	if err := p.takeBest(rows, s.n); err != nil || !p.more || p.byName == s.n || s.few {
		return err
	}
	return d.findNames(ctx, s, p, whole, begun)
}

// sortLimits says how many matches of each sort a search ranks; -1 is no limit.
type sortLimits struct{ exact, prefixed, names int }

// visibleMatches returns a condition for matches that the actor sees, and how many of them to rank.
// If the actor has few clients, all of theirs are ranked.
func (p *searchSource) visibleMatches(s search) (among condition, most sortLimits) {
	switch {
	case s.few:
		own := p.own(s.by)
		return condition{"+docid IN (SELECT docid FROM " + p.table + " WHERE " + own.sql + ")", own.args}, sortLimits{0, -1, 0}
	case s.by.OwnOnly:
		among = condition{"EXISTS (SELECT 1 FROM " + p.table + " AS x WHERE x.docid = " + p.index + ".docid AND " + p.seen.sql + ")", p.seen.args}
	default:
		among = always
	}
	return among, sortLimits{mostExact, mostPrefixed, mostNames}
}

// rank is an SQL expression for how well a column matches: 0 equal, 1 starts with the typed words,
// 2 starts with the typed letters, 3 any other match.
func rank(column, typed string) condition {
	return condition{
		"CASE WHEN " + column + " = ? THEN 0 WHEN instr(" + column + ", ?) <> 1 THEN 3 " +
			"WHEN instr(" + column + " || ' ', ?) = 1 THEN 1 ELSE 2 END",
		[]any{typed, typed, typed + " "},
	}
}

// nameOrders returns a folded name as typed, with the last word moved to the front, and with the
// first word moved to the end. Contacts are sorted by last name.
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
