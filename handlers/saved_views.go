package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
)

func (s *Server) viewNew(c *gin.Context) error {
	x := db.View{List: c.Query("list"), Query: c.Query("query")}
	var err error
	if x.Query, err = s.viewInput(c, x.List, x.Query); err != nil {
		return err
	}
	return s.viewNewAnswer(c, http.StatusOK, x, nil)
}

func (s *Server) viewNewAnswer(c *gin.Context, status int, x db.View, refused map[string]string) error {
	page, err := s.viewNewForm(c, x, refused)
	if err != nil {
		return err
	}
	page.Failed = refused != nil
	return s.show(c, status, page)
}

// viewNewForm is the form of a new view, with what is wrong with it.
func (s *Server) viewNewForm(c *gin.Context, x db.View, refused map[string]string) (views.ViewForm, error) {
	page, err := s.viewForm(c, x, refused)
	if err != nil {
		return page, err
	}
	page.Heading, page.Action, page.Submit = "Save view", "/views", "Save view"
	page.Page = s.page(c, page.Heading, "Keep a list's filters, order and columns under a name", x.List)
	page.Hidden = append(page.Hidden, views.Hidden{Name: "request_id", Value: requestID(c)}, views.Hidden{Name: "list", Value: x.List}, views.Hidden{Name: "query", Value: x.Query})
	all, err := s.db.Views(c.Request.Context(), who(c).Actor)
	for _, other := range all {
		if other.List == x.List && other.MayChange(who(c).Actor) {
			page.Replace = append(page.Replace, views.ReplaceView{Name: other.Name, Action: "/views/" + other.ID, Query: x.Query, State: other.State()})
		}
	}
	return page, err
}

// viewForm is the form of a view, new or there.
func (s *Server) viewForm(c *gin.Context, x db.View, refused map[string]string) (views.ViewForm, error) {
	says, err := s.viewWords(c, x)
	return views.ViewForm{
		List: views.Ref{Name: strings.ToUpper(x.List[:1]) + x.List[1:], Href: s.viewAddress(c, x)}, Says: says, Shared: x.Shared, SharedError: refused["shared"],
		Name: views.Field{ID: "name", Name: "name", Label: "Name", Value: x.Name, Error: refused["name"], Autofocus: true, Autocomplete: "off"},
	}, err
}

// viewWords says what a view narrows its list to.
func (s *Server) viewWords(c *gin.Context, x db.View) (string, error) {
	p := s.parameters(c, x.List, x.Query)
	var chips []views.Chip
	var err error
	if x.List == "interactions" {
		chips, err = s.interactionChips(c, p)
	} else {
		k := recordKinds[x.List]
		owners, ownersErr := s.people(c, x.List, p.Get("owner"))
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
			set = append(set, chip.Key+" is "+chip.Value)
		}
	}
	if len(set) == 0 {
		return "Without a filter, in the order and with the columns shown.", err
	}
	return strings.Join(set, " and ") + ", in the order and with the columns shown.", err
}

func (s *Server) viewCreate(c *gin.Context) error {
	form := c.Request.PostForm
	x := db.View{List: form.Get("list"), Name: form.Get("name"), Query: form.Get("query"), Shared: form.Get("shared") != ""}
	var err error
	if x.Query, err = s.viewInput(c, x.List, x.Query); err != nil {
		return err
	}
	made, err := s.db.SaveView(c.Request.Context(), who(c).Actor, x, form.Get("request_id"))
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) && (refused.Fields["name"] != "" || refused.Fields["shared"] != "") {
		return s.viewNewAnswer(c, http.StatusUnprocessableEntity, x, refused.Fields)
	}
	if first := (*db.Repeated)(nil); errors.As(err, &first) {
		return s.viewRepeated(c, x, first)
	}
	if err != nil {
		return err
	}
	return s.viewSaved(c, made)
}

// viewSaved leads to a view, and makes it the first one or not, as the form says.
func (s *Server) viewSaved(c *gin.Context, x db.View) error {
	ctx, by, form := c.Request.Context(), who(c).Actor, c.Request.PostForm
	first, err := s.db.FirstView(ctx, by, x.List)
	switch {
	case err != nil:
	case form.Get("first") != "":
		err = s.db.ChooseFirstView(ctx, by, x.List, x.ID)
	case form.Get("form") != "" && first == x.ID:
		err = s.db.ChooseFirstView(ctx, by, x.List, "")
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: "Saved view " + text.Isolate(x.Name)}); err != nil {
		return err
	}
	return s.redirect(c, s.viewAddress(c, x))
}

// changeable returns the view of the address, if the visitor may change it.
func (s *Server) changeable(c *gin.Context) (db.View, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.View{}, err
	}
	x, err := s.db.View(c.Request.Context(), who(c).Actor, id)
	if err == nil && !x.MayChange(who(c).Actor) {
		err = db.Missing{Permission: db.ManageUsers} // which opens those of others that are shared
	}
	return x, err
}

func (s *Server) viewEdit(c *gin.Context) error {
	x, err := s.changeable(c)
	if err != nil {
		return err
	}
	return s.viewEditAnswer(c, http.StatusOK, viewEdit{stored: x, typed: x, state: x.State()})
}

// viewEdit is a view as it is stored and as somebody wants it, and what became of that.
type viewEdit struct {
	stored, typed db.View
	state         string // State of the view that the form was made from
	refused       map[string]string
	stale         *db.Conflict
}

