package db

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db/sqlite"
)

// interactionFilters are the filters of timelines and of the feed. Each pair of them is tested.
var interactionFilters = map[string]func(f *InteractionFilter, id string){
	"none":         func(*InteractionFilter, string) {},
	"organization": func(f *InteractionFilter, id string) { f.OrganizationID = id },
	"contact":      func(f *InteractionFilter, id string) { f.ContactID = id },
	"who":          func(f *InteractionFilter, id string) { f.User = OneOf(id) },
	"channel":      func(f *InteractionFilter, _ string) { f.Channel = OneOf("call") },
	"outcome":      func(f *InteractionFilter, _ string) { f.Outcome = OneOf("x") },
	"people":       func(f *InteractionFilter, id string) { f.User = ValueFilter{Values: []string{id, "x"}, None: true} },
	"not this one": func(f *InteractionFilter, id string) { f.User = ValueFilter{Values: []string{id}, Not: true} },
	"nobody":       func(f *InteractionFilter, _ string) { f.User = ValueFilter{None: true} },
	"channels":     func(f *InteractionFilter, _ string) { f.Channel = ValueFilter{Values: []string{"call"}, Not: true} },
	"outcomes":     func(f *InteractionFilter, _ string) { f.Outcome = OneOf("x", "y") },
	"no outcome":   func(f *InteractionFilter, _ string) { f.Outcome = ValueFilter{None: true} },
	"not these":    func(f *InteractionFilter, _ string) { f.Outcome = ValueFilter{Values: []string{"x", "y"}, Not: true} },
	"any outcome":  func(f *InteractionFilter, _ string) { f.Outcome = ValueFilter{None: true, Not: true} },
	"from":         func(f *InteractionFilter, _ string) { f.From = time.Now() },
	"to":           func(f *InteractionFilter, _ string) { f.To = time.Now() },
}

