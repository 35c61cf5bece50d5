package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// maxListed is how many linked records a composer lists to choose from. If there are more, one searches.
const maxListed = 20

// logWith is the HTML id of the composer's field for the other end.
const logWith = "log-with"

// none is the value of a form in which somebody chose nobody. An empty value leaves the choice to the composer.
const none = "none"

// isFieldPrefix reports whether an id begins the ids of a composer's fields, or of an interaction's editor.
func isFieldPrefix(id string) bool {
	interaction, found := strings.CutPrefix(id, "i-")
	return id == "log" || found && db.ValidID(interaction)
}

// withField returns the field of the other end, with the chosen one selected. One that is not linked is read by its id.
// The ids of its elements begin with id.
func (s *Server) withField(c *gin.Context, x timelineRecord, id, chosen string) (views.With, error) {
	w := views.With{ID: id, Label: "With", Kind: x.otherKind, Plural: x.otherPlural, Base: x.base, Many: len(x.links) > maxListed}
	if !x.organization {
		w.Label = "At"
	}
	if chosen == none {
		chosen = ""
	}
	w.Options = withOptions(x.linkEnd, x.links, chosen)
	at := slices.IndexFunc(w.Options, func(o views.Option) bool { return o.Selected })
	if at < 0 {
		other, err := s.chosen(c, x.linkEnd, chosen)
		switch {
		case errors.Is(err, db.ErrNotFound):
			at = len(w.Options) - 1
			w.Options[at].Selected = true
		case err != nil:
			return w, err
		default:
			w.Options = slices.Insert(w.Options, 0, views.Option{Value: chosen, Label: other.Name, Selected: true})
			if at = 0; who(c).Can(db.EditClient) {
				w.Links = linkNotice(id)
			}
		}
	}
	if w.Many {
		picked := w.Options[at]
		if picked.Value != "" {
			w.Picked = picked.Label
		}
		listed := slices.DeleteFunc(w.Options, func(o views.Option) bool { return o == picked || o.Value == "" })
		none := views.Option{Label: nobody(x.linkEnd), Selected: picked.Value == ""}
		w.Options = append(listed[:maxListed:maxListed], none)
		if picked.Value != "" {
			w.Options = slices.Insert(w.Options, 0, picked)
		}
	}
	return w, nil
}

// linkNotice says how the chosen record gets linked.
func linkNotice(id string) string {
	if id == logWith {
		return "logging links them"
	}
	return "saving links them"
}

// withAnswer lists the records that match what was typed into a composer's field, or answers with the field and a choice
// made in it.
func (s *Server) withAnswer(c *gin.Context, kind, base string) error {
	if err := editInteractions.Check(who(c)); err != nil {
		return err
	}
	x, err := s.timelineRecordAt(c, base)
	if err != nil {
		return err
	}
	if prefix := c.Query("further"); prefix != "" && kind == "contact" {
		return s.furtherAnswer(c, x, prefix)
	}
	id := cmp.Or(c.Query("as"), logWith)
	if prefix := strings.TrimSuffix(strings.TrimSuffix(id, "-with"), "-at"); x.otherKind != kind || prefix == id || !isFieldPrefix(prefix) {
		return db.ErrNotFound
	}
	if chosen, choose := c.GetQuery("choose"); choose {
		w, err := s.withField(c, x, id, chosen)
		if err != nil {
			return err
		}
		w.Chosen, w.Focus = chosen, true
		return s.show(c, http.StatusOK, w)
	}
	if c.Query("draft") != "" {
		w, err := s.withField(c, x, id, query(c, kind+"_id"))
		if err != nil {
			return err
		}
		return s.show(c, http.StatusOK, w)
	}
	options, err := s.withFound(c, x, id, query(c, kind))
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, options)
}

// timelineRecordAt reads the record of a path, and its links.
func (s *Server) timelineRecordAt(c *gin.Context, base string) (timelineRecord, error) {
	plural, id, _ := strings.Cut(strings.TrimPrefix(base, "/"), "/")
	r, err := recordKinds[plural].read(s.db, c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return timelineRecord{}, err
	}
	x := timelineRecord{linkEnd: newLinkEnd(r)}
	x.links, err = s.links(c, x.linkEnd)
	return x, err
}

// withFound lists the records that match what was typed into the field with an id and may be chosen there.
func (s *Server) withFound(c *gin.Context, x timelineRecord, id, typed string) (views.WithOptions, error) {
	found := views.WithOptions{ID: id + "-list", Label: x.heading, Target: "#" + id + "-field", Unlinked: "Not linked yet"}
	if who(c).Can(db.EditClient) {
		found.Unlinked += "; " + linkNotice(id)
	}
	err := s.findLinked(c, x, typed, &found, func(other string) string {
		return "/" + x.otherPlural + "/options?" + url.Values{"with": {x.base}, "as": {id}, "choose": {other}}.Encode()
	})
	if typed != "" && id == logWith && who(c).Can(db.EditClient) {
		found.Create = &views.OptionRow{
			Name: "Create " + x.otherKind + " “" + text.IsolateForeign(typed) + "”",
			Href: x.base + "/" + x.otherPlural + "?" + url.Values{"add": {"1"}, "new": {"1"}, "q": {typed}}.Encode(),
		}
	}
	return found, err
}

