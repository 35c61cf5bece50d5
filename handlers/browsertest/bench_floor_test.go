package browsertest

import (
	"database/sql"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func (f *fixture) floorRequest(path string) func(int64) []byte {
	return func(n int64) []byte { return f.get(path + "?n=" + strconv.FormatInt(n, 10)) }
}

// floorMux answers each request with bare SQL and bytes appended by hand.
func (f *fixture) floorMux(b *testing.B) http.Handler {
	mux := http.NewServeMux()
	prepare := func(query string) *sql.Stmt {
		s, err := f.reader.Prepare(query)
		check(b, err)
		b.Cleanup(func() { s.Close() })
		return s
	}
	f.floorOfPages(mux, prepare)
	f.floorOfAPI(mux, prepare)
	return mux
}

// Queries that pages and API have in common. As in db/sqlite, = +? keeps SQLite from planning a
// query again for each value.
const (
	floorOrganizations = `
		SELECT organizations.id, legal_name, display_name, website, sector, size_band, tax_id, owner_user_id, users.full_name,
			is_active, organizations.updated_at, version, last_contact_at, last_contact_channel,
			(SELECT count(*) FROM organization_contact WHERE organization_id = organizations.id)
		FROM organizations LEFT JOIN users ON users.id = owner_user_id `
	floorList  = floorOrganizations + "WHERE is_active = 1 ORDER BY sort_key, organizations.id LIMIT 51"
	floorOne   = floorOrganizations + "WHERE organizations.id = +?"
	floorLinks = `
		SELECT contact_id, first_name, last_name, role_label, relationship_status, contacts.is_active
		FROM organization_contact JOIN contacts ON contacts.id = contact_id
		WHERE organization_id = +? ORDER BY relationship_status = 'Former', sort_key, contact_id`
	floorTimeline = `
		SELECT interactions.id, channel, subject, body, outcome, contact_id, first_name, last_name, full_name, happened_at, interactions.version,
			(SELECT json_group_array(json_array(p.contact_id, c.first_name, c.last_name))
			FROM interaction_contact AS p JOIN contacts AS c ON c.id = p.contact_id WHERE p.interaction_id = interactions.id)
		FROM interactions LEFT JOIN contacts ON contacts.id = contact_id LEFT JOIN users ON users.id = user_id
		WHERE organization_id = +? ORDER BY happened_at DESC, interactions.id DESC LIMIT 21`
)

// floorOfPages adds the floors of the requests of people.
func (f *fixture) floorOfPages(mux *http.ServeMux, prepare func(string) *sql.Stmt) {
	list, one, links, timeline := prepare(floorList), prepare(floorOne), prepare(floorLinks), prepare(floorTimeline)
	origin := prepare(`
		SELECT full_name, audit_logs.created_at FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE target_type = 'organization' AND target_id = +? AND action = 'create_org' ORDER BY seq LIMIT 1`)
	steps := prepare(`
		SELECT follow_ups.id, interaction_id, text, due_on, users.full_name, subject, first_name, last_name
		FROM follow_ups JOIN interactions ON interactions.id = interaction_id
		LEFT JOIN contacts ON contacts.id = interactions.contact_id LEFT JOIN users ON users.id = assignee_id
		WHERE done_at IS NULL AND cancelled_at IS NULL AND interactions.organization_id = +? AND next_due_on IS NOT NULL
		ORDER BY due_key, follow_ups.id LIMIT 51`)
	const found = " WHERE +is_active = 1 AND docid IN (SELECT docid FROM %s_search WHERE words MATCH ? LIMIT 150) ORDER BY sort_key, id " +
		"LIMIT 20"
	foundOrganizations := prepare("SELECT id, display_name, sector, website FROM organizations" + fmt.Sprintf(found, "organization"))
	foundContacts := prepare("SELECT id, first_name, last_name, email, job_title FROM contacts" + fmt.Sprintf(found, "contact"))
	foundInteractions := prepare(`
		SELECT interactions.id, channel, subject, body, display_name, first_name, last_name, full_name, happened_at
		FROM interaction_search AS s JOIN interactions ON interactions.docid = s.docid
		LEFT JOIN organizations ON organizations.id = organization_id LEFT JOIN contacts ON contacts.id = contact_id
		LEFT JOIN users ON users.id = user_id
		WHERE interaction_search MATCH ? ORDER BY s.docid DESC LIMIT 21`)

	answer := func(path string, read func(n int64, page []byte) ([]byte, error)) {
		f.answer(mux, path, "text/html; charset=utf-8", "<p>the rest of a page that is the same for everybody</p>\n", read)
	}
	answer("/list", func(_ int64, page []byte) ([]byte, error) { return appendRows(page, list) })
	answer("/page", func(n int64, page []byte) ([]byte, error) {
		id := f.visited[n%int64(len(f.visited))]
		var err error
		for _, query := range []*sql.Stmt{one, origin, links, timeline, steps} {
			if page, err = appendRows(page, query, id); err != nil {
				break
			}
		}
		return page, err
	})
	answer("/search", func(n int64, page []byte) ([]byte, error) {
		word := searches[n%int64(len(searches))] + "*"
		page, err := appendRows(page, foundOrganizations, word)
		if err == nil {
			page, err = appendRows(page, foundContacts, word)
		}
		if err == nil {
			page, err = appendRows(page, foundInteractions, strings.TrimSuffix(word, "*")+".")
		}
		return page, err
	})
	answer("/log", func(n int64, page []byte) ([]byte, error) { return page, f.insert(n) })
}

// answer handles a path: what read writes, filled up by filler to the size of the registry's answer.
func (f *fixture) answer(mux *http.ServeMux, path, contentType, filler string, read func(n int64, page []byte) ([]byte, error)) {
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
		size := f.sizes[path][n%int64(len(f.sizes[path]))]
		page, err := read(n, make([]byte, 0, size+8192))
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		for len(page) < size {
			page = append(page, filler...)
		}
		page = page[:size]
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		w.Write(page)
	})
}

