package db

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Change is the old and the new value of a field, in an audit row's metadata.
type Change struct {
	Old any `json:"old"`
	New any `json:"new"`
}

// details is an audit row's metadata.
type details map[string]any

// record writes an audit row in the transaction. Each row's hash covers the row and the previous
// row's hash.
func (t *tx) record(action, targetType, targetID string, metadata details) error {
	if !slices.Contains(AuditActions[targetType], action) || !IsRecorded(action) {
		return fmt.Errorf("there is no action %s of kind %s", action, targetType)
	}
	t.recorded++
	said := details{}
	maps.Copy(said, metadata)
	if t.by.Token != "" {
		said["token"], said["http_request"] = t.by.Token, t.by.Request
	}
	encoded, err := json.Marshal(said)
	if err != nil {
		return err
	}
	if t.last.seq == 0 { // no other transaction writes until this one ends, so reading it once is enough
		if t.last, err = t.lastAudit(); err != nil {
			return err
		}
	}
	values, last := t.last.next(auditRow{
		id: newID(), userID: t.by.UserID, action: action, targetType: targetType, targetID: targetID,
		metadata: string(encoded), ip: t.by.IP, ua: t.by.UA, createdAt: stamp(t.now),
	})
	if _, err := t.Exec(insertAudit, values...); err != nil {
		return err
	}
	t.last = last
	return nil
}

// auditLink identifies the audit row that the next one links to.
type auditLink struct {
	seq  int64
	hash string
}

// lastAudit returns the link of the newest audit row, or zero if there is none.
func (t *tx) lastAudit() (l auditLink, err error) {
	err = t.QueryRow("SELECT seq, hash FROM audit_logs ORDER BY seq DESC LIMIT 1").Scan(&l.seq, &l.hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return l, err
}

// auditRow has the fields of audit_logs that the hash covers.
type auditRow struct {
	seq                                                        int64
	id, userID, action, targetType, targetID, metadata, ip, ua string
	createdAt, metadataHash, prevHash, hash                    string
}

const insertAudit = `
	INSERT INTO audit_logs (seq, id, user_id, action, target_type, target_id, metadata, ip, ua, created_at, metadata_sha256, prev_hash, hash)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// next links a row to l and seals it. It returns the values for insertAudit and the link for the
// row after it.
func (l auditLink) next(r auditRow) ([]any, auditLink) {
	r.seq, r.prevHash, r.metadataHash = l.seq+1, l.hash, sha256Hex(r.metadata)
	r.hash = r.seal()
	return []any{
		r.seq, r.id, orNull(r.userID), r.action, r.targetType, orNull(r.targetID), r.metadata, orNull(r.ip), orNull(r.ua),
		r.createdAt, r.metadataHash, r.prevHash, r.hash,
	}, auditLink{r.seq, r.hash}
}

// seal returns the SHA-256 of the fields. Each is written as its length in bytes, a colon and its
// text, so that no two rows give the same input. NULL counts as "".
func (r *auditRow) seal() string {
	h := sha256.New()
	for _, field := range []string{
		r.prevHash, strconv.FormatInt(r.seq, 10), r.id, r.userID, r.action, r.targetType, r.targetID, r.metadataHash, r.ip, r.ua, r.createdAt,
	} {
		h.Write([]byte(strconv.Itoa(len(field)) + ":" + field))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
