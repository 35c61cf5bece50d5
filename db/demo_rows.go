package db

import (
	"maps"
	"slices"

	"clientregistry/db/text"
)

// demoRecords puts the plan into the rows of organizations, contacts, links,
// interactions and follow-ups, as they are at the end.
type demoRecords struct {
	demoText
	demoSink
	docid int64 // of the last interaction
	tally map[demoQuarter]int
	owned map[string]int // active organizations by owner
}

// demoQuarter is what tally counts by.
type demoQuarter struct {
	kind    string
	quarter int64
}

func (w *demoRecords) count(kind string, at int64) { w.tally[demoQuarter{kind, at / (15 * minute)}]++ }

// run sends all rows in order, or gives up at stop.
func (w *demoRecords) run() {
	w.tally, w.owned = map[demoQuarter]int{}, map[string]int{}
	for h := range w.story() {
		switch h.kind {
		case createOrganization:
			w.createOrganization(h.at, h.i)
		case createContact:
			w.createContact(h.at, h.i)
			w.createLink(h.i)
		case createLink:
			w.createLink(h.i)
		case logInteraction:
			w.logInteraction(h)
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

func (w *demoRecords) createOrganization(at int64, i int) {
	w.chunk.records++
	plan := &w.plan.organizations[i]
	o := w.organization(i)
	if w.count("organization", at); o.IsActive {
		w.owned[o.OwnerID()]++
	}
	updated := max(at, plan.updates[0], plan.updates[1], plan.archived)
	w.put(insertDemoOrganization, o.demoRow(at, updated, plan.lastContact, plan.lastChannel,
		w.users.nameKeys[o.OwnerID()], len(w.plan.organizationLinks.of(i)), i+1)...)
}

func (w *demoRecords) createContact(at int64, j int) {
	w.chunk.records++
	plan := &w.plan.contacts[j]
	c := w.contact(j)
	w.count("contact", at)
	updated := max(at, plan.changed, plan.archived)
	w.put(insertDemoContact, c.demoRow(at, updated, plan.lastContact, plan.lastChannel, w.users.nameKeys[c.OwnerID()], w.organizationKey(j), j+1)...)
}

// demoRow is a record as insertDemoRecord takes it: made and changed at these
// milliseconds, related is the kind's own key.
func (r Record) demoRow(at, updated, lastContact int64, channel uint8, ownerKey string, related any, docid int) []any {
	return slices.Concat([]any{r.ID}, r.stored(), []any{
		r.IsActive, milliStamp(at), milliStamp(updated), r.Version, text.SortKey(r.Kind.sortName(r)),
		stampOrNull(lastContact), channelOrNull(lastContact, channel), orNull(ownerKey), related, docid,
	})
}

// organizationKey is the first by name of the organizations that a contact has not left.
func (w *demoRecords) organizationKey(j int) any {
	var first any
	for _, l := range w.plan.linksOf(j) {
		if w.plan.links[l].to == former {
			continue
		}
		key := text.SortKey(w.organization(int(w.plan.links[l].organization)).Name())
		if first == nil || key < first.(string) {
			first = key
		}
	}
	return first
}

func (w *demoRecords) createLink(l int) {
	link, _ := w.link(l)
	w.put(insertDemoLink, link.OrganizationID, link.ContactID, orNull(link.RoleLabel), link.RelationshipStatus, link.Version)
}

func (w *demoRecords) logInteraction(h demoHappening) {
	w.chunk.records++
	w.docid++
	n, created := h.said, milliStamp(h.at)
	w.count(n.Channel, n.HappenedAt.UnixMilli())
	w.put(insertDemoInteraction, n.ID, orNull(n.OrganizationID), orNull(n.ContactID), n.UserID, n.Channel, n.Subject, orNull(n.Body), orNull(n.Outcome),
		stamp(n.HappenedAt), created, w.docid)
	w.put(indexDemoInteraction, w.docid, interactionWords(n))
	if f := h.step; h.planned {
		var doneBy any
		if f.done != 0 {
			doneBy = f.AssigneeID
		}
		w.put(insertDemoFollowUp, f.ID, n.ID, f.Text, f.DueOn, f.AssigneeID, stampOrNull(f.done), doneBy, n.UserID, created, f.Version)
	}
}

// indexOrganization and indexContact give a record its words, as reindex does.
func (w *demoRecords) indexOrganization(i int) {
	o := w.organization(i)
	w.put(indexDemoOrganization, i+1, o.searchWords())
}

func (w *demoRecords) indexContact(j int) {
	names := map[string]string{}
	for _, l := range w.plan.linksOf(j) {
		o := int(w.plan.links[l].organization)
		names[w.plan.organizationID(o)] = w.organization(o).Name()
	}
	var organizations []string
	for _, id := range slices.Sorted(maps.Keys(names)) {
		organizations = append(organizations, names[id])
	}
	c := w.contact(j)
	w.put(indexDemoContact, j+1, c.searchWords(), searchWords(organizations...))
}
