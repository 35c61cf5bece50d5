package db_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

// column is a column that programs may rely on.
type column struct {
	name     string
	length   int    // in characters; 0 means no such limit
	required bool   // NOT NULL
	to       string // "table DELETE RULE" of a foreign key
	initial  string // default, as SQL
}

const clock = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

// contract are the columns that programs may rely on. Some may be added, but none removed.
var contract = map[string][]column{
	"users": {
		{name: "id", required: true},
		{name: "email", length: 190, required: true},
		{name: "full_name", length: 160, required: true},
		{name: "password_hash"},
		{name: "status", required: true, initial: "'invited'"},
		{name: "time_zone", length: 64, required: true, initial: "'UTC'"},
		{name: "created_at", required: true, initial: clock},
		{name: "updated_at", required: true, initial: clock},
	},
	"roles": {
		{name: "id", required: true},
		{name: "slug", length: 80, required: true},
		{name: "name", length: 80, required: true},
		{name: "description", length: 400},
	},
	"permissions": {
		{name: "id", required: true}, {name: "slug", length: 80, required: true}, {name: "description", length: 400},
	},
	"role_permission": {
		{name: "role_id", required: true, to: "roles CASCADE"}, {name: "permission_id", required: true, to: "permissions CASCADE"},
	},
	"user_role": {
		{name: "user_id", required: true, to: "users CASCADE"}, {name: "role_id", required: true, to: "roles CASCADE"},
	},
	"organizations": {
		{name: "id", required: true},
		{name: "legal_name", length: 200, required: true},
		{name: "display_name", length: 160, required: true},
		{name: "website", length: 200},
		{name: "sector", length: 80},
		{name: "size_band", length: 40},
		{name: "tax_id", length: 50},
		{name: "owner_user_id", to: "users SET NULL"},
		{name: "is_active", required: true, initial: "1"},
		{name: "created_at", required: true, initial: clock},
		{name: "updated_at", required: true, initial: clock},
		{name: "version", required: true, initial: "1"},
	},
	"contacts": {
		{name: "id", required: true},
		{name: "first_name", length: 80, required: true},
		{name: "last_name", length: 80, required: true},
		{name: "email", length: 190},
		{name: "phone", length: 40},
		{name: "mobile", length: 40},
		{name: "job_title", length: 120},
		{name: "owner_user_id", to: "users SET NULL"},
		{name: "is_active", required: true, initial: "1"},
		{name: "created_at", required: true, initial: clock},
		{name: "updated_at", required: true, initial: clock},
		{name: "version", required: true, initial: "1"},
	},
	"organization_contact": {
		{name: "organization_id", required: true, to: "organizations CASCADE"},
		{name: "contact_id", required: true, to: "contacts CASCADE"},
		{name: "role_label", length: 120},
		{name: "relationship_status", required: true, initial: "'Active'"},
		{name: "version", required: true, initial: "1"},
	},
	"interactions": {
		{name: "id", required: true},
		{name: "organization_id", to: "organizations SET NULL"},
		{name: "contact_id", to: "contacts SET NULL"},
		{name: "user_id", to: "users SET NULL"},
		{name: "channel", required: true},
		{name: "subject", length: 200, required: true},
		{name: "body"},
		{name: "outcome", length: 80},
		{name: "happened_at", required: true},
		{name: "created_at", required: true, initial: clock},
		{name: "version", required: true, initial: "1"},
		{name: "logged_by", to: "users SET NULL"},
	},
	"interaction_contact": {
		{name: "interaction_id", required: true, to: "interactions CASCADE"},
		{name: "contact_id", required: true, to: "contacts CASCADE"},
		{name: "happened_at", required: true},
	},
	"follow_ups": {
		{name: "id", required: true},
		{name: "interaction_id", to: "interactions CASCADE"},
		{name: "organization_id", to: "organizations SET NULL"},
		{name: "contact_id", to: "contacts SET NULL"},
		{name: "due_time"},
		{name: "cancelled_at"},
		{name: "cancelled_by", to: "users SET NULL"},
		{name: "given_by", to: "users SET NULL"},
		{name: "is_new", required: true, initial: "0"},
		{name: "text", length: 200, required: true},
		{name: "due_on", required: true},
		{name: "assignee_id", to: "users SET NULL"},
		{name: "done_at"},
		{name: "done_by", to: "users SET NULL"},
		{name: "created_by", to: "users SET NULL"},
		{name: "created_at", required: true, initial: clock},
		{name: "version", required: true, initial: "1"},
	},
	"audit_logs": {
		{name: "id", required: true},
		{name: "user_id"},
		{name: "action", length: 60, required: true},
		{name: "target_type", required: true},
		{name: "target_id", length: 100},
		{name: "metadata", required: true, initial: "'{}'"},
		{name: "ip"},
		{name: "ua"},
		{name: "created_at", required: true},
		{name: "seq", required: true},
		{name: "metadata_sha256", required: true},
		{name: "prev_hash", required: true},
		{name: "hash", required: true},
	},
}

