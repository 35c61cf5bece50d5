package commands

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// raced matches a line of the Makefile that runs tests with the race detector: which, and of which packages.
var raced = regexp.MustCompile(`go test .*-race (?:-run '(\S+)')?(.*)`)

// TestTheRaceDetectorRunsWhatStartsGoroutines: make test runs the race detector over some packages, and
// of others over the tests with certain names, which those that start goroutines must have.
func TestTheRaceDetectorRunsWhatStartsGoroutines(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(top, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	lines := raced.FindAllStringSubmatch(string(makefile), -1)
	if len(lines) != 2 {
		t.Fatalf("%d lines of the Makefile run tests with the race detector", len(lines))
	}
	for pkg, tests := range concurrentTests(t) {
		for _, name := range tests {
			if !slices.ContainsFunc(lines, func(line []string) bool {
				return slices.Contains(strings.Fields(line[2]), "./"+pkg) && regexp.MustCompile(line[1]).MatchString(name)
			}) {
				t.Errorf("%s: %s starts goroutines. Give it a name that the Makefile runs with the race detector, such as %[2]sAtOnce", pkg, name)
			}
		}
	}
}

// concurrentTests returns, of each package, the tests that start goroutines, themselves or in functions
// of the package's tests that they call.
func concurrentTests(t *testing.T) map[string][]string {
	t.Helper()
	starts, calls := map[string]bool{}, map[string][]string{} // by package and function
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(top, filepath.Dir(path))
		for _, d := range parsed.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is {
				continue
			}
			key := pkg + "." + f.Name.Name
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					starts[key] = true
				case *ast.CallExpr:
					switch called := n.Fun.(type) {
					case *ast.Ident:
						calls[key] = append(calls[key], pkg+"."+called.Name)
					case *ast.SelectorExpr:
						starts[key] = starts[key] || called.Sel.Name == "Go" // sync.WaitGroup
						calls[key] = append(calls[key], pkg+"."+called.Sel.Name)
					}
				}
				return true
			})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for more := true; more; {
		more = false
		for caller, called := range calls {
			if !starts[caller] && slices.ContainsFunc(called, func(f string) bool { return starts[f] }) {
				starts[caller], more = true, true
			}
		}
	}
	tests := map[string][]string{}
	for f, does := range starts {
		if pkg, name, _ := strings.Cut(f, "."); does && strings.HasPrefix(name, "Test") {
			tests[pkg] = append(tests[pkg], name)
		}
	}
	return tests
}
