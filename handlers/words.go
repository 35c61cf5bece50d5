package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db"
	"clientregistry/views"
)

// sentence says what an entry of the history did. On the page of a record
// (organization, contact or interaction) it leaves out what the page is about;
// page is "" where records of all kinds stand together.
type sentence struct {
	e     db.AuditEntry
	page  string
	words []views.Word
}

func entryWords(e db.AuditEntry, page string) []views.Word {
	s := sentence{e: e, page: page}
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
		s.say(role(e.Entry))
	case "update_link":
		s.link(" at ")
	case "unlink_contact":
		s.link(" from ")
		s.say(role(e.Entry))
	case "create_interaction", "update_interaction", "delete_interaction", "restore_interaction",
		"create_follow_up", "update_follow_up", "move_follow_up", "finish_follow_up", "reopen_follow_up":
		s.interaction()
	default:
		s.deed()
	}
	if e.Details["erased"] == "yes" {
		s.say(" (what it said was erased)")
	}
	return s.words
}

func (s *sentence) say(text string) { s.words = append(s.words, views.Word{Text: text}) }

// does says what was done, up to what it was done to.
func (s *sentence) does() {
	words, _, _ := strings.Cut(db.ActionWords(s.e.Action, false), "*")
	s.say(words)
}

// last says the latest words otherwise.
func (s *sentence) last(text string) { s.words[len(s.words)-1].Text = text }

// name is a record's name with its link; of one that is gone there is neither.
func (s *sentence) name(text, href, gone string) {
	if text == "" {
		text, href = gone, ""
	}
	s.words = append(s.words, views.Word{Text: text, Href: href})
}

func (s *sentence) contact() {
	if s.e.Hidden {
		s.say("a contact")
		return
	}
	s.name(s.e.Contact, "/contacts/"+s.e.ContactID, "somebody who is gone")
}

func (s *sentence) organization() {
	if s.e.Hidden {
		s.say("an organization")
		return
	}
	s.name(s.e.Organization, "/organizations/"+s.e.OrganizationID, "an organization that is gone")
}

// record is the organization or contact that the entry is about.
func (s *sentence) record() {
	switch {
	case s.page != "":
		s.say("this " + s.page)
	case s.e.TargetType == "organization" || s.e.TargetType == "" && strings.HasSuffix(s.e.Action, "_org"):
		s.organization()
	default:
		if !s.e.Hidden && s.e.Contact != "" {
			s.say("the contact ")
		}
		s.contact()
	}
}