// TestPagesAreReadFromAnIndex checks SQLite's plans for lists, timelines, histories and home: no
// full scan of a table, and no sorting of more than a page except where noted below.
func TestPagesAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	ctx := t.Context()
	by := Actor{UserID: newID(), May: Permissions}
	id, after := newID(), listOrder{key: "happened_at", descending: true}.cursor([3]string{"a", "", newID()})
	ask := func(errs ...error) {
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, cursor := range []string{"", after} {
		for one := range interactionFilters {
			for two := range interactionFilters {
				f := InteractionFilter{Before: cursor}
				interactionFilters[one](&f, id)
				interactionFilters[two](&f, id)
				_, _, err := d.Interactions(ctx, by, f)
				ask(err)
			}
		}
		for _, f := range []FollowUpFilter{
			{},
			{Assignee: OneOf(id)},
			{Assignee: ValueFilter{None: true}},
			{When: "overdue"},
			{When: "week"},
			{Assignee: OneOf(id), When: "soon"},
			{Given: true},
			{Assignee: OneOf(id), New: true},
			{Assignee: OneOf(id), Done: true},
		} {
			if f.After = cursor; cursor != "" {
				f.After = f.order().cursor([3]string{"a", "", newID()})
			}
			_, _, err := d.FollowUps(ctx, by, f)
			ask(err)
		}
	}
	_, err := d.Quiet(ctx, by, time.Now(), 5)
	_, err2 := d.LastTouched(ctx, by, 5)
	_, err3 := d.Origin(ctx, by, "organization", id, true)
	_, err4 := d.Outcomes(ctx, by)
	_, err5 := d.RoleLabels(ctx, by)
	_, _, err6 := d.Due(ctx, by)
	_, err7 := d.NewFollowUps(ctx, by)
	_, err8 := d.HomeCards(ctx, by)
	ask(err, err2, err3, err4, err5, err6, err7, err8)
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		for _, f := range k.Fields {
			_, err := d.Suggestions(ctx, by, f)
			ask(err)
		}
	}
	checkPlans(t, d, func(line string) bool {
		scans := strings.HasPrefix(line, "SCAN ") && !strings.Contains(line, " USING INDEX ") &&
			line != "SCAN page" && line != "SCAN used" && line != "SCAN due" && line != "SCAN CONSTANT ROW" &&
			line != "SCAN users USING COVERING INDEX sqlite_autoindex_users_1" // at most a hundred
		return scans || line == "USE TEMP B-TREE FOR ORDER BY"
	})

	// The following sort what they found, which is little, but must not scan.
	for _, target := range []string{"organization", "contact"} {
		_, _, err := d.History(ctx, by, target, id, HistoryPage{})
		_, _, err2 := d.History(ctx, Actor{May: []Permission{ViewClient}}, target, id, HistoryPage{})
		ask(err, err2)
	}
	_, err = d.ContactsOf(ctx, by, id)
	_, err2 = d.OrganizationsOf(ctx, by, id)
	ask(err, err2)
	for _, reader := range []Actor{by, {UserID: id, OwnOnly: true, May: Permissions}} {
		_, err = d.LinkedContacts(ctx, reader, id)
		_, err2 = d.LinkedOrganizations(ctx, reader, id)
		ask(err, err2)
	}
	for _, reader := range []Actor{by, {UserID: id, OwnOnly: true}} {
		_, err = d.linkedOwners(ctx, reader, "organization", id)
		_, err2 = d.linkedOwners(ctx, reader, "contact", id)
		ask(err, err2)
		reader.May = Permissions
		_, err = d.InteractionsByWeek(ctx, reader)
		_, err2 = d.NewClientsByMonth(ctx, reader)
		_, err3 = d.ClientsByOwner(ctx, reader)
		ask(err, err2, err3)
	}
	_, _, err = d.Recent(ctx, by, []string{id})
	_, _, err2 = d.Recent(ctx, Actor{UserID: id, OwnOnly: true, May: Permissions}, []string{id})
	ask(err, err2)
	_, _, err3 = d.FollowUps(ctx, by, FollowUpFilter{OrganizationID: id})
	_, _, err4 = d.FollowUps(ctx, by, FollowUpFilter{ContactID: id})
	ask(err3, err4)
	for _, assignee := range []ValueFilter{OneOf(id, "x"), {Values: []string{id}, None: true}, {Values: []string{id}, Not: true}} {
		for _, f := range []FollowUpFilter{{}, {After: "more"}} {
			late, done := f, f
			late.Assignee, late.When, done.Assignee, done.Done = assignee, "overdue", assignee, true
			if f.After != "" {
				late.After, done.After = late.order().cursor([3]string{"a", "", id}), done.order().cursor([3]string{"a", "", id})
			}
			_, _, err = d.FollowUps(ctx, by, late)
			_, _, err2 = d.FollowUps(ctx, by, done)
			ask(err, err2)
		}
	}
	_, _, err = d.AuditLog(ctx, by, AuditFilter{Actor: OneOf(id), TargetType: OneOf("user"), From: "2026-11-24", To: "2026-11-24"})
	err2 = d.RecordRefusal(ctx, by, "GET", "/", "")
	ask(err, err2)
	_, err = d.OwnChanges(ctx, by)
	_, err2 = d.OwnChanges(ctx, Actor{UserID: id, OwnOnly: true, May: Permissions})
	ask(err, err2)
	checkPlans(t, d, regexp.MustCompile(`^SCAN (organizations|contacts|organization_contact|other|interactions|interaction_contact|p|contact_interactions|follow_ups|audit_logs|audit_participants)|USING INDEX (organizations|contacts)_by_name`).MatchString)

	// Twins are found as by a search, which looks up names in the order of the list.
	for _, reader := range []Actor{by, {UserID: id, OwnOnly: true, May: Permissions}} {
		_, err = d.Twins(ctx, reader, OrganizationKind, Fields{"display_name": "Acme", "website": "a.example", "tax_id": "DE123456"}, "")
		_, err2 = d.Twins(ctx, reader, ContactKind, Fields{
			"first_name": "Maya", "last_name": "Okafor", "email": "m@a.example", "phone": "0812345678", "mobile": "0812345678",
		}, "")
		ask(err, err2)
	}

	// With few own clients, these queries start from them.
	own := Actor{UserID: id, OwnOnly: true, May: Permissions}
	_, _, err = d.FollowUps(ctx, own, FollowUpFilter{})
	_, _, err2 = d.Due(ctx, own)
	_, err3 = d.NewFollowUps(ctx, own)
	_, err4 = d.People(ctx, own, "follow_ups")
	ask(err, err2, err3, err4)
	checkPlans(t, d, regexp.MustCompile(`^SCAN (organizations|contacts|organization_contact|interactions|follow_ups|audit_logs)`).MatchString)

	// A record's open follow-ups are found without reading all its interactions.
	for _, reader := range []Actor{by, {UserID: id, OwnOnly: true, May: Permissions}} {
		_, _, err = d.FollowUps(ctx, reader, FollowUpFilter{OrganizationID: id})
		_, _, err2 = d.FollowUps(ctx, reader, FollowUpFilter{ContactID: id})
		ask(err, err2)
	}
	checkPlans(t, d, regexp.MustCompile(`(interactions|p|interaction_contact) USING.* (interactions_organization|interactions_contact|interaction_contact_contact) `).MatchString)
}

