package handlers

import (
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// givesAway asks whether to give the client with this name to its new owner, because the visitor will not see it any
// more.
func (s *Server) givesAway(c *gin.Context, name string, changes db.Fields) (*views.GivesAway, error) {
	q := &views.GivesAway{Name: name}
	to := changes["owner_user_id"]
	if to == "" {
		return q, nil
	}
	owners, err := s.ownerOptions(c, to)
	q.To = optionLabel(owners, to)
	return q, err
}