// link names both ends, or on the page of one the other.
func (s *sentence) link(between string) {
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

func (s *sentence) interaction() {
	e := s.e
	s.does()
	subject, what := e.Subject, map[string]string{"call": "a call", "email": "an email", "meeting": "a meeting", "note": "a note"}[e.Channel]
	if what == "" {
		what = "an interaction"
	}
	with := " with "
	if e.Channel == "note" {
		with = " about "
	}
	if strings.HasSuffix(e.Action, "_follow_up") {
		what, with, subject = "a next step", " with ", e.FollowUp
	}
	s.say(what)
	if e.ContactID != "" && s.page != "contact" {
		s.say(with)
		s.contact()
	}
	if e.OrganizationID != "" && s.page != "organization" {
		if e.ContactID == "" && s.page != "contact" {
			s.say(with)
		} else {
			s.say(" at ")
		}
		s.organization()
	}
	switch {
	case subject == "":
	case s.page != "interaction":
		s.say(": ")
		s.name(subject, subjectHref(e.Entry), "")
	case e.FollowUp != "":
		s.say(": ")
		s.name(subject, "", "")
	}
}

func (s *sentence) deed() {
	e := s.e
	words := db.ActionWords(e.Action, e.UserID != "" && e.UserID == e.TargetID)
	if words == "" {
		words = strings.ReplaceAll(e.Action, "_", " ")
		if e.Target != "" {
			words += ": *"
		}
	}
	if e.Action == "update_user" && len(e.Changes) == 1 && e.Changes[0].Column == "roles" {
		words = "changed the roles of *"
	}
	before, after, named := strings.Cut(words, "*")
	s.say(before)
	if named {
		s.target()
		s.say(after)
	}
	s.more()
}

// target is the user or the role that something was done to.
func (s *sentence) target() {
	switch {
	case s.e.TargetID == "" && s.e.Target == "":
		s.say(map[bool]string{true: "a role", false: "a user"}[strings.HasSuffix(s.e.Action, "_role")])
	case s.e.TargetType == "role":
		s.name(s.e.Target, "/admin/roles/"+s.e.TargetID, "a role that is gone")
	default:
		s.name(s.e.Target, "/admin/users/"+s.e.TargetID, "somebody who left")
	}
}

// more is what an action about people or the registry says beside its words.
func (s *sentence) more() {
	said := s.e.Details
	switch s.e.Action {
	case "login_failed":
		if email := said["email"]; email != "" && s.e.Target == "" {
			s.say(" as ")
			s.name(email, "", "")
		}
	case "account_locked":
		if after := said["after"]; after != "" {
			where := ""
			if said["only"] != "" {
				where = " in " + said["only"]
			}
			s.last("was locked out for 15 minutes after " + after + " wrong passwords" + where)
		}
	case "address_locked":
		if address := said["address"]; address != "" {
			s.last("was locked out for 15 minutes after " + said["after"] + " wrong passwords from " + address)
		}
	case "unlock_address":
		if address := said["address"]; address != "" {
			s.last("let sign-ins from " + address + " through again")
		}
	case "end_sessions":
		if s.e.TargetType == "user" {
			s.last("signed ")
			s.target()
			s.say(" out everywhere")
		}
	case "create_user":
		if roles := said["roles"]; roles != "" {
			s.say(" as " + roles)
		}
	case "batch_organizations", "batch_contacts", "undo_batch":
		if count := said["count"]; count != "" {
			s.say(": " + count)
		}
	case "create_view", "delete_view", "restore_view", "update_view":
		if name := said["name"]; name != "" {
			s.say(" ")
			s.name(name, "", "")
		}
	case "import_demo":
		if size := said["size"]; size != "" {
			s.say(" of size " + size)
		}
	case "restore_registry":
		if file := said["file"]; file != "" {
			s.say(": " + file)
		}
	case "view_audit":
		if filter := filterWords(said); filter != "" {
			s.last("searched the audit log: " + filter)
		}
	case "export_audit":
		s.exported()
	case "export_backup":
		if name := said["name"]; name != "" {
			s.say(" ")
			s.name(name, "", "")
		}
	case "refused":
		if path := said["path"]; path != "" {
			s.say(": " + said["method"] + " " + path)
		}
		if permission := said["permission"]; permission != "" {
			s.say(", without " + permission)
		}
	}
}

func (s *sentence) exported() {
	rows, err := strconv.Atoi(s.e.Details["rows"])
	if err != nil {
		return
	}
	words := "exported " + grouped(rows) + " entries of the audit log"
	if rest := filterWords(s.e.Details); rest != "" {
		words += ": " + rest
	}
	if s.e.Details["complete"] == "no" {
		words += "; it broke off"
	}
	s.last(words)
}

// filterWords says what a search in the log was for.
func filterWords(details map[string]string) string {
	var all []string
	for _, f := range []struct{ name, words string }{{"actor", "by "}, {"action", ""}, {"target_type", "about "}, {"target_id", "one record"}, {"from", "from "}, {"to", "to "}} {
		value, ok := details[f.name]
		switch {
		case !ok:
			continue
		case f.name == "actor" && value == "none":
			value = "the system"
		case f.name == "actor" && value == "":
			value = "somebody who left"
		case f.name == "action":
			value = strings.ToLower(actionLabel(value))
		case f.name == "target_type":
			value = strings.ToLower(kindLabel(value))
		case f.name == "target_id":
			value = ""
		case f.name == "from" || f.name == "to":
			if day, ok := db.ReadDate(value); ok {
				value = day.Format("2 Jan 2006")
			}
		}
		all = append(all, f.words+value)
	}
	return strings.Join(all, ", ")
}

// actionLabel is an action in the menu of actions: what an entry says that names nobody.
func actionLabel(action string) string {
	var text strings.Builder
	for _, w := range entryWords(db.AuditEntry{Entry: db.Entry{Action: action}, Hidden: true}, "") {
		text.WriteString(w.Text)
	}
	label := text.String()
	if label == "" {
		return ""
	}
	return strings.ToUpper(label[:1]) + label[1:]
}

// kindLabel is a kind of target in the menu of kinds.
func kindLabel(kind string) string {
	label := map[string]string{
		"organization": "Organizations", "contact": "Contacts", "interaction": "Interactions", "follow_up": "Follow-ups", "session": "Sign-ins and sessions", "user": "Users",
		"role": "Roles", "import": "Imports", "export": "Exports", "system": "The registry itself",
	}[kind]
	if label == "" {
		return kind
	}
	return label
}

// actor is who an entry is about at the head of its line. What was tried in
// somebody's name before he was signed in stands under that name.
func actor(e db.AuditEntry) string {
	switch {
	case e.UserName != "":
		return e.UserName
	case slices.Contains([]string{"login_failed", "account_locked", "address_locked"}, e.Action):
		if e.Target != "" {
			return e.Target
		}
		return "Somebody"
	case e.UserID != "":
		return "Somebody who left"
	}
	return "The system"
}

// differences are an entry's changed fields, old and new; what was created had no old ones.
func differences(clock views.Clock, e db.Entry) (all []views.Difference) {
	if db.IsCreation(e.Action) {
		return nil
	}
	for _, f := range e.Changes {
		all = append(all, views.Difference{Label: f.Label, Theirs: inWords(clock, f.Column, f.Old), Yours: inWords(clock, f.Column, f.New)})
	}
	return all
}

// subjectHref leads to an interaction, but not from the entry that says it was deleted.
func subjectHref(e db.Entry) string {
	if e.Action == "delete_interaction" {
		return ""
	}
	return "/interactions/" + url.PathEscape(e.InteractionID)
}

// role is the end of a sentence about a link: " as Billing contact, Prospect".
func role(e db.Entry) string {
	if e.RoleLabel == "" && e.RelationshipStatus == "" {
		return ""
	}
	return " as " + joined(e.RoleLabel, e.RelationshipStatus)
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

// inWords shows a changed value as people read it.
func inWords(clock views.Clock, column, value string) string {
	switch column {
	case "happened_at":
		if at, err := db.ParseTime(value); err == nil {
			return clock.Hour(at).Title
		}
	case "channel":
		if label := channelLabels[value]; label != "" {
			return label
		}
	case "due_on":
		day, _, _ := clock.Due(value)
		return day.Title
	}
	return value
}
