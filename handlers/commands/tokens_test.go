package commands

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestTokenCommands: a token is printed once, listed without it, and revoked by its id.
func TestTokenCommands(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "registry.db")
	run := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		code, stdout, stderr := command(t, goodPassword+"\n", append([]string{"--db", file}, args...)...)
		if code != want {
			t.Fatalf("%v: %d %s", args, code, stderr)
		}
		return stdout, stderr
	}
	run(0, "user", "add", "--email", "lea@x.example", "--name", "Léa", "--role", "Viewer")
	secret, said := run(0, "token", "add", "--email", "lea@x.example", "--name", "Phone", "--permission", "ViewClient")
	secret = strings.TrimSpace(secret)
	if len(secret) != 44 || strings.Contains(said, secret) || !strings.Contains(said, "Léa") {
		t.Errorf("%q and %q", secret, said)
	}
	run(0, "token", "add", "--email", "lea@x.example", "--name", "Desk", "--expires", "never")
	listed, _ := run(0, "token", "list")
	lines := strings.Split(strings.TrimSpace(listed), "\n")
	if len(lines) != 2 || strings.Contains(listed, secret) {
		t.Fatalf("the list is %s", listed)
	}
	desk, phone := strings.Split(lines[0], "\t"), strings.Split(lines[1], "\t")
	if strings.Join(desk[2:], "|") != "Desk|lea@x.example|ViewClient,ViewInteraction|never|never used|" ||
		phone[1] != secret[:8] || phone[4] != "ViewClient" || !strings.Contains(phone[5], " UTC") {
		t.Errorf("the lines are %q and %q", desk, phone)
	}
	run(0, "token", "revoke", phone[0])
	if listed, _ := run(0, "token", "list"); !strings.HasSuffix(listed, " UTC\n") {
		t.Errorf("after revoking: %s", listed)
	}
	for want, args := range map[string][]string{
		"nobody has the email": {"token", "add", "--email", "x@x.example", "--name", "Phone"},
		"who lacks EditClient": {"token", "add", "--email", "lea@x.example", "--name", "Phone", "--permission", "EditClient"},
		"like 20":              {"token", "add", "--email", "lea@x.example", "--name", "Phone", "--expires", "soon"},
		"there is no token":    {"token", "revoke", "x"},
	} {
		_, said := run(1, args...)
		wantLine(t, said, want)
	}
}
