package db_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/text"
)

// model is a registry as plain rows, read without the program's queries. It computes filters,
// orders and pages in memory.
type model struct {
	*dbtest.Office
	table string
	rows  map[string]map[string]string // by ID; columns, with "" for NULL
	links []map[string]string
	talks []map[string]string // interactions; people are their contact and further people
	last  map[string]string   // when an organization or a contact was last spoken to, by ID
	names map[string]string   // of organizations, as sorted
	owner map[string]string   // of organizations and contacts, by ID
	own   string              // the actor with OwnOnly; "" sees all
}

func (m *model) read(t *testing.T) {
	t.Helper()
	m.rows = map[string]map[string]string{}
	for _, row := range m.maps(t, "SELECT *, ifnull((SELECT name_key FROM users WHERE users.id = owner_user_id), '') AS owner_name FROM "+
		m.table) {
		m.rows[row["id"]] = row
	}
	m.links = m.maps(t, "SELECT * FROM organization_contact")
	m.talks, m.last = m.maps(t, `
		SELECT *, concat_ws(' ', contact_id, (SELECT group_concat(contact_id, ' ') FROM interaction_contact WHERE interaction_id = id)) AS people
		FROM interactions`), map[string]string{}
	for _, i := range m.talks {
		for _, id := range append(strings.Fields(i["people"]), i["organization_id"]) {
			m.last[id] = max(m.last[id], i["happened_at"])
		}
	}
	m.names, m.owner = map[string]string{}, map[string]string{}
	for _, o := range m.maps(t, "SELECT id, sort_key FROM organizations") {
		m.names[o["id"]] = o["sort_key"]
	}
	for _, x := range m.maps(t, "SELECT id, owner_user_id FROM organizations UNION ALL SELECT id, owner_user_id FROM contacts") {
		m.owner[x["id"]] = x["owner_user_id"]
	}
}

// sees reports whether the actor owns the record or one linked to it.
func (m *model) sees(id string) bool {
	return m.own == "" || m.owner[id] == m.own || slices.ContainsFunc(m.links, func(l map[string]string) bool {
		return l["organization_id"] == id && m.owner[l["contact_id"]] == m.own || l["contact_id"] == id && m.owner[l["organization_id"]] == m.own
	})
}

func (m *model) maps(t *testing.T, query string) []map[string]string {
	t.Helper()
	rows, err := m.SQL(t).Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns := must(rows.Columns())(t)
	var all []map[string]string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i, column := range columns {
			if v := *values[i].(*any); v != nil {
				row[column] = fmt.Sprint(v)
			}
		}
		all = append(all, row)
	}
	return all
}

// matches reports whether a record matches the filter.
func (m *model) matches(id string, f db.Filter) bool {
	row := m.rows[id]
	within := func(value string, r db.Range) bool {
		const layout = "2006-01-02T15:04:05.000Z"
		return (r.From.IsZero() || value >= r.From.Format(layout)) && (r.To.IsZero() || value != "" && value < r.To.Format(layout))
	}
	link := func(fits func(map[string]string) bool) bool {
		end := strings.TrimSuffix(m.table, "s") + "_id"
		return slices.ContainsFunc(m.links, func(l map[string]string) bool {
			return l[end] == id && fits(l) && m.sees(l["organization_id"]) && m.sees(l["contact_id"])
		})
	}
	last := m.last[id]
	switch {
	case !m.sees(id):
	case f.Status == "archived" && row["is_active"] == "1", f.Status != "archived" && f.Status != "all" && row["is_active"] == "0":
	case !chosen(row["owner_user_id"], f.Owner):
	case m.table == "organizations" && (!chosen(row["sector"], f.Equal["sector"]) || !chosen(row["size_band"], f.Equal["size_band"])):
	case narrows(f.Relationship, f.Role) && !link(func(l map[string]string) bool {
		return chosen(l["relationship_status"], f.Relationship) && chosen(l["role_label"], f.Role)
	}):
	case f.Missing == "contacts" && (m.table == "contacts" || link(func(map[string]string) bool { return true })):
	case f.Missing == "email" && (m.table == "organizations" || row["email"] != ""):
	case !within(row["created_at"], f.Created), !within(row["updated_at"], f.Updated), !within(last, f.Contacted):
	case f.Never && last != "", !f.QuietSince.IsZero() && cmp.Or(last, row["created_at"]) >= f.QuietSince.Format("2006-01-02T15:04:05.000Z"):
	case f.Query != "" && !strings.Contains(row["sort_key"], f.Query):
	default:
		return true
	}
	return false
}

