package handlers_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"clientregistry/db"
)

// TestEachFieldIsOnItsPages edits every field of both kinds in place, and looks for it in the
// forms, the history and, if it is a column, the list.
func TestEachFieldIsOnItsPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as("Administrator")
	for list, record := range map[string]string{"/organizations": s.Organization("Acme"), "/contacts": s.Contact("Maya", "Okafor")} {
		kind := db.RecordKindOf(strings.TrimSuffix(strings.TrimPrefix(list, "/"), "s"))
		for i, f := range kind.Fields {
			value := map[db.FieldKind]string{
				db.Line: fmt.Sprintf("Zebra %d", i), db.Website: fmt.Sprintf("https://zebra%d.example", i),
				db.Email: fmt.Sprintf("zebra%d@x.example", i),
				db.Phone: fmt.Sprintf("+46 70 %d23", i), db.Code: fmt.Sprintf("ZE-%d", i), db.Person: ada.user.ID,
			}[f.Kind]
			if value == "" {
				t.Fatalf("%s is of a kind that no record had: give it a value here, and forms and pages what it needs in record_fields.go", f.Column)
			}
			shown := map[db.FieldKind]string{db.Website: fmt.Sprintf("zebra%d.example", i), db.Person: ada.user.FullName}[f.Kind]
			if shown == "" {
				shown = value
			}
			field := record + "/fields/" + f.Column
			ada.get(list+"/new").want(200, "label[for="+f.Column+"]", f.Label)
			ada.get(record+"/edit").want(200, "label[for="+f.Column+"]", f.Label)
			ada.get(field+"/edit").want(200, "label[for=f-"+f.Column+"]", f.Label)
			version := s.One("SELECT version FROM "+kind.Plural+" WHERE id = ?", key(record))
			ada.post(field, "value", value, "version", version).want(303, "", "")
			ada.get(record).want(200, "#fact-"+f.Column, f.Label).want(200, "#fact-"+f.Column, shown)
			ada.get(record+"/history").want(200, "#activity", f.Label)
			if f.Listed != db.Unlisted {
				shows := ada.get(list+"?columns="+f.Name()).want(200, "thead", f.Label).want(200, "#rows", shown)
				if sorted := shows.html.Find("thead a:contains('"+f.Label+"')").AttrOr("href", ""); sorted != "" {
					ada.get(sorted).want(200, "th[aria-sort]", f.Label).want(200, "#rows", shown)
				}
			}
			if f.Filtered {
				ada.get(list+"?"+f.Column+"="+url.QueryEscape(value)+"&columns="+f.Name()).want(200, "#rows", shown).want(200, ".chip .pop", value)
				ada.get(list + "?" + f.Column + "=Nothing+like+it").wantNot("#rows tr")
			}
			if f.Batched {
				ada.get(list).want(200, ".bulk button[value=set_"+f.Column+"]", "Set "+f.Lower())
			}
		}
	}
}

// beside are the files that name three or more columns of a record for another reason.
var otherPlaces = map[string]string{
	"db/links.go":          "what a link shows of its contact",
	"db/dbtest/office.go":  "what a test's contact is made of",
	"db/dbtest/clients.go": "the same, for many clients",
}

// TestNoListOfFieldsIsKeptBesideTheDescription looks for three or more columns of one kind in one
// literal or string. Such a list would have to be maintained by hand.
func TestNoListOfFieldsIsKeptBesideTheDescription(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	words := regexp.MustCompile(`[a-z_]+`)
	for _, folder := range []string{"db", "handlers", "views"} {
		err := fs.WalkDir(root, folder, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") ||
				strings.HasSuffix(name, "_test.go") || name == "db/fields.go" || otherPlaces[name] != "" {
				return err
			}
			source, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, name, source, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				var text string
				switch n := n.(type) {
				case *ast.CompositeLit:
					text = texts(n)
				case *ast.BasicLit:
					text = n.Value
				default:
					return true
				}
				for _, k := range []*db.RecordKind{db.OrganizationKind, db.ContactKind} {
					var named []string
					for _, word := range words.FindAllString(text, -1) {
						if _, err := k.Field(word); err == nil && !slices.Contains(named, word) {
							named = append(named, word)
						}
					}
					if len(named) >= 3 {
						t.Errorf("%s lists %s beside db/fields.go", files.Position(n.Pos()), strings.Join(named, ", "))
						return false
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// texts joins the strings among a literal's elements.
func texts(literal *ast.CompositeLit) string {
	var all []string
	ast.Inspect(literal, func(n ast.Node) bool {
		if b, ok := n.(*ast.BasicLit); ok && b.Kind == token.STRING {
			if s, err := strconv.Unquote(b.Value); err == nil && !strings.Contains(s, " ") {
				all = append(all, s)
			}
		}
		return true
	})
	return strings.Join(all, " ")
}
