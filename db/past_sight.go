package db

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"clientregistry/db/sqlite"
)

// mayLoseSight is true for the rows of audit_logs that can have taken a record out of the actor's
// sight, given what they may see now: rows that changed an owner, a link, or whom an interaction or
// a follow-up is with or given to.
func (by Actor) mayLoseSight() condition {
	rows := never
	if by.OwnOnly {
		rows = condition{`action = 'unlink_contact' OR action IN ('update_org', 'update_contact')
			AND json_extract(metadata, '$.changes.owner_user_id.old') = ?`, []any{by.UserID}}
	}
	switch {
	case !by.Can(ViewInteraction):
		return rows
	case !by.OwnOnly:
		return condition{sql: "action = 'update_follow_up' AND " + aboutPrivate}
	}
	return rows.or(condition{sql: `action = 'delete_interaction' OR action IN ('update_interaction', 'update_follow_up') AND (
		json_type(metadata, '$.changes.organization_id') IS NOT NULL OR json_type(metadata, '$.changes.contact_id') IS NOT NULL
		OR json_type(metadata, '$.changes.participant_id') IS NOT NULL OR json_type(metadata, '$.changes.assignee_id') IS NOT NULL)`})
}

// pastSight tells what its reader saw just after a row of the audit log, under the scope they have
// now. Each row has the old values of what it changed. So a past value is the old one in the first
// later row that changed it, or else what is stored.
type pastSight struct {
	d     *DB
	ctx   context.Context
	by    Actor
	owns  map[sightedAt]bool // answers of owned
	links map[sightedAt][]sighted
	left  map[sighted]bool // those that addDeparted has added
	err   error            // the first; answers after it mean nothing
}

func (d *DB) pastSight(ctx context.Context, by Actor) *pastSight {
	return &pastSight{
		d: d, ctx: ctx, by: by, owns: map[sightedAt]bool{}, links: map[sightedAt][]sighted{}, left: map[sighted]bool{},
	}
}

// sighted is a record that a reader may see.
type sighted struct{ kind, id string }

type sightedAt struct {
	sighted
	seq int64
}

// addDeparted adds LeftSight for each record that the row took out of the reader's sight and that
// they do not see now. A record that left before is not listed twice.
func (p *pastSight) addDeparted(entries []FeedEntry, r feedRow) ([]FeedEntry, error) {
	all := p.departed(r)
	if len(all) == 0 {
		return entries, p.err
	}
	seen := map[sighted]bool{}
	for _, x := range p.seenNow(all) {
		seen[x] = true
	}
	for _, x := range all {
		if seen[x] {
			continue
		}
		e := FeedEntry{Action: LeftSight, TargetType: x.kind, TargetID: x.id}
		if p.left[x] {
			entries = slices.DeleteFunc(entries, func(other FeedEntry) bool { return other == e })
		}
		p.left[x] = true
		entries = append(entries, e)
	}
	return entries, p.err
}

// departed returns the records that the reader saw before a row and not after it: the one it is
// about, and those that they saw only because of it.
func (p *pastSight) departed(r feedRow) (all []sighted) {
	tried := map[sighted]bool{}
	add := func(some ...sighted) {
		for _, x := range some {
			if !tried[x] && p.saw(x, r.seq-1) && !p.saw(x, r.seq) {
				all = append(all, x)
			}
			tried[x] = true
		}
	}
	target := sighted{r.TargetType, r.TargetID}
	switch r.Action {
	case "unlink_contact":
		add(target, sighted{"contact", p.text("SELECT json_extract(metadata, '$.contact_id') FROM audit_logs WHERE seq = ?", r.seq)})
	case "update_org", "update_contact":
		add(target)
		add(p.linked(target, r.seq-1)...)
	case "delete_interaction":
		if !r.seen { // otherwise this row says it
			add(target)
		}
	default:
		add(target)
	}
	if p.by.Can(ViewInteraction) {
		for _, x := range all {
			if x.kind == "organization" || x.kind == "contact" {
				add(p.with(x, r.seq)...)
			}
		}
		add(p.targets("SELECT 'follow_up', id FROM follow_ups WHERE interaction_id IN (SELECT value FROM json_each(?))", idsOf(all))...)
	}
	return all
}

