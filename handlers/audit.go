package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/sheet"
	"clientregistry/db/text"
	"clientregistry/handlers/jobs"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
	"clientregistry/views/wording"
)

const auditPath = "/admin/audit"

// auditFilter reads the filter of the audit log from the address.
func auditFilter(c *gin.Context) db.AuditFilter {
	f := db.AuditFilter{
		ActorID: query(c, "actor"), Action: query(c, "action"), TargetType: query(c, "target_type"), TargetID: query(c, "target_id"),
		From: text.PlainDigits(query(c, "from")), To: text.PlainDigits(query(c, "to")),
		Field: query(c, "field"), Text: readable(query(c, "q")),
	}
	f.Before, _ = strconv.ParseInt(c.Query("before"), 10, 64)
	return f
}

// auditParameters writes a filter as parameters of an address, without the cursor.
func auditParameters(f db.AuditFilter) url.Values {
	p := url.Values{}
	for name, value := range map[string]string{
		"actor": f.ActorID, "action": f.Action, "target_type": f.TargetType, "target_id": f.TargetID, "from": f.From, "to": f.To,
		"field": f.Field, "q": f.Text,
	} {
		if value != "" {
			p.Set(name, value)
		}
	}
	return p
}

// auditIndex answers with the audit log: as a page, or for htmx the older entries.
func (s *Server) auditIndex(c *gin.Context) error {
	if middleware.IsHead(c) { // HEAD shows no entries, so there is no reading to record
		return s.show(c, http.StatusOK, views.Text(""))
	}
	f := auditFilter(c)
	entries, older, err := s.db.AuditLog(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return err
	}
	p := auditParameters(f)
	log := views.AuditEntries{Days: s.auditDays(c, entries, address(auditPath, p)), Filtered: len(p) > 0}
	if older > 0 {
		more := with(p, "before", strconv.FormatInt(older, 10))
		if len(log.Days) > 0 {
			more.Set("day", log.Days[len(log.Days)-1].Label)
		}
		log.Older = address(auditPath, more)
	}
	if part(c) && f.Before > 0 {
		if len(log.Days) > 0 && log.Days[0].Label == c.Query("day") {
			log.Days[0].Label = "" // its heading stands above already
		}
		return s.show(c, http.StatusOK, views.OlderHistory{Days: log.Days, Href: log.Older})
	}
	record := ""
	if f.TargetID != "" && len(entries) > 0 {
		record = recordName(entries[0])
	}
	return s.auditPage(c, f, p, log, record)
}

// auditPage answers with the page. record is the name of the record to which the filter narrows the log, or "".
func (s *Server) auditPage(c *gin.Context, f db.AuditFilter, p url.Values, log views.AuditEntries, record string) error {
	chips, err := s.auditChips(c, f, p, record)
	if err != nil {
		return err
	}
	verified, err := s.verified(c)
	if err != nil {
		return err
	}
	page := views.AuditLog{
		Page: s.page(c, "Audit log", "Every change and who made it", "audit"), Export: address(auditPath+".csv", auditParameters(f)),
		Chips: chips, Text: f.Text, From: f.From, To: f.To, Entries: log, Verified: verified,
	}
	focusTakenBack(page.Entries.Days, page.Toast)
	for _, name := range []string{"actor", "action", "target_type", "target_id", "field"} {
		if p.Get(name) != "" {
			page.Hidden = append(page.Hidden, views.Hidden{Name: name, Value: p.Get(name)})
		}
	}
	return s.show(c, http.StatusOK, page)
}

// auditChips returns the filters as menus: who, what, and what kind of record.
func (s *Server) auditChips(c *gin.Context, f db.AuditFilter, p url.Values, record string) ([]views.Chip, error) {
	people, err1 := s.db.AuditPeople(c.Request.Context(), who(c).Actor)
	people, err2 := s.withPerson(c, people, f.ActorID)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	var actors, actions, kinds []views.Option
	for _, x := range people {
		actors = append(actors, views.Option{Value: x.ID, Label: x.FullName})
	}
	actors = append(actors, views.Option{Value: "none", Label: "The system, or not signed in"})
	offered := map[string]bool{}
	for _, kind := range db.AuditKinds {
		read := slices.DeleteFunc(slices.Clone(db.AuditActions[kind]), func(action string) bool { return !who(c).ReadsAction(action) })
		if len(read) > 0 {
			kinds = append(kinds, views.Option{Value: kind, Label: wording.Kind(kind)})
		}
		for _, action := range read {
			if (f.TargetType == "" || f.TargetType == kind) && !offered[action] {
				actions = append(actions, views.Option{Value: action, Label: wording.Action(action)})
			}
			offered[action] = offered[action] || f.TargetType == "" || f.TargetType == kind
		}
	}
	chips := []views.Chip{
		chip(auditPath, p, "Who", "actor", f.ActorID, actors), chip(auditPath, p, "Action", "action", f.Action, actions),
		chip(auditPath, p, "About", "target_type", f.TargetType, kinds),
	}
	if who(c).Can(db.ViewClient) || f.Field != "" {
		var fields []views.Option
		for _, x := range db.AuditFields {
			fields = append(fields, views.Option{Value: x.Column, Label: x.Label})
		}
		chips = append(chips, chip(auditPath, p, "Field", "field", f.Field, fields))
	}
	if f.TargetID != "" {
		only := chip(auditPath, p, "Record", "target_id", f.TargetID, nil)
		only.Value = cmp.Or(record, "one record")
		chips = append(chips, only)
	}
	return chips, nil
}

