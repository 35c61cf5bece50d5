package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// AuditFilter narrows the audit log. Empty fields do not filter.
type AuditFilter struct {
	Actor              ValueFilter // users' IDs; none is the program and people who were not signed in
	Action, TargetType ValueFilter
	TargetID           string
	From, To           string      // inclusive days in the actor's time zone, like 2026-11-24
	Field              ValueFilter // the columns of fields that were changed
	Text               string      // words in the names and values of an entry
	Before             int64       // seq of the last entry shown; 0 starts with the newest
	Limit              int         // entries per page, at most MostListed; 0 means AuditSize
	said               *auditText  // for Text, while the log is read
}

// details returns the filter as metadata, for the row that records reading the log.
func (f AuditFilter) details() details {
	said := details{}
	for name, value := range map[string]string{
		"target_id": f.TargetID, "from": f.From, "to": f.To, "text": f.Text,
	} {
		if value != "" {
			said[name] = clip(value, 100)
		}
	}
	for name, x := range map[string]ValueFilter{"actor": f.Actor, "action": f.Action, "target_type": f.TargetType, "field": f.Field} {
		if !x.narrows() {
			continue
		}
		var values []string
		for _, value := range x.Values[:min(len(x.Values), mostSaid)] {
			values = append(values, clip(value, 100))
		}
		if x.None {
			values = append(values, "none")
		}
		said[name] = strings.Join(values, " ")
		if x.Not {
			said[name+"_is"] = "not"
		}
	}
	return said
}

// mostSaid is the largest number of a filter's values that are recorded.
const mostSaid = 20

// AuditSize is the default number of entries per page of the audit log.
const AuditSize = 50

// auditStep is how many rows are read at once for exports and for actors who do not see all rows;
// auditSteps is how often that is repeated for AuditSize entries.
const (
	auditStep  = 500
	auditSteps = 20
)

// AuditLog lists the audit log, newest first, and records that the actor read it: at most once a
// minute for the same filter, and once an hour for older pages. older is the Before of the next
// page, or 0 on the last one.
// Rows that the actor may not see are left out, see action.sight, so a page can have fewer entries than
// f.Limit although more follow. It returns Invalid for a malformed day.
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
	f.said = d.newAuditText(ctx, by, f.Text)
	size := AuditSize
	if f.Limit > 0 {
		size = min(f.Limit, MostListed)
	}
	step := size
	if by.OwnOnly || f.readsMore() {
		step = auditStep
	}
	for range auditSteps * ((size + AuditSize - 1) / AuditSize) {
		var found []AuditEntry
		if found, older, err = d.auditPage(ctx, by, f, r, step, true); err != nil {
			return nil, 0, fmt.Errorf("audit log: %w", err)
		}
		if page = append(page, found...); len(page) > size {
			return page[:size], page[size-1].Seq, nil
		}
		if older == 0 || len(page) == size {
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
		by.UserID, string(said), stamp(d.now().Add(-same)), stamp(d.now().Add(ClockSlack))).Scan(&known)
	if err != nil || known {
		return err
	}
	return d.write(ctx, by, ReadAudit, func(t *tx) error { return t.record("view_audit", "system", "", f.details()) })
}

// ExportAudit passes all matching entries to write, newest first, a few hundred at a time. Then it
// records the export and how many entries were written, even if write or the context ended it
// early.
func (d *DB) ExportAudit(ctx context.Context, by Actor, f AuditFilter, write func([]AuditEntry) error) error {
	if err := ReadAudit.Refuse(by); err != nil {
		return err
	}
	r, err := d.auditRange(ctx, by, f)
	if err != nil {
		return err
	}
	f.said = d.newAuditText(ctx, by, f.Text)
	said, written := f.details(), 0
	for f.Before = r.newest + 1; f.Before > 0 && err == nil; { // rows recorded during the export are not part of it
		var page []AuditEntry
		if page, f.Before, err = d.auditPage(ctx, by, f, r, auditStep, false); err == nil {
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

// refusalsPerMinute limits the rows recorded for one user's refused requests: enough to show what
// they tried, too few to bury the rest of the log.
const refusalsPerMinute = 10

// RecordRefusal records that a signed-in user's request was refused. permission is the missing one,
// or "".
func (d *DB) RecordRefusal(ctx context.Context, by Actor, method, path string, permission Permission) error {
	enough := `
		SELECT count(*) >= ? FROM (
			SELECT created_at FROM audit_logs WHERE user_id = ? AND action = 'refused' ORDER BY seq DESC` + limit(refusalsPerMinute) + `
		) WHERE created_at > ? AND created_at <= ?`
	args := []any{refusalsPerMinute, by.UserID, stamp(d.now().Add(-time.Minute)), stamp(d.now().Add(ClockSlack))}
	var done bool
	if err := d.reader.QuickQueryRow(ctx, enough, args...).Scan(&done); err != nil || done {
		return err // decided without waiting for the writer
	}
	said := details{"method": clip(method, 10), "path": clip(secrets.HideTokens(path), 200)}
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

// AuditPeople lists all users by name, including former ones, for the filter by actor. Users with
// the same name are shown with their emails.
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

// auditRange is the part of the audit log that a filter's days cover.
type auditRange struct {
	low, high, newest int64     // inclusive bounds by seq; newest is the newest row's
	from, to          time.Time // zero if unbounded
}

// auditRange resolves a filter's days. Times increase with seq, except where a clock was set back,
// by less than a day. So the bounds by seq leave a day on either side, and each row's time is
// checked too.
// Sample data has times older than rows recorded before it. A bound is left open if the very first
// row is later than it.
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

// auditPage reads the next n matching rows and returns those that the actor sees, and with undo marks what they can
// undo. older is the Before of the following ones, or 0 if there are none.
func (d *DB) auditPage(ctx context.Context, by Actor, f AuditFilter, r auditRange, n int, undo bool) (
	page []AuditEntry, older int64, err error,
) {
	if f.Actor.narrows() {
		if f.Actor, err = d.users(ctx, f.Actor); err != nil || !f.Actor.narrows() {
			return nil, 0, err
		}
	}
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
	if page, err = f.said.mayMatch(page); err != nil {
		return nil, 0, err
	}
	for i := range page {
		page[i].show(by)
	}
	if page, err = d.matching(ctx, by, f, page); err != nil {
		return nil, 0, err
	}
	if undo {
		if err := d.markUndoOfAudit(ctx, by, page); err != nil && !IsDamaged(err) { // the log is read even where records cannot be
			return nil, 0, err
		}
	}
	return page, older, d.nameAudit(ctx, by, page)
}
