package commands

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// newRegistry returns a registry with one user, created by the command.
func newRegistry(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "r.db")
	args := []string{"user", "add", "--db", file, "--email", "a@quay.example", "--name", "A", "--role", "Administrator"}
	if code, _, stderr := command(t, goodPassword, args...); code != 0 {
		t.Fatal(stderr)
	}
	return file
}

// listed returns the names in a folder, except locks and sockets.
func listed(t *testing.T, folder string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); !strings.HasSuffix(name, ".lock") {
			all = append(all, name)
		}
	}
	return all
}

// everyCommand returns each command with its arguments. The first making of them create a registry.
func everyCommand(t *testing.T) (all [][]string, making int) {
	backup := newRegistry(t)
	return [][]string{
		{"serve", "--addr", "127.0.0.1:0"},
		{"demo"},
		{"user", "add", "--email", "b@quay.example", "--name", "B", "--role", "Viewer"},
		{"user", "list"},
		{"user", "reset-password", "--email", "a@quay.example"},
		{"user", "reset-mfa", "--email", "a@quay.example"},
		{"user", "unlock", "--email", "a@quay.example"},
		{"user", "add-role", "--email", "a@quay.example", "--role", "Viewer"},
		{"backup", filepath.Join(t.TempDir(), "copy.db")},
		{"verify"},
		{"restore", backup},
	}, 3
}

func TestOnlyThreeCommandsMakeARegistry(t *testing.T) {
	t.Parallel()
	commands, making := everyCommand(t)
	for _, args := range commands[making : len(commands)-1] { // restore may put a registry where there is none
		file := filepath.Join(t.TempDir(), "mistyped.db")
		code, stdout, stderr := command(t, goodPassword, append(args, "--db", file)...)
		if code != 1 || stdout != "" {
			t.Errorf("%v: %d %q", args, code, stdout)
		}
		wantLine(t, stderr, "there is no registry "+file+"; name it with --db")
		if left := listed(t, filepath.Dir(file)); len(left) > 0 {
			t.Errorf("%v made %v", args, left)
		}
	}
	file := filepath.Join(t.TempDir(), "r.db")
	s := start(t, "--addr", "127.0.0.1:0", "--db", file)
	if code := s.stop(); code != 0 || !strings.Contains(s.stderr.String(), "a new one was made") {
		t.Errorf("%d: it does not say that it made the registry: %s", code, s.stderr)
	}
	if left := listed(t, filepath.Dir(file)); !slices.Equal(left, []string{"r.db"}) {
		t.Errorf("it made %v", left)
	}
}

