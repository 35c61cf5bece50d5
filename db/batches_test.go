package db_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/text"

	"github.com/google/uuid"
)

// in says how many records of a plan change, and how many are skipped, by reason.
func in(p db.BatchPlan) string { return strings.TrimSpace(fmt.Sprint(p.Changes, " ", left(p.Left))) }

func left(all []db.Left) string {
	var parts []string
	for _, l := range all {
		names := ""
		for _, n := range l.Names {
			names += " " + n.Name
		}
		parts = append(parts, fmt.Sprintf("%s %d:%s", l.Why, l.Count, names))
	}
	return strings.Join(parts, "; ")
}

// assign returns a batch that gives organizations to Tomás.
func assign(o *dbtest.Office, ids ...string) db.Batch {
	return db.Batch{Kind: "organization", IDs: ids, Action: "assign_owner", Typed: db.Fields{"owner_user_id": o.Tomas.UserID}}
}

func TestABatchChangesEachRecordOnceAndSaysWhatItLeft(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, brig, cove := o.NewOrganization(t, "Acme"), o.NewOrganization(t, "Brig"), o.NewOrganization(t, "Cove")
	must(o.UpdateOrganization(t.Context(), o.Tomas, cove.ID, 1, db.Fields{"owner_user_id": o.Tomas.UserID}))(t)
	b := assign(o, brig.ID, acme.ID, acme.ID, cove.ID, uuid.NewString(), "no id")

	before := dbtest.Dump(t, o.Path)
	p := must(o.PreviewBatch(t.Context(), o.Ines, b))(t)
	want(t, "preview", in(p), "2 same 1: Cove; gone 2:")
	want(t, "names", fmt.Sprint(p.Names), fmt.Sprintf("[{%s Acme} {%s Brig}]", acme.ID, brig.ID))
	want(t, "subject", p.Subject, "Tomás Brandt")
	want(t, "a preview changes nothing", dbtest.Dump(t, o.Path) == before, true)

	p = must(o.RunBatch(t.Context(), o.Ines, b))(t)
	want(t, "done", in(p), "2 same 1: Cove; gone 2:")
	got := must(o.Organization(t.Context(), o.Ines, acme.ID))(t)
	want(t, "owner and version", got.OwnerID()+fmt.Sprint(got.Version), o.Tomas.UserID+"2")
	want(t, "the batch is told of each", o.Column(t, "SELECT group_concat(action || ' ' || target_id || json_extract(metadata, "+
		"'$.batch'), ' ') FROM (SELECT * FROM audit_logs ORDER BY seq DESC LIMIT 3)")[0],
		fmt.Sprintf("batch_organizations %[1]s%[1]s update_org %[3]s%[1]s update_org %[2]s%[1]s", p.ID, acme.ID, brig.ID))
	want(t, "and what it was", o.Column(t, "SELECT metadata FROM audit_logs WHERE target_id = ?", p.ID)[0],
		fmt.Sprintf(`{"action":"assign_owner","batch":"%s","count":2,"fields":{"owner_user_id":"%s"},"rows":2}`, p.ID, o.Tomas.UserID))
	wantSound(t, o)

	p = must(o.RunBatch(t.Context(), o.Ines, b))(t)
	want(t, "again", p.ID+in(p), "0 same 3: Acme Brig Cove; gone 2:")
}

// wantSound checks that the audit chain is intact and every version has its row.
func wantSound(t *testing.T, o *dbtest.Office) {
	t.Helper()
	if _, err := o.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	for _, kind := range []string{"organization", "contact"} {
		wrong := o.Column(t, `SELECT id FROM `+kind+`s AS x WHERE version <> (
			SELECT count(*) FROM audit_logs WHERE target_type = ? AND target_id = x.id AND action NOT IN ('link_contact', 'update_link', 'unlink_contact'))`, kind)
		want(t, kind+"s with a version that the history lacks", len(wrong), 0)
	}
	for _, index := range []string{"organization_search", "contact_search", "interaction_search"} {
		wantLearned(t, o, index)
	}
}

// wantLearned checks that the words of an index, but for names and emails in one word, are in its table of different words.
func wantLearned(t *testing.T, o *dbtest.Office, index string) {
	t.Helper()
	want(t, "words of "+index+" that are not found by their parts", strings.Join(o.Column(t, `
		SELECT DISTINCT value
		FROM `+index+`_content, json_each('["' || replace(substr(c0words, 1, instr(c0words || ' |', ' |') - 1), ' ', '","') || '"]')
		WHERE length(value) > 1 AND value NOT GLOB '*.' AND value NOT GLOB '0Z*'
			AND value NOT IN (SELECT word FROM `+index+`_words)`), " "), "")
}

