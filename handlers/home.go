package handlers

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// home shows the visitor's follow-ups, the records they touched last, their quiet clients, today's
// events and charts. In a new registry it shows what to begin with.
func (s *Server) home(c *gin.Context) error {
	v := who(c)
	page := views.Home{
		Page: s.page(c, "Home", "Follow-ups, where you left off, quiet clients and today", "home"), CanEdit: editClients.Check(v) == nil,
	}
	clients, logs := v.Can(db.ViewClient), v.Can(db.EditInteraction) && v.Can(db.ViewInteraction)
	page.ShowTouched = clients && (page.CanEdit || logs) // those who change nothing have touched nothing
	page.ShowQuiet = clients && v.Can(db.ViewInteraction)
	page.ShowToday, page.NothingToSee = page.ShowQuiet, !clients
	for _, fill := range []struct {
		wanted bool
		with   func(*gin.Context, *views.Home) error
	}{
		{page.ShowQuiet, s.homeFollowUps},
		{page.ShowTouched, s.homeTouched},
		{page.ShowQuiet, s.homeQuiet},
		{clients, s.homeCharts},
		{page.ShowToday, s.homeToday},
	} {
		if !fill.wanted {
			continue
		}
		if err := fill.with(c, &page); err != nil {
			return err
		}
	}
	if v.Can(db.ManageSystem) {
		s.homeBackups(c, &page)
	}
	if clients {
		if err := s.homeBeginning(c, &page); err != nil {
			return err
		}
	}
	return s.show(c, http.StatusOK, page)
}

func (s *Server) homeFollowUps(c *gin.Context, page *views.Home) (err error) {
	page.FollowUps, err = s.ownFollowUps(c)
	return err
}

func (s *Server) homeTouched(c *gin.Context, page *views.Home) error {
	touched, err := s.db.LastTouched(c.Request.Context(), who(c).Actor, 6)
	for _, t := range touched {
		row := views.HomeRow{
			Name: t.Name, Href: "/" + t.Kind + "s/" + t.ID, Detail: "Contact", Square: t.Kind == "organization", Time: s.clock(c).Date(t.At),
		}
		if row.Square {
			row.Detail = "Organization"
		}
		page.Touched = append(page.Touched, row)
	}
	return err
}

// quietDays is after how many days without contact the home page calls a client quiet.
const quietDays = 30

func (s *Server) homeQuiet(c *gin.Context, page *views.Home) error {
	page.QuietFor = wording.Plural(quietDays, "day")
	quiet, err := s.db.Quiet(c.Request.Context(), who(c).Actor, s.quietSince(c, quietDays), 6)
	for _, o := range quiet {
		contacts := "No contacts"
		if o.Contacts > 0 {
			contacts = wording.Plural(o.Contacts, "contact")
		}
		detail := contacts
		if o.Value("sector") != "" {
			detail = o.Value("sector") + " · " + strings.ToLower(contacts)
		}
		page.Quiet = append(page.Quiet, views.HomeRow{
			Name: o.Name(), Href: "/organizations/" + o.ID, Detail: detail, Square: true,
			Before: "Last", Time: s.clock(c).Date(o.LastContactAt), Never: "Never contacted",
		})
	}
	return err
}

func (s *Server) homeToday(c *gin.Context, page *views.Home) error {
	clock := s.clock(c)
	today := clock.Today().Range(clock.Zone)
	found, _, err := s.db.Interactions(c.Request.Context(), who(c).Actor, db.InteractionFilter{From: today.From, To: today.To, Limit: 10})
	for _, i := range found {
		e := views.HomeEvent{Event: s.event(c, i, nil), Sentence: linkReferences(wording.Interaction(i), false)}
		page.Today = append(page.Today, e)
	}
	return err
}
