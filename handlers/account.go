package handlers

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

func (s *Server) accountShow(c *gin.Context) error {
	u := who(c).User
	return s.accountAnswer(c, http.StatusOK, db.Fields{"full_name": u.FullName, "time_zone": u.TimeZone, "theme": u.Theme}, u.SingleKeys, nil)
}

func (s *Server) accountAnswer(c *gin.Context, status int, values db.Fields, keys bool, refused map[string]string) error {
	theme := views.Field{ID: "theme", Name: "theme", Label: "Theme"}
	for _, o := range []views.Option{{Value: "system", Label: "Like the system"}, {Value: "light", Label: "Light"}, {Value: "dark", Label: "Dark"}} {
		o.Selected = o.Value == values["theme"]
		theme.Options = append(theme.Options, o)
	}
	v := views.Account{
		Page: s.page(c, "My account", "Your name, time zone and theme", "account"), Email: who(c).User.Email, Keys: keys,
		Fields: withErrors([]views.Field{
			{ID: "full_name", Name: "full_name", Label: "Name", Max: 160, Autocomplete: "name", Value: values["full_name"]},
			zoneField(values["time_zone"], false), theme,
		}, refused),
	}
	v.Failed = refused != nil
	return s.show(c, status, v)
}

func (s *Server) accountUpdate(c *gin.Context) error {
	values := typed(c, "full_name", "time_zone", "theme")
	if keys, ok := c.Request.PostForm["single_keys"]; ok {
		values["single_keys"] = keys[len(keys)-1] // the tick stands behind its hidden empty twin
	}
	err := s.db.UpdateAccount(c.Request.Context(), who(c).Actor, values)
	var refused *db.Invalid
	if errors.As(err, &refused) {
		u := who(c).User
		for column, stored := range map[string]string{"full_name": u.FullName, "time_zone": u.TimeZone, "theme": u.Theme} {
			if _, ok := values[column]; !ok {
				values[column] = stored
			}
		}
		return s.accountAnswer(c, http.StatusUnprocessableEntity, values, values["single_keys"] != "", refused.Fields)
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: "Account saved"}); err != nil {
		return err
	}
	return s.redirect(c, "/account")
}
