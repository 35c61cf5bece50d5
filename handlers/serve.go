package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
)

// serve runs a route: permission, form, handler, error.
func (s *Server) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := s.Allow(c, r.access)
		if r.method == http.MethodPost && (err == nil || who(c) != nil) {
			if e := readForm(c, r.access); err == nil || errors.Is(e, errWhose) {
				err = e
			}
		}
		if err == nil && r.method == http.MethodPost {
			middleware.NoteChanges(c)
		}
		if err == nil {
			err = r.handler(s, c)
		}
		if err != nil {
			s.fail(c, err)
		}
	}
}

// visitor is the signed-in user.
type visitor = middleware.Visitor

// who returns the visitor, or nil.
func who(c *gin.Context) *visitor { return middleware.Who(c) }

// may reports whether the visitor may use a route.
func (s *Server) may(c *gin.Context, method, path string) bool {
	asked, ok := s.accessByRoute[method+" "+path]
	return ok && asked.Check(who(c)) == nil
}

// vary lists what an answer depends on besides its address and the session.
const vary = "Accept-Encoding, HX-Request, HX-Request-Type"

// wantsFragment reports whether htmx asks for a fragment rather than a page.
func wantsFragment(c *gin.Context) bool {
	return c.GetHeader("HX-Request") == "true" && c.GetHeader("HX-Request-Type") == "partial" &&
		c.GetHeader("HX-History-Restore-Request") == ""
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// show renders all views, then sends them.
func (s *Server) show(c *gin.Context, status int, all ...views.View) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := views.Render(buffer, all...); err != nil {
		return err
	}
	user := views.Nobody
	if v := who(c); v != nil {
		user = v.UserID
	}
	views.Whose(buffer.Bytes(), user)
	c.Header("Vary", vary)
	c.Data(status, "text/html; charset=utf-8", buffer.Bytes())
	return nil
}

// redirect sends the browser to the page that shows the result.
func (s *Server) redirect(c *gin.Context, to string) error {
	c.Header("Vary", vary)
	c.Redirect(http.StatusSeeOther, withMessage(c, to))
	return nil
}

// page returns what every page needs.
func (s *Server) page(c *gin.Context, title, description, section string) views.Page {
	p := views.Page{Title: title, Description: description, Frame: views.Frame{Section: section}}
	v := who(c)
	if v == nil {
		return p
	}
	p.UserID, p.User, p.Roles, p.Zone = v.User.ID, v.User.FullName, strings.Join(v.User.Roles, ", "), v.User.TimeZone
	p.Email, p.SingleKeys, p.ZoneNotice = v.User.Email, v.User.SingleKeys, v.User.ZoneNotice
	p.Damaged = v.Can(db.ManageSystem) && s.db.Health().Damage != ""
	if v.User.Theme != "system" {
		p.Theme = v.User.Theme
	}
	p.Clients, p.OwnOnly = v.Can(db.ViewClient), v.OwnOnly
	p.Feed = p.Clients && v.Can(db.ViewInteraction)
	p.Users = v.Can(db.ManageUsers)
	p.Audit = v.Can(db.ViewAudit)
	p.Vocabularies = s.may(c, http.MethodGet, vocabulariesPath)
	p.Webhooks = s.may(c, http.MethodGet, webhooksPath)
	if p.System = v.Can(db.ManageSystem); p.System {
		p.Trouble = s.conditionNow(c.Request.Context()).failed
	}
	p.Toast = s.takeFlash(c)
	var err error
	if p.Views, err = s.sidebarViews(c); err != nil {
		s.log.Error("saved views", "id", middleware.RequestID(c), "error", err)
	}
	if p.Due, err = s.due(c); err != nil {
		s.log.Error("follow-ups that are due", "id", middleware.RequestID(c), "error", err)
	}
	if p.New, err = s.newCount(c); err != nil {
		s.log.Error("new follow-ups", "id", middleware.RequestID(c), "error", err)
	}
	return p
}

func (s *Server) clock(c *gin.Context) views.Clock {
	return views.Clock{Zone: who(c).User.Location(), Now: s.now()}
}

// formClock returns the clock for a form's local times. It uses the time zone sent with the form,
// so that they mean what the form showed.
func (s *Server) formClock(c *gin.Context) views.Clock {
	clock := s.clock(c)
	clock.Zone = db.FormZone(c.Request.PostForm.Get("time_zone"), clock.Zone)
	return clock
}

// zoneHint says in which time zone a form reads its times.
func zoneHint(form, own views.Clock) string {
	if form.Zone.String() != own.Zone.String() {
		return "In the time zone " + form.Zone.String() + ", yours when you opened this"
	}
	return "Your time zone: " + own.Zone.String()
}
