package handlers

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// homeCard describes a card of the home page. Its function returns nil if the card makes no sense.
type homeCard struct {
	name, label string
	seen        func(*visitor) bool
	read        func(*Server, *gin.Context) (views.HomeCard, error)
}

// homeCards are the cards in reading order. Saved views come before what the team does.
var homeCards = []homeCard{
	{"follow-ups", "My follow-ups", seesInteractions, (*Server).homeFollowUps},
	{"touched", "Where you left off", touchesClients, (*Server).homeTouched},
	{"quiet", "Quiet clients", seesInteractions, (*Server).homeQuiet},
	{"today", "Today in the team", seesInteractions, (*Server).homeToday},
	{"chart", "Charts", seesClients, (*Server).homeChart},
}

func seesClients(v *visitor) bool { return v.Can(db.ViewClient) }

func seesInteractions(v *visitor) bool { return viewInteractions.Check(v) == nil }

// touchesClients is false for those who change nothing: they have touched nothing.
func touchesClients(v *visitor) bool {
	return seesClients(v) && (editClients.Check(v) == nil || editInteractions.Check(v) == nil)
}

// home shows the visitor's follow-ups, their quiet clients, the records they touched last, the views that
// they chose, today's events and charts. In a new registry it shows what to begin with.
func (s *Server) home(c *gin.Context) error {
	v := who(c)
	i := slices.IndexFunc(homeCards, func(x homeCard) bool { return x.name == c.Query("card") && x.seen(v) })
	if i >= 0 && wantsFragment(c) {
		return s.homeCard(c, homeCards[i])
	}
	page := views.Home{
		Page: s.page(c, "Home", "Follow-ups, where you left off, quiet clients and today", "home"), CanEdit: editClients.Check(v) == nil,
		NothingToSee: !seesClients(v), FindClient: seesClients(v) && !seesInteractions(v) && !touchesClients(v),
	}
	if v.Can(db.ManageSystem) {
		s.homeBackups(c, &page)
	}
	if page.NothingToSee {
		return s.show(c, http.StatusOK, page)
	}
	chosen, err := s.db.HomeCards(c.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	for _, x := range homeCards {
		if x.name == "today" {
			if err := s.homeViews(c, chosen.Views, &page); err != nil {
				return err
			}
		}
		if !x.seen(v) {
			continue
		}
		hidden := slices.Contains(chosen.Hidden, x.name)
		page.Choices = append(page.Choices, views.Option{Value: x.name, Label: x.label, Selected: !hidden})
		if hidden {
			continue
		}
		card, err := x.read(s, c)
		if err != nil {
			return err
		}
		if card != nil {
			page.Cards = append(page.Cards, card)
		}
	}
	page.Hidden = len(page.Cards) == 0
	if err := s.homeBeginning(c, &page); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, page)
}

// homeCard answers with one card, and puts the choice of its tab into the page's address.
func (s *Server) homeCard(c *gin.Context, x homeCard) error {
	card, err := x.read(s, c)
	if err != nil {
		return err
	}
	p := s.homeTabs(c)
	c.Header("HX-Replace-Url", address("/", p))
	return s.show(c, http.StatusOK, card)
}

// homeTabs returns the tabs that the address chooses and, where htmx asks for one card, those of the page.
func (s *Server) homeTabs(c *gin.Context) url.Values {
	asked, p := c.Request.URL.Query(), url.Values{}
	var shown url.Values
	if page, err := url.Parse(s.askingPage(c)); err == nil {
		shown = page.Query()
	}
	for _, name := range []string{"chart", "quiet"} {
		if value := cmp.Or(asked.Get(name), shown.Get(name)); value != "" {
			p.Set(name, value)
		}
	}
	return p
}

// cardTab returns a tab of a card, which keeps those of other cards.
func (s *Server) cardTab(c *gin.Context, card, value, label string, current bool) views.CardTab {
	return views.CardTab{
		ID: card + "-" + value, Label: label, Href: address("/", with(s.homeTabs(c), card, value)),
		Part: address("/", url.Values{"card": {card}, card: {value}}), Current: current,
	}
}

func (s *Server) homeFollowUps(c *gin.Context) (views.HomeCard, error) {
	card, err := s.ownFollowUps(c)
	if err != nil || card == nil {
		return nil, err
	}
	return card, nil
}

// Rows of the cards of records.
const (
	mostTouched = 5
	mostQuiet   = 4
	mostToday   = 12
)

func (s *Server) homeTouched(c *gin.Context) (views.HomeCard, error) {
	card := views.HomeRows{ID: "touched", Heading: "Where you left off", Nothing: "What you change or log appears here, the latest first."}
	touched, err := s.db.LastTouched(c.Request.Context(), who(c).Actor, mostTouched)
	for _, t := range touched {
		did, about := wording.Deed(t.Entry)
		card.Rows = append(card.Rows, views.HomeRow{
			Name: t.Name, Href: "/" + t.Kind + "s/" + t.ID, Did: did, About: about, Square: t.Kind == "organization", Time: s.clock(c).Date(t.At),
		})
	}
	return card, err
}

// quietDays are the numbers of days without contact after which the home page can call a client quiet. The first
// counts unless another is chosen.
var quietDays = []int{30, 60, 90}

func (s *Server) homeQuiet(c *gin.Context) (views.HomeCard, error) {
	days := quietDays[0]
	if n, err := strconv.Atoi(c.Query("quiet")); err == nil && slices.Contains(quietDays, n) {
		days = n
	}
	card := views.HomeRows{
		ID: "quiet", Heading: "Quiet clients", Tabs: views.CardTabs{Label: "Quiet for"},
		Nothing: "Organizations you own appear here once nobody has talked to them for " + wording.Plural(days, "day") + ".",
	}
	for i, n := range quietDays {
		label := strconv.Itoa(n)
		if i == len(quietDays)-1 {
			label = wording.Plural(n, "day")
		}
		card.Tabs.Tabs = append(card.Tabs.Tabs, s.cardTab(c, "quiet", strconv.Itoa(n), label, n == days))
	}
	quiet, err := s.db.Quiet(c.Request.Context(), who(c).Actor, s.quietSince(c, days), mostQuiet)
	for _, o := range quiet {
		contacts := "No contacts"
		if o.Contacts > 0 {
			contacts = wording.Plural(o.Contacts, "contact")
		}
		row := views.HomeRow{
			Name: o.Name(), Href: "/organizations/" + o.ID, Did: contacts, Square: true,
			Before: "Last", Time: s.clock(c).Date(o.LastContactAt), Never: "Never contacted",
		}
		if o.Value("sector") != "" {
			row.Did, row.About = o.Value("sector"), strings.ToLower(contacts)
		}
		card.Rows = append(card.Rows, row)
	}
	return card, err
}

func (s *Server) homeToday(c *gin.Context) (views.HomeCard, error) {
	clock := s.clock(c)
	today := clock.Today().Range(clock.Zone)
	f := db.InteractionFilter{From: today.From, To: today.To, Limit: mostToday}
	found, _, err := s.db.Interactions(c.Request.Context(), who(c).Actor, f)
	card := views.HomeToday{}
	for _, i := range found {
		e := views.HomeEvent{Event: s.event(c, i, nil), Sentence: linkReferences(wording.Interaction(i), false)}
		card.Events = append(card.Events, e)
	}
	return card, err
}
