package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// condition is the state of the registry at one moment: a line per check, the first failure, and
// the backups.
type condition struct {
	at             time.Time
	finished       int64 // the jobs that had ended by then
	lines          []views.HealthLine
	failed, warned int
	backups        []db.Backup // the newest one that is proven
	proven         db.Backup   // the newest that is
	silence        time.Duration
	problem        string // why the last attempt at a backup failed
}

// knownCondition caches the last condition: every page of an administrator shows how many checks
// failed.
type knownCondition struct {
	mu   sync.Mutex
	last condition
}

const conditionLasts = time.Minute

// maxWithoutBackup is how long the registry may go without a proven backup before administrators are told.
const maxWithoutBackup = 48 * time.Hour

func (s *Server) forgetCondition() {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	s.condition.last = condition{}
}

// conditionNow returns the cached condition, refreshed if it is old or a job has ended since. The
// refresh serves later requests as well, so it goes on if this one is abandoned.
func (s *Server) conditionNow(ctx context.Context) condition {
	s.condition.mu.Lock()
	defer s.condition.mu.Unlock()
	if age := s.now().Sub(s.condition.last.at); age < 0 || age > conditionLasts || s.condition.last.finished != s.jobs.Finished() {
		s.condition.last = s.lookUpCondition(context.WithoutCancel(ctx))
	}
	return s.condition.last
}

// lookUpCondition runs the quick checks. One that cannot be made counts as failed.
func (s *Server) lookUpCondition(ctx context.Context) condition {
	c := condition{at: s.now(), finished: s.jobs.Finished()}
	c.lines = append(c.lines, s.backupLine(ctx, &c))
	file := s.db.File()
	c.lines = append(c.lines, fileLine(file), roomLine(file), s.contentsLine(), s.historyLine(ctx), s.keyLine(ctx), s.migrationsLine(ctx))
	order := []views.State{views.Failed, views.Warning, views.OK}
	slices.SortStableFunc(c.lines, func(a, b views.HealthLine) int {
		return cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State))
	})
	for _, l := range c.lines {
		switch l.State {
		case views.Failed:
			c.failed++
		case views.Warning:
			c.warned++
		}
	}
	return c
}

// summary puts the condition in one sentence.
func (c condition) summary() string {
	switch {
	case c.failed == 0 && c.warned == 0:
		return "All checks passed."
	case c.failed == 0:
		return wording.Plural(c.warned, "warning") + "."
	case c.warned == 0:
		return wording.Plural(c.failed, "check") + " failed."
	}
	return wording.Plural(c.failed, "check") + " failed, " + wording.Plural(c.warned, "warning") + "."
}

func line(state views.State, name, text string, do ...views.Word) views.HealthLine {
	return views.HealthLine{State: state, Name: name, Text: text, Do: do}
}

func words(text string) views.Word { return views.Word{Text: text} }

// backUpNow links to the button.
var backUpNow = views.Word{Text: "Back up now", Href: "/admin/system#backups"}

// backupLine checks the backups. It also fills in the condition's fields about them.
func (s *Server) backupLine(ctx context.Context, c *condition) views.HealthLine {
	const name = "Last backup"
	if s.jobs.Backups() == nil {
		return line(views.Warning, name, "The server makes none: it was started with --backup-dir off",
			words("start it without, or keep copies by other means"))
	}
	all, err := s.jobs.Backups().All()
	if err != nil {
		return line(views.Failed, name, sentenceOf(err.Error()), words("let the program read and write that folder, then press "), backUpNow)
	}
	c.backups = all
	if n := slices.IndexFunc(all, func(b db.Backup) bool { return !b.ProvenAt.IsZero() }); n >= 0 {
		c.proven = all[n]
	}
	tried := time.Time{}
	if len(all) > 0 && all[0].Problem != "" {
		tried, c.problem = all[0].At, all[0].Problem
	}
	if last, problem := s.jobs.LastTry(); last.After(tried) && last.After(c.proven.At) {
		c.problem = problem // it may not have been possible to record it in the folder
	}
	since, err := c.proven.At, error(nil)
	if since.IsZero() {
		since, err = s.db.Created(ctx)
	}
	c.silence = s.now().Sub(since)
	do, failed := []views.Word{words("press "), backUpNow}, ""
	if c.problem != "" {
		cause, advice := causeOf(c.problem)
		do[0], failed = words(cmp.Or(advice, "fix that")+", then press "), ". The last one failed: "+cause
	}
	switch {
	case err != nil:
		return line(views.Failed, name, sentenceOf(err.Error()))
	case c.silence > maxWithoutBackup && c.proven.At.IsZero():
		return line(views.Failed, name, "There is none"+failed, do...)
	case c.silence > maxWithoutBackup:
		return line(views.Failed, name, age(c.silence)+" old"+failed, do...)
	case c.problem != "":
		return line(views.Warning, name, strings.TrimPrefix(failed, ". "), do...)
	case c.proven.At.IsZero():
		return line(views.OK, name, "None yet; below is when the first is made")
	}
	return line(views.OK, name, age(c.silence)+" old, "+Bytes(c.proven.Size))
}

