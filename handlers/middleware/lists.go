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
	names := append([]string{"q"}, withNegations(several(k))...)
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

// withNegations returns each name and NAME_is, which negates it.
func withNegations(repeated []string) (names []string) {
	for _, name := range repeated {
		names = append(names, name, name+"_is")
	}
	return names
}

// severalOfInteractions are those of InteractionParameters that may be repeated.
var severalOfInteractions = []string{"channel", "outcome", "user"}

// InteractionParameters are the names of those that narrow a list of interactions.
var InteractionParameters = append(withNegations(severalOfInteractions), "from", "to")

// SeveralOfInteractions reports whether one of InteractionParameters may be repeated, as Several does.
func SeveralOfInteractions(name string) bool { return slices.Contains(severalOfInteractions, name) }

// FollowUpParameters are the names of those that narrow a list of follow-ups to some assignees.
var FollowUpParameters = withNegations([]string{"who"})

// SeveralOfFollowUps reports whether one of FollowUpParameters may be repeated, as Several does.
func SeveralOfFollowUps(name string) bool { return name == "who" }

// severalOfAudit are those of AuditParameters that may be repeated.
var severalOfAudit = []string{"actor", "action", "target_type", "field"}

// AuditParameters are the names of those that narrow the audit log.
var AuditParameters = append(withNegations(severalOfAudit), "target_id", "from", "to", "q")

// SeveralOfAudit reports whether one of AuditParameters may be repeated, as Several does.
func SeveralOfAudit(name string) bool { return slices.Contains(severalOfAudit, name) }

// ListReader reads the parameters of lists, one by one, into their filters. Its methods return why a
// value is refused, and then leave the filter as it is.
type ListReader struct {
	By  db.Actor
	Now time.Time // in the time zone of who asks
}

// Record reads one of ListParameters. Only Several may have further values.
func (x ListReader) Record(f *db.Filter, k *db.RecordKind, name string, values ...string) (refused string) {
	if of := strings.TrimSuffix(name, "_is"); Several(k, of) {
		return x.several(f, of, name, values)
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
		names := sortNames(k, x.By)
		if !slices.Contains(names, strings.TrimPrefix(value, "-")) {
			return "Send " + OrList(names) + "; put - before it to reverse the order"
		}
		f.Sort = value
	}
	return ""
}

// several reads one of the parameters of the filter by a field.
func (x ListReader) several(f *db.Filter, field, name string, values []string) (refused string) {
	switch field {
	case "owner":
		return x.people(&f.Owner, name, values)
	case "relationship_status":
		return x.values(&f.Relationship, name, values, db.RelationshipStatuses)
	case "role_label":
		return x.values(&f.Role, name, values, nil)
	}
	equal := f.Equal[field]
	if refused = x.values(&equal, name, values, nil); refused == "" {
		f.Equal[field] = equal
	}
	return refused
}

// people is values for people: me is who asks.
func (x ListReader) people(to *db.ValueFilter, name string, values []string) (refused string) {
	values = slices.Clone(values)
	for i, value := range values {
		if value == "me" {
			values[i] = x.By.UserID
		}
	}
	return x.values(to, name, values, nil)
}

// values reads the values of a parameter into a filter or, if its name ends in _is, whether they are not to be
// found. If there are options, others are refused.
func (x ListReader) values(to *db.ValueFilter, name string, values, options []string) (refused string) {
	is := strings.HasSuffix(name, "_is")
	switch {
	case is && (len(values) != 1 || values[0] != "not"):
		return "Send not"
	case is:
		to.Not = true
		return ""
	case len(values) > db.MostValues:
		return "Send at most " + strconv.Itoa(db.MostValues) + " values"
	case options != nil && !allAmong(values, options):
		return "Send " + OrList(options)
	}
	to.Values, to.None = nil, false
	for _, value := range values {
		if value == "none" {
			to.None = true
		} else {
			to.Values = append(to.Values, value)
		}
	}
	return ""
}

// allAmong reports whether all values are among the options.
func allAmong(values, options []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(options, v) })
}

// sortNames returns the names of what the reader may sort a list by.
func sortNames(k *db.RecordKind, by db.Actor) []string {
	names := []string{k.NameColumn()}
	for _, column := range k.Columns {
		if column.SortedFor(by) {
			names = append(names, column.Name)
		}
	}
	return names
}

// Interaction reads one of InteractionParameters. Only SeveralOfInteractions may have further values.
func (x ListReader) Interaction(f *db.InteractionFilter, name string, values ...string) (refused string) {
	switch strings.TrimSuffix(name, "_is") {
	case "channel":
		return x.values(&f.Channel, name, values, db.Channels)
	case "outcome":
		return x.values(&f.Outcome, name, values, nil)
	case "user":
		return x.people(&f.User, name, values)
	}
	r := db.Range{From: f.From, To: f.To}
	refused = x.day(&r, name, values[0])
	f.From, f.To = r.From, r.To
	return refused
}

// FollowUp reads one of FollowUpParameters. Only SeveralOfFollowUps may have further values.
func (x ListReader) FollowUp(f *db.FollowUpFilter, name string, values ...string) (refused string) {
	return x.people(&f.Assignee, name, values)
}

// Audit reads one of AuditParameters. Only SeveralOfAudit may have further values. Days are read with the log.
func (x ListReader) Audit(f *db.AuditFilter, name string, values ...string) (refused string) {
	switch strings.TrimSuffix(name, "_is") {
	case "actor":
		return x.people(&f.Actor, name, values)
	case "action":
		return x.values(&f.Action, name, values, nil)
	case "target_type":
		return x.values(&f.TargetType, name, values, nil)
	case "field":
		return x.values(&f.Field, name, values, nil)
	case "target_id":
		f.TargetID = values[0]
	case "from":
		f.From = values[0]
	case "to":
		f.To = values[0]
	case "q":
		f.Text = values[0]
	}
	return ""
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
