package db

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db/sqlite"
)

// A plan says which records a batch would change, and which it skips because they differ from the
// preview.

// Left is a group of records skipped for the same reason. Records that do not exist or that the
// actor does not see have no names.
type Left struct {
	Why   Reason
	Count int
	Names []Named
}

// Reason says why a batch skips a record.
type Reason string

// The reasons, in the order people read them.
const (
	Same      Reason = "same"       // already as wanted
	NoLink    Reason = "no link"    // no link whose status could be set
	Changed   Reason = "changed"    // somebody has changed it since
	Unmatched Reason = "unmatched"  // the filter no longer matches
	New       Reason = "new"        // the filter matches only since the preview
	OwnerLeft Reason = "owner left" // its previous owner no longer has an account
	Gone      Reason = "gone"       // deleted, or the actor does not see it
)

var reasons = []Reason{Same, NoLink, Changed, Unmatched, New, OwnerLeft, Gone}

// leftByReason groups skipped records.
type leftByReason map[Reason]*Left

func (l leftByReason) add(why Reason, all ...Named) {
	if l[why] == nil {
		l[why] = &Left{Why: why}
	}
	l[why].Count += len(all)
	if room := BatchNames - len(l[why].Names); why != Gone && room > 0 {
		l[why].Names = append(l[why].Names, all[:min(room, len(all))]...)
	}
}

func (l leftByReason) all() (all []Left) {
	for _, why := range reasons {
		if l[why] != nil && l[why].Count > 0 {
			all = append(all, *l[why])
		}
	}
	return all
}

// plan decides which records change, and which are skipped.
func (x *batchRun) plan(a querier) (changes []batchRow, plan BatchPlan, err error) {
	if err := x.check(a); err != nil {
		return nil, plan, err
	}
	plan.Subject = x.subject
	if err := a.QueryRow("SELECT ifnull(max(seq), 0) FROM audit_logs").Scan(&plan.Seen); err != nil {
		return nil, plan, err
	}
	why, err := x.changedSince(a, plan.Seen)
	if err != nil {
		return nil, plan, err
	}
	rows, err := x.rows(a, x.finds...)
	if err != nil {
		return nil, plan, err
	}
	left := leftByReason{}
	switch {
	case x.Filter == nil:
		left.add(Gone, make([]Named, len(x.IDs)-len(rows))...)
	case x.Previewed == nil:
		plan.Found = rowIDs(rows)
	default:
		if rows, err = x.compare(a, rows, why, left); err != nil {
			return nil, plan, err
		}
	}
	for _, r := range rows {
		switch {
		case r.state == "none":
			left.add(NoLink, r.Named)
		case r.state == x.wanted:
			left.add(Same, r.Named)
		case why[r.ID] != "":
			left.add(why[r.ID], r.Named)
		default:
			changes = append(changes, r)
		}
	}
	if x.Kind == "organization" && x.Action == "link" && len(changes) > mostLinked {
		return nil, plan, invalid("all", "%d organizations would get this contact; link at most 1,000 at once", len(changes))
	}
	plan.Changes, plan.Left = len(changes), left.all()
	for _, r := range changes[:min(len(changes), BatchNames)] {
		plan.Names = append(plan.Names, r.Named)
	}
	return changes, plan, nil
}

// was returns the current value of each row in words.
func (x *batchRun) was(a querier, rows []batchRow) ([]string, error) {
	words := map[string]string{"0": "Archived", "1": "Active"}
	known := func(r batchRow) string { return r.state }
	switch x.Action {
	case "archive", "restore":
		known = func(r batchRow) string { return words[r.state] }
	case "assign_owner":
		owners := anyOf("id", states(rows))
		if err := readWords(a, words, "SELECT id, "+shownName+" FROM users WHERE "+owners.sql, owners.args); err != nil {
			return nil, err
		}
		known = func(r batchRow) string { return words[r.state] }
	case "link":
		known = func(batchRow) string { return "" }
	case "set_relationship_status":
		links := x.links("organization_contact.contact_id").and(anyOf("contact_id", rowIDs(rows)))
		if err := readWords(a, words, "SELECT contact_id, group_concat(DISTINCT relationship_status) FROM organization_contact WHERE "+
			links.sql+" GROUP BY 1", links.args); err != nil {
			return nil, err
		}
		known = func(r batchRow) string { return strings.ReplaceAll(words[r.ID], ",", ", ") }
	}
	var all []string
	for _, r := range rows {
		all = append(all, known(r))
	}
	return all, nil
}

