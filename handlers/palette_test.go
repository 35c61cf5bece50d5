package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"clientregistry/db"
)

func TestPaletteOffersCommandsThenNamesThenOtherFieldsThenBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	umber := s.Organization("Umber Stores", "legal_name", "New Orders Ltd")
	s.Link(umber, s.Contact("Olivia", "Newman"))
	s.Link(s.Organization("Newton Energy"), s.Contact("Beatrice", "Okafor"))
	s.Organization("Newhaven Optics")
	s.Log(umber, "", "New offices")
	s.Log(umber, "", "Lunch", "body", "The new owner came, too.")
	for range 8 { // more than are shown, and changed later than what is found by name
		s.Contact("Sam", "Carter", "job_title", "New Orders")
	}
	a := ines.get("/palette?q=new+o")
	a.wantTexts("[role=presentation]", "Commands", "Organizations", "Contacts", "Found by other fields", "More").
		wantTexts("#palette-commands ~ .opt > span > bdi", "New organization").
		wantTexts("#palette-organizations ~ .opt > span > bdi", "Newhaven Optics").
		wantTexts("#palette-contacts ~ .opt > span > bdi", "Olivia Newman").
		wantTexts("#palette-others ~ .opt > span > bdi", "Umber Stores", "Beatrice Okafor", "Sam Carter")
	ines.get("/palette?q=new").wantTexts("#palette-interactions ~ .opt > span > bdi", "New offices", "Lunch")
	if first := a.html.Find(".opt").First().AttrOr("href", ""); first != "/organizations/new" {
		t.Errorf("the first leads to %s", first)
	}
}

func TestPaletteOffersToCreateWhatIsNotFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	makes := "#palette-make ~ .opt > span > bdi"
	none := ines.viaHTMX().get("/palette?q=tadeusz+de+wierzbicki").want(200, ".hint[role=status]", "Nothing by that name.").
		wantTexts("[role=presentation]", "Create", "More").wantTexts(makes, "Create contact “tadeusz de wierzbicki”",
		"Create organization “tadeusz de wierzbicki”", "New follow-up “tadeusz de wierzbicki”")
	filled := func(a answer, at string) answer {
		t.Helper()
		return ines.get(a.html.Find(".opt").FilterFunction(func(_ int, o *goquery.Selection) bool {
			return strings.Contains(o.Text(), at)
		}).First().AttrOr("href", ""))
	}
	filled(none, "Create contact").wantValue("#first_name", "tadeusz de").wantValue("#last_name", "wierzbicki")
	filled(none, "Create organization").wantValue("#display_name", "tadeusz de wierzbicki")
	filled(none, "New follow-up").wantValue("#fu-text", "tadeusz de wierzbicki")
	mail := ines.viaHTMX().get("/palette?q=ada@x.example").wantTexts(makes, "Create contact “ada@x.example”")
	filled(mail, "Create").wantValue("#email", "ada@x.example").wantValue("#first_name", "")
	phone := ines.viaHTMX().get("/palette?q=call+%2B46+70+555+01+10").wantTexts(makes, "Create contact “+46 70 555 01 10”")
	filled(phone, "Create").wantValue("#phone", "+46 70 555 01 10").wantValue("#first_name", "")

	// Records of similar names are offered first.
	s.Contact("Anna", "Kroon")
	ines.viaHTMX().get("/palette?q=anna+krooon").wantTexts("[role=presentation]", "Contacts", "Create", "More").
		wantTexts("#palette-contacts ~ .opt > span > bdi", "Anna Kroon").
		wantTexts(makes, "Create contact “anna krooon”", "Create organization “anna krooon”", "New follow-up “anna krooon”").wantNot(".hint")

	s.as("Viewer").viaHTMX().get("/palette?q=zzz").want(200, ".hint", "Nothing by that name").wantNot("#palette-make")
	_, secret, oda := ownWorld(t)
	hidden := oda.get(secret.org).StatusCode
	if hidden != http.StatusNotFound {
		t.Fatalf("they see it: %d", hidden)
	}
	oda.viaHTMX().get("/palette?q=zzz").want(200, ".hint", "Nothing by that name among the clients that you own")
}

