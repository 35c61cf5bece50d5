package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// Pickers: the list of options under a search field.

// optionLimit is how many records a picker shows; it says so where more fit.
const optionLimit = 20

func (s *Server) organizationOptions(c *gin.Context) error { return s.optionsAnswer(c, "organization") }
func (s *Server) contactOptions(c *gin.Context) error      { return s.optionsAnswer(c, "contact") }

// optionsAnswer lists records by what was typed. for is the record they are to
// be linked to; with pick they are choices of a form.
func (s *Server) optionsAnswer(c *gin.Context, kind string) error {
	if pick := c.Query("pick"); pick != "" {
		picks, err := s.picks(c, pickSearch{kind: kind, optional: pick == "any", typed: query(c, "find")})
		if err != nil {
			return err
		}
		return s.show(c, http.StatusOK, picks)
	}
	options, err := s.options(c, kind, ownRecord(c.Query("for")), query(c, "q"), "find-list")
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, options)
}

// ownRecord keeps the path of a record, and nothing else.
func ownRecord(path string) string {
	for _, prefix := range []string{"/organizations/", "/contacts/"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok && db.ValidID(rest) {
			return path
		}
	}
	return ""
}

func (s *Server) options(c *gin.Context, kind, base, typed, listID string) (views.Options, error) {
	v := who(c)
	options := views.Options{ID: listID, Label: "Contacts", Target: "#link-form"}
	if kind == "organization" {
		options.Label = "Organizations"
	}
	var err error
	if typed != "" {
		options.Rows, options.More, err = s.optionRows(c, kind, typed)
	}
	plural := kind + "s"
	for i := range options.Rows {
		if base != "" && v.Can(db.EditClient) {
			options.Rows[i].Href = base + "/" + plural + "?" + url.Values{"add": {"1"}, kind + "_id": {options.Rows[i].ID}}.Encode()
		}
	}
	if base != "" && typed != "" && v.Can(db.EditClient) {
		options.Create = &views.OptionRow{
			Name: "Create " + kind + " “" + typed + "”",
			Href: base + "/" + plural + "?" + url.Values{"add": {"1"}, "new": {"1"}, "q": {typed}}.Encode(),
		}
	}
	return options, err
}

// optionRows finds up to optionLimit records for a picker; more tells whether more fit.
func (s *Server) optionRows(c *gin.Context, kind, typed string) (rows []views.OptionRow, more bool, err error) {
	marks, find := text.NewTyped(typed), s.db.FindContacts
	if kind == "organization" {
		find = s.db.FindOrganizations
	}
	found, err := find(c.Request.Context(), who(c).Actor, typed, optionLimit+1)
	if more = len(found) > optionLimit; more {
		found = found[:optionLimit]
	}
	return each(found, func(r db.Record) views.OptionRow { return foundRecord(r, marks) }), more, err
}

// linkedOptions are the other ends of links as choices; those that are former or
// archived say so.
func linkedOptions(e end, links []db.Link) []views.Option {
	return each(links, func(l db.Link) views.Option {
		id, name, active := e.other(l)
		switch {
		case !active:
			name += " (archived)"
		case l.RelationshipStatus == "Former":
			name += " (former)"
		}
		return views.Option{Value: id, Label: name}
	})
}

// withOptions are the choices of With or At in a composer. current is the id
// that was chosen; nil chooses the first linked record that is neither former nor
// archived, or none.
func withOptions(e end, links []db.Link, current *string) []views.Option {
	none := "Nobody in particular"
	if !e.organization {
		none = "No organization"
	}
	chosen := ""
	if current != nil {
		chosen = *current
	} else if len(links) > 0 && links[0].RelationshipStatus != "Former" { // such stand last
		if id, _, active := e.other(links[0]); active {
			chosen = id
		}
	}
	options := append(linkedOptions(e, links), views.Option{Value: "", Label: none})
	for i := range options {
		options[i].Selected = options[i].Value == chosen
	}
	return options
}