// insert logs an interaction with its audit row.
func (f *fixture) insert(n int64) error {
	tx, err := f.writer.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	at := n % int64(len(f.logged))
	id, now := uuid.Must(uuid.NewV7()).String(), time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	var contact any
	if f.contact[at] != "" {
		contact = f.contact[at]
	}
	if _, err := tx.Exec("INSERT INTO interactions (id, organization_id, contact_id, channel, subject, body, happened_at, created_at) "+
		"VALUES (?, ?, ?, 'call', 'Renewal confirmed for 24 months', 'They want one invoice per quarter.', ?, ?)",
		id, f.logged[at], contact, now, now); err != nil {
		return err
	}
	_, err = tx.Exec(`
		INSERT INTO audit_logs (seq, id, action, target_type, target_id, metadata, created_at, metadata_sha256, prev_hash, hash)
		SELECT max(seq) + 1, ?, 'create_interaction', 'interaction', ?, '{"channel":"call"}', ?, ?, ?, ? FROM audit_logs`,
		uuid.Must(uuid.NewV7()).String(), id, now, strings.Repeat("0", 64), strings.Repeat("0", 64), strings.Repeat("0", 64))
	if err != nil {
		return err
	}
	return tx.Commit()
}

// appendRows writes every column of every row, escaped, as a handwritten page would.
func appendRows(page []byte, query *sql.Stmt, args ...any) ([]byte, error) {
	err := eachRow(query, args, func(_ []string, values []sql.RawBytes) {
		page = append(page, "<tr>"...)
		for _, v := range values {
			page = append(page, "<td>"...)
			page = append(page, html.EscapeString(string(v))...)
			page = append(page, "</td>"...)
		}
		page = append(page, "</tr>\n"...)
	})
	return page, err
}

// eachRow passes the columns and the values of each row of a query to use.
func eachRow(query *sql.Stmt, args []any, use func(columns []string, values []sql.RawBytes)) error {
	rows, err := query.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		use(columns, values)
	}
	return rows.Err()
}
