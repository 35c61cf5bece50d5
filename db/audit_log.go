package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// AuditFilter narrows the audit log. Empty fields do not narrow.
type AuditFilter struct {
	ActorID              string // a user's id, or "none" for the program and people who were not signed in
	Action               string
	TargetType, TargetID string
	From, To             string // days in the actor's zone, like 2026-11-24, both included
	Before               int64  // seq of the last entry shown; 0 starts at the newest
}

// details are what the log says of a search in it.
func (f AuditFilter) details() details {
	said := details{}
	for name, value := range map[string]string{
		"actor": f.ActorID, "action": f.Action, "target_type": f.TargetType, "target_id": f.TargetID, "from": f.From, "to": f.To,
	} {
		if value != "" {
			said[name] = clip(value, 100)
		}
	}
	return said
}

// AuditSize is how many entries of the audit log are shown at once.
const AuditSize = 50

// auditStep is how many rows are read at once where more than a page is
// wanted, and auditSteps how often for one page of who does not see them all.
const (
	auditStep  = 500
	auditSteps = 20
)

// AuditLog lists the audit log, newest first, and records that the actor read
// it: opening it and each search, again within a minute excepted, and going on
// to older entries once an hour. older is the Before of the next page, 0 where
// there is no more. Rows about what the actor may not see are not there, see
// action.sight, and a page may be short of AuditSize with more behind it. A day that
// is none is Invalid.
func (d *DB) AuditLog(ctx context.Context, by Actor, f AuditFilter) (page []AuditEntry, older int64, err error) {
	if err := ReadAudit.Refuse(by); err != nil {
		return nil, 0, err
	}
	r, err := d.auditRange(ctx, by, f)
	if err != nil {
		return nil, 0, err
	}
	if err := d.recordRead(ctx, by, f); err != nil && !isUnrecordable(err) {
		return nil, 0, fmt.Errorf("record a read of the audit log: %w", err)
	}
	step := AuditSize
	if by.OwnOnly {
		step = auditStep
	}
	for range auditSteps {
		var found []AuditEntry
		if found, older, err = d.auditPage(ctx, by, f, r, step); err != nil {
			return nil, 0, fmt.Errorf("audit log: %w", err)
		}
		if page = append(page, found...); len(page) > AuditSize {
			return page[:AuditSize], page[AuditSize-1].Seq, nil
		}
		if older == 0 || len(page) == AuditSize {
			break
		}
		f.Before = older
	}
	return page, older, nil
}

