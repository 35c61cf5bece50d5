// Package api serves the registry to programs as JSON: a table of routes, a handler for each, and
// what they share. It calls the same functions of the store as the pages.
package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/handlers/middleware"
)

// API answers the programs of one registry.
type API struct {
	*middleware.Stack

	db         *db.DB
	base       *url.URL
	now        func() time.Time
	rates      *rates
	ending     context.Context
	sameOrigin *http.CrossOriginProtection
}

// DefaultRate is how many requests a second a token may make.
const DefaultRate = 50

// Options say how programs reach the registry.
type Options struct {
	BaseURL *url.URL // the address that people and programs use
	Rate    int      // requests a second for each token; 0 means DefaultRate
	Now     func() time.Time
	Ending  context.Context // ends the requests that wait, before the server stops
}

// New returns the API of a registry.
func New(d *db.DB, stack *middleware.Stack, o Options) (http.Handler, error) {
	a := &API{
		Stack: stack, db: d, base: o.BaseURL, now: o.Now, rates: newRates(o.Rate), ending: o.Ending,
		sameOrigin: http.NewCrossOriginProtection(),
	}
	if err := a.sameOrigin.AddTrustedOrigin(o.BaseURL.Scheme + "://" + o.BaseURL.Host); err != nil {
		return nil, err
	}
	e, err := a.Engine(a.fail)
	if err != nil {
		return nil, err
	}
	e.Use(combineHeaders, a.LoadProgram(a.fail))
	for _, r := range routes {
		if !r.access.Declared() {
			panic("api: " + r.method + " " + r.path + " names no permission")
		}
		if (r.method == http.MethodPost) != (r.again != nil) {
			panic("api: " + r.method + " " + r.path + " must say how it is answered again if, and only if, it is a POST")
		}
		e.Handle(r.method, r.path, a.serve(r))
	}
	return middleware.HeadAsGet(e), nil
}

// combineHeaders joins the values of a repeated header (RFC 9110, section 5.3), so that nothing reads only the
// first. Two tokens, for example, are then not valid.
func combineHeaders(c *gin.Context) {
	for name, values := range c.Request.Header {
		if len(values) > 1 {
			c.Request.Header[name] = []string{strings.Join(values, ", ")}
		}
	}
}

// serve runs a route: token, rate, permission, parameters, handler, error.
func (a *API) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := a.admit(c, r)
		if err == nil && r.method != http.MethodGet {
			middleware.NoteChanges(c)
		}
		switch {
		case err != nil:
		case r.again != nil:
			err = a.runIdempotent(c, r)
		default:
			err = r.handler(a, c)
		}
		if err != nil {
			a.fail(c, err)
		}
	}
}

// admit returns nil if the request may reach the route's handler.
func (a *API) admit(c *gin.Context, r route) error {
	if r.access.Public {
		return nil
	}
	if c.GetHeader("Authorization") == "" {
		if err := a.sameOrigin.Check(c.Request); err != nil {
			return errors.Join(middleware.ErrOrigin, err)
		}
	}
	if who(c) == nil {
		return middleware.ErrNoToken
	}
	if !a.rates.allow(middleware.Token(c).ID, a.now()) {
		return middleware.ErrRate
	}
	if err := r.access.Check(who(c)); err != nil {
		return err
	}
	given, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return middleware.Unreadable("The parameters of the address cannot be read")
	}
	if r.list {
		return nil
	}
	refused := &db.Invalid{Fields: map[string]string{}}
	for name := range given {
		if len(refused.Fields) == maxRefused {
			break
		}
		refused.Fields[shortened(name)] = "This address has no parameters"
	}
	if len(refused.Fields) > 0 {
		return refused
	}
	return nil
}

// who returns the program that asks: the token's owner, with the rights that both have.
func who(c *gin.Context) *middleware.Visitor { return middleware.Who(c) }

// stale is a refusal with what is stored now. Its status is 409.
type stale struct {
	error
	current []byte // as JSON
}

func (e *stale) Unwrap() error { return e.error }

// fail answers an error in JSON.
func (a *API) fail(c *gin.Context, err error) {
	if errors.Is(err, context.Canceled) || c.Writer.Written() {
		return
	}
	x := a.Refuse(c, err)
	message := x.Message
	var lacks db.Missing
	if errors.As(err, &lacks) {
		message = lacks.Error()
	}
	if c.Request.Method == http.MethodGet {
		message = strings.TrimSuffix(message, " Nothing was changed.")
	}
	var old *stale
	if errors.As(err, &old) {
		x.Status, x.Fields = http.StatusConflict, nil
	}
	if errors.As(err, new(*db.Conflict)) {
		message = "Another version than that of If-Match is stored, see current. Nothing was changed."
	}
	x.Fields = forPrograms(x.Fields)
	switch {
	case len(x.Fields) > 0:
		message = byField(x.Fields)
		if c.Request.Method != http.MethodGet {
			message += " Nothing was changed."
		}
	case x.Status == http.StatusUnauthorized:
		c.Header("WWW-Authenticate", "Bearer")
	case x.Status == http.StatusNotFound && c.FullPath() == "":
		message = "The API has no such address."
	case x.Status == http.StatusMethodNotAllowed:
		message = "This address takes only " + c.Writer.Header().Get("Allow") + "."
	}
	var w writer
	w.object(func() {
		w.string("error", text.StripIsolates(message))
		if len(x.Fields) > 0 {
			w.key("fields")
			w.messages(x.Fields)
		}
		if old != nil {
			w.key("current")
			w.raw(old.current)
		}
	})
	a.send(c, x.Status, w.b)
}

// forPrograms replaces the messages that send somebody to a list of a page, which programs have not.
func forPrograms(messages map[string]string) map[string]string {
	worded := maps.Clone(messages)
	for name, message := range worded {
		if strings.HasSuffix(message, " from the list") {
			worded[name] = "There is none with this id, or it cannot be chosen here"
		}
	}
	return worded
}

// byField puts all messages in one text, each after the field or parameter that it is about.
func byField(messages map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(messages)) {
		all = append(all, name+": "+messages[name]+".")
	}
	return strings.Join(all, " ")
}

const jsonType = "application/json; charset=utf-8"

func (a *API) send(c *gin.Context, status int, body []byte) { c.Data(status, jsonType, body) }

// id returns a path parameter that is an ID. Anything else is db.ErrNotFound.
func id(c *gin.Context, name string) (string, error) {
	if id, valid := readID(c.Param(name)); valid {
		return id, nil
	}
	return "", fmt.Errorf("%s: %w", name, db.ErrNotFound)
}

// readID returns an ID as it is stored, and whether it is one. Programs may send it in capital letters.
func readID(sent string) (id string, valid bool) {
	id = strings.ToLower(sent)
	return id, db.ValidID(id)
}
