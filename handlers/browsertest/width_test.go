package browsertest

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"

	"clientregistry/db"
	"clientregistry/handlers/handlerstest"
)

// TestNothingTypedWidensAPage: text without breaks and code blocks, in every field, on every page
// and in what opens over it.
func TestNothingTypedWidensAPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	word := func(n int) string { return strings.Repeat("Wörterbuch", n/10) }
	astrid := o.person(word(100), "Administrator")
	role := o.Role(word(40))
	o.Exec("UPDATE roles SET description = ? WHERE slug = ?", word(200), role)
	other := o.person(word(110), role)
	o.Exec("UPDATE users SET email = ? WHERE id = ?", strings.ToLower(word(60))+"@"+strings.Repeat("w", 60)+".example", other.user.ID)
	website := "https://example.com/" + strings.Repeat("w", 170)
	organization := o.Organization(word(160), "legal_name", word(200), "website", website, "sector",
		word(80), "size_band", word(40), "tax_id", strings.Repeat("9", 50), "owner_user_id", other.user.ID)
	o.Organization(word(150)+"2", "sector", word(70))
	contact := o.Contact(word(80), word(80), "email", strings.Repeat("w", 60)+"@"+strings.Repeat("w", 60)+".example",
		"phone", strings.Repeat("9", 40), "job_title", word(120), "owner_user_id", other.user.ID)
	astrid.post(organization+"/contacts", "contact_id", handlerstest.Key(contact), "role_label", word(120), "relationship_status", "Active")
	body := "# " + word(300) + "\n\n" + word(300) + "\n\n    " + word(300) + " " + strings.Repeat("columns of output ", 40) +
		"\n\n```\n" + word(300) + "\n```\n\n> " + word(300) + "\n\n- `" + word(300) + "`\n\n" +
		"https://example.com/" + strings.Repeat("w", 300) + "\n\n[" + word(300) +
		"](https://example.com)\n\n| a | b |\n|---|---|\n| " + word(300) + " | " + word(300) + " |"
	for range 2 {
		astrid.post(organization+"/interactions", "channel", "note", "subject", word(200),
			"body", body, "outcome", word(80), "contact_id", handlerstest.Key(contact),
			"follow_up_text", word(200), "follow_up_due_on", o.Clock.Now().AddDate(0, 0, 1).Format(time.DateOnly),
			"follow_up_assignee_id", astrid.user.ID)
	}
	interaction := "/interactions/" + o.One("SELECT id FROM interactions LIMIT 1")
	astrid.post(organization, "display_name", word(150), "legal_name", word(190), "website", website+"w", "sector", word(70), "version", "1")
	astrid.post("/views", "name", word(60), "list", "organizations", "query", "sector="+word(80), "shared", "1")
	astrid.send("POST", contact+"/archive", map[string][]string{"version": {"2"}})
	view := "/views/" + o.One("SELECT id FROM saved_views LIMIT 1")

	w := o.windowOf(astrid)
	fits := func(what string) {
		t.Helper()
		for _, width := range []int64{320, 390, 800, 880, 1120, 1280, 1920} {
			w.size(width, 900)
			if wrong, err := ask[string](w, "sideways()"); err != nil || wrong != "" {
				t.Errorf("%s: %s%s", what, wrong, errorText(err))
			}
		}
	}
	w.size(1920, 900)
	for _, path := range []string{
		"/", "/organizations?status=all", "/organizations?sector=" + word(80) + "&q=" + word(190),
		"/contacts?status=all&role_label=" + word(120), "/interactions?outcome=" + word(80), "/follow-ups",
		"/organizations/new?display_name=" + word(160) + "&sector=" + word(80), organization, organization + "/edit", organization +
			"/history", organization + "/contacts?add=1&q=" + word(100), organization + "/contacts/" + handlerstest.Key(contact) + "/edit",
		organization + "/access", contact, contact + "/edit", contact + "/history", interaction,
		interaction + "/edit", "/search?q=" + word(40), "/search?q=" + word(190), "/palette?q=" + word(40), view,
		"/admin/users", "/admin/users/" + other.user.ID, "/admin/roles", o.RolePath(role),
		"/admin/audit", "/admin/audit?target_id=" + word(100), "/account", "/admin/system",
	} {
		w.open(path)
		w.see("h1, h2, [role=listbox], form")
		fits(path[:min(len(path), 60)])
	}

	// What opens over a page: a refused editor, a toast, menus, the palette, a dialog.
	w.open(organization)
	w.click("#edit-website")
	w.fill("#f-website", "javascript:"+word(150))
	w.click("#save-website")
	w.see("#fact-website .err")
	fits("a refused fact")
	for _, form := range []struct {
		at, to, field, submit string
		more                  map[string][]string
	}{
		{"/admin/roles/new", "/admin/roles", "#name", "main form .btn.pri", nil},
		{
			"/admin/users?new=1", "/admin/users", "#full_name", "main .narrow .btn.pri",
			map[string][]string{"email": {"w@a.example"}, "role": {role}},
		},
		{"/organizations/new", "/organizations", "#display_name", "main form .btn.pri", nil},
	} {
		w.open(form.at)
		request, err := ask[string](w, "document.querySelector('main [name=request_id]').value")
		if err != nil {
			t.Fatal(err)
		}
		first := map[string][]string{"request_id": {request}, strings.TrimPrefix(form.field, "#"): {word(60)}}
		maps.Copy(first, form.more)
		astrid.send("POST", form.to, first)
		w.fill(form.field, word(70))
		w.click(form.submit)
		w.see(".versus")
		fits("a form that was sent before: " + form.at)
	}
	w.open("/organizations")
	for _, menu := range []string{"#chips details", "#more-filters", "#columns"} {
		if _, err := ask[any](w, "document.querySelectorAll(%s).forEach(d => { d.open = true })", menu); err != nil {
			t.Fatal(err)
		}
		fits(menu)
	}
	w.open(organization)
	w.press("Control+k")
	w.see("#palette input")
	w.fill("#palette input", word(40))
	w.see("#palette-list .opt")
	fits("the palette")
}

