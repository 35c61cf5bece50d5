package demo

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"clientregistry/db"
)

// users are the possible owners of clients, which of them may edit, and the colleagues to create.
type users struct {
	made    []colleague
	owners  []string
	editors []string
	names   map[string]string
}

// colleague is a user that the sample creates, with the slug of a role.
type colleague struct {
	db.User
	role string
}

func (u *users) mayEdit(id string) bool { return slices.Contains(u.editors, id) }

var colleagues = []struct{ email, name, zone, role string }{
	{"tomas.rehn@pinestreet.example", "Tomas Rehn", "Europe/Stockholm", "Manager"},
	{"priya.nair@pinestreet.example", "Priya Nair", "Europe/London", "Manager"},
	{"sam.okoye@pinestreet.example", "Sam Okoye", "Europe/Berlin", "Manager"},
	{"lea.dubois@pinestreet.example", "Léa Dubois", "Europe/Paris", "Viewer"},
}

// usersOf returns the active users, and the colleagues whose email is not taken, created a day
// before the plan begins.
func usersOf(ctx context.Context, d *db.DB, p *plan) (*users, error) {
	accounts, err := d.Accounts(ctx, db.System)
	if err != nil {
		return nil, err
	}
	roles, err := d.Roles(ctx, db.System)
	if err != nil {
		return nil, err
	}
	u := &users{names: map[string]string{}}
	var all []db.User
	for _, a := range accounts {
		if a.Status == "active" {
			all = append(all, a.User)
		}
	}
	at := p.years.days[0].from - int64(24*time.Hour/time.Millisecond)
	for i, c := range colleagues {
		if slices.ContainsFunc(accounts, func(a db.Account) bool { return strings.EqualFold(a.Email, c.email) }) {
			continue
		}
		x := db.User{
			ID: newID(p.seed, forUsers, i, at), Email: c.email, FullName: c.name, Status: "active", TimeZone: c.zone,
			CreatedAt: moment(at), UpdatedAt: moment(at),
		}
		for _, r := range roles {
			if r.Slug == c.role {
				x.Roles = []string{r.Name}
			}
		}
		u.made, all = append(u.made, colleague{x, c.role}), append(all, x)
	}
	slices.SortFunc(all, func(a, b db.User) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	for _, x := range all {
		u.owners, u.names[x.ID] = append(u.owners, x.ID), x.FullName
		if can(roles, x, db.EditClient) && can(roles, x, db.EditInteraction) {
			u.editors = append(u.editors, x.ID)
		}
	}
	if len(u.editors) == 0 {
		u.editors = u.owners
	}
	return u, nil
}

// can reports whether one of a user's roles has a permission.
func can(roles []db.Role, u db.User, p db.Permission) bool {
	return slices.ContainsFunc(roles, func(r db.Role) bool { return slices.Contains(u.Roles, r.Name) && r.Can(p) })
}
