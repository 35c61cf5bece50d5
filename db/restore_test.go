package db_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// backupOf returns a backup of a registry with an organization of this name.
func backupOf(t *testing.T, name string) string {
	t.Helper()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, name)
	to := filepath.Join(t.TempDir(), "backup.db")
	if err := o.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	return to
}

// killedWith returns a registry as kill -9 leaves it: the organization with this name is only in
// the -wal.
func killedWith(t *testing.T, name string) (path string) {
	t.Helper()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, name)
	path = filepath.Join(t.TempDir(), "registry.db")
	for _, end := range []string{"", "-wal"} {
		content := must(os.ReadFile(o.Path + end))(t)
		if err := os.WriteFile(path+end, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if end == "" && bytes.Contains(content, []byte(name)) || end != "" && !bytes.Contains(content, []byte(name)) {
			t.Fatalf("%s is not only in the -wal", name)
		}
	}
	return path
}

// names returns the organizations in a file, read as another program would.
func names(t *testing.T, path string) string {
	t.Helper()
	return strings.Join(dbtest.Column(t, path, "SELECT display_name FROM organizations ORDER BY display_name"), ", ")
}

// opened opens a registry as a server does, verifies it, and returns its organizations.
func opened(t *testing.T, path string) string {
	t.Helper()
	d, err := db.Open(t.Context(), path, db.Options{Exclusive: true, Check: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	return names(t, path)
}

// files returns the contents of a folder's files by name, except locks.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, e := range must(os.ReadDir(folder))(t) {
		if e.Type().IsRegular() && !strings.HasSuffix(e.Name(), ".lock") {
			all[e.Name()] = string(must(os.ReadFile(filepath.Join(folder, e.Name())))(t))
		}
	}
	return all
}

// copyFolder copies a folder with its hard links.
func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	var done []os.FileInfo
	for _, e := range must(os.ReadDir(from))(t) {
		info := must(e.Info())(t)
		i := slices.IndexFunc(done, func(other os.FileInfo) bool { return os.SameFile(info, other) })
		var err error
		if i >= 0 {
			err = os.Link(filepath.Join(to, done[i].Name()), filepath.Join(to, e.Name()))
		} else {
			err = os.WriteFile(filepath.Join(to, e.Name()), must(os.ReadFile(filepath.Join(from, e.Name())))(t), info.Mode())
		}
		if err != nil {
			t.Fatal(err)
		}
		done = append(done, info)
	}
	return to
}

func TestRestoreSetsAsideWhatWasThereWithAllThatWasWritten(t *testing.T) {
	t.Parallel()
	backup, place := backupOf(t, "Before"), killedWith(t, "After")
	done := must(db.Restore(t.Context(), backup, place, dbtest.Now))(t)
	want(t, "its name", done.SetAside, place+".before-restore-20261124-093000")
	want(t, "in place", opened(t, place), "Before")
	if _, err := os.Stat(done.SetAside + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the registry set aside still needs its -wal:", err)
	}
	want(t, "set aside", names(t, done.SetAside), "After")

	back := must(db.Restore(t.Context(), done.SetAside, place, dbtest.Now))(t) // within the same second
	want(t, "in place again", opened(t, place), "After")
	want(t, "set aside then", names(t, back.SetAside), "Before")
}

func TestRestoreEndsWhatLetPeopleInAndSaysWhatItDid(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Acme(t)
	newest := o.Column(t, "SELECT seq || ' ' || created_at FROM audit_logs ORDER BY seq DESC LIMIT 1")[0]
	id := func(n int) string { return fmt.Sprintf("%064d", n) }
	const at = "strftime('%Y-%m-%dT%H:%M:%fZ', '2026-11-24 09:29:00')"
	for n, who := range []db.Actor{o.Ines, o.Ines, o.Tomas} {
		o.Exec(t, "INSERT INTO sessions (id, user_id, created_at, last_used_at) VALUES (?, ?, "+at+", "+at+")", id(n), who.UserID)
	}
	o.Exec(t, "INSERT INTO half_sign_ins (id, user_id, expires_at) VALUES (?, ?, '2026-11-24T10:00:00.000Z')", id(4), o.Lea.UserID)
	o.Exec(t, "INSERT INTO user_links (id, user_id, kind, expires_at) VALUES (?, ?, 'reset', '2026-11-24T10:00:00.000Z')", id(5), o.Lea.UserID)
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := o.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(backup, 0o400); err != nil {
		t.Fatal(err)
	}
	before := files(t, filepath.Dir(backup))

	place := filepath.Join(t.TempDir(), "registry.db")
	done := must(db.Restore(t.Context(), backup, place, dbtest.Now))(t)
	want(t, "the newest row of before", fmt.Sprint(done.Rows, " ", done.AsOf.Format("2006-01-02T15:04:05.000Z")), newest)
	want(t, "people signed out", done.SignedOut, 2)
	want(t, "set aside", done.SetAside, "")
	want(t, "in place", opened(t, place), "Acme")
	for _, table := range []string{"sessions", "half_sign_ins", "user_links"} {
		want(t, table, dbtest.Column(t, place, "SELECT count(*) FROM "+table)[0], "0")
	}
	newest = dbtest.Column(t, place, "SELECT action || metadata || ifnull(user_id, '') FROM audit_logs ORDER BY seq DESC LIMIT 1")[0]
	want(t, "the history says", newest, `restore_registry{"as_of":"2026-11-24T09:30:00.000Z","file":"copy.db","rows":4,"signed_out":2}`)
	want(t, "mode", must(os.Stat(place))(t).Mode().Perm(), 0o600)
	want(t, "the backup and what is beside it are as they were", maps.Equal(files(t, filepath.Dir(backup)), before), true)
}

