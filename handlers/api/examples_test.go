package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/getkin/kin-openapi/openapi3"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/api"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
)

// newListeningSite returns a registry that answers at an address of this machine.
func newListeningSite(t *testing.T) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, coverage: new(coverage)}
	s.Site = handlerstest.New(t, handlers.Options{BaseURL: "http://" + l.Addr().String(), APIRate: 100_000}, jobs.Options{})
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: s}}
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// docs reads the documentation as a browser gets it.
func (s *site) docs() *goquery.Document {
	s.t.Helper()
	got, err := http.Get(s.Base + "/api/docs")
	if err != nil {
		s.t.Fatal(err)
	}
	defer got.Body.Close()
	page, err := goquery.NewDocumentFromReader(got.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return page
}

// shell runs a shell command in a folder, with these variables. It returns what curl received and the
// last status, "" if curl did not run.
func shell(t *testing.T, folder, line string, variables ...string) (body, status string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("install curl: ", err)
	}
	const options = "silent\nshow-error\nnoproxy = *\nwrite-out = \"\\n%{http_code}\"\n"
	if err := os.WriteFile(filepath.Join(folder, ".curlrc"), []byte(options), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "sh", "-euc", line)
	c.Dir, c.Env = folder, append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder}, variables...)
	out, err := c.Output()
	if err != nil {
		said := []byte{}
		if failed, is := err.(*exec.ExitError); is {
			said = failed.Stderr
		}
		t.Fatalf("%v: %s\n%s%s", err, line, out, said)
	}
	end := strings.LastIndexByte(string(out), '\n')
	return string(out)[:max(end, 0)], string(out)[end+1:]
}

// exampleIDs are the ids of the document's examples and what they stand for.
func (p *program) exampleIDs(w world) []string {
	p.t.Helper()
	parameters := readDocument(p.t).Components.Parameters
	of := func(name string) string { return fmt.Sprint(parameters[name].Value.Example) }
	const user = "019afcda-0c1e-7b60-9d0e-5c2f6a2b9b11"
	return []string{
		of("organization"), key(w.organization), of("contact"), key(w.contact), of("interaction"), key(w.interaction),
		of("follow-up"), key(w.followUp), user, p.user.ID,
	}
}

// TestEveryExampleRuns: the line that the documentation shows for each operation is run by a shell
// as it stands there, only the ids being those of this registry. The answer has the documented
// status, is valid, and has the same shape as the documented one.
func TestEveryExampleRuns(t *testing.T) {
	t.Parallel()
	s := newListeningSite(t)
	p, doc := s.as("Manager"), readDocument(t)
	page, folder := s.docs(), t.TempDir()
	for n, r := range api.Routes() {
		op := doc.operation(r)
		if op == nil {
			continue // see TestEveryOperationIsDocumented
		}
		cursor := p.get("/api/crm/changes").want(200).text("cursor")
		w, path := p.ready(r, n)
		planned := p.send("POST", "/api/crm/follow-ups", `{"text": "Send the offer", "due_on": "2026-11-30"}`).want(201)
		if w.followUp = planned.Header.Get("Location"); strings.Contains(r.Path, "/follow-ups/") {
			path = w.followUp
		}
		line := page.Find("#" + op.OperationID + "-r").Text()
		variables := []string{"TOKEN=" + p.secret, "ID=" + key(firstID(path)), "CURSOR=" + cursor}
		for name, path := range map[string]string{"CONTACT_ID": w.contact, "ORGANIZATION_ID": w.organization} {
			variables = append(variables, name+"="+key(path))
		}
		line = strings.NewReplacer(p.exampleIDs(w)...).Replace(line)
		body, status := shell(t, folder, line, variables...)
		response := op.Responses.Value(status)
		if response == nil || status >= "300" {
			t.Errorf("%s is answered %s %s", line, status, body)
			continue
		}
		example := page.Find("#" + op.OperationID + "-a").Text()
		if content := response.Value.Content["application/json"]; content == nil || body == "" {
			if content != nil || body != "" || example != "" {
				t.Errorf("%s is answered %q, but the example is %q", line, body, example)
			}
			continue
		}
		var real, documented any
		if err := json.Unmarshal([]byte(body), &real); err != nil {
			t.Errorf("%s: %v: %s", line, err, body)
			continue
		}
		if err := json.Unmarshal([]byte(example), &documented); err != nil {
			t.Errorf("the example of %s: %v: %s", op.OperationID, err, example)
			continue
		}
		schema := response.Value.Content["application/json"].Schema.Value
		for _, difference := range differences("", schema, documented, real) {
			t.Errorf("%s %s: %s\nexample: %s\nanswer: %s", r.Method, r.Path, difference, example, body)
		}
	}
}

// firstID returns a path up to its first id.
func firstID(path string) string {
	parts := strings.Split(path, "/")
	i := slices.IndexFunc(parts, func(part string) bool { return db.ValidID(part) })
	return strings.Join(parts[:i+1], "/")
}

