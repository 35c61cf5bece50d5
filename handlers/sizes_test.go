package handlers_test

import (
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/demo"
)

// TestPagesStaySmall: before compression, for somebody with all rights, a list of 50 takes at most 60 KB, and the page of a
// client 30 KB on average and 40 KB at most, but for one in ten, with much said or many people.
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
		size, large, ids := 0, 0, strings.Split(s.One("SELECT group_concat(id) FROM "+list+" WHERE rowid % 20 = 0"), ",")
		for _, id := range ids {
			bytes := len(ines.get("/"+list+"/"+id).want(200, "h1", "").body)
			if size += bytes; bytes > 40_000 {
				large++
			}
		}
		if size /= len(ids); size > 30_000 || large > len(ids)/10 {
			t.Errorf("a page of %s has %d bytes on average, and %d of %d have more than 40,000", list, size, large, len(ids))
		}
	}
}
