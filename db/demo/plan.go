package demo

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"clientregistry/db"
)

// plan says who exists, who belongs to whom, and when everything happens. Names and texts are
// derived from the numbers. A large sample keeps all of it in memory, so it consists of numbers
// only. Times are Unix milliseconds; 0 means never.
type plan struct {
	seed          uint64
	now           time.Time
	years, year   calendar // for clients and for interactions
	languages     []language
	organizations []organization // in the order of their creation
	contacts      []contact      // in the order of their creation
	links         []link
	interactions  int
	events        []event // everything except interactions, in order

	organizationLinks, contactLinks groups
}

type organization struct {
	created, archived, lastContact int64
	updates                        [2]int64
	branch                         uint32 // number of earlier organizations with the same name
	language, sector, lastChannel  uint8
	large, empty                   bool
}

type contact struct {
	created, changed, archived, lastContact int64
	change                                  uint8 // what changes at the time changed
	lastChannel                             uint8
	hasEmail, hasMobile                     bool
}

const (
	noChange = iota
	emailChange
	mobileChange
)

// link is a link, whose status changes once or never.
type link struct {
	at, changed           int64
	organization, contact uint32
	from, to              uint8  // indexes of RelationshipStatuses
	namesake              uint16 // number of earlier mailboxes of the same name at the organization
	beside                bool   // a position in addition to the person's job
}

const (
	active = iota
	prospect
	former
)

type event struct {
	at   int64
	kind uint8
	i    uint32
}

// The kinds of event, in their order at the same moment.
const (
	createOrganization = iota
	createContact
	updateLink
	createLink
	updateOrganization
	updateOrganizationAgain
	updateContact
	archiveContact
	archiveOrganization
)

// The purposes of IDs and random numbers. Each has its own sequence.
const (
	forUsers = iota + 1
	forOrganizations
	forOrganizationTexts
	forContacts
	forContactTexts
	forPeople
	forExtras
	forInteractions
	forInteractionTexts
	forFollowUps
	forAudits
	forUserAudits
	forDays
	forOwnFollowUps
)

const minute = int64(time.Minute / time.Millisecond)

// mix scatters a number over 64 bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// random returns a source of random numbers for the i-th thing of a kind.
func random(seed uint64, kind, i int) *rand.Rand {
	at := mix(seed ^ mix(uint64(kind)<<40|uint64(i)))
	return rand.New(rand.NewPCG(at, mix(at)))
}

// newID returns a UUID, version 7, for the i-th thing of a kind and a time. Its last 32 bits are a
// one-to-one mapping of i, so that IDs of a kind are unique.
func newID(seed uint64, kind, i int, at int64) string {
	random := mix(mix(seed^uint64(kind)<<56) + uint64(i))
	var id uuid.UUID
	for b := range 6 {
		id[b] = byte(at >> (40 - 8*b))
	}
	id[6], id[7] = 0x70|byte(random>>56)&0x0f, byte(random>>48)
	id[8], id[9], id[10], id[11] = 0x80|byte(random>>40)&0x3f, byte(random>>32), byte(random>>24), byte(random>>16)
	tail := uint32(i)*0x9e3779b1 ^ uint32(mix(seed+uint64(kind)))
	id[12], id[13], id[14], id[15] = byte(tail>>24), byte(tail>>16), byte(tail>>8), byte(tail)
	return id.String()
}

func (p *plan) organizationID(i int) string {
	return newID(p.seed, forOrganizations, i, p.organizations[i].created)
}

func (p *plan) contactID(j int) string {
	return newID(p.seed, forContacts, j, p.contacts[j].created)
}

func moment(at int64) time.Time { return time.UnixMilli(at).UTC() }

func stamp(at int64) string { return moment(at).Format(db.TimeFormat) }

// groups are numbers grouped by owner: those of i are all[start[i]:start[i+1]].
type groups struct{ start, all []uint32 }

func (g groups) of(i int) []uint32 { return g.all[g.start[i]:g.start[i+1]] }

// group groups members by owner, and keeps their order.
func group(owners, members int, owner func(member int) uint32) groups {
	g := groups{make([]uint32, owners+1), make([]uint32, members)}
	for m := range members {
		g.start[owner(m)+1]++
	}
	for i := range owners {
		g.start[i+1] += g.start[i]
	}
	next := slices.Clone(g.start)
	for m := range members {
		o := owner(m)
		g.all[next[o]] = uint32(m)
		next[o]++
	}
	return g
}

func (p *plan) linksOf(contact int) []uint32 { return p.contactLinks.of(contact) }

