package db

import (
	"strings"
)

// sight is what a reader of the history must see themselves for a row to be
// there for them: in lists and counts, in the file, and in what filters offer.
type sight int

const (
	ofAccounts sight = iota + 1 // nothing: it is about people, roles, sign-ins and the registry's file, which the audit log is for
	ofReading                   // nothing for the fact; what was searched for and found takes all clients and interactions
	ofRecord                    // the organization or contact that it is about, and the other end of a link
	ofTalk                      // interactions, and an end of this one
	ofClients                   // all clients: it counts and names those of anybody
	ofView                      // all clients, and interactions where it is a view of those: its name and filters may name some
	ofPath                      // all that the refused address may name
)

// seesAll tells whether every row of the history is there for the actor.
func (by Actor) seesAll() bool { return by.Can(ViewClient) && by.Can(ViewInteraction) && !by.OwnOnly }

// ReadsAction tells whether any row of an action may be there for the actor.
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

// seesEntry is whether a row of audit_logs is there for the actor, see action.sight.
func (by Actor) seesEntry() condition {
	if by.seesAll() {
		return always
	}
	const organization, contact = "json_extract(metadata, '$.organization_id')", "json_extract(metadata, '$.contact_id')"
	otherEnd := condition{sql: contact + " IS NULL"}.or(by.seesContact(contact))
	record := condition{sql: "target_type = 'organization'"}.and(by.seesOrganization("target_id")).and(otherEnd).or(
		condition{sql: "target_type = 'contact'"}.and(by.seesContact("target_id")))
	return by.ofSight(ofAccounts, always).or(by.ofSight(ofReading, always)).or(by.ofSight(ofPath, by.seesPath())).
		or(by.ofSight(ofRecord, record)).or(by.ofSight(ofTalk, by.seesInteraction(organization, contact))).
		or(by.ofSight(ofClients, always)).or(by.ofSight(ofView, by.seesViewEntry()))
}

// ofSight is whether a row is of an action with this sight, and further what is asked of it.
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

// seesPath is whether the address of a refused request names no record: it has
// one part only, like a list, or is of administration or the own account.
func (by Actor) seesPath() condition {
	const path = "json_extract(metadata, '$.path')"
	open := condition{sql: path + " GLOB '/admin/*' OR " + path + " GLOB '/account*' OR instr(substr(" + path + ", 2), '/') = 0"}
	if by.Can(ViewClient) && !by.OwnOnly {
		return condition{
			sql: "(" + path + " NOT GLOB '/views/*' AND " + path + " NOT GLOB '*/interactions/*' AND " + path + " NOT GLOB '/follow-ups/*')",
		}.or(open)
	}
	return condition{sql: "(" + open.sql + ")"}
}

// seesViewEntry is whether a row about a saved view is one of a list that the actor sees.
func (by Actor) seesViewEntry() condition {
	if by.Can(ViewInteraction) {
		return always
	}
	return condition{sql: "json_extract(metadata, '$.list') <> 'interactions'"}
}
