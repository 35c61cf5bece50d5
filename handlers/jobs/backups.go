package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"clientregistry/db"
)

// DailyTime is a time of day, like 03:00.
type DailyTime struct{ Hour, Minute int }

// UnmarshalText reads 03:00.
func (t *DailyTime) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time of day; write it like 03:00", text)
	}
	*t = DailyTime{at.Hour(), at.Minute()}
	return nil
}

func (t DailyTime) String() string { return fmt.Sprintf("%02d:%02d", t.Hour, t.Minute) }

// Last returns the latest moment up to now at which it was this time, in now's zone.
func (t DailyTime) Last(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour, t.Minute, 0, 0, now.Location())
	if at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()-1, t.Hour, t.Minute, 0, 0, now.Location())
	}
	return at
}

// backups is what is known of the backups that are made here.
type backups struct {
	at     DailyTime
	folder *db.Backups // nil: none are made

	mu      sync.Mutex
	running bool
	tried   time.Time // last
	problem string    // of that try, "" where it went well
}

// start tells whether a backup may begin; only one runs at a time.
func (b *backups) start() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.folder == nil || b.running {
		return false
	}
	b.running = true
	return true
}

// end says how the backup that start let begin went.
func (b *backups) end(tried time.Time, problem string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = false
	if !tried.IsZero() {
		b.tried, b.problem = tried, problem
	}
}

// Backups is the folder of the backups, nil where none are made.
func (j *Jobs) Backups() *db.Backups { return j.backups.folder }

// BackupAt is when the nightly backup is made.
func (j *Jobs) BackupAt() DailyTime { return j.backups.at }

// BackingUp tells whether a backup is being made.
func (j *Jobs) BackingUp() bool {
	j.backups.mu.Lock()
	defer j.backups.mu.Unlock()
	return j.backups.running
}

// LastTry is when a backup was tried last since the start of the program, and
// what went wrong with it.
func (j *Jobs) LastTry() (at time.Time, problem string) {
	j.backups.mu.Lock()
	defer j.backups.mu.Unlock()
	return j.backups.tried, j.backups.problem
}

// BackUp has a backup made now, beside the caller. It returns false where one is
// being made already or none are made at all. record notes who asked for it; where
// that fails none is made.
func (j *Jobs) BackUp(record func() error) (begun bool, err error) {
	if !j.backups.start() {
		return false, nil
	}
	if err := record(); err != nil {
		j.backups.end(time.Time{}, "")
		return false, err
	}
	j.running.Go(j.backUp)
	return true, nil
}

// backUpNightly makes the backups that are due, without hurry.
func (j *Jobs) backUpNightly() {
	if j.backups.folder == nil {
		return
	}
	db.RemoveParts(j.backups.folder.Folder)
	const soon, often = 20 * time.Second, time.Minute // the clock may be set, the machine may sleep
	for wait := soon; j.pause(wait); wait = often {
		j.BackUpIfDue()
	}
}

// BackUpIfDue makes a backup where none was tried since the last time of day at
// which one is made: tonight's, or one that was missed while the program was off.
func (j *Jobs) BackUpIfDue() {
	due, err := j.backupDue(j.ctx)
	if err != nil && j.ctx.Err() == nil {
		j.log.Error("it is not known whether a backup is due", "error", err)
	}
	if due && j.backups.start() {
		j.backUp()
	}
}

func (j *Jobs) backupDue(ctx context.Context) (bool, error) {
	last := j.backups.at.Last(j.now().Local())
	created, err := j.db.Created(ctx)
	if err != nil || created.After(last) {
		return false, err
	}
	tried, _ := j.LastTry()
	all, _ := j.backups.folder.All() // a folder that cannot be read is what the backup will fail for
	for _, b := range all {
		if b.At.After(tried) && (!b.ProvenAt.IsZero() || b.Problem != "") {
			tried = b.At
		}
	}
	return tried.Before(last), nil
}

// backUp makes the backup that start let begin.
func (j *Jobs) backUp() {
	begun := time.Now()
	made, err := j.db.MakeBackup(j.ctx, *j.backups.folder)
	stopped := err != nil && j.ctx.Err() != nil
	j.backups.end(made.At, made.Problem)
	j.finished.Add(1)
	switch {
	case stopped:
		j.log.Info("a backup was stopped; the next start makes it")
	case err != nil:
		j.log.Error("backup", "error", err)
	default:
		j.log.Info("backup", "file", made.Name, "bytes", made.Size, "ms", time.Since(begun).Milliseconds())
	}
}
