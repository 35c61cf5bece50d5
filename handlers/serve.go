package handlers

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/secrets"
	"clientregistry/views"
)

// serve is the way of every request: permission, form, handler, failure.
func (s *Server) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := s.allow(c, r.access)
		if err == nil && r.method == http.MethodPost {
			noteChanges(c)
			err = readForm(c)
		}
		if err == nil {
			err = r.handler(s, c)
		}
		if err != nil {
			s.fail(c, err)
		}
	}
}

// noteChanges notes whether the request commits a change, for saved.
func noteChanges(c *gin.Context) {
	ctx, receipt := db.WithReceipt(c.Request.Context())
	c.Request = c.Request.WithContext(ctx)
	c.Set("receipt", receipt)
}

// saved tells whether the request has committed a change.
func saved(c *gin.Context) bool {
	receipt, ok := c.Value("receipt").(*db.Receipt)
	return ok && receipt.Saved()
}

// allow returns nil where this request may use a route. A half sign-in is
// nobody's: it opens the one page that asks for its code.
func (s *Server) allow(c *gin.Context, a access) error {
	if !a.half || who(c) != nil {
		return a.check(who(c))
	}
	err := s.db.HalfSignIn(c.Request.Context(), s.store.token(c.Request))
	if errors.Is(err, db.ErrNotFound) {
		return errNoSession
	}
	return err
}

// may tells whether the visitor may use a route of the table.
func (s *Server) may(c *gin.Context, method, path string) bool {
	asked, ok := s.asks[method+" "+path]
	return ok && asked.check(who(c)) == nil
}

var (
	errMethod = errors.New("method not allowed")
	errForm   = errors.New("the form cannot be read")
	errType   = errors.New("the body is no form")
)

// readForm parses the body: a form of at most maxFields fields, and of any
// number of ids that a batch names.
func readForm(c *gin.Context) error {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if c.GetHeader("Content-Type") != "" && (err != nil || kind != "application/x-www-form-urlencoded") {
		return errType
	}
	if coding := c.GetHeader("Content-Encoding"); coding != "" && coding != "identity" {
		return errType
	}
	if err := c.Request.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return errForm
	}
	n := 0
	for name, values := range c.Request.PostForm {
		if name != "id" {
			n += len(values)
		}
	}
	if n > maxFields {
		return errForm
	}
	return nil
}

// vary names what an answer depends on beside its address and the session.
const vary = "Accept-Encoding, HX-Request, HX-Request-Type"

// part tells whether htmx asks for a part of the page; anything else gets it whole.
func part(c *gin.Context) bool {
	return c.GetHeader("HX-Request") == "true" && c.GetHeader("HX-Request-Type") == "partial" && c.GetHeader("HX-History-Restore-Request") == ""
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// show answers with views, rendered whole before the first byte is sent.
func (s *Server) show(c *gin.Context, status int, all ...views.View) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := views.Render(buffer, all...); err != nil {
		return err
	}
	c.Header("Vary", vary)
	c.Data(status, "text/html; charset=utf-8", buffer.Bytes())
	return nil
}

