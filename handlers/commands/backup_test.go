package commands

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestBackupAsksTheServerThatRuns: the copy is complete and private, wherever the socket is, and
// overwrites no file.
func TestBackupAsksTheServerThatRuns(t *testing.T) {
	t.Parallel()
	for name, long := range map[string]string{"beside": "", "elsewhere": strings.Repeat("long", 30)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, _ := enrolled(t)
			if long != "" {
				moved := filepath.Join(filepath.Dir(file), long+".db")
				if err := os.Rename(file, moved); err != nil {
					t.Fatal(err)
				}
				file = moved
			}
			s := start(t, "--addr", "127.0.0.1:0", "--db", file, "--base-url", "https://registry.example")
			socket := db.Announced(file)
			info, err := os.Stat(socket)
			if err != nil || info.Mode() != os.ModeSocket|0o600 {
				t.Fatalf("the socket %q is %v %v", socket, info, err)
			}
			folder := t.TempDir()
			to := filepath.Join(folder, "copy.db")
			if code, stdout, stderr := command(t, "", "backup", to, "--db", file); code != 0 || !strings.Contains(stdout, "Copied") {
				t.Fatal(code, stdout, stderr)
			}
			if info, err := os.Stat(to); err != nil || info.Mode() != 0o600 {
				t.Error(info, err)
			}
			if code, stdout, stderr := command(t, "", "verify", "--db", to); code != 0 {
				t.Error(code, stdout, stderr)
			}
			before, err := os.ReadFile(to)
			if err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := command(t, "", "backup", to, "--db", file)
			if after, err := os.ReadFile(to); code != 1 || stdout != "" || err != nil || string(after) != string(before) {
				t.Error("a second backup to the same file:", code, stdout, err)
			}
			wantLine(t, stderr, "exists already")
			code, stdout, stderr = command(t, "", "backup", filepath.Join(folder, "no", "such", "folder"), "--db", file)
			if code != 1 || stdout != "" {
				t.Error("a folder that is not there:", code, stdout)
			}
			wantLine(t, stderr, "cannot write the backup")
			if code := s.stop(); code != 0 {
				t.Errorf("it ended with %d: %s", code, s.stderr)
			}
			if _, err := os.Stat(socket); err == nil {
				t.Error("the socket is left behind")
			}
			if strings.Contains(s.stderr.String(), "level=WARN") && !strings.Contains(s.stderr.String(), "second factors") {
				t.Errorf("the log says %s", s.stderr)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".clientregistry-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestACopyThatNobodyFetchesIsRemoved: even if the command is killed while it waits.
func TestACopyThatNobodyFetchesIsRemoved(t *testing.T) {
	t.Parallel()
	file, _ := enrolled(t)
	folder := t.TempDir()
	s := start(t, "--addr", "127.0.0.1:0", "--db", file)
	for _, killed := range []bool{true, false} { // in the other case it waits until the server ends
		c, err := net.Dial("unix", db.Announced(file))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		form := "folder=" + folder
		fmt.Fprintf(c, "POST /backup HTTP/1.1\r\nHost: registry\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "+
			"%d\r\n\r\n%s", len(form), form)
		var answer copied
		for lines := bufio.NewScanner(c); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "{") {
				if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		if _, err := os.Stat(answer.File); err != nil || filepath.Dir(answer.File) != folder {
			t.Fatalf("the copy is %+v: %v", answer, err)
		}
		if killed {
			c.Close()
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("it ended with %d: %s", code, s.stderr)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestBackupWorksWithoutAnAnswer: the announced server was killed, or the one that holds the lock
// announced nothing.
func TestBackupWorksWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	file, _ := enrolled(t)
	d, err := db.Open(t.Context(), file, db.Options{Exclusive: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for n, address := range []string{"", file + ".sock"} {
		if err := d.Announce(address); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "copy.db")
		if code, _, stderr := command(t, "", "backup", to, "--db", file); code != 0 {
			t.Fatal(n, stderr)
		}
		if got := dbtest.Column(t, to, "SELECT email FROM users"); len(got) != 1 {
			t.Error(n, got)
		}
	}
}

// TestBackupsListsThoseOfTheSchedule: one per line, the newest first, and a message if there are
// none.
func TestBackupsListsThoseOfTheSchedule(t *testing.T) {
	t.Parallel()
	file, _ := enrolled(t)
	list := func(args ...string) []string {
		t.Helper()
		code, stdout, stderr := command(t, "", append([]string{"backups", "--db", file}, args...)...)
		none := ""
		if stdout == "" {
			none = "There are no backups of " + file + " in "
		}
		if code != 0 || !strings.HasPrefix(stderr, none) || none == "" && stderr != "" {
			t.Fatal(code, stderr)
		}
		return strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	}
	if lines := list(); lines[0] != "" {
		t.Errorf("without any it says %q", lines)
	}
	d, err := db.Open(t.Context(), file, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b := d.BackupsIn("")
	made, err := d.MakeBackup(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	unproven := filepath.Join(b.Folder, "r-20200102T030405Z.db")
	if err := os.WriteFile(unproven, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	const layout = "2006-01-02 15:04:05"
	lines := list()
	if len(lines) != 2 || lines[1] != time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC).Local().Format(layout)+"\t4 bytes\tnot proven\t"+unproven {
		t.Fatalf("it says %q", lines)
	}
	if want := made.At.Local().Format(layout) + "\t"; !strings.HasPrefix(lines[0], want) ||
		!strings.Contains(lines[0], "\tproven "+made.ProvenAt.Local().Format(layout)+"\t"+filepath.Join(b.Folder, made.Name)) {
		t.Errorf("it says %q", lines[0])
	}
	for _, flag := range []string{"--dir", "--backup-dir"} {
		if lines := list(flag, t.TempDir()); lines[0] != "" {
			t.Errorf("of another folder it says %q", lines)
		}
		if lines := list(flag, b.Folder); len(lines) != 2 {
			t.Errorf("of the folder it says %q", lines)
		}
	}
	if code, stdout, stderr := command(t, "", "backups", "--db", file, "--backup-dir", "off"); code != 0 || stdout != "" ||
		!strings.Contains(stderr, "The server makes none") {
		t.Errorf("where none are made: %d %q %q", code, stdout, stderr)
	}
	if folder := filepath.Dir(file) + "/backups"; b.Folder != folder {
		t.Errorf("the folder is %s, want %s", b.Folder, folder)
	}
}

// TestTheStartSaysThatNoBackupsCanBeMade: people work meanwhile. Where they can, it makes no folder before there is one.
func TestTheStartSaysThatNoBackupsCanBeMade(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "r.db")
	for _, x := range []struct {
		in    string
		warns bool
	}{{filepath.Join(folder, "later"), false}, {filepath.Join(file, "backups"), true}, {"off", false}} {
		s := start(t, "--addr", "127.0.0.1:0", "--db", file, "--backup-dir", x.in)
		if code := s.stop(); code != 0 || strings.Contains(s.stderr.String(), "no backups can be made: let the program write in their folder") != x.warns {
			t.Errorf("%s: %d %s", x.in, code, s.stderr)
		}
		if _, err := os.Stat(x.in); err == nil {
			t.Errorf("%s was made", x.in)
		}
	}
}
