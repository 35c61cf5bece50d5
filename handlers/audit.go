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

// auditFilter reads the filter of the audit log from the address, and returns it with the parameters that had an effect.
func (s *Server) auditFilter(c *gin.Context) (f db.AuditFilter, p url.Values) {
	p = filled(c.Request.URL.Query(), middleware.AuditParameters, middleware.SeveralOfAudit)
	for name, values := range p {
		if s.lists(c).Audit(&f, name, values...) != "" {
			p.Del(name)
		}
	}
	dropLoneIs(p)
	f.Limit = entriesAsked(c.Request.URL.Query())
	return f, p
}

// auditIndex answers with the audit log: as a page, or for htmx the older entries.
func (s *Server) auditIndex(c *gin.Context) error {
	if middleware.IsHead(c) { // HEAD shows no entries, so there is no reading to record
		return s.show(c, http.StatusOK, views.Text(""))
	}
	f, p := s.auditFilter(c)
	var err error
	if f.Before, err = before(c.Request.URL.Query()); err != nil {
		return err
	}
	typed := readable(c.Query("record")) // to find one
	canonical := address(auditPath, with(p, "record", typed))
	if mustShorten(c, slices.Concat(middleware.AuditParameters, []string{"record"}), canonical) {
		return s.redirect(c, canonical)
	}
	entries, older, err := s.db.AuditLog(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return err
	}
	shown := entriesShown(c.Request.URL.Query())
	place := withEntries(auditPath, p, shown)
	log := views.AuditEntries{Days: s.auditDays(c, entries, place), Filtered: len(p) > 0}
	log.Older = olderEntries(auditPath, p, older, log.Days, shown)
	if wantsFragment(c) && f.Before > 0 {
		return s.olderEntriesAnswer(c, log.Days, log.Older, place)
	}
	record := ""
	if f.TargetID != "" && len(entries) > 0 {
		record = recordName(entries[0])
	}
	chips, err := s.auditChips(c, p, record)
	if err != nil {
		return err
	}
	if wantsFragment(c) {
		c.Header("HX-Push-Url", address(auditPath, p))
		return s.show(c, http.StatusOK, log, views.Into{Target: "#chips", Swap: "innerMorph", View: chips},
			views.Into{Target: "#export", Swap: "outerHTML", View: views.AuditExport(auditFile(p))})
	}
	return s.auditPage(c, p, typed, log, chips)
}

// auditFile returns the address of the CSV file with what a filter finds.
func auditFile(p url.Values) string { return address(auditPath+".csv", p) }

// auditPage answers with the page. typed finds records to narrow the log to.
func (s *Server) auditPage(c *gin.Context, p url.Values, typed string, log views.AuditEntries, chips views.Chips) error {
	verified, err1 := s.verified(c)
	found, err2 := s.auditRecords(c, p, typed)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	page := views.AuditLog{
		Page: s.page(c, "Audit log", "Every change and who made it", "audit"), Export: views.AuditExport(auditFile(p)),
		Menus: chips, Text: p.Get("q"), From: p.Get("from"), To: p.Get("to"), OneRecord: p.Has("target_id"), Records: found,
		Entries: log, Verified: verified,
	}
	focusTakenBack(page.Entries.Days, page.Toast)
	return s.show(c, http.StatusOK, page)
}