// TestTheChangeFeedIsReadFromIndexes: its rows by their seq, and what was seen before one by the
// records that it names.
func TestTheChangeFeedIsReadFromIndexes(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	owner, err := d.CreateUser(t.Context(), System, NewUser{Email: "oda@a.example", FullName: "Oda Berg", Role: "Manager", Hash: "x"})
	if err != nil {
		t.Fatal(err)
	}
	own := Actor{UserID: owner.ID, May: Permissions, OwnOnly: true}
	start, err := d.ChangeFeed(t.Context(), own, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	typed := Fields{"display_name": "Acme", "owner_user_id": owner.ID}
	acme, err := d.CreateOrganization(t.Context(), System, typed, "")
	l, err2 := d.LinkContact(t.Context(), System, NewLink{
		OrganizationID: acme.ID, Contact: Fields{"first_name": "Maya", "last_name": "Okafor"},
	})
	_, err3 := d.LogInteraction(t.Context(), System, Fields{
		"channel": "call", "subject": "Renewal", "contact_id": l.ContactID, "happened_at": "",
		"follow_up_text": "Call", "follow_up_due_on": DateOf(time.Now()).Add(1).String(),
	}, "")
	_, err4 := d.UpdateOrganization(t.Context(), System, acme.ID, Latest, Fields{"owner_user_id": ""})
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	d.reader.Forget()
	feed, err := d.ChangeFeed(t.Context(), own, start.Cursor, 10)
	if err != nil || len(feed.Entries) != 4 {
		t.Errorf("%v, %+v", err, feed.Entries)
	}
	if _, err := d.ChangeFeed(t.Context(), Actor{UserID: owner.ID, May: Permissions}, start.Cursor, 10); err != nil {
		t.Fatal(err)
	}
	checkPlans(t, d, regexp.MustCompile(`^SCAN (o|c|l|p|f|organizations|contacts|organization_contact|interactions|interaction_contact|follow_ups|audit_logs|audit_participants)\b`).MatchString)
}

// TestTheNewestOfAContactAreAMergeOfTwoWalks: a timeline reads no more of either kind of interaction
// than it shows, and so does what the triggers look for.
func TestTheNewestOfAContactAreAMergeOfTwoWalks(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := Actor{UserID: newID(), May: Permissions}
	d.reader.Forget()
	if _, _, err := d.Interactions(t.Context(), by, InteractionFilter{ContactID: newID()}); err != nil {
		t.Fatal(err)
	}
	asked := map[string]string{}
	for _, query := range d.reader.Forget() {
		if strings.Contains(query, "contact_interactions") {
			asked["a timeline"] = strings.ReplaceAll(query, "?", "'x'")
		}
	}
	last := regexp.MustCompile(`UPDATE contacts SET \(last_contact_at, last_contact_channel\) = \([^;]*?LIMIT 1\)\)`)
	rows, err := d.reader.Query(t.Context(), "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND instr(sql, 'contact_interactions')")
	triggers, err := sqlite.Collect(rows, err, sqlite.ScanText)
	if err != nil {
		t.Fatal(err)
	}
	for _, trigger := range triggers {
		asked[strings.SplitN(trigger, " BEGIN", 2)[0]] = last.FindString(trigger) + " WHERE id = 'x'"
	}
	if len(asked) != 5 {
		t.Errorf("%d queries: %v", len(asked), asked)
	}
	for what, query := range asked {
		steps, err := d.writer.Plan(t.Context(), query)
		if err != nil {
			t.Fatal(what, query, err)
		}
		var plan string
		for _, s := range steps {
			plan += "\n\t" + s.Text
		}
		for _, part := range []string{
			"MERGE (UNION ALL)", " INDEX interactions_contact (contact_id=?", " INDEX interaction_contact_contact (contact_id=?",
		} {
			if !strings.Contains(plan, part) {
				t.Errorf("%s: no %s:%s", what, part, plan)
			}
		}
		if strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s is sorted:%s", what, plan)
		}
	}
}