func (d *DB) recordRead(ctx context.Context, by Actor, f AuditFilter) error {
	same := time.Minute
	if f.Before > 0 {
		same = time.Hour
	}
	said, err := json.Marshal(f.details())
	if err != nil {
		return err
	}
	var known bool
	err = d.reader.QuickQueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM (
			SELECT metadata, created_at FROM audit_logs WHERE user_id = ? AND action = 'view_audit' ORDER BY seq DESC LIMIT 100
		) WHERE metadata = ? AND created_at > ? AND created_at <= ?)`,
		by.UserID, string(said), stamp(d.now().Add(-same)), stamp(d.now().Add(clockSlack))).Scan(&known)
	if err != nil || known {
		return err
	}
	return d.write(ctx, by, ReadAudit, func(t *tx) error { return t.record("view_audit", "system", "", f.details()) })
}

// ExportAudit gives all that a filter finds to write, newest first and a few
// hundred at a time, and then records the export with the count of entries
// written; also where write or the context ended it midway.
func (d *DB) ExportAudit(ctx context.Context, by Actor, f AuditFilter, write func([]AuditEntry) error) error {
	if err := ReadAudit.Refuse(by); err != nil {
		return err
	}
	r, err := d.auditRange(ctx, by, f)
	if err != nil {
		return err
	}
	said, written := f.details(), 0
	for f.Before = r.newest + 1; f.Before > 0 && err == nil; { // what is recorded meanwhile is not part of it
		var page []AuditEntry
		if page, f.Before, err = d.auditPage(ctx, by, f, r, auditStep); err == nil {
			err = write(page)
		}
		if err == nil {
			written += len(page)
		}
	}
	said["rows"], said["complete"] = written, err == nil
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if also := d.write(end, by, ReadAudit, func(t *tx) error { return t.record("export_audit", "export", "", said) }); also != nil &&
		!isUnrecordable(also) {
		return errors.Join(err, fmt.Errorf("record an export of the audit log: %w", also))
	}
	return err
}

// refusalsPerMinute bounds the rows that one user's refused requests leave:
// enough to see that they try doors and which, too few to bury the log in.
const refusalsPerMinute = 10

// RecordRefusal records that a signed-in user asked for what their roles do not
// let them do; permission is "" where the refusal names none.
func (d *DB) RecordRefusal(ctx context.Context, by Actor, method, path string, permission Permission) error {
	enough := `
		SELECT count(*) >= ? FROM (
			SELECT created_at FROM audit_logs WHERE user_id = ? AND action = 'refused' ORDER BY seq DESC` + limit(refusalsPerMinute) + `
		) WHERE created_at > ? AND created_at <= ?`
	args := []any{refusalsPerMinute, by.UserID, stamp(d.now().Add(-time.Minute)), stamp(d.now().Add(clockSlack))}
	var done bool
	if err := d.reader.QuickQueryRow(ctx, enough, args...).Scan(&done); err != nil || done {
		return err // without waiting for the writer, which others need
	}
	said := details{"method": clip(method, 10), "path": clip(path, 200)}
	if permission != "" {
		said["permission"] = permission
	}
	return d.write(ctx, by, OwnAccount, func(t *tx) error {
		if err := t.QueryRow(enough, args...).Scan(&done); err != nil || done {
			return err
		}
		return t.record("refused", "system", "", said)
	})
}

// AuditPeople are the users by name, those who left too, to choose whose rows to
// see; namesakes with their emails.
func (d *DB) AuditPeople(ctx context.Context, by Actor) ([]Owner, error) {
	if err := ReadAudit.Refuse(by); err != nil {
		return nil, err
	}
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT id, `+shownName+` || CASE WHEN EXISTS (SELECT 1 FROM users AS other WHERE other.full_name = users.full_name AND other.id <> users.id)
			THEN ' (' || email || ')' ELSE '' END
		FROM users
		ORDER BY name_key, id`)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (Owner, error) {
		var o Owner
		err := r.Scan(&o.ID, &o.FullName)
		return o, err
	})
}

// auditRange is the part of the history in which a filter's days lie.
type auditRange struct {
	low, high, newest int64     // seq, both included; newest is that of the last row
	from, to          time.Time // zero where open
}

// auditRange reads a filter's days. Times grow with seq, but for a clock that
// was set back, by less than a day: so no row of those days lies before one
// that is a day older than they, or behind one that is a day younger. Sample
// data comes with times of its own, below which stand rows made before it:
// where the very first row is that late, the range is open. Each row of the
// range is asked for its time.
func (d *DB) auditRange(ctx context.Context, by Actor, f AuditFilter) (r auditRange, err error) {
	for _, day := range []struct {
		column, typed string
		to            *time.Time
	}{{"from", f.From, &r.from}, {"to", f.To, &r.to}} {
		if day.typed == "" {
			continue
		}
		typed, ok := ReadDate(day.typed)
		if !ok {
			return r, invalid(day.column, "Enter a day, like %s", by.today(d.now()))
		}
		if *day.to = typed.Start(by.zone()); day.column == "to" {
			*day.to = typed.End(by.zone())
		}
	}
	var first time.Time
	err = d.reader.QuickQueryRow(ctx, "SELECT ifnull(max(seq), 0), (SELECT created_at FROM audit_logs WHERE seq = 1) FROM audit_logs").
		Scan(&r.newest, moment{&first})
	r.high = r.newest
	if err == nil && first.Before(r.from) {
		err = d.reader.QuickQueryRow(ctx, "SELECT ifnull((SELECT seq FROM audit_logs WHERE created_at < ? ORDER BY created_at DESC LIMIT 1), 0)",
			stamp(r.from.AddDate(0, 0, -1))).Scan(&r.low)
	}
	if later := r.to.AddDate(0, 0, 1); err == nil && !r.to.IsZero() && first.Before(later) && later.Before(lastMoment) {
		err = d.reader.QuickQueryRow(ctx, "SELECT ifnull((SELECT seq FROM audit_logs WHERE created_at >= ? ORDER BY created_at LIMIT 1), ?)",
			stamp(later), r.newest).Scan(&r.high)
	}
	return r, err
}

