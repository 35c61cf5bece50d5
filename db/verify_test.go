package db_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/demo"
)

// history returns a registry's file with an audit log of 20 rows, and its last verification.
func history(t *testing.T) (content []byte, whole db.Verification) {
	t.Helper()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 1, db.Fields{"sector": "Réseau", "website": "acme.example"}))(t)
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID}))(t)
	for range 4 {
		o.Clock.Add(time.Minute)
		o.Call(t, acme, "")
	}
	must(o.ArchiveOrganization(t.Context(), o.Tomas, acme.ID, 2))(t)
	must(o.RestoreOrganization(t.Context(), o.Tomas, acme.ID, 3))(t)
	must(o.ArchiveContact(t.Context(), o.Tomas, maya.ID, 1))(t)
	signIn(t, o, "lea@pinestreet.example")
	for n := range 5 {
		must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, 4+n, db.Fields{"sector": fmt.Sprint(n)}))(t)
	}
	whole = must(o.VerifyHistory(t.Context(), false))(t)
	want(t, "rows", whole.Rows, 20)
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := o.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	return must(os.ReadFile(to))(t), whole
}

// tampered is a copy of a registry without the triggers that protect its audit log.
type tampered struct {
	*testing.T
	*sql.DB
	path string
}

func copyOf(t *testing.T, content []byte) tampered {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	c := tampered{t, dbtest.SQL(t, path), path}
	c.SetMaxOpenConns(1) // it creates temporary tables
	for _, trigger := range []string{"audit_logs_no_update", "audit_logs_no_delete", "audit_logs_no_replace"} {
		c.do("DROP TRIGGER " + trigger)
	}
	return c
}

func (c tampered) do(statements ...string) {
	c.Helper()
	for _, s := range statements {
		if _, err := c.Exec(s); err != nil {
			c.Fatalf("%s: %v", s, err)
		}
	}
}

// verify returns the program's verification of the copy.
func (c tampered) verify() (db.Verification, error) {
	c.Helper()
	if err := c.DB.Close(); err != nil {
		c.Fatal(err)
	}
	d := must(db.Open(c.Context(), c.path, db.Options{}))(c.T)
	defer d.Close()
	return d.Verify(c.Context())
}

// rechain recomputes the hashes of some rows, as a skilled attacker would.
func (c tampered) rechain(from, to int) {
	c.Helper()
	for seq := from; seq <= to; seq++ {
		c.do(fmt.Sprintf("UPDATE audit_logs SET prev_hash = ifnull((SELECT hash FROM audit_logs WHERE seq = %d), '') WHERE seq = %d", seq-1, seq))
		var metadata string
		if err := c.QueryRow("SELECT metadata FROM audit_logs WHERE seq = ?", seq).Scan(&metadata); err != nil {
			c.Fatal(err)
		}
		c.do(fmt.Sprintf("UPDATE audit_logs SET metadata_sha256 = '%x' WHERE seq = %d", sha256.Sum256([]byte(metadata)), seq))
		var fields [11]sql.NullString
		into := make([]any, len(fields))
		for i := range fields {
			into[i] = &fields[i]
		}
		if err := c.QueryRow("SELECT prev_hash, seq, id, user_id, action, target_type, target_id, metadata_sha256, ip, ua, created_at FROM "+
			"audit_logs WHERE seq = ?", seq).Scan(into...); err != nil {
			c.Fatal(err)
		}
		var sealed strings.Builder
		for _, f := range fields {
			fmt.Fprintf(&sealed, "%d:%s", len(f.String), f.String)
		}
		c.do(fmt.Sprintf("UPDATE audit_logs SET hash = '%x' WHERE seq = %d", sha256.Sum256([]byte(sealed.String())), seq))
	}
}

const (
	otherID   = "'01a20282-9bfa-7ace-87e3-74df81c81f9f'"
	otherHash = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
	append21  = "INSERT INTO audit_logs SELECT 21, " + otherID +
		", user_id, action, target_type, target_id, metadata, ip, ua, created_at, metadata_sha256, hash, "
)

// set changes a column of a row.
func set(seq int, change string) func(tampered) {
	return func(c tampered) {
		c.Helper()
		c.do(fmt.Sprintf("UPDATE audit_logs SET %s WHERE seq = %d", change, seq))
	}
}

