package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Organization is a client. OwnerName, Contacts and the last contact are read
// with it; the last contact only for those who may see interactions.
type Organization struct {
	ID, LegalName, DisplayName, Website, Sector, SizeBand, TaxID string
	OwnerID, OwnerName                                           string
	IsActive                                                     bool
	CreatedAt, UpdatedAt                                         time.Time
	Version                                                      int
	LastContactAt                                                time.Time // zero: never
	LastContactChannel                                           string
	Contacts                                                     int
	OutOfSight                                                   bool   // a change took it out of the sight of who made it
	key, sortKey                                                 string // what a list sorts it by
}

// organizationRules are the columns of an organization that people change, in the order of the form.
var organizationRules = []rule{
	{column: "display_name", words: "Name", max: 160, required: "Enter the organization's name"},
	{column: "legal_name", words: "Legal name", max: 200, required: "Enter the name in its registration"},
	{column: "website", words: "Website", max: 200, check: website},
	{column: "sector", words: "Sector", max: 80},
	{column: "size_band", words: "Size", max: 40},
	{column: "tax_id", words: "Tax ID", max: 50},
	{column: "owner_user_id", words: "Owner", max: 36},
}

func (o *Organization) value(column string) *string {
	return map[string]*string{
		"display_name": &o.DisplayName, "legal_name": &o.LegalName, "website": &o.Website, "sector": &o.Sector,
		"size_band": &o.SizeBand, "tax_id": &o.TaxID, "owner_user_id": &o.OwnerID,
	}[column]
}

// Value returns one column that people change, "" where it is unset. ok is
// false for any other name.
func (o Organization) Value(column string) (value string, ok bool) {
	if v := o.value(column); v != nil {
		return *v, true
	}
	return "", false
}

var selectOrganization, _ = selectOrganizationFor(Actor{}, "sort_key", ownerName)

// selectOrganizationFor reads organizations as the actor sees them, with the
// key of a list's order and the owner's name, ownerName or unnamed; its arguments
// come before those of what follows.
func selectOrganizationFor(by Actor, key, owner string) (query string, args []any) {
	contacts := condition{sql: "contacts_count"}
	if by.OwnOnly {
		contacts = by.seesContact("contact_id")
		contacts.sql = "(SELECT count(*) FROM organization_contact WHERE organization_id = organizations.id AND " + contacts.sql + ")"
	}
	return `
		SELECT organizations.id, legal_name, display_name, website, sector, size_band, tax_id, owner_user_id, ` + owner + `,
			is_active, organizations.created_at, organizations.updated_at, version, last_contact_at, last_contact_channel,
			` + key + `, sort_key, ` + contacts.sql + `
		FROM organizations`, contacts.args
}

func scanOrganization(r row) (Organization, error) {
	var o Organization
	err := r.Scan(&o.ID, &o.LegalName, &o.DisplayName, text{&o.Website}, text{&o.Sector}, text{&o.SizeBand}, text{&o.TaxID},
		text{&o.OwnerID}, text{&o.OwnerName}, &o.IsActive, moment{&o.CreatedAt}, moment{&o.UpdatedAt}, &o.Version,
		moment{&o.LastContactAt}, text{&o.LastContactChannel}, &o.key, &o.sortKey, &o.Contacts)
	if errors.Is(err, sql.ErrNoRows) {
		return Organization{}, ErrNotFound
	}
	return o, err
}

// seenBy blanks what the actor may not see of it.
func (o *Organization) seenBy(by Actor) {
	if !by.Can(ViewInteraction) {
		o.LastContactAt, o.LastContactChannel = time.Time{}, ""
	}
}

// Organization returns one organization, or ErrNotFound.
func (d *DB) Organization(ctx context.Context, by Actor, id string) (Organization, error) {
	read, args := selectOrganizationFor(by, "sort_key", ownerName)
	seen := by.seesOrganization("organizations.id")
	o, err := scanOrganization(d.reader.queryRow(ctx, read+" WHERE organizations.id = ? AND "+seen.sql, append(append(args, id), seen.args...)...))
	if err != nil {
		return o, fmt.Errorf("organization %s: %w", id, err)
	}
	o.seenBy(by)
	return o, nil
}

// changedOrganization is an organization after a change by the actor: what he
// still sees of it, or else its name and that it is out of his sight.
func (d *DB) changedOrganization(ctx context.Context, by Actor, id string) (Organization, error) {
	o, err := d.Organization(ctx, by, id)
	if !errors.Is(err, ErrNotFound) || !by.OwnOnly {
		return o, err
	}
	o, err = d.Organization(ctx, System, id)
	return Organization{ID: o.ID, DisplayName: o.DisplayName, Version: o.Version, IsActive: o.IsActive, OutOfSight: true}, err
}

