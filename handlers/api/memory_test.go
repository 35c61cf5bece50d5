package api_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/demo"
	"clientregistry/handlers"
	"clientregistry/handlers/handlerstest"
	"clientregistry/handlers/jobs"
)

// TestPagesKeepMemoryFlat: after 100 MB of pages, each reached by the Link of the one before, as little
// is in memory as after the first pages. It runs alone, because other tests use memory, too.
func TestPagesKeepMemoryFlat(t *testing.T) {
	o := handlers.Options{BaseURL: "http://registry.example", APIRate: 100_000, Log: slog.New(slog.DiscardHandler)}
	s := &site{Site: handlerstest.New(t, o, jobs.Options{}), t: t}
	if err := demo.Fill(t.Context(), s.DB, db.System, "s", 1, nil); err != nil {
		t.Fatal(err)
	}
	p := s.as("Administrator")
	read, pages := 0, 0
	readAll := func() {
		for _, list := range []string{"organizations?status=all&", "contacts?status=all&", "interactions?"} {
			for next := "/api/crm/" + list + "limit=200"; next != ""; pages++ {
				size, link := p.discard(next)
				read += size
				next = link
			}
		}
	}
	readAll()
	few, after := heap(), pages
	for read < 100<<20 {
		readAll()
	}
	many := heap()
	t.Logf("%d pages of %d MB: %d KB in memory after %d pages, %d KB after all", pages, read>>20, few>>10, after, many>>10)
	if many > few+512<<10 {
		t.Errorf("%d KB are in memory after %d pages, %d KB after %d", many>>10, pages, few>>10, after)
	}
}

// heap returns how many bytes are in use after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what had a finalizer is freed by the second one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// discard reads a page of a list without keeping it. It returns its size and the next page's path.
func (p *program) discard(path string) (size int, next string) {
	p.t.Helper()
	r := httptest.NewRequest("GET", "http://registry.example"+path, nil)
	r.Header.Set("Authorization", "Bearer "+p.secret)
	w := &status{header: http.Header{}}
	p.ServeHTTP(w, r)
	if w.code != 200 || w.size == 0 {
		p.t.Fatalf("%s: status %d, %d bytes", path, w.code, w.size)
	}
	address, _, _ := strings.Cut(w.header.Get("Link"), ">")
	return w.size, strings.TrimPrefix(address, "<http://registry.example")
}
