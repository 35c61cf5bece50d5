package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/text"
)

// found returns the names and subjects that a search finds of each kind, in its order.
func found(t *testing.T, o *dbtest.Office, by db.Actor, typed string) (organizations, contacts, interactions []string) {
	t.Helper()
	h := must(o.Search(t.Context(), by, db.SearchFilter{Typed: typed, Most: 20}))(t)
	for _, x := range h.Organizations {
		organizations = append(organizations, x.Name())
	}
	for _, x := range h.Contacts {
		contacts = append(contacts, x.Name())
	}
	for _, x := range h.Interactions {
		interactions = append(interactions, x.Subject)
	}
	return organizations, contacts, interactions
}

func TestSearchFindsNamesInTheScriptsOfTheWorld(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, c := range []struct {
		first, last string
		typed       []string
	}{
		{"Émile", "Lefèvre-Noël", []string{"em", "EMILE", "lefevre", "noel", "lefèvre-noël", "noe emi", "Le\u0301fe\u0300vre", "fevre"}},
		{"Søren", "Ærøskøbing", []string{"so", "soren", "SØREN", "aero", "ærøskøbing", "skobing"}},
		{"Jürgen", "Weißgerber", []string{"ju", "jurgen", "weiss", "WEISSGERBER", "weiß", "gerber"}},
		{"Łukasz", "Żółć", []string{"lu", "lukasz", "zolc", "ŻÓŁĆ"}},
		{"İbrahim", "Ilıcalı", []string{"ib", "ibrahim", "ILICALI", "ilicali", "ılıcalı"}},
		{"Siobhán", "O’Sullivan", []string{"si", "o'sullivan", "O’SULLIVAN", "sullivan", "o sullivan", "o'su siob"}},
		{"Nguyễn", "Đặng", []string{"ng", "nguyen", "dang", "đặng nguyễn"}},
		{"Юлия", "Шевчук-Йовович", []string{"юл", "ЮЛИЯ", "шевчук", "йовович", "иовович"}},
		{"Θάλεια", "Σίσυφος", []string{"θα", "ΘΑΛΕΙΑ", "σισυφος", "ΣΊΣΥΦΟΣ", "ισυφ"}},
		{"نور", "القحطاني", []string{"نو", "القحطاني", "القح نور", "قحطان"}},
		{"נועה", "בן־דוד", []string{"נו", "נועה", "דוד", "בן דוד"}},
		{"किरण", "चौधरी", []string{"कि", "किरण", "चौधरी", "धर"}},
		{"สมชาย", "ใจดี", []string{"สม", "สมชาย", "ใจดี", "ชาย"}},
		{"小龍", "李", []string{"李", "龍", "李小龍", "小龍", "龍小", "李 小"}},
		{"さくら", "山田", []string{"山田", "田", "さく", "くら", "山田さくら"}},
		{"カタリナ", "ﾃﾞﾗｸﾙｽ", []string{"カタリナ", "リナ", "デラクルス"}},
		{"지민", "데이터", []string{"지민", "데이", "이터", "데이터지민", "지민 데이터"}},
		{"Ｍａｙａ", "Ｏｋａｆｏｒ", []string{"maya", "okafor", "kaf"}},
	} {
		name := c.first + " " + c.last
		made := must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": name}, ""))(t)
		person := must(o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": c.first, "last_name": c.last}, ""))(t)
		logged := must(o.LogInteraction(t.Context(), o.Tomas,
			db.Fields{"channel": "call", "subject": "x", "body": "**" + name + "**", "organization_id": made.ID, "happened_at": ""}, ""))(t)
		for _, typed := range c.typed {
			organizations, contacts, interactions := found(t, o, o.Lea, typed)
			want(t, typed+": organizations", strings.Join(organizations, "|"), name)
			want(t, typed+": contacts", strings.Join(contacts, "|"), person.Name())
			want(t, typed+": interactions", len(interactions), 1)
		}
		must(o.DeleteInteraction(t.Context(), o.Tomas, logged.ID, 1))(t)
		o.Exec(t, "DELETE FROM organizations")
		o.Exec(t, "DELETE FROM contacts")
	}
}

func TestTheBestMatchIsFirst(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for _, name := range []string{"Big Acme", "Acmeria", "Acme Trading", "Acme", "Acme Archive", "Acme Oslo"} {
		made := o.NewOrganization(t, name)
		if name == "Acme Archive" {
			must(o.ArchiveOrganization(t.Context(), o.Tomas, made.ID, 1))(t)
		}
		o.Clock.Add(time.Minute)
	}
	must(o.CreateOrganization(t.Context(), o.Tomas, db.Fields{"display_name": "Zebra", "legal_name": "Acme Zebra"}, ""))(t)
	organizations, _, _ := found(t, o, o.Lea, "acme")
	want(t, "the order", strings.Join(organizations, ", "), "Acme, Acme Oslo, Acme Trading, Acme Archive, Acmeria, Big Acme, Zebra")

	pickers := must(o.FindOrganizations(t.Context(), o.Lea, "acme", 20))(t)
	want(t, "archived ones in a picker", slices.ContainsFunc(pickers, func(x db.Organization) bool { return !x.IsActive }), false)
	want(t, "those in a picker", len(pickers), 6)

	// Among equal matches, the last changed comes first.
	trading := organizationIn(t, o, "Acme Trading")
	must(o.UpdateOrganization(t.Context(), o.Tomas, trading.ID, 1, db.Fields{"sector": "Media"}))(t)
	organizations, _, _ = found(t, o, o.Lea, "acme")
	want(t, "the order after a change", strings.Join(organizations[:3], ", "), "Acme, Acme Trading, Acme Oslo")

	for _, name := range [][2]string{{"Maya", "Lindqvist"}, {"Lin", "Maya"}, {"Ada", "Maya"}, {"Oskar", "Berg"}, {"Maya", "Ada"}} {
		c := o.NewContact(t, name[0], name[1], "")
		if name[0] == "Oskar" {
			must(o.UpdateContact(t.Context(), o.Tomas, c.ID, 1, db.Fields{"job_title": "Assistant to Maya"}))(t)
		}
		o.Clock.Add(time.Minute)
	}
	_, contacts, _ := found(t, o, o.Lea, "maya ada")
	want(t, "either order of a name", strings.Join(contacts, ", "), "Maya Ada, Ada Maya")
	_, contacts, _ = found(t, o, o.Lea, "maya")
	want(t, "names before titles", contacts[len(contacts)-1], "Oskar Berg")
}

func organizationIn(t *testing.T, o *dbtest.Office, name string) db.Organization {
	t.Helper()
	return must(o.Organization(t.Context(), o.Ines, o.Column(t, "SELECT id FROM organizations WHERE display_name = ?", name)[0]))(t)
}

// TestAnExactNameIsNeverCutOff: of more matches than a search ranks, a record with exactly the
// typed name comes first, however old it is.
func TestAnExactNameIsNeverCutOff(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	exact := o.NewOrganization(t, "Ang & Co.")
	archived := o.NewOrganization(t, "Ang Co")
	must(o.ArchiveOrganization(t.Context(), o.Tomas, archived.ID, 1))(t)
	person := o.NewContact(t, "Ang", "Jo", "")
	o.Clock.Add(time.Hour)
	now := o.Clock.Now().Format("2006-01-02T15:04:05.000Z")
	const ids = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT " +
		"printf('%08x-0000-7000-8000-00000000000', i) "
	o.Exec(t, "INSERT INTO organizations (id, legal_name, display_name, updated_at) "+
		ids+"|| '0', 'x', iif(i % 2, 'Co Ang & Co. ' || i, 'Ang & Co. ' || i), ? FROM n", now)
	o.Exec(t, "INSERT INTO contacts (id, first_name, last_name, updated_at) "+ids+"|| '1', 'Ang ' || i, 'Jo', ? FROM n", now)
	must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t).Close() // indexes them
	for _, typed := range []string{"ang & co.", "Ang & Co."} {
		all := must(o.Search(t.Context(), o.Lea, db.SearchFilter{Typed: typed, Most: 20}))(t).Organizations
		if len(all) != 20 || all[0].ID != exact.ID {
			t.Errorf("%q: %d found, first %q", typed, len(all), all[0].Name())
		}
	}
	if all := must(o.Search(t.Context(), o.Lea, db.SearchFilter{Typed: "ang co", Most: 20}))(t).Organizations; all[0].ID != archived.ID {
		t.Errorf("first is %q, not the archived record", all[0].Name())
	}
	for _, typed := range []string{"ang jo", "Jo Ang"} {
		all := must(o.Search(t.Context(), o.Lea, db.SearchFilter{Typed: typed, Most: 20}))(t).Contacts
		if len(all) != 20 || all[0].ID != person.ID {
			t.Errorf("%q: %d found, first %q", typed, len(all), all[0].Name())
		}
	}
}

