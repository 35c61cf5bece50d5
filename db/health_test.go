package db_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// filledFile returns the file of an office with some records, closed.
func filledFile(t *testing.T) (path string, content []byte) {
	t.Helper()
	o := dbtest.OpenOffice(t)
	for range 10 {
		acme := o.Acme(t)
		o.Call(t, acme, "2026-11-20T10:00")
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	o.Exec(t, "PRAGMA wal_checkpoint(TRUNCATE)")
	return o.Path, must(os.ReadFile(o.Path))(t)
}

// serveFile opens a file as serve does.
func serveFile(t *testing.T, path string) (*db.DB, error) {
	d, err := db.Open(t.Context(), path, db.Options{Exclusive: true, Check: true})
	if err == nil {
		t.Cleanup(func() { d.Close() })
	}
	return d, err
}

func TestAFileWithManyChangedBytesIsRefusedOrTakesNoWrites(t *testing.T) {
	t.Parallel()
	_, whole := filledFile(t)
	open := 0 // number of files that can be read
	for where, skips := range map[string]string{"anywhere": "", "outside of the schema": "CREATE "} {
		for seed := range uint64(20) {
			r, content := rand.New(rand.NewPCG(seed, 0)), bytes.Clone(whole)
			for changed := 0; changed < 600; {
				at := 100 + r.IntN(len(content)-100)
				page := content[at/4096*4096:][:4096]
				if skips == "" || !bytes.Contains(page, []byte(skips)) {
					content[at] ^= byte(1 + r.IntN(255))
					changed++
				}
			}
			path := filepath.Join(t.TempDir(), "registry.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			d, err := serveFile(t, path)
			if err != nil {
				wantOneLine(t, err, path, "damaged", "restore a backup")
			} else {
				wantDamaged(t, d)
				open++
			}
			want(t, where+": the file is as it was", bytes.Equal(must(os.ReadFile(path))(t), content), true)
		}
	}
	t.Logf("%d of 40 open for reading", open)
}

// wantDamaged checks that the damage is known and a change is refused.
func wantDamaged(t *testing.T, d *db.DB) {
	t.Helper()
	h := d.Health()
	if h.Damage == "" || h.FoundAt.IsZero() {
		t.Fatalf("no damage was found: %+v", h)
	}
	var refused *db.Damaged
	if _, err := d.CreateOrganization(t.Context(), db.System, db.Fields{"display_name": "Pine"}, ""); !errors.As(err, &refused) {
		t.Fatalf("a change returns %v", err)
	}
	if _, err := d.Tidy(t.Context()); !errors.As(err, &refused) {
		t.Errorf("tidying returns %v", err)
	}
}

// broken returns a file in which the first page of a table is overwritten.
func broken(t *testing.T, path string, content []byte, table string) []byte {
	t.Helper()
	page := must(strconv.Atoi(dbtest.Column(t, path, "SELECT rootpage FROM sqlite_schema WHERE name = ?", table)[0]))(t)
	content = bytes.Clone(content)
	clear(content[(page-1)*4096:][:8])
	return content
}

func TestADamagedPageEndsChangesAndNothingElse(t *testing.T) {
	t.Parallel()
	path, whole := filledFile(t)
	content := broken(t, path, whole, "interactions")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	d := must(serveFile(t, path))(t)
	wantDamaged(t, d)
	want(t, "checked", d.Health().CheckedAt.IsZero(), false)
	found, _, err := d.Organizations(t.Context(), db.System, db.Filter{})
	if err != nil || len(found) != 10 {
		t.Errorf("organizations that can be read: %d, %v", len(found), err)
	}
	token := must(d.SignIn(t.Context(), db.Actor{IP: "192.0.2.7"}, "ines@pinestreet.example", dbtest.Password))(t)
	s := must(d.Session(t.Context(), token))(t)
	by := db.Actor{UserID: s.User.ID, May: s.User.May}
	if _, _, err := d.AuditLog(t.Context(), by, db.AuditFilter{}); err != nil {
		t.Errorf("the audit log cannot be read: %v", err)
	}
	entries := 0
	if err := d.ExportAudit(t.Context(), by, db.AuditFilter{},
		func(page []db.AuditEntry) error { entries += len(page); return nil }); err != nil || entries == 0 {
		t.Errorf("%d entries are exported: %v", entries, err)
	}
	if err := d.SignOut(t.Context(), by, token); err != nil {
		t.Error(err)
	}
	if _, err := d.Session(t.Context(), token); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("after signing out the session returns %v", err)
	}
}

func TestDamageThatIsMetMeanwhileEndsChangesUntilACheckFindsNone(t *testing.T) {
	t.Parallel()
	path, whole := filledFile(t)
	d := must(serveFile(t, path))(t)
	want(t, "damage", d.Health().Damage, "")
	overwrite(t, path, broken(t, path, whole, "interactions"))
	d.CloseIdleReaders() // so that readers have nothing in memory
	if _, _, err := d.Interactions(t.Context(), db.System, db.InteractionFilter{}); !db.IsDamaged(err) {
		t.Fatalf("reading the damage returns %v", err)
	}
	wantDamaged(t, d)
	overwrite(t, path, whole)
	for _, large := range []bool{false, true} {
		if large {
			d.CheckAsLarge()
		}
		if err := d.CheckFile(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(t, "damage", d.Health().Damage, "")
		if _, err := d.CreateOrganization(t.Context(), db.System, db.Fields{"display_name": "Pine"}, ""); err != nil {
			t.Errorf("a change of the sound file: %v", err)
		}
	}
}

// overwrite changes a file in place, as a failing disk does.
func overwrite(t *testing.T, path string, content []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(content, 0)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestALargeFileIsCheckedAfterItWasOpened(t *testing.T) {
	t.Parallel()
	path, whole := filledFile(t)
	d := must(db.Open(t.Context(), path, db.Options{}))(t)
	t.Cleanup(func() { d.Close() })
	d.CheckAsLarge()
	for how, check := range checks(d) {
		if err := check(t.Context()); err != nil {
			t.Errorf("a check %s of a sound file: %v", how, err)
		}
	}
	overwrite(t, path, broken(t, path, whole, "interactions"))
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for how, check := range checks(d) {
		if err := check(stopped); !errors.Is(err, context.Canceled) {
			t.Errorf("a stopped check %s returns %v", how, err)
		}
	}
	want(t, "damage after a check that was stopped", d.Health().Damage, "")
	for how, check := range checks(d) {
		if err := check(t.Context()); !db.IsDamaged(err) {
			t.Errorf("a check %s returns %v", how, err)
		}
	}
	wantDamaged(t, d)
}

// checks returns both ways to check the whole file.
func checks(d *db.DB) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{"in calm": d.CheckFileInCalm, "to its end": d.CheckFile}
}

// A check reads one snapshot, which keeps the -wal from being checkpointed. If much is written, one
// in calm stops; the other does not.
func TestACheckInCalmIsGivenUpIfMuchIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	path, _ := filledFile(t)
	d := must(db.Open(t.Context(), path, db.Options{}))(t)
	t.Cleanup(func() { d.Close() })
	d.CheckAsLarge()
	reader := must(dbtest.SQL(t, path).BeginTx(t.Context(), nil))(t) // prevents checkpoints, as a check does
	defer reader.Rollback()
	if _, err := reader.Exec("SELECT count(*) FROM organizations"); err != nil {
		t.Fatal(err)
	}
	giveUp := make(chan error)
	go func() { giveUp <- d.WatchWAL(t.Context()) }()
	writer := dbtest.SQL(t, path)
	for range 3 {
		if _, err := writer.Exec("UPDATE interactions SET body = hex(randomblob(500000))"); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-giveUp; !errors.Is(err, db.ErrMuchWritten) {
		t.Errorf("a check in calm is given up because %v", err)
	}
	if err := d.CheckFile(t.Context()); err != nil {
		t.Errorf("a check to its end returns %v", err)
	}
	want(t, "checked", d.Health().CheckedAt.IsZero(), false)
}

// A damaged registry gets no backup, but can be copied as it is.
func TestADamagedRegistryIsCopiedAsItIs(t *testing.T) {
	t.Parallel()
	path, whole := filledFile(t)
	overwrite(t, path, broken(t, path, whole, "interactions"))
	d := must(serveFile(t, path))(t)
	to := filepath.Join(t.TempDir(), "copy.db")
	wantOneLine(t, d.Backup(t.Context(), to), "damaged", "restore a backup", to+".damaged")
	if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the backup of a damaged registry: %v", err)
	}
	copied := must(serveFile(t, to+".damaged"))(t)
	wantDamaged(t, copied)
	found, _, err := copied.Organizations(t.Context(), db.System, db.Filter{})
	if err != nil || len(found) != 10 {
		t.Errorf("organizations in the copy: %d, %v", len(found), err)
	}
}

// A constraint that fails to compute on the file's contents, such as one on JSON, also counts as
// damage, for the check at start and for Verify.
func TestWhatBreaksACheckIsDamage(t *testing.T) {
	t.Parallel()
	path, whole := filledFile(t)
	content := bytes.ReplaceAll(whole, []byte(`{"`), []byte(`x"`))
	want(t, "there is JSON", bytes.Equal(content, whole), false)
	overwrite(t, path, content)
	d := must(serveFile(t, path))(t)
	wantDamaged(t, d)
	if _, err := d.Verify(t.Context()); !db.IsDamaged(err) {
		t.Errorf("verify returns %v", err)
	}
}
