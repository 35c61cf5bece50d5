package middleware

import (
	"errors"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// Access is what a route asks of who calls it: a need of the store, and in which
// state of signing in. The zero value opens nothing.
type Access struct {
	db.Need
	Public       bool
	HalfSignedIn bool // a sign-in that waits for its code, see Allow
	Enrolling    bool // also before setting up the second factor that a role demands
}

var (
	// ErrNoSession tells that nobody is signed in where somebody must be.
	ErrNoSession = errors.New("not signed in")
	// ErrMustEnrol tells that somebody has yet to set up the second factor that their role demands.
	ErrMustEnrol = errors.New("a required second factor is missing")
)

// Check returns nil where v may use a route, or ErrNoSession, ErrMustEnrol or db.ErrForbidden.
func (a Access) Check(v *Visitor) error {
	switch {
	case a.Public:
		return nil
	case v == nil:
		return ErrNoSession
	case v.User.MustEnrol && !a.Enrolling:
		return ErrMustEnrol
	}
	return a.Refuse(v.Actor)
}

// Allow returns nil where this request may use a route, or an error as Check does.
// A half sign-in is nobody's: it opens the one page that asks for its code.
func (s *Stack) Allow(c *gin.Context, a Access) error {
	if !a.HalfSignedIn || Who(c) != nil {
		return a.Check(Who(c))
	}
	err := s.db.HalfSignIn(c.Request.Context(), s.Sessions.Token(c.Request))
	if errors.Is(err, db.ErrNotFound) {
		return ErrNoSession
	}
	return err
}
