//go:build !unix

package sqlite

import "os"

// LockName opens path.lock; without flock it cannot keep a second program out.
func LockName(path string) (*os.File, error) {
	return os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
}

// LockFile does nothing here.
func LockFile(*os.File) error { return nil }

// LockFolder does nothing here.
func LockFolder(string, bool) (*os.File, error) { return nil, nil }

// UnlockFile does nothing here.
func UnlockFile(*os.File) error { return nil }

// Names is not known here.
func Names(os.FileInfo) int { return 1 }
