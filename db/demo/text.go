package demo

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db"
)

// sample gives the plan's records their names and texts.
type sample struct {
	plan  *plan
	users *users
}

// The sample uses the values that the registry suggests.
var sectors, sizeBands = suggested("sector"), suggested("size_band")

func suggested(column string) []string {
	f, err := db.OrganizationKind.Field(column)
	if err != nil {
		panic(err)
	}
	return f.Usual
}

func one[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// filled replaces each # with a random digit.
func filled(r *rand.Rand, pattern string) string {
	b := []byte(pattern)
	for i := range b {
		if b[i] == '#' {
			b[i] = byte('0' + r.IntN(10))
		}
	}
	return string(b)
}

// put replaces placeholders with their values, given in pairs.
func put(pattern string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pattern = strings.Replace(pattern, pairs[i], pairs[i+1], 1)
	}
	return pattern
}

// title has the parts of an organization's name.
type title struct {
	lead, trade, place spelling
	r                  *rand.Rand // continues with the organization's other values
}

func (p *plan) title(i int) title {
	o := &p.organizations[i]
	t := &p.languages[o.language]
	r := random(p.seed, forOrganizationTexts, i)
	return title{one(r, t.leads), one(r, t.trades[o.sector]), one(r, t.places), r}
}

// ofPlace reports whether the organization is named after its place, like a town council.
func (t title) ofPlace() bool { return strings.Contains(t.trade.native, "{place}") }

// domainBase returns the domain that the organization would prefer.
func (p *plan) domainBase(i int) string {
	t := p.title(i)
	if t.ofPlace() {
		return strings.ReplaceAll(t.trade.latin, "{place}", t.place.latin)
	}
	return t.lead.latin + "-" + t.trade.latin
}

// qualifier distinguishes branches with the same name: by place or, in a town, by the office's
// name. Once these are used up, a number does it, in the domain only.
func (p *plan) qualifier(i int, t title) (q spelling, number int) {
	o := &p.organizations[i]
	if o.branch == 0 {
		return spelling{}, 0
	}
	from := p.languages[o.language].places
	if t.ofPlace() {
		from = p.languages[o.language].leads
	}
	b := int(o.branch - 1)
	return from[b%len(from)], b / len(from)
}

func (p *plan) domain(i int) string {
	t := p.title(i)
	domain := p.domainBase(i)
	if q, number := p.qualifier(i, t); q.native != "" {
		domain += "-" + q.latin
		if number > 0 {
			domain += "-" + strconv.Itoa(number+1)
		}
	}
	return domain + ".example"
}

// organization returns an organization in its final state.
func (x sample) organization(i int) db.Organization {
	plan := &x.plan.organizations[i]
	t := &x.plan.languages[plan.language]
	title := x.plan.title(i)
	r := title.r
	o := db.Organization{Kind: db.OrganizationKind, ID: x.plan.organizationID(i), IsActive: plan.archived == 0, Version: 1}
	name := put(t.name, "{lead}", title.lead.native, "{trade}", title.trade.native)
	legal := one(r, t.legal)
	q, _ := x.plan.qualifier(i, title)
	switch {
	case title.ofPlace():
		name, legal = strings.ReplaceAll(title.trade.native, "{place}", title.place.native), "{name}"
		if q.native != "" {
			name += " – " + q.native
		}
	case q.native != "":
		name = put(t.in, "{name}", name, "{place}", q.native)
	}
	o.Set("display_name", name)
	o.Set("legal_name", strings.ReplaceAll(legal, "{name}", name))
	known := plan.updates[0] != 0 // the update fills in what was looked up for it
	if website := r.IntN(8) > 0; website || known {
		o.Set("website", "https://"+x.plan.domain(i))
	}
	if sector := r.IntN(12) > 0; sector || known {
		o.Set("sector", sectors[plan.sector])
	}
	if u := r.Float64(); plan.large {
		o.Set("size_band", "1000+")
	} else if u < 0.85 {
		o.Set("size_band", sizeBands[int(u*u/(0.85*0.85)*float64(len(sizeBands)))])
	}
	if tax := filled(r, t.tax); r.IntN(5) < 2 {
		o.Set("tax_id", tax)
	}
	o.Set("owner_user_id", x.ownerOf(i))
	for _, at := range plan.updates {
		if at != 0 {
			o.Version++
		}
	}
	if plan.archived != 0 {
		o.Version++
	}
	return o
}

// update is a changed column with its old and new value.
type update struct{ column, old, new string }

