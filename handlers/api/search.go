package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// search answers with the organizations, contacts and interactions that match q, the best first. It
// has interactions only for those who may see them. similar says that nothing matches exactly.
func (a *API) search(c *gin.Context) error {
	by, f := who(c).Actor, db.SearchFilter{Most: db.PageSize}
	_, err := readParameters(c, []string{"q", "limit"}, func(r reader, name, value string) {
		if name == "q" {
			f.Typed = r.query()
		} else {
			f.Most = r.limit()
		}
	})
	if err != nil {
		return err
	}
	found, err := a.db.Search(c.Request.Context(), by, f)
	if err != nil {
		return err
	}
	var w writer
	w.object(func() {
		if found.Similar() {
			w.flag("similar", true)
		}
		for _, k := range []struct {
			*kind
			found []db.Record
		}{{organizations, found.Organizations}, {contacts, found.Contacts}} {
			w.key(k.Plural)
			w.array(func() {
				for i := range k.found {
					w.record(&k.found[i], &by)
				}
			})
		}
		if by.Can(db.ViewInteraction) {
			w.key("interactions")
			w.array(func() {
				for i := range found.Interactions {
					w.interaction(&found.Interactions[i])
				}
			})
		}
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}
