package db

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db/sqlite"
	"clientregistry/db/text"
)

// MostParticipants is the number of further people an interaction can have.
const MostParticipants = 50

// participants are the further people of an interaction, beside its contact.
type participants struct {
	Participants   []Named // those whom the actor sees, by name
	participantIDs string  // their IDs, as joinIDs writes them
}

// participantsOf selects an interaction's further people whom the actor sees, as JSON; NULL if
// there are none. interactionID is a SQL expression.
func (by Actor) participantsOf(interactionID string) condition {
	seen := by.seesContact("people.id")
	return condition{`(
		SELECT nullif(json_group_array(json_array(people.id, people.first_name, people.last_name)), '[]')
		FROM interaction_contact AS p CROSS JOIN contacts AS people ON people.id = p.contact_id
		WHERE p.interaction_id = ` + interactionID + ` AND ` + seen.sql + `)`, seen.args}
}

// readParticipants reads what participantsOf selects.
func (x *participants) readParticipants(encoded string) error {
	if encoded == "" {
		return nil
	}
	var people [][3]string
	if err := json.Unmarshal([]byte(encoded), &people); err != nil {
		return err
	}
	slices.SortFunc(people, func(a, b [3]string) int {
		return strings.Compare(text.SortKey(a[2]+" "+a[1])+a[0], text.SortKey(b[2]+" "+b[1])+b[0])
	})
	var ids []string
	for _, p := range people {
		x.Participants = append(x.Participants, Named{p[0], personName(p[1], p[2])})
		ids = append(ids, p[0])
	}
	x.participantIDs = joinIDs(ids)
	return nil
}

// name adds the further people to an audit row's metadata, if there are any.
func (x participants) name(d details) {
	if x.participantIDs != "" {
		d["participant_ids"] = strings.Fields(x.participantIDs)
	}
}

// idsJSON returns the further people's IDs as a JSON array.
func (x participants) idsJSON() string {
	if x.participantIDs == "" {
		return "[]"
	}
	return `["` + strings.ReplaceAll(x.participantIDs, " ", `","`) + `"]`
}

// joinIDs writes a set of IDs as one value: sorted, each once, with spaces between them.
func joinIDs(ids []string) string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " ")
}

// checkIDs checks a typed set of IDs and returns it as joinIDs does.
func checkIDs(value string) (string, error) {
	ids := strings.Fields(value)
	if slices.ContainsFunc(ids, func(id string) bool { return !ValidID(id) }) {
		return "", messageError("Choose people from the list")
	}
	if len(ids) > MostParticipants {
		return "", messageError("Choose at most " + strconv.Itoa(MostParticipants) + " people")
	}
	return joinIDs(ids), nil
}

// settleEnds makes the first of the further people the contact if there is neither an organization
// nor a contact. It removes the contact from the further people, and corrects the changes accordingly.
func (i *Interaction) settleEnds(old Interaction, changes map[string]Change) {
	ids := strings.Fields(i.participantIDs)
	if i.OrganizationID == "" && i.ContactID == "" && len(ids) > 0 {
		i.ContactID = ids[0]
	}
	i.participantIDs = joinIDs(slices.DeleteFunc(ids, func(id string) bool { return id == i.ContactID }))
	for _, column := range []string{"contact_id", "participant_id"} {
		delete(changes, column)
		if was, is := *old.value(column), *i.value(column); was != is {
			changes[column] = Change{Old: orNull(was), New: orNull(is)}
		}
	}
}

// checkParticipants refuses new further people whom the actor does not see.
func (t *tx) checkParticipants(i, old Interaction, refused *Invalid) error {
	had := strings.Fields(old.participantIDs)
	for _, id := range strings.Fields(i.participantIDs) {
		if slices.Contains(had, id) {
			continue
		}
		switch err := t.mustSee("contact", id); {
		case errors.Is(err, ErrNotFound):
			refused.add("participant_id", "Choose people from the list")
		case err != nil:
			return err
		}
	}
	return nil
}

// keepUnseenParticipants adds the further people whom the actor does not see to those chosen in
// their form, which did not show them.
func (t *tx) keepUnseenParticipants(i Interaction, typed Fields) (Fields, error) {
	chosen, ok := typed["participant_id"]
	if !ok {
		return typed, nil
	}
	for _, id := range strings.Fields(i.participantIDs) {
		err := t.mustSee("contact", id)
		if errors.Is(err, ErrNotFound) {
			chosen += " " + id
		} else if err != nil {
			return nil, err
		}
	}
	typed = typed.with()
	typed["participant_id"] = chosen
	return typed, nil
}

// saveParticipants stores an interaction's further people.
func (t *tx) saveParticipants(i Interaction) error {
	ids := i.idsJSON()
	if _, err := t.Exec(`
		DELETE FROM interaction_contact
		WHERE interaction_id = ? AND contact_id NOT IN (SELECT value FROM json_each(?))`, i.ID, ids); err != nil {
		return err
	}
	_, err := t.Exec(`
		INSERT INTO interaction_contact (interaction_id, contact_id, happened_at)
		SELECT ?, value, ? FROM json_each(?) WHERE true
		ON CONFLICT DO NOTHING`, i.ID, stamp(i.HappenedAt), ids)
	return err
}

// existing returns those of the contacts' IDs that exist.
func (t *tx) existing(ids []string) ([]string, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := t.Query("SELECT id FROM contacts WHERE id IN (SELECT value FROM json_each(?))", string(list))
	return sqlite.Collect(rows, err, sqlite.ScanText)
}

// checkUser refuses a new user other than the actor who cannot log interactions, unless they had this one before and it is
// given back.
func (t *tx) checkUser(i, old Interaction, refused *Invalid) error {
	if i.UserID == old.UserID || i.UserID == t.by.UserID || refused.Fields["user_id"] != "" {
		return nil
	}
	if had, err := t.hadBefore("user_id", i.UserID, aboutRecord, "interaction", i.ID); err != nil || had {
		return err
	}
	err := orNotFound(t.QueryRow("SELECT 1 FROM users WHERE id = ? AND "+mayFollowUp, i.UserID))
	if errors.Is(err, ErrNotFound) {
		refused.add("user_id", "Choose somebody from the list")
		return nil
	}
	return err
}
