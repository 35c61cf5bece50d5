package jobs_test

import (
	"context"
	"testing"

	"clientregistry/db/dbtest"
	"clientregistry/handlers/jobs"
)

// TestJobsEndWithTheirContext: those that are running, and those started later before they do
// anything.
func TestJobsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	ctx, stop := context.WithCancel(t.Context())
	running := jobs.New(ctx, d, jobs.Options{BackupDir: t.TempDir()})
	running.Start()
	stop()
	running.Wait()

	before, err := d.LastVerification(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	late := jobs.New(ctx, d, jobs.Options{BackupDir: t.TempDir()})
	late.Start()
	if !late.Check() {
		t.Error("a check runs that nobody asked for")
	}
	late.Wait()
	if after, err := d.LastVerification(t.Context()); err != nil || after != before {
		t.Errorf("a verification that was over before it began found %+v, %v; before it %+v", after, err, before)
	}
	if late.Checking() || late.Finished() == 0 {
		t.Error("the check is not over")
	}
}

// TestOneBackupAtATime: and one that cannot be recorded does not start.
func TestOneBackupAtATime(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	j := jobs.New(t.Context(), d, jobs.Options{BackupDir: t.TempDir()})
	t.Cleanup(j.Wait)
	begun, err := j.BackUp(func() error {
		if again, err := j.BackUp(func() error { return nil }); again || err != nil {
			t.Errorf("a second one begins: %v %v", again, err)
		}
		return context.Canceled
	})
	if begun || err != context.Canceled || j.BackingUp() {
		t.Errorf("one that could not be recorded: begun %v, running %v, %v", begun, j.BackingUp(), err)
	}
	if begun, err := j.BackUp(func() error { return nil }); !begun || err != nil {
		t.Errorf("it does not begin: %v", err)
	}
	j.Wait()
	if all, err := j.Backups().All(); err != nil || len(all) != 1 {
		t.Errorf("there are %v, %v", all, err)
	}
}
