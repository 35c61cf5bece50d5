package handlers

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

const (
	vocabulariesPath = "/admin/vocabularies"
	// changesShown is how many of the last changes of a vocabulary its page shows.
	changesShown = 10
)

// changeValue begins a change of a value into another; suggestValue changes whether it is suggested.
type (
	changeValue  func(ctx context.Context, by db.Actor, v db.Vocabulary, from, to string) error
	suggestValue func(ctx context.Context, by db.Actor, v db.Vocabulary, value string) error
)

// valueForm is a form of a value that is open, perhaps because it was refused. If it is closed again, the button of its
// kind has the focus.
type valueForm struct {
	// kind is rename or merge, "" if none is open, or suggest, which is always closed, or changed after a change: then the
	// row of the new value has the focus.
	kind, value, typed string
	closed             bool
	refused            map[string]string
}

// vocabularyIndex answers with the values of a vocabulary and the form that the address opens. htmx asks
// for the list alone.
func (s *Server) vocabularyIndex(c *gin.Context) error {
	v, err := db.VocabularyOf(c.DefaultQuery("v", db.Vocabularies[0].Column))
	if err != nil {
		return err
	}
	var open valueForm
	for _, kind := range []string{"rename", "merge"} {
		if value := c.Query(kind); value != "" {
			open = valueForm{kind: kind, value: value, typed: query(c, "new"), closed: c.Query("closed") != ""}
		}
	}
	if c.Query("changed") != "" {
		open = valueForm{kind: "changed", closed: true}
	}
	return s.vocabularyAnswer(c, http.StatusOK, v, open)
}

func (s *Server) vocabularyAnswer(c *gin.Context, status int, v db.Vocabulary, open valueForm, more ...views.View) error {
	values, err := s.values(c, v, open)
	if err != nil {
		return err
	}
	if wantsFragment(c) {
		return s.show(c, status, append([]views.View{values}, more...)...)
	}
	page := views.Vocabularies{
		Page: s.page(c, v.Plural, "The words that people choose from", "vocabularies"), Values: values,
	}
	for _, other := range db.Vocabularies {
		if other.Need.MetBy(who(c).Actor) {
			page.Tabs = append(page.Tabs, views.Option{Label: other.Plural, Href: vocabularyPath(other), Selected: other.Column == v.Column})
		}
	}
	page.Failed = len(open.refused) > 0
	return s.show(c, status, page)
}

func vocabularyPath(v db.Vocabulary) string { return valuesPath(v, "") }

// valuesPath is the address of the values that contain what was sought.
func valuesPath(v db.Vocabulary, sought string) string {
	return address(vocabulariesPath, url.Values{"v": {v.Column}, "q": {sought}})
}

// soughtValue returns what the list is narrowed to: by the address, or by a form in it.
func soughtValue(c *gin.Context) string {
	return readable(cmp.Or(c.Query("q"), c.Request.PostForm.Get("q")))
}

// values returns the list of a vocabulary's values.
func (s *Server) values(c *gin.Context, v db.Vocabulary, open valueForm) (list views.Values, err error) {
	ctx, by, typed := c.Request.Context(), who(c).Actor, soughtValue(c)
	all, more, err := s.db.Values(ctx, by, v, typed)
	targets := all // to merge into
	switch {
	case err != nil:
	case open.kind == "merge" && typed != "":
		targets, _, err = s.db.Values(ctx, by, v, "")
	case open.kind == "rename" && open.refused != nil:
		targets, _, err = s.db.Values(ctx, by, v, open.typed)
	}
	if err != nil {
		return list, err
	}
	changes, err := s.db.ValueChanges(ctx, by, v, changesShown)
	if err != nil {
		return list, err
	}
	list = views.Values{
		Vocabulary: v.Column, Plural: v.Plural, Query: typed, Href: valuesPath(v, typed), AllHref: vocabularyPath(v), More: more,
	}
	var running db.ValueChange
	if open.kind == "changed" && len(changes) > 0 {
		open.value = changes[0].New
	}
	for i, change := range changes {
		if change.Running() {
			running = change
		}
		change.Old, change.New = text.Isolate(change.Old), text.Isolate(change.New)
		said := wording.ValueChange(v, change)
		if change.Running() {
			list.Polls = true
			list.Running = &views.RunningChange{Text: said, Done: change.Done, Whole: max(change.Expected, 1)}
			continue
		}
		past := views.PastChange{
			ID: change.ID, Text: said, By: change.By, Query: typed, At: s.clock(c).Moment(change.FinishedAt), Waits: list.Running != nil,
		}
		switch {
		case running.Undoes == change.ID:
			past.Undone = "Being undone"
		case change.Undone:
			past.Undone = "Undone"
		case change.Kind != "undo":
			past.Undo = vocabulariesPath + "/changes/" + change.ID + "/undo"
		}
		if i == 0 && s.now().Sub(change.FinishedAt) < time.Hour {
			list.Last = &past
		} else {
			list.Changes = append(list.Changes, past)
		}
	}
	all = valuesDuring(running, all)
	listed := func(value string) bool {
		return slices.ContainsFunc(all, func(x db.Value) bool { return isSpelling(x.Text, value) })
	}
	list.Error, list.Count = open.refused["value"], wording.Plural(len(all), v.Lower())+", most used first"
	list.Focus = open.kind != "" && len(open.refused) == 0
	for _, x := range all {
		row := valueRow(v, x, targets, open, typed, list.Running != nil)
		row.Changing = list.Running != nil && (isSpelling(x.Text, running.Old) || isSpelling(x.Text, running.New))
		if row.Form != nil {
			list.Polls, list.Error = false, ""
		}
		if row.Changing {
			row.Focus = "" // its buttons are disabled
		}
		becomes := x.Text
		if list.Running != nil && isSpelling(x.Text, running.Old) && !listed(running.New) {
			becomes = running.New
		}
		if row.ID = valueID(becomes); open.kind == "changed" && isSpelling(becomes, open.value) {
			row.Focus = "value"
		}
		if row.Form != nil || row.Focus != "" {
			list.Focus = false
		}
		list.Rows = append(list.Rows, row)
	}
	return list, nil
}

