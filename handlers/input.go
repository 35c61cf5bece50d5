package handlers

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"clientregistry/db"
)

// id returns a path parameter that is an id. Anything else is db.ErrNotFound.
func id(c *gin.Context, name string) (string, error) {
	if v := c.Param(name); db.ValidID(v) {
		return v, nil
	}
	return "", db.ErrNotFound
}

// typed returns those of the named fields that the form contains.
func typed(c *gin.Context, columns ...string) db.Fields {
	return typedIn(c.Request.PostForm, columns...)
}

// typedIn returns those of the named fields that this form contains.
func typedIn(form url.Values, columns ...string) db.Fields {
	fields := db.Fields{}
	for _, column := range columns {
		if values, ok := form[column]; ok {
			fields[column] = values[0]
		}
	}
	return fields
}

// withoutColumns returns the fields except those columns.
func withoutColumns(fields db.Fields, columns []string) db.Fields {
	rest := maps.Clone(fields)
	for _, column := range columns {
		delete(rest, column)
	}
	return rest
}

// version returns the version that the change is based on.
func version(c *gin.Context) (int, error) { return versionIn(c, "version") }

// versionIn reads the version in a field of the form.
func versionIn(c *gin.Context, field string) (int, error) {
	v, err := strconv.Atoi(c.Request.PostForm.Get(field))
	if err != nil || v < 1 {
		return 0, &db.Invalid{Fields: map[string]string{"version": "The page did not say which version it showed; reload it and try again"}}
	}
	return v, nil
}

// newRequestID returns an id by which a create form is recognized if it is sent twice.
func newRequestID() string { return uuid.Must(uuid.NewV7()).String() }

// requestID returns the id of the form that was sent, so that a refused form keeps it.
func requestID(c *gin.Context) string {
	if v := c.Request.PostForm.Get("request_id"); db.ValidID(v) {
		return v
	}
	return newRequestID()
}

// before returns the number before which older rows are asked for, 0 for the newest page.
func before(given url.Values) (int64, error) {
	if given.Get("before") == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(given.Get("before"), 10, 64)
	if err != nil || n <= 0 {
		return 0, &db.Invalid{Fields: map[string]string{"before": "This link to older entries is not valid; start again from the newest ones"}}
	}
	return n, nil
}

// query returns a parameter of the URL, trimmed, of bounded length and without unreadable
// characters.
func query(c *gin.Context, name string) string { return readable(c.Query(name)) }

func readable(v string) string {
	v = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", ""), ""))
	if utf8.RuneCountInString(v) > 500 {
		v = string([]rune(v)[:500])
	}
	return v
}

// address returns a path with the parameters that are not empty.
func address(path string, parameters url.Values) string {
	for name, values := range parameters {
		if len(values) == 0 || values[0] == "" {
			delete(parameters, name)
		}
	}
	if len(parameters) == 0 {
		return path
	}
	return path + "?" + parameters.Encode()
}

// with returns the parameters with one set, or removed where value is "".
func with(parameters url.Values, name, value string) url.Values {
	changed := url.Values{}
	for k, v := range parameters {
		changed[k] = v
	}
	changed.Set(name, value)
	return changed
}

// appended returns an address with one more parameter, before its fragment if it has one.
func appended(address, name, value string) string {
	page, fragment, found := strings.Cut(address, "#")
	separator := "?"
	if strings.Contains(page, "?") {
		separator = "&"
	}
	if page += separator + url.QueryEscape(name) + "=" + url.QueryEscape(value); found {
		return page + "#" + fragment
	}
	return page
}

// setting returns a fast form of address(path, with(parameters, name, value)) for many values: the
// rest of the address is built once.
func setting(path string, parameters url.Values, name string) func(value string) string {
	before, after := url.Values{}, url.Values{}
	for k, v := range parameters {
		if k < name {
			before[k] = v
		} else if k > name {
			after[k] = v
		}
	}
	without := address(path, with(parameters, name, ""))
	start, end := address(path, before), strings.TrimPrefix(address("", after), "?")
	if start == path {
		start += "?"
	} else {
		start += "&"
	}
	if end != "" {
		end = "&" + end
	}
	return func(value string) string {
		if value == "" {
			return without
		}
		return start + url.QueryEscape(name) + "=" + url.QueryEscape(value) + end
	}
}

// nextPage returns next if it is a path of ours, else "/". Anything that a browser could take for
// another site is refused.
func nextPage(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsFunc(next, func(c rune) bool { return c < ' ' || c == '\\' || c == 0x7f }) ||
		strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, "\\") {
		return "/"
	}
	return namedMessage.ReplaceAllString(next, "")
}
