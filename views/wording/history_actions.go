package wording

import (
	"strconv"
	"strings"

	"clientregistry/db"
)

// Sentences about actions on people, the registry and many records: the words of the action and what it says beyond them.

// otherAction says what was done in the words of the action, with its target and its details.
func (s *entry) otherAction() {
	e := s.e
	words := db.ActionWords(e.Action, e.UserID != "" && e.UserID == e.TargetID)
	if words == "" {
		words = strings.ReplaceAll(e.Action, "_", " ")
		if e.Target != "" {
			words += ": *"
		}
	}
	if e.Action == "update_user" && len(e.Changes) == 1 && e.Changes[0].Column == "roles" {
		words = "changed the roles of *"
	}
	if e.TargetID == "" && e.Target == "" {
		words = strings.Replace(words, "the "+s.about()+" *", "*", 1) // "a user", not "the user a user"
	}
	before, after, named := strings.Cut(words, "*")
	s.say(before)
	if named {
		s.target()
		s.say(after)
	}
	s.addDetails()
}

// target adds what something was done to.
func (s *entry) target() {
	kind := s.about()
	switch {
	case kind == "organization", kind == "contact":
		s.record()
	case kind == "interaction", kind == "follow_up":
		s.interaction()
	case s.e.TargetID == "" && s.e.Target == "":
		s.say("a " + kind)
	case kind == "role":
		s.name(s.e.Target, "role", s.e.TargetID, "a role that is gone")
	case kind == "token", kind == "webhook":
		s.say(s.e.Target)
	default:
		s.name(s.e.Target, "user", s.e.TargetID, "a former colleague")
	}
}

// addDetails adds what an action on people or the registry says beyond its words.
func (s *entry) addDetails() {
	said := s.e.Details
	switch s.e.Action {
	case "login_failed", "account_locked", "address_locked", "unlock_address", "end_sessions":
		s.signIn()
	case "create_user":
		s.detail(" as ", said["roles"])
	case "create_token", "revoke_token":
		if owner := said["owner"]; owner != "" && owner != s.e.UserID {
			s.say(" of ")
			s.name(said["owner_name"], "user", owner, "a former colleague")
		}
	case "stop_webhook":
		s.detail(", because ", WebhookOff(said["because"]))
	case "hide_value", "suggest_value", "rename_value", "merge_values", "undo_value_change", "finish_value_change":
		s.valueChange()
	case "batch_organizations", "batch_contacts", "batch_follow_ups", "undo_batch":
		s.detail(": ", said["count"])
	case "create_view", "delete_view", "restore_view", "update_view", "export_backup":
		s.detail(" ", said["name"])
	case "import_demo":
		s.detail(" of size ", said["size"])
	case "restore_registry":
		s.detail(": ", said["file"])
	case "view_audit":
		if filter := filterWords(said); filter != "" {
			s.replaceLast("searched the audit log: " + filter)
		}
	case "export_audit":
		s.exported()
	case "refused":
		if path := said["path"]; path != "" {
			s.say(": " + said["method"] + " " + path)
		}
		if missing := said["permission"]; missing != "" {
			s.say(", without “" + missing + "”")
		}
	}
}

// detail adds a detail after some words, or nothing if it is "".
func (s *entry) detail(before, detail string) {
	if detail != "" {
		s.say(before + detail)
	}
}

// signIn adds the details of an action on signing in.
func (s *entry) signIn() {
	said := s.e.Details
	switch s.e.Action {
	case "login_failed":
		if s.e.Target == "" {
			s.detail(" as ", said["email"])
		}
	case "account_locked":
		if after := said["after"]; after != "" {
			s.replaceLast("was locked out for 15 minutes after " + after + " wrong passwords")
			s.detail(" in ", said["only"])
		}
	case "address_locked":
		if address := said["address"]; address != "" {
			s.replaceLast("was locked out for 15 minutes after " + said["after"] + " wrong passwords from " + address)
		}
	case "unlock_address":
		if address := said["address"]; address != "" {
			s.replaceLast("let sign-ins from " + address + " through again")
		}
	case "end_sessions":
		if s.e.TargetType == "user" {
			s.replaceLast("signed ")
			s.target()
			s.say(" out everywhere")
		}
	}
}

// valueChange names the values of a vocabulary that an entry is about.
func (s *entry) valueChange() {
	said := s.e.Details
	switch {
	case said["value"] != "":
		s.say(": " + said["value"])
	case said["old"] != "":
		s.say(": " + said["old"] + " to " + said["new"])
	}
	if count := said["count"]; count != "" {
		s.say(", " + count + " changed")
	}
}

func (s *entry) exported() {
	rows, err := strconv.Atoi(s.e.Details["rows"])
	if err != nil {
		return
	}
	words := "exported " + Grouped(rows) + " entries of the audit log"
	if rest := filterWords(s.e.Details); rest != "" {
		words += ": " + rest
	}
	if s.e.Details["complete"] == "no" {
		words += "; it broke off"
	}
	s.replaceLast(words)
}
