package handlers

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
)

// The field whose of a form names the user for whom it was made. If somebody else has signed in since, in another tab,
// the form is refused with what was typed. Clients other than our pages may leave the field out.

// errWhose means that somebody else opened the form.
var errWhose = errors.New("somebody else opened this form")

// readForm reads the form that was sent to a route, and sets the visitor's Asks and TakesBack as it says. It returns errWhose if
// the form is another user's.
func readForm(c *gin.Context, a middleware.Access) error {
	if err := middleware.ReadForm(c); err != nil {
		return err
	}
	whose, v := c.Request.PostForm.Get("whose"), who(c)
	if v != nil {
		v.Asks = c.Request.PostForm.Get("give_away") == ""
		v.TakesBack = isUndo(c) || rowTakenBack(c) != ""
	}
	if v != nil && !a.Public && !a.HalfSignedIn && whose != "" && whose != v.UserID {
		return errWhose
	}
	return nil
}

// failWhose answers with what was typed. For htmx the page stays, behind a dialog in which whoever typed it can sign
// in.
func (s *Server) failWhose(c *gin.Context) {
	now := who(c).User.FullName
	var v views.View = s.whoseForm(c)
	if c.GetHeader("HX-Request") == "true" {
		c.Header("HX-Retarget", "#dialog")
		c.Header("HX-Reswap", "innerHTML")
		v = loginDialog(loginForm("", "", ""), now)
	}
	if err := s.show(c, http.StatusConflict, v); err != nil {
		s.log.Error("a form of somebody else", "id", middleware.RequestID(c), "error", err)
	}
}

// whoseForm is the page with what somebody else's form said, to save it all the same. It leaves out passwords and codes.
func (s *Server) whoseForm(c *gin.Context) views.WhoseForm {
	heading := "Somebody else opened this form"
	page := views.WhoseForm{
		Page: s.page(c, heading, heading, ""), Heading: heading, Action: c.Request.URL.RequestURI(),
		Back: s.backLinks(c)[0],
	}
	page.Failed = true
	form := maps.Clone(c.Request.PostForm)
	for _, secret := range []string{"whose", "password", "current_password", "code"} {
		delete(form, secret)
	}
	for _, w := range wordsIn(c) {
		for n, value := range form[w.Name] {
			f := views.Field{ID: w.Name + strconv.Itoa(n), Name: w.Name, Label: w.Label, Value: strings.ToValidUTF8(value, "")}
			if w.Name == "body" || strings.Contains(value, "\n") {
				f.Type = "textarea"
			}
			if value != "" && !db.ValidID(value) {
				page.Words = append(page.Words, f)
			} else {
				page.Hidden = append(page.Hidden, views.Hidden{Name: w.Name, Value: value})
			}
		}
		delete(form, w.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			page.Hidden = append(page.Hidden, views.Hidden{Name: name, Value: strings.ToValidUTF8(value, "")})
		}
	}
	return page
}

// wordsIn returns the fields of forms in which people write, with their labels.
func wordsIn(c *gin.Context) []views.Field {
	var all []views.Field
	for _, f := range slices.Concat(
		db.OrganizationKind.Fields, db.ContactKind.Fields, db.InteractionFields(), db.LinkFields(), db.FollowUpFields(),
	) {
		switch f.Kind {
		case db.Line, db.Lines, db.Website, db.Email, db.Phone, db.Code:
			all = append(all, views.Field{Name: f.Column, Label: f.Label})
		}
		if f.Column == c.Param("field") {
			all = append(all, views.Field{Name: "value", Label: f.Label})
		}
	}
	return append(all, []views.Field{ // these are read into other fields, or are of users, roles and views
		{Name: "happened_at_text", Label: "When"},
		{Name: "follow_up_text", Label: "Follow-up"},
		{Name: "follow_up_due_text", Label: "Due"},
		{Name: "due_text", Label: "Due"},
		{Name: "full_name", Label: "Name"},
		{Name: "name", Label: "Name"},
		{Name: "description", Label: "Description"},
	}...)
}
