package db_test

import (
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestWhatPeopleTypeFindsWhatTheyMean: the record that each typed text must find first, and whether
// it is only similar.
func TestWhatPeopleTypeFindsWhatTheyMean(t *testing.T) {
	t.Parallel()
	o := qualityOffice(t)
	o.Exec(t, "INSERT INTO contact_search_words (id, word) VALUES (90000, 'sancarloslogisticaexample')") // as an earlier version did
	o.Exec(t, "INSERT INTO contact_search_parts (docid, parts) VALUES (90000, 'osl slo lo')")
	for _, c := range []struct {
		typed, first string
		similar      bool
	}{
		// A number before those that only end like it.
		{"+90 212 000 07 63", "Nurgül Toprak", false},
		{"0232 000 07 63", "Çağrı Yılmaz", false},
		{"+90 242 000 07 63", "Zeynep Kaya", false},

		{"04315550132", "Slash Kiel", false},
		{"+49 (0)431 5550132", "Slash Kiel", false},
		{"0431/555 01 32", "Slash Kiel", false},
		{"+49 (0)4315550121", "Slash Kiels", false},
		// Names of several languages, in any order, with and without their accents.
		{"maya okafor", "Maya Okafor", false},
		{"Okafor Maya", "Maya Okafor", false},
		{"jose garcia", "José García Núñez", false},
		{"núñez", "José García Núñez", false},
		{"lukasz zolc", "Łukasz Żółć", false},
		{"юлия", "Юлия Шевчук", false},
		{"θαλεια", "Θάλεια Σίσυφος", false},
		{"القحط", "نور القحطاني", false},
		{"李小龍", "李 小龍", false},
		{"obrien", "Seán O’Brien", false},
		{"o'brien sean", "Seán O’Brien", false},
		{"jeanluc", "Jean-Luc Lefèvre", false},
		{"nordlicht", "Nordlicht Energie", false},
		{"harbor & pine", "Harbor & Pine", false},
		{"Harbor and Pine", "Harbor & Pine", false},
		{"harbor und pine", "Harbor & Pine", false},
		{"harbor and pine ltd", "Harbor & Pine", false},
		{"harbur and pine", "Harbor & Pine", true},
		{"arbor og pine", "Harbor & Pine", false},
		{"AT and T Retail", "AT&T Retail", false},
		{"nordlicht energie gmbh", "Nordlicht Energie", false},
		{"acme corp", "Acme", false},
		{"acme corporation cfo", "José García Núñez", false},
		{"ash alder", "Ash and Alder", false},
		{"ash & alder", "Ash and Alder", false},
		{"ash and alder", "Ash and Alder", false},
		{"ash and", "Ash and Alder", false},
		{"okafor and", "", false}, // the beginning of another name
		{"and okafor", "", false},
		{"limited", "", false},
		// An "and" before the next word is typed.
		{"harbor and", "Harbor & Pine", false},
		{"Harbor und", "Harbor & Pine", false},
		{"ash und", "Ash and Alder", false},
		{"at and", "AT&T Retail", false},
		{"pine and", "", false},
		{"acme and", "", false},
		// Legal forms that may begin another word.
		{"harbor pine ag", "Harbor & Pine", false},
		{"Harbor & Pine S.A.", "Harbor & Pine", false},
		{"harbor and pine oy", "Harbor & Pine", false},
		{"nordlicht ag", "Nordlicht Energie", false},
		{"nordlicht energie kg gmbh", "Nordlicht Energie", false},
		{"acme bv cfo", "José García Núñez", false},
		{"tallow sa", "Tallow", false},
		{"okafor ag", "", false},      // the beginning of another name
		{"ag", "Çağrı Yılmaz", false}, // a part of the name
		{"ag sa", "", false},
		{"harbor al", "", false},
		{"harbor agx", "", false},
		{"and", "Ash and Alder", false},
		// Names in one word.
		{"brightlane", "Bright Lane Outfitters", false},
		{"BrightLaneOut", "Bright Lane Outfitters", false},
		{"fjordkraftaalesund", "", false},
		{"fjordkraftalesund", "Fjordkraft Ålesund", false},
		{"oslo", "", false}, // in an email with los-logistica
		{"ibm", "I.B.M. Works", false},
		{"at&t", "AT&T Retail", false},
		{"att ret", "AT&T Retail", false},
		// Emails and domains, whole and in part.
		{"maya.okafor@harborpine.example", "Maya Okafor", false},
		{"maya.okafor@", "Maya Okafor", false},
		{"@nordlicht-energie.example", "Mara Hoffmann", false},
		{"www.harborpine.example", "Harbor & Pine", false},
		{"https://harborpine.example/", "Harbor & Pine", false},
		{"https://www.harborpine.example/contact?x=1#top", "Harbor & Pine", false},
		{"HTTP://WWW.nordlicht-energie.example:8080", "Nordlicht Energie", false},
		{"www.nordlicht-energie.example", "Nordlicht Energie", false},
		{"nordlicht-energie.example/contact", "Nordlicht Energie", false},
		{"mailto:maya.okafor@harborpine.example", "Maya Okafor", false},
		{"MAILTO:maya.okafor@harborpine.example?subject=Hello", "Maya Okafor", false},
		{"okafor/maya", "Maya Okafor", false},
		{"harborpine", "Harbor & Pine", false},
		{"DE123456789", "Nordlicht Energie", false},
		// Parts of words.
		{"licht", "Nordlicht Energie", false},
		{"orpine", "Harbor & Pine", false},
		{"kafo", "Maya Okafor", false},
		{"mar", "Mara Hoffmann", false},
		// Roles.
		{"quay cfo", "Seán O’Brien", false},
		{"cfo quay", "Seán O’Brien", false},
		{"acme trading cfo", "José García Núñez", false},
		{"head of ports", "Łukasz Żółć", false},
		{"nordlicht geschaftsfuhrerin", "Mara Hoffmann", false},
		{"nordlicht geschaeftsfuehrerin", "Mara Hoffmann", false},
		{"okafor cfo", "Maya Okafor", false},
		// Roles with their accents, without, and with two letters for one; Ada Quist and Aba Aalto have all of them, but elsewhere.
		{"tallow geschäftsführerin", "Ida Quist", false},
		{"tallow geschaftsfuhrer", "Ida Quist", false},
		{"geschaeftsfuehrerin tallow", "Ida Quist", false},
		{"quist tallow geschäftsführer", "Ida Quist", false},
		{"outfitters geschäftsführer", "Ole Quist", false},
		{"bright lane geschaeftsfuehrer", "Ole Quist", false},
		{"works rådgiver", "Eva Quist", false},
		{"works raadgiver", "Eva Quist", false},
		{"works radgiver", "Eva Quist", false},
		{"alder rådgiver", "Jon Quist", false},
		{"raadgiver alder", "Jon Quist", false},
		{"works διευθυντής", "Leo Quist", false},
		{"works διευθυντης", "Leo Quist", false},
		{"brückner cto", "Jean-Luc Lefèvre", false},
		{"brueckner cto", "Jean-Luc Lefèvre", false},
		{"aalesund cfo", "Annelise Bjørnsen", false},
		{"partners cfo", "Seán O’Brien", false}, // Aba Aalto was so before
		// Two letters for one, and one for two.
		{"müller", "Jörg Müller", false},
		{"mueller jörg", "Jörg Müller", false},
		{"joerg mueller", "Jörg Müller", false},
		{"käthe müller", "Käthe Mueller", false},
		{"kaethe mueller", "Käthe Mueller", false},
		{"brueckner", "Brückner Hochbau", false},
		{"hochbau brückner", "Brückner Hochbau", false},
		{"fjordkraft aalesund", "Fjordkraft Ålesund", false},
		{"bjoernsen", "Annelise Bjørnsen", false},
		{"haakon åsen", "Håkon Aasen", false},
		// One letter of a word is wrong, missing, doubled or swapped.
		{"okafar", "Maya Okafor", true},
		{"okafr", "Maya Okafor", true},
		{"okaffor", "Maya Okafor", true},
		{"okafro", "Maya Okafor", true},
		{"maya okafro", "Maya Okafor", true},
		{"mya okafro", "", false},
		{"mayaa okafro", "Maya Okafor", true},
		{"hofmann", "Mara Hoffmann", true},
		{"hoffman", "Mara Hoffmann", false},
		{"hoffmnan", "Mara Hoffmann", true},
		{"jofmann", "", false},
		{"joffmann", "Mara Hoffmann", true},
		{"anelise", "Annelise Bjørnsen", true},
		{"bjornsen anelise", "Annelise Bjørnsen", true},
		{"bjornsne", "Annelise Bjørnsen", true},
		{"шевчик", "Юлия Шевчук", true},
		{"σισιφος", "Θάλεια Σίσυφος", true},
		{"القحطناي", "نور القحطاني", true},
		{"nordlciht", "Nordlicht Energie", true},
		{"nordlihct energy", "Nordlicht Energie", true},
		{"nordlihct energi", "Nordlicht Energie", true},
		{"harbur pine", "Harbor & Pine", true},
		{"harborpnie.example", "Harbor & Pine", true},
		{"maya.okafro@harborpine.example", "Maya Okafor", true},
		{"lefevbre", "Jean-Luc Lefèvre", true},
		{"obrein", "Seán O’Brien", true},
		{"oka", "Maya Okafor", false},
		{"okx", "", false},
		{"DE123456788", "", false},
		{"saas", "", false},      // a legal form is no name
		{"chairwomn", "", false}, // a title is neither a name nor an email
	} {
		h := must(o.Search(t.Context(), o.Lea, db.SearchFilter{Typed: c.typed, Most: 20}))(t)
		first, similar := "", false
		for _, found := range [][]db.Record{h.Contacts, h.Organizations} {
			if len(found) > 0 && (first == "" || strings.HasPrefix(c.first, found[0].Name())) {
				first, similar = found[0].Name(), found[0].Similar
			}
		}
		want(t, c.typed, first, c.first)
		want(t, c.typed+" is similar", similar, c.similar)
	}
}

// TestARoleIsRankedAmongMoreThanAreRead, if it is typed as it is written.
func TestARoleIsRankedAmongMoreThanAreRead(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, quay := o.Acme(t), o.NewOrganization(t, "Quay")
	o.Exec(t, `
		INSERT INTO contacts (id, first_name, last_name)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		SELECT printf('%08x-0000-7000-8000-000000000000', i), 'Other', 'Other' FROM n`)
	o.Exec(t, "INSERT INTO organization_contact (organization_id, contact_id, role_label) SELECT ?, id, 'Aide ' || id FROM contacts", quay.ID)
	for _, c := range []struct{ name, at, there string }{{"Aalto", "Keeper of Zoos", "Advisor"}, {"Quist", "Advisor", "Keeper of Zoos"}} {
		made := o.NewContact(t, "Ada", c.name, "")
		for organization, role := range map[string]string{quay.ID: c.at, acme.ID: c.there} {
			must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
				OrganizationID: organization, ContactID: made.ID, Typed: db.Fields{"role_label": role},
			}))(t)
		}
	}
	for typed, first := range map[string]string{"acme zoos": "Ada Quist", "keeper acme": "Ada Quist", "quay zoo": "Ada Aalto"} {
		_, contacts, _ := found(t, o, o.Lea, typed)
		want(t, typed, contacts[0], first)
	}
}