// findLinked adds the records that match what was typed: those linked here first, then others. choice returns the
// address that chooses one.
func (s *Server) findLinked(c *gin.Context, x timelineRecord, typed string, found *views.WithOptions, choice func(id string) string,
) error {
	marks := text.NewTyped(typed)
	for _, l := range x.links {
		id, name, active := x.other(l)
		if !active || !fits(name, typed) {
			continue
		}
		if len(found.Linked) == maxListed {
			found.More = true
			break
		}
		row := views.OptionRow{ID: id, Name: name, Href: choice(id), Square: !x.organization, Marked: markWords(name, marks)}
		if detail := wording.Joined(l.RoleLabel, formerOnly(l)); detail != "" {
			row.Detail = []views.TextPart{{Text: detail}}
		}
		found.Linked = append(found.Linked, row)
	}
	if typed == "" {
		return nil
	}
	others, more, err := s.optionRows(c, x.otherKind, typed)
	for _, row := range others {
		if slices.ContainsFunc(x.links, func(l db.Link) bool { id, _, _ := x.other(l); return id == row.ID }) {
			if !slices.ContainsFunc(found.Linked, func(o views.OptionRow) bool { return o.ID == row.ID }) {
				row.Href = choice(row.ID)
				found.Linked = append(found.Linked, row) // by an email or another spelling
			}
			continue
		}
		row.Href = choice(row.ID)
		found.Others = append(found.Others, row)
	}
	found.More = found.More || more
	found.None = len(found.Linked)+len(found.Others) == 0
	return err
}

func formerOnly(l db.Link) string {
	if l.RelationshipStatus == "Former" {
		return "Former"
	}
	return ""
}

// fits reports whether each typed word begins a word of a name.
func fits(name, typed string) bool {
	words := text.Words(name)
	return !slices.ContainsFunc(text.TypedWords(typed), func(t string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t) })
	})
}

// otherNamed returns the other end that the field with an id names: by id, or by a text that fits only one record or is
// the whole name of only one. If it is not clear, ask is the field with a choice.
func (s *Server) otherNamed(c *gin.Context, x timelineRecord, field string) (id string, ask *views.With, err error) {
	form := c.Request.PostForm
	id = form.Get(x.otherColumn())
	typed := readable(form.Get(x.otherKind))
	if typed == "" || id != "" && typed == readable(form.Get("found_"+x.otherKind)) {
		return id, nil, nil
	}
	found, err := s.withFound(c, x, field, typed)
	if err != nil {
		return "", nil, err
	}
	all := append(found.Linked, found.Others...)
	if only := onlyMatch(all, typed, found.More); only != "" {
		return only, nil, nil
	}
	w, err := s.withField(c, x, field, id)
	w.Typed = typed
	if len(all) == 0 {
		w.Error = nobodyNamed(typed)
		if !x.organization {
			w.Error = "No organization named " + text.Isolate(typed) + " was found. Choose one from the list, or type another name"
		}
		return id, &w, err
	}
	w.Found, w.Many, w.Options = typed, false, nil
	for _, row := range all {
		w.Options = append(w.Options, views.Option{Value: row.ID, Label: nameAndDetail(row)})
	}
	w.Options = append(w.Options, views.Option{Label: nobody(x.linkEnd), Selected: true})
	w.Error = whyUnclear(all, typed, "Choose one here")
	return id, &w, err
}

func nobodyNamed(typed string) string {
	return "Nobody named " + text.Isolate(typed) + " was found. Choose somebody from the list, or type another name"
}

// whyUnclear says why nobody of those found was chosen, and what to do instead.
func whyUnclear(found []views.OptionRow, typed, do string) string {
	if found[0].Similar {
		return "Only similar names were found for " + text.Isolate(typed) + ". " + do + ", or type another name"
	}
	return "More than one fits " + text.Isolate(typed) + ". " + do + ", or type more of the name"
}

// onlyMatch returns the id of the only record found, or of the only one whose whole name was typed; "" if there is none.
func onlyMatch(found []views.OptionRow, typed string, more bool) string {
	same := slices.DeleteFunc(slices.Clone(found), func(o views.OptionRow) bool { return text.SortKey(o.Name) != text.SortKey(typed) })
	switch {
	case len(same) == 1:
		return same[0].ID
	case len(found) == 1 && !more && !found[0].Similar:
		return found[0].ID
	}
	return ""
}

// nameAndDetail returns a record's name and what tells it from others of that name.
func nameAndDetail(row views.OptionRow) string {
	detail := ""
	for _, part := range row.Detail {
		detail += part.Text
	}
	if detail == "" {
		return row.Name
	}
	return row.Name + " · " + detail
}
