package demo

import (
	"math"
	"slices"
	"sort"

	"clientregistry/db"
)

// interaction is one interaction. -1 means that an end is missing.
type interaction struct {
	number                int
	happened, created     int64
	organization, contact int
	further               []int // contacts, beside contact
	channel               uint8 // index of Channels
	unreached             bool
}

// people returns all its contacts.
func (i interaction) people() []int {
	if i.contact < 0 {
		return nil
	}
	return append([]int{i.contact}, i.further...)
}

// timeline produces the interactions in the order of their creation.
type timeline struct {
	p        *plan
	number   int
	created  int64
	existing int       // organizations that exist at created
	sums     []float64 // cumulative weights of the organizations
}

// timeline returns a timeline. A few clients have very many interactions, some have none.
func (p *plan) timeline() *timeline {
	t := &timeline{p: p, number: -1, sums: make([]float64, len(p.organizations)+1)}
	for i, o := range p.organizations {
		share := float64(mix(p.seed^mix(uint64(i)))>>11) / (1 << 53)
		weight := math.Min(math.Pow(1-share, -0.9), float64(len(p.organizations))/5)
		if o.archived != 0 {
			weight = math.Min(weight, 3)
		}
		if share < 0.07 {
			weight = 0
		}
		t.sums[i+1] = t.sums[i] + weight
	}
	return t
}

func (t *timeline) next() (interaction, bool) {
	if t.number++; t.number == t.p.interactions {
		return interaction{}, false
	}
	p, r := t.p, random(t.p.seed, forInteractions, t.number)
	t.created = max(t.created+1, p.year.at((float64(t.number)+r.Float64())/float64(p.interactions)))
	for t.existing < len(p.organizations) && p.organizations[t.existing].created <= t.created {
		t.existing++
	}
	x := interaction{number: t.number, created: t.created, happened: t.created, contact: -1}
	switch chance := r.IntN(100); {
	case chance < 10:
		x.happened = (x.created - int64(60+r.IntN(120))*minute) / minute * minute
	case chance < 55:
		x.happened = (x.created - int64(r.IntN(60))*minute) / minute * minute
	}
	for range 8 {
		x.organization = sort.SearchFloat64s(t.sums[1:t.existing], r.Float64()*t.sums[t.existing])
		if o := p.organizations[x.organization]; o.archived == 0 || o.archived > x.created {
			break
		}
	}
	x.happened = max(x.happened, p.organizations[x.organization].created)
	x.channel = [...]uint8{0, 0, 0, 1, 1, 1, 1, 2, 3, 3}[r.IntN(10)]
	links := p.organizationLinks.of(x.organization)
	for tries := 0; tries < 4 && len(links) > 0 && r.IntN(20) > 1; tries++ {
		u := r.Float64()
		l := p.links[links[int(u*u*float64(len(links)))]]
		if p.there(l, x) {
			x.contact = int(l.contact)
			break
		}
	}
	if x.contact >= 0 {
		x.unreached = db.Channels[x.channel] == "call" && r.IntN(6) == 0
		if r.IntN(25) == 0 {
			x.organization = -1
		}
	}
	if db.Channels[x.channel] == "meeting" && x.contact >= 0 && x.organization >= 0 && r.IntN(3) < 2 {
		for range 2 + r.IntN(3) { // tries; many a colleague was not there yet
			l := p.links[links[r.IntN(len(links))]]
			if further := int(l.contact); further != x.contact && !slices.Contains(x.further, further) && p.there(l, x) {
				x.further = append(x.further, further)
			}
		}
	}
	return x, true
}

// there tells whether a linked contact could be talked to in an interaction.
func (p *plan) there(l link, x interaction) bool {
	c := p.contacts[l.contact]
	return l.at <= x.happened && (l.to != former || l.changed > x.happened) && (c.archived == 0 || c.archived > x.created)
}
