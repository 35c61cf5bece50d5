package sqlite

import (
	"context"
	"strings"
)

// stablePlan is a query that stays prepared. Where an index is of some values only,
// SQLite plans column = ? by the value that is bound, and so prepares the query
// again each time that one is bound: that took longer than reading a page. By the
// value of an expression it does not plan.
func stablePlan(query string) string { return strings.ReplaceAll(query, "= ?", "= +?") }

// PlanStep is a line of a plan, in SQLite's words, and the line that it is part of.
type PlanStep struct{ Text, Parent string }

// Plan returns in which steps SQLite runs a query that the pool prepares. Tests ask for it.
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

// Forget lets go of all statements that are kept and returns their queries, for
// tests to ask for the plan of each.
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
