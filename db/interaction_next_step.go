package db

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"
)

// nextStep takes the fields of a follow-up out of those of the interaction that
// it is typed with, where they are follow_up_text and so on. planned tells
// whether there is anything in them: the person alone is nothing.
func nextStep(typed Fields) (next Fields, planned bool) {
	next = Fields{}
	for column, value := range typed {
		if rest, ok := strings.CutPrefix(column, "follow_up_"); ok {
			next[rest] = value
		}
	}
	return next, !isEmpty(next["text"]) || !isEmpty(next["due_on"])
}

// firstStep judges the next step typed with a new interaction; no changes are no step.
func (t *tx) firstStep(i Interaction, typed Fields) (FollowUp, map[string]Change, error) {
	next, planned := nextStep(typed)
	if !planned {
		return FollowUp{}, nil, nil
	}
	f, changes, err := t.newFollowUp(i, next)
	return f, changes, asTyped(err)
}

// asTyped names the columns of a refused follow-up as nextStep found them.
func asTyped(err error) error {
	var refused *Invalid
	if errors.As(err, &refused) {
		named := &Invalid{Fields: map[string]string{}}
		for column, message := range refused.Fields {
			named.Fields["follow_up_"+column] = message
		}
		return named
	}
	var stale *Conflict
	if errors.As(err, &stale) {
		for n, column := range stale.Untouched {
			stale.Untouched[n] = "follow_up_" + column
		}
	}
	return err
}

// replan makes the next step of an interaction what was typed in its form.
// follow_up_id is the one that the form showed, of follow_up_version; "" is none.
func (t *tx) replan(i Interaction, typed Fields) error {
	next, planned := nextStep(typed)
	if len(next) == 0 {
		return nil
	}
	shown := next["id"]
	switch {
	case shown == "" && !planned:
		return nil
	case shown == "":
		_, err := t.addFollowUp(i, next)
		return err
	case shown == i.Next.ID:
		version, _ := strconv.Atoi(next["version"])
		return t.updateFollowUp(i, i.Next, version, next)
	}
	var done FollowUp // what the form showed is not open any more
	err := t.QueryRow("SELECT text, due_on, ifnull(assignee_id, '') FROM follow_ups WHERE id = ? AND interaction_id = ?", shown, i.ID).
		Scan(&done.Text, &done.DueOn, &done.AssigneeID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if !planned || next["text"] == done.Text && next["due_on"] == done.DueOn && next["assignee_id"] == done.AssigneeID {
		return nil
	}
	return invalid("text", "The next step has been done meanwhile. Save again to plan this one, or clear it")
}
