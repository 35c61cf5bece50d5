package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestACompleteFileGetsItsName: with PutInPlace over another file, with NameFile only if there is
// none.
func TestACompleteFileGetsItsName(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	part, name := filepath.Join(folder, "part"), filepath.Join(folder, "name")
	write(t, part, "first", 0o600)
	if err := NameFile(part, name); err != nil {
		t.Fatal(err)
	}
	write(t, part, "second", 0o600)
	if err := NameFile(part, name); !errors.Is(err, os.ErrExist) {
		t.Errorf("a name that is taken answers %v", err)
	}
	want(t, "the content", read(t, name), "first")
	if err := PutInPlace(part, name); err != nil {
		t.Fatal(err)
	}
	want(t, "the content", read(t, name), "second")
	want(t, "the part is there", Exists(part), false)
}

// TestOthersMayNotRead files that are created, copied, or made private.
func TestOthersMayNotRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	wide, made, copied := filepath.Join(folder, "wide"), filepath.Join(folder, "made"), filepath.Join(folder, "copied")
	write(t, wide, "all of it", 0o644)
	if err := CopyPrivate(wide, copied); err != nil {
		t.Fatal(err)
	}
	want(t, "the content of the copy", read(t, copied), "all of it")
	for _, path := range []string{made, wide} {
		if err := CreatePrivate(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{wide, made, copied} {
		want(t, path, mode(t, path), 0o600)
	}
	want(t, "the content", read(t, wide), "all of it")
}

// TestAPathIsResolved through links, even to a file that does not exist.
func TestAPathIsResolved(t *testing.T) {
	t.Parallel()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	for from, to := range map[string]string{"a": "b", "b": in("new.db"), "circle": "back", "back": "circle"} {
		if err := os.Symlink(to, in(from)); err != nil {
			t.Fatal(err)
		}
	}
	for from, wanted := range map[string]string{"a": in("new.db"), "new.db": in("new.db"), "circle": "", "missing/x": ""} {
		got, err := Resolve(in(from))
		if (err != nil) != (wanted == "") {
			t.Error(from, err)
		}
		want(t, from, got, wanted)
	}
}

func TestADatabaseIsRemovedWithAllBesideIt(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "a.db")
	for _, end := range []string{"", "-wal", "-shm", "-journal", ".lock", ".key"} {
		write(t, path+end, "x", 0o600)
	}
	RemoveDatabase(path)
	left, err := os.ReadDir(folder)
	if len(left) != 1 || err != nil || left[0].Name() != "a.db.key" {
		t.Errorf("left are %v, %v", left, err)
	}
}
