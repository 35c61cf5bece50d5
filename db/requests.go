package db

import (
	"database/sql"
	"errors"
	"strings"
)

// requested returns the thing of this kind that a creating request has made
// already, "" if nothing. A request_id that is no UUID does not count.
func (t *tx) requested(made, requestID string) (targetID string, err error) {
	requestID = strings.ToLower(requestID)
	if !ValidID(requestID) {
		return "", nil
	}
	err = t.QueryRow("SELECT target_id FROM requests WHERE user_id = ? AND made = ? AND request_id = ?", t.by.UserID, made, requestID).Scan(&targetID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return targetID, err
}

func (t *tx) keepRequest(made, requestID, targetID string) error {
	requestID = strings.ToLower(requestID)
	if !ValidID(requestID) || t.by.UserID == "" {
		return nil
	}
	_, err := t.Exec("INSERT INTO requests (user_id, made, request_id, target_id, created_at) VALUES (?, ?, ?, ?, ?)", t.by.UserID, made, requestID, targetID, stamp(t.now))
	return err
}
