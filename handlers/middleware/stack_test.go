package middleware_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"clientregistry/db/dbtest"
	"clientregistry/handlers/middleware"
)

// TestAFaceAnswersInItsOwnWay: unknown routes, panics and refusals get their status from the one
// map and their form from the face. The log has the request's id.
func TestAFaceAnswersInItsOwnWay(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	var log bytes.Buffer
	served := 0
	s := middleware.New(d, middleware.Options{
		BaseURL: &url.URL{Scheme: "http", Host: "registry.example"}, Log: slog.New(slog.NewTextHandler(&log, nil)), Served: func() { served++ },
	})
	fail := func(c *gin.Context, err error) {
		a := s.Refuse(c, err)
		c.JSON(a.Status, gin.H{"error": a.Heading})
	}
	e, err := s.Engine(fail)
	if err != nil {
		t.Fatal(err)
	}
	e.Use(s.OpenSession(), s.LoadVisitor(fail))
	e.GET("/healthz", func(c *gin.Context) { c.Status(http.StatusOK) })
	e.GET("/panics", func(*gin.Context) { panic("the reason") })
	e.POST("/form", func(c *gin.Context) {
		if err := errors.Join(s.Allow(c, middleware.Access{Public: true}), middleware.ReadForm(c)); err != nil {
			fail(c, err)
		}
	})
	e.GET("/closed", func(c *gin.Context) { fail(c, s.Allow(c, middleware.Access{})) })
	for _, x := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/healthz", "", 200, ""},
		{"GET", "/nowhere", "", 404, `{"error":"Not found"}`},
		{"POST", "/panics", "", 405, `{"error":"Not possible"}`},
		{"GET", "/panics", "", 500, `{"error":"Something went wrong"}`},
		{"GET", "/closed", "", 401, `{"error":"Not signed in"}`},
		{"POST", "/form", "name=x", 200, ""},
		{"POST", "/form", strings.Repeat("name=x&", 201), 400, `{"error":"Not readable"}`},
		{"POST", "/form", "name=" + strings.Repeat("x", 1<<20), 413, `{"error":"Too large"}`},
	} {
		log.Reset()
		q := httptest.NewRequest(x.method, x.path, strings.NewReader(x.body))
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a := httptest.NewRecorder()
		e.ServeHTTP(a, q)
		if a.Code != x.status || a.Body.String() != x.says {
			t.Errorf("%s %s: %d %s, want %d %s", x.method, x.path, a.Code, a.Body, x.status, x.says)
		}
		if number := a.Header().Get("X-Request-Id"); number == "" || !strings.Contains(log.String(), "msg=request id="+number) {
			t.Errorf("%s %s has the number %q, and the log says %s", x.method, x.path, number, &log)
		}
		if x.status >= 400 && !strings.Contains(log.String(), fmt.Sprint("status=", x.status)) {
			t.Errorf("%s %s: the log says %s", x.method, x.path, &log)
		}
		if x.path == "/panics" && x.method == "GET" && !strings.Contains(log.String(), "the reason") {
			t.Errorf("the log does not say why: %s", &log)
		}
	}
	if served != 7 {
		t.Errorf("%d requests count as served, want all but the monitor's", served)
	}
}

// TestNothingRunsBehindAPanic: the handlers after the one that panicked do not run.
func TestNothingRunsBehindAPanic(t *testing.T) {
	t.Parallel()
	d, _, _ := dbtest.Open(t)
	s := middleware.New(d, middleware.Options{
		BaseURL: &url.URL{Scheme: "http", Host: "registry.example"}, Log: slog.New(slog.DiscardHandler), Served: func() {},
	})
	e, err := s.Engine(func(c *gin.Context, err error) { c.String(http.StatusInternalServerError, "failed") })
	if err != nil {
		t.Fatal(err)
	}
	e.Use(func(*gin.Context) { panic("the reason") })
	e.GET("/", func(c *gin.Context) { c.String(http.StatusOK, " and answered") })
	a := httptest.NewRecorder()
	e.ServeHTTP(a, httptest.NewRequest(http.MethodGet, "/", nil))
	if a.Code != http.StatusInternalServerError || a.Body.String() != "failed" {
		t.Errorf("%d %q", a.Code, a.Body)
	}
}
