package commands

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

const goodPassword = "correct horse battery staple"

// command runs the program with arguments and returns its exit code and output.
func command(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// wantLine checks that a failure is reported in one line that contains text.
func wantLine(t *testing.T, stderr, text string) {
	t.Helper()
	if !strings.HasPrefix(stderr, "clientregistry: ") || strings.Count(stderr, "\n") != 1 ||
		!strings.HasSuffix(stderr, "\n") || !strings.Contains(stderr, text) {
		t.Errorf("it says %q, want one line with %q", stderr, text)
	}
}

func TestWrongUsageIsExitCode2(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r.db")
	for _, args := range [][]string{
		{"nonsense"},
		{"--nonsense"},
		{"serve", "--addr"},
		{"serve", "extra"},
		{"user"},
		{"user", "add"},
		{"user", "add", "--email", "a@b.example"},
		{"demo", "--size", "xl"},
		{"demo", "--seed", "-1"},
		{"serve", "--log-format", "xml"},
		{"serve", "--addr", "foo"},
		{"serve", "--trusted-proxies", "nowhere"},
		{"verify", "--hash", "zz"},
		{"verify", "--hash", strings.Repeat("z", 64)},
		{"token", "add", "--email", "a@b.example", "--name", "Phone", "--permission", "ViewClients"},
		{"version", "x"},
		{"backup"},
		{"restore"},
		{"verify", "x"},
		{"serve", "--base-url", "registry.example"},
		{"serve", "--base-url", "ftp://registry.example"},
		{"serve", "--base-url", "https://"},
		{"serve", "--base-url", "https://:8080"},
		{"serve", "--base-url", "https://registry.example/crm"},
		{"serve", "--base-url", "https://registry.example/?a=b"},
		{"serve", "--base-url", "https://registry.example?"},
		{"serve", "--base-url", "https://registry.example/#top"},
		{"serve", "--base-url", "https://me:secret@registry.example"},
		{"serve", "--session-idle", "10s"},
		{"serve", "--session-idle", "8"},
		{"serve", "--backup-at", "25:00"},
		{"serve", "--backup-at", "noon"},
		{"backups", "x"},
		{"serve", "--session-idle", "9h", "--session-max", "8h"},
	} {
		code, stdout, stderr := command(t, "", append(args, "--db", file)...)
		if code != 2 || stdout != "" {
			t.Errorf("%v: exit code %d, %q", args, code, stdout)
		}
		wantLine(t, stderr, "see clientregistry --help")
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("wrong usage made a file")
	}
	code, stdout, stderr := command(t, "", "--help")
	if code != 0 || !strings.Contains(stdout, "serve") || !strings.Contains(stdout, "user add") || stderr != "" {
		t.Errorf("--help: %d %q %q", code, stdout, stderr)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := command(t, "", "version")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != 0 || stderr != "" || len(lines) != 3 || !strings.HasPrefix(lines[0], "clientregistry ") ||
		!strings.HasPrefix(lines[1], "commit ") || !strings.HasPrefix(lines[2], "SQLite 3.") {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
}

func TestUserAdd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r.db")
	add := func(password, email, role string, more ...string) (int, string, string) {
		return command(t, password, append([]string{
			"user", "add", "--db", file, "--email", email, "--name", "Inès Moreau", "--role", role, "--password-stdin",
		}, more...)...)
	}
	code, stdout, stderr := add(goodPassword+"\n", "ines@quay.example", "Administrator", "--time-zone", "Europe/Paris")
	if code != 0 || stderr != "There was no registry "+file+"; a new one was made.\n" ||
		stdout != "Inès Moreau may sign in as ines@quay.example (Administrator).\n" {
		t.Fatalf("%d %q %q", code, stdout, stderr)
	}
	for _, x := range []struct{ password, email, role, message string }{
		{"short\n", "b@quay.example", "Viewer", "at least 8"},
		{"\n", "b@quay.example", "Viewer", "at least 8"},
		{"", "b@quay.example", "Viewer", "at least 8"},
		{"password123\n", "b@quay.example", "Viewer", "guessed first"},
		{"b@quay.example\n", "b@quay.example", "Viewer", "not your email"},
		{strings.Repeat("x", 129) + "\n", "b@quay.example", "Viewer", "at most 128"},
		{strings.Repeat("x", 5000) + "\n", "b@quay.example", "Viewer", "at most 128"},
		{goodPassword + "\n", "b@quay.example", "Boss", `no role "Boss"`},
		{goodPassword + "\n", "INES@quay.example", "Viewer", "already an account"},
		{goodPassword + "\n", "nobody", "Viewer", "Enter an email"},
		{goodPassword + "\n", "b\n@quay.example", "Viewer", "email"},
	} {
		code, stdout, stderr := add(x.password, x.email, x.role)
		if code != 1 || stdout != "" {
			t.Errorf("%q %q %q: exit code %d, %q", x.password, x.email, x.role, code, stdout)
		}
		wantLine(t, stderr, x.message)
		if x.password != "\n" && len(x.password) > 6 && strings.Contains(stderr, strings.TrimSpace(x.password)) {
			t.Errorf("the password is in %q", stderr)
		}
	}
	code, _, stderr = add(goodPassword, "c@quay.example", "Viewer", "--time-zone", "Mars/Olympus")
	if code != 1 {
		t.Errorf("a time zone on Mars: exit code %d", code)
	}
	wantLine(t, stderr, "time zone")
	code, _, stderr = command(t, goodPassword, "user", "add", "--db", filepath.Join(t.TempDir(), "no", "such", "r.db"),
		"--email", "a@b.example", "--name", "A", "--role", "Viewer", "--password-stdin")
	if code != 1 {
		t.Errorf("a folder that is not there: exit code %d", code)
	}
	wantLine(t, stderr, "cannot open")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v %v", info.Mode(), err)
	}
}

// TestEachFlagOfServeIsInTheReadme: people look there first.
func TestEachFlagOfServeIsInTheReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, help, _ := command(t, "", "serve", "--help")
	flags := regexp.MustCompile(`--[a-z][a-z-]+`).FindAllString(help, -1)
	if !slices.Contains(flags, "--addr") {
		t.Fatalf("the help names no flags:\n%s", help)
	}
	for _, flag := range flags {
		if flag != "--help" && !strings.Contains(string(readme), "`"+flag+" ") {
			t.Errorf("the table of flags in the README lacks %s", flag)
		}
	}
}

func TestFlagsFromTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.db")
	t.Setenv("CLIENTREGISTRY_DB", file)
	if code, _, stderr := command(t, goodPassword, "user", "add", "--email",
		"a@quay.example", "--name", "A", "--role", "Viewer", "--password-stdin"); code != 0 {
		t.Fatalf("%d %s", code, stderr)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	t.Setenv("CLIENTREGISTRY_ADDR", "nowhere:port")
	code, _, stderr := command(t, "")
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	wantLine(t, stderr, "nowhere:port")
}

// TestAMistypedCommandSaysWhatToWrite, in the words of the command line.
func TestAMistypedCommandSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "r.db")
	add := []string{"user", "add", "--email", "sam@quay.example", "--name", "Sam", "--role"}
	if code, _, stderr := command(t, goodPassword, append(add, "Viewer", "--db", file)...); code != 0 {
		t.Fatal(stderr)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	token := []string{"token", "add", "--email", "sam@quay.example", "--name", "Phone"}
	const roles = `clientregistry: --role: there is no role "Boss"; there are Administrator, Manager, Viewer` + "\n"
	for _, x := range []struct {
		args []string
		says string
	}{
		{append(add, "Boss"), roles},
		{[]string{"user", "add-role", "--email", "sam@quay.example", "--role", "Boss"}, roles},
		{append(token, "--permission", "ViewClients"), `there is no permission "ViewClients"; there are ViewClient, EditClient, ViewInteraction, `},
		{append(token, "--permission", "EditClient"), "clientregistry: --permission: A token can never do more"},
		{append(token, "--expires", "soon"), "clientregistry: --expires: Enter a day, like "},
		{[]string{"user", "add", "--email", "x", "--name", "X", "--role", "Viewer"}, "clientregistry: --email: Enter an email"},
		{[]string{"user", "add", "--email", "x@x.example", "--name", "X", "--role", "Viewer", "--time-zone", "X"}, "clientregistry: --time-zone: "},
		{[]string{"verify", "--hash", "zz"}, `"zz" is not a hash; write all 64 characters that verify printed`},
		{[]string{"verify", "--hash", strings.Repeat("ab", 32)}, "rows were cut off or rewritten"},
		{[]string{"serve", "--webhook-allow", "127.0.0.1"}, `--webhook-allow: "127.0.0.1" is not a network; write it like 10.1.0.0/16`},
		{[]string{"serve", "--addr", "foo"}, `--addr: "foo" is not an address and a port; write it like 127.0.0.1:8080`},
		{[]string{"serve", "--trusted-proxies", "foo"}, `--trusted-proxies: "foo" is not an address`},
		{[]string{"serve", "--addr", "127.0.0.1:99999"}, "cannot listen on 127.0.0.1:99999: address 99999: invalid port; choose another --addr"},
		{[]string{"serve", "--addr", taken.Addr().String()}, "address already in use; stop what uses it, or choose another --addr"},
		{[]string{"backup", filepath.Join(folder, "no", "x.db")}, "there is no folder " + filepath.Join(folder, "no") + "; make it first"},
		{[]string{"backup", filepath.Join(file, "x.db")}, file + " is not a folder"},
	} {
		code, _, stderr := command(t, goodPassword, append(x.args, "--db", file)...)
		if code == 0 {
			t.Errorf("%v: exit code 0", x.args)
		}
		wantLine(t, stderr, x.says)
		for _, no := range []string{"invalid: ", ".part", "netip", "listen tcp"} {
			if strings.Contains(stderr, no) {
				t.Errorf("%v: it says %q", x.args, stderr)
			}
		}
	}
}

