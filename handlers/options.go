package handlers

import (
	"net/http"
	"net/url"
	"slices"
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
	if base := ownRecord(c.Query("with")); base != "" {
		return s.withAnswer(c, kind, base)
	}
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
			Name: "Create " + kind + " “" + text.IsolateForeign(typed) + "”",
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
	if err == nil {
		rows, err = s.foundRecords(c, found, marks)
	}
	return rows, more, err
}

// linkedOptions lists the other ends of links; former and archived ones are marked.
func linkedOptions(e linkEnd, links []db.Link) []views.Option {
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

// withOptions lists the choices of With or At in a composer or an editor, with the chosen one selected.
func withOptions(e linkEnd, links []db.Link, chosen string) []views.Option {
	options := append(linkedOptions(e, links), views.Option{Value: "", Label: nobody(e)})
	for i := range options {
		options[i].Selected = options[i].Value == chosen
	}
	return options
}

func nobody(e linkEnd) string {
	if e.organization {
		return "No contact"
	}
	return "No organization"
}

// usualOther returns the other end that a composer chooses by itself: a contact's main organization, or the only one, or
// that of the record's newest interaction. Former and archived ones do not count. It returns "" if none applies, because
// a wrong guess would be logged as if it were true.
func (s *Server) usualOther(c *gin.Context, x timelineRecord) (string, error) {
	var usual []string
	for _, l := range x.links {
		id, _, active := x.other(l)
		if !active || l.RelationshipStatus == "Former" {
			continue
		}
		if !x.organization && l.IsMain() {
			return id, nil
		}
		usual = append(usual, id)
	}
	if len(usual) < 2 {
		return strings.Join(usual, ""), nil
	}
	newest := x.newest
	if newest == nil {
		f, _ := timelineFilter(x, nil)
		f.Limit = 1
		var err error
		if newest, _, err = s.db.Interactions(c.Request.Context(), who(c).Actor, f); err != nil {
			return "", err
		}
	}
	if len(newest) == 0 {
		return "", nil
	}
	id := newest[0].ContactID
	if !x.organization {
		id = newest[0].OrganizationID
	}
	if !slices.Contains(usual, id) {
		return "", nil
	}
	return id, nil
}