// swap exchanges columns of two rows.
func swap(a, b int, columns ...string) func(tampered) {
	return func(c tampered) {
		c.Helper()
		c.do("CREATE TEMP TABLE was AS SELECT * FROM audit_logs")
		for _, pair := range [][2]int{{a, b}, {b, a}} {
			for _, column := range columns {
				if column == "id" {
					c.do(fmt.Sprintf("UPDATE audit_logs SET id = printf('01a20282-9bfa-7ace-87e3-74df81c8%%04d', %d) WHERE seq = %d", pair[0], pair[0]))
				}
			}
		}
		for _, pair := range [][2]int{{a, b}, {b, a}} {
			for _, column := range columns {
				c.do(fmt.Sprintf("UPDATE audit_logs SET %s = (SELECT %s FROM was WHERE seq = %d) WHERE seq = %d", column, column, pair[1], pair[0]))
			}
		}
	}
}

func sqlOf(statements ...string) func(tampered) {
	return func(c tampered) { c.Helper(); c.do(statements...) }
}

// TestEachTamperedCopyIsFound: tampering with a verified audit log is found, and the first bad row
// is named.
func TestEachTamperedCopyIsFound(t *testing.T) {
	t.Parallel()
	content, _ := history(t)
	const every = "id, user_id, action, target_type, target_id, metadata, ip, ua, created_at, metadata_sha256, prev_hash, hash"
	shift, up := "UPDATE audit_logs SET seq = seq + 1000 WHERE seq > 7", "UPDATE audit_logs SET seq = seq - 1001 WHERE seq > 1000"
	tampers := []struct {
		name   string
		tamper func(tampered)
		row    int
	}{
		// A value in the middle.
		{"another id", set(7, "id = "+otherID), 7},
		{"another person", set(7, "user_id = (SELECT user_id FROM audit_logs WHERE action = 'login')"), 7},
		{"nobody", set(7, "user_id = NULL"), 7},
		{"another action", set(7, "action = 'restore_org'"), 7},
		{"the action in capitals", set(7, "action = upper(action)"), 7},
		{"another kind", set(7, "target_type = 'contact'"), 7},
		{"another target", set(7, "target_id = "+otherID), 7},
		{"no target", set(7, "target_id = NULL"), 7},
		{"another address", set(7, "ip = '10.0.0.1'"), 7},
		{"no address", set(7, "ip = NULL"), 7},
		{"another browser", set(7, "ua = ua || ' '"), 7},
		{"no browser", set(7, "ua = NULL"), 7},
		{"a millisecond later", set(7, "created_at = substr(created_at, 1, 20) || '001Z'"), 7},
		{"a year earlier", set(7, "created_at = '2025' || substr(created_at, 5)"), 7},
		{"other metadata", set(6, `metadata = replace(metadata, 'acme.example', 'evil.example')`), 6},
		{"another old value", set(6, `metadata = replace(metadata, 'Réseau', 'Reseau')`), 6},
		{"a space in the metadata", set(6, "metadata = metadata || ' '"), 6},
		{"no metadata", set(6, "metadata = '{}'"), 6},
		{"another hash of the metadata", set(6, "metadata_sha256 = "+otherHash), 6},
		{"metadata with their hash", func(c tampered) {
			c.do("UPDATE audit_logs SET metadata = '{}' WHERE seq = 6",
				fmt.Sprintf("UPDATE audit_logs SET metadata_sha256 = '%x' WHERE seq = 6", sha256.Sum256([]byte("{}"))))
		}, 6},
		{"another hash of the row before", set(7, "prev_hash = "+otherHash), 7},
		{"no hash of the row before", set(7, "prev_hash = ''"), 7},
		{"another hash", set(7, "hash = "+otherHash), 7},
		{"the hash in capitals", set(7, "hash = upper(hash)"), 7},
		{"a hash in both places", sqlOf("UPDATE audit_logs SET hash = "+otherHash+" WHERE seq = 7",
			"UPDATE audit_logs SET prev_hash = "+otherHash+" WHERE seq = 8"), 7},
		// At the ends.
		{"the first action", set(1, "action = 'update_user'"), 1},
		{"the first metadata", set(1, `metadata = replace(metadata, 'Administrator', 'Viewer')`), 1},
		{"the first hash", set(1, "hash = "+otherHash), 1},
		{"something before the first", set(1, "prev_hash = "+otherHash), 1},
		{"the last action", set(20, "action = 'archive_org'"), 20},
		{"the last metadata", set(20, "metadata = '{}'"), 20},
		{"the last hash", set(20, "hash = "+otherHash), 20},
		{"the last time", set(20, "created_at = '2026-11-25T00:00:00.000Z'"), 20},
		// Missing rows.
		{"the first row gone", sqlOf("DELETE FROM audit_logs WHERE seq = 1"), 1},
		{"a row gone", sqlOf("DELETE FROM audit_logs WHERE seq = 7"), 7},
		{"three rows gone", sqlOf("DELETE FROM audit_logs WHERE seq BETWEEN 7 AND 9"), 7},
		{"a row gone and the rest moved up", sqlOf("DELETE FROM audit_logs WHERE seq = 7", shift, up), 7},
		{"a row gone and the next made to follow", func(c tampered) {
			c.do("DELETE FROM audit_logs WHERE seq = 7", shift, up)
			c.rechain(7, 7)
		}, 8},
		{"the last row gone", sqlOf("DELETE FROM audit_logs WHERE seq = 20"), 20},
		{"the last half gone", sqlOf("DELETE FROM audit_logs WHERE seq > 10"), 11},
		{"all gone", sqlOf("DELETE FROM audit_logs"), 1},
		// Reordered rows.
		{"neighbors exchanged", swap(7, 8, strings.Split(every, ", ")...), 7},
		{"the ends exchanged", swap(1, 20, strings.Split(every, ", ")...), 1},
		{"two times exchanged", swap(8, 9, "created_at"), 8},
		{"two ids exchanged", swap(8, 9, "id"), 8},
		{"two metadata exchanged with their hashes", swap(15, 16, "metadata", "metadata_sha256"), 15},
		// Inserted rows.
		{"a row put in", sqlOf(shift, "UPDATE audit_logs SET seq = seq - 999 WHERE seq > 1000",
			strings.Replace(append21, "SELECT 21", "SELECT 8", 1)+"hash FROM audit_logs WHERE seq = 7"), 8},
		{"a row behind the last", sqlOf(append21 + otherHash + " FROM audit_logs WHERE seq = 20"), 21},
		{"the last row twice", sqlOf(append21+"hash FROM audit_logs WHERE seq = 20",
			"UPDATE audit_logs SET prev_hash = (SELECT prev_hash FROM audit_logs WHERE seq = 20) WHERE seq = 21"), 21},
		{"a row behind a gap", sqlOf(append21+"hash FROM audit_logs WHERE seq = 20", "UPDATE audit_logs SET seq = 22 WHERE seq = 21"), 21},
		// Recomputed hashes, for some rows or to the end.
		{"one row sealed again", func(c tampered) { set(7, "action = 'update_contact'")(c); c.rechain(7, 7) }, 8},
		{"five rows sealed again", func(c tampered) { set(7, "action = 'update_contact'")(c); c.rechain(7, 11) }, 12},
		{"the beginning sealed again", func(c tampered) { set(1, "metadata = '{}'")(c); c.rechain(1, 12) }, 13},
		{"all sealed again", func(c tampered) { set(7, "metadata = '{}'")(c); c.rechain(7, 20) }, 20},
		{"all sealed again without a row", func(c tampered) {
			c.do("DELETE FROM audit_logs WHERE seq = 7", shift, up)
			c.rechain(7, 19)
		}, 20},
		// Marked as erased, without an erasure.
		{"erased by nobody", set(6, `metadata = '{"erased": true}'`), 6},
		{"erased in other words", set(6, `metadata = '{"erased":true}'`), 6},
		{"erased for another row", func(c tampered) {
			c.do(`UPDATE audit_logs SET metadata = '{"erased": true}' WHERE seq = 6`,
				strings.Replace(append21, "target_type, target_id, metadata", `'contact', target_id, '{"rows": ["`+otherID[1:37]+`"]}'`, 1)+
					"hash FROM audit_logs WHERE seq = 20",
				"UPDATE audit_logs SET action = 'erase_contact' WHERE seq = 21")
			c.rechain(21, 21)
		}, 6},
	}
	if len(tampers) < 50 {
		t.Fatal("only", len(tampers), "copies")
	}
	for _, x := range tampers {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := copyOf(t, content)
			x.tamper(c)
			v, err := c.verify()
			var found *db.Broken
			if !errors.As(err, &found) || !strings.Contains(err.Error(), fmt.Sprintf("row %d ", x.row)) {
				t.Fatalf("tampered with row %d, and told: %v", x.row, err)
			}
			want(t, "what is kept", v.Problem, err.Error())
			want(t, "rows of the last whole one", v.Rows, 20)
		})
	}
}

