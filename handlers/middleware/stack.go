// Package middleware is what a request passes on its way to a handler, and the one
// map from an error to its answer. The faces of the registry share it; each says
// for itself how an answer looks.
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
	everywhere http.Header // on every answer
	peers      peers
}

// Options say how requests reach a registry.
type Options struct {
	BaseURL        *url.URL // as people type it
	TrustedProxies []string // addresses or networks whose X-Forwarded-For counts
	Log            *slog.Logger
	Served         func() // is called after each request that was no monitor's
}

// New returns the middleware of a registry.
func New(d *db.DB, o Options) *Stack {
	return &Stack{
		Sessions: newSessions(d, o.BaseURL.Scheme == "https"), db: d, log: o.Log, served: o.Served,
		everywhere: headersOf(o.BaseURL), peers: peers{trusted: o.TrustedProxies},
	}
}

// Fail answers an error.
type Fail func(c *gin.Context, err error)

// Engine returns an engine without routes that gives each request its id, logs it,
// limits its body and answers what has no route, or panics, by fail. The error says
// which trusted proxy is none.
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
