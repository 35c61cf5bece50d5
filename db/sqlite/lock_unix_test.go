//go:build unix

package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestALockHasOneHolder until it is closed or unlocked.
func TestALockHasOneHolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	first, err := LockName(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockName(path); !errors.Is(err, ErrInUse) {
		t.Errorf("the second gets %v", err)
	}
	first.Close()
	second, err := LockName(path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := UnlockFile(second); err != nil {
		t.Fatal(err)
	}
	third, err := LockName(path)
	if err != nil {
		t.Fatal(err)
	}
	third.Close()
}

func TestAFolderIsSharedOrHeldAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	var shared []*os.File
	for range 2 {
		f, err := LockFolder(path, false)
		if err != nil {
			t.Fatal(err)
		}
		shared = append(shared, f)
	}
	if _, err := LockFolder(path, true); !errors.Is(err, errFolderInUse) {
		t.Errorf("beside others it gets %v", err)
	}
	for _, f := range shared {
		f.Close()
	}
	alone, err := LockFolder(path, true)
	if err != nil {
		t.Fatal(err)
	}
	alone.Close()
	if f, err := LockFolder(filepath.Join(path, "missing", "a.db"), true); f != nil || err != nil {
		t.Errorf("where there is no folder: %v, %v", f, err)
	}
}

// TestALockThatAChildHasForAMomentIsGivenBack: a child process has all files of its parent open
// until it executes its program.
func TestALockThatAChildHasForAMomentIsGivenBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	held, err := LockName(path)
	if err != nil {
		t.Fatal(err)
	}
	childs, err := syscall.Dup(int(held.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(childs)
	if err := Unlock(held); err != nil {
		t.Fatal(err)
	}
	next, err := LockName(path)
	if err != nil {
		t.Fatal(err)
	}
	next.Close()
}
