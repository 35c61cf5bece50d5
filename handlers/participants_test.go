package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// tickBox ticks a box of a page's form.
func tickBox(t *testing.T, page answer, value string) {
	t.Helper()
	box := page.html.Find("input[name=participant_id][value='" + value + "']")
	if box.Length() != 1 {
		t.Fatalf("%d boxes for %s", box.Length(), value)
	}
	box.SetAttr("checked", "")
}

func TestAMeetingOfSeveralIsLoggedOnceAndStandsWithEach(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		for _, from := range []string{"organization", "contact"} {
			s := newSite(t)
			ines := s.person("Inès Moreau", "Manager")
			if part {
				ines = ines.viaHTMX()
			}
			org, elif, mara, jon := s.Organization("Harbor & Pine"), s.Contact("Elif", "Aydın"), s.Contact("Mara", "Ruiz"), s.Contact("Jon", "Ek")
			other, second := "contact_id", elif
			for _, who := range []string{elif, mara, jon} {
				s.Link(org, who)
			}
			here := org
			if from == "contact" {
				here, other, second = elif, "organization_id", org
			}
			page := ines.withHeaders(nil).get(here+"?log=call").want(200, "#log-by option[selected]", "Inès Moreau")
			tickBox(t, page, key(mara))
			tickBox(t, page, key(jon))
			s.unchanged(func() {
				ines.submit(page, "#log .btn.pri", "channel", "meeting", other, key(second)).
					want(422, "#log-subject-e", "what happened").wantFragment(part).
					want(422, "input[name=participant_id][value='"+key(mara)+"'][checked]", "").
					want(422, "input[name=participant_id][value='"+key(jon)+"'][checked]", "")
			})
			ines.submit(page, "#log .btn.pri", "channel", "meeting", "subject", "Review", other, key(second))
			s.wantAudit(ines, "create_interaction", `"contact_id":"`+key(elif), `"participant_ids":["`)
			s.WantOne("2", "SELECT count(*) FROM interaction_contact")
			for _, record := range []string{org, elif, mara, jon} {
				page := ines.withHeaders(nil).get(record)
				page.wantTexts(subjects, "Review").want(200, "#meta", "Last contact").
					want(200, "#today .by", "Inès Moreau met Elif Aydın, Jon Ek and Mara Ruiz").
					want(200, "#today .by "+map[bool]string{false: "a[href='" + mara + "']", true: "bdi:not(a *)"}[record == mara], "Mara Ruiz")
				ines.withHeaders(nil).get(record+"/history").want(200, "#activity", "logged a meeting")
			}
			ines.withHeaders(nil).get(mara+"/history").
				want(200, "#activity", "logged a meeting with Elif Aydın and Jon Ek at Harbor & Pine: Review")
		}
	}
}

func TestSomebodyLogsForAColleagueOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines, lea, viewer := s.person("Inès Moreau", "Manager"), s.person("Léa Fournier", "Manager"), s.person("Vera Holm", "Viewer")
	org := s.Organization("Quay")
	page := ines.get(org)
	for _, bad := range []string{viewer.user.ID, "x", key(org)} {
		s.unchanged(func() {
			ines.submit(page, "#log .btn.pri", "subject", "Renewal", "user_id", bad).want(422, "#log-by-e", "Choose somebody from the list")
		})
	}
	ines.submit(page, "#log .btn.pri", "subject", "Renewal", "user_id", lea.user.ID)
	s.wantAudit(ines, "create_interaction", `"user_id":{"old":null,"new":"`+lea.user.ID)
	ines.get(org).want(200, "#today .by", "Léa Fournier called · logged by Inès Moreau")
	ines.get("/interactions").want(200, "#timeline .by", "logged by Inès Moreau")
	ines.get(org+"/history").want(200, "#activity", "Inès Moreau logged a call of Léa Fournier: Renewal")
	call := "/interactions/" + s.One("SELECT id FROM interactions")
	ines.get(call+"/edit").want(200, "form.edit select[name=user_id] option[selected]", "Léa Fournier")
	s.Exec("UPDATE users SET status = 'disabled' WHERE id = ?", lea.user.ID)
	edit := ines.get(call+"/edit").want(200, "form.edit select[name=user_id] option[selected]", "Léa Fournier (left)")
	ines.submit(edit, "form.edit .btn.pri", "subject", "Renewed")
	s.WantOne(lea.user.ID+" Renewed", "SELECT user_id || ' ' || subject FROM interactions")
	ines.submit(ines.get(call+"/edit"), "form.edit .btn.pri", "user_id", ines.user.ID)
	ines.get(call).want(200, ".by", "Inès Moreau called Quay")
	if by := ines.get(call).html.Find(".by").Text(); strings.Contains(by, "logged by") {
		t.Error(by)
	}
	theirs := func() { t.Helper(); s.WantOne(lea.user.ID, "SELECT user_id FROM interactions") }
	mine := func() answer {
		saved := ines.submit(ines.get(call+"/edit"), "form.edit .btn.pri", "user_id", ines.user.ID, "subject", "Renewed again").to()
		s.WantOne(ines.user.ID, "SELECT user_id FROM interactions")
		return ines.get(saved)
	}
	ines.submit(ines.get(call), ".back button:contains('of Handled by')").to()
	theirs()
	ines.get(ines.submit(mine(), "#toasts form").to()).want(200, "#toasts", "The call is as it was")
	theirs()
	mine()
	ines.submit(ines.get("/account"), ownChanges+":first-child button").to()
	theirs()
}

