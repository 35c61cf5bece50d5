package db_test

import (
	"fmt"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

// TestFirstStepsAreWhatTheActorSees: in the whole registry, or among what they own.
func TestFirstStepsAreWhatTheActorSees(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	own, alone := o.Lea, o.Ines
	own.OwnOnly, own.May = true, db.Permissions
	alone.May = []db.Permission{db.ViewClient}
	steps := func(by db.Actor) string {
		t.Helper()
		x := must(o.FirstSteps(t.Context(), by))(t)
		return fmt.Sprint(x.Organization, x.Contact, x.Interaction, x.Colleague)
	}
	want(t, "empty", steps(o.Ines), "false false false true")
	x := o.NewOrganization(t, "Quay")
	maya := must(o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "Maya", "last_name": "Okafor"}, ""))(t)
	must(o.LogInteraction(t.Context(), o.Tomas, db.Fields{"channel": "call", "subject": "Hello", "organization_id": x.ID}, ""))(t)
	want(t, "everything", steps(o.Ines), "true true true true")
	want(t, "who may see clients only", steps(alone), "true true false false")
	want(t, "who owns nothing", steps(own), "false false false true")
	o.Exec(t, "UPDATE contacts SET owner_user_id = ? WHERE id = ?", own.UserID, maya.ID)
	want(t, "who owns a contact", steps(own), "false true false true")
	o.Exec(t, "UPDATE organizations SET owner_user_id = ? WHERE id = ?", own.UserID, x.ID)
	want(t, "who owns both", steps(own), "true true true true")
	if _, err := o.FirstSteps(t.Context(), db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ManageUsers}}); err == nil {
		t.Error("somebody who may see no clients learns what there is")
	}
}

// TestAnUpgradeKnowsWhoChoseTheirTimeZone: a zone other than UTC was chosen, and so was one that
// somebody changed back. Those who have worked with a registry need no first steps.
func TestAnUpgradeKnowsWhoChoseTheirTimeZone(t *testing.T) {
	t.Parallel()
	path := released(t, "registry-16.db")
	plain := dbtest.SQL(t, path)
	for _, change := range []string{
		"UPDATE users SET time_zone = 'Europe/Paris' WHERE full_name = 'Tomas'",
		`INSERT INTO audit_logs (id, seq, user_id, action, target_type, target_id, metadata, metadata_sha256, prev_hash, hash, created_at)
		SELECT '00000000-0000-7000-8000-000000000001', seq + 1, user_id, 'update_user', 'user', (SELECT id FROM users WHERE full_name = 'Lea'),
			'{"changes":{"time_zone":{"old":"Europe/Rome","new":"UTC"}}}', metadata_sha256, hash, hash, created_at
		FROM audit_logs ORDER BY seq DESC LIMIT 1`,
	} {
		if _, err := plain.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	plain.Close()
	must(db.Open(t.Context(), path, db.Options{}))(t).Close()
	want(t, "chosen", fmt.Sprint(dbtest.Column(t, path,
		"SELECT full_name || ' ' || time_zone_chosen || time_zone_notice || first_steps_closed FROM users ORDER BY full_name")),
		"[Ines 001 Lea 101 Tomas 101]")
}
