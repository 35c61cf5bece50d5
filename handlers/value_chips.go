package handlers

import (
	"net/url"
	"slices"
	"strings"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/handlers/middleware"
	"clientregistry/views"
)

// valueChip returns the filter of a list by the values of a field.
func valueChip(path string, p url.Values, label, name string, options []views.Option) views.Chip {
	noun := strings.ToLower(label)
	return valueFilter{label, name, noun, "No " + noun, "none", "Any " + noun}.chip(path, p, options)
}

// valueFilter is a filter by several values.
type valueFilter struct {
	label, name, noun    string
	none, orNone, anyone string // words for no value, for that after other values, and for any
}

// personFilter is a filter by people.
func personFilter(label, name string) valueFilter {
	return valueFilter{label, name, "person", "Nobody", "nobody", "Anybody"}
}

// chip returns a popover with a box for each option, and one for those without a value. Values that are set
// and not offered follow the options.
func (x valueFilter) chip(path string, p url.Values, options []views.Option) views.Chip {
	name, noun := x.name, x.noun
	pick := &views.Pick{
		Path: path, Name: name, Noun: noun, Not: p.Get(name+"_is") == "not", Target: "#list", Swap: "outerHTML",
		None: &views.Option{Value: "none", Label: x.none, Selected: slices.Contains(p[name], "none")},
	}
	if len(options) >= db.MostSuggested {
		pick.Another = &views.Field{ID: "fl-" + name, Name: name, Label: "Another " + noun, Hint: "Type a value that is not in the list"}
	}
	var labels []string
	add := func(o views.Option) {
		if o.Value == "none" {
			o.Value = "None" // is found in any case, whereas none is no value
		}
		if pick.Options = append(pick.Options, o); o.Selected {
			labels = append(labels, o.Label)
		}
	}
	same := func(a, b string) bool { return a == b || text.SortKey(a) == text.SortKey(b) }
	for _, o := range options {
		o.Selected = slices.ContainsFunc(p[name], func(v string) bool { return v != "none" && same(v, o.Value) })
		add(o)
	}
	for _, v := range p[name] {
		if v != "none" && !slices.ContainsFunc(pick.Options, func(o views.Option) bool { return same(v, o.Value) }) {
			add(views.Option{Value: v, Label: v, Selected: true})
		}
	}
	// The words always have the same order, while that of the options differs.
	slices.SortStableFunc(labels, func(a, b string) int { return strings.Compare(text.SortKey(a), text.SortKey(b)) })
	chip := views.Chip{Key: x.label, Pick: pick}
	if p.Has(name) {
		chip.Remove = address(path, with(with(p, name, ""), name+"_is", ""))
		chip.Value, chip.Alone = x.inWords(labels, pick.None.Selected, pick.Not)
	}
	return chip
}

// relationshipChip is the filter by the status of a link, which every link has.
func relationshipChip(path string, p url.Values) views.Chip {
	chip := valueChip(path, p, "Relationship", "relationship_status", optionsOf(db.RelationshipStatuses))
	chip.Pick.None = nil
	return chip
}

// inWords says which values the filter looks for, like "Energy or SaaS". alone means that this needs no name
// of the field before it, like "No sector".
func (x valueFilter) inWords(labels []string, none, not bool) (words string, alone bool) {
	switch {
	case len(labels) == 0 && not:
		return x.anyone, true
	case len(labels) == 0:
		return x.none, true
	case none:
		labels = append(labels, x.orNone)
	}
	if words = middleware.OrList(labels); not {
		words = "not " + words
	}
	return words, false
}
