package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

func (s *Server) savedViewNew(c *gin.Context) error {
	x := db.SavedView{List: c.Query("list"), Query: c.Query("query")}
	var err error
	if x.Query, err = s.savedViewInput(c, x.List, x.Query); err != nil {
		return err
	}
	return s.savedViewNewAnswer(c, http.StatusOK, x, nil)
}

func (s *Server) savedViewNewAnswer(c *gin.Context, status int, x db.SavedView, refused map[string]string) error {
	page, err := s.savedViewNewForm(c, x, refused)
	if err != nil {
		return err
	}
	page.Failed = refused != nil
	return s.show(c, status, page)
}

// savedViewNewForm returns the form of a new view, with its errors.
func (s *Server) savedViewNewForm(c *gin.Context, x db.SavedView, refused map[string]string) (views.SavedViewForm, error) {
	page, err := s.savedViewForm(c, x, refused)
	if err != nil {
		return page, err
	}
	page.Heading, page.Action, page.Submit = "Save view", "/views", "Save view"
	page.Page = s.page(c, page.Heading, "Save a list's filters, order and columns under a name", x.List)
	page.Hidden = append(page.Hidden, views.Hidden{Name: "request_id", Value: requestID(c)},
		views.Hidden{Name: "list", Value: x.List}, views.Hidden{Name: "query", Value: x.Query})
	all, err := s.db.SavedViews(c.Request.Context(), who(c).Actor)
	for _, other := range all {
		if other.List == x.List && other.MayChange(who(c).Actor) {
			page.Replace = append(page.Replace, views.ReplaceSavedView{
				Name: other.Name, Action: "/views/" + other.ID, Query: x.Query, Version: other.Version, Was: other.Values().Encode(),
			})
		}
	}
	return page, err
}

// savedViewForm returns the form of a new or existing view, with its errors.
func (s *Server) savedViewForm(c *gin.Context, x db.SavedView, refused map[string]string) (views.SavedViewForm, error) {
	says, err := s.savedViewWords(c, x)
	return views.SavedViewForm{
		List: views.Ref{Name: strings.ToUpper(x.List[:1]) + x.List[1:], Href: s.savedViewAddress(c, x)},
		Says: says, Shared: x.Shared, SharedError: refused["shared"], MayShare: x.Shared || editClients.Check(who(c)) == nil,
		Name: views.Field{
			ID: "name", Name: "name", Label: "Name", Value: x.Name, Error: refused["name"], Autocomplete: "off",
			Autofocus: refused["shared"] == "",
		},
	}, err
}

// savedViewWords describes a view's filters in words.
func (s *Server) savedViewWords(c *gin.Context, x db.SavedView) (string, error) {
	p := s.parameters(c, x.List, x.Query)
	var chips []views.Chip
	var err error
	if x.List == "interactions" {
		var all views.Chips
		all, err = s.interactionChips(c, p)
		chips = all.Menus
	} else {
		k := recordKinds[x.List]
		owners, ownersErr := s.people(c, x.List, p["owner"]...)
		err = ownersErr
		f, _ := s.listFilter(c, k, p)
		chips = listChips(k, f, p, nil, owners)
		if q := p.Get("q"); q != "" {
			chips = append(chips, views.Chip{Key: "Search", Value: "“" + q + "”"})
		}
	}
	var set []string
	for _, chip := range chips {
		if chip.Value != "" {
			set = append(set, chip.InWords())
		}
	}
	if len(set) == 0 {
		return "Without a filter, in the order and with the columns shown.", err
	}
	return strings.Join(set, " and ") + ", in the order and with the columns shown.", err
}

func (s *Server) savedViewCreate(c *gin.Context) error {
	form := c.Request.PostForm
	x := db.SavedView{List: form.Get("list"), Name: form.Get("name"), Query: form.Get("query"), Shared: form.Get("shared") != ""}
	var err error
	if x.Query, err = s.savedViewInput(c, x.List, x.Query); err != nil {
		return err
	}
	made, err := s.db.CreateSavedView(c.Request.Context(), who(c).Actor, x, form.Get("request_id"))
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) && (refused.Fields["name"] != "" || refused.Fields["shared"] != "") {
		return s.savedViewNewAnswer(c, http.StatusUnprocessableEntity, x, refused.Fields)
	}
	if first := (*db.Repeated)(nil); errors.As(err, &first) {
		return s.savedViewRepeated(c, x, first)
	}
	if err != nil {
		return err
	}
	return s.savedViewSaved(c, made)
}