// updates returns an organization's changes, in order. Each changes another column.
func (x sample) updates(i int, o *db.Organization) []update {
	plan := &x.plan.organizations[i]
	if plan.updates[0] == 0 {
		return nil
	}
	possible := []update{{"website", "", o.Value("website")}, {"sector", "", o.Value("sector")}}
	if band := slices.Index(sizeBands, o.Value("size_band")); band > 0 {
		possible = append(possible, update{"size_band", sizeBands[band-1], o.Value("size_band")})
	}
	if o.Value("tax_id") != "" {
		possible = append(possible, update{"tax_id", "", o.Value("tax_id")})
	}
	if owner := slices.Index(x.users.owners, o.Value("owner_user_id")); owner >= 0 && len(x.users.owners) > 1 {
		possible = append(possible, update{"owner_user_id", x.users.owners[(owner+1)%len(x.users.owners)], o.Value("owner_user_id")})
	}
	r := random(x.plan.seed, forExtras, 2*len(x.plan.contacts)+i)
	r.Shuffle(len(possible), func(a, b int) { possible[a], possible[b] = possible[b], possible[a] })
	if plan.updates[1] == 0 {
		return possible[:1]
	}
	return possible[:2]
}

// person is a contact's name, also in Latin letters.
type person struct {
	first, last           string
	latinFirst, latinLast string
	language              *language
}

func (p *plan) person(j int) person {
	r := random(p.seed, forPeople, j)
	t := &p.languages[p.organizations[p.links[j].organization].language]
	if r.IntN(14) == 0 {
		t = &p.languages[r.IntN(len(p.languages))]
	}
	firsts, families := t.men, t.families
	if r.IntN(2) == 0 {
		firsts = t.women
		if len(t.familiesOfWomen) > 0 {
			families = t.familiesOfWomen
		}
	}
	first, last := one(r, firsts), one(r, families)
	n := person{first.native, last.native, first.latin, last.latin, t}
	if second := one(r, families); t.twoFamilies != "" && second != last && r.IntN(16) == 0 {
		n.last += t.twoFamilies + second.native
		n.latinLast += "-" + second.latin
	}
	return n
}

// mailbox returns the mailbox that a link's organization would give its contact.
func (p *plan) mailbox(l int) string {
	link := &p.links[l]
	n := p.person(int(link.contact))
	switch mix(p.seed+uint64(link.organization)) % 4 {
	case 0:
		return n.latinFirst[:1] + "." + n.latinLast
	case 1:
		return n.latinLast
	}
	return n.latinFirst + "." + n.latinLast
}

func (p *plan) address(l int) string {
	box := p.mailbox(l)
	if n := p.links[l].namesake; n > 0 {
		box += strconv.Itoa(int(n) + 1)
	}
	return box + "@" + p.domain(int(p.links[l].organization))
}

// roleLabels are the role labels for job titles, in the order of the titles.
var roleLabels = []string{
	"CEO", "CFO", "Decision maker", "Technical contact", "", "Decision maker", "Fleet manager",
	"Technical contact", "Billing contact", "Board member",
}

// contact returns a contact in its final state.
func (x sample) contact(j int) db.Contact {
	plan := &x.plan.contacts[j]
	r := random(x.plan.seed, forContactTexts, j)
	n := x.plan.person(j)
	c := db.Contact{Kind: db.ContactKind, ID: x.plan.contactID(j), IsActive: plan.archived == 0, Version: 1}
	c.Set("first_name", n.first)
	c.Set("last_name", n.last)
	home := int(x.plan.links[j].organization)
	place := &x.plan.languages[x.plan.organizations[home].language]
	if phone := filled(r, one(r, place.phones)); r.IntN(10) > 2 {
		c.Set("phone", phone)
	}
	if mobile := filled(r, one(r, place.mobiles)); plan.hasMobile {
		c.Set("mobile", mobile)
	}
	if title := x.plan.titleOf(j); r.IntN(8) > 0 {
		c.Set("job_title", n.language.titles[title])
	}
	owner := one(r, x.users.owners)
	switch chance := r.IntN(10); {
	case chance < 6:
		c.Set("owner_user_id", x.ownerOf(home))
	case chance < 8:
		c.Set("owner_user_id", owner)
	}
	if plan.hasEmail {
		c.Set("email", x.plan.address(j))
		if plan.change == emailChange {
			c.Set("email", x.plan.address(int(x.plan.linksOf(j)[1])))
		}
	}
	if plan.change != noChange {
		c.Version++
	}
	if plan.archived != 0 {
		c.Version++
	}
	return c
}

// update returns a contact's change, or one without a column if there is none.
func (x sample) update(j int, c *db.Contact) update {
	switch x.plan.contacts[j].change {
	case emailChange:
		return update{"email", x.plan.address(j), c.Value("email")}
	case mobileChange:
		return update{"mobile", "", c.Value("mobile")}
	}
	return update{}
}

