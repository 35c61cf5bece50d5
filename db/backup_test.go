package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func TestABackupHoldsWhatTheRegistryHeldAndIsPrivate(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, "Harbor & Pine")
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := o.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(to)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "mode", info.Mode().Perm(), os.FileMode(0o600))
	copied, err := db.Open(t.Context(), to, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	found, _, err := copied.Organizations(t.Context(), o.Ines, db.Filter{})
	if err != nil || len(found) != 1 || found[0].DisplayName != "Harbor & Pine" {
		t.Fatal(found, err)
	}
	if err := o.Backup(t.Context(), to); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Fatalf("a second backup to the same file: %v", err)
	}
}

func TestRestoreKeepsWhatItReplaces(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, "Before")
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := o.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "registry.db")
	if err := o.Backup(t.Context(), place); err != nil {
		t.Fatal(err)
	}
	open := func() *db.DB {
		d, err := db.Open(t.Context(), place, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := open()
	if _, err := d.CreateOrganization(t.Context(), o.Ines, db.Fields{"display_name": "After"}, ""); err != nil {
		t.Fatal(err)
	}
	d.Close()
	kept, err := db.Restore(t.Context(), backup, place, dbtest.Now)
	if err != nil {
		t.Fatal(err)
	}
	d = open()
	defer d.Close()
	found, _, err := d.Organizations(t.Context(), o.Ines, db.Filter{})
	if err != nil || len(found) != 1 || found[0].DisplayName != "Before" {
		t.Fatal(found, err)
	}
	replaced, err := db.Open(t.Context(), kept, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer replaced.Close()
	if found, _, err := replaced.Organizations(t.Context(), o.Ines, db.Filter{}); err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
}

func TestRestoreRefusesWhatIsNoSoundRegistry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	place, junk := filepath.Join(dir, "registry.db"), filepath.Join(dir, "junk")
	if err := os.WriteFile(place, []byte("the registry, untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(junk, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Restore(t.Context(), junk, place, dbtest.Now); err == nil || strings.Contains(err.Error(), "\n") {
		t.Fatalf("restoring junk: %v", err)
	}
	content, err := os.ReadFile(place)
	if err != nil || string(content) != "the registry, untouched" {
		t.Fatal(string(content), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.restoring*")); len(left) > 0 {
		t.Fatal("left behind: ", left)
	}
}