// savedViewSaved makes the view the visitor's default or not, as the form says, and redirects to
// it.
func (s *Server) savedViewSaved(c *gin.Context, x db.SavedView) error {
	ctx, by, form := c.Request.Context(), who(c).Actor, c.Request.PostForm
	first, err := s.db.DefaultSavedView(ctx, by, x.List)
	switch {
	case err != nil:
	case form.Get("first") != "":
		err = s.db.ChooseDefaultSavedView(ctx, by, x.List, x.ID)
	case form.Get("form") != "" && first == x.ID:
		err = s.db.ChooseDefaultSavedView(ctx, by, x.List, "")
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: "Saved view " + text.Isolate(x.Name)}); err != nil {
		return err
	}
	return s.redirect(c, s.savedViewAddress(c, x))
}

// changeableView returns the view of the URL if the visitor may change it.
func (s *Server) changeableView(c *gin.Context) (db.SavedView, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.SavedView{}, err
	}
	x, err := s.db.SavedView(c.Request.Context(), who(c).Actor, id)
	if err == nil && !x.MayChange(who(c).Actor) {
		err = db.Missing{Permission: db.ManageUsers} // the permission to edit other people's shared views
	}
	return x, err
}

func (s *Server) savedViewEdit(c *gin.Context) error {
	x, err := s.changeableView(c)
	if err != nil {
		return err
	}
	return s.savedViewEditAnswer(c, http.StatusOK, savedViewEdit{stored: x, typed: x, version: x.Version, was: x.Values().Encode()})
}

// savedViewEdit is a change of a view: the stored one, the typed one, and what is wrong.
type savedViewEdit struct {
	stored, typed db.SavedView
	version       int    // of the view that the form was made from
	was           string // the encoded values of that
	base          int    // after a conflict, the version that it was made on, and what was typed
	values        db.Fields
	refused       map[string]string
	stale         *db.Conflict
}

func (s *Server) savedViewEditAnswer(c *gin.Context, status int, e savedViewEdit) error {
	x := e.stored
	page, err := s.savedViewForm(c, e.typed, e.refused)
	first, firstErr := s.db.DefaultSavedView(c.Request.Context(), who(c).Actor, x.List)
	if err := errors.Join(err, firstErr); err != nil {
		return err
	}
	page.Heading, page.Action, page.Submit, page.Delete = "Edit view", "/views/"+x.ID, "Save view", "/views/"+x.ID+"/delete"
	page.First = first == x.ID
	if form := c.Request.PostForm; form.Has("form") {
		page.First = form.Has("first")
	}
	page.Page = s.page(c, "Edit view "+x.Name, "Rename, share or delete a view", x.List)
	page.Hidden = []views.Hidden{{Name: "form", Value: "1"}, {Name: "version", Value: strconv.Itoa(e.version)}, {Name: "was", Value: e.was}}
	if c.Request.PostForm.Has("query") {
		page.Hidden = append(page.Hidden, views.Hidden{Name: "query", Value: e.typed.Query})
	}
	if e.stale != nil {
		page.Name.Autofocus = false // the focus goes to the choice of version
		differ, err := s.savedViewDifferences(c, e)
		if err != nil {
			return err
		}
		page.Conflict = s.conflict(c, e.stale, "this view", e.base, e.values, differ)
	}
	if x.MakerID != who(c).UserID {
		if page.Maker = x.Maker; page.Maker == "" {
			page.Maker = "a former colleague"
		}
	}
	page.Failed = status >= 400
	return s.show(c, status, page)
}

// savedViewDifferences lists the fields whose stored and typed values differ.
func (s *Server) savedViewDifferences(c *gin.Context, e savedViewEdit) (all []views.Difference, err error) {
	add := func(column, label, theirs, yours string) {
		if theirs != yours {
			all = append(all, views.Difference{Column: column, Label: label, Theirs: theirs, Yours: yours})
		}
	}
	shared := map[bool]string{true: "With everybody", false: "With nobody"}
	theirs, err1 := s.savedViewWords(c, e.stored)
	yours, err2 := s.savedViewWords(c, e.typed)
	add("name", "Name", e.stored.Name, strings.TrimSpace(e.typed.Name))
	if e.stored.Query != e.typed.Query {
		all = append(all, views.Difference{Column: "query", Label: "Filters", Theirs: theirs, Yours: yours})
	}
	add("shared", "Shared", shared[e.stored.Shared], shared[e.typed.Shared])
	return all, errors.Join(err1, err2)
}

