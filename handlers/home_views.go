package handlers

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// viewRows is how many rows of a saved view the home page shows.
const viewRows = 5

// homeViews adds the saved views that the visitor put on the home page.
func (s *Server) homeViews(c *gin.Context, ids []string, page *views.Home) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := s.namedSavedViews(c)
	if err != nil {
		return err
	}
	for _, x := range all {
		if !slices.Contains(ids, x.ID) {
			continue
		}
		card := views.HomeRows{
			ID: "view-" + x.ID, Heading: x.Name, All: s.savedViewAddress(c, x.SavedView), Nothing: "Nothing is in this view now.",
		}
		if card.Rows, err = s.homeViewRows(c, x.SavedView); err != nil {
			return err
		}
		page.Views = append(page.Views, views.Option{Value: x.ID, Label: x.Name, Selected: true})
		page.Cards = append(page.Cards, card)
	}
	return nil
}

// homeViewRows returns the first rows of a view, as the visitor sees it.
func (s *Server) homeViewRows(c *gin.Context, x db.SavedView) ([]views.HomeRow, error) {
	ctx, by, clock := c.Request.Context(), who(c).Actor, s.clock(c)
	given, _ := url.ParseQuery(x.Query) // unreadable parts are ignored
	if x.List == "interactions" {
		f, _ := s.interactionFilter(c, given)
		f.Limit = viewRows
		found, _, err := s.db.Interactions(ctx, by, f)
		return mapSlice(found, func(i db.Interaction) views.HomeRow {
			var said strings.Builder
			for _, part := range wording.Interaction(i) {
				said.WriteString(part.Text)
			}
			return views.HomeRow{
				Name: i.Subject, Href: "/interactions/" + i.ID, About: said.String(), Channel: i.Channel, Time: clock.Date(i.HappenedAt),
			}
		}), err
	}
	k := recordKinds[x.List]
	f, _ := s.listFilter(c, k, given)
	f.Limit = viewRows
	found, _, err := k.list(s.db, ctx, by, f)
	return mapSlice(found, func(r db.Record) views.HomeRow {
		row := recordRow(clock, who(c), k, &r, nil, false)
		card := views.HomeRow{Name: row.Name, Href: row.Href, About: strings.Join(row.Under, " · "), Square: row.Square}
		if who(c).Can(db.ViewInteraction) {
			card.Before, card.Time, card.Never = "Last", clock.Date(r.LastContactAt), "Never contacted"
		}
		return card
	}), err
}

// homeChoose stores which cards the visitor's home page shows.
func (s *Server) homeChoose(c *gin.Context) error {
	form, v := c.Request.PostForm, who(c)
	chosen, err := s.db.HomeCards(c.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	var next db.HomeCards
	for _, x := range homeCards {
		hidden := slices.Contains(chosen.Hidden, x.name)
		if x.seen(v) {
			hidden = !slices.Contains(form["card"], x.name)
		}
		if hidden {
			next.Hidden = append(next.Hidden, x.name)
		}
	}
	for _, id := range chosen.Views {
		if slices.Contains(form["view"], id) {
			next.Views = append(next.Views, id)
		}
	}
	if err := s.db.ChooseHomeCards(c.Request.Context(), v.Actor, next); err != nil {
		return err
	}
	return s.done(c, "/", views.Toast{Text: "Cards saved"})
}

// homeViewChoose puts a view on the visitor's home page or takes it off again, and returns to the view.
func (s *Server) homeViewChoose(c *gin.Context) error {
	ctx, by, form := c.Request.Context(), who(c).Actor, c.Request.PostForm
	all, err := s.namedSavedViews(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x namedSavedView) bool { return x.ID == form.Get("view") })
	if i < 0 {
		return db.ErrNotFound
	}
	x := all[i].SavedView
	chosen, err := s.db.HomeCards(ctx, by)
	if err != nil {
		return err
	}
	// Views that were deleted meanwhile do not count towards the limit.
	chosen.Views = slices.DeleteFunc(slices.Clone(chosen.Views), func(id string) bool {
		return id == x.ID || !slices.ContainsFunc(all, func(x namedSavedView) bool { return x.ID == id })
	})
	says := "Home no longer shows " + text.Isolate(x.Name)
	if form.Get("on") != "" {
		chosen.Views, says = append(chosen.Views, x.ID), "Home shows "+text.Isolate(x.Name)
	}
	if err := s.db.ChooseHomeCards(ctx, by, chosen); err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: says}); err != nil {
		return err
	}
	return s.redirect(c, s.savedViewAddress(c, x))
}