// TestSearchesAreReadFromTheirIndexes checks the plans of each search, for actors with all, few and
// many clients: no full scan of a table, and no look-up in the index for each record.
func TestSearchesAreReadFromTheirIndexes(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	ctx := t.Context()
	by := Actor{UserID: newID(), May: Permissions}
	own := by
	own.OwnOnly = true
	if _, err := d.CreateOrganization(ctx, by, Fields{"display_name": "Acme", "owner_user_id": ""}, ""); err != nil {
		t.Fatal(err)
	}
	for _, s := range []search{{by: by}, {by: own, few: true}, {by: own}} {
		s.typed, s.words, s.n = "acme", []string{"acme"}, 5
		for _, p := range []*searchSource{s.source(OrganizationKind, true), s.source(ContactKind, false), s.interactions()} {
			if p.kind != nil {
				if err := d.findBest(ctx, s, p); err != nil {
					t.Fatal(err)
				}
				if err := d.findNames(ctx, s, p, "acme", "acme*"); err != nil {
					t.Fatal(err)
				}
				loose := s
				loose.typed = "acme ag and"
				if err := d.findLoosely(ctx, loose, s.source(p.kind, true)); err != nil {
					t.Fatal(err)
				}
			} else {
				_, err := d.findInteractions(ctx, s, p, "")
				_, err2 := d.clientsNamed(ctx, s, OrganizationKind)
				_, err3 := d.clientsNamed(ctx, s, ContactKind)
				_, err4 := d.checkSaidWith(ctx, s, "quote", []int64{1}, []int64{1}, []int64{1}, 2, 5)
				if err := errors.Join(err, err2, err3, err4); err != nil {
					t.Fatal(err)
				}
			}
			if words, err := d.wordsWith(ctx, p.index, []string{"cm", "acme"}); err != nil || p.table == "organizations" && len(words) != 1 {
				t.Fatal(words, err)
			}
			if err := d.findByWords(ctx, s, p, []string{"cm"}, []string{"acme"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, actor := range []Actor{by, own} {
		if _, err := d.OrganizationsOfAll(ctx, actor, []string{"x"}); err != nil {
			t.Fatal(err)
		}
	}
	if h, err := d.Search(ctx, by, SearchFilter{Typed: "acme", Most: 5}); err != nil || len(h.Organizations) != 1 {
		t.Fatal(h, err)
	}
	checkPlans(t, d, regexp.MustCompile(`^SCAN (x|o|c|l|organizations|contacts|organization_contact|interactions|users)\b|^SCAN (s|[a-z_]+_(search|parts)) VIRTUAL TABLE INDEX [01]:|(_content|kept|_words|checked) USING INTEGER PRIMARY KEY \(rowid[<>]|_by_name \(is_active=\?\)$`).MatchString)
}

// TestDeliveriesAreReadFromAnIndex: for the pages and for the sender, however many wait.
func TestDeliveriesAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	ctx := t.Context()
	u, err := d.CreateUser(ctx, System, NewUser{Email: "ines@pinestreet.example", FullName: "Ines", Role: "Administrator", Hash: "x"})
	if err != nil {
		t.Fatal(err)
	}
	by := Actor{UserID: u.ID, May: Permissions}
	h, _, err := d.CreateWebhook(ctx, by, Fields{"url": "https://hooks.example", "event": "contact.created", "is_active": "1"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.TestWebhook(ctx, by, h.ID)
	_, err2 := d.FillOutbox(ctx, h.ID, nil)
	_, _, err3 := d.DueDeliveries(ctx, h.ID, 4)
	_, err4 := d.Delivery(ctx, by, h.ID, id)
	err5 := d.RecordTries(ctx, []Tried{{id, Try{At: time.Now()}}})
	_, err6 := d.Webhooks(ctx, by)
	if err := errors.Join(err, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	for _, state := range append(DeliveryStates, "") {
		if _, _, err := d.Deliveries(ctx, by, h.ID, DeliveryPage{State: state}); err != nil {
			t.Fatal(err)
		}
	}
	checkPlans(t, d, regexp.MustCompile(`^SCAN (deliveries|first|delivery_tries|audit_logs)`).MatchString)
}

// TestListsAreReadFromAnIndex checks the plan of each list in each order, with each filter and each
// pair of filters, for few and for many matches. With many, it must walk the order's index and not
// sort. With few, it must find them by an index and sort only the matches, at most MostCounted.
func TestListsAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	day := Range{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
	one, two := ValueFilter{Values: []string{"x"}}, ValueFilter{Values: []string{"x", "y"}, None: true}
	none, not := ValueFilter{None: true}, ValueFilter{Values: []string{"x", "y"}, Not: true}
	filters := map[string]func(*Filter){
		"owner": func(f *Filter) { f.Owner = one }, "no owner": func(f *Filter) { f.Owner = none },
		"owners": func(f *Filter) { f.Owner = two }, "not this owner": func(f *Filter) { f.Owner = not },
		"relationship": func(f *Filter) { f.Relationship = one }, "role": func(f *Filter) { f.Role = one },
		"relationships": func(f *Filter) { f.Relationship = ValueFilter{Values: []string{"x", "y"}} }, "roles": func(f *Filter) { f.Role = two },
		"not this role": func(f *Filter) { f.Role = not }, "no role": func(f *Filter) { f.Role = none },
		"many links":  func(f *Filter) { f.Role, f.Relationship, f.manyLinks = one, one, true },
		"no contacts": func(f *Filter) { f.Missing = "contacts" }, "no email": func(f *Filter) { f.Missing = "email" },
		"created": func(f *Filter) { f.Created = day }, "updated": func(f *Filter) { f.Updated = day },
		"contacted": func(f *Filter) { f.Contacted = day },
		"never":     func(f *Filter) { f.Never = true }, "quiet": func(f *Filter) { f.QuietSince = day.From },
		"words": func(f *Filter) { f.Query = "ac me" },
	}
	for _, column := range reflect.VisibleFields(reflect.TypeFor[Filter]()) {
		set := slices.Contains([]string{"Equal", "Status", "Sort", "After", "Limit"}, column.Name) // asked for below, or no condition
		for _, filter := range filters {
			f := Filter{}
			filter(&f)
			set = set || !reflect.ValueOf(f).FieldByIndex(column.Index).IsZero()
		}
		if !set && column.IsExported() {
			t.Errorf("give the filter %s a case in this test", column.Name)
		}
	}
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		for _, column := range k.FieldColumns(func(f Field) bool { return f.Filtered }) {
			for what, values := range map[string]ValueFilter{"": one, " of several": two, " not": not, " none": none} {
				filters[column+what] = func(f *Filter) { f.Equal = map[string]ValueFilter{column: values} }
			}
		}
		for _, s := range k.orders() {
			var n int
			err := d.reader.QueryRow(t.Context(), "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = ? AND tbl_name = ?",
				s.index, k.Plural).Scan(&n)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				t.Fatalf("%s have no index %s, by which lists sort them by %s", k.Plural, s.index, s.column)
			}
		}
	}
	by := Actor{UserID: newID(), May: Permissions}
	own := by
	own.OwnOnly = true
	scans := regexp.MustCompile(`SCAN (organizations|contacts|organization_contact|users|o|c|l)\b`)
	unordered := regexp.MustCompile(`SCAN (organizations|contacts|organization_contact|users)\b`)
	spans := regexp.MustCompile(`SEARCH (organizations|contacts) USING (COVERING )?INDEX \w+_by_(quiet|contact|created|updated) `)
	checked := 0
	names := slices.Sorted(maps.Keys(filters))
	for i, one := range names {
		for _, two := range names[i:] { // each pair once
			f := Filter{}
			filters[one](&f)
			filters[two](&f)
			for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
				f.After = "" // of the other kind
				all, empty := k.listConditions(by, f)
				if empty || len(all) == 0 {
					continue
				}
				// With few own clients it starts from those; with many it walks the order.
				if plan := d.planOf(t, k, own, f, gather, k.byName, true); scans.MatchString(plan) {
					t.Errorf("%s of few own with %s and %s:%s", k.Plural, one, two, plan)
				}
				for _, s := range k.orders() {
					if s.Telling {
						continue
					}
					if plan := d.planOf(t, k, own, f, walk, s.listOrder, false); scans.MatchString(strings.ReplaceAll(plan,
						"SCAN "+k.Plural+" USING INDEX "+s.index, "")) || strings.Contains(plan, "TEMP B-TREE") {
						t.Errorf("%s of many own by %s with %s and %s:%s", k.Plural, s.column, one, two, plan)
					}
				}
				for _, s := range k.orders() {
					for _, s.descending = range []bool{false, true} {
						for _, f.After = range []string{"", s.cursor([3]string{"a", "a", newID()})} {
							checked++
							what := fmt.Sprint(k.Plural, " by ", s.column, " with ", one, " and ", two)
							plan := d.planOf(t, k, by, f, walk, s.listOrder, false)
							if !strings.Contains(plan, " INDEX "+s.index+" ") && len(all) > 1 ||
								strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN "+k.Plural+"\n") {
								t.Errorf("%s, of many:%s", what, plan)
							}
							if f.manyLinks {
								continue // never few
							}
							inner := d.planOf(t, k, by, f, gather, s.listOrder, false)
							if unordered.MatchString(inner) || strings.Contains(inner, " INDEX "+s.index+" (is_active=?)") && s.column == k.byName.column {
								t.Errorf("%s, of few:%s", what, inner)
							}
							if slices.ContainsFunc(all, listCondition.isSelective) && spans.MatchString(inner) {
								t.Errorf("%s, of few, begins with a span of time:%s", what, inner)
							}
						}
					}
				}
			}
		}
	}
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		for _, s := range k.orders() {
			for _, s.descending = range []bool{false, true} {
				for _, cursor := range []string{"", s.cursor([3]string{"a", "a", newID()})} {
					for _, status := range []string{"active", "archived"} {
						plan := d.planOf(t, k, by, Filter{Status: status, After: cursor}, walk, s.listOrder, false)
						if !strings.Contains(plan, " INDEX "+s.index+" ") || strings.Contains(plan, "TEMP B-TREE") {
							t.Errorf("%s by %s:%s", k.Plural, s.column, plan)
						}
					}
				}
				if !s.Telling {
					if plan := d.planOf(t, k, own, Filter{Updated: day, Owner: ValueFilter{Values: []string{newID()}}},
						walk, s.listOrder, false); !strings.Contains(plan, " INDEX "+s.index+" ") {
						t.Errorf("own %s by %s:%s", k.Plural, s.column, plan)
					}
				}
			}
		}
	}
	if checked < 1000 {
		t.Error("only", checked, "combinations were checked")
	}
}

// TestAnOwnersContactsAreNarrowedInTheirIndex: the index by owner also has the other filters'
// columns, so that counting reads no rows. (SQLite's plans do not say so for generated columns.)
func TestAnOwnersContactsAreNarrowedInTheirIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	rows, err := d.reader.Query(t.Context(), "SELECT name FROM pragma_index_info('contacts_owner')")
	columns, err := sqlite.Collect(rows, err, sqlite.ScanText)
	if err != nil {
		t.Fatal(err)
	}
	day := Range{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
	for column, f := range map[string]Filter{
		"quiet_since": {QuietSince: day.From}, "created_at": {Created: day}, "updated_at": {Updated: day}, "last_contact_key": {Contacted: day},
	} {
		f.Owner = ValueFilter{Values: []string{newID()}}
		c, _ := ContactKind.conditions(Actor{May: Permissions}, f, gather, listOrder{}, false)
		steps, err := d.reader.Plan(t.Context(), "SELECT 1 FROM contacts"+c.where(), c.args...)
		if err != nil || len(steps) != 1 || !strings.Contains(steps[0].Text, " INDEX contacts_owner (owner_user_id=? AND is_active=?)") {
			t.Errorf("%s: %v %v", column, steps, err)
		}
		if !slices.Contains(columns, column) {
			t.Errorf("%s is not in the index: %v", column, columns)
		}
	}
}

// TestRowsWithoutAValueAreNarrowedInTheirIndex: lists of contacts without an email and of organizations
// without contacts are found in an index that also has the columns of the other filters, both to
// count them and to show a page.
func TestRowsWithoutAValueAreNarrowedInTheirIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := Actor{UserID: newID(), May: Permissions}
	day := Range{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
	for k, index := range map[*RecordKind]string{ContactKind: "contacts_no_email", OrganizationKind: "organizations_no_contacts"} {
		rows, err := d.reader.Query(t.Context(), "SELECT name FROM pragma_index_info(?)", index)
		columns, err := sqlite.Collect(rows, err, sqlite.ScanText)
		if err != nil {
			t.Fatal(err)
		}
		for column, f := range map[string]Filter{
			"sort_key": {}, "quiet_since": {QuietSince: day.From}, "last_contact_key": {Contacted: day}, "created_at": {Created: day},
			"updated_at": {Updated: day}, "owner_user_id": {Owner: ValueFilter{Values: []string{newID()}}}, "id": {Never: true},
		} {
			f.Missing = k.Missing
			c, _ := k.conditions(by, f, gather, listOrder{}, false)
			steps, err := d.reader.Plan(t.Context(), "SELECT 1 FROM "+k.Plural+c.where(), c.args...)
			if err != nil || len(steps) != 1 || !strings.Contains(steps[0].Text, " INDEX "+index+" (") {
				t.Errorf("counting by %s: %v %v", column, steps, err)
			}
			for _, s := range k.orders() {
				if plan := d.planOf(t, k, by, f, gather, s.listOrder, false); !strings.Contains(plan, " INDEX "+index+" (") {
					t.Errorf("by %s with %s:%s", s.column, column, plan)
				}
			}
			if !slices.Contains(columns, column) {
				t.Errorf("%s is not in %s: %v", column, index, columns)
			}
		}
		f := Filter{Missing: k.Missing, Query: "acme"}
		if plan := d.planOf(t, k, by, f, gather, k.byName, false); strings.Contains(plan, index) {
			t.Errorf("with words, which few have:%s", plan)
		}
	}
}

// TestQuietOnesByLastContactAreWalkedFromTheFirstThatCanMatch, not from the newest contact.
func TestQuietOnesByLastContactAreWalkedFromTheFirstThatCanMatch(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := Actor{UserID: newID(), May: Permissions}
	for _, k := range []*RecordKind{ContactKind, OrganizationKind} {
		for _, f := range []Filter{{QuietSince: time.Now()}, {QuietSince: time.Now(), Missing: k.Missing}} {
			s := k.orderFor(by, "-last_contact")
			if plan := d.planOf(t, k, by, f, walk, s, false); !strings.Contains(plan, "_by_contact (is_active=? AND last_contact_key<?)") {
				t.Error(plan)
			}
		}
	}
}

// order is an order of a list.
type order struct {
	listOrder
	Telling bool
}

func (k *RecordKind) orders() []order {
	all := []order{{k.byName, false}}
	for _, c := range k.Columns {
		if c.sort.key != "" {
			all = append(all, order{c.sort, c.Telling})
		}
	}
	return all
}

// planOf returns the plan of a list's query, one step per line. Its context cannot be cancelled: a
// goroutine that waits for that makes the hundred thousand plans under the race detector three times as slow.
func (d *DB) planOf(t *testing.T, k *RecordKind, by Actor, f Filter, w listPlan, s listOrder, few bool) string {
	t.Helper()
	query, args, _, err := k.query(by, f, w, s, few)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := d.reader.Plan(context.Background(), query, args...)
	if err != nil {
		t.Fatal(query, err)
	}
	var plan string
	for _, step := range steps {
		if !ofFew(step) {
			plan += "\n\t" + step.Text
		}
	}
	return plan + "\n"
}

// ofFew reports whether a step sorts a contact's few organizations.
func ofFew(s sqlite.PlanStep) bool { return strings.Contains(s.Parent, "CORRELATED") }

// checkPlans fails if wrong is true for a line of the plan of any statement prepared since the last
// call, except the sorting of a contact's few organizations.
func checkPlans(t *testing.T, d *DB, wrong func(line string) bool) {
	t.Helper()
	var checked int
	for _, query := range d.reader.Forget() {
		if query == selectUserNames {
			continue // there are few users, and all are cached
		}
		args := make([]any, strings.Count(query, "?"))
		for i := range args {
			args[i] = "x"
		}
		steps, err := d.writer.Plan(t.Context(), query, args...)
		if err != nil {
			t.Fatal(query, err)
		}
		checked++
		for _, s := range steps {
			if wrong(s.Text) && !ofFew(s) {
				t.Errorf("%s\n%v", query, steps)
				break
			}
		}
	}
	if checked < 4 {
		t.Error("only", checked, "queries were checked")
	}
}

// TestFiltersOfInteractionsWalkOneIndex: a record's, else a person's, else an outcome's. The indexes of persons and
// outcomes also have the columns of the other filters, so that two filters that few rows match take no longer than one.
func TestFiltersOfInteractionsWalkOneIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := Actor{UserID: newID(), May: Permissions}
	for _, x := range []struct {
		first []string
		index string
		also  []string
	}{
		{
			[]string{"organization"},
			"INDEX interactions_organization (organization_id=?",
			[]string{"none", "who", "people", "nobody", "channel", "outcome", "outcomes", "no outcome", "not these"},
		},
		{
			[]string{"who", "people", "nobody"},
			"COVERING INDEX interactions_user (user_id=?",
			[]string{"none", "channel", "channels", "outcome", "outcomes", "no outcome", "not these"},
		},
		{[]string{"outcome", "outcomes"}, "COVERING INDEX interactions_outcome (outcome=?", []string{"none", "channel", "channels"}},
	} {
		for _, first := range x.first {
			for _, also := range x.also {
				var f InteractionFilter
				interactionFilters[also](&f, by.UserID)
				interactionFilters[first](&f, by.UserID)
				c, ranges, err := d.interactionConditions(t.Context(), by, f, false)
				if err != nil {
					t.Fatal(err)
				}
				const walk = "SELECT happened_at, id FROM interactions"
				query := condition{walk + c.where(), c.args}
				if ranges != nil {
					query = union(walk, c, ranges)
				}
				steps, err := d.reader.Plan(t.Context(), query.sql+"\nORDER BY happened_at DESC, id DESC", query.args...)
				if err != nil || len(steps) == 0 {
					t.Fatal(err, query.sql)
				}
				for _, s := range steps {
					if strings.Contains(s.Text, "SEARCH") && !strings.Contains(s.Text, x.index) || strings.Contains(s.Text, "TEMP B-TREE") {
						t.Errorf("%s and %s: %v", first, also, steps)
						break
					}
				}
			}
		}
	}
}

