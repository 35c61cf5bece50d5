package jobs

import (
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestAllThatIsOverIsTidied: however many steps it takes.
func TestAllThatIsOverIsTidied(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	if _, err := o.SignIn(t.Context(), db.Actor{}, "lea@pinestreet.example", dbtest.Password); err != nil {
		t.Fatal(err)
	}
	o.Exec(t, `
		WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1201)
		INSERT INTO sessions (id, user_id, created_at, last_used_at)
		SELECT printf('%064x', n), user_id, created_at, last_used_at FROM numbers, sessions`)
	j := New(t.Context(), o.DB, Options{Now: o.Clock.Now})
	if err := j.tidy(); err != nil {
		t.Fatal(err)
	}
	if left := o.Column(t, "SELECT count(*) FROM sessions")[0]; left != "1202" {
		t.Errorf("of sessions that go on %s are left", left)
	}
	o.Clock.Add(4 * 24 * time.Hour)
	if err := j.tidy(); err != nil {
		t.Fatal(err)
	}
	if left := o.Column(t, "SELECT count(*) FROM sessions")[0]; left != "0" {
		t.Errorf("of sessions that are over %s are left", left)
	}
}
