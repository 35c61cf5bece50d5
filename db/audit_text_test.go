package db_test

import (
	"slices"
	"strings"
	"testing"

	"clientregistry/db"
	"clientregistry/db/dbtest"
	"clientregistry/db/text"
)

// oddNames are written with what the log stores in another way than it is read, or folds.
var oddNames = []string{
	`"Kai" \"Öz\"`, `C:\users\new`, `a\u0041b`, "Tom's & <Söhne>", "{Acme}: [1], \"sector\":", "No\u00a0break", "Ｗｉｄｅ Ｃｏ ７", "ﬁne ﬂow oﬃce",
	"株式会社Acme東京", "データ", "데이터", "A–Öz „Ünal“", "e\u0301mile CAFÉ", "İstanbul ıſß ΣΑΣ", "O'Brien", "AT&T", "soft\u00adhyphen",
	"zero\u200bwidth", "½ ² Ⅷ ™", "٣٤ १२", "किरण", "שָׁלוֹם", "𝐁old 𐐨x", "😀smile", "se-559 7.5", "yes", "true", "map",
}

// TestTheAuditLogFindsByTextWhateverItSays compares what it finds by the text as stored with reading every entry.
func TestTheAuditLogFindsByTextWhateverItSays(t *testing.T) {
	t.Parallel()
	o, ctx := dbtest.OpenOffice(t), t.Context()
	secretWorld(t, o)
	for _, name := range oddNames {
		x := must(o.CreateOrganization(ctx, o.Tomas, db.Fields{"display_name": name}, ""))(t)
		must(o.UpdateOrganization(ctx, o.Ines, x.ID, 1, db.Fields{"legal_name": name + " x" + name, "owner_user_id": o.Lea.UserID}))(t)
	}
	p := o.NewContact(t, oddNames[0], oddNames[11], "")
	must(o.LogInteraction(ctx, o.Tomas, db.Fields{"channel": "call", "subject": oddNames[8], "contact_id": p.ID}, ""))(t)
	refuse(t, o, "/zig\u2028zag/\nnext\ttab\x01one\xffbad\u007fdel")
	o.Exec(t, "DROP TRIGGER audit_logs_no_update") // letters as their numbers, as another program may write them
	o.Exec(t, `UPDATE audit_logs SET metadata = replace(metadata, 'next', 'caf\u00e9') WHERE action = 'refused'`)
	may := []db.Permission{db.ViewClient, db.EditClient}
	must(o.SaveRole(ctx, o.Ines, "", db.Fields{"name": oddNames[0], "client_scope": "own"}, may, true))(t)
	mustFirst(o.CreateWebhook(ctx, o.Ines, db.Fields{"url": "https://hooks.example/ünal", "event": "contact.created", "is_active": "1"}))(t)
	if err := o.UpdateAccount(ctx, o.Lea, db.Fields{"full_name": oddNames[11], "time_zone": "Europe/Rome", "single_keys": "1"}); err != nil {
		t.Fatal(err)
	}

	typed := map[string]bool{}
	for _, name := range oddNames {
		for _, w := range text.Words(name) {
			letters := []rune(w)
			typed[name], typed[w], typed[string(letters[:(len(letters)+1)/2])] = true, true, true
		}
	}
	said := strings.Fields("zig zag cafe tab one bad del yes no true false map old new u0041 0041 u003c Secret Okafor Person Rome tomas 2026")
	said = slices.Concat(said, db.Hostile, o.Column(t, "SELECT full_name FROM users UNION SELECT id FROM organizations WHERE rowid < 9"))
	for _, f := range db.AuditFields {
		said = append(said, f.Label, f.Column)
	}
	for _, p := range db.Permissions {
		said = append(said, p.Words())
	}
	for _, s := range said {
		typed[s] = true
	}
	own := o.Lea
	own.May, own.OwnOnly = db.Permissions, true
	seqs := func(page []db.AuditEntry) (all []int64) {
		for _, e := range page {
			all = append(all, e.Seq)
		}
		return all
	}
	if len(typed) < 200 {
		t.Errorf("only %d words", len(typed))
	}
	for _, by := range []db.Actor{o.Ines, own} {
		all := must(db.AuditPage(ctx, o.DB, by, ""))(t)
		for words := range typed {
			found := seqs(must(db.AuditPage(ctx, o.DB, by, words))(t))
			say := seqs(slices.DeleteFunc(slices.Clone(all), func(e db.AuditEntry) bool { return !e.Says(words) }))
			if !slices.Equal(found, say) {
				t.Errorf("%q finds %v, but %v say it", words, found, say)
			}
		}
	}
}
