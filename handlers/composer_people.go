package handlers

import (
	"errors"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// mostFurther is the number of linked people to choose further ones from. Others can be chosen too,
// but a form does not show them.
const mostFurther = 20

// composerPeople returns the fields of who had an interaction and of its further people, whose ids
// are chosen. The choice is from the people of an organization, and from those who are named already.
func (s *Server) composerPeople(c *gin.Context, prefix, user string, linked []db.Link, chosen []string, named []db.Named,
) (views.ComposerPeople, error) {
	p := views.ComposerPeople{ID: prefix, Open: len(chosen) > 0}
	var err error
	if p.HadBy, err = s.assigneeOptions(c, user); err != nil {
		return p, err
	}
	if user == "" {
		p.HadBy = append([]views.Option{{Label: wording.FormerColleague, Selected: true}}, p.HadBy...)
	}
	add := func(id, name string) {
		if !slices.ContainsFunc(p.Further, func(o views.Option) bool { return o.Value == id }) {
			p.Further = append(p.Further, views.Option{Value: id, Label: name, Selected: slices.Contains(chosen, id)})
		}
	}
	for _, n := range named {
		add(n.ID, n.Name)
	}
	for _, l := range linked {
		there := l.ContactActive && l.RelationshipStatus != "Former"
		if slices.Contains(chosen, l.ContactID) || there && len(p.Further) < mostFurther {
			add(l.ContactID, l.ContactName())
		}
	}
	return p, nil
}

// colleagues returns the links of the people at the organization that a contact belongs to, without
// the contact. links are the contact's.
func (s *Server) colleagues(c *gin.Context, contactID string, links []db.Link) ([]db.Link, error) {
	for _, l := range links {
		if !l.OrganizationActive || l.RelationshipStatus == "Former" {
			continue
		}
		found, err := s.db.ContactsOf(c.Request.Context(), who(c).Actor, l.OrganizationID)
		return slices.DeleteFunc(found, func(l db.Link) bool { return l.ContactID == contactID }), err
	}
	return nil, nil
}

// composerPresent returns the fields of the people of the empty composer on a record's page, or of
// the one that was sent.
func (s *Server) composerPresent(c *gin.Context, x side, sent db.Fields) (views.ComposerPeople, error) {
	linked, err1 := x.links, error(nil)
	if !x.organization {
		linked, err1 = s.colleagues(c, x.id, x.links)
	}
	user, ok := sent["user_id"]
	if !ok || user == "" {
		user = who(c).UserID
	}
	p, err2 := s.composerPeople(c, "log", user, linked, strings.Fields(sent["participant_id"]), nil)
	return p, errors.Join(err1, err2)
}

// participantNames joins the names of people; those of ids are looked up in the options.
func participantNames(options []views.Option, ids string) string {
	var names []string
	for _, id := range strings.Fields(ids) {
		names = append(names, optionLabel(options, id))
	}
	return strings.Join(names, ", ")
}

// sameIDs reports whether two values list the same ids.
func sameIDs(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}
