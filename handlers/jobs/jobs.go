// Package jobs is what runs beside requests: the daily checks of the file and of
// the history, backups, the merging of the indexes of words, making keys and words
// of texts again, removing what is over, and giving memory back.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"clientregistry/db"
)

// Jobs runs beside the requests of one registry.
type Jobs struct {
	db  *db.DB
	log *slog.Logger
	now func() time.Time

	ctx     context.Context // every job ends with it
	running sync.WaitGroup

	backups   backups
	checking  atomic.Bool // the file and the history, because somebody asked
	verifying sync.Mutex  // held while the history is being verified
	merging   sync.Mutex  // held during each step of merging, and while the file is checked: what is written then makes the -wal grow

	served, finished atomic.Int64 // requests and jobs so far
}

// Options say how the jobs are done.
type Options struct {
	BackupDir string // folder of the backups that are made by themselves; "" makes none
	BackupAt  DailyTime
	Log       *slog.Logger
	Now       func() time.Time // replaces the clock in tests
}

// New returns the jobs of a registry, which end with ctx. Before Start only
// those run that somebody asks for.
func New(ctx context.Context, d *db.DB, o Options) *Jobs {
	j := &Jobs{db: d, log: o.Log, now: o.Now, ctx: ctx}
	if j.log == nil {
		j.log = slog.New(slog.DiscardHandler)
	}
	if j.now == nil {
		j.now = time.Now
	}
	if j.backups.at = o.BackupAt; o.BackupDir != "" {
		j.backups.folder = new(d.BackupsIn(o.BackupDir))
	}
	return j
}

// Start begins the jobs that run by themselves.
func (j *Jobs) Start() {
	for _, job := range []func(){j.checkDaily, j.verifyDaily, j.backUpNightly, j.mergeWords, j.refold, j.tidyHourly, j.giveMemoryBack} {
		j.running.Go(job)
	}
}

// Wait returns when no job runs any more.
func (j *Jobs) Wait() { j.running.Wait() }

// Served notes that a request was answered, so that memory is given back after it.
func (j *Jobs) Served() { j.served.Add(1) }

// Finished counts the jobs that have ended: while it stays the same, what jobs
// find out stays the same.
func (j *Jobs) Finished() int64 { return j.finished.Load() }

// pause waits, and tells whether the jobs go on.
func (j *Jobs) pause(wait time.Duration) bool {
	select {
	case <-time.After(wait):
		return true
	case <-j.ctx.Done():
		return false
	}
}

// mergeWords merges the indexes of words a little at a time after changes: at
// most half of the writer's time is its.
func (j *Jobs) mergeWords() {
	for {
		changed := j.db.NextCommit()
		for more := true; more; {
			j.merging.Lock()
			start := time.Now()
			var err error
			more, err = j.db.MergeWords(j.ctx)
			j.merging.Unlock()
			if err != nil && j.ctx.Err() == nil && !db.IsDamaged(err) {
				j.log.Warn("the full-text indexes could not be merged", "error", err)
			}
			if !j.pause(time.Since(start)) {
				return
			}
		}
		select {
		case <-changed:
		case <-j.ctx.Done():
			return
		}
		if !j.pause(time.Second) { // so that a burst of changes is looked at once
			return
		}
	}
}