// auditChips returns the filters as menus: who, what, what kind of record, and which field. record is the name of
// the record to which the filter narrows the log, or "".
func (s *Server) auditChips(c *gin.Context, p url.Values, record string) (chips views.Chips, err error) {
	people, err := s.db.AuditPeople(c.Request.Context(), who(c).Actor)
	for _, id := range p["actor"] {
		var unnamed error
		people, unnamed = s.withPerson(c, people, id)
		err = errors.Join(err, unnamed)
	}
	var actions, kinds, fields []views.Option
	for _, kind := range db.AuditKinds {
		read := slices.DeleteFunc(slices.Clone(db.AuditActions[kind]), func(action string) bool { return !who(c).ReadsAction(action) })
		if len(read) > 0 {
			kinds = append(kinds, views.Option{Value: kind, Label: wording.Kind(kind)})
		}
		for _, action := range read {
			named := slices.ContainsFunc(actions, func(o views.Option) bool { return o.Value == action })
			if !named && (db.IsRecorded(action) || slices.Contains(p["action"], action)) {
				actions = append(actions, views.Option{Value: action, Label: wording.Action(action)})
			}
		}
	}
	for _, x := range db.AuditFields {
		fields = append(fields, views.Option{Value: x.Column, Label: x.Label})
	}
	by := valueFilter{"Who", "actor", "person", "The system, or not signed in", "the system", "Anybody signed in"}
	chips.Menus = []views.Chip{
		by.chip(auditPath, p, personOptions(people, "")), valueChip(auditPath, p, "Action", "action", actions),
		valueChip(auditPath, p, "About", "target_type", kinds),
	}
	if who(c).Can(db.ViewClient) || p.Has("field") {
		chips.Menus = append(chips.Menus, valueChip(auditPath, p, "Field", "field", fields))
	}
	for i := range chips.Menus[1:] {
		chips.Menus[i+1].Pick.None = nil // each entry has them
	}
	if p.Has("target_id") {
		only := chip(auditPath, p, "Record", "target_id", p.Get("target_id"), nil)
		only.Value, only.Options = cmp.Or(record, "one record"), nil
		only.Remove = address(auditPath, with(with(with(p, "target_id", ""), "target_type", ""), "target_type_is", ""))
		chips.Menus = append(chips.Menus, only)
		chips.Hidden = []views.Hidden{{Name: "target_id", Value: p.Get("target_id")}}
	}
	return chips, err
}

// auditRecordOptions lists the records that the audit log offers for what was typed.
func (s *Server) auditRecordOptions(c *gin.Context) error {
	_, p := s.auditFilter(c)
	typed := readable(c.Query("record"))
	if !wantsFragment(c) {
		return s.redirect(c, address(auditPath, with(p, "record", typed)))
	}
	found, err := s.auditRecords(c, p, typed)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, found)
}

// auditRecords finds users, organizations, contacts and interactions by what was typed, each with the address of the log
// about it.
func (s *Server) auditRecords(c *gin.Context, p url.Values, typed string) (found views.AuditRecords, err error) {
	found.Clients, found.Interactions = who(c).Can(db.ViewClient), who(c).Can(db.ViewInteraction)
	if found.Typed = typed; typed == "" {
		return found, nil
	}
	add := func(kind, id string, row views.OptionRow) {
		about := with(with(p, "target_type_is", ""), "target_type", kind)
		row.Href = address(auditPath, with(about, "target_id", id))
		found.Rows = append(found.Rows, row)
	}
	words := text.NewTyped(typed)
	people, err1 := s.db.AuditPeople(c.Request.Context(), who(c).Actor)
	for _, o := range people {
		if len(newDetail(words, o.FullName).missing) > 0 {
			continue
		}
		if found.More = len(found.Rows) == optionLimit; found.More {
			break
		}
		add("user", o.ID, views.OptionRow{Name: o.FullName, Marked: markWords(o.FullName, words), Detail: []views.TextPart{{Text: "User"}}})
	}
	h, err2 := s.db.Search(c.Request.Context(), who(c).Actor, db.SearchFilter{Typed: typed, Most: optionLimit})
	for _, r := range slices.Concat(h.Organizations, h.Contacts) {
		add(r.Kind.Noun, r.ID, foundRecord(r, words))
	}
	for _, i := range h.Interactions {
		x := s.foundInteraction(c, i, words)
		add("interaction", i.ID, views.OptionRow{
			Icon: x.Channel, Name: i.Subject, Marked: x.Subject, Detail: []views.TextPart{{Text: x.Sentence + " · " + x.Time.Text}},
		})
	}
	found.More = found.More || h.MoreOrganizations || h.MoreContacts || h.Older != "" || len(h.MoreInside) > 0
	return found, errors.Join(err1, err2)
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
// time. If it fails midway it breaks the connection, so that no browser takes half a file for the
// whole.
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
	ctx, cancel := s.longContext(c)
	defer cancel()
	var out *sheet.CSV
	f, _ := s.auditFilter(c)
	err := s.db.ExportAudit(ctx, who(c).Actor, f, func(entries []db.AuditEntry) (err error) {
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
	ctx, cancel := s.longContext(c)
	defer cancel()
	v, err := s.jobs.VerifyHistory(ctx)
	var found *db.Broken
	done := "The history is intact: " + wording.Plural(int(v.Rows), "row")
	switch {
	case errors.Is(err, jobs.ErrVerifying):
		done = "A verification is already running. Refresh in a moment"
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