// saw reports whether the reader saw a record just after a row.
func (p *pastSight) saw(x sighted, seq int64) bool {
	switch x.kind {
	case "organization", "contact":
		return !p.by.OwnOnly || p.owned(x, seq) ||
			slices.ContainsFunc(p.linked(x, seq), func(other sighted) bool { return p.owned(other, seq) })
	case "interaction":
		return p.sawEnds(p.ends(x, seq), seq)
	}
	e := p.ends(x, seq)
	switch {
	case e.InteractionID != "":
		return p.saw(sighted{"interaction", e.InteractionID}, seq)
	case len(e.clients()) > 0:
		return p.sawEnds(e, seq)
	}
	return p.text("SELECT created_by FROM follow_ups WHERE id = ?", x.id) == p.by.UserID || p.was(x, "assignee_id", seq) == p.by.UserID
}

// owned reports whether the reader owned a client just after a row.
func (p *pastSight) owned(x sighted, seq int64) bool {
	at := sightedAt{x, seq}
	if _, known := p.owns[at]; !known {
		p.owns[at] = p.was(x, "owner_user_id", seq) == p.by.UserID
	}
	return p.owns[at]
}

// was returns the value that a column of a record had just after a row.
func (p *pastSight) was(x sighted, column string, seq int64) string {
	table := map[string]string{"organization": "organizations", "contact": "contacts", "follow_up": "follow_ups"}[x.kind]
	return p.text(`
		SELECT value FROM (
			SELECT * FROM (
				SELECT seq, json_extract(metadata, '$.changes.`+column+`.old') AS value FROM audit_logs
				WHERE target_type = ? AND target_id = ? AND seq > ? AND json_type(metadata, '$.changes.`+column+`') IS NOT NULL
				ORDER BY seq
				LIMIT 1)
			UNION ALL
			SELECT 1 << 62, `+column+` FROM `+table+` WHERE id = ?)
		ORDER BY seq
		LIMIT 1`, x.kind, x.id, seq, x.id)
}

// linked returns the clients at the other end of the links that a client had just after a row.
func (p *pastSight) linked(x sighted, seq int64) []sighted {
	at := sightedAt{x, seq}
	if known, ok := p.links[at]; ok {
		return known
	}
	column, other, about := "organization_id", "contact", "target_type = 'organization' AND target_id = ?"
	end := "json_extract(metadata, '$.contact_id')"
	if x.kind == "contact" {
		column, other, about, end = "contact_id", "organization", "json_extract(metadata, '$.contact_id') = ?", "target_id"
	}
	// Of the later rows about a link only the first counts: it created the link, or removed one that was there.
	p.links[at] = p.targets(`
		WITH later AS (
			SELECT `+end+` AS id, action, min(seq) FROM audit_logs
			WHERE `+about+` AND seq > ? AND +action IN ('link_contact', 'unlink_contact') AND `+end+` IS NOT NULL
			GROUP BY 1)
		SELECT ?, `+other+`_id FROM organization_contact WHERE `+column+` = ? AND `+other+`_id NOT IN (SELECT id FROM later)
		UNION ALL
		SELECT ?, id FROM later WHERE action = 'unlink_contact'`, x.id, seq, other, x.id, other)
	return p.links[at]
}