func TestRestoreRefusesWhatIsNoSoundRegistry(t *testing.T) {
	t.Parallel()
	sound := must(os.ReadFile(backupOf(t, "Acme")))(t)
	holed := bytes.Clone(sound)
	clear(holed[len(holed)/2/4096*4096:][:4096])
	changed := func(statements ...string) func(string) error {
		return func(path string) error {
			if err := os.WriteFile(path, sound, 0o600); err != nil {
				return err
			}
			plain := dbtest.SQL(t, path)
			defer plain.Close()
			plain.SetMaxOpenConns(1)
			for _, s := range statements {
				if _, err := plain.Exec(s); err != nil {
					return fmt.Errorf("%s: %w", s, err)
				}
			}
			return nil
		}
	}
	content := func(b []byte) func(string) error {
		return func(path string) error { return os.WriteFile(path, b, 0o600) }
	}
	for _, x := range []struct {
		what, says string
		make       func(path string) error
	}{
		{"nothing", "no such file", func(string) error { return nil }},
		{"a folder", "not a file", func(path string) error { return os.Mkdir(path, 0o700) }},
		{"0 bytes", "0 bytes", content(nil)},
		{"text", "damaged or not a database", content([]byte("no database"))},
		{"half of it", "damaged", content(sound[:len(sound)/2/4096*4096])},
		{"without a page in the middle", "", content(holed)},
		{"another program's tables", "another program's", func(path string) error {
			plain := dbtest.SQL(t, path)
			defer plain.Close()
			_, err := plain.Exec("CREATE TABLE users (id INTEGER)")
			return err
		}},
		{"another program's id", "another program's", changed("PRAGMA application_id = 1")},
		{"our id without our tables", "another program's", func(path string) error {
			plain := dbtest.SQL(t, path)
			defer plain.Close()
			_, err := plain.Exec(fmt.Sprintf("CREATE TABLE users (id INTEGER); PRAGMA application_id = %d", db.ApplicationID))
			return err
		}},
		{"a newer schema", "newer version", changed("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")},
		{"no history", "its history is empty", changed("DROP TRIGGER audit_logs_no_delete", "DELETE FROM audit_logs")},
		{"a history that was changed", "row 2 was changed", changed(
			"DROP TRIGGER audit_logs_no_update", "UPDATE audit_logs SET ip = 'x' WHERE seq = 2",
		)},
		{"broken foreign keys", "foreign keys are broken", changed("PRAGMA foreign_keys = OFF", "DELETE FROM roles")},
	} {
		t.Run(x.what, func(t *testing.T) {
			t.Parallel()
			from := filepath.Join(t.TempDir(), "source")
			if err := x.make(from); err != nil {
				t.Fatal(err)
			}
			place := backupOf(t, "Mine")
			before := files(t, filepath.Dir(place))
			_, err := db.Restore(t.Context(), from, place, dbtest.Now)
			wantOneLine(t, err, from, "nothing was changed", x.says)
			after := files(t, filepath.Dir(place))
			want(t, "files in the folder", len(after), 1)
			want(t, "the registry is as it was", after["backup.db"] == before["backup.db"], true)
		})
	}
}

