package db_test

import (
	"errors"
	"fmt"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestWhatSomebodyOwnedIsHandedOver, in one batch for each kind, and given back by undoing them.
func TestWhatSomebodyOwnedIsHandedOver(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	must(o.UpdateOrganization(t.Context(), o.Ines, acme.ID, acme.Version, db.Fields{"owner_user_id": o.Tomas.UserID}))(t)
	must(o.UpdateContact(t.Context(), o.Ines, maya.ID, maya.Version, db.Fields{"owner_user_id": o.Tomas.UserID}))(t)
	want(t, "owned", must(o.Owned(t.Context(), o.Ines, o.Tomas.UserID))(t), db.Owned{Organizations: 1, Contacts: 1})
	done := must(o.HandOver(t.Context(), o.Ines, o.Tomas.UserID, o.Lea.UserID))(t)
	want(t, "handed over", done.Owned, db.Owned{Organizations: 1, Contacts: 1})
	owners := func() string {
		return fmt.Sprint(o.Column(t, "SELECT full_name FROM users JOIN (SELECT owner_user_id AS id FROM organizations "+
			"UNION ALL SELECT owner_user_id FROM contacts) USING (id)"))
	}
	want(t, "owners", owners(), "[Léa Fournier Léa Fournier]")
	want(t, "batches", fmt.Sprint(o.Column(t, "SELECT action FROM audit_logs WHERE target_id IN (?, ?) ORDER BY seq",
		done.Batches[0], done.Batches[1])),
		"[batch_organizations batch_contacts]")
	for _, id := range done.Batches {
		want(t, "undone", must(o.UndoBatch(t.Context(), o.Ines, id))(t).Undone, 1)
	}
	want(t, "owners", owners(), "[Tomás Brandt Tomás Brandt]")
}

// TestClientsAreHandedOverOnlyToThoseWhoSeeClients: not to nobody, to somebody who has left, or whose roles show no clients.
func TestClientsAreHandedOverOnlyToThoseWhoSeeClients(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Exec(t, "DELETE FROM user_role WHERE user_id = ?", o.Lea.UserID)
	for _, heir := range must(o.Heirs(t.Context(), o.Ines, o.Tomas.UserID))(t) {
		if heir.ID == o.Lea.UserID || heir.ID == o.Tomas.UserID {
			t.Errorf("offers %s", heir.FullName)
		}
	}
	for _, to := range []string{"", o.Lea.UserID, o.Tomas.UserID, "nobody"} {
		_, err := o.HandOver(t.Context(), o.Ines, o.Tomas.UserID, to)
		wantInvalid(t, err, "owner_user_id")
	}
}

func TestOpenFollowUpsAreHandedOverToWhoMayFinishThem(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme := o.Acme(t)
	for _, text := range []string{"Send the offer", "Call again"} {
		must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{
			"organization_id": acme.ID, "channel": "call", "subject": "Renewal", "follow_up_text": text, "follow_up_due_on": "2026-12-01",
		}, ""))(t)
	}
	open := mustFirst(o.FollowUps(t.Context(), o.Ines, db.FollowUpFilter{}))(t)
	must(o.FinishFollowUp(t.Context(), o.Tomas, open[0].ID, 0))(t)
	whose := func() (names []string) {
		return o.Column(t, "SELECT full_name || ' ' || version FROM follow_ups JOIN users ON users.id = assignee_id ORDER BY done_at IS NULL")
	}
	left := must(o.HandOver(t.Context(), o.Ines, o.Tomas.UserID, o.Lea.UserID))(t) // who may not log interactions
	want(t, "follow-ups left", left.Left, 1)
	want(t, "batches", len(left.Batches), 0)
	want(t, "follow-ups", fmt.Sprint(whose()), "[Tomás Brandt 2 Tomás Brandt 1]")
	ownOnly := o.Ines
	ownOnly.OwnOnly = true
	want(t, "owned, for somebody who does not see the client", must(o.Owned(t.Context(), ownOnly, o.Tomas.UserID))(t), db.Owned{})
	want(t, "owned", must(o.Owned(t.Context(), o.Ines, o.Tomas.UserID))(t), db.Owned{FollowUps: 1})
	noLog := o.Ines
	noLog.May = []db.Permission{db.ManageUsers, db.ViewClient, db.EditClient, db.ViewInteraction}
	o.Exec(t, "UPDATE user_role SET role_id = (SELECT id FROM roles WHERE slug = 'Viewer') WHERE user_id = ?", o.Tomas.UserID)
	want(t, "handed over", must(o.HandOver(t.Context(), noLog, o.Tomas.UserID, o.Ines.UserID))(t).Owned, db.Owned{})
	want(t, "follow-ups", fmt.Sprint(whose()), "[Tomás Brandt 2 Tomás Brandt 1]")
	done := must(o.HandOver(t.Context(), o.Ines, o.Tomas.UserID, o.Ines.UserID))(t)
	want(t, "handed over", done.Owned, db.Owned{FollowUps: 1})
	want(t, "action", o.Column(t, "SELECT json_extract(metadata, '$.action') FROM audit_logs "+
		"WHERE action = 'batch_follow_ups'")[0], "assign_follow_ups")
	want(t, "follow-ups", fmt.Sprint(whose()), "[Tomás Brandt 2 Ines Calder 2]")
	want(t, "history", o.Column(t, "SELECT json_extract(metadata, '$.changes.assignee_id.new') FROM audit_logs WHERE action = "+
		"'update_follow_up'")[0], o.Ines.UserID)

	_, err := o.UndoBatch(t.Context(), noLog, done.Batches[0])
	want(t, "who may not change follow-ups", errors.Is(err, db.ErrForbidden), true)
	want(t, "undone, though a form does not offer them any more", must(o.UndoBatch(t.Context(), o.Ines, done.Batches[0]))(t).Undone, 1)
	want(t, "follow-ups", fmt.Sprint(whose()), "[Tomás Brandt 2 Tomás Brandt 3]")
	_, err = o.UndoBatch(t.Context(), o.Ines, done.Batches[0])
	wantInvalid(t, err, "batch")
}
