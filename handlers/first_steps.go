package handlers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// homeBeginning shows the first steps until they are done or closed, or says why there are no clients
// yet. In both cases, empty cards are left out.
func (s *Server) homeBeginning(c *gin.Context, page *views.Home) error {
	v := who(c)
	done, err := s.db.FirstSteps(c.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	page.Alone = !done.Organization && !done.Contact
	var steps *views.FirstSteps
	if page.CanEdit && !v.OwnOnly && !v.User.FirstStepsClosed {
		steps = firstSteps(v, done, page.Cards)
	}
	if page.FirstSteps = steps != nil; !page.FirstSteps && !page.Alone {
		return nil
	}
	page.Cards = slices.DeleteFunc(page.Cards, func(card views.HomeCard) bool {
		_, planned := card.(*views.FollowUpCard)
		return card.Bare() && (page.Alone || !planned) || page.Alone && !planned
	})
	if page.FirstSteps {
		page.Cards = slices.Insert(page.Cards, 0, views.HomeCard(*steps))
	} else {
		page.Nothing = nothingYet(v)
	}
	return nil
}

// firstSteps returns the steps that the visitor may take, nil if all are done. The next ones lead to
// the records that they touched last.
func firstSteps(v *visitor, done db.FirstSteps, cards []views.HomeCard) *views.FirstSteps {
	organization, person := views.FirstStep{
		Label: "Add an organization", Text: "A name is enough; the rest can come later.", Done: done.Organization,
		Action: "New organization", Href: "/organizations/new", ID: "new",
	}, views.FirstStep{
		Label: "Add a person there", Text: "With a phone number or an email, so that you can reach them from here.", Done: done.Contact,
		Action: "New contact", Href: "/contacts/new",
	}
	call := views.FirstStep{
		Label: "Log a call", Text: "Open the person, say what happened, plan what comes next.", Done: done.Interaction, Action: "Log a call",
	}
	for _, t := range slices.Backward(touchedRows(cards)) { // the latest person is best
		if t.Square {
			person.Href = t.Href + "/contacts?add=1"
		}
		if call.Href == "" || !t.Square || strings.HasPrefix(call.Href, "/organizations/") {
			call.Href = t.Href + "?log=call#log-subject"
		}
	}
	switch {
	case call.Href != "":
	case done.Contact:
		call.Href = "/contacts"
	case done.Organization:
		call.Href = "/organizations"
	}
	steps := []views.FirstStep{
		{Label: "Create your account", Text: "You are signed in as " + v.User.FullName + ".", Done: true}, organization, person,
	}
	if editInteractions.Check(v) == nil {
		steps = append(steps, call)
	}
	if manageUsers.Check(v) == nil {
		steps = append(steps, views.FirstStep{
			Label: "Invite a colleague", Text: "They choose their own password.", Done: done.Colleague,
			Action: "Invite", Href: "/admin/users?new=1",
		})
	}
	n := 0
	for i := range steps {
		if steps[i].Done {
			n++
		} else {
			steps[i].Next = !slices.ContainsFunc(steps[:i], func(x views.FirstStep) bool { return x.Next })
		}
	}
	if n == len(steps) {
		return nil
	}
	return &views.FirstSteps{Done: fmt.Sprintf("%d of %d done", n, len(steps)), Steps: steps}
}

// touchedRows returns the rows of the card of records that the visitor touched last.
func touchedRows(cards []views.HomeCard) []views.HomeRow {
	for _, card := range cards {
		if rows, ok := card.(views.HomeRows); ok && rows.ID == "touched" {
			return rows.Rows
		}
	}
	return nil
}

// nothingYet tells somebody who sees no clients which ones they would see.
func nothingYet(v *visitor) *views.Nothing {
	x := &views.Nothing{
		Heading: "No clients yet", Text: "What you and your colleagues add appears here.", CanEdit: editClients.Check(v) == nil,
	}
	switch {
	case v.OwnOnly && x.CanEdit:
		x.Heading, x.Text = "No clients of yours yet", "You see the clients that you own: those that you add, and those that colleagues give you."
	case v.OwnOnly:
		x.Heading, x.Text = "No clients of yours yet", "You see the clients that you own. They appear here once a colleague gives you some."
	case !x.CanEdit:
		x.Text = "What your colleagues add appears here."
	}
	return x
}

// firstStepsClose removes the card of the first steps for good.
func (s *Server) firstStepsClose(c *gin.Context) error {
	if err := s.db.CloseFirstSteps(c.Request.Context(), who(c).Actor); err != nil {
		return err
	}
	return s.redirect(c, "/")
}
