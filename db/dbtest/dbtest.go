// Package dbtest opens registries for tests: real files, migrated once and then copied, which do
// not wait for the disk. A test about power cuts opens its registry with db.Open instead.
package dbtest

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/secrets"
)

func init() {
	secrets.Patience = time.Hour
	secrets.Memory = 64
}

// Now is the time at which tests start.
var Now = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// Empty returns the content of an empty registry's file. It migrates one at the first call.
var Empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "clientregistry")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	d, err := db.Open(context.Background(), path, db.Options{Create: true})
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Clock is a clock that tests can move.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Receivers are where the receivers of webhooks are in tests: on this machine.
var Receivers = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}

// Open returns an empty registry in the test's own folder, its path, and its clock, which starts at
// Now. It is closed when the test ends.
func Open(t testing.TB) (*db.DB, string, *Clock) {
	t.Helper()
	content, err := Empty()
	if err != nil {
		t.Fatal(err)
	}
	return open(t, content)
}

func open(t testing.TB, content []byte) (*db.DB, string, *Clock) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	clock := &Clock{at: Now}
	d, err := db.Open(context.Background(), path, db.Options{Now: clock.Now, Unsynced: true, WebhookAllow: Receivers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, path, clock
}

// Tallies selects the stored tallies, and PlainTallies what they should be.
const (
	Tallies = "SELECT kind || quarter || ' ' || n FROM tally WHERE n > 0 UNION ALL SELECT 'owner' || owner_user_id || ' ' || n" +
		" FROM owner_tally WHERE n > 0 ORDER BY 1"
	PlainTallies = `
		SELECT channel || (unixepoch(happened_at) / 900) || ' ' || count(*) FROM interactions GROUP BY channel, unixepoch(happened_at) / 900
		UNION ALL SELECT 'organization' || (unixepoch(created_at) / 900) || ' ' || count(*) FROM organizations GROUP BY unixepoch(created_at) / 900
		UNION ALL SELECT 'contact' || (unixepoch(created_at) / 900) || ' ' || count(*) FROM contacts GROUP BY unixepoch(created_at) / 900
		UNION ALL SELECT 'owner' || ifnull(owner_user_id, '') || ' ' || count(*) FROM organizations WHERE is_active = 1 GROUP BY owner_user_id
		ORDER BY 1`
)

// Damaged returns a text with another last letter.
func Damaged(s string) string {
	last := len(s) - 1
	if s[last] == 'x' {
		return s[:last] + "y"
	}
	return s[:last] + "x"
}