// organizations is the list of organizations.
var organizations = &listing{
	table: "organizations", id: "organizations.id", words: "organization_search",
	sorts: []sorting{
		{column: "display_name", key: "sort_key", index: "organizations_by_name"},
		{column: "sector", key: "sector_key", index: "organizations_sort_sector", byName: true},
		{column: "size_band", key: "size_key", index: "organizations_sort_size", byName: true},
		{column: "owner", key: "owner_key", index: "organizations_sort_owner", byName: true},
		{column: "contacts", key: "contacts_key", index: "organizations_sort_contacts", byName: true, telling: true},
		{column: "last_contact", key: "last_contact_key", index: "organizations_by_contact"},
		{column: "created_at", key: "organizations.created_at", index: "organizations_by_created"},
		{column: "updated_at", key: "organizations.updated_at", index: "organizations_by_updated"},
	},
	missing: map[string]string{"contacts": "{}contacts_key = '0000000000'"},
	read:    func(by Actor, key string) (string, []any) { return selectOrganizationFor(by, key, unnamed) },
	own:     Actor.ownOrganizations,
	sees:    Actor.seesOrganization,
}

// Organizations lists a page of organizations. next is the cursor of the
// following page, "" where there is none.
func (d *DB) Organizations(ctx context.Context, by Actor, f Filter) (page []Organization, next string, err error) {
	page, next, err = listed(ctx, d, by, organizations, f, scanOrganization, func(o Organization) [3]string { return [3]string{o.key, o.sortKey, o.ID} })
	if page, err = d.organizationsFor(ctx, by, page, err); err != nil {
		return nil, "", fmt.Errorf("organizations: %w", err)
	}
	return page, next, nil
}

// organizationsFor names the owners of organizations that were read unnamed, and
// blanks what the actor may not see.
func (d *DB) organizationsFor(ctx context.Context, by Actor, all []Organization, err error) ([]Organization, error) {
	return named(ctx, d, all, err, func(o *Organization, names map[string]string) {
		o.OwnerName = names[o.OwnerID]
		o.seenBy(by)
	})
}

// CountOrganizations counts what a filter finds, exactly up to MostCounted;
// more tells that there are more than that.
func (d *DB) CountOrganizations(ctx context.Context, by Actor, f Filter) (n int, more bool, err error) {
	return d.count(ctx, by, organizations, f)
}

// CreateOrganization makes an organization from the typed fields; the legal
// name is the display name where it was left empty. requestID, if any, makes a
// repeated call return what the first one made. Refused fields are Invalid.
func (d *DB) CreateOrganization(ctx context.Context, by Actor, typed Fields, requestID string) (Organization, error) {
	var id string
	err := d.write(ctx, by, func(t *tx) (err error) {
		if id, err = t.requested("organization", requestID); err != nil || id != "" {
			return err
		}
		if id, err = t.createOrganization(typed); err != nil {
			return err
		}
		return t.keepRequest("organization", requestID, id)
	})
	if err != nil {
		return Organization{}, fmt.Errorf("create organization: %w", err)
	}
	return d.changedOrganization(ctx, by, id)
}

func (t *tx) createOrganization(typed Fields) (id string, err error) {
	typed = typed.with("display_name")
	if strings.TrimSpace(typed["legal_name"]) == "" {
		typed["legal_name"] = typed["display_name"]
	}
	o := Organization{ID: newID()}
	changes, refused := apply(organizationRules, typed, &o)
	if refused != nil {
		if refused.Fields["display_name"] != "" && typed["legal_name"] == typed["display_name"] {
			delete(refused.Fields, "legal_name") // the same message twice
		}
		return "", refused
	}
	if err := t.checkOwner(o.OwnerID); err != nil {
		return "", err
	}
	_, err = t.exec(`
		INSERT INTO organizations (id, legal_name, display_name, website, sector, size_band, tax_id, owner_user_id, created_at, updated_at, sort_key, docid)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT ifnull(max(docid), 0) + 1 FROM organizations))`,
		o.ID, o.LegalName, o.DisplayName, orNull(o.Website), orNull(o.Sector), orNull(o.SizeBand), orNull(o.TaxID), orNull(o.OwnerID),
		stamp(t.now), stamp(t.now), SortKey(o.DisplayName))
	if err != nil {
		return "", err
	}
	if err := t.reindexOrganization(o.ID); err != nil {
		return "", err
	}
	return o.ID, t.record("create_org", "organization", o.ID, details{"changes": changes})
}