func TestRestoreRefusesToReplaceWhatIsInUseOrNotOurs(t *testing.T) {
	t.Parallel()
	backup := backupOf(t, "Before")
	refused := func(place string, says ...string) {
		t.Helper()
		before := files(t, filepath.Dir(place))
		_, err := db.Restore(t.Context(), backup, place, dbtest.Now)
		wantOneLine(t, err, append(says, place)...)
		want(t, "the folder is as it was", fmt.Sprint(files(t, filepath.Dir(place))) == fmt.Sprint(before), true)
	}
	o := dbtest.OpenOffice(t)
	refused(o.Path, "another command is at work")
	o.Close()
	server := must(db.Open(t.Context(), o.Path, db.Options{Exclusive: true}))(t)
	refused(o.Path, "in use", "stop")
	server.Close()

	other := filepath.Join(t.TempDir(), "notes.db")
	if _, err := dbtest.SQL(t, other).Exec("CREATE TABLE notes (text TEXT)"); err != nil {
		t.Fatal(err)
	}
	refused(other, "another program's database")
	refused(t.TempDir(), "not a file")
	_, err := db.Restore(t.Context(), o.Path, o.Path, dbtest.Now)
	wantOneLine(t, err, o.Path, "the registry itself")

	twice := filepath.Join(t.TempDir(), "second name.db")
	if err := os.Link(o.Path, twice); err != nil {
		t.Fatal(err)
	}
	refused(twice, "hard link")
}

// damages are ways in which a registry's file can be damaged. content is the undamaged file.
func damages(content []byte) map[string][]byte {
	header := bytes.Clone(content)
	copy(header, "XXXXXXXXXXXXXXXX")
	schema := bytes.Clone(content)
	clear(schema[100:4096])
	return map[string][]byte{
		"noise": bytes.Repeat([]byte{0xA5, 0x5A, 7}, 100_000), "half": content[:len(content)/2], "no header": header, "no schema": schema,
		"0 bytes": {}, "a few bytes": content[:50],
	}
}

// TestRestoreWhereTheRegistryIsDamaged: the damaged file is set aside with SQLite's files, and its
// -wal is not applied to the new one.
func TestRestoreWhereTheRegistryIsDamaged(t *testing.T) {
	t.Parallel()
	backup := backupOf(t, "Before")
	killed := killedWith(t, "After")
	content, wal := must(os.ReadFile(killed))(t), string(must(os.ReadFile(killed+"-wal"))(t))
	for name, damaged := range damages(content) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := filepath.Join(t.TempDir(), "registry.db")
			for end, b := range map[string]string{"": string(damaged), "-wal": wal, "-journal": "a journal", "-shm": "shared"} {
				if err := os.WriteFile(place+end, []byte(b), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := db.Open(t.Context(), place, db.Options{Exclusive: true})
			wantOneLine(t, err, place, "restore")
			done := must(db.Restore(t.Context(), backup, place, dbtest.Now))(t)
			want(t, "in place", opened(t, place), "Before")
			aside := filepath.Base(done.SetAside)
			kept := files(t, filepath.Dir(place))
			for end, b := range map[string]string{"": string(damaged), "-wal": wal, "-journal": "a journal"} {
				want(t, "set aside as it was: "+end, kept[aside+end] == b, true)
			}
			want(t, "files", len(kept), 5)
		})
	}
}

// TestAnOrphansWALIsNotReadIntoWhatIsRestored: only the database was deleted.
func TestAnOrphansWALIsNotReadIntoWhatIsRestored(t *testing.T) {
	t.Parallel()
	backup, place := backupOf(t, "Before"), killedWith(t, "After")
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	done := must(db.Restore(t.Context(), backup, place, dbtest.Now))(t)
	want(t, "in place", opened(t, place), "Before")
	want(t, "set aside", done.SetAside, place+".before-restore-20261124-093000-wal")
}

