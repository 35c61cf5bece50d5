package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/handlers/middleware"
)

// me answers who the token acts for, and what it may do.
func (a *API) me(c *gin.Context) error {
	v, k := who(c), middleware.Token(c)
	var w writer
	w.object(func() {
		w.key("user")
		w.object(func() {
			w.string("id", v.User.ID)
			w.string("email", v.User.Email)
			w.string("full_name", v.User.FullName)
			w.string("time_zone", v.User.TimeZone)
		})
		w.key("permissions")
		w.array(func() {
			for _, p := range v.May {
				w.comma()
				w.quoted(string(p))
			}
		})
		scope := "all"
		if v.OwnOnly {
			scope = "own"
		}
		w.string("client_scope", scope)
		w.key("token")
		w.object(func() {
			w.string("name", k.Name)
			w.time("expires_at", k.ExpiresAt)
		})
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}

// userIndex lists the active users by name, for owners and assignees.
func (a *API) userIndex(c *gin.Context) error {
	all, err := a.db.Owners(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	var w writer
	w.array(func() {
		for _, o := range all {
			w.object(func() {
				w.string("id", o.ID)
				w.string("full_name", o.FullName)
			})
		}
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}