// UpdateOrganization changes the typed fields of the version that was read.
// It returns Invalid, Conflict where a typed field has changed since, or
// ErrNotFound. Typing what is there already changes nothing and is no conflict.
func (d *DB) UpdateOrganization(ctx context.Context, by Actor, id string, version int, typed Fields) (Organization, error) {
	err := d.write(ctx, by, func(t *tx) error { return t.updateOrganization(id, version, typed) })
	if err != nil {
		return Organization{}, fmt.Errorf("update organization %s: %w", id, err)
	}
	return d.changedOrganization(ctx, by, id)
}

func (t *tx) updateOrganization(id string, version int, typed Fields) error {
	if err := t.mustSee("organization", id); err != nil {
		return err
	}
	o, err := scanOrganization(t.queryRow(selectOrganization+" WHERE organizations.id = ?", id))
	if err != nil {
		return err
	}
	owner, name := o.OwnerID, o.DisplayName
	changes, refused := apply(organizationRules, typed, &o)
	if refused != nil {
		return refused
	}
	if len(changes) == 0 {
		return nil
	}
	if err := t.reconcile(version, o.Version, changes, &o, func() error { return t.conflict("organization", id) }, versionsOf, "organization", id); err != nil || len(changes) == 0 {
		return err
	}
	if o.OwnerID != owner {
		if err := t.checkOwner(o.OwnerID); err != nil {
			return err
		}
	}
	_, err = t.exec(`
		UPDATE organizations
		SET legal_name = ?, display_name = ?, website = ?, sector = ?, size_band = ?, tax_id = ?, owner_user_id = ?, sort_key = ?,
			updated_at = ?, version = version + 1
		WHERE id = ?`,
		o.LegalName, o.DisplayName, orNull(o.Website), orNull(o.Sector), orNull(o.SizeBand), orNull(o.TaxID), orNull(o.OwnerID), SortKey(o.DisplayName),
		stamp(t.now), id)
	if err != nil {
		return err
	}
	if err := t.reindexOrganization(id); err != nil {
		return err
	}
	if o.DisplayName != name {
		if err := t.reindexContactsOf(id); err != nil {
			return err
		}
	}
	return t.record("update_org", "organization", id, details{"changes": changes})
}

func (t *tx) reindexContactsOf(organizationID string) error {
	rows, err := t.query("SELECT contact_id FROM organization_contact WHERE organization_id = ?", organizationID)
	ids, err := collect(rows, err, scanText)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.reindexContact(id); err != nil {
			return err
		}
	}
	return nil
}

// ArchiveOrganization hides an organization from lists, search and pickers;
// RestoreOrganization brings it back. One that is so already is left alone. A
// stale version is a Conflict.
func (d *DB) ArchiveOrganization(ctx context.Context, by Actor, id string, version int) (Organization, error) {
	return d.setOrganizationActive(ctx, by, id, version, false, "archive_org")
}

// RestoreOrganization undoes ArchiveOrganization.
func (d *DB) RestoreOrganization(ctx context.Context, by Actor, id string, version int) (Organization, error) {
	return d.setOrganizationActive(ctx, by, id, version, true, "restore_org")
}

func (d *DB) setOrganizationActive(ctx context.Context, by Actor, id string, version int, active bool, action string) (Organization, error) {
	err := d.write(ctx, by, func(t *tx) error { return t.setActive("organizations", "organization", id, version, active, action) })
	if err != nil {
		return Organization{}, fmt.Errorf("%s %s: %w", action, id, err)
	}
	return d.Organization(ctx, by, id)
}

// setActive is archive and restore of both kinds of record.
func (t *tx) setActive(table, targetType, id string, version int, active bool, action string) error {
	if err := t.mustSee(targetType, id); err != nil {
		return err
	}
	var is bool
	var current int
	err := t.queryRow("SELECT is_active, version FROM "+table+" WHERE id = ?", id).Scan(&is, &current)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil || is == active {
		return err
	}
	if current != version {
		return t.conflict(targetType, id)
	}
	if _, err := t.exec("UPDATE "+table+" SET is_active = ?, updated_at = ?, version = version + 1 WHERE id = ?", active, stamp(t.now), id); err != nil {
		return err
	}
	return t.record(action, targetType, id, details{"changes": map[string]Change{"is_active": {Old: is, New: active}}})
}

// conflict names who changed a record last, and when.
func (t *tx) conflict(targetType, id string) error {
	c := &Conflict{}
	err := t.queryRow(`
		SELECT users.full_name, audit_logs.created_at
		FROM audit_logs LEFT JOIN users ON users.id = user_id
		WHERE target_type = ? AND target_id = ?
		ORDER BY seq DESC LIMIT 1`, targetType, id).Scan(text{&c.By}, moment{&c.At})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return c
}

