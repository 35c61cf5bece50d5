package handlers

import (
	"net/http"
	"path"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

// suggestedAtOnce is how many known values a field suggests at a time.
const suggestedAtOnce = 100

// suggestionIndex lists the known values that fit what somebody has typed into a field so far, and
// offers to use that itself. An editor in place sends it as value, a form by the field's name.
func (s *Server) suggestionIndex(c *gin.Context) error {
	column := path.Base(c.Request.URL.Path)
	v, err := db.VocabularyOf(column)
	if err != nil || column == "outcome" != (c.FullPath() == "/suggestions/outcome") {
		return db.ErrNotFound
	}
	typed := query(c, column)
	if typed == "" {
		typed = query(c, "value")
	}
	found, err := s.db.FindValues(c.Request.Context(), who(c).Actor, v, typed, suggestedAtOnce)
	if err != nil {
		return err
	}
	list := views.Suggestions{Values: found.Known, More: found.More}
	if typed != "" && !found.Exact {
		list.Typed, list.New = typed, "Use “"+text.IsolateForeign(typed)+"”"
		known, err := s.db.HasValue(c.Request.Context(), who(c).Actor, v, typed) // it may be hidden
		if err != nil {
			return err
		}
		if !known {
			list.New += " as " + withArticle("new "+v.Lower())
		}
	}
	return s.show(c, http.StatusOK, list)
}
