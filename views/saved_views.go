package views

// Tabs are the views above a list.
type Tabs struct {
	List string
	Tabs []Tab
	Save string // address of the form that saves the current filters as a view
	Menu *SavedViewMenu
}

// Tab is one view. Count is "" if it is not shown.
type Tab struct {
	Name, Href, Count string
	Current           bool
}

// Here returns the address of the view shown, "" for none.
func (t Tabs) Here() string {
	for _, tab := range t.Tabs[min(1, len(t.Tabs)):] { // the first tab shows all rows
		if tab.Current {
			return tab.Href
		}
	}
	return ""
}

// SavedViewMenu has the actions on the view shown.
type SavedViewMenu struct {
	Name, ID string // ID is "" for the view of all rows
	First    bool   // whether the list opens with it
	Home     bool   // whether the home page shows its first rows
	Edit     string // address of its form, "" for those who may not change it
}

// Template names the fragment.
func (Tabs) Template() string { return "saved_views/_tabs.html" }

// SavedViewForm creates or changes a view.
type SavedViewForm struct {
	Page
	List                   Ref
	Heading, Says          string // Says describes its filters in words
	Maker                  string // who made it, if it is somebody else
	Action, Submit, Delete string
	Hidden                 []Hidden
	Name                   Field
	Shared, First          bool // First tells whether the list opens with it
	MayShare               bool // or stop sharing
	SharedError            string
	Conflict               *Conflict
	Repeat                 *Repeat
	Replace                []ReplaceSavedView
}

// ReplaceSavedView is a view whose filters can be replaced by the current ones.
type ReplaceSavedView struct {
	Name, Action, Query string
	Version             int
	Was                 string // its encoded values
}

// Template names the page.
func (SavedViewForm) Template() string { return "saved_views/show.html" }
