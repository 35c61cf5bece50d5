package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestACopyHoldsWhatWasAcknowledgedBeforeItsEnd: writes between its steps are all in it, and the
// -wal is checkpointed meanwhile.
func TestACopyHoldsWhatWasAcknowledgedBeforeItsEnd(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Acme(t)
	steps, most := 0, int64(0)
	db.StepOf(o.DB, 10, func(restarts int) {
		steps++
		want(t, "restarts", restarts, 0)
		if steps > 30 {
			return
		}
		o.NewOrganization(t, fmt.Sprintf("Written after step %d", steps))
		if err := db.Write(o.DB, 2<<20); err != nil {
			t.Error(err)
		}
		if err := db.FailedWrite(o.DB); err != nil {
			t.Error(err)
		}
		most = max(most, must(os.Stat(o.Path+"-wal"))(t).Size())
	})
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := o.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if steps < 30 {
		t.Fatalf("only %d steps", steps)
	}
	if most > 32<<20 {
		t.Errorf("the -wal had %d MB", most>>20)
	}
	want(t, "organizations in the copy", len(dbtest.Column(t, to, "SELECT 1 FROM organizations")),
		len(o.Column(t, "SELECT 1 FROM organizations")))
	copied := must(db.Open(t.Context(), to, db.Options{}))(t)
	defer copied.Close()
	must(copied.Verify(t.Context()))(t)
}

// TestACopyThatIsGivenUpLeavesNothing: nor does one that fails its verification.
func TestACopyThatIsGivenUpLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	for _, x := range []struct {
		name, says string
		spoil      func(*dbtest.Office)
	}{
		{"given up", "canceled", func(o *dbtest.Office) { db.StepOf(o.DB, 10, func(int) { cancel() }) }},
		{"a broken history", "row 2 was changed", func(o *dbtest.Office) {
			o.Exec(t, "DROP TRIGGER audit_logs_no_update; UPDATE audit_logs SET ip = '10.0.0.1' WHERE seq = 2")
		}},
		{"rows that refer to nothing", "first where user_role refers to", func(o *dbtest.Office) {
			o.Exec(t, "PRAGMA foreign_keys = OFF; INSERT INTO user_role (user_id, role_id) VALUES ('01a2027e-4036-7af6-9386-fedd409c5151', "+
				"'01a2027e-4036-7af6-9386-fedd409c5152')")
		}},
		{"no room", "3 MB more are needed; make room", func(o *dbtest.Office) {
			info := must(os.Stat(o.Path))(t)
			db.Free(o.DB, info.Size()+65<<20-5<<19)
		}},
	} {
		o := dbtest.OpenOffice(t)
		x.spoil(o)
		folder := t.TempDir()
		to := filepath.Join(folder, "copy.db")
		err := o.Backup(ctx, to)
		if err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v", x.name, err)
		}
		if left := must(os.ReadDir(folder))(t); len(left) > 0 {
			t.Errorf("%s: left behind %v", x.name, left)
		}
		if x.name == "given up" {
			ctx = t.Context()
		}
	}
}

// TestOnlyWhatNobodyWorksOnIsTidiedUp: files left by a kill are removed; files being written and
// other people's files stay.
func TestOnlyWhatNobodyWorksOnIsTidiedUp(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	folder := filepath.Join(t.TempDir(), "a [folder]")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(folder, "copy.db")
	working := must(db.CreatePart(folder))(t)
	defer working.Close()
	killed := must(db.CreatePart(folder))(t)
	killed.Close()
	theirs := []string{to + ".part", to + ".part-journal", filepath.Join(folder, ".clientregistry-notes")}
	for _, path := range append(theirs, killed.Name()+"-wal") {
		if err := os.WriteFile(path, []byte("something"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(theirs, working.Name(), to) {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	want(t, "files", len(must(os.ReadDir(folder))(t)), len(theirs)+2)
}

// TestACopyMovesToAnotherDisk: complete, private, and never over another file.
func TestACopyMovesToAnotherDisk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	from, to := filepath.Join(folder, "from"), filepath.Join(folder, "to")
	for _, move := range []func(string, string) error{db.CopyOver, db.SaveCopy} {
		if err := os.WriteFile(from, []byte("all of it"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := move(from, to); err != nil {
			t.Fatal(err)
		}
		want(t, "content", string(must(os.ReadFile(to))(t)), "all of it")
		want(t, "mode", must(os.Stat(to))(t).Mode().Perm(), os.FileMode(0o600))
		want(t, "files", len(must(os.ReadDir(folder))(t)), 1)
		if err := os.WriteFile(from, []byte("another"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := move(from, to); !errors.Is(err, os.ErrExist) {
			t.Errorf("over another file: %v", err)
		}
		want(t, "content", string(must(os.ReadFile(to))(t)), "all of it")
		os.Remove(to)
	}
}
