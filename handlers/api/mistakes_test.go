package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestMistakesAreExplained: what people often get wrong at first is answered with what to send
// instead, and changes nothing.
func TestMistakesAreExplained(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, w, viewer := s.as("Manager"), newWorld(s, 1), s.User("Léa Fournier", "Viewer")
	organization, followUp := "/organizations/"+key(w.organization), "/follow-ups/"+key(w.followUp)
	const followUpFields = "there are text, due_on, due_time, assignee_id, organization_id, contact_id"
	for _, x := range []struct {
		method, path, body string
		headers            []string
		status             int
		says               string
	}{
		{"GET", "/organisations", "", nil, 404, "The API has no such address."},
		{"GET", "/organizations/", "", nil, 404, "The API has no such address."},
		{"POST", followUp + "/done", "", nil, 404, "The API has no such address."},
		{"DELETE", followUp, "", nil, 405, "This address takes only GET, PATCH."},
		{"PUT", organization, `{"display_name": "A"}`, nil, 405, "This address takes only GET, PATCH."},
		{"GET", "/me?page=2", "", nil, 422, "page: This address has no parameters."},
		{"GET", "/search?query=harbor", "", nil, 422, "query: Unknown parameter; there are q, limit."},
		{"GET", "/search?page=2&per_page=10", "", nil, 422, "page: Unknown parameter; there are q, limit. " +
			"per_page: Unknown parameter; there are q, limit."},
		{
			"GET", "/follow-ups?assignee_id=me", "", nil, 422, "assignee_id: Unknown parameter; there are show, who, who_is, limit, after.",
		},
		{"GET", "/follow-ups?show=open", "", nil, 422, "show: Send mine, given, done, overdue, week or all."},
		{"GET", "/follow-ups?who=me", "", nil, 422, "who: Send it with show=all, overdue or week."},
		{"GET", "/organizations?sector_is=not", "", nil, 422, "sector_is: Send it with sector."},
		{"GET", "/organizations?sector=&sector_is=not", "", nil, 422, "sector_is: Send it with sector."},
		{"GET", "/interactions?user_is=not", "", nil, 422, "user_is: Send it with user."},
		{"GET", "/organizations?status=Active", "", nil, 422, "status: Send active, archived or all."},
		{"GET", "/contacts?sort=name", "", nil, 422, "sort: Send last_name, "},
		{"POST", "/organizations", `{"displayName": "A"}`, nil, 422, "displayName: Unknown field; there are display_name, legal_name, "},
		{"POST", "/organizations", `{"organization": {"display_name": "A"}}`, nil, 422, "organization: Unknown field; there are"},
		{"POST", "/organizations", "", []string{"Content-Type", "application/json"}, 400, "The body is empty. Send a JSON object."},
		{"POST", "/contacts", `{"last_name": "A"}`, []string{"Content-Encoding", "gzip"}, 415, "Send the body as it is, without Content-Enc"},
		{"POST", "/organizations", `[{"display_name": "A"}]`, nil, 400, "Send a JSON object."},
		{"POST", "/follow-ups", `{"name": "Call", "due_on": "2026-12-01"}`, nil, 422, "name: Unknown field; " + followUpFields + "."},
		{"POST", "/follow-ups", `{"text": "Call", "due_on": "tomorrow"}`, nil, 422, "due_on: Enter a day, like 2026-11-24."},
		{"POST", "/follow-ups", `{"text": "Call", "due_on": "2026-12-01", "due_time": "9am"}`, nil, 422, "due_time: Enter a time, like 14:00."},
		{"POST", "/follow-ups", `{"text": "Call", "due_on": "2026-12-01", "assignee_id": "me"}`, nil, 422, "assignee_id: Send an id, or null."},
		{
			"POST", "/follow-ups", `{"text": "Call", "due_on": "2026-12-01", "assignee_id": "` + viewer.ID + `"}`, nil, 422,
			"assignee_id: Léa Fournier cannot be given follow-ups; choose somebody else.",
		},
		{"POST", "/follow-ups", `{"interaction_id": "` + key(w.interaction) + `"}`, nil, 422, "interaction_id: Only the registry sets this. " +
			"Plan a follow-up at /interactions/{id}/follow-up."},
		{"PATCH", organization, `{"owner_user_id": "me"}`, nil, 422, "owner_user_id: Send an id, or null."},
		{
			"PATCH", organization, `{"owner_user_id": "` + unknown + `"}`, nil, 422,
			"owner_user_id: There is none with this id, or it cannot be chosen here. Nothing was changed.",
		},
		{
			"PATCH", "/interactions/" + key(w.interaction), `{"contact_id": "` + unknown + `", "user_id": "` + unknown + `"}`, nil, 422,
			"contact_id: There is none with this id, or it cannot be chosen here. user_id: There is none with this id",
		},
		{"PATCH", organization, `{"version": 1}`, nil, 422, "version: Only the registry sets this. Send If-Match to change only this version."},
		{"PATCH", "/interactions/" + key(w.interaction), `{"logged_by": null}`, nil, 422, "logged_by: Only the registry sets this."},
		{"PATCH", followUp, `{"done_at": "2026-11-24T10:00:00Z"}`, nil, 422, "done_at: Only the registry sets this. Send done."},
		{"PATCH", followUp, `{"done": true, "text": "x"}`, nil, 422, "done: Send this alone, and other changes as a request of their own."},
		{"PATCH", followUp, `{"text": "x"}`, []string{"If-Match", `"7"`}, 409, "Another version than that of If-Match is stored, see current."},
		{"PATCH", followUp, `{"text": "x"}`, []string{"If-Match", "1"}, 400, `If-Match takes an ETag as it was answered, in quotes, like`},
		{"POST", organization + "/archive", `{"version": 1}`, nil, 422, "version: Only the registry sets this. Send If-Match"},
		{"POST", organization + "/restore", `{"reason": "x"}`, nil, 422, "reason: This operation takes no fields."},
		{"DELETE", organization + "/contacts/" + key(w.contact), `{"reason": "x"}`, nil, 422, "reason: This operation takes no fields."},
		{"POST", organization + "/archive", "archive", []string{"Content-Type", "text/plain"}, 415, "Send JSON, with Content-Type"},
		{"POST", organization + "/archive", "archive", nil, 400, "The body is not valid JSON."},
		{"POST", organization + "/archive", strings.Repeat(" ", 1<<20+1), nil, 400, "This operation takes no body."},
	} {
		s.unchanged(func() {
			a := p.send(x.method, "/api/crm"+x.path, x.body, x.headers...).want(x.status)
			if says := a.text("error"); !strings.HasPrefix(says, x.says) {
				t.Errorf("%s says %s, want %s", a.what, says, x.says)
			}
		})
	}
	p.send("POST", "/api/crm"+organization+"/archive", "{}").want(200)
	for _, list := range []string{"/organizations", "/interactions", "/follow-ups", "/search"} {
		p.get("/api/crm" + list + "?limit=").want(200)
	}
}

// TestARefusalNamesNotEveryField: of very many that are wrong, so that an answer is never much larger
// than what was sent.
func TestARefusalNamesNotEveryField(t *testing.T) {
	t.Parallel()
	p := newSite(t).as("Manager")
	var all []string
	for n := range 5000 {
		all = append(all, fmt.Sprintf(`"f%d": 1`, n))
	}
	parameters := strings.NewReplacer(`": 1`, "", `"`, "", ", ", "&").Replace(strings.Join(all, ", "))
	for _, a := range []answer{
		p.send("POST", "/api/crm/organizations", "{"+strings.Join(all, ", ")+"}"), p.get("/api/crm/organizations?" + parameters),
		p.get("/api/crm/me?" + parameters),
	} {
		if n := len(a.want(422).valueAt("fields").(map[string]any)); n != 20 {
			t.Errorf("it names %d fields", n)
		}
	}
}