// differences says how the shapes of two values differ: their fields, their types, and whether
// lists are empty. null is like any value, and an object whose names the schema leaves open like any
// other.
func differences(at string, schema *openapi3.Schema, documented, real any) (all []string) {
	if documented == nil || real == nil {
		return nil
	}
	if reflect.TypeOf(documented) != reflect.TypeOf(real) {
		return []string{fmt.Sprintf("%s is %T, in the answer %T", at, documented, real)}
	}
	switch documented := documented.(type) {
	case map[string]any:
		real, fields := real.(map[string]any), fieldsOf(schema)
		if len(fields) == 0 {
			return nil
		}
		for name, value := range documented {
			if got, has := real[name]; has {
				all = append(all, differences(at+"."+name, fields[name], value, got)...)
			} else {
				all = append(all, at+"."+name+" is not in the answer")
			}
		}
		for name := range real {
			if _, has := documented[name]; !has {
				all = append(all, at+"."+name+" is not in the example")
			}
		}
	case []any:
		real := real.([]any)
		switch {
		case len(documented) > 0 && len(real) > 0:
			all = differences(at+"[]", schema.Items.Value, documented[0], real[0])
		case len(documented)+len(real) > 0:
			all = append(all, fmt.Sprintf("%s has %d values, in the answer %d", at, len(documented), len(real)))
		}
	}
	return all
}

// TestEveryExampleOfTheIntroductionRuns, with the answer beside it, and the delivery has the signature that its secret makes.
func TestEveryExampleOfTheIntroductionRuns(t *testing.T) {
	t.Parallel()
	s := newListeningSite(t)
	p := s.as("Manager")
	s.Contact("Maya", "Okafor")
	s.Contact("Elif", "Aydın")
	page, folder, ran := s.docs(), t.TempDir(), 0
	page.Find("section.docs:has(h2)").Each(func(_ int, section *goquery.Selection) {
		title, line, shown := section.Find("h2").Text(), section.Find("aside pre[id$='-r']").Text(), section.Find("aside pre[id$='-a']").Text()
		if line+shown == "" {
			t.Errorf("%s has no example", title)
		}
		if !strings.HasPrefix(line, "curl ") {
			return // what the registry sends or answers on its own, see below
		}
		ran++
		cursor := p.get("/api/crm/changes").want(200).text("cursor")
		org := s.Organization(fmt.Sprint("Quay ", ran))
		variables := []string{"TOKEN=" + p.secret, "CURSOR=" + cursor, "ETAG=" + p.get("/api/crm"+org).Header.Get("ETag"), "ID=" + key(org)}
		shell(t, folder, line, variables...)
		got, _ := shell(t, folder, line, variables...) // the second time shows what is repeated
		compareAnswers(t, title, got, shown)
	})
	if ran != 8 {
		t.Error(ran, "examples ran")
	}

	delivery := page.Find("#webhooks-r").Text()
	head, body, _ := strings.Cut(delivery, "\n\n")
	header := textproto.MIMEHeader{}
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		header.Add(name, value)
	}
	key, err := base64.StdEncoding.DecodeString(regexp.MustCompile(`whsec_([\w+/=]{20,})`).FindStringSubmatch(page.Find("main").Text())[1])
	if err != nil {
		t.Fatal(err)
	}
	sum := hmac.New(sha256.New, key)
	fmt.Fprintf(sum, "%s.%s.%s", header.Get("Webhook-Id"), header.Get("Webhook-Timestamp"), body)
	if want := "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil)); header.Get("Webhook-Signature") != want {
		t.Errorf("the delivery is signed %s, want %s", header.Get("Webhook-Signature"), want)
	}

	hasty := newSiteWith(t, 1).as("Manager")
	for range 5 {
		if a := hasty.get("/api/crm/me"); a.StatusCode == 429 {
			printed := "HTTP/1.1 " + a.Status + "\nRetry-After: " + a.Header.Get("Retry-After") + "\n\n" + a.body
			compareAnswers(t, "Rate", printed, page.Find("#rate-a").Text())
			return
		}
	}
	t.Error("no answer is 429")
}

// compareAnswers checks that an answer as curl prints it has the status, headers and fields that the documentation shows. What
// differs from one registry to the next is not compared: ids, times, tags, cursors, names of users, and the address.
func compareAnswers(t *testing.T, what, got, shown string) {
	t.Helper()
	other := regexp.MustCompile(`(?m)[0-9a-f]{8}-[0-9a-f-]{27}|"\d+-[0-9a-f]+"|\d{4}-\d\d-\d\dT[\d:.]+Z|after=[\w-]+|http://[\d.:]+` +
		`|"cursor": ?"[\w-]+"|"full_name": ?"[^"]+"|: [0-9A-Z]{12}$`)
	same := func(line string) string { return other.ReplaceAllString(line, "…") }
	head, body, ok := strings.Cut(strings.ReplaceAll(got, "\r\n", "\n"), "\n\n")
	if !ok {
		head, body = "", got
	}
	shownHead, shownBody, ok := strings.Cut(shown, "\n\n")
	if !ok && !strings.HasPrefix(shown, "HTTP/") {
		shownHead, shownBody = "", shown
	}
	for line := range strings.SplitSeq(shownHead, "\n") {
		if !strings.Contains(strings.ToLower(same(head+"\n")), strings.ToLower(same(line))+"\n") {
			t.Errorf("%s: there is no line %q in\n%s", what, line, head)
		}
	}
	if shownBody == "" {
		return
	}
	var real, documented any
	if err := errors.Join(json.Unmarshal([]byte(body), &real), json.Unmarshal([]byte(shownBody), &documented)); err != nil {
		t.Errorf("%s: %v\n%s", what, err, body)
		return
	}
	a, _ := json.Marshal(real)
	b, _ := json.Marshal(documented)
	if same(string(a)) != same(string(b)) {
		t.Errorf("%s: the answer is\n%s\nnot\n%s", what, a, b)
	}
}
