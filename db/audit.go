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
		return fmt.Errorf("AuditActions has no %s of kind %s", action, targetType)
	}
	t.recorded++
	if metadata == nil {
		metadata = details{}
	}
	encoded, err := json.Marshal(metadata)
	if err != nil {
		return err
	}
	if t.lastSeq == 0 { // nobody else writes meanwhile, so once is enough
		err = t.queryRow("SELECT seq, hash FROM audit_logs ORDER BY seq DESC LIMIT 1").Scan(&t.lastSeq, &t.lastHash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	r := auditRow{
		seq: t.lastSeq + 1, id: newID(), userID: t.by.UserID, action: action, targetType: targetType, targetID: targetID,
		metadata: string(encoded), ip: t.by.IP, ua: t.by.UA, createdAt: stamp(t.now), prevHash: t.lastHash,
	}
	if _, err := t.exec(insertAudit, r.values()...); err != nil {
		return err
	}
	t.lastSeq, t.lastHash = r.seq, r.hash
	return nil
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

// values seals the row and returns it in the order of insertAudit.
func (r *auditRow) values() []any {
	r.metadataHash = sha256Hex(r.metadata)
	r.hash = r.seal()
	return []any{
		r.seq, r.id, orNull(r.userID), r.action, r.targetType, orNull(r.targetID), r.metadata, orNull(r.ip), orNull(r.ua),
		r.createdAt, r.metadataHash, r.prevHash, r.hash,
	}
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