func TestEachActionChangesItsOwnAndUndoTakesItBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, action string
		typed        []string
		row, undo    string // audit actions
		query, want  string
	}{
		{"organization", "assign_owner", []string{"owner_user_id", "TOMAS"}, "update_org", "update_org", "SELECT group_concat(full_name, ' " +
			"') FROM organizations JOIN users ON users.id = owner_user_id", "Tomás Brandt Tomás Brandt Tomás Brandt"},
		{
			"organization", "assign_owner",
			[]string{"owner_user_id", ""},
			"update_org",
			"update_org", "SELECT count(*) FROM organizations WHERE owner_user_id IS NULL", "3",
		},
		{
			"organization", "set_sector",
			[]string{"sector", "  Énergie "},
			"update_org",
			"update_org", "SELECT group_concat(sector, ' ') FROM organizations", "Énergie Énergie Énergie",
		},
		{
			"organization", "set_sector",
			[]string{"sector", ""},
			"update_org",
			"update_org", "SELECT count(*) FROM organizations WHERE sector IS NULL", "3",
		},
		{
			"organization", "set_size_band",
			[]string{"size_band", "1000+"},
			"update_org",
			"update_org", "SELECT group_concat(size_band, ' ') FROM organizations", "1000+ 1000+ 1000+",
		},
		{
			"organization", "link",
			[]string{"contact_id", "MAYA", "role_label", "CFO"},
			"link_contact", "unlink_contact",
			"SELECT group_concat(role_label || relationship_status, ' ') FROM organization_contact WHERE contact_id = (SELECT id FROM " +
				"contacts WHERE first_name = 'Maya')", "CFOActive CFOActive CFOActive",
		},
		{"organization", "archive", nil, "archive_org", "restore_org", "SELECT sum(is_active) FROM organizations", "0"},
		{"organization", "restore", nil, "restore_org", "archive_org", "SELECT sum(is_active) FROM organizations", "3"},
		{
			"contact", "assign_owner",
			[]string{"owner_user_id", "TOMAS"},
			"update_contact", "update_contact",
			"SELECT count(*) FROM contacts JOIN users ON users.id = owner_user_id WHERE full_name = 'Tomás Brandt'", "3",
		},
		{
			"contact", "link",
			[]string{"organization_id", "ACME", "relationship_status", "Prospect"},
			"link_contact", "unlink_contact",
			"SELECT count(*) FROM organization_contact JOIN organizations ON organizations.id = organization_id WHERE display_name = 'Acme' " +
				"AND relationship_status = 'Prospect'", "3",
		},
		{
			"contact", "set_relationship_status",
			[]string{"relationship_status", "Former"},
			"update_link", "update_link",
			"SELECT group_concat(relationship_status, ' ') FROM organization_contact", "Former Former Former Former",
		},
		{
			"contact", "set_relationship_status",
			[]string{"relationship_status", "Former", "organization_id", "BRIG"},
			"update_link",
			"update_link", "SELECT group_concat(relationship_status, ' ') FROM (SELECT * FROM organization_contact ORDER BY contact_id, " +
				"organization_id)", "Former Former Prospect Prospect",
		},
		{"contact", "archive", nil, "archive_contact", "restore_contact", "SELECT sum(is_active) FROM contacts", "0"},
		{"contact", "restore", nil, "restore_contact", "archive_contact", "SELECT sum(is_active) FROM contacts", "3"},
	} {
		t.Run(c.kind+" "+c.action+" "+strings.Join(c.typed, " "), func(t *testing.T) {
			t.Parallel()
			o := dbtest.OpenOffice(t)
			var organizations, contacts []string
			for n, name := range []string{"Acme", "Brig", "Cove"} {
				organizations = append(organizations, must(o.CreateOrganization(t.Context(), o.Tomas,
					db.Fields{"display_name": name, "sector": "Retail", "size_band": "1-10", "owner_user_id": o.Ines.UserID}, ""))(t).ID)
				contacts = append(contacts, o.NewContact(t, []string{"Maya", "Nils", "Olga"}[n], "Okafor", "").ID)
			}
			if c.kind == "contact" && c.action == "set_relationship_status" {
				for _, l := range [][2]int{{0, 1}, {1, 1}, {2, 2}, {2, 0}} {
					o.Exec(t, "INSERT INTO organization_contact (organization_id, contact_id, relationship_status) VALUES (?, ?, 'Prospect')",
						organizations[l[1]], contacts[l[0]])
				}
			}
			if c.action == "restore" {
				o.Exec(t, "UPDATE organizations SET is_active = 0")
				o.Exec(t, "UPDATE contacts SET is_active = 0")
			}
			names := strings.NewReplacer("TOMAS", o.Tomas.UserID, "MAYA", contacts[0], "ACME", organizations[0], "BRIG", organizations[1])
			b := db.Batch{Kind: c.kind, IDs: organizations, Action: c.action, Typed: db.Fields{}}
			if c.kind == "contact" {
				b.IDs = contacts
			}
			for i := 0; i < len(c.typed); i += 2 {
				b.Typed[c.typed[i]] = names.Replace(c.typed[i+1])
			}
			state := func() string {
				return fmt.Sprint(
					o.Column(t, "SELECT id || display_name || ifnull(sector, '') || ifnull(size_band, '') || ifnull(owner_user_id, '') || "+
						"ifnull(owner_name_key, '') || is_active || contacts_count FROM organizations ORDER BY id"),
					o.Column(t, "SELECT id || first_name || ifnull(owner_user_id, '') || is_active FROM contacts ORDER BY id"),
					o.Column(t, "SELECT organization_id || contact_id || ifnull(role_label, '') || relationship_status FROM organization_contact "+
						"ORDER BY 1"),
					o.Column(t, "SELECT words || '/' || organizations FROM contact_search ORDER BY docid"))
			}
			before := state()
			for range 2 { // run and undo repeatedly
				u := must(o.UndoBatch(t.Context(), o.Ines, must(o.RunBatch(t.Context(), o.Ines, b))(t).ID))(t)
				want(t, "undone, "+fmt.Sprint(left(u.Left)), u.Undone > 0 && state() == before, true)
			}
			p := must(o.RunBatch(t.Context(), o.Ines, b))(t)
			if p.Changes == 0 || p.ID == "" {
				t.Fatalf("nothing changed: %+v", p)
			}
			want(t, "now", o.Column(t, c.query)[0], c.want)
			rows := o.Column(t, "SELECT DISTINCT action FROM audit_logs WHERE json_extract(metadata, '$.batch') = ? AND target_type <> 'system'",
				p.ID)
			want(t, "its rows", strings.Join(rows, " "), c.row)

			u := must(o.UndoBatch(t.Context(), o.Ines, p.ID))(t)
			want(t, "undone", fmt.Sprint(u.Kind, u.Action, u.Undone, left(u.Left)), fmt.Sprint(c.kind, c.action, p.Changes))
			want(t, "all is as before", state(), before)
			rows = o.Column(t, "SELECT DISTINCT action FROM audit_logs WHERE seq > (SELECT seq FROM audit_logs WHERE target_id = ? AND action "+
				"LIKE 'batch_%') AND target_type <> 'system'", p.ID)
			want(t, "its rows", strings.Join(rows, " "), c.undo)
			_, err := o.UndoBatch(t.Context(), o.Ines, p.ID)
			want(t, "twice", wantInvalid(t, err, "batch").Fields["batch"], text.Isolate("Ines Calder")+" has already undone this")
			if _, err := o.Verify(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatABatchCannotDoIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, maya := o.Acme(t), o.Maya(t)
	o.Exec(t, "UPDATE users SET status = 'disabled' WHERE full_name LIKE 'Léa%'")
	one := []string{acme.ID}
	for column, b := range map[string]db.Batch{
		"id":      {Kind: "organization", Action: "archive"},
		"action":  {Kind: "organization", IDs: one, Action: "delete"},
		"action ": {Kind: "contact", IDs: []string{maya.ID}, Action: "set_sector", Typed: db.Fields{"sector": "x"}},
		"action  ": {
			Kind: "organization", IDs: one, Action: "set_relationship_status", Typed: db.Fields{"relationship_status": "Former"},
		},
		"action   ":       {Kind: "user", IDs: one, Action: "archive"},
		"owner_user_id":   {Kind: "organization", IDs: one, Action: "assign_owner"},
		"owner_user_id ":  {Kind: "organization", IDs: one, Action: "assign_owner", Typed: db.Fields{"owner_user_id": o.Lea.UserID}},
		"owner_user_id  ": {Kind: "organization", IDs: one, Action: "assign_owner", Typed: db.Fields{"owner_user_id": acme.ID}},
		"sector":          {Kind: "organization", IDs: one, Action: "set_sector"},
		"sector ":         {Kind: "organization", IDs: one, Action: "set_sector", Typed: db.Fields{"sector": strings.Repeat("é", 81)}},
		"size_band":       {Kind: "organization", IDs: one, Action: "set_size_band", Typed: db.Fields{"size_band": "1\x00"}},
		"contact_id":      {Kind: "organization", IDs: one, Action: "link", Typed: db.Fields{"organization_id": acme.ID}},
		"contact_id ":     {Kind: "organization", IDs: one, Action: "link", Typed: db.Fields{"contact_id": "x"}},
		"organization_id": {Kind: "contact", IDs: []string{maya.ID}, Action: "link", Typed: db.Fields{"organization_id": uuid.NewString()}},
		"relationship_status": {
			Kind: "contact", IDs: []string{maya.ID}, Action: "link", Typed: db.Fields{"organization_id": acme.ID, "relationship_status": "Friend"},
		},
		"role_label": {
			Kind: "contact", IDs: []string{maya.ID}, Action: "link",
			Typed: db.Fields{"organization_id": acme.ID, "role_label": strings.Repeat("x", 121)},
		},
		"relationship_status ": {Kind: "contact", IDs: []string{maya.ID}, Action: "set_relationship_status"},
		"organization_id ": {
			Kind: "contact", IDs: []string{maya.ID}, Action: "set_relationship_status",
			Typed: db.Fields{"relationship_status": "Former", "organization_id": maya.ID},
		},
	} {
		o.Unchanged(t, func() {
			_, err := o.PreviewBatch(t.Context(), o.Ines, b)
			_, err2 := o.RunBatch(t.Context(), o.Ines, b)
			wantInvalid(t, err, strings.TrimSpace(column))
			wantInvalid(t, err2, strings.TrimSpace(column))
		})
	}
	many := make([]string, db.MostBatched+1)
	for i := range many {
		many[i] = uuid.NewString()
	}
	_, err := o.RunBatch(t.Context(), o.Ines, db.Batch{Kind: "organization", IDs: many, Action: "archive"})
	wantInvalid(t, err, "all")
}

func TestWhatChangedSinceThePreviewIsLeftAlone(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, brig, cove := o.NewOrganization(t, "Acme"), o.NewOrganization(t, "Brig"), o.NewOrganization(t, "Cove")
	maya := o.Maya(t)
	b := db.Batch{Kind: "organization", Filter: &db.Filter{}, Action: "archive"}
	p := must(o.PreviewBatch(t.Context(), o.Ines, b))(t)
	want(t, "preview", in(p), "3")

	must(o.UpdateOrganization(t.Context(), o.Tomas, acme.ID, 1, db.Fields{"website": "acme.example"}))(t)
	must(o.ArchiveOrganization(t.Context(), o.Tomas, cove.ID, 1))(t)
	must(o.LinkContact(t.Context(), o.Tomas, db.NewLink{OrganizationID: brig.ID, ContactID: maya.ID}))(t) // does not change Brig itself
	o.NewOrganization(t, "Dune")
	b.Seen, b.Previewed = p.Seen, p.Found
	p = must(o.RunBatch(t.Context(), o.Ines, b))(t)
	want(t, "done", in(p), "1 same 1: Cove; changed 1: Acme; new 1: Dune")
	want(t, "archived", fmt.Sprint(o.Column(t, "SELECT display_name FROM organizations WHERE is_active = 0 ORDER BY 1")), "[Brig Cove]")

	// The links of contacts, too.
	b = db.Batch{Kind: "contact", IDs: []string{maya.ID}, Action: "set_relationship_status", Typed: db.Fields{"relationship_status": "Former"}}
	b.Seen = must(o.PreviewBatch(t.Context(), o.Ines, b))(t).Seen
	must(o.UpdateLink(t.Context(), o.Tomas, brig.ID, maya.ID, 1, db.Fields{"role_label": "CFO"}))(t)
	want(t, "done", in(must(o.RunBatch(t.Context(), o.Ines, b))(t)), "0 changed 1: Maya Okafor")

	// After very many changes, a new preview is required.
	b.Seen = 1
	o.Exec(t, `INSERT INTO audit_logs (seq, id, action, target_type, created_at, metadata_sha256, prev_hash, hash)
		SELECT 30000, ?, 'x', 'system', created_at, metadata_sha256, prev_hash, hash FROM audit_logs WHERE seq = 1`, uuid.NewString())
	_, err := o.RunBatch(t.Context(), o.Ines, b)
	wantInvalid(t, err, "seen")
}

func TestUndoKeepsWhatSomebodyChangedSince(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, brig, cove := o.NewOrganization(t, "Acme"), o.NewOrganization(t, "Brig"), o.NewOrganization(t, "Cove")
	p := must(o.RunBatch(t.Context(), o.Tomas, db.Batch{
		Kind: "organization", IDs: []string{acme.ID, brig.ID, cove.ID}, Action: "set_sector", Typed: db.Fields{"sector": "Retail"},
	}))(t)
	must(o.UpdateOrganization(t.Context(), o.Ines, brig.ID, 2, db.Fields{"website": "brig.example"}))(t)
	o.Exec(t, "UPDATE organizations SET sector = 'By another program' WHERE id = ?", cove.ID)

	if _, err := o.UndoBatch(t.Context(), o.Lea, p.ID); !errors.Is(err, db.ErrForbidden) {
		t.Errorf("undo without the right: %v", err)
	}
	stranger := db.Actor{UserID: o.Lea.UserID, May: []db.Permission{db.ViewClient, db.EditClient}}
	if _, err := o.UndoBatch(t.Context(), stranger, p.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("somebody else's undo: %v", err)
	}
	if _, err := o.UndoBatch(t.Context(), o.Ines, uuid.NewString()); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("undo of nothing: %v", err)
	}
	u := must(o.UndoBatch(t.Context(), o.Ines, p.ID))(t) // they manage users
	want(t, "undone", fmt.Sprint(u.Undone, " ", left(u.Left)), "1 changed 2: Brig Cove")
	want(t, "sectors", fmt.Sprint(o.Column(t, "SELECT sector FROM organizations ORDER BY display_name")), "[ Retail By another program]")
	want(t, "the history", o.Column(t, "SELECT json_extract(metadata, '$.count') || json_extract(metadata, '$.action') FROM audit_logs "+
		"WHERE action = 'undo_batch' AND target_id = ?", p.ID)[0], "1set_sector")

	// Owners who are disabled or no longer have an account, links that were changed or made again, and archived records
	// that somebody restored.
	o.Exec(t, "UPDATE organizations SET owner_user_id = ? WHERE id = ?", o.Lea.UserID, acme.ID)
	p = must(o.RunBatch(t.Context(), o.Tomas, assign(o, acme.ID)))(t)
	o.Exec(t, "UPDATE users SET status = 'disabled' WHERE id = ?", o.Lea.UserID)
	want(t, "given back to a disabled owner", must(o.UndoBatch(t.Context(), o.Tomas, p.ID))(t).Undone, 1)
	p = must(o.RunBatch(t.Context(), o.Tomas, assign(o, acme.ID)))(t)
	o.Exec(t, "DELETE FROM users WHERE id = ?", o.Lea.UserID)
	u = must(o.UndoBatch(t.Context(), o.Tomas, p.ID))(t)
	want(t, "undone", fmt.Sprint(u.Undone, " ", left(u.Left)), "0 owner left 1: Acme")

	maya, nils, olga := o.Maya(t), o.NewContact(t, "Nils", "Berg", ""), o.NewContact(t, "Olga", "Dahl", "")
	p = must(o.RunBatch(t.Context(), o.Tomas, db.Batch{
		Kind: "contact", IDs: []string{maya.ID, nils.ID, olga.ID}, Action: "link", Typed: db.Fields{"organization_id": acme.ID},
	}))(t)
	must(o.UpdateLink(t.Context(), o.Ines, acme.ID, maya.ID, 1, db.Fields{"role_label": "CFO"}))(t)
	must(o.UnlinkContact(t.Context(), o.Ines, acme.ID, nils.ID, 1))(t)
	must(o.LinkContact(t.Context(), o.Ines, db.NewLink{OrganizationID: acme.ID, ContactID: nils.ID}))(t)
	u = must(o.UndoBatch(t.Context(), o.Tomas, p.ID))(t)
	want(t, "undone", fmt.Sprint(u.Undone, " ", left(u.Left)), "1 changed 2: Nils Berg Maya Okafor")

	p = must(o.RunBatch(t.Context(), o.Tomas, db.Batch{Kind: "contact", IDs: []string{maya.ID, nils.ID}, Action: "archive"}))(t)
	must(o.RestoreContact(t.Context(), o.Ines, maya.ID, 2))(t)
	o.Exec(t, "DELETE FROM contacts WHERE id = ?", nils.ID)
	u = must(o.UndoBatch(t.Context(), o.Tomas, p.ID))(t)
	want(t, "undone", fmt.Sprint(u.Undone, " ", left(u.Left)), "0 changed 1: Maya Okafor; gone 1:")
}

func TestOfManyUndosOfABatchAtOnceOneCounts(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	acme, brig := o.NewOrganization(t, "Acme"), o.NewOrganization(t, "Brig")
	b := assign(o, acme.ID, brig.ID)
	b.RequestID = strings.ToUpper(uuid.NewString())
	first := must(o.RunBatch(t.Context(), o.Ines, b))(t)
	want(t, "its id", first.ID, strings.ToLower(b.RequestID))
	o.Unchanged(t, func() {
		again := must(o.RunBatch(t.Context(), o.Ines, b))(t)
		want(t, "again", fmt.Sprint(again.ID, again.Changes, again.Subject), fmt.Sprint(first.ID, 2, "Tomás Brandt"))
	})
	errs := make(chan error) // undone only once, however many try at the same time
	for range 8 {
		go func() {
			_, err := o.UndoBatch(t.Context(), o.Ines, first.ID)
			errs <- err
		}()
	}
	refused := 0
	for range 8 {
		if err := <-errs; err != nil {
			wantInvalid(t, err, "batch")
			refused++
		}
	}
	want(t, "refused", refused, 7)
	b.Action = "archive"
	other := must(o.RunBatch(t.Context(), o.Tomas, b))(t)
	want(t, "another's with the same id", fmt.Sprint(other.Changes, other.ID == first.ID), "2 false")
}

func TestABatchThatFailsMidwayChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	var ids []string
	for n := range 50 {
		ids = append(ids, o.NewOrganization(t, fmt.Sprintf("Haus %02d", n)).ID)
	}
	p := must(o.RunBatch(t.Context(), o.Ines, assign(o, ids...)))(t)
	o.Exec(t, "CREATE TRIGGER full BEFORE INSERT ON audit_logs WHEN NEW.target_id = '"+ids[30]+"' BEGIN SELECT RAISE(ABORT, 'no room'); END")
	o.Unchanged(t, func() {
		for _, action := range []string{"archive", "set_sector"} {
			if _, err := o.RunBatch(t.Context(), o.Ines, db.Batch{
				Kind: "organization", IDs: ids, Action: action, Typed: db.Fields{"sector": "x"},
			}); err == nil {
				t.Error(action, "went through")
			}
		}
		if _, err := o.UndoBatch(t.Context(), o.Ines, p.ID); err == nil {
			t.Error("the undo succeeded")
		}
	})
}

// TestABatchOfTenThousand: the largest batch, and one record more.
func TestABatchOfTenThousand(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.Exec(t, `
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
		INSERT INTO contacts (id, first_name, last_name, sort_key, docid) SELECT printf('00000000-0000-7000-8000-%012d', i), 'Kim', 'No ' || i, printf('no %05d', i), i + 1 FROM n`)
	acme := o.Acme(t)
	b := db.Batch{Kind: "contact", Filter: &db.Filter{}, Action: "link", Typed: db.Fields{"organization_id": acme.ID, "role_label": "CFO"}}
	_, err := o.PreviewBatch(t.Context(), o.Tomas, b)
	wantInvalid(t, err, "all")
	n := 10_000
	o.Exec(t, "DELETE FROM contacts WHERE docid > ?", n+1)
	must(o.ArchiveContact(t.Context(), o.Tomas, "00000000-0000-7000-8000-000000000000", 1))(t)
	for _, b := range []db.Batch{b, {Kind: "contact", Filter: &db.Filter{Role: is("CFO"), Status: "all"}, Action: "archive"}} {
		p := must(o.RunBatch(t.Context(), o.Tomas, preview(t, o, o.Tomas, b)))(t)
		want(t, b.Action, in(p), strconv.Itoa(n))
		if b.Action == "archive" {
			u := must(o.UndoBatch(t.Context(), o.Tomas, p.ID))(t)
			want(t, "undone", fmt.Sprint(u.Undone, left(u.Left)), strconv.Itoa(n))
		}
	}
	want(t, "active", o.Column(t, "SELECT sum(is_active) FROM contacts")[0], strconv.Itoa(n))
}
