package wording

import (
	"slices"
	"strings"

	"clientregistry/db"
)

// Deed says to somebody what they did last to a record, like "You emailed", and what it was about, such
// as the subject, or "".
func Deed(e db.Entry) (did, about string) {
	words, object := db.ActionWords(e.Action, false), "this "+e.TargetType
	forAnother := slices.ContainsFunc(e.Changes, func(c db.FieldChange) bool { return c.Column == "user_id" && c.New != "" })
	switch {
	case e.Action == "create_interaction" && Did(e.Channel, true) != "" && !forAnother:
		return "You " + Did(e.Channel, e.Channel != "meeting"), e.Subject
	case e.TargetType == "interaction":
		object, about = channelWithArticle(e.Channel), e.Subject
	case e.TargetType == "follow_up":
		object, about = "a follow-up", e.FollowUp
	case e.Action == "link_contact", e.Action == "update_link", e.Action == "unlink_contact":
		object, about = "a contact", e.Contact
	case len(e.Changes) > 0 && (e.Action == "update_org" || e.Action == "update_contact"):
		object = fieldCount(e.Changes)
	}
	return "You " + strings.Replace(words, "*", object, 1), about
}