// TestWhatTheChainCannotShowANotedHashDoes: somebody removes the end or recomputes everything, and
// also changes the verification stored in the file.
func TestWhatTheChainCannotShowANotedHashDoes(t *testing.T) {
	t.Parallel()
	content, whole := history(t)
	for name, tamper := range map[string]func(tampered){
		"cut off": sqlOf("DELETE FROM audit_logs WHERE seq > 15"),
		"again":   func(c tampered) { set(3, "metadata = '{}'")(c); c.rechain(3, 20) },
	} {
		c := copyOf(t, content)
		tamper(c)
		c.do("DELETE FROM verifications")
		if v, err := c.verify(); err != nil || v.Hash == whole.Hash {
			t.Errorf("%s: %v", name, err)
		}
		d := must(db.Open(t.Context(), c.path, db.Options{}))(t)
		if seq, err := d.RowOfHash(t.Context(), whole.Hash); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s: the noted hash is that of row %d, %v", name, seq, err)
		}
		d.Close()
	}
	c := copyOf(t, content)
	d := must(db.Open(t.Context(), c.path, db.Options{}))(t)
	defer d.Close()
	want(t, "row of the noted hash", must(d.RowOfHash(t.Context(), whole.Hash))(t), 20)
}

func TestAVerificationIsKept(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	want(t, "before the first", must(o.LastVerification(t.Context()))(t), db.Verification{})
	o.Acme(t)
	first := must(o.VerifyHistory(t.Context(), false))(t)
	want(t, "the first", first, db.Verification{
		CheckedAt: dbtest.Now, WholeAt: dbtest.Now, Rows: 4, Hash: o.Column(t, "SELECT hash FROM audit_logs ORDER BY seq DESC LIMIT 1")[0],
	})
	want(t, "it, read again", must(o.LastVerification(t.Context()))(t), first)
	want(t, "rows in the history", o.Column(t, "SELECT count(*) FROM audit_logs")[0], "4")

	o.Exec(t, "DROP TRIGGER audit_logs_no_update")
	o.Exec(t, "UPDATE audit_logs SET ip = 'x' WHERE seq = 2")
	o.Clock.Add(time.Hour)
	broken, err := o.VerifyHistory(t.Context(), true)
	if err == nil || broken.Problem != "the history is broken: row 2 was changed" ||
		!broken.CheckedAt.Equal(dbtest.Now.Add(time.Hour)) || !broken.WholeAt.Equal(dbtest.Now) || broken.Hash != first.Hash {
		t.Error(broken, err)
	}
	want(t, "it, read again", must(o.LastVerification(t.Context()))(t), broken)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.VerifyHistory(ctx, true); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	want(t, "after one that was given up", must(o.LastVerification(t.Context()))(t), broken)
	o.Exec(t, "UPDATE audit_logs SET ip = NULL WHERE seq = 2")
	o.Clock.Add(time.Hour)
	want(t, "made whole again", must(o.Verify(t.Context()))(t).Problem, "")
}

func TestALongHistoryIsVerifiedInSteps(t *testing.T) {
	t.Parallel()
	d, path, _ := dbtest.Open(t)
	if err := demo.Fill(t.Context(), d, db.System, "s", 1, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	v := must(d.VerifyHistory(t.Context(), false))(t)
	want(t, "rows", fmt.Sprint(v.Rows), dbtest.Column(t, path, "SELECT max(seq) FROM audit_logs")[0])
	if v.Rows < 10_000 {
		t.Error("only", v.Rows, "rows")
	}
}