// lines is a writer that can wait for a line.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newLines() *lines { return &lines{more: make(chan struct{}, 1000)} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// served is the program serving a file until stop is called.
type served struct {
	t      *testing.T
	url    string // as printed
	stdout *lines
	stderr *lines
	cancel context.CancelFunc
	code   chan int
}

func start(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &served{t: t, stdout: newLines(), stderr: newLines(), cancel: cancel, code: make(chan int, 1)}
	go func() { s.code <- Run(ctx, args, strings.NewReader(""), s.stdout, s.stderr) }()
	select {
	case <-s.stdout.more:
	case code := <-s.code:
		t.Fatalf("it ended with %d: %s", code, s.stderr)
	}
	line := s.stdout.String()
	if strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "Client Registry is at http") {
		t.Fatalf("it printed %q", line)
	}
	s.url = strings.Fields(strings.TrimPrefix(line, "Client Registry is at "))[0]
	if explained := strings.Contains(line, "(this link makes the first administrator; it works once, for an hour)"); explained !=
		strings.Contains(s.url, "/setup?token=") {
		t.Errorf("it printed %q", line)
	}
	return s
}

// stop ends the program as SIGTERM does and returns its exit code.
func (s *served) stop() int {
	s.t.Helper()
	s.cancel()
	code := <-s.code
	if line := s.stdout.String(); strings.Count(line, "\n") != 1 {
		s.t.Errorf("it printed more than its address: %q", line)
	}
	return code
}

