package handlers

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// recordKind is what differs between the pages of organizations and of contacts.
type recordKind struct {
	*db.RecordKind
	description, placeholder string        // of the list and its search field
	missing                  string        // what the filter "missing" looks for
	linkActions              []batchAction // bulk actions on links

	read             func(d *db.DB, ctx context.Context, by db.Actor, id string) (db.Record, error)
	list             func(*db.DB, context.Context, db.Actor, db.Filter) ([]db.Record, string, error)
	count            func(*db.DB, context.Context, db.Actor, db.Filter) (int, bool, error)
	create           func(d *db.DB, ctx context.Context, by db.Actor, typed db.Fields, requestID string) (db.Record, error)
	update           func(d *db.DB, ctx context.Context, by db.Actor, id string, version int, typed db.Fields) (db.Record, error)
	archive, restore func(d *db.DB, ctx context.Context, by db.Actor, id string, version int) (db.Record, error)

	links func(d *db.DB, ctx context.Context, by db.Actor, id string) ([]db.Link, error)
	// detail returns the line below a record's name in a picker or a list of results.
	detail func(db.Record) []string
	row    func(*views.Row, db.Record, []db.Column)
	cell   func(db.Record, db.Column) views.Cell
	meta   func(views.Clock, *visitor, db.Record, []db.Link) views.RecordMeta
}

// recordKindOf returns the kind of record that a path is about.
func recordKindOf(path string) *recordKind {
	if strings.HasPrefix(path, contactRecords.path()) {
		return contactRecords
	}
	return organizationRecords
}

// recordKinds are the kinds by their plural.
var recordKinds = map[string]*recordKind{"organizations": organizationRecords, "contacts": contactRecords}

func (k *recordKind) path() string { return "/" + k.Plural }

func (k *recordKind) base(id string) string { return "/" + k.Plural + "/" + id }

// heading returns the name of the kind's list.
func (k *recordKind) heading() string { return capital(k.Plural) }

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// record reads the record that the URL names.
func (s *Server) record(c *gin.Context) (*recordKind, db.Record, error) {
	k := recordKindOf(c.FullPath())
	id, err := id(c, "id")
	if err != nil {
		return k, db.Record{}, err
	}
	r, err := k.read(s.db, c.Request.Context(), who(c).Actor, id)
	return k, r, err
}

func (s *Server) recordShow(c *gin.Context) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	return s.recordPage(c, http.StatusOK, k, r, nil)
}

// recordPage answers with a record's page, after change has adjusted it.
func (s *Server) recordPage(c *gin.Context, status int, k *recordKind, r db.Record, change func(*views.Record) error) error {
	l, err := s.listBehind(c, k, r.ID)
	if err != nil {
		return err
	}
	// Without script only the address carries the list on to the page's links and forms.
	if at := c.Request.URL; l.query != "" && !at.Query().Has("list") && c.Request.Method == http.MethodGet && c.GetHeader("HX-Request") == "" {
		parameters := with(at.Query(), "list", l.query)
		parameters.Del(messageParameter) // which redirecting adds
		return s.redirect(c, address(at.Path, parameters))
	}
	v, clock := who(c), s.clock(c)
	page := views.Record{
		Page: s.page(c, r.Name(), capital(k.Noun), k.Plural), Kind: k.Noun,
		Base: k.base(r.ID), Name: r.Name(), Version: r.Version, CanEdit: v.Can(db.EditClient),
	}
	for _, f := range k.Fields {
		page.Details.Facts = append(page.Details.Facts, newFact(k, r, v, f))
	}
	if err := s.recordOrigin(c, &page, r); err != nil {
		return err
	}
	links, err := k.links(s.db, c.Request.Context(), v.Actor, r.ID)
	if err != nil {
		return err
	}
	e := newLinkEnd(r)
	page.Links = linkCard(v, e, links)
	page.Heading = views.RecordHeading{
		List: views.Ref{Name: k.heading(), Href: k.path()}, Name: page.Name, Square: page.Square(), Archived: page.Archived != nil,
		Meta: k.meta(clock, v, r, links), Acts: page.Acts(), Reach: reachOf(v, r),
	}
	if err := s.recordTurn(c, k, &page, r.ID, l); err != nil {
		return err
	}
	if v.Can(db.ViewInteraction) {
		x := timelineRecord{linkEnd: e, links: links}
		if page.Timeline, err = s.timeline(c, &x, timelineParameters(c)); err != nil {
			return err
		}
		if v.Can(db.EditInteraction) {
			if page.Composer, err = s.composer(c, x); err != nil {
				return err
			}
		}
	}
	if change != nil {
		if err := change(&page); err != nil {
			return err
		}
	}
	return s.show(c, status, page)
}

// recordOrigin adds who created and changed a record, and its follow-ups.
func (s *Server) recordOrigin(c *gin.Context, page *views.Record, r db.Record) error {
	clock := s.clock(c)
	origin, err := s.db.Origin(c.Request.Context(), who(c).Actor, r.Kind.Noun, r.ID, !r.IsActive)
	if err != nil {
		return err
	}
	if seeAccess.Check(who(c)) == nil {
		page.Access = page.Base + "/access"
	}
	page.Details.Dates = recordDates(clock, r, origin)
	if !r.IsActive {
		page.Archived = &views.Archived{By: origin.ArchivedBy, At: clock.Date(origin.ArchivedAt)}
	}
	page.FollowUps, err = s.recordFollowUps(c, r.Kind.Noun, r.ID)
	return err
}