func TestPartsOfWordsAreFoundWhereWholeWordsAreFew(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := must(o.CreateContact(t.Context(), o.Tomas, db.Fields{
		"first_name": "Maya", "last_name": "Okafor", "email": "m.okafor@harborpine.example",
		"phone": "+46 70-555 01 34", "mobile": "(0)8/123.456",
	}, ""))(t)
	harbor := must(o.CreateOrganization(t.Context(), o.Tomas,
		db.Fields{"display_name": "Harbor & Pine", "website": "harborpine.example", "tax_id": "SE-5560123456"}, ""))(t)
	must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
		"channel": "note", "subject": "Rahmenvertragsverhandlung", "organization_id": harbor.ID, "happened_at": "",
	}, ""))(t)
	for _, c := range []struct{ typed, organization, contact, interaction string }{
		{"0134", "", "Maya Okafor", ""},
		{"01 34", "", "Maya Okafor", ""},
		{"55501", "", "Maya Okafor", ""},
		{"3456", "Harbor & Pine", "Maya Okafor", ""},
		{"arbor", "Harbor & Pine", "Maya Okafor", ""},
		{"borpi ne", "Harbor & Pine", "Maya Okafor", ""},
		{"kafo aya", "", "Maya Okafor", ""},
		{"vertrag", "", "", "Rahmenvertragsverhandlung"},
		{"VERTRÄG handlung", "", "", "Rahmenvertragsverhandlung"},
		{"kafo zzz", "", "", ""},
		{"a", "", "", ""},
		{".", "", "", ""},
	} {
		organizations, contacts, interactions := found(t, o, o.Lea, c.typed)
		want(t, c.typed+": organizations", strings.Join(organizations, "|"), c.organization)
		want(t, c.typed+": contacts", strings.Join(contacts, "|"), c.contact)
		want(t, c.typed+": interactions", strings.Join(interactions, "|"), c.interaction)
	}
	must(o.ArchiveContact(t.Context(), o.Tomas, maya.ID, 1))(t)
	want(t, "archived ones in a picker", len(must(o.FindContacts(t.Context(), o.Lea, "0134", 5))(t)), 0)
	_, contacts, _ := found(t, o, o.Lea, "0134")
	want(t, "archived ones in a search", len(contacts), 1)

	// If whole words find enough, the search does not look for parts.
	for n := range 5 {
		o.NewOrganization(t, fmt.Sprint("Arbor ", n))
	}
	organizations, _, _ := found(t, o, o.Lea, "arbor")
	want(t, "found by the word", len(organizations), 5)
}

