//go:build !linux || !cgo

package sqlite

// ReturnMemory does nothing: on other systems freed memory is left to their C libraries.
func ReturnMemory() {}
