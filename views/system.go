package views

// System is the page about the state of the registry.
type System struct {
	Page
	Health   Health
	Backups  BackupList
	Jobs     Jobs
	Versions []Detail
}

// Template names the page.
func (System) Template() string { return "system/index.html" }

// State is a word with the shape and color of its mark.
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

// Health lists the checks, failed ones first.
type Health struct {
	Summary  string
	Lines    []HealthLine
	Checking bool // whether a check is running
}

// Template names the card.
func (Health) Template() string { return "system/_health.html" }

// HealthLine is a check, and what to do if it failed.
type HealthLine struct {
	State      State
	Name, Text string
	Do         []Word
}

// BackupList is the card of backups.
type BackupList struct {
	Off      bool   // whether no backups are made
	At       string // when the nightly backup is made, on the reader's clock
	Running  bool
	Download bool // whether the reader may download them, and so learns what they hold
	Rows     []BackupRow
	Result   string // how many are shown, in words
	All      string // address of all, "" if all are shown
}

// Template names the card.
func (BackupList) Template() string { return "system/_backups.html" }

// Backups is the page of all backups.
type Backups struct {
	Page
	BackupList BackupList
}

// Template names the page.
func (Backups) Template() string { return "system/backups.html" }

// BackupRow is a backup or an attempt at one.
type BackupRow struct {
	Made         *Time
	Size         string
	State        State
	Detail, Href string // Href is "" if there is nothing to download
}

// Jobs is the card of background jobs.
type Jobs []Job

// Template names the card.
func (Jobs) Template() string { return "system/_jobs.html" }

// Job is a background job.
type Job struct {
	Name, Detail string
	State        State
}

// Detail is a name with a value.
type Detail struct{ Name, Value string }

// NoBackup warns administrators that there has been no proven backup for long.
type NoBackup struct {
	Heading, Text string
	Running       bool // whether one is running
}
