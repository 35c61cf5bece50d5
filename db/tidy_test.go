package db_test

import (
	"fmt"
	"testing"
	"time"

	"clientregistry/db/dbtest"
)

// remember stores request IDs of Léa's that were used some time ago.
func remember(t *testing.T, o *dbtest.Office, n int, ago time.Duration) {
	t.Helper()
	o.Exec(t, `
		WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
		INSERT INTO requests (user_id, made, request_id, target_id, created_at)
		SELECT ?, 'contact', printf('%08x-0000-7000-8000-%012x', n, ?), 'x', ? FROM numbers`,
		n, o.Lea.UserID, int64(ago/time.Second), stamp(o.Clock.Now().Add(-ago)))
}

// TestWhatIsOverIsTidiedWhileTheRegistryIsOpen: all of it, in steps, and nothing that is still
// valid. It is not recorded.
func TestWhatIsOverIsTidiedWhileTheRegistryIsOpen(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	signIn(t, o, lea)
	remembered(t, o, lea, "")
	halves(t, o, o.Lea, 1)
	must(o.StartReset(t.Context(), o.Ines, o.Lea.UserID))(t)
	lockOut(t, o, tomas)
	remember(t, o, 1201, 7*24*time.Hour+2*time.Minute)
	remember(t, o, 3, 6*24*time.Hour)
	history := o.Column(t, "SELECT count(*) FROM audit_logs")[0]
	counts := func() string {
		return fmt.Sprint(o.Column(t, `
			SELECT count(*) FROM sessions UNION ALL SELECT count(*) FROM half_sign_ins UNION ALL SELECT count(*) FROM user_links
			UNION ALL SELECT count(*) FROM sign_in_attempts UNION ALL SELECT count(*) FROM devices UNION ALL SELECT count(*) FROM requests`))
	}
	before := counts()
	want(t, "one piece leaves more", must(o.Tidy(t.Context()))(t), true)
	want(t, "one piece of request ids", o.Column(t, "SELECT count(*) FROM requests")[0], "704")
	for must(o.Tidy(t.Context()))(t) {
	}
	want(t, "request ids", o.Column(t, "SELECT count(*) FROM requests")[0], "3")
	o.Exec(t, "DELETE FROM requests")
	remember(t, o, 1204, 0)
	want(t, "nothing else was over", counts(), before)

	o.Clock.Add(100 * 24 * time.Hour)
	for must(o.Tidy(t.Context()))(t) {
	}
	want(t, "after a hundred days", counts(), "[0 0 0 0 0 0]")
	want(t, "history", o.Column(t, "SELECT count(*) FROM audit_logs")[0], history)
}