// TestLargerTextWidensNoPage: a reader's own style makes it twice as large, which no media query knows.
func TestLargerTextWidensNoPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	furnished(o)
	clerk := o.Role("Clerk of the archive", db.ViewClient, db.EditClient, db.ViewInteraction)
	o.Organization("Brig", "sector", "Food & DRINK")
	o.Organization("Cove", "sector", "Food & drink")
	astrid.send("POST", "/admin/webhooks", map[string][]string{
		"url": {"https://hooks.pinestreet.example/registry"}, "event": {"contact.created"},
	})
	webhook := "/admin/webhooks/" + o.One("SELECT id FROM webhooks")
	organization := "/organizations/" + o.One("SELECT id FROM organizations LIMIT 1")
	w := o.windowOf(astrid)
	for _, path := range []string{
		"/admin/users", "/admin/users?new=1", "/admin/users/" + handlerstest.Key(astrid.user.ID), "/admin/roles", "/admin/roles/new",
		o.RolePath(clerk), "/admin/audit", "/admin/vocabularies", "/admin/vocabularies?rename=Energy", "/admin/vocabularies?v=role_label",
		"/admin/webhooks", "/admin/webhooks/new", webhook, webhook + "/edit", webhook + "/delete", "/admin/system",
		"/account", "/", "/organizations", "/contacts", "/interactions", "/follow-ups", organization, organization + "/edit",
	} {
		w.open(path)
		w.see("h1")
		for _, width := range []int64{1280, 390} {
			w.size(width, 900)
			wrong, err := ask[string](w, `(document.documentElement.style.fontSize = "200%%",
				find("main details:not(.drop)", "").forEach(d => { d.open = true }), sideways())`)
			if err != nil || wrong != "" {
				t.Errorf("%s at %d pixels: %s%s", path, width, wrong, errorText(err))
			}
		}
	}
}

// TestOneColumnIsInTheMiddle of a wide window, as wide as in a smaller one.
func TestOneColumnIsInTheMiddle(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization := o.Organization("Donau Logistik")
	o.Log(organization, "", "Asked for a price")
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	for path, column := range map[string]string{
		"/organizations/new": ".narrow > .card", "/account": ".narrow > .card", "/search?q=donau": ".narrow .card",
		"/admin/audit": ".log-list", "/interactions": ".log-list",
		"/admin/vocabularies": "#values > .tw",
	} {
		w.open(path)
		w.see(column)
		for _, width := range []int64{1920, 2560, 3440} {
			w.size(width, 900)
			wrong, err := ask[string](w, "middle(%s)", column)
			if err != nil || wrong != "" {
				t.Errorf("%s at %d pixels: %s%s", path, width, wrong, errorText(err))
			}
		}
	}
}

