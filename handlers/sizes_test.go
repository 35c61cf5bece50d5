package handlers_test

import (
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/demo"
)

// TestPagesStaySmall: before compression, a list of 50 takes at most 60 KB for somebody with all rights, and the page of a
// client 40 KB on average.
func TestPagesStaySmall(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := demo.Fill(t.Context(), s.DB, db.System, "s", 1, nil); err != nil {
		t.Fatal(err)
	}
	ines := s.as("Administrator")
	for _, list := range []string{"/organizations", "/contacts"} {
		page := ines.get(list).want(200, "#result", "50 shown")
		if size := len(page.body); size > 60_000 {
			t.Errorf("%s has %d bytes", list, size)
		}
	}
	for _, list := range []string{"organizations", "contacts"} {
		size, ids := 0, strings.Split(s.One("SELECT group_concat(id) FROM "+list+" WHERE rowid % 20 = 0"), ",")
		for _, id := range ids {
			size += len(ines.get("/"+list+"/"+id).want(200, "h1", "").body)
		}
		if size /= len(ids); size > 40_000 {
			t.Errorf("a page of %s has %d bytes on average", list, size)
		}
	}
}
