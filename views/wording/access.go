package wording

import "clientregistry/db"

// Access says what somebody may do with a record, and with its interactions.
func Access(a db.Access) (record, interactions string) {
	record, interactions = "Sees it", "Does not see them"
	if a.CanEdit {
		record = "Sees and changes it"
	}
	switch {
	case a.CanLog:
		interactions = "Sees and changes them"
	case a.SeesInteractions:
		interactions = "Sees them"
	}
	return record, interactions
}

// Why lists the reasons why somebody can see a record, a sentence each. other is the kind of record
// that it can be linked to.
func Why(a db.Access, other string) (why []Sentence) {
	for _, x := range a.Roles {
		why = append(why, Sentence{{x.Name, "role", x.ID}, {Text: " sees all clients"}})
	}
	if a.Owns {
		why = append(why, Sentence{{Text: "Owns it"}})
	}
	if len(a.Roles) == 0 && a.OwnsLinked {
		why = append(why, ownsLinked(a.Linked, other))
	}
	return why
}

// ownsLinked names up to three linked records that somebody owns.
func ownsLinked(linked []db.Named, kind string) Sentence {
	if len(linked) == 0 {
		return Sentence{{Text: "Owns " + kind + "s that are linked to it"}}
	}
	says := Sentence{{Text: "Owns "}}
	for i, n := range linked[:min(3, len(linked))] {
		if i > 0 {
			says = append(says, Part{Text: ", "})
		}
		says = append(says, Part{n.Name, kind, n.ID})
	}
	if more := len(linked) - 3; more > 0 {
		says = append(says, Part{Text: " and " + Grouped(more) + " more"})
	}
	return append(says, Part{Text: ", linked to it"})
}

// Sight says which clients a user with this status sees.
func Sight(status string, x db.Sight) string {
	switch {
	case status == "invited":
		return "Sees nothing until the invitation is accepted."
	case status == "disabled":
		return "Sees nothing while the account is disabled."
	case !x.Sees:
		return "Sees no clients."
	}
	says := "Sees "
	if x.CanEdit {
		says += "and changes "
	}
	if x.OwnOnly {
		says += "only their own clients"
	} else {
		says += "all clients"
	}
	if x.Counted {
		says += ": " + Plural(x.Organizations, "organization") + " and " + Plural(x.Contacts, "contact")
	}
	switch {
	case x.CanLog:
		says += "; sees and changes what was said with them"
	case x.SeesInteractions:
		says += "; sees what was said with them"
	}
	return says + "."
}
