// Package handlers is the registry in the browser: a table of routes, one
// handler each, and the few things that all of them share.
package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"

	"clientregistry/db"
	"clientregistry/handlers/jobs"
	"clientregistry/static"
	"clientregistry/views"
)

// Server answers requests for one registry.
type Server struct {
	db         *db.DB
	store      *sessionStore
	baseURL    *url.URL
	everywhere http.Header // on every answer
	setup      setupLink
	log        *slog.Logger
	now        func() time.Time
	asks       map[string]access // what a route asks, by method and path
	http.Handler

	addresses addresses // of views
	peers     peers
	future    atomic.Int64 // the moment that ClockIsOff has logged

	started   time.Time
	jobs      *jobs.Jobs
	condition knownCondition

	ending context.Context // is done when End was called
	stop   context.CancelFunc
}

// WriteTimeout is how long an answer may take to write, or a step of a long one.
const WriteTimeout = 30 * time.Second

// Options say how a registry is served.
type Options struct {
	BaseURL        string   // as people type it: scheme and host
	TrustedProxies []string // addresses or networks whose X-Forwarded-For counts
	Log            *slog.Logger
	Now            func() time.Time // replaces the clock in tests
}

// ParseBaseURL takes an address of a scheme and a host, and nothing else: every
// link leads to the root of it.
func ParseBaseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil || base.Hostname() == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("the base URL %q is none; give it like https://registry.example", text)
	case base.User != nil || strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.ForceQuery || strings.Contains(text, "#"):
		return nil, fmt.Errorf("the base URL %q has more than a scheme and a host; give it like %s://%s", text, base.Scheme, base.Host)
	}
	return &url.URL{Scheme: base.Scheme, Host: base.Host}, nil
}

// New returns the server of a registry and its jobs, or an error that says which option is wrong.
func New(d *db.DB, j *jobs.Jobs, o Options) (*Server, error) {
	base, err := ParseBaseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &Server{db: d, jobs: j, baseURL: base, everywhere: headersOf(base), log: o.Log, now: o.Now, asks: map[string]access{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.started = s.now()
	s.ending, s.stop = context.WithCancel(context.Background())
	s.store = newSessionStore(d, base.Scheme == "https")
	views.Parse()
	s.Handler, err = s.handler(o.TrustedProxies)
	return s, err
}

// End gives up the requests that take long, exports and verifications, so that a
// shutdown need not wait for them. Everything else goes on.
func (s *Server) End() { s.stop() }

// long is the context of a request that may take long: it ends with the request
// or with the server. The connection may be written to for as long as there is
// progress, see patience.
func (s *Server) long(c *gin.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(c.Request.Context())
	stop := context.AfterFunc(s.ending, cancel)
	s.patience(c)
	return ctx, func() { stop(); cancel() }
}

// patience lets an answer take as long again as the server gives one.
func (s *Server) patience(c *gin.Context) {
	err := http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(WriteTimeout))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.log.Error("write deadline", "error", err)
	}
}

// engine mounts the route table.
func (s *Server) engine(trustedProxies []string) (*gin.Engine, error) {
	e := gin.New()
	if err := e.SetTrustedProxies(trustedProxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	e.RemoteIPHeaders = []string{forwardedFor}
	s.peers.trusted = trustedProxies
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.Use(s.watchPeers, s.logRequests, s.recoverPanics, limitBody, sessions.Sessions(s.store.cookie, s.store), s.loadVisitor)
	for _, r := range routes {
		if !r.access.Declared() {
			panic("handlers: " + r.method + " " + r.path + " names no permission")
		}
		s.asks[r.method+" "+r.path] = r.access
		e.Handle(r.method, r.path, s.serve(r))
	}
	e.NoRoute(func(c *gin.Context) { s.fail(c, db.ErrNotFound) })
	e.NoMethod(func(c *gin.Context) { s.fail(c, errMethod) })
	return e, nil
}

// handler puts everything together, from the outside in: headers,
// compression, the same-origin check, then the routes.
func (s *Server) handler(trustedProxies []string) (http.Handler, error) {
	e, err := s.engine(trustedProxies)
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
	files := static.Handler()
	pages := compress(sameOrigin.Handler(headAsGet(e)))
	return s.headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") {
			files.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})), nil
}

// headAsGet lets HEAD ask for what GET answers; net/http leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(context.WithValue(r.Context(), headKey{}, true))
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

type headKey struct{}

// isHead tells a HEAD from the GET that it is answered as, for what a GET records or does at length.
func isHead(c *gin.Context) bool { return c.Request.Context().Value(headKey{}) != nil }

func (s *Server) health(c *gin.Context) error {
	c.String(http.StatusOK, "ok\n")
	return nil
}
