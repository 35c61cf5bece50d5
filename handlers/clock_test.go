package handlers_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"clientregistry/handlers"
	"clientregistry/handlers/jobs"
)

// TestAClockThatWasWrongIsNamed: once in the log, and to people who cannot sign in because of it.
func TestAClockThatWasWrongIsNamed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newSiteWith(t, handlers.Options{BaseURL: "http://registry.example", Log: slog.New(slog.NewTextHandler(&log, nil))}, jobs.Options{})
	lea := s.as("Viewer")
	seed, codes := lea.enrol()
	const wrong = "the clock is wrong, or was"
	s.halfway(lea.user).post("/login/mfa", "code", "123456").want(422, "#code-e", "check the clock of the app’s device")
	if s.ClockIsOff(t.Context()) || strings.Contains(log.String(), wrong) {
		t.Errorf("a right clock is called wrong: %s", &log)
	}
	const ahead = 400 * 24 * time.Hour
	s.Clock.Add(ahead)
	session := s.stranger()
	session.post("/login", "email", lea.user.Email, "password", "wrong password").want(422, "", "")
	s.halfway(lea.user).post("/login/mfa", "code", s.appCode(seed)).want(303, "", "")
	lea.signIn()
	lea.get("/").want(200, "h1", "Home")
	s.Clock.Add(-ahead)
	log.Reset()
	lea.get("/").want(303, "", "")
	for range 3 {
		half := s.halfway(lea.user)
		half.post("/login/mfa", "code", "123456").want(422, "#code-e",
			"The server’s clock may be wrong: tell an administrator, or use a recovery code")
		half.post("/login/mfa", "recovery", "1", "code", strings.Repeat("A", 24)).
			want(422, "#code-e", "each works once").want(422, "#code-e", "was used")
	}
	if got := log.String(); strings.Count(got, wrong) != 1 ||
		!strings.Contains(got, "ahead=9600h0m0s") || !strings.Contains(got, "Set the clock") {
		t.Errorf("the log says %s", got)
	}
	s.Exec("DELETE FROM sign_in_attempts")
	s.halfway(lea.user).post("/login/mfa", "code", s.appCode(seed)).want(303, "", "")
	s.halfway(lea.user).post("/login/mfa", "code", codes[0]).want(303, "", "")
}

func TestASetupLinkOfTheFutureIsNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Clock.Add(1000 * time.Hour)
	link := strings.TrimPrefix(s.SetupLink(), s.Base)
	s.stranger().get(link).want(200, "h1", "Create the first")
	s.Clock.Add(-1000 * time.Hour)
	s.stranger().get(link).want(404, "", "")
	s.stranger().get(strings.TrimPrefix(s.SetupLink(), s.Base)).want(200, "", "")
}
