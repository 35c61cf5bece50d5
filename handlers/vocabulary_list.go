package handlers

import (
	"hash/fnv"
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

// valueList is what the list of a vocabulary's values is made of.
type valueList struct {
	vocabulary db.Vocabulary
	sought     string // what it is narrowed to
	all        []db.Value
	more       bool       // there are more
	targets    []db.Value // to merge into
	changes    []db.ValueChange
	running    db.ValueChange // the zero value if none is
	anyRunning bool
	open       openForm
	focus      valueFocus
}

// readValues reads a vocabulary's values and its last changes.
func (s *Server) readValues(c *gin.Context, v db.Vocabulary, open openForm, focus valueFocus) (l valueList, err error) {
	ctx, by := c.Request.Context(), who(c).Actor
	l = valueList{vocabulary: v, sought: soughtValue(c), open: open, focus: focus}
	if l.all, l.more, err = s.db.Values(ctx, by, v, l.sought); err != nil {
		return l, err
	}
	switch l.targets = l.all; {
	case open.kind == "merge" && l.sought != "":
		l.targets, _, err = s.db.Values(ctx, by, v, "")
	case open.kind == "rename" && open.refused != nil:
		l.targets, _, err = s.db.Values(ctx, by, v, open.typed)
	}
	if err != nil {
		return l, err
	}
	l.changes, err = s.db.ValueChanges(ctx, by, v, changesShown)
	for _, change := range l.changes {
		if change.Running() {
			l.running, l.anyRunning = change, true
		}
	}
	l.all = valuesDuring(l.running, l.all)
	if l.anyRunning && open.kind != "" && open.refused == nil { // no form opens then
		l.open, l.focus = openForm{}, valueFocus{open.value, open.kind}
	}
	return l, err
}

// values returns the list of a vocabulary's values.
func (s *Server) values(c *gin.Context, v db.Vocabulary, open openForm, focus valueFocus) (views.Values, error) {
	l, err := s.readValues(c, v, open, focus)
	if err != nil {
		return views.Values{}, err
	}
	list := views.Values{
		Vocabulary: v.Column, Plural: v.Plural, Query: l.sought, Href: valuesPath(v, l.sought), AllHref: vocabularyPath(v), More: l.more,
		Polls: l.anyRunning, Error: open.refused["value"], Count: wording.Plural(len(l.all), v.Lower()) + ", most used first",
		Focus: (l.open.kind != "" || l.focus.on != "") && len(open.refused) == 0,
	}
	if l.anyRunning {
		list.Running = &views.RunningChange{Text: changeText(l.running), Done: l.running.Done, Whole: max(l.running.Expected, 1)}
	}
	list.Last, list.Changes = s.pastChanges(c, l)
	for _, x := range l.all {
		row := l.row(x)
		if row.Form != nil {
			list.Polls, list.Error = false, ""
		}
		if row.Form != nil || row.Focus != "" {
			list.Focus = false
		}
		list.Rows = append(list.Rows, row)
	}
	return list, nil
}

func changeText(change db.ValueChange) string {
	v := change.Vocabulary
	change.Old, change.New = text.Isolate(change.Old), text.Isolate(change.New)
	return wording.ValueChange(v, change)
}

// pastChanges returns the finished changes. The newest of all is the last one, if it has just been made.
func (s *Server) pastChanges(c *gin.Context, l valueList) (last *views.PastChange, others []views.PastChange) {
	for i, change := range l.changes {
		if change.Running() {
			continue
		}
		past := views.PastChange{
			ID: change.ID, Text: changeText(change), By: change.By, Query: l.sought,
			At: s.clock(c).Moment(change.FinishedAt), Waits: l.anyRunning,
		}
		switch {
		case l.running.Undoes == change.ID:
			past.Undone = "Being undone"
		case change.Undone:
			past.Undone = "Undone"
		case change.Kind != "undo":
			past.Undo = vocabulariesPath + "/changes/" + change.ID + "/undo"
		}
		if i == 0 && s.now().Sub(change.FinishedAt) < time.Hour {
			last = &past
		} else {
			others = append(others, past)
		}
	}
	return last, others
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

// row returns a value's row, or its open form.
func (l valueList) row(x db.Value) views.ValueRow {
	row := views.ValueRow{
		ID: valueID(l.becomes(x)), Text: x.Text, Used: wording.Grouped(x.Listed), Suggested: x.Suggested, Changing: l.changing(x),
		LooksLike: x.LooksLike, Spellings: spellings(x), Rename: l.form("rename", x, "", ""), Merge: l.form("merge", x, x.LooksLike, ""),
	}
	if x.Used > 0 {
		row.Href = recordsWith(l.vocabulary, x.Text)
	}
	if l.open.kind == "" || !isSpelling(x.Text, l.open.value) {
		row.Focus = l.focusIn(x)
		return row
	}
	row.Form = newValueForm(l.vocabulary, x, l.targets, l.open)
	row.Form.Cancel = l.form(l.open.kind, x, "", "yes")
	for _, other := range l.targets {
		if l.open.kind == "rename" && !isSpelling(other.Text, x.Text) && isSpelling(other.Text, l.open.typed) {
			row.Form.Merge = &views.Ref{Name: other.Text, Href: l.form("merge", x, other.Text, "")}
		}
	}
	return row
}

// form returns the address of a value's form, with something typed into it, or closed again.
func (l valueList) form(kind string, x db.Value, typed, closed string) string {
	return address(vocabulariesPath, url.Values{
		"v": {l.vocabulary.Column}, "q": {l.sought}, kind: {x.Text}, "new": {typed}, "closed": {closed},
	})
}

// changing reports whether the running change is about a value.
func (l valueList) changing(x db.Value) bool {
	return l.anyRunning && (isSpelling(x.Text, l.running.Old) || isSpelling(x.Text, l.running.New))
}

// becomes returns what a value will be when the running change has finished and its row is still there.
func (l valueList) becomes(x db.Value) string {
	listed := func(x db.Value) bool { return isSpelling(x.Text, l.running.New) }
	if l.anyRunning && isSpelling(x.Text, l.running.Old) && !slices.ContainsFunc(l.all, listed) {
		return l.running.New
	}
	return x.Text
}

// focusIn returns what has the focus in a value's row, if anything. While a change is running, its buttons are disabled
// but for the one to suggest it, and that is too if the change is about the value.
func (l valueList) focusIn(x db.Value) string {
	switch {
	case l.focus.on == "value" && isSpelling(l.becomes(x), l.focus.value):
		return "value"
	case l.focus.on == "value", !isSpelling(x.Text, l.focus.value), l.changing(x):
		return ""
	case l.anyRunning:
		return "suggest"
	}
	return l.focus.on
}

// valueID returns what the ids of a value's buttons end with, in any spelling. A value itself may have spaces.
func valueID(value string) string {
	h := fnv.New64a()
	h.Write([]byte(text.SortKey(value)))
	return strconv.FormatUint(h.Sum64(), 36)
}

// recordsWith returns the address of the list of the records that have a value.
func recordsWith(v db.Vocabulary, value string) string {
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

func newValueForm(v db.Vocabulary, x db.Value, all []db.Value, open openForm) *views.ValueForm {
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

// spellings names the other spellings of a value.
func spellings(x db.Value) string {
	isolated := make([]string, len(x.Spellings))
	for i, other := range x.Spellings {
		isolated[i] = text.Isolate(other)
	}
	return wording.Spellings(isolated)
}
