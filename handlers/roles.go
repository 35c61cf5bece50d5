package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

func (s *Server) roleIndex(c *gin.Context) error {
	all, err := s.db.Roles(c.Request.Context(), who(c).Actor)
	if err != nil {
		return err
	}
	page := views.Roles{Page: s.page(c, "Roles", "What people may see and do", "roles"), Result: wording.Plural(len(all), "role")}
	for _, x := range all {
		page.Rows = append(page.Rows, views.RoleRow{
			Name: x.Name, Href: "/admin/roles/" + x.ID, Words: x.Description, May: wording.RoleMay(x),
			Sees: wording.RoleClients(x), SecondFactor: x.RequireMFA, Held: wording.Plural(x.Users, "user"),
		})
	}
	return s.show(c, http.StatusOK, page)
}

// roleNew answers with the form of a new role, filled like an existing one if asked.
func (s *Server) roleNew(c *gin.Context) error {
	x := db.Role{ClientScope: "all"}
	if who(c).OwnOnly {
		x.ClientScope = "own"
	}
	if from := c.Query("from"); db.ValidID(from) {
		other, err := s.db.Role(c.Request.Context(), who(c).Actor, from)
		if err != nil {
			return err
		}
		x = db.Role{Description: other.Description, May: other.May, ClientScope: other.ClientScope, RequireMFA: other.RequireMFA}
	}
	return s.rolePage(c, http.StatusOK, roleForm{typed: x})
}

func (s *Server) roleCreate(c *gin.Context) error {
	form := c.Request.PostForm
	values := typed(c, "name", "slug", "description", "client_scope", "request_id")
	x, err := s.db.SaveRole(c.Request.Context(), who(c).Actor, "", values, permissions(form), form.Get("require_mfa") != "")
	var refused *db.Invalid
	if errors.As(err, &refused) {
		return s.rolePage(c, http.StatusUnprocessableEntity,
			roleForm{typed: typedRole(values, form, db.Role{ClientScope: "all"}), refused: refused.Fields})
	}
	if first := (*db.Repeated)(nil); errors.As(err, &first) {
		return s.roleRepeated(c, values, first)
	}
	if err != nil {
		return err
	}
	return s.roleSaved(c, x, "Created ")
}

func (s *Server) roleSaved(c *gin.Context, x db.Role, done string) error {
	if err := s.flash(c, views.Toast{Text: done + text.Isolate(x.Name)}); err != nil {
		return err
	}
	return s.redirect(c, "/admin/roles/"+x.ID)
}

func (s *Server) role(c *gin.Context) (db.Role, error) {
	id, err := id(c, "id")
	if err != nil {
		return db.Role{}, err
	}
	return s.db.Role(c.Request.Context(), who(c).Actor, id)
}

func (s *Server) roleShow(c *gin.Context) error {
	x, err := s.role(c)
	if err != nil {
		return err
	}
	return s.rolePage(c, http.StatusOK, roleForm{stored: x, typed: x, was: x.Values().Encode()})
}

func (s *Server) roleUpdate(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	values, _ := decided(c, typed(c, "name", "description", "client_scope", "was"), 0)
	x, err := s.db.SaveRole(c.Request.Context(), who(c).Actor, id, values, permissions(form), form.Get("require_mfa") != "")
	var refused *db.Invalid
	var stale *db.Conflict
	if !errors.As(err, &refused) && !errors.As(err, &stale) {
		if err != nil {
			return err
		}
		return s.roleSaved(c, x, "Saved ")
	}
	stored, err := s.role(c)
	if err != nil {
		return err
	}
	f := roleForm{stored: stored, typed: typedRole(values, form, stored), was: values["was"], base: values}
	if refused != nil {
		f.refused = refused.Fields
		return s.rolePage(c, http.StatusUnprocessableEntity, f)
	}
	f.typed, f.was, f.stale = typedRole(withoutFields(values, stale.Untouched), form, stored), stored.Values().Encode(), stale
	return s.rolePage(c, http.StatusConflict, f)
}

// permissions returns the ticked permissions.
func permissions(form url.Values) []db.Permission {
	var ticked []db.Permission
	for _, slug := range form["permission"] {
		ticked = append(ticked, db.Permission(slug))
	}
	return ticked
}

// typedRole returns the stored role with the typed values and with the boxes that were ticked or cleared in the form.
func typedRole(values db.Fields, form url.Values, stored db.Role) db.Role {
	x := stored
	for column, to := range map[string]*string{
		"name": &x.Name, "slug": &x.Slug, "description": &x.Description, "client_scope": &x.ClientScope,
	} {
		if value, ok := values[column]; ok {
			*to = value
		}
	}
	may, requireMFA := stored.Merge(values["was"], permissions(form), form.Get("require_mfa") != "")
	x = x.Granting(may)
	x.RequireMFA = requireMFA
	return x
}

// roleForm is the state of a role's page: what is stored (empty for a new role), what was typed,
// and what is wrong.
type roleForm struct {
	stored, typed db.Role
	was           string    // the encoded values that the form was made with
	base          db.Fields // what was typed, after a conflict
	refused       map[string]string
	stale         *db.Conflict
	repeat        *views.Repeat // if a form of a new role was sent before
}

