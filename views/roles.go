package views

// Roles is the list of roles.
type Roles struct {
	Page
	Rows   []RoleRow
	Result string // how many, in words
}

// Template names the page.
func (Roles) Template() string { return "roles/index.html" }

// RoleRow is one role in the list.
type RoleRow struct {
	Name, Href, Words string
	May, Sees         string // what it lets its people do, and with which clients
	SecondFactor      bool   // is required
	Held              string // by how many
}

// Role is the page of one role, or of one to be made.
type Role struct {
	Page
	Heading, Action, Submit string
	Copy                    string // address of a new role like it, "" on a new one
	Held, Sentence          string // by how many; what a person with it sees and does
	Fields                  []Field
	Column                  string   // heading of its own column
	Others                  []string // names of the roles beside it
	Permissions             []PermissionGroup
	Scopes                  []Option // Href is what it means
	SecondFactor            bool
	State                   string // of the role that the form was made from
	Conflict                *Conflict
	Holders                 []Holder
	Beyond                  string // why the reader may not change it, "" where they may
	Description             string // as it is stored, and so is what follows
	StoredSecondFactor      bool

	PermissionError, ScopeError, FactorError string
}

// Template names the page.
func (Role) Template() string { return "roles/show.html" }

// PermissionGroup is permissions under a heading.
type PermissionGroup struct {
	Heading string
	Rows    []PermissionRow
}

// PermissionRow is one permission: of this role, and of the others.
type PermissionRow struct {
	Slug, Label, Note string
	Idle              string // why it has no effect, "" where it has
	Ticked, Fixed     bool   // Fixed can be neither given nor taken
	Others            []OtherRole
}

// OtherRole tells whether another role has a permission.
type OtherRole struct {
	Name string
	Has  bool
}

// Holder is somebody who has a role.
type Holder struct{ Name, Href, Email, State, Tone string }
