package jobs

import (
	"time"

	"clientregistry/db"
)

// refold updates the sort keys and search words that an earlier version made, once for each version.
// It works at most half of the time.
func (j *Jobs) refold() {
	j.nameSameEmails()
	for more := true; more; {
		start := time.Now()
		var err error
		if more, err = j.refoldPiece(); err != nil {
			if j.ctx.Err() == nil && !db.IsDamaged(err) {
				j.log.Warn("re-indexing stopped; the next start continues it", "error", err)
			}
			return
		}
		if !j.pause(time.Since(start)) {
			return
		}
	}
}

// refoldPiece updates a batch of rows, and merges the search indexes, so that the next change of a
// record need not.
func (j *Jobs) refoldPiece() (more bool, err error) {
	j.merging.Lock()
	defer j.merging.Unlock()
	more, err = j.db.Refold(j.ctx)
	for merging := more; merging && err == nil; {
		merging, err = j.db.MergeWords(j.ctx)
	}
	return more, err
}

func (j *Jobs) nameSameEmails() {
	same, err := j.db.SameEmails(j.ctx)
	if err != nil && j.ctx.Err() == nil {
		j.log.Warn("emails could not be compared", "error", err)
	}
	for _, emails := range same {
		j.log.Warn("two emails are the same but for how their letters are composed; correct one of them", "emails", emails)
	}
}