// chosen reports whether a value is one that a filter wants.
func chosen(value string, f db.ValueFilter) bool {
	listed := f.None && value == "" || slices.ContainsFunc(f.Values, func(v string) bool { return value != "" && alike(value, v) })
	return !narrows(f) || listed != f.Not
}

// narrows reports whether one of the filters leaves anything out.
func narrows(filters ...db.ValueFilter) bool {
	return slices.ContainsFunc(filters, func(f db.ValueFilter) bool { return f.None || len(f.Values) > 0 })
}

// alike reports whether filters treat two values as equal.
func alike(a, b string) bool { return text.SortKey(a) == text.SortKey(b) }

const unset = "\U0010FFFF"

// key returns the values that a row is sorted by.
func (m *model) key(id, column string) []string {
	row := m.rows[id]
	or := func(v string) string { return cmp.Or(v, unset) }
	name := row["sort_key"]
	switch column {
	case "sector", "email", "job_title":
		return []string{text.SortKey(or(row[column])), name, id}
	case "phone":
		return []string{or(cmp.Or(row["phone"], row["mobile"])), name, id}
	case "size_band":
		if row["size_band"] == "" {
			return []string{unset, name, id}
		}
		n, _ := strconv.Atoi(strings.TrimRight(strings.Split(text.SortKey(row["size_band"]), "-")[0], "+"))
		return []string{fmt.Sprintf("%010d", n) + text.SortKey(row["size_band"]), name, id}
	case "owner":
		return []string{or(row["owner_name"]), name, id}
	case "contacts":
		n := 0
		for _, l := range m.links {
			if l["organization_id"] == id {
				n++
			}
		}
		return []string{fmt.Sprintf("%010d", n), name, id}
	case "organization":
		first := unset
		for _, l := range m.links {
			if l["contact_id"] == id && l["is_main"] == "1" {
				first = min(first, m.names[l["organization_id"]])
			}
		}
		return []string{first, name, id}
	case "created_at", "updated_at":
		return []string{row[column], id}
	case "last_contact":
		return []string{m.last[id], id}
	}
	return []string{name, id}
}

// sorted returns the IDs that match a filter, in its order.
func (m *model) sorted(f db.Filter) []string {
	found := slices.DeleteFunc(slices.Sorted(maps.Keys(m.rows)), func(id string) bool { return !m.matches(id, f) })
	column := strings.TrimPrefix(f.Sort, "-")
	if m.own != "" && (column == "contacts" || column == "organization") {
		column, f.Sort = "", "" // this order would reveal hidden links
	}
	slices.SortStableFunc(found, func(a, b string) int {
		order := slices.Compare(m.key(a, column), m.key(b, column))
		if strings.HasPrefix(f.Sort, "-") {
			return -order
		}
		return order
	})
	return found
}

