package db

import (
	"context"
	"fmt"
	"slices"
)

// FirstSteps says what a registry has of what people begin with, as far as the actor sees it.
type FirstSteps struct{ Organization, Contact, Interaction, Colleague bool }

// FirstSteps returns the actor's first steps. Interaction is false without the right to see
// interactions, Colleague without the right to manage users. It returns ErrForbidden without
// ViewClient.
func (d *DB) FirstSteps(ctx context.Context, by Actor) (done FirstSteps, err error) {
	if err := ViewClients.Refuse(by); err != nil {
		return done, fmt.Errorf("first steps tell of clients: %w", err)
	}
	organizations, contacts := condition{sql: "SELECT 1 FROM organizations"}, condition{sql: "SELECT 1 FROM contacts"}
	seen := always
	if by.OwnOnly {
		organizations, contacts, seen = by.ownOrganizations(), by.ownContacts(), by.ownInteractions()
	}
	interactions, colleagues := seen, condition{"id <> ?", []any{by.UserID}}
	if !ViewInteractions.MetBy(by) {
		interactions = never
	}
	if !ManageAccounts.MetBy(by) {
		colleagues = never
	}
	args := slices.Concat(organizations.args, contacts.args, interactions.args, colleagues.args)
	err = d.reader.QuickQueryRow(ctx, `
		SELECT EXISTS (`+organizations.sql+`), EXISTS (`+contacts.sql+`),
			EXISTS (SELECT 1 FROM interactions WHERE `+interactions.sql+`), EXISTS (SELECT 1 FROM users WHERE `+colleagues.sql+`)`, args...).
		Scan(&done.Organization, &done.Contact, &done.Interaction, &done.Colleague)
	if err != nil {
		return done, fmt.Errorf("first steps: %w", err)
	}
	return done, nil
}

// CloseFirstSteps stops showing the actor the first steps.
func (d *DB) CloseFirstSteps(ctx context.Context, by Actor) error {
	return d.writeUnrecorded(ctx, by, OwnAccount, func(t *tx) error {
		_, err := t.Exec("UPDATE users SET first_steps_closed = 1 WHERE id = ? AND first_steps_closed = 0", by.UserID)
		return err
	})
}
