package demo

import (
	"maps"
	"slices"

	"clientregistry/db"
)

// records makes the plan, and produces the rows of users, organizations, contacts, links,
// interactions and follow-ups in their final state.
func (x sample) records(yield func(*db.Rows) bool) {
	x.plan.make()
	w := &records{x, sink{yield, &db.Rows{}}}
	w.makeUsers()
	for h := range x.story() {
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
		case planFollowUp:
			w.planFollowUp(h)
		}
		if !w.flush(1000) {
			return
		}
	}
	for i := range w.plan.organizations {
		w.rows.Words(w.organization(i))
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

type records struct {
	sample
	sink
}

// makeUsers adds the colleagues and their audit rows.
func (w *records) makeUsers() {
	for i, c := range w.users.made {
		w.rows.User(c.User, c.role)
		var m metadata
		m.text("email", c.Email)
		m.text("full_name", c.FullName)
		m.raw("roles", "["+quoteJSON(c.role)+"]")
		m.text("status", "active")
		w.rows.Audit(db.Event{
			Action: "create_user", TargetType: "user", TargetID: c.ID, Metadata: m.close(),
			At: c.CreatedAt, ID: newID(w.plan.seed, forUserAudits, i, c.CreatedAt.UnixMilli()),
		})
	}
}

func (w *records) createOrganization(at int64, i int) {
	w.rows.Count++
	plan := &w.plan.organizations[i]
	o := w.organization(i)
	o.CreatedAt, o.UpdatedAt = moment(at), moment(max(at, plan.updates[0], plan.updates[1], plan.archived))
	o.Contacts = len(w.plan.organizationLinks.of(i))
	w.put(o, plan.lastContact, plan.lastChannel)
}

func (w *records) createContact(at int64, j int) {
	w.rows.Count++
	plan := &w.plan.contacts[j]
	c := w.contact(j)
	c.CreatedAt, c.UpdatedAt = moment(at), moment(max(at, plan.changed, plan.archived))
	if l, ok := w.plan.mainLink(j); ok {
		c.Organization = w.organization(int(w.plan.links[l].organization)).Name()
	}
	w.put(c, plan.lastContact, plan.lastChannel)
}

func (w *records) put(r db.Record, lastContact int64, channel uint8) {
	if r.OwnerName = w.users.names[r.OwnerID()]; lastContact != 0 {
		r.LastContactAt, r.LastContactChannel = moment(lastContact), db.Channels[channel]
	}
	w.rows.Record(r)
}

func (w *records) createLink(l int) {
	link, _ := w.link(l)
	w.rows.Link(link)
}

func (w *records) logInteraction(h happening) {
	w.rows.Count++
	f := h.step
	if h.planned && f.done == 0 {
		h.said.Next = f.FollowUp
	}
	w.rows.Interaction(h.said)
	if h.planned {
		w.planFollowUp(h)
	}
}

func (w *records) planFollowUp(h happening) {
	f := h.step
	if f.done != 0 {
		f.DoneAt = moment(f.done)
	}
	w.rows.FollowUp(f.FollowUp, h.said)
}

// indexContact adds a contact's search words.
func (w *records) indexContact(j int) {
	names := map[string]string{}
	for _, l := range w.plan.linksOf(j) {
		o := int(w.plan.links[l].organization)
		link, _ := w.link(int(l))
		names[w.plan.organizationID(o)] = w.organization(o).Name() + " " + link.RoleLabel
	}
	var organizations []string
	for _, id := range slices.Sorted(maps.Keys(names)) {
		organizations = append(organizations, names[id])
	}
	w.rows.Words(w.contact(j), organizations...)
}