// mainLink is a contact's main link, if they have one: the first that is not a former
// one, to an organization that is not archived if there is such a one.
func (p *plan) mainLink(contact int) (main uint32, ok bool) {
	for _, l := range p.linksOf(contact) {
		link := &p.links[l]
		switch {
		case link.to == former:
		case p.organizations[link.organization].archived == 0:
			return l, true
		case !ok:
			main, ok = l, true
		}
	}
	return main, ok
}

// newPlan returns an empty plan; make fills it.
func newPlan(seed uint64, now time.Time, organizations, contacts, interactions int) *plan {
	now = now.UTC().Truncate(time.Millisecond)
	return &plan{
		seed: seed, now: now, languages: slices.Concat(westernLanguages(), otherLanguages()),
		years:         newCalendar(seed, now.AddDate(-4, 0, 0), now.Add(-30*time.Minute)),
		year:          newCalendar(seed, now.AddDate(-1, 0, 0), now.Add(-time.Minute)),
		organizations: make([]organization, organizations), contacts: make([]contact, contacts), interactions: interactions,
	}
}

func (p *plan) make() {
	p.makeOrganizations()
	p.makeContacts()
	p.makeMoves()
	p.organizationLinks = group(len(p.organizations), len(p.links), func(l int) uint32 { return p.links[l].organization })
	p.contactLinks = group(len(p.contacts), len(p.links), func(l int) uint32 { return p.links[l].contact })
	p.makeContactChanges()
	p.countNamesakes()
	p.makeEvents()
	p.findLastContacts()
}

func (p *plan) makeOrganizations() {
	weights := 0
	for _, t := range p.languages {
		weights += t.weight
	}
	n := len(p.organizations)
	large := max(2, n/2500)
	for i := range p.organizations {
		o, r := &p.organizations[i], random(p.seed, forOrganizations, i)
		o.created = p.years.at((float64(i) + r.Float64()) / float64(n))
		for w := r.IntN(weights); w >= p.languages[o.language].weight; o.language++ {
			w -= p.languages[o.language].weight
		}
		for o.sector = uint8(r.IntN(len(sectors))); sectors[o.sector] == "Public sector" && r.IntN(2) == 0; {
			o.sector = uint8(r.IntN(len(sectors)))
		}
		o.large = i%(n/large) == n/large/2
		o.empty = !o.large && r.IntN(50) == 0
		end := p.years.end
		if !o.large && r.IntN(25) == 0 {
			o.archived = p.years.between(o.created, end, 0.3+0.7*r.Float64())
			end = o.archived
		}
		if r.IntN(6) == 0 {
			o.updates[0] = p.years.between(o.created, end, r.Float64())
			if r.IntN(4) == 0 {
				o.updates[1] = p.years.between(o.updates[0], end, r.Float64())
			}
		}
	}
}

// makeContacts gives each organization contacts, and sorts them by creation.
func (p *plan) makeContacts() {
	type joining struct {
		at           int64
		organization uint32
	}
	all := make([]joining, 0, len(p.contacts))
	r := random(p.seed, forContacts, 0)
	join := func(i int, first bool) {
		o := &p.organizations[i]
		end := p.years.end
		if o.archived != 0 {
			end = o.archived
		}
		at := o.created + minute + int64(r.IntN(int(18*minute)))
		if !first {
			at = max(at, p.years.between(o.created, end, math.Pow(r.Float64(), 1.5)))
		}
		all = append(all, joining{at, uint32(i)})
	}
	for i, o := range p.organizations {
		people := 1
		if o.large {
			people = 205 + r.IntN(100)
		}
		for k := 0; k < people && !o.empty; k++ {
			join(i, k == 0)
		}
	}
	for len(all) < len(p.contacts) {
		i := r.IntN(len(p.organizations))
		o := p.organizations[i]
		room := 0.08
		if mix(p.seed+uint64(i))%6 == 0 {
			room = 1
		}
		if !o.empty && !o.large && r.Float64() < room {
			join(i, false)
		}
	}
	slices.SortFunc(all, func(a, b joining) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.organization, b.organization))
	})
	p.links = make([]link, len(all), len(all)*8/7)
	for j, x := range all {
		c, r := &p.contacts[j], random(p.seed, forContacts, j+1)
		c.created, c.hasEmail, c.hasMobile = x.at, r.IntN(10) > 0, r.IntN(9) > 3
		l := &p.links[j]
		l.at, l.organization, l.contact = x.at, x.organization, uint32(j)
		switch chance := r.IntN(100); {
		case chance < 8:
			l.from, l.to = prospect, prospect
		case chance < 14:
			l.from, l.to = prospect, active
			l.changed = max(l.at+minute, p.years.between(l.at, p.years.end, r.Float64()))
		case chance < 17:
			l.from, l.to = active, former
			l.changed = max(l.at+minute, p.years.between(l.at, p.years.end, r.Float64()))
		}
	}
}

