package middleware

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"clientregistry/db"
)

// ListParameters returns the names of the parameters that narrow or order a list of organizations or
// contacts, in the order in which its page shows them. Those about the last contact are for readers
// who see interactions.
func ListParameters(k *db.RecordKind, contacted bool) []string {
	names := slices.Concat([]string{"q"}, k.FieldColumns(func(f db.Field) bool { return f.Filtered }),
		[]string{"owner", "status", "relationship_status", "role_label", "missing"})
	if contacted {
		names = append(names, "quiet_days", "last_contact", "last_contact_from", "last_contact_to")
	}
	return append(names, "created_from", "created_to", "updated_from", "updated_to", "sort")
}

// InteractionParameters are the names of those that narrow a list of interactions.
var InteractionParameters = []string{"channel", "outcome", "user", "from", "to"}

// ListReader reads the parameters of lists, one by one, into their filters. Its methods return why a
// value is refused, and then leave the filter as it is.
type ListReader struct {
	By  db.Actor
	Now time.Time // in the time zone of who asks
}

// Record reads one of ListParameters.
func (x ListReader) Record(f *db.Filter, k *db.RecordKind, name, value string) (refused string) {
	set := func(to *string, options ...string) string {
		if !slices.Contains(options, value) {
			return "Send " + OrList(options)
		}
		*to = value
		return ""
	}
	switch name {
	case "q":
		f.Query = value
	case "owner":
		if f.OwnerID = value; value == "me" {
			f.OwnerID = x.By.UserID
		}
	case "status":
		return set(&f.Status, "active", "archived", "all")
	case "relationship_status":
		return set(&f.RelationshipStatus, db.RelationshipStatuses...)
	case "role_label":
		f.RoleLabel = value
	case "missing":
		return set(&f.Missing, k.Missing)
	case "quiet_days":
		days, err := strconv.Atoi(value)
		if err != nil || days < 1 || days > 36_500 {
			return "Send a number of days"
		}
		f.QuietSince = db.DateOf(x.Now).Add(-days).Start(x.Now.Location())
	case "last_contact":
		f.Never = value == "never"
		return set(new(string), "never")
	case "last_contact_from", "last_contact_to":
		return x.day(&f.Contacted, name, value)
	case "created_from", "created_to":
		return x.day(&f.Created, name, value)
	case "updated_from", "updated_to":
		return x.day(&f.Updated, name, value)
	case "sort":
		names := sorts(k, x.By)
		if !slices.Contains(names, strings.TrimPrefix(value, "-")) {
			return "Send " + OrList(names) + "; a - before it turns the order round"
		}
		f.Sort = value
	default:
		f.Equal[name] = value
	}
	return ""
}

// sorts returns what the reader may sort a list by.
func sorts(k *db.RecordKind, by db.Actor) []string {
	names := []string{k.NameColumn()}
	for _, column := range k.Columns {
		if column.SortedFor(by) {
			names = append(names, column.Name)
		}
	}
	return names
}

// Interaction reads one of InteractionParameters.
func (x ListReader) Interaction(f *db.InteractionFilter, name, value string) (refused string) {
	switch name {
	case "channel":
		f.Channel = value
	case "outcome":
		f.Outcome = value
	case "user":
		f.UserID = value
	case "from", "to":
		r := db.Range{From: f.From, To: f.To}
		refused = x.day(&r, name, value)
		f.From, f.To = r.From, r.To
	}
	return refused
}

// day reads the first or the last day of a range. Both belong to it.
func (x ListReader) day(r *db.Range, name, value string) (refused string) {
	day, ok := db.ReadDate(value)
	switch {
	case !ok:
		return "Send a day, like 2026-11-24"
	case strings.HasSuffix(name, "from"):
		r.From = day.Start(x.Now.Location())
	default:
		r.To = day.End(x.Now.Location())
	}
	return ""
}

// OrList names options, like "a, b or c".
func OrList(options []string) string {
	last := len(options) - 1
	if last < 1 {
		return strings.Join(options, "")
	}
	return strings.Join(options[:last], ", ") + " or " + options[last]
}
