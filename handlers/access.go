package handlers

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// accessIndex answers who can see a record, and why. Who may not see clients
// himself is not told what it is called, nor what is linked to it.
func (s *Server) accessIndex(c *gin.Context) error {
	e, err := s.end(c)
	if err != nil {
		return err
	}
	all, err := s.db.WhoCanSee(c.Request.Context(), who(c).Actor, e.own, e.id)
	if err != nil {
		return err
	}
	page := views.Access{Page: s.page(c, "Who can see this "+e.own, "Who can see this "+e.own+", and why", ""), Kind: e.own}
	if page.Clients {
		page.Title, page.Section = "Who can see "+e.name, e.own+"s"
		page.Crumbs = []views.Ref{{Name: strings.ToUpper(e.own[:1]) + e.own[1:] + "s", Href: "/" + e.own + "s"}, {Name: e.name, Href: e.base}}
	}
	page.Result = plural(len(all), "user") + " can see this " + e.own
	for _, a := range all {
		page.Rows = append(page.Rows, accessRow(a, e, page.Users))
	}
	return s.show(c, http.StatusOK, page)
}

// accessRow says what a person may do with a record and why; manages tells
// whether the reader may open the pages of people and roles.
func accessRow(a db.Access, e end, manages bool) views.AccessRow {
	row := views.AccessRow{Name: a.FullName, May: "Sees it", Interactions: "Does not see them"}
	if a.CanEdit {
		row.May = "Sees and changes it"
	}
	switch {
	case a.CanLog:
		row.Interactions = "Sees and changes them"
	case a.SeesInteractions:
		row.Interactions = "Sees them"
	}
	link := func(n db.Named, path string) views.Word {
		if path == "" {
			return views.Word{Text: n.Name}
		}
		return views.Word{Text: n.Name, Href: path + n.ID}
	}
	roles := ""
	if manages {
		row.Href, roles = "/admin/users/"+a.ID, "/admin/roles/"
	}
	for _, x := range a.Roles {
		row.Why = append(row.Why, []views.Word{link(x, roles), {Text: " sees all clients"}})
	}
	if a.Owns {
		row.Why = append(row.Why, []views.Word{{Text: "Owns it"}})
	}
	if len(a.Roles) == 0 && a.OwnsLinked {
		row.Why = append(row.Why, ownsLinked(a.Linked, e, link))
	}
	return row
}

// ownsLinked names up to three of the linked records that somebody owns.
func ownsLinked(linked []db.Named, e end, link func(db.Named, string) views.Word) []views.Word {
	if len(linked) == 0 {
		return []views.Word{{Text: "Owns " + e.plural + " that are linked to it"}}
	}
	words := []views.Word{{Text: "Owns "}}
	for i, n := range linked[:min(3, len(linked))] {
		if i > 0 {
			words = append(words, views.Word{Text: ", "})
		}
		words = append(words, link(n, "/"+e.plural+"/"))
	}
	if more := len(linked) - 3; more > 0 {
		words = append(words, views.Word{Text: " and " + grouped(more) + " more"})
	}
	return append(words, views.Word{Text: ", linked to it"})
}

// sight tells what of the clients a user sees.
func (s *Server) sight(c *gin.Context, a db.Account) (string, error) {
	switch a.Status {
	case "invited":
		return "Sees nothing until the invitation is accepted.", nil
	case "disabled":
		return "Sees nothing while the account is disabled.", nil
	}
	x, err := s.db.SightOf(c.Request.Context(), who(c).Actor, a.ID)
	if err != nil || !x.Sees {
		return "Sees no clients.", err
	}
	says := "Sees "
	if x.CanEdit {
		says += "and changes "
	}
	if x.OwnOnly {
		says += "only clients of their own"
	} else {
		says += "all clients"
	}
	if x.Counted {
		says += ": " + plural(x.Organizations, "organization") + " and " + plural(x.Contacts, "contact")
	}
	switch {
	case x.CanLog:
		says += "; sees and changes what was said with them"
	case x.SeesInteractions:
		says += "; sees what was said with them"
	}
	return says + ".", nil
}
