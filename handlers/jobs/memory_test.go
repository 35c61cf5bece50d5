package jobs

import "testing"

func TestMemoryIsGivenBackOnceWhenRequestsEnd(t *testing.T) {
	t.Parallel()
	var r rest
	for i, look := range []struct {
		asked  int64
		begins bool
	}{
		{0, false}, // no requests yet
		{7, false}, // requests since the last look
		{7, true},
		{7, false}, // already resting
		{8, false},
		{9, false}, // still busy
		{9, true},
		{9, false},
	} {
		if got := r.begins(look.asked); got != look.begins {
			t.Errorf("at look %d, after %d requests, a rest begins: %t", i+1, look.asked, got)
		}
	}
}
