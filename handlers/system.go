package handlers

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

const (
	systemPath  = "/admin/system"
	backupsPath = systemPath + "/backups"
)

// systemIndex answers with the system page, or for htmx with what changes on it during a backup or a check.
func (s *Server) systemIndex(c *gin.Context) error {
	s.forgetCondition()
	now := s.conditionNow(c.Request.Context())
	health := views.Health{Summary: now.summary(), Lines: now.lines, Checking: s.jobs.Checking()}
	list := s.backupList(c, now, 7)
	if wantsFragment(c) {
		return s.show(c, http.StatusOK, list, views.Into{Target: "#health", Swap: "outerHTML", View: health},
			views.Into{Target: "#jobs", Swap: "outerHTML", View: s.jobRows(c, now)},
			views.Into{Target: "#summary", Swap: "textContent", View: views.Text(health.Summary)})
	}
	version, commit := Version()
	if len(commit) > 7 {
		commit = commit[:7]
	}
	return s.show(c, http.StatusOK, views.System{
		Page: s.page(c, "System", "The state of the registry itself", "system"), Health: health, Backups: list, Jobs: s.jobRows(c, now),
		Versions: []views.Detail{
			{Name: "Registry", Value: version + ", commit " + commit},
			{Name: "Go", Value: strings.TrimPrefix(runtime.Version(), "go")},
			{Name: "SQLite", Value: db.SQLiteVersion()},
			{Name: "Running since", Value: s.clock(c).Moment(s.started).Text},
			{Name: "Address", Value: s.baseURL.String()},
		},
	})
}

// backupIndex answers with the list of all backups.
func (s *Server) backupIndex(c *gin.Context) error {
	list := s.backupList(c, s.conditionNow(c.Request.Context()), 0)
	return s.show(c, http.StatusOK, views.Backups{Page: s.page(c, "Backups", "All backups of the registry", "system"), BackupList: list})
}

// backupList returns at most so many of the newest backups, or all if most is 0.
func (s *Server) backupList(c *gin.Context, now condition, most int) views.BackupList {
	list := views.BackupList{Off: s.jobs.Backups() == nil, Running: s.jobs.BackingUp()}
	if list.Off {
		return list
	}
	list.At, list.Download = s.backupTime(c), db.DownloadBackups.MetBy(who(c).Actor)
	shown := now.backups
	list.Result = "All shown"
	if most > 0 && len(shown) > most {
		shown, list.All = shown[:most], backupsPath
		list.Result = strconv.Itoa(most) + " of " + strconv.Itoa(len(now.backups)) + " shown"
	}
	for _, b := range shown {
		list.Rows = append(list.Rows, backupRow(s.clock(c), b, list.Download))
	}
	return list
}

// backupTime is when the nightly backup is made, on the reader's clock, and on the server's if that differs.
func (s *Server) backupTime(c *gin.Context) string {
	next := s.jobs.BackupAt().Next(s.now().Local())
	theirs, servers := s.clock(c).Hour(next).Text, next.Format("15:04")
	if theirs != servers {
		return theirs + " (" + servers + " server time)"
	}
	return theirs
}

// backupRow describes a backup, with what it holds and a link to download it for whoever may.
func backupRow(clock views.Clock, b db.Backup, download bool) views.BackupRow {
	row := views.BackupRow{Made: clock.Moment(b.At), State: views.NotProven}
	switch {
	case b.Name == "":
		cause, _ := causeOf(b.Problem)
		row.State, row.Detail = views.Failed, sentenceOf(cause)+". Older ones are untouched"
		return row
	case !b.ProvenAt.IsZero():
		row.State = views.Proven
	}
	if row.Size = Bytes(b.Size); !download {
		return row
	}
	row.Href = backupsPath + "/" + url.PathEscape(b.Name)
	if !b.ProvenAt.IsZero() {
		row.Detail = wording.Grouped(int(b.History)) + " history entries, " +
			wording.Plural(int(b.Organizations+b.Contacts+b.Interactions), "record")
	}
	return row
}

