package browsertest

import (
	"fmt"
	"net/http"
	"testing"

	"clientregistry/db"
	"clientregistry/handlers/handlerstest"
)

func TestAnAuditorReadsTheLog(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid, tomas := o.person("Astrid Öberg", "Administrator"), o.person("Tomas Rehn", "Manager")
	organization, _ := furnished(o)
	long := "https://a-rather-long-name-of-a-web-site-that-wants-to-be-on-one-line.example/and/has/a/path/that/does/not/end"
	tomas.post(organization+"/fields/website", "value", long, "version", "1")
	for i := range 60 {
		if _, err := o.DB.UpdateOrganization(t.Context(), db.System,
			handlerstest.Key(organization), i+2, db.Fields{"tax_id": fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if status := tomas.send(http.MethodGet, "/admin/audit", nil); status != http.StatusForbidden {
		t.Fatalf("a manager's history of everything: status %d", status)
	}
	for _, scripts := range []bool{true, false} {
		w := o.windowOf(astrid)
		w.scripts(scripts)
		w.open("/")
		w.click(".side a", "Audit log")
		w.at("/admin/audit")
		w.see("#timeline .by", "Tomas Rehn was refused: GET /admin/audit, without “Read the audit log”")
		if scripts {
			w.see("#verified", "not been verified yet")
			w.everywhere("audit log")
		}
		w.click(".verified summary", "The history")
		w.click("button", "Verify now")
		w.see("#toasts", "The history is intact")
		w.click(".verified summary", "The history is intact")
		w.see(".verified code", "clientregistry verify --hash")
		if scripts {
			w.everywhere("audit log, verified")
		}
		w.click("summary", "Action")
		w.click("#f-action label", "Changed an organization")
		if !scripts {
			w.click("#f-action button", "Show")
		}
		w.see(".chip b", "Changed an organization")
		w.at("/admin/audit?action=update_org")
		w.press("Escape")
		if scripts {
			w.click("#f-record summary")
			w.write("harbor")
			w.see("#record-found a", "Harbor")
			w.press("ArrowDown")
			w.focused("#record-found a:first-child")
			w.press("Escape")
			w.focused("#f-record summary")
		} else {
			w.click("#f-record summary")
			w.fill("#f-record [name=record]", "harbor")
			w.click("#f-record button", "Find")
			w.see("#record-found a", "Harbor")
			w.at("/admin/audit?action=update_org&record=harbor")
			w.open("/admin/audit?action=update_org")
		}
		w.count(50, "#timeline li")
		w.click("#load-older")
		w.see("#timeline .by", "Tomas Rehn changed Harbor & Pine Logistics")
		w.gone("#load-older")
		if scripts {
			w.count(61, "#timeline li")
			w.everywhere("audit log, filtered")
		}
		w.click("#timeline ol:last-of-type li:last-child .from summary")
		w.see(".from .pop", "update_org")
		if scripts {
			w.everywhere("audit log, where an entry came from")
		}
		w.click(".from .pop a", "All by this person")
		w.see(".chip b", "Tomas Rehn")
		w.at("/admin/audit?actor=" + tomas.user.ID)
		w.click("[aria-label='Remove the who filter']")
		w.at("/admin/audit")
		w.set("#from", "2020-01-01")
		w.set("#to", "2020-01-02")
		w.click("button", "Show")
		w.see("#timeline-empty", "Nothing matches")
		if scripts {
			w.everywhere("audit log, nothing matches")
			w.held("*q=harbor*", func() {
				w.fill("#filters [name=q]", "harbor")
				w.press("Enter")
				w.see("main[aria-busy]")
			})
			w.at("/admin/audit?from=2020-01-01&q=harbor&to=2020-01-02")
			w.gone("[aria-busy]")
			w.open("/admin/audit")
			w.click("#f-target_type summary")
			w.held("*target_type=role*", func() {
				w.click("#f-target_type label", "Roles")
				w.see("#list[aria-busy]")
			})
			w.see("#timeline-empty", "Nothing matches")
			w.gone("[aria-busy]")
		}
	}
	o.Exec("DROP TRIGGER audit_logs_no_update")
	o.Exec("UPDATE audit_logs SET action = 'update_user' WHERE seq = 1")
	w := o.windowOf(astrid)
	w.open("/admin/audit")
	w.click(".verified summary", "The history")
	w.click("button", "Verify now")
	w.see("#verified", "row 1 was changed")
	w.everywhere("audit log, broken")
	w.phone()
	w.click(".tabbar summary", "More")
	w.click(".tabbar .menu a", "Audit log")
	w.at("/admin/audit")
}

func TestAValueIsTakenBackFromHistory(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid, tomas := o.person("Astrid Öberg", "Administrator"), o.person("Tomas Rehn", "Manager")
	organization, _ := furnished(o)
	tomas.post(organization, "sector", "Retail", "website",
		"a-rather-long-name-of-a-web-site-that-wants-to-be-on-one-line.example/with/a/path", "version", "1")
	version := 2
	for _, scripts := range []bool{true, false} {
		w := o.windowOf(astrid)
		w.scripts(scripts)
		w.open(organization + "/history")
		w.see("#timeline .by", "Tomas Rehn changed two fields")
		if scripts {
			w.everywhere("history with what can be taken back")
		}
		w.click("#timeline li:first-child .back button", "Restore this value of Sector")
		w.see("#toasts", "Sector saved")
		w.at(organization + "/history")
		w.see("#timeline li:first-child .by", "Astrid Öberg changed the sector")
		w.see("#fact-sector", "Logistics")
		if scripts {
			w.everywhere("a value is restored")
		}
		w.click("#toasts form button", "Undo")
		w.see("#fact-sector", "Retail")
		w.at(organization + "/history")
		version += 2
	}
	w := o.windowOf(astrid)
	w.open(organization + "/history")
	w.click("summary[aria-label=More]")
	w.click(".menu button", "Archive organization")
	w.see(".banner", "Archived by")
	w.open(organization + "/history")
	w.click(".by .back button", "Restore")
	w.see("#toasts", "Restored")
	w.gone(".banner")
	w.at(organization + "/history")

	// Somebody else was faster, so both values are shown and nothing is lost.
	w.open(organization + "/history")
	tomas.post(organization+"/fields/website", "value", "third.example", "version", fmt.Sprint(version+2))
	w.click(".back button", "Restore this value of Website")
	w.see("#fact-website .versus", "third.example")
	w.click("#fact-website button", "Keep mine")
	w.see("#edit-website", "harborpine.example")
}

// TestTakingBackInEachHistory: a contact's value by keyboard; a link's, an interaction's and an
// unlinked contact without script.
func TestTakingBackInEachHistory(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	astrid, tomas := o.person("Astrid Öberg", "Administrator"), o.person("Tomas Rehn", "Manager")
	organization, maya := furnished(o)
	link, call := organization+"/contacts/"+handlerstest.Key(maya), o.Log(organization, maya, "Renewal agreed")
	tomas.post(maya+"/fields/job_title", "value", "CEO", "version", "1")
	tomas.post(link, "role_label", "Advisor", "version", "1")
	tomas.post(call, "subject", "Renewal refused", "version", "1")

	w := o.windowOf(astrid)
	w.open(maya)
	w.tabTo("#show-history")
	w.press("Enter")
	w.at(maya + "/history")
	w.see("#timeline .by", "Tomas Rehn changed the job title")
	w.tabTo("#timeline li:nth-child(3) .back button")
	w.press("Enter")
	w.see("#toasts", "Job title saved")
	w.see("#fact-job_title", "Chief Financial Officer")
	w.everywhere("a contact's value is restored")
	w.tabTo("#toasts form button")
	w.press("Enter")
	w.see("#fact-job_title", "CEO")

	w.scripts(false)
	w.open(organization + "/history")
	w.click(".back button", "Restore this value of Role")
	w.see("#toasts", "Saved the link to Maya Okafor")
	theirs := "#links li:has(a[href='" + maya + "'])"
	w.see(theirs, "CFO")
	w.click("#toasts form button", "Undo")
	w.see(theirs, "Advisor")
	w.at(organization + "/history")
	w.open(call)
	w.click(".back button", "Restore this value of Subject")
	w.see("h1", "Renewal agreed")
	w.click("#toasts form button", "Undo")
	w.see("h1", "Renewal refused")
	tomas.post(link+"/unlink", "version", o.One("SELECT max(version) FROM organization_contact"))
	w.open(organization + "/history")
	w.gone("#links", "Maya Okafor")
	w.click(".by .back button", "Link again")
	w.see("#links", "Maya Okafor")
}
