package handlers

import (
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// givesAway returns the question whether to give a client of this name to its new owner, as the visitor will not see it
// any more.
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
