package handlers_test

import (
	"testing"

	"clientregistry/db"
)

// TestEachPlaceThatEditsAWordSuggestsTheKnownOnes finds the combobox in every form with a sector, size, role
// or outcome, and follows it to its list.
func TestEachPlaceThatEditsAWordSuggestsTheKnownOnes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	ines := s.as("Manager")
	batch := func(path, action string, more ...string) answer {
		return ines.post(path+"/batch", append([]string{"action", action, "id", key(w.org)}, more...)...)
	}
	for name, c := range map[string]struct {
		page         answer
		field, known string
	}{
		"the new form":              {ines.get("/organizations/new"), "#sector", "Energy"},
		"the edit form":             {ines.get(w.org + "/edit"), "#size_band", "11-50"},
		"the editor in place":       {ines.get(w.org + "/fields/sector/edit"), "#f-sector", "Energy"},
		"the editor of the size":    {ines.get(w.org + "/fields/size_band/edit"), "#f-size_band", "11-50"},
		"the editor of a link":      {ines.get(w.org + "/contacts/" + key(w.contact) + "/edit"), "[name=role_label]", "CFO"},
		"the form of a new link":    {ines.get(w.org + "/contacts?add=1&new=1&q=Zoe"), "#role_label", "CFO"},
		"a new organization's link": {ines.get(w.contact + "/organizations?add=1&new=1&q=Zoo"), "#new-sector", "Energy"},
		"the composer":              {ines.get(w.org + "?log=call"), "#log-outcome", "No answer"},
		"the editor of a call":      {ines.get(w.interaction + "/edit"), "[name=outcome]", "No answer"},
		"a batch of sectors":        {batch("/organizations", "set_sector"), "#sector", "Energy"},
		"a batch of links":          {batch("/organizations", "link"), "#role_label", "CFO"},
	} {
		t.Run(name, func(t *testing.T) {
			c.page.t = t
			field := c.page.html.Find(c.field)
			if field.AttrOr("role", "") != "combobox" || field.AttrOr("type", "text") != "text" {
				t.Fatalf("%s is no combobox: %s", c.field, c.page.shown())
			}
			c.page.want(c.page.StatusCode, "#"+field.AttrOr("aria-controls", ""), "").wantNot("datalist")
			list := ines.viaHTMX().get(field.AttrOr("hx-get", "")).want(200, "[role=option]", c.known).wantFragment(true)
			list.wantNot("#value-new")
		})
	}
}

func TestKnownWordsComeFirstAndANewOneIsAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Organization("Acme", "sector", "Café & énergie")
	ines := s.as("Manager").viaHTMX()
	for typed, want := range map[string][]string{
		"ene":       {"Energy", "Café & énergie", "Use “ene” as a new sector"},
		"ENER":      {"Energy", "Café & énergie", "Use “ENER” as a new sector"},
		"+zzz+":     {"Use “zzz” as a new sector"},
		"sector":    {"Public sector", "Use “sector” as a new sector"},
		"%3Cb%3Eq":  {"Use “<b>q” as a new sector"},
		"services+": {"Services", "Manufacturing", "SaaS", "Retail"}, // known, so the others follow
	} {
		list := ines.get("/suggestions/sector?sector=" + typed)
		if typed == "services+" {
			list.want(200, "#value-0", want[0]).want(200, "#value-1", want[1]).wantNot("#value-new")
			continue
		}
		list.wantTexts("[role=option]", want...).wantTexts("[role=option]:last-child", want[len(want)-1])
	}
	ines.get("/suggestions/outcome?outcome=x").want(200, "#value-new", "Use “x” as a new outcome")
	ines.get("/suggestions/role_label?value=x").want(200, "#value-new", "Use “x” as a new role")
	ines.get("/suggestions/size_band?value=x").want(200, "#value-new", "Use “x” as a new size")
	ines.get("/suggestions/email").want(404, "", "")
	clerk := s.as(s.Role("Clerk", db.ViewClient, db.EditClient))
	clerk.get("/suggestions/outcome").want(403, "", "EditInteraction")
}

func TestWordsOfHiddenRecordsAreNotSuggested(t *testing.T) {
	t.Parallel()
	_, _, oda := ownWorld(t)
	for _, column := range []string{"sector", "size_band", "role_label", "outcome"} {
		oda.viaHTMX().get("/suggestions/"+column+"?value=secret").wantTexts("[role=option]", "Use “secret” as a new "+
			map[string]string{"sector": "sector", "size_band": "size", "role_label": "role", "outcome": "outcome"}[column])
	}
}
