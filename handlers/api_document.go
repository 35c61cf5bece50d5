package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"clientregistry/handlers/api"
	"clientregistry/views"
)

// readReference returns what openapi.yaml says, as the page shows it. base is the registry's address.
func readReference(base string) (views.APIDocs, error) {
	var root any
	if err := yaml.UnmarshalWithOptions(api.Document, &root, yaml.UseOrderedMap()); err != nil {
		return views.APIDocs{}, fmt.Errorf("openapi.yaml: %w", err)
	}
	doc, docs := node{root, root}, views.APIDocs{}
	for n, part := range strings.Split(doc.at("info").text("description"), "\n## ") {
		title, text, _ := strings.Cut(part, "\n")
		if n == 0 {
			title, text = "Start here", part
		}
		docs.Sections = append(docs.Sections, readSection(base, title, text))
	}
	for _, tag := range doc.at("tags").items() {
		docs.Groups = append(docs.Groups, readGroup(base, doc, tag))
	}
	docs.Records = readRecords(doc.at("components").at("schemas"), docs.Groups)
	return docs, nil
}

// readSection reads a part of the introduction. Its code is the example beside it: sh is a request, http the
// answer, text a delivery.
func readSection(base, title, text string) views.APISection {
	s := views.APISection{ID: slug(title), Title: title}
	s.Example = views.APIExample{ID: s.ID, Title: title, Answered: "Answer"}
	for n, part := range strings.Split(text, "```") {
		if n%2 == 0 {
			s.Text += part
			continue
		}
		kind, code, _ := strings.Cut(strings.ReplaceAll(part, "https://registry.example", base), "\n")
		if code = strings.TrimSpace(code); kind == "http" {
			s.Example.Answer = code
		} else {
			s.Example.Request, s.Example.Sends = code, kind == "text"
		}
	}
	s.Text = flowing(s.Text)
	return s
}

// readGroup returns a tag of the document with its operations and webhooks.
func readGroup(base string, doc, tag node) views.APIGroup {
	group := views.APIGroup{ID: slug("group " + tag.text("name")), Name: tag.text("name"), Text: flowing(tag.text("description"))}
	for _, path := range slices.Concat(doc.at("paths").pairs(), doc.at("webhooks").pairs()) {
		for _, operation := range path.pairs() {
			if slices.ContainsFunc(operation.at("tags").items(), func(t node) bool { return t.String() == group.Name }) {
				group.Operations = append(group.Operations, readOperation(base, path, operation))
			}
		}
	}
	return group
}

func readOperation(base string, path, operation pair) views.APIOperation {
	o := views.APIOperation{
		ID: operation.text("operationId"), Method: strings.ToUpper(operation.key), Address: "/api/crm" + path.key, Short: shortPath(path.key),
		Title: operation.text("summary"), Text: flowing(operation.text("description")), Ours: !strings.HasPrefix(path.key, "/"),
		Needs: readNeeds(operation.at("security")),
	}
	if o.Ours {
		o.Address, o.Short = "an address of yours", path.key
	}
	parameters := slices.Concat(path.at("parameters").items(), operation.at("parameters").items())
	body := operation.at("requestBody").at("content").at("application/json")
	o.Parts = readParts(o, parameters, body.at("schema"))
	for _, response := range operation.at("responses").pairs() {
		readResponse(&o, response)
	}
	o.Example.ID, o.Example.Title, o.Example.Sends = o.ID, o.Title, o.Ours
	if o.Example.Request = curl(base, path.key, o.Method, parameters, body.at("example").value); o.Ours {
		o.Example.Request = delivery(parameters, body.at("example").value)
	}
	return o
}

// readNeeds returns the permissions that an operation requires. Alternatives stand in one text, joined by "or".
func readNeeds(security node) (needs []string) {
	for _, choice := range security.items() {
		for i, permission := range choice.at("token").items() {
			if name := permission.String(); i == len(needs) {
				needs = append(needs, name)
			} else if needs[i] != name {
				needs[i] += " or " + name
			}
		}
	}
	return needs
}

// readParts returns what an operation takes: the parameters by where they stand, and the fields of its body.
func readParts(o views.APIOperation, parameters []node, body node) (parts []views.APIPart) {
	for _, place := range []struct{ in, name string }{{"path", "In the address"}, {"query", "Parameters"}, {"header", "Headers"}} {
		part := views.APIPart{ID: o.ID + "-" + place.in, Name: place.name}
		for _, p := range parameters {
			if p = p.resolved(); p.text("in") == place.in {
				f := readField(p.text("name"), p.at("schema"), !o.Ours && p.text("required") == "true")
				f.Text = p.text("description")
				part.Fields = append(part.Fields, f)
			}
		}
		if len(part.Fields) > 0 {
			parts = append(parts, part)
		}
	}
	if fields := readFields(body, !o.Ours); len(fields) > 0 {
		parts = append(parts, views.APIPart{ID: o.ID + "-body", Name: "Body", Fields: fields})
	}
	return parts
}

