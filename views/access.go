package views

// Access is the page that tells who can see a record.
type Access struct {
	Page
	Kind   string // organization or contact
	Crumbs []Ref  // to the record, for those who see clients
	Rows   []AccessRow
	Result string // how many, in words
}

// Template names the page.
func (Access) Template() string { return "records/access.html" }

// AccessRow is one person who can see it.
type AccessRow struct {
	Name, Href        string // Href is "" for those who may not open users
	May, Interactions string
	Why               [][]Word // a sentence for each reason
}