var primaryKeys = map[string]string{
	"users": "id", "roles": "id", "permissions": "id", "organizations": "id",
	"contacts": "id", "interactions": "id", "follow_ups": "id", "audit_logs": "seq",
	"role_permission": "role_id, permission_id", "user_role": "user_id, role_id", "organization_contact": "organization_id, contact_id",
	"interaction_contact": "interaction_id, contact_id",
}

func TestTheTablesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for table, columns := range contract {
		keys := o.Column(t, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table)
		want(t, "primary key of "+table, strings.Join(keys, ", "), primaryKeys[table])
		want(t, table+" is strict", o.Column(t, "SELECT strict FROM pragma_table_list WHERE name = ?", table)[0], "1")
		for _, c := range columns {
			name := table + "." + c.name
			found := o.Column(t, `SELECT "notnull" || ' ' || ifnull(dflt_value, '') FROM pragma_table_info(?) WHERE name = ?`, table, c.name)
			if len(found) == 0 {
				t.Errorf("%s is not there", name)
				continue
			}
			notNull := map[bool]string{true: "1", false: "0"}[c.required]
			want(t, name+" not null and default", found[0], notNull+" "+c.initial)
			references := o.Column(t, `SELECT "table" || ' ' || on_delete FROM pragma_foreign_key_list(?) WHERE "from" = ? AND ifnull("to", 'id') = 'id'`, table, c.name)
			want(t, name+" refers to", strings.Join(references, ", "), c.to)
		}
	}
}

func TestTheIndexesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	// For each index, the columns that it begins with.
	for _, c := range []struct{ table, columns string }{
		{"organizations", "display_name"},
		{"organizations", "sector"},
		{"contacts", "email"},
		{"interactions", "organization_id,happened_at"},
		{"interactions", "contact_id,happened_at"},
		{"interactions", "happened_at"},
		{"organization_contact", "contact_id"},
		{"sessions", "user_id"},
		{"organizations", "owner_user_id"},
		{"contacts", "owner_user_id"},
		{"interactions", "user_id"},
		{"interactions", "organization_id,next_due_on"},
		{"interactions", "contact_id,next_due_on"},
		{"interaction_contact", "contact_id,happened_at,interaction_id"},
		{"interaction_contact", "contact_id,next_due_on"},
		{"follow_ups", "interaction_id"},
		{"follow_ups", "due_key,id"},
		{"follow_ups", "assignee_id,due_key,id"},
		{"follow_ups", "assignee_id,done_at,id"},
		{"follow_ups", "organization_id,done_at,cancelled_at"},
		{"follow_ups", "contact_id,done_at,cancelled_at"},
	} {
		found := o.Column(t, `
			SELECT (SELECT group_concat(ifnull(name, '?')) FROM (SELECT name FROM pragma_index_xinfo(l.name) WHERE key ORDER BY seqno)) || ','
			FROM pragma_index_list(?) AS l`, c.table)
		if !slices.ContainsFunc(found, func(columns string) bool { return strings.HasPrefix(columns, c.columns+",") }) {
			t.Errorf("no index on %s(%s)", c.table, c.columns)
		}
	}
	for _, c := range []struct{ table, column, partial, collation string }{
		{"contacts", "email", "1", "NOCASE"},
		{"users", "email", "0", "NOCASE"},
		{"roles", "slug", "0", "BINARY"},
		{"permissions", "slug", "0", "BINARY"},
		{"audit_logs", "id", "0", "BINARY"},
	} {
		found := o.Column(t, `
			SELECT l.partial || x.coll
			FROM pragma_index_list(?) AS l, pragma_index_xinfo(l.name) AS x
			WHERE l."unique" AND x.key AND x.name = ? AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1`, c.table, c.column)
		want(t, "unique index on "+c.table+"."+c.column, strings.Join(found, " "), c.partial+c.collation)
	}
	want(t, "partial index", strings.Contains(o.Column(t, "SELECT sql FROM sqlite_master WHERE name = 'contacts_email'")[0],
		"WHERE email IS NOT NULL"), true)
}

