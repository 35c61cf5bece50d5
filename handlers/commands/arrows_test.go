package commands

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows list which of our packages each package may import; "" is main. A package stands above
// those it may import, so none points back. Tests may import any.
var arrows = []struct {
	pkg       string
	mayImport []string
}{
	{"", []string{"handlers/commands"}},
	{"handlers/commands", []string{"handlers", "handlers/api", "handlers/jobs", "db", "db/demo", "db/secrets"}},
	{"handlers/handlerstest", []string{"handlers", "handlers/jobs", "db", "db/dbtest", "db/secrets"}},
	{"handlers", []string{
		"handlers/api", "handlers/jobs", "handlers/middleware", "views",
		"views/wording", "static", "db", "db/demo", "db/secrets", "db/sheet", "db/text",
	}},
	{"handlers/api", []string{"handlers/middleware", "db", "db/secrets", "db/text"}},
	{"handlers/jobs", []string{"views", "views/wording", "db"}},
	{"handlers/middleware", []string{"views/wording", "db", "db/secrets"}},
	{"views", []string{"views/wording", "static", "db", "db/text"}},
	{"views/wording", []string{"db"}},
	{"db/dbtest", []string{"db", "db/secrets"}},
	{"db/demo", []string{"db", "db/text"}},
	{"db", []string{"db/secrets", "db/sqlite", "db/text", "db/times", "migrations"}},
	{"db/secrets", nil},
	{"db/sheet", nil},
	{"db/sqlite", nil},
	{"db/text", nil},
	{"db/times", nil},
	{"migrations", nil},
	{"static", nil},
	{"static/vendor/fetch", nil}, // a separate program
}

// owners are, for some libraries, the only package that may import each.
var owners = map[string]string{
	"github.com/mattn/go-sqlite3": "db/sqlite",
	"github.com/pressly/goose/v3": "db",
	"golang.org/x/crypto/argon2":  "db/secrets",

	"github.com/getkin/kin-openapi/openapi3":       "tests",
	"github.com/getkin/kin-openapi/openapi3filter": "tests",
}

// TestArrowsBetweenPackagesGoOneWay: no package imports more than arrows allows.
func TestArrowsBetweenPackagesGoOneWay(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{}
	for i, a := range arrows {
		allowed[a.pkg] = a.mayImport
		for _, above := range arrows[:i+1] {
			if slices.Contains(a.mayImport, above.pkg) {
				t.Errorf("the table lets %q import %q, which stands above it", a.pkg, above.pkg)
			}
		}
	}
	for file, imports := range sources(t) {
		pkg := filepath.ToSlash(filepath.Dir(file))
		if pkg == "." {
			pkg = ""
		}
		may, known := allowed[pkg]
		if !known {
			t.Errorf("%s: say in this test what package %q may import", file, pkg)
			continue
		}
		for _, imported := range imports {
			if ours, ok := strings.CutPrefix(imported, "clientregistry/"); ok && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s, which %q may not", file, ours, pkg)
			}
			if owner, ok := owners[imported]; ok && owner != pkg {
				t.Errorf("%s imports %s, which is for %s", file, imported, owner)
			}
		}
	}
}

// TestSQLitesOwnWordsStandInOnePackage: only db/sqlite knows PRAGMAs.
func TestSQLitesOwnWordsStandInOnePackage(t *testing.T) {
	t.Parallel()
	for file := range sources(t) {
		content, err := os.ReadFile(filepath.Join(top, file))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(file) != "db/sqlite" && bytes.Contains(bytes.ToLower(content), []byte("pragma")) {
			t.Errorf("%s spells a PRAGMA; give it a name in db/sqlite", file)
		}
	}
}

// TestOnlyTestsDoNotWaitForTheDisk: the program never opens a registry Unsynced.
func TestOnlyTestsDoNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	for file := range sources(t) {
		content, err := os.ReadFile(filepath.Join(top, file))
		if err != nil {
			t.Fatal(err)
		}
		declared := file == "db/db.go" || file == "db/sqlite/mode.go" || filepath.Dir(file) == "db/dbtest"
		if !declared && bytes.Contains(content, []byte("Unsynced")) {
			t.Errorf("%s does not wait for the disk", file)
		}
	}
}

// top is the folder that has go.mod.
const top = "../.."

// sources returns the Go files of the program without tests, and what each imports.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		file, err := filepath.Rel(top, path)
		all[file] = nil
		for _, i := range parsed.Imports {
			imported, _ := strconv.Unquote(i.Path.Value)
			all[file] = append(all[file], imported)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d files", len(all))
	}
	return all
}
