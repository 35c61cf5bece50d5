package handlers_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"clientregistry/handlers/api"
)

var operationID = regexp.MustCompile(`(?m)^ +operationId: (\w+)$`)

// TestTheDocumentationOfTheAPI: it has each operation of openapi.yaml, with a line for a shell, each delivery
// of webhooks as its receiver reads it, and everything that its menu leads to.
func TestTheDocumentationOfTheAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.stranger().get("/api/docs").want(200, "h1", "API documentation").want(200, "#tokens", "Tokens").
		want(200, "#same-request-twice", "Same request twice").want(200, "#createOrganization-body + dl", "display_name").
		want(200, "#listOrganizations-query + dl", "quiet_days").want(200, "#record-Organization", "Organization")
	var all []string
	_, webhooks, _ := strings.Cut(string(api.Document), "\nwebhooks:\n")
	for _, found := range operationID.FindAllStringSubmatch(string(api.Document), -1) {
		id := found[1]
		all = append(all, id)
		request := page.html.Find("pre#" + id + "-r").Text()
		if strings.Contains(webhooks, found[0]) {
			for _, part := range []string{"\nwebhook-id: msg_", "\nwebhook-timestamp: 1", "\nwebhook-signature: v1,", "\n\n{\n  \"type\": \""} {
				if !strings.Contains(request, part) {
					t.Errorf("the delivery of %s lacks %q: %s", id, part, request)
				}
			}
			page.want(200, "#"+id+"-answers + dl", "410").want(200, "#"+id+"-body + dl", "timestamp")
			continue
		}
		if !strings.HasPrefix(request, "curl ") || !strings.Contains(request, `"Authorization: Bearer $TOKEN"`) ||
			!strings.Contains(request, `"http://registry.example/api/crm/`) {
			t.Errorf("the request of %s is %q", id, request)
		}
	}
	if shown := page.html.Find("article.docs").Length(); shown != len(all) || len(all) == 0 {
		t.Errorf("%d operations are shown, openapi.yaml has %d", shown, len(all))
	}
	page.html.Find(".side .nav a, .docs a[href^='#']").Each(func(_ int, a *goquery.Selection) {
		if to := a.AttrOr("href", ""); page.html.Find("main "+to).Length() != 1 {
			t.Errorf("nothing is at %s", to)
		}
	})
	page.html.Find("[aria-labelledby]").Each(func(_ int, named *goquery.Selection) {
		if by := named.AttrOr("aria-labelledby", ""); page.html.Find("[id='"+by+"']").Length() != 1 {
			t.Errorf("there is no %s", by)
		}
	})
}

// TestTheDocumentationIsTheSameForEverybody: signed in or not. It has nothing of the registry.
func TestTheDocumentationIsTheSameForEverybody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Administrator")
	s.Organization("Quay & Sons Kestrel")
	nobody, somebody := s.stranger().get("/api/docs"), ines.get("/api/docs")
	if nobody.body != somebody.body {
		t.Error("somebody who is signed in sees other documentation")
	}
	s.Exec("UPDATE users SET theme = 'dark', single_keys = 0 WHERE id = ?", ines.user.ID)
	ines.get("/api/docs").want(200, "html[data-theme=dark] [data-single-keys=off]", "Client Registry")
	ines.get("/account/tokens").want(200, "a[href='/api/docs']", "API documentation")
}

// TestSearchingTheDocumentation: by words in any order and case, of operations, fields, statuses and
// the introduction.
func TestSearchingTheDocumentation(t *testing.T) {
	t.Parallel()
	b := newSite(t).stranger()
	for q, want := range map[string]string{
		"archive+organization": "archiveOrganization", "ORGANIZATION+Restore": "restoreOrganization", "quiet_days": "listContacts",
		"follow_up.moved": "followUpChanged", "webhook-signature": "testSent",
		"due_time": "createFollowUp", "ViewInteraction+delete+409": "", "/search": "search",
	} {
		page := b.get("/api/docs?q="+q).want(200, "h1", "API documentation")
		var found []string
		page.html.Find("article.docs h3").Each(func(_ int, h *goquery.Selection) { found = append(found, h.AttrOr("id", "")) })
		if want != "" && !slices.Contains(found, want) || slices.Contains(found, "getMe") {
			t.Errorf("%s finds %v, want %s", q, found, want)
		}
		if in := page.html.Find(".side .nav .op").Length(); in != len(found) {
			t.Errorf("%s: the menu has %d operations, the page %d", q, in, len(found))
		}
	}
	b.get("/api/docs?q=Retry-After").want(200, "h2#rate", "Rate").wantValue("#q", "Retry-After")
	b.get("/api/docs?q=%3Cscript%3E").want(200, ".empty h2", "Nothing has all of these words").want(200, "[role=status]", "“<script>”")
	for _, q := range hostileSearches {
		b.get("/api/docs?q="+q).want(200, "h1", "API documentation")
	}
	b.post("/api/docs").want(405, "", "")
}
