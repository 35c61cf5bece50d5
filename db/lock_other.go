//go:build !unix

package db

import "os"

// lockName opens the lock file; without flock it cannot keep a second server out.
func lockName(path string) (*os.File, error) {
	return os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
}

func lockFile(*os.File) error { return nil }

func lockFolder(string, bool) (*os.File, error) { return nil, nil }

func unlockFile(*os.File) error { return nil }

func links(os.FileInfo) int { return 1 }