// TestAKilledRestoreLeavesTheOldOrTheNewRegistry copies the folder before each step, opens the
// registry there, and restores again.
func TestAKilledRestoreLeavesTheOldOrTheNewRegistry(t *testing.T) {
	t.Parallel()
	backup := backupOf(t, "Before")
	for _, links := range []bool{true, false} {
		place := killedWith(t, "After")
		var steps []string
		at := map[string]string{}
		_, err := db.RestoreInSteps(t.Context(), backup, place, dbtest.Now, links, func(step string) {
			steps = append(steps, step)
			at[step] = copyFolder(t, filepath.Dir(place))
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "steps", strings.Join(steps, ", "), "copy, check, bring up to date, empty the -wal, link, rename, end")
		for _, step := range steps {
			killed := filepath.Join(at[step], "registry.db")
			again := filepath.Join(copyFolder(t, at[step]), "registry.db")
			if step == "rename" && !links { // the only moment without a file of this name
				aside := killed + ".before-restore-20261124-093000"
				_, err := db.Open(t.Context(), killed, db.Options{Exclusive: true, Create: true})
				wantOneLine(t, err, killed, "it is not there", aside, "restore "+aside)
				must(db.Restore(t.Context(), aside, killed, dbtest.Now))(t)
			}
			want(t, "killed before "+step, opened(t, killed), map[bool]string{true: "Before", false: "After"}[step == "end"])
			for name := range files(t, at[step]) {
				if strings.Contains(name, ".restoring") || step != "end" && links && strings.Contains(name, ".before") {
					t.Errorf("killed before %s: %s is left", step, name)
				}
			}
			done := must(db.Restore(t.Context(), backup, again, dbtest.Now.Add(1)))(t)
			want(t, "restored again after "+step, opened(t, again), "Before")
			if done.SetAside != "" {
				want(t, "set aside after "+step, names(t, done.SetAside), map[bool]string{true: "Before", false: "After"}[step == "end"])
			}
		}
	}
}

// TestAnyKillOfARestoreLeavesTheOldOrTheNewRegistry runs the restore in a process that kills itself
// before a step, so that it cannot clean up.
func TestAnyKillOfARestoreLeavesTheOldOrTheNewRegistry(t *testing.T) {
	t.Parallel()
	if last := os.Getenv("RESTORE_KILLED_BEFORE"); last != "" {
		restoreKilledBefore(t, last)
	}
	backup, steps := backupOf(t, "Before"), []string{"copy", "check", "bring up to date", "empty the -wal", "link", "rename", "end"}
	for _, step := range steps {
		place := killedWith(t, "After")
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAnyKillOfARestoreLeavesTheOldOrTheNewRegistry$")
		child.Env = append(os.Environ(), "RESTORE_KILLED_BEFORE="+step, "RESTORE_FROM="+backup, "RESTORE_TO="+place)
		said, err := child.CombinedOutput()
		if err == nil || len(said) > 0 {
			t.Fatalf("it was not killed before %s: %v\n%s", step, err, said)
		}
		left := files(t, filepath.Dir(place))
		want(t, "killed before "+step, opened(t, place), map[bool]string{true: "Before", false: "After"}[step == "end"])
		done := must(db.Restore(t.Context(), backup, place, dbtest.Now.Add(1)))(t)
		want(t, "restored again", opened(t, place), "Before")
		want(t, "set aside", names(t, done.SetAside), map[bool]string{true: "Before", false: "After"}[step == "end"])
		switch step {
		case "copy", "check", "link":
			want(t, step+": it has begun", left["registry.db.restoring"] != "", step != "copy")
		case "rename", "end":
			want(t, step+": the old one is set aside", left["registry.db.before-restore-20261124-093000"] != "", true)
		}
	}
}

// restoreKilledBefore restores in this process, as the environment says, and kills it before a
// step.
func restoreKilledBefore(t *testing.T, last string) {
	_, err := db.RestoreInSteps(t.Context(), os.Getenv("RESTORE_FROM"), os.Getenv("RESTORE_TO"), dbtest.Now, true, func(step string) {
		if step != last {
			return
		}
		if self, err := os.FindProcess(os.Getpid()); err != nil || self.Kill() != nil {
			t.Fatal("it cannot kill itself")
		}
		select {}
	})
	t.Fatalf("the restore ended with %v", err)
}

// TestAKilledRestoreOfADamagedRegistryKeepsItsParts: its file and its -wal stay together.
func TestAKilledRestoreOfADamagedRegistryKeepsItsParts(t *testing.T) {
	t.Parallel()
	backup, place := backupOf(t, "Before"), killedWith(t, "After")
	wal := string(must(os.ReadFile(place + "-wal"))(t))
	if err := os.WriteFile(place, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	_, err := db.RestoreInSteps(t.Context(), backup, place, dbtest.Now, true, func(step string) {
		at[step] = copyFolder(t, filepath.Dir(place))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"link", "move -wal", "rename"} {
		killed := filepath.Join(at[step], "registry.db")
		done := must(db.Restore(t.Context(), backup, killed, dbtest.Now))(t)
		want(t, "killed before "+step+" and restored", opened(t, killed), "Before")
		kept := files(t, at[step])
		want(t, "the file", kept[filepath.Base(done.SetAside)], "damaged")
		want(t, "its -wal", kept[filepath.Base(done.SetAside)+"-wal"] == wal, true)
	}
}

func TestRestoreFollowsASymbolicLink(t *testing.T) {
	t.Parallel()
	backup, place := backupOf(t, "Before"), killedWith(t, "After")
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(place, link); err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{place + ".before-restore-20261124-093000", ""} { // the second time the link is still broken
		done := must(db.Restore(t.Context(), backup, link, dbtest.Now))(t)
		want(t, "set aside", done.SetAside, set)
		want(t, "the link", must(os.Readlink(link))(t), place)
		want(t, "in place", opened(t, link), "Before")
		want(t, "beside the link", len(must(os.ReadDir(filepath.Dir(link)))(t)), 1)
		for _, name := range []string{place, done.SetAside} {
			os.Remove(name)
		}
	}
}