// TestARecordWithoutTheLegalFormIsBehindThoseThatHaveIt, and not there if it could hide the name of a record of another kind.
func TestARecordWithoutTheLegalFormIsBehindThoseThatHaveIt(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, name := range []string{"Harbor Agency", "Harbor & Pine", "Maria Foods", "Quay", "Quay Co"} {
		o.NewOrganization(t, name)
	}
	o.NewContact(t, "Maria", "Santos", "")
	for typed, expected := range map[string]string{
		"harbor ag": "Harbor Agency, Harbor & Pine", "maria sa": "", "maria sa foods": "Maria Foods", "quay co": "Quay Co, Quay",
		"harbor": "Harbor & Pine, Harbor Agency", "ag": "Harbor Agency",
	} {
		organizations, _, _ := found(t, o, o.Lea, typed)
		want(t, typed, strings.Join(organizations, ", "), expected)
		var picked []string
		for _, r := range must(o.FindOrganizations(t.Context(), o.Lea, typed, 5))(t) {
			picked = append(picked, r.Name())
		}
		if typed != "maria sa" {
			want(t, typed+" in a picker", strings.Join(picked, ", "), expected)
		}
	}
}

// qualityOffice is an office with clients of several languages.
func qualityOffice(t *testing.T) *dbtest.Office {
	t.Helper()
	o := dbtest.OpenOffice(t)
	organizations := map[string]string{}
	for _, fields := range []db.Fields{
		{"display_name": "Nordlicht Energie", "website": "nordlicht-energie.example", "tax_id": "DE 123-456.789"},
		{"display_name": "Harbor & Pine", "website": "https://www.harborpine.example"},
		{"display_name": "I.B.M. Works"},
		{"display_name": "AT&T Retail"},
		{"display_name": "Acme"},
		{"display_name": "Quay Partners"},
		{"display_name": "Acme Trading"},
		{"display_name": "Brückner Hochbau"},
		{"display_name": "Fjordkraft Ålesund"},
		{"display_name": "Ash and Alder"},
		{"display_name": "Tallow", "legal_name": "Tallow SAS"},
		{"display_name": "Bright Lane Outfitters"},
	} {
		made := must(o.CreateOrganization(t.Context(), o.Tomas, fields, ""))(t)
		organizations[made.Name()] = made.ID
	}
	for _, c := range []struct{ first, last, email, phone, title, at, role string }{
		{"Maya", "Okafor", "maya.okafor@harborpine.example", "+46 70-555 01 34", "", "Harbor & Pine", "CFO"},
		{"Mara", "Hoffmann", "m.hoffmann@nordlicht-energie.example", "0431 555 01 20", "", "Nordlicht Energie", "Geschäftsführerin"},
		{"Annelise", "Bjørnsen", "", "+47 22 12 34 56", "Chairwoman", "Fjordkraft Ålesund", "CFO"},
		{"José", "García Núñez", "jose@garcia.example", "+34 912 345 678", "", "Acme Trading", "CFO"},
		{"Łukasz", "Żółć", "", "8 (495) 123-45-67", "", "Acme", "Head of Ports"},
		{"Юлия", "Шевчук", "", "+380 44 123 4567", "", "", ""},
		{"Θάλεια", "Σίσυφος", "", "", "", "", ""},
		{"نور", "القحطاني", "", "", "", "", ""},
		{"小龍", "李", "", "", "", "", ""},
		{"Seán", "O’Brien", "", "(01) 234 5678", "", "Quay Partners", "CFO"},
		{"Jean-Luc", "Lefèvre", "", "+33 1 99 00 12 34", "", "Brückner Hochbau", "CTO"},
		{"Jörg", "Müller", "joerg.mueller@post.example", "", "", "", ""},
		{"Käthe", "Mueller", "", "", "", "", ""},
		{"Nurgül", "Toprak", "", "+90 212 000 07 63", "", "", ""},
		{"Çağrı", "Yılmaz", "", "+90 232 000 07 63", "", "", ""},
		{"Zeynep", "Kaya", "", "0242 000 07 63", "", "", ""},
		{"Slash", "Kiel", "slash@san-carlos-logistica.example", "0431 / 555 01 32", "", "", ""},
		{"Slash", "Kiels", "", "+49 (0)431/5550121", "", "", ""},
		{"Håkon", "Aasen", "", "", "", "", ""},
		{"Ida", "Quist", "", "", "", "Tallow", "Geschäftsführerin"},
		{"Ole", "Quist", "", "", "", "Bright Lane Outfitters", "Geschaeftsfuehrer"},
		{"Eva", "Quist", "", "", "", "I.B.M. Works", "Rådgiver"},
		{"Leo", "Quist", "", "", "", "I.B.M. Works", "ΔΙΕΥΘΥΝΤΉΣ"},
		{"Jon", "Quist", "", "", "", "Ash and Alder", "Raadgiver"},
		{"Ada", "Quist", "", "", "", "AT&T Retail", "Geschäftsführerin, Geschaeftsfuehrer, Rådgiver, Raadgiver, Διευθυντής"},
		{"Aba", "Aalto", "", "", "", "AT&T Retail", "CFO, CTO"},
	} {
		fields := db.Fields{"first_name": c.first, "last_name": c.last, "email": c.email, "phone": c.phone, "job_title": c.title}
		made := must(o.CreateContact(t.Context(), o.Tomas, fields, ""))(t)
		for _, elsewhere := range map[string][]struct{ at, role, status string }{
			"Annelise Bjørnsen": {{"Quay Partners", "Advisor", "Active"}},
			"Ada Quist": {
				{"Tallow", "Advisor", "Active"}, {"Bright Lane Outfitters", "Advisor", "Active"}, {"I.B.M. Works", "Advisor", "Active"}, {"Ash and Alder", "Advisor", "Active"},
			},
			"Aba Aalto": {{"Brückner Hochbau", "Advisor", "Active"}, {"Fjordkraft Ålesund", "Advisor", "Active"}, {"Quay Partners", "CFO", "Former"}},
		}[made.Name()] {
			must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
				OrganizationID: organizations[elsewhere.at], ContactID: made.ID,
				Typed: db.Fields{"role_label": elsewhere.role, "relationship_status": elsewhere.status},
			}))(t)
		}
		if c.at != "" {
			must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{
				OrganizationID: organizations[c.at], ContactID: made.ID, Typed: db.Fields{"role_label": c.role},
			}))(t)
		}
	}
	return o
}

