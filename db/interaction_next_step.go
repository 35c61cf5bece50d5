package db

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"
)

// nextStep extracts a follow-up's fields from those of an interaction's form, without their prefix
// follow_up_, and due. planned is true if there is a text or a day; an assignee alone plans nothing.
func nextStep(typed Fields) (next Fields, planned bool) {
	next = Fields{}
	for column, value := range typed {
		if rest, ok := strings.CutPrefix(column, "follow_up_"); ok {
			next[rest] = value
		}
	}
	if choice, ok := typed["due"]; ok {
		next["due"] = choice
	}
	return next, !isEmpty(next["text"]) || !isEmpty(next["due_on"])
}

// firstStep validates the next step typed with a new interaction. Without one it returns no
// changes.
func (t *tx) firstStep(i Interaction, typed Fields) (FollowUp, map[string]Change, error) {
	next, planned := nextStep(typed)
	if !planned {
		return FollowUp{}, nil, nil
	}
	f, changes, err := t.newFollowUp(i.step(), next)
	return f, changes, prefixFollowUpColumns(err)
}

// prefixFollowUpColumns adds the prefix follow_up_ to the columns of an Invalid or Conflict about a follow-up.
func prefixFollowUpColumns(err error) error {
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
		for _, columns := range [][]string{stale.Untouched, stale.Both} {
			for n, column := range columns {
				columns[n] = "follow_up_" + column
			}
		}
	}
	return err
}

// replan adds or changes an interaction's next step as typed in its form. follow_up_id and
// follow_up_version say which one the form showed; without an ID it showed none.
func (t *tx) replan(i Interaction, typed Fields) error {
	next, planned := nextStep(typed)
	if read, err := readDue(next, t.by.today(t.now)); err == nil {
		next = read
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
		f, err := t.followUp(shown)
		if err != nil {
			return err
		}
		return t.updateFollowUp(&f, version, next)
	}
	var done FollowUp // the step that the form showed is no longer open
	err := t.QueryRow("SELECT text, due_on, ifnull(assignee_id, '') FROM follow_ups WHERE id = ? AND interaction_id = ?", shown, i.ID).
		Scan(&done.Text, &done.DueOn, &done.AssigneeID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if !planned || next["text"] == done.Text && next["due_on"] == done.DueOn && next["assignee_id"] == done.AssigneeID {
		return nil
	}
	return invalid("text", "The follow-up has been done meanwhile. Save again to plan this one, or clear it")
}
