package db

import (
	"slices"
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

// auditSights says it of each action. One that is missing is there only for who
// sees everything, and fails a test.
var auditSights = map[string]sight{
	"create_org": ofRecord, "update_org": ofRecord, "archive_org": ofRecord, "restore_org": ofRecord,
	"link_contact": ofRecord, "update_link": ofRecord, "unlink_contact": ofRecord,
	"create_contact": ofRecord, "update_contact": ofRecord, "archive_contact": ofRecord, "restore_contact": ofRecord, "erase_contact": ofRecord,

	"create_interaction": ofTalk, "update_interaction": ofTalk, "delete_interaction": ofTalk, "restore_interaction": ofTalk,
	"create_follow_up": ofTalk, "update_follow_up": ofTalk, "move_follow_up": ofTalk, "finish_follow_up": ofTalk, "reopen_follow_up": ofTalk,

	"login": ofAccounts, "login_started": ofAccounts, "login_failed": ofAccounts, "logout": ofAccounts, "end_sessions": ofAccounts,
	"address_locked": ofAccounts, "unlock_address": ofAccounts, "account_locked": ofAccounts, "unlock_user": ofAccounts,
	"create_user": ofAccounts, "update_user": ofAccounts, "invite_user": ofAccounts, "accept_invitation": ofAccounts,
	"disable_user": ofAccounts, "enable_user": ofAccounts, "change_password": ofAccounts, "reset_password": ofAccounts,
	"reset_password_link": ofAccounts, "change_email": ofAccounts, "enable_mfa": ofAccounts, "disable_mfa": ofAccounts, "reset_mfa": ofAccounts,
	"new_recovery_codes": ofAccounts, "use_recovery_code": ofAccounts,
	"create_role": ofAccounts, "update_role": ofAccounts, "delete_role": ofAccounts,

	"make_backup": ofAccounts, "export_backup": ofAccounts,

	"view_audit": ofReading, "export_audit": ofReading, "restore_registry": ofReading, "refused": ofPath,
	"import_demo": ofClients, "batch_organizations": ofClients, "batch_contacts": ofClients, "undo_batch": ofClients,
	"create_view": ofView, "update_view": ofView, "delete_view": ofView, "restore_view": ofView,
}

// seesAll tells whether every row of the history is there for the actor.
func (by Actor) seesAll() bool { return by.Can(ViewClient) && by.Can(ViewInteraction) && !by.OwnOnly }

// ReadsAction tells whether any row of an action may be there for the actor.
func (by Actor) ReadsAction(action string) bool {
	switch auditSights[action] {
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

// seesEntry is whether a row of audit_logs is there for the actor, see auditSights.
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
	var actions []string
	for action, of := range auditSights {
		if of == s && by.ReadsAction(action) {
			actions = append(actions, "'"+action+"'")
		}
	}
	if actions == nil {
		return never
	}
	slices.Sort(actions) // so that it is the same query each time
	return condition{sql: "action IN (" + strings.Join(actions, ", ") + ")"}.and(further)
}

// seesPath is whether the address of a refused request names no record: it has
// one part only, like a list, or is of administration or the own account.
func (by Actor) seesPath() condition {
	const path = "json_extract(metadata, '$.path')"
	open := condition{sql: path + " GLOB '/admin/*' OR " + path + " GLOB '/account*' OR instr(substr(" + path + ", 2), '/') = 0"}
	if by.Can(ViewClient) && !by.OwnOnly {
		return condition{sql: "(" + path + " NOT GLOB '/views/*' AND " + path + " NOT GLOB '*/interactions/*' AND " + path + " NOT GLOB '/follow-ups/*')"}.or(open)
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
