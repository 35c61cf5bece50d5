package middleware

import (
	"errors"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// Access is what a route requires: a need of the store, and how far the visitor has signed in. The
// zero value allows nobody.
type Access struct {
	db.Need
	Public       bool
	HalfSignedIn bool // for a sign-in that waits for its code, see Allow
	Enrolling    bool // allowed before setting up the second factor that a role requires
}

var (
	// ErrNoSession means that nobody is signed in.
	ErrNoSession = errors.New("not signed in")
	// ErrMustEnrol means that the user must first set up the second factor that their role
	// requires.
	ErrMustEnrol = errors.New("a required second factor is missing")
)

// Check returns nil if v may use a route, else ErrNoSession, ErrMustEnrol or db.ErrForbidden.
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

// Allow returns nil if this request may use a route, else an error as Check does. A half sign-in
// counts as nobody's, and opens only the page that asks for the code.
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
