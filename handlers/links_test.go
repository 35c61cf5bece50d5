package handlers_test

import (
	"strings"
	"testing"
	"time"

	"clientregistry/handlers"
)

// linkSide is a link seen from one of its records.
type linkSide struct {
	*site
	base, other     string // paths
	plural, otherID string // of the other kind, and the form field that names it
	otherName       string
}

// linkSides returns both sides of a link, each in its own registry.
func linkSides(t *testing.T) []linkSide {
	var sides []linkSide
	for _, organization := range []bool{true, false} {
		s := newSite(t)
		org, elif := s.Organization("Harbor & Pine", "sector", "Logistics"), s.Contact("Elif", "Aydın", "email", "elif@quay.example")
		if organization {
			sides = append(sides, linkSide{s, org, elif, "contacts", "contact_id", "Elif Aydın"})
		} else {
			sides = append(sides, linkSide{s, elif, org, "organizations", "organization_id", "Harbor & Pine"})
		}
	}
	return sides
}

func (x linkSide) count() string {
	x.t.Helper()
	return x.One("SELECT count(*) FROM organization_contact")
}

// wantAnswer checks the answer to a change: the card and a message for htmx, else a redirect to the page
// that shows both.
func (x linkSide) wantAnswer(b *browser, a answer, part bool, selector, text, toast string) answer {
	x.t.Helper()
	if part {
		return a.want(200, selector, text).want(200, "hx-partial[hx-target='#toasts']", toast).wantFragment(true)
	}
	if to := a.to(); to != x.base {
		x.t.Fatalf("%s led to %s", a.what, to)
	}
	return b.get(x.base).want(200, selector, text).want(200, "#toasts", toast)
}

func TestLinkFromBothSides(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		for _, x := range linkSides(t) {
			ines, jonas := x.person("Inès Moreau", "Manager"), x.person("Jonas Berg", "Manager")
			if part {
				ines, jonas = ines.viaHTMX(), jonas.viaHTMX()
			}
			card, link := x.base+"/"+x.plural, x.base+"/"+x.plural+"/"+key(x.other)
			row := "#link-" + key(x.other)

			// Find, choose, link.
			ines.get(card+"?add=1").want(200, "#find[autofocus]", "").wantFragment(part)
			ines.get(card + "?add=1&q=ar").wantFragment(part)
			form := ines.get(card+"?add=1&"+x.otherID+"="+key(x.other)).want(200, "form.edit .lbl", x.otherName).wantFragment(part)
			linked := ines.submit(form, "form.edit .btn.pri", "role_label", "Billing contact", "relationship_status", "Prospect")
			x.wantAudit(ines, "link_contact", `"Billing contact"`, `"Prospect"`, `"organization_id"`, `"contact_id"`)
			x.wantAnswer(ines, linked, part, row, "Billing contact", "Linked "+x.otherName)
			x.WantOne("Billing contact Prospect 1", "SELECT role_label || ' ' || relationship_status || ' ' || version FROM organization_contact")
			ines.withHeaders(nil).get(x.other).want(200, "#links", "Billing contact")

			// Linking it again shows the existing link.
			x.unchanged(func() {
				ines.post(card, x.otherID, key(x.other)).want(422, "#link-e", "is already linked to").
					want(422, ".found a[href='"+x.other+"']", x.otherName).want(422, ".found", "Billing contact, Prospect").wantFragment(part)
			})

			// Edit: one refusal, one conflict, one success.
			editor := ines.get(link+"/edit").want(200, row+".editing", "").wantFragment(part)
			x.unchanged(func() {
				long := make([]byte, 121)
				for i := range long {
					long[i] = 'x'
				}
				ines.submit(editor, row+" .btn.pri", "role_label", string(long)).
					want(422, row+" .err", "Use at most 120 characters").wantValue(row+" [name=role_label]", string(long)).wantFragment(part)
				ines.submit(editor, row+" .btn.pri", "relationship_status", "Friend").want(422, row+" .err", "Choose Active, Prospect or Former")
			})
			saved := ines.submit(editor, row+" .btn.pri", "role_label", "CFO", "relationship_status", "Active")
			x.wantAudit(ines, "update_link", `"old":"Billing contact"`, `"new":"CFO"`)
			x.wantAnswer(ines, saved, part, row, "CFO", "Saved the link to "+x.otherName)
			var conflict answer
			x.unchanged(func() {
				conflict = jonas.submit(editor, row+" .btn.pri", "role_label", "Advisor", "relationship_status", "Active").
					want(409, row+" .warnline", "Inès Moreau changed this link").wantFragment(part)
				conflict.wantTexts(row+" .versus dd", "CFO", "Advisor")
			})
			jonas.submit(conflict, row+" .acts [value=yours]")
			x.wantAudit(jonas, "update_link", `"old":"CFO"`, `"new":"Advisor"`)
			ines.get(link).want(200, row, "Advisor").wantFragment(part)

			// A stale unlink shows the current link; a second one removes it, and Undo restores it.
			x.unchanged(func() {
				ines.post(link+"/unlink", "version", "1").want(409, row+" .err", "Jonas Berg changed this meanwhile").
					want(409, row+" small", "Advisor").want(409, row+" .i-unlink[value='3']", "").wantFragment(part)
			})
			gone := ines.post(link+"/unlink", "version", "3")
			x.wantAudit(ines, "unlink_contact", `"Advisor"`)
			if x.count() != "0" {
				t.Fatal("the link is still there")
			}
			page := gone
			if !part {
				page = ines.get(gone.to())
			}
			page.want(200, ".toast", "Unlinked "+x.otherName).wantNot(row)
			x.unchanged(func() { ines.post(link+"/unlink", "version", "3").want(404, "", "") }) // a second click
			ines.withHeaders(nil).submit(page, ".toast form button").want(303, "", "")
			x.WantOne("Advisor Active", "SELECT role_label || ' ' || relationship_status FROM organization_contact")
			x.wantAudit(ines, "link_contact", `"Advisor"`)
		}
	}
}

