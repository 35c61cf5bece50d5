package wording

import "testing"

func TestCountsSayWhatIsKnown(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		n               int
		many            bool
		matches, number string
	}{
		{0, false, "0 contacts", "0"},
		{1, false, "1 contact", "1"},
		{1234, false, "1,234 contacts", "1,234"},
		{10_000, true, "more than 10,000 contacts", "10,000+"},
		{0, true, "", ""},
	} {
		if got := Matches(x.n, x.many, "contact"); got != x.matches {
			t.Errorf("Matches(%d, %t) = %q, want %q", x.n, x.many, got, x.matches)
		}
		if got := Number(x.n, x.many); got != x.number {
			t.Errorf("Number(%d, %t) = %q, want %q", x.n, x.many, got, x.number)
		}
	}
}