// TestNoCommandTouchesWhatIsNotOurs: the file is unchanged and nothing is created beside it.
func TestNoCommandTouchesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	sql := func(statement string) func(path string) error {
		return func(path string) error {
			plain := dbtest.SQL(t, path)
			defer plain.Close()
			_, err := plain.Exec(statement)
			return err
		}
	}
	content := func(text string) func(path string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o644) }
	}
	for _, x := range []struct {
		what, says, beside string
		make               func(path string) error
	}{
		{"another program's tables", "another program's database", "", sql("CREATE TABLE users (id INTEGER); CREATE TABLE notes (text TEXT)")},
		{"another program's id", "another program's database", "", sql(`
			PRAGMA application_id = 252006673;
			CREATE TABLE users (id INTEGER); CREATE TABLE audit_logs (id INTEGER); CREATE TABLE goose_db_version (id INTEGER)`)},
		{"no table at all", "another program's database", "", sql("PRAGMA user_version = 3")},
		{"text", "damaged or not a database", "", content("Dear Maya, this is a letter and no database.\n")},
		{"0 bytes", "it has 0 bytes", "", content("")},
		{"0 bytes where a registry was", "restore ", ".before-17", content("")},
	} {
		commands, _ := everyCommand(t)
		for _, args := range commands {
			path := filepath.Join(t.TempDir(), "other.db")
			if err := x.make(path); err != nil {
				t.Fatal(err)
			}
			if x.beside != "" {
				if err := os.WriteFile(path+x.beside, []byte("a copy"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if args[0] == "restore" && !strings.HasPrefix(x.says, "another") {
				continue // restore may replace a damaged file
			}
			before, names := dbtest.Bytes(t, path), listed(t, filepath.Dir(path))
			code, stdout, stderr := command(t, goodPassword, append(args, "--db", path)...)
			if code != 1 || stdout != "" {
				t.Errorf("%s, %v: %d %q", x.what, args, code, stdout)
			}
			wantLine(t, stderr, x.says)
			wantLine(t, stderr, path)
			if after := dbtest.Bytes(t, path); after != before {
				t.Errorf("%s was changed by %v", x.what, args)
			}
			if left := listed(t, filepath.Dir(path)); !slices.Equal(left, names) {
				t.Errorf("%s, %v: beside it are %v, and were %v", x.what, args, left, names)
			}
		}
	}
}

// TestAStartBesideWhatIsLeftOfARegistryMakesNoNewOne: each of these files shows that there was one.
func TestAStartBesideWhatIsLeftOfARegistryMakesNoNewOne(t *testing.T) {
	t.Parallel()
	commands, making := everyCommand(t)
	ends := []string{
		".restoring", ".replaced-20260101-000000", ".before-16", ".before-restore-20260101-000000", ".key", "-wal", "-journal",
	}
	for _, left := range ends {
		for _, args := range commands[:making] {
			file := filepath.Join(t.TempDir(), "r.db")
			if err := os.WriteFile(file+left, []byte("of a registry"), 0o600); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := command(t, goodPassword, append(args, "--db", file)...)
			if code != 1 || stdout != "" {
				t.Errorf("%s, %v: %d %q", left, args, code, stdout)
			}
			wantLine(t, stderr, file+left)
			wantLine(t, stderr, "restore")
			if now := listed(t, filepath.Dir(file)); !slices.Equal(now, []string{"r.db" + left}) {
				t.Errorf("%s, %v: there is now %v", left, args, now)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "r.db")
	if err := os.WriteFile(file+"-wal", nil, 0o600); err != nil { // empty, so it holds no changes
		t.Fatal(err)
	}
	if code, _, stderr := command(t, goodPassword, append(commands[2], "--db", file)...); code != 0 {
		t.Error(stderr)
	}
}

// TestOneServerOnAFileByWhateverName: a link creates no second lock, key or -wal.
func TestOneServerOnAFileByWhateverName(t *testing.T) {
	t.Parallel()
	file := newRegistry(t)
	folder := t.TempDir()
	link, chain, hard := filepath.Join(folder, "link.db"), filepath.Join(folder, "chain.db"), filepath.Join(folder, "hard.db")
	for name, to := range map[string]string{link: file, chain: "link.db"} {
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, "--addr", "127.0.0.1:0", "--db", link)
	for _, name := range []string{file, chain, link} {
		code, stdout, stderr := command(t, "", "serve", "--addr", "127.0.0.1:0", "--db", name)
		if code != 1 || stdout != "" {
			t.Errorf("%s: %d %q", name, code, stdout)
		}
		wantLine(t, stderr, "in use")
	}
	if code, stdout, stderr := command(t, "", "user", "list", "--db", chain); code != 0 || !strings.Contains(stdout, "a@quay.example") {
		t.Error(code, stdout, stderr)
	}
	if code := s.stop(); code != 0 {
		t.Error(code, s.stderr)
	}
	if names := listed(t, folder); !slices.Equal(names, []string{"chain.db", "link.db"}) {
		t.Errorf("beside the links there are %v", names)
	}

	if err := os.Link(file, hard); err != nil {
		t.Fatal(err)
	}
	commands, _ := everyCommand(t)
	for _, args := range commands {
		for _, name := range []string{file, hard} {
			code, stdout, stderr := command(t, goodPassword, append(args, "--db", name)...)
			if code != 1 || stdout != "" {
				t.Errorf("%v %s: %d %q", args, name, code, stdout)
			}
			wantLine(t, stderr, "hard link")
		}
	}
	if err := os.Remove(hard); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, "", "verify", "--db", file); code != 0 {
		t.Error(stderr)
	}
}

// TestReadingCommandsChangeNothing: neither in a read-only file nor in one that is being served.
func TestReadingCommandsChangeNothing(t *testing.T) {
	t.Parallel()
	file := newRegistry(t)
	if err := os.Chmod(file, 0o400); err != nil {
		t.Fatal(err)
	}
	reads := func(name string) {
		t.Helper()
		for _, args := range [][]string{{"verify"}, {"user", "list"}, {"backup", filepath.Join(t.TempDir(), "copy.db")}} {
			if code, _, stderr := command(t, "", append(args, "--db", name)...); code != 0 {
				t.Errorf("%v: %s", args, stderr)
			}
		}
	}
	before, names := dbtest.Bytes(t, file), listed(t, filepath.Dir(file))
	reads(file)
	if dbtest.Bytes(t, file) != before || !slices.Equal(listed(t, filepath.Dir(file)), names) {
		t.Errorf("it was changed, or what is beside it: %v", listed(t, filepath.Dir(file)))
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, "--addr", "127.0.0.1:0", "--db", file)
	reads(file)
	if rows := dbtest.Column(t, file, "SELECT count(*) FROM audit_logs")[0]; rows != "1" {
		t.Errorf("the history has %s rows", rows)
	}
	if code := s.stop(); code != 0 {
		t.Error(code, s.stderr)
	}
}

// expiring is a context that ends after it was checked a number of times.
type expiring struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func (d *expiring) count() {
	if d.left.Add(-1) == 0 {
		d.cancel()
	}
}

func (d *expiring) Done() <-chan struct{} { d.count(); return d.Context.Done() }

func (d *expiring) Err() error { d.count(); return d.Context.Err() }

// stoppingWriter is a writer that stops the program when it writes.
type stoppingWriter struct {
	end     func()
	written atomic.Bool
}

func (e *stoppingWriter) Write(p []byte) (int, error) {
	e.written.Store(true)
	e.end()
	return len(p), nil
}

// TestAStartThatIsGivenUpIsNoFailure: whenever it is stopped, the exit code is 0 and the registry
// is complete or absent.
func TestAStartThatIsGivenUpIsNoFailure(t *testing.T) {
	t.Parallel()
	served := false
	for n := int64(1); !served; n = n*3/2 + 1 {
		file := filepath.Join(t.TempDir(), "r.db")
		ctx, cancel := context.WithCancel(t.Context())
		d := &expiring{Context: ctx, cancel: cancel}
		d.left.Store(n)
		out, errs := &stoppingWriter{end: cancel}, newLines()
		if code := Run(d, []string{"--addr", "127.0.0.1:0", "--db", file}, strings.NewReader(""), out, errs); code != 0 {
			t.Fatalf("given up after %d: %d %s", n, code, errs)
		}
		names := listed(t, filepath.Dir(file))
		if len(names) > 1 || len(names) == 1 && names[0] != "r.db" {
			t.Errorf("given up after %d it leaves %v", n, names)
		}
		if len(names) == 1 {
			again, err := db.Open(t.Context(), file, db.Options{Exclusive: true})
			if err != nil {
				t.Fatalf("given up after %d: %v", n, err)
			}
			again.Close()
		}
		served = out.written.Load()
	}
}

func TestWhatItPrintsCanBeOpened(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":0", "[::]:0", "0.0.0.0:0", "127.0.0.1:0", "localhost:0"} {
		s := start(t, "--addr", addr, "--db", filepath.Join(t.TempDir(), "r.db"))
		if strings.Contains(s.url, "//[::]") || strings.Contains(s.url, "//0.0.0.0") {
			t.Errorf("%s: it prints %s", addr, s.url)
		}
		client := http.Client{Transport: &http.Transport{}}
		a, err := client.Get(s.url)
		if err != nil || a.StatusCode != 200 {
			t.Errorf("%s: %v %v", addr, a, err)
		} else {
			a.Body.Close()
		}
		client.CloseIdleConnections()
		if code := s.stop(); code != 0 {
			t.Error(code, s.stderr)
		}
	}
}
