package db

import (
	"strings"
)

// sight is what a reader must be able to see for an audit row to be visible to them, in lists,
// counts, exports and filters.
type sight int

const (
	ofAccounts sight = iota + 1 // nothing: users, roles, sign-ins and the registry's file are what the audit log is for
	ofReading                   // nothing to see that it happened; its details require all clients and interactions
	ofRecord                    // the organization or contact, and the other end of a link
	ofTalk                      // interactions in general, and an end of this one
	ofClients                   // all clients, because it counts or names any of them
	ofAll                       // all clients and interactions, because it counts any of them
	ofView                      // all clients, and interactions if the view lists those: its name and filters may name some
	ofPath                      // whatever the refused path may name
)

// seesAll reports whether the actor sees every audit row.
func (by Actor) seesAll() bool { return by.Can(ViewClient) && by.Can(ViewInteraction) && !by.OwnOnly }

// ReadsAction reports whether the actor may see any rows of an action.
func (by Actor) ReadsAction(action string) bool {
	switch actionOf(action).sight {
	case ofAccounts, ofReading, ofPath:
		return true
	case ofRecord:
		return by.Can(ViewClient)
	case ofTalk:
		return by.Can(ViewClient) && by.Can(ViewInteraction)
	case ofClients, ofView:
		return by.Can(ViewClient) && !by.OwnOnly
	}
	return by.seesAll()
}

// aboutPrivate is true for rows of audit_logs about a follow-up that had no client at the time.
const aboutPrivate = `target_type = 'follow_up' AND ifnull(json_extract(metadata, '$.interaction_id'),
	ifnull(json_extract(metadata, '$.organization_id'), json_extract(metadata, '$.contact_id'))) IS NULL`

// seesEntry is true for the rows of audit_logs that the actor sees, see action.sight.
func (by Actor) seesEntry() condition {
	if by.program {
		return always
	}
	own := condition{"EXISTS (SELECT 1 FROM follow_ups AS f WHERE f.id = target_id AND ? IN (f.created_by, f.assignee_id))", []any{by.UserID}}
	private := condition{sql: aboutPrivate}
	if by.seesAll() {
		return condition{sql: "NOT (" + private.sql + ")"}.or(own)
	}
	const organization, contact = "json_extract(metadata, '$.organization_id')", "json_extract(metadata, '$.contact_id')"
	const participants = "SELECT value AS contact_id FROM json_each(metadata, '$.participant_ids')"
	otherEnd := condition{sql: contact + " IS NULL"}.or(by.seesContact(contact))
	record := condition{sql: "target_type = 'organization'"}.and(by.seesOrganization("target_id")).and(otherEnd).or(
		condition{sql: "target_type = 'contact'"}.and(by.seesContact("target_id")))
	return by.ofSight(ofAccounts, always).or(by.ofSight(ofReading, always)).or(by.ofSight(ofPath, by.seesPath())).
		or(by.ofSight(ofRecord, record)).or(by.ofSight(ofTalk, by.seesEnds(organization, contact, participants).or(private.and(own)))).
		or(by.ofSight(ofClients, always)).or(by.ofSight(ofView, by.seesViewEntry()))
}

// ofSight is true for rows whose action has this sight, if further holds.
func (by Actor) ofSight(s sight, further condition) condition {
	var slugs []string
	for _, a := range actions {
		if a.sight == s && by.ReadsAction(a.slug) {
			slugs = append(slugs, "'"+a.slug+"'")
		}
	}
	if slugs == nil {
		return never
	}
	return condition{sql: "action IN (" + strings.Join(slugs, ", ") + ")"}.and(further)
}

// seesPath is true if the path of a refused request names no record that the actor may not see.
// Paths of one part, administration and the actor's account name none.
func (by Actor) seesPath() condition {
	const path = "json_extract(metadata, '$.path')"
	open := condition{sql: path + " GLOB '/admin/*' OR " + path + " GLOB '/account*' OR instr(substr(" + path + ", 2), '/') = 0"}
	if by.Can(ViewClient) && !by.OwnOnly {
		return condition{
			sql: "(" + path + " NOT GLOB '/views/*' AND " + path + " NOT GLOB '*/interactions/*' AND " + path + " NOT GLOB '*/follow-ups/*')",
		}.or(open)
	}
	return condition{sql: "(" + open.sql + ")"}
}

// seesViewEntry is true for rows about saved views of lists that the actor may see.
func (by Actor) seesViewEntry() condition {
	if by.Can(ViewInteraction) {
		return always
	}
	return condition{sql: "json_extract(metadata, '$.list') <> 'interactions'"}
}
