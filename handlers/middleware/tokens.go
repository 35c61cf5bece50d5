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
		scheme, secret, _ := strings.Cut(c.GetHeader("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return
		}
		k, err := s.db.TokenBySecret(c.Request.Context(), strings.TrimSpace(secret))
		if errors.Is(err, db.ErrNotFound) {
			return
		}
		if err != nil {
			fail(c, err)
			c.Abort()
			return
		}
		from := s.Nobody(c)
		v := &Visitor{Actor: k.Actor(), User: k.Owner}
		v.IP, v.UA, v.Request = from.IP, from.UA, RequestID(c)
		c.Set("visitor", v)
		c.Set("token", k)
	}
}

// Token returns the token of the program that asks.
func Token(c *gin.Context) db.Token {
	k, _ := c.Value("token").(db.Token)
	return k
}