func (s *Server) viewEditAnswer(c *gin.Context, status int, e viewEdit) error {
	x := e.stored
	page, err := s.viewForm(c, e.typed, e.refused)
	first, firstErr := s.db.FirstView(c.Request.Context(), who(c).Actor, x.List)
	if err := errors.Join(err, firstErr); err != nil {
		return err
	}
	page.Heading, page.Action, page.Submit, page.Delete = "Edit view", "/views/"+x.ID, "Save view", "/views/"+x.ID+"/delete"
	page.First = first == x.ID
	if form := c.Request.PostForm; form.Has("form") {
		page.First = form.Has("first")
	}
	page.Page = s.page(c, "Edit view "+x.Name, "Rename, share or delete a view", x.List)
	page.Hidden = []views.Hidden{{Name: "form", Value: "1"}, {Name: "state", Value: e.state}}
	if c.Request.PostForm.Has("query") {
		page.Hidden = append(page.Hidden, views.Hidden{Name: "query", Value: e.typed.Query})
	}
	if e.stale != nil {
		page.Name.Autofocus = false // the choice comes first
		page.Conflict = views.NewConflict(s.clock(c), e.stale, "this view")
		if page.Conflict.Differences, err = s.viewDifferences(c, e); err != nil {
			return err
		}
	}
	if x.MakerID != who(c).UserID {
		if page.Maker = x.Maker; page.Maker == "" {
			page.Maker = "somebody who left"
		}
	}
	page.Failed = status >= 400
	return s.show(c, status, page)
}

// viewDifferences are the fields in which the stored view and the typed one differ.
func (s *Server) viewDifferences(c *gin.Context, e viewEdit) (all []views.Difference, err error) {
	add := func(label, theirs, yours string) {
		if theirs != yours {
			all = append(all, views.Difference{Label: label, Theirs: theirs, Yours: yours})
		}
	}
	shared := map[bool]string{true: "With everybody", false: "With nobody"}
	theirs, err1 := s.viewWords(c, e.stored)
	yours, err2 := s.viewWords(c, e.typed)
	add("Name", e.stored.Name, strings.TrimSpace(e.typed.Name))
	if e.stored.Query != e.typed.Query {
		all = append(all, views.Difference{Label: "Filters", Theirs: theirs, Yours: yours})
	}
	add("Shared", shared[e.stored.Shared], shared[e.typed.Shared])
	return all, errors.Join(err1, err2)
}

func (s *Server) viewUpdate(c *gin.Context) error {
	x, err := s.changeable(c)
	if err != nil {
		return err
	}
	form, fields := c.Request.PostForm, typed(c, "name", "query", "shared", "state")
	if form.Get("form") != "" && !form.Has("shared") {
		fields["shared"] = "" // a box that is not ticked is not sent
	}
	if query, ok := fields["query"]; ok {
		fields["query"] = s.parameters(c, x.List, query).Encode()
	}
	changed, err := s.db.ChangeView(c.Request.Context(), who(c).Actor, x.ID, fields)
	if refused := (*db.Invalid)(nil); errors.As(err, &refused) && (refused.Fields["name"] != "" || refused.Fields["shared"] != "") {
		return s.viewEditAnswer(c, http.StatusUnprocessableEntity, viewEdit{stored: x, typed: typedView(x, fields), state: fields["state"], refused: refused.Fields})
	}
	if stale := (*db.Conflict)(nil); errors.As(err, &stale) {
		if x, err = s.changeable(c); err != nil {
			return err
		}
		return s.viewEditAnswer(c, http.StatusConflict, viewEdit{stored: x, typed: typedView(x, fields), state: x.State(), stale: stale})
	}
	if err != nil {
		return err
	}
	return s.viewSaved(c, changed)
}

// typedView is a view as a form has it; what the form leaves out is as stored.
func typedView(x db.View, fields db.Fields) db.View {
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

func (s *Server) viewDelete(c *gin.Context) error {
	x, err := s.changeable(c)
	if err != nil {
		return err
	}
	if _, err := s.db.DeleteView(c.Request.Context(), who(c).Actor, x.ID); err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: "Deleted view " + text.Isolate(x.Name), Undo: &views.Undo{Action: "/views/" + x.ID + "/restore"}}); err != nil {
		return err
	}
	return s.redirect(c, "/"+x.List)
}

func (s *Server) viewRestore(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	x, err := s.db.RestoreView(c.Request.Context(), who(c).Actor, id)
	if errors.Is(err, db.ErrForbidden) {
		err = db.Missing{Permission: db.ManageUsers}
	}
	if err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: "Restored view " + text.Isolate(x.Name)}); err != nil {
		return err
	}
	return s.redirect(c, s.viewAddress(c, x))
}

// chooseView keeps with which view the visitor opens a list, and goes there.
func (s *Server) chooseView(c *gin.Context) error {
	list, chosen := c.Request.PostForm.Get("list"), c.Request.PostForm.Get("view")
	if _, err := s.viewInput(c, list, ""); err != nil {
		return err
	}
	all, err := s.namedViews(c)
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
	if err := s.db.ChooseFirstView(c.Request.Context(), who(c).Actor, list, chosen); err != nil {
		return err
	}
	if err := s.flash(c, views.Toast{Text: says}); err != nil {
		return err
	}
	return s.redirect(c, "/"+list)
}