// TestPaletteCreatesWhatACommandNames: a command followed by a name opens its form filled in.
func TestPaletteCreatesWhatACommandNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	anna := s.Contact("Anna", "Kroon")
	for typed, want := range map[string]struct{ first, href string }{
		"new organization Acme Ltd":   {"Create organization “Acme Ltd”", "/organizations/new?display_name=Acme+Ltd"},
		"add a customer Acme":         {"Create organization “Acme”", "/organizations/new?display_name=Acme"},
		"create contact Max de Boer":  {"Create contact “Max de Boer”", "/contacts/new?first_name=Max+de&last_name=Boer"},
		"New Person max@x.example":    {"Create contact “max@x.example”", "/contacts/new?email=max%40x.example"},
		"new contact anna":            {"Create contact “anna”", "/contacts/new?first_name=anna"},
		"follow up anna":              {"New follow-up “follow up anna”", "/follow-ups/new?text=follow+up+anna"},
		"new follow-up call anna":     {"New follow-up “call anna”", "/follow-ups/new?text=call+anna"},
		"add task call anna":          {"New follow-up “call anna”", "/follow-ups/new?text=call+anna"},
		"https://www.x.example/a?b=1": {"Create organization “x.example”", "/organizations/new?display_name=x.example&website=x.example"},
		"mailto:max@x.example":        {"Create contact “max@x.example”", "/contacts/new?email=max%40x.example"},
	} {
		a := ines.get("/palette?q=" + url.QueryEscape(typed))
		first := a.html.Find(".opt").First()
		if name, href := first.Find("bdi").First().Text(), first.AttrOr("href", ""); name != want.first || href != want.href {
			t.Errorf("%s offers %s at %s", typed, name, href)
		}
	}
	ines.get("/palette?q=new+contact+anna").want(200, "#palette-contacts ~ .opt[href='"+anna+"']", "Anna Kroon").
		wantTexts("[role=presentation]", "Create", "Contacts", "More")
	ines.get("/palette?q=new+contact+anna+kroom").wantTexts("[role=presentation]", "Create", "Contacts", "More")
	s.as("Manager").get("/search?q=new+contact+Max+Boer").wantTexts(".empty .btn", "Create contact “Max Boer”")
	s.as("Viewer").viaHTMX().get("/palette?q=new+contact+max").want(200, ".hint", "Nothing by that name").wantNot("#palette-make")
}

// TestANameWithoutATypedLegalFormIsFoundByName, and one that is only typed as far as its "and".
func TestANameWithoutATypedLegalFormIsFoundByName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Organization("Harbor & Pine")
	for _, typed := range []string{"harbor+pine+ag", "harbor+and", "harbor+pine+s.a."} {
		s.as("Manager").viaHTMX().get("/palette?q="+typed).wantTexts("[role=presentation]", "Organizations", "More")
		s.as("Manager").get("/search?q="+typed).want(200, "#results mark", "Harbor").
			wantTexts("#results .tabs a", "All", "Organizations 1", "Contacts 0", "Interactions 0")
	}
}

// TestAnInteractionIsFoundWithItsClient: by words of the subject and of the client's name before words of the body.
func TestAnInteractionIsFoundWithItsClient(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org, rory := s.Organization("Acme"), s.Contact("Rory", "Quinn")
	talk := s.Log(org, rory, "Quote 18 sent")
	s.Log(org, "", "Rory called", "body", "Wants another quote than 18")
	ines := s.as("Manager")
	ines.viaHTMX().get("/palette?q=quote+18+rory").wantTexts("#palette-interactions ~ .opt > span > bdi", "Quote 18 sent", "Rory called").
		want(200, ".opt[href='"+talk+"'] small", "A former colleague called Rory Quinn at Acme").wantTexts("[role=presentation]", "Interactions", "More")
	ines.get("/search?q=quote+18+rory").wantTexts("#results .feed .nm", "Rory called", "Quote 18 sent").
		wantTexts("#results .tabs a", "All", "Organizations 0", "Contacts 0", "Interactions 2").wantTexts(".feed .nm mark", "Rory", "Quote", "18")
}

// TestAnOutcomeLeadsToItsInteractions: in the palette, and on the search page where nothing else is found.
func TestAnOutcomeLeadsToItsInteractions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Log(s.Organization("Acme"), "", "Call", "outcome", "Left a message & card")
	const href = "/interactions?outcome=Left+a+message+%26+card"
	s.as("Manager").viaHTMX().get("/palette?q=left+a+mess").want(200, "#palette-outcomes ~ .opt[href='"+href+"']",
		"Interactions with outcome Left a message & card").wantNot("#palette-make")
	s.as("Manager").get("/search?q=left+a+message").wantTexts(".empty .btn", "Interactions with outcome Left a message",
		"Interactions with outcome Left a message & card")
	s.as(s.Role("Clients only", db.ViewClient)).viaHTMX().get("/palette?q=left+a+mess").wantNot("#palette-outcomes")
}

