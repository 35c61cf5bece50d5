package db

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestPagesAreReadFromAnIndex asks SQLite how it would run the queries behind
// lists, timelines, histories and home: none may read a table from end to end,
// and none of those below may sort more than the page it shows.
func TestPagesAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	ctx := t.Context()
	by := Actor{UserID: newID(), May: Permissions}
	id, after := newID(), newCursor([2]string{"a", newID()})
	ask := func(errs ...error) {
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, cursor := range []string{"", after} {
		for _, status := range []string{"active", "archived", "all"} {
			for _, sort := range []string{"", "-updated_at", "created_at", "-created_at", "last_contact", "-last_contact"} {
				_, _, err := d.Organizations(ctx, by, Filter{Status: status, Sort: sort, After: cursor})
				_, _, err2 := d.Contacts(ctx, by, Filter{Status: status, Sort: sort, After: cursor})
				ask(err, err2)
			}
			for _, f := range []Filter{{Sector: "x"}, {SizeBand: "x"}, {OwnerID: id}, {OwnerID: "none"}} {
				f.Status, f.After = status, cursor
				_, _, err := d.Organizations(ctx, by, f)
				_, _, err2 := d.Contacts(ctx, by, f)
				ask(err, err2)
			}
		}
		for _, f := range []InteractionFilter{{}, {OrganizationID: id}, {ContactID: id}, {UserID: id}, {Channel: "call"}, {OrganizationID: id, Channel: "call"}, {ContactID: id, UserID: id}} {
			f.Before = cursor
			_, _, err := d.Interactions(ctx, by, f)
			ask(err)
		}
	}
	_, err := d.Quiet(ctx, by, 5)
	_, err2 := d.LastTouched(ctx, by, 5)
	_, err3 := d.Origin(ctx, by, "organization", id)
	_, err4 := d.Outcomes(ctx, by)
	_, err5 := d.Sectors(ctx, by)
	_, err6 := d.RoleLabels(ctx, by)
	ask(err, err2, err3, err4, err5, err6)
	checkPlans(t, d, func(line string) bool {
		scans := strings.HasPrefix(line, "SCAN ") && !strings.Contains(line, " USING INDEX ") && line != "SCAN used" && line != "SCAN CONSTANT ROW"
		return scans || line == "USE TEMP B-TREE FOR ORDER BY"
	})

	// What follows sorts what it found, which is little; it may not scan.
	for _, target := range []string{"organization", "contact"} {
		_, _, err := d.History(ctx, by, target, id, 0)
		_, _, err2 := d.History(ctx, Actor{}, target, id, 0)
		ask(err, err2)
	}
	for _, sort := range []string{"", "-updated_at", "last_contact"} {
		_, _, err := d.Organizations(ctx, by, Filter{Query: "acme", Sort: sort, Sector: "x", OwnerID: id, After: after})
		_, _, err2 := d.Contacts(ctx, by, Filter{Query: "acme", Sort: sort, OwnerID: id})
		ask(err, err2)
	}
	_, err = d.ContactsOf(ctx, by, id)
	_, err2 = d.OrganizationsOf(ctx, by, id)
	ask(err, err2)
	checkPlans(t, d, regexp.MustCompile(`^SCAN (organizations|contacts|organization_contact|interactions|audit_logs)|USING INDEX (organizations|contacts)_by_name`).MatchString)
}

// checkPlans asks for the plan of every statement kept since the last time, except the
// order of a contact's own few organizations, and fails where a line of it is wrong.
func checkPlans(t *testing.T, d *DB, wrong func(line string) bool) {
	t.Helper()
	var checked int
	for query := range d.reader.stmts {
		args := make([]any, strings.Count(query, "?"))
		for i := range args {
			args[i] = "x"
			if strings.Contains(query, "LIMIT ?") {
				args[i] = 1
			}
		}
		rows, err := d.writer.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
		lines, err := collect(rows, err, func(r row) (step, error) {
			var s step
			var unused int
			err := r.Scan(&s.id, &s.parent, &unused, &s.text)
			return s, err
		})
		if err != nil {
			t.Fatal(query, err)
		}
		checked++
		for _, s := range lines {
			if wrong(s.text) && !strings.Contains(parentOf(lines, s), "CORRELATED") {
				t.Errorf("%s\n%s", query, fmt.Sprint(lines))
				break
			}
		}
	}
	if checked < 4 {
		t.Error("only", checked, "queries were checked")
	}
	d.reader.mu.Lock()
	defer d.reader.mu.Unlock()
	clear(d.reader.stmts)
}

// step is a line of a plan, under the line of its parent.
type step struct {
	id, parent int
	text       string
}

func (s step) String() string { return "\n\t" + s.text }

func parentOf(lines []step, s step) string {
	for _, other := range lines {
		if other.id == s.parent {
			return other.text
		}
	}
	return ""
}
