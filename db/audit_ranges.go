package db

import "slices"

// mostAuditRanges is how many ranges of an index the audit log merges. SQLite merges up to 500 at once.
const mostAuditRanges = 400

// seqs returns a query for the seq of the newest n matching rows whose actions the actor may read,
// or "" if nothing can match. The caller has made a filter by few actors positive.
// Each range walks one index in the order of seq, and filters few rows by other columns. The indexes
// are named because SQLite without statistics picks one with fewer columns.
func (f AuditFilter) seqs(by Actor, r auditRange, n int) (query string, args []any) {
	if f.Before > 0 {
		r.high = min(r.high, f.Before-1) // one bound only: with two, SQLite starts at the first and skips up to the second
	}
	var c conditions
	index, ranges := "NOT INDEXED", []condition{always}
	people := f.Actor.ranges("user_id")
	if f.Actor.Not || len(people) > mostRanges {
		people = nil
	}
	switch {
	case f.TargetID != "":
		index, ranges, people = "INDEXED BY audit_logs_target", f.ofTarget(by), nil
		if f.Action.narrows() {
			c.addAll(f.Action.of("+action", f.Action.Values))
		}
	case f.Action.narrows() || f.TargetType.narrows() || !by.Can(ViewClient) || !by.Can(ViewInteraction):
		index, ranges = "INDEXED BY audit_logs_action", f.ofActions(by)
		if len(people)*len(ranges) > mostAuditRanges {
			people = nil
		}
		if people != nil {
			index = "INDEXED BY audit_logs_user_action"
		}
	case people != nil:
		index = "INDEXED BY audit_logs_user"
	}
	if people != nil {
		ranges = combine(ranges, people)
	} else if f.Actor.narrows() {
		c.addAll(f.Actor.of("+user_id", f.Actor.Values))
	}
	if len(ranges) == 0 {
		return "", nil
	}
	c.add("seq BETWEEN ? AND ?", r.low, r.high)
	if !r.from.IsZero() {
		c.add("created_at >= ?", stamp(r.from))
	}
	if !r.to.IsZero() {
		c.add("created_at < ?", stamp(r.to))
	}
	all := union("SELECT seq FROM audit_logs "+index, c, ranges)
	return all.sql + "\nORDER BY seq DESC" + limit(n), all.args
}

// combine returns, for every condition of some and every one of others, the condition that both are true.
func combine(some, others []condition) (all []condition) {
	for _, x := range some {
		for _, y := range others {
			all = append(all, y.and(x))
		}
	}
	return all
}

// ofTarget returns a range for each kind of record that the filter's target can be.
func (f AuditFilter) ofTarget(by Actor) (ranges []condition) {
	for _, kind := range f.kinds() {
		if by.seesAll() || slices.ContainsFunc(AuditActions[kind], by.ReadsAction) {
			ranges = append(ranges, condition{"target_type = ? AND target_id = ?", []any{kind, f.TargetID}})
		}
	}
	return ranges
}

// ofActions returns a range for each action that matches the filter and that the actor may read.
func (f AuditFilter) ofActions(by Actor) (ranges []condition) {
	kinds := f.kinds()
	types := kinds
	if slices.Contains(kinds, "follow_up") && !slices.Contains(kinds, "interaction") {
		types = append(slices.Clone(kinds), "interaction") // earlier releases recorded follow-ups under it
	}
	for _, action := range f.actions() {
		of := slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return !slices.Contains(AuditActions[kind], action) })
		if f.TargetType.narrows() && len(of) == 0 || !by.ReadsAction(action) {
			continue
		}
		x := condition{"action = ?", []any{action}}
		if f.TargetType.narrows() {
			x = x.and(among("target_type", types))
		}
		ranges = append(ranges, x)
	}
	return ranges
}

// kinds returns the kinds of record that the filter finds. Every row is about one.
func (f AuditFilter) kinds() []string { return f.TargetType.amongAll(AuditKinds) }

// actions returns the actions that the filter finds. Every row has one.
func (f AuditFilter) actions() []string {
	all := allActions()
	for _, action := range f.Action.Values {
		if !slices.Contains(all, action) {
			all = append(all, action) // of a later release
		}
	}
	return f.Action.amongAll(all)
}

// amongAll returns the values among all that the filter finds.
func (x ValueFilter) amongAll(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(v string) bool { return x.narrows() && slices.Contains(x.Values, v) == x.Not })
}