func TestLinkToSomethingNew(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		for _, x := range linkSides(t) {
			ines := x.person("Inès Moreau", "Manager")
			if part {
				ines = ines.viaHTMX()
			}
			card, organization := x.base+"/"+x.plural, x.plural == "contacts"
			form := ines.get(card+"?add=1&new=1&q=Mara+Ruiz").want(200, "form.edit .btn.pri", "Create and link").wantFragment(part)
			table, action, bad, typed := "organizations", "create_org", []string{"website", "ftp://x"},
				[]string{"display_name", "Mara Ruiz", "website", "mara.example"}
			if organization {
				table, action, bad, typed = "contacts", "create_contact", []string{"email", "nowhere"}, []string{"email", "mara@ruiz.example"}
				form.wantValue("#new-first_name", "Mara").wantValue("#new-last_name", "Ruiz")
			} else {
				form.wantValue("#new-display_name", "Mara Ruiz")
			}
			x.unchanged(func() {
				ines.submit(form, "form.edit .btn.pri", append(bad, "role_label", "CEO")...).
					want(422, "#new-"+bad[0]+"-e", "Enter").wantValue("#new-"+bad[0], bad[1]).wantValue("#role_label", "CEO").wantFragment(part)
			})
			x.wantAnswer(ines, ines.submit(form, "form.edit .btn.pri", append(typed, "role_label", "CEO")...),
				part, "#links", "Mara Ruiz", "Created and linked Mara Ruiz")
			x.WantOne("1", "SELECT count(*) FROM audit_logs WHERE action = ? AND user_id = ?", action, ines.user.ID)
			x.WantOne(ines.user.ID, "SELECT owner_user_id FROM "+table+" ORDER BY id DESC LIMIT 1")
			x.WantOne("CEO", "SELECT role_label FROM organization_contact")
		}
	}
}

// TestLinkByATakenEmail: a new contact with an email that another contact has. The form offers to
// link that contact, and to restore it if it is archived.
func TestLinkByATakenEmail(t *testing.T) {
	t.Parallel()
	for _, archived := range []bool{false, true} {
		s := newSite(t)
		ines := s.person("Inès Moreau", "Manager")
		org, elif := s.Organization("Harbor & Pine"), s.Contact("Elif", "Aydın", "email", "elif@quay.example")
		button := "Link Elif Aydın"
		if archived {
			button = "Restore and link"
			ines.post(elif+"/archive", "version", "1").want(303, "", "")
		}
		for _, by := range []*browser{ines, ines.viaHTMX()} {
			var refused answer
			s.unchanged(func() {
				refused = by.post(org+"/contacts", "first_name", "E", "last_name", "A", "email",
					"elif@quay.example", "role_label", "CFO", "request_id", handlers.NewRequestID()).
					want(422, ".found button", button).want(422, "#new-email-e", "This email belongs to Elif Aydın").
					wantValue("#new-first_name", "E").wantFragment(by.headers != nil)
			})
			by.submit(refused, ".found button")
			s.wantAudit(ines, "link_contact", `"CFO"`)
			s.WantOne("1 1", "SELECT (SELECT is_active FROM contacts) || ' ' || (SELECT count(*) FROM organization_contact)")
			by.get(org+"/contacts").want(200, "#links", "Elif Aydın")
			s.Exec("DELETE FROM organization_contact")
			s.Exec("DELETE FROM requests")
			if archived {
				s.Exec("UPDATE contacts SET is_active = 0")
			}
		}
		// Choosing an archived contact restores it as well, and the form says so first.
		if archived {
			form := ines.get(org+"/contacts?add=1&contact_id="+key(elif)).
				want(200, "form.edit .btn.pri", "Restore and link").want(200, "form.edit .bdg", "Archived")
			ines.submit(form, "form.edit .btn.pri").want(303, "", "")
			s.WantOne("1", "SELECT is_active FROM contacts")
		}
	}
}

