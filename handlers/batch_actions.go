package handlers

import (
	"github.com/gin-gonic/gin"

	"clientregistry/views"
)

// batchAction is an action on many records of a list.
type batchAction struct {
	name, label string
	asks        []string // fields of its form, the required one first
	find        string   // the kind of record that one of the fields asks for
	class       string   // CSS class of its button
	menu        bool     // whether its button is in the menu
}

// needs returns the required field, "" for none.
func (a batchAction) needs() string {
	if len(a.asks) == 0 {
		return ""
	}
	return a.asks[0]
}

// batchActions returns the actions on many records of a kind, in the order of their buttons.
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

// pickSearch is a search for a record to choose.
type pickSearch struct {
	kind          string
	optional      bool // all organizations are a valid choice too
	typed, chosen string
}

func (p pickSearch) label() string {
	if p.optional {
		return "Only at one organization (optional)"
	}
	return map[string]string{"contact": "Contact", "organization": "Organization"}[p.kind]
}

// from returns the address that offers choices while somebody types.
func (p pickSearch) from() string {
	if p.optional {
		return "/" + p.kind + "s/options?pick=any"
	}
	return "/" + p.kind + "s/options?pick=one"
}

// picks returns the chosen record and then those that the search finds.
func (s *Server) picks(c *gin.Context, p pickSearch) (views.Picks, error) {
	picks := views.Picks{Name: p.kind + "_id", Legend: "Choose one", Found: p.typed, Chosen: p.chosen}
	if p.optional {
		picks.Options = append(picks.Options, views.OptionRow{Name: "All their organizations"})
	}
	if p.chosen != "" {
		x, err := s.chosen(c, linkEnd{organization: p.kind == "contact"}, p.chosen)
		if err == nil {
			option := views.OptionRow{ID: x.ID, Name: x.Name}
			if x.Detail != "" {
				option.Detail = []views.TextPart{{Text: x.Detail}}
			}
			picks.Options = append(picks.Options, option)
		} else {
			picks.Chosen = ""
		}
	}
	if p.typed == "" {
		return picks, nil
	}
	rows, more, err := s.optionRows(c, p.kind, p.typed)
	for _, row := range rows {
		if row.ID != picks.Chosen {
			picks.Options = append(picks.Options, row)
		}
	}
	picks.None, picks.More = len(rows) == 0, more
	if len(rows) == 1 && picks.Chosen == "" {
		picks.Chosen = rows[0].ID
	}
	return picks, err
}
