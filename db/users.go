package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// User is somebody who can have a session.
type User struct {
	ID, Email, FullName, Status, TimeZone, Theme string
	SingleKeys                                   bool
	ZoneChosen, ZoneNotice                       bool // nobody takes the time zone from their browser; they are told that it was taken
	FirstStepsClosed                             bool
	CreatedAt, UpdatedAt                         time.Time
	SecondFactor                                 bool     // they have a second factor
	MustEnrol                                    bool     // a role requires a second factor, and they have none
	Roles                                        []string // names, sorted
	May                                          []Permission
	OwnOnly                                      bool // sees only their own clients
	location                                     *time.Location
}

// Location returns the user's time zone, or UTC if it is unknown here. To load one takes a file to
// read, so sessions and tokens have it ready.
func (u User) Location() *time.Location {
	if u.location != nil && u.location.String() == u.TimeZone {
		return u.location
	}
	if l, err := time.LoadLocation(u.TimeZone); err == nil && u.TimeZone != "" {
		return l
	}
	return time.UTC
}

// NewUser describes an account to create. Hash comes from secrets.HashPassword. Without a TimeZone it
// is UTC until AdoptBrowserTimeZone.
type NewUser struct {
	Email, FullName, TimeZone, Hash string
	Role                            string // slug
	PhoneRegion                     string // of the registry, in SetUp; "" for none
}

func (u *User) value(column string) *string {
	return map[string]*string{"full_name": &u.FullName, "email": &u.Email, "time_zone": &u.TimeZone, "theme": &u.Theme}[column]
}

// CreateUser creates an active user with one role. It returns Invalid for refused fields, a taken
// email, and a role that is unknown or beyond the actor's rights.
func (d *DB) CreateUser(ctx context.Context, by Actor, n NewUser) (User, error) {
	var u User
	err := d.write(ctx, by, ManageAccounts, func(t *tx) (err error) {
		if u, err = t.createUser(n); err != nil {
			return err
		}
		return t.checkRoleGrant(n.Role)
	})
	return u, err
}

// SetUp creates the first administrator. It returns ErrForbidden if there is any user.
func (d *DB) SetUp(ctx context.Context, by Actor, n NewUser) (User, error) {
	n.Role = "Administrator"
	var u User
	err := d.write(ctx, by, Anybody, func(t *tx) error {
		var users int
		if err := t.QueryRow("SELECT count(*) FROM users").Scan(&users); err != nil {
			return err
		}
		if users > 0 {
			return ErrForbidden
		}
		var err error
		if u, err = t.createUser(n); err != nil {
			return err
		}
		return t.choosePhoneRegion(n.PhoneRegion)
	})
	if err == nil && d.PhoneRegion() == "" {
		d.phoneRegion.Store(n.PhoneRegion)
	}
	return u, err
}

