package db_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/migrations"

	"github.com/pressly/goose/v3"
)

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	for _, path := range []string{filepath.Join(t.TempDir(), "new.db"), filepath.Join(t.TempDir(), "odd ?#%20.db"), wideFile(t)} {
		d, err := db.Open(t.Context(), path, db.Options{Exclusive: true, Create: true})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.SetUp(t.Context(), db.System, db.NewUser{Email: "a@b.example", FullName: "A"}); err != nil {
			t.Fatal(err)
		}
		for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
			info, err := os.Stat(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			want(t, "mode of "+filepath.Base(path)+suffix, info.Mode().Perm(), 0o600)
		}
	}
}

// wideFile returns a registry's file that everybody may read.
func wideFile(t *testing.T) string {
	d, path, _ := dbtest.Open(t)
	d.Close()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASecondServerOnTheSameFileIsRefusedAndACommandIsNot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "registry.db")
	first := must(db.Open(t.Context(), path, db.Options{Exclusive: true, Create: true}))(t)
	_, err := db.Open(t.Context(), path, db.Options{Exclusive: true})
	wantOneLine(t, err, path, "in use", "stop")
	command := must(db.Open(t.Context(), path, db.Options{}))(t)
	command.Close()
	first.Close()
	again := must(db.Open(t.Context(), path, db.Options{Exclusive: true}))(t)
	again.Close()
}

func wantOneLine(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("it opened")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a line: %q", err)
	}
}

func TestADamagedFileIsRefusedAndLeftAsItWas(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for range 20 {
		o.Acme(t)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	whole := must(os.ReadFile(o.Path))(t)
	holed := bytes.Clone(whole)
	clear(holed[:100])
	schemaGone := bytes.Clone(whole)
	clear(schemaGone[100:4096])
	for name, content := range map[string][]byte{
		"text": []byte("This is a letter, not a database.\n"), "half": whole[:len(whole)/2], "a page short": whole[:len(whole)-4096],
		"a few bytes": whole[:50], "only the header": whole[:100], "no header": holed, "no schema": schemaGone,
		"noise": bytes.Repeat([]byte{0xA5}, 8192),
	} {
		path := filepath.Join(t.TempDir(), "registry.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := db.Open(t.Context(), path, db.Options{Exclusive: true})
		if err == nil {
			t.Error(name, "opened")
			continue
		}
		wantOneLine(t, err, path, "damaged", "restore a backup")
		want(t, name+" is as it was", bytes.Equal(must(os.ReadFile(path))(t), content), true)
	}
}

func TestAFileThatCannotBeIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "no", "such", "folder.db")} {
		_, err := db.Open(t.Context(), path, db.Options{})
		wantOneLine(t, err, path)
	}
}

func TestAFileOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Exec(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	before := dbtest.Dump(t, o.Path)
	_, err := db.Open(t.Context(), o.Path, db.Options{})
	wantOneLine(t, err, o.Path, "newer", "99")
	want(t, "it is as it was", dbtest.Dump(t, o.Path) == before, true)
}

// olderFile returns a registry's file with the first three migrations and a user.
func olderFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	plain := dbtest.SQL(t, path)
	p := must(goose.NewProvider(goose.DialectSQLite3, plain, migrations.FS))(t)
	if _, err := p.UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := plain.Exec("INSERT INTO users (id, email, full_name) VALUES ('01a2027e-4036-7af6-9386-fedd409c5151', 'old@a.example', 'Old')"); err != nil {
		t.Fatal(err)
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnOlderFileIsBackedUpAndThenUpgraded(t *testing.T) {
	t.Parallel()
	path := olderFile(t)
	d := must(db.Open(t.Context(), path, db.Options{}))(t)
	defer d.Close()
	want(t, "has its user", must(d.HasUsers(t.Context()))(t), true)
	if _, err := d.CreateOrganization(t.Context(), db.System, db.Fields{"display_name": "Acme"}, ""); err != nil {
		t.Error(err)
	}
	backups := must(filepath.Glob(path + ".before-*[0-9]"))(t)
	want(t, "backups", len(backups), 1)
	backup := backups[0]
	info := must(os.Stat(backup))(t)
	want(t, "mode", info.Mode().Perm(), 0o600)
	want(t, "tables in the backup", fmt.Sprint(dbtest.Column(t, backup,
		"SELECT name FROM sqlite_master WHERE name IN ('users', 'user_links', 'follow_ups')")), "[users]")
	want(t, "user in the backup", dbtest.Column(t, backup, "SELECT email FROM users")[0], "old@a.example")
	want(t, "integrity of the backup", dbtest.Column(t, backup, "PRAGMA integrity_check")[0], "ok")
	left := must(filepath.Glob(path + "*.part"))(t)
	want(t, "half-made files", len(left), 0)
}

func TestACommandDoesNotUpgradeUnderARunningServer(t *testing.T) {
	t.Parallel()
	path := olderFile(t)
	lock := must(db.LockFile(path))(t)
	before := dbtest.Dump(t, path)
	_, err := db.Open(t.Context(), path, db.Options{})
	wantOneLine(t, err, path, "in use")
	want(t, "it is as it was", dbtest.Dump(t, path) == before, true)
	lock.Close()
	must(db.Open(t.Context(), path, db.Options{}))(t).Close()
}

func TestAFailedUpgradeLeavesTheOldSchemaAndSaysSoInOneLine(t *testing.T) {
	t.Parallel()
	path := olderFile(t)
	plain := dbtest.SQL(t, path)
	if _, err := plain.Exec("CREATE TABLE sign_in_attempts (mine TEXT)"); err != nil { // in the way of the fourth migration
		t.Fatal(err)
	}
	plain.Close()
	_, err := db.Open(t.Context(), path, db.Options{})
	wantOneLine(t, err, path)
	want(t, "version", dbtest.Column(t, path, "SELECT max(version_id) FROM goose_db_version")[0], "3")
	want(t, "tables", len(dbtest.Column(t, path, "SELECT 1 FROM sqlite_master WHERE name = 'user_links'")), 0)
	want(t, "user", dbtest.Column(t, path, "SELECT email FROM users")[0], "old@a.example")
}

func TestOpeningAgainChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Call(t, o.Acme(t), "")
	o.Unchanged(t, func() {
		again := must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t)
		if err := again.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		again.Close()
	})
}

func TestAfterARestItReadsAsBefore(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, "Harbor & Pine")
	for range 2 {
		found, _, err := o.Organizations(t.Context(), o.Ines, db.Filter{})
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		if open := db.OpenReaders(o.DB); open == 0 {
			t.Fatal("it read without a connection")
		}
		o.CloseIdleReaders()
		want(t, "connections open to read", db.OpenReaders(o.DB), 0)
	}
}
