package commands

import (
	"html"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"clientregistry/db/dbtest"
)

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```\n")
	section    = regexp.MustCompile(`(?m)^#{2,4} `)
)

// readmeLines returns the lines for a shell that a section of the README prints, as they stand there.
func readmeLines(t *testing.T, heading string) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(readme), "\n"+heading+"\n")
	if end := section.FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	lines := ""
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		lines += block[1]
	}
	if !found || lines == "" {
		t.Fatalf("the README has no lines for a shell under %s", heading)
	}
	return lines
}

// inShell runs lines in a folder, where curl fails for a refusal, and returns what they print. They read
// stdin.
func inShell(t *testing.T, folder, stdin, lines string, variables ...string) string {
	t.Helper()
	const curlrc = "silent\nshow-error\nfail-with-body\nnoproxy = *\n"
	if err := os.WriteFile(filepath.Join(folder, ".curlrc"), []byte(curlrc), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "sh", "-euc", lines)
	c.Dir, c.Env = folder, append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder}, variables...)
	c.Stdin = strings.NewReader(stdin)
	var failed strings.Builder
	c.Stderr = &failed
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s\nprints %s\n%s", err, lines, out, failed.String())
	}
	return string(out)
}

// TestTheReadmeForPrograms runs what the README prints, one line after the other, against a server
// in its own process. Only the address is another one.
func TestTheReadmeForPrograms(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "clientregistry.db")
	if code, _, stderr := command(t, "correct horse battery staple\n", "--db", file, "user", "add",
		"--email", "tomas@pinestreet.example", "--name", "Tomas Rehn", "--role", "Manager"); code != 0 {
		t.Fatal(stderr)
	}
	program := "#!/bin/sh\n" + asProgram + "=1 exec '" + os.Args[0] + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(folder, "clientregistry"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	url := startProgram(t, "--db", file, "--addr", "127.0.0.1:0").url
	said := inShell(t, folder, "", strings.ReplaceAll(readmeLines(t, "### For programs"), "http://127.0.0.1:8080", url))
	for _, text := range []string{
		`"email":"tomas@pinestreet.example"`, `"name":"Nightly report"`, `"display_name":"Harbor \u0026 Pine"`,
		`"subject":"Renewal agreed"`, `"website":"https://harbor.example"`, `"version":2`,
		`"changes":[{"action":"update_org"`,
	} {
		if !strings.Contains(said, text) {
			t.Errorf("it does not print %s but\n%s", text, said)
		}
	}
}

// TestTheReadmeReceivesAWebhook: its receiver, built and started as the README prints, with the secret
// that the page shows, accepts what the registry sends, and nothing else.
func TestTheReadmeReceivesAWebhook(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "clientregistry.db")
	run := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := command(t, goodPassword, append([]string{"--db", file}, args...)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		return strings.TrimSpace(stdout)
	}
	run("user", "add", "--email", "ada@quay.example", "--name", "Ada", "--role", "Administrator")
	token := run("token", "add", "--email", "ada@quay.example", "--name", "Nightly")
	p := startProgram(t, "--db", file, "--addr", "127.0.0.1:0", "--webhook-allow", "127.0.0.1/32")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	receiver := free.Addr().String()
	free.Close()

	ada := p.visit()
	ada.want(303, "", "/login", url.Values{"email": {"ada@quay.example"}, "password": {goodPassword}})
	made, err := ada.PostForm(p.url+"/admin/webhooks", url.Values{
		"url": {"http://" + receiver + "/"}, "event": {"organization.created", "contact.created"}, "active": {"1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer made.Body.Close()
	page, err := io.ReadAll(made.Body)
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`).FindString(html.UnescapeString(string(page)))
	if err != nil || secret == "" {
		t.Fatalf("%s %v: no secret in\n%s", made.Status, err, page)
	}

	printed := strings.NewReplacer("http://127.0.0.1:8080", p.url, "127.0.0.1:9000", receiver).Replace(readmeLines(t, "#### Webhooks"))
	lines, end, found := strings.Cut(printed, "kill $!")
	if !found {
		t.Fatal("the receiver is not stopped")
	}
	const forged = "curl -o forged.txt -w '%{http_code} ' -d '{}' -H 'webhook-id: msg_1' -H \"webhook-timestamp: $(date +%s)\" " +
		"-H 'webhook-signature: v1,AAAA' http://RECEIVER || true\ncat forged.txt received.txt\n"
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	said := inShell(t, folder, secret+"\n", lines+strings.Replace(forged, "RECEIVER", receiver, 1)+"kill $!"+end,
		"TOKEN="+token, "GOCACHE="+strings.TrimSpace(string(cache)))
	for _, text := range []string{
		"msg_", `{"type":"organization.created","timestamp":"`, `"display_name":"Kestrel Foods"`, "403 not signed",
	} {
		if !strings.Contains(said, text) {
			t.Errorf("it does not print %s but\n%s", text, said)
		}
	}
	sent := strings.Join(dbtest.Column(t, file, "SELECT event || ' ' || state FROM deliveries"), ", ")
	if sent != "organization.created delivered" {
		t.Errorf("deliveries: %s", sent)
	}
}