// TestPaletteOffersEachCommandOnce to somebody who may use them all.
func TestPaletteOffersEachCommandOnce(t *testing.T) {
	t.Parallel()
	admin := newSite(t).as("Administrator").viaHTMX()
	for typed, label := range map[string]string{"new": "New organization", "go": "Go to Vocabularies", "sign": "Sign out"} {
		offered := map[string]int{}
		admin.get("/palette?q=" + typed).html.Find("#palette-commands ~ .opt > span > bdi").Each(func(_ int, x *goquery.Selection) {
			if offered[x.Text()]++; offered[x.Text()] > 1 {
				t.Errorf("%s: %s is offered again", typed, x.Text())
			}
		})
		if offered[label] == 0 {
			t.Errorf("%s: %s is not offered: %v", typed, label, offered)
		}
	}
}

func TestPaletteSwitchesTheTheme(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	ines.get("/palette").want(303, "", "")
	ines.viaHTMX().get("/palette?q=dark").want(200, "button[form=palette-send][formaction='/account/theme'][name=theme][value=dark]",
		"Theme: dark")
	ines.post("/account/theme", "theme", "dark").want(303, "", "")
	s.wantAudit(ines, "update_user", `"theme":{"old":"system","new":"dark"}`)
	ines.get("/").want(200, "html[data-theme=dark] #palette-send[method=post]", "")
	ines.viaHTMX().get("/palette?q=theme").wantTexts("#palette-commands ~ .opt > span > bdi", "Theme: light", "Theme: same as the system")
	ines.post("/account/theme", "theme", "pink").want(422, "", "")
	ines.viaHTMX().get("/palette?q=sign").want(200, "button[form=palette-send][formaction='/logout']", "Sign out")
}

// paletteNames selects the names of choices, without details and keys.
const paletteNames = ".opt > span > bdi"

// paletteWorld makes an organization, an interaction with its contact, and an archived contact.
func paletteWorld(s *site) (org, talk, archived string) {
	org, elif := s.Organization("Harbor & Pine", "sector", "Logistics"), s.Contact("Elif", "Aydın", "job_title", "CFO")
	s.Link(org, elif)
	talk, archived = s.Log(org, elif, "Renewal agreed", "body", "They accept the price of the harbor."), s.Contact("Harriet", "Old")
	s.Exec("UPDATE contacts SET is_active = 0 WHERE id = ?", key(archived))
	return org, talk, archived
}

func TestPaletteOffersAllCommandsUntilSomethingIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	paletteWorld(s)
	empty := ines.get("/palette?q=").wantFragment(true)
	empty.wantTexts("[role=presentation]", "Commands").
		wantTexts(paletteNames, "New organization", "New contact", "New follow-up", "Go to Home",
			"Go to Organizations", "Go to Contacts", "Go to Interactions",
			"Go to Follow-ups", "Go to My account", "Keyboard shortcuts", "My clients", "Quiet for 60 days", "Theme: dark", "Theme: light", "Sign out")
	empty.want(200, ".opt[href='/organizations']", "g o").want(200, ".opt[href='/organizations?owner=me']", "My clients")
}

// TestPaletteMarksWhatMatches in names and in the words of an interaction, and says what is archived.
func TestPaletteMarksWhatMatches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	org, talk, archived := paletteWorld(s)
	ines.get("/palette?q=har").wantTexts("[role=presentation]", "Organizations", "Contacts", "Found by other fields", "Interactions", "More").
		want(200, ".opt[href='"+org+"'] mark", "Har").
		want(200, ".opt[href='"+archived+"'] .bdg", "Archived").want(200, ".opt[href='"+talk+"'] small mark", "har")
}

func TestPaletteEndsWithCallsAndTheSearchPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	paletteWorld(s)
	ines.get("/palette?q=har").wantTexts("#palette-more ~ .opt > span > bdi", "Log a call with Harbor & Pine", "Search for “har”").
		want(200, ".opt[href='/search?q=har']", "")
	ines.get("/palette?q=renewal").wantTexts("#palette-more ~ .opt > span > bdi", "Search for “renewal”")
}

func TestPaletteSaysWhoAnInteractionWasWith(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	_, talk, _ := paletteWorld(s)
	ines.get("/palette?q=renewal").want(200, ".opt[href='"+talk+"'] small", "A former colleague called Elif Aydın at Harbor & Pine")
}

