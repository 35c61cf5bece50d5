package jobs

import (
	"os"
	"runtime/debug"
	"time"
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

// quiet is for how long nobody asks for anything before memory is given back.
const quiet = 5 * time.Second

// giveMemoryBack does so whenever nobody has asked for anything for a while.
func (j *Jobs) giveMemoryBack() {
	var r rest
	for j.pause(quiet) {
		if r.begins(j.served.Load() + j.finished.Load()) {
			j.db.CloseIdleReaders()
			debug.FreeOSMemory()
		}
	}
}

// rest is how much had been done, in requests and jobs, at the last look and at the last rest.
type rest struct{ seen, rested int64 }

// begins tells whether anything was done since the last rest, and nothing since the last look.
func (r *rest) begins(done int64) bool {
	begins := done == r.seen && done != r.rested
	r.seen = done
	if begins {
		r.rested = done
	}
	return begins
}
