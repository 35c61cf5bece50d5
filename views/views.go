// Package views turns typed data into HTML. A struct names its own template,
// so that no handler can pair the wrong two; the templates decide nothing.
package views

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	"clientregistry/static"
)

//go:embed *.html */*.html
var files embed.FS

// View is the data of one template.
type View interface{ Template() string }

// paged is the data of a whole page: Page is embedded in it.
type paged interface{ layout() string }

// Into is a view for another place on the page than the one that asked:
// htmx swaps it into Target in the manner of Swap.
type Into struct {
	Target, Swap string
	View         View
}

// Template names the wrapper of a view for another place.
func (Into) Template() string { return "_into.html" }

// Render writes views one after the other: a page with its layout, anything
// else as the fragment it is.
func Render(w *bytes.Buffer, all ...View) error {
	for _, v := range all {
		name := v.Template()
		set := templates()[name]
		if p, ok := v.(paged); ok {
			name = p.layout()
		}
		if set == nil {
			return fmt.Errorf("views: no template %s", v.Template())
		}
		if into, ok := v.(Into); ok {
			if err := renderInto(w, into); err != nil {
				return err
			}
			continue
		}
		if err := set.ExecuteTemplate(w, name, v); err != nil {
			return fmt.Errorf("views: %w", err)
		}
	}
	return nil
}

func renderInto(w *bytes.Buffer, v Into) error {
	if err := templates()["_into.html"].ExecuteTemplate(w, "_into.html", v); err != nil {
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

// templates are the parsed sets by the template they are for. All pieces
// (their names begin with "_") and layouts are in every set; a page is "main" in its own.
func templates() map[string]*template.Template {
	parsing.Do(func() { parsed = parseAll() })
	return parsed
}

var (
	parsing sync.Once
	parsed  map[string]*template.Template
)

func parseAll() map[string]*template.Template {
	shared := template.New("").Funcs(functions())
	var pages []string
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if base := path.Base(name); strings.HasPrefix(base, "_") || path.Dir(name) == "." {
			return parse(shared, name, name)
		}
		pages = append(pages, name)
		return nil
	})
	if err != nil {
		panic(err)
	}
	sets := map[string]*template.Template{}
	for _, t := range shared.Templates() {
		sets[t.Name()] = shared
	}
	for _, name := range pages {
		set := template.Must(shared.Clone())
		if err := parse(set, "main", name); err != nil {
			panic(err)
		}
		sets[name] = set
	}
	return sets
}

func parse(into *template.Template, as, file string) error {
	text, err := files.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := into.New(as).Parse(string(text)); err != nil {
		return fmt.Errorf("views: %s: %w", file, err)
	}
	return nil
}

// functions are what templates call. once renders a view by its own template,
// through the cache of fragments; so do icon, avatar, time and kept.
func functions() template.FuncMap {
	return template.FuncMap{
		"icon":     func(name string) (template.HTML, error) { return once(icon{name, ""}) },
		"iconSm":   func(name string) (template.HTML, error) { return once(icon{name, " i-sm"}) },
		"avatar":   func(name, class string) (template.HTML, error) { return once(avatar{name, class}) },
		"time":     func(t *Time) (template.HTML, error) { return once(*t) },
		"once":     once,
		"kept":     kept,
		"asset":    static.URL,
		"hue":      hue,
		"initials": initials,
		"lower":    strings.ToLower,
		"sentence": sentence,
		"host":     Host,
		"markdown": markdown,
	}
}

// icon is one picture of the sprite.
type icon struct{ Name, Class string }

func (icon) Template() string { return "_icon.html" }

// avatar stands for a person or, in the class sqr, for an organization.
type avatar struct{ Name, Class string }

func (avatar) Template() string { return "_avatar.html" }
