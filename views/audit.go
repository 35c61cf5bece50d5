package views

// AuditLog is the page of the audit log.
type AuditLog struct {
	Page
	Export    AuditExport
	Menus     Chips
	Text      string // what was searched for
	From, To  string
	Records   AuditRecords
	OneRecord bool // whether the log is of one record, and so offers no other
	Entries   AuditEntries
	Verified  Verified
}

// Template names the page.
func (AuditLog) Template() string { return "audit/index.html" }

// AuditEntries are the entries shown, by day.
type AuditEntries struct {
	Days     []HistoryDay
	Older    string // address of the next ones, "" for none
	Filtered bool
}

// Template names the fragment.
func (AuditEntries) Template() string { return "audit/_list.html" }

// AuditExport links to the entries as a CSV file at this address.
type AuditExport string

// Template names the fragment.
func (AuditExport) Template() string { return "audit/_export.html" }

// AuditRecords are the records that a search offers to narrow the log to.
type AuditRecords struct {
	Clients, Interactions bool // whether there may be any among them; users always are
	Typed                 string
	Rows                  []OptionRow
	More                  bool
}

// Template names the fragment.
func (AuditRecords) Template() string { return "audit/_records.html" }

// From is where an entry came from, with links to others from there.
type From struct {
	Address, Device, Action, Row string
	More                         []Option
}

// Verified is the result of the last check of the history.
type Verified struct {
	CheckedAt *Time  // nil if never checked
	Problem   string // "" if it was intact
	WholeAt   *Time  // nil if never intact
	Rows      string // how many entries it had then
	Hash      string // hash of the newest entry then
}
