package views

// Search is the page of search results.
type Search struct {
	Page
	Query, Kind string // Kind is organizations, contacts, interactions, or "" for all
	Tabs        SearchTabs
	Groups      []SearchGroup   // those with results
	Status      string          // the result in words
	Makes       []PaletteChoice // where to go if nothing was found: an outcome, or what can be created of the query
}

// Template names the page.
func (Search) Template() string { return "search/index.html" }

// Form returns the page's search box.
func (s Search) Form() View { return searchForm{s.Query, s.Kind, s.Feed} }

type searchForm struct {
	Query, Kind string
	Feed        bool
}

func (searchForm) Template() string { return "search/_form.html" }

// SearchResults are the results without the page around them.
type SearchResults struct{ Search }

// Template names the fragment.
func (SearchResults) Template() string { return "search/_results.html" }

func (SearchResults) page() *Page { return nil }

// SearchTabs are the tabs of a search.
type SearchTabs []SearchTab

// Template names the fragment.
func (SearchTabs) Template() string { return "search/_tabs.html" }

// SearchTab links to the results of one kind, or of all.
type SearchTab struct {
	Label, Count, Href string
	Current            bool
}

// SearchGroup has the results of one kind.
type SearchGroup struct {
	Kind, Heading string
	Count         string
	Rows          []OptionRow
	Interactions  []FoundInteraction
	AllHref       string // address of all results, "" if these are all
	More          string // address of the next interactions
	Unshown       bool   // there are more, which only a longer search finds
}

// Template names the card.
func (SearchGroup) Template() string { return "search/_group.html" }

// FoundInteraction is an interaction that was found. Snippet is the part of its body around the
// typed words, nil if only its subject matches.
type FoundInteraction struct {
	Channel, Href, Sentence string
	Subject, Snippet        []TextPart
	Time                    *Time
}

// MoreInteractions is the answer to "Show more" among interactions.
type MoreInteractions struct{ SearchGroup }

// Template names the answer.
func (MoreInteractions) Template() string { return "search/_more.html" }
