// Package handlers serves the registry to browsers: a table of routes, a handler for each, and what
// they share.
package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"

	"clientregistry/db"
	"clientregistry/handlers/api"
	"clientregistry/handlers/jobs"
	"clientregistry/handlers/middleware"
	"clientregistry/static"
	"clientregistry/views"
)

// Server answers requests for one registry.
type Server struct {
	*middleware.Stack
	http.Handler

	db            *db.DB
	baseURL       *url.URL
	setup         setupLink
	log           *slog.Logger
	now           func() time.Time
	accessByRoute map[string]middleware.Access // what each route requires, by method and path

	reference func() (views.APIDocs, error) // what openapi.yaml says, read when it is first asked for
	addresses addresses                     // cached addresses of saved views
	future    atomic.Int64                  // the latest future moment that ClockIsOff has logged

	started   time.Time
	jobs      *jobs.Jobs
	condition knownCondition

	ending context.Context // done once End was called
	stop   context.CancelFunc
}

// WriteTimeout is how long writing an answer may take. Each step of a long one may take as long again.
const WriteTimeout = 30 * time.Second

// Options say how a registry is served.
type Options struct {
	BaseURL        string   // scheme and host that people type
	TrustedProxies []string // addresses or networks whose X-Forwarded-For counts
	APIRate        int      // requests a second for each token; 0 means api.DefaultRate
	Log            *slog.Logger
	Now            func() time.Time // replaces the clock in tests
}

// ParseBaseURL parses a base URL. It must be a scheme and a host without a path, because links
// start at the root.
func ParseBaseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil || base.Hostname() == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("the base URL %q is not an address; write it like https://registry.example", text)
	case base.User != nil || strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.ForceQuery || strings.Contains(text, "#"):
		return nil, fmt.Errorf("the base URL %q has more than a scheme and a host; write it like %s://%s", text, base.Scheme, base.Host)
	}
	return &url.URL{Scheme: base.Scheme, Host: hostOf(base)}, nil
}

// hostOf returns the host and port as browsers write them: in lower case and without the scheme's
// default port.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	for scheme, port := range map[string]string{"http": ":80", "https": ":443"} {
		if u.Scheme == scheme {
			host = strings.TrimSuffix(host, port)
		}
	}
	return strings.TrimSuffix(host, ":")
}

// New returns the server of a registry and its jobs, or an error that names the wrong option.
func New(d *db.DB, j *jobs.Jobs, o Options) (*Server, error) {
	base, err := ParseBaseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &Server{db: d, jobs: j, baseURL: base, log: o.Log, now: o.Now, accessByRoute: map[string]middleware.Access{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.started = s.now()
	s.ending, s.stop = context.WithCancel(context.Background())
	s.Stack = middleware.New(d, middleware.Options{BaseURL: base, TrustedProxies: o.TrustedProxies, Log: s.log, Served: j.Served})
	views.Parse()
	s.reference = sync.OnceValues(func() (views.APIDocs, error) { return readReference(base.String()) })
	s.Handler, err = s.handler(o.APIRate)
	return s, err
}

// End cancels exports and verifications and answers programs that wait for changes, so that a
// shutdown need not wait for them. Other requests go on.
func (s *Server) End() { s.stop() }

// longContext returns a context for slow requests: it ends with the request or with End. The answer may
// take as long as it makes progress, see extendWriteDeadline.
func (s *Server) longContext(c *gin.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(c.Request.Context())
	stop := context.AfterFunc(s.ending, cancel)
	s.extendWriteDeadline(c)
	return ctx, func() { stop(); cancel() }
}

// extendWriteDeadline extends the deadline for writing the answer by WriteTimeout.
func (s *Server) extendWriteDeadline(c *gin.Context) {
	err := http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(WriteTimeout))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.log.Error("write deadline", "error", err)
	}
}

// engine builds the router from the route table.
func (s *Server) engine() (*gin.Engine, error) {
	e, err := s.Engine(s.fail)
	if err != nil {
		return nil, err
	}
	e.Use(s.OpenSession(), s.LoadVisitor(s.failSession), s.untilSetUp)
	for _, r := range routes {
		if !r.access.Declared() {
			panic("handlers: " + r.method + " " + r.path + " names no permission")
		}
		s.accessByRoute[r.method+" "+r.path] = r.access
		e.Handle(r.method, r.path, s.serve(r))
	}
	return e, nil
}

// handler combines, from the outside in: headers, compression, the same-origin check and the
// routes. The API has its own check and routes.
func (s *Server) handler(rate int) (http.Handler, error) {
	e, err := s.engine()
	if err != nil {
		return nil, err
	}
	sameOrigin := http.NewCrossOriginProtection()
	if err := sameOrigin.AddTrustedOrigin(s.baseURL.Scheme + "://" + s.baseURL.Host); err != nil {
		return nil, err
	}
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "This came from another site. Nothing was changed.", http.StatusForbidden)
	}))
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1000), gzhttp.CompressionLevel(1))
	if err != nil {
		return nil, err
	}
	programs, err := api.New(s.db, s.Stack, api.Options{BaseURL: s.baseURL, Rate: rate, Now: s.now, Ending: s.ending})
	if err != nil {
		return nil, err
	}
	programs = compress(programs)
	files := static.Handler()
	pages := compress(sameOrigin.Handler(middleware.HeadAsGet(e)))
	return s.Headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") {
			files.ServeHTTP(w, r)
			return
		}
		if r.URL.Path == "/api/docs" {
			pages.ServeHTTP(w, r)
			return
		}
		if path := strings.TrimLeft(r.URL.Path, "/"); path == "api" || strings.HasPrefix(path, "api/") { // //api, too, is asked by programs
			programs.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})), nil
}

// health answers 200 while the program runs.
func (s *Server) health(c *gin.Context) error {
	c.String(http.StatusOK, "ok\n")
	return nil
}

// ready answers 200 while the registry can be read and changed.
func (s *Server) ready(c *gin.Context) error {
	why := ""
	if err := s.db.Ping(c.Request.Context()); err != nil {
		s.log.Error("not ready", "error", err)
		why = "the database does not answer"
	}
	if s.db.Health().Damage != "" {
		why = "the file is damaged: it can be read, but nothing is written to it; restore a backup"
	}
	if why == "" {
		c.String(http.StatusOK, "ok\n")
		return nil
	}
	c.Header("Retry-After", middleware.RetryAfter)
	c.String(http.StatusServiceUnavailable, why+"\n")
	return nil
}
