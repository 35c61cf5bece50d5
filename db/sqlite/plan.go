package sqlite

import (
	"context"
	"strings"
)

// stablePlan changes a query so that it stays prepared. With a partial index, SQLite's plan for
// column = ? depends on the bound value, and it prepares the query again for each, which took
// longer than reading a page. It does not plan by the value of an expression.
func stablePlan(query string) string { return strings.ReplaceAll(query, "= ?", "= +?") }

// PlanStep is a line of a query plan, and the line that it belongs to.
type PlanStep struct{ Text, Parent string }

// Plan returns SQLite's plan for a query as the pool would prepare it, for tests.
func (p *Pool) Plan(ctx context.Context, query string, args ...any) ([]PlanStep, error) {
	found, err := p.QueryContext(ctx, "EXPLAIN QUERY PLAN "+stablePlan(query), args...)
	texts := map[int]string{}
	return Collect(Rows{found, p}, err, func(r Row) (s PlanStep, err error) {
		var id, parent, unused int
		err = r.Scan(&id, &parent, &unused, &s.Text)
		texts[id], s.Parent = s.Text, texts[parent]
		return s, err
	})
}

// Forget drops all prepared statements and returns their queries, so that tests can check their
// plans.
func (p *Pool) Forget() (queries []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for query, s := range p.stmts {
		queries = append(queries, query)
		s.Close()
	}
	clear(p.stmts)
	return queries
}
