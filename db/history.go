package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/sqlite"
)

// Entry is an audit row in a record's history, with names for its IDs.
type Entry struct {
	Seq                           int64
	Action, TargetType, TargetID  string
	UserID, UserName              string // "" for the program; the name is also "" if the account was deleted
	Token                         string // name of the token with which a program of theirs did it, or ""
	At                            time.Time
	Changes                       []FieldChange
	OrganizationID, Organization  string // of a link or an interaction; the name is "" if it was deleted
	ContactID, Contact            string
	Participants                  []Named // further people of an interaction
	Channel, Subject              string  // of an interaction
	FollowUp, InteractionID       string  // of a follow-up: its text, and its interaction
	RoleLabel, RelationshipStatus string  // of a link
	Version                       int     // the target's current version, or 0 if it was deleted
	Undo                          bool    // the reader can undo it: an archiving, restoring, unlinking, deletion or end
}

// FieldChange is a changed field in words: names instead of IDs, "" for empty.
type FieldChange struct {
	Column, Label, Old, New string
	Kind                    FieldKind
	Was, Is                 string  // the old and the new value as stored, without IDs of records that the reader does not see
	Back                    *string // the old value as stored, if the reader can restore it
	Stands                  bool    // whether nobody has changed the field since, where the reader can restore it
}

// HistorySize is the default number of entries per page of a history.
const HistorySize = 50

// HistoryPage says which part of a history to read.
type HistoryPage struct {
	Before int64 // the seq of the last entry shown, or 0 to start
	Limit  int   // at most MostListed; 0 means HistorySize
}

// History lists the changes of an organization, a contact or an interaction (targetType), newest
// first. For organizations and contacts it includes their links and, if the actor may see them,
// their interactions. It marks what the actor can undo.
// older is the Before of the next page, or 0 on the last one. It returns ErrNotFound or ErrForbidden.
func (d *DB) History(ctx context.Context, by Actor, targetType, id string, p HistoryPage) (page []Entry, older int64, err error) {
	before, size := p.Before, min(p.Limit, MostListed)
	if before <= 0 {
		before = 1 << 62
	}
	if size <= 0 {
		size = HistorySize
	}
	if err := ViewClients.Refuse(by); err != nil {
		return nil, 0, err
	}
	if err := d.mustSee(ctx, by, targetType, id); err != nil {
		return nil, 0, fmt.Errorf("history of %s %s: %w", targetType, id, err)
	}
	seqs, args := by.historySeqs(targetType, id, before, size+1)
	if seqs == "" {
		return nil, 0, ErrNotFound
	}
	rows, err := d.reader.QuickQuery(ctx, `
		SELECT seq, action, target_type, ifnull(target_id, ''), ifnull(user_id, ''), ifnull(`+shownName+`, ''), audit_logs.created_at, metadata
		FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE seq IN (`+seqs+`)
		ORDER BY seq DESC`+limit(size+1), args...)
	page, err = sqlite.Collect(rows, err, func(r sqlite.Row) (Entry, error) {
		var e Entry
		var metadata string
		err := r.Scan(&e.Seq, &e.Action, &e.TargetType, &e.TargetID, &e.UserID, &e.UserName, moment{&e.At}, &metadata)
		return e, errors.Join(err, e.read(metadata))
	})
	if err != nil {
		return nil, 0, fmt.Errorf("history of %s %s: %w", targetType, id, err)
	}
	if len(page) > size {
		page = page[:size]
		older = page[size-1].Seq
	}
	if targetType == "contact" {
		for i := range page {
			page[i].contactFirst(id)
		}
	}
	if err := errors.Join(d.keepSeenParticipants(ctx, by, page), d.markUndo(ctx, by, page)); err != nil {
		return nil, 0, fmt.Errorf("history of %s %s: %w", targetType, id, err)
	}
	err = d.nameAll(ctx, by, page)
	unmarkUnnamed(page)
	return page, older, err
}

// historySeqs returns a query for the seq of the audit rows before one that History lists, at least the newest n of them.
// It returns "" if what the ID is of has no history.
func (by Actor) historySeqs(targetType, id string, before int64, n int) (seqs string, args []any) {
	seen := condition{sql: "+action IN " + changingClients}.and(by.seesEntry())
	seqs = "SELECT seq FROM (SELECT seq FROM audit_logs WHERE target_type = ? AND target_id = ? AND seq < ? AND " +
		seen.sql + " ORDER BY seq DESC" + limit(n) + ")"
	args = append([]any{targetType, id, before}, seen.args...)
	add := func(query string) {
		seqs += "\nUNION\n" + query
		args = append(append(args, id, before), seen.args...)
	}
	switch targetType {
	case "organization", "contact":
		add(`SELECT seq FROM (SELECT seq FROM audit_logs
			WHERE json_extract(metadata, '$.` + targetType + `_id') = ? AND seq < ? AND ` + seen.sql + ` ORDER BY seq DESC` + limit(n) + `)`)
		if targetType == "contact" {
			add(`SELECT seq FROM (SELECT seq FROM audit_participants CROSS JOIN audit_logs USING (seq)
				WHERE contact_id = ? AND seq < ? AND ` + seen.sql + ` ORDER BY seq DESC` + limit(n) + `)`)
		}
	case "interaction":
		add(`SELECT seq FROM audit_logs
			WHERE target_type = 'follow_up' AND target_id IN (SELECT id FROM follow_ups WHERE interaction_id = ?) AND seq < ? AND ` + seen.sql)
	default:
		return "", nil
	}
	return seqs, args
}

