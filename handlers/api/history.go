package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// historyIndex answers with a page of the history of an organization, a contact or an interaction,
// newest first, with what the record's web page shows.
func (a *API) historyIndex(c *gin.Context) error {
	id, noun, err := a.historyOf(c)
	if err != nil {
		return err
	}
	var p db.HistoryPage
	given, err := readParameters(c, []string{"limit", "after"}, func(r reader, name, value string) {
		if name == "limit" {
			p.Limit = r.limit()
			return
		}
		p.Before, _ = strconv.ParseInt(value, 10, 64)
		r.require(name, p.Before > 0, "Take it from the Link of the page before")
	})
	if err != nil {
		return err
	}
	page, older, err := a.db.History(c.Request.Context(), who(c).Actor, noun, id, p)
	if err != nil {
		return err
	}
	if older > 0 {
		a.linkNext(c, given, strconv.FormatInt(older, 10))
	}
	var w writer
	w.array(func() {
		for i := range page {
			w.entry(page[i])
		}
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}

// historyOf reads the record that the address names, and returns its kind and ID.
func (a *API) historyOf(c *gin.Context) (id, noun string, err error) {
	if strings.HasPrefix(c.FullPath(), root+"interactions/") {
		i, err := a.interaction(c)
		return i.ID, "interaction", err
	}
	k, r, err := a.record(c)
	return r.ID, k.Noun, err
}
