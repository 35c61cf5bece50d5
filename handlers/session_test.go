package handlers_test

import (
	"testing"

	"clientregistry/db"
)

func TestTheFirstSignInProposesTheBrowsersZone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.CreateUser(t.Context(), db.System, db.NewUser{Email: "sam@pinestreet.example", FullName: "Sam Okoye", Role: "Viewer", Hash: hash}); err != nil {
		t.Fatal(err)
	}
	sam := &browser{site: s}
	sam.post("/login", "email", "sam@pinestreet.example", "password", password, "time_zone", "Asia/Tokyo").want(303, "", "")
	sam.get("/").want(200, "#toasts form[action='/account'] button", "Use Asia/Tokyo")
	sam.post("/account", "time_zone", "Asia/Tokyo").want(303, "", "")
	sam.get("/account").want(200, "#time_zone option[selected]", "Asia/Tokyo")
	sam.post("/login", "email", "sam@pinestreet.example", "password", password, "time_zone", "Europe/Rome").want(303, "", "")
	sam.get("/").want(200, "h1", "Home").wantNot("#toasts form")
}
