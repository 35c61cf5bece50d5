package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"clientregistry/db"
	"clientregistry/handlers"
	"clientregistry/handlers/api"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
)

// delivery is what a receiver got.
type delivery struct {
	*http.Request
	body string
}

func (d delivery) json(t *testing.T) (all map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(d.body), &all); err != nil {
		t.Fatalf("%s: %v", d.body, err)
	}
	return all
}

// newSendingSite returns a registry whose webhooks may reach this machine, and that sends.
func newSendingSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, coverage: new(coverage)}
	s.Site = handlerstest.New(t, handlers.Options{BaseURL: "http://registry.example", APIRate: 100_000}, jobs.Options{
		EventData: func(ctx context.Context, maker db.Actor, e db.WebhookEvent) ([]byte, error) {
			return api.EventData(s.DB)(ctx, maker, e)
		},
	})
	s.Jobs.Start()
	return s
}

// hook makes a webhook for all events, and its receiver.
func (p *program) hook() (h db.Webhook, received chan delivery) {
	p.t.Helper()
	received = make(chan delivery, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			p.t.Error(err)
		}
		kept := r.Clone(context.Background()) // the server reads its own when this has answered
		kept.Body = io.NopCloser(bytes.NewReader(body))
		received <- delivery{kept, string(body)}
	}))
	p.t.Cleanup(receiver.Close)
	h, _, err := p.DB.CreateWebhook(context.Background(), db.Actor{UserID: p.user.ID, May: db.Permissions},
		db.Fields{"url": receiver.URL, "event": strings.Join(db.WebhookEvents, " "), "is_active": "1"})
	if err != nil {
		p.t.Fatal(err)
	}
	return h, received
}

// hookOf returns what the document says of deliveries of this type, or nil.
func (d reference) hookOf(kind string) *openapi3.PathItem {
	for _, item := range d.Webhooks {
		if slices.Contains(typesOf(item), kind) {
			return item
		}
	}
	return nil
}

// bodyOf returns the schema of a delivery.
func bodyOf(item *openapi3.PathItem) *openapi3.Schema {
	return item.Post.RequestBody.Value.Content["application/json"].Schema.Value
}

func typesOf(item *openapi3.PathItem) (all []string) {
	for _, kind := range bodyOf(item).Properties["type"].Value.Enum {
		all = append(all, kind.(string))
	}
	return all
}

// TestDeliveriesAreAsDocumented: the registry sends each type of event, with the headers and the body that
// openapi.yaml says, and everything there is sent.
func TestDeliveriesAreAsDocumented(t *testing.T) {
	t.Parallel()
	s, doc := newSendingSite(t), readDocument(t)
	p := s.as("Administrator")
	h, received := p.hook()
	met, fields := map[string]bool{}, map[*openapi3.PathItem]map[string]bool{}
	receive := func(n int) {
		t.Helper()
		for range n {
			d := <-received
			kind := d.json(t)["type"].(string)
			item := doc.hookOf(kind)
			if met[kind] = true; item == nil {
				t.Errorf("openapi.yaml lacks %s: %s", kind, d.body)
				continue
			}
			in := &openapi3filter.RequestValidationInput{
				Request: d.Request, Route: &routers.Route{Spec: doc.T, PathItem: item, Method: d.Method, Operation: item.Post},
			}
			if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
				t.Errorf("%s is not as openapi.yaml says: %v", d.body, err)
			}
			for header := range d.Header {
				own := strings.HasPrefix(header, "Webhook-")
				if documented := item.Post.Parameters.GetByInAndName("header", strings.ToLower(header)); own && documented == nil {
					t.Errorf("openapi.yaml lacks the header %s of %s", header, kind)
				}
			}
			if fields[item] == nil {
				fields[item] = map[string]bool{}
			}
			collect(fields[item], "", d.json(t))
		}
	}
	send := func(method, path, body string) answer {
		t.Helper()
		a := p.send(method, "/api/crm"+path, body)
		if a.StatusCode > 299 {
			t.Fatalf("%s: %d %s", a.what, a.StatusCode, a.body)
		}
		return a
	}
	made := func(path, body string) string {
		t.Helper()
		return strings.TrimPrefix(send("POST", path, body).Header.Get("Location"), "/api/crm")
	}
	acme := made("/organizations", `{"display_name": "Acme"}`)
	maya := made("/contacts", `{"first_name": "Maya", "last_name": "Okafor"}`)
	for path, body := range map[string]string{acme: `{"sector": "Media"}`, maya: `{"job_title": "CFO"}`} {
		send("PATCH", path, body)
		send("POST", path+"/archive", "")
		send("POST", path+"/restore", "")
	}
	send("POST", acme+"/contacts", `{"contact_id": "`+key(maya)+`"}`)
	link := acme + maya
	send("PATCH", link, `{"role_label": "CFO"}`)
	call := made(acme+"/interactions", `{"channel": "call", "subject": "Renewal"}`)
	send("PATCH", call, `{"outcome": "Closed won"}`)
	step := made("/follow-ups", `{"text": "Ring", "due_on": "2026-11-30", "organization_id": "`+key(acme)+`"}`)
	by := db.Actor{UserID: p.user.ID, May: db.Permissions}
	if _, err := s.DB.MoveFollowUp(t.Context(), by, key(step), 1, "2026-12-01"); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{
		`{"text": "Ring again"}`, `{"done": true}`, `{"done": false}`, `{"cancelled": true}`,
	} {
		send("PATCH", step, body)
	}
	if _, err := s.DB.RunBatch(t.Context(), by, db.Batch{
		Kind: "organization", IDs: []string{key(acme)}, Action: "set_sector", Typed: db.Fields{"sector": "Retail"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DB.TestWebhook(t.Context(), by, h.ID); err != nil {
		t.Fatal(err)
	}
	receive(20)
	send("DELETE", link, "")
	send("DELETE", call, "")
	receive(2)
	send("POST", call+"/restore", "")
	receive(1)

	documented := map[string]bool{}
	for _, item := range doc.Webhooks {
		want := map[string]bool{}
		for collectDocumented(want, "", bodyOf(item)); len(want) > 0; {
			for field := range want {
				if delete(want, field); !fields[item][field] {
					t.Errorf("openapi.yaml says that %v have the field %s, which no delivery had", typesOf(item), field)
				}
			}
		}
		for _, kind := range typesOf(item) {
			documented[kind] = true
		}
		// what each does: TestTheWholeScheduleOfTries, TestAnAddressThatIsGoneSwitchesItOff
		if got := slices.Sorted(maps.Keys(item.Post.Responses.Map())); !slices.Equal(got, []string{"2XX", "410", "default"}) {
			t.Errorf("the answers to %v are %v", typesOf(item), got)
		}
		for _, header := range item.Post.Parameters {
			if !header.Value.Required || !strings.HasPrefix(header.Value.Name, "webhook-") {
				t.Errorf("the header %s of %v is not one of each delivery", header.Value.Name, typesOf(item))
			}
		}
	}
	want := slices.Sorted(slices.Values(append(slices.Clone(db.WebhookEvents), "webhook.test")))
	for what, kinds := range map[string]map[string]bool{"documented": documented, "sent": met} {
		if got := slices.Sorted(maps.Keys(kinds)); !slices.Equal(got, want) {
			t.Errorf("%v are %s, want %v", got, what, want)
		}
	}
}
