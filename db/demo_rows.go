package db

import (
	"cmp"
	"maps"
	"slices"
)

// demoRow is a row to write: a statement of prepare with its values, or an audit row.
type demoRow struct {
	query string
	args  []any
	audit *auditRow
}

// demoChunk is some rows in order, and how many records they make.
type demoChunk struct {
	rows    []demoRow
	records int
}

// demoWriter puts the plan into rows.
type demoWriter struct {
	demoText
	out    chan<- demoChunk
	stop   <-chan struct{}
	chunk  demoChunk
	audits int
	docid  int64 // of the last interaction
	tally  map[demoQuarter]int
	owned  map[string]int // active organizations by owner
	todo   []demoStep     // follow-ups that will be done, the first one first
}

// demoStep is a follow-up with the interaction that it is of.
type demoStep struct {
	demoFollowUp
	of Interaction
}

// demoQuarter is what tally counts by.
type demoQuarter struct {
	kind    string
	quarter int64
}

func (w *demoWriter) count(kind string, at int64) { w.tally[demoQuarter{kind, at / (15 * minute)}]++ }

// run sends all rows in order and closes the channel, or gives up at stop.
func (w *demoWriter) run() {
	defer close(w.out)
	w.tally, w.owned = map[demoQuarter]int{}, map[string]int{}
	events := w.plan.events
	timeline := w.plan.timeline()
	next, more := timeline.next()
	for len(events) > 0 || more || len(w.todo) > 0 {
		if len(w.todo) > 0 && (!more || w.todo[0].done <= next.created) && (len(events) == 0 || w.todo[0].done <= events[0].at) {
			w.finish(w.todo[0])
			w.todo = w.todo[1:]
		} else if len(events) > 0 && (!more || events[0].at <= next.created) {
			w.happen(events[0].at, events[0].kind, int(events[0].i))
			events = events[1:]
		} else {
			w.logInteraction(next)
			next, more = timeline.next()
		}
		if !w.flush(1000) {
			return
		}
	}
	for q, n := range w.tally {
		w.put(insertDemoTally, q.kind, q.quarter, n)
	}
	for id, n := range w.owned {
		w.put(insertDemoOwnerTally, id, n)
	}
	for i := range w.plan.organizations {
		w.indexOrganization(i)
		if !w.flush(1000) {
			return
		}
	}
	for j := range w.plan.contacts {
		w.indexContact(j)
		if !w.flush(1000) {
			return
		}
	}
	w.flush(0)
}

// flush sends the chunk where it has more rows than that. It returns false when nobody wants more.
func (w *demoWriter) flush(over int) bool {
	if len(w.chunk.rows) <= over {
		return true
	}
	select {
	case w.out <- w.chunk:
		w.chunk = demoChunk{}
		return true
	case <-w.stop:
		return false
	}
}

func (w *demoWriter) put(query string, args ...any) {
	w.chunk.rows = append(w.chunk.rows, demoRow{query: query, args: args})
}

// record is tx.record, of a user at a time.
func (w *demoWriter) record(at int64, user, action, targetType, targetID, metadata string) {
	w.chunk.rows = append(w.chunk.rows, demoRow{audit: &auditRow{
		id: demoID(w.plan.seed, demoAudits, w.audits, at), userID: user, action: action, targetType: targetType, targetID: targetID,
		metadata: metadata, createdAt: milliStamp(at),
	}})
	w.audits++
}

// stampOrNull is a time that may be never.
func stampOrNull(at int64) any {
	if at == 0 {
		return nil
	}
	return milliStamp(at)
}

func channelOrNull(at int64, channel uint8) any {
	if at == 0 {
		return nil
	}
	return Channels[channel]
}

func (w *demoWriter) happen(at int64, kind uint8, i int) {
	switch kind {
	case createOrganization:
		w.createOrganization(at, i)
	case updateOrganization, updateOrganizationAgain:
		o := w.organization(i)
		w.recordUpdate(at, i, "update_org", "organization", o.ID, w.updates(i, &o)[kind-updateOrganization])
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
	}
}