// sample returns a valid row of a table.
func sample(t *testing.T, o *dbtest.Office, table string) map[string]any {
	t.Helper()
	now, hash := "2026-11-24T09:30:00.000Z", strings.Repeat("a", 64)
	switch table {
	case "users":
		return map[string]any{"id": uuid.NewString(), "email": uuid.NewString() + "@a.example", "full_name": "A"}
	case "roles", "permissions":
		row := map[string]any{"id": uuid.NewString(), "slug": uuid.NewString()}
		if table == "roles" {
			row["name"] = "A"
		}
		return row
	case "organizations":
		return map[string]any{"id": uuid.NewString(), "legal_name": "A", "display_name": "A"}
	case "contacts":
		return map[string]any{"id": uuid.NewString(), "first_name": "A", "last_name": "A"}
	case "organization_contact":
		organization, contact := sample(t, o, "organizations"), sample(t, o, "contacts")
		insert(t, o.SQL(t), "organizations", organization)
		insert(t, o.SQL(t), "contacts", contact)
		return map[string]any{"organization_id": organization["id"], "contact_id": contact["id"]}
	case "interactions":
		return map[string]any{"id": uuid.NewString(), "channel": "call", "subject": "A", "happened_at": now}
	case "interaction_contact":
		interaction, contact := sample(t, o, "interactions"), sample(t, o, "contacts")
		insert(t, o.SQL(t), "interactions", interaction)
		insert(t, o.SQL(t), "contacts", contact)
		return map[string]any{"interaction_id": interaction["id"], "contact_id": contact["id"], "happened_at": now}
	case "follow_ups":
		interaction := sample(t, o, "interactions")
		insert(t, o.SQL(t), "interactions", interaction)
		return map[string]any{"id": uuid.NewString(), "interaction_id": interaction["id"], "text": "A", "due_on": "2026-11-24"}
	case "audit_logs":
		return map[string]any{
			"seq": nil, "id": uuid.NewString(), "action": "x", "target_type": "system",
			"created_at": now, "metadata_sha256": hash, "prev_hash": "", "hash": hash,
		}
	}
	t.Fatal("no sample of", table)
	return nil
}

func tryInsert(plain *sql.DB, table string, row map[string]any) error {
	var names, marks []string
	var values []any
	for name, value := range row {
		names, marks, values = append(names, name), append(marks, "?"), append(values, value)
	}
	_, err := plain.Exec(fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(names, ", "), strings.Join(marks, ", ")),
		values...)
	return err
}

func insert(t *testing.T, plain *sql.DB, table string, row map[string]any) {
	t.Helper()
	if err := tryInsert(plain, table, row); err != nil {
		t.Fatalf("%s %.200v: %v", table, row, err)
	}
}