// TestEachFilterOfTheAuditLogWalksOneIndex: the newest matches are read in order from an index that
// covers all filters, so that two filters that rarely match together cost no more than one.
func TestEachFilterOfTheAuditLogWalksOneIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	people := ValueFilter{Values: []string{newID(), newID()}, None: true}
	for _, actor := range []ValueFilter{{}, OneOf(newID()), {None: true}, people} {
		for _, action := range []ValueFilter{{}, OneOf("end_sessions"), OneOf("end_sessions", "login"), {Values: []string{"login"}, Not: true}} {
			for _, kind := range []ValueFilter{{}, OneOf("user"), OneOf("user", "follow_up"), {Values: []string{"user"}, Not: true}} {
				for _, target := range []string{"", newID()} {
					for _, days := range []string{"", "2026-11-24"} {
						f := AuditFilter{Actor: actor, Action: action, TargetType: kind, TargetID: target, From: days, To: days}
						index := map[bool]map[bool]string{
							false: {false: "USING INTEGER PRIMARY KEY (", true: "audit_logs_action (action=? AND "},
							true:  {false: "audit_logs_user (user_id=? AND ", true: "audit_logs_user_action (user_id=? AND action=? AND "},
						}[actor.narrows()][action.narrows() || kind.narrows()]
						if target != "" {
							index = "audit_logs_target (target_type=? AND target_id=? AND "
						}
						if query, _ := f.seqs(System, auditRange{}, 1); query == "" {
							continue // no such action is about such a record
						}
						checkWalk(t, d, System, f, index)
						if target == "" { // a reader of only some actions reads each from its index
							checkWalk(t, d, Actor{May: []Permission{ViewAudit}}, f,
								map[bool]string{
									false: "audit_logs_action (action=? AND ", true: "audit_logs_user_action (user_id=? AND action=? AND ",
								}[actor.narrows()])
						}
					}
				}
			}
		}
	}

	// With too many people for a range of each, the walk of an action looks at their rows.
	for range MostValues {
		people.Values = append(people.Values, newID())
	}
	checkWalk(t, d, System, AuditFilter{Actor: people, Action: OneOf("login")}, "audit_logs_action (action=? AND ")
	checkWalk(t, d, System, AuditFilter{Actor: people}, "USING INTEGER PRIMARY KEY (")
}