// read fills in an entry from its metadata.
func (e *Entry) read(metadata string) error {
	var m struct {
		Token              string            `json:"token"`
		OrganizationID     string            `json:"organization_id"`
		ContactID          string            `json:"contact_id"`
		ParticipantIDs     []string          `json:"participant_ids"`
		Channel            string            `json:"channel"`
		Subject            string            `json:"subject"`
		FollowUp           string            `json:"follow_up_text"`
		InteractionID      string            `json:"interaction_id"`
		RoleLabel          string            `json:"role_label"`
		RelationshipStatus string            `json:"relationship_status"`
		Changes            map[string]Change `json:"changes"`
	}
	if err := json.Unmarshal([]byte(metadata), &m); err != nil {
		return err
	}
	e.Token = m.Token
	e.OrganizationID, e.ContactID, e.Channel, e.Subject = m.OrganizationID, m.ContactID, m.Channel, m.Subject
	for _, id := range m.ParticipantIDs {
		e.Participants = append(e.Participants, Named{ID: id})
	}
	e.FollowUp, e.RoleLabel, e.RelationshipStatus = m.FollowUp, m.RoleLabel, m.RelationshipStatus
	if e.InteractionID = m.InteractionID; e.TargetType == "interaction" {
		e.InteractionID = e.TargetID
	}
	for _, f := range slices.Concat(organizationFields, contactFields, linkFields, interactionFields, followUpFields) {
		if c, ok := m.Changes[f.Column]; ok {
			change := FieldChange{Column: f.Column, Label: f.Label, Kind: f.Kind, Was: shown(c.Old), Is: shown(c.New)}
			if f.Kind == Flag {
				c = Change{Old: yes(c.Old), New: yes(c.New)}
			}
			change.Old, change.New = shown(c.Old), shown(c.New)
			e.Changes = append(e.Changes, change)
			delete(m.Changes, f.Column)
		}
	}
	return nil
}

// contactFirst swaps the entry's contact with the contact whose history this is, if that one is
// among the entry's further people.
func (e *Entry) contactFirst(id string) {
	for i := range e.Participants {
		if e.Participants[i].ID == id && e.ContactID != "" {
			e.Participants[i].ID, e.ContactID = e.ContactID, id
		} else if e.Participants[i].ID == id {
			e.ContactID, e.Participants = id, slices.Delete(e.Participants, i, i+1)
			return
		}
	}
}

// keepSeenParticipants leaves in the changes of further people only those who exist and whom the
// actor sees.
func (d *DB) keepSeenParticipants(ctx context.Context, by Actor, page []Entry) error {
	names := namer{d: d, ctx: ctx, by: by, known: map[string]string{}}
	unseen := func(id string) bool { return names.name("contacts", id) == "" }
	for _, e := range page {
		for i := range e.Changes {
			if c := &e.Changes[i]; c.Column == "participant_id" {
				c.Old = joinIDs(slices.DeleteFunc(strings.Fields(c.Old), unseen))
				c.New = joinIDs(slices.DeleteFunc(strings.Fields(c.New), unseen))
				c.Was, c.Is = c.Old, c.New
			}
		}
	}
	return names.err
}

// yes returns the value of a Flag in words.
func yes(stored any) any {
	if stored == "1" {
		return "Yes"
	}
	return stored
}

