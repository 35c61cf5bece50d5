package wording

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clientregistry/db"
)

// filterWords says what the log was searched for.
func filterWords(details map[string]string) string {
	var all []string
	for _, f := range []struct{ name, words string }{
		{"actor", "by "},
		{"action", ""},
		{"target_type", "about "},
		{"target_id", "one record"},
		{"from", "from "},
		{"to", "to "},
		{"field", "changes of "},
		{"text", "with "},
	} {
		value, ok := details[f.name]
		switch {
		case !ok:
			continue
		case f.name == "actor":
			value = anyOf(strings.Split(value, "\n"), func(name string) string {
				return map[string]string{"none": "the system", "": "a former colleague"}[name]
			})
		case f.name == "action":
			value = anyOf(strings.Fields(value), func(slug string) string { return strings.ToLower(Action(slug)) })
		case f.name == "target_type":
			value = anyOf(strings.Fields(value), func(kind string) string { return strings.ToLower(Kind(kind)) })
		case f.name == "field":
			value = anyOf(strings.Fields(value), FieldLabel)
		case f.name == "text":
			value = "“" + value + "”"
		case f.name == "target_id":
			value = ""
		case f.name == "from" || f.name == "to":
			if day, ok := db.ReadDate(value); ok {
				value = day.Format("2 Jan 2006")
			}
		}
		if details[f.name+"_is"] == "not" {
			value = "not " + f.words + value
		} else {
			value = f.words + value
		}
		all = append(all, value)
	}
	return strings.Join(all, ", ")
}

// anyOf joins the values of a filter in words. A value without words stands for itself.
func anyOf(values []string, words func(string) string) string {
	named := make([]string, 0, len(values))
	for _, value := range values {
		named = append(named, cmp.Or(words(value), value))
	}
	return strings.Join(named, " or ")
}

// FieldLabel names a field of the audit log by its column.
func FieldLabel(column string) string {
	for _, f := range db.AuditFields {
		if f.Column == column {
			return f.Label
		}
	}
	return column
}

// Action is an entry of the menu of actions: the sentence without names.
func Action(action string) string {
	label := Entry(db.AuditEntry{Entry: db.Entry{Action: action}, Hidden: true}, "").String()
	if label == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(label) // an unknown action from an address may begin with any letter
	return string(unicode.ToUpper(first)) + label[size:]
}

// Kind is an entry of the menu of kinds.
func Kind(kind string) string {
	label := map[string]string{
		"organization": "Organizations", "contact": "Contacts", "interaction": "Interactions", "follow_up": "Follow-ups",
		"session": "Sign-ins and sessions", "user": "Users", "role": "Roles", "token": "API tokens",
		"webhook": "Webhooks",
		"import":  "Imports", "export": "Exports", "system": "The registry itself",
	}[kind]
	if label == "" {
		return kind
	}
	return label
}

// Actor returns the name with which an entry's line begins. For an attempt before sign-in it is the
// name that was used.
func Actor(e db.AuditEntry) string {
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

// ActorIcon names the icon that stands for an entry's actor, or returns "" if they have a name.
func ActorIcon(e db.AuditEntry) string {
	switch Actor(e) {
	case e.UserName, e.Target:
		return ""
	case "The system":
		return "server"
	}
	return "user"
}

// Change is a changed field with its old and new value.
type Change struct{ Label, Old, New string }

// Changes returns the changed fields of an entry, with times in a zone. A created record has no old
// values.
func Changes(e db.Entry, zone *time.Location) (all []Change) {
	if db.IsCreation(e.Action) {
		return nil
	}
	for _, f := range e.Changes {
		all = append(all, Change{f.Label, stored(f.Column, f.Old, zone), stored(f.Column, f.New, zone)})
	}
	return all
}

// stored formats a stored value for people.
func stored(column, value string, zone *time.Location) string {
	switch column {
	case "happened_at":
		if at, err := db.ParseTime(value); err == nil {
			return at.In(zone).Format("2 Jan 2006, 15:04")
		}
	case "channel":
		if label := Channel(value); label != "" {
			return label
		}
	case "client_scope":
		return Scope(value)
	case "due_on":
		if day, ok := db.ReadDate(value); ok {
			return day.Format("Mon 2 Jan 2006")
		}
	}
	return value
}
