package jobs

import (
	"context"
	"errors"
	"time"

	"clientregistry/db"
)

// Check has the file and the history checked beside the caller: of a large
// registry that takes minutes. It returns false where that is being done already.
func (j *Jobs) Check() (begun bool) {
	if !j.checking.CompareAndSwap(false, true) {
		return false
	}
	j.running.Go(func() {
		defer j.finished.Add(1)
		defer j.checking.Store(false)
		if err := j.checkFile(j.db.CheckFile); err != nil && j.ctx.Err() == nil {
			j.log.Error("check of the file", "error", err)
		}
		if _, err := j.verify(j.ctx, false); err != nil && j.ctx.Err() == nil {
			j.log.Error("check of the history", "error", err)
		}
	})
	return true
}

// Checking tells whether a check runs that somebody asked for.
func (j *Jobs) Checking() bool { return j.checking.Load() }

// checkDaily checks the file once a day, and soon where that was not done at the
// start. A check that is given up because much is written is made an hour later,
// to its end. While the file is damaged, or could not be checked, it tries again
// within the hour.
func (j *Jobs) checkDaily() {
	toEnd := false
	for {
		var wait time.Duration
		wait, toEnd = j.checkIfDue(toEnd, j.db.CheckFileInCalm, j.db.CheckFile)
		j.finished.Add(1)
		if !j.pause(wait) {
			return
		}
	}
}

// checkIfDue checks the file if that is due: in calm, which gives up if much is written, or
// thoroughly, to its end. It returns how long to wait before the next check, and whether that
// one goes to its end.
func (j *Jobs) checkIfDue(toEnd bool, inCalm, thoroughly func(context.Context) error) (wait time.Duration, nextToEnd bool) {
	before := j.db.Health()
	if before.Damage == "" && j.now().Sub(before.CheckedAt) < 24*time.Hour {
		return 24 * time.Hour, false
	}
	check := inCalm
	if toEnd {
		check = thoroughly
	}
	err := j.checkFile(check)
	j.logCheck(err, before.Damage)
	if err != nil {
		return time.Hour, errors.Is(err, db.ErrMuchWritten)
	}
	return 24 * time.Hour, false
}

// checkFile checks the file while nothing else is written by itself.
func (j *Jobs) checkFile(check func(context.Context) error) error {
	j.merging.Lock()
	defer j.merging.Unlock()
	return check(j.ctx)
}

// logCheck tells the log what a check of the file found; before is the damage that was known.
func (j *Jobs) logCheck(err error, before string) {
	switch {
	case db.IsDamaged(err):
		j.log.Error("the file is damaged; nothing is written to it: copy it out with backup, then restore a backup",
			"found", j.db.Health().Damage)
	case errors.Is(err, db.ErrMuchWritten):
		j.log.Info("the check of the file was put off for an hour", "because", err)
	case err != nil && j.ctx.Err() == nil:
		j.log.Error("the file could not be checked", "error", err)
	case err == nil && before != "":
		j.log.Info("the file is sound again; changes are taken")
	}
}

// ErrVerifying tells that the history is being verified already.
var ErrVerifying = errors.New("a verification is running")

// VerifyHistory checks the history now. Its error is ErrVerifying, a *db.Broken
// that says what is wrong with the history, or why that cannot be known.
func (j *Jobs) VerifyHistory(ctx context.Context) (db.Verification, error) {
	return j.verify(ctx, false)
}

// verify checks the history, one check at a time.
func (j *Jobs) verify(ctx context.Context, gently bool) (db.Verification, error) {
	if !j.verifying.TryLock() {
		return db.Verification{}, ErrVerifying
	}
	defer j.verifying.Unlock()
	v, err := j.db.VerifyHistory(ctx, gently)
	if found := (*db.Broken)(nil); errors.As(err, &found) {
		j.log.Error("the history is broken", "problem", found.Problem)
	}
	return v, err
}

// verifyDaily checks the history now and then once a day, without hurry.
func (j *Jobs) verifyDaily() {
	for {
		_, err := j.verify(j.ctx, true)
		if found := (*db.Broken)(nil); err != nil && !errors.As(err, &found) && j.ctx.Err() == nil {
			j.log.Error("the history could not be verified", "error", err)
		}
		j.finished.Add(1)
		if !j.pause(24 * time.Hour) {
			return
		}
	}
}
