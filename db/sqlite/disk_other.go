//go:build !linux && !darwin

package sqlite

// FreeSpace does not work on this system.
func FreeSpace(string) (bytes int64, known bool) { return 0, false }

// SameDisk does not work on this system.
func SameDisk(string, string) bool { return false }