// page reads a page of the store, and returns its IDs and the next cursor.
func (m *model) page(t *testing.T, by db.Actor, f db.Filter) (ids []string, next string) {
	t.Helper()
	if m.table == "organizations" {
		page, next, err := m.Organizations(t.Context(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page {
			ids = append(ids, o.ID)
		}
		return ids, next
	}
	page, next, err := m.Contacts(t.Context(), by, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range page {
		ids = append(ids, c.ID)
	}
	return ids, next
}

func (m *model) pages(t *testing.T, by db.Actor, f db.Filter, between func()) (ids []string) {
	t.Helper()
	for {
		page, next := m.page(t, by, f)
		ids = append(ids, page...)
		if next == "" {
			return ids
		}
		if len(page) != db.PageSize {
			t.Fatalf("a page of %d with more behind it", len(page))
		}
		between()
		f.After = next
	}
}

// checkNeighbours checks what is before and after one of a list's records, and that others have nothing
// there.
func (m *model) checkNeighbours(t *testing.T, by db.Actor, f db.Filter, list []string, r *rand.Rand) {
	t.Helper()
	k := map[string]*db.RecordKind{"organizations": db.OrganizationKind, "contacts": db.ContactKind}[m.table]
	id, before, after := random(r, slices.Sorted(maps.Keys(m.rows))...), "", ""
	if len(list) > 0 && r.IntN(4) > 0 {
		id = random(r, list...)
	}
	if at := slices.Index(list, id); at >= 0 {
		before, after = slices.Concat([]string{""}, list)[at], slices.Concat(list, []string{""})[at+1]
	}
	x, y, err := m.Neighbors(t.Context(), by, k, f, id)
	if err != nil || x.ID != before || y.ID != after {
		t.Errorf("%+v: beside %s are %q and %q, want %q and %q: %v", f, id, x.ID, y.ID, before, after, err)
	}
}

func (m *model) count(t *testing.T, by db.Actor, f db.Filter) (n int, more bool) {
	t.Helper()
	count := m.CountContacts
	if m.table == "organizations" {
		count = m.CountOrganizations
	}
	n, more, err := count(t.Context(), by, f)
	if err != nil {
		t.Fatal(err)
	}
	return n, more
}

// random returns one of the values.
func random(r *rand.Rand, values ...string) string { return values[r.IntN(len(values))] }

// some returns a filter for one or several of the values, for none, or for all others.
func some(r *rand.Rand, values ...string) db.ValueFilter {
	f := db.ValueFilter{None: r.IntN(4) == 0, Not: r.IntN(3) == 0}
	for n := r.IntN(3); n >= 0 && !(f.None && n == 0); n-- {
		f.Values = append(f.Values, random(r, values...))
	}
	return f
}

// newModel returns an office with 260 organizations and as many contacts. They have few distinct
// values, so that many rows tie.
func newModel(t *testing.T, r *rand.Rand) *model {
	t.Helper()
	m := &model{Office: dbtest.OpenOffice(t)}
	owners := []string{"", "", m.Ines.UserID, m.Tomas.UserID, m.Lea.UserID}
	var organizations, contacts []string
	for n := range 260 {
		if n%9 == 0 {
			m.Clock.Add(time.Hour)
		}
		o := must(m.CreateOrganization(t.Context(), m.Tomas, db.Fields{
			"display_name": "Haus " + random(r, "a", "b", "é", "ø", "株"),
			"sector":       random(r, "", "Retail", "retail", "Media", "Énergie", "ENERGIE", "Øl"),
			"size_band":    random(r, "", "1-10", "11-50", "1000+", "201-500", "large", "Large", "١١-٥٠"), "owner_user_id": random(r, owners...),
		}, ""))(t)
		c := must(m.CreateContact(t.Context(), m.Tomas, db.Fields{
			"first_name": "Kim", "last_name": random(r, "a", "B", "ß"),
			"job_title": random(r, "", "CFO", "cfo", "Head", "Équipe"), "owner_user_id": random(r, owners...),
			"phone": random(r, "", "070 1", "+46 2"), "mobile": random(r, "", "080"),
			"email": random(r, "", fmt.Sprint("A", n, "@x.example"), fmt.Sprint("b", n, "@x.example"), fmt.Sprint("é", n, "@x.example")),
		}, ""))(t)
		organizations, contacts = append(organizations, o.ID), append(contacts, c.ID)
	}
	for range 400 {
		_, err := m.LinkContact(t.Context(), m.Tomas, db.NewLink{
			OrganizationID: random(r, organizations...), ContactID: random(r, contacts...),
			Typed: db.Fields{
				"role_label":          random(r, "", "CFO", "CEO", "ceo", "Chargée", "CHARGEE"),
				"relationship_status": random(r, "Active", "Prospect", "Former"),
			},
		})
		if err != nil && !strings.Contains(err.Error(), "linked to") {
			t.Fatal(err)
		}
	}
	for range 300 { // one in three is with further people only
		typed := db.Fields{
			"channel": random(r, db.Channels...), "subject": "x", "organization_id": random(r, organizations...),
			"contact_id":  random(r, "", random(r, contacts...), random(r, contacts...)),
			"happened_at": fmt.Sprintf("2026-%02d-%02dT10:00", r.IntN(10)+1, r.IntN(5)+1), "user_id": random(r, m.Tomas.UserID, m.Ines.UserID),
		}
		for range r.IntN(4) {
			typed["participant_id"] += " " + random(r, contacts...)
		}
		must(m.LogInteraction(t.Context(), m.Tomas, typed, ""))(t)
	}
	for n, id := range organizations {
		if n%6 == 0 {
			must(m.ArchiveOrganization(t.Context(), m.Tomas, id, 1))(t)
			must(m.ArchiveContact(t.Context(), m.Tomas, contacts[n], 1))(t)
		}
	}
	return m
}

// filter returns a random filter, often with one or two conditions.
func (m *model) filter(r *rand.Rand) db.Filter {
	day := func(month int) time.Time { return time.Date(2026, time.Month(month), 3, 0, 0, 0, 0, time.UTC) }
	made := func() db.Range {
		from := dbtest.Now.Add(time.Duration(r.IntN(20)) * time.Hour)
		return []db.Range{{From: from}, {To: from}, {From: from, To: from.Add(6 * time.Hour)}}[r.IntN(3)]
	}
	conditions := []func(*db.Filter){
		func(f *db.Filter) { f.Owner = some(r, m.Ines.UserID, m.Tomas.UserID, "nobody") },
		func(f *db.Filter) { f.Equal["sector"] = some(r, "Retail", "Media", "énergie", "None") },
		func(f *db.Filter) { f.Equal["size_band"] = some(r, "1-10", "11-50", "large") },
		func(f *db.Filter) { f.Relationship = some(r, "Active", "Prospect", "Former") },
		func(f *db.Filter) { f.Role = some(r, "CFO", "CEO", "chargée", "None") },
		func(f *db.Filter) { f.Missing = random(r, "contacts", "email") },
		func(f *db.Filter) { f.Created = made() },
		func(f *db.Filter) { f.Updated = made() },
		func(f *db.Filter) {
			f.Contacted = []db.Range{{From: day(4)}, {To: day(6)}, {From: day(3), To: day(8)}}[r.IntN(3)]
		},
		func(f *db.Filter) { f.Never = true },
		func(f *db.Filter) { f.QuietSince = day(r.IntN(9) + 1) },
		func(f *db.Filter) { f.Query = map[string]string{"organizations": "haus", "contacts": "kim"}[m.table] },
	}
	f := db.Filter{Status: random(r, "active", "archived", "all"), Equal: map[string]db.ValueFilter{}}
	for range r.IntN(4) {
		conditions[r.IntN(len(conditions))](&f)
	}
	sorts := map[string][]string{
		"organizations": {"display_name", "sector", "size_band", "owner", "contacts", "last_contact", "created_at", "updated_at"},
		"contacts":      {"last_name", "organization", "job_title", "email", "phone", "owner", "last_contact", "created_at", "updated_at"},
	}
	f.Sort = random(r, "", "-") + random(r, sorts[m.table]...)
	return f
}

// TestListsAreWhatThePlainModelSays compares pages, orders and counts of random filters with the
// model's, both as few and as many matches.
func TestListsAreWhatThePlainModelSays(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"organizations", "contacts"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(20261122, 3))
			m := newModel(t, r)
			m.table = table
			m.read(t)
			for _, most := range []int{10_000, 10} {
				m.CountUpTo(most)
				m.NewContact(t, "Kim", "of a new count", "") // drops the memoized counts
				m.read(t)
				for range 150 {
					f := m.filter(r)
					wanted := m.sorted(f)
					if got := m.pages(t, m.Lea, f, func() {}); !slices.Equal(got, wanted) {
						t.Errorf("%+v, counted up to %d: %d rows that are not the %d wanted, or in another order", f, most, len(got), len(wanted))
					}
					m.checkNeighbours(t, m.Lea, f, wanted, r)
					n, more := m.count(t, m.Lea, f)
					want(t, fmt.Sprintf("count of %+v", f), [2]any{n, more}, [2]any{min(len(wanted), most), len(wanted) > most})
				}
			}
		})
	}
}

