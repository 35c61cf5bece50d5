package db

import (
	"slices"
	"strings"
)

// action describes one kind of audit row.
type action struct {
	slug string
	kind string // target_type of its rows
	// changes is the kind of record that it makes a new version of, or "" for actions that change
	// no record, like a sign-in or an export. Only changes cause conflicts and appear in a record's
	// history and in “where you left off”.
	changes  string
	sight    sight
	event    string // the event that webhooks receive, or "" for none; a batch sends only its end
	words    string // what people read after the actor's name; * stands for the target
	ownWords string // the same if the actor is the target; "" means words
	later    bool   // nothing records it yet, so no filter offers it
}

// actions are all the actions that can be recorded. To add one, add a line here, and one in
// views/wording if its sentence says more. Actions that only read are named view_… or export_…; a
// GET may record no others.
var actions = []action{
	{slug: "create_org", kind: "organization", changes: "organization", sight: ofRecord, event: "created", words: "created *"},
	{slug: "update_org", kind: "organization", changes: "organization", sight: ofRecord, event: "updated", words: "changed *"},
	{slug: "archive_org", kind: "organization", changes: "organization", sight: ofRecord, event: "archived", words: "archived *"},
	{slug: "restore_org", kind: "organization", changes: "organization", sight: ofRecord, event: "restored", words: "restored *"},
	{slug: "link_contact", kind: "organization", changes: "link", sight: ofRecord, event: "created", words: "linked *"},
	{slug: "update_link", kind: "organization", changes: "link", sight: ofRecord, event: "updated", words: "changed the link to *"},
	{slug: "unlink_contact", kind: "organization", changes: "link", sight: ofRecord, event: "removed", words: "unlinked *"},

	{slug: "create_contact", kind: "contact", changes: "contact", sight: ofRecord, event: "created", words: "created *"},
	{slug: "update_contact", kind: "contact", changes: "contact", sight: ofRecord, event: "updated", words: "changed *"},
	{slug: "archive_contact", kind: "contact", changes: "contact", sight: ofRecord, event: "archived", words: "archived *"},
	{slug: "restore_contact", kind: "contact", changes: "contact", sight: ofRecord, event: "restored", words: "restored *"},
	{slug: "erase_contact", kind: "contact", changes: "contact", sight: ofRecord, event: "updated", words: "erased *", later: true},

	{slug: "create_interaction", kind: "interaction", changes: "interaction", sight: ofTalk, event: "created", words: "logged *"},
	{slug: "update_interaction", kind: "interaction", changes: "interaction", sight: ofTalk, event: "updated", words: "changed *"},
	{slug: "delete_interaction", kind: "interaction", changes: "interaction", sight: ofTalk, event: "deleted", words: "deleted *"},
	{slug: "restore_interaction", kind: "interaction", changes: "interaction", sight: ofTalk, event: "restored", words: "restored *"},

	{slug: "create_follow_up", kind: "follow_up", changes: "follow_up", sight: ofTalk, event: "created", words: "planned *"},
	{slug: "update_follow_up", kind: "follow_up", changes: "follow_up", sight: ofTalk, event: "updated", words: "changed *"},
	{slug: "move_follow_up", kind: "follow_up", changes: "follow_up", sight: ofTalk, event: "moved", words: "moved *"},
	{slug: "finish_follow_up", kind: "follow_up", changes: "follow_up", sight: ofTalk, event: "done", words: "finished *"},
	{slug: "cancel_follow_up", kind: "follow_up", changes: "follow_up", sight: ofTalk, event: "cancelled", words: "cancelled *"},
	{slug: "reopen_follow_up", kind: "follow_up", changes: "follow_up", sight: ofTalk, event: "reopened", words: "reopened *"},

	{slug: "login", kind: "session", sight: ofAccounts, words: "signed in"},
	{slug: "login_started", kind: "session", sight: ofAccounts, words: "gave the right password and was asked for a code"},
	{slug: "login_failed", kind: "session", sight: ofAccounts, words: "was refused at sign-in"},
	{slug: "logout", kind: "session", sight: ofAccounts, words: "signed out"},
	{slug: "end_sessions", kind: "session", sight: ofAccounts, words: "ended sessions"},
	{slug: "address_locked", kind: "session", sight: ofAccounts, words: "was locked out after wrong passwords from one address"},
	{slug: "unlock_address", kind: "session", sight: ofAccounts, words: "unlocked sign-ins from an address"},

	{slug: "create_user", kind: "user", changes: "user", sight: ofAccounts, words: "created the user *"},
	{
		slug: "update_user", kind: "user", changes: "user", sight: ofAccounts, words: "changed the user *", ownWords: "changed their own account",
	},
	{slug: "invite_user", kind: "user", changes: "user", sight: ofAccounts, words: "created a new invitation for *"},
	{slug: "accept_invitation", kind: "user", changes: "user", sight: ofAccounts, words: "accepted an invitation"},
	{slug: "disable_user", kind: "user", changes: "user", sight: ofAccounts, words: "disabled *"},
	{slug: "enable_user", kind: "user", changes: "user", sight: ofAccounts, words: "enabled *"},
	{slug: "account_locked", kind: "user", sight: ofAccounts, words: "was locked out after wrong passwords"},
	{slug: "unlock_user", kind: "user", changes: "user", sight: ofAccounts, words: "unlocked *"},
	{slug: "end_sessions", kind: "user", changes: "user", sight: ofAccounts, words: "ended sessions"},
	{slug: "change_password", kind: "user", changes: "user", sight: ofAccounts, words: "changed their password"},
	{
		slug: "reset_password", kind: "user", changes: "user", sight: ofAccounts,
		words: "gave * a new password", ownWords: "set a new password by a link",
	},
	{slug: "reset_password_link", kind: "user", changes: "user", sight: ofAccounts, words: "created a password link for *"},
	{slug: "change_email", kind: "user", changes: "user", sight: ofAccounts, words: "changed the email of *", ownWords: "changed their email"},
	{slug: "enable_mfa", kind: "user", changes: "user", sight: ofAccounts, words: "switched their second factor on"},
	{slug: "disable_mfa", kind: "user", changes: "user", sight: ofAccounts, words: "switched their second factor off"},
	{
		slug: "reset_mfa", kind: "user", changes: "user", sight: ofAccounts,
		words: "reset the second factor of *", ownWords: "reset their own second factor",
	},
	{slug: "new_recovery_codes", kind: "user", changes: "user", sight: ofAccounts, words: "created new recovery codes"},
	{slug: "use_recovery_code", kind: "user", changes: "user", sight: ofAccounts, words: "signed in with a recovery code"},

	{slug: "create_role", kind: "role", changes: "role", sight: ofAccounts, words: "created the role *"},
	{slug: "update_role", kind: "role", changes: "role", sight: ofAccounts, words: "changed the role *"},
	{slug: "delete_role", kind: "role", changes: "role", sight: ofAccounts, words: "deleted the role *", later: true},

	{slug: "create_token", kind: "token", changes: "token", sight: ofAccounts, words: "created the token *"},
	{slug: "revoke_token", kind: "token", changes: "token", sight: ofAccounts, words: "revoked the token *"},

	{slug: "create_webhook", kind: "webhook", changes: "webhook", sight: ofAccounts, words: "created the webhook *"},
	{slug: "update_webhook", kind: "webhook", changes: "webhook", sight: ofAccounts, words: "changed the webhook *"},
	{slug: "delete_webhook", kind: "webhook", changes: "webhook", sight: ofAccounts, words: "deleted the webhook *"},
	{slug: "stop_webhook", kind: "webhook", changes: "webhook", sight: ofAccounts, words: "switched off the webhook *"},
	{slug: "rotate_secret", kind: "webhook", changes: "webhook", sight: ofAccounts, words: "created a new secret for the webhook *"},
	{slug: "test_webhook", kind: "webhook", sight: ofAccounts, words: "sent a test to the webhook *"},
	{slug: "send_again", kind: "webhook", sight: ofAccounts, words: "sent a delivery again to the webhook *"},

	{slug: "export_audit", kind: "export", sight: ofReading, words: "exported the audit log"},
	{slug: "export_backup", kind: "export", sight: ofAccounts, words: "downloaded a backup"},

	{slug: "view_audit", kind: "system", sight: ofReading, words: "read the audit log"},
	{slug: "refused", kind: "system", sight: ofPath, words: "was refused"},
	{slug: "import_demo", kind: "system", sight: ofClients, words: "filled the registry with sample data"},
	{slug: "restore_registry", kind: "system", sight: ofReading, words: "restored the registry from a copy"},
	{slug: "make_backup", kind: "system", sight: ofAccounts, words: "asked for a backup"},
	{slug: "batch_organizations", kind: "system", sight: ofClients, event: "finished", words: "changed many organizations at once"},
	{slug: "batch_contacts", kind: "system", sight: ofClients, event: "finished", words: "changed many contacts at once"},
	{slug: "batch_follow_ups", kind: "system", sight: ofAll, event: "finished", words: "gave many follow-ups to somebody else"},
	{slug: "hide_value", kind: "system", sight: ofReading, words: "stopped suggesting a value"},
	{slug: "suggest_value", kind: "system", sight: ofReading, words: "suggested a value again"},
	{slug: "rename_value", kind: "system", sight: ofReading, words: "renamed a value everywhere"},
	{slug: "merge_values", kind: "system", sight: ofReading, words: "merged two values"},
	{slug: "undo_value_change", kind: "system", sight: ofReading, words: "undid a change of a value"},
	{slug: "finish_value_change", kind: "system", sight: ofReading, event: "finished", words: "finished a change of a value"},
	{slug: "undo_batch", kind: "system", sight: ofClients, event: "finished", words: "undid a change to many records"},
	{slug: "create_view", kind: "system", changes: "view", sight: ofView, words: "shared the view"},
	{slug: "delete_view", kind: "system", changes: "view", sight: ofView, words: "deleted the shared view"},
	{slug: "restore_view", kind: "system", changes: "view", sight: ofView, words: "restored the shared view"},
	{slug: "update_view", kind: "system", changes: "view", sight: ofView, words: "changed the shared view"},
}

