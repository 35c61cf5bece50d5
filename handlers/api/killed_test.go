package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/handlers"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
)

// TestKilledBetweenCommitAndAnswer sends each POST to a server in its own process, which kills itself
// when it would begin its answer. After a new start the same request with the same key makes nothing
// new, and is answered as if it had been answered before.
func TestKilledBetweenCommitAndAnswer(t *testing.T) {
	t.Parallel()
	if file := os.Getenv("KILLED_WITH"); file != "" {
		killedAnswering(t, file)
	}
	s := newSite(t)
	p := s.as("Manager")
	var paths []string
	for n, r := range posts() {
		_, path := p.ready(r, n)
		paths = append(paths, path)
	}
	before := s.changes()
	if err := errors.Join(s.SQL.Close(), s.DB.Close()); err != nil {
		t.Fatal(err)
	}
	for n, r := range posts() {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledBetweenCommitAndAnswer$")
		child.Env = append(os.Environ(), "KILLED_WITH="+s.Path, "KILLED_TOKEN="+p.secret, "KILLED_PATH="+paths[n], "KILLED_BODY="+validBody(r, n))
		if said, err := child.CombinedOutput(); err == nil || len(said) > 0 {
			t.Fatalf("it was not killed at %s: %v\n%s", paths[n], err, said)
		}
	}
	d, server := openServer(t, s.Path)
	started := *s.Site
	started.DB, started.Server, started.SQL = d, server, handlerstest.Direct(t, s.Path)
	p.site = &site{Site: &started, t: t}
	if done := p.changes() - before; done < len(paths) {
		t.Fatalf("%d changes by %d requests were committed", done, len(paths))
	}
	for n, r := range posts() {
		p.unchanged(func() {
			again := p.once("killed"+paths[n], paths[n], validBody(r, n))
			status := http.StatusOK
			if validBody(r, n) != "" {
				status = http.StatusCreated
			}
			again.again(status)
			p.once("killed"+paths[n], paths[n], validBody(r, n)).sameAs(again)
		})
	}
}

// openServer opens a registry and its server.
func openServer(t *testing.T, file string) (*db.DB, *handlers.Server) {
	t.Helper()
	now := func() time.Time { return dbtest.Now }
	d, err := db.Open(t.Context(), file, db.Options{Exclusive: true, Now: now, Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	j := jobs.New(t.Context(), d, jobs.Options{Now: now})
	server, err := handlers.New(d, j, handlers.Options{BaseURL: "http://registry.example", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return d, server
}

// killedAnswering sends a POST, as the environment says, to a server in this process, and kills the process.
func killedAnswering(t *testing.T, file string) {
	_, server := openServer(t, file)
	path := os.Getenv("KILLED_PATH")
	r := httptest.NewRequest("POST", path, strings.NewReader(os.Getenv("KILLED_BODY")))
	r.Header.Set("Authorization", "Bearer "+os.Getenv("KILLED_TOKEN"))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "killed"+path)
	server.ServeHTTP(killer{http.Header{}}, r)
	t.Fatal("it has answered")
}

// killer kills the process when an answer begins.
type killer struct{ header http.Header }

func (k killer) Header() http.Header { return k.header }

func (k killer) WriteHeader(int) {
	if self, err := os.FindProcess(os.Getpid()); err == nil && self.Kill() == nil {
		select {}
	}
}

func (k killer) Write(p []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return len(p), nil
}