func fileLine(f db.FileState) views.HealthLine {
	const name = "Registry file"
	switch {
	case f.Err != nil:
		return line(views.Failed, name, sentenceOf(f.Err.Error()),
			words("check that the disk is there, and put the file back or restore a backup"))
	case f.OthersMayRead:
		return line(views.Warning, name, Bytes(f.Size)+", and other users of the machine can read it", words("set its mode to 0600"))
	}
	return line(views.OK, name, Bytes(f.Size)+", only readable by its own user")
}

func roomLine(f db.FileState) views.HealthLine {
	const name = "Room"
	free := Bytes(f.Free) + " are free on the registry’s disk"
	switch {
	case !f.FreeKnown:
		return line(views.OK, name, "Not known on this system")
	case f.Free < 64<<20:
		return line(views.Failed, name, free, words("make room there; otherwise nothing can be saved"))
	case f.Free < 2*f.Size+256<<20:
		return line(views.Warning, name, free,
			words("make room there; with less than twice the registry’s size an upgrade or a backup may not fit"))
	}
	return line(views.OK, name, free)
}

func (s *Server) contentsLine() views.HealthLine {
	const name = "Contents"
	h := s.db.Health()
	switch {
	case h.Damage != "":
		return line(views.Failed, name, "The file is damaged, and nothing is written to it: "+h.Damage,
			words("copy it out with clientregistry backup FILE, stop the program, and restore the last proven backup"))
	case h.CheckedAt.IsZero():
		return line(views.OK, name, "Not checked since the program started")
	}
	return line(views.OK, name, "No damage. Checked "+age(s.now().Sub(h.CheckedAt))+" ago")
}

func (s *Server) historyLine(ctx context.Context) views.HealthLine {
	const name = "History"
	v, err := s.db.LastVerification(ctx)
	switch {
	case err != nil:
		return line(views.Failed, name, sentenceOf(err.Error()))
	case v.Problem != "":
		return line(views.Failed, name, sentenceOf(v.Problem),
			words("keep a copy of the file, stop working with it, and compare it with a backup"))
	case v.CheckedAt.IsZero():
		return line(views.OK, name, "Not checked yet")
	}
	whole := "There were no entries yet"
	if v.Rows > 0 {
		whole = "Up to entry " + wording.Grouped(int(v.Rows)) + ", none is missing or changed"
	}
	return line(views.OK, name, whole+". Checked "+age(s.now().Sub(v.CheckedAt))+" ago")
}

func (s *Server) keyLine(ctx context.Context) views.HealthLine {
	const name = "Key file"
	err := s.db.CheckKey(ctx)
	lost := (*db.KeyLost)(nil)
	switch wide, there := s.db.KeyFile(); {
	case errors.As(err, &lost):
		return line(views.Failed, name, "The key of second factors and webhooks "+lost.Why,
			words("put your copy of it back, beside the registry, under the name that ends in .key"))
	case err != nil:
		return line(views.Failed, name, sentenceOf(err.Error()))
	case wide:
		return line(views.Warning, name, "Other users of the machine can read it",
			words("set the mode of the file beside the registry whose name ends in .key to 0600"))
	case !there:
		return line(views.OK, name, "Not needed yet; it is made with the first second factor or webhook")
	}
	return line(views.OK, name, "Opens all second factors and webhooks, only readable by its own user")
}

func (s *Server) migrationsLine(ctx context.Context) views.HealthLine {
	const name = "Migrations"
	done, all, err := s.db.Migrations(ctx)
	if err != nil {
		return line(views.Failed, name, sentenceOf(err.Error()))
	}
	return line(views.OK, name, fmt.Sprintf("%d of %d", done, all))
}

// sentenceOf turns an error message into a sentence for people.
func sentenceOf(message string) string {
	return strings.ToUpper(message[:min(1, len(message))]) + message[min(1, len(message)):]
}

// causeOf splits a message into the cause and the advice.
func causeOf(problem string) (cause, advice string) {
	cause, advice, _ = strings.Cut(problem, "; ")
	return cause, advice
}

// age puts a duration in words: 52 hours, 5 days.
func age(d time.Duration) string {
	switch minutes, hours := int(d.Minutes()), int(d.Hours()); {
	case minutes < 2:
		return "a minute"
	case hours < 2:
		return wording.Plural(minutes, "minute")
	case hours < 96:
		return wording.Plural(hours, "hour")
	default:
		return wording.Plural(hours/24, "day")
	}
}

// Bytes puts a size in words: 213 MB.
func Bytes(n int64) string {
	for _, unit := range []struct {
		name string
		size int64
	}{{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if n >= 10*unit.size {
			return fmt.Sprintf("%d %s", (n+unit.size/2)/unit.size, unit.name)
		}
		if n >= unit.size {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(unit.size), unit.name)
		}
	}
	return wording.Plural(int(n), "byte")
}
