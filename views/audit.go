package views

// AuditLog is the page of the audit log.
type AuditLog struct {
	Page
	Export   string // address of the file
	Chips    []Chip
	Hidden   []Hidden // the other filters, so that choosing days keeps them
	From, To string
	Entries  AuditEntries
	Verified Verified
}

// Template names the page.
func (AuditLog) Template() string { return "audit/index.html" }

// AuditEntries are the rows shown, by day.
type AuditEntries struct {
	Days     []HistoryDay
	Older    string // address of the following ones, "" where there are none
	Filtered bool
}

// From is where an entry of the audit log came from, and ways to more like it.
type From struct {
	Address, Device, Action, Row string
	More                         []Option
}

// Verified is what the last check of the history found.
type Verified struct {
	CheckedAt *Time  // nil: never checked
	Problem   string // "" where it was whole
	WholeAt   *Time  // nil: never whole
	Rows      string // how many it then had
	Hash      string // of the newest of them
}
