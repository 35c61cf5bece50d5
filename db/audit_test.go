package db_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"

	"github.com/google/uuid"
)

func TestHistoryRowsCannotBeChangedDeletedOrReplaced(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Acme(t)
	id := o.Column(t, "SELECT id FROM audit_logs WHERE seq = 4")[0]
	hash := strings.Repeat("0", 64)
	statements := []string{
		"DELETE FROM audit_logs", "DELETE FROM audit_logs WHERE seq = 4", "DELETE FROM audit_logs WHERE seq = (SELECT max(seq) FROM audit_logs)",
		"UPDATE audit_logs SET metadata = '{}'", "UPDATE audit_logs SET metadata = NULL WHERE seq = 4",
		"UPDATE audit_logs SET metadata = '{\"erased\":true}' WHERE seq = 4",
		"UPDATE audit_logs SET rowid = 99 WHERE seq = 4",
		`INSERT INTO audit_logs (seq, id, action, target_type, created_at, metadata_sha256, prev_hash, hash) VALUES (4, '` +
			uuid.NewString() + `', 'x', 'system', '2026-11-24T09:30:00.000Z', '` + hash + `', '', '` + hash + `')`,
		`INSERT INTO audit_logs (seq, id, action, target_type, created_at, metadata_sha256, prev_hash, hash) VALUES (99, '` +
			id + `', 'x', 'system', '2026-11-24T09:30:00.000Z', '` + hash + `', '', '` + hash + `')`,
	}
	for column, value := range map[string]string{
		"seq": "99", "id": "'" + uuid.NewString() + "'", "user_id": "NULL", "action": "'x'",
		"target_type": "'system'", "target_id": "'x'", "ip": "NULL", "ua": "'x'",
		"created_at": "'2020-01-01T00:00:00.000Z'", "metadata_sha256": "'" + hash + "'", "prev_hash": "'" + hash + "'", "hash": "'" + hash + "'",
	} {
		statements = append(statements,
			"UPDATE audit_logs SET "+column+" = "+value+" WHERE seq = 4",
			"UPDATE audit_logs SET metadata = '{\"erased\": true}', "+column+" = "+value+" WHERE seq = 4")
	}
	plain := o.SQL(t)
	o.Unchanged(t, func() {
		for _, statement := range statements {
			for _, or := range []string{"", " OR REPLACE", " OR IGNORE", " OR ROLLBACK", " OR FAIL"} {
				verb, rest, _ := strings.Cut(statement, " ")
				if verb == "DELETE" && or != "" {
					continue
				}
				if result, err := plain.Exec(verb + or + " " + rest); err == nil {
					n, _ := result.RowsAffected()
					t.Errorf("was allowed, with %d rows: %s%s %s", n, verb, or, rest)
				}
			}
		}
	})
}

func TestErasingAPersonLeavesTheRowItsPlaceAndItsHashes(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	o.Exec(t, `UPDATE audit_logs SET metadata = '{"erased": true}' WHERE target_id = ?`, maya.ID)
	want(t, "metadata", o.Column(t, "SELECT metadata FROM audit_logs WHERE target_id = ?", maya.ID)[0], `{"erased": true}`)
	checkChain(t, o)
}

// checkChain recomputes every hash as audit.go describes: SHA-256 over
// prev_hash, seq, id, user_id, action, target_type, target_id, metadata_sha256, ip, ua and
// created_at, each as length, colon, text.
func checkChain(t *testing.T, o *dbtest.Office) (rows int) {
	t.Helper()
	list, err := o.SQL(t).Query(`
		SELECT prev_hash, seq, id, user_id, action, target_type, target_id, metadata_sha256, ip, ua, created_at, hash, metadata
		FROM audit_logs ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	previous := ""
	for list.Next() {
		var fields [13]sql.NullString
		into := make([]any, len(fields))
		for i := range fields {
			into[i] = &fields[i]
		}
		if err := list.Scan(into...); err != nil {
			t.Fatal(err)
		}
		rows++
		var sealed string
		for _, field := range fields[:11] {
			sealed += fmt.Sprintf("%d:%s", len(field.String), field.String)
		}
		want(t, "prev_hash", fields[0].String, previous)
		want(t, "seq", fields[1].String, fmt.Sprint(rows))
		want(t, "hash", fields[11].String, fmt.Sprintf("%x", sha256.Sum256([]byte(sealed))))
		if metadata := fields[12].String; metadata != `{"erased": true}` {
			want(t, "metadata_sha256", fields[7].String, fmt.Sprintf("%x", sha256.Sum256([]byte(metadata))))
		}
		previous = fields[11].String
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestEveryRowCarriesTheHashOfTheOneBefore(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	o.Call(t, acme, "")
	strange := o.Tomas
	strange.IP, strange.UA = "", "Mozilla \xff\x00 7:seven "+strings.Repeat("é", 1000)
	must(o.UpdateOrganization(t.Context(), strange, acme.ID, 1, db.Fields{"display_name": "Émile & <b>"}))(t)
	must(o.UpdateOrganization(t.Context(), db.System, acme.ID, 2, db.Fields{"sector": "x"}))(t)
	want(t, "rows", checkChain(t, o), 3+4)
	want(t, "the user agent is clipped", o.Column(t, "SELECT max(length(ua)) FROM audit_logs")[0], "400")
	want(t, "rows by nobody", o.Column(t, "SELECT count(*) FROM audit_logs WHERE user_id IS NULL")[0], "4")
}

func TestAChangeWhoseHistoryCannotBeWrittenIsNotMade(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	call := o.Call(t, acme, "")
	o.Exec(t, "CREATE TRIGGER no_history BEFORE INSERT ON audit_logs BEGIN SELECT RAISE(ABORT, 'no'); END")
	o.Unchanged(t, func() {
		_, err1 := o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "x"}, uuid.NewString())
		_, err2 := o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"sector": "x"})
		_, err3 := o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, 1)
		_, err4 := o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "x", "last_name": "y"}, uuid.NewString())
		_, err5 := o.UpdateContact(t.Context(), o.Tomas, maya.ID, 1, db.Fields{"phone": "1"})
		_, err6 := o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID})
		_, err7 := o.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "call", "subject": "x", "contact_id": maya.ID}, uuid.NewString())
		_, err8 := o.UpdateInteraction(t.Context(), o.Tomas, call.ID, 1, db.Fields{"subject": "y"})
		_, err9 := o.DeleteInteraction(t.Context(), o.Tomas, call.ID, 1)
		_, err10 := o.CreateUser(t.Context(), o.Ines, db.NewUser{Email: "x@y.example", FullName: "X", Role: "Viewer"})
		err11 := o.UpdateAccount(t.Context(), o.Tomas, db.Fields{"full_name": "X"})
		_, err12 := o.SignIn(t.Context(), db.Actor{}, "tomas@pinestreet.example", dbtest.Password)
		for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12} {
			if err == nil {
				t.Errorf("change %d was made without its audit row", i+1)
			}
		}
	})
}