// auditPage reads the next n rows that a filter finds and returns those the
// actor sees; older is the Before of the following ones, 0 where there are none.
func (d *DB) auditPage(ctx context.Context, by Actor, f AuditFilter, r auditRange, n int) (page []AuditEntry, older int64, err error) {
	seqs, args := f.seqs(by, r, n+1)
	if seqs == "" {
		return nil, 0, nil
	}
	seen := by.seesEntry()
	rows, err := d.reader.Query(ctx, `
`+selectAudit(seen.sql)+`
		WHERE seq IN (`+seqs+`)
		ORDER BY seq DESC`+limit(n+1), slices.Concat(seen.args, args)...)
	page, err = sqlite.Collect(rows, err, scanAudit)
	if err != nil {
		return nil, 0, err
	}
	if len(page) > n {
		page = page[:n]
		older = page[n-1].Seq
	}
	page = slices.DeleteFunc(page, func(e AuditEntry) bool { return !e.visible })
	for i := range page {
		page[i].show(by)
	}
	return page, older, d.nameAudit(ctx, by, page)
}

// seqs is the query of the newest n rows that a filter finds among the actions
// that the actor reads at all, "" where it can find nothing. Each part walks one index in the order of seq, and what the
// index does not know is asked of few rows: of one record, or of an action
// that has rows of two kinds. The indexes are named, because SQLite without
// statistics takes one of fewer columns.
func (f AuditFilter) seqs(by Actor, r auditRange, n int) (query string, args []any) {
	if f.Before > 0 {
		r.high = min(r.high, f.Before-1) // one bound: SQLite would begin at the first and leave out up to the second
	}
	kinds := AuditKinds
	if f.TargetType != "" {
		kinds = []string{f.TargetType}
	}
	var parts []string
	part := func(index string, c conditions) {
		f.complete(&c, r)
		parts = append(parts, "SELECT seq FROM (SELECT seq FROM audit_logs "+index+c.where()+"\nORDER BY seq DESC"+limit(n)+")")
		args = append(args, c.args...)
	}
	switch {
	case f.TargetID != "":
		for _, kind := range kinds {
			if !by.seesAll() && !slices.ContainsFunc(AuditActions[kind], by.ReadsAction) {
				continue
			}
			var c conditions
			c.add("target_type = ? AND target_id = ?", kind, f.TargetID)
			if f.Action != "" {
				c.add("action = ?", f.Action)
			}
			part("INDEXED BY audit_logs_target", c)
		}
	case f.Action != "" || f.TargetType != "" || !by.Can(ViewClient) || !by.Can(ViewInteraction):
		index := "INDEXED BY audit_logs_action"
		if f.ActorID != "" {
			index = "INDEXED BY audit_logs_user_action"
		}
		for _, action := range f.actions(by) {
			var c conditions
			c.add("action = ?", action)
			switch f.TargetType {
			case "":
			case "follow_up": // earlier releases wrote its rows as rows of its interaction
				c.add("target_type IN ('follow_up', 'interaction')")
			default:
				c.add("target_type = ?", f.TargetType)
			}
			part(index, c)
		}
	case f.ActorID != "":
		part("INDEXED BY audit_logs_user", conditions{})
	default:
		part("NOT INDEXED", conditions{})
	}
	return strings.Join(parts, "\nUNION ALL "), args
}

// actions are those that a filter leaves of what the actor reads at all.
func (f AuditFilter) actions(by Actor) []string {
	var all []string
	switch {
	case f.TargetType != "":
		all = slices.Clone(AuditActions[f.TargetType])
	case f.Action != "":
		all = []string{f.Action}
	default:
		all = allActions()
	}
	return slices.DeleteFunc(all, func(action string) bool { return f.Action != "" && action != f.Action || !by.ReadsAction(action) })
}

// complete adds what every part asks: the person, the place in the log and the days.
func (f AuditFilter) complete(c *conditions, r auditRange) {
	switch f.ActorID {
	case "":
	case "none":
		c.add("user_id IS NULL")
	default:
		c.add("user_id = ?", f.ActorID)
	}
	c.add("seq BETWEEN ? AND ?", r.low, r.high)
	if !r.from.IsZero() {
		c.add("created_at >= ?", stamp(r.from))
	}
	if !r.to.IsZero() {
		c.add("created_at < ?", stamp(r.to))
	}
}
