package handlers_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers"
)

// TestAnOfficeWorksAtOnce: people with different rights open every page, whole and in part, while others change
// what it shows. It is here for the race detector.
func TestAnOfficeWorksAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	own := s.person("Ines Duarte", "Manager")
	s.Own(own.user, db.ViewClient, db.EditClient, db.ViewInteraction, db.EditInteraction)
	var everybody sync.WaitGroup
	for n, b := range []*browser{s.as("Administrator"), s.as("Manager").viaHTMX(), own, s.stranger()} {
		everybody.Go(func() {
			routes := handlers.Routes()
			for i := range routes { // each begins elsewhere
				r := routes[(i+n*len(routes)/4)%len(routes)]
				if r.Method != http.MethodGet {
					continue
				}
				path := w.address(r.Path)
				if a := b.get(path + "?q=pine"); a.StatusCode >= http.StatusInternalServerError && r.Path != "/readyz" {
					t.Errorf("%s: status %d", a.what, a.StatusCode)
				}
			}
		})
	}
	for n, b := range []*browser{s.as("Manager"), s.as("Manager"), s.person("Tomas Rehn", "Administrator").viaHTMX()} {
		everybody.Go(func() {
			for i := range 12 {
				for path, form := range map[string][]string{
					"/organizations":            {"display_name", fmt.Sprintf("Harbor %d %d", n, i)},
					"/contacts":                 {"first_name", "Maya", "last_name", fmt.Sprintf("Okafor %d %d", n, i)},
					w.org + "/interactions":     {"channel", "call", "subject", "Called"},
					"/follow-ups":               {"text", "Call again", "due", "tomorrow", "organization_id", key(w.org)},
					w.org + "/fields/sector":    {"value", fmt.Sprintf("Sector %d", i), "version", fmt.Sprint(i + 1)},
					w.contact + "/fields/phone": {"value", fmt.Sprintf("+46 8 55 %d", 100+i), "version", fmt.Sprint(i + 1)},
					w.interaction:               {"subject", fmt.Sprintf("Agreed %d", i), "channel", "call", "version", fmt.Sprint(i + 1)},
					"/account/theme":            {"theme", "dark"},
					"/admin/vocabularies/hide":  {"v", "sector", "value", fmt.Sprintf("Sector %d", i)},
				} {
					if a := b.post(path, form...); a.StatusCode >= http.StatusInternalServerError || a.StatusCode == http.StatusNotFound {
						t.Errorf("%s: status %d", a.what, a.StatusCode)
					}
				}
			}
		})
	}
	everybody.Wait()
	for _, made := range []string{
		"organizations WHERE display_name GLOB 'Harbor [0-9]*'", "contacts WHERE last_name GLOB 'Okafor *'",
		"interactions WHERE subject = 'Called'", "follow_ups WHERE text = 'Call again'",
	} {
		s.WantOne("36", "SELECT count(*) FROM "+made)
	}
	s.WantOne("3", `SELECT (SELECT version > 1 FROM organizations WHERE id = ?) + (SELECT version > 1 FROM contacts WHERE id = ?) +
		(SELECT version > 1 FROM interactions WHERE id = ?)`, key(w.org), key(w.contact), key(w.interaction))
}
