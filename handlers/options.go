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

// Pickers: lists of records to choose from under a search field.

// optionLimit is how many records a picker shows.
const optionLimit = 20

func (s *Server) organizationOptions(c *gin.Context) error { return s.optionsAnswer(c, "organization") }
func (s *Server) contactOptions(c *gin.Context) error      { return s.optionsAnswer(c, "contact") }

// optionsAnswer lists the records that match. The parameter for is the path of the record to link
// them to; with pick they are choices in a form.
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

// ownRecord returns path if it is that of a record, else "".
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

// optionRows finds up to optionLimit records for a picker and reports whether more match.
func (s *Server) optionRows(c *gin.Context, kind, typed string) (rows []views.OptionRow, more bool, err error) {
	marks, find := text.NewTyped(typed), s.db.FindContacts
	if kind == "organization" {
		find = s.db.FindOrganizations
	}
	found, err := find(c.Request.Context(), who(c).Actor, typed, optionLimit+1)
	if more = len(found) > optionLimit; more {
		found = found[:optionLimit]
	}
	return mapSlice(found, func(r db.Record) views.OptionRow { return foundRecord(r, marks) }), more, err
}

// linkedOptions lists the other ends of links; former and archived ones are marked.
func linkedOptions(e end, links []db.Link) []views.Option {
	return mapSlice(links, func(l db.Link) views.Option {
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

// withOptions lists the choices of With or At in a composer. current is the chosen id; nil selects
// the first linked record that is neither former nor archived.
func withOptions(e end, links []db.Link, current *string) []views.Option {
	none := "Nobody in particular"
	if !e.organization {
		none = "No organization"
	}
	chosen := ""
	if current != nil {
		chosen = *current
	} else if len(links) > 0 && links[0].RelationshipStatus != "Former" { // former and archived ones come last
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
