package commands

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"clientregistry/db/dbtest"
)

// asProgram is the variable that makes the test binary run as the program, in its own process.
const asProgram = "TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	go limitFiles()
	os.Exit(Run(context.Background(), os.Args[1:], strings.NewReader(""), os.Stdout, os.Stderr))
}

// limitFiles simulates a full disk when standard input says "full": no file can grow. Any other
// line ends that. It confirms each on standard output.
func limitFiles() {
	var before syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before)
	for lines := bufio.NewScanner(os.Stdin); err == nil && lines.Scan(); {
		limit := before
		if lines.Text() == "full" {
			limit.Cur = 1
		}
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
		fmt.Println(lines.Text(), err)
	}
}

// program is the program in its own process.
type program struct {
	t      *testing.T
	stdin  io.Writer
	stdout *bufio.Reader
	url    string
	kill   func() // as kill -9
}

func startProgram(t *testing.T, args ...string) *program {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(func() { c.Process.Kill(); c.Wait() })
	t.Cleanup(kill)
	p := &program{t: t, stdin: stdin, stdout: bufio.NewReader(stdout), kill: kill}
	p.url, _, _ = strings.Cut(strings.TrimPrefix(p.line(), "Client Registry is at "), " ")
	return p
}

func (p *program) line() string {
	p.t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSuffix(line, "\n")
}

// disk makes the disk full, or not.
func (p *program) disk(state string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, state+"\n"); err != nil {
		p.t.Fatal(err)
	}
	if line := p.line(); line != state+" <nil>" {
		p.t.Fatal(line)
	}
}

// visitor is a browser that uses the program.
type visitor struct {
	*program
	http.Client
}

func (p *program) visit() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return &visitor{p, http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// want sends a request, with a form if there is one, and checks the status and a text of the
// answer.
func (v *visitor) want(status int, text, path string, form url.Values) {
	v.t.Helper()
	var a *http.Response
	var err error
	if form == nil {
		a, err = v.Get(v.url + path)
	} else {
		a, err = v.PostForm(v.url+path, form)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != status || !strings.Contains(string(body), text) {
		v.t.Fatalf("%s: %d %v, want %d and %q\n%s", path, a.StatusCode, err, status, text, body)
	}
}

func TestWhileTheDiskIsFullPeopleReadAndSignOut(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r.db")
	if code, _, stderr := command(t, goodPassword, "user", "add", "--email",
		"ada@quay.example", "--name", "Ada", "--role", "Administrator", "--db", file); code != 0 {
		t.Fatal(stderr)
	}
	p := startProgram(t, "serve", "--addr", "127.0.0.1:0", "--db", file)
	signIn := url.Values{"email": {"ada@quay.example"}, "password": {goodPassword}}
	organization := url.Values{"display_name": {"Acme"}}
	ada, stolen := p.visit(), p.visit()
	ada.want(303, "", "/login", signIn)
	address, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	stolen.Jar.SetCookies(address, ada.Jar.Cookies(address))
	stolen.want(200, "Home", "/", nil)

	p.disk("full")
	ada.want(507, "The registry’s disk is full. Nothing was changed", "/organizations", organization)
	for _, path := range []string{"/", "/organizations", "/account", "/admin/users", "/admin/audit", "/admin/audit.csv", "/readyz"} {
		ada.want(200, "", path, nil)
	}
	ada.want(507, "is full", "/account/mfa", nil)
	p.visit().want(507, "is full. Nothing was changed. Until that is mended, you cannot sign in.", "/login", signIn)
	to := filepath.Join(t.TempDir(), "copy.db")
	if code, _, stderr := command(t, "", "user", "list", "--db", file); code != 0 {
		t.Error(stderr)
	}
	if code, _, stderr := command(t, "", "verify", "--db", file); code != 0 {
		t.Error(stderr)
	}
	ada.want(303, "", "/logout", url.Values{})
	for _, v := range []*visitor{ada, stolen} {
		v.want(303, "", "/", nil)
	}

	p.disk("room")
	ada.want(303, "", "/login", signIn)
	ada.want(303, "", "/organizations", organization)
	stolen.want(303, "", "/", nil)
	if left := dbtest.Column(t, file, "SELECT id FROM sessions"); len(left) != 1 {
		t.Errorf("%d sessions are left", len(left))
	}
	if made := dbtest.Column(t, file, "SELECT display_name FROM organizations"); len(made) != 1 {
		t.Errorf("organizations: %q", made)
	}
	if code, _, stderr := command(t, "", "backup", to, "--db", file); code != 0 {
		t.Error(stderr)
	}
}

// TestAFullDiskKeepsNeitherARecordNorItsKey: the program sends the same request until there is room,
// and one that was done before is answered again.
func TestAFullDiskKeepsNeitherARecordNorItsKey(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r.db")
	run := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := command(t, goodPassword, append([]string{"--db", file}, args...)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		return strings.TrimSpace(stdout)
	}
	run("user", "add", "--email", "ada@quay.example", "--name", "Ada", "--role", "Manager")
	token := run("token", "add", "--email", "ada@quay.example", "--name", "Nightly")
	p := startProgram(t, "serve", "--addr", "127.0.0.1:0", "--db", file)
	post := func(key string, status int, repeated string) {
		t.Helper()
		body := strings.NewReader(`{"display_name": "Acme"}`)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/api/crm/organizations", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		said, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != status || a.Header.Get("Idempotent-Replayed") != repeated {
			t.Fatalf("%s: %d %q %v, want %d %q\n%s", key, a.StatusCode, a.Header.Get("Idempotent-Replayed"), err, status, repeated, said)
		}
	}
	post("before", 201, "")
	p.disk("full")
	post("during", 507, "")
	post("before", 201, "true")
	p.disk("room")
	if kept := dbtest.Column(t, file, "SELECT key FROM idempotency_keys"); len(kept) != 1 {
		t.Errorf("keys: %q", kept)
	}
	post("during", 201, "")
	post("during", 201, "true")
	if made := dbtest.Column(t, file, "SELECT display_name FROM organizations"); len(made) != 2 {
		t.Errorf("organizations: %q", made)
	}
}
