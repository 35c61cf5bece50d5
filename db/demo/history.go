package demo

import (
	"cmp"
	"slices"
	"strings"

	"clientregistry/db"
)

// history produces the audit rows that working with the plan's records would have left.
func (x sample) history(yield func(*db.Rows) bool) {
	w := &history{x, sink{yield, &db.Rows{}}, 0}
	for h := range x.story() {
		w.happen(h)
		if !w.flush(1000) {
			return
		}
	}
	w.flush(0)
}

type history struct {
	sample
	sink
	audits int
}

func (w *history) happen(h happening) {
	at, i := h.at, h.i
	switch h.kind {
	case createOrganization:
		w.createOrganization(at, i)
	case updateOrganization, updateOrganizationAgain:
		o := w.organization(i)
		w.recordUpdate(at, i, "update_org", "organization", o.ID, w.updates(i, &o)[h.kind-updateOrganization])
	case archiveOrganization:
		w.record(at, w.someone(at, i), "archive_org", "organization", w.plan.organizationID(i), archived)
	case createContact:
		w.createContact(at, i)
		w.createLink(at, i)
	case updateContact:
		c := w.contact(i)
		w.recordUpdate(at, i, "update_contact", "contact", c.ID, w.update(i, &c))
	case archiveContact:
		w.record(at, w.someone(at, i), "archive_contact", "contact", w.plan.contactID(i), archived)
	case createLink:
		w.createLink(at, i)
	case updateLink:
		w.updateLink(at, i)
	case logInteraction:
		w.logInteraction(h)
	case finishFollowUp:
		var changes metadata
		changes.change("done_at", "", stamp(at))
		w.recordStep("finish_follow_up", h, h.step.AssigneeID, &changes)
	case planFollowUp:
		w.planFollowUp(h)
	}
}

// record adds an audit row.
func (w *history) record(at int64, user, action, targetType, targetID, metadata string) {
	w.rows.Audit(db.Event{
		Action: action, TargetType: targetType, TargetID: targetID, Metadata: metadata,
		At: moment(at), UserID: user, ID: newID(w.plan.seed, forAudits, w.audits, at),
	})
	w.audits++
}

// someone returns the colleague who does something.
func (w *history) someone(at int64, i int) string {
	return w.users.editors[mix(w.plan.seed^uint64(at)+uint64(i))%uint64(len(w.users.editors))]
}

func (w *history) recordUpdate(at int64, i int, action, targetType, id string, u update) {
	var changes metadata
	changes.change(u.column, u.old, u.new)
	w.record(at, w.someone(at, i), action, targetType, id, changesOnly(&changes))
}

func (w *history) createOrganization(at int64, i int) {
	w.rows.Count++
	o := w.organization(i)
	for _, u := range w.updates(i, &o) {
		o.Set(u.column, u.old)
	}
	by := o.OwnerID()
	if !w.users.mayEdit(by) {
		by = w.someone(at, i)
	}
	var changes metadata
	for _, column := range slices.Sorted(slices.Values(db.OrganizationKind.FieldColumns(nil))) {
		changes.change(column, "", o.Value(column))
	}
	w.record(at, by, "create_org", "organization", o.ID, changesOnly(&changes))
}

func (w *history) createContact(at int64, j int) {
	w.rows.Count++
	c := w.contact(j)
	if u := w.update(j, &c); u.column != "" {
		c.Set(u.column, u.old)
	}
	var changes metadata
	for _, column := range slices.Sorted(slices.Values(db.ContactKind.FieldColumns(nil))) {
		changes.change(column, "", c.Value(column))
	}
	w.record(at, w.someone(at, j), "create_contact", "contact", c.ID, changesOnly(&changes))
}

func (w *history) createLink(at int64, l int) {
	link, before := w.link(l)
	var m metadata
	m.link(link, before)
	w.record(at, w.someone(at, int(w.plan.links[l].contact)), "link_contact", "organization", link.OrganizationID, m.close())
}

func (w *history) updateLink(at int64, l int) {
	link, before := w.link(l)
	var changes, m metadata
	changes.change("relationship_status", before, link.RelationshipStatus)
	m.raw("changes", changes.close())
	m.link(link, link.RelationshipStatus)
	w.record(at, w.someone(at, l), "update_link", "organization", link.OrganizationID, m.close())
}

// link adds the metadata of a link.
func (m *metadata) link(l db.Link, status string) {
	m.text("contact_id", l.ContactID)
	m.text("organization_id", l.OrganizationID)
	m.text("relationship_status", status)
	m.text("role_label", l.RoleLabel)
}

func (w *history) logInteraction(h happening) {
	w.rows.Count++
	n := h.said
	var changes, m metadata
	changes.change("body", "", n.Body)
	changes.change("channel", "", n.Channel)
	changes.change("contact_id", "", n.ContactID)
	changes.change("happened_at", "", stamp(n.HappenedAt.UnixMilli()))
	changes.change("organization_id", "", n.OrganizationID)
	changes.change("outcome", "", n.Outcome)
	changes.change("participant_id", "", strings.Join(participantIDs(n), " "))
	changes.change("subject", "", n.Subject)
	if n.LoggerID != "" {
		changes.change("user_id", "", n.UserID)
	}
	m.raw("changes", changes.close())
	m.text("channel", n.Channel)
	m.text("contact_id", n.ContactID)
	m.text("organization_id", n.OrganizationID)
	m.participants(n)
	m.text("subject", n.Subject)
	w.record(h.at, cmp.Or(n.LoggerID, n.UserID), "create_interaction", "interaction", n.ID, m.close())
	if h.planned {
		w.planFollowUp(h)
	}
}

func (w *history) planFollowUp(h happening) {
	var changes metadata
	changes.change("assignee_id", "", h.step.AssigneeID)
	if h.said.ID == "" {
		changes.change("contact_id", "", h.step.ContactID)
	}
	changes.change("due_on", "", h.step.DueOn)
	changes.change("due_time", "", h.step.DueTime)
	if h.said.ID == "" {
		changes.change("organization_id", "", h.step.OrganizationID)
	}
	changes.change("text", "", h.step.Text)
	w.recordStep("create_follow_up", h, h.said.UserID, &changes)
}

func participantIDs(n db.Interaction) (ids []string) {
	for _, p := range n.Participants {
		ids = append(ids, p.ID)
	}
	return ids
}

// participants adds the metadata of further people, if there are any.
func (m *metadata) participants(n db.Interaction) {
	if len(n.Participants) > 0 {
		m.raw("participant_ids", `["`+strings.Join(participantIDs(n), `","`)+`"]`)
	}
}

// recordStep adds the audit row of what somebody did to a follow-up.
func (w *history) recordStep(action string, h happening, by string, changes *metadata) {
	var m metadata
	m.raw("changes", changes.close())
	if h.said.ID != "" {
		m.text("channel", h.said.Channel)
	}
	m.text("contact_id", h.said.ContactID)
	m.text("follow_up_text", h.step.Text)
	m.text("interaction_id", h.said.ID)
	m.text("organization_id", h.said.OrganizationID)
	m.participants(h.said)
	if h.said.ID != "" {
		m.text("subject", h.said.Subject)
	}
	w.record(h.at, by, action, "follow_up", h.step.ID, m.close())
}
