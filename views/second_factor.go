package views

// LoginCode is the second step of signing in.
type LoginCode struct {
	Page
	Heading, Sub string
	Code         Field
	Recovery     bool // whether it asks for a recovery code
	Next         string
	Again, Other string // addresses to start over and of the other kind of code
}

// Template names the page.
func (LoginCode) Template() string { return "sessions/code.html" }

// CodeDialog is the second step in the sign-in dialog.
type CodeDialog struct{ LoginCode }

// Template names the dialog.
func (CodeDialog) Template() string { return "sessions/_code_dialog.html" }

func (CodeDialog) page() *Page { return nil }

// Enrol sets up an authenticator app.
type Enrol struct {
	Page
	DemandedBy string // the roles that require it; "" if voluntary
	Demanded   bool   // whether nothing else is open until it is done
	Replaces   bool   // whether there is an app already
	Key        string
	Fields     []Field
	Next       string
}

// Template names the page.
func (Enrol) Template() string { return "account/enrol.html" }

// SecondFactor is the page of a user's second factor.
type SecondFactor struct {
	Page
	Since          *Time
	CodesLeft      string
	DemandedBy     string
	Error          string
	Renew, Disable Field
}

// Template names the page.
func (SecondFactor) Template() string { return "account/mfa.html" }

// RecoveryCodes shows new recovery codes, once.
type RecoveryCodes struct {
	Page
	Email    string
	Codes    []string
	Next     string
	Replaced bool // whether there were older ones
}

// Template names the page.
func (RecoveryCodes) Template() string { return "account/codes.html" }
