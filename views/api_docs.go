package views

// APIDocs is the documentation of the API. It is a whole page with a menu of its own, the same for
// everybody.
type APIDocs struct {
	Page
	Query, Result string // what was searched for, and how much was found; "" for everything
	Sections      []APISection
	Groups        []APIGroup
	Records       []APIRecord
}

// Template names the page.
func (APIDocs) Template() string { return "api/docs.html" }

func (APIDocs) page() *Page { return nil }

// Head is what every page has in its head.
func (APIDocs) Head() View { return head{} }

// APISection is a part of the introduction.
type APISection struct {
	ID, Title string
	Text      string // Markdown, as all texts here
	Example   APIExample
}

// APIExample is a request and its answer, or a delivery to a webhook. It has the ID of what it illustrates.
type APIExample struct {
	ID, Title string
	Sends     bool   // the registry sends the request
	Request   string // a line for a shell, or what the registry sends
	Answered  string // the status
	Answer    string // "" if it is empty
}

// APIGroup has operations that belong together.
type APIGroup struct {
	ID, Name, Text string
	Operations     []APIOperation
}

// APIOperation is a method of an address: one of ours or, for a webhook, one of the reader's.
type APIOperation struct {
	ID, Method, Address, Title, Text string
	Short                            string // for the menu
	Needs                            []string
	Parts                            []APIPart
	Ours                             bool // the registry sends it, and the reader answers
	Answers, Failures                []APIStatus
	Example                          APIExample
}

// APIPart is what a request has in one place.
type APIPart struct {
	ID, Name string
	Fields   []APIField
}

// APIField is a parameter, a header or a field.
type APIField struct {
	Name, Kind, Text string
	Choices          []string // its only values, if they are listed
	Records          []string // the kinds of record that it may be
}

// APIStatus is an answer.
type APIStatus struct {
	Status, Text string
	Records      []string // which it has
}

// APIRecord lists the fields of a record in answers.
type APIRecord struct {
	Name   string
	Fields []APIField
}
