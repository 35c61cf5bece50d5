package db

import (
	"context"
	"errors"
	"testing"
)

// TestALargeSampleLeavesTheSettingsAsTheyWere stops one midway: what is written
// afterwards is checked and safe on disk again.
func TestALargeSampleLeavesTheSettingsAsTheyWere(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	settings := func() (all [7]string) {
		for i, name := range []string{"journal_mode", "synchronous", "secure_delete", "foreign_keys", "ignore_check_constraints", "cache_size", "threads"} {
			if err := d.writer.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&all[i]); err != nil {
				t.Fatal(name, err)
			}
		}
		return all
	}
	before := settings()
	ctx, stop := context.WithCancel(t.Context())
	err := d.Demo(ctx, System, "m", 1, func(int, int) { stop() })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if after := settings(); after != before {
		t.Errorf("the settings are %v, were %v", after, before)
	}
}
