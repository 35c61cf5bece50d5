package sheet_test

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clientregistry/db/sheet"
)

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"=1+1", "+46 70 555 01 10", "-5 %", "@SUM(A1)", "＝1+1", "＋46", "－5", "＠SUM(A1)", "﹦1", "﹢1",
		"﹣1", "﹫A", "\tx", "\rx", "\nx", "\t", " =1", "\u00a0=1", "\u3000＝1", "\"=1", "'=1", "“=1", "「=1",
		"\u200b=1", "\ufeff=1", "\u202e=1", "\x00=1", " \" ' -1", "=",
	} {
		if got := sheet.Plain(typed); got != "'"+typed {
			t.Errorf("%q is written as %q", typed, got)
		}
	}
	for _, typed := range []string{
		"", " ", "a", "a=1", "1-2", "O'Brien", `"Elif" Aydın`, "'quoted'",
		"株式会社", "mail@a.example", " a", "–5", "2026-11-27T10:00:00.000Z", "\xff=1",
	} {
		if got := sheet.Plain(typed); got != typed {
			t.Errorf("%q is written as %q", typed, got)
		}
	}
}

func TestCSVIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	c, err := sheet.NewCSV(&file, "name", "note")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{{"Émile, \"Zoé\"", "two\nlines"}, {"＝1", "=cmd|' /C calc'!A0"}} {
		if err := c.Write(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	body, marked := strings.CutPrefix(file.String(), "\ufeff")
	if !marked || strings.Count(body, "\r\n") != 4 {
		t.Errorf("%q", file.String())
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	want := [][]string{{"name", "note"}, {"Émile, \"Zoé\"", "two\nlines"}, {"'＝1", "'=cmd|' /C calc'!A0"}}
	if err != nil || !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("%q, %v", rows, err)
	}
}

// TestCSVIsWrittenHereOnly: any other writer would need its own protection against formulas.
func TestCSVIsWrittenHereOnly(t *testing.T) {
	t.Parallel()
	files := 0
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		source, err := os.ReadFile(filepath.Join("../..", path))
		if strings.Contains(string(source), "csv.NewWriter(") && path != "db/sheet/csv.go" {
			t.Errorf("%s writes CSV by itself; use sheet.NewCSV", path)
		}
		return err
	})
	if err != nil || files < 50 {
		t.Errorf("%d files read: %v", files, err)
	}
}
