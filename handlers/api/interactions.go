package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// interactionIndex answers with a page of all interactions, or of those of the record that the
// address names, newest first.
func (a *API) interactionIndex(c *gin.Context) error {
	f, given, err := interactionFilter(c)
	if err != nil {
		return err
	}
	if c.Param("id") != "" {
		k, r, err := a.record(c)
		if err != nil {
			return err
		}
		f.OrganizationID, f.ContactID = k.ends(r.ID, "")
	}
	page, older, err := a.db.Interactions(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return err
	}
	if older != "" {
		a.linkNext(c, given, older)
	}
	var w writer
	w.array(func() {
		for i := range page {
			w.interaction(page[i])
		}
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}

// interactionFilter reads the parameters of a list of interactions. It returns Invalid for unknown,
// repeated and invalid ones.
func interactionFilter(c *gin.Context) (db.InteractionFilter, url.Values, error) {
	given, refused := c.Request.URL.Query(), &db.Invalid{Fields: map[string]string{}}
	f := db.InteractionFilter{Limit: db.PageSize}
	in := reader{given: given, refused: refused, zone: who(c).User.Location()}
	for name := range given {
		value := strings.TrimSpace(given.Get(name))
		switch name {
		case "channel":
			f.Channel = value
			in.choice(name, db.Channels...)
		case "outcome":
			f.Outcome = value
		case "user":
			if f.UserID = value; value == "me" {
				f.UserID = who(c).UserID
			}
			in.require(name, value == "" || value == "me" || db.ValidID(value), "Send me or the id of a user")
		case "from", "to":
			day, ok := db.ReadDate(value)
			in.require(name, ok || value == "", "Send a day, like 2026-11-24")
			if ok && name == "from" {
				f.From = day.Start(in.zone)
			} else if ok {
				f.To = day.End(in.zone)
			}
		case "limit":
			n, err := strconv.Atoi(value)
			in.require(name, err == nil && n >= 1 && n <= db.MostListed, "Send a number from 1 to 200")
			f.Limit = n
		case "after":
			f.Before = value
		default:
			refused.Fields[shortened(name)] = unknownParameter
			continue
		}
		in.require(name, len(given[name]) == 1, "Send it once")
		in.require(name, !slices.ContainsFunc(given[name], unreadable), "It has characters that cannot be read")
	}
	if len(refused.Fields) > 0 {
		return f, nil, refused
	}
	return f, given, nil
}

// interactionShow answers with one interaction.
func (a *API) interactionShow(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	i, err := a.db.Interaction(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	var w writer
	w.interaction(i)
	a.sendVersion(c, http.StatusOK, i.Version, w.b)
	return nil
}
