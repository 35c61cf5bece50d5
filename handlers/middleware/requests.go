package middleware

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// logRequests gives each request an id and logs a line when it is done.
func (s *Stack) logRequests(c *gin.Context) {
	start := time.Now()
	id := rand.Text()[:12]
	c.Set("request", id)
	c.Header("X-Request-Id", id)
	c.Next()
	if path := c.FullPath(); path != "/healthz" && path != "/readyz" { // monitoring does not count as use
		s.served()
	}
	user := ""
	if v := Who(c); v != nil {
		user = v.User.ID
	}
	s.log.Info("request", "id", id, "method", c.Request.Method, "route", c.FullPath(), "status", c.Writer.Status(),
		"bytes", c.Writer.Size(), "ms", float64(time.Since(start).Microseconds())/1000, "user", user, "ip", Address(c))
}

// RequestID returns the id of a request, which people can report and the log contains.
func RequestID(c *gin.Context) string { return c.GetString("request") }

// recoverPanics answers a panic as an error that says where it happened.
func recoverPanics(fail Fail) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				fail(c, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
				c.Abort() // otherwise the remaining handlers would still run
			}
		}()
		c.Next()
	}
}

// NoteChanges records whether the request commits a change, for Saved.
func NoteChanges(c *gin.Context) {
	ctx, receipt := db.WithReceipt(c.Request.Context())
	c.Request = c.Request.WithContext(ctx)
	c.Set("receipt", receipt)
}

// Saved reports whether the request has committed a change.
func Saved(c *gin.Context) bool {
	receipt, ok := c.Value("receipt").(*db.Receipt)
	return ok && receipt.Saved()
}

// HeadAsGet answers HEAD as GET; net/http leaves out the body.
func HeadAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(context.WithValue(r.Context(), headKey{}, true))
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

type headKey struct{}

// IsHead reports whether a GET was sent as HEAD, so that handlers can skip recording and long work.
func IsHead(c *gin.Context) bool { return c.Request.Context().Value(headKey{}) != nil }
