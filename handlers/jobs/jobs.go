// Package jobs runs work in the background: daily checks of the file and the history, backups,
// maintenance of the search indexes, removal of expired rows, sending changes to webhooks, and
// returning memory to the system.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"clientregistry/db"
)

// Jobs runs the background work of one registry.
type Jobs struct {
	db  *db.DB
	log *slog.Logger
	now func() time.Time

	ctx     context.Context // ends every job
	running sync.WaitGroup

	backups        backups
	webhooks       *webhooks
	checking       atomic.Bool  // whether a requested check is running
	changingValues atomic.Bool  // whether changes of vocabularies are being made
	valueChanges   atomic.Int64 // number of requests to make them
	verifying      sync.Mutex   // held while the history is being verified
	merging        sync.Mutex   // held during each step of merging, and during checks of the file: writes during a check make the -wal grow

	served, finished atomic.Int64 // requests and jobs so far
}

// Options say how the jobs are done.
type Options struct {
	BackupDir string // folder of the nightly backups; "" makes none
	BackupAt  DailyTime

	EventData db.EventData // the data that webhooks receive

	Log *slog.Logger
	Now func() time.Time // replaces the clock in tests
}

// New returns the jobs of a registry, which end with ctx. Until Start, only those that somebody
// asks for run.
func New(ctx context.Context, d *db.DB, o Options) *Jobs {
	j := &Jobs{db: d, log: o.Log, now: o.Now, ctx: ctx, webhooks: newWebhooks(d, o)}
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

// Start starts the scheduled jobs.
func (j *Jobs) Start() {
	for _, job := range []func(){
		j.checkDaily, j.verifyDaily, j.backUpNightly, j.mergeWords, j.refold, j.tidyHourly, j.sendWebhooks, j.giveMemoryBack,
	} {
		j.running.Go(job)
	}
	j.ChangeValues()
}

// Wait returns when no job is running.
func (j *Jobs) Wait() { j.running.Wait() }

// Served counts an answered request, so that memory is returned after it.
func (j *Jobs) Served() { j.served.Add(1) }

// Finished counts the jobs that have ended. While it is unchanged, so are their findings.
func (j *Jobs) Finished() int64 { return j.finished.Load() }

// pause waits, and reports whether the jobs should go on.
func (j *Jobs) pause(wait time.Duration) bool {
	select {
	case <-time.After(wait):
		return true
	case <-j.ctx.Done():
		return false
	}
}

// mergeWords merges the search indexes in small steps after changes. It holds the writer for at
// most half of the time.
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
		if !j.pause(time.Second) { // so that a burst of changes is merged once
			return
		}
	}
}
