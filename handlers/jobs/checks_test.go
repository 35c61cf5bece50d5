package jobs

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestACheckThatIsGivenUpIsMadeAnHourLaterToItsEnd, and no other.
func TestACheckThatIsGivenUpIsMadeAnHourLaterToItsEnd(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	now := dbtest.Now.Add(48 * time.Hour)
	j := New(t.Context(), d, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	broken := errors.New("the disk does not answer")
	var made string
	check := func(name string, err error) func(context.Context) error {
		return func(context.Context) error { made = name; return err }
	}
	for _, x := range []struct {
		name               string
		toEnd              bool
		inCalm, thoroughly error
		made               string
		wait               time.Duration
		nextToEnd          bool
	}{
		{"sound", false, nil, nil, "in calm", 24 * time.Hour, false},
		{"much written", false, db.ErrMuchWritten, nil, "in calm", time.Hour, true},
		{"the second try", true, db.ErrMuchWritten, nil, "thoroughly", 24 * time.Hour, false},
		{"a failure", false, broken, nil, "in calm", time.Hour, false},
		{"the second try fails", true, nil, broken, "thoroughly", time.Hour, false},
	} {
		made = ""
		wait, nextToEnd := j.checkIfDue(x.toEnd, check("in calm", x.inCalm), check("thoroughly", x.thoroughly))
		if made != x.made || wait != x.wait || nextToEnd != x.nextToEnd {
			t.Errorf("%s: checked %s, again after %s, to its end %t", x.name, made, wait, nextToEnd)
		}
	}

	if err := d.CheckFile(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, made = d.Health().CheckedAt.Add(time.Hour), ""
	if wait, _ := j.checkIfDue(false, check("in calm", nil), check("thoroughly", nil)); made != "" || wait != 24*time.Hour {
		t.Errorf("checked %s an hour after the last check, again after %s", made, wait)
	}
}