// TestPaletteFindsCommandsByTheBeginningsOfWords, also of words that people use for them.
func TestPaletteFindsCommandsByTheBeginningsOfWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	for typed, want := range map[string]string{
		"new": "New organization|New contact|New follow-up", "NEW con": "New contact", "new o": "New organization", "ups": "Go to Follow-ups",
		"follow ups": "Go to Follow-ups", "ew": "", "60 quíet": "Quiet for 60 days", "zzz": "",
		"create": "New organization|New contact|New follow-up", "create o": "New organization", "add pers": "New contact", "ad": "",
		"remind": "New follow-up|Go to Follow-ups", "invite": "", "account": "Go to My account", "passw": "Go to My account",
		"organisations": "Go to Organizations", "new organisation": "New organization", "customers": "Go to Organizations|Go to Contacts",
		"help": "Keyboard shortcuts", "shortcuts": "Keyboard shortcuts", "token": "Go to My account", "two-factor": "Go to My account",
		"calls": "Go to Interactions", "notes": "Go to Interactions",
		"sign out": "Sign out", "log out": "Sign out", "dark": "Theme: dark", "theme": "Theme: dark|Theme: light", "light theme": "Theme: light",
	} {
		a := ines.get("/palette?q="+strings.ReplaceAll(typed, " ", "+")).want(200, "#palette-more ~ .opt", "Search for “"+typed+"”")
		a.wantTexts("#palette-commands ~ .opt > span > bdi", strings.FieldsFunc(want, func(r rune) bool { return r == '|' })...)
	}
	ines.get("/palette?q=new").wantNot(".hint")
}

func TestPaletteFindsNoRecordsByHostileSearches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	paletteWorld(s)
	for _, typed := range hostileSearches {
		ines.get("/palette?q="+typed).want(200, "[role=listbox]", "").wantNot("#palette-organizations, #palette-contacts, #palette-interactions")
	}
}

// TestPaletteWithoutScriptIsTheSearchPage, and after going back.
func TestPaletteWithoutScriptIsTheSearchPage(t *testing.T) {
	t.Parallel()
	plain := newSite(t).as("Viewer")
	for _, asks := range []*browser{plain, plain.boosted(), plain.back()} {
		if to := asks.get("/palette?q=har+bor&recent=x").to(); to != "/search?q=har+bor" {
			t.Errorf("leads to %s", to)
		}
	}
}

func TestPaletteLogsWithWhomIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	org, anna := s.Organization("Harbor & Pine"), s.Contact("Anna", "Kroon", "job_title", "CFO", "phone", "+46 70 555 01 10")
	s.Link(org, anna)
	for typed, want := range map[string]string{
		"call anna":               "Log a call with Anna Kroon",
		"Call  ANNA kroon":        "Log a call with Anna Kroon",
		"log anna":                "Log a call with Anna Kroon",
		"log a meeting with anna": "Log a meeting with Anna Kroon",
		"log an email with anna":  "Log an email with Anna Kroon",
		"email anna":              "Log an email with Anna Kroon",
		"note about harbor":       "Log a note about Harbor & Pine|Log a note about Anna Kroon", // Anna belongs to Harbor, so they follow it
		"meeting kroon":           "Log a meeting with Anna Kroon",
		"call 0705550110":         "Log a call with Anna Kroon",
		"call 0715550110":         "",
		"call 5550110":            "Log a call with Anna Kroon",
		"call nobody":             "",
		"call":                    "",
		"calls anna":              "",
	} {
		a := ines.get("/palette?q=" + strings.ReplaceAll(typed, " ", "+"))
		a.wantTexts("#palette-log ~ .opt > span > bdi", strings.FieldsFunc(want, func(r rune) bool { return r == '|' })...)
		if want != "" {
			a.want(200, "[role=presentation]:first-child", "Log")
		}
	}
	first := ines.get("/palette?q=email+anna").html.Find(".opt").First().AttrOr("href", "")
	if first != anna+"?log=email#log-subject" {
		t.Errorf("leads to %s", first)
	}
	ines.get("/palette?q=kroon").wantTexts("#palette-more ~ .opt > span > bdi", "Log a call with Anna Kroon", "Search for “kroon”")

	page := s.as("Manager")
	page.get(anna+"?log=email").wantValue("#log [name=channel][checked]", "email").want(200, "#log-subject[autofocus]", "")
	page.get(org+"?log=note").wantValue("#log [name=channel][checked]", "note").want(200, "#log-subject[autofocus]", "")
	for _, none := range []string{"", "?log=", "?log=fax", "?log=%00"} {
		page.get(anna+none).wantValue("#log [name=channel][checked]", "call").wantNot("#log-subject[autofocus]")
	}

	s.Exec("UPDATE contacts SET is_active = 0 WHERE id = ?", key(anna))
	ines.get("/palette?q=call+anna").wantNot("#palette-log").want(200, ".opt .bdg", "Archived")
}

func TestPaletteKeepsToWhatOneMayDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Organization("Harbor & Pine")
	s.Log(org, "", "Harbor talk")
	const start, end = "Go to Home|Go to Organizations|Go to Contacts", "|Go to My account|Keyboard shortcuts|My clients"
	const last = "|Theme: dark|Theme: light|Sign out"
	for _, c := range []struct {
		slug            string
		commands, typed string
		may             []db.Permission
	}{
		{"Reader", start + end, "Harbor & Pine", []db.Permission{db.ViewClient}},
		{"Clerk", "New organization|New contact|" + start + end, "Harbor & Pine", []db.Permission{db.ViewClient, db.EditClient}},
		{
			"Listener", start + "|Go to Interactions|Go to Follow-ups" + end + "|Quiet for 60 days",
			"Harbor & Pine|Harbor talk",
			[]db.Permission{db.ViewClient, db.ViewInteraction},
		},
		{"Scribe", start + end, "Harbor & Pine", []db.Permission{db.ViewClient, db.EditInteraction}},
		{
			"Caller", "New follow-up|" + start + "|Go to Interactions|Go to Follow-ups" + end + "|Quiet for 60 days",
			"Harbor & Pine|Harbor talk|Log a call with Harbor & Pine",
			[]db.Permission{db.ViewClient, db.ViewInteraction, db.EditInteraction},
		},
		{"Chief", start + "|Invite user|Go to Users|Go to Roles" + end, "Harbor & Pine", []db.Permission{db.ViewClient, db.ManageUsers}},
		{"Auditor", start + "|Go to Audit log" + end, "Harbor & Pine", []db.Permission{db.ViewClient, db.ViewAudit}},
	} {
		b := s.as(s.Role(c.slug, c.may...)).viaHTMX()
		b.get("/palette").wantTexts(paletteNames, strings.Split(c.commands+last, "|")...)
		b.get("/palette?q=harbor").wantTexts(paletteNames, append(strings.Split(c.typed, "|"), "Search for “harbor”")...)
		calls := b.get("/palette?q=call+harbor")
		if c.slug == "Caller" {
			calls.want(200, "#palette-log ~ .opt", "Log a call with Harbor & Pine").want(200, ".note", "call")
		} else {
			calls.want(200, ".opt:last-child", "Search for “call harbor”").wantNot("#palette-log, .note b") // here "call" is a search word
		}
	}
	s.as(s.Role("Talks", db.ViewInteraction)).viaHTMX().get("/palette?q=harbor").want(http.StatusForbidden, "", "ViewClient")
	s.as(s.Role("Talks only", db.ViewInteraction)).get("/account").want(200, "h1", "").wantNot("#palette")
}

func TestPaletteShowsWhatWasOpenedLast(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager").viaHTMX()
	var opened []string
	for _, name := range []string{"A", "B", "C", "D", "E", "F", "G", "H", "I"} {
		opened = append(opened, s.Organization("House "+name))
	}
	elif, gone := s.Contact("Elif", "Aydın", "job_title", "CFO"), s.Contact("Old", "Friend")
	s.Exec("UPDATE contacts SET is_active = 0 WHERE id = ?", key(gone))
	recent := func(paths ...string) answer {
		return ines.get("/palette?recent="+strings.Join(paths, "+")).want(200, "[role=listbox]", "")
	}
	shown := "#palette-recent ~ .opt > span > bdi"
	recent(opened[1], elif, opened[0]).wantTexts(shown, "House B", "Elif Aydın", "House A").
		want(200, ".opt[href='"+elif+"'] small", "CFO").wantTexts("[role=presentation]", "Recently opened", "Commands")
	recent(opened...).wantTexts(shown, "House A", "House B", "House C", "House D", "House E", "House F")
	recent(gone, gone, gone, gone, gone, gone, opened[0], opened[1], opened[2]).wantTexts(shown, "House A", "House B") // only eight are read
	recent(opened[0], opened[0], "x", "/users/"+key(elif), "/organizations/"+key(elif), "/contacts/",
		"/contacts/%00", "//evil.example", opened[0]+"/edit", "%FF").wantTexts(shown, "House A")
	recent(strings.Repeat(elif+"+", 5000)).wantTexts(shown, "Elif Aydın")
	ines.get("/palette?q=house&recent=" + elif).wantNot("#palette-recent")

	mine, secret, oda := ownWorld(t)
	oda.viaHTMX().get("/palette?recent="+secret.org+"+"+mine.org+"+"+secret.contact+"+"+mine.contact).
		want(http.StatusOK, "#palette-recent", "").wantTexts(shown, "Harbor & Pine", "Elif Aydın")
}
