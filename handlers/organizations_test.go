package handlers_test

import (
	"testing"
	"time"

	"clientregistry/db"
)

func TestManagerCorrectsAWebsiteInPlace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	page := ines.post("/organizations", "display_name", "Harbor & Pine", "sector", "Logistics").want(303, "", "")
	org := page.Header.Get("Location")
	ines.get(org).want(200, "h1", "Harbor & Pine").want(200, "#toasts", "Created Harbor & Pine")

	htmx := ines.parts()
	htmx.get(org+"/fields/website/edit").want(200, "form#fact-website input[name=value][autofocus]", "")
	htmx.post(org+"/fields/website", "value", "javascript:alert(1)", "version", "1").want(422, "#fact-website .err", "Enter a web address")
	htmx.post(org+"/fields/website", "value", "harborpine.example", "version", "1").want(200, "#edit-website", "harborpine.example")
	htmx.post(org+"/fields/website", "value", "other.example", "version", "1").want(409, "#fact-website .versus", "https://harborpine.example")
	ines.get(org).want(200, "#edit-website", "harborpine.example")
	ines.get(org+"/history").want(200, "#activity", "changed the website")
}

func TestViewerSeesButDoesNotChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.as("Manager").post("/organizations", "display_name", "Acme").want(303, "", "").Header.Get("Location")
	lea := s.as("Viewer")
	lea.get(org).want(200, "h1", "Acme").wantNot("#edit").wantNot("#log").wantNot("form[method=post]")
	lea.post(org+"/fields/sector", "value", "Retail", "version", "1").want(403, "h1 + p", "Missing permission: EditClient")
}

func TestIdleSessionEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lea := s.as("Viewer")
	lea.get("/organizations").want(200, "h1", "Organizations")
	s.clock.Add(db.SessionIdle + time.Minute)
	lea.get("/organizations").want(303, "", "")
}
