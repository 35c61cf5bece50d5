package views

// Tabs are the views of a list, above it.
type Tabs struct {
	List string
	Tabs []Tab
	Save string // the form that saves what is shown
	Menu *SavedViewMenu
}

// Tab is one view of a list; Count is "" where it is not told.
type Tab struct {
	Name, Href, Count string
	Current           bool
}

// Here is the address of the view that is shown, "" for none.
func (t Tabs) Here() string {
	for _, tab := range t.Tabs[min(1, len(t.Tabs)):] { // the first is all rows
		if tab.Current {
			return tab.Href
		}
	}
	return ""
}

// SavedViewMenu is what can be done with the view that is shown.
type SavedViewMenu struct {
	Name, ID string // ID is "" for all rows
	First    bool   // the list opens with it
	Edit     string // renames, shares and deletes it, "" for those who may not
}

// Template names the piece.
func (Tabs) Template() string { return "saved_views/_tabs.html" }

// SavedViewForm names a view, or changes it.
type SavedViewForm struct {
	Page
	List                   Ref
	Heading, Says          string // what it narrows the list to
	Maker                  string // of somebody else's
	Action, Submit, Delete string
	Hidden                 []Hidden
	Name                   Field
	Shared, First          bool // First: its list opens with it
	SharedError            string
	Conflict               *Conflict
	Repeat                 *Repeat
	Replace                []ReplaceSavedView
}

// ReplaceSavedView is a view that can take what is shown instead of its own filters.
type ReplaceSavedView struct{ Name, Action, Query, State string }

// Template names the page.
func (SavedViewForm) Template() string { return "saved_views/show.html" }