// TestEveryPartOfAWordIsFound compares the records found by each part of two letters or more of
// their words with the words themselves: logged one by one, put in at once, and reindexed.
func TestEveryPartOfAWordIsFound(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.NewOrganization(t, "Hub")
	words := []string{"abcabcab", "bcaabca", "ccab", "émilébc", "𐐨bcab"} // of Deseret, beyond 16 bits
	var names []string
	for i, word := range words {
		name := fmt.Sprintf("x%s%d", word, i)
		names = append(names, name)
		o.NewOrganization(t, name)
		o.NewContact(t, name, "Q", "")
		must(o.LogInteraction(t.Context(), o.Tomas,
			db.Fields{"channel": "call", "subject": name, "organization_id": acme.ID, "happened_at": ""}, ""))(t)
	}
	check := func(when string) {
		t.Helper()
		for _, word := range words {
			letters := []rune(word)
			for from := range letters {
				for to := from + 2; to <= len(letters); to++ {
					part, expected := string(letters[from:to]), []string{}
					for _, name := range names {
						if strings.Contains(text.SortKey(name), text.SortKey(part)) {
							expected = append(expected, name)
						}
					}
					organizations, contacts, interactions := found(t, o, o.Lea, part)
					for i := range contacts {
						contacts[i] = strings.TrimSuffix(contacts[i], " Q")
					}
					for kind, all := range map[string][]string{"organizations": organizations, "contacts": contacts, "interactions": interactions} {
						slices.Reverse(all) // the newest is first
						want(t, fmt.Sprintf("%s: %s with %q", when, kind, part), strings.Join(all, " "), strings.Join(expected, " "))
					}
				}
			}
		}
	}
	check("written")
	for _, index := range []string{"organization_search", "contact_search", "interaction_search"} {
		o.Exec(t, "DELETE FROM "+index+"_words")
		empty := o.Column(t, "SELECT sql FROM sqlite_master WHERE name = ?", index+"_parts")[0]
		o.Exec(t, "DROP TABLE "+index+"_parts")
		o.Exec(t, empty)
	}
	_, contacts, _ := found(t, o, o.Lea, "ca")
	want(t, "found without the words", len(contacts), 0)
	o.Exec(t, "UPDATE folding SET version = 0, done_to = 0") // as after the upgrade that brings them
	for more := true; more; {
		more = must(o.Refold(t.Context()))(t)
	}
	check("reindexed")
}

