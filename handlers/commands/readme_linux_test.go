package commands

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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

// inShell runs lines in a folder, where curl fails for a refusal, and returns what they print.
func inShell(t *testing.T, folder, lines string, variables ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", "-euc", lines)
	c.Dir, c.Env = folder, append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder}, variables...)
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
	for name, text := range map[string]string{
		"clientregistry": "#!/bin/sh\n" + asProgram + "=1 exec '" + os.Args[0] + "' \"$@\"\n",
		".curlrc":        "silent\nshow-error\nfail-with-body\nnoproxy = *\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	url := startProgram(t, "--db", file, "--addr", "127.0.0.1:0").url
	said := inShell(t, folder, strings.ReplaceAll(readmeLines(t, "### For programs"), "http://127.0.0.1:8080", url))
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

// TestTheReadmeVerifiesAWebhook: the lines of the README compute the signature of a delivery.
func TestTheReadmeVerifiesAWebhook(t *testing.T) {
	t.Parallel()
	const id, at, body = "msg_01", "1764000000", `{"type": "organization.updated", "data": {"display_name": "Łódź & Søn"}}`
	secret := []byte("0123456789abcdef\x00\xff")
	sum := hmac.New(sha256.New, secret)
	sum.Write([]byte(id + "." + at + "." + body))
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "body.json"), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	got := inShell(t, folder, readmeLines(t, "#### Webhooks"), "SECRET=whsec_"+base64.StdEncoding.EncodeToString(secret),
		"WEBHOOK_ID="+id, "WEBHOOK_TIMESTAMP="+at)
	if want := base64.StdEncoding.EncodeToString(sum.Sum(nil)); strings.TrimSpace(got) != want {
		t.Errorf("the signature is %q, want %q", got, want)
	}
}