// TestAContactIsFoundByTheRoleThatTheyHaveNow: a changed role is indexed with the change, and nobody
// who sees only their own clients finds people by roles elsewhere.
func TestAContactIsFoundByTheRoleThatTheyHaveNow(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	link := must(o.LinkContact(t.Context(), o.Tomas,
		db.NewLink{OrganizationID: acme.ID, ContactID: maya.ID, Typed: db.Fields{"role_label": "Treasurer"}}))(t)
	check := func(typed string, by db.Actor, n int) {
		t.Helper()
		_, contacts, _ := found(t, o, by, typed)
		want(t, typed, len(contacts), n)
	}
	check("acme treasurer", o.Lea, 1)
	own := o.Lea
	own.OwnOnly = true
	must(o.UpdateContact(t.Context(), o.Tomas, maya.ID, maya.Version, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
	check("maya", own, 1)
	check("treasurer", own, 0)
	must(o.UpdateLink(t.Context(), o.Tomas, acme.ID, maya.ID, link.Version, db.Fields{"role_label": "Auditor"}))(t)
	check("treasurer", o.Lea, 0)
	check("auditor acme", o.Lea, 1)
	must(o.UnlinkContact(t.Context(), o.Tomas, acme.ID, maya.ID, link.Version+1))(t)
	check("auditor", o.Lea, 0)
}

// TestAWebsiteIsFoundHoweverItsHostIsWritten: as people read it, and in Punycode, as earlier versions stored it and browsers copy it.
func TestAWebsiteIsFoundHoweverItsHostIsWritten(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	old := must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "Old", "website": "grünwald.example"}, ""))(t)
	o.Exec(t, "UPDATE organizations SET website = 'https://www.xn--grnwald-o2a.example' WHERE id = ?", old.ID)
	o.Exec(t, "UPDATE organization_search SET words = 'old https www xn grnwald o2a example'") // as version 3 did
	o.Exec(t, "UPDATE folding SET version = 3")
	organizations, _, _ := found(t, o, o.Lea, "grünwald")
	want(t, "before", len(organizations), 0)
	for more := true; more; {
		more = must(o.Refold(t.Context()))(t)
	}
	must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "New", "website": "grünwald.example"}, ""))(t)
	for _, typed := range []string{
		"grünwald", "grunwald.example", "https://grünwald.example/", "xn--grnwald-o2a.example", "https://www.xn--grnwald-o2a.example",
	} {
		organizations, _, _ = found(t, o, o.Lea, typed)
		want(t, typed, strings.Join(organizations, ", "), "New, Old")
	}
	want(t, "twins", twins(t, o, o.Tomas, db.OrganizationKind, "", "website", "grünwald.example"), "New: Same website; Old: Same website")
}

