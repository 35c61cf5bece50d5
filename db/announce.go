package db

import (
	"os"
	"strings"

	"clientregistry/db/sqlite"
)

// Announce writes the server's address into its lock file, where commands find it. "" removes it.
// Without an Exclusive open it does nothing.
func (d *DB) Announce(address string) error {
	if d.lock == nil {
		return nil
	}
	if err := d.lock.Truncate(0); err != nil {
		return err
	}
	_, err := d.lock.WriteAt([]byte(address), 0)
	return err
}

// Announced returns the address of the server that announced itself, or "" if none did. The server
// may have ended since.
func Announced(path string) string {
	path, err := sqlite.Resolve(path)
	if err != nil {
		return ""
	}
	address, err := os.ReadFile(path + ".lock")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(address))
}