func TestTextsHaveTheirLengthInCharacters(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	plain := o.SQL(t)
	for table, columns := range contract {
		for _, c := range columns {
			if c.length == 0 {
				continue
			}
			for _, letter := range []string{"x", "é", "𝔸"} {
				row := sample(t, o, table)
				row[c.name] = strings.Repeat(letter, c.length)
				if err := tryInsert(plain, table, row); err != nil {
					t.Errorf("%s.%s: %d times %s refused: %v", table, c.name, c.length, letter, err)
				}
				row = sample(t, o, table)
				row[c.name] = strings.Repeat(letter, c.length+1)
				if err := tryInsert(plain, table, row); err == nil {
					t.Errorf("%s.%s: %d times %s taken", table, c.name, c.length+1, letter)
				}
			}
			for what, value := range map[string]any{
				"empty text": "", "NUL": "a\x00b", "NUL alone": "\x00", "a blob": []byte("abc"),
				"NUL after the full length": strings.Repeat("x", c.length) + "\x00",
			} {
				row := sample(t, o, table)
				row[c.name] = value
				if err := tryInsert(plain, table, row); err == nil {
					t.Errorf("%s.%s took %s", table, c.name, what)
				}
			}
		}
	}
}

func TestWrongValuesAreRefusedThroughAnyDoor(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	plain := o.SQL(t)
	id := uuid.NewString()
	badIDs := []any{
		"", "x", strings.ToUpper("abcdefab-0000-7000-8000-000000000000"), strings.ReplaceAll(id, "-", ""),
		id + "0", id + "\x00", "{" + id[1:35] + "}", strings.Repeat("-", 36),
		strings.Repeat("0", 36), "0000000g-0000-7000-8000-000000000000", []byte(id), 7, nil,
	}
	badTimes := []any{
		"", "now", "2026-11-24", "2026-11-24 09:30:00", "2026-11-24T09:30:00Z",
		"2026-11-24T09:30:00.000+00:00", "2026-11-24T09:30:00.000", "2026-02-30T09:30:00.000Z",
		"2026-13-01T09:30:00.000Z", "2026-11-24T24:00:00.000Z", "2026-11-24T09:60:00.000Z",
		"2026-11-24T09:30:00.000Z\x00", "2026-11-24T09:30:00.0000Z", 1764000000, []byte("2026-11-24T09:30:00.000Z"), nil,
	}
	bad := map[string][]any{
		"users.id": badIDs, "roles.id": badIDs, "permissions.id": badIDs, "organizations.id": badIDs,
		"contacts.id": badIDs, "interactions.id": badIDs, "follow_ups.id": badIDs, "audit_logs.id": badIDs,
		"audit_logs.user_id": badIDs[:len(badIDs)-1],
		"users.created_at":   badTimes, "users.updated_at": badTimes, "organizations.created_at": badTimes,
		"organizations.updated_at": badTimes, "contacts.created_at": badTimes,
		"contacts.updated_at": badTimes, "interactions.happened_at": badTimes,
		"interactions.created_at": badTimes, "follow_ups.created_at": badTimes, "audit_logs.created_at": badTimes,
		"organizations.last_contact_at": badTimes[:len(badTimes)-1], "contacts.last_contact_at": badTimes[:len(badTimes)-1],
		"interaction_contact.happened_at": badTimes, "interaction_contact.contact_id": {id, nil}, "interaction_contact.interaction_id": {id, nil},
		"follow_ups.due_on": {
			"", "today", "now", "2026-2-3", "2026-02-30", "2026-11-24T09:30",
			"2026-11-24 ", "2026-11-24\x00", "24.11.2026", 2461004, []byte("2026-11-24"), nil,
		},
		"follow_ups.done_at":                       badTimes[:len(badTimes)-1],
		"follow_ups.interaction_id":                {id, ""},
		"follow_ups.organization_id":               {id, ""},
		"follow_ups.contact_id":                    {id, ""},
		"follow_ups.due_time":                      {"", "9:00", "24:00", "09:60", "09:00:00", "now", 900},
		"follow_ups.cancelled_at":                  badTimes[:len(badTimes)-1],
		"follow_ups.is_new":                        {2, nil, "yes"},
		"follow_ups.assignee_id":                   {id, ""},
		"follow_ups.version":                       {0, nil},
		"users.status":                             {"", "Active", "gone", nil},
		"organizations.is_active":                  {2, -1, "yes", nil, 0.5},
		"contacts.is_active":                       {2, -1, "", nil},
		"organizations.version":                    {0, -1, "x", nil},
		"organization_contact.version":             {0, nil},
		"interactions.channel":                     {"", "fax", "Call", "call ", nil},
		"organization_contact.relationship_status": {"", "active", "Friend", nil},
		"interactions.subject":                     {nil},
		"interactions.body":                        {"", "a\x00"},
		"organizations.owner_user_id":              {id, ""},
		"contacts.owner_user_id":                   {id, ""},
		"interactions.user_id":                     {id},
		"interactions.organization_id":             {id},
		"interactions.contact_id":                  {id},
		"organization_contact.contact_id":          {id, nil},
		"audit_logs.target_type":                   {"", strings.Repeat("x", 41), nil},
		"audit_logs.metadata":                      {"", "{", nil},
		"audit_logs.seq":                           {0, -5},
		"audit_logs.hash":                          {"", nil},
	}
	for name, values := range bad {
		table, column, _ := strings.Cut(name, ".")
		insert(t, plain, table, sample(t, o, table))
		for _, value := range values {
			row := sample(t, o, table)
			row[column] = value
			if err := tryInsert(plain, table, row); err == nil {
				t.Errorf("%s took %q", name, value)
			}
		}
	}
}

