package db

import "slices"

// Need is what a use case asks of its actor. Needs have names and stand here
// only: write, the only door to the writer, checks them, and the route tables
// name the same ones. The zero Need lets nobody in.
type Need struct {
	all     []Permission // each of these; the first one that is missing is named
	either  []Permission // and one of these, if there are any
	own     bool         // somebody with an account, for what is their own
	open    bool         // anybody
	program bool         // the program itself, see System
}

// The needs of the registry. An Edit permission never implies its View.
var (
	ViewClients      = needs(ViewClient)
	EditClients      = needs(EditClient, ViewClient)
	ViewInteractions = needs(ViewInteraction, ViewClient)
	EditInteractions = needs(EditInteraction, ViewInteraction, ViewClient)
	ManageAccounts   = needs(ManageUsers)
	HandOverClients  = needs(ManageUsers, EditClient, ViewClient)
	RunRegistry      = needs(ManageSystem)
	ReadAudit        = needs(ViewAudit)
	ReadHistory      = Need{all: []Permission{ViewClient}, either: []Permission{ViewAudit, EditClient}}
	SeeAccess        = Need{either: []Permission{ManageUsers, ViewAudit}}

	// OwnAccount is for what is a person's own: their account, sessions and saved views. The program may, too.
	OwnAccount = Need{own: true}
	// Anybody is for signing in and out, the first account and links by token.
	Anybody = Need{open: true}
	// Program is for the command line and what runs beside requests.
	Program = Need{program: true}
)

func needs(all ...Permission) Need {
	for _, p := range all {
		if !slices.Contains(Permissions, p) {
			panic("db: a need names the permission " + string(p) + ", which is in no group of db/permissions.go")
		}
	}
	return Need{all: all}
}

// Declared tells a need from the zero Need.
func (n Need) Declared() bool { return n.own || n.open || n.program || len(n.all)+len(n.either) > 0 }

// Missing is ErrForbidden for want of a permission, which it names.
type Missing struct{ Permission Permission }

func (m Missing) Error() string { return "Missing permission: " + string(m.Permission) }

// Is makes it an ErrForbidden.
func (m Missing) Is(target error) bool { return target == ErrForbidden }

// Refuse returns nil where the actor has what is needed, else Missing or ErrForbidden.
func (n Need) Refuse(by Actor) error {
	switch {
	case n.open || n.program && by.program || n.own && (by.UserID != "" || by.program):
		return nil
	case len(n.all)+len(n.either) == 0:
		return ErrForbidden
	}
	for _, p := range n.all {
		if !by.Can(p) {
			return Missing{p}
		}
	}
	if len(n.either) > 0 && !slices.ContainsFunc(n.either, by.Can) {
		return Missing{n.either[0]}
	}
	return nil
}

// MetBy tells whether the actor has what is needed.
func (n Need) MetBy(by Actor) bool { return n.Refuse(by) == nil }
