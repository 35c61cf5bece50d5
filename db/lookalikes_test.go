package db_test

import (
	"fmt"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/secrets"
	"clientregistry/db/text"
)

// fakes are names that could be mistaken for "Ines Calder" or "ines@pinestreet.example".
var fakes = []struct{ what, name, email string }{
	{"Cyrillic", "Іnеѕ Саldеr", "іnеѕ@ріnеѕtrееt.ехаmрlе"},
	{"one Cyrillic letter", "Ines C\u0430lder", "ines@pinestreet.ex\u0430mple"},
	{"Greek", "Ines Cald\u03b5r", "\u03b9nes@pinestreet.example"},
	{"capitals", "INES CALDER", ""},
	{"wide letters", "Ｉｎｅｓ Ｃａｌｄｅｒ", "ｉｎｅｓ@pinestreet.example"},
	{"mathematical letters", "𝐈𝐧𝐞𝐬 𝐂𝐚𝐥𝐝𝐞𝐫", "𝐢𝐧𝐞𝐬@pinestreet.example"},
	{"a joiner", "Ines Cal\u200dder", ""},
	{"a filler", "Ines\u3164 Calder", "ines\u115f@pinestreet.example"},
	{"a variation selector", "Ines Calder\ufe0f", "ines\ufe0f@pinestreet.example"},
	{"two spaces", "Ines  Calder", ""},
	{"another space", "Ines\u00a0Calder", ""},
	{"a digit", "Ines Ca1der", "ines@pinestreet.examp1e"},
	{"a capital I", "Ines CaIder", ""},
	{"no dot on the i", "\u0131nes Calder", "\u0131nes@pinestreet.example"},
	{"r and n", "", "ines@pinestreet.exarnple"},
	{"direction", "Ines \u202eCalder\u202c", ""},
}

// TestNobodyTakesANameLikeAnothers in an invitation, on the command line, or in their own account.
func TestNobodyTakesANameLikeAnothers(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	hash := must(secrets.HashPassword(t.Context(), dbtest.Password))(t)
	doors := map[string]func(name, email string) error{
		"invitation": func(name, email string) error {
			_, _, err := o.InviteUser(t.Context(), o.Ines, email, name, []string{"Viewer"}, "")
			return err
		},
		"command line": func(name, email string) error {
			_, err := o.CreateUser(t.Context(), db.System, db.NewUser{Email: email, FullName: name, Role: "Viewer", Hash: hash})
			return err
		},
	}
	for _, fake := range fakes {
		for door, in := range doors {
			if fake.name != "" {
				o.Unchanged(t, func() { wantLike(t, door+" "+fake.what, in(fake.name, "new@a.example"), "full_name") })
			}
			if fake.email != "" {
				o.Unchanged(t, func() { wantLike(t, door+" "+fake.what, in("Somebody New", fake.email), "email") })
			}
		}
		if fake.name != "" {
			o.Unchanged(t, func() {
				wantLike(t, "own account "+fake.what, o.UpdateAccount(t.Context(), o.Lea, db.Fields{"full_name": fake.name}), "full_name")
			})
		}
	}
	session := signIn(t, o, "lea@pinestreet.example")
	err := o.ChangeEmail(t.Context(), o.Lea, session, dbtest.Password, "ines@pinestreet.examp1e")
	said := wantInvalid(t, err, "email").Fields["email"]
	want(t, "who may not see emails is told the name alone", strings.Contains(said, "Ines Calder") && !strings.Contains(said, "ines@"), true)
	_, _, err = o.InviteUser(t.Context(), o.Ines, "new@a.example", "INES CALDER", []string{"Viewer"}, "")
	want(t, "who manages users is told which one", strings.Contains(text.StripIsolates(wantInvalid(t, err, "full_name").
		Fields["full_name"]), "Ines Calder (ines@pinestreet.example)"), true)
}

// wantLike checks that a column was refused because it resembles another one or mixes alphabets.
func wantLike(t *testing.T, what string, err error, column string) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("%s: %v", what, err)
		}
	}()
	wantInvalid(t, err, column)
}

// TestNamesThatAreNotAlikeStay: equal names, accents, other alphabets, and existing names.
func TestNamesThatAreNotAlikeStay(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	for n, name := range []string{
		"Ines Calder", "Inés Calder", "Ines Calderón", "Инес Кальдер", "Ινές", "山田 太郎",
		"やまだ Taro", "김철수", "Jean-Luc O’Brien", "Ann Smith-Иванова", "Ł. Żak", "Ahmed علي",
	} {
		if _, _, err := o.InviteUser(t.Context(), o.Ines, fmt.Sprintf("new%d@b.example", n), name, []string{"Viewer"}, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, email := range []string{"ines@pinestreet2.example", "inés@pinestreet.example", "иван@почта.example"} {
		if _, _, err := o.InviteUser(t.Context(), o.Ines, email, "Somebody New", []string{"Viewer"}, ""); err != nil {
			t.Errorf("%s: %v", email, err)
		}
	}
	o.Exec(t, "UPDATE users SET full_name = 'Ines C\u0430lder' WHERE id = ?", o.Lea.UserID)
	if err := o.UpdateAccount(t.Context(), o.Lea, db.Fields{"full_name": "Ines C\u0430lder", "theme": "dark"}); err != nil {
		t.Errorf("a name from before: %v", err)
	}
}

func TestNoRoleIsNamedLikeAnother(t *testing.T) {
	t.Parallel()
	o := dbtest.OpenOffice(t)
	viewer := roleBySlug(t, o, "Viewer")
	for _, fake := range []string{
		"\u0410dministrator", "Аԁmіnіѕtrаtоr", "Ａdministrator", "Administrat0r", "ADMINISTRATOR",
		"Admini\u200dstrator", "Adminıstrator", "Administratör\ufe0f", "Ad\u202eministrator",
	} {
		o.Unchanged(t, func() {
			_, err := o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": fake, "slug": "other"}, nil, false)
			wantInvalid(t, err, "name")
			_, err = o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": "Other", "slug": fake}, nil, false)
			wantInvalid(t, err, "slug")
			_, err = o.SaveRole(t.Context(), o.Ines, viewer.ID, db.Fields{"name": fake}, viewer.May, false)
			wantInvalid(t, err, "name")
		})
	}
	must(o.SaveRole(t.Context(), o.Ines, "", db.Fields{"name": "Администратор"}, nil, false))(t)
	o.Exec(t, "UPDATE roles SET slug = 'M\u0430nager2', name = 'M\u0430nager2' WHERE slug = 'Viewer'")
	must(o.SaveRole(t.Context(), o.Ines, viewer.ID, db.Fields{"name": "M\u0430nager2", "description": "From before"}, viewer.May, false))(t)
	must(o.SaveRole(t.Context(), o.Ines, viewer.ID, db.Fields{"name": "Readers"}, viewer.May, false))(t)
}