// TestChoosingALinkLeavesTheTimelineAlone: contact_id has one meaning in the link form and another
// in the timeline's filter.
func TestChoosingALinkLeavesTheTimelineAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := newWorld(s)
	mara := s.Contact("Mara", "Ruiz")
	s.as("Manager").get(w.org+"/contacts?add=1&contact_id="+key(mara)).
		want(200, "form.edit .lbl", "Mara Ruiz").wantTexts(subjects, "Renewal agreed")
}

func TestLinksOfNobody(t *testing.T) {
	t.Parallel()
	for _, x := range linkSides(t) {
		ines, lea := x.as("Manager"), x.as("Viewer")
		card := x.base + "/" + x.plural
		x.unchanged(func() {
			for _, other := range []string{handlers.NewRequestID(), "1", key(x.base), "'; DROP TABLE contacts"} {
				ines.post(card, x.otherID, other).want(422, "#link-e", "Choose one from the list")
				ines.viaHTMX().post(card, x.otherID, other).want(422, "#link-e", "Choose one from the list").wantFragment(true)
				ines.get(card+"?add=1&"+x.otherID+"="+handlers.NewRequestID()).want(404, "", "")
			}
			ines.post(card, "use", "found", "found_id", "nobody").want(422, "", "")
			ines.post(card).want(422, ".err", "Enter")
			// One end always comes from the path, never from the body.
			ines.post(card, "organization_id", "x", "contact_id", "x").want(422, "#link-e", "Choose one")
		})
		x.Link(map[bool]string{true: x.base, false: x.other}[x.plural == "contacts"],
			map[bool]string{true: x.other, false: x.base}[x.plural == "contacts"])
		lea.get(card+"?add=1").want(200, "#links", x.otherName).wantNot("#find").wantNot("#links form").wantNot("#link-new")
		lea.get(x.base).want(200, "#links", x.otherName).wantNot("#links form")
	}
}

// TestTheMainOrganizationIsChosenFromBothSides, marked on the pages, and taken back.
func TestTheMainOrganizationIsChosenFromBothSides(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		for _, fromContact := range []bool{false, true} {
			s := newSite(t)
			reader, viewer := s.as("Manager"), s.as("Viewer")
			ines := reader
			if part {
				ines = reader.viaHTMX()
			}
			acme, brig, old, maya := s.Organization("Acme"), s.Organization("Brig"), s.Organization("Old"), s.Contact("Maya", "Okafor")
			s.Link(acme, maya)
			s.Clock.Add(time.Second)
			s.Link(brig, maya)
			s.Link(old, maya, "relationship_status", "Former")
			reader.get(maya).want(200, "#meta", "Acme +1").
				want(200, ".links li:first-child small", "Main").wantTexts(".links .nm", "Acme", "Brig", "Old")
			reader.get("/contacts").want(200, "#rows", "Acme +1")
			reader.get(brig).want(200, ".links small", "mainly at Acme")
			reader.get(acme).wantNot(".links small b")
			reader.get(maya + "/organizations/" + key(acme) + "/edit").wantNot("[name=is_main]")
			reader.get(maya + "/organizations/" + key(old) + "/edit").wantNot("[name=is_main]")

			link, label := brig+"/contacts/"+key(maya), "Main organization of Maya Okafor"
			if fromContact {
				link, label = maya+"/organizations/"+key(brig), "Main organization"
			}
			reader.get(link+"/edit").want(200, ".check", label).want(200, ".check", "Now Acme")
			s.unchanged(func() {
				ines.post(maya+"/organizations/"+key(old), "is_main", "1", "version", "1").
					want(422, ".err", "A former organization cannot be the main one")
				ines.post(maya+"/organizations/"+key(acme), "is_main", "", "version", "1").want(422, ".err", "Choose another organization")
				ines.post(link, "is_main", "1", "role_label", strings.Repeat("x", 121), "version", "1").want(422, "[name=is_main][checked]", "")
				viewer.post(link, "is_main", "1", "version", "1").want(403, "p", "EditClient")
			})
			saved := ines.post(link, "is_main", "1", "version", "1")
			s.wantAudit(ines, "update_link", `"is_main":{"old":null,"new":"1"}`)
			said := saved
			if part {
				saved.want(200, "hx-partial[hx-target='#toasts']", "Main organization of Maya Okafor: Brig")
			} else {
				saved.want(303, "", "")
				said = reader.get(saved.to()).want(200, "#toasts", "Main organization of Maya Okafor: Brig")
			}
			reader.get(maya).want(200, "#meta", "Brig +1").wantTexts(".links .nm", "Brig", "Acme", "Old")
			reader.get(maya+"/history").want(200, "#activity", "Main organization")

			ines.submit(said, ".toast form button")
			reader.get(maya).want(200, "#meta", "Acme +1")
			if fromContact && part { // the head of the page follows, whatever changes
				ines.post(maya+"/organizations/"+key(acme), "relationship_status", "Former", "version", "2").
					want(200, "hx-partial[hx-target='#meta']", "Brig").want(200, "#links li:first-child small", "Main")
			}
		}
	}
}
