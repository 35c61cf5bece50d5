package views

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// whoseField is the field that names the user for whom a form was made. It has zero bytes in place of the id, so that a
// cached fragment serves everybody; Whose fills in the id. html/template never writes zero bytes, even if people send some.
var whoseField = fmt.Sprintf(`<input type="hidden" name="whose" value="%s">`, make([]byte, len(Nobody)))

// Nobody stands for the id of a user in forms that were opened without signing in.
const Nobody = "00000000-0000-0000-0000-000000000000"

// Whose names the user in the forms of rendered HTML, in place.
func Whose(html []byte, user string) {
	for at := bytes.IndexByte(html, 0); at >= 0; at = bytes.IndexByte(html, 0) {
		copy(html[at:], user)
		html = html[at+1:]
	}
}

var postForm = regexp.MustCompile(`<form [^>]*method="post"[^>]*>`)

// nameWhose adds the field to a template's forms with text fields, which have novalidate, and to those that the browser
// sends without the script. The script adds it to all others. Anybody may sign in and out.
func nameWhose(template string) string {
	return postForm.ReplaceAllStringFunc(template, func(form string) string {
		if words := strings.Contains(form, "novalidate"); !strings.Contains(form, `action="/log`) &&
			(words || strings.Contains(form, `hx-boost="false"`)) {
			return form + whoseField
		}
		return form
	})
}

// OtherSignedIn says in the dialog that somebody other than whoever typed on the page has signed in.
type OtherSignedIn struct{ Name, Page string }

// Template names the dialog.
func (OtherSignedIn) Template() string { return "sessions/_other.html" }

// WhoseForm is the page with what was typed in a form that somebody else opened.
type WhoseForm struct {
	Page
	Heading, Action string
	Words           []Field
	Hidden          []Hidden
	Back            Option
}

// Template names the page.
func (WhoseForm) Template() string { return "errors/whose.html" }
