package handlers

import (
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// A form that was made on an older version of a record is merged with the current one, see db.Conflict. Each field that
// both changed is decided by itself: the form then has keep_COLUMN=theirs or keep_COLUMN=yours.

// alsoTyped are the fields of a form that belong to a column.
var alsoTyped = map[string][]string{
	"happened_at": {"when", "happened_at_text"}, "due_on": {"due", "due_text"}, "follow_up_due_on": {"due", "follow_up_due_text"},
}

// withoutFields returns the values without those columns and all that their forms send for them.
func withoutFields(values db.Fields, columns []string) db.Fields {
	for _, column := range columns {
		values = withoutColumns(values, append([]string{column}, alsoTyped[column]...))
	}
	return values
}

// decided returns the values that a form sets after a conflict, without those that are left as others made them, and
// the version that it is based on. Until every field is decided, that is the version of the first form, so that the
// conflict comes again.
func decided(c *gin.Context, values db.Fields, version int) (db.Fields, int) {
	form := c.Request.PostForm
	for _, column := range form["both"] {
		switch form.Get("keep_" + column) {
		case "yours":
		case "theirs":
			values = withoutFields(values, []string{column})
		default:
			if base, err := strconv.Atoi(form.Get("base")); err == nil && base > 0 {
				version = base
			}
			if base := form.Get("follow_up_base"); base != "" {
				values["follow_up_version"] = base
			}
			if _, says := values["was"]; says {
				values["was"] = form.Get("base_was")
			}
		}
	}
	return values, version
}

// conflict returns what a form says of a conflict: who changed the record, and which of the differing fields to decide.
// version is the one that the form is based on, or 0 if it has only the values it was made with.
func (s *Server) conflict(c *gin.Context, stale *db.Conflict, what string, version int, typed db.Fields,
	differ []views.Difference,
) *views.Conflict {
	x := views.NewConflict(s.clock(c), stale, what)
	if version > 0 {
		x.Bases = append(x.Bases, views.Hidden{Name: "base", Value: strconv.Itoa(version)})
	}
	if was := typed["was"]; was != "" {
		x.Bases = append(x.Bases, views.Hidden{Name: "base_was", Value: was})
	}
	for _, d := range differ {
		if slices.Contains(stale.Both, d.Column) {
			x.Differences = append(x.Differences, d)
		}
	}
	return x
}