// valuesDuring returns the values to list while a change is running. A value that only the change brings is counted with
// the one that it replaces, so that no row comes and goes.
func valuesDuring(running db.ValueChange, all []db.Value) []db.Value {
	from := slices.IndexFunc(all, func(x db.Value) bool { return isSpelling(x.Text, running.Old) })
	to := slices.IndexFunc(all, func(x db.Value) bool { return isSpelling(x.Text, running.New) })
	if running.Kind == "merge" || from < 0 || to < 0 || from == to || all[to].Used > running.Done {
		return all
	}
	brought := all[to]
	all = slices.Clone(all)
	all[from].Used, all[from].Listed = all[from].Used+brought.Used, all[from].Listed+brought.Listed
	all[from].Suggested = brought.Suggested
	all = slices.Delete(all, to, to+1)
	slices.SortStableFunc(all, func(a, b db.Value) int { return b.Used - a.Used })
	return all
}

// isSpelling reports whether two texts are spellings of one value.
func isSpelling(a, b string) bool { return text.SortKey(a) == text.SortKey(b) }

// valueRow returns a row of the list, or its open form. targets are the values that it may be merged into, and sought is
// what the list was narrowed to.
func valueRow(v db.Vocabulary, x db.Value, targets []db.Value, open valueForm, sought string, running bool) views.ValueRow {
	row := views.ValueRow{
		Text: x.Text, Used: wording.Grouped(x.Listed), Suggested: x.Suggested,
		LooksLike: x.LooksLike, Spellings: spellings(x),
	}
	if x.Used > 0 {
		row.Href = usersOf(v, x.Text)
	}
	form := func(kind, typed, closed string) string {
		return address(vocabulariesPath, url.Values{"v": {v.Column}, "q": {sought}, kind: {x.Text}, "new": {typed}, "closed": {closed}})
	}
	row.Rename, row.Merge = form("rename", "", ""), form("merge", x.LooksLike, "")
	switch {
	case !isSpelling(x.Text, open.value), open.kind == "changed":
	case running && open.refused == nil:
		row.Focus = "suggest" // the other buttons are disabled
	case open.closed:
		row.Focus = open.kind
	default:
		row.Form = newValueForm(v, x, targets, open)
		row.Form.Cancel = form(open.kind, "", "yes")
		for _, other := range targets {
			if open.kind == "rename" && !isSpelling(other.Text, x.Text) && isSpelling(other.Text, open.typed) {
				row.Form.Merge = &views.Ref{Name: other.Text, Href: form("merge", other.Text, "")}
			}
		}
	}
	return row
}

// valueID returns what the ids of a value's buttons end with, in any spelling. A value itself may have spaces.
func valueID(value string) string {
	h := fnv.New64a()
	h.Write([]byte(text.SortKey(value)))
	return strconv.FormatUint(h.Sum64(), 36)
}

// usersOf returns the address of the list of what has a value.
func usersOf(v db.Vocabulary, value string) string {
	path, p := "/"+v.Of+"s", url.Values{v.Column: {value}}
	switch v.Of {
	case "link":
		path = contactRecords.path()
		fallthrough
	case "organization", "contact":
		p.Set("status", "all")
	}
	return address(path, p)
}

