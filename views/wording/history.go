package wording

import (
	"cmp"
	"strconv"
	"strings"

	"clientregistry/db"
)

// entry builds the sentence about an entry of the history.
type entry struct {
	e    db.AuditEntry
	page string
	said Sentence
}

// Entry says what was done, without saying by whom. page is the kind of record whose page shows it
// (organization, contact, interaction), which the sentence then leaves out, or "" for all kinds.
func Entry(e db.AuditEntry, page string) Sentence {
	s := entry{e: e, page: page}
	switch e.Action {
	case "update_org", "update_contact":
		s.does()
		if page == "" {
			s.record()
		} else {
			s.say(fieldCount(e.Changes))
		}
	case "create_org", "create_contact", "archive_org", "archive_contact", "restore_org", "restore_contact", "erase_contact":
		s.does()
		s.record()
	case "link_contact":
		s.link(" to ")
		s.say(asRole(e.Entry))
	case "update_link":
		s.link(" at ")
	case "unlink_contact":
		s.link(" from ")
		s.say(asRole(e.Entry))
	case "create_interaction", "update_interaction", "delete_interaction", "restore_interaction",
		"create_follow_up", "update_follow_up", "move_follow_up", "finish_follow_up", "cancel_follow_up",
		"reopen_follow_up":
		s.does()
		s.interaction()
	default:
		s.otherAction()
	}
	if e.Details["erased"] == "yes" {
		s.say(" (what it said was erased)")
	}
	return s.said
}

func (s *entry) say(text string) { s.said = append(s.said, Part{Text: text}) }

// does adds what was done.
func (s *entry) does() {
	words, _, _ := strings.Cut(db.ActionWords(s.e.Action, false), "*")
	s.say(words)
}

// replaceLast replaces the text of the last words.
func (s *entry) replaceLast(text string) { s.said[len(s.said)-1].Text = text }

// name adds a reference to something by its name, or the text gone if it has none.
func (s *entry) name(text, kind, id, gone string) {
	if text == "" {
		s.say(gone)
		return
	}
	s.said = append(s.said, Part{text, kind, id})
}

func (s *entry) contact() {
	if s.e.Hidden {
		s.say("a contact")
		return
	}
	s.name(s.e.Contact, "contact", s.e.ContactID, "a deleted contact")
}

func (s *entry) organization() {
	if s.e.Hidden {
		s.say("an organization")
		return
	}
	s.name(s.e.Organization, "organization", s.e.OrganizationID, "an organization that is gone")
}

// about returns the kind of what the entry is about; in the menu of actions, the kind that the
// action applies to.
func (s *entry) about() string { return cmp.Or(s.e.TargetType, db.ActionKind(s.e.Action)) }

// record adds the organization or contact that the entry is about.
func (s *entry) record() {
	switch {
	case s.page != "":
		s.say("this " + s.page)
	case s.about() == "organization":
		s.organization()
	default:
		if !s.e.Hidden && s.e.Contact != "" {
			s.say("the contact ")
		}
		s.contact()
	}
}

// link adds both ends of a link or, on the page of one, only the other.
func (s *entry) link(between string) {
	s.does()
	switch s.page {
	case "contact":
		s.organization()
	case "":
		s.contact()
		s.say(between)
		s.organization()
	default:
		s.contact()
	}
}

// interaction adds the interaction that the entry is about, or its next step.
func (s *entry) interaction() {
	e := s.e
	subject, what := e.Subject, channelWithArticle(e.Channel)
	with := " with "
	if e.Channel == "note" {
		with = " about "
	}
	if strings.HasSuffix(e.Action, "_follow_up") {
		what, with, subject = "a follow-up", " with ", e.FollowUp
	}
	s.say(what)
	if e.Action == "create_interaction" {
		s.hadBy()
	}
	people := s.people()
	for n, show := range people {
		s.say(Between(n, len(people), with))
		show()
	}
	if e.OrganizationID != "" && s.page != "organization" {
		if len(people) == 0 && s.page != "contact" {
			s.say(with)
		} else {
			s.say(" at ")
		}
		s.organization()
	}
	switch {
	case subject == "":
	case e.TargetType == "follow_up" && e.InteractionID == "":
		s.say(": ")
		s.name(subject, "follow_up", e.TargetID, "")
	case s.page != "interaction" && e.Action != "delete_interaction":
		s.say(": ")
		s.name(subject, "interaction", e.InteractionID, "")
	case s.page != "interaction" || e.FollowUp != "":
		s.say(": ")
		s.say(subject)
	}
}

// channelWithArticle returns a channel with its article: a call, an email.
func channelWithArticle(channel string) string {
	what := map[string]string{"call": "a call", "email": "an email", "meeting": "a meeting", "note": "a note"}[channel]
	return cmp.Or(what, "an interaction")
}

// hadBy says who had the interaction, if somebody else logged it.
func (s *entry) hadBy() {
	for _, c := range s.e.Changes {
		if c.Column == "user_id" && c.New != "" {
			s.say(" of ")
			s.say(c.New)
		}
	}
}

// people returns functions that add the names of an interaction's people, without the one whose page it is.
func (s *entry) people() (all []func()) {
	if s.e.ContactID != "" && s.page != "contact" {
		all = append(all, s.contact)
	}
	for _, p := range s.e.Participants {
		all = append(all, func() { s.name(p.Name, "contact", p.ID, "a deleted contact") })
	}
	return all
}

// asRole returns the end of a sentence about a link, such as " as Billing contact, Prospect".
func asRole(e db.Entry) string {
	if e.RoleLabel == "" && e.RelationshipStatus == "" {
		return ""
	}
	return " as " + Joined(e.RoleLabel, e.RelationshipStatus)
}

func fieldCount(changes []db.FieldChange) string {
	numbers := []string{"", "", "two", "three", "four", "five", "six", "seven"}
	switch n := len(changes); {
	case n == 1:
		label := []rune(changes[0].Label)
		return "the " + strings.ToLower(string(label[:1])) + string(label[1:])
	case n < len(numbers):
		return numbers[n] + " fields"
	default:
		return strconv.Itoa(n) + " fields"
	}
}
