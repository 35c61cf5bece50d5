package wording

import (
	"strings"
	"testing"

	"clientregistry/db"
)

// TestEveryActionHasWords: for readers who may see what it is about, and for others.
func TestEveryActionHasWords(t *testing.T) {
	t.Parallel()
	entry := func(action, kind string, hidden bool) string {
		return Entry(db.AuditEntry{Entry: db.Entry{Action: action, TargetType: kind}, Hidden: hidden}, "").String()
	}
	for kind, actions := range db.AuditActions {
		for _, action := range actions {
			for _, hidden := range []bool{false, true} {
				words := entry(action, kind, hidden)
				if words == "" || words == strings.ReplaceAll(action, "_", " ") || strings.ContainsAny(words, "_*") {
					t.Errorf("%s of kind %s has no words of its own: %q", action, kind, words)
				}
			}
		}
	}
	if words := entry("feed_cat", "system", false); words != "feed cat" {
		t.Errorf("an action of the future reads %q", words)
	}
}

// TestAnActionNamesWhatItIsAbout: for every kind that has a name.
func TestAnActionNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for kind, name := range map[string]string{
		"organization": "Quay", "contact": "the contact Maya Lind",
		"interaction": "a call with Maya Lind at Quay: Renewal", "user": "Jonas Berg", "role": "Jonas Berg",
	} {
		e := db.AuditEntry{Entry: db.Entry{
			TargetType: kind, TargetID: "t", Channel: "call", Subject: "Renewal", InteractionID: "i",
			Contact: "Maya Lind", ContactID: "c", Organization: "Quay", OrganizationID: "o",
		}, Target: "Jonas Berg"}
		s := entry{e: e}
		if s.target(); s.said.String() != name {
			t.Errorf("what an action of kind %s is about reads %q, want %q", kind, s.said, name)
		}
	}
}

// TestASentenceRefersToWhatItNames: a name can become a link; what is hidden or gone, or a deleted
// interaction, cannot.
func TestASentenceRefersToWhatItNames(t *testing.T) {
	t.Parallel()
	call := db.AuditEntry{Entry: db.Entry{
		Action: "create_interaction", TargetType: "interaction", Channel: "call", Subject: "Renewal", InteractionID: "i",
		Contact: "Maya Lind", ContactID: "c", Organization: "Quay", OrganizationID: "o",
	}}
	deleted, gone, hidden := call, call, call
	deleted.Action, gone.Contact, hidden.Hidden, hidden.Subject = "delete_interaction", "", true, ""
	meeting := call
	meeting.Channel, meeting.Participants = "meeting", []db.Named{{ID: "a", Name: "Ada Berg"}, {ID: "b"}}
	meeting.Changes = []db.FieldChange{{Column: "user_id", Label: "Handled by", New: "Léa Fournier"}}
	user := db.AuditEntry{Entry: db.Entry{Action: "update_user", TargetType: "user", TargetID: "u"}, Target: "Jonas Berg"}
	role := db.AuditEntry{Entry: db.Entry{Action: "create_role", TargetType: "role", TargetID: "r"}, Target: "Clerk"}
	for _, x := range []struct {
		e          db.AuditEntry
		page       string
		says, refs string
	}{
		{call, "", "logged a call with Maya Lind at Quay: Renewal", "contact c, organization o, interaction i"},
		{call, "contact", "logged a call at Quay: Renewal", "organization o, interaction i"},
		{call, "interaction", "logged a call with Maya Lind at Quay", "contact c, organization o"},
		{
			meeting, "", "logged a meeting of Léa Fournier with Maya Lind, Ada Berg and a deleted contact at Quay: Renewal",
			"contact c, contact a, organization o, interaction i",
		},
		{
			meeting, "contact", "logged a meeting of Léa Fournier with Ada Berg and a deleted contact at Quay: Renewal",
			"contact a, organization o, interaction i",
		},
		{deleted, "organization", "deleted a call with Maya Lind: Renewal", "contact c"},
		{gone, "organization", "logged a call with a deleted contact: Renewal", "interaction i"},
		{hidden, "", "logged a call with a contact at an organization", ""},
		{user, "", "changed the user Jonas Berg", "user u"},
		{role, "", "created the role Clerk", "role r"},
	} {
		says := Entry(x.e, x.page)
		var refs []string
		for _, s := range says {
			if s.Kind != "" {
				refs = append(refs, s.Kind+" "+s.ID)
			}
		}
		if says.String() != x.says || strings.Join(refs, ", ") != x.refs {
			t.Errorf("%s on the page of %q: %q refers to %q, want %q and %q", x.e.Action, x.page, says, refs, x.says, x.refs)
		}
	}
}

// TestTheMenuOfActionsReadsAsEntriesDo: without any particular person or record; an address may
// name any action.
func TestTheMenuOfActionsReadsAsEntriesDo(t *testing.T) {
	t.Parallel()
	for action, says := range map[string]string{
		"update_contact": "Changed a contact", "create_user": "Created a user",
		"delete_role": "Deleted a role", "disable_user": "Disabled a user",
		"école_fermée": "École fermée", "": "",
	} {
		if got := Action(action); got != says {
			t.Errorf("%q is %q, want %q", action, got, says)
		}
	}
}