func newValueForm(v db.Vocabulary, x db.Value, all []db.Value, open valueForm) *views.ValueForm {
	name := text.Isolate(x.Text)
	form := &views.ValueForm{
		Action: vocabulariesPath + "/" + open.kind, Error: open.refused["value"],
		Field: views.Field{ID: "new", Name: "new", Autofocus: true, Error: open.refused["new"]},
	}
	field, verb := &form.Field, "change"
	if x.Used == 1 {
		verb = "changes"
	}
	field.Hint = wording.Plural(x.Used, v.Of)
	if x.Listed != x.Used {
		field.Hint += " of " + wording.Plural(x.Listed, "contact")
	}
	field.Hint += " " + verb + ", each with an entry in the history."
	if len(x.Spellings) > 0 {
		field.Hint += " That includes those written " + spellings(x) + "."
	}
	field.Hint += " Saved views follow."
	if x.Used == 0 {
		field.Hint = "Nothing has it yet."
	}
	if open.kind == "rename" {
		form.Submit, field.Label, field.Value = "Rename", "Rename "+name+" to", open.typed
		if open.typed == "" && len(open.refused) == 0 {
			field.Value = x.Text
		}
		return form
	}
	form.Submit, field.Label = "Merge", "Merge "+name+" into"
	field.Hint += " " + name + " is no longer suggested."
	if open.typed == "" {
		field.Options = []views.Option{{Label: "Choose one"}}
	}
	for _, other := range all {
		if other.Text != x.Text {
			field.Options = append(field.Options, views.Option{Value: other.Text, Label: other.Text, Selected: other.Text == open.typed})
		}
	}
	return form
}

// typedVocabulary returns the vocabulary that a form is about.
func typedVocabulary(c *gin.Context) (db.Vocabulary, error) {
	return db.VocabularyOf(c.Request.PostForm.Get("v"))
}

func (s *Server) valueRename(c *gin.Context) error {
	return s.valueChange(c, "rename", s.db.RenameValue)
}

func (s *Server) valueMerge(c *gin.Context) error { return s.valueChange(c, "merge", s.db.MergeValues) }

// valueChange begins a change of a value, which goes on in the background.
func (s *Server) valueChange(c *gin.Context, kind string, change changeValue) error {
	v, err := typedVocabulary(c)
	if err != nil {
		return err
	}
	value, typed := c.Request.PostForm.Get("value"), c.Request.PostForm.Get("new")
	err = change(c.Request.Context(), who(c).Actor, v, value, typed)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) {
		open := valueForm{kind: kind, value: value, typed: typed, refused: refused.Fields}
		return s.vocabularyAnswer(c, http.StatusUnprocessableEntity, v, open)
	}
	if err != nil {
		return err
	}
	return s.startValueChange(c, v)
}

// startValueChange starts a change that is stored, and answers with the list, in which the row of the new value has the focus.
func (s *Server) startValueChange(c *gin.Context, v db.Vocabulary) error {
	s.jobs.ChangeValues()
	if wantsFragment(c) {
		return s.vocabularyAnswer(c, http.StatusOK, v, valueForm{kind: "changed", closed: true})
	}
	return s.redirect(c, address(vocabulariesPath, url.Values{"v": {v.Column}, "changed": {"1"}}))
}

func (s *Server) valueChangeUndo(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	v, err := s.db.UndoValueChange(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	if historyOf(c) != "" {
		s.jobs.ChangeValues()
		return s.done(c, vocabularyPath(v), views.Toast{Text: "The change of " + v.Lower() + " is being undone"})
	}
	return s.startValueChange(c, v)
}

func (s *Server) valueHide(c *gin.Context) error {
	return s.valueSuggested(c, s.db.HideValue, " is no longer suggested", "suggest")
}

func (s *Server) valueSuggest(c *gin.Context) error {
	return s.valueSuggested(c, s.db.SuggestValue, " is suggested again", "hide")
}

func (s *Server) valueSuggested(c *gin.Context, change suggestValue, done, undo string) error {
	v, err := typedVocabulary(c)
	if err != nil {
		return err
	}
	value := c.Request.PostForm.Get("value")
	if err := change(c.Request.Context(), who(c).Actor, v, value); err != nil {
		return err
	}
	t := views.Toast{Text: text.Isolate(value) + done, Undo: &views.Undo{
		Action: vocabulariesPath + "/" + undo, Target: "#values",
		Fields: []views.Hidden{{Name: "v", Value: v.Column}, {Name: "value", Value: value}, {Name: "q", Value: soughtValue(c)}},
	}}
	if wantsFragment(c) {
		return s.vocabularyAnswer(c, http.StatusOK, v, valueForm{kind: "suggest", value: value, closed: true}, toast(t.Text, t.Undo))
	}
	return s.done(c, valuesPath(v, soughtValue(c)), t)
}

// spellings names the other spellings of a value.
func spellings(x db.Value) string {
	isolated := make([]string, len(x.Spellings))
	for i, other := range x.Spellings {
		isolated[i] = text.Isolate(other)
	}
	return wording.Spellings(isolated)
}
