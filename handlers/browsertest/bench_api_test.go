package browsertest

import (
	"database/sql"
	"fmt"
	"net/http"
	"strconv"
)

func (f *fixture) apiList(int64) []byte { return f.apiGet("/organizations") }

func (f *fixture) apiPage(n int64) []byte {
	return f.apiGet("/organizations/" + f.visited[n%int64(len(f.visited))])
}

func (f *fixture) apiGet(path string) []byte {
	return []byte("GET /api/crm" + path + " HTTP/1.1\r\nHost: registry.example\r\nAuthorization: Bearer " + f.token + "\r\n\r\n")
}

func (f *fixture) apiLog(n int64) []byte {
	at := n % int64(len(f.logged))
	contact := "null"
	if f.contact[at] != "" {
		contact = strconv.Quote(f.contact[at])
	}
	body := `{"channel": "call", "subject": "Renewal confirmed for 24 months", "body": "They want one invoice per quarter.", "contact_id": ` +
		contact + `}`
	return fmt.Appendf(nil, "POST /api/crm/organizations/%s/interactions HTTP/1.1\r\nHost: registry.example\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", f.logged[at], f.token, len(body), body)
}

// floorOfAPI adds the floors of the requests of programs: JSON appended by hand, without token,
// permission or ETag.
func (f *fixture) floorOfAPI(mux *http.ServeMux, prepare func(string) *sql.Stmt) {
	list, one, timeline := prepare(floorList), prepare(floorOne), prepare(floorTimeline)
	links := prepare(`
		SELECT contact_id, first_name, last_name, email, phone, mobile, job_title, owner_user_id, contacts.is_active, contacts.created_at,
			contacts.updated_at, contacts.version, last_contact_at, last_contact_channel,
			role_label, relationship_status, is_main, organization_contact.version
		FROM organization_contact JOIN contacts ON contacts.id = contact_id
		WHERE organization_id = +? ORDER BY contacts.is_active DESC, relationship_status = 'Former', sort_key, contact_id`)
	answer := func(path string, read func(n int64, body []byte) ([]byte, error)) {
		f.answer(mux, path, "application/json", `,"key":"value"`, read)
	}
	answer("/api/list", func(_ int64, body []byte) ([]byte, error) { return appendObjects(body, list) })
	answer("/api/page", func(n int64, body []byte) ([]byte, error) {
		id := f.visited[n%int64(len(f.visited))]
		var err error
		for _, query := range []*sql.Stmt{one, links, timeline} {
			if body, err = appendObjects(body, query, id); err != nil {
				break
			}
		}
		return body, err
	})
	answer("/api/log", func(n int64, body []byte) ([]byte, error) { return body, f.insert(n) })
}

// appendObjects writes each row as a JSON object of all its columns.
func appendObjects(body []byte, query *sql.Stmt, args ...any) ([]byte, error) {
	body = append(body, '[')
	err := eachRow(query, args, func(columns []string, values []sql.RawBytes) {
		for i, v := range values {
			body = append(append(append(body, ",\""...), columns[i]...), "\":"...)
			if v == nil {
				body = append(body, "null"...)
				continue
			}
			body = append(body, '"')
			for _, c := range v { // as far as the sample's texts need it
				if c == '"' || c == '\\' {
					body = append(body, '\\')
				}
				body = append(body, c)
			}
			body = append(body, '"')
		}
		body = append(body, "},{"...)
	})
	return append(body, ']'), err
}
