package api_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"clientregistry/db"
	"clientregistry/handlers/api"
	"clientregistry/handlers/middleware"
)

// TestEveryOperationIsDocumented: with the permissions that it needs, and nothing else is.
func TestEveryOperationIsDocumented(t *testing.T) {
	t.Parallel()
	doc, real := readDocument(t), map[string]bool{}
	for _, r := range api.Routes() {
		op := doc.operation(r)
		if op == nil {
			t.Errorf("openapi.yaml lacks %s %s", r.Method, documentedPath(r.Path))
			continue
		}
		real[r.Method+" "+documentedPath(r.Path)] = true
		if op.Summary == "" || op.Description == "" || op.OperationID == "" || len(op.Tags) != 1 || doc.Tags.Get(op.Tags[0]) == nil {
			t.Errorf("%s %s needs a summary, a description, an operationId and one of the tags", r.Method, r.Path)
		}
		for _, enough := range *op.Security {
			said := enough["token"]
			if !r.Allows(db.Actor{UserID: unknown, May: permissions(said)}) {
				t.Errorf("%s %s needs more permissions than %v", r.Method, r.Path, said)
			}
			for i := range said {
				if r.Allows(db.Actor{UserID: unknown, May: permissions(slices.Delete(slices.Clone(said), i, i+1))}) {
					t.Errorf("%s %s does not need %s", r.Method, r.Path, said[i])
				}
			}
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !real[method+" "+path] {
				t.Errorf("openapi.yaml has %s %s, which is no route", method, path)
			}
		}
	}
}

func permissions(names []string) (may []db.Permission) {
	for _, name := range names {
		may = append(may, db.Permission(name))
	}
	return may
}

