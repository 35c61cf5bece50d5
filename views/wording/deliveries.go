package wording

import (
	"strings"

	"clientregistry/db"
)

// Events lists names of events as short as is clear: "All events", "organization.created, .updated,
// contact.created".
func Events(names []string) string {
	if len(names) == len(db.WebhookEvents) {
		return "All events"
	}
	var words []string
	before := ""
	for _, name := range names {
		kind, verb, _ := strings.Cut(name, ".")
		if kind == before {
			name = "." + verb
		}
		words, before = append(words, name), kind
	}
	return strings.Join(words, ", ")
}

// EventKind is the heading of the events of a kind.
func EventKind(kind string) string {
	return map[string]string{
		"organization": "Organizations", "contact": "Contacts", "link": "Contacts of an organization", "interaction": "Interactions",
		"follow_up": "Follow-ups", "batch": "Changes of many at once",
	}[kind]
}

// DeliverySubject says what a delivery is about, as the history does, but without the verb, which its event
// already says.
func DeliverySubject(e db.AuditEntry) Sentence {
	says := Entry(e, "")
	if e.TargetType != "system" && len(says) > 1 { // of a batch, the verb is all there is
		return says[1:]
	}
	return says
}