// TestListsOfOwnClientsAreWhatThePlainModelSays does the same for an OwnOnly actor with few
// clients, and for one with more than fewClients.
func TestListsOfOwnClientsAreWhatThePlainModelSays(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"organizations", "contacts"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(20261122, 6))
			m := newModel(t, r)
			m.table = table
			m.Exec(t, `
				INSERT INTO contacts (id, first_name, last_name, owner_user_id)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
				SELECT printf('%08x-0000-7000-8000-000000000000', i), 'Many', 'More', ? FROM n`, m.Lea.UserID)
			m.Ines.OwnOnly, m.Lea.OwnOnly = true, true
			for n, most := range []int{10_000, 10} {
				m.CountUpTo(most)
				m.NewContact(t, "Kim", "of a new count", "")
				m.read(t)
				for i := range 60 {
					by := []db.Actor{m.Ines, m.Ines, m.Lea}[(i+n)%3]
					m.own = by.UserID
					f := m.filter(r)
					wanted := m.sorted(f)
					if got := m.pages(t, by, f, func() {}); !slices.Equal(got, wanted) {
						t.Errorf("%+v, counted up to %d: %d rows that are not the %d wanted, or in another order", f, most, len(got), len(wanted))
					}
					m.checkNeighbours(t, by, f, wanted, r)
					count, more := m.count(t, by, f)
					want(t, fmt.Sprintf("count of %+v", f), [2]any{count, more}, [2]any{min(len(wanted), most), len(wanted) > most})
				}
			}
		})
	}
}

