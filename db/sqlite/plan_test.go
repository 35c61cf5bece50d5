package sqlite

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// TestAPlanDoesNotFollowTheValueOfAComparison shows why stablePlan is needed: with a partial index,
// = ? is planned and prepared again for each value. If SQLite stops doing that, stablePlan can go.
func TestAPlanDoesNotFollowTheValueOfAComparison(t *testing.T) {
	t.Parallel()
	_, p := newFile(t, "CREATE INDEX open_things ON things (state) WHERE state = 'open'", "CREATE INDEX named_things ON things (name)")
	const query = "SELECT id FROM things WHERE state = ?"
	plans := func(of func(value string) ([]PlanStep, error)) map[string]bool {
		found := map[string]bool{}
		for _, value := range []string{"open", "done"} {
			steps, err := of(value)
			if err != nil {
				t.Fatal(err)
			}
			found[fmt.Sprint(steps)] = true
		}
		return found
	}
	lasts := plans(func(value string) ([]PlanStep, error) { return p.Plan(t.Context(), query, value) })
	if len(lasts) != 1 {
		t.Errorf("it follows the value: %v", lasts)
	}
	follows := plans(func(value string) ([]PlanStep, error) {
		rows, err := p.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, value)
		return Collect(Rows{rows, p}, err, func(r Row) (s PlanStep, err error) {
			var unused sql.RawBytes
			return s, r.Scan(&unused, &unused, &unused, &s.Text)
		})
	})
	if len(follows) != 2 {
		t.Errorf("= ? does not follow the value either: %v", follows)
	}
}

// TestAKeptStatementIsNotPreparedAgain for other values. It counts how often SQLite asks whether a
// column may be read, which it does when it prepares a statement.
func TestAKeptStatementIsNotPreparedAgain(t *testing.T) {
	t.Parallel()
	_, p := newFile(t, "CREATE INDEX open_things ON things (state) WHERE state = 'open'")
	prepared := 0
	c, err := p.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = c.Raw(func(raw any) error {
		raw.(*sqlite3.SQLiteConn).RegisterAuthorizer(func(op int, _, _, _ string) int {
			if op == sqlite3.SQLITE_SELECT {
				prepared++
			}
			return sqlite3.SQLITE_OK
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	for _, value := range []string{"open", "done", "open", "new"} {
		rows, err := p.QuickQuery(t.Context(), "SELECT name FROM things WHERE state = ?", value)
		if _, err := Collect(rows, err, ScanText); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "how often it was prepared", prepared, 1)
}

func TestAPlanNamesItsStepsAndWhatTheyArePartOf(t *testing.T) {
	t.Parallel()
	_, p := newFile(t)
	steps, err := p.Plan(t.Context(), "SELECT name, (SELECT count(*) FROM things AS t WHERE t.id > things.id ORDER BY 1) FROM things "+
		"WHERE id = ?", 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) < 3 || !strings.HasPrefix(steps[0].Text, "SEARCH things") ||
		steps[0].Parent != "" || !strings.Contains(steps[2].Parent, "CORRELATED") {
		t.Errorf("%q", steps)
	}
}