// requested returns the thing of this kind that a creating request has made
// already, "" if nothing. A request_id that is no UUID does not count.
func (t *tx) requested(made, requestID string) (targetID string, err error) {
	requestID = strings.ToLower(requestID)
	if !ValidID(requestID) {
		return "", nil
	}
	err = t.queryRow("SELECT target_id FROM requests WHERE user_id = ? AND made = ? AND request_id = ?", t.by.UserID, made, requestID).Scan(&targetID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return targetID, err
}

func (t *tx) keepRequest(made, requestID, targetID string) error {
	requestID = strings.ToLower(requestID)
	if !ValidID(requestID) || t.by.UserID == "" {
		return nil
	}
	_, err := t.exec("INSERT INTO requests (user_id, made, request_id, target_id, created_at) VALUES (?, ?, ?, ?, ?)", t.by.UserID, made, requestID, targetID, stamp(t.now))
	return err
}

// Suggestions for free text, before what the registry uses itself (DESIGN section 4).
var (
	sectors    = []string{"Manufacturing", "SaaS", "Retail", "Logistics", "Healthcare", "Public sector", "Services", "Energy", "Food & drink", "Construction", "Media", "Education"}
	sizeBands  = []string{"1-10", "11-50", "51-200", "201-500", "501-1000", "1000+"}
	roleLabels = []string{"CFO", "CEO", "Billing contact", "Decision maker", "Technical contact", "Advisor", "Board member"}
	outcomes   = []string{"Follow-up scheduled", "Closed won", "Closed lost", "No answer", "Left a message", "Information sent"}
)

// Sectors are suggestions for the sector: the usual ones and those in use.
func (d *DB) Sectors(ctx context.Context, by Actor) ([]string, error) {
	return d.suggestions(ctx, by, sectors, "organizations", "sector", by.seesOrganization("organizations.id"), by.ownOrganizations().holds("id"))
}

// SizeBands are suggestions for the size band.
func (d *DB) SizeBands(ctx context.Context, by Actor) ([]string, error) {
	return d.suggestions(ctx, by, sizeBands, "organizations", "size_band", by.seesOrganization("organizations.id"), by.ownOrganizations().holds("id"))
}

// RoleLabels are suggestions for a contact's role at an organization.
func (d *DB) RoleLabels(ctx context.Context, by Actor) ([]string, error) {
	return d.suggestions(ctx, by, roleLabels, "organization_contact", "role_label", by.seesLink(), by.ownOrganizations().holds("organization_id").and(by.ownContacts().holds("contact_id")))
}

// Outcomes are suggestions for an interaction's outcome.
func (d *DB) Outcomes(ctx context.Context, by Actor) ([]string, error) {
	return d.suggestions(ctx, by, outcomes, "interactions", "outcome", by.seesInteraction("organization_id", "contact_id"), by.ownInteractions())
}

// suggestions adds up to 50 values in use to the usual ones. It jumps from value to
// value along the column's index: a DISTINCT would walk the whole table. A value
// that only rows out of sight have is not one of them: an actor with few clients
// of his own reads theirs, one with many asks of each row.
func (d *DB) suggestions(ctx context.Context, by Actor, usual []string, table, column string, seen, own condition) ([]string, error) {
	who := ""
	if by.OwnOnly {
		who = by.UserID
	}
	return remembered(&d.memo, column+" "+who, func() ([]string, error) {
		used, err := d.inUse(ctx, by, table, column, seen, own)
		all := slices.Clone(usual)
		for _, v := range used {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
		return all, err
	})
}

func (d *DB) inUse(ctx context.Context, by Actor, table, column string, seen, own condition) ([]string, error) {
	few, err := d.ownsFew(ctx, by)
	if err != nil {
		return nil, err
	}
	var rows cursor
	if few {
		rows, err = d.reader.queryWatched(ctx, "SELECT DISTINCT "+column+" FROM "+table+" WHERE +"+column+" > '' AND "+own.sql+" ORDER BY 1 LIMIT 50", own.args...)
	} else {
		rows, err = d.reader.queryWatched(ctx, `
			WITH RECURSIVE used (v, n) AS (
				SELECT (SELECT `+column+` FROM `+table+` WHERE `+column+` > '' AND `+seen.sql+` ORDER BY `+column+` LIMIT 1), 1
				UNION ALL
				SELECT (SELECT `+column+` FROM `+table+` WHERE `+column+` > v AND `+seen.sql+` ORDER BY `+column+` LIMIT 1), n + 1 FROM used WHERE v IS NOT NULL AND n < 50
			)
			SELECT v FROM used WHERE v IS NOT NULL`, append(slices.Clone(seen.args), seen.args...)...)
	}
	return collect(rows, err, scanText)
}