// TestAPartThatManyWordsHave: of more words and records than a search checks, it finds the last.
func TestAPartThatManyWordsHave(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.NewOrganization(t, "xxneedle Old")
	for n := range 70 {
		o.NewOrganization(t, fmt.Sprintf("a%dhay b%dneedle", n, n))
	}
	for typed, expected := range map[string]string{
		"69needle":    "a69hay b69needle", // whole parts of words
		"hay eedl":    "20 found",
		"eedle hay":   "20 found",
		"eedle xneed": "xxneedle Old", // the rarer part finds it
		"eedle zzz":   "",
		"hay zneedle": "",
	} {
		organizations, _, _ := found(t, o, o.Lea, typed)
		got := strings.Join(organizations, "|")
		if len(organizations) > 3 {
			got = fmt.Sprint(len(organizations), " found")
		}
		want(t, typed, got, expected)
	}
}

func TestTheIndexOfInteractionsIsKeptInStep(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	log := func(subject, body string) db.Interaction {
		t.Helper()
		return must(o.LogInteraction(t.Context(), o.Tomas,
			db.Fields{"channel": "call", "subject": subject, "body": body, "organization_id": acme.ID, "happened_at": ""}, ""))(t)
	}
	check := func(what, typed string, subjects ...string) {
		t.Helper()
		page, _, err := o.SearchInteractions(t.Context(), o.Lea, typed, "", 20)
		var got []string
		for _, i := range page {
			got = append(got, i.Subject)
		}
		if err != nil || strings.Join(got, "|") != strings.Join(subjects, "|") {
			t.Errorf("%s: %q finds %q, want %q (%v)", what, typed, got, subjects, err)
		}
	}
	first, second := log("Quarterly figures", "Über **Lagerkosten**"), log("Quarterly plans", "")
	check("new ones, the newest first", "qu", second.Subject, first.Subject)
	check("by the body", "uber lager", first.Subject)
	check("in any order", "figu qua", first.Subject)
	check("both words", "figures plans")

	first = must(o.UpdateInteraction(t.Context(), o.Tomas, first.ID, 1, db.Fields{"subject": "Yearly figures"}))(t)
	check("reworded", "yearly", first.Subject)
	check("by the old words", "quarterly", second.Subject)
	first = must(o.UpdateInteraction(t.Context(), o.Tomas, first.ID, 2, db.Fields{"body": ""}))(t)
	check("without the body", "lager")
	must(o.UpdateInteraction(t.Context(), o.Tomas, first.ID, 3, db.Fields{"outcome": "Closed won"}))(t)
	check("other fields changed", "yearly", first.Subject)
	must(o.DeleteInteraction(t.Context(), o.Tomas, first.ID, 4))(t)
	check("deleted", "yearly")
	must(o.UndeleteInteraction(t.Context(), o.Tomas, first.ID))(t)
	check("brought back", "yearly", first.Subject)
	want(t, "a refused change", o.Column(t, "SELECT count(*) FROM interaction_search_content")[0], "2")

	// Changes by another program remove words from the index at once; new words are indexed at the
	// next start.
	o.Exec(t, "UPDATE interactions SET subject = 'Monthly figures' WHERE id = ?", first.ID)
	check("reworded by another program", "yearly")
	third := log("Weekly figures", "")
	check("the next one", "weekly", third.Subject)
	o.Exec(t, "DELETE FROM interactions WHERE id = ?", third.ID)
	check("deleted by another program", "weekly")
	fourth := log("Daily figures", "")
	check("under the number of the deleted one", "weekly")
	o.Exec(t, "INSERT INTO interactions (id, organization_id, channel, subject, happened_at) VALUES "+
		"('01a2027e-4036-7af6-9386-fedd409c5151', ?, 'note', 'Hourly figures', '2026-11-24T09:00:00.000Z')", acme.ID)
	must(o.UpdateInteraction(t.Context(), o.Tomas, first.ID, 5, db.Fields{"outcome": ""}))(t)
	again := must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t)
	defer again.Close()
	check("after the next start", "figures", "Hourly figures", "Monthly figures", fourth.Subject)
	want(t, "integrity", o.Column(t, "PRAGMA integrity_check")[0], "ok")
}

