package views

// Palette is what the command palette offers.
type Palette struct {
	Query   string // "" for the records opened last
	Groups  []PaletteGroup
	Nothing string // what to say if neither a record nor a command matches
	Logs    bool   // may log interactions
}

// Template names the list.
func (Palette) Template() string { return "search/_palette_list.html" }

// PaletteGroup is choices of one kind.
type PaletteGroup struct {
	ID, Heading string
	Choices     []PaletteChoice
}

// PaletteChoice links to a record, an interaction or a command.
type PaletteChoice struct {
	OptionRow
	Icon string // for choices that are no record
	Keys string // the equivalent shortcut

	Sent  bool   // a button that sends a form to Href, instead of a link
	Theme string // what that form sets
}
