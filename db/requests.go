package db

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Repeated refuses a request whose id has made something already, from other
// content than it has now.
type Repeated struct {
	ID string    // of what it made, see Link.pair for a link
	At time.Time // when
}

func (e *Repeated) Error() string { return "this request made " + e.ID + " from other content" }

// request is what a creating form asks for. Its id, where it is a UUID, tells
// whether it comes again, for each user and each kind of thing made.
type request struct{ made, id, content string }

// newRequest names a request by the kind of what it makes, its id and its content.
func newRequest(made, id string, content ...any) (request, error) {
	for i, part := range content {
		if typed, ok := part.(Fields); ok {
			content[i] = typed.content()
		}
	}
	said, err := json.Marshal(content)
	return request{made, strings.ToLower(id), sha256Hex(string(said))}, err
}

// content is what was typed, without what makes no difference.
func (f Fields) content() Fields {
	said := Fields{}
	for column, value := range f {
		if kept, err := plainText(value, true); err == nil {
			value = kept
		}
		if value != "" {
			said[column] = value
		}
	}
	return said
}

// standing finds what a request made, by the kind of it, as long as it is there.
var standing = map[string]string{
	"organization": "SELECT 1 FROM organizations WHERE id = ?",
	"contact":      "SELECT 1 FROM contacts WHERE id = ?",
	"interaction":  "SELECT 1 FROM interactions WHERE id = ?",
	"link": `
		SELECT 1 FROM (SELECT ? AS pair)
		JOIN organization_contact ON organization_id = substr(pair, 1, 36) AND contact_id = substr(pair, 38)`,
	"view": "SELECT 1 FROM saved_views WHERE id = ? AND deleted_at IS NULL",
	"batch": `
		SELECT 1
		WHERE NOT EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'system' AND target_id = ? AND +action = 'undo_batch')`,
}

// first returns what this request made when it came before, "" where it did not or
// what it made is gone. It returns Repeated where it said something else then.
func (t *tx) first(q request) (targetID string, err error) {
	if !ValidID(q.id) {
		return "", nil
	}
	var content string
	var at time.Time
	err = t.QueryRow(`
		SELECT target_id, content_sha256, created_at FROM requests
		WHERE user_id = ? AND made = ? AND request_id = ?`, t.by.UserID, q.made, q.id).
		Scan(&targetID, nullText{&content}, moment{&at})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	switch err := orNotFound(t.QueryRow(standing[q.made], targetID)); {
	case errors.Is(err, ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	case content != "" && content != q.content:
		return "", &Repeated{ID: targetID, At: at}
	}
	return targetID, nil
}

// rememberRequest remembers what a request made.
func (t *tx) rememberRequest(q request, targetID string) error {
	if !ValidID(q.id) || t.by.UserID == "" {
		return nil
	}
	_, err := t.Exec(`
		INSERT INTO requests (user_id, made, request_id, target_id, content_sha256, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (user_id, made, request_id) DO UPDATE
		SET target_id = excluded.target_id, content_sha256 = excluded.content_sha256, created_at = excluded.created_at`,
		t.by.UserID, q.made, q.id, targetID, q.content, stamp(t.now))
	return err
}
