package jobs

import (
	"time"

	"clientregistry/db"
)

// refold makes the keys and words of texts again where an earlier version of the
// program made them, at most half of the time, and is done once for each version.
func (j *Jobs) refold() {
	j.nameSameEmails()
	for more := true; more; {
		start := time.Now()
		var err error
		if more, err = j.refoldPiece(); err != nil {
			if j.ctx.Err() == nil && !db.IsDamaged(err) {
				j.log.Warn("re-indexing stopped; the next start goes on with it", "error", err)
			}
			return
		}
		if !j.pause(time.Since(start)) {
			return
		}
	}
}

// refoldPiece does so with a piece, and merges what that adds to the indexes of
// words: else the next change of a record would have to.
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
