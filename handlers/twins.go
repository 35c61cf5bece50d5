package handlers

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// twinIndex names records like the one that a form would create, while somebody types.
func (s *Server) twinIndex(c *gin.Context) error {
	k := recordKindOf(c.FullPath())
	twins, err := s.twins(c, k, askedFields(c, k), db.Record{})
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, twins)
}

// recordTwins is twinIndex for a record's form, or for the editor of the field that the address names.
func (s *Server) recordTwins(c *gin.Context) error {
	k, r, err := s.record(c)
	if err != nil {
		return err
	}
	values := askedFields(c, k)
	if column := c.Query("field"); column != "" {
		values = db.Fields{column: query(c, "value")}
	}
	twins, err := s.twins(c, k, values, r)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, twins)
}

// askedFields returns the fields that the address fills in.
func askedFields(c *gin.Context, k *recordKind) db.Fields {
	values := db.Fields{}
	for _, column := range k.FieldColumns(nil) {
		if _, ok := c.GetQuery(column); ok {
			values[column] = query(c, column)
		}
	}
	return values
}

// twins returns the records that may be the same as the one being typed; r is that record as stored, zero for a new one.
// Unchanged values are not compared, except for the rest of a changed name.
func (s *Server) twins(c *gin.Context, k *recordKind, typed db.Fields, r db.Record) (views.Twins, error) {
	twins := views.Twins{From: k.path() + "/twins"}
	changed, renamed := db.Fields{}, false
	for _, f := range k.Fields {
		value, ok := typed[f.Column]
		if ok && value != r.Value(f.Column) {
			changed[f.Column] = value
			renamed = renamed || f.Required != "" && f.Default == ""
		}
	}
	if r.ID != "" {
		twins.From = k.base(r.ID) + "/twins"
		for _, f := range k.Fields {
			if _, ok := changed[f.Column]; renamed && !ok && f.Required != "" {
				changed[f.Column] = r.Value(f.Column)
			}
		}
	}
	if len(changed) == 0 {
		return twins, nil
	}
	found, err := s.db.Twins(c.Request.Context(), who(c).Actor, k.RecordKind, changed, r.ID)
	for _, t := range found {
		twins.Rows = append(twins.Rows, views.Twin{
			Name: t.Name(), Href: k.base(t.ID), Why: joinReasons(t.Why), Detail: wording.Joined(k.detail(t.Record)...),
			Square: k == organizationRecords, Archived: !t.IsActive,
		})
	}
	return twins, err
}

// joinReasons joins reasons, like Same name, same tax ID.
func joinReasons(reasons []string) string {
	joined := strings.Join(reasons, ", ")
	return joined[:1] + strings.ReplaceAll(joined[1:], "S", "s")
}

// tellsOfTwins reports whether records with the same value of a field may be the same.
func tellsOfTwins(f db.Field) bool {
	switch f.Kind {
	case db.Website, db.Email, db.Phone, db.Code:
		return true
	}
	return f.Required != "" && f.Default == ""
}