func TestAnInteractionHasOneOpenFollowUp(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	plain := o.SQL(t)
	row := sample(t, o, "follow_ups")
	row["done_at"] = "2026-11-24T09:30:00.000Z"
	insert(t, plain, "follow_ups", row)
	delete(row, "done_at")
	row["id"] = uuid.NewString()
	insert(t, plain, "follow_ups", row)
	row["id"] = uuid.NewString()
	if err := tryInsert(plain, "follow_ups", row); err == nil {
		t.Error("a second open one was taken")
	}
	o.Exec(t, "DELETE FROM interactions")
	want(t, "follow-ups of a deleted interaction", len(o.Column(t, "SELECT 1 FROM follow_ups")), 0)
}

func TestNumbersInTextColumnsBecomeText(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	row := sample(t, o, "organizations")
	row["display_name"] = 42
	insert(t, o.SQL(t), "organizations", row)
	want(t, "type", o.Column(t, "SELECT typeof(display_name) FROM organizations")[0], "text")
}

func TestEmailsAndSlugsAreUnique(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	plain := o.SQL(t)
	for _, c := range []struct{ table, column, first, second string }{
		{"contacts", "email", "maya@acme.example", "MAYA@Acme.example"},
		{"users", "email", "maya@acme.example", "MAYA@Acme.example"},
		{"roles", "slug", "x", "x"},
		{"permissions", "slug", "x", "x"},
	} {
		row := sample(t, o, c.table)
		row[c.column] = c.first
		insert(t, plain, c.table, row)
		row = sample(t, o, c.table)
		row[c.column] = c.second
		if err := tryInsert(plain, c.table, row); err == nil {
			t.Errorf("%s.%s took the same twice", c.table, c.column)
		}
	}
	insert(t, plain, "contacts", sample(t, o, "contacts"))
	insert(t, plain, "contacts", sample(t, o, "contacts")) // twice without an email
}

