package views

import "slices"

// Users is the list of users.
type Users struct {
	Page
	Rows   []UserRow
	Locked []LockedAddress // addresses that may not sign in now
	Link   *OneTimeLink    // a new link, else nil
	Invite *InviteForm     // nil while it is closed
	Result string          // the number of users, in words
}

// Template names the page.
func (Users) Template() string { return "users/index.html" }

// LockedAddress is an address with too many wrong passwords, and until when it may not sign in.
type LockedAddress struct{ Address, Until string }

// UserRow is a user in the list.
type UserRow struct {
	ID, Name, Email, Roles string
	State, Tone            string // such as Active, and the badge's class
	Note                   string // details of the state, such as until when
	SecondFactor           string // Off or Authenticator app; "" for somebody who has not signed in yet
	LastSignIn             *Time
	Actions                []UserAction
}

// UserAction is a button in a user's menu.
type UserAction struct {
	Action, Icon, Label string
	Danger              bool
}

// OneTimeLink is a link to hand over. It is shown only once.
type OneTimeLink struct{ For, URL, Until string }

// InviteForm invites a user.
type InviteForm struct {
	RequestID string
	Fields    []Field
	Roles     []RoleChoice
	Error     string  // about the roles
	Repeat    *Repeat // if it was sent before
}

// RoleChoices are roles to tick, with an error.
type RoleChoices struct {
	All   []RoleChoice
	Error string
	Focus bool // whether the error takes the focus
}

// RoleChoice is a role to tick: its purpose, and what its users may do with which clients.
type RoleChoice struct {
	Slug, Name, Href, Words, May string
	Ticked, Held                 bool // Held tells whether the user has it now
	Beyond                       bool // whether the reader may not give it
}

// Choices returns the roles of the invitation.
func (f InviteForm) Choices() RoleChoices {
	wrong := slices.ContainsFunc(f.Fields, func(x Field) bool { return x.Error != "" })
	return RoleChoices{f.Roles, f.Error, !wrong}
}

// Choices returns the roles of the user.
func (u User) Choices() RoleChoices { return RoleChoices{u.Given, u.RoleError, u.Conflict == nil} }

// User is the page of a user.
type User struct {
	Page
	Row         UserRow
	Beyond      string       // why the reader may not change the account, "" if they may
	Own         bool         // whether it is the reader's own account
	Given       []RoleChoice // all roles, the user's ticked
	RoleError   string
	SignInError string // why one of the actions was refused
	Was         string // the encoded roles that the form was made with
	Conflict    *Conflict
	Sight       string // which clients they see, in a sentence
	Created     *Time
	Link        *OneTimeLink
	Tokens      TokenList
	HandOver    *HandOver // nil for those who may not
}

// HandOver is the form that gives everything of one user to another.
type HandOver struct {
	Owns    string // what the user has, in a sentence
	Nothing bool
	To      Field
	Hides   string // "3 clients" that the reader would not see any more; not "" asks first
}

// Template names the page.
func (User) Template() string { return "users/show.html" }

// TakeLink is the page of an invitation or password link.
type TakeLink struct {
	Page
	Heading, Sub, Action, Submit string
	Gone                         bool
	Fields                       []Field
}

// Template names the page.
func (TakeLink) Template() string { return "sessions/link.html" }
