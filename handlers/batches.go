package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// recordBatch handles an action on many records of a list, and makes the change once confirmed. Before that it leads to the
// page of what the list's own form has selected, so that Back and Reload ask nothing; another form is answered directly.
func (s *Server) recordBatch(c *gin.Context) error {
	k, given := recordKindOf(c.FullPath()), c.Request.URL.Query()
	if from, err := url.Parse(s.ownPath(c, "Referer")); err == nil && from.Path == k.path() {
		given.Set("rows", from.Query().Get("rows"))
	}
	x, err := s.newBatch(c, k, c.Request.PostForm, given)
	if err != nil {
		return err
	}
	switch {
	case x.form.Get("confirm") != "":
		return s.batchRun(c, x)
	case x.selection == "" || len(x.IDs) == 0 && x.Filter == nil:
		return s.batchStep(c, x)
	}
	chosen := db.Selection{ID: x.selection, Kind: k.Noun, IDs: x.form["id"], AllMatch: x.Filter != nil}
	if err := s.db.StoreSelection(c.Request.Context(), who(c).Actor, chosen); err != nil {
		return err
	}
	return s.redirect(c, x.address())
}

// recordBatchShow is the page of a batch whose selection is stored. Its address has what another form would have.
func (s *Server) recordBatchShow(c *gin.Context) error {
	k, form := recordKindOf(c.FullPath()), c.Request.URL.Query()
	stored, err := s.db.Selection(c.Request.Context(), who(c).Actor, k.Noun, form.Get("selection"))
	if errors.Is(err, db.ErrNotFound) {
		return &db.Invalid{Fields: map[string]string{"selection": "This selection has expired. Select the records again"}}
	}
	if err != nil {
		return err
	}
	form["id"], form["all"] = stored.IDs, nil
	if stored.AllMatch {
		form.Set("all", "1")
	}
	list, _ := url.ParseQuery(form.Get("list")) // unreadable parts are ignored
	x, err := s.newBatch(c, k, form, list)
	if err != nil {
		return err
	}
	x.stored = true
	return s.batchStep(c, x)
}

// batchStep asks for what the action needs, or shows what would change.
func (s *Server) batchStep(c *gin.Context, x *batchForm) error {
	_, given := x.Typed[x.action.needs()]
	if x.form.Get("again") != "" || !given && x.action.needs() != "" || x.searching {
		return s.batchAsk(c, x, x.missingAnswers())
	}
	return s.batchPreview(c, x, "")
}

// batchRun makes the change.
func (s *Server) batchRun(c *gin.Context, x *batchForm) error {
	done, err := s.db.RunBatch(c.Request.Context(), who(c).Actor, x.Batch)
	if first := (*db.Repeated)(nil); errors.As(err, &first) {
		return s.batchRepeated(c, x, first)
	}
	if err != nil {
		return s.batchRefused(c, x, err)
	}
	return s.batchDone(c, x, done)
}

// batchPage returns the page of a batch, common to both steps: the one that asks, and the one that changes.
func (s *Server) batchPage(c *gin.Context, x *batchForm, asks bool) views.Batch {
	k := x.list
	to := x.parameters
	if x.selection != "" {
		to = with(to, "selection", x.selection)
	}
	page := views.Batch{
		Page: s.page(c, x.action.label, "Change many "+k.Plural+" at once", k.Plural), Heading: x.action.label,
		List: views.Ref{Name: k.heading(), Href: address(k.path(), to)}, Action: address(k.path()+"/batch", x.parameters),
		Fixed: []views.Hidden{{Name: "action", Value: x.action.name}},
	}
	if x.selection != "" {
		page.Fixed = append(page.Fixed, views.Hidden{Name: "selection", Value: x.selection})
	}
	if asks && x.stored {
		page.Action, page.Stored = k.path()+"/batch", true
		page.Fixed = append(page.Fixed, views.Hidden{Name: "list", Value: x.parameters.Encode()})
		return page
	}
	page.Fixed = append(page.Fixed, views.Hidden{Name: "request_id", Value: requestID(c)})
	if x.Filter != nil {
		page.Fixed = append(page.Fixed, views.Hidden{Name: "all", Value: "1"})
	}
	for _, id := range x.IDs {
		if db.ValidID(id) {
			page.IDs = append(page.IDs, id)
		}
	}
	return page
}

// batchAsk asks for the action's fields, with what was typed and its errors.
func (s *Server) batchAsk(c *gin.Context, x *batchForm, refused map[string]string) error {
	n, many, err := len(x.IDs), false, error(nil)
	if x.Filter != nil {
		n, many, err = x.list.count(s.db, c.Request.Context(), who(c).Actor, *x.Filter)
	}
	if err == nil && n == 0 {
		err = &db.Invalid{Fields: map[string]string{"id": "Select at least one " + x.list.Noun}}
	}
	if err != nil {
		return err
	}
	page, status := s.batchPage(c, x, true), http.StatusOK
	page.Lead = wording.Matches(n, many, x.list.Noun) + " selected"
	if page.Asks, err = s.batchAsks(c, x, refused); err != nil {
		return err
	}
	if refused != nil {
		status, page.Failed = http.StatusUnprocessableEntity, true
	}
	return s.show(c, status, page)
}