// titleOf returns the index of a contact's job title.
func (p *plan) titleOf(j int) int {
	const often = "00011222333445556666777889"
	return int(often[mix(p.seed^mix(uint64(j)<<1))%uint64(len(often))] - '0')
}

// link returns a link in its final state, and its initial status.
func (x sample) link(l int) (link db.Link, before string) {
	plan := &x.plan.links[l]
	at := mix(x.plan.seed + mix(uint64(l)))
	link = db.Link{
		OrganizationID: x.plan.organizationID(int(plan.organization)), ContactID: x.plan.contactID(int(plan.contact)),
		RelationshipStatus: db.RelationshipStatuses[plan.to], Version: 1,
	}
	if main, ok := x.plan.mainLink(int(plan.contact)); ok && int(main) == l {
		link.SetMain()
	}
	switch {
	case plan.beside:
		link.RoleLabel = []string{"Advisor", "Board member"}[at%2]
	case at%6 > 0:
		link.RoleLabel = roleLabels[x.plan.titleOf(int(plan.contact))]
	}
	if plan.changed != 0 {
		link.Version++
	}
	return link, db.RelationshipStatuses[plan.from]
}

// interaction returns an interaction with its texts. For clients of other languages, half of these
// are in their language.
func (x sample) interaction(i interaction) db.Interaction {
	r := random(x.plan.seed, forInteractionTexts, i.number)
	n := db.Interaction{
		ID: newID(x.plan.seed, forInteractions, i.number, i.created), Channel: db.Channels[i.channel],
		HappenedAt: moment(i.happened), CreatedAt: moment(i.created),
	}
	client, t := i.organization, &x.plan.languages[0]
	if i.contact >= 0 {
		n.ContactID = x.plan.contactID(i.contact)
		if client < 0 {
			client = int(x.plan.links[i.contact].organization)
		}
	}
	for _, j := range i.further {
		n.Participants = append(n.Participants, db.Named{ID: x.plan.contactID(j)})
	}
	slices.SortFunc(n.Participants, func(a, b db.Named) int { return strings.Compare(a.ID, b.ID) })
	if i.organization >= 0 {
		n.OrganizationID = x.plan.organizationID(i.organization)
	}
	if r.IntN(2) == 0 {
		t = &x.plan.languages[x.plan.organizations[client].language]
	}
	subjects := [][]string{t.calls, t.emails, t.meetings, t.notes}[i.channel]
	if i.unreached {
		subjects = callsUnanswered
	}
	n.Subject = x.phrase(r, subjects, i.contact)
	if chance := r.IntN(100); chance < 35 && !i.unreached {
		n.Body = x.phrase(r, t.bodies, i.contact)
	}
	n.Outcome = outcome(r, n.Channel, i.unreached)
	n.UserID = x.ownerOf(client)
	if other := one(r, x.users.editors); r.IntN(10) > 5 || !x.users.mayEdit(n.UserID) {
		n.UserID = other
	}
	if r.IntN(30) == 0 { // a colleague writes down what they were told
		if n.LoggerID = one(r, x.users.editors); n.LoggerID == n.UserID {
			n.LoggerID = ""
		}
	}
	return n
}

// ownerOf returns an organization's owner. One in seven has none.
func (x sample) ownerOf(i int) string {
	at := mix(x.plan.seed - mix(uint64(i)))
	if at%7 == 0 {
		return ""
	}
	return x.users.owners[at>>8%uint64(len(x.users.owners))]
}

// phrase returns one of the phrases that fit, or "". Without a contact, phrases that name one do
// not fit.
func (x sample) phrase(r *rand.Rand, of []string, contact int) string {
	first, number := r.IntN(len(of)), strconv.Itoa(2+r.IntN(34))
	for k := range of {
		s := of[(first+k)%len(of)]
		if named := strings.Contains(s, "{person}"); named && contact >= 0 {
			s = strings.ReplaceAll(s, "{person}", x.plan.person(contact).first)
		} else if named {
			continue
		}
		return strings.ReplaceAll(s, "{n}", number)
	}
	return ""
}

func outcome(r *rand.Rand, channel string, unreached bool) string {
	chance := r.IntN(100)
	switch {
	case unreached && chance < 60:
		return "No answer"
	case unreached:
		return "Left a message"
	case channel == "email" && chance < 45:
		return "Information sent"
	case channel == "note" || chance < 50:
		return ""
	case chance < 80:
		return "Follow-up scheduled"
	case chance < 89:
		return "Information sent"
	case chance < 96:
		return "Closed won"
	}
	return "Closed lost"
}
