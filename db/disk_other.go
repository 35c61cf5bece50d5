//go:build !linux && !darwin

package db

// FreeSpace is not known here.
func FreeSpace(string) (bytes int64, known bool) { return 0, false }

func sameDisk(string, string) bool { return false }
