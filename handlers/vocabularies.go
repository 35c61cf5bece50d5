package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

const (
	vocabulariesPath = "/admin/vocabularies"
	// changesShown is how many of the last changes of a vocabulary its page shows.
	changesShown = 10
)

// openForm is the form of a value that is open, with what was typed there.
type openForm struct {
	kind, value, typed string            // kind is rename or merge, "" if none is open
	refused            map[string]string // why it was refused, by field
}

// valueFocus says what has the focus in a value's row: the button to rename, merge or suggest, or the value itself.
// The zero value gives none to any.
type valueFocus struct{ value, on string }

// vocabularyIndex answers with the values of a vocabulary and the form that the address opens. htmx asks
// for the list alone.
func (s *Server) vocabularyIndex(c *gin.Context) error {
	v, err := db.VocabularyOf(c.DefaultQuery("v", db.Vocabularies[0].Column))
	if err != nil {
		return err
	}
	var open openForm
	var focus valueFocus
	for _, kind := range []string{"rename", "merge"} {
		switch value := c.Query(kind); {
		case value == "":
		case c.Query("closed") != "":
			focus = valueFocus{value, kind}
		default:
			open = openForm{kind: kind, value: value, typed: query(c, "new")}
		}
	}
	if value := query(c, "changed"); value != "" {
		focus = valueFocus{value, "value"}
	}
	return s.vocabularyAnswer(c, http.StatusOK, v, open, focus)
}

func (s *Server) vocabularyAnswer(
	c *gin.Context, status int, v db.Vocabulary, open openForm, focus valueFocus, more ...views.View,
) error {
	values, err := s.values(c, v, open, focus)
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

// typedVocabulary returns the vocabulary that a form is about.
func typedVocabulary(c *gin.Context) (db.Vocabulary, error) {
	return db.VocabularyOf(c.Request.PostForm.Get("v"))
}

func (s *Server) valueRename(c *gin.Context) error {
	return s.changeValue(c, "rename", s.db.RenameValue)
}

func (s *Server) valueMerge(c *gin.Context) error { return s.changeValue(c, "merge", s.db.MergeValues) }

// changeValue begins a change of a value into another, which goes on in the background.
func (s *Server) changeValue(
	c *gin.Context, kind string, begin func(ctx context.Context, by db.Actor, v db.Vocabulary, from, to string) (db.ValueChange, error),
) error {
	v, err := typedVocabulary(c)
	if err != nil {
		return err
	}
	value, typed := c.Request.PostForm.Get("value"), c.Request.PostForm.Get("new")
	change, err := begin(c.Request.Context(), who(c).Actor, v, value, typed)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) {
		open := openForm{kind: kind, value: value, typed: typed, refused: refused.Fields}
		return s.vocabularyAnswer(c, http.StatusUnprocessableEntity, v, open, valueFocus{})
	}
	if err != nil {
		return err
	}
	return s.changeBegun(c, change)
}

// changeBegun lets a change go on that has begun, and answers with the list, in which the row of the new value has the focus.
func (s *Server) changeBegun(c *gin.Context, change db.ValueChange) error {
	s.jobs.ChangeValues()
	v := change.Vocabulary
	if wantsFragment(c) {
		return s.vocabularyAnswer(c, http.StatusOK, v, openForm{}, valueFocus{change.New, "value"})
	}
	return s.redirect(c, address(vocabulariesPath, url.Values{"v": {v.Column}, "changed": {change.New}}))
}

func (s *Server) valueChangeUndo(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	undo, err := s.db.UndoValueChange(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	if historyOf(c) != "" {
		s.jobs.ChangeValues()
		v := undo.Vocabulary
		return s.done(c, vocabularyPath(v), views.Toast{Text: "The change of " + v.Lower() + " is being undone"})
	}
	return s.changeBegun(c, undo)
}

func (s *Server) valueHide(c *gin.Context) error {
	return s.setSuggested(c, s.db.HideValue, " is no longer suggested", "suggest")
}

func (s *Server) valueSuggest(c *gin.Context) error {
	return s.setSuggested(c, s.db.SuggestValue, " is suggested again", "hide")
}

// setSuggested changes whether a value is suggested.
func (s *Server) setSuggested(
	c *gin.Context, set func(ctx context.Context, by db.Actor, v db.Vocabulary, value string) error, done, undo string,
) error {
	v, err := typedVocabulary(c)
	if err != nil {
		return err
	}
	value := c.Request.PostForm.Get("value")
	if err := set(c.Request.Context(), who(c).Actor, v, value); err != nil {
		return err
	}
	t := views.Toast{Text: text.Isolate(value) + done, Undo: &views.Undo{
		Action: vocabulariesPath + "/" + undo, Target: "#values",
		Fields: []views.Hidden{{Name: "v", Value: v.Column}, {Name: "value", Value: value}, {Name: "q", Value: soughtValue(c)}},
	}}
	if wantsFragment(c) {
		return s.vocabularyAnswer(c, http.StatusOK, v, openForm{}, valueFocus{value, "suggest"}, toast(t.Text, t.Undo))
	}
	return s.done(c, valuesPath(v, soughtValue(c)), t)
}
