// Package views turns typed data into HTML. A struct names its own template, so that no handler can
// pair the wrong two. Templates decide nothing.
package views

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"regexp"
	"strings"
	"sync"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/static"
)

//go:embed *.html */*.html
var files embed.FS

// View is the data of one template.
type View interface{ Template() string }

// paged is the data of a whole page, which embeds Page. A fragment that embeds a page returns nil.
type paged interface{ page() *Page }

// Into is a view for another place on the page. htmx swaps it into Target as Swap says.
type Into struct {
	Target, Swap string
	View         View
}

// Template names the wrapper.
func (Into) Template() string { return "_into.html" }

// Render writes views one after the other, a page with its frame and a fragment as it is.
func Render(w *bytes.Buffer, all ...View) error {
	for _, v := range all {
		if into, ok := v.(Into); ok {
			if err := renderInto(w, into); err != nil {
				return err
			}
			continue
		}
		var page *Page
		if p, ok := v.(paged); ok {
			page = p.page()
		}
		if err := renderOne(w, v, page); err != nil {
			return fmt.Errorf("views: %w", err)
		}
	}
	return nil
}

// renderOne writes a view, with its frame if it is a page.
func renderOne(w *bytes.Buffer, v View, page *Page) error {
	if page == nil {
		return templates().ExecuteTemplate(w, v.Template(), v)
	}
	around := page.around()
	err := templates().ExecuteTemplate(w, around.above, around)
	if err == nil {
		err = templates().ExecuteTemplate(w, v.Template(), v)
	}
	if err == nil {
		err = templates().ExecuteTemplate(w, around.below, around)
	}
	return err
}

func renderInto(w *bytes.Buffer, v Into) error {
	if err := templates().ExecuteTemplate(w, "_into.html", v); err != nil {
		return err
	}
	if v.View != nil {
		if err := Render(w, v.View); err != nil {
			return err
		}
	}
	w.WriteString("</hx-partial>\n")
	return nil
}

// Parse parses the templates before the first page needs them.
func Parse() { templates() }

// templates returns all templates, named by their files.
func templates() *template.Template {
	parsing.Do(func() { parsed = template.Must(parse()) })
	return parsed
}

var (
	parsing sync.Once
	parsed  *template.Template
)

func parse() (*template.Template, error) {
	all := template.New("").Funcs(functions())
	return all, fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		if err == nil {
			_, err = all.New(name).Parse(nameWhose(drawIcons(joinLines(string(text)))))
		}
		return err
	})
}

var (
	continued      = regexp.MustCompile(`\n\t+`)
	continuedByTag = regexp.MustCompile(`\n\t+([<{])`)
	named          = regexp.MustCompile(`{{icon(Sm)? "(\w+)"}}`)
)

// joinLines joins each line of a template that begins with a tab to the one before: elements and
// actions without a space, attributes and words with one. Templates can be laid out for readers
// without adding bytes to pages.
func joinLines(template string) string {
	return continued.ReplaceAllLiteralString(continuedByTag.ReplaceAllString(template, "$1"), " ")
}

// drawIcons draws the icons that a template names, so that no page has to.
func drawIcons(template string) string {
	return named.ReplaceAllStringFunc(template, func(icon string) string {
		m := named.FindStringSubmatch(icon)
		return string(drawIcon(m[2], m[1] != ""))
	})
}

// drawIcon returns an icon of the strip that app.css lists.
func drawIcon(name string, small bool) template.HTML {
	class := "i i-" + template.HTMLEscapeString(name)
	if small {
		class += " sm"
	}
	return template.HTML(`<i class="` + class + `"></i>`)
}

// functions are the functions for templates. Those that return HTML, except icons and markdown, render views
// and cache the result.
func functions() template.FuncMap {
	return template.FuncMap{
		"icon":     func(name string) template.HTML { return drawIcon(name, false) },
		"iconSm":   func(name string) template.HTML { return drawIcon(name, true) },
		"avatar":   func(name, class string) (template.HTML, error) { return fragment(avatar{name, class}) },
		"fragment": fragment,
		"sheet":    func(title string) (template.HTML, error) { return fragment(sheetHead(title)) },
		"rows":     all[Row],
		"days":     all[Day],
		"asset":    static.URL,
		"dial":     dial,
		"lower":    strings.ToLower,
		"sentence": sentence,
		"said":     messageHTML,
		"isolated": text.IsolateForeign,
		"firstDay": func() string { return db.FirstDay },
		"lastDay":  func() string { return db.LastDay },
		"host":     Host,
		"markdown": markdown,
	}
}

// sheetHead is the title of a popover that is a sheet on phones, with what closes it.
type sheetHead string

func (sheetHead) Template() string { return "_sheet_head.html" }
