package wording

import (
	"strings"

	"clientregistry/db"
)

// Batch puts a bulk change in words.
type Batch struct {
	db.Batch
	Subject string // whom or what it sets, see db.BatchPlan
}

// Of says what will be done to n records, and what was done.
func (b Batch) Of(n int) (does, did string) {
	all := Plural(n, b.Kind)
	switch b.Action {
	case "assign_owner":
		if b.Subject == "" {
			return "Remove the owner from " + all, "Owner removed from " + all
		}
		return "Assign " + all + " to " + b.Subject, all + " assigned to " + b.Subject
	case "link":
		return "Link " + all + " to " + b.Subject, all + " linked to " + b.Subject
	case "set_relationship_status":
		status, at := b.Typed["relationship_status"], "at all their organizations"
		if b.Subject != "" {
			at = "at " + b.Subject
		}
		return "Set the status of " + all + " to " + status + " " + at, "Status of " + all + " set to " + status + " " + at
	case "archive":
		return "Archive " + all, all + " archived"
	case "restore":
		return "Restore " + all, all + " restored"
	}
	f := b.field()
	value := strings.TrimSpace(b.Typed[f.Column])
	if value == "" {
		return "Clear the " + f.Lower() + " of " + all, f.Label + " of " + all + " cleared"
	}
	return "Set the " + f.Lower() + " of " + all + " to " + value, f.Label + " of " + all + " set to " + value
}

// Column says what the batch changes.
func (b Batch) Column() string {
	switch b.Action {
	case "archive", "restore", "set_relationship_status":
		return "Status"
	case "link":
		return "Link"
	}
	return b.field().Label
}

// Value says what a record has, or "" for nothing.
func (b Batch) Value(value string) string {
	switch {
	case value != "":
		return value
	case b.Action == "link":
		return "None"
	case b.Action == "assign_owner":
		return "No owner"
	}
	return "empty"
}

// After says what every record will have.
func (b Batch) After() string {
	switch b.Action {
	case "archive":
		return "Archived"
	case "restore":
		return "Active"
	case "assign_owner":
		return b.Value(b.Subject)
	case "link":
		return Joined(b.Subject, strings.TrimSpace(b.Typed["role_label"]))
	case "set_relationship_status":
		return b.Typed["relationship_status"]
	}
	return b.Value(strings.TrimSpace(b.Typed[b.field().Column]))
}

// Because says in two or three words why one record stays as it is.
func (b Batch) Because(why db.Reason) string {
	switch {
	case why == db.Changed:
		return "Changed meanwhile"
	case why == db.Unmatched:
		return "No longer matches"
	case why == db.New:
		return "Started to match after the preview"
	case why == db.NoLink && b.Subject == "":
		return "Linked to no organization"
	case why == db.NoLink:
		return "Not linked to " + b.Subject
	case b.Action == "assign_owner" && b.Subject != "":
		return "Already theirs"
	case b.Action == "assign_owner":
		return "Has no owner"
	case b.Action == "link":
		return "Already linked"
	}
	return "Already " + lowerFirst(b.After())
}

func lowerFirst(text string) string {
	if text == "Active" || text == "Archived" {
		return strings.ToLower(text)
	}
	return text
}

// field returns the field that the batch sets.
func (b Batch) field() db.Field {
	column := strings.TrimPrefix(b.Action, "set_")
	if b.Action == "assign_owner" {
		column = "owner_user_id"
	}
	f, _ := db.RecordKindOf(b.Kind).Field(column)
	return f
}

// Why says why a group of records stays as it is.
func (b Batch) Why(left db.Left) string {
	all := Plural(left.Count, b.Kind)
	are, have, belong, stay := "are", "have", "belong", "stay as they are"
	if left.Count == 1 {
		are, have, belong, stay = "is", "has", "belongs", "stays as it is"
	}
	switch left.Why {
	case db.Changed:
		return all + " changed in the meantime and " + stay
	case db.Unmatched:
		return all + " no longer " + verb(left.Count, "matches", "match") + " and " + stay
	case db.New:
		return all + " " + verb(left.Count, "matches", "match") + " only since the preview and " + stay
	case db.NoLink:
		if b.Subject == "" {
			return all + " " + belong + " to no organization"
		}
		return all + " " + verb(left.Count, "does", "do") + " not belong to " + b.Subject
	case db.Same:
		switch b.Action {
		case "archive":
			return all + " " + are + " already archived"
		case "restore":
			return all + " " + are + " already active"
		case "link":
			return all + " " + are + " already linked to " + b.Subject
		case "set_relationship_status":
			return all + " already " + have + " this status"
		}
		return all + " already " + have + " this " + b.field().Lower()
	}
	return all + " " + are + " not there, or not visible to you"
}

// UndoWhy says why an undo leaves records as they are.
func UndoWhy(left db.Left) string {
	switch left.Why {
	case db.Changed:
		return Grouped(left.Count) + " changed since and " + verb(left.Count, "stays as it is", "stay as they are")
	case db.OwnerLeft:
		return Grouped(left.Count) + " " + verb(left.Count, "stays", "stay") + ", because the previous owner no longer has an account"
	}
	return Grouped(left.Count) + " " + verb(left.Count, "is", "are") + " deleted, or not visible to you"
}

// OutOfSight says how many of the changed records the person can no longer see.
func OutOfSight(done db.BatchPlan, noun string) string {
	if done.OutOfSight == done.Changes {
		are, them := verb(done.Changes, "It is", "They are"), verb(done.Changes, "it", "them")
		return are + " not among your clients, so you can no longer see " + them
	}
	return Plural(done.OutOfSight, noun) + " " + verb(done.OutOfSight, "is", "are") + " no longer among your clients"
}

// WillBeOutOfSight says how many of the records the person will no longer see.
func WillBeOutOfSight(plan db.BatchPlan, noun string) string {
	which := Plural(plan.OutOfSight, noun)
	if plan.OutOfSight == plan.Changes {
		which = verb(plan.Changes, "it", "them")
	}
	return "You will no longer see " + which + ", nor what you see only through " + verb(plan.OutOfSight, "it", "them") +
		". Only somebody who sees " + verb(plan.OutOfSight, "it", "them") + " can give " + verb(plan.OutOfSight, "it", "them") + " back."
}

// Names returns up to five names of a group.
func Names(left db.Left) string {
	var names []string
	for _, n := range left.Names[:min(5, len(left.Names))] {
		names = append(names, n.Name)
	}
	text := strings.Join(names, ", ")
	if more := left.Count - len(names); more > 0 {
		text += " and " + Grouped(more) + " more"
	}
	return text
}
