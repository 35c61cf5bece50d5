//go:build !linux && !darwin

package sqlite

// FreeSpace is not known here.
func FreeSpace(string) (bytes int64, known bool) { return 0, false }

// SameDisk is not known here.
func SameDisk(string, string) bool { return false }
