package jobs

import (
	"time"

	"clientregistry/db"
)

// tidyHourly removes expired rows at start and then every hour.
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

// tidy removes expired rows in small steps. It holds the writer for at most half of the time.
func (j *Jobs) tidy() error {
	for {
		start := time.Now()
		more, err := j.db.Tidy(j.ctx)
		if err != nil || !more || !j.pause(time.Since(start)) {
			return err
		}
	}
}
