package commands

import (
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"clientregistry/db/dbtest"
)

// TestAKilledServerGoesOnWithARename: kill -9 in the middle of it. What is changed by then is whole, a
// restarted server changes the rest, and Undo brings everything back.
func TestAKilledServerGoesOnWithARename(t *testing.T) {
	t.Parallel()
	const n = 3000 // six pieces and their end
	file := filepath.Join(t.TempDir(), "r.db")
	if code, _, stderr := command(t, goodPassword, "user", "add", "--email",
		"ada@quay.example", "--name", "Ada", "--role", "Administrator", "--db", file); code != 0 {
		t.Fatal(stderr)
	}
	writeOrganizations(t, file, n, "Sector 0")
	serve := func() (*program, *visitor) {
		p := startProgram(t, "serve", "--addr", "127.0.0.1:0", "--db", file, "--backup-dir", "off")
		v := p.visit()
		v.want(303, "", "/login", url.Values{"email": {"ada@quay.example"}, "password": {goodPassword}})
		return p, v
	}
	one := func(query string, args ...any) string {
		t.Helper()
		return dbtest.Column(t, file, query, args...)[0]
	}
	wait := func(query, want string) {
		t.Helper()
		for one(query) != want {
			<-time.After(5 * time.Millisecond)
		}
	}
	const (
		begun   = "SELECT changed > 0 FROM value_changes ORDER BY id DESC LIMIT 1"
		running = "SELECT finished_at IS NULL FROM value_changes ORDER BY id DESC LIMIT 1"
		changed = "SELECT changed FROM value_changes ORDER BY id DESC LIMIT 1"
		having  = "SELECT count(*) FROM organizations WHERE sector = ?"
		audited = "SELECT count(*) FROM audit_logs WHERE action = 'update_org' AND metadata ->> '$.changes.sector.new' = ?"
	)
	p, ada := serve()
	from, to := "", "Sector 0"
	for try := 1; from == "" || one(running) == "0"; try++ { // until one was not faster than the kill
		if from != "" {
			p, ada = serve()
		}
		from, to = to, fmt.Sprint("Sector ", try)
		ada.want(303, "", "/admin/vocabularies/rename", url.Values{"v": {"sector"}, "value": {from}, "new": {to}})
		wait(begun, "1")
		p.kill()
	}
	done := one(changed)
	if done == "0" || done == fmt.Sprint(n) || one(having, to) != done || one(audited, to) != done {
		t.Errorf("%s say that they have it, the change says %s, the audit log %s", one(having, to), done, one(audited, to))
	}

	_, ada = serve()
	wait(running, "0")
	for _, query := range []string{having, audited} {
		if got := one(query, to); got != fmt.Sprint(n) {
			t.Errorf("%s: %s", query, got)
		}
	}
	ada.want(200, fmt.Sprintf("<bdi>%s</bdi>", to), "/admin/vocabularies", nil)
	id := one("SELECT id FROM value_changes ORDER BY id DESC LIMIT 1")
	ada.want(303, "", "/admin/vocabularies/changes/"+id+"/undo", url.Values{})
	wait(running, "0")
	if got := one(having, from); got != fmt.Sprint(n) {
		t.Error("after Undo the old value has", got)
	}
	if code, _, stderr := command(t, "", "verify", "--db", file); code != 0 {
		t.Error(stderr)
	}
}

// writeOrganizations adds organizations as another program does.
func writeOrganizations(t *testing.T, file string, n int, sector string) {
	t.Helper()
	if _, err := dbtest.SQL(t, file).ExecContext(t.Context(), `
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO organizations (id, legal_name, display_name, sort_key, sector, docid)
		SELECT printf('00000000-0000-7000-8000-%012d', i), 'Firm', 'Firm ' || i, 'firm ' || i, ?, i FROM n`,
		n, sector); err != nil {
		t.Fatal(err)
	}
}
