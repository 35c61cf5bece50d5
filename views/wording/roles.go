package wording

import (
	"slices"
	"strings"

	"clientregistry/db"
)

// What a user with a role sees and does. Permissions without effect, and those that are not offered,
// are left out.

var scopes = map[string]string{"all": "All clients", "own": "Own clients"}

// Scope says whose clients a role is for.
func Scope(scope string) string { return scopes[scope] }

var worksWith = map[db.Permission]string{
	db.EditClient:      "Works together with seeing them",
	db.ViewInteraction: "Works together with seeing organizations and contacts",
	db.EditInteraction: "Works together with seeing them",
}

// WorksWith names the permission that p requires, "" for none.
func WorksWith(p db.Permission) string { return worksWith[p] }

// reach says which permissions on clients and interactions take effect.
type reach struct{ see, edit, talk, log bool }

func reachOf(x db.Role) reach {
	r := reach{see: x.Can(db.ViewClient)}
	r.edit = r.see && x.Can(db.EditClient)
	r.talk = r.see && x.Can(db.ViewInteraction)
	r.log = r.talk && x.Can(db.EditInteraction)
	return r
}

// Idle says why a permission of a role has no effect.
func Idle(x db.Role, p db.Permission) string {
	r, lacks := reachOf(x), db.Permission("")
	switch {
	case !x.Can(p):
	case !r.see && (p == db.EditClient || p == db.ViewInteraction || p == db.EditInteraction):
		lacks = db.ViewClient
	case !r.talk && p == db.EditInteraction:
		lacks = db.ViewInteraction
	}
	if lacks == "" {
		return ""
	}
	return "No effect without “" + lacks.Words() + "”"
}

// RoleClients says which clients a role's users see.
func RoleClients(x db.Role) string {
	if !reachOf(x).see {
		return "No clients"
	}
	return scopes[x.ClientScope]
}

// RoleMay says briefly what a role's users may do.
func RoleMay(x db.Role) string {
	if !slices.ContainsFunc(db.Permissions, func(p db.Permission) bool { return p.Offered() && !x.Can(p) }) {
		return "Everything"
	}
	var words []string
	switch r := reachOf(x); {
	case r.edit && r.log:
		words = []string{"see and change clients and interactions"}
	case r.edit && r.talk:
		words = []string{"see and change clients", "see interactions"}
	case r.edit:
		words = []string{"see and change clients"}
	case r.log:
		words = []string{"see clients", "see and change interactions"}
	case r.talk:
		words = []string{"see clients and interactions"}
	case r.see:
		words = []string{"see clients"}
	}
	for _, p := range db.Permissions {
		if brief, _ := p.Does(); brief != "" && x.Can(p) && p.Offered() {
			words = append(words, brief)
		}
	}
	if len(words) == 0 {
		return "Nothing"
	}
	text := strings.Join(words, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// Role says what a user with a role sees and does.
func Role(x db.Role) string {
	which := "all organizations and contacts"
	if x.ClientScope == "own" {
		which = "only organizations and contacts of their own"
	}
	var says []string
	switch r := reachOf(x); {
	case r.edit:
		says = append(says, "sees and changes "+which)
	case r.see:
		says = append(says, "sees "+which)
	default:
		says = append(says, "sees no clients")
	}
	switch r := reachOf(x); {
	case r.log:
		says = append(says, "sees and logs calls, emails, meetings and notes with them")
	case r.talk:
		says = append(says, "reads calls, emails, meetings and notes with them")
	case r.see:
		says = append(says, "does not see what was said with them")
	}
	for _, p := range db.Permissions {
		if _, whole := p.Does(); whole != "" && x.Can(p) && p.Offered() {
			says = append(says, whole)
		}
	}
	return "A person with this role " + strings.Join(says, "; ") + "."
}