func checkWalk(t *testing.T, d *DB, by Actor, f AuditFilter, index string) {
	t.Helper()
	r, err := d.auditRange(t.Context(), System, f)
	if err != nil {
		t.Fatal(err)
	}
	query, args := f.seqs(by, r, 51)
	steps, err := d.reader.Plan(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	walks := 0
	for _, s := range steps {
		switch {
		case strings.HasPrefix(s.Text, "SEARCH audit_logs ") && strings.Contains(s.Text, index):
			walks++
		case strings.Contains(s.Text, "audit_logs") || strings.Contains(s.Text, "TEMP B-TREE"):
			t.Errorf("%+v: %s", f, s.Text)
		}
	}
	if walks == 0 {
		t.Errorf("%+v walks no %s: %v", f, index, steps)
	}
}

// TestOwnHistoryIsReadFromAnIndex: newest first, without sorting that of all years.
func TestOwnHistoryIsReadFromAnIndex(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	for what, rows := range map[string]func(Actor, int64) (string, []any){"own changes": ownRows, "last touched": touchedRows} {
		query, args := rows(Actor{UserID: newID()}, 1<<62)
		steps, err := d.reader.Plan(t.Context(), query, args...)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if !strings.Contains(step.Text, "audit_logs_user (user_id=? AND ") && !strings.HasPrefix(step.Text, "SCALAR SUBQUERY") {
				t.Errorf("%s reads %v", what, steps)
			}
		}
	}
}

