package db

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile are the seed inputs of every fuzz test.
var hostile = []string{
	"", " ", "a", "O'Brien", "Émile & Søn", "e\u0301mile", "株式会社", "데이터", "شركة",
	"किरण", "İıſß", "ﷺ", "\u200b", "\u202e", "\x00", "\xff", "a\xffb", "\ufffd",
	"AND OR NOT NEAR/2", `"`, "(", ")", "*", "a*", "-a", "^a", "words:a", "+46 70-555 01 34",
	"46 (0)70", "javascript:alert(1)", "JaVaScRiPt://a.example/%0aalert(1)", "java\tscript:x",
	"javascript:1", "data:text/html,x", "vbscript:x", "//evil.example", `\\evil.example`, "/a",
	"https:evil.example", "https:/evil.example", "http://", "https://user@host.example", "user:pw@host.example",
	"a.example:8080", "a.example:99999", "a.example/Talk:Page", "a.example?x=1:2", "https://[::1]/",
	"münchen.example", "xn--mnchen-3ya.example", "https://a..example", "https://.", "localhost:80", "https://%61.example", "a@b.example",
	"a@b", "a@@b.example", "a b@c.example", `"a b"@c.example`, "a@[1.2.3.4]", "ÉLISE@CAFÉ.example",
	strings.Repeat("x", 300), strings.Repeat("é ", 300), "𑵠", "\U000e0001", "a\u0085b", "²³¼",
}

func seeds(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
}

func FuzzSearchNeverFails(f *testing.F) {
	d, err := Open(f.Context(), f.TempDir()+"/registry.db", Options{Create: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { d.Close() })
	seeds(f)
	f.Fuzz(func(t *testing.T, typed string) {
		query, ok := match(typed, "DE", "")
		if ok != (query != "") {
			t.Errorf("%q: %q, %v", typed, query, ok)
		}
		if _, _, err := d.Contacts(t.Context(), System, Filter{Query: typed}); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
		if _, err := d.Search(t.Context(), System, SearchFilter{Typed: typed, Most: 5}); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	})
}

func FuzzWhatIsCalledSoIsFoundSo(f *testing.F) {
	d, err := Open(f.Context(), f.TempDir()+"/registry.db", Options{Create: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { d.Close() })
	seeds(f)
	f.Fuzz(func(t *testing.T, name string) {
		made, err := d.CreateOrganization(t.Context(), System, Fields{"display_name": name}, "")
		if err != nil {
			return // not a name
		}
		if !utf8.ValidString(made.Name()) || utf8.RuneCountInString(made.Name()) > 160 {
			t.Errorf("%q was kept", made.Name())
		}
		if _, ok := match(name, "", ""); !ok {
			return // no word in it
		}
		page, _, err := d.Organizations(t.Context(), System, Filter{Query: name, Sort: "-created_at"})
		if err != nil || len(page) == 0 {
			t.Errorf("%q is not found by its own name: %v", name, err)
		}
		logged, err := d.LogInteraction(t.Context(), System,
			Fields{"channel": "note", "subject": "x", "body": name, "organization_id": made.ID, "happened_at": ""}, "")
		if err != nil {
			return // not a text
		}
		h, err := d.Search(t.Context(), System, SearchFilter{Typed: name, Most: 5})
		if err != nil || !slices.ContainsFunc(h.Organizations, func(o Organization) bool { return o.Name() == made.Name() }) {
			t.Errorf("%q is not found by its own name: %v", name, err)
		}
		if !slices.ContainsFunc(h.Interactions, func(i Interaction) bool { return i.ID == logged.ID }) {
			t.Errorf("the interaction about %q is not found by it", name)
		}
	})
}

func FuzzAWebsiteLeadsWhereItSays(f *testing.F) {
	seeds(f)
	r := Field{Column: "website", Kind: Website, Max: 200}
	f.Fuzz(func(t *testing.T, typed string) {
		kept, err := r.clean(typed)
		if err != nil || kept == "" {
			return
		}
		u, err := url.Parse(kept)
		if err != nil || u.Host == "" || u.User != nil || !(strings.HasPrefix(kept, "https://") || strings.HasPrefix(kept, "http://")) {
			t.Errorf("%q is kept as %q", typed, kept)
		}
		again, err := r.clean(kept)
		if err != nil || again != kept {
			t.Errorf("%q becomes %q, %v", kept, again, err)
		}
	})
}

func FuzzAnEmailIsOneMailbox(f *testing.F) {
	seeds(f)
	r := Field{Column: "email", Kind: Email, Max: 190}
	f.Fuzz(func(t *testing.T, typed string) {
		kept, err := r.clean(typed)
		if err != nil || kept == "" {
			return
		}
		if strings.Count(kept, "@") != 1 || strings.ContainsAny(kept, " ,;<>\"\r\n\x00") {
			t.Errorf("%q is kept as %q", typed, kept)
		}
		again, err := r.clean(kept)
		if err != nil || again != kept {
			t.Errorf("%q becomes %q, %v", kept, again, err)
		}
	})
}

func TestWebsites(t *testing.T) {
	t.Parallel()
	for typed, kept := range map[string]string{
		"a.example": "https://a.example", "http://a.example": "http://a.example",
		"HTTPS://A.example/X": "https://A.example/X", "a.example:8080/x": "https://a.example:8080/x",
		"a.example:8080?x": "https://a.example:8080?x", "a.example/Talk:Page": "https://a.example/Talk:Page",
		"a.example?x=y:z": "https://a.example?x=y:z", "münchen.example": "https://münchen.example",
		"https://例え.example/道": "https://例え.example/道", "localhost:3000": "https://localhost:3000", "a.example.": "https://a.example.",
		"xn--mller-kva.example":                                 "https://müller.example",
		"HTTP://www.XN--Mller-KVA.example:80/xn--mller-kva?a=b": "http://www.müller.example:80/xn--mller-kva?a=b",
		"https://xn--strae-oqa.example/":                        "https://straße.example/", "https://xn--r8jz45g.xn--zckzah": "https://例え.テスト",
		"https://xn--a.example": "https://xn--a.example", "https://xn--mller-.example": "https://xn--mller-.example",
		"https://a.example/?to=https://xn--mller-kva.example": "https://a.example/?to=https://xn--mller-kva.example",
		"javascript:alert(1)": "", "JAVASCRIPT:alert(1)": "", "javascript:1": "", "javascript://a.example/%0aalert(1)": "",
		" javascript:x": "", "java\nscript:x": "", "java\u200bscript:x": "", "javascript&colon;x": "",
		"data:text/html,x": "", "data:1": "", "vbscript:x": "", "file:///etc/passwd": "", "ftp://a.example": "",
		"mailto:a@b.example": "", "//evil.example": "", "///evil.example": "", `\\evil.example`: "",
		"https:evil.example": "", "https:/evil.example": "", "https:///evil.example": "", "https://": "",
		"https://user@a.example": "", "user@a.example": "", "user:pw@a.example": "", "https://good.example@evil.example": "",
		"a": "", "https://a": "", "https://.example.": "", "https://a..example": "", "a.example:99999": "",
		"a.example:0": "", "https://a.example/<script>": "", `https://a.example/"x`: "", "https://a\u202e.example": "",
		"https://a.example/%zz": "", "https://[::1]": "",
	} {
		got, err := Field{Kind: Website, Max: 200}.clean(typed)
		if got != kept || (err == nil) != (kept != "") {
			t.Errorf("%q is kept as %q (%v), want %q", typed, got, err, kept)
		}
	}
}
