// Package middleware is what a request passes on its way to a handler, and the one map from errors
// to answers. Pages and API share it; each renders answers in its own way.
package middleware

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// Stack is the middleware of one registry.
type Stack struct {
	Sessions *Sessions

	db         *db.DB
	log        *slog.Logger
	served     func()
	everywhere http.Header // for every answer
	peers      peers
}

// Options say how requests reach the registry.
type Options struct {
	BaseURL        *url.URL // the address that people type
	TrustedProxies []string // addresses or networks whose X-Forwarded-For counts
	Log            *slog.Logger
	Served         func() // called after each request except those of monitoring
}

// New returns the middleware of a registry.
func New(d *db.DB, o Options) *Stack {
	return &Stack{
		Sessions: newSessions(d, o.BaseURL.Scheme == "https"), db: d, log: o.Log, served: o.Served,
		everywhere: headersOf(o.BaseURL), peers: peers{trusted: o.TrustedProxies},
	}
}

// Fail writes the answer to an error.
type Fail func(c *gin.Context, err error)

// Engine returns a router without routes. It gives each request an id, logs it and limits its body;
// unknown routes and panics are answered by fail. It returns an error if a trusted proxy is
// invalid.
func (s *Stack) Engine(fail Fail) (*gin.Engine, error) {
	e := gin.New()
	if err := e.SetTrustedProxies(s.peers.trusted); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	e.RemoteIPHeaders = []string{forwardedFor}
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.Use(s.watchPeers, s.logRequests, recoverPanics(fail), limitBody)
	e.NoRoute(func(c *gin.Context) { fail(c, db.ErrNotFound) })
	e.NoMethod(func(c *gin.Context) { fail(c, ErrMethod) })
	return e, nil
}