// TestOldWordsFindUntilTheNewOnesAreThere: after an upgrade, the words of the version before find records
// until the new ones are added beside requests.
func TestOldWordsFindUntilTheNewOnesAreThere(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	jorg := must(o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "Jörg", "last_name": "Grünmüller"}, ""))(t)
	must(o.LinkContact(t.Context(), o.Tomas,
		db.NewLink{OrganizationID: acme.ID, ContactID: jorg.ID, Typed: db.Fields{"role_label": "CFO"}}))(t)
	o.Exec(t, "UPDATE contact_search SET words = 'jorg grunmuller', organizations = 'acme'")
	o.Exec(t, "UPDATE folding SET version = 1")
	for typed, n := range map[string]int{"jörg grünmüller": 1, "grunmuller acme": 1, "gruenmueller": 0, "cfo": 0} {
		_, contacts, _ := found(t, o, o.Lea, typed)
		want(t, typed+" before", len(contacts), n)
	}
	for more := true; more; {
		more = must(o.Refold(t.Context()))(t)
	}
	for _, typed := range []string{"jörg grünmüller", "grunmuller acme", "gruenmueller", "joerg", "acme cfo"} {
		_, contacts, _ := found(t, o, o.Lea, typed)
		want(t, typed+" after", len(contacts), 1)
	}
}
