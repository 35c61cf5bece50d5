package handlers_test

import (
	"testing"
)

// TestTwinsAreNamedWhereAnythingIsTyped: while typing, in a form that is filled in by its address, and where one is
// refused. They never keep anybody from going on.
func TestTwinsAreNamedWhereAnythingIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ines := s.as("Manager")
	acme := s.Organization("Acme Möbel", "website", "acme.example")
	brig := s.Organization("Brig")
	maya := s.Contact("Maya", "Okafor", "email", "maya@acme.example", "phone", "+46 8 123 456 78", "job_title", "CFO")
	anna := s.Contact("Anna", "Berg", "phone", "1")

	form := ines.get("/organizations/new?display_name=Acme+M%C3%B6bel+GmbH&website=acme.example").
		wantValue("#display_name", "Acme Möbel GmbH").wantValue("#website", "acme.example").
		want(200, ".twins .found", "Acme Möbel").want(200, ".twins small", "Same website, similar name · acme.example").
		want(200, ".twins a[href='"+acme+"'][target=_blank]", "Open")
	ines.get("/contacts/new?first_name=Maya&last_name=Okafor&email=maya%40acme.example").
		want(200, ".twins small", "Same email, same name · CFO")
	ines.get("/organizations/new").wantNot(".twins .found")
	ines.get(brig + "/edit").wantNot(".twins .found")

	// While typing, as htmx asks.
	from := form.html.Find(".twins").AttrOr("hx-get", "")
	ines.viaHTMX().get(from+"?website=www.acme.example&legal_name=x").wantFragment(true).want(200, ".found", "Acme Möbel")
	ines.viaHTMX().get(from + "?website=other.example").wantNot(".found")
	from = ines.get(brig+"/fields/website/edit").html.Find(".twins").AttrOr("hx-get", "")
	ines.viaHTMX().get(from+"&value=acme.example").want(200, ".found small", "Same website")
	ines.get(brig + "/fields/sector/edit").wantNot(".twins")
	from = ines.get(acme+"/fields/website/edit").html.Find(".twins").AttrOr("hx-get", "")
	ines.viaHTMX().get(from + "&value=acme.example").wantNot(".found") // itself
	from = ines.get(anna+"/fields/first_name/edit").html.Find(".twins").AttrOr("hx-get", "")
	ines.viaHTMX().get(from + "&value=Maya").wantNot(".found")
	ines.viaHTMX().get(anna+"/twins?first_name=Maya&last_name=Okafor&phone=0812345678").want(200, ".found small", "Same phone, same name")

	// Where a form is refused, and where a contact is made while linking.
	ines.post("/organizations", "display_name", "Acme Möbel", "website", "no website").want(422, ".twins .found", "Acme Möbel")
	ines.post(brig, "version", "1", "display_name", "Acme Möbel", "legal_name", "").want(422, ".twins .found", "Acme Möbel")
	ines.post("/contacts", "first_name", "Maya", "last_name", "Okafor", "email", "maya@acme.example").
		want(422, ".form > .field + .found", "Maya Okafor").wantNot(".twins .found") // the message of the email names them already
	ines.get(brig+"/contacts?add=1&new=1&q=Maya+Okafor").want(200, ".twins a[href='"+maya+"']", "Open")
	ines.post(brig+"/contacts", "first_name", "Maya", "last_name", "Okafor", "phone", "08 123 456 78", "role_label", "x\ny").
		want(422, ".twins small", "Same phone, same name")
	ines.post(anna+"/fields/email", "value", "maya@acme.example", "version", "1").want(422, ".found", "Maya Okafor").wantNot(".twins .found")

	ines.post("/organizations", "display_name", "Acme Möbel", "website", "acme.example").want(303, "", "")
	s.WantOne("2", "SELECT count(*) FROM organizations WHERE display_name = 'Acme Möbel'")

	ines.post(acme+"/archive", "version", "1").want(303, "", "")
	ines.get("/organizations/new?display_name=Acme+M%C3%B6bel").wantTexts(".twins .bdg", "Archived").
		want(200, ".twins .found:last-child .bdg", "Archived").want(200, ".twins .found:last-child a[href='"+acme+"']", "Open")
}

func TestTwinsOutOfSightAreNotNamed(t *testing.T) {
	t.Parallel()
	mine, secret, oda := ownWorld(t)
	oda.get("/organizations/new?display_name=Secret+House&website=secret.example").wantNot(".twins .found")
	oda.get("/contacts/new?first_name=Secret&last_name=Person&email=secret%40secret.example&phone=5557373").wantNot(".twins .found")
	oda.viaHTMX().get(mine.org + "/twins?field=website&value=secret.example").wantNot(".found")
	oda.viaHTMX().get(mine.contact + "/twins?field=phone&value=5557373").wantNot(".found")
	oda.viaHTMX().get(secret.org+"/twins?field=website&value=x.example").want(404, "", "")
	oda.viaHTMX().get("/contacts/twins?first_name=Elif&last_name=Ayd%C4%B1n").want(200, ".found", "Elif Aydın")
}