// makeMoves moves some contacts to another organization of their language, and gives some a
// position at one or two others.
func (p *plan) makeMoves() {
	byLanguage := group(len(p.languages), len(p.organizations), func(i int) uint32 { return uint32(p.organizations[i].language) })
	for j := range p.contacts {
		r := random(p.seed, forExtras, j)
		chance := r.IntN(100)
		if chance >= 12 || p.links[j].changed != 0 {
			continue
		}
		home := p.links[j].organization
		near := byLanguage.of(int(p.organizations[home].language))
		taken := []uint32{home}
		for extra := range 1 + chance/10 {
			i := near[r.IntN(len(near))]
			o := p.organizations[i]
			if slices.Contains(taken, i) || o.empty || o.archived != 0 {
				continue
			}
			taken = append(taken, i)
			since := max(o.created, p.contacts[j].created)
			l := link{at: max(since+minute, p.years.between(since, p.years.end, r.Float64())), organization: i, contact: uint32(j)}
			if extra == 0 && chance < 7 {
				p.links[j].from, p.links[j].to, p.links[j].changed = active, former, l.at
				l.at += 2 * minute
				if p.contacts[j].hasEmail {
					p.contacts[j].change, p.contacts[j].changed = emailChange, l.at+2*minute
				}
			} else {
				l.beside = true
			}
			p.links = append(p.links, l)
		}
	}
}

func (p *plan) makeContactChanges() {
	for j := range p.contacts {
		c, r := &p.contacts[j], random(p.seed, forExtras, len(p.contacts)+j)
		last := c.created
		for _, l := range p.linksOf(j) {
			last = max(last, p.links[l].at, p.links[l].changed)
		}
		if len(p.linksOf(j)) == 1 && r.IntN(22) == 0 {
			c.archived = max(last+minute, p.years.between(last, p.years.end, r.Float64()))
		}
		if c.change == noChange && c.hasMobile && r.IntN(10) == 0 {
			c.change, c.changed = mobileChange, p.years.between(c.created, cmp.Or(c.archived, p.years.end), r.Float64())
			c.changed = max(c.changed, c.created)
		}
	}
}

// countNamesakes numbers equal names: domains of organizations, and mailboxes of each.
func (p *plan) countNamesakes() {
	domains := make(map[string]uint32, len(p.organizations))
	for i := range p.organizations {
		base := p.domainBase(i)
		p.organizations[i].branch = domains[base]
		domains[base]++
	}
	for i := range p.organizations {
		mailboxes := map[string]uint16{}
		for _, l := range p.organizationLinks.of(i) {
			box := p.mailbox(int(l))
			p.links[l].namesake = mailboxes[box]
			mailboxes[box]++
		}
	}
}

func (p *plan) makeEvents() {
	add := func(at int64, kind uint8, i int) {
		if at != 0 {
			p.events = append(p.events, event{at, kind, uint32(i)})
		}
	}
	for i, o := range p.organizations {
		add(o.created, createOrganization, i)
		add(o.updates[0], updateOrganization, i)
		add(o.updates[1], updateOrganizationAgain, i)
		add(o.archived, archiveOrganization, i)
	}
	for j, c := range p.contacts {
		add(c.created, createContact, j)
		add(c.changed, updateContact, j)
		add(c.archived, archiveContact, j)
	}
	for l, link := range p.links {
		if l >= len(p.contacts) { // a contact's first link is created with the contact
			add(link.at, createLink, l)
		}
		add(link.changed, updateLink, l)
	}
	slices.SortFunc(p.events, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.i, b.i))
	})
}

// findLastContacts runs through all interactions in advance, so that each client can be written
// with their last one.
func (p *plan) findLastContacts() {
	t := p.timeline()
	for i, ok := t.next(); ok; i, ok = t.next() {
		if i.organization >= 0 {
			if o := &p.organizations[i.organization]; i.happened >= o.lastContact {
				o.lastContact, o.lastChannel = i.happened, i.channel
			}
		}
		for _, j := range i.people() {
			if c := &p.contacts[j]; i.happened >= c.lastContact {
				c.lastContact, c.lastChannel = i.happened, i.channel
			}
		}
	}
}
