package views

// Access is the page that shows who can see a record.
type Access struct {
	Page
	Kind   string // organization or contact
	Crumbs []Ref  // empty for those who may not see clients
	Rows   []AccessRow
	Result string // the number of people, in words
}

// Template names the page.
func (Access) Template() string { return "records/access.html" }

// AccessRow is a person who can see the record.
type AccessRow struct {
	Name, Href        string // Href is "" for those who may not open users
	May, Interactions string
	Why               [][]Word // one sentence per reason
}
