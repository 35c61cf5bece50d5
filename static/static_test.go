package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ask sends a request to the handler. headers alternates names and values.
func ask(t *testing.T, method, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func wantHeader(t *testing.T, w *httptest.ResponseRecorder, name, want string) {
	t.Helper()
	if got := w.Header().Get(name); got != want {
		t.Errorf("%s: got %q, want %q", name, got, want)
	}
}

func TestVendoredFilesAreTheListedOnes(t *testing.T) {
	list, err := os.ReadFile("vendor/VENDOR.txt")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{"VENDOR.txt": "", "fetch/main.go": ""} // ours
	for line := range strings.Lines(string(list)) {
		if f := strings.Fields(line); len(f) >= 5 && f[0] != "#" {
			sums[f[0]] = f[3]
		}
	}
	err = filepath.WalkDir("vendor", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, "vendor"+string(filepath.Separator)))
		want, listed := sums[name]
		if !listed {
			t.Errorf("%s is not in VENDOR.txt", name)
		}
		delete(sums, name)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); want != "" && got != want {
			t.Errorf("%s: SHA-256 is %s, VENDOR.txt says %s", name, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range sums {
		t.Errorf("VENDOR.txt lists %s, which is missing", name)
	}
}

func TestEveryFileIsServedForGoodUnderItsURL(t *testing.T) {
	for name, a := range assets() {
		w := ask(t, "GET", URL(name))
		if w.Code != http.StatusOK {
			t.Errorf("GET %s: %d", URL(name), w.Code)
			continue
		}
		if got := fmt.Sprintf("/static/%s?v=%x", name, sha256.Sum256(w.Body.Bytes())); !strings.HasPrefix(got, URL(name)) {
			t.Errorf("URL %s is not the hash of what it serves: %s", URL(name), got)
		}
		wantHeader(t, w, "Cache-Control", "public, max-age=31536000, immutable")
		wantHeader(t, w, "Content-Type", a.contentType)
		wantHeader(t, w, "Content-Length", fmt.Sprint(w.Body.Len()))
		wantHeader(t, w, "Content-Encoding", "")
	}
}

func TestWithoutTheRightHashTheBrowserAsksAgain(t *testing.T) {
	for _, target := range []string{"/static/app.css", "/static/app.css?v=0123456789", "/static/app.css?v="} {
		w := ask(t, "GET", target)
		if w.Code != http.StatusOK {
			t.Errorf("GET %s: %d", target, w.Code)
		}
		wantHeader(t, w, "Cache-Control", "no-cache")
		etag := w.Header().Get("ETag")
		for _, h := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
			w = ask(t, "GET", target, "If-None-Match", h)
			if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
				t.Errorf("GET %s, If-None-Match %s: %d with %d bytes", target, h, w.Code, w.Body.Len())
			}
			wantHeader(t, w, "ETag", etag)
			wantHeader(t, w, "Vary", "Accept-Encoding")
		}
		if w = ask(t, "GET", target, "If-None-Match", `"other"`); w.Code != http.StatusOK {
			t.Errorf("GET %s with another ETag: %d", target, w.Code)
		}
	}
}

func TestTextIsGzippedForThoseWhoAcceptIt(t *testing.T) {
	plain := ask(t, "GET", "/static/app.css")
	for header, want := range map[string]bool{
		"gzip": true, "gzip, deflate, br": true, "br;q=1, GZIP;q=0.5": true, "x-gzip": false,
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.0": false, "identity": false,
	} {
		w := ask(t, "GET", "/static/app.css", "Accept-Encoding", header)
		wantHeader(t, w, "Vary", "Accept-Encoding")
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("Accept-Encoding %q: gzipped %v, want %v", header, got, want)
		}
		if !want {
			continue
		}
		if w.Header().Get("ETag") == plain.Header().Get("ETag") {
			t.Error("both encodings have the same ETag")
		}
		r, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(body, plain.Body.Bytes()) {
			t.Errorf("gzipped and plain app.css differ (%v)", err)
		}
	}
	font := ask(t, "GET", "/static/inter-latin.woff2", "Accept-Encoding", "gzip")
	wantHeader(t, font, "Content-Encoding", "")
	wantHeader(t, font, "Vary", "")
}