func recordDates(clock views.Clock, r db.Record, origin db.Origin) views.RecordDates {
	dates := views.RecordDates{Created: clock.Date(r.CreatedAt), CreatedBy: origin.CreatedBy}
	if !r.UpdatedAt.Equal(r.CreatedAt) {
		dates.Updated = clock.Date(r.UpdatedAt)
	}
	return dates
}

// metaNow returns the current line under a record's name.
func (s *Server) metaNow(c *gin.Context, k *recordKind, id string) (views.View, error) {
	ctx, v := c.Request.Context(), who(c)
	r, err := k.read(s.db, ctx, v.Actor, id)
	if err != nil {
		return nil, err
	}
	links, err := k.links(s.db, ctx, v.Actor, id)
	return views.Into{Target: "#meta", Swap: "innerHTML", View: k.meta(s.clock(c), v, r, links)}, err
}

func (s *Server) recordArchive(c *gin.Context) error {
	k := recordKindOf(c.FullPath())
	return s.recordActive(c, k, k.archive, "Archived ", "restore")
}

func (s *Server) recordRestore(c *gin.Context) error {
	k := recordKindOf(c.FullPath())
	return s.recordActive(c, k, k.restore, "Restored ", "archive")
}

func (s *Server) recordActive(c *gin.Context, k *recordKind,
	verb func(*db.DB, context.Context, db.Actor, string, int) (db.Record, error), done, undo string,
) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	r, err := verb(s.db, c.Request.Context(), who(c).Actor, id, version)
	if stale := (*db.Conflict)(nil); errors.As(err, &stale) && isUndo(c) {
		return s.notUndone(c, stale, k.base(id))
	}
	if err != nil {
		return err
	}
	l, err := s.listBehind(c, k, id)
	if err != nil {
		return err
	}
	return s.done(c, l.on(k.base(id)), views.Toast{Text: done + text.Isolate(r.Name()), Undo: &views.Undo{
		Action: k.base(id) + "/" + undo, Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(r.Version)}},
	}})
}

// done redirects to the page that shows the change, with a message: the history from which
// something was taken back, else to.
func (s *Server) done(c *gin.Context, to string, t views.Toast) error {
	if from := historyOf(c); from != "" {
		to, t.Row = from, rowTakenBack(c)
		if t.Undo != nil {
			t.Undo.Target = "" // the whole page shows what was taken back
			t.Undo.Fields = append(t.Undo.Fields, views.Hidden{Name: "history", Value: from}, views.Hidden{Name: "row", Value: t.Row})
		}
	}
	if err := s.flash(c, t); err != nil {
		return err
	}
	return s.redirect(c, to)
}

// undoOf returns an Undo that sends the old values of what a form changed to where the form went, nil if it changed
// nothing. It comes back to the page that the form was opened on. target is what htmx replaces by the answer, "" for the page.
func undoOf(c *gin.Context, target string, version int, was db.Fields) *views.Undo {
	if len(was) == 0 {
		return nil
	}
	undo := &views.Undo{Target: target, Action: c.Request.URL.Path, Fields: []views.Hidden{{Name: "version", Value: strconv.Itoa(version)}}}
	for _, column := range slices.Sorted(maps.Keys(was)) {
		undo.Fields = append(undo.Fields, views.Hidden{Name: column, Value: was[column]})
	}
	if from := fromPage(c.Request.PostForm.Get("from")); from != "" {
		undo.Fields = append(undo.Fields, views.Hidden{Name: "from", Value: from})
	}
	return undo
}

// valued is a link, an interaction or a follow-up.
type valued interface {
	Value(column string) (value string, ok bool)
}

// oldValues returns the values that a change has replaced.
func oldValues(fields []db.Field, before, after valued) db.Fields {
	was := db.Fields{}
	for _, f := range fields {
		old, _ := before.Value(f.Column)
		if value, _ := after.Value(f.Column); value != old {
			was[f.Column] = old
		}
	}
	return was
}

// rowTakenBack returns the row of the history that is taken back, or "".
func rowTakenBack(c *gin.Context) string {
	row := c.Request.PostForm.Get("row")
	if len(row) > 20 {
		return ""
	}
	return row
}

// historyOf returns the address of the history, the audit log or the account page from which a change was made, or "".
func historyOf(c *gin.Context) string {
	path := nextPage(c.Request.PostForm.Get("history"))
	if path == accountPath || path == auditPath || strings.HasPrefix(path, auditPath+"?") {
		return path
	}
	page, query, _ := strings.Cut(path, "?")
	given, err := url.ParseQuery(query)
	parts := strings.Split(strings.TrimPrefix(page, "/"), "/")
	if err != nil || path != withEntries(page, nil, entriesShown(given)) || len(parts) < 2 || !db.ValidID(parts[1]) {
		return ""
	}
	switch page {
	case "/organizations/" + parts[1] + "/history", "/contacts/" + parts[1] + "/history", "/interactions/" + parts[1]:
		return path
	}
	return ""
}

// outOfSight redirects to the list if a change took the record out of the visitor's sight.
func (s *Server) outOfSight(c *gin.Context, list, done string) error {
	if err := s.flash(c, views.Toast{Text: done + ". It is not among your clients, so you can no longer see it"}); err != nil {
		return err
	}
	if wantsFragment(c) {
		c.Header("HX-Redirect", withMessage(c, list))
		c.Status(http.StatusOK)
		return nil
	}
	return s.redirect(c, list)
}