// fits reports whether the actor sees an interaction, and it matches the filter.
func (m *model) fits(i map[string]string, f db.InteractionFilter) bool {
	people := strings.Fields(i["people"])
	day := func(t time.Time) string { return t.Format("2006-01-02") }
	switch {
	case f.OrganizationID != "" && (i["organization_id"] != f.OrganizationID || !m.sees(f.OrganizationID)),
		f.ContactID != "" && (!slices.Contains(people, f.ContactID) || !m.sees(f.ContactID)):
	case !chosen(i["user_id"], f.User), !chosen(i["channel"], f.Channel), !chosen(i["outcome"], f.Outcome):
	case !f.From.IsZero() && i["happened_at"] < day(f.From), !f.To.IsZero() && i["happened_at"] >= day(f.To):
	default:
		return slices.ContainsFunc(append(people, i["organization_id"]), m.sees)
	}
	return false
}

// TestListsOfInteractionsAreWhatThePlainModelSays: timelines and the feed, for somebody who sees all and for an OwnOnly
// actor. People may be further ones only.
func TestListsOfInteractionsAreWhatThePlainModelSays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261128, 1))
	m := newModel(t, r)
	m.table = "contacts"
	for _, id := range m.Column(t, "SELECT id FROM interactions ORDER BY id") {
		m.Exec(t, "UPDATE interactions SET outcome = nullif(?, ''), user_id = nullif(?, '') WHERE id = ?",
			random(r, "", "Won", "won", "Lost", "No answer"), random(r, "", m.Tomas.UserID, m.Ines.UserID, m.Lea.UserID), id)
	}
	m.read(t)
	var organizations, further []string
	for _, i := range m.talks {
		organizations = append(organizations, i["organization_id"])
		if people := strings.Fields(i["people"]); i["contact_id"] == "" && len(people) > 0 {
			further = append(further, people...)
		}
	}
	contacts := append(slices.Sorted(maps.Keys(m.rows)), slices.Repeat(further, 3)...)
	m.Ines.OwnOnly = true
	for n := range 400 {
		by := []db.Actor{m.Lea, m.Ines}[n%2]
		m.own = map[bool]string{true: by.UserID}[by.OwnOnly]
		f := db.InteractionFilter{Limit: 7}
		for range r.IntN(4) {
			day := time.Date(2026, time.Month(r.IntN(10)+1), r.IntN(5)+1, 0, 0, 0, 0, time.UTC)
			[]func(){
				func() { f.OrganizationID = random(r, organizations...) },
				func() { f.ContactID = random(r, contacts...) },
				func() { f.User = some(r, m.Tomas.UserID, m.Ines.UserID, m.Lea.UserID) },
				func() { f.Channel = some(r, db.Channels...) },
				func() { f.Outcome = some(r, "Won", "lost", "Lost", "No answer", "nothing of this") },
				func() { f.From = day },
				func() { f.To = day },
			}[r.IntN(7)]()
		}
		var wanted, got []string
		for _, i := range m.talks {
			if m.fits(i, f) {
				wanted = append(wanted, i["happened_at"]+" "+i["id"])
			}
		}
		slices.Sort(wanted)
		slices.Reverse(wanted)
		count, _, err := m.CountInteractions(t.Context(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			page, older, err := m.Interactions(t.Context(), by, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range page {
				got = append(got, i.HappenedAt.Format("2006-01-02T15:04:05.000Z")+" "+i.ID)
			}
			f.Before, more = older, older != ""
		}
		if !slices.Equal(got, wanted) || count != len(wanted) {
			t.Errorf("%+v, own clients only %t: %d rows, counted %d, that are not the %d wanted", f, by.OwnOnly, len(got), count, len(wanted))
		}
	}
}

// TestAWalkedListMissesNothing pages through lists while rows are created, changed and archived.
// Rows that exist throughout are listed once and in order, and no row is listed twice.
func TestAWalkedListMissesNothing(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"organizations", "contacts"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(20261122, 4))
			m := newModel(t, r)
			m.table = table
			for n := range 40 {
				m.CountUpTo([]int{10_000, 10}[n%2])
				f := m.filter(r)
				f.Status = random(r, "active", "all")
				m.read(t)
				wanted, touched := m.sorted(f), map[string]bool{}
				got := m.pages(t, m.Lea, f, func() {
					m.Clock.Add(time.Minute)
					for range 3 {
						if table == "organizations" {
							touched[m.NewOrganization(t, "Haus "+random(r, "a", "c")).ID] = true
						} else {
							touched[m.NewContact(t, "Kim", random(r, "a", "c"), "").ID] = true
						}
						id := random(r, slices.Sorted(maps.Keys(m.rows))...)
						touched[id] = true
						m.archive(t, id)
					}
				})
				drop := func(id string) bool { return touched[id] && strings.HasSuffix(f.Sort, "updated_at") } // it has moved
				if got := slices.DeleteFunc(slices.Sorted(slices.Values(got)), drop); len(slices.Compact(slices.Clone(got))) != len(got) {
					t.Errorf("%+v: a row is listed twice", f)
				}
				drop = func(id string) bool { return touched[id] }
				if got, wanted := slices.DeleteFunc(got, drop), slices.DeleteFunc(wanted, drop); !slices.Equal(got, wanted) {
					t.Errorf("%+v: %d of the rows that existed throughout are listed, want %d", f, len(got), len(wanted))
				}
			}
		})
	}
}

func (m *model) archive(t *testing.T, id string) {
	t.Helper()
	version, _ := strconv.Atoi(m.Column(t, "SELECT version FROM "+m.table+" WHERE id = ?", id)[0])
	if m.table == "organizations" {
		must(m.ArchiveOrganization(t.Context(), m.Tomas, id, version))(t)
	} else {
		must(m.ArchiveContact(t.Context(), m.Tomas, id, version))(t)
	}
}