func (t *tx) createUser(n NewUser) (User, error) {
	u := User{ID: newID(), Theme: "system", SingleKeys: true, Status: "active", CreatedAt: t.now, UpdatedAt: t.now}
	if u.ZoneChosen = n.TimeZone != ""; !u.ZoneChosen {
		n.TimeZone = "UTC"
	}
	changes, refused := apply(userFields, Fields{"email": n.Email, "full_name": n.FullName, "time_zone": n.TimeZone}, &u)
	if refused != nil {
		return User{}, refused
	}
	if err := t.refuseLookalike(u, changes); err != nil {
		return User{}, err
	}
	_, err := t.Exec(`
		INSERT INTO users (id, email, full_name, password_hash, status, time_zone, time_zone_chosen, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		u.ID, u.Email, u.FullName, orNull(n.Hash), u.Status, u.TimeZone, u.ZoneChosen, stamp(t.now), stamp(t.now))
	if sqlite.IsUnique(err) {
		return User{}, invalid("email", "There is already an account with this email")
	}
	if err != nil {
		return User{}, err
	}
	if err := t.keyUser(u.ID, u.FullName); err != nil {
		return User{}, err
	}
	given, err := t.Exec("INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM roles WHERE slug = ?", u.ID, n.Role)
	if err != nil {
		return User{}, err
	}
	if given == 0 {
		return User{}, invalid("role", "There is no role %q; every registry begins with Administrator, Manager and Viewer", n.Role)
	}
	return u, t.record("create_user", "user", u.ID,
		details{"email": u.Email, "full_name": u.FullName, "roles": []string{n.Role}, "status": u.Status})
}

// HasUsers reports whether there are any users. Until then, /setup is available.
func (d *DB) HasUsers(ctx context.Context) (bool, error) {
	var yes bool
	err := d.reader.QuickQueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM users)").Scan(&yes)
	return yes, err
}

// UpdateAccount changes the actor's own full_name, time_zone, theme and single_keys ("true" or "").
// It returns Invalid for refused fields.
func (d *DB) UpdateAccount(ctx context.Context, by Actor, typed Fields) error {
	typed = typed.with()
	delete(typed, "email") // ChangeEmail changes it, and asks for the password
	return d.write(ctx, by, OwnAccount, func(t *tx) error {
		u, err := scanUser(t.QueryRow(selectUser+"WHERE id = ?", by.UserID))
		if err != nil {
			return err
		}
		changes, refused := apply(userFields, typed, &u)
		if refused != nil {
			return refused
		}
		if keys, ok := typed["single_keys"]; ok && (keys != "") != u.SingleKeys {
			changes["single_keys"] = Change{Old: u.SingleKeys, New: keys != ""}
			u.SingleKeys = keys != ""
		}
		if len(changes) == 0 {
			return nil
		}
		if err := t.refuseLookalike(u, changes); err != nil {
			return err
		}
		if _, chosen := changes["time_zone"]; chosen {
			u.ZoneChosen, u.ZoneNotice = true, false
		}
		_, err = t.Exec(`
			UPDATE users
			SET full_name = ?, time_zone = ?, time_zone_chosen = ?, time_zone_notice = ?, theme = ?, single_keys = ?, updated_at = ?
			WHERE id = ?`, u.FullName, u.TimeZone, u.ZoneChosen, u.ZoneNotice, u.Theme, u.SingleKeys, stamp(t.now), u.ID)
		if err != nil {
			return err
		}
		if err := t.keyUser(u.ID, u.FullName); err != nil {
			return err
		}
		return t.record("update_user", "user", u.ID, details{"changes": changes})
	})
}

// keyUser updates the key by which lists sort a user and what they own.
func (t *tx) keyUser(id, name string) error {
	_, err := t.Exec("UPDATE users SET name_key = ? WHERE id = ? AND name_key <> ?", text.SortKey(name), id, text.SortKey(name))
	return err
}

const selectUser = `
	SELECT id, email, full_name, status, time_zone, time_zone_chosen, time_zone_notice,
		first_steps_closed, theme, single_keys, created_at, updated_at,` +
	secondFactorColumns + `
	FROM users `

// secondFactorColumns select whether a user has a second factor, and whether they must set one up.
const secondFactorColumns = `
	EXISTS (SELECT 1 FROM second_factors WHERE user_id = users.id AND seed IS NOT NULL),
	EXISTS (SELECT 1 FROM user_role JOIN roles ON roles.id = role_id WHERE user_id = users.id AND require_mfa)
		AND NOT EXISTS (SELECT 1 FROM second_factors WHERE user_id = users.id AND seed IS NOT NULL)`

func scanUser(r sqlite.Row) (User, error) {
	var u User
	err := r.Scan(&u.ID, &u.Email, &u.FullName, &u.Status, &u.TimeZone, &u.ZoneChosen, &u.ZoneNotice, &u.FirstStepsClosed, &u.Theme,
		&u.SingleKeys, moment{&u.CreatedAt}, moment{&u.UpdatedAt}, &u.SecondFactor, &u.MustEnrol)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, ErrNotFound
	}
	return u, err
}

// user returns an active user with their roles and rights.
func (d *DB) user(ctx context.Context, id string) (User, error) {
	u, err := scanUser(d.reader.QuickQueryRow(ctx, selectUser+"WHERE id = ? AND status = 'active'", id))
	if err != nil {
		return User{}, err
	}
	rows, err := d.reader.QuickQuery(ctx,
		"SELECT roles.name FROM user_role JOIN roles ON roles.id = role_id WHERE user_id = ? ORDER BY roles.id", id)
	if u.Roles, err = sqlite.Collect(rows, err, sqlite.ScanText); err != nil {
		return User{}, err
	}
	u.Roles = byName(u.Roles, itself)
	rows, err = d.reader.QuickQuery(ctx, `
		SELECT DISTINCT permissions.slug
		FROM user_role
		JOIN role_permission USING (role_id)
		JOIN permissions ON permissions.id = permission_id
		WHERE user_id = ?`, id)
	if u.May, err = sqlite.Collect(rows, err, scanPermission); err != nil {
		return User{}, err
	}
	u.location = u.Location()
	u.OwnOnly, err = ownOnly(d.reader.QuickQueryRow(ctx, widestScope, id))
	return u, err
}

// ownerName and userName read a user's name along with a single record. Lists read with unnamed and
// add the names with addNames, because a look-up per row would take a quarter of the time.
const (
	ownerName = "(SELECT " + shownName + " FROM users WHERE users.id = owner_user_id)"
	userName  = "(SELECT " + shownName + " FROM users WHERE users.id = user_id)"
	unnamed   = "NULL"

	selectUserNames = "SELECT id, " + shownName + " FROM users"
)

// addNames calls complete for each item with the names of all users. all and err are the result of
// a query; an error is returned as it is.
func addNames[T any](ctx context.Context, d *DB, all []T, err error, complete func(*T, map[string]string)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	names, err := d.userNames(ctx)
	for i := range all {
		complete(&all[i], names)
	}
	return all, err
}

// userNames returns the names of all users by ID.
func (d *DB) userNames(ctx context.Context) (map[string]string, error) {
	return memoized(&d.memo, "user names", func() (map[string]string, error) {
		rows, err := d.reader.QuickQuery(ctx, selectUserNames)
		names := map[string]string{}
		_, err = sqlite.Collect(rows, err, func(r sqlite.Row) (id string, err error) {
			var name string
			err = r.Scan(&id, &name)
			names[id] = name
			return id, err
		})
		return names, err
	})
}

// LeftMark follows the name of a disabled user wherever it is shown with their records.
const LeftMark = " (left)"

// shownName is the SQL for a user's name with that mark.
const shownName = "users.full_name || iif(users.status = 'disabled', '" + LeftMark + "', '')"

// PersonName returns a user's name as shown, or "" if there is none with this ID.
func (d *DB) PersonName(ctx context.Context, id string) (string, error) {
	names, err := d.userNames(ctx)
	return names[id], err
}

// People lists the users for a list's filter: active ones, then disabled ones who still have
// something in it that the actor sees. list is organizations, contacts, interactions or follow_ups.
func (d *DB) People(ctx context.Context, by Actor, list string) ([]Owner, error) {
	need := ViewClients
	if list == "interactions" || list == "follow_ups" {
		need = ViewInteractions
	}
	if err := need.Refuse(by); err != nil {
		return nil, err
	}
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return nil, err
	}
	var theirs string
	var seen condition
	switch list {
	case "interactions":
		theirs, seen = "interactions WHERE user_id = users.id", by.seesInteraction("interactions")
		if few {
			seen = by.ownInteractions()
		}
	case "follow_ups":
		theirs, seen = followUpsJoined+" WHERE assignee_id = users.id AND "+openFollowUp, by.seesFollowUp()
	default:
		k := OrganizationKind
		if list == ContactKind.Plural {
			k = ContactKind
		}
		theirs = k.Plural + " WHERE owner_user_id = users.id"
		if seen = k.sees(by, k.id()); few {
			seen = k.own(by).contains(k.id())
		}
	}
	scope := by.scope()
	if list == "follow_ups" {
		scope += " " + by.UserID // who alone sees theirs about no client
	}
	return memoized(&d.memo, "people of "+list+" "+scope, func() ([]Owner, error) {
		rows, err := d.reader.QuickQuery(ctx, `
			SELECT id, `+shownName+`
			FROM users
			WHERE status = 'active' OR status = 'disabled' AND EXISTS (SELECT 1 FROM `+theirs+` AND `+seen.sql+`)
			ORDER BY status = 'disabled', name_key, id`, seen.args...)
		return sqlite.Collect(rows, err, func(r sqlite.Row) (o Owner, err error) { return o, r.Scan(&o.ID, &o.FullName) })
	})
}

// Owner is a user as shown in a picker.
type Owner struct{ ID, FullName string }

// Owners lists by name the active users, who can own records.
func (d *DB) Owners(ctx context.Context, by Actor) ([]Owner, error) {
	return memoized(&d.memo, "owners", func() ([]Owner, error) {
		rows, err := d.reader.QuickQuery(ctx, "SELECT id, full_name FROM users WHERE status = 'active' ORDER BY name_key, id")
		return sqlite.Collect(rows, err, func(r sqlite.Row) (o Owner, err error) { return o, r.Scan(&o.ID, &o.FullName) })
	})
}

// checkOwner returns Invalid if the user cannot own a record, because they are unknown or not
// active.
func (t *tx) checkOwner(id string) error {
	if id == "" {
		return nil
	}
	var active bool
	if err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND status = 'active')", id).Scan(&active); err != nil {
		return err
	}
	if !active {
		return invalid("owner_user_id", "Choose an owner from the list")
	}
	return nil
}
