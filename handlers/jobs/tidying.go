package jobs

import (
	"time"

	"clientregistry/db"
)

// tidyHourly removes what is over now and then once an hour.
func (j *Jobs) tidyHourly() {
	for {
		if err := j.tidy(); err != nil && j.ctx.Err() == nil && !db.IsDamaged(err) {
			j.log.Warn("expired rows could not be removed; the next attempt is within the hour", "error", err)
		}
		if !j.pause(time.Hour) {
			return
		}
	}
}

// tidy removes all that is over, a little at a time: at most half of the writer's
// time is its.
func (j *Jobs) tidy() error {
	for {
		start := time.Now()
		more, err := j.db.Tidy(j.ctx)
		if err != nil || !more || !j.pause(time.Since(start)) {
			return err
		}
	}
}
