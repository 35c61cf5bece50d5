package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/views"
)

func (s *Server) keyIndex(c *gin.Context) error {
	keys := views.Keys{Page: s.page(c, "Keyboard shortcuts", "What keys do", "")}
	if wantsFragment(c) {
		return s.show(c, http.StatusOK, views.KeysDialog{Keys: keys})
	}
	return s.show(c, http.StatusOK, keys)
}
