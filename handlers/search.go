package handlers

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"clientregistry/views"
)

const searchLimit = 20

func (s *Server) search(c *gin.Context) error {
	typed := query(c, "q")
	v := views.Search{Page: s.page(c, "Search", "Search organizations and contacts", ""), Query: typed}
	if typed != "" {
		var err1, err2 error
		v.Organizations, err1 = s.optionRows(c, "organization", typed, searchLimit)
		v.Contacts, err2 = s.optionRows(c, "contact", typed, searchLimit)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		more := url.Values{"q": {typed}}.Encode()
		if len(v.Organizations) == searchLimit {
			v.MoreHref[0] = "/organizations?" + more
		}
		if len(v.Contacts) == searchLimit {
			v.MoreHref[1] = "/contacts?" + more
		}
	}
	if part(c) {
		return s.show(c, http.StatusOK, views.SearchResults{Search: v})
	}
	return s.show(c, http.StatusOK, v)
}