// readResponse adds one of an operation's responses to its answers or failures. The example of a success becomes the
// operation's.
func readResponse(o *views.APIOperation, response pair) {
	content := response.at("content").at("application/json")
	status := views.APIStatus{Status: strings.ToLower(response.key), Text: response.text("description")}
	code, _ := strconv.Atoi(response.key)
	if response.key == "default" {
		status.Status = map[bool]string{true: "other", false: "5xx"}[o.Ours]
	}
	if !o.Ours && (code >= 400 || response.key == "default") {
		o.Failures = append(o.Failures, status)
	} else {
		status.Records = recordsOf(node{content.root, rawAt(content, "schema")})
		o.Answers = append(o.Answers, status)
	}
	if example := content.at("example"); code >= 200 && code < 300 && example.value != nil {
		o.Example.Answered, o.Example.Answer = response.key+" "+http.StatusText(code), asJSON(example.value, "")
	}
}

// recordsOf returns the names of the records that a schema has, outermost first.
func recordsOf(schema node) (names []string) {
	if name := schema.reference(); name != "" {
		if name == "OutOfSight" {
			return nil
		}
		return []string{name}
	}
	inside := slices.Concat(schema.at("anyOf").items(), schema.at("allOf").items())
	if items := rawAt(schema, "items"); items != nil {
		inside = append(inside, node{schema.root, items})
	}
	for _, p := range schema.at("properties").pairs() {
		inside = append(inside, p.plain)
	}
	for _, one := range inside {
		for _, name := range recordsOf(one) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// readRecords returns the schemas that answers and deliveries have, in the order of the document.
func readRecords(schemas node, groups []views.APIGroup) (all []views.APIRecord) {
	used := map[string]bool{}
	use := func(names []string) {
		for _, name := range names {
			used[name] = true
			for _, inside := range recordsOf(node{schemas.root, schemas.at(name).value}) {
				used[inside] = true
			}
		}
	}
	for _, g := range groups {
		for _, o := range g.Operations {
			for _, a := range o.Answers {
				use(a.Records)
			}
			for _, part := range o.Parts {
				for _, f := range part.Fields {
					use(f.Records)
				}
			}
		}
	}
	for _, schema := range schemas.pairs() {
		if used[schema.key] {
			all = append(all, views.APIRecord{Name: schema.key, Fields: readFields(schema.node, false)})
		}
	}
	return all
}

// readFields returns the fields of an object, including those that it takes from others. If typed is true, the
// reader sends them and learns which are required. What the registry sends always has all fields.
func readFields(schema node, typed bool) (all []views.APIField) {
	required := schema.at("required").items()
	for _, part := range schema.at("allOf").items() {
		all = append(all, readFields(part.resolved(), typed)...)
	}
	for _, p := range schema.at("properties").pairs() {
		f := readField(p.key, p.node, false)
		f.Records = recordsOf(p.plain)
		all = append(all, f)
	}
	for i := range all {
		must := slices.ContainsFunc(required, func(name node) bool { return name.String() == all[i].Name })
		if must && typed {
			all[i].Kind = strings.TrimPrefix(all[i].Kind+", required", ", ")
		}
	}
	return all
}

// readField describes the values of a field or parameter.
func readField(name string, schema node, required bool) views.APIField {
	f := views.APIField{Name: name, Text: schema.text("description")}
	types := schema.at("type").items()
	if len(types) == 0 {
		types = []node{schema.at("type")}
	}
	for _, choice := range schema.at("enum").items() {
		if choice.value != nil {
			f.Choices = append(f.Choices, choice.String())
		}
	}
	switch first := types[0].String(); {
	case len(f.Choices) == 1:
		f.Kind = "only this"
	case len(f.Choices) > 1:
		f.Kind = "one of these"
	case first == "array" && schema.at("items").at("format").value != nil:
		f.Kind = "list of ids"
	case first == "array":
		f.Kind = "list"
	default:
		f.Kind = map[string]string{
			"string": "text", "stringuuid": "id", "stringdate": "day", "stringdate-time": "time", "stringemail": "email",
			"integer": "number", "boolean": "true or false", "object": "object",
		}[first+schema.text("format")]
	}
	if most := schema.text("maxLength"); most != "" && len(f.Choices) == 0 {
		f.Kind += ", at most " + most
	}
	if most := schema.text("maximum"); most != "" {
		f.Kind += ", " + schema.text("minimum") + " to " + most
	}
	if preset := schema.text("default"); preset != "" {
		f.Kind += ", usually " + preset
	}
	if slices.ContainsFunc(types, func(t node) bool { return t.String() == "null" }) {
		f.Kind += map[bool]string{true: ", or null", false: " or null"}[strings.Contains(f.Kind, ",")]
	}
	if required {
		f.Kind += ", required"
	}
	return f
}
