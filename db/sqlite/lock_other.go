//go:build !unix

package sqlite

import "os"

// LockName opens path.lock. Without flock it cannot keep other programs out.
func LockName(path string) (*os.File, error) {
	return os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
}

// LockFile does nothing on this system.
func LockFile(*os.File) error { return nil }

// LockFolder does nothing on this system.
func LockFolder(string, bool) (*os.File, error) { return nil, nil }

// UnlockFile does nothing on this system.
func UnlockFile(*os.File) error { return nil }

// Names does not work on this system.
func Names(os.FileInfo) int { return 1 }
