package db

import "slices"

// Need is what a use case requires of its actor. The store checks needs when it writes, and the
// route tables refer to the same ones. The zero Need refuses everybody.
type Need struct {
	all     []Permission // all of these; Missing names the first that is lacking
	either  []Permission // and at least one of these, if there are any
	wide    bool         // and for all clients, not only their own
	own     bool         // any account, for what belongs to it
	open    bool         // everybody
	program bool         // only the program itself, see System
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
	// ManageWebhooks is for what is sent to other programs: all clients and what was said with them.
	ManageWebhooks = Need{all: []Permission{ManageSystem, ViewClient, ViewInteraction}, wide: true}
	// DownloadBackups is for the whole registry: all clients, what was said with them, the history and the accounts.
	DownloadBackups = Need{all: []Permission{ManageSystem, ViewClient, ViewInteraction, ViewAudit, ManageUsers}, wide: true}
	// ManageVocabularies is for changing a value wherever it is used, and ManageOutcomes for those of interactions.
	ManageVocabularies = Need{all: []Permission{ManageSystem, EditClient, ViewClient}, wide: true}
	ManageOutcomes     = Need{
		all: []Permission{ManageSystem, EditClient, ViewClient, EditInteraction, ViewInteraction}, wide: true,
	}
	SeeAccess = Need{either: []Permission{ManageUsers, ViewAudit}}

	// ReadInteractionHistory is ReadHistory for one interaction.
	ReadInteractionHistory = Need{all: []Permission{ViewInteraction, ViewClient}, either: ReadHistory.either}
	// OwnAccount is for a person's own account, sessions and saved views. The program meets it,
	// too.
	OwnAccount = Need{own: true}
	// Anybody is for signing in and out, creating the first account, and links with a token.
	Anybody = Need{open: true}
	// Program is for the command line and background jobs.
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

// Declared reports whether this is not the zero Need.
func (n Need) Declared() bool { return n.own || n.open || n.program || len(n.all)+len(n.either) > 0 }

// Missing is an ErrForbidden that names the missing permission.
type Missing struct{ Permission Permission }

func (m Missing) Error() string { return "Missing permission: " + string(m.Permission) }

// Is makes errors.Is(m, ErrForbidden) true.
func (m Missing) Is(target error) bool { return target == ErrForbidden }

// Refuse returns nil if the actor meets the need, else Missing or ErrForbidden.
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
	if n.wide && by.OwnOnly {
		return ErrForbidden
	}
	if len(n.either) > 0 && !slices.ContainsFunc(n.either, by.Can) {
		return Missing{n.either[0]}
	}
	return nil
}

// MetBy reports whether the actor meets the need.
func (n Need) MetBy(by Actor) bool { return n.Refuse(by) == nil }
