package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/secrets"
	"clientregistry/db/sqlite"
)

// NewToken describes a token to create.
type NewToken struct {
	Name        string
	Permissions []Permission
	ExpiresOn   string // the last day, in the owner's time zone; "" means after TokenLife
	OnDay       bool   // it expires on ExpiresOn, which must then be given
	Never       bool   // it never expires
}

var tokenFields = []Field{{Column: "name", Label: "Name", Max: 80, Required: "Say which program it is for"}}

func (k *Token) value(string) *string { return &k.Name }

// token returns the token that n describes. It returns Invalid for a bad name or day, and for
// permissions that are unknown or that the owner lacks.
func (n NewToken) token(owner Actor, now time.Time) (Token, error) {
	k := Token{ID: newID(), UserID: owner.UserID, CreatedAt: now}
	_, refused := apply(tokenFields, Fields{"name": n.Name}, &k)
	if refused == nil {
		refused = &Invalid{Fields: map[string]string{}}
	}
	for _, p := range Permissions { // in the order that people read
		if slices.Contains(n.Permissions, p) {
			k.Permissions = append(k.Permissions, p)
		}
	}
	if len(n.Permissions) == 0 {
		refused.add("permission", "Choose what it may do")
	}
	for _, p := range n.Permissions {
		switch {
		case !slices.Contains(Permissions, p):
			refused.add("permission", "Choose what it may do from the list")
		case !owner.Can(p):
			refused.add("permission", fmt.Sprintf("A token can never do more than its owner, who lacks %s", p))
		}
	}
	var why string
	k.ExpiresAt, why = n.end(owner.zone(), now)
	refused.add("expires_on", why)
	if len(refused.Fields) > 0 {
		return Token{}, refused
	}
	return k, nil
}

// end returns when the token expires, or why it cannot expire then.
func (n NewToken) end(zone *time.Location, now time.Time) (end time.Time, why string) {
	today := DateOf(now.In(zone))
	last := DateOf(now.In(zone).AddDate(maxTokenYears, 0, 0))
	switch {
	case n.Never && n.ExpiresOn != "":
		return end, "Choose either a day or no end"
	case n.Never:
		return end, ""
	case n.OnDay && n.ExpiresOn == "":
		return end, "Choose the last day on which it works"
	case n.ExpiresOn == "":
		return now.AddDate(0, 0, TokenLife), ""
	}
	day, ok := ReadDate(n.ExpiresOn)
	switch {
	case !ok:
		return end, "Enter a day, like " + today.Add(TokenLife).String()
	case today.Until(day) < 0:
		return end, "Choose a day in the future"
	case last.Until(day) > 0:
		return end, fmt.Sprintf("Choose a day up to %s, at most %d years ahead", last, maxTokenYears)
	}
	return day.End(zone), ""
}

// CreateToken creates a token of the actor, and returns it and its secret. It returns Invalid for a
// bad name, day or permission, or if the current password is wrong.
func (d *DB) CreateToken(ctx context.Context, by Actor, n NewToken, current string) (k Token, secret string, err error) {
	if _, err := n.token(by, d.now()); err != nil {
		return Token{}, "", joinInvalid(err, requirePassword(current))
	}
	err = d.withPassword(ctx, by, current, func(t *tx) (err error) {
		k, secret, err = t.createToken(by, n)
		return err
	})
	return k, secret, err
}

// CreateTokenFor creates a token of a user for the command line. No permissions means all that the
// user has. It returns Invalid also if the user is not active.
func (d *DB) CreateTokenFor(ctx context.Context, by Actor, userID string, n NewToken) (k Token, secret string, err error) {
	if err := Program.Refuse(by); err != nil {
		return Token{}, "", err
	}
	owner, err := d.user(ctx, userID)
	if errors.Is(err, ErrNotFound) {
		return Token{}, "", invalid("status", "Only an active user can have a token")
	}
	if err != nil {
		return Token{}, "", err
	}
	if len(n.Permissions) == 0 {
		n.Permissions = owner.May
	}
	actor := owner.actor()
	actor.Zone = owner.Location()
	err = d.write(ctx, by, Program, func(t *tx) (err error) {
		k, secret, err = t.createToken(actor, n)
		return err
	})
	return k, secret, err
}

func (t *tx) createToken(owner Actor, n NewToken) (Token, string, error) {
	k, err := n.token(owner, t.now)
	if err != nil {
		return Token{}, "", err
	}
	secret := secrets.NewToken()
	k.Start = secret[:8]
	_, err = t.Exec(`
		INSERT INTO tokens (id, user_id, name, hash, start, permissions, created_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		k.ID, k.UserID, k.Name, sha256Hex(secret), k.Start, k.slugs(), stamp(t.now), stampOrNull(k.ExpiresAt))
	if err != nil {
		return Token{}, "", err
	}
	return k, secret, t.recordToken("create_token", k)
}

func (k Token) slugs() string {
	var slugs []string
	for _, p := range k.Permissions {
		slugs = append(slugs, string(p))
	}
	return strings.Join(slugs, " ")
}

func (t *tx) recordToken(action string, k Token) error {
	said := details{"name": k.Name, "start": k.Start, "owner": k.UserID, "permissions": k.Permissions, "expires_at": stampOrNull(k.ExpiresAt)}
	return t.record(action, "token", k.ID, said)
}

// RevokeToken revokes one of the actor's tokens, or anybody's for the command line. A revoked one
// stays as it is. It returns ErrNotFound if there is none.
func (d *DB) RevokeToken(ctx context.Context, by Actor, id string) error {
	return d.write(ctx, by, OwnAccount, func(t *tx) error {
		k, err := scanToken(t.QueryRow(selectToken+" WHERE id = ?", id))
		if err == nil && k.UserID != by.UserID && !by.program {
			err = ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("token %s: %w", id, err)
		}
		return t.revokeToken(k)
	})
}

// RevokeTokenOf revokes a user's token. It returns ErrNotFound if they have no such token, and
// Invalid as changeUser does.
func (d *DB) RevokeTokenOf(ctx context.Context, by Actor, userID, id string) error {
	return d.changeUser(ctx, by, userID, func(t *tx, _ Account) error {
		k, err := scanToken(t.QueryRow(selectToken+" WHERE id = ? AND user_id = ?", id, userID))
		if err != nil {
			return fmt.Errorf("token %s: %w", id, err)
		}
		return t.revokeToken(k)
	})
}

func (t *tx) revokeToken(k Token) error {
	n, err := t.Exec("UPDATE tokens SET revoked_at = ?, revoked_by = ? WHERE id = ? AND revoked_at IS NULL",
		stamp(t.now), orNull(t.by.UserID), k.ID)
	if err != nil || n == 0 {
		return err
	}
	return t.recordToken("revoke_token", k)
}

// revokeTokens revokes all usable tokens of a user, or of everybody if userID is "".
func (t *tx) revokeTokens(userID string) error {
	rows, err := t.Query(selectToken+`
		WHERE revoked_at IS NULL AND ifnull(expires_at > ?, 1) AND (user_id = ? OR ? = '')`, stamp(t.now), userID, userID)
	usable, err := sqlite.Collect(rows, err, scanToken)
	if err != nil {
		return err
	}
	for _, k := range usable {
		if err := t.revokeToken(k); err != nil {
			return err
		}
	}
	return nil
}