func states(rows []batchRow) (all []string) {
	for _, r := range rows {
		all = append(all, r.state)
	}
	return all
}

// readWords adds the rows of a query for two texts to words.
func readWords(a querier, words map[string]string, query string, args []any) error {
	rows, err := a.Query(query, args...)
	_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
		var id, word string
		err = r.Scan(&id, &word)
		words[id] = word
		return none, err
	})
	return err
}

// compare compares what the filter finds now with the preview. It adds records that no longer match
// to the rows as Unmatched, and marks New ones in why. Records that are gone are added to left.
func (x *batchRun) compare(a querier, found []batchRow, why map[string]Reason, left leftByReason) ([]batchRow, error) {
	missing := map[string]bool{}
	for _, id := range x.Previewed {
		missing[id] = true
	}
	for _, r := range found {
		if !missing[r.ID] {
			why[r.ID] = New
		}
		delete(missing, r.ID)
	}
	if len(missing) == 0 {
		return found, nil
	}
	var c conditions
	c.addAll(anyOf(x.list.id(), slices.Collect(maps.Keys(missing))))
	c.addAll(x.list.sees(x.by, x.list.id()))
	rows, err := x.rows(a, c)
	if err != nil {
		return nil, err
	}
	left.add(Gone, make([]Named, len(missing)-len(rows))...)
	for _, r := range rows {
		if why[r.ID] == "" {
			why[r.ID] = Unmatched
		}
	}
	all := slices.Concat(found, rows)
	slices.SortFunc(all, byKey)
	return all, nil
}

func rowIDs(rows []batchRow) []string {
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = r.ID
	}
	return all
}

// rows reads the records by name. It returns Invalid if there are more than MostBatched.
func (x *batchRun) rows(a querier, finds ...conditions) (all []batchRow, err error) {
	name := "display_name, ''"
	if x.Kind == "contact" {
		name = "first_name, last_name"
	}
	for _, c := range finds {
		query := "SELECT " + x.list.id() + ", " + name + ", sort_key, " + x.state.sql + " FROM " + x.list.Plural + c.where()
		rows, err := a.Query(query+"\nLIMIT "+strconv.Itoa(MostBatched+1), slices.Concat(x.state.args, c.args)...)
		some, err := sqlite.Collect(rows, err, func(r sqlite.Row) (b batchRow, err error) {
			var first, last string
			err = r.Scan(&b.ID, &first, &last, &b.sortKey, nullText{&b.state})
			b.Name = personName(first, last)
			return b, err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	if len(all) > MostBatched {
		return nil, tooMany(x.Kind)
	}
	slices.SortFunc(all, byKey)
	return all, nil
}

func byKey(a, b batchRow) int {
	return strings.Compare(a.sortKey+"\x00"+a.ID, b.sortKey+"\x00"+b.ID)
}

// changingRecords and changingLinks list the actions that change records and links.
var changingRecords, changingLinks = changing("organization", "contact"), changing("link")

// changedSince returns the records that changed after the preview, up to the seq last, themselves
// or in a link that the batch is about.
func (x *batchRun) changedSince(a querier, last int64) (map[string]Reason, error) {
	since := map[string]Reason{}
	if x.Seen <= 0 || last == x.Seen {
		return since, nil
	}
	if last-x.Seen > mostSince {
		return nil, invalid("seen", "A lot has changed since you opened this page. Check it again, then confirm")
	}
	query, args := "SELECT target_id FROM audit_logs WHERE seq > ? AND +target_type = ? AND +action IN "+changingRecords, []any{x.Seen, x.Kind}
	const contact = "json_extract(metadata, '$.contact_id')"
	links := " FROM audit_logs WHERE seq > ? AND +action IN " + changingLinks
	switch {
	case x.Action == "set_relationship_status":
		query, args = query+" UNION SELECT "+contact+links, append(args, x.Seen)
	case x.Action == "link" && x.Kind == "contact":
		query, args = query+" UNION SELECT "+contact+links+" AND +target_id = ?", append(args, x.Seen, x.link.OrganizationID)
	case x.Action == "link":
		query, args = query+" UNION SELECT target_id"+links+" AND "+contact+" = ?", append(args, x.Seen, x.link.ContactID)
	}
	rows, err := a.Query(query, args...)
	ids, err := sqlite.Collect(rows, err, sqlite.ScanText)
	for _, id := range ids {
		since[id] = Changed
	}
	return since, err
}
