package db

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"clientregistry/db/sqlite"
)

// What somebody owns is handed over in batches, each of which can be undone: organizations, contacts, then the open
// follow-ups. Others can save between them. If it is interrupted, the rest still belongs to whom it belonged to.

// handOverPiece is the largest number of records in one of the batches.
const handOverPiece = 1000

// Owned says how much a user has that can be handed over.
type Owned struct{ Organizations, Contacts, FollowUps int }

// HandedOver says what HandOver did.
type HandedOver struct {
	Owned
	Left    int      // open follow-ups that the new owner cannot be given
	Batches []string // their IDs, for UndoBatch in this order
}

// mayOwn is true for users who can be given clients: active ones who may see clients.
const mayOwn = `status = 'active' AND EXISTS (
	SELECT 1 FROM user_role JOIN role_permission USING (role_id) JOIN permissions ON permissions.id = permission_id
	WHERE user_id = users.id AND slug = 'ViewClient')`

// Heirs lists by name the users whom a user's clients can be handed over to.
func (d *DB) Heirs(ctx context.Context, by Actor, from string) ([]Owner, error) {
	if err := HandOverClients.Refuse(by); err != nil {
		return nil, err
	}
	rows, err := d.reader.QuickQuery(ctx, "SELECT id, full_name FROM users WHERE id <> ? AND "+mayOwn+" ORDER BY name_key, id", from)
	return sqlite.Collect(rows, err, func(r sqlite.Row) (o Owner, err error) { return o, r.Scan(&o.ID, &o.FullName) })
}

// Owned counts what a user has, as far as the actor sees it and may change it.
func (d *DB) Owned(ctx context.Context, by Actor, id string) (owned Owned, err error) {
	if err := HandOverClients.Refuse(by); err != nil {
		return owned, err
	}
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		seen := k.sees(by, k.id())
		err := d.reader.QuickQueryRow(ctx, "SELECT count(*) FROM "+k.Plural+" WHERE owner_user_id = ? AND "+seen.sql,
			append([]any{id}, seen.args...)...).Scan(owned.of(k))
		if err != nil {
			return owned, fmt.Errorf("owned: %w", err)
		}
	}
	if EditInteractions.MetBy(by) {
		open := openFollowUpsOf(by, id)
		err = d.reader.QuickQueryRow(ctx, "SELECT count(*) FROM "+followUpsJoined+" WHERE "+open.sql, open.args...).Scan(&owned.FollowUps)
	}
	return owned, err
}

// of returns the number of records of a kind.
func (o *Owned) of(k *RecordKind) *int {
	if k == OrganizationKind {
		return &o.Organizations
	}
	return &o.Contacts
}

// openFollowUpsOf is true for the open follow-ups of a user that the actor sees.
func openFollowUpsOf(by Actor, id string) condition {
	return condition{"assignee_id = ? AND " + openFollowUp, []any{id}}.and(by.seesFollowUp())
}

// HandOver gives the clients that one user owns to another, and the open follow-ups that the actor may change and that
// the new owner may be given. It returns Invalid for a new owner who cannot have clients, and GivesAway to those who ask,
// if they would not see some of the clients any more.
func (d *DB) HandOver(ctx context.Context, by Actor, from, to string) (done HandedOver, err error) {
	err = d.changeUserNeeding(ctx, by, HandOverClients, from, func(t *tx, _ Account) error { return t.checkHeir(from, to) })
	if err != nil {
		return done, err
	}
	if err := d.askBeforeHandOver(ctx, by, from, to); err != nil {
		return done, err
	}
	steps, err := d.followUpsToHandOver(ctx, by, from)
	if err != nil {
		return done, fmt.Errorf("hand over: %w", err)
	}
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		for {
			ids, err := d.ownedIDs(ctx, by, k, from, handOverPiece)
			if err != nil {
				return done, fmt.Errorf("hand over: %w", err)
			}
			if len(ids) == 0 {
				break
			}
			plan, err := d.RunBatch(ctx, by, Batch{Kind: k.Noun, IDs: ids, Action: "assign_owner", Typed: Fields{"owner_user_id": to}})
			if err != nil {
				return done, fmt.Errorf("hand over: %w", err)
			}
			if plan.Changes == 0 {
				break // others have changed them meanwhile
			}
			*done.of(k) += plan.Changes
			done.Batches = append(done.Batches, plan.ID)
		}
	}
	for some := range slices.Chunk(steps, handOverPiece) {
		id, n, err := d.handOverFollowUps(ctx, by, from, to, some)
		if err != nil {
			return done, fmt.Errorf("hand over: %w", err)
		}
		if done.FollowUps += n; n > 0 {
			done.Batches = append(done.Batches, id)
		}
	}
	done.Left = len(steps) - done.FollowUps
	return done, nil
}

