package db_test

import (
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
)

func TestAContactsNameStandsInTheOrderOfItsScript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, last, name string }{
		{"Maya", "Okafor", "Maya Okafor"},
		{"明", "李", "李 明"},
		{"하늘", "김", "김 하늘"},
		{"さくら", "やまだ", "やまだ さくら"},
		{"ليلى", "حداد", "ليلى حداد"},
		{"Li", "明", "明 Li"},
		{"", "Okafor", "Okafor"},
		{"Maya", "", "Maya"},
		{"", "", ""},
	} {
		want(t, "name", db.PersonName(c.first, c.last), c.name)
	}
}

func TestAnEmailBelongsToOneContactWhateverItsCase(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	elise := o.NewContact(t, "Élise", "Martin", "ÉLISE@CAFÉ.example")
	want(t, "kept", elise.Value("email"), "éLISE@CAFé.example")
	other := o.NewContact(t, "Other", "One", "")
	for typed, owner := range map[string]db.Contact{
		"maya@acme.example": maya, " MAYA@Acme.Example ": maya, "élise@café.example": elise, "E\u0301lise@cafe\u0301.example": elise,
	} {
		o.Unchanged(t, func() {
			_, err := o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "A", "last_name": "B", "email": typed}, "")
			refused := wantInvalid(t, err, "email")
			want(t, "taken by", refused.Taken.ID, owner.ID)
			_, err = o.UpdateContact(t.Context(), o.Tomas, other.ID, 1, db.Fields{"email": typed})
			wantInvalid(t, err, "email")
		})
	}
}

func TestAContactKeepsItsOwnEmailInAnotherCase(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	got := must(o.UpdateContact(t.Context(), o.Tomas, maya.ID, 1, db.Fields{"email": "Maya@Acme.example"}))(t)
	want(t, "email", got.Value("email"), "Maya@Acme.example")
}

func TestAnArchivedContactKeepsItsEmail(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	must(o.ArchiveContact(t.Context(), o.Tomas, maya.ID, 1))(t)
	_, err := o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "A", "last_name": "B", "email": maya.Value("email")}, "")
	want(t, "taken by an active one", wantInvalid(t, err, "email").Taken.IsActive, false)
	want(t, "actions", fmt.Sprint(o.Actions(t, maya.ID)), "[create_contact archive_contact]")
}

func TestManyContactsHaveNoEmail(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	o.NewContact(t, "A", "One", "")
	o.NewContact(t, "B", "Two", " ")
	want(t, "emails", fmt.Sprint(o.Column(t, "SELECT typeof(email) FROM contacts")), "[null null]")
}

func TestARefusedContactNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	for _, c := range []struct{ column, value string }{
		{"first_name", ""},
		{"first_name", strings.Repeat("x", 81)},
		{"last_name", "\u200f"},
		{"last_name", "a\rb"},
		{"email", "maya"},
		{"email", "maya@acme"},
		{"email", "a b@c.example"},
		{"email", "Maya <maya@acme.example>"},
		{"email", "a@b.example, c@d.example"},
		{"email", "a@[192.0.2.1]"},
		{"email", "a@b.example\r\nBcc: x@y.example"},
		{"email", "a\u202eb@c.example"},
		{"email", strings.Repeat("x", 190) + "@a.example"},
		{"phone", strings.Repeat("1", 41)},
		{"mobile", "1\x002"},
		{"job_title", strings.Repeat("x", 121)},
		{"owner_user_id", maya.ID},
	} {
		o.Unchanged(t, func() {
			fields := db.Fields{"first_name": "A", "last_name": "B"}
			fields[c.column] = c.value
			_, err := o.CreateContact(t.Context(), o.Tomas, fields, "")
			wantInvalid(t, err, c.column)
			_, err = o.UpdateContact(t.Context(), o.Tomas, maya.ID, 1, db.Fields{c.column: c.value})
			wantInvalid(t, err, c.column)
		})
	}
	o.Unchanged(t, func() {
		_, err := o.CreateContact(t.Context(), o.Tomas, nil, "")
		wantInvalid(t, err, "first_name")
		wantInvalid(t, err, "last_name")
	})
}

func TestAStaleContactIsAConflict(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	must(o.UpdateContact(t.Context(), o.Ines, maya.ID, 1, db.Fields{"phone": "1", "mobile": "2", "job_title": "CFO"}))(t)
	o.Unchanged(t, func() {
		_, err := o.UpdateContact(t.Context(), o.Tomas, maya.ID, 1, db.Fields{"phone": "3"})
		want(t, "who", wantConflict(t, err).By, "Ines Calder")
	})
}

func TestAnOwnerIsAnActiveUserAndStaysWhenDisabled(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	maya := o.Maya(t)
	must(o.UpdateContact(t.Context(), o.Tomas, maya.ID, 1, db.Fields{"owner_user_id": o.Lea.UserID}))(t)
	o.Exec(t, "UPDATE users SET status = 'disabled' WHERE id = ?", o.Lea.UserID)
	got := must(o.UpdateContact(t.Context(), o.Tomas, maya.ID, 2, db.Fields{"owner_user_id": o.Lea.UserID, "phone": "1"}))(t)
	want(t, "owner", got.OwnerName, "Léa Fournier (left)")
	_, err := o.CreateContact(t.Context(), o.Tomas, db.Fields{"first_name": "A", "last_name": "B", "owner_user_id": o.Lea.UserID}, "")
	wantInvalid(t, err, "owner_user_id")
	want(t, "owners to choose from", len(must(o.Owners(t.Context(), o.Tomas))(t)), 2)
}
