package db

import (
	"os"
	"strings"

	"clientregistry/db/sqlite"
)

// Announce says, in the lock that a server holds, where commands can ask it;
// "" takes that back.
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

// Announced returns where the server of a registry can be asked, "" where none
// has said so. It may have ended since.
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
