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
	names := []string{"q"}
	for _, name := range several(k) {
		names = append(names, name, name+"_is")
	}
	names = append(names, "status", "missing")
	if contacted {
		names = append(names, "quiet_days", "last_contact", "last_contact_from", "last_contact_to")
	}
	return append(names, "created_from", "created_to", "updated_from", "updated_to", "sort")
}

// several returns the parameters that may be repeated.
func several(k *db.RecordKind) []string {
	return append(k.FieldColumns(func(f db.Field) bool { return f.Filtered }), "owner", "relationship_status", "role_label")
}

// Several reports whether one of ListParameters may be repeated, to find records with any of its
// values. The value none finds those without one, and NAME_is=not all others.
func Several(k *db.RecordKind, name string) bool { return slices.Contains(several(k), name) }

// InteractionParameters are the names of those that narrow a list of interactions.
var InteractionParameters = []string{"channel", "outcome", "user", "from", "to"}

// ListReader reads the parameters of lists, one by one, into their filters. Its methods return why a
// value is refused, and then leave the filter as it is.
type ListReader struct {
	By  db.Actor
	Now time.Time // in the time zone of who asks
}

// Record reads one of ListParameters. Only Several may have further values.
func (x ListReader) Record(f *db.Filter, k *db.RecordKind, name string, values ...string) (refused string) {
	if of := strings.TrimSuffix(name, "_is"); Several(k, of) {
		return x.several(f, of, name != of, values)
	}
	value := values[0]
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
	case "status":
		return set(&f.Status, "active", "archived", "all")
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
	}
	return ""
}

// several reads the values of a parameter, or with is whether they are not to be found.
func (x ListReader) several(f *db.Filter, name string, is bool, values []string) (refused string) {
	equal := f.Equal[name]
	to := map[string]*db.ValueFilter{"owner": &f.Owner, "relationship_status": &f.Relationship, "role_label": &f.Role}[name]
	if to == nil {
		to = &equal
		defer func() {
			if refused == "" {
				f.Equal[name] = equal
			}
		}()
	}
	switch {
	case is && (len(values) != 1 || values[0] != "not"):
		return "Send not"
	case is:
		to.Not = true
		return ""
	case len(values) > db.MostValues:
		return "Send at most " + strconv.Itoa(db.MostValues) + " values"
	case name == "relationship_status" && !every(values, db.RelationshipStatuses):
		return "Send " + OrList(db.RelationshipStatuses)
	}
	to.Values, to.None = nil, false
	for _, value := range values {
		switch {
		case value == "none":
			to.None = true
		case name == "owner" && value == "me":
			to.Values = append(to.Values, x.By.UserID)
		default:
			to.Values = append(to.Values, value)
		}
	}
	return ""
}

// every reports whether all values are among these.
func every(values, these []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(these, v) })
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
