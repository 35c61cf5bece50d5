package wording

import "clientregistry/db"

var channels = map[string]string{"call": "Call", "email": "Email", "meeting": "Meeting", "note": "Note"}

// FormerColleague names who had an interaction if their account was deleted.
const FormerColleague = "A former colleague"

// Channel returns the label of a channel, "" if it is not one.
func Channel(channel string) string { return channels[channel] }

var did = map[string]struct{ with, alone string }{
	"call": {"called", "called"}, "email": {"emailed", "wrote an email"}, "meeting": {"met", "had a meeting"},
	"note": {"added a note", "added a note"},
}

// Did returns the verb of an interaction. with says whether a name follows it.
func Did(channel string, with bool) string {
	if with {
		return did[channel].with
	}
	return did[channel].alone
}

// Interaction says who did what with whom.
func Interaction(i db.Interaction) Sentence {
	by := i.UserName
	if by == "" {
		by = FormerColleague
	}
	var people []Part
	if i.ContactID != "" {
		people = append(people, Part{i.ContactName(), "contact", i.ContactID})
	}
	for _, p := range i.Participants {
		people = append(people, Part{p.Name, "contact", p.ID})
	}
	says := Sentence{{Text: by + " " + Did(i.Channel, len(people) > 0 || i.OrganizationID != "")}}
	first := " "
	if i.Channel == "note" {
		first = " about "
	}
	for n, x := range people {
		says = append(says, Part{Text: Between(n, len(people), first)}, x)
	}
	if i.OrganizationID != "" {
		if len(people) > 0 {
			first = ", "
		}
		says = append(says, Part{Text: first}, Part{i.OrganizationName, "organization", i.OrganizationID})
	}
	return says
}

// Between is what stands before the nth of so many names.
func Between(n, of int, first string) string {
	switch {
	case n == 0:
		return first
	case n == of-1:
		return " and "
	}
	return ", "
}