func (s *Server) batchAsks(c *gin.Context, x *batchForm, refused map[string]string) (asks *views.BatchAsks, err error) {
	asks = &views.BatchAsks{}
	for _, name := range x.action.asks {
		value, typed := x.Typed[name]
		field, err := s.batchField(c, x, name, value, typed)
		if err != nil {
			return nil, err
		}
		if field.Name == "" {
			continue // has its own search below
		}
		field.ID, field.Error = name, refused[name]
		field.Autofocus = name == x.action.needs()
		asks.Fields = append(asks.Fields, field)
	}
	if slices.Contains(x.action.asks, "relationship_status") {
		status := statusSegment(x.Typed["relationship_status"])
		status.Error = refused["relationship_status"]
		asks.Status = &status
	}
	if x.action.find == "" {
		return asks, nil
	}
	p := pickSearch{
		kind: x.action.find, optional: x.action.needs() == "relationship_status",
		typed: readable(x.form.Get("find")), chosen: x.Typed[x.action.find+"_id"],
	}
	asks.Find = &views.Field{Label: p.label(), Value: p.typed, Autofocus: true}
	asks.From = p.from()
	asks.Picks, err = s.picks(c, p)
	asks.Picks.Error = refused[x.action.find+"_id"]
	return asks, err
}

// batchField returns a form field of the action that takes a value. A status and the other end of a
// link have other controls; for them the field has no name.
func (s *Server) batchField(c *gin.Context, x *batchForm, name, value string, typed bool) (field views.Field, err error) {
	if name == "role_label" {
		return views.Field{Name: name, Label: "Role (optional)", Value: value, Suggests: name}, nil
	}
	f, err := x.list.Field(name)
	if err != nil {
		return field, nil
	}
	if f.Kind == db.Person && !typed {
		value = who(c).UserID
	}
	if field, err = s.field(c, f, value); f.Batched {
		field.Hint = "Leave it empty to clear the " + f.Lower()
	}
	return field, err
}

// batchPreview shows what would change. what is a message above it.
func (s *Server) batchPreview(c *gin.Context, x *batchForm, what string) error {
	x.Seen, x.Previewed = 0, nil
	plan, err := s.db.PreviewBatch(c.Request.Context(), who(c).Actor, x.Batch)
	if err != nil {
		return s.batchRefused(c, x, err)
	}
	page, status := s.batchPage(c, x, false), http.StatusOK
	page.Fixed = append(page.Fixed, views.Hidden{Name: "seen", Value: strconv.FormatInt(plan.Seen, 10)})
	if x.Filter != nil {
		page.Fixed = append(page.Fixed, views.Hidden{Name: "previewed", Value: packIDs(plan.Found)})
	}
	for _, name := range x.action.asks {
		if value, ok := x.Typed[name]; ok {
			page.Given = append(page.Given, views.Hidden{Name: name, Value: value})
		}
	}
	w := wording.Batch{Batch: x.Batch, Subject: plan.Subject}
	page.Lead, _ = w.Of(plan.Changes)
	page.Noun, page.Column, page.After, page.Avatar = capital(x.list.Noun), w.Column(), w.After(), x.Action == "assign_owner"
	page.AfterNone = plan.Subject == ""
	showBatch(&page, x.list, plan, w)
	if plan.OutOfSight > 0 {
		page.Warning = wording.WillBeOutOfSight(plan, x.list.Noun)
	}
	if page.Confirm = page.Lead; plan.Changes == 0 {
		page.Lead, page.Confirm = "Nothing would change", ""
	} else if x.action.needs() != "" && x.action.name != "link" {
		page.Confirm = "Change " + wording.Plural(plan.Changes, x.list.Noun)
	}
	if x.action.needs() != "" {
		page.Again = "Choose again"
		if x.stored {
			page.AgainHref = appended(x.address(), "again", "1")
		}
	}
	if page.Error = what; what != "" {
		status, page.Failed = http.StatusConflict, true
	}
	return s.show(c, status, page)
}

// shownAtFirst is how many rows of a preview are shown before the others are asked for.
const shownAtFirst = 10

