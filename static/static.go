// Package static serves the files that pages load.
//
// app.css, docs.css, app.js and three small SVG files are ours; the rest is unmodified third-party code in
// vendor/, listed in VENDOR.txt. File names are flat, whatever folder they are in.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
)

//go:embed *.css *.js *.svg vendor/*.js vendor/*.svg vendor/*.woff2 vendor/passwords.json
var files embed.FS

// served lists the files. A style sheet must come after the files it refers to, because it contains
// their hashes.
var served = []struct{ file, contentType string }{
	{"vendor/inter-latin.woff2", "font/woff2"},
	{"vendor/inter-latin-ext.woff2", "font/woff2"},
	{"vendor/strip.svg", "image/svg+xml"},
	{"check.svg", "image/svg+xml"},
	{"chev.svg", "image/svg+xml"},
	{"icon.svg", "image/svg+xml"},
	{"vendor/htmx.min.js", "text/javascript; charset=utf-8"},
	{"vendor/hx-sse.min.js", "text/javascript; charset=utf-8"},
	{"app.js", "text/javascript; charset=utf-8"},
	{"app.css", "text/css; charset=utf-8"},
	{"docs.css", "text/css; charset=utf-8"},
}

type asset struct {
	contentType string
	version     string // first 10 hex digits of the SHA-256 of body
	body        []byte
	gzipped     []byte // nil if that would not be smaller
}

// assets reads, hashes and compresses every served file, once.
var assets = sync.OnceValue(func() map[string]asset {
	all := make(map[string]asset, len(served))
	for _, s := range served {
		body, err := files.ReadFile(s.file)
		if err != nil {
			panic(fmt.Sprintf("static: %v", err))
		}
		if path.Ext(s.file) == ".css" {
			body = withHashedURLs(body, all)
		}
		if with := minifiers[path.Ext(s.file)]; with != nil && !strings.HasPrefix(s.file, "vendor/") {
			body = minified(body, with)
		}
		a := asset{contentType: s.contentType, version: version(body), body: body}
		if s.contentType != "font/woff2" { // woff2 is already compressed
			a.gzipped = compress(body)
		}
		all[path.Base(s.file)] = a
	}
	return all
})

// minifiers are those of our own files, by extension.
var minifiers = map[string]minify.MinifierFunc{".css": css.Minify, ".js": js.Minify}

// minified returns a file without what only its readers need.
func minified(file []byte, with minify.MinifierFunc) []byte {
	var b bytes.Buffer
	if err := with(minify.New(), &b, bytes.NewReader(file), nil); err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	return b.Bytes()
}

var cssURL = regexp.MustCompile(`url\(([^)]+)\)`)

// withHashedURLs replaces each url(NAME) in a style sheet with that file's hashed URL, so that it
// can be cached as long as the style sheet.
func withHashedURLs(css []byte, known map[string]asset) []byte {
	return cssURL.ReplaceAllFunc(css, func(m []byte) []byte {
		name := string(cssURL.FindSubmatch(m)[1])
		a, ok := known[name]
		if !ok {
			panic("static: app.css refers to an unknown file: " + name)
		}
		return []byte("url(" + address(name, a) + ")")
	})
}

func address(name string, a asset) string { return "/static/" + name + "?v=" + a.version }

func version(body []byte) string {
	sum := sha256.Sum256(body)
	return fmt.Sprintf("%x", sum[:5])
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	w.Write(body) // writing to a bytes.Buffer never fails
	w.Close()
	if b.Len() >= len(body) {
		return nil
	}
	return b.Bytes()
}

// URL returns the address of a served file with the hash of its content, like
// "/static/app.css?v=1f0c2b9d3e". Browsers may cache it forever. It panics if there is no such
// file, which is a mistake in a template.
func URL(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return address(name, a)
}

// Handler serves GET and HEAD of /static/NAME; other paths are 404, other methods 405. With the
// current ?v= the answer is immutable; otherwise the browser must revalidate it and gets 304 while
// the content is the same. Text is sent gzipped to clients that accept it.
func Handler() http.Handler {
	all := assets()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, "/static/")
		a, known := all[name]
		if !ok || !known {
			http.Error(w, "404 page not found", http.StatusNotFound)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a.serve(w, r)
	})
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	body, etag := a.body, `"`+a.version+`"`
	if a.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			body, etag = a.gzipped, `"`+a.version+`-gzip"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", etag)
	if r.URL.Query().Get("v") == a.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if matches(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		w.Write(body) // the browser may have gone away
	}
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, 12.5.3).
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, found := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !found || err == nil && weight > 0
	}
	return false
}

// matches reports whether an If-None-Match header names etag, by weak comparison (RFC 9110, 13.1.2).
func matches(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == etag {
			return true
		}
	}
	return false
}

// CommonPasswords returns about 49,000 common passwords in lower case, the most common first. The
// slice is shared and must not be changed.
func CommonPasswords() []string { return commonPasswords() }

var commonPasswords = sync.OnceValue(func() []string {
	data, err := files.ReadFile("vendor/passwords.json")
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		panic(fmt.Sprintf("static: passwords.json: %v", err))
	}
	for i, p := range list {
		list[i] = strings.ToLower(p)
	}
	return list
})