func shown(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// nameAll fills in names for the entries' IDs. For an OwnOnly actor it clears ends that they do not
// see.
func (d *DB) nameAll(ctx context.Context, by Actor, page []Entry) error {
	names := namer{d: d, ctx: ctx, by: by, known: map[string]string{}}
	names.load(page)
	for i := range page {
		e := &page[i]
		e.Organization = names.name("organizations", e.OrganizationID)
		e.Contact = names.name("contacts", e.ContactID)
		if by.OwnOnly && e.Organization == "" {
			e.OrganizationID = ""
		}
		if by.OwnOnly && e.Contact == "" {
			e.ContactID = ""
		}
		for j := range e.Participants {
			e.Participants[j].Name = names.name("contacts", e.Participants[j].ID)
		}
		if by.OwnOnly {
			e.Participants = slices.DeleteFunc(e.Participants, func(p Named) bool { return p.Name == "" })
		}
		for j := range e.Changes {
			c := &e.Changes[j]
			if c.Column == "participant_id" {
				c.Old, c.New = names.list(c.Old), names.list(c.New)
				continue
			}
			if table := namedBy[c.Column]; table != "" {
				c.Old, c.New = names.name(table, c.Old), names.name(table, c.New)
				if c.Kind == Other {
					c.Was, c.Is = ifNamed(c.Was, c.Old), ifNamed(c.Is, c.New)
				}
			}
		}
		e.Changes = slices.DeleteFunc(e.Changes, func(c FieldChange) bool { // of people whom the reader does not see
			return c.Column == "participant_id" && c.Old == c.New
		})
	}
	return names.err
}

// ifNamed returns the ID of a record that has a name, else "".
func ifNamed(id, name string) string {
	if name == "" {
		return ""
	}
	return id
}

// namedBy maps columns with IDs to the tables that have their names.
var namedBy = map[string]string{
	"owner_user_id": "users", "assignee_id": "users", "organization_id": "organizations", "contact_id": "contacts", "user_id": "users",
}

// namer looks up names, each once. Records that its actor may not see have no name.
type namer struct {
	d     *DB
	ctx   context.Context
	by    Actor
	known map[string]string
	err   error
}

// load looks up everything that the entries refer to, with one query per table.
func (n *namer) load(page []Entry) {
	ids := map[string][]string{}
	for _, e := range page {
		ids["organizations"] = append(ids["organizations"], e.OrganizationID)
		ids["contacts"] = append(ids["contacts"], e.ContactID)
		for _, p := range e.Participants {
			ids["contacts"] = append(ids["contacts"], p.ID)
		}
		for _, c := range e.Changes {
			if c.Column == "participant_id" {
				ids["contacts"] = slices.Concat(ids["contacts"], strings.Fields(c.Old), strings.Fields(c.New))
			} else if table := namedBy[c.Column]; table != "" {
				ids[table] = append(ids[table], c.Old, c.New)
			}
		}
	}
	for table, all := range ids {
		n.lookUp(table, all)
	}
}

// list returns the names of the contacts in a value that joinIDs wrote.
func (n *namer) list(ids string) string {
	var names []string
	for _, id := range strings.Fields(ids) {
		if name := n.name("contacts", id); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(byName(names, itself), ", ")
}

func (n *namer) name(table, id string) string {
	if _, ok := n.known[id]; !ok && id != "" {
		n.lookUp(table, []string{id})
	}
	return n.known[id]
}

func (n *namer) lookUp(table string, ids []string) {
	columns, seen := shownName+", ''", always
	switch table {
	case "organizations":
		columns, seen = "display_name, ''", n.by.seesOrganization("organizations.id")
	case "contacts":
		columns, seen = "first_name, last_name", n.by.seesContact("contacts.id")
	}
	list, err := json.Marshal(ids)
	n.err = errors.Join(n.err, err)
	for _, id := range ids {
		n.known[id] = ""
	}
	rows, err := n.d.reader.QuickQuery(n.ctx, "SELECT id, "+columns+" FROM "+table+
		" WHERE id IN (SELECT value FROM json_each(?)) AND "+seen.sql, append([]any{string(list)}, seen.args...)...)
	_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (none struct{}, err error) {
		var id, first, last string
		err = r.Scan(&id, &first, &last)
		n.known[id] = personName(first, last)
		return none, err
	})
	n.err = errors.Join(n.err, err)
}

// Origin says who created a record and, if it is archived, who archived it and when.
type Origin struct {
	CreatedBy  string
	ArchivedBy string
	ArchivedAt time.Time
}

// Origin returns who created a record and, if it is archived, who last archived it. Names are ""
// for the program and for deleted accounts.
func (d *DB) Origin(ctx context.Context, by Actor, targetType, id string, archived bool) (Origin, error) {
	var o Origin
	if err := d.mustSee(ctx, by, targetType, id); err != nil {
		return o, err
	}
	create, archive := "create_contact", "archive_contact"
	if targetType == "organization" {
		create, archive = "create_org", "archive_org"
	}
	const read = `
		SELECT ` + shownName + `, audit_logs.created_at
		FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE target_type = ? AND target_id = ? AND action = ?
		ORDER BY seq`
	var at time.Time
	err := d.reader.QuickQueryRow(ctx, read+" LIMIT 1", targetType, id, create).Scan(nullText{&o.CreatedBy}, moment{&at})
	if ignoreMissing(err) != nil || !archived {
		return o, ignoreMissing(err)
	}
	err = d.reader.QuickQueryRow(ctx, read+" DESC LIMIT 1", targetType, id, archive).Scan(nullText{&o.ArchivedBy}, moment{&o.ArchivedAt})
	return o, ignoreMissing(err)
}

// ignoreMissing turns sql.ErrNoRows into nil.
func ignoreMissing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
