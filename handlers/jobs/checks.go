package jobs

import (
	"context"
	"errors"
	"time"

	"clientregistry/db"
)

// Check starts a check of the file and the history in the background; for a large registry it takes
// minutes. It returns false if one is already running.
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

// Checking reports whether a requested check is running.
func (j *Jobs) Checking() bool { return j.checking.Load() }

// checkDaily checks the file once a day, and soon after a start that did not. A check that gives
// way to many writes is repeated an hour later and then finished. While the file is damaged or
// cannot be checked, it is checked every hour.
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

// checkFile checks the file while the other jobs do not write.
func (j *Jobs) checkFile(check func(context.Context) error) error {
	j.merging.Lock()
	defer j.merging.Unlock()
	return check(j.ctx)
}

// logCheck logs the result of a check. before is the damage known until then.
func (j *Jobs) logCheck(err error, before string) {
	switch {
	case db.IsDamaged(err):
		j.log.Error("the file is damaged; nothing is written to it: copy it out with backup, then restore a backup",
			"found", j.db.Health().Damage)
	case errors.Is(err, db.ErrMuchWritten):
		j.log.Info("the check of the file was postponed by an hour", "because", err)
	case err != nil && j.ctx.Err() == nil:
		j.log.Error("the file could not be checked", "error", err)
	case err == nil && before != "":
		j.log.Info("the file is sound again; changes are accepted")
	}
}

// ErrVerifying means that a verification of the history is already running.
var ErrVerifying = errors.New("a verification is running")

// VerifyHistory checks the history now. Its error is ErrVerifying, a *db.Broken that says what is
// wrong with the history, or the reason why it could not be checked.
func (j *Jobs) VerifyHistory(ctx context.Context) (db.Verification, error) {
	return j.verify(ctx, false)
}

// verify checks the history. Only one check runs at a time.
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

// verifyDaily checks the history at start and then once a day, at low priority.
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