// TestWhatStandsTogetherHasOneEdge: a form and the table below it, tabs and their column, the filters of the audit log on
// one line, a chart and its card.
func TestWhatStandsTogetherHasOneEdge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	organization := o.Organization("Donau Logistik")
	o.Log(organization, "", "Asked for a price")
	o.Exec("UPDATE users SET first_steps_closed = 1")
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	for _, x := range []struct{ path, shown, wrong string }{
		{"/admin/users?new=1", ".narrow .card", "left('.narrow .card') !== left('#rows .who')"},
		{"/interactions", ".log-list", "left('#tabs') !== left('.log-list') || right('#tabs') !== right('.log-list')"},
		{"/search?q=donau", ".narrow .card", "left('.tabs') !== left('.narrow .card') || right('.tabs') !== right('.narrow .card')"},
		{"/admin/audit", "#filters", "box('#filters').height > 60"},
		{"/", ".chart > svg", "right('.chart > svg') < right('.chart') - 15"},
	} {
		w.open(x.path)
		w.see(x.shown)
		for _, width := range []int64{1280, 1560, 1920} {
			if w.size(width, 900); width == 1280 && (x.path == "/interactions" || x.path == "/search?q=donau") {
				continue // tabs are as wide as the page
			}
			wrong, err := ask[bool](w, `(() => {
				const box = one => document.querySelector(one).getBoundingClientRect()
				const left = one => Math.round(box(one).left), right = one => Math.round(box(one).right)
				return `+x.wrong+`
			})()`)
			if err != nil || wrong {
				t.Errorf("%s at %d pixels: %s%s", x.path, width, x.wrong, errorText(err))
			}
		}
	}
	w.scripts(false)
	w.desk()
	w.open("/organizations")
	w.click("#rows .ck input")
	w.click(".bulk summary", "More")
	w.see(".bulk .pop button", "Set size")
	if tall, err := ask[int](w, "Math.round(document.querySelector('.bulk').getBoundingClientRect().height)"); err != nil || tall > 100 {
		t.Errorf("without script the bar with more actions is %d pixels high%s", tall, errorText(err))
	}
}

// TestColumnsHaveRoom in windows of all widths and with larger text, and each stands under its heading.
func TestColumnsHaveRoom(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid := o.person("Astrid Öberg", "Administrator")
	furnished(o)
	w := o.windowOf(astrid)
	for _, letters := range []int64{16, 20, 24, 32} {
		call(w, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: letters}})
		for _, list := range []string{"/organizations", "/contacts"} {
			w.open(list)
			for width := int64(640); width <= 1920; width += 64 {
				w.size(width, 900)
				if wrong, err := ask[string](w, "squeezed()"); err != nil || wrong != "" {
					t.Errorf("%s at %d pixels with letters of %d: %s%s", list, width, letters, wrong, errorText(err))
				}
			}
		}
	}
}

// TestWhatOpensStaysInTheWindow: what has no room below its button scrolls.
func TestWhatOpensStaysInTheWindow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	furnished(o)
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	for _, size := range [][2]int64{{1280, 600}, {820, 700}, {641, 700}} {
		w.size(size[0], size[1])
		w.open("/organizations")
		for _, opener := range []string{"#f-sector > summary", "#more-filters > summary", "#columns > summary"} {
			if there, err := ask[bool](w, "find(%s, '').length > 0", opener); err != nil || !there {
				continue // a narrow list has no columns to choose
			}
			w.click(opener)
			w.see(".drop[open] > .pop")
			w.until("inside('.drop[open] > .pop')")
			w.press("Escape")
			w.gone(".drop[open]")
		}
	}
}

// TestTheSidebarOfALowWindow scrolls: nothing in it shrinks, and the account at its end can be reached.
func TestTheSidebarOfALowWindow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	w.open("/organizations")
	w.see(".side .palette")
	const heights = "Array.from(document.querySelectorAll('.side > *'), one => one.offsetHeight).join()"
	w.size(1366, 1200)
	want, err := ask[string](w, heights)
	for _, height := range []int64{620, 400} {
		w.size(1366, height)
		got, err2 := ask[string](w, heights)
		if err != nil || err2 != nil || got != want {
			t.Errorf("in a window %d pixels high they are %s high, want %s%s%s", height, got, want, errorText(err), errorText(err2))
		}
	}
	w.click(".side .me")
	w.see("h1", "My account")
}

// TestWhatOpensFitsATurnedPhone: all of it can be reached where little room is below what opens it.
func TestWhatOpensFitsATurnedPhone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Organization("Donau Logistik")
	w := o.windowOf(o.person("Astrid Öberg", "Administrator"))
	w.phone()
	w.size(844, 390)
	w.open("/organizations")
	for _, opener := range []string{"#f-sector > summary", "#more-filters > summary", "#columns > summary", ".tabbar summary"} {
		w.click(opener)
		w.see(".drop[open] > .pop [data-close]")
		wrong, err := ask[string](w, "inside('.drop[open] > .pop')")
		if err != nil || wrong != "" {
			t.Errorf("%s: %s%s", opener, wrong, errorText(err))
		}
		w.press("Escape")
		w.gone(".drop[open]")
	}
}
