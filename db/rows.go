package db

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"clientregistry/db/text"
)

// Rows are rows of new records to be put into the registry many at a time, with
// the words that find them and the audit rows that tell of them. They are put as
// they are: rules and permissions are for whoever makes them, only the schema is
// checked. The zero Rows is empty.
type Rows struct {
	Count int // of what Filling.Progress counts, as whoever makes them likes

	of      [bulkKinds][][]any // by the statement that puts them in
	events  []Event
	size    int
	tally   map[tallyKey]int
	forFill bool      // some are what only Fill takes
	err     error     // of an event that cannot be recorded
	last    auditLink // of the events, once they are sealed
}

// Event is what an audit row tells. Metadata is a JSON object with its keys in
// alphabetical order, "" for an empty one.
type Event struct {
	Action, TargetType, TargetID, Metadata string

	// For Fill, which also writes what happened before: when that was, whose the
	// row is ("" for the program's), and its id. Without At it is the actor's, of now.
	At         time.Time
	UserID, ID string
}

// tallyKey is what tally counts by, or the owner of an organization.
type tallyKey struct {
	kind    string
	quarter int64
	owner   string
}

// Len is how many rows there are.
func (r *Rows) Len() int { return r.size }

func (r *Rows) add(kind int, row ...any) {
	r.of[kind] = append(r.of[kind], row)
	r.size++
}

func (r *Rows) count(t tallyKey) {
	if r.tally == nil {
		r.tally = map[tallyKey]int{}
	}
	r.tally[t]++
}

// User adds a user, who cannot sign in, with a role, named by its slug; where
// there is no such role they have none.
func (r *Rows) User(u User, role string) {
	r.add(bulkUsers, u.ID, u.Email, u.FullName, u.Status, u.TimeZone, text.SortKey(u.FullName), stamp(u.CreatedAt), stamp(u.UpdatedAt))
	r.add(bulkRoles, u.ID, role)
}

// Record adds an organization or a contact. Its owner's name, its last contact,
// an organization's number of contacts and a contact's first organization are for
// Fill, which takes the triggers away that keep them otherwise.
func (r *Rows) Record(x Record) {
	kind, related := bulkOrganizations, any(x.Contacts)
	if x.Kind == ContactKind {
		kind, related = bulkContacts, orNull(text.SortKey(x.Organization))
	}
	if r.count(tallyKey{kind: x.Kind.Noun, quarter: quarterOf(x.CreatedAt)}); kind == bulkOrganizations && x.IsActive {
		r.count(tallyKey{owner: x.OwnerID()})
	}
	r.forFill = r.forFill || x.OwnerName != "" || !x.LastContactAt.IsZero() || x.Contacts > 0 || x.Organization != ""
	r.add(kind, slices.Concat([]any{nil, x.ID}, x.stored(), []any{
		x.IsActive, stamp(x.CreatedAt), stamp(x.UpdatedAt), x.Version, text.SortKey(x.Kind.sortName(x)),
		stampOrNull(x.LastContactAt), orNull(x.LastContactChannel), orNull(text.SortKey(x.OwnerName)), related,
	}, x.folded())...)
}

// Words adds the words that find a record, a contact's with the names of its
// organizations in the order of their ids. Each record has its words, in the order
// of the records, at once or after all of them.
func (r *Rows) Words(x Record, organizations ...string) {
	if x.Kind == ContactKind {
		r.add(bulkContactWords, nil, x.searchWords(), nameWords(organizations...))
	} else {
		r.add(bulkOrganizationWords, nil, x.searchWords())
	}
}

// Link adds a link.
func (r *Rows) Link(l Link) {
	r.add(bulkLinks, l.OrganizationID, l.ContactID, orNull(l.RoleLabel), l.RelationshipStatus, l.Version)
}

// Interaction adds an interaction and the words that find it.
func (r *Rows) Interaction(i Interaction) {
	r.count(tallyKey{kind: i.Channel, quarter: quarterOf(i.HappenedAt)})
	r.add(bulkInteractions, nil, i.ID, orNull(i.OrganizationID), orNull(i.ContactID), i.UserID, i.Channel,
		i.Subject, orNull(i.Body), orNull(i.Outcome), stamp(i.HappenedAt), stamp(i.CreatedAt))
	r.add(bulkInteractionWords, nil, interactionWords(i))
}

// FollowUp adds a follow-up that was planned with its interaction, and done by
// whose it was if it is done.
func (r *Rows) FollowUp(f FollowUp, of Interaction) {
	var doneBy any
	if !f.DoneAt.IsZero() {
		doneBy = f.AssigneeID
	}
	r.add(bulkFollowUps, f.ID, of.ID, f.Text, f.DueOn, f.AssigneeID, stampOrNull(f.DoneAt), doneBy, of.UserID, stamp(of.CreatedAt), f.Version)
}

// Audit adds the audit row of an event.
func (r *Rows) Audit(e Event) {
	if !slices.Contains(AuditActions[e.TargetType], e.Action) {
		r.err = fmt.Errorf("there is no action %s of kind %s", e.Action, e.TargetType)
	}
	r.forFill = r.forFill || !e.At.IsZero()
	r.events = append(r.events, e)
	r.size++
}

// quarterOf is the quarter of an hour in which tally counts a moment.
func quarterOf(at time.Time) int64 { return at.Unix() / (15 * 60) }

// seal makes audit rows of the events, the first one linked to last.
func (r *Rows) seal(last auditLink, by Actor, now time.Time) {
	r.of[bulkAudits] = nil
	for _, e := range r.events {
		row := auditRow{action: e.Action, targetType: e.TargetType, targetID: e.TargetID, metadata: cmp.Or(e.Metadata, "{}")}
		if e.At.IsZero() {
			row.id, row.userID, row.ip, row.ua, row.createdAt = newID(), by.UserID, by.IP, by.UA, stamp(now)
		} else {
			row.id, row.userID, row.createdAt = e.ID, e.UserID, stamp(e.At)
		}
		var values []any
		values, last = last.next(row)
		r.of[bulkAudits] = append(r.of[bulkAudits], values)
	}
	r.last = last
}