func (s *Server) rolePage(c *gin.Context, status int, f roleForm) error {
	ctx, by := c.Request.Context(), who(c).Actor
	beyond := by.Beyond(f.stored)
	if beyond != "" {
		f.typed = f.stored
	}
	all, err1 := s.db.Roles(ctx, by)
	holders, err2 := s.db.PeopleWith(ctx, by, f.stored.ID)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	page, others := f.view(s.page(c, "New role", "What a role may do", "roles")), rolesBeside(all, f.stored)
	for _, other := range others {
		page.Others = append(page.Others, other.Name)
	}
	page.Permissions, page.Beyond = permissionGroups(by, f, others), beyond
	for _, a := range holders {
		row := s.userRow(c, a)
		page.Holders = append(page.Holders, views.Holder{
			Name: row.Name, Href: "/admin/users/" + row.ID, Email: row.Email, State: row.State, Tone: row.Tone,
		})
	}
	if f.stale != nil {
		page.Conflict = s.conflict(c, f.stale, "this role", 0, f.base, roleDifferences(f.stored, f.typed))
	}
	if f.stored.ID == "" {
		page.RequestID, page.Repeat = requestID(c), f.repeat
	}
	page.Failed = status >= 400
	return s.show(c, status, page)
}

// view returns the page without the other roles and the role's users.
func (f roleForm) view(p views.Page) views.Role {
	page := views.Role{
		Page: p, Heading: "New role", Action: "/admin/roles", Submit: "Create role", Column: "This role", Was: f.was,
		Fields: roleFields(f), Scopes: scopeOptions(f.typed.ClientScope), SecondFactor: f.typed.RequireMFA,
		PermissionError: f.refused["permission"], ScopeError: f.refused["client_scope"], FactorError: f.refused["require_mfa"],
	}
	if x := f.stored; x.ID != "" {
		page.Title, page.Heading, page.Action, page.Submit, page.Column = x.Name, x.Name, "/admin/roles/"+x.ID, "Save role", x.Name
		page.Held, page.Sentence, page.Copy = wording.Plural(x.Users, "user")+" with this role", wording.Role(x), "/admin/roles/new?from="+x.ID
		page.Description, page.StoredSecondFactor = x.Description, x.RequireMFA
	}
	return page
}

func roleFields(f roleForm) []views.Field {
	fields := []views.Field{{ID: "name", Name: "name", Label: "Name", Autocomplete: "off", Value: f.typed.Name}}
	if f.stored.ID == "" {
		fields = append(fields, views.Field{
			ID: "slug", Name: "slug", Label: "Short name", Autocomplete: "off", Value: f.typed.Slug,
			Optional: true, Hint: "For commands; made from the name if empty",
		})
	}
	fields = append(fields, views.Field{
		ID: "description", Name: "description", Label: "Description", Type: "textarea", Value: f.typed.Description, Optional: true,
	})
	if f.stored.ID == "" && f.refused == nil {
		fields[0].Autofocus = f.repeat == nil
		return fields
	}
	return withErrors(fields, f.refused)
}

func scopeOptions(current string) []views.Option {
	options := []views.Option{{Value: "all", Label: "All clients"}, {
		Value: "own", Label: "Only their own clients", Href: "What they own and what is linked to it. Others are not in lists, search or counts",
	}}
	for i := range options {
		options[i].Selected = options[i].Value == current
	}
	return options
}

// rolesBeside returns the three other roles that most users have.
func rolesBeside(all []db.Role, x db.Role) []db.Role {
	others := slices.DeleteFunc(slices.Clone(all), func(other db.Role) bool { return other.ID == x.ID })
	slices.SortStableFunc(others, func(a, b db.Role) int { return b.Users - a.Users })
	return others[:min(3, len(others))]
}

// permissionGroups lists every permission that is offered, in words and ticked as typed.
func permissionGroups(by db.Actor, f roleForm, others []db.Role) []views.PermissionGroup {
	var groups []views.PermissionGroup
	for _, g := range db.PermissionGroups {
		group := views.PermissionGroup{Heading: g.Heading}
		for _, p := range g.Permissions {
			if p.Offered() {
				group.Rows = append(group.Rows, permissionRow(by, f, p, others))
			}
		}
		if len(group.Rows) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// permissionRow describes one permission in a role and in others. It is fixed if the actor may not change it.
func permissionRow(by db.Actor, f roleForm, p db.Permission, others []db.Role) views.PermissionRow {
	row := views.PermissionRow{
		Slug: string(p), Label: p.Words(), Ticked: f.typed.Can(p), Note: wording.WorksWith(p), Idle: wording.Idle(f.typed, p),
	}
	switch {
	case f.stored.Slug == "Administrator":
		row.Fixed, row.Ticked, row.Note = true, true, ""
	case by.Beyond(f.stored) != "":
		row.Fixed, row.Ticked, row.Note = true, f.stored.Can(p), ""
	case !by.Can(p):
		row.Fixed, row.Ticked, row.Note = true, false, "You do not have this permission, so you cannot grant it"
	}
	if row.Idle != "" {
		row.Note = ""
	}
	for _, other := range others {
		row.Others = append(row.Others, views.OtherRole{Name: other.Name, Has: other.Can(p)})
	}
	return row
}

// roleDifferences lists the fields whose stored and typed values differ.
func roleDifferences(stored, typed db.Role) []views.Difference {
	var all []views.Difference
	add := func(column, label, theirs, yours string) {
		if theirs != yours {
			all = append(all, views.Difference{Column: column, Label: label, Theirs: theirs, Yours: yours})
		}
	}
	yes := func(is bool) string {
		if is {
			return "Yes"
		}
		return "No"
	}
	add("name", "Name", stored.Name, strings.TrimSpace(typed.Name))
	add("description", "Description", stored.Description, strings.TrimSpace(typed.Description))
	for _, p := range db.Permissions {
		add("permission", p.Words(), yes(stored.Can(p)), yes(typed.Can(p)))
	}
	add("client_scope", "Which clients", wording.Scope(stored.ClientScope), wording.Scope(typed.ClientScope))
	add("require_mfa", "Require a second factor", yes(stored.RequireMFA), yes(typed.RequireMFA))
	return all
}