// redirect sends the browser on to the page that shows the result.
func (s *Server) redirect(c *gin.Context, to string) error {
	c.Header("Vary", vary)
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// toast wraps a message for its place on a page that stays.
func toast(text string, undo *views.Undo) views.View {
	return views.Into{Target: "#toasts", Swap: "innerHTML", View: views.Toast{Text: text, Undo: undo}}
}

// page fills what every page needs.
func (s *Server) page(c *gin.Context, title, description, section string) views.Page {
	p := views.Page{Title: title, Description: description, Frame: views.Frame{Section: section}}
	v := who(c)
	if v == nil {
		return p
	}
	p.UserID, p.User, p.Roles, p.Zone = v.User.ID, v.User.FullName, strings.Join(v.User.Roles, ", "), v.User.TimeZone
	p.SingleKeys = v.User.SingleKeys
	p.Damaged = v.Can(db.ManageSystem) && s.db.Health().Damage != ""
	if v.User.Theme != "system" {
		p.Theme = v.User.Theme
	}
	p.Clients = v.Can(db.ViewClient)
	p.Feed = p.Clients && v.Can(db.ViewInteraction)
	p.Users = v.Can(db.ManageUsers)
	p.Audit = v.Can(db.ViewAudit)
	if p.System = v.Can(db.ManageSystem); p.System {
		p.Trouble = s.conditionNow(c.Request.Context()).failed
	}
	p.Toast = s.takeFlash(c)
	var err error
	if p.Views, err = s.sideViews(c); err != nil {
		s.log.Error("saved views", "id", c.GetString("request"), "error", err)
	}
	if p.Due, err = s.due(c); err != nil {
		s.log.Error("follow-ups that are due", "id", c.GetString("request"), "error", err)
	}
	return p
}

// reading is who reads a page, when and where, as far as pages differ by it.
type reading struct {
	userID            string
	may               []db.Permission
	ownOnly           bool
	zone, today, here string
}

func (s *Server) reading(c *gin.Context) reading {
	v, clock := who(c), s.clock(c)
	return reading{v.UserID, v.May, v.OwnOnly, clock.Zone.String(), clock.Today().String(), here(c)}
}

func (s *Server) clock(c *gin.Context) views.Clock {
	return views.Clock{Zone: who(c).User.Location(), Now: s.now()}
}

// failure is how an error is told: only fail knows status codes.
type failure struct {
	status                         int
	icon, heading, message, detail string
}

func (s *Server) describe(c *gin.Context, err error) failure {
	var lacks db.Missing
	var refused *db.Invalid
	var stale *db.Conflict
	var tooLarge *http.MaxBytesError
	var keyLost *db.KeyLost
	switch {
	case errors.As(err, &lacks):
		f := failure{http.StatusForbidden, "lock", "You may not do this", lacks.Error() + ". Nothing was changed.", ""}
		if v := who(c); v != nil {
			f.detail = "An administrator can add it to one of your roles. Yours: " + strings.Join(v.User.Roles, ", ") + "."
		}
		return f
	case errors.Is(err, db.ErrForbidden):
		return failure{http.StatusForbidden, "lock", "You may not do this", "Nothing was changed.", ""}
	case errors.Is(err, db.ErrNotFound):
		return failure{http.StatusNotFound, "search", "Not found", "Nothing is here, or it is not for you to see.", ""}
	case errors.Is(err, errMethod):
		return failure{http.StatusMethodNotAllowed, "alert", "Not possible", "This address does not take that kind of request.", ""}
	case errors.As(err, &refused) && c.Request.Method == http.MethodGet:
		return failure{http.StatusUnprocessableEntity, "alert", "This cannot be shown", messages(refused), ""}
	case errors.As(err, &refused):
		return failure{http.StatusUnprocessableEntity, "alert", "Not saved", messages(refused) + " Nothing was changed.", ""}
	case errors.As(err, &stale):
		return failure{http.StatusConflict, "alert", "Changed meanwhile", by(stale) + " changed this while you had it open. Nothing of yours is saved; open it again and decide.", ""}
	case errors.As(err, &keyLost):
		return failure{http.StatusServiceUnavailable, "lock", "Second factors cannot be read", "A file is missing on the server; its log says which. Nothing was changed. Tell an administrator.", ""}
	case errors.Is(err, secrets.ErrBusy):
		return failure{http.StatusTooManyRequests, "clock", "Too many at once", "Others are signing in. Wait a few seconds and try again.", ""}
	case errors.As(err, &tooLarge):
		return failure{http.StatusRequestEntityTooLarge, "alert", "Too large", "What you sent is larger than 1 MB. Nothing was changed.", ""}
	case errors.Is(err, errType):
		return failure{http.StatusUnsupportedMediaType, "alert", "Not a form", "Send the fields as a form. Nothing was changed.", ""}
	case errors.Is(err, errForm):
		return failure{http.StatusBadRequest, "alert", "Not readable", "The form could not be read. Nothing was changed.", ""}
	}
	if f, is := diskFailure(c, err); is {
		return f
	}
	if s.db.Health().Damage != "" { // what was changed in a damaged file may break any rule of reading it
		return damagedFailure(c, err)
	}
	return failure{http.StatusInternalServerError, "alert", "Something went wrong", "Nothing was changed. Try again; if it stays, tell an administrator this number: " + c.GetString("request"), ""}
}

func messages(e *db.Invalid) string {
	var all []string
	for _, m := range e.Fields {
		all = append(all, m+".")
	}
	return strings.Join(all, " ")
}

func by(e *db.Conflict) string {
	if e.By == "" {
		return "Somebody"
	}
	return e.By
}

// fail answers an error: a page, or a line where htmx asked for a part. The
// log gets the whole of it, people never do.
func (s *Server) fail(c *gin.Context, err error) {
	if errors.Is(err, context.Canceled) || c.Writer.Written() {
		return
	}
	switch {
	case errors.Is(err, errNoSession):
		s.failNoSession(c)
		return
	case errors.Is(err, errMustEnrol):
		s.lead(c, "/account/mfa")
		return
	}
	f := s.describe(c, err)
	if saved(c) && (f.status >= http.StatusInternalServerError || f.status == http.StatusNotFound) {
		f = failure{http.StatusInternalServerError, "alert", "Saved, but not shown", "The change is saved. The page that shows it could not be made; load it again.", ""}
	}
	if f.status == http.StatusForbidden {
		s.recordRefusal(c, err)
	}
	level := s.log.Info
	if f.status >= 500 {
		level = s.log.Error
	}
	level("refused", "id", c.GetString("request"), "method", c.Request.Method, "route", c.FullPath(), "status", f.status, "error", err)
	switch f.status {
	case http.StatusTooManyRequests:
		c.Header("Retry-After", "5")
	case http.StatusServiceUnavailable:
		c.Header("Retry-After", retryAfter)
	}
	var v views.View = views.ErrorText{Text: f.message}
	switch {
	case part(c):
	case db.IsUnavailable(err):
		v = s.unavailable(c, f)
	default:
		p := s.page(c, f.heading, f.heading, "")
		p.Failed = true
		v = views.Error{Page: p, Icon: f.icon, Heading: f.heading, Message: f.message, Detail: f.detail, Back: s.wayBack(c)}
	}
	if err := s.show(c, f.status, v); err != nil {
		s.log.Error("refused without a page", "id", c.GetString("request"), "error", err)
		c.String(http.StatusInternalServerError, "Something went wrong.\n")
	}
}

// recordRefusal keeps in the history that somebody signed in asked for what he may not.
func (s *Server) recordRefusal(c *gin.Context, err error) {
	v := who(c)
	if v == nil {
		return
	}
	var lacks db.Missing
	errors.As(err, &lacks)
	if err := s.db.RecordRefusal(c.Request.Context(), v.Actor, c.Request.Method, c.Request.URL.Path, lacks.Permission); err != nil {
		s.log.Error("a refusal is not recorded", "id", c.GetString("request"), "error", err)
	}
}

// wayBack leads from a refusal to the record it was about, or home.
func (s *Server) wayBack(c *gin.Context) []views.Option {
	v := who(c)
	if v == nil {
		return []views.Option{{Label: "Sign in", Href: "/login"}}
	}
	home := views.Option{Label: "Home", Href: "/"}
	if id, k := c.Param("id"), recordKinds[strings.Split(c.FullPath()+"/", "/")[1]]; k != nil && v.Can(db.ViewClient) && db.ValidID(id) {
		if r, err := k.read(s.db, c.Request.Context(), v.Actor, id); err == nil {
			return []views.Option{{Label: "Back to " + r.Name(), Href: k.base(id)}, home}
		}
	}
	return []views.Option{home}
}

// failNoSession leads to the sign-in page and back. Over a page with
// something typed in it, it opens there as a dialog instead.
func (s *Server) failNoSession(c *gin.Context) {
	if c.GetHeader("HX-Request") == "true" && c.Request.Method == http.MethodPost {
		c.Header("HX-Retarget", "#dialog")
		c.Header("HX-Reswap", "innerHTML")
		if err := s.show(c, http.StatusUnauthorized, views.LoginDialog{Login: loginForm("", "", "")}); err != nil {
			s.log.Error("sign-in dialog", "error", err)
		}
		return
	}
	s.lead(c, "/login")
}

// lead sends the browser to a page that leads on to the one that was asked for.
func (s *Server) lead(c *gin.Context, to string) {
	c.Header("Vary", vary)
	next := c.Request.URL.RequestURI()
	if part(c) || c.Request.Method != http.MethodGet {
		next = ownPath(c.GetHeader("HX-Current-URL"), c.Request.Host)
		if next == "" {
			next = ownPath(c.GetHeader("Referer"), c.Request.Host)
		}
	}
	to = onward(to, onwardFrom(next))
	if c.GetHeader("HX-Request") == "true" {
		c.Header("HX-Redirect", to)
		c.Status(http.StatusUnauthorized)
		return
	}
	c.Redirect(http.StatusSeeOther, to)
}

// onward is the address of a page that leads on to another one of ours.
func onward(page, next string) string {
	if next == "" || next == "/" {
		return page
	}
	return page + "?next=" + url.QueryEscape(next)
}

// onwardFrom is where a page leads: for those that sign in what their address says, else itself.
func onwardFrom(page string) string {
	u, err := url.Parse(page)
	if err == nil && (u.Path == "/login" || u.Path == "/login/mfa") {
		return nextPage(u.Query().Get("next"))
	}
	return page
}

// ownPath is the path of a page of ours by its whole address, "" for any other.
func ownPath(address, host string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != host {
		return ""
	}
	return u.RequestURI()
}