// jobRows lists the background jobs and how they went.
func (s *Server) jobRows(c *gin.Context, now condition) views.Jobs {
	nightly := views.Job{Name: "Nightly backup", Detail: "Next at " + s.backupTime(c), State: views.Idle}
	switch {
	case s.jobs.Backups() == nil:
		nightly.Detail, nightly.State = "Off", views.State{Word: "Off", Tone: "none"}
	case s.jobs.BackingUp():
		nightly.State = views.Running
	case now.problem != "":
		nightly.State = views.Failed
	}
	check := views.Job{Name: "Check of the file and the history", Detail: "When the program starts, and daily", State: views.Idle}
	if s.jobs.Checking() {
		check.State = views.Running
	}
	return views.Jobs{nightly, check}
}

// backupCreate starts a backup in the background.
func (s *Server) backupCreate(c *gin.Context) error {
	says := "A backup is being made"
	begun, err := s.jobs.BackUp(func() error { return s.db.AskForBackup(c.Request.Context(), who(c).Actor) })
	switch {
	case err != nil:
		return err
	case s.jobs.Backups() == nil:
		says = "No backup was made: the program was started with --backup-dir off"
	case !begun:
		says = "A backup is already being made"
	}
	if err := s.flash(c, views.Toast{Text: says}); err != nil {
		return err
	}
	return s.redirect(c, systemPath+"#backups")
}

// systemCheck starts a check of the file and the history in the background.
func (s *Server) systemCheck(c *gin.Context) error {
	says := "The registry is being checked"
	if !s.jobs.Check() {
		says = "The registry is already being checked"
	}
	if err := s.flash(c, views.Toast{Text: says}); err != nil {
		return err
	}
	return s.redirect(c, systemPath)
}

// backupShow sends a backup, for as long as the reader accepts data.
func (s *Server) backupShow(c *gin.Context) error {
	if s.jobs.Backups() == nil {
		return db.ErrNotFound
	}
	name := c.Param("name")
	head := func(size int64) {
		c.Header("Content-Type", "application/vnd.sqlite3")
		c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		c.Header("Content-Length", strconv.FormatInt(size, 10))
		c.Header(gzhttp.HeaderNoCompression, "yes") // so that its length can be sent
		c.Status(http.StatusOK)
	}
	if middleware.IsHead(c) { // HEAD takes no copy, so there is nothing to record
		for _, b := range s.conditionNow(c.Request.Context()).backups {
			if b.Name == name {
				head(b.Size)
				return nil
			}
		}
		return db.ErrNotFound
	}
	f, err := s.db.OpenBackup(c.Request.Context(), who(c).Actor, *s.jobs.Backups(), name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	ctx, cancel := s.longContext(c)
	defer cancel()
	head(info.Size())
	for left := info.Size(); left > 0 && err == nil; s.extendWriteDeadline(c) {
		var n int64
		n, err = io.CopyN(c.Writer, f, min(left, 1<<20))
		if left -= n; ctx.Err() != nil {
			err = ctx.Err()
		}
	}
	if err != nil {
		s.log.Info("a download of a backup broke off", "id", middleware.RequestID(c), "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// homeBackups warns administrators if there has been no proven backup for long.
func (s *Server) homeBackups(c *gin.Context, page *views.Home) {
	now := s.conditionNow(c.Request.Context())
	if s.jobs.Backups() == nil || now.silence <= maxWithoutBackup {
		return
	}
	x := &views.NoBackup{Heading: "No proven backup for " + age(now.silence) + ".", Running: s.jobs.BackingUp()}
	if now.proven.At.IsZero() {
		x.Heading = "There is no proven backup."
	} else {
		x.Text = "The last is from " + s.clock(c).Moment(now.proven.At).Text + "."
	}
	if now.problem != "" {
		cause, _ := causeOf(now.problem)
		x.Text = strings.TrimSpace(x.Text + " Since then making one failed: " + cause + ".")
	}
	page.NoBackup = x
}
