package handlers

import (
	"errors"

	"clientregistry/db"
)

// access is what a route asks of who calls it. The zero value opens nothing:
// a route that names none does not start.
type access struct {
	public   bool
	signedIn bool
	all      []db.Permission // each of these; the first one missing is named
	either   []db.Permission // and one of these, if there are any
}

var (
	public   = access{public: true}
	signedIn = access{signedIn: true}

	// An Edit permission never implies its View: a change needs both.
	viewClients      = need(db.ViewClient)
	editClients      = need(db.EditClient, db.ViewClient)
	viewInteractions = need(db.ViewInteraction, db.ViewClient)
	editInteractions = need(db.EditInteraction, db.ViewInteraction, db.ViewClient)
	manageUsers      = need(db.ManageUsers)
	handOver         = need(db.ManageUsers, db.EditClient, db.ViewClient)
	seeAccess        = access{either: []db.Permission{db.ManageUsers, db.ViewAudit}}
	viewHistory      = access{all: []db.Permission{db.ViewClient}, either: []db.Permission{db.ViewAudit, db.EditClient}}
)

func need(all ...db.Permission) access { return access{all: all} }

func (a access) declared() bool { return a.public || a.signedIn || len(a.all)+len(a.either) > 0 }

// errNoSession sends who asked to sign in.
var errNoSession = errors.New("not signed in")

// missing names the permission that a refused request lacks.
type missing struct{ permission db.Permission }

func (m missing) Error() string { return "Missing permission: " + string(m.permission) }

// check returns nil where v may use a route, or errNoSession, or missing.
func (a access) check(v *visitor) error {
	if a.public {
		return nil
	}
	if v == nil {
		return errNoSession
	}
	for _, p := range a.all {
		if !v.Can(p) {
			return missing{p}
		}
	}
	for _, p := range a.either {
		if v.Can(p) {
			return nil
		}
	}
	if len(a.either) > 0 {
		return missing{a.either[0]}
	}
	return nil
}