// candidates are names that parameters or fields might have: those of the document, of the
// descriptions of fields, and all words in quotes in the code of the API.
func candidates(t *testing.T) []string {
	t.Helper()
	names := map[string]bool{}
	doc := readDocument(t)
	for _, r := range api.Routes() {
		if doc.operation(r) == nil {
			continue
		}
		for _, all := range []map[string]*openapi3.Schema{doc.parameters(r, "query"), doc.body(r)} {
			for name := range all {
				names[name] = true
			}
		}
	}
	for _, k := range []*db.RecordKind{db.OrganizationKind, db.ContactKind} {
		for _, f := range k.Fields {
			names[f.Column], names[f.Name()], names[f.Column+"_is"] = true, true, true
		}
		for _, name := range middleware.ListParameters(k, true) {
			names[name] = true
		}
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(`^[a-z][a-z_]*$`)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && word.MatchString(text) {
					names[text] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(names))
}

// unknownName matches how the API refuses a parameter or field that it does not have.
var unknownName = regexp.MustCompile("^(Unknown (parameter|field);|Only the registry sets this|This (address|operation) (has|takes) no)")

// mostRefused is how many fields or parameters a refusal names.
const mostRefused = 20

// TestEveryParameterAndFieldIsDocumented: each one that an operation knows is in the document, and
// each one there is known. All are sent with a value that is refused; what is unknown is refused in
// other words.
func TestEveryParameterAndFieldIsDocumented(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, doc, names := s.as("Manager"), readDocument(t), candidates(t)
	for n, r := range api.Routes() {
		if doc.operation(r) == nil {
			continue // see TestEveryOperationIsDocumented
		}
		name, path := r.Method+" "+r.Path, newWorld(s, n).address(r.Path)
		same := func(what, candidate string, documented map[string]*openapi3.Schema, a answer) {
			t.Helper()
			said := a.want(422).text("fields." + candidate)
			known := !unknownName.MatchString(said)
			if known && documented[candidate] == nil {
				t.Errorf("openapi.yaml lacks the %s %s of %s, which says of it: %q", what, candidate, name, said)
			}
			if !known && documented[candidate] != nil {
				t.Errorf("openapi.yaml has the %s %s of %s, which says of it: %q", what, candidate, name, said)
			}
		}
		if doc.body(r) != nil && validBody(r, n) == "" {
			t.Errorf("openapi.yaml has a body of %s, which takes none", name)
		}
		for some := range slices.Chunk(names, mostRefused) {
			query, body := url.Values{}, map[string]any{}
			for _, candidate := range some {
				query[candidate] = []string{"\x00", "\x00"}
				body[candidate] = [][]string{}
			}
			sent, _ := json.Marshal(body)
			asked, filled := p.send(r.Method, path+"?"+query.Encode(), validBody(r, n)), answer{}
			if validBody(r, n) != "" {
				filled = p.send(r.Method, path, string(sent))
			}
			for _, candidate := range some {
				same("parameter", candidate, doc.parameters(r, "query"), asked)
				if validBody(r, n) != "" {
					same("field", candidate, doc.body(r), filled)
				}
			}
		}
		for header, refused := range map[string]struct {
			value  string
			status int
		}{"If-Match": {"nonsense", 400}, "If-None-Match": {"*", 304}, "Idempotency-Key": {"a b", 400}} {
			known := p.send(r.Method, path, validBody(r, n+1000), header, refused.value).StatusCode == refused.status
			if _, documented := doc.parameters(r, "header")[header]; known != documented {
				t.Errorf("openapi.yaml has the header %s of %s: %v, but the API knows it: %v", header, name, documented, known)
			}
		}
	}
}

// TestFieldsAreDocumentedAsDescribed: lengths, choices and types in the document are those of the
// descriptions of fields, and lists sort by what it says.
func TestFieldsAreDocumentedAsDescribed(t *testing.T) {
	t.Parallel()
	doc := readDocument(t)
	fields := map[string]db.Field{}
	for _, all := range [][]db.Field{
		db.OrganizationKind.Fields, db.ContactKind.Fields, db.LinkFields(), db.InteractionFields(), db.FollowUpFields(),
	} {
		for _, f := range all {
			fields[f.Column] = f
		}
	}
	for name, schema := range doc.Components.Schemas {
		for column, documented := range schema.Value.Properties {
			f, known := fields[column]
			if !known {
				continue
			}
			if got, want := shapeOf(documented.Value), shapeOfField(f); got != want {
				t.Errorf("openapi.yaml says of %s.%s: %s, want %s", name, column, got, want)
			}
		}
	}
	for _, k := range []*db.RecordKind{db.OrganizationKind, db.ContactKind} {
		want := []string{k.NameColumn(), "-" + k.NameColumn()}
		for _, column := range k.Columns {
			if column.SortedFor(db.Actor{May: db.Permissions}) {
				want = append(want, column.Name, "-"+column.Name)
			}
		}
		sort := doc.parameters(api.Route{Method: "GET", Path: "/api/crm/" + k.Plural}, "query")["sort"]
		if got := fmt.Sprint(sort.Enum); got != fmt.Sprint(want) {
			t.Errorf("openapi.yaml says that %s are sorted by %s, want %v", k.Plural, got, want)
		}
	}
}

// shapeOf says what values a documented field has.
func shapeOf(s *openapi3.Schema) string {
	choices := slices.DeleteFunc(slices.Clone(s.Enum), func(v any) bool { return v == nil })
	switch {
	case len(choices) > 0:
		return fmt.Sprint(choices)
	case s.Type.Includes("boolean"):
		return "boolean"
	case s.Format == "uuid":
		return "an id"
	case s.Format == "date":
		return "a day"
	case s.Format == "date-time":
		return "a time"
	case s.MaxLength != nil:
		return fmt.Sprintf("at most %d characters", *s.MaxLength)
	}
	return "anything"
}

func shapeOfField(f db.Field) string {
	switch f.Kind {
	case db.Flag:
		return "boolean"
	case db.Choice:
		return fmt.Sprint(f.Options)
	case db.Person, db.Other:
		return "an id"
	case db.Day:
		return "a day"
	case db.Moment:
		return "a time"
	}
	return fmt.Sprintf("at most %d characters", f.Max)
}

// TestTheDocumentIsServed: to everybody, with HEAD too, and again only if it has changed.
func TestTheDocumentIsServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	get := func(method string, headers ...string) *http.Response {
		r := httptest.NewRequest(method, "http://registry.example/api/openapi.yaml", nil)
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Result()
	}
	whole := get("GET")
	body, err := io.ReadAll(whole.Body)
	tag := whole.Header.Get("ETag")
	if err != nil || whole.StatusCode != 200 || string(body) != string(api.Document) || tag == "" {
		t.Errorf("%v, %d, ETag %s and %d bytes", err, whole.StatusCode, tag, len(body))
	}
	if kind := whole.Header.Get("Content-Type"); kind != "application/yaml; charset=utf-8" {
		t.Errorf("Content-Type is %s", kind)
	}
	if again := get("GET", "If-None-Match", tag); again.StatusCode != 304 {
		t.Errorf("with its ETag: %d", again.StatusCode)
	}
	if old := get("GET", "If-None-Match", `"0"`); old.StatusCode != 200 {
		t.Errorf("with another ETag: %d", old.StatusCode)
	}
	if head := get("HEAD"); head.StatusCode != 200 || head.Header.Get("ETag") != tag {
		t.Errorf("HEAD: %d, ETag %s", head.StatusCode, head.Header.Get("ETag"))
	}
	s.stranger().send("POST", "/api/openapi.yaml", "{}").want(405, `"error":"`)
}
