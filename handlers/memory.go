package handlers

import (
	"os"
	"runtime/debug"
)

// How long garbage may stand: until there is four times as much of it as of
// what is in use, in percent, but not where all of it comes near this many bytes.
const (
	garbage     = 400
	memoryLimit = 100 << 20
)

// SpareMemory gives back what the start of the program took, and makes it
// collect garbage less often than Go does by itself: pages are made of many small
// pieces that live for one answer. GOGC and GOMEMLIMIT, where they are set, say
// otherwise.
func SpareMemory() {
	debug.FreeOSMemory()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
