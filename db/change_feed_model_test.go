package db_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// feedWorld is a small registry whose clients change hands, links and interactions at random, and
// what each reader of the change feed should have got.
type feedWorld struct {
	*dbtest.Office
	t       *testing.T
	r       *rand.Rand
	sql     *sql.DB
	users   []string
	readers []*feedReader
	now     feedState
}

// feedReader follows the feed, and is compared with what a plain model of the rows says.
type feedReader struct {
	name   string
	by     db.Actor
	cursor string
	seq    int64
	saw    map[string]bool // records, by kind and ID
	left   map[string]bool // records that left sight since the reader last read
	gone   map[string]bool // interactions that were deleted in sight since then, by ID
}

// feedState is what is stored, as plain maps.
type feedState struct {
	owners       map[string]string   // of clients, by kind and ID
	links        [][2]string         // organization, contact
	ends         map[string][]string // of interactions and follow-ups by kind and ID: clients by kind and ID
	interactions map[string]string   // of follow-ups
	people       map[string][]string // creator and assignee of follow-ups
}

func newFeedWorld(t *testing.T, seed uint64) *feedWorld {
	t.Helper()
	w := &feedWorld{Office: dbtest.OpenOffice(t), t: t, r: rand.New(rand.NewPCG(seed, 3))}
	w.sql = w.SQL(t)
	for _, name := range []string{"Oda", "Per"} {
		u := must(w.CreateUser(t.Context(), db.System,
			db.NewUser{Email: strings.ToLower(name) + "@a.example", FullName: name + " Berg", Role: "Manager", Hash: "x"}))(t)
		w.users = append(w.users, u.ID)
	}
	both := []db.Permission{db.ViewClient, db.ViewInteraction}
	for _, x := range []*feedReader{
		{name: "all", by: db.Actor{UserID: w.Lea.UserID, May: both}},
		{name: "all without interactions", by: db.Actor{UserID: w.Lea.UserID, May: both[:1]}},
		{name: "Oda's own", by: db.Actor{UserID: w.users[0], May: both, OwnOnly: true}},
		{name: "Per's own", by: db.Actor{UserID: w.users[1], May: both, OwnOnly: true}},
		{name: "Per's own without interactions", by: db.Actor{UserID: w.users[1], May: both[:1], OwnOnly: true}},
	} {
		x.cursor = must(w.ChangeFeed(t.Context(), x.by, "", 10))(t).Cursor
		x.left, x.gone = map[string]bool{}, map[string]bool{}
		w.readers = append(w.readers, x)
	}
	for n := range 5 {
		must(w.CreateOrganization(t.Context(), w.Tomas, db.Fields{"display_name": fmt.Sprint("House ", n), "owner_user_id": w.user()}, ""))(t)
		must(w.CreateContact(t.Context(), w.Tomas, db.Fields{"first_name": "Kim", "last_name": fmt.Sprint(n), "owner_user_id": w.user()}, ""))(t)
	}
	w.now = w.state()
	for _, x := range w.readers {
		x.saw = w.now.seen(x.by)
		for _, seq := range w.column("SELECT seq FROM audit_logs WHERE action = 'create_org' ORDER BY seq LIMIT 1") {
			fmt.Sscan(seq, &x.seq)
		}
		x.seq--
	}
	return w
}

