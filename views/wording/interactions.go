package wording

import "clientregistry/db"

var channels = map[string]string{"call": "Call", "email": "Email", "meeting": "Meeting", "note": "Note"}

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
		by = "A former colleague"
	}
	var whom []Segment
	if i.ContactID != "" {
		whom = append(whom, Segment{i.ContactName(), "contact", i.ContactID})
	}
	if i.OrganizationID != "" {
		whom = append(whom, Segment{i.OrganizationName, "organization", i.OrganizationID})
	}
	says := Sentence{{Text: by + " " + Did(i.Channel, len(whom) > 0)}}
	for n, x := range whom {
		between := ", "
		switch {
		case n == 0 && i.Channel == "note":
			between = " about "
		case n == 0:
			between = " "
		}
		says = append(says, Segment{Text: between}, x)
	}
	return says
}