// auditDays groups entries by day in the reader's time zone, each with its origin and what can be taken back from
// place, the log's address.
func (s *Server) auditDays(c *gin.Context, entries []db.AuditEntry, place string) (days []views.HistoryDay) {
	clock := s.clock(c)
	for _, e := range entries {
		line := historyEntry(clock, e, "", who(c).Can(db.ManageUsers))
		line.From = auditFrom(e)
		offerBack(&line, e.Entry, "", place)
		days = addEntry(days, clock.Day(e.At), line)
	}
	return days
}

// auditFrom describes the address and browser of an entry, with links to entries from the same
// ones.
func auditFrom(e db.AuditEntry) *views.From {
	f := &views.From{Address: e.IP, Device: device(e.UA), Action: e.Action, Row: wording.Grouped(int(e.Seq))}
	if e.IP == "" {
		f.Address, f.Device = "This server", "By the program itself"
	}
	if e.UserID != "" {
		f.More = append(f.More, views.Option{Label: "All by this person", Href: address(auditPath, url.Values{"actor": {e.UserID}})})
	}
	if e.TargetID != "" {
		f.More = append(f.More, views.Option{
			Label: "All about this " + targetWord(e.TargetType),
			Href:  address(auditPath, url.Values{"target_type": {e.TargetType}, "target_id": {e.TargetID}}),
		})
	}
	return f
}

func targetWord(kind string) string {
	if kind == "session" {
		return "person’s sessions"
	}
	return kind
}

var auditColumns = []string{
	"time", "seq", "person", "email", "action", "kind", "record_id", "record", "change", "metadata", "ip", "user_agent", "hash",
}

// auditExport streams all entries that match the filter as a CSV file, a few hundred rows at a
// time. If it fails midway it breaks the connection, so that no browser takes half a file for all
// of it.
func (s *Server) auditExport(c *gin.Context) error {
	name := "audit-" + s.clock(c).Today().String() + ".csv"
	head := func() {
		c.Header("Content-Type", "text/csv; charset=utf-8")
		c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	if middleware.IsHead(c) {
		head()
		c.Status(http.StatusOK)
		return nil
	}
	ctx, end := s.longContext(c)
	defer end()
	var out *sheet.CSV
	err := s.db.ExportAudit(ctx, who(c).Actor, auditFilter(c), func(entries []db.AuditEntry) (err error) {
		if out == nil {
			head()
			if out, err = sheet.NewCSV(c.Writer, auditColumns...); err != nil {
				return err
			}
		}
		for _, e := range entries {
			if err := out.Write(auditRow(e)...); err != nil {
				return err
			}
		}
		err = out.Flush()
		c.Writer.Flush()
		s.extendWriteDeadline(c)
		return errors.Join(err, ctx.Err())
	})
	if err != nil && c.Writer.Written() {
		s.log.Info("export broke off", "id", middleware.RequestID(c), "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// auditRow returns an entry as a row of the file.
func auditRow(e db.AuditEntry) []string {
	change := wording.Entry(e, "").String()
	for i, x := range wording.Changes(e.Entry, time.UTC) {
		change += map[bool]string{true: ": ", false: "; "}[i == 0] + x.Label + " " + orEmpty(x.Old) + " → " + orEmpty(x.New)
	}
	return []string{
		e.At.UTC().Format("2006-01-02T15:04:05.000Z"), strconv.FormatInt(e.Seq, 10),
		e.UserName, e.UserEmail, e.Action, e.TargetType, e.TargetID, recordName(e),
		change, e.Metadata, e.IP, e.UA, e.Hash,
	}
}

func orEmpty(value string) string {
	if value == "" {
		return "empty"
	}
	return value
}

// recordName returns the name of what an entry is about, as far as the reader may see it.
func recordName(e db.AuditEntry) string {
	if e.Hidden {
		return ""
	}
	switch e.TargetType {
	case "organization":
		return e.Organization
	case "contact":
		return e.Contact
	case "interaction":
		return e.Subject
	case "follow_up":
		return cmp.Or(e.Subject, e.FollowUp)
	}
	return e.Target
}

// auditVerify checks the history now and shows the result on the page.
func (s *Server) auditVerify(c *gin.Context) error {
	ctx, end := s.longContext(c)
	defer end()
	v, err := s.jobs.VerifyHistory(ctx)
	var found *db.Broken
	done := "The history is intact: " + wording.Plural(int(v.Rows), "row")
	switch {
	case errors.Is(err, jobs.ErrVerifying):
		done = "A verification is already running. Look again in a moment"
	case errors.As(err, &found):
		done = "Something is wrong with the history"
	case err != nil:
		return err
	}
	if err := s.flash(c, views.Toast{Text: done}); err != nil {
		return err
	}
	return s.redirect(c, auditPath)
}

// verified describes the last check of the history.
func (s *Server) verified(c *gin.Context) (views.Verified, error) {
	v, err := s.db.LastVerification(c.Request.Context())
	clock := s.clock(c)
	return views.Verified{
		CheckedAt: clock.Date(v.CheckedAt), Problem: v.Problem, WholeAt: clock.Date(v.WholeAt), Rows: wording.Grouped(int(v.Rows)), Hash: v.Hash,
	}, err
}
