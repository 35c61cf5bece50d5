package db

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"clientregistry/db/text"
)

// Rows collects new records to insert in bulk, with their search words and audit rows. Only the
// schema checks them: rules and permissions are the caller's business. The zero Rows is empty.
type Rows struct {
	Count int // for Filling.Progress; callers decide what it counts

	of      [bulkKinds][][]any // by insert statement
	events  []Event
	size    int
	tally   map[tallyKey]int
	forFill bool      // some rows are only allowed in Fill
	err     error     // of an event that cannot be recorded
	last    auditLink // the last of the events, after seal
}

// Event describes an audit row. Metadata is a JSON object with its keys in alphabetical order; ""
// means an empty object.
type Event struct {
	Action, TargetType, TargetID, Metadata string

	// Only for Fill: the time, the user ("" for the program) and the ID of a past event. If At is
	// zero, the event is the actor's and happens now.
	At         time.Time
	UserID, ID string
}

// tallyKey is what tally counts: records or interactions of a quarter of an hour, or active
// organizations by owner.
type tallyKey struct {
	kind    string
	quarter int64
	owner   string
}

// Len returns the number of rows.
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

// User adds a user who cannot sign in, and gives them the role with this slug, if it exists.
func (r *Rows) User(u User, role string) {
	r.add(bulkUsers, u.ID, u.Email, u.FullName, u.Status, u.TimeZone, text.SortKey(u.FullName), stamp(u.CreatedAt), stamp(u.UpdatedAt))
	r.add(bulkRoles, u.ID, role)
}

// Record adds an organization or a contact. Only Fill may set the owner's name, the last contact,
// an organization's number of contacts and a contact's first organization; otherwise triggers set
// them.
func (r *Rows) Record(x Record) {
	kind, related := bulkOrganizations, any(x.Contacts)
	if x.Kind == ContactKind {
		kind, related = bulkContacts, orNull(text.SortKey(x.Organization))
	}
	if r.count(tallyKey{kind: x.Kind.Noun, quarter: quarterOf(x.CreatedAt)}); kind == bulkOrganizations && x.IsActive {
		r.count(tallyKey{owner: x.OwnerID()})
	}
	r.forFill = r.forFill || x.OwnerName != "" || !x.LastContactAt.IsZero() || x.Contacts > 0 || x.Organization != ""
	r.add(kind, slices.Concat([]any{nil, x.ID}, x.storedValues(), []any{
		x.IsActive, stamp(x.CreatedAt), stamp(x.UpdatedAt), x.Version, text.SortKey(x.Kind.sortName(x)),
		stampOrNull(x.LastContactAt), orNull(x.LastContactChannel), orNull(text.SortKey(x.OwnerName)), related,
	}, x.folded())...)
}

// Words adds a record's search words; a contact's include the names of its organizations, ordered
// by ID, each with the role there. Every record needs its words, added in the order of the records.
func (r *Rows) Words(x Record, organizations ...string) {
	if x.Kind == ContactKind {
		r.add(bulkContactWords, nil, x.searchWords(), nameWords(organizations...))
	} else {
		r.add(bulkOrganizationWords, nil, x.searchWords())
	}
}

// Link adds a link.
func (r *Rows) Link(l Link) {
	r.add(bulkLinks, l.OrganizationID, l.ContactID, orNull(l.RoleLabel), l.RelationshipStatus, l.Version, l.IsMain(), nil)
}

// Interaction adds an interaction and its search words.
func (r *Rows) Interaction(i Interaction) {
	r.count(tallyKey{kind: i.Channel, quarter: quarterOf(i.HappenedAt)})
	r.add(bulkInteractions, nil, i.ID, orNull(i.OrganizationID), orNull(i.ContactID), i.UserID, i.Channel,
		i.Subject, orNull(i.Body), orNull(i.Outcome), stamp(i.HappenedAt), stamp(i.CreatedAt), orNull(i.LoggerID))
	r.add(bulkInteractionWords, nil, interactionWords(i))
	for _, p := range i.Participants {
		r.add(bulkParticipants, i.ID, p.ID, stamp(i.HappenedAt), orNull(i.Next.DueOn))
	}
}

// FollowUp adds a follow-up that was planned when its interaction was logged. If it is done, its
// assignee did it.
func (r *Rows) FollowUp(f FollowUp, of Interaction) {
	var doneBy any
	if !f.DoneAt.IsZero() {
		doneBy = f.AssigneeID
	}
	f.InteractionID = of.ID
	organization, contact := f.ownClients()
	r.add(bulkFollowUps, f.ID, orNull(of.ID), organization, contact, f.Text, f.DueOn, orNull(f.DueTime), f.AssigneeID,
		of.UserID, f.New, stampOrNull(f.DoneAt), doneBy, of.UserID, stamp(of.CreatedAt), f.Version)
}

// Audit adds an audit row.
func (r *Rows) Audit(e Event) {
	if !slices.Contains(AuditActions[e.TargetType], e.Action) {
		r.err = fmt.Errorf("there is no action %s of kind %s", e.Action, e.TargetType)
	}
	r.forFill = r.forFill || !e.At.IsZero()
	r.events = append(r.events, e)
	r.size++
}

// quarterOf returns the quarter of an hour, counted from 1970, to which a time belongs in the
// tally.
func quarterOf(at time.Time) int64 { return at.Unix() / (15 * 60) }

// seal turns the events into audit rows. last is the newest existing audit row, which the first one
// links to.
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