func TestHeadHasTheHeadersAlone(t *testing.T) {
	w := ask(t, "HEAD", "/static/app.js")
	if w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
	wantHeader(t, w, "Content-Length", fmt.Sprint(len(assets()["app.js"].body)))
}

func TestNothingElseIsServed(t *testing.T) {
	for _, target := range []string{
		"/static", "/static/", "/static/passwords.json", "/static/vendor/passwords.json", "/static/vendor", "/static/vendor/",
		"/static/vendor/htmx.min.js", "/static/VENDOR.txt", "/static/static.go", "/static/app.css/", "/static//app.css", "/static/./app.css",
		"/static/../static/app.css", "/static/../main.go", "/static/..%2fmain.go", `/static/..\main.go`, "/static/app.css\x00", "/static/APP.CSS",
		"/app.css", "app.css", "",
	} {
		w := ask(t, "GET", target)
		if w.Code != http.StatusNotFound {
			t.Errorf("GET %q: %d, want 404", target, w.Code)
		}
		wantHeader(t, w, "Content-Type", "text/plain; charset=utf-8")
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"} {
		w := ask(t, method, "/static/app.css")
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d, want 405", method, w.Code)
		}
		wantHeader(t, w, "Allow", "GET, HEAD")
	}
}

func TestAnUnknownNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of an unknown file did not panic")
		}
	}()
	URL("passwords.json")
}

