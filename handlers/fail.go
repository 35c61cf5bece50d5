package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
)

// fail answers an error with a page, or with one line if htmx asked for a fragment.
func (s *Server) fail(c *gin.Context, err error) {
	if errors.Is(err, context.Canceled) || c.Writer.Written() {
		return
	}
	switch {
	case errors.Is(err, middleware.ErrNoSession):
		s.failNoSession(c)
		return
	case errors.Is(err, middleware.ErrMustEnrol):
		s.redirectVia(c, "/account/mfa")
		return
	case errors.Is(err, errWhose):
		s.failWhose(c)
		return
	}
	a := s.Refuse(c, err)
	var v views.View = views.ErrorText{Text: a.Message}
	switch {
	case wantsFragment(c):
	case db.IsUnavailable(err):
		v = s.unavailable(c, a)
	default:
		p := s.page(c, a.Heading, a.Heading, "")
		p.Failed = true
		v = views.Error{Page: p, Icon: iconOf(a.Status, err), Heading: a.Heading, Message: a.Message, Detail: a.Detail, Back: s.backLinks(c)}
	}
	if err := s.show(c, a.Status, v); err != nil {
		s.log.Error("refused without a page", "id", middleware.RequestID(c), "error", err)
		c.String(http.StatusInternalServerError, "Something went wrong.\n")
	}
}

// iconOf returns the icon of an error's page.
func iconOf(status int, err error) string {
	var keyLost *db.KeyLost
	switch {
	case status == http.StatusForbidden, status == http.StatusServiceUnavailable && errors.As(err, &keyLost):
		return "lock"
	case status == http.StatusNotFound:
		return "search"
	case status == http.StatusTooManyRequests:
		return "clock"
	}
	return "alert"
}

// unavailable is the page shown when nothing can be read. It makes no queries.
func (s *Server) unavailable(c *gin.Context, a middleware.Answer) views.View {
	again := c.Request.URL.RequestURI()
	if c.Request.Method != http.MethodGet {
		again = "/"
	}
	return views.Unavailable{
		Page:    views.Page{Title: a.Heading, Description: a.Heading, Failed: true},
		Heading: a.Heading, Again: again, Request: middleware.RequestID(c), At: s.now().UTC().Format("15:04:05"),
	}
}

// backLinks returns links from an error's page: to the record it was about, or home.
func (s *Server) backLinks(c *gin.Context) []views.Option {
	v := who(c)
	if v == nil {
		return []views.Option{{Label: "Sign in", Href: "/login"}}
	}
	home := views.Option{Label: "Home", Href: "/"}
	if id, k := c.Param("id"), recordKinds[strings.Split(c.FullPath()+"/", "/")[1]]; k != nil && v.Can(db.ViewClient) && db.ValidID(id) {
		if r, err := k.read(s.db, c.Request.Context(), v.Actor, id); err == nil {
			return []views.Option{{Label: "Back to " + text.Isolate(r.Name()), Href: k.base(id)}, home}
		}
	}
	return []views.Option{home}
}

// whileTyping are the addresses that a form asks while somebody types in it.
var whileTyping = []string{
	"/suggestions/outcome", "/suggestions/:field",
	"/organizations/twins", "/organizations/:id/twins", "/contacts/twins", "/contacts/:id/twins",
	"/organizations/options", "/contacts/options", "/follow-ups/clients", "/times",
}

// onOpening are the addresses of parts of a page that are loaded when somebody opens them.
var onOpening = []string{"/follow-ups/:id/menu", "/organizations/:id/interactions/new", "/contacts/:id/interactions/new"}

// failNoSession redirects to the sign-in page, which leads back. If htmx sends a form, or opens a part of the page, it opens
// sign-in as a dialog instead, so that nothing typed on the page is lost. Requests that a form makes while somebody types get no
// answer, because they sign in when they save. The search for somebody to link, which saves nothing, says it.
func (s *Server) failNoSession(c *gin.Context) {
	if wantsFragment(c) && slices.Contains(whileTyping, c.FullPath()) {
		c.Header("Vary", vary)
		if c.Query("for") == "" {
			c.Header("HX-Reswap", "none")
			c.Status(http.StatusUnauthorized)
			return
		}
		c.Header("HX-Retarget", "#alerts")
		c.Header("HX-Reswap", "innerHTML")
		signIn := views.SignedOut{Href: withNext("/login", nextOf(s.ownPath(c, "HX-Current-URL")))}
		if err := s.show(c, http.StatusUnauthorized, signIn); err != nil {
			s.log.Error("saying that the session has ended", "error", err)
		}
		return
	}
	sent := c.GetHeader("HX-Request") == "true" && c.Request.Method == http.MethodPost
	if sent || wantsFragment(c) && slices.Contains(onOpening, c.FullPath()) {
		c.Header("HX-Retarget", "#dialog")
		c.Header("HX-Reswap", "innerHTML")
		if err := s.show(c, http.StatusUnauthorized, loginDialog(loginForm("", "", s.cookieLost(c)), "")); err != nil {
			s.log.Error("sign-in dialog", "error", err)
		}
		return
	}
	s.redirectVia(c, "/login")
}

// failSession answers when the session cannot be read. Signing out works all the same.
func (s *Server) failSession(c *gin.Context, err error) {
	if c.Request.Method == http.MethodPost && c.FullPath() == "/logout" {
		s.log.Error("signing out without reading the session", "id", middleware.RequestID(c), "error", err)
		s.signOut(c, s.Nobody(c), s.Sessions.Token(c.Request))
		return
	}
	s.fail(c, err)
}

// redirectVia redirects to a page that later leads on to the requested one.
func (s *Server) redirectVia(c *gin.Context, to string) {
	next := c.Request.URL.RequestURI()
	if wantsFragment(c) || c.Request.Method != http.MethodGet {
		next = s.ownPath(c, "HX-Current-URL")
		if next == "" {
			next = s.ownPath(c, "Referer")
		}
	}
	s.redirectTo(c, withNext(to, nextOf(next)))
}

// redirectTo leaves the page for another, also if htmx asked for a fragment.
func (s *Server) redirectTo(c *gin.Context, to string) {
	c.Header("Vary", vary)
	if c.GetHeader("HX-Request") == "true" {
		c.Header("HX-Redirect", to)
		c.Status(http.StatusUnauthorized)
		return
	}
	c.Redirect(http.StatusSeeOther, to)
}

// withNext returns the address of a page that leads on to next, another page of ours.
func withNext(page, next string) string {
	if next == "" || next == "/" {
		return page
	}
	return page + "?next=" + url.QueryEscape(next)
}

// nextOf returns the page to return to: for sign-in pages their parameter next, else the page
// itself.
func nextOf(page string) string {
	u, err := url.Parse(page)
	if err == nil && (u.Path == "/login" || u.Path == "/login/mfa") {
		return nextPage(u.Query().Get("next"))
	}
	return page
}

// ownPath returns the path of the address in a header if it is a page of ours, else "". The address
// may have the request's host or that of the base URL, because a proxy may use a different host
// than people do.
func (s *Server) ownPath(c *gin.Context, header string) string {
	u, err := url.Parse(c.GetHeader(header))
	if err != nil || u.Host != c.Request.Host && hostOf(u) != s.baseURL.Host {
		return ""
	}
	return u.RequestURI()
}
