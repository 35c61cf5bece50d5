package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/goccy/go-yaml"

	"clientregistry/views"
	"clientregistry/views/wording"
)

// apiDocs answers with the documentation of the API, or with the parts of it that have all words of
// q. It is the same for everybody.
func (s *Server) apiDocs(c *gin.Context) error {
	page := views.Page{Title: "API", Description: "How programs use this registry"}
	if v := who(c); v != nil {
		page.User, page.SingleKeys = v.User.FullName, v.User.SingleKeys
		if v.User.Theme != "system" {
			page.Theme = v.User.Theme
		}
	}
	docs, err := s.reference()
	if err != nil {
		return err
	}
	if q := strings.TrimSpace(strings.ToValidUTF8(c.Query("q"), "")); q != "" {
		docs = matchingDocs(docs, q)
	}
	docs.Page = page
	return s.show(c, http.StatusOK, docs)
}

// maxQuery is how many characters of a search count; the rest is ignored.
const maxQuery = 200

// matchingDocs returns the parts of the documentation that have all words of q.
func matchingDocs(docs views.APIDocs, q string) views.APIDocs {
	if r := []rune(q); len(r) > maxQuery {
		q = string(r[:maxQuery])
	}
	words, found := strings.Fields(strings.ToLower(q)), views.APIDocs{Query: q}
	has := func(part any) bool {
		text := strings.ToLower(fmt.Sprintf("%+v", part))
		for _, word := range words {
			if !strings.Contains(text, word) {
				return false
			}
		}
		return true
	}
	operations := 0
	for _, section := range docs.Sections {
		if has([]any{section.Title, section.Text, section.Example.Request, section.Example.Answer}) {
			found.Sections = append(found.Sections, section)
		}
	}
	for _, group := range docs.Groups {
		all := group.Operations
		group.Operations = nil
		for _, o := range all {
			if has([]any{group.Name, o.Method, o.Address, o.Title, o.Text, o.Needs, o.Parts, o.Answers, o.Failures}) {
				group.Operations = append(group.Operations, o)
				operations++
			}
		}
		if len(group.Operations) > 0 {
			found.Groups = append(found.Groups, group)
		}
	}
	for _, record := range docs.Records {
		if has(record) {
			found.Records = append(found.Records, record)
		}
	}
	found.Result = wording.Plural(operations, "operation") + " found for “" + q + "”."
	return found
}

// curl returns a shell command that makes the request. It takes the token and ids from variables.
func curl(base, path, method string, parameters []node, example any) string {
	how := ""
	if method != http.MethodGet {
		how = "-X " + method + " "
	}
	lines := []string{"curl " + how + `-H "Authorization: Bearer $TOKEN"`}
	if example != nil {
		body := strings.ReplaceAll(asJSON(example, "  "), "'", `'\''`)
		lines = append(lines, `-H "Content-Type: application/json"`, "-d '"+body+"'")
	}
	address := base + "/api/crm" + inBraces.ReplaceAllStringFunc(path, func(name string) string {
		return "$" + strings.ToUpper(strings.Trim(name, "{}"))
	})
	first := "?"
	for _, p := range parameters {
		if p = p.resolved(); p.text("in") != "query" {
			continue
		}
		example := p.at("example").value
		values, several := example.([]any)
		if !several && example != nil {
			values = []any{example}
		}
		for _, value := range values {
			address += first + p.text("name") + "=" + fmt.Sprint(value)
			first = "&"
		}
	}
	return strings.Join(append(lines, `"`+address+`"`), " \\\n  ")
}

// delivery returns what the registry sends to a webhook, as its receiver reads it.
func delivery(parameters []node, example any) string {
	lines := []string{"Content-Type: application/json"}
	for _, p := range parameters {
		p = p.resolved()
		lines = append(lines, p.text("name")+": "+p.text("example"))
	}
	return strings.Join(lines, "\n") + "\n\n" + asJSON(example, "")
}

var inBraces = regexp.MustCompile(`\{\w+\}`)

// asJSON writes a value of the document as JSON. Short values stay on one line. Further lines are
// indented.
func asJSON(value any, indent string) string {
	const width = 60
	var open, closed string
	var parts []string
	switch value := value.(type) {
	case yaml.MapSlice:
		open, closed = "{", "}"
		for _, item := range value {
			parts = append(parts, fmt.Sprintf("%q: ", item.Key)+asJSON(item.Value, indent+"  "))
		}
	case []any:
		open, closed = "[", "]"
		for _, item := range value {
			parts = append(parts, asJSON(item, indent+"  "))
		}
	default:
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(value); err != nil {
			panic(fmt.Sprintf("openapi.yaml: %v", err)) // every value of YAML has a JSON form
		}
		return strings.TrimSpace(b.String())
	}
	if line := open + strings.Join(parts, ", ") + closed; len(indent)+len(line) <= width && !strings.Contains(line, "\n") {
		return line
	}
	return open + "\n" + indent + "  " + strings.Join(parts, ",\n"+indent+"  ") + "\n" + indent + closed
}

// shortPath returns the end of a path, so that it fits into the menu.
func shortPath(path string) string {
	if parts := strings.Split(path, "/"); len(path) > 22 && len(parts) > 3 {
		return "…/" + strings.Join(parts[len(parts)-2:], "/")
	}
	return path
}

// slug makes a title the id of its heading.
func slug(title string) string { return strings.ReplaceAll(strings.ToLower(title), " ", "-") }

// flowing joins the lines of each paragraph.
func flowing(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(paragraphs, "\n\n")
}
