package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// accessIndex answers who can see a record, and why. Readers who may not see clients learn neither
// its name nor what it is linked to.
func (s *Server) accessIndex(c *gin.Context) error {
	e, err := s.linkEnd(c)
	if err != nil {
		return err
	}
	all, err := s.db.WhoCanSee(c.Request.Context(), who(c).Actor, e.kind, e.id)
	if err != nil {
		return err
	}
	page := views.Access{Page: s.page(c, "Who can see this "+e.kind, "Who can see this "+e.kind+", and why", ""), Kind: e.kind}
	if page.Clients {
		page.Title, page.Section = "Who can see "+e.name, e.kind+"s"
		page.Crumbs = []views.Ref{{Name: capital(e.kind) + "s", Href: "/" + e.kind + "s"}, {Name: e.name, Href: e.base}}
	}
	page.Result = wording.Plural(len(all), "user") + " can see this " + e.kind
	for _, a := range all {
		page.Rows = append(page.Rows, accessRow(a, e, page.Users))
	}
	return s.show(c, http.StatusOK, page)
}

// accessRow says what a person may do with a record and why. manages tells whether the reader may
// open the pages of users and roles.
func accessRow(a db.Access, e linkEnd, manages bool) views.AccessRow {
	row := views.AccessRow{Name: a.FullName}
	row.May, row.Interactions = wording.Access(a)
	if manages {
		row.Href = "/admin/users/" + a.ID
	}
	for _, says := range wording.Why(a, e.otherKind) {
		row.Why = append(row.Why, linkReferences(says, manages))
	}
	return row
}

// sight describes which clients a user sees.
func (s *Server) sight(c *gin.Context, a db.Account) (string, error) {
	x, err := s.db.SightOf(c.Request.Context(), who(c).Actor, a.ID)
	return wording.Sight(a.Status, x), err
}