func TestServeFromSetUpToTheEnd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r.db")
	s := start(t, "--addr", "127.0.0.1:0", "--db", file)
	if !strings.Contains(s.url, "/setup?token=") {
		t.Fatalf("no setup link: %s", s.url)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	get := func(to string, status int, text string) {
		t.Helper()
		a, err := client.Get(to)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != status || !strings.Contains(string(body), text) {
			t.Fatalf("%s: %d %v\n%s", to, a.StatusCode, err, body)
		}
	}
	base := s.url[:strings.Index(s.url, "/setup")]
	get(s.url, 200, "Create the first administrator")
	a, err := client.PostForm(s.url, url.Values{
		"full_name": {"Inès Moreau"}, "email": {"ines@quay.example"}, "password": {goodPassword}, "time_zone": {"Europe/Paris"},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.Request.URL.String() != base+"/" || a.StatusCode != 200 {
		t.Fatalf("after setting up: %s %d", a.Request.URL, a.StatusCode)
	}
	get(s.url, 404, "no longer works")
	get(base+"/organizations", 200, "No organizations yet")
	get(base+"/static/app.css", 200, "")
	get(base+"/healthz", 200, "ok")

	// A second server on the same file or port is refused with one line; commands work beside the
	// server.
	code, stdout, stderr := command(t, "", "--addr", "127.0.0.1:0", "--db", file)
	if code != 1 || stdout != "" {
		t.Errorf("a second server: %d %q", code, stdout)
	}
	wantLine(t, stderr, file)
	code, _, stderr = command(t, "", "serve", "--addr", strings.TrimPrefix(base, "http://"), "--db", filepath.Join(t.TempDir(), "other.db"))
	if code != 1 {
		t.Errorf("a busy port: %d", code)
	}
	wantLine(t, stderr, "choose another --addr")
	if code, _, stderr := command(t, goodPassword, "user", "add", "--db", file, "--email",
		"lea@quay.example", "--name", "Léa", "--role", "Viewer", "--password-stdin"); code != 0 {
		t.Errorf("a user while it serves: %d %s", code, stderr)
	}
	client.CloseIdleConnections()

	if code := s.stop(); code != 0 {
		t.Errorf("it ended with %d: %s", code, s.stderr)
	}
	if _, err := os.Stat(file + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the WAL is left behind: %v", err)
	}
	if log := s.stderr.String(); strings.Contains(log, goodPassword) || strings.Contains(log, "token=") || !strings.Contains(log, "request") {
		t.Errorf("the log says %s", log)
	}

	// On the next start there is a user, so no setup link is printed.
	s = start(t, "serve", "--addr", "127.0.0.1:0", "--db", file, "--base-url", "https://registry.example", "--log-format", "json")
	if s.url != "https://registry.example" {
		t.Errorf("it says %s", s.url)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// TestWhatRunsIsAnsweredBeforeTheEnd: a request that began before the shutdown gets its answer.
func TestWhatRunsIsAnsweredBeforeTheEnd(t *testing.T) {
	t.Parallel()
	s := start(t, "--addr", "127.0.0.1:0", "--db", filepath.Join(t.TempDir(), "r.db"))
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const body = "email=nobody%40quay.example&password=x"
	fmt.Fprintf(c, "POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: "+
		"application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", len(body))
	answer := bufio.NewReader(c)
	if line, err := answer.ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("%q %v", line, err)
	}
	s.cancel() // the server is reading the form
	fmt.Fprint(c, body)
	if rest, err := io.ReadAll(answer); err != nil ||
		!strings.Contains(string(rest), "HTTP/1.1 422 ") || !strings.Contains(string(rest), "Wrong email or password") {
		t.Errorf("%v: %.300s", err, rest)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("it ended with %d: %s", code, s.stderr)
	}
}

func TestServeRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	damaged := filepath.Join(folder, "damaged.db")
	if err := os.WriteFile(damaged, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		message string
		args    []string
	}{
		{"damaged", []string{"--db", damaged}},
		{"cannot open", []string{"--db", filepath.Join(folder, "no", "such", "r.db")}},
		{"cannot open", []string{"--db", folder}},
		{"cannot listen", []string{"--db", filepath.Join(folder, "a.db"), "--addr", "nowhere:port"}},
	} {
		args := x.args
		if !strings.Contains(x.message, "listen") {
			args = append(args, "--addr", "127.0.0.1:0")
		}
		code, stdout, stderr := command(t, "", args...)
		if code != 1 || stdout != "" {
			t.Errorf("%v: %d %q", args, code, stdout)
		}
		wantLine(t, stderr, x.message)
	}
	if content, err := os.ReadFile(damaged); err != nil || !bytes.HasPrefix(content, []byte("no database no database")) {
		t.Error("the damaged file was touched")
	}
}

func TestATeamThatLockedItselfOutIsRescued(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r.db")
	on := func(stdin string, args ...string) (int, string, string) {
		return command(t, stdin, append(args, "--db", file)...)
	}
	if code, _, stderr := on(goodPassword, "user", "add", "--email",
		"sam@quay.example", "--name", "Sam Okoye", "--role", "Viewer"); code != 0 {
		t.Fatal(stderr)
	}
	for _, x := range []struct {
		stdin string
		args  []string
		code  int
		says  string
	}{
		{"", []string{"user", "list"}, 0, "sam@quay.example\tSam Okoye\tactive\tViewer\n"},
		{"", []string{"user", "add-role", "--email", "SAM@quay.example", "--role", "Administrator"}, 0, "Sam Okoye is Administrator now.\n"},
		{"", []string{"user", "list"}, 0, "sam@quay.example\tSam Okoye\tactive\tAdministrator, Viewer\n"},
		{"", []string{"user", "unlock", "--email", "sam@quay.example"}, 0, "Sam Okoye may try again.\n"},
		{
			"another good password\n",
			[]string{"user", "reset-password", "--email", "sam@quay.example"},
			0, "Sam Okoye may sign in with the new password.\n",
		},
		{
			"",
			[]string{"user", "reset-mfa", "--email", "sam@quay.example"},
			0,
			"Sam Okoye has no second factor now and signs in with the password.\n",
		},
		{"", []string{"user", "reset-mfa", "--email", "nobody@quay.example"}, 1, "nobody has the email nobody@quay.example"},
		{"password123\n", []string{"user", "reset-password", "--email", "sam@quay.example"}, 1, "guessed first"},
		{"", []string{"user", "unlock", "--email", "nobody@quay.example"}, 1, "nobody has the email nobody@quay.example"},
		{"", []string{"user", "unlock", "--address", "192.0.2.1"}, 0, "Sign-ins from 192.0.2.1 are unlocked.\n"},
		{"", []string{"user", "unlock", "--address", "somewhere"}, 1, "is not an address"},
		{"", []string{"user", "unlock", "--address", "192.0.2.0/24"}, 1, "is not an address"},
		{"", []string{"user", "unlock", "--address", "192.0.2.1", "--email", "sam@quay.example"}, 2, "can't be used together"},
		{"", []string{"user", "unlock"}, 2, "--email=EMAIL or --address=ADDRESS"},
		{
			"",
			[]string{"user", "add-role", "--email", "sam@quay.example", "--role", "Boss"},
			1, `--role: there is no role "Boss"; there are Administrator, Manager, Viewer`,
		},
	} {
		code, stdout, stderr := on(x.stdin, x.args...)
		if code != x.code || !strings.Contains(stdout+stderr, x.says) {
			t.Errorf("%v: exit code %d, %q %q", x.args, code, stdout, stderr)
		}
	}
}

// TestEachRescueWorksAndIsTheProgramsDoing: locked accounts open, new passwords and roles apply,
// old sessions end. The history records each without a user.
func TestEachRescueWorksAndIsTheProgramsDoing(t *testing.T) {
	t.Parallel()
	file, _ := enrolled(t)
	with := func(do func(d *db.DB)) {
		t.Helper()
		d, err := db.Open(t.Context(), file, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		do(d)
	}
	signIn := func(d *db.DB, password string) error {
		_, err := d.SignIn(t.Context(), db.Actor{IP: "192.0.2.1"}, "sam@quay.example", password)
		return err
	}
	rescue := func(stdin string, args ...string) {
		t.Helper()
		if code, _, stderr := command(t, stdin, append(args, "--email", "sam@quay.example", "--db", file)...); code != 0 {
			t.Fatalf("%v: %s", args, stderr)
		}
	}
	var locked *db.Locked
	var half *db.HalfSignedIn
	with(func(d *db.DB) {
		for range 10 {
			signIn(d, "wrong password")
		}
		if err := signIn(d, goodPassword); !errors.As(err, &locked) {
			t.Fatal(err)
		}
	})
	if code, stdout, stderr := command(t, "", "user", "list", "--db", file); code != 0 ||
		stdout != "sam@quay.example\tSam Okoye\tlocked\tViewer\n" {
		t.Errorf("the list says %q %q", stdout, stderr)
	}
	rescue("", "user", "unlock")
	with(func(d *db.DB) {
		if err := signIn(d, goodPassword); !errors.As(err, &half) {
			t.Error("unlocked:", err)
		}
	})
	rescue("", "user", "reset-mfa")
	var token string
	with(func(d *db.DB) {
		var err error
		if token, err = d.SignIn(t.Context(), db.Actor{}, "sam@quay.example", goodPassword); err != nil {
			t.Error("without a second factor:", err)
		}
	})
	rescue("another good password\n", "user", "reset-password")
	with(func(d *db.DB) {
		if _, err := d.Session(t.Context(), token); !errors.Is(err, db.ErrNotFound) {
			t.Error("the session of the old password:", err)
		}
		if err := signIn(d, goodPassword); !errors.Is(err, db.ErrSignIn) {
			t.Error("the old password:", err)
		}
		var err error
		if token, err = d.SignIn(t.Context(), db.Actor{}, "sam@quay.example", "another good password"); err != nil {
			t.Error("the new password:", err)
		}
	})
	rescue("", "user", "add-role", "--role", "Manager")
	with(func(d *db.DB) {
		if _, err := d.Session(t.Context(), token); !errors.Is(err, db.ErrNotFound) {
			t.Error("the session of the old rights:", err)
		}
	})
	const rows = "SELECT action || ' by ' || ifnull(user_id, 'nobody') || ifnull(ip, '') FROM audit_logs WHERE action IN ('unlock_user', " +
		"'reset_mfa', 'reset_password', 'update_user') ORDER BY seq"
	if got, want := fmt.Sprint(dbtest.Column(t, file, rows)),
		"[unlock_user by nobody reset_mfa by nobody reset_password by nobody update_user by nobody]"; got != want {
		t.Errorf("the history says %s, want %s", got, want)
	}
}

// TestVerifySaysWhatIsBroken: exit code 1 and the first row, and so for a file
// whose rows refer to nothing and a noted hash that is gone.
// TestAnAddressIsUnlocked, by any address of a locked network, and the history says so.
func TestAnAddressIsUnlocked(t *testing.T) {
	t.Parallel()
	file, _ := enrolled(t)
	soon := time.Now().Add(10 * time.Minute).UTC().Format("2006-01-02T15:04:05.000Z")
	for typed, key := range map[string]string{
		"192.0.2.1": "192.0.2.1", "2001:db8::7": "2001:db8::/64", "2001:db8:1:2::/64": "2001:db8:1:2::/64", "::ffff:192.0.2.9": "192.0.2.9",
	} {
		plain := dbtest.SQL(t, file)
		if _, err := plain.Exec("INSERT INTO sign_in_attempts (key, count, since, locked_until) VALUES (?1, 50, ?2, ?2)", key, soon); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := command(t, "", "user", "unlock", "--address", typed, "--db", file); code != 0 {
			t.Errorf("%s: %s", typed, stderr)
		}
		if left := dbtest.Column(t, file, "SELECT key FROM sign_in_attempts"); len(left) > 0 {
			t.Errorf("%s leaves %v locked", typed, left)
		}
		want := `{"address":"` + key + `"}`
		if got := dbtest.Column(t, file, "SELECT metadata FROM audit_logs WHERE action = 'unlock_address' ORDER BY seq DESC LIMIT 1"); len(got) != 1 || got[0] != want {
			t.Errorf("%s: the history says %v, want %s", typed, got, want)
		}
	}
}

func TestVerifySaysWhatIsBroken(t *testing.T) {
	t.Parallel()
	file, _ := enrolled(t)
	says := func(want int, text string, args ...string) {
		t.Helper()
		code, stdout, stderr := command(t, "", append([]string{"verify", "--db", file}, args...)...)
		if code != want || !strings.Contains(stdout+stderr, text) {
			t.Errorf("exit code %d, %q %q; want %d, %s", code, stdout, stderr, want, text)
		}
		if want != 0 {
			wantLine(t, stderr, text)
		}
	}
	hash := dbtest.Column(t, file, "SELECT hash FROM audit_logs WHERE seq = 1")[0]
	says(0, "is sound: file, foreign keys, and 2 rows of history")
	says(0, "is that of row 1", "--hash", strings.ToUpper(hash))
	says(1, "no row of the history carries the hash", "--hash", strings.Repeat("a", 64))

	tamper := func(statement string) {
		t.Helper()
		if _, err := dbtest.SQL(t, file).Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	tamper("PRAGMA foreign_keys = OFF; INSERT INTO user_role (user_id, role_id) VALUES ('01a2027e-4036-7af6-9386-fedd409c5151', " +
		"'01a2027e-4036-7af6-9386-fedd409c5152')")
	says(1, "first where user_role refers to")
	tamper("DELETE FROM user_role WHERE user_id = '01a2027e-4036-7af6-9386-fedd409c5151'")
	tamper("DROP TRIGGER audit_logs_no_update; UPDATE audit_logs SET ip = '10.0.0.1' WHERE seq = 2")
	says(1, "row 2 was changed")
}

// enrolled returns a registry in which Sam has a second factor, and its seed.
func enrolled(t *testing.T) (file, seed string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "r.db")
	if code, _, stderr := command(t, goodPassword, "user", "add", "--email",
		"sam@quay.example", "--name", "Sam Okoye", "--role", "Viewer", "--db", file); code != 0 {
		t.Fatal(stderr)
	}
	d, err := db.Open(t.Context(), file, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	a, err := d.AccountByEmail(t.Context(), db.System, "sam@quay.example")
	if err != nil {
		t.Fatal(err)
	}
	by := db.Actor{UserID: a.ID}
	if seed, err = d.StartSecondFactor(t.Context(), by); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.ConfirmSecondFactor(t.Context(), by, goodPassword, dbtest.Code(t, seed, time.Now())); err != nil {
		t.Fatal(err)
	}
	return file, seed
}

func TestALostSecondFactorIsTakenOff(t *testing.T) {
	t.Parallel()
	file, _ := enrolled(t)
	if code, stdout, stderr := command(t, "", "user", "reset-mfa", "--email", "sam@quay.example", "--db", file); code != 0 ||
		!strings.HasPrefix(stdout, "Sam Okoye has no second factor now") {
		t.Fatal(code, stdout, stderr)
	}
	d, err := db.Open(t.Context(), file, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.SignIn(t.Context(), db.Actor{}, "sam@quay.example", goodPassword); err != nil {
		t.Error(err)
	}
	if by := dbtest.Column(t, file, "SELECT ifnull(user_id, 'the program') FROM audit_logs WHERE action = 'reset_mfa'"); len(by) != 1 ||
		by[0] != "the program" {
		t.Errorf("the history says %v", by)
	}
}

func TestTheKeyIsNoPartOfABackupAndIsMissed(t *testing.T) {
	t.Parallel()
	file, seed := enrolled(t)
	says := func(text string, args ...string) {
		t.Helper()
		code, stdout, stderr := command(t, "", args...)
		if code != 0 || !strings.Contains(stdout, text) || text == "" && strings.Contains(stdout, ".key") {
			t.Errorf("%v: %d %q %q, want %q", args, code, stdout, stderr, text)
		}
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	says("Copied", "backup", backup, "--db", file)
	key, err := os.ReadFile(file + ".key")
	if err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(copied, key) || bytes.Contains(copied, []byte(seed)) {
		t.Error("the backup holds the key, or a seed")
	}
	if left, err := filepath.Glob(backup + "*"); err != nil || len(left) != 1 {
		t.Errorf("beside the backup there is %v", left)
	}

	// On another machine the key is missing until a copy is put there.
	elsewhere := filepath.Join(t.TempDir(), "r.db")
	says(elsewhere+".key, the key of second factors and webhooks, is missing", "restore", backup, "--db", elsewhere)
	says(elsewhere+".key, the key of second factors and webhooks, is missing", "verify", "--db", elsewhere)
	s := start(t, "--addr", "127.0.0.1:0", "--db", elsewhere)
	if code := s.stop(); code != 0 || !strings.Contains(s.stderr.String(), elsewhere+".key") {
		t.Errorf("%d: it does not say which file is missing: %s", code, s.stderr)
	}
	if err := os.WriteFile(elsewhere+".key", key, 0o600); err != nil {
		t.Fatal(err)
	}
	says("is sound", "verify", "--db", elsewhere)
	says("", "verify", "--db", elsewhere)
	says("", "restore", backup, "--db", elsewhere)
	if again, err := os.ReadFile(elsewhere + ".key"); err != nil || !bytes.Equal(again, key) {
		t.Error("restoring changed the key")
	}
}
