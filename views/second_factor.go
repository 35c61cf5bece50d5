package views

// LoginCode is the second step of signing in.
type LoginCode struct {
	Page
	Heading, Sub string
	Code         Field
	Recovery     bool // it asks for a recovery code
	Next         string
	Again, Other string // addresses: from the password, and this page
}

// Template names the page.
func (LoginCode) Template() string { return "sessions/code.html" }

// CodeDialog is the second step in the dialog that signs in again.
type CodeDialog struct{ LoginCode }

// Template names the dialog.
func (CodeDialog) Template() string { return "sessions/_code_dialog.html" }

func (CodeDialog) page() *Page { return nil }

// Enrol sets up an authenticator app.
type Enrol struct {
	Page
	DemandedBy string // roles; "" where it is their own wish
	Demanded   bool   // nothing else is open until it is done
	Replaces   bool   // an app set up before
	Key        string
	Fields     []Field
	Next       string
}

// Template names the page.
func (Enrol) Template() string { return "account/enrol.html" }

// SecondFactor is the page of one's own second factor.
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
	Codes []string
	Next  string
}

// Template names the page.
func (RecoveryCodes) Template() string { return "account/codes.html" }
