package views

// System is the page of how the registry itself is.
type System struct {
	Page
	Health   Health
	Backups  BackupList
	Jobs     []Job
	Versions []Detail
}

// Template names the page.
func (System) Template() string { return "system/index.html" }

// State is how something is: a word, and the shape and colour of its mark.
type State struct{ Word, Tone string }

// The states of the page.
var (
	Failed    = State{"Failed", "bad"}
	Warning   = State{"Warning", "warn"}
	OK        = State{"OK", "ok"}
	Proven    = State{"Proven", "ok"}
	NotProven = State{"Not proven yet", "none"}
	Running   = State{"Running", "new"}
	Idle      = State{"Idle", "ok"}
)

// Health is what was checked, what failed first.
type Health struct {
	Summary  string
	Lines    []HealthLine
	Checking bool // it is being checked again
}

// Template names the card.
func (Health) Template() string { return "system/_health.html" }

// HealthLine is one check, and what to do where it is not well.
type HealthLine struct {
	State      State
	Name, Text string
	Do         []Word
}

// BackupList is the card of the backups.
type BackupList struct {
	Off     bool   // none are made
	At      string // when one is made each night
	Running bool
	Rows    []BackupRow
	Result  string // how many are shown
	All     string // address of all, "" where all are shown
}

// Template names the card.
func (BackupList) Template() string { return "system/_backups.html" }

// Backups is the page of all of them.
type Backups struct {
	Page
	BackupList BackupList
}

// Template names the page.
func (Backups) Template() string { return "system/backups.html" }

// BackupRow is a backup, or the try to make one.
type BackupRow struct {
	Made         *Time
	Size         string
	State        State
	Detail, Href string // Href is "" where there is nothing to download
}

// Job is what the program does by itself.
type Job struct {
	Name, Detail string
	State        State
}

// Detail is a fact by its name.
type Detail struct{ Name, Value string }

// NoBackup tells administrators that there has been no proven backup for long.
type NoBackup struct {
	Heading, Text string
	Running       bool // one is being made
}
