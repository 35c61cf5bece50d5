package handlers

import (
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// givesAway returns the question whether to give a record to somebody, if the visitor will not see
// it any more. It is nil once they have answered.
func (s *Server) givesAway(c *gin.Context, k *recordKind, r db.Record, changes db.Fields) (*views.GivesAway, error) {
	to, ok := changes["owner_user_id"]
	if !ok || to == r.OwnerID() || c.Request.PostForm.Get("give_away") != "" {
		return nil, nil
	}
	n, err := s.db.CountGivenAway(c.Request.Context(), who(c).Actor, k.RecordKind, []string{r.ID}, to)
	if err != nil || n == 0 {
		return nil, err
	}
	q := &views.GivesAway{Name: r.Name()}
	if to != "" {
		var owners []views.Option
		owners, err = s.ownerOptions(c, to)
		q.To = optionLabel(owners, to)
	}
	return q, err
}