// someone is the colleague who does a thing.
func (w *demoWriter) someone(at int64, i int) string {
	return w.users.editors[mix(w.plan.seed^uint64(at)+uint64(i))%uint64(len(w.users.editors))]
}

func (w *demoWriter) recordUpdate(at int64, i int, action, targetType, id string, u demoUpdate) {
	var changes demoMetadata
	changes.change(u.column, u.old, u.new)
	w.record(at, w.someone(at, i), action, targetType, id, changesOnly(&changes))
}

func (w *demoWriter) createOrganization(at int64, i int) {
	w.chunk.records++
	plan := &w.plan.organizations[i]
	o := w.organization(i)
	if w.count("organization", at); o.IsActive {
		w.owned[o.OwnerID]++
	}
	updated := max(at, plan.updates[0], plan.updates[1], plan.archived)
	w.put(insertDemoOrganization,
		o.ID, o.LegalName, o.DisplayName, orNull(o.Website), orNull(o.Sector), orNull(o.SizeBand), orNull(o.TaxID), orNull(o.OwnerID), o.IsActive,
		milliStamp(at), milliStamp(updated), o.Version, SortKey(o.DisplayName),
		stampOrNull(plan.lastContact), channelOrNull(plan.lastContact, plan.lastChannel),
		orNull(w.users.nameKeys[o.OwnerID]), len(w.plan.organizationLinks.of(i)))
	first := o
	for _, u := range w.updates(i, &o) {
		*first.value(u.column) = u.old
	}
	by := first.OwnerID
	if !w.users.mayEdit(by) {
		by = w.someone(at, i)
	}
	var changes demoMetadata
	for _, column := range []string{"display_name", "legal_name", "owner_user_id", "sector", "size_band", "tax_id", "website"} {
		changes.change(column, "", *first.value(column))
	}
	w.record(at, by, "create_org", "organization", o.ID, changesOnly(&changes))
}

func (w *demoWriter) createContact(at int64, j int) {
	w.chunk.records++
	plan := &w.plan.contacts[j]
	c := w.contact(j)
	w.count("contact", at)
	updated := max(at, plan.changed, plan.archived)
	w.put(insertDemoContact,
		c.ID, c.FirstName, c.LastName, orNull(c.Email), orNull(c.Phone), orNull(c.Mobile), orNull(c.JobTitle), orNull(c.OwnerID), c.IsActive,
		milliStamp(at), milliStamp(updated), c.Version, SortKey(c.LastName+" "+c.FirstName),
		stampOrNull(plan.lastContact), channelOrNull(plan.lastContact, plan.lastChannel),
		orNull(w.users.nameKeys[c.OwnerID]), w.organizationKey(j))
	first := c
	if u := w.update(j, &c); u.column != "" {
		*first.value(u.column) = u.old
	}
	var changes demoMetadata
	for _, column := range []string{"email", "first_name", "job_title", "last_name", "mobile", "owner_user_id", "phone"} {
		changes.change(column, "", *first.value(column))
	}
	w.record(at, w.someone(at, j), "create_contact", "contact", c.ID, changesOnly(&changes))
}

// organizationKey is the first by name of the organizations that a contact has not left.
func (w *demoWriter) organizationKey(j int) any {
	var first any
	for _, l := range w.plan.linksOf(j) {
		if w.plan.links[l].to == former {
			continue
		}
		key := SortKey(w.organization(int(w.plan.links[l].organization)).DisplayName)
		if first == nil || key < first.(string) {
			first = key
		}
	}
	return first
}

func (w *demoWriter) createLink(at int64, l int) {
	link, before := w.link(l)
	w.put(insertDemoLink, link.OrganizationID, link.ContactID, orNull(link.RoleLabel), link.RelationshipStatus, link.Version)
	var m demoMetadata
	m.link(link, before)
	w.record(at, w.someone(at, int(w.plan.links[l].contact)), "link_contact", "organization", link.OrganizationID, m.close())
}