// TestCountingOwnClientsStartsFromThem: to check of all records whether somebody sees them takes longer, even for
// somebody who owns more than fewClients.
func TestCountingOwnClientsStartsFromThem(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := ownerOfMany(t, d)
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		for name, f := range map[string]Filter{"all": {}, "quiet": {QuietSince: d.now()}, "archived": {Status: "archived"}} {
			from, _, err := d.counted(t.Context(), by, k, f)
			steps, err2 := d.reader.Plan(t.Context(), "SELECT 1 FROM "+from.sql, from.args...)
			if err != nil || err2 != nil || !strings.Contains(steps[0].Text, "(id=?)") {
				t.Errorf("%s, %s: %v %v %v", k.Plural, name, steps, err, err2)
			}
		}
	}
}

// TestListsOfOwnClientsStartFromThem, in each order and after a cursor: to walk past all others takes seconds if the own ones stand at
// the end. Of more than MostCounted, owned or linked to own ones, there are enough in between to fill a page.
func TestListsOfOwnClientsStartFromThem(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	by := ownerOfMany(t, d)
	d.reader.Forget()
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		for _, s := range k.orders() {
			for _, f := range []Filter{{}, {Status: "archived"}, {QuietSince: d.now()}, {Owner: OneOf(by.UserID)}} {
				f.Sort = "-" + s.column
				_, _, err := d.readList(t.Context(), by, k, f)
				_, _, err2 := d.Neighbors(t.Context(), by, k, f, "00000001-0000-7000-8000-000000000000")
				f.After = k.orderFor(by, f.Sort).cursor([3]string{"a", "a", newID()})
				_, _, err3 := d.readList(t.Context(), by, k, f)
				if err := errors.Join(err, err2, err3); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	checkPlans(t, d, func(line string) bool { return strings.Contains(line, "(is_active=?") })

	linked := Actor{UserID: newID(), May: Permissions, OwnOnly: true}
	for _, made := range []string{
		"INSERT INTO users (id, email, full_name) VALUES (?1, 'linked@a.example', 'Linked')",
		"INSERT INTO organizations (id, display_name, legal_name, owner_user_id) VALUES (?1, 'Hub', 'Hub', ?1), (?2, 'Hub', 'Hub', ?1)",
		`INSERT INTO organization_contact (organization_id, contact_id)
			SELECT organizations.id, contacts.id FROM organizations JOIN contacts WHERE organizations.owner_user_id = ?1`,
	} {
		if _, err := d.writer.ExecContext(t.Context(), made, linked.UserID, newID()); err != nil {
			t.Fatal(err)
		}
	}
	for most, few := range map[int]bool{fewClients: false, fewClients + 1: true} { // two links with each contact show it once
		for _, x := range []Actor{by, linked} {
			d.most = most
			if got, err := d.listsOwn(t.Context(), x, ContactKind); err != nil || got != few {
				t.Errorf("of %d contacts, %d of which are counted, lists start from the own ones: %t %v", fewClients+1, most, got, err)
			}
		}
	}
	d.most = fewClients
	if few, err := d.listsOwn(t.Context(), linked, OrganizationKind); err != nil || !few {
		t.Error("lists of two own organizations do not start from them", err)
	}
}

// TestWhoSeesFewOfTheNewestInteractionsReadsTheirOwn: to check all others for the rest of a page takes seconds.
func TestWhoSeesFewOfTheNewestInteractionsReadsTheirOwn(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	d.most = 10
	by := ownerOfMany(t, d)
	_, err := d.writer.ExecContext(t.Context(), `
		INSERT INTO interactions (id, contact_id, channel, subject, happened_at)
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
		SELECT printf('%08x-0000-7000-8000-000000000000', i), iif(i >= 23, '00000001-0000-7000-8000-000000000000', NULL),
			'note', 'x', printf('2026-11-01T10:%02d:00.000Z', i) FROM n`)
	if err != nil {
		t.Fatal(err)
	}
	all := by
	all.OwnOnly = false
	for name, x := range map[string]struct {
		by  Actor
		f   InteractionFilter
		few bool
	}{
		"a page is full":    {by, InteractionFilter{Limit: 6}, false},
		"it would not be":   {by, InteractionFilter{Limit: 7}, true},
		"few interactions":  {by, InteractionFilter{Limit: 7, From: time.Date(2026, 11, 1, 10, 21, 0, 0, time.UTC)}, false},
		"of a client":       {by, InteractionFilter{Limit: 7, ContactID: newID()}, false},
		"all clients":       {all, InteractionFilter{Limit: 7}, false},
		"nobody logged any": {by, InteractionFilter{Limit: 7, User: OneOf(newID())}, false},
	} {
		if few, err := d.seesFew(t.Context(), x.by, x.f); err != nil || few != x.few {
			t.Errorf("%s: %t %v, want %t", name, few, err, x.few)
		}
	}
}

// ownerOfMany returns an actor with OwnOnly who owns more than fewClients contacts.
func ownerOfMany(t *testing.T, d *DB) Actor {
	t.Helper()
	by := Actor{UserID: newID(), May: Permissions, OwnOnly: true}
	_, err := d.writer.ExecContext(t.Context(), "INSERT INTO users (id, email, full_name) VALUES (?, 'own@a.example', 'Own')", by.UserID)
	if err == nil {
		_, err = d.writer.ExecContext(t.Context(), `
			INSERT INTO contacts (id, first_name, last_name, owner_user_id)
			WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			SELECT printf('%08x-0000-7000-8000-000000000000', i), 'Many', 'More', ? FROM n`, fewClients, by.UserID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return by
}
