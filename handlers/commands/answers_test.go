package commands

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clientregistry/db"
)

// TestEveryAnswerHasTheHeaders: even answers that net/http gives by itself to malformed requests.
func TestEveryAnswerHasTheHeaders(t *testing.T) {
	t.Parallel()
	s := start(t, "--addr", "127.0.0.1:0", "--db", filepath.Join(t.TempDir(), "r.db"))
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	const page = "GET /login HTTP/1.1\r\nHost: x\r\n\r\n"
	for sent, statuses := range map[string][]int{
		"\r\n\r\n":                                                                            {400},
		"nonsense\r\n\r\n":                                                                    {400},
		"GET /\r\n\r\n":                                                                       {400}, // HTTP/0.9
		"GET / HTTP/1.1\r\n\r\n":                                                              {400}, // no Host
		"GET / HTTP/1.1\r\nHost: a b\r\n\r\n":                                                 {400},
		"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n":                                        {400},
		"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n":                                       {400},
		"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n":                                        {400},
		"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n":                                                {400},
		"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n":                       {400},
		"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n":                  {501},
		"GET / HTTP/9.9\r\nHost: x\r\n\r\n":                                                   {505},
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":                                                    {404},
		"GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n":                                    {417},
		"GET /" + strings.Repeat("x", 100<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n":               {431},
		"GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("x", 100<<10) + "\r\n\r\n":        {431},
		"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                          {200},
		"BREW /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                        {405},
		page + page + "nonsense\r\n\r\n":                                                      {200, 200, 400},
		page + "GET /static/nothing HTTP/1.1\r\nHost: x\r\n\r\n" + "GET / HTTP/1.1\r\n\r\n":   {200, 404, 400},
		page + "GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("x", 100<<10) + "\r\n\r\n": {200, 431},
	} {
		name := fmt.Sprintf("%.60q", sent)
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		go io.WriteString(c, sent)
		answers := bufio.NewReader(c)
		for _, status := range statuses {
			a, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
			body, err := io.ReadAll(a.Body)
			if err != nil || a.StatusCode != status || strings.Contains(string(body), "nosniff") {
				t.Errorf("%s: %v %s %.100q, want %d", name, err, a.Status, body, status)
			}
			for header, value := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'",
				"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin",
				"Permissions-Policy": "camera=()", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
			} {
				if got := a.Header.Values(header); len(got) != 1 || !strings.HasPrefix(got[0], value) {
					t.Errorf("%s: %s is %q", name, header, got)
				}
			}
		}
		c.Close()
	}
	if code := s.stop(); code != 0 {
		t.Errorf("it ended with %d: %s", code, s.stderr)
	}
}

// TestServeNamesAClockThatIsBehindTheHistory: when it starts.
func TestServeNamesAClockThatIsBehindTheHistory(t *testing.T) {
	t.Parallel()
	for ahead, named := range map[time.Duration]bool{0: false, 400 * 24 * time.Hour: true} {
		file := filepath.Join(t.TempDir(), "r.db")
		d, err := db.Open(t.Context(), file, db.Options{Create: true, Now: func() time.Time { return time.Now().Add(ahead) }})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.CreateUser(t.Context(), db.System, db.NewUser{Email: "sam@quay.example", FullName: "Sam Okoye", Role: "Viewer"})
		if err := errors.Join(err, d.Close()); err != nil {
			t.Fatal(err)
		}
		s := start(t, "--addr", "127.0.0.1:0", "--db", file)
		if code := s.stop(); code != 0 || strings.Contains(s.stderr.String(), "the clock is wrong, or was") != named {
			t.Errorf("%v ahead: exit code %d, %s", ahead, code, s.stderr)
		}
	}
}
