package handlers_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var updateMessages = flag.Bool("update-messages", false, "write testdata/messages.golden again")

// TestMessages compares the texts that people read with a golden file, so that each change is
// reviewed: strings of several words in the code, and the texts of the templates, by file.
func TestMessages(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, folder := range []string{"db", "handlers", "views", "static"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			var texts []string
			switch {
			case strings.HasSuffix(path, "_test.go") || strings.Contains(path, "test/") || strings.Contains(path, "/demo/") ||
				strings.Contains(path, "/vendor/"):
				return nil
			case strings.HasSuffix(path, ".go"):
				texts, err = textsOfCode(path)
			case strings.HasSuffix(path, ".html"):
				texts, err = textsOfTemplate(path)
			case strings.HasSuffix(path, ".js"):
				texts, err = textsOfScript(path)
			}
			if len(texts) > 0 {
				fmt.Fprintf(&all, "%s\n\t%s\n", filepath.ToSlash(path[len("../"):]), strings.Join(texts, "\n\t"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const golden = "testdata/messages.golden"
	if *updateMessages {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Split(string(want), "\n"), strings.Split(all.String(), "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			t.Errorf("gone:%s", line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			t.Errorf("new:%s", line)
		}
	}
	if t.Failed() {
		t.Error("read them as who will read them, then run go test ./handlers -run TestMessages -update-messages")
	}
}

var (
	// query matches strings that only SQLite reads, wrapped errors, date layouts and headers.
	query = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|CREATE|ORDER BY|GROUP BY|AND|OR|JOIN|LIMIT|COLLATE|UNION|EXISTS|` +
		`IN \(|IS NULL|IS NOT|VACUUM|SAVEPOINT|PRAGMA|VALUES)\b|= \?|INDEXED|^[a-z_]+, [a-z_]+|^[^:]*: %w$|\b2 Jan\b|` +
		`^([A-Z][a-z]+-?)+(, ([A-Z][a-z]+-?)+)+$|;.*=`)
	words = regexp.MustCompile(`[\pL’]{2,}[,.:;!?]? +[\pL“%‘0-9]`)
	gaps  = regexp.MustCompile(`\s+`)
)

// textsOfCode returns the strings of a Go file that have several words.
func textsOfCode(path string) (texts []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil, err
	}
	add := func(literal string) {
		text, unquoted := strconv.Unquote(literal)
		if unquoted == nil && words.MatchString(text) && !query.MatchString(text) {
			texts = append(texts, gaps.ReplaceAllString(text, " "))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr: // a panic is for programmers
			if called, ok := n.Fun.(*ast.Ident); ok && called.Name == "panic" {
				return false
			}
		case *ast.Field:
			if n.Tag != nil { // the tag of a command's flag
				if _, help, ok := strings.Cut(n.Tag.Value, `help:"`); ok {
					help, _, _ = strings.Cut(help, `"`)
					texts = append(texts, help)
				}
				return false
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				add(n.Value)
			}
		}
		return true
	})
	return texts, nil
}

// sentence matches a string of a script that begins like a sentence.
var sentence = regexp.MustCompile("[\"`]([A-Z][^\"`]* [^\"`]*)[\"`]")

// textsOfScript returns the strings of a script that begin like sentences.
func textsOfScript(path string) (texts []string, err error) {
	source, err := os.ReadFile(path)
	for _, found := range sentence.FindAllSubmatch(source, -1) {
		texts = append(texts, string(found[1]))
	}
	return texts, err
}

var (
	actions = regexp.MustCompile(`\{\{.*?\}\}`)
	letters = regexp.MustCompile(`\pL{2}`)
)

// textsOfTemplate returns the texts of a template, with … for what it fills in.
func textsOfTemplate(path string) (texts []string, err error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	add := func(text string) {
		if text = strings.TrimSpace(gaps.ReplaceAllString(text, " ")); letters.MatchString(text) {
			texts = append(texts, text)
		}
	}
	z := html.NewTokenizer(strings.NewReader(actions.ReplaceAllString(string(source), "…")))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		switch x := z.Token(); kind {
		case html.TextToken:
			add(x.Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range x.Attr {
				if slices.Contains([]string{"aria-label", "title", "placeholder", "alt", "aria-description"}, a.Key) {
					add(a.Val)
				}
			}
		}
	}
	return texts, nil
}

// TestAPersonIsThey: comments, messages and names speak of a person as they.
func TestAPersonIsThey(t *testing.T) {
	t.Parallel()
	pronoun := regexp.MustCompile(`\b(?i:he|his|him|himself|she|her|hers|herself)\b|[a-z](?:He|His|Him|She|Her)[A-Z]`)
	allowed := regexp.MustCompile(`regexp.MustCompile|"(her|hero|ma|har)"`)
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == "vendor" || e.Name() == "demo" || strings.HasPrefix(e.Name(), ".") && e.Name() != "..") {
			return cmp.Or(err, fs.SkipDir)
		}
		if ext := filepath.Ext(path); e.IsDir() || ext != ".go" && ext != ".html" && ext != ".md" {
			return nil
		}
		source, err := os.ReadFile(path)
		for n, line := range strings.Split(string(source), "\n") {
			if found := pronoun.FindString(line); found != "" && !allowed.MatchString(line) {
				t.Errorf("%s:%d: %q", path, n+1, found)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
