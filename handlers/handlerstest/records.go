package handlerstest

import (
	"context"
	"strings"

	"clientregistry/db"
)

// Helpers that create records through the store and return their paths.

// Organization creates an organization with a name and other fields.
func (s *Site) Organization(name string, more ...string) string {
	s.t.Helper()
	o, err := s.DB.CreateOrganization(context.Background(), db.System, Typed(append([]string{"display_name", name}, more...)), "")
	if err != nil {
		s.t.Fatal(err)
	}
	return "/organizations/" + o.ID
}

// Contact creates a contact with a name and other fields.
func (s *Site) Contact(first, last string, more ...string) string {
	s.t.Helper()
	x, err := s.DB.CreateContact(context.Background(), db.System, Typed(append([]string{"first_name", first, "last_name", last}, more...)), "")
	if err != nil {
		s.t.Fatal(err)
	}
	return "/contacts/" + x.ID
}

// Link links a contact to an organization, with fields of the link.
func (s *Site) Link(organization, contact string, more ...string) {
	s.t.Helper()
	if _, err := s.DB.LinkContact(context.Background(), db.System,
		db.NewLink{OrganizationID: Key(organization), ContactID: Key(contact), Typed: Typed(more)}); err != nil {
		s.t.Fatal(err)
	}
}

// Log logs a call with an organization, a contact or both ("" for none), now or at happened_at.
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

// FollowUp plans a next step for an interaction, for a user or nobody.
func (s *Site) FollowUp(interaction, text, dueOn, whose string) string {
	s.t.Helper()
	f, err := s.DB.AddFollowUp(context.Background(), db.System, Key(interaction),
		db.Fields{"text": text, "due_on": dueOn, "assignee_id": whose})
	if err != nil {
		s.t.Fatal(err)
	}
	return "/follow-ups/" + f.ID
}

// Typed returns the fields of a form from alternating names and values.
func Typed(pairs []string) db.Fields {
	f := db.Fields{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f[pairs[i]] = pairs[i+1]
	}
	return f
}

// Key returns the id at the end of a record's path.
func Key(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
