package jobs

import (
	"time"

	"clientregistry/db"
)

// ChangeValues continues changes of vocabularies in the background, unless that is already running.
func (j *Jobs) ChangeValues() {
	j.valueChanges.Add(1)
	if j.changingValues.CompareAndSwap(false, true) {
		j.running.Go(j.changeValues)
	}
}

// holdWriter is how long a piece of work may keep others from writing. A piece of 500 rows takes a tenth of a second
// on a quiet machine, and seconds on a busy one.
const holdWriter = 50 * time.Millisecond

// changeValues makes the changes in pieces. It holds the writer for at most half of the time. What it
// cannot finish now, it tries again a minute later and after a restart.
func (j *Jobs) changeValues() {
	defer j.finished.Add(1)
	for {
		asked := j.valueChanges.Load()
		for more := true; more; {
			start := time.Now()
			var err error
			more, err = j.db.ContinueValueChanges(j.ctx, holdWriter)
			wait := time.Since(start)
			if err == nil && more {
				err = j.db.Checkpoint(j.ctx)
			}
			if err != nil && j.ctx.Err() == nil {
				if !db.IsDamaged(err) {
					j.log.Warn("a change of a value stopped; it goes on within a minute", "error", err)
				}
				wait, more = time.Minute, true
			}
			if !j.pause(wait) {
				return
			}
		}
		j.changingValues.Store(false)
		if j.valueChanges.Load() == asked || !j.changingValues.CompareAndSwap(false, true) {
			return
		}
	}
}
