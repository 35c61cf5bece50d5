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
	if err != nil || len(found) != 1 || found[0].Name() != "Harbor & Pine" {
		t.Fatal(found, err)
	}
	if err := o.Backup(t.Context(), to); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Fatalf("a second backup to the same file: %v", err)
	}
}
