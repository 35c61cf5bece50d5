package middleware

import (
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// LoadProgram loads the owner of the request's bearer token, with the rights that both have. An
// unknown token counts as none; fail answers if it cannot be read. A session cookie is ignored.
func (s *Stack) LoadProgram(fail Fail) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := s.ReadProgram(c); err != nil {
			fail(c, err)
			c.Abort()
		}
	}
}

// ReadProgram does what LoadProgram does, again for a request that has waited: the token may have
// been revoked since, and rights withdrawn.
func (s *Stack) ReadProgram(c *gin.Context) error {
	c.Set("visitor", (*Visitor)(nil))
	scheme, secret, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	k, err := s.db.TokenBySecret(c.Request.Context(), strings.TrimSpace(secret))
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	from := s.Nobody(c)
	v := &Visitor{Actor: k.Actor(), User: k.Owner}
	v.IP, v.UA, v.Request = from.IP, from.UA, RequestID(c)
	c.Set("visitor", v)
	c.Set("token", k)
	return nil
}

// Token returns the token of the program that asks.
func Token(c *gin.Context) db.Token {
	k, _ := c.Value("token").(db.Token)
	return k
}
