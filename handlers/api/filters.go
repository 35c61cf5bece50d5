package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// maxQuery is the most characters of a search.
const maxQuery = 200

// listFilter reads the parameters of a list, which are those of the page's list. Those that would
// reveal what the program may not see count as unknown.
func (a *API) listFilter(c *gin.Context, k *kind) (db.Filter, url.Values, error) {
	f := db.Filter{Equal: db.Fields{}}
	given, err := readParameters(c, k.parameters(who(c).Actor), func(r reader, name, value string) {
		if name != "quiet_days" {
			r.read(name, &f, k, who(c).Actor)
			return
		}
		if days, err := strconv.Atoi(value); err == nil && days > 0 && days <= 36_500 {
			f.QuietSince = db.DateOf(a.now().In(r.zone)).Add(-days).Start(r.zone)
		} else {
			r.require(name, value == "", "Send a number of days")
		}
	})
	return f, given, err
}

// parameters returns the names of the parameters of a list of records.
func (k *kind) parameters(by db.Actor) []string {
	names := []string{
		"q", "status", "owner", "sort", "limit", "after", "relationship_status", "role_label", "missing",
		"created_from", "created_to", "updated_from", "updated_to",
	}
	for _, f := range k.Fields {
		if f.Filtered {
			names = append(names, f.Column)
		}
	}
	if by.Can(db.ViewInteraction) {
		names = append(names, "last_contact", "last_contact_from", "last_contact_to", "quiet_days")
	}
	return names
}

// readParameters calls read for each parameter of the address that is one of names. It returns
// Invalid for unknown, repeated and invalid ones.
func readParameters(c *gin.Context, names []string, read func(r reader, name, value string)) (url.Values, error) {
	given, refused := c.Request.URL.Query(), &db.Invalid{Fields: map[string]string{}}
	r := reader{given: given, refused: refused, zone: who(c).User.Location()}
	for name := range given {
		if len(refused.Fields) == maxRefused {
			break
		}
		if !slices.Contains(names, name) {
			refused.Fields[shortened(name)] = "There is no such parameter; there are " + strings.Join(names, ", ")
			continue
		}
		read(r, name, r.value(name))
		switch {
		case len(given[name]) > 1:
			refused.Fields[name] = "Send it once"
		case unreadable(given.Get(name)):
			refused.Fields[name] = "It has characters that cannot be read"
		}
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return given, nil
}

// unreadable reports whether a parameter has characters that no text has.
func unreadable(value string) bool { return !utf8.ValidString(value) || strings.ContainsRune(value, 0) }

// reader reads the parameters of a list into a filter.
type reader struct {
	given   url.Values
	refused *db.Invalid
	zone    *time.Location
}

// read reads one parameter of a list of records.
func (r reader) read(name string, f *db.Filter, k *kind, by db.Actor) {
	value := r.value(name)
	switch name {
	case "q":
		f.Query = r.query()
	case "status":
		f.Status = value
		r.choice(name, "active", "archived", "all")
	case "owner":
		if f.OwnerID = value; value == "me" {
			f.OwnerID = by.UserID
		}
		r.person(name)
	case "relationship_status":
		f.RelationshipStatus = value
		r.choice(name, db.RelationshipStatuses...)
	case "role_label":
		f.RoleLabel = value
	case "missing":
		f.Missing = value
		r.choice(name, k.Missing)
	case "sort":
		f.Sort = value
		names := k.sorts(by)
		r.require(name, value == "" || slices.Contains(names, strings.TrimPrefix(value, "-")),
			"Send "+orList(names)+"; a - before it turns the order round")
	case "limit":
		f.Limit = r.limit()
	case "after":
		f.After = value
	case "created_from", "created_to", "updated_from", "updated_to":
		r.day(name, map[string]*db.Range{"created": &f.Created, "updated": &f.Updated})
	case "last_contact_from", "last_contact_to":
		r.day(name, map[string]*db.Range{"last_contact": &f.Contacted})
	case "last_contact":
		r.choice(name, "never")
		f.Never = value != ""
	default:
		f.Equal[name] = value
	}
}

// value returns the value of a parameter.
func (r reader) value(name string) string { return strings.TrimSpace(r.given.Get(name)) }

// query returns what to search for.
func (r reader) query() string {
	typed := r.value("q")
	r.require("q", utf8.RuneCountInString(typed) <= maxQuery, "Send at most 200 characters")
	return typed
}

// limit returns how many records a page has, by default as many as a page of people has.
func (r reader) limit() int {
	if r.value("limit") == "" {
		return db.PageSize
	}
	n, err := strconv.Atoi(r.value("limit"))
	r.require("limit", err == nil && n >= 1 && n <= db.MostListed, "Send a number from 1 to 200")
	return n
}

// person refuses a value that is not me, none, a user's ID or empty.
func (r reader) person(name string) {
	value := r.value(name)
	r.require(name, value == "" || value == "me" || value == "none" || db.ValidID(value), "Send me, none or the id of a user")
}

// require refuses a parameter unless ok.
func (r reader) require(name string, ok bool, why string) {
	if !ok {
		r.refused.Fields[name] = why
	}
}

// choice refuses a value that is not one of these or empty.
func (r reader) choice(name string, options ...string) {
	value := r.value(name)
	r.require(name, value == "" || slices.Contains(options, value), "Send "+orList(options))
}

// orList names options, like "a, b or c".
func orList(options []string) string {
	last := len(options) - 1
	if last < 1 {
		return strings.Join(options, "")
	}
	return strings.Join(options[:last], ", ") + " or " + options[last]
}

// day reads the first or the last day of a range.
func (r reader) day(name string, ranges map[string]*db.Range) {
	value := r.value(name)
	if value == "" {
		return
	}
	day, ok := db.ReadDate(value)
	if !ok {
		r.refused.Fields[name] = "Send a day, like 2026-11-24"
		return
	}
	column, first := strings.CutSuffix(name, "_from")
	if first {
		ranges[column].From = day.Start(r.zone)
		return
	}
	ranges[strings.TrimSuffix(name, "_to")].To = day.End(r.zone)
}
