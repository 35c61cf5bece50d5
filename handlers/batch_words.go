package handlers

import (
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/views"
)

// batchAction is what can be done to many records of a list at once.
type batchAction struct {
	name, label string
	asks        []string // the fields of its form, the needed one first
	find        string   // the kind of record that one of them names
	class       string   // of its button
	menu        bool     // its button stands in the menu
}

// needs is the field without which there is nothing to do, "" for none.
func (a batchAction) needs() string {
	if len(a.asks) == 0 {
		return ""
	}
	return a.asks[0]
}

// batchActions are what can be done to many records of a kind, in the order of their buttons.
func (k *recordKind) batchActions() []batchAction {
	all := []batchAction{{name: "assign_owner", label: "Assign owner", asks: []string{"owner_user_id"}}}
	for _, f := range k.Fields {
		if f.Batched {
			all = append(all, batchAction{name: "set_" + f.Column, label: "Set " + f.Lower(), asks: []string{f.Column}, menu: true})
		}
	}
	all = append(all, k.linkActions...)
	return append(all, batchAction{name: "archive", label: "Archive", class: "dng"}, batchAction{name: "restore", label: "Restore"})
}

// wording says a batch in words; subject is whom or what it is about.
type wording struct {
	*batchForm
	subject string
}

// of says what is to be done to n records, and what was done.
func (w wording) of(n int) (does, did string) {
	all := plural(n, w.list.Noun)
	value := strings.TrimSpace(w.Typed[w.action.needs()])
	switch w.action.name {
	case "assign_owner":
		if w.subject == "" {
			return "Take the owner off " + all, "Owner taken off " + all
		}
		return "Assign " + all + " to " + w.subject, all + " assigned to " + w.subject
	case "link":
		return "Link " + all + " to " + w.subject, all + " linked to " + w.subject
	case "set_relationship_status":
		at := "at all their organizations"
		if w.subject != "" {
			at = "at " + w.subject
		}
		return "Set the status of " + all + " to " + value + " " + at, "Status of " + all + " set to " + value + " " + at
	case "archive":
		return "Archive " + all, all + " archived"
	case "restore":
		return "Restore " + all, all + " restored"
	}
	f := w.field()
	if value == "" {
		return "Clear the " + f.Lower() + " of " + all, f.Label + " of " + all + " cleared"
	}
	return "Set the " + f.Lower() + " of " + all + " to " + value, f.Label + " of " + all + " set to " + value
}

// field is the field that the batch sets.
func (w wording) field() db.Field {
	f, _ := w.list.Field(w.action.needs())
	return f
}

// why says of a group of records why they stay as they are.
func (w wording) why(left db.Left) string {
	all := plural(left.Count, w.list.Noun)
	are, have, belong := "are", "have", "belong"
	if left.Count == 1 {
		are, have, belong = "is", "has", "belongs"
	}
	switch left.Why {
	case db.Changed:
		return all + " changed meanwhile and " + verb(left.Count, "stays as it is", "stay as they are")
	case db.Unmatched:
		return all + " " + verb(left.Count, "does not match any more and stays as it is", "do not match any more and stay as they are")
	case db.New:
		return all + " " + verb(left.Count, "matches only since the preview and stays as it is", "match only since the preview and stay as they are")
	case db.NoLink:
		if w.subject == "" {
			return all + " " + belong + " to no organization"
		}
		return all + " " + verb(left.Count, "does", "do") + " not belong to " + w.subject
	case db.Same:
		switch w.action.name {
		case "archive":
			return all + " " + are + " archived already"
		case "restore":
			return all + " " + are + " active already"
		case "link":
			return all + " " + are + " linked to " + w.subject + " already"
		case "set_relationship_status":
			return all + " " + have + " this status already"
		}
		return all + " " + have + " this " + w.field().Lower() + " already"
	}
	return all + " " + are + " not there, or not for you to see"
}

// undoWhy says why an undo leaves records as they are.
func undoWhy(left db.Left) string {
	switch left.Why {
	case db.Changed:
		return grouped(left.Count) + " changed since and " + verb(left.Count, "stays as it is", "stay as they are")
	case db.OwnerLeft:
		return grouped(left.Count) + " " + verb(left.Count, "stays", "stay") + ", because the owner before is not active any more"
	}
	return grouped(left.Count) + " " + verb(left.Count, "is", "are") + " not there any more, or not for you to see"
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// outOfSightCount says how many changed records went out of the visitor's sight.
func outOfSightCount(done db.BatchPlan, k *recordKind) string {
	if done.OutOfSight == done.Changes {
		return verb(done.Changes, "It is", "They are") + " not among your clients, so you do not see " + verb(done.Changes, "it", "them") + " any more"
	}
	return plural(done.OutOfSight, k.Noun) + " " + verb(done.OutOfSight, "is", "are") + " not among your clients any more"
}

// someNames are up to five of a group's names, for a line.
func someNames(left db.Left) string {
	var names []string
	for _, n := range left.Names[:min(5, len(left.Names))] {
		names = append(names, n.Name)
	}
	text := strings.Join(names, ", ")
	if more := left.Count - len(names); more > 0 {
		text += " and " + grouped(more) + " more"
	}
	return text
}

// names are a group's first names as links.
func (s *Server) names(path string, n int, named []db.Named) views.Names {
	var names views.Names
	for _, x := range named {
		names.Named = append(names.Named, views.Ref{Name: x.Name, Href: path + "/" + x.ID})
	}
	if more := n - len(named); more > 0 && len(named) > 0 {
		names.More = "and " + grouped(more) + " more"
	}
	return names
}

// picking is a search for a record to choose.
type picking struct {
	kind          string
	optional      bool // all organizations do as well
	typed, chosen string
}

func (p picking) label() string {
	if p.optional {
		return "Only at one organization (optional)"
	}
	return map[string]string{"contact": "Contact", "organization": "Organization"}[p.kind]
}

// from is where its choices come from while somebody types.
func (p picking) from() string {
	if p.optional {
		return "/" + p.kind + "s/options?pick=any"
	}
	return "/" + p.kind + "s/options?pick=one"
}

// picks are the records that a search finds, behind the one that is chosen.
func (s *Server) picks(c *gin.Context, p picking) (views.Picks, error) {
	picks := views.Picks{Name: p.kind + "_id", Legend: "Choose one", Found: p.typed, Chosen: p.chosen}
	if p.optional {
		picks.Options = append(picks.Options, views.OptionRow{Name: "All their organizations"})
	}
	if p.chosen != "" {
		x, err := s.chosen(c, end{organization: p.kind == "contact"}, p.chosen)
		if err == nil {
			option := views.OptionRow{ID: x.ID, Name: x.Name}
			if x.Detail != "" {
				option.Detail = []views.Piece{{Text: x.Detail}}
			}
			picks.Options = append(picks.Options, option)
		} else {
			picks.Chosen = ""
		}
	}
	if p.typed == "" {
		return picks, nil
	}
	rows, err := s.optionRows(c, p.kind, p.typed, optionLimit)
	for _, row := range rows {
		if row.ID != picks.Chosen {
			picks.Options = append(picks.Options, row)
		}
	}
	picks.None = len(rows) == 0
	if len(rows) == 1 && picks.Chosen == "" {
		picks.Chosen = rows[0].ID
	}
	return picks, err
}
