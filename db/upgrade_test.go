package db_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/migrations"
)

// released copies a file of testdata to its own folder.
func released(t *testing.T, name string) (path string) {
	t.Helper()
	packed := must(os.Open(filepath.Join("testdata", name+".gz")))(t)
	defer packed.Close()
	content := must(io.ReadAll(must(gzip.NewReader(packed))(t)))(t)
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNoMigrationAltersALargeTable: after ALTER TABLE ADD COLUMN, SQLite checks every row and every
// index of a table that is STRICT or has a CHECK, which took half a minute with a million clients.
// Migrations change the schema's text instead, see 00023.
func TestNoMigrationAltersALargeTable(t *testing.T) {
	t.Parallel()
	const released = "00017" // the first that upgrades a registry with data
	altered := regexp.MustCompile(`(?im)^\s*ALTER TABLE\s+(organizations|contacts|organization_contact|interactions|follow_ups|audit_logs)\b`)
	for _, e := range must(fs.ReadDir(migrations.FS, "."))(t) {
		if e.Name() < released {
			continue
		}
		content := must(fs.ReadFile(migrations.FS, e.Name()))(t)
		if found := altered.Find(content); found != nil {
			t.Errorf("%s: %q", e.Name(), found)
		}
	}
}

const releasedNames = "Acme, Harbor & Pine, Réseau Nord"

func TestAReleasedRegistryUpgrades(t *testing.T) {
	t.Parallel()
	path := released(t, "registry-16.db")
	before := dbtest.Bytes(t, path)
	d := must(db.Open(t.Context(), path, db.Options{ReadOnly: true}))(t) // as verify and backup do
	want(t, "rows of history", must(d.Verify(t.Context()))(t).Rows, 14)
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := d.Backup(t.Context(), backup); err != nil {
		t.Error(err)
	}
	d.Close()
	want(t, "it is as it was", dbtest.Bytes(t, path) == before, true)

	want(t, "organizations", opened(t, path), releasedNames)
	want(t, "application_id", dbtest.Column(t, path, "PRAGMA application_id")[0], fmt.Sprint(db.ApplicationID))
	version := dbtest.Column(t, path, "SELECT max(version_id) FROM goose_db_version")[0]
	copied := path + ".before-" + version
	want(t, "mode of the copy", must(os.Stat(copied))(t).Mode().Perm(), 0o600)
	want(t, "schema of the copy", dbtest.Column(t, copied, "SELECT max(version_id) FROM goose_db_version")[0], "16")
	for _, old := range []string{copied, backup} {
		must(db.Restore(t.Context(), old, path, dbtest.Now))(t)
		want(t, "restored", opened(t, path), releasedNames)
	}
}

func TestABackupOfAReleasedRegistryIsRestoredAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	backup := released(t, "backup-16.db")
	before := dbtest.Bytes(t, backup)
	place := filepath.Join(t.TempDir(), "registry.db")
	done := must(db.Restore(t.Context(), backup, place, dbtest.Now.Add(90*time.Hour)))(t) // while they are signed in
	want(t, "people signed out", done.SignedOut, 1)
	want(t, "organizations", opened(t, place), releasedNames)
	want(t, "application_id", dbtest.Column(t, place, "PRAGMA application_id")[0], fmt.Sprint(db.ApplicationID))
	want(t, "the backup is as it was", dbtest.Bytes(t, backup) == before, true)
	names := must(os.ReadDir(filepath.Dir(backup)))(t)
	want(t, "files beside the backup", len(names), 1)
}

// TestAnUpgradeWithoutRoomForItsCopyTouchesNothing, and the error says how much space is missing.
func TestAnUpgradeWithoutRoomForItsCopyTouchesNothing(t *testing.T) {
	t.Parallel()
	path := released(t, "registry-16.db")
	before := dbtest.Bytes(t, path)
	_, err := db.Open(t.Context(), path, db.WithRoom(10<<20))
	wantOneLine(t, err, path, "MB more", "nothing was changed")
	want(t, "it is as it was", dbtest.Bytes(t, path) == before, true)
	var left []string
	for _, e := range must(os.ReadDir(filepath.Dir(path)))(t) {
		left = append(left, e.Name())
	}
	want(t, "files", slices.Equal(left, []string{"registry-16.db", "registry-16.db.lock"}), true)
	must(db.Open(t.Context(), path, db.WithRoom(1<<30)))(t).Close()
}

// TestForeignKeysOfALargeUpgradedFileAreCheckedAfterItWasOpened, because doing so before would take
// minutes.
func TestForeignKeysOfALargeUpgradedFileAreCheckedAfterItWasOpened(t *testing.T) {
	t.Parallel()
	for _, broken := range []bool{false, true} {
		path := released(t, "registry-16.db")
		if broken {
			plain := dbtest.SQL(t, path)
			plain.SetMaxOpenConns(1)
			if _, err := plain.Exec("PRAGMA foreign_keys = OFF; DELETE FROM roles"); err != nil {
				t.Fatal(err)
			}
			plain.Close()
		}
		d := must(db.Open(t.Context(), path, db.AsLarge()))(t)
		defer d.Close()
		err := d.CheckFile(t.Context())
		want(t, "found", err != nil, broken)
		if broken {
			wantOneLine(t, err, "foreign keys are broken")
		}
	}
}
