//go:build !unix

package db

import (
	"fmt"
	"os"
)

// lockFile opens the lock file; without flock it cannot keep a second server out.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot lock %s: %w", path, err)
	}
	return f, nil
}
