package handlers

import (
	"errors"

	"clientregistry/db"
)

// access is what a route asks of who calls it. The zero value opens nothing:
// a route that names none does not start.
type access struct {
	public    bool
	half      bool // a sign-in that waits for its code: see allow
	signedIn  bool
	enrolling bool            // also before setting up the second factor that a role demands
	all       []db.Permission // each of these; the first one missing is named
	either    []db.Permission // and one of these, if there are any
}

var (
	public       = access{public: true}
	halfSignedIn = access{half: true}
	signedIn     = access{signedIn: true}
	enrolling    = access{signedIn: true, enrolling: true}

	// An Edit permission never implies its View: a change needs both.
	viewClients      = need(db.ViewClient)
	editClients      = need(db.EditClient, db.ViewClient)
	viewInteractions = need(db.ViewInteraction, db.ViewClient)
	editInteractions = need(db.EditInteraction, db.ViewInteraction, db.ViewClient)
	manageUsers      = need(db.ManageUsers)
	manageSystem     = need(db.ManageSystem)
	handOver         = need(db.ManageUsers, db.EditClient, db.ViewClient)
	seeAccess        = access{either: []db.Permission{db.ManageUsers, db.ViewAudit}}
	viewAudit        = need(db.ViewAudit)
	viewHistory      = access{all: []db.Permission{db.ViewClient}, either: []db.Permission{db.ViewAudit, db.EditClient}}
)

func need(all ...db.Permission) access { return access{all: all} }

func (a access) declared() bool {
	return a.public || a.half || a.signedIn || len(a.all)+len(a.either) > 0
}

var (
	// errNoSession sends who asked to sign in.
	errNoSession = errors.New("not signed in")
	// errMustEnrol sends him to set up the second factor that his role demands.
	errMustEnrol = errors.New("a second factor is demanded and missing")
)

// missing names the permission that a refused request lacks.
type missing struct{ permission db.Permission }

func (m missing) Error() string { return "Missing permission: " + string(m.permission) }

// check returns nil where v may use a route, or errNoSession, errMustEnrol or missing.
func (a access) check(v *visitor) error {
	switch {
	case a.public:
		return nil
	case v == nil:
		return errNoSession
	case v.User.MustEnrol && !a.enrolling:
		return errMustEnrol
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
