package views

// Users is the list of those who may sign in.
type Users struct {
	Page
	Rows   []UserRow
	Locked []LockedAddress // from which no sign-in is taken now
	Link   *OneTimeLink    // just made
	Invite *InviteForm     // open
	Result string          // how many, in words
}

// Template names the page.
func (Users) Template() string { return "users/index.html" }

// LockedAddress is an address from which too many wrong passwords came, and until when it is refused.
type LockedAddress struct{ Address, Until string }

// UserRow is one user in the list.
type UserRow struct {
	ID, Name, Email, Roles string
	State, Tone            string // Active, and the badge's class
	Note                   string // what the state means now: until when
	SecondFactor           string // Off, Authenticator app; "" for who has not come yet
	LastSignIn             *Time
	Actions                []UserAction
}

// UserAction is one button of a user's menu.
type UserAction struct {
	Action, Icon, Label string
	Danger              bool
}

// OneTimeLink is a link to hand over; it is shown once.
type OneTimeLink struct{ For, URL, Until string }

// InviteForm invites a user.
type InviteForm struct {
	Fields []Field
	Roles  []RoleChoice
	Error  string // of the roles
}

// RoleChoices are roles to tick, with what is wrong with the choice.
type RoleChoices struct {
	All   []RoleChoice
	Error string
}

// RoleChoice is a role to tick: what it is for, and what it lets its people do with which clients.
type RoleChoice struct {
	Slug, Name, Href, Words, May string
	Ticked, Held                 bool // Held: the person has it now
	Beyond                       bool // the reader may not give it
}

// Choices are the roles of the invitation.
func (f InviteForm) Choices() RoleChoices { return RoleChoices{f.Roles, f.Error} }

// Choices are the roles of the user.
func (u User) Choices() RoleChoices { return RoleChoices{u.Given, u.RoleError} }

// User is the page of one user.
type User struct {
	Page
	Row         UserRow
	Beyond      string       // why the reader may not change the account, "" where they may
	Given       []RoleChoice // all roles, theirs ticked
	RoleError   string
	State       string // of the roles that the form was made from
	Conflict    *Conflict
	Sight       string // what they see of the clients, in a sentence
	Created     *Time
	Link        *OneTimeLink
	MayHandOver bool
	Owners      []Option // to whom their clients can be handed over
}

// Template names the page.
func (User) Template() string { return "users/show.html" }

// TakeLink is the page behind an invitation or a password link.
type TakeLink struct {
	Page
	Heading, Sub, Action, Submit string
	Gone                         bool
	Fields                       []Field
}

// Template names the page.
func (TakeLink) Template() string { return "sessions/link.html" }