func TestDeletingAUserLeavesWhatTheyOwnedAndHad(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	call := o.Call(t, acme, "")
	signIn(t, o, "tomas@pinestreet.example")
	o.Exec(t, "UPDATE organizations SET owner_user_id = ?", o.Tomas.UserID)
	o.Exec(t, "UPDATE contacts SET owner_user_id = ?", o.Tomas.UserID)
	history := len(o.Column(t, "SELECT 1 FROM audit_logs"))
	o.Exec(t, "DELETE FROM users WHERE id = ?", o.Tomas.UserID)
	want(t, "owner of the organization", o.Column(t, "SELECT owner_user_id FROM organizations WHERE id = ?", acme.ID)[0], "")
	want(t, "owner of the contact", o.Column(t, "SELECT owner_user_id FROM contacts WHERE id = ?", maya.ID)[0], "")
	want(t, "who had the call", o.Column(t, "SELECT user_id FROM interactions WHERE id = ?", call.ID)[0], "")
	want(t, "their roles and sessions", len(o.Column(t,
		"SELECT 1 FROM user_role WHERE user_id = ? UNION ALL SELECT 1 FROM sessions", o.Tomas.UserID)), 0)
	want(t, "rows in the history", len(o.Column(t, "SELECT 1 FROM audit_logs")), history)
}

func TestDeletingAnEndTakesItsLinksAndLeavesItsInteractions(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"organizations", "contacts"} {
		o := dbtest.OpenOffice(t)
		acme, maya := o.Acme(t), o.Maya(t)
		o.Exec(t, "INSERT INTO organization_contact (organization_id, contact_id) VALUES (?, ?)", acme.ID, maya.ID)
		o.Exec(t, "INSERT INTO interactions (id, organization_id, contact_id, channel, subject, happened_at) VALUES (?, ?, ?, 'call', 'x', "+
			"'2026-11-24T09:30:00.000Z')", uuid.NewString(), acme.ID, maya.ID)
		o.Exec(t, "DELETE FROM "+table)
		want(t, "links", len(o.Column(t, "SELECT 1 FROM organization_contact")), 0)
		gone := map[string]string{"organizations": "organization_id", "contacts": "contact_id"}[table]
		want(t, "interactions without that end", len(o.Column(t, "SELECT 1 FROM interactions WHERE "+gone+" IS NULL")), 1)
		other := map[string]string{"organizations": "contacts", "contacts": "organizations"}[table]
		want(t, "last contact of the other end", o.Column(t, "SELECT last_contact_channel FROM "+other)[0], "call")
	}
}

func TestDeletingARoleTakesItFromItsPeople(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	viewer, others := "role_id = (SELECT id FROM roles WHERE slug = 'Viewer')",
		"permission_id <> (SELECT id FROM permissions WHERE slug = 'ViewClient')"
	left := len(o.Column(t, "SELECT 1 FROM role_permission WHERE NOT "+viewer+" AND "+others))
	o.Exec(t, "DELETE FROM roles WHERE slug = 'Viewer'")
	o.Exec(t, "DELETE FROM permissions WHERE slug = 'ViewClient'")
	want(t, "roles of Léa", len(o.Column(t, "SELECT 1 FROM user_role WHERE user_id = ?", o.Lea.UserID)), 0)
	want(t, "rights of roles", len(o.Column(t, "SELECT 1 FROM role_permission")), left)
}

// TestListsOfWordsLiveInTheProgram: SQLite cannot alter a CHECK, so no CHECK may list words that
// may grow in number.
func TestListsOfWordsLiveInTheProgram(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for table, column := range map[string]string{
		"audit_logs": "target_type", "requests": "made", "saved_views": "list", "first_views": "list", "list_columns": "list", "tally": "kind",
	} {
		schema := o.Column(t, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table)[0]
		if strings.Contains(schema, "CHECK ("+column+" IN (") || !strings.Contains(schema, "CHECK (length("+column+") BETWEEN 1 AND 40)") {
			t.Errorf("%s still lists the words of %s:\n%s", table, column, schema)
		}
	}
	want(t, "the file", o.Column(t, "PRAGMA integrity_check")[0], "ok")
}
