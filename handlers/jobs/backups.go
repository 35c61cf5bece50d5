package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"clientregistry/db"
)

// DailyTime is a time of day such as 03:00.
type DailyTime struct{ Hour, Minute int }

// UnmarshalText parses a time such as 03:00.
func (t *DailyTime) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time of day; write it like 03:00", text)
	}
	*t = DailyTime{at.Hour(), at.Minute()}
	return nil
}

func (t DailyTime) String() string { return fmt.Sprintf("%02d:%02d", t.Hour, t.Minute) }

// Last returns the latest moment not after now at which it was this time, in now's zone.
func (t DailyTime) Last(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour, t.Minute, 0, 0, now.Location())
	if at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()-1, t.Hour, t.Minute, 0, 0, now.Location())
	}
	return at
}

// Next returns the first moment after now at which it will be this time, in now's zone.
func (t DailyTime) Next(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour, t.Minute, 0, 0, now.Location())
	if !at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour, t.Minute, 0, 0, now.Location())
	}
	return at
}

// backups is the state of the backups.
type backups struct {
	at     DailyTime
	folder *db.Backups // nil if none are made

	mu      sync.Mutex
	running bool
	tried   time.Time // time of the last attempt
	problem string    // why that failed, "" if it did not
}

// tryStart reports whether a backup may start now, and marks it as running.
func (b *backups) tryStart() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.folder == nil || b.running {
		return false
	}
	b.running = true
	return true
}

// end records the result of the backup that was started.
func (b *backups) end(tried time.Time, problem string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = false
	if !tried.IsZero() {
		b.tried, b.problem = tried, problem
	}
}

// Backups returns the folder of backups, nil if none are made.
func (j *Jobs) Backups() *db.Backups { return j.backups.folder }

// BackupAt returns the time of the nightly backup.
func (j *Jobs) BackupAt() DailyTime { return j.backups.at }

// BackingUp reports whether a backup is running.
func (j *Jobs) BackingUp() bool {
	j.backups.mu.Lock()
	defer j.backups.mu.Unlock()
	return j.backups.running
}

// LastTry returns when a backup was last attempted since the program's start, and what went wrong
// with it.
func (j *Jobs) LastTry() (at time.Time, problem string) {
	j.backups.mu.Lock()
	defer j.backups.mu.Unlock()
	return j.backups.tried, j.backups.problem
}

// BackUp starts a backup in the background. It returns false if one is already running or none are
// made. record stores who asked for it; if that fails, no backup is made.
func (j *Jobs) BackUp(record func() error) (begun bool, err error) {
	if !j.backups.tryStart() {
		return false, nil
	}
	if err := record(); err != nil {
		j.backups.end(time.Time{}, "")
		return false, err
	}
	j.running.Go(j.backUp)
	return true, nil
}

// backUpNightly makes backups when they are due.
func (j *Jobs) backUpNightly() {
	if j.backups.folder == nil {
		return
	}
	db.RemoveParts(j.backups.folder.Folder)
	const soon, often = 20 * time.Second, time.Minute // checked often, because the clock may be set and the machine may sleep
	for wait := soon; j.pause(wait); wait = often {
		j.BackUpIfDue()
	}
}

// BackUpIfDue makes a backup if none was attempted since the last nightly time: tonight's, or one
// that was missed while the program was not running.
func (j *Jobs) BackUpIfDue() {
	due, err := j.backupDue(j.ctx)
	if err != nil && j.ctx.Err() == nil {
		j.log.Error("cannot tell whether a backup is due", "error", err)
	}
	if due && j.backups.tryStart() {
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
	all, _ := j.backups.folder.All() // if the folder cannot be read, the backup itself will fail and say so
	for _, b := range all {
		if b.At.After(tried) && (!b.ProvenAt.IsZero() || b.Problem != "") {
			tried = b.At
		}
	}
	return tried.Before(last), nil
}

// backUp makes the backup that was started.
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