func TestInteractionsAreFoundPageByPage(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for range 25 {
		o.Call(t, acme, "")
	}
	var all []string
	before, pages := "", 0
	for {
		page, older, err := o.SearchInteractions(t.Context(), o.Lea, "renew", before, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			all = append(all, i.ID)
		}
		o.Call(t, acme, "") // newer than the pages that follow
		if before, pages = older, pages+1; older == "" {
			break
		}
	}
	want(t, "pages", pages, 3)
	want(t, "interactions", len(all), 25)
	slices.Sort(all)
	want(t, "different ones", len(slices.Compact(all)), 25)
	for _, cursor := range []string{"x", "IiI", "WyJhIiwiIiwiIl0"} {
		_, _, err := o.SearchInteractions(t.Context(), o.Lea, "renew", cursor, 10)
		wantInvalid(t, err, "after")
	}
}

func TestSearchShowsOnlyWhatMayBeSeen(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Call(t, o.NewOrganization(t, "Renewal House"), "")
	o.NewContact(t, "Renewal", "Person", "")
	for _, c := range []struct {
		may                                   []db.Permission
		organizations, contacts, interactions int
	}{
		{nil, 0, 0, 0},
		{[]db.Permission{db.ViewClient}, 1, 1, 0},
		{[]db.Permission{db.ViewInteraction}, 0, 0, 0},
		{[]db.Permission{db.EditClient, db.EditInteraction, db.ManageUsers}, 0, 0, 0},
		{[]db.Permission{db.ViewClient, db.ViewInteraction}, 1, 1, 1},
	} {
		for _, typed := range []string{"renewal", "newal"} {
			organizations, contacts, interactions := found(t, o, db.Actor{UserID: o.Lea.UserID, May: c.may}, typed)
			want(t, fmt.Sprint(c.may, " by ", typed), [3]int{len(organizations), len(contacts), len(interactions)},
				[3]int{c.organizations, c.contacts, c.interactions})
		}
	}
}

