package handlers

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	maxBody   = 1 << 20 // bytes of a form
	maxFields = 200     // fields of a form
)

const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headersOf are the headers of every answer of a registry at an address. Pages hold
// people's data, so nothing keeps them; static files say for themselves how long they last.
func headersOf(base *url.URL) http.Header {
	h := http.Header{}
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if base.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return h
}

func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range s.everywhere {
			w.Header().Set(name, values[0])
		}
		next.ServeHTTP(w, r)
	})
}

// logRequests gives each request an id and writes one line when it is done.
func (s *Server) logRequests(c *gin.Context) {
	start := time.Now()
	id := rand.Text()[:12]
	c.Set("request", id)
	c.Header("X-Request-Id", id)
	c.Next()
	if path := c.FullPath(); path != "/healthz" && path != "/readyz" { // a monitor keeps nobody from resting
		s.jobs.Served()
	}
	user := ""
	if v := who(c); v != nil {
		user = v.User.ID
	}
	s.log.Info("request", "id", id, "method", c.Request.Method, "route", c.FullPath(), "status", c.Writer.Status(),
		"bytes", c.Writer.Size(), "ms", float64(time.Since(start).Microseconds())/1000, "user", user, "ip", s.address(c))
}

// recoverPanics answers a panic with the page of a failure and logs where it was.
func (s *Server) recoverPanics(c *gin.Context) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.fail(c, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	c.Next()
}

func limitBody(c *gin.Context) {
	if c.Request.Body != nil {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
	}
}
