package db

import "slices"

// demoHistory puts the plan into the audit rows that the verbs would have left.
type demoHistory struct {
	demoText
	demoSink
	audits int
	last   auditLink
}

// run sends all rows in order, or gives up at stop.
func (w *demoHistory) run() {
	for h := range w.story() {
		w.happen(h)
		if !w.flush(1000) {
			return
		}
	}
	w.flush(0)
}

func (w *demoHistory) happen(h demoHappening) {
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
		var changes demoMetadata
		changes.change("done_at", "", milliStamp(at))
		w.recordStep("finish_follow_up", h, &changes)
	}
}

// record is tx.record, of a user at a time.
func (w *demoHistory) record(at int64, user, action, targetType, targetID, metadata string) {
	r := auditRow{
		id: demoID(w.plan.seed, demoAudits, w.audits, at), userID: user, action: action, targetType: targetType, targetID: targetID,
		metadata: metadata, createdAt: milliStamp(at),
	}
	w.audits++
	var values []any
	values, w.last = w.last.next(r)
	w.put(insertAudit, values...)
}

// someone is the colleague who does a thing.
func (w *demoHistory) someone(at int64, i int) string {
	return w.users.editors[mix(w.plan.seed^uint64(at)+uint64(i))%uint64(len(w.users.editors))]
}

func (w *demoHistory) recordUpdate(at int64, i int, action, targetType, id string, u demoUpdate) {
	var changes demoMetadata
	changes.change(u.column, u.old, u.new)
	w.record(at, w.someone(at, i), action, targetType, id, changesOnly(&changes))
}

func (w *demoHistory) createOrganization(at int64, i int) {
	w.chunk.records++
	o := w.organization(i)
	for _, u := range w.updates(i, &o) {
		*o.value(u.column) = u.old
	}
	by := o.OwnerID()
	if !w.users.mayEdit(by) {
		by = w.someone(at, i)
	}
	var changes demoMetadata
	for _, column := range slices.Sorted(slices.Values(OrganizationKind.FieldColumns(nil))) {
		changes.change(column, "", o.Value(column))
	}
	w.record(at, by, "create_org", "organization", o.ID, changesOnly(&changes))
}

func (w *demoHistory) createContact(at int64, j int) {
	w.chunk.records++
	c := w.contact(j)
	if u := w.update(j, &c); u.column != "" {
		*c.value(u.column) = u.old
	}
	var changes demoMetadata
	for _, column := range slices.Sorted(slices.Values(ContactKind.FieldColumns(nil))) {
		changes.change(column, "", c.Value(column))
	}
	w.record(at, w.someone(at, j), "create_contact", "contact", c.ID, changesOnly(&changes))
}

func (w *demoHistory) createLink(at int64, l int) {
	link, before := w.link(l)
	var m demoMetadata
	m.link(link, before)
	w.record(at, w.someone(at, int(w.plan.links[l].contact)), "link_contact", "organization", link.OrganizationID, m.close())
}

func (w *demoHistory) updateLink(at int64, l int) {
	link, before := w.link(l)
	var changes, m demoMetadata
	changes.change("relationship_status", before, link.RelationshipStatus)
	m.raw("changes", changes.close())
	m.link(link, link.RelationshipStatus)
	w.record(at, w.someone(at, l), "update_link", "organization", link.OrganizationID, m.close())
}

// link adds what Link.details names.
func (m *demoMetadata) link(l Link, status string) {
	m.text("contact_id", l.ContactID)
	m.text("organization_id", l.OrganizationID)
	m.text("relationship_status", status)
	m.text("role_label", l.RoleLabel)
}

func (w *demoHistory) logInteraction(h demoHappening) {
	w.chunk.records++
	n := h.said
	var changes, m demoMetadata
	changes.change("body", "", n.Body)
	changes.change("channel", "", n.Channel)
	changes.change("contact_id", "", n.ContactID)
	changes.change("happened_at", "", stamp(n.HappenedAt))
	changes.change("organization_id", "", n.OrganizationID)
	changes.change("outcome", "", n.Outcome)
	changes.change("subject", "", n.Subject)
	m.raw("changes", changes.close())
	m.text("channel", n.Channel)
	m.text("contact_id", n.ContactID)
	m.text("organization_id", n.OrganizationID)
	m.text("subject", n.Subject)
	w.record(h.at, n.UserID, "create_interaction", "interaction", n.ID, m.close())
	if h.planned {
		var changes demoMetadata
		changes.change("assignee_id", "", h.step.AssigneeID)
		changes.change("due_on", "", h.step.DueOn)
		changes.change("text", "", h.step.Text)
		w.recordStep("create_follow_up", h, &changes)
	}
}

// recordStep is tx.recordFollowUp.
func (w *demoHistory) recordStep(action string, h demoHappening, changes *demoMetadata) {
	var m demoMetadata
	m.raw("changes", changes.close())
	m.text("channel", h.said.Channel)
	m.text("contact_id", h.said.ContactID)
	m.text("follow_up_text", h.step.Text)
	m.text("interaction_id", h.said.ID)
	m.text("organization_id", h.said.OrganizationID)
	m.text("subject", h.said.Subject)
	w.record(h.at, h.step.AssigneeID, action, "follow_up", h.step.ID, m.close())
}
