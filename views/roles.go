package views

// Roles is the list of roles.
type Roles struct {
	Page
	Rows   []RoleRow
	Result string // the number of roles, in words
}

// Template names the page.
func (Roles) Template() string { return "roles/index.html" }

// RoleRow is a role in the list.
type RoleRow struct {
	Name, Href, Words string
	May, Sees         string // what its users may do, and with which clients
	SecondFactor      bool   // whether the role requires one
	Held              string // the number of its users, in words
}

// Role is the page of a role or of a new one.
type Role struct {
	Page
	Heading, Action, Submit string
	Copy                    string // address of a new role like this one, "" on a new one
	Held, Sentence          string // the number of its users; what they see and do
	Fields                  []Field
	Column                  string   // heading of the role's own column
	Others                  []string // names of the roles in the other columns
	Permissions             []PermissionGroup
	Scopes                  []Option // Href explains the choice
	SecondFactor            bool
	Was                     string // the encoded values that the form was made with
	Conflict                *Conflict
	RequestID               string // of a new role
	Repeat                  *Repeat
	Holders                 []Holder
	Beyond                  string // why the reader may not change it, "" if they may
	Description             string // this and the following as stored
	StoredSecondFactor      bool

	PermissionError, ScopeError, FactorError string
}

// Template names the page.
func (Role) Template() string { return "roles/show.html" }

// PermissionGroup is a heading and its permissions.
type PermissionGroup struct {
	Heading string
	Rows    []PermissionRow
}

// PermissionRow is a permission in this role and in the others.
type PermissionRow struct {
	Slug, Label, Note string
	Idle              string // why it has no effect, "" if it has
	Ticked, Fixed     bool   // Fixed permissions cannot be changed by the reader
	Others            []OtherRole
}

// OtherRole tells whether another role has a permission.
type OtherRole struct {
	Name string
	Has  bool
}

// Holder is a user who has the role.
type Holder struct{ Name, Href, Email, State, Tone string }
