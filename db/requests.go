package db

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Repeated is returned for a request whose ID has already been used with different content.
type Repeated struct {
	ID string    // of what it created; for a link see Link.pair
	At time.Time // when it was created
}

func (e *Repeated) Error() string { return "this request made " + e.ID + " from other content" }

// request identifies a request to create something. If its ID is a UUID, a repetition is
// recognized, per user and kind.
type request struct{ made, id, content string }

// newRequest returns a request. made is the kind of what it creates, and content what was asked for.
func newRequest(made, id string, content ...any) (request, error) {
	for i, part := range content {
		if typed, ok := part.(Fields); ok {
			content[i] = typed.content()
		}
	}
	said, err := json.Marshal(content)
	return request{made, strings.ToLower(id), sha256Hex(string(said))}, err
}

// content returns what was typed, without differences that do not matter.
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

// existsQueries has a query for each kind that returns a row while the created thing exists.
var existsQueries = map[string]string{
	"organization": "SELECT 1 FROM organizations WHERE id = ?",
	"contact":      "SELECT 1 FROM contacts WHERE id = ?",
	"interaction":  "SELECT 1 FROM interactions WHERE id = ?",
	"follow_up":    "SELECT 1 FROM follow_ups WHERE id = ?",
	"user":         "SELECT 1 FROM users WHERE id = ?",
	"role":         "SELECT 1 FROM roles WHERE id = ?",
	"link": `
		SELECT 1 FROM (SELECT ? AS pair)
		JOIN organization_contact ON organization_id = substr(pair, 1, 36) AND contact_id = substr(pair, 38)`,
	"view": "SELECT 1 FROM saved_views WHERE id = ? AND deleted_at IS NULL",
	"batch": `
		SELECT 1
		WHERE NOT EXISTS (SELECT 1 FROM audit_logs WHERE target_type = 'system' AND target_id = ? AND +action = 'undo_batch')`,
}

// findRepeated returns the ID of what this request already created, or "" if it is new or that thing is
// gone. It returns Repeated if the content was different.
func (t *tx) findRepeated(q request) (targetID string, err error) {
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
	switch err := orNotFound(t.QueryRow(existsQueries[q.made], targetID)); {
	case errors.Is(err, ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	case content != "" && content != q.content:
		return "", &Repeated{ID: targetID, At: at}
	}
	return targetID, nil
}

// rememberRequest stores what a request created.
func (t *tx) rememberRequest(q request, targetID string) error {
	t.made = targetID
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