func TestFurtherPeopleAreEdited(t *testing.T) {
	t.Parallel()
	for _, part := range []bool{false, true} {
		s := newSite(t)
		ines, lea := s.person("Inès Moreau", "Manager"), s.person("Léa Fournier", "Manager")
		if part {
			ines = ines.viaHTMX()
		}
		org, elif, mara, jon := s.Organization("Quay"), s.Contact("Elif", "Aydın"), s.Contact("Mara", "Ruiz"), s.Contact("Jon", "Ek")
		s.Link(org, mara)
		call := s.Log(org, elif, "Review", "participant_id", key(jon))
		edit := ines.get(call+"/edit").want(200, "input[name=participant_id][value='"+key(jon)+"'][checked]", "").
			wantNot("input[name=participant_id][value='" + key(mara) + "'][checked]")
		tickBox(t, edit, key(mara))
		saved := ines.submit(edit, "form.edit .btn.pri")
		s.WantOne("2", "SELECT count(*) FROM interaction_contact")
		if part {
			saved.want(200, ".by", "called Elif Aydın, Jon Ek and Mara Ruiz at Quay")
		} else {
			ines.get(call).want(200, ".by", "called Elif Aydın, Jon Ek and Mara Ruiz at Quay")
			// Each earlier value is restored from the history, and that is undone.
			ines.submit(ines.get(call), ".log-list form:has([name=history]) button").want(303, "", "")
			s.WantOne(key(jon), "SELECT group_concat(contact_id) FROM interaction_contact")
			ines.submit(ines.get(call), "#toasts form button").want(303, "", "")
			s.WantOne("2", "SELECT count(*) FROM interaction_contact")
		}
		version := s.One("SELECT version FROM interactions")
		lea.post(call, "version", version, "participant_id", "").want(303, "", "")
		s.unchanged(func() {
			ines.post(call, "version", version, "participant_id", key(mara)).
				want(409, ".versus", "Other people").want(409, ".versus", "Mara Ruiz").
				want(409, "input[name=participant_id][value='"+key(mara)+"'][checked]", "")
			ines.post(call, "version", version, "participant_id", "<script>").want(422, ".err", "Choose people from the list")
		})
		lea.post(call, "version", s.One("SELECT version FROM interactions"), "participant_id", key(jon))
		lea.post(call+"/delete", "version", s.One("SELECT version FROM interactions"))
		ines.get(jon).wantTexts(subjects)
		lea.post(call + "/restore")
		ines.withHeaders(nil).get(jon).wantTexts(subjects, "Review")
	}
}

// TestFurtherPeopleAreFoundByTyping: among many, and those who are not linked; a refused form shows whoever was ticked.
func TestFurtherPeopleAreFoundByTyping(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme")
	var people []string
	for n := range 24 {
		people = append(people, s.Contact("Anna", fmt.Sprintf("Berg %c", 'A'+n)))
		s.Link(acme, people[n])
	}
	zoe, mo := s.Contact("Zoe", "Zimmer"), s.Contact("Mo", "Berg", "job_title", "CFO")
	page := ines.get(acme).wantNot("input[type=checkbox][name=participant_id]")
	options := "/contacts/options?with=" + url.QueryEscape(acme) + "&further=log"
	parts := ines.viaHTMX()
	found := parts.get(options+"&participant=berg").want(200, ".lbl", "Linked here").want(200, ".opt", "There are more matches").
		wantNot(".make").want(200, "a[hx-include='#log-further']", "Anna Berg A")
	tick, _ := found.html.Find("#log-further-list-l0").Attr("hx-get")
	ticked := parts.get(tick+"&participant_id="+key(zoe)).want(200, "details#log-further[open] #log-further-other[autofocus]", "")
	ticked.wantTexts(".quick label", "Anna Berg A", "Zoe Zimmer")
	ticked.wantTexts(".quick label:has([checked])", "Anna Berg A", "Zoe Zimmer")
	parts.get(options + "&tick=nonsense").wantNot(".quick")
	s.as("Viewer").viaHTMX().get(options).want(403, "", "")

	// Without script the name is read when the form is sent.
	var asked answer
	s.unchanged(func() {
		ines.submit(page, "#log .btn.pri", "subject", "", "participant", "zoe").want(422, "#log-subject-e", "Say").
			wantTexts("#log-further .quick label:has([checked])", "Zoe Zimmer").wantValue("#log-further-other", "")
		asked = ines.submit(page, "#log .btn.pri", "subject", "Review", "participant", "berg m").
			want(422, "#log-further-e", "More than one fits berg m").wantTexts("#log-further .quick label", "Anna Berg M", "Mo Berg · CFO")
		ines.submit(asked, "#log .btn.pri").want(422, "#log-further-e", "More than one")
	})
	tickBox(t, asked, key(mo))
	ines.submit(asked, "#log .btn.pri").to()
	s.WantOne(key(mo), "SELECT contact_id FROM interaction_contact")
}
