package handlerstest

import (
	"context"
	"strings"

	"clientregistry/db"
)

// Records that the program itself makes; each is named by its path.

// Organization makes an organization with a name and other fields.
func (s *Site) Organization(name string, more ...string) string {
	s.t.Helper()
	o, err := s.DB.CreateOrganization(context.Background(), db.System, Typed(append([]string{"display_name", name}, more...)), "")
	if err != nil {
		s.t.Fatal(err)
	}
	return "/organizations/" + o.ID
}

// Contact makes a contact with a name and other fields.
func (s *Site) Contact(first, last string, more ...string) string {
	s.t.Helper()
	x, err := s.DB.CreateContact(context.Background(), db.System, Typed(append([]string{"first_name", first, "last_name", last}, more...)), "")
	if err != nil {
		s.t.Fatal(err)
	}
	return "/contacts/" + x.ID
}

// Link links a contact with an organization, with fields of the link.
func (s *Site) Link(organization, contact string, more ...string) {
	s.t.Helper()
	if _, err := s.DB.LinkContact(context.Background(), db.System,
		db.NewLink{OrganizationID: Key(organization), ContactID: Key(contact), Typed: Typed(more)}); err != nil {
		s.t.Fatal(err)
	}
}

// Log keeps a call with an organization, a contact or both ("" for neither), now or when said.
func (s *Site) Log(organization, contact, subject string, more ...string) string {
	s.t.Helper()
	f := Typed(append([]string{"channel", "call", "subject", subject, "organization_id", Key(organization), "contact_id", Key(contact)},
		more...))
	i, err := s.DB.LogInteraction(context.Background(), db.System, f, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return "/interactions/" + i.ID
}

// FollowUp plans what comes after an interaction, for somebody or nobody.
func (s *Site) FollowUp(interaction, text, dueOn, whose string) string {
	s.t.Helper()
	f, err := s.DB.AddFollowUp(context.Background(), db.System, Key(interaction),
		db.Fields{"text": text, "due_on": dueOn, "assignee_id": whose})
	if err != nil {
		s.t.Fatal(err)
	}
	return "/follow-ups/" + f.ID
}

// Typed are fields of a form, names and values in turn.
func Typed(pairs []string) db.Fields {
	f := db.Fields{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f[pairs[i]] = pairs[i+1]
	}
	return f
}

// Key is the id at the end of a record's path.
func Key(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
