package handlers

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

// Rest gives memory back whenever nobody has asked for anything for a while, until End.
func (s *Server) Rest() {
	tick := time.NewTicker(quiet)
	defer tick.Stop()
	var r rest
	for {
		select {
		case <-tick.C:
			if r.begins(s.asked.Load()) {
				s.db.Rest()
				debug.FreeOSMemory()
			}
		case <-s.ending.Done():
			return
		}
	}
}

// rest is when the server was looked at last: how many requests there had been, and at its last rest.
type rest struct{ seen, rested int64 }

// begins tells whether there were requests since the last rest, and none since the last look.
func (r *rest) begins(asked int64) bool {
	begins := asked == r.seen && asked != r.rested
	r.seen = asked
	if begins {
		r.rested = asked
	}
	return begins
}
