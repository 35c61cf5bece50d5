package views

// AuditLog is the page of the audit log.
type AuditLog struct {
	Page
	Export   string // address of the CSV file
	Chips    []Chip
	Hidden   []Hidden // the other filters, which stay when days are chosen
	Text     string   // what was searched for
	From, To string
	Entries  AuditEntries
	Verified Verified
}

// Template names the page.
func (AuditLog) Template() string { return "audit/index.html" }

// AuditEntries are the entries shown, by day.
type AuditEntries struct {
	Days     []HistoryDay
	Older    string // address of the next ones, "" for none
	Filtered bool
}

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
