package jobs

import (
	"os"
	"runtime/debug"
	"time"
)

// Garbage is collected when there is four times as much of it as of memory in use (in percent), or
// when the total nears the limit in bytes.
const (
	garbage     = 400
	memoryLimit = 100 << 20
)

// SpareMemory returns the memory that start-up used, and makes the program collect garbage less
// often than by default, because pages consist of many small short-lived texts. GOGC and
// GOMEMLIMIT take precedence.
func SpareMemory() {
	debug.FreeOSMemory()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// quiet is how long there must be no requests before memory is returned.
const quiet = 5 * time.Second

// giveMemoryBack returns memory to the system whenever there have been no requests for a while.
func (j *Jobs) giveMemoryBack() {
	var r rest
	for j.pause(quiet) {
		if r.begins(j.served.Load() + j.finished.Load()) {
			j.db.CloseIdleReaders()
			debug.FreeOSMemory()
		}
	}
}

// rest holds the count of requests and jobs at the last look and at the last time memory was
// returned.
type rest struct{ seen, rested int64 }

// begins reports whether a rest begins: there was work since the last one, but none since the last look.
func (r *rest) begins(done int64) bool {
	begins := done == r.seen && done != r.rested
	r.seen = done
	if begins {
		r.rested = done
	}
	return begins
}
