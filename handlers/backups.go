package handlers

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
		return fmt.Errorf("%q is no time of day; give it like 03:00", text)
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

// tooLong is how long there may be no proven backup before administrators are told.
const tooLong = 48 * time.Hour

// backups is what the server knows of the backups that it makes.
type backups struct {
	at     DailyTime
	folder *db.Backups // nil: it makes none

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

func (b *backups) isRunning() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running
}

// BackUpNightly makes the backups that are due, in the background and without
// hurry, until End.
func (s *Server) BackUpNightly() {
	if s.backups.folder == nil {
		return
	}
	db.RemoveParts(s.backups.folder.Folder)
	const soon, often = 20 * time.Second, time.Minute // the clock may be set, the machine may sleep
	for wait := soon; ; wait = often {
		select {
		case <-time.After(wait):
			s.BackUpIfDue()
		case <-s.ending.Done():
			return
		}
	}
}

// BackUpIfDue makes a backup where none was tried since the last time of day at
// which one is made: tonight's, or one that was missed while the program was off.
func (s *Server) BackUpIfDue() {
	due, err := s.backupDue(s.ending)
	if err != nil && s.ending.Err() == nil {
		s.log.Error("it is not known whether a backup is due", "error", err)
	}
	if due && s.backups.start() {
		s.backUp()
	}
}

func (s *Server) backupDue(ctx context.Context) (bool, error) {
	last := s.backups.at.Last(s.now().Local())
	created, err := s.db.Created(ctx)
	if err != nil || created.After(last) {
		return false, err
	}
	s.backups.mu.Lock()
	tried := s.backups.tried
	s.backups.mu.Unlock()
	all, _ := s.backups.folder.All() // a folder that cannot be read is what the backup will fail for
	for _, b := range all {
		if b.At.After(tried) && (!b.ProvenAt.IsZero() || b.Problem != "") {
			tried = b.At
		}
	}
	return tried.Before(last), nil
}

// backUp makes the backup that start let begin.
func (s *Server) backUp() {
	begun := time.Now()
	made, err := s.db.MakeBackup(s.ending, *s.backups.folder)
	stopped := err != nil && s.ending.Err() != nil
	s.backups.end(made.At, made.Problem)
	s.forgetCondition()
	s.asked.Add(1) // so that memory is given back after it too
	switch {
	case stopped:
		s.log.Info("a backup was stopped; it is made up for after the next start")
	case err != nil:
		s.log.Error("backup", "error", err)
	default:
		s.log.Info("backup", "file", made.Name, "bytes", made.Size, "ms", time.Since(begun).Milliseconds())
	}
}
