package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// mostFurther is the number of linked people up to which each has a box to tick. If there are more, one searches.
const mostFurther = 20

// composerPeople returns the fields for who handled an interaction and for its further people. chosen are the ids of those
// selected; the contacts of x are on offer, too. named are contacts whose names are known already.
func (s *Server) composerPeople(c *gin.Context, x timelineRecord, prefix, user string, chosen []string, named []db.Named,
) (views.ComposerPeople, error) {
	p := views.ComposerPeople{ID: prefix}
	var err1, err2 error
	if p.HandledBy, err1 = s.assigneeOptions(c, user); user == "" {
		p.HandledBy = append([]views.Option{{Label: wording.FormerColleague, Selected: true}}, p.HandledBy...)
	}
	p.Further, err2 = s.further(c, x, prefix, chosen, named)
	return p, errors.Join(err1, err2)
}

// further returns the field of further people.
func (s *Server) further(c *gin.Context, x timelineRecord, prefix string, chosen []string, named []db.Named) (views.FurtherPeople, error) {
	f := views.FurtherPeople{ID: prefix, Base: x.base, Open: len(chosen) > 0}
	linked, err := s.peopleAt(c, x)
	if err != nil {
		return f, err
	}
	add := func(id, name string) {
		if !slices.ContainsFunc(f.Options, func(o views.Option) bool { return o.Value == id }) {
			f.Options = append(f.Options, views.Option{Value: id, Label: name, Selected: slices.Contains(chosen, id)})
		}
	}
	for _, n := range named {
		add(n.ID, n.Name)
	}
	there := slices.DeleteFunc(slices.Clone(linked), func(l db.Link) bool { return !l.ContactActive || l.RelationshipStatus == "Former" })
	for _, l := range linked {
		if slices.Contains(chosen, l.ContactID) || len(there) <= mostFurther && slices.Contains(there, l) {
			add(l.ContactID, l.ContactName())
		}
	}
	for _, id := range chosen {
		if slices.ContainsFunc(f.Options, func(o views.Option) bool { return o.Value == id }) || len(f.Options) > db.MostParticipants {
			continue
		}
		switch x, err := s.chosen(c, linkEnd{organization: true}, id); {
		case err == nil:
			add(id, x.Name)
		case !errors.Is(err, db.ErrNotFound):
			return f, err
		}
	}
	return f, nil
}

// furtherAnswer lists the people who match what was typed among further people, or answers with the field and one more
// person ticked.
func (s *Server) furtherAnswer(c *gin.Context, x timelineRecord, prefix string) error {
	if !isFieldPrefix(prefix) {
		return db.ErrNotFound
	}
	if tick := c.Query("tick"); tick != "" {
		f, err := s.further(c, x, prefix, append(c.QueryArray("participant_id"), tick), nil)
		if err != nil {
			return err
		}
		f.Focus = true
		return s.show(c, http.StatusOK, f)
	}
	if c.Query("draft") != "" {
		f, err := s.further(c, x, prefix, c.QueryArray("participant_id"), nil)
		if err != nil {
			return err
		}
		return s.show(c, http.StatusOK, f)
	}
	found, err := s.furtherFound(c, x, prefix, query(c, "participant"))
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, found)
}

// furtherFound lists the people who match what was typed among further people.
func (s *Server) furtherFound(c *gin.Context, x timelineRecord, prefix, typed string) (views.WithOptions, error) {
	field := "#" + prefix + "-further"
	found := views.WithOptions{ID: prefix + "-further-list", Label: "Contacts", Target: field, Include: field, Unlinked: "Others"}
	people := timelineRecord{linkEnd: linkEnd{otherKind: "contact", otherPlural: "contacts", organization: true, base: x.base}}
	var err error
	if people.links, err = s.peopleAt(c, x); err != nil {
		return found, err
	}
	err = s.findLinked(c, people, typed, &found, func(id string) string {
		return "/contacts/options?" + url.Values{"with": {x.base}, "further": {prefix}, "tick": {id}}.Encode()
	})
	return found, err
}

// furtherNamed adds the person whom a typed name means to those ticked. If that is not clear, ask is the field with a
// choice, and the typed name follows the ids, so that they are refused.
func (s *Server) furtherNamed(c *gin.Context, x timelineRecord, prefix, ids string) (people string, ask *views.FurtherPeople, err error) {
	form := c.Request.PostForm
	typed := readable(form.Get("participant"))
	if typed == "" {
		return ids, nil, nil
	}
	found, err := s.furtherFound(c, x, prefix, typed)
	if err != nil {
		return ids, nil, err
	}
	all, ticked := append(found.Linked, found.Others...), strings.Fields(ids)
	if only := onlyMatch(all, typed, found.More); only != "" {
		return ids + " " + only, nil, nil
	}
	answered := slices.ContainsFunc(all, func(o views.OptionRow) bool { return slices.Contains(ticked, o.ID) })
	if answered && typed == readable(form.Get("found_further")) {
		return ids, nil, nil
	}
	f, err := s.further(c, x, prefix, ticked, nil)
	f.Typed, f.Found, f.Error = typed, typed, nobodyNamed(typed)
	if len(all) > 0 {
		f.Error = whyUnclear(all, typed, "Tick whoever was there")
	}
	for _, row := range all {
		if !slices.ContainsFunc(f.Options, func(o views.Option) bool { return o.Value == row.ID }) {
			f.Options = append(f.Options, views.Option{Value: row.ID, Label: nameAndDetail(row)})
		}
	}
	return ids + " " + typed, &f, err
}

// peopleAt returns the links of the people who may have been there: those of an organization, or a contact's colleagues.
func (s *Server) peopleAt(c *gin.Context, x timelineRecord) ([]db.Link, error) {
	if x.organization {
		return x.links, nil
	}
	return s.colleagues(c, x.id, x.links)
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
func (s *Server) composerPresent(c *gin.Context, x timelineRecord, sent db.Fields) (views.ComposerPeople, error) {
	return s.composerPeople(c, x, "log", cmp.Or(sent["user_id"], who(c).UserID), strings.Fields(sent["participant_id"]), nil)
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
