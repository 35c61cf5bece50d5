package views

// Palette is what the command palette offers for what was typed.
type Palette struct {
	Query   string // "" offers the records opened last
	Groups  []PaletteGroup
	Nothing bool // no record and no command
	Logs    bool // may log interactions
}

// Template names the list.
func (Palette) Template() string { return "search/_palette_list.html" }

// PaletteGroup is choices of one kind, in order.
type PaletteGroup struct {
	ID, Heading string
	Choices     []PaletteChoice
}

// PaletteChoice is a record, an interaction or a command, and leads to its page.
type PaletteChoice struct {
	OptionRow
	Icon string // of what is no record
	Keys string // the shortcut that does the same
}
