package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// maxQuery is the largest number of characters in a search.
const maxQuery = 200

// listFilter reads the parameters of a list, which are those of the page's list. Those that would
// reveal what the program may not see count as unknown.
func (a *API) listFilter(c *gin.Context, k *kind) (db.Filter, url.Values, error) {
	f, lists := db.Filter{Equal: map[string]db.ValueFilter{}}, a.lists(c)
	names := append(middleware.ListParameters(k.RecordKind, who(c).Can(db.ViewInteraction)), "limit", "after")
	several := func(name string) bool { return middleware.Several(k.RecordKind, name) }
	given, err := readRepeated(c, names, several, func(r reader, name, value string) {
		values := r.values(name)
		switch {
		case name == "limit":
			f.Limit = r.limit()
			return
		case name == "after":
			f.After = value
			return
		case name == "q":
			r.query()
		case name == "owner":
			r.people(name, values)
		}
		why := lists.Record(&f, k.RecordKind, name, values...)
		r.require(name, why == "", why)
	})
	return f, given, err
}

func (a *API) lists(c *gin.Context) middleware.ListReader {
	return middleware.ListReader{By: who(c).Actor, Now: a.now().In(who(c).User.Location())}
}

// readParameters calls read for each parameter of the address that is one of names and not blank. It
// returns Invalid for unknown, repeated and invalid ones.
func readParameters(c *gin.Context, names []string, read func(r reader, name, value string)) (url.Values, error) {
	return readRepeated(c, names, func(string) bool { return false }, read)
}

// readRepeated is readParameters for lists some of whose parameters may be repeated. read gets the first
// value of each.
func readRepeated(c *gin.Context, names []string, several func(name string) bool,
	read func(r reader, name, value string),
) (url.Values, error) {
	given, refused := c.Request.URL.Query(), &db.Invalid{Fields: map[string]string{}}
	r := reader{given: given, refused: refused}
	for name := range given {
		if len(refused.Fields) == maxRefused {
			break
		}
		if !slices.Contains(names, name) {
			refused.Fields[shortened(name)] = "Unknown parameter; there are " + strings.Join(names, ", ")
			continue
		}
		if values := r.values(name); len(values) > 0 {
			read(r, name, values[0])
		}
		of, is := strings.CutSuffix(name, "_is")
		switch {
		case is && len(r.values(name)) > 0 && len(r.values(of)) == 0:
			refused.Fields[name] = "Send it with " + of
		case len(given[name]) > 1 && !several(name):
			refused.Fields[name] = "Send it once"
		case slices.ContainsFunc(given[name], unreadable):
			refused.Fields[name] = "It has characters that cannot be read"
		}
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return given, nil
}

// unreadable reports whether a parameter has characters that no text can have.
func unreadable(value string) bool { return !utf8.ValidString(value) || strings.ContainsRune(value, 0) }

// reader reads the parameters of a list into a filter.
type reader struct {
	given   url.Values
	refused *db.Invalid
}

// value returns the value of a parameter.
func (r reader) value(name string) string { return strings.TrimSpace(r.given.Get(name)) }

// values returns the values of a parameter that are not blank.
func (r reader) values(name string) (all []string) {
	for _, value := range r.given[name] {
		if value = strings.TrimSpace(value); value != "" {
			all = append(all, value)
		}
	}
	return all
}

// query returns what to search for.
func (r reader) query() string {
	typed := r.value("q")
	r.require("q", utf8.RuneCountInString(typed) <= maxQuery, "Send at most 200 characters")
	return typed
}

// limit returns how many records a page has.
func (r reader) limit() int {
	n, err := strconv.Atoi(r.value("limit"))
	r.require("limit", err == nil && n >= 1 && n <= db.MostListed, "Send a number from 1 to 200")
	return n
}

// people refuses values that are not me, none or a user's ID, which it replaces by its stored form.
func (r reader) people(name string, values []string) {
	for i, value := range values {
		id, valid := readID(value)
		if valid {
			values[i] = id
		}
		r.require(name, value == "me" || value == "none" || valid, "Send me, none or the id of a user")
	}
}

// require refuses a parameter unless ok is true.
func (r reader) require(name string, ok bool, why string) {
	if !ok {
		r.refused.Fields[name] = why
	}
}

// choice refuses a value that is not one of these.
func (r reader) choice(name string, options ...string) {
	r.require(name, slices.Contains(options, r.value(name)), "Send "+middleware.OrList(options))
}