// showBatch adds the records that change and those that stay as they are to a preview.
func showBatch(page *views.Batch, k *recordKind, plan db.BatchPlan, w wording.Batch) {
	page.Count = plan.Changes
	for i, n := range plan.Names {
		row := views.BatchRow{Ref: views.Ref{Name: n.Name, Href: k.base(n.ID)}, Was: w.Value(plan.Was[i]), None: plan.Was[i] == ""}
		if i < shownAtFirst {
			page.Rows = append(page.Rows, row)
		} else {
			page.Rest = append(page.Rest, row)
		}
	}
	if more := plan.Changes - len(plan.Names); more > 0 {
		page.More = "and " + wording.Grouped(more) + " more"
	}
	for _, left := range plan.Left {
		page.LeftCount += left.Count
		named := left.Names[:min(len(left.Names), shownAtFirst)]
		for _, n := range named {
			page.Left = append(page.Left, views.BatchLeft{Ref: views.Ref{Name: n.Name, Href: k.base(n.ID)}, Why: w.Because(left.Why)})
		}
		if left.Count -= len(named); left.Count > 0 && len(named) > 0 {
			page.Left = append(page.Left, views.BatchLeft{Why: "And " + wording.Grouped(left.Count) + " more: " + w.Because(left.Why)})
		} else if left.Count > 0 {
			page.Left = append(page.Left, views.BatchLeft{Why: w.Why(left)})
		}
	}
}

// batchRefused answers a refusal with the action's fields, or with a new preview if the action has
// none or too much has changed since.
func (s *Server) batchRefused(c *gin.Context, x *batchForm, err error) error {
	var refused *db.Invalid
	if !errors.As(err, &refused) {
		return err
	}
	if what := refused.Fields["seen"] + refused.Fields["previewed"]; what != "" {
		return s.batchPreview(c, x, what)
	}
	if slices.ContainsFunc(x.action.asks, func(name string) bool { return refused.Fields[name] != "" }) {
		return s.batchAsk(c, x, refused.Fields)
	}
	return err
}

// batchDone returns to the list with a message and an Undo.
func (s *Server) batchDone(c *gin.Context, x *batchForm, done db.BatchPlan) error {
	w := wording.Batch{Batch: x.Batch, Subject: done.Subject}
	to := address(x.list.path(), x.parameters)
	_, text := w.Of(done.Changes)
	if done.Changes == 0 {
		text = "Nothing was changed"
	}
	toast := views.Toast{Text: text}
	for _, left := range done.Left {
		if slices.Contains([]db.Reason{db.Changed, db.Unmatched, db.New}, left.Why) {
			toast.Text += ". " + w.Why(left) + ": " + wording.Names(left)
		}
	}
	if done.OutOfSight > 0 {
		toast.Text += ". " + wording.OutOfSight(done, x.list.Noun)
	}
	if done.ID != "" && done.OutOfSight < done.Changes {
		toast.Undo = &views.Undo{Action: "/batches/" + done.ID + "/undo", Fields: []views.Hidden{{Name: "next", Value: to}}, Slow: true}
	}
	if err := s.flash(c, toast); err != nil {
		return err
	}
	return s.redirect(c, to)
}

// batchUndo takes a batch, and others that the field also names, back and returns to the list in next.
func (s *Server) batchUndo(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	counts, why, to := map[string]int{}, "", organizationRecords.path()
	for _, id := range append([]string{id}, c.Request.PostForm["also"]...) {
		undone, err := s.db.UndoBatch(c.Request.Context(), who(c).Actor, id)
		if err != nil {
			return err
		}
		counts[undone.Kind] += undone.Undone
		for _, left := range undone.Left {
			why += ". " + wording.UndoWhy(left)
			if len(left.Names) > 0 {
				why += ": " + wording.Names(left)
			}
		}
		if undone.Kind == "contact" {
			to = contactRecords.path()
		}
	}
	text := wording.Undone(wording.Counted(counts["organization"], "organization"), wording.Counted(counts["contact"], "contact"),
		wording.Counted(counts["follow_up"], "follow-up"))
	if err := s.flash(c, views.Toast{Text: text + why, Row: rowTakenBack(c)}); err != nil {
		return err
	}
	if next := nextPage(c.Request.PostForm.Get("next")); next != "/" {
		to = next
	}
	return s.redirect(c, to)
}

// ticked returns which records stay ticked in a list, after Back from the pages of a batch that was not run. untick is the
// address of the list without them.
func (s *Server) ticked(c *gin.Context, k *recordKind, l *views.List, untick string) (map[string]bool, error) {
	if l.Selection = newRequestID(); l.Actions == nil || c.Query("selection") == "" {
		return nil, nil
	}
	stored, err := s.db.Selection(c.Request.Context(), who(c).Actor, k.Noun, c.Query("selection"))
	if errors.Is(err, db.ErrNotFound) || stored.Done {
		return nil, nil
	}
	l.Untick, l.AllMatch = untick, stored.AllMatch
	ticked := map[string]bool{}
	for _, id := range stored.IDs {
		ticked[id] = true
	}
	return ticked, err
}