func (s *Server) savedViewUpdate(c *gin.Context) error {
	x, err := s.changeableView(c)
	if err != nil {
		return err
	}
	version, err := version(c)
	if err != nil {
		return err
	}
	form, fields := c.Request.PostForm, typed(c, "name", "query", "shared", "was")
	if form.Get("form") != "" && !form.Has("shared") {
		fields["shared"] = "" // a box that is not ticked is not sent
	}
	if query, ok := fields["query"]; ok {
		fields["query"] = s.parameters(c, x.List, query).Encode()
	}
	fields, version = decided(c, fields, version)
	changed, err := s.db.UpdateSavedView(c.Request.Context(), who(c).Actor, x.ID, version, fields)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) && (refused.Fields["name"] != "" || refused.Fields["shared"] != "") {
		return s.savedViewEditAnswer(c, http.StatusUnprocessableEntity,
			savedViewEdit{stored: x, typed: typedSavedView(x, fields), version: version, was: fields["was"], refused: refused.Fields})
	}
	if stale := (*db.Conflict)(nil); errors.As(err, &stale) {
		if x, err = s.changeableView(c); err != nil {
			return err
		}
		fields = withoutFields(fields, stale.Untouched)
		return s.savedViewEditAnswer(c, http.StatusConflict, savedViewEdit{
			stored: x, typed: typedSavedView(x, fields), version: x.Version, was: x.Values().Encode(), base: version, values: fields, stale: stale,
		})
	}
	if err != nil {
		return err
	}
	return s.savedViewSaved(c, changed)
}

// typedSavedView returns the view with the form's values; those the form leaves out stay as stored.
func typedSavedView(x db.SavedView, fields db.Fields) db.SavedView {
	if name, ok := fields["name"]; ok {
		x.Name = name
	}
	if query, ok := fields["query"]; ok {
		x.Query = query
	}
	if shared, ok := fields["shared"]; ok {
		x.Shared = shared != ""
	}
	return x
}

func (s *Server) savedViewDelete(c *gin.Context) error {
	x, err := s.changeableView(c)
	if err != nil {
		return err
	}
	if _, err := s.db.DeleteSavedView(c.Request.Context(), who(c).Actor, x.ID); err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{
		Text: "Deleted view " + text.Isolate(x.Name), Undo: &views.Undo{Action: "/views/" + x.ID + "/restore"},
	}); err != nil {
		return err
	}
	return s.redirect(c, "/"+x.List)
}

func (s *Server) savedViewRestore(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	x, err := s.db.RestoreSavedView(c.Request.Context(), who(c).Actor, id)
	if errors.Is(err, db.ErrForbidden) {
		err = db.Missing{Permission: db.ManageUsers}
	}
	if err != nil {
		return err
	}
	return s.done(c, s.savedViewAddress(c, x), views.Toast{Text: "Restored view " + text.Isolate(x.Name)})
}

// savedViewChoose sets the view that the visitor opens a list with, and redirects there.
func (s *Server) savedViewChoose(c *gin.Context) error {
	list, chosen := c.Request.PostForm.Get("list"), c.Request.PostForm.Get("view")
	if _, err := s.savedViewInput(c, list, ""); err != nil {
		return err
	}
	all, err := s.namedSavedViews(c)
	if err != nil {
		return err
	}
	says := "The list opens with all rows again"
	for _, x := range all {
		if x.ID == chosen && x.List == list {
			says = "The list opens with " + text.Isolate(x.Name)
		}
	}
	if chosen != "" && says == "The list opens with all rows again" {
		return db.ErrNotFound
	}
	if err := s.db.ChooseDefaultSavedView(c.Request.Context(), who(c).Actor, list, chosen); err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: says}); err != nil {
		return err
	}
	return s.redirect(c, "/"+list)
}
