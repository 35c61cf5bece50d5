package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// followUpIndex answers with a page of follow-ups.
func (a *API) followUpIndex(c *gin.Context) error {
	f, given, err := a.followUpFilter(c)
	if err != nil {
		return err
	}
	page, next, err := a.db.FollowUps(c.Request.Context(), who(c).Actor, f)
	if err != nil {
		return err
	}
	if next != "" {
		a.linkNext(c, given, next)
	}
	var w writer
	w.array(func() {
		for i := range page {
			w.followUp(&page[i])
		}
	})
	a.send(c, http.StatusOK, w.b)
	return nil
}

// Only these lists have the follow-ups of other people, too.
var followUpListsOfAll = []string{"overdue", "week", "all"}

// followUpFilter reads the parameters of the list, which are those of the page: show, one of its
// tabs, and who.
func (a *API) followUpFilter(c *gin.Context) (f db.FollowUpFilter, given url.Values, err error) {
	own, show, lists := who(c).UserID, "", a.lists(c)
	names := slices.Concat([]string{"show"}, middleware.FollowUpParameters, []string{"limit", "after"})
	given, err = readRepeated(c, names, middleware.SeveralOfFollowUps, func(r reader, name, value string) {
		switch name {
		case "show":
			show = value
			r.choice(name, append([]string{"mine", "given", "done"}, followUpListsOfAll...)...)
		case "limit":
			f.Limit = r.limit()
		case "after":
			f.After = value
		default:
			values := r.values(name)
			if name == "who" {
				r.people(name, values)
			}
			why := lists.FollowUp(&f, name, values...)
			r.require(name, why == "", why)
			r.require(name, slices.Contains(followUpListsOfAll, r.value("show")), "Send it with show=all, overdue or week")
		}
	})
	switch show {
	case "", "mine":
		f.Assignee = db.OneOf(own)
	case "done":
		f.Assignee, f.Done = db.OneOf(own), true
	case "given":
		f.Given = true
	case "overdue", "week":
		f.When = show
	}
	return f, given, err
}

// followUp reads the follow-up that the address names.
func (a *API) followUp(c *gin.Context) (db.FollowUp, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.FollowUp{}, err
	}
	return a.db.FollowUp(c.Request.Context(), who(c).Actor, id)
}

func (a *API) followUpShow(c *gin.Context) error {
	f, err := a.followUp(c)
	if err != nil {
		return err
	}
	a.sendFollowUp(c, http.StatusOK, f)
	return nil
}

func (a *API) sendFollowUp(c *gin.Context, status int, f db.FollowUp) {
	a.sendVersion(c, status, f.Version, followUpJSON(f))
}

func followUpJSON(f db.FollowUp) []byte {
	var w writer
	w.followUp(&f)
	return w.b
}

// followUpCreate plans a follow-up that stands on its own, or the next step of the interaction that
// the address names. An interaction that has another one already is 409.
func (a *API) followUpCreate(c *gin.Context) error {
	ctx, by := c.Request.Context(), who(c).Actor
	body, err := readBody(c)
	if err != nil {
		return err
	}
	values, err := typed(body, db.FollowUpFields())
	if err != nil {
		return err
	}
	var f db.FollowUp
	if c.Param("id") == "" {
		f, err = a.db.CreateFollowUp(ctx, by, values, "")
	} else {
		f, err = a.nextStepCreate(c, values)
	}
	if err != nil {
		return err
	}
	a.sendNewFollowUp(c, f)
	return nil
}

func (a *API) sendNewFollowUp(c *gin.Context, f db.FollowUp) {
	c.Header("Location", root+"follow-ups/"+f.ID)
	a.sendFollowUp(c, http.StatusCreated, f)
}

// followUpAgain answers a repeated request with the follow-up that it made.
func (a *API) followUpAgain(c *gin.Context, made string) error {
	f, err := a.db.FollowUp(c.Request.Context(), who(c).Actor, made)
	if err != nil {
		return err
	}
	a.sendNewFollowUp(c, f)
	return nil
}

func (a *API) nextStepCreate(c *gin.Context, values db.Fields) (db.FollowUp, error) {
	ctx, by := c.Request.Context(), who(c).Actor
	id, err := id(c, "id")
	if err != nil {
		return db.FollowUp{}, err
	}
	f, err := a.db.AddFollowUp(ctx, by, id, values)
	var refused *db.Invalid
	if !errors.As(err, &refused) || refused.Planned == "" {
		return f, err
	}
	open, also := a.db.FollowUp(ctx, by, refused.Planned)
	if also != nil {
		return f, also
	}
	return f, &stale{err, followUpJSON(open)}
}

// followUpStates are whether a follow-up is done and whether it is cancelled.
var followUpStates = []db.Field{{Column: "done", Kind: db.Flag}, {Column: "cancelled", Kind: db.Flag}}

// followUpUpdate changes fields of a follow-up, or whether it is done or cancelled. The history tells
// these apart, so a request makes one of the three changes.
func (a *API) followUpUpdate(c *gin.Context) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	values, err := typed(body, db.FollowUpFields(), followUpStates)
	if err != nil {
		return err
	}
	if err := refuseMixed(body, values); err != nil {
		return err
	}
	ctx, by := c.Request.Context(), who(c).Actor
	var f db.FollowUp
	read := func() (version int, current []byte, err error) {
		f, err = a.followUp(c)
		return f.Version, followUpJSON(f), err
	}
	err = change(c, read, func(version int) error {
		id, changed, err := f.ID, db.FollowUp{}, error(nil)
		if done, ok := values["done"]; ok {
			changed, err = a.db.SetFollowUpDone(ctx, by, id, version, done == "1")
		} else if cancelled, ok := values["cancelled"]; ok {
			changed, err = a.db.SetFollowUpCancelled(ctx, by, id, version, cancelled == "1")
		} else {
			changed, err = a.db.UpdateFollowUp(ctx, by, id, version, values)
		}
		if err == nil {
			f = changed
		}
		return err
	})
	if err != nil {
		return refusedChange(err, f, values)
	}
	a.sendFollowUp(c, http.StatusOK, f)
	return nil
}

// refuseMixed refuses done and cancelled beside anything else, and null as their value.
func refuseMixed(body map[string]json.RawMessage, values db.Fields) error {
	refused := &db.Invalid{Fields: map[string]string{}}
	for _, state := range followUpStates {
		raw, given := body[state.Column]
		switch {
		case !given:
		case string(raw) == "null":
			refused.Fields[state.Column] = "Send true or false"
		case len(values) > 1:
			refused.Fields[state.Column] = "Send this alone, and other changes as a request of their own"
		}
	}
	if len(refused.Fields) > 0 {
		return refused
	}
	return nil
}

// refusedChange returns the refusal of a change: 409 with the current follow-up if it is not open any
// more, or if its interaction now has another next step.
func refusedChange(err error, f db.FollowUp, values db.Fields) error {
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) && refused.Planned != "" {
		return &stale{err, followUpJSON(f)}
	}
	state := "done"
	if !f.CancelledAt.IsZero() {
		state = "cancelled"
	}
	_, same := values[state]
	reopens := values["done"] == "0" || values["cancelled"] == "0"
	if !errors.As(err, new(*stale)) || f.Open() || same || reopens {
		return err
	}
	first := &db.Invalid{Fields: map[string]string{state: "It is " + state + `. Send {"` + state + `": false} first`}}
	return &stale{first, followUpJSON(f)}
}