// with returns the interactions and follow-ups that were with a client in some row before this one.
func (p *pastSight) with(x sighted, seq int64) []sighted {
	const talk = " AND seq < ? AND +target_type IN ('interaction', 'follow_up')"
	query := "SELECT target_type, target_id FROM audit_logs WHERE json_extract(metadata, '$." + x.kind + "_id') = ?" + talk
	if x.kind != "contact" {
		return p.targets(query, x.id, seq)
	}
	return p.targets(query+`
		UNION
		SELECT target_type, target_id FROM audit_participants CROSS JOIN audit_logs USING (seq) WHERE contact_id = ?`+talk,
		x.id, seq, x.id, seq)
}

// ends are whom an interaction or a follow-up is with.
type ends struct {
	OrganizationID string   `json:"organization_id"`
	ContactID      string   `json:"contact_id"`
	ParticipantIDs []string `json:"participant_ids"`
	InteractionID  string   `json:"interaction_id"` // of a follow-up
}

// clients returns the clients among them.
func (e ends) clients() (all []sighted) {
	if e.OrganizationID != "" {
		all = append(all, sighted{"organization", e.OrganizationID})
	}
	for _, id := range append([]string{e.ContactID}, e.ParticipantIDs...) {
		if id != "" {
			all = append(all, sighted{"contact", id})
		}
	}
	return all
}

// ends returns the ends that an interaction or a follow-up had just after a row, none if it did not
// exist. Each of its rows says them.
func (p *pastSight) ends(x sighted, seq int64) (e ends) {
	said := p.text(`
		SELECT iif(action = 'delete_interaction', '', metadata) FROM audit_logs
		WHERE target_type = ? AND target_id = ? AND seq <= ? AND +action IN `+changing(x.kind)+`
		ORDER BY seq DESC
		LIMIT 1`, x.kind, x.id, seq)
	if json.Unmarshal([]byte(said), &e) != nil { // none, or written by another program
		return ends{}
	}
	return e
}

// sawEnds reports whether the reader saw one of the ends just after a row.
func (p *pastSight) sawEnds(e ends, seq int64) bool {
	return slices.ContainsFunc(e.clients(), func(x sighted) bool { return p.saw(x, seq) })
}

// seenNow returns those of the records that the reader sees now.
func (p *pastSight) seenNow(all []sighted) []sighted {
	const among = ".id IN (SELECT value FROM json_each(?)) AND "
	var parts []string
	var args []any
	for _, of := range []struct {
		kind, table, from string
		seen              condition
	}{
		{"organization", "organizations", "organizations", p.by.seesOrganization("organizations.id")},
		{"contact", "contacts", "contacts", p.by.seesContact("contacts.id")},
		{"interaction", "interactions", "interactions", p.by.seesInteraction("interactions")},
		{"follow_up", "follow_ups", followUpsJoined, p.by.seesFollowUp()},
	} {
		parts = append(parts, "SELECT '"+of.kind+"', "+of.table+".id FROM "+of.from+" WHERE "+of.table+among+of.seen.sql)
		args = append(append(args, idsOf(all)), of.seen.args...)
	}
	return p.targets(strings.Join(parts, "\nUNION ALL "), args...)
}

// idsOf returns the IDs of records as a JSON array. No two kinds share one.
func idsOf(all []sighted) string {
	ids := make([]string, len(all))
	for i, x := range all {
		ids[i] = x.id
	}
	list, _ := json.Marshal(ids) // strings always encode
	return string(list)
}

// text returns what a query for one text finds, "" for NULL and for no row.
func (p *pastSight) text(query string, args ...any) (found string) {
	if p.err == nil {
		p.err = ignoreMissing(p.d.reader.QuickQueryRow(p.ctx, query, args...).Scan(nullText{&found}))
	}
	return found
}

// targets returns the records that a query finds, by kind and ID.
func (p *pastSight) targets(query string, args ...any) []sighted {
	if p.err != nil {
		return nil
	}
	rows, err := p.d.reader.QuickQuery(p.ctx, query, args...)
	all, err := sqlite.Collect(rows, err, func(r sqlite.Row) (x sighted, err error) { return x, r.Scan(&x.kind, &x.id) })
	p.err = err
	return all
}
