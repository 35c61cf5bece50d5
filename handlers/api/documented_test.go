package api_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"clientregistry/handlers/api"
)

// reference is openapi.yaml and a router of its operations.
type reference struct {
	*openapi3.T
	router routers.Router
}

// document reads openapi.yaml once.
var document = sync.OnceValues(func() (reference, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		return reference{}, err
	}
	if err := doc.Validate(context.Background(), openapi3.EnableSchemaFormatValidation()); err != nil {
		return reference{}, err
	}
	router, err := gorillamux.NewRouter(doc)
	return reference{doc, router}, err
})

func readDocument(t testing.TB) reference {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	return doc
}

// operation returns what the document says of a route, or nil.
func (d reference) operation(r api.Route) *openapi3.Operation {
	item := d.Paths.Value(documentedPath(r.Path))
	if item == nil {
		return nil
	}
	return item.GetOperation(r.Method)
}

var parameterInPath = regexp.MustCompile(`:(\w+)`)

// documentedPath returns a route's path as the document has it.
func documentedPath(path string) string {
	return parameterInPath.ReplaceAllString(strings.TrimPrefix(path, "/api/crm"), "{$1}")
}

// parameters returns the documented parameters of a route that are sent in this place.
func (d reference) parameters(r api.Route, in string) map[string]*openapi3.Schema {
	all := map[string]*openapi3.Schema{}
	for _, p := range slices.Concat(d.Paths.Value(documentedPath(r.Path)).Parameters, d.operation(r).Parameters) {
		if p.Value.In == in {
			all[p.Value.Name] = p.Value.Schema.Value
		}
	}
	return all
}

// body returns the documented fields of a route's request, nil if it has none.
func (d reference) body(r api.Route) map[string]*openapi3.Schema {
	body := d.operation(r).RequestBody
	if body == nil {
		return nil
	}
	return fieldsOf(body.Value.Content["application/json"].Schema.Value)
}

// fieldsOf returns the fields of an object, also those that it takes from other schemas.
func fieldsOf(s *openapi3.Schema) map[string]*openapi3.Schema {
	all := map[string]*openapi3.Schema{}
	for name, field := range s.Properties {
		all[name] = field.Value
	}
	for _, part := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		maps.Copy(all, fieldsOf(part.Value))
	}
	return all
}

// coverage has the statuses and fields that tests have met, by operation of the document.
type coverage struct {
	mu       sync.Mutex
	statuses map[string]map[string]bool
	fields   map[string]map[string]bool // of good answers, like contacts.contact.email
}

func (m *coverage) note(operation, status string, fields map[string]bool) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.statuses == nil {
		m.statuses, m.fields = map[string]map[string]bool{}, map[string]map[string]bool{}
	}
	if m.statuses[operation] == nil {
		m.statuses[operation], m.fields[operation] = map[string]bool{}, map[string]bool{}
	}
	m.statuses[operation][status] = true
	maps.Copy(m.fields[operation], fields)
}

// toldHeaders are headers of answers that the document has where they occur.
var toldHeaders = []string{"ETag", "Link", "Location", "Retry-After", "WWW-Authenticate", "Idempotent-Replayed", "Preference-Applied"}

// check holds an answer against the document: its status, headers and body, and the request if it
// was accepted.
func (a answer) check(s *site, r *http.Request, body string) {
	a.t.Helper()
	doc, err := document()
	if err != nil {
		a.t.Errorf("openapi.yaml: %v", err) // not Fatal, as some tests send from goroutines
		return
	}
	route, parameters, err := doc.router.FindRoute(r)
	if err != nil {
		return // no operation
	}
	name, status := r.Method+" "+route.Path, strconv.Itoa(a.StatusCode)
	response := route.Operation.Responses.Value(status)
	if response == nil && a.StatusCode < 500 {
		a.t.Errorf("openapi.yaml does not say that %s answers %s, as to %s", name, status, a.what)
		return
	}
	for _, header := range toldHeaders {
		if response != nil && a.Header.Get(header) != "" && response.Value.Headers[header] == nil {
			a.t.Errorf("openapi.yaml does not say that %s answers %s with the header %s", name, status, header)
		}
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	r.URL.RawQuery = withoutBlank(r.URL.Query()).Encode()
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.StatusCode, Header: a.Header}
	if err := openapi3filter.ValidateResponse(context.Background(), out.SetBodyBytes([]byte(a.body))); err != nil {
		a.t.Errorf("%s is answered %s, which is not as openapi.yaml says: %v", a.what, a.body, err)
	}
	fields := map[string]bool{}
	if a.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			a.t.Errorf("%s is accepted, but not as openapi.yaml says: %v", a.what, err)
		}
		collect(fields, "", a.json)
	}
	s.coverage.note(name, status, fields)
}

// withoutBlank returns the parameters that are not blank, which count as absent.
func withoutBlank(all url.Values) url.Values {
	maps.DeleteFunc(all, func(_ string, values []string) bool { return strings.TrimSpace(values[0]) == "" })
	return all
}

// collect adds the names of all fields of a value.
func collect(names map[string]bool, prefix string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, inside := range value {
			names[prefix+name] = true
			collect(names, prefix+name+".", inside)
		}
	case []any:
		for _, inside := range value {
			collect(names, prefix, inside)
		}
	}
}

// collectDocumented is collect for a schema.
func collectDocumented(names map[string]bool, prefix string, s *openapi3.Schema) {
	for name, inside := range fieldsOf(s) {
		names[prefix+name] = true
		collectDocumented(names, prefix+name+".", inside)
	}
	if s.Items != nil {
		collectDocumented(names, prefix, s.Items.Value)
	}
}

// wantAllMet checks that each status and each field that the document says of a route was met.
func (s *site) wantAllMet(r api.Route) {
	s.t.Helper()
	op := readDocument(s.t).operation(r)
	if op == nil {
		return // see TestEveryOperationIsDocumented
	}
	name, want := r.Method+" "+documentedPath(r.Path), map[string]bool{}
	for status, response := range op.Responses.Map() {
		if status != "default" && !s.coverage.statuses[name][status] {
			s.t.Errorf("openapi.yaml says that %s answers %s, which no request of this test met", name, status)
		}
		if content := response.Value.Content["application/json"]; content != nil && status < "300" {
			collectDocumented(want, "", content.Schema.Value)
		}
	}
	for field := range want {
		if !s.coverage.fields[name][field] {
			s.t.Errorf("openapi.yaml says that %s answers with the field %s, which no answer of this test had", name, field)
		}
	}
}
