package views

// Tokens is the page of a user's own API tokens.
type Tokens struct {
	Page
	TokenList
}

// Template names the page.
func (Tokens) Template() string { return "tokens/index.html" }

// TokenList lists the API tokens of a user.
type TokenList struct {
	Rows   []TokenRow
	Theirs bool   // of another user
	Result string // the number of tokens, in words
}

// TokenRow is a token in the list.
type TokenRow struct {
	Name, Start string
	State, Tone string // such as Active, and the class of its mark
	May         string
	Lost        string // what it may no longer do, because its owner no longer may
	Ends        string
	Used        *Time  // nil if never
	Revoke      string // address of its form, "" if it has ended
	Page, Ask   string // address of the page, and of the page that asks first
	Asked       bool   // whether it does
}

// TokenForm makes an API token.
type TokenForm struct {
	Page
	Name             Field
	Permissions      []TokenPermission
	Further          []TokenPermission // those that are folded away
	FurtherOpen      bool
	PermissionError  string
	Ends             []TokenEnd
	EndError         string
	Day              Field
	Earliest, Latest string // of the day
	Password         Field
}

// Template names the page.
func (TokenForm) Template() string { return "tokens/form.html" }

// TokenPermission is a permission to tick.
type TokenPermission struct {
	Slug, Label, Note string
	Ticked            bool
}

// TokenEnd is a choice of when the token ends.
type TokenEnd struct {
	Value, Label, Note string
	Selected           bool
}

// NewToken shows a new API token, once.
type NewToken struct {
	Page
	Name, Secret string
	Address      string // of the request to try
	May, Ends    string
}

// Template names the page.
func (NewToken) Template() string { return "tokens/shown.html" }
