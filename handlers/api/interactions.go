package api

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// interactionIndex answers with a page of all interactions, or of those of the record that the
// address names, newest first.
func (a *API) interactionIndex(c *gin.Context) error {
	f, given, err := a.interactionFilter(c)
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
			w.interaction(&page[i])
		}
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}

// interactionFilter reads the parameters of a list of interactions.
func (a *API) interactionFilter(c *gin.Context) (db.InteractionFilter, url.Values, error) {
	f, lists := db.InteractionFilter{Limit: db.PageSize}, a.lists(c)
	names := slices.Concat(middleware.InteractionParameters, []string{"limit", "after"})
	given, err := readRepeated(c, names, middleware.SeveralOfInteractions, func(r reader, name, value string) {
		values := r.values(name)
		switch name {
		case "limit":
			f.Limit = r.limit()
			return
		case "after":
			f.Before = value
			return
		case "user":
			r.people(name, values)
		}
		why := lists.Interaction(&f, name, values...)
		r.require(name, why == "", why)
	})
	return f, given, err
}

// interaction reads the interaction that the address names.
func (a *API) interaction(c *gin.Context) (db.Interaction, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.Interaction{}, err
	}
	return a.db.Interaction(c.Request.Context(), who(c).Actor, id)
}

// interactionShow answers with one interaction.
func (a *API) interactionShow(c *gin.Context) error {
	i, err := a.interaction(c)
	if err != nil {
		return err
	}
	a.sendInteraction(c, http.StatusOK, i)
	return nil
}

func (a *API) sendInteraction(c *gin.Context, status int, i db.Interaction) {
	a.sendVersion(c, status, i.Version, interactionJSON(i))
}

func interactionJSON(i db.Interaction) []byte {
	var w writer
	w.interaction(&i)
	return w.b
}
