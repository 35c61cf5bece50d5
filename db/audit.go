package db

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Change is one field's old and new value in an audit row's metadata.
type Change struct {
	Old any `json:"old"`
	New any `json:"new"`
}

// details is an audit row's metadata.
type details map[string]any

// record writes the audit row of what the transaction does. Each row's hash
// covers the row and the hash of the one before (DESIGN section 6).
func (t *tx) record(action, targetType, targetID string, metadata details) error {
	if !slices.Contains(AuditActions[targetType], action) {
		return fmt.Errorf("there is no action %s of kind %s", action, targetType)
	}
	t.recorded++
	if metadata == nil {
		metadata = details{}
	}
	encoded, err := json.Marshal(metadata)
	if err != nil {
		return err
	}
	if t.last.seq == 0 { // nobody else writes meanwhile, so once is enough
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

// auditLink is what the next row of the history is linked to: the one before it.
type auditLink struct {
	seq  int64
	hash string
}

// lastAudit is the last row's, and zero where there is none.
func (t *tx) lastAudit() (l auditLink, err error) {
	err = t.QueryRow("SELECT seq, hash FROM audit_logs ORDER BY seq DESC LIMIT 1").Scan(&l.seq, &l.hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return l, err
}

// auditRow is a row of audit_logs as its hash reads it.
type auditRow struct {
	seq                                                        int64
	id, userID, action, targetType, targetID, metadata, ip, ua string
	createdAt, metadataHash, prevHash, hash                    string
}

const insertAudit = `
	INSERT INTO audit_logs (seq, id, user_id, action, target_type, target_id, metadata, ip, ua, created_at, metadata_sha256, prev_hash, hash)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// next seals a row as the one after l, and returns it in the order of insertAudit
// and what the row after that is linked to.
func (l auditLink) next(r auditRow) ([]any, auditLink) {
	r.seq, r.prevHash, r.metadataHash = l.seq+1, l.hash, sha256Hex(r.metadata)
	r.hash = r.seal()
	return []any{
		r.seq, r.id, orNull(r.userID), r.action, r.targetType, orNull(r.targetID), r.metadata, orNull(r.ip), orNull(r.ua),
		r.createdAt, r.metadataHash, r.prevHash, r.hash,
	}, auditLink{r.seq, r.hash}
}

// seal is the SHA-256 of the fields, each written as its length in bytes, a
// colon and its text, so that no two rows read the same. NULL reads as "".
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