// AuditKinds are the target types of audit rows, in the order people choose from.
var AuditKinds = []string{
	"organization", "contact", "interaction", "follow_up", "session", "user", "role", "token", "webhook", "import", "export", "system",
}

// AuditActions are the actions by target type. A filter by type uses them to read each action from
// its index.
var AuditActions = func() map[string][]string {
	byKind := map[string][]string{}
	for _, a := range actions {
		byKind[a.kind] = append(byKind[a.kind], a.slug)
	}
	return byKind
}()

// IsRecorded reports whether anything records an action yet. Readers know the others, too.
func IsRecorded(slug string) bool { return !actionOf(slug).later }

// actionOf returns the action with this slug, or the zero action if it is unknown.
func actionOf(slug string) action {
	if i := slices.IndexFunc(actions, func(a action) bool { return a.slug == slug }); i >= 0 {
		return actions[i]
	}
	return action{}
}

// eventName returns the event that webhooks receive, like organization.created, or "" for none.
func (a action) eventName() string {
	switch {
	case a.event == "":
		return ""
	case a.changes == "":
		return "batch." + a.event
	}
	return a.changes + "." + a.event
}

// WebhookEvents are the names of all events that webhooks can receive, in the order people choose
// from.
var WebhookEvents = func() (names []string) {
	for _, a := range actions {
		if name := a.eventName(); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}()

// allActions returns the distinct slugs of all actions.
func allActions() (slugs []string) {
	for _, a := range actions {
		slugs = append(slugs, a.slug)
	}
	slices.Sort(slugs)
	return slices.Compact(slugs)
}

// ActionWords returns what people read after the actor's name; * stands for the target.
// toThemselves means that the actor is the target. It returns "" for an unknown action.
func ActionWords(slug string, toThemselves bool) string {
	a := actionOf(slug)
	if toThemselves && a.ownWords != "" {
		return a.ownWords
	}
	return a.words
}

// ActionKind returns an action's target type, or "" if it is unknown.
func ActionKind(slug string) string { return actionOf(slug).kind }

// IsCreation reports whether an action creates its target, so that its changes have no old values.
func IsCreation(slug string) bool { return strings.HasPrefix(slug, "create_") }

// changing returns an SQL list of the actions that change these kinds of record.
func changing(nouns ...string) string {
	var slugs []string
	for _, a := range actions {
		if slices.Contains(nouns, a.changes) {
			slugs = append(slugs, "'"+a.slug+"'")
		}
	}
	return "(" + strings.Join(slugs, ", ") + ")"
}

// changingClients lists the actions that change clients, links, interactions and follow-ups.
var changingClients = changing("organization", "contact", "link", "interaction", "follow_up")
