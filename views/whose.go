package views

import (
	"bytes"
	"regexp"
	"strings"
)

// whoseField is the field of a form that says which user it was made for. It is empty in the templates, so that cached pieces
// suit everybody. Nothing that people type looks like it in HTML, because its quotes would be escaped.
const whoseField = `<input type="hidden" name="whose" value="">`

// Whose names the user in the forms of rendered HTML.
func Whose(html []byte, user string) []byte {
	named := strings.TrimSuffix(whoseField, `">`) + user + `">`
	return bytes.ReplaceAll(html, []byte(whoseField), []byte(named))
}

var postForm = regexp.MustCompile(`<form [^>]*method="post"[^>]*>`)

// nameWhose adds the field to the forms of a template in which people write, which have novalidate, and to those that the
// browser sends by itself. The script adds it to all others. Anybody may sign in and out.
func nameWhose(template string) string {
	return postForm.ReplaceAllStringFunc(template, func(form string) string {
		if words := strings.Contains(form, "novalidate"); !strings.Contains(form, `action="/log`) &&
			(words || strings.Contains(form, `hx-boost="false"`)) {
			return form + whoseField
		}
		return form
	})
}

// OtherSignedIn says in the dialog that what is typed on a page is not of whoever signed in.
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