func TestStyleSheetRefersToHashedFilesOnly(t *testing.T) {
	css := string(assets()["app.css"].body)
	found := cssURL.FindAllStringSubmatch(css, -1)
	if len(found) < 4 {
		t.Fatalf("app.css refers to %d files, want the fonts and the small images", len(found))
	}
	for _, m := range found {
		w := ask(t, "GET", m[1])
		wantHeader(t, w, "Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(css, "@import") || strings.Contains(css, "data:") || strings.Contains(css, "//") {
		t.Error("app.css loads something that the Content-Security-Policy blocks")
	}
}

// TestEachIconIsWhereAppCSSSaysItIs: app.css lists the icons in strip.svg, and templates show no others.
func TestEachIconIsWhereAppCSSSaysItIs(t *testing.T) {
	drawn := regexp.MustCompile(`<g id="(\w+)" transform="translate\((\d+)\)">`).FindAllStringSubmatch(read(t, "vendor/strip.svg"), -1)
	css := read(t, "app.css")
	listed := map[string]string{}
	for _, m := range regexp.MustCompile(`\.i-(\w+)[^{}]*\{ --at: (\d+); \}`).FindAllStringSubmatch(css, -1) {
		listed[m[1]] = m[2]
	}
	if len(drawn) == 0 || len(listed) != len(drawn) {
		t.Errorf("app.css lists %d icons, strip.svg has %d", len(listed), len(drawn))
	}
	for i, m := range drawn {
		if name, from := m[1], m[2]; listed[name] != fmt.Sprint(i) || from != fmt.Sprint(24*i) {
			t.Errorf("%s, drawn %s from the left, has place %d in strip.svg and %q in app.css", name, from, i, listed[name])
		}
	}
	mask := fmt.Sprintf("url(strip.svg) calc(var(--at) * 100%% / %d) / %d00%% 100%%", len(drawn)-1, len(drawn))
	if !strings.Contains(css, mask) || !strings.Contains(read(t, "vendor/strip.svg"), fmt.Sprintf(`viewBox="0 0 %d 24"`, 24*len(drawn))) {
		t.Errorf("app.css or strip.svg has another number of icons than %d, want %q", len(drawn), mask)
	}
	shown := regexp.MustCompile(`\{\{icon(?:Sm)? "(\w+)"|class="(?:[^"]* )?i-(\w+)[" ]`)
	err := fs.WalkDir(os.DirFS("../views"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		template, err := os.ReadFile(filepath.Join("../views", path))
		for _, m := range shown.FindAllStringSubmatch(string(template), -1) {
			if name := m[1] + m[2]; listed[name] == "" {
				t.Errorf("%s shows the icon %s, which app.css does not list", path, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Budgets for what a browser loads on its first visit. The totals matter; the limits of single
// files leave some room to grow.
func TestSizesStayInTheirBudgets(t *testing.T) {
	const kb = 1000
	for name, most := range map[string]int{"app.css": 20 * kb, "docs.css": 2 * kb, "app.js": 10 * kb} {
		if size := len(assets()[name].gzipped); size > most {
			t.Errorf("%s: %d bytes gzipped, at most %d", name, size, most)
		}
	}
	total := 0
	for _, name := range []string{
		"app.css", "app.js", "htmx.min.js", "hx-sse.min.js", "strip.svg", "icon.svg", "check.svg", "chev.svg", "inter-latin.woff2",
	} {
		total += len(ask(t, "GET", URL(name), "Accept-Encoding", "gzip").Body.Bytes())
	}
	if page := 12 * kb; total+page > 110*kb {
		t.Errorf("first visit: %d bytes and a page of up to %d, at most %d together", total, page, 110*kb)
	}
}

// read returns a file as it is written.
func read(t *testing.T, name string) string {
	t.Helper()
	source, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// TestTextGrowsWithTheReadersFontSize: no text is measured in pixels, and nothing that sets the size of its text has a fixed height.
// The texts of charts are, because they are scaled with the picture.
func TestTextGrowsWithTheReadersFontSize(t *testing.T) {
	css := regexp.MustCompile(`(?s)/\*.*?\*/|@font-face *\{.*?\}`).ReplaceAllString(read(t, "app.css"), "")
	measured := regexp.MustCompile(`(?:^|[;\s])(?:font|font-size|line-height): [^;]*\dpx`)
	sized, fixed := regexp.MustCompile(`(?:^|[;\s])font(?:-size)?:`), regexp.MustCompile(`(?:^|[;\s])height: [\d.]+px`)
	rules := regexp.MustCompile(`([^{};]+)\{([^{}]*)\}`).FindAllStringSubmatch(css, -1)
	if len(rules) < 500 {
		t.Fatalf("only %d rules were found", len(rules))
	}
	for _, rule := range rules {
		selector, declarations := strings.TrimSpace(rule[1]), rule[2]
		switch {
		case strings.HasPrefix(selector, ".chart text"):
		case measured.MatchString(declarations):
			t.Errorf("%s has text measured in pixels: %s", selector, measured.FindString(declarations))
		case sized.MatchString(declarations) && fixed.MatchString(declarations):
			t.Errorf("%s has text in a fixed height: %s", selector, fixed.FindString(declarations))
		}
	}
}

func TestScriptStaysWithinThePolicy(t *testing.T) {
	js := read(t, "app.js")
	for _, banned := range []string{`\beval\(`, `new Function`, `setAttribute\(['"]style`, `\.cssText`, `console\.`, `\.on[a-z]+ ?= `} {
		if m := regexp.MustCompile(banned).FindString(js); m != "" {
			t.Errorf("app.js contains %q", m)
		}
	}
}

func TestCommonPasswordsAreManyAndInOrder(t *testing.T) {
	list := CommonPasswords()
	if len(list) < 3000 {
		t.Fatalf("%d passwords, want at least 3000", len(list))
	}
	for _, p := range []string{"123456", "password", "qwertyuiop", "letmein"} {
		if i := slices.Index(list, p); i < 0 || i >= 3000 {
			t.Errorf("%s stands at %d, want it among the first 3000", p, i)
		}
	}
	for _, p := range list {
		if p != strings.ToLower(p) {
			t.Errorf("%s is not in lower case", p)
		}
	}
}