// column returns the first column of a query.
func (w *feedWorld) column(query string, args ...any) (all []string) {
	w.t.Helper()
	rows, err := w.sql.Query(query, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// user is an owner, or nobody.
func (w *feedWorld) user() string { return random(w.r, w.users[0], w.users[1], "", "") }

// of returns a random record of a kind, "" if there is none.
func (w *feedWorld) of(kind string) string {
	if ids := w.column("SELECT id FROM " + kind); len(ids) > 0 {
		return random(w.r, ids...)
	}
	return ""
}

// step changes something, and reports whether it could.
func (w *feedWorld) step() bool {
	ctx, by := w.t.Context(), w.Tomas
	var err error
	switch organization, contact := w.of("organizations"), w.of("contacts"); w.r.IntN(14) {
	case 0, 1:
		_, err = w.UpdateOrganization(ctx, by, organization, db.Latest, db.Fields{"owner_user_id": w.user()})
	case 2, 3:
		_, err = w.UpdateContact(ctx, by, contact, db.Latest, db.Fields{"owner_user_id": w.user()})
	case 4, 5:
		_, err = w.LinkContact(ctx, by, db.NewLink{OrganizationID: organization, ContactID: contact})
	case 6, 7:
		if len(w.now.links) > 0 {
			pair := w.now.links[w.r.IntN(len(w.now.links))]
			from, who := strings.TrimPrefix(pair[0], "organization "), strings.TrimPrefix(pair[1], "contact ")
			l := must(w.Link(ctx, by, from, who))(w.t)
			_, err = w.UnlinkContact(ctx, by, from, who, l.Version)
		}
	case 8:
		_, err = w.LogInteraction(ctx, by, db.Fields{
			"channel": "call", "subject": "Renewal", "organization_id": random(w.r, organization, ""), "contact_id": contact,
			"participant_id": random(w.r, "", w.of("contacts")), "happened_at": "2026-11-20T10:00",
			"follow_up_text": random(w.r, "", "Call"), "follow_up_due_on": "2026-12-01",
		}, "")
	case 9:
		_, err = w.UpdateInteraction(ctx, by, w.of("interactions"), db.Latest, db.Fields{
			"organization_id": random(w.r, organization, ""), "contact_id": contact, "participant_id": random(w.r, "", w.of("contacts")),
		})
	case 10:
		if id := w.of("interactions"); id != "" {
			i := must(w.Interaction(ctx, by, id))(w.t)
			_, err = w.DeleteInteraction(ctx, by, id, i.Version)
		}
	case 11:
		if ids := w.column("SELECT target_id FROM audit_logs WHERE action = 'delete_interaction'"); len(ids) > 0 {
			_, err = w.UndeleteInteraction(ctx, by, random(w.r, ids...))
		}
	case 12:
		_, err = w.CreateFollowUp(ctx, by, db.Fields{
			"text": "Call", "due_on": "2026-12-01", "organization_id": random(w.r, "", organization),
			"assignee_id": random(w.r, w.users[0], w.users[1], w.Lea.UserID),
		}, "")
	case 13:
		_, err = w.UpdateFollowUp(ctx, db.System, w.of("follow_ups"), db.Latest, db.Fields{
			"organization_id": random(w.r, "", organization), "assignee_id": random(w.r, w.users[0], w.users[1], w.Lea.UserID),
		})
	}
	return err == nil
}

// note compares what each reader sees with what they saw before a step.
func (w *feedWorld) note() {
	before := w.now
	w.now = w.state()
	for _, x := range w.readers {
		now := w.now.seen(x.by)
		for id := range x.saw {
			_, there := w.now.ends[id]
			switch _, talk := before.ends[id]; {
			case now[id] || talk && !there && strings.HasPrefix(id, "follow_up"): // deleted with its interaction
			case talk && !there:
				x.gone[id] = true
			default:
				x.left[id] = true
			}
		}
		x.saw = now
	}
}

// state reads what is stored.
func (w *feedWorld) state() feedState {
	s := feedState{owners: map[string]string{}, ends: map[string][]string{}, interactions: map[string]string{}, people: map[string][]string{}}
	for _, line := range w.column(`
		SELECT 'organization ' || id || '|' || ifnull(owner_user_id, '') FROM organizations
		UNION ALL SELECT 'contact ' || id || '|' || ifnull(owner_user_id, '') FROM contacts`) {
		id, owner, _ := strings.Cut(line, "|")
		s.owners[id] = owner
	}
	for _, pair := range w.column("SELECT organization_id || ' ' || contact_id FROM organization_contact") {
		s.links = append(s.links, [2]string{"organization " + pair[:36], "contact " + pair[37:]})
	}
	for _, line := range w.column(`
		SELECT 'interaction ' || id || '|' || concat_ws('|', 'organization ' || organization_id, 'contact ' || contact_id,
			(SELECT group_concat('contact ' || p.contact_id, '|') FROM interaction_contact AS p WHERE interaction_id = id)) FROM interactions
		UNION ALL
		SELECT 'follow_up ' || id || '|' || concat_ws('|', 'organization ' || organization_id, 'contact ' || contact_id) FROM follow_ups`) {
		id, ends, _ := strings.Cut(line, "|")
		s.ends[id] = slices.DeleteFunc(strings.Split(ends, "|"), func(end string) bool { return end == "" })
	}
	for _, line := range w.column(`
		SELECT 'follow_up ' || id || '|' || ifnull(created_by, '') || '|' || ifnull(assignee_id, '') || '|' || ifnull(interaction_id, '')
		FROM follow_ups`) {
		parts := strings.Split(line, "|")
		s.people[parts[0]] = parts[1:3]
		if s.interactions[parts[0]] = parts[3]; parts[3] != "" {
			s.ends[parts[0]] = s.ends["interaction "+parts[3]]
		}
	}
	return s
}

// sees is whether a reader sees a client.
func (s feedState) sees(by db.Actor, client string) bool {
	return client != "" && (!by.OwnOnly || s.owners[client] == by.UserID || slices.ContainsFunc(s.links, func(l [2]string) bool {
		return l[0] == client && s.owners[l[1]] == by.UserID || l[1] == client && s.owners[l[0]] == by.UserID
	}))
}

// seesAny is whether a reader sees what is with these clients; a follow-up without any is that of
// its people.
func (s feedState) seesAny(by db.Actor, ends, people []string) bool {
	if !by.Can(db.ViewInteraction) {
		return false
	}
	if len(ends) == 0 {
		return slices.Contains(people, by.UserID)
	}
	return slices.ContainsFunc(ends, func(end string) bool { return s.sees(by, end) })
}

// seen returns all that a reader sees.
func (s feedState) seen(by db.Actor) map[string]bool {
	all := map[string]bool{}
	for id := range s.owners {
		if s.sees(by, id) {
			all[id] = true
		}
	}
	for id, ends := range s.ends {
		if s.seesAny(by, ends, s.people[id]) {
			all[id] = true
		}
	}
	return all
}

// rows returns the rows of the log after a seq that a reader sees now, and the newest seq.
func (w *feedWorld) rows(x *feedReader) (rows []string, newest int64) {
	for _, line := range w.column(`
		SELECT seq || '|' || action || '|' || target_type || ' ' || target_id || '|' || metadata FROM audit_logs
		WHERE seq > ? AND target_type IN ('organization', 'contact', 'interaction', 'follow_up') ORDER BY seq`, x.seq) {
		parts := strings.SplitN(line, "|", 4)
		fmt.Sscan(parts[0], &newest)
		var m struct {
			Organization string   `json:"organization_id"`
			Contact      string   `json:"contact_id"`
			People       []string `json:"participant_ids"`
		}
		if err := json.Unmarshal([]byte(parts[3]), &m); err != nil {
			w.t.Fatal(err)
		}
		var ends []string
		for _, id := range append([]string{m.Contact}, m.People...) {
			if id != "" {
				ends = append(ends, "contact "+id)
			}
		}
		sees := false
		switch kind, _, _ := strings.Cut(parts[2], " "); kind {
		case "organization":
			sees = w.now.sees(x.by, parts[2]) && (len(ends) == 0 || w.now.sees(x.by, ends[0]))
		case "contact":
			sees = w.now.sees(x.by, parts[2])
		default:
			if m.Organization != "" {
				ends = append(ends, "organization "+m.Organization)
			}
			sees = w.now.seesAny(x.by, ends, w.now.people[parts[2]])
		}
		if sees {
			rows = append(rows, parts[1]+" "+parts[2])
		}
	}
	return rows, newest
}

// read lets a reader read to the end, and compares what they get with the model.
func (w *feedWorld) read(x *feedReader) {
	w.t.Helper()
	var got, left []string
	parts := 0
	for {
		feed := must(w.ChangeFeed(w.t.Context(), x.by, x.cursor, 1+w.r.IntN(20)))(w.t)
		for _, e := range feed.Entries {
			for _, end := range []string{"organization " + e.OrganizationID, "contact " + e.ContactID} {
				if kind, id, _ := strings.Cut(end, " "); id != "" && !w.now.sees(x.by, end) {
					w.t.Errorf("%s: %s of %s names the %s %s out of sight", x.name, e.Action, e.TargetID, kind, id)
				}
			}
			if e.Action == db.LeftSight {
				left = append(left, e.TargetType+" "+e.TargetID)
			} else {
				got = append(got, e.Action+" "+e.TargetType+" "+e.TargetID)
			}
		}
		parts++
		if x.cursor = feed.Cursor; !feed.More {
			break
		}
	}
	rows, newest := w.rows(x)
	if newest > 0 {
		x.seq = newest
	}
	want(w.t, x.name+" reads", strings.Join(got, "\n"), strings.Join(rows, "\n"))
	expected := map[string]bool{}
	for id := range x.left {
		expected[id] = !w.now.seen(x.by)[id]
	}
	for id := range x.gone {
		if !slices.Contains(rows, "delete_interaction "+id) && !w.now.seen(x.by)[id] {
			expected[id] = true
		}
	}
	for id, is := range expected {
		_, there := w.now.ends[id]
		if deleted := strings.HasPrefix(id, "follow_up") && !there; is && !deleted && !slices.Contains(left, id) {
			w.t.Errorf("%s is not told that %s left", x.name, id)
		}
	}
	for i, id := range left {
		if !expected[id] {
			w.t.Errorf("%s is told that %s left", x.name, id)
		}
		if parts == 1 && slices.Contains(left[:i], id) {
			w.t.Errorf("%s is told twice that %s left", x.name, id)
		}
	}
	clear(x.left)
	clear(x.gone)
}

// TestTheFeedIsWhatAPlainModelSays changes a small registry at random, while several people follow
// it and read now and then. Each gets just the rows that they see, each once and in order, and just
// the records that left their sight.
func TestTheFeedIsWhatAPlainModelSays(t *testing.T) {
	t.Parallel()
	for seed := range 3 {
		w := newFeedWorld(t, uint64(seed))
		done, told := 0, 0
		for range 200 {
			if w.step() {
				done++
			}
			w.note()
			for _, x := range w.readers {
				if w.r.IntN(12) == 0 {
					told += len(x.left)
					w.read(x)
				}
			}
		}
		for _, x := range w.readers {
			w.read(x)
		}
		if done < 100 || told < 20 {
			t.Errorf("only %d steps, after which %d records left the sight of somebody", done, told)
		}
	}
}