// TestSearchKeepsToOnesOwnClients compares results with ownership for actors with few clients, with
// none, and with more than fewClients.
func TestSearchKeepsToOnesOwnClients(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	people := map[string]db.Actor{}
	for _, name := range []string{"Oda", "Nils", "Big"} {
		u := must(o.CreateUser(t.Context(), db.System,
			db.NewUser{Email: name + "@a.example", FullName: name + " Berg", Role: "Manager", Hash: "x"}))(t)
		people[name] = db.Actor{UserID: u.ID, May: o.Tomas.May, OwnOnly: true}
	}
	o.Exec(t, `
		INSERT INTO contacts (id, first_name, last_name, owner_user_id)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
		SELECT printf('%08x-0000-7000-8000-000000000000', i), 'Many', 'More', ? FROM n`, people["Big"].UserID)
	owners := []string{people["Oda"].UserID, people["Big"].UserID, ""}
	organizationOwner, contactOwner, ends := map[string]string{}, map[string]string{}, map[string][2]string{}
	for n := range 9 {
		x := must(o.CreateOrganization(t.Context(), db.System,
			db.Fields{"display_name": fmt.Sprint("Wordhouse ", n), "owner_user_id": owners[n%3]}, ""))(t)
		c := must(o.CreateContact(t.Context(), db.System,
			db.Fields{"first_name": "Wordman", "last_name": fmt.Sprint("No", n), "owner_user_id": owners[n/3]}, ""))(t)
		organizationOwner[x.Name()], contactOwner[c.Name()] = owners[n%3], owners[n/3]
		for k, with := range []db.Fields{{"organization_id": x.ID}, {"contact_id": c.ID}, {"organization_id": x.ID, "contact_id": c.ID}} {
			with["channel"], with["subject"], with["happened_at"] = "call", fmt.Sprint("Wordtalk ", n, k), ""
			must(o.LogInteraction(t.Context(), db.System, with, ""))(t)
			ends[with["subject"]] = [2]string{x.Name(), c.Name()}
			if k < 2 {
				e := ends[with["subject"]]
				e[1-k] = ""
				ends[with["subject"]] = e
			}
		}
	}
	o.Exec(t, "UPDATE interactions SET docid = NULL")
	must(db.Open(t.Context(), o.Path, db.Options{Now: o.Clock.Now}))(t).Close()
	for name, by := range people {
		sees := func(all map[string]string) (seen []string) {
			for x, owner := range all {
				if owner == by.UserID {
					seen = append(seen, x)
				}
			}
			slices.Sort(seen)
			return seen
		}
		organizationsSeen, contactsSeen := sees(organizationOwner), sees(contactOwner)
		var talks []string
		for subject, e := range ends {
			if slices.Contains(organizationsSeen, e[0]) || slices.Contains(contactsSeen, e[1]) {
				talks = append(talks, subject)
			}
		}
		slices.Sort(talks)
		for _, typed := range []string{"wo", "word", "ord"} {
			organizations, contacts, interactions := found(t, o, by, typed)
			for before := ""; typed != "ord"; { // matches of whole words come in pages
				if before == "" {
					interactions = nil
				}
				page, older, err := o.SearchInteractions(t.Context(), by, typed, before, 20)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range page {
					interactions = append(interactions, i.Subject)
					want(t, "an end of "+i.Subject, i.OrganizationName == "" || slices.Contains(organizationsSeen, i.OrganizationName), true)
					want(t, "an end of "+i.Subject, i.ContactName() == "" || slices.Contains(contactsSeen, i.ContactName()), true)
				}
				if before = older; older == "" {
					break
				}
			}
			slices.Sort(organizations)
			slices.Sort(contacts)
			slices.Sort(interactions)
			want(t, name+" by "+typed, fmt.Sprint(organizations, contacts, interactions), fmt.Sprint(organizationsSeen, contactsSeen, talks))
		}
	}
	// Hidden matches do not displace visible ones, and a hidden name finds nothing.
	linked := must(o.CreateContact(t.Context(), db.System,
		db.Fields{"first_name": "Linked", "last_name": "Person", "owner_user_id": people["Oda"].UserID}, ""))(t)
	secret := must(o.CreateOrganization(t.Context(), db.System, db.Fields{"display_name": "Secretname"}, ""))(t)
	must(o.LinkContact(t.Context(), db.System, db.NewLink{OrganizationID: secret.ID, ContactID: linked.ID}))(t)
	for typed, n := range map[string]int{"linked": 1, "inked": 1, "secretname": 0, "ecretnam": 0} {
		_, contacts, _ := found(t, o, db.Actor{UserID: people["Oda"].UserID, May: o.Tomas.May}, typed)
		_, own, _ := found(t, o, people["Oda"], typed)
		want(t, "people found by "+typed, len(own), n)
		want(t, "people whom others find by "+typed, len(contacts), max(n, strings.Count(typed, "secretname")))
	}
}

func TestSearchTakesWhateverIsTyped(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Call(t, o.NewOrganization(t, "100 % Pure_Wool \\ \"Near\" Co"), "")
	o.NewContact(t, "Near", "Not", "near@acme.example")
	for _, typed := range []string{
		"%", "_", `\`, `"`, "*", "(", ")", "-", "'", "^", ":", "NEAR", "NEAR/2", "AND", "OR",
		"NOT", "near OR not", "words:near", "docid:1", "-near", "near*", `"near`, "(near", "near)",
		"%%%", "a%b", "pure_wool", "100 %", "' OR 1=1 --", "near.", "ne.", "\x00", "\xff", "ne\x00ar", "\u200b", "\u202e", "𑵠",
		"…", "re…", strings.Repeat("near ", 100), strings.Repeat("ab", 200), strings.Repeat("(", 300), strings.Repeat("é", 201),
	} {
		found(t, o, o.Lea, typed)
	}
	organizations, contacts, interactions := found(t, o, o.Lea, "near")
	want(t, "found", [3]int{len(organizations), len(contacts), len(interactions)}, [3]int{1, 1, 0})
	organizations, _, _ = found(t, o, o.Lea, "pu%")
	want(t, "a percent sign stands for nothing", len(organizations), 1)
	organizations, _, _ = found(t, o, o.Lea, "pu_wx")
	want(t, "an underscore stands for nothing", len(organizations), 0)
	_, _, interactions = found(t, o, o.Lea, "renewal"+strings.Repeat(" ", 200)+"zzz")
	want(t, "of 200 characters", len(interactions), 1)
}
