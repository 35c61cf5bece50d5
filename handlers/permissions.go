package handlers

import (
	"errors"

	"clientregistry/db"
)

// access is what a route asks of who calls it: a need of the store, and in
// which state of signing in. The zero value opens nothing: a route that names
// none does not start.
type access struct {
	db.Need
	public    bool
	half      bool // a sign-in that waits for its code: see allow
	enrolling bool // also before setting up the second factor that a role demands
}

var (
	public       = access{Need: db.Anybody, public: true}
	halfSignedIn = access{Need: db.Anybody, half: true}
	signedIn     = access{Need: db.OwnAccount}
	enrolling    = access{Need: db.OwnAccount, enrolling: true}

	viewClients      = access{Need: db.ViewClients}
	editClients      = access{Need: db.EditClients}
	viewInteractions = access{Need: db.ViewInteractions}
	editInteractions = access{Need: db.EditInteractions}
	manageUsers      = access{Need: db.ManageAccounts}
	manageSystem     = access{Need: db.RunRegistry}
	handOver         = access{Need: db.HandOverClients}
	seeAccess        = access{Need: db.SeeAccess}
	viewAudit        = access{Need: db.ReadAudit}
	viewHistory      = access{Need: db.ReadHistory}
)

var (
	// errNoSession sends who asked to sign in.
	errNoSession = errors.New("not signed in")
	// errMustEnrol sends them to set up the second factor that their role demands.
	errMustEnrol = errors.New("a second factor is demanded and missing")
)

// check returns nil where v may use a route, or errNoSession, errMustEnrol or db.ErrForbidden.
func (a access) check(v *visitor) error {
	switch {
	case a.public:
		return nil
	case v == nil:
		return errNoSession
	case v.User.MustEnrol && !a.enrolling:
		return errMustEnrol
	}
	return a.Refuse(v.Actor)
}
