package demo_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/demo"
)

// filled returns a filled registry, and a separate connection to its file.
func filled(t *testing.T, seed uint64) (*db.DB, *sql.DB) {
	t.Helper()
	d, path, _ := dbtest.Open(t)
	if err := demo.Fill(t.Context(), d, db.System, "s", seed, nil); err != nil {
		t.Fatal(err)
	}
	return d, look(t, path)
}

func look(t *testing.T, path string) *sql.DB {
	t.Helper()
	file, err := sql.Open("sqlite3", "file:"+path+"?_query_only=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// lines returns the rows of a query as text.
func lines(t *testing.T, file *sql.DB, query string) []string {
	t.Helper()
	rows, err := file.Query(query)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, v := range values {
			if !v.Valid {
				v.String = "NULL"
			}
			cells = append(cells, v.String)
		}
		all = append(all, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func number(t *testing.T, file *sql.DB, query string) int {
	t.Helper()
	n, err := strconv.Atoi(lines(t, file, query)[0])
	if err != nil {
		t.Fatal(query, err)
	}
	return n
}

// dump returns a hash of the tables of clients.
func dump(t *testing.T, file *sql.DB) string {
	t.Helper()
	h := sha256.New()
	for _, query := range []string{
		"SELECT * FROM users WHERE email LIKE '%pinestreet.example' ORDER BY id",
		"SELECT * FROM organizations ORDER BY id", "SELECT * FROM contacts ORDER BY id",
		"SELECT * FROM organization_contact ORDER BY 1, 2", "SELECT * FROM interactions ORDER BY id", "SELECT * FROM follow_ups ORDER BY id",
		"SELECT * FROM audit_logs WHERE action <> 'import_demo' ORDER BY seq",
	} {
		for _, line := range lines(t, file, query) {
			fmt.Fprintln(h, line)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestTheSample(t *testing.T) {
	t.Parallel()
	d, file := filled(t, 1)
	again, sameFile := filled(t, 1)
	_, otherFile := filled(t, 2)
	one := dump(t, file)
	if dump(t, sameFile) != one {
		t.Error("the same seed made two samples")
	}
	if dump(t, otherFile) == one {
		t.Error("another seed made the same sample")
	}
	t.Run("is whole and true", func(t *testing.T) { t.Parallel(); checkSample(t, d, file) })
	t.Run("is what the verbs would leave", func(t *testing.T) { t.Parallel(); compareWithVerbs(t, again, sameFile) })
}

func checkSample(t *testing.T, d *db.DB, file *sql.DB) {
	t.Helper()
	for table, want := range map[string]int{"organizations": 1_000, "contacts": 3_000, "interactions": 10_000, "users": 4} {
		if n := number(t, file, "SELECT count(*) FROM "+table); n != want {
			t.Errorf("%s: %d rows, want %d", table, n, want)
		}
	}
	for _, check := range []string{"PRAGMA integrity_check", "PRAGMA foreign_key_check"} {
		if found := lines(t, file, check); len(found) > 0 && found[0] != "ok" {
			t.Error(check, found)
		}
	}
	if strings.Join(lines(t, file, dbtest.Tallies), "\n") != strings.Join(lines(t, file, dbtest.PlainTallies), "\n") {
		t.Error("the numbers of the charts are not those of the rows")
	}
	_, empty, _ := dbtest.Open(t)
	const schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"
	if got, want := lines(t, file, schema), lines(t, look(t, empty), schema); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Error("the schema is not as it was")
	}

	now := dbtest.Now.Format("2006-01-02T15:04:05.000Z")
	for what, query := range map[string]string{
		"rows of the future": "SELECT (SELECT count(*) FROM interactions WHERE happened_at > '" + now +
			"' OR happened_at > created_at) + (SELECT count(*) FROM organizations WHERE updated_at > '" +
			now + "') + (SELECT count(*) FROM contacts WHERE updated_at > '" + now + "')",
		"interactions before their ends": "SELECT count(*) FROM interactions i LEFT JOIN organizations o ON o.id = " +
			"organization_id LEFT JOIN contacts c ON c.id = contact_id WHERE o.created_at > happened_at OR c.created_at > happened_at",
		"interactions by those who may not": "SELECT count(*) FROM interactions JOIN users ON users.id = user_id WHERE full_name " +
			"= 'Léa Dubois'",
		"further people who are strangers, or the contact itself": "SELECT count(*) FROM interaction_contact p JOIN interactions i ON i.id = " +
			"interaction_id WHERE i.contact_id IS p.contact_id OR NOT EXISTS (SELECT 1 FROM organization_contact l WHERE " +
			"l.organization_id = i.organization_id AND l.contact_id = p.contact_id)",
		"further people at another time than their interaction": "SELECT count(*) FROM interaction_contact p JOIN interactions i ON " +
			"i.id = interaction_id WHERE p.happened_at <> i.happened_at OR p.next_due_on IS NOT i.next_due_on",
		"further people whom the history does not name": "SELECT (SELECT count(*) FROM interaction_contact) - (SELECT count(*) FROM " +
			"interaction_contact p JOIN audit_participants a ON a.contact_id = p.contact_id JOIN audit_logs ON audit_logs.seq = a.seq " +
			"WHERE action = 'create_interaction' AND target_id = p.interaction_id)",
		"interactions with strangers": "SELECT count(*) FROM interactions i WHERE organization_id IS NOT NULL AND " +
			"contact_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM organization_contact l WHERE l.organization_id = i.organization_id AND " +
			"l.contact_id = i.contact_id)",
		"websites and emails of others": "SELECT count(*) FROM organizations, contacts WHERE contacts.docid = " +
			"organizations.docid AND (website NOT LIKE 'https://%.example' OR email NOT LIKE '%@%.example')",
		"docids": "SELECT (SELECT count(*) FROM organizations WHERE docid IS NULL) + (SELECT count(*) " +
			"FROM contacts WHERE docid IS NULL) + (SELECT count(*) FROM interactions WHERE docid IS NULL)",
		"passwords": "SELECT count(password_hash) FROM users",
		"last contacts of organizations that err": "SELECT count(*) FROM organizations o WHERE (last_contact_at, last_contact_channel) " +
			"IS NOT (SELECT happened_at, channel FROM interactions WHERE organization_id = o.id ORDER BY happened_at DESC, id DESC LIMIT 1)",
		"last contacts of contacts that err": "SELECT count(*) FROM contacts c WHERE (last_contact_at, last_contact_channel) IS " +
			"NOT (SELECT happened_at, channel FROM contact_interactions WHERE contact_id = c.id ORDER BY happened_at DESC, id DESC LIMIT 1)",
		"organizations not sorted by their owner": "SELECT count(*) FROM organizations WHERE owner_name_key IS NOT (SELECT name_key " +
			"FROM users WHERE id = owner_user_id)",
		"contacts not sorted by their owner": "SELECT count(*) FROM contacts WHERE owner_name_key IS NOT (SELECT name_key FROM " +
			"users WHERE id = owner_user_id)",
		"contacts not sorted by their main organization": "SELECT count(*) FROM contacts c WHERE organization_name_key IS NOT (SELECT " +
			"sort_key FROM organization_contact JOIN organizations ON id = organization_id WHERE contact_id = c.id AND is_main = 1)",
		"former main organizations": "SELECT count(*) FROM organization_contact WHERE is_main = 1 AND relationship_status = 'Former'",
		"contacts without a main organization": "SELECT count(DISTINCT contact_id) FROM organization_contact AS l WHERE " +
			"relationship_status <> 'Former' AND NOT EXISTS (SELECT 1 FROM organization_contact WHERE contact_id = l.contact_id AND is_main = 1)",
		"organizations that miscount their contacts": "SELECT count(*) FROM organizations o WHERE contacts_count <> (SELECT count(*) FROM " +
			"organization_contact WHERE organization_id = o.id)",
		"archived without archiving": "SELECT count(*) FROM organizations o WHERE is_active = EXISTS (SELECT 1 FROM " +
			"audit_logs WHERE target_type = 'organization' AND target_id = o.id AND action = 'archive_org')",
		"organizations whose version is not counted": "SELECT count(*) FROM organizations o WHERE version <> (SELECT count(*) FROM " +
			"audit_logs WHERE target_type = 'organization' AND target_id = o.id AND action IN ('create_org', 'update_org', 'archive_org'))",
		"organizations whose update is not the last": "SELECT count(*) FROM organizations o WHERE updated_at <> (SELECT max(created_at) " +
			"FROM audit_logs WHERE target_type = 'organization' AND target_id = o.id AND action IN ('create_org', 'update_org', 'archive_org'))",
		"contacts whose version is not counted": "SELECT count(*) FROM contacts c WHERE version <> (SELECT count(*) FROM audit_logs " +
			"WHERE target_type = 'contact' AND target_id = c.id)",
		"links whose version is not counted": "SELECT (SELECT count(*) FROM audit_logs WHERE action IN ('link_contact', " +
			"'update_link')) - (SELECT sum(version) FROM organization_contact)",
		"interactions without a row": "SELECT (SELECT count(*) FROM interactions) - (SELECT count(*) FROM audit_logs JOIN " +
			"interactions i ON i.id = target_id AND i.created_at = audit_logs.created_at AND ifnull(i.logged_by, i.user_id) = " +
			"audit_logs.user_id WHERE action = " +
			"'create_interaction')",
		"follow-ups whose version is not counted": "SELECT count(*) FROM follow_ups f WHERE version <> (SELECT count(*) FROM audit_logs " +
			"WHERE target_type = 'follow_up' AND target_id = f.id)",
		"follow-ups done unlike their last row": "SELECT count(*) FROM follow_ups f WHERE coalesce(done_at, created_at) <> (SELECT " +
			"max(created_at) FROM audit_logs WHERE target_type = 'follow_up' AND target_id = f.id)",
		"follow-ups of long ago, or done before": "SELECT count(*) FROM follow_ups JOIN interactions i ON i.id = interaction_id WHERE " +
			"i.created_at < '2026-10-24' OR due_on <= date(follow_ups.created_at) OR done_at <= follow_ups.created_at OR done_at > '" + now + "'",
		"interactions that err about their next step": "SELECT count(*) FROM interactions i WHERE next_due_on IS NOT (SELECT due_on FROM " +
			"follow_ups WHERE interaction_id = i.id AND done_at IS NULL)",
		"follow-ups out of number": "SELECT count(*) NOT BETWEEN 20 AND 100 FROM follow_ups",
		"history out of order": "SELECT count(*) FROM audit_logs a JOIN audit_logs b ON b.seq = a.seq + 1 WHERE " +
			"b.created_at < a.created_at",
		"ids out of order": "SELECT count(*) FROM (SELECT created_at, lag(created_at) OVER (ORDER BY id) AS " +
			"before FROM interactions) WHERE before > created_at",
	} {
		if n := number(t, file, query); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	for what, query := range map[string]string{
		"organizations without contacts": "SELECT count(*) FROM organizations WHERE id NOT IN (SELECT organization_id FROM " +
			"organization_contact)",
		"organizations of over 200 contacts": "SELECT count(*) FROM (SELECT 1 FROM organization_contact GROUP BY organization_id HAVING " +
			"count(*) > 200)",
		"people at several organizations": "SELECT count(*) FROM (SELECT 1 FROM organization_contact GROUP BY contact_id HAVING count(*) " +
			"BETWEEN 2 AND 3)",
		"people who moved": "SELECT count(*) FROM organization_contact a JOIN organization_contact b USING (contact_id) " +
			"WHERE a.relationship_status = 'Former' AND b.relationship_status = 'Active'",
		"archived organizations":        "SELECT count(*) FROM organizations WHERE is_active = 0",
		"organizations without owner":   "SELECT count(*) FROM organizations WHERE owner_user_id IS NULL",
		"organizations never contacted": "SELECT count(*) FROM organizations WHERE last_contact_at IS NULL",
		"meetings of several people":    "SELECT count(DISTINCT interaction_id) > 150 FROM interaction_contact",
		"meetings of others than who logged them": "SELECT count(*) FROM interactions JOIN audit_logs ON target_id = interactions.id " +
			"WHERE action = 'create_interaction' AND logged_by = audit_logs.user_id AND metadata ->> '$.changes.user_id.new' = " +
			"interactions.user_id",
		"much contacted organizations": "SELECT count(*) FROM (SELECT 1 FROM interactions GROUP BY organization_id HAVING count(*) > 150)",
		"interactions today":           "SELECT count(*) FROM interactions WHERE happened_at >= date('" + now + "')",
		"follow-ups that are overdue":  "SELECT count(*) FROM follow_ups WHERE done_at IS NULL AND due_on < date('" + now + "')",
		"follow-ups that are to come":  "SELECT count(*) FROM follow_ups WHERE done_at IS NULL AND due_on > date('" + now + "')",
		"follow-ups that are done":     "SELECT count(*) FROM follow_ups WHERE done_at IS NOT NULL",
		"names with an apostrophe":     "SELECT count(*) FROM contacts WHERE last_name LIKE '%''%'",
	} {
		if n := number(t, file, query); n == 0 {
			t.Errorf("no %s", what)
		}
	}
	names := strings.Join(lines(t, file, "SELECT display_name FROM organizations"), "") +
		strings.Join(lines(t, file, "SELECT first_name || last_name FROM contacts"), "")
	for script, table := range map[string]*unicode.RangeTable{
		"Greek": unicode.Greek, "Cyrillic": unicode.Cyrillic, "Arabic": unicode.Arabic, "Hebrew": unicode.Hebrew,
		"Devanagari": unicode.Devanagari, "Han": unicode.Han, "Kana": unicode.Hiragana, "Hangul": unicode.Hangul,
	} {
		if !strings.ContainsFunc(names, func(c rune) bool { return unicode.Is(table, c) }) {
			t.Errorf("no name in %s", script)
		}
	}
	if chain := brokenLink(t, file); chain != "" {
		t.Error(chain)
	}

	reader := db.Actor{May: db.Permissions}
	for _, q := range []string{"kestrel", "山田", "шевчук", "النخيل"} {
		page, _, err := d.Contacts(t.Context(), reader, db.Filter{Query: q})
		if err != nil || len(page) == 0 {
			t.Errorf("nobody is found by %q: %v", q, err)
		}
	}
}

// brokenLink verifies the audit log's chain as db/audit.go describes it, and returns the first
// row that does not fit.
func brokenLink(t *testing.T, file *sql.DB) string {
	t.Helper()
	rows, err := file.Query(`
		SELECT prev_hash, seq, id, ifnull(user_id, ''), action, target_type, ifnull(target_id, ''), metadata_sha256, ifnull(ip, ''), ifnull(ua, ''), created_at, metadata, hash
		FROM audit_logs ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	before := ""
	for seq := 1; rows.Next(); seq++ {
		var f [13]string
		into := make([]any, len(f))
		for i := range f {
			into[i] = &f[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		for _, field := range f[:11] {
			fmt.Fprintf(h, "%d:%s", len(field), field)
		}
		metadata := sha256.Sum256([]byte(f[11]))
		if f[0] != before || f[1] != strconv.Itoa(seq) || f[7] != hex.EncodeToString(metadata[:]) || f[12] != hex.EncodeToString(h.Sum(nil)) {
			return "the chain breaks at row " + f[1]
		}
		before = f[12]
	}
	return ""
}

func compareWithVerbs(t *testing.T, d *db.DB, file *sql.DB) {
	t.Helper()
	ctx := t.Context()
	by := db.Actor{UserID: lines(t, file, "SELECT id FROM users WHERE full_name = 'Sam Okoye'")[0], May: db.Permissions}

	// An update and its reversal make the store index the record and compute its sort key again.
	const index = "SELECT id, sort_key, (SELECT words || ' / ' || organizations FROM contact_search WHERE contact_search.docid = " +
		"contacts.docid), length(last_name) FROM contacts WHERE id IN (SELECT contact_id FROM organization_contact GROUP BY contact_id " +
		"HAVING count(*) = 3) OR docid % 97 = 0 ORDER BY id"
	const organizationIndex = "SELECT id, sort_key, (SELECT words FROM organization_search WHERE organization_search.docid = " +
		"organizations.docid) FROM organizations WHERE docid % 23 = 0 ORDER BY id"
	contacts, organizations := lines(t, file, index), lines(t, file, organizationIndex)
	for _, line := range contacts {
		id := line[:36]
		c, err := d.Contact(ctx, by, id)
		for _, title := range []string{c.Value("job_title") + "x", c.Value("job_title")} {
			if err == nil {
				c, err = d.UpdateContact(ctx, by, id, c.Version, db.Fields{"job_title": title})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range organizations {
		id := line[:36]
		o, err := d.Organization(ctx, by, id)
		for _, sector := range []string{o.Value("sector") + "x", o.Value("sector")} {
			if err == nil {
				o, err = d.UpdateOrganization(ctx, by, id, o.Version, db.Fields{"sector": sector})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const interactionIndex = "SELECT id, (SELECT words FROM interaction_search WHERE interaction_search.docid = interactions.docid) FROM " +
		"interactions WHERE docid % 97 = 0 ORDER BY id"
	interactions := lines(t, file, interactionIndex)
	for _, line := range interactions {
		id := line[:36]
		i, err := d.Interaction(ctx, by, id)
		for _, subject := range []string{i.Subject + "x", i.Subject} {
			if err == nil {
				i, err = d.UpdateInteraction(ctx, by, id, i.Version, db.Fields{"subject": subject})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(contacts) < 30 || len(organizations) < 30 || len(interactions) < 30 {
		t.Error("too few records compared")
	}
	if got := lines(t, file, index); strings.Join(got, "\n") != strings.Join(contacts, "\n") {
		t.Error("contacts are indexed otherwise than by the verbs")
	}
	if got := lines(t, file, organizationIndex); strings.Join(got, "\n") != strings.Join(organizations, "\n") {
		t.Error("organizations are indexed otherwise than by the verbs")
	}

	for _, line := range interactions {
		if got := lines(t, file, "SELECT id, words FROM interactions JOIN interaction_search USING (docid) WHERE id = '"+
			line[:36]+"'"); len(got) != 1 || got[0] != line {
			t.Errorf("an interaction is indexed as %q, by the verb as %q", line, got)
		}
	}

	o, err := d.CreateOrganization(ctx, by, db.Fields{
		"display_name": "Kestrel", "legal_name": "Kestrel Ltd", "website": "kestrel.example",
		"sector": "Media", "size_band": "1-10", "tax_id": "7", "owner_user_id": by.UserID,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	l, err := d.LinkContact(ctx, by, db.NewLink{
		OrganizationID: o.ID, Typed: db.Fields{"role_label": "CFO"},
		Contact: db.Fields{
			"first_name": "Maya", "last_name": "Okafor", "email": "maya@kestrel.example",
			"phone": "1", "mobile": "2", "job_title": "CFO", "owner_user_id": by.UserID,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = d.UpdateLink(ctx, by, o.ID, l.ContactID, 1, db.Fields{"relationship_status": "Former"}); err != nil {
		t.Fatal(err)
	}
	i, err := d.LogInteraction(ctx, by, db.Fields{
		"channel": "call", "subject": "Hello", "body": "b", "outcome": "o", "organization_id": o.ID,
		"contact_id": l.ContactID, "follow_up_text": "Call", "follow_up_due_on": "2026-11-30",
	}, "")
	if err == nil {
		_, err = d.FinishFollowUp(ctx, by, i.Next.ID, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err = d.ArchiveOrganization(ctx, by, o.ID, 1); err != nil {
		t.Fatal(err)
	}
	made := number(t, file, "SELECT seq FROM audit_logs WHERE action = 'import_demo'")
	for _, action := range []string{
		"create_org", "create_contact", "link_contact", "update_link",
		"create_interaction", "create_follow_up", "finish_follow_up", "archive_org",
	} {
		verb := lines(t, file, fmt.Sprintf("SELECT metadata FROM audit_logs WHERE action = '%s' AND seq > %d ORDER BY seq LIMIT 1", action, made))
		ours := lines(t, file, fmt.Sprintf("SELECT metadata FROM audit_logs WHERE action = '%s' AND seq < %d LIMIT 500", action, made))
		want := shape(t, verb[0])
		if !slices.ContainsFunc(ours, func(metadata string) bool { return shape(t, metadata) == want }) {
			t.Errorf("%s: the verb records %s, the sample never does", action, want)
		}
	}
	for _, line := range lines(t, file, "SELECT metadata FROM audit_logs WHERE action IN ('create_interaction', 'create_follow_up', "+
		"'finish_follow_up') ORDER BY seq DESC LIMIT 1000") {
		var m any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(m); len(again) != len(line) {
			t.Fatalf("%s is not written as encoding/json writes it: %s", line, again)
		}
	}
	if chain := brokenLink(t, file); chain != "" {
		t.Error(chain)
	}
}

// shape returns JSON with every text replaced by "…".
func shape(t *testing.T, metadata string) string {
	t.Helper()
	var m any
	if err := json.Unmarshal([]byte(metadata), &m); err != nil {
		t.Fatal(err)
	}
	var blank func(v any) any
	blank = func(v any) any {
		switch v := v.(type) {
		case string:
			return "…"
		case map[string]any:
			for k := range v {
				v[k] = blank(v[k])
			}
		}
		return v
	}
	text, err := json.Marshal(blank(m))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheSampleGoesIntoARegistryWithUsersOnly(t *testing.T) {
	t.Parallel()
	d, path, clock := dbtest.Open(t)
	clock.Add(14*time.Hour + 40*time.Minute) // ten past midnight
	ctx := t.Context()
	u, err := d.SetUp(ctx, db.System, db.NewUser{Email: "ines@pinestreet.example", FullName: "Ines Calder", Hash: "x"})
	if err != nil {
		t.Fatal(err)
	}
	ines := db.Actor{UserID: u.ID, May: db.Permissions}
	if err := demo.Fill(ctx, d, db.Actor{UserID: u.ID, May: []db.Permission{db.EditClient, db.ViewClient}},
		"s", 1, nil); !errors.Is(err, db.ErrForbidden) {
		t.Error("by who may not run the registry:", err)
	}
	var invalid *db.Invalid
	if err := demo.Fill(ctx, d, ines, "xl", 1, nil); !errors.As(err, &invalid) {
		t.Error(err)
	}
	stopped, stop := context.WithCancel(ctx)
	err = demo.Fill(stopped, d, ines, "s", 1, func(done, total int) {
		if done > total/2 {
			stop()
		}
	})
	file := look(t, path)
	if !errors.Is(err, context.Canceled) || number(t, file, "SELECT count(*) FROM organizations") != 0 ||
		number(t, file, "SELECT count(*) FROM users") != 1 {
		t.Error("what was stopped is not gone:", err)
	}
	last := 0
	if err := demo.Fill(ctx, d, ines, "s", 1, func(done, total int) {
		if done < last || total != 28_000 {
			t.Error("progress goes from", last, "to", done, "of", total)
		}
		last = done
	}); err != nil {
		t.Fatal(err)
	}
	if last != 28_000 {
		t.Error("progress ends at", last)
	}
	if lately, err := d.LastTouched(ctx, ines, 5); err != nil || len(lately) != 5 {
		t.Error(lately, err)
	}
	if quiet, err := d.Quiet(ctx, ines, time.Now(), 5); err != nil || len(quiet) != 5 {
		t.Error(quiet, err)
	}
	now := clock.Now().Format("2006-01-02T15:04:05.000Z")
	if n := number(t, file, "SELECT count(*) FROM audit_logs WHERE created_at > '"+now+"'"); n > 0 {
		t.Errorf("%d rows of the future", n)
	}
	if number(t, file, "SELECT count(*) FROM interactions WHERE happened_at > '2026-11-24T21:30'") == 0 {
		t.Error("nothing happened lately")
	}
	if chain := brokenLink(t, file); chain != "" {
		t.Error(chain)
	}
	rows := number(t, file, "SELECT count(*) FROM audit_logs")
	if err := demo.Fill(ctx, d, ines, "s", 1, nil); !errors.As(err, &invalid) || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Error(err)
	}
	if number(t, file, "SELECT count(*) FROM audit_logs") != rows {
		t.Error("a refused sample left something")
	}
}