// checkHeir returns Invalid if clients of one user cannot be handed over to another.
func (t *tx) checkHeir(from, to string) error {
	var may bool
	if err := t.QueryRow("SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND "+mayOwn+")", to).Scan(&may); err != nil {
		return err
	}
	if !may || to == from {
		return invalid("owner_user_id", "Choose somebody from the list, who may see clients")
	}
	return nil
}

// ownedIDs returns the ids of records of a user that the actor sees; most is the largest number, or 0 for all.
func (d *DB) ownedIDs(ctx context.Context, by Actor, k *RecordKind, owner string, most int) ([]string, error) {
	seen, rest := k.sees(by, k.id()), ""
	if most > 0 {
		rest = limit(most)
	}
	rows, err := d.reader.Query(ctx, "SELECT id FROM "+k.Plural+" WHERE owner_user_id = ? AND "+seen.sql+rest,
		append([]any{owner}, seen.args...)...)
	return sqlite.Collect(rows, err, sqlite.ScanText)
}

// askBeforeHandOver returns GivesAway to those who ask, if they would not see some of the clients any more.
func (d *DB) askBeforeHandOver(ctx context.Context, by Actor, from, to string) error {
	if !by.Asks || !by.OwnOnly {
		return nil
	}
	var hidden []string
	for _, k := range []*RecordKind{OrganizationKind, ContactKind} {
		ids, err := d.ownedIDs(ctx, by, k, from, 0)
		if err != nil {
			return err
		}
		n, err := d.CountGivenAway(ctx, by, k, ids, to)
		if err != nil {
			return err
		}
		hidden = append(hidden, make([]string, n)...)
	}
	if hidden == nil {
		return nil
	}
	return &GivesAway{hidden}
}

// followUpsToHandOver returns the ids of the open follow-ups of a user, none for an actor who may not change them.
func (d *DB) followUpsToHandOver(ctx context.Context, by Actor, from string) ([]string, error) {
	if !EditInteractions.MetBy(by) {
		return nil, nil
	}
	open := openFollowUpsOf(by, from)
	rows, err := d.reader.Query(ctx, "SELECT follow_ups.id FROM "+followUpsJoined+" WHERE "+open.sql, open.args...)
	return sqlite.Collect(rows, err, sqlite.ScanText)
}

// handOverFollowUps gives follow-ups to another user in one batch, and returns its ID and how many. Those that are done
// or given to somebody else by now, and those that the user cannot be given, stay as they are.
func (d *DB) handOverFollowUps(ctx context.Context, by Actor, from, to string, ids []string) (batch string, given int, err error) {
	batch = newID()
	err = d.write(ctx, by, EditInteractions, func(t *tx) error {
		for _, id := range ids {
			f, err := t.unscopedFollowUp(id)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if err != nil || !f.Open() || f.AssigneeID != from {
				continue
			}
			ok, err := t.giveInBatch(f, to, batch)
			if err != nil {
				return err
			}
			if ok {
				given++
			}
		}
		if given == 0 {
			return nil
		}
		return t.record("batch_follow_ups", "system", batch, details{
			"batch": batch, "action": "assign_follow_ups", "count": given, "rows": t.recorded, "fields": Fields{"assignee_id": to},
		})
	})
	return batch, given, err
}

// giveInBatch gives a follow-up to a user, and reports false if they cannot be given it.
func (t *tx) giveInBatch(f FollowUp, to, batch string) (bool, error) {
	changes, err := t.plan(&f, Fields{"assignee_id": to})
	if errors.As(err, new(*Invalid)) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := t.saveFollowUp(&f, changes); err != nil {
		return false, err
	}
	metadata := f.details(changes)
	metadata["batch"] = batch
	return true, t.record("update_follow_up", "follow_up", f.ID, metadata)
}

// undoHandOver gives the follow-ups of a batch back to the people who had them, except for those that were changed since.
func (t *tx) undoHandOver(made pastBatch, batch string) (undone int, left []Left, err error) {
	entries, err := t.batchEntries(made)
	if err != nil {
		return 0, nil, err
	}
	skipped := leftByReason{}
	for _, e := range entries {
		f, err := t.followUp(e.record)
		if errors.Is(err, ErrNotFound) {
			skipped.add(Gone, Named{ID: e.record})
			continue
		}
		if err != nil {
			return 0, nil, err
		}
		changed, err := t.happenedSince(made, aboutFollowUp+" AND +action IN "+changing("follow_up"), f.aboutArgs()...)
		if err != nil {
			return 0, nil, err
		}
		given := e.Changes["assignee_id"]
		if changed || !f.Open() || f.AssigneeID != shown(given.New) {
			skipped.add(Changed, Named{ID: f.ID, Name: f.Text})
			continue
		}
		ok, err := t.giveInBatch(f, shown(given.Old), batch)
		if err != nil {
			return 0, nil, err
		}
		if !ok {
			skipped.add(OwnerLeft, Named{ID: f.ID, Name: f.Text})
			continue
		}
		undone++
	}
	return undone, skipped.all(), nil
}
