package commands

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestAKilledServerLosesNoEvent: kill -9 right after changes were answered, and again while a
// receiver has not answered. Each change then arrives, and what was sent before has the same id.
func TestAKilledServerLosesNoEvent(t *testing.T) {
	t.Parallel()
	type message struct{ id, name string }
	arrived, hanging := make(chan message, 1000), atomic.Bool{}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Data struct {
				DisplayName string `json:"display_name"`
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		hang := hanging.Load()
		arrived <- message{r.Header.Get("webhook-id"), body.Data.DisplayName}
		if hang {
			<-r.Context().Done() // until the sender is killed
		}
	}))
	t.Cleanup(receiver.Close)
	file := filepath.Join(t.TempDir(), "r.db")
	did := func(stdin string, args ...string) string {
		t.Helper()
		code, stdout, stderr := command(t, stdin, append(args, "--db", file)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		return stdout
	}
	did(goodPassword, "user", "add", "--email", "ada@quay.example", "--name", "Ada", "--role", "Administrator")
	token := did("", "token", "add", "--email", "ada@quay.example", "--name", "Test")
	token = token[strings.Index(token, "crt_"):][:len("crt_")+40]
	makeWebhook(t, file, receiver.URL)
	serve := func() *program {
		return startProgram(t, "serve", "--addr", "127.0.0.1:0", "--db", file,
			"--webhook-allow", "10.0.0.0/8", "--webhook-allow", "127.0.0.0/8")
	}
	hanging.Store(true)
	p := serve()
	const n = 10
	for i := range n {
		r, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"/api/crm/organizations",
			strings.NewReader(fmt.Sprintf(`{"display_name": "Organization %d"}`, i)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, a.Body)
		a.Body.Close()
		if a.StatusCode != 201 {
			t.Fatal(a.Status)
		}
	}
	p.kill() // between commit and outbox, or soon after

	p = serve()
	unanswered := <-arrived
	p.kill() // between outbox and answer

	hanging.Store(false)
	serve()
	ids := map[string]string{unanswered.name: unanswered.id}
	again := false
	for got := map[string]bool{}; len(got) < n || !again; {
		m := <-arrived
		if known := ids[m.name]; known != "" && known != m.id {
			t.Fatalf("%s arrived as %s and as %s", m.name, known, m.id)
		}
		ids[m.name] = m.id
		got[m.name], again = true, again || m == unanswered
	}
}

// makeWebhook creates a webhook of the registry's only user.
func makeWebhook(t *testing.T, file, url string) {
	t.Helper()
	d, err := db.Open(t.Context(), file, db.Options{WebhookAllow: dbtest.Receivers})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	all, err := d.Accounts(t.Context(), db.System)
	if err != nil {
		t.Fatal(err)
	}
	by := db.Actor{UserID: all[0].ID, May: db.Permissions}
	typed := db.Fields{"url": url, "event": "organization.created", "is_active": "1"}
	if _, _, err := d.CreateWebhook(t.Context(), by, typed); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreSaysThatWebhooksAreOff(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r.db")
	for _, args := range [][]string{
		{"user", "add", "--email", "ada@quay.example", "--name", "Ada", "--role", "Administrator"}, {"backup", file + ".copy"},
	} {
		if code, _, stderr := command(t, goodPassword, append(args, "--db", file)...); code != 0 {
			t.Fatal(stderr)
		}
		if args[0] == "user" {
			makeWebhook(t, file, "https://hooks.example")
		}
	}
	code, stdout, stderr := command(t, "", "restore", file+".copy", "--db", file)
	if code != 0 || !strings.Contains(stdout, "Webhooks that were on and are off now: 1.") {
		t.Errorf("%d %s%s", code, stdout, stderr)
	}
}

func TestANetworkThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"10.0.0.1", "everything", "10.0.0.0/33"} {
		code, _, stderr := command(t, "", "serve", "--db", filepath.Join(t.TempDir(), "r.db"), "--webhook-allow", network)
		wantLine(t, stderr, "--webhook-allow")
		if code != 2 {
			t.Errorf("%s: %d", network, code)
		}
	}
}