func (w *demoWriter) updateLink(at int64, l int) {
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

func (w *demoWriter) logInteraction(i demoInteraction) {
	w.chunk.records++
	n := w.interaction(i)
	w.count(n.Channel, i.happened)
	happened := milliStamp(i.happened)
	w.docid++
	w.put(insertDemoInteraction, n.ID, orNull(n.OrganizationID), orNull(n.ContactID), n.UserID, n.Channel, n.Subject, orNull(n.Body), orNull(n.Outcome),
		happened, milliStamp(i.created), w.docid)
	w.put(indexDemoInteraction, w.docid, interactionWords(n))
	var changes, m demoMetadata
	changes.change("body", "", n.Body)
	changes.change("channel", "", n.Channel)
	changes.change("contact_id", "", n.ContactID)
	changes.change("happened_at", "", happened)
	changes.change("organization_id", "", n.OrganizationID)
	changes.change("outcome", "", n.Outcome)
	changes.change("subject", "", n.Subject)
	m.raw("changes", changes.close())
	m.text("channel", n.Channel)
	m.text("contact_id", n.ContactID)
	m.text("organization_id", n.OrganizationID)
	m.text("subject", n.Subject)
	w.record(i.created, n.UserID, "create_interaction", "interaction", n.ID, m.close())
	w.planNext(i, n)
}

// planNext plans what comes after some interactions, and keeps in mind what of it will be done.
func (w *demoWriter) planNext(i demoInteraction, n Interaction) {
	f, planned := w.followUp(i, n)
	if !planned {
		return
	}
	s := demoStep{f, n}
	var doneBy any
	if f.done != 0 {
		doneBy = f.AssigneeID
		at, _ := slices.BinarySearchFunc(w.todo, s, func(a, b demoStep) int { return cmp.Or(cmp.Compare(a.done, b.done), -1) })
		w.todo = slices.Insert(w.todo, at, s)
	}
	w.put(insertDemoFollowUp, f.ID, n.ID, f.Text, f.DueOn, f.AssigneeID, stampOrNull(f.done), doneBy, n.UserID, milliStamp(i.created), f.Version)
	var changes demoMetadata
	changes.change("assignee_id", "", f.AssigneeID)
	changes.change("due_on", "", f.DueOn)
	changes.change("text", "", f.Text)
	w.recordStep(i.created, "create_follow_up", s, &changes)
}

func (w *demoWriter) finish(s demoStep) {
	var changes demoMetadata
	changes.change("done_at", "", milliStamp(s.done))
	w.recordStep(s.done, "finish_follow_up", s, &changes)
}

// recordStep is tx.recordFollowUp.
func (w *demoWriter) recordStep(at int64, action string, s demoStep, changes *demoMetadata) {
	var m demoMetadata
	m.raw("changes", changes.close())
	m.text("channel", s.of.Channel)
	m.text("contact_id", s.of.ContactID)
	m.text("follow_up_id", s.ID)
	m.text("follow_up_text", s.Text)
	m.text("organization_id", s.of.OrganizationID)
	m.text("subject", s.of.Subject)
	w.record(at, s.AssigneeID, action, "interaction", s.of.ID, m.close())
}

// indexOrganization and indexContact give a record its words, as reindex does.
func (w *demoWriter) indexOrganization(i int) {
	o := w.organization(i)
	w.put(indexDemoOrganization, o.ID, searchWords(o.DisplayName, o.LegalName, o.Website, o.TaxID))
}

func (w *demoWriter) indexContact(j int) {
	c := w.contact(j)
	names := map[string]string{}
	for _, l := range w.plan.linksOf(j) {
		o := int(w.plan.links[l].organization)
		names[w.plan.organizationID(o)] = w.organization(o).DisplayName
	}
	var organizations []string
	for _, id := range slices.Sorted(maps.Keys(names)) {
		organizations = append(organizations, names[id])
	}
	w.put(indexDemoContact, c.ID, c.searchWords(), searchWords(organizations...))
}
