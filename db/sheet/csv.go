// Package sheet writes rows as files that spreadsheets open.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CSV writes rows as RFC 4180 has them, in UTF-8. No cell of it is a formula.
type CSV struct{ out *csv.Writer }

// NewCSV writes the head of a file: the mark of the byte order, which tells Excel
// that it is UTF-8 (without, it takes the bytes for those of the local code page
// and spoils every accent), and the names of the columns.
func NewCSV(to io.Writer, columns ...string) (*CSV, error) {
	if _, err := io.WriteString(to, "\uFEFF"); err != nil {
		return nil, err
	}
	c := &CSV{csv.NewWriter(to)}
	c.out.UseCRLF = true
	return c, c.Write(columns...)
}

// Write adds a row; Flush sends it.
func (c *CSV) Write(cells ...string) error {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = Plain(cell)
	}
	return c.out.Write(row)
}

// Flush sends what was written so far. It returns what failed until now.
func (c *CSV) Flush() error {
	c.out.Flush()
	return c.out.Error()
}

// Plain keeps a spreadsheet from taking a value for a formula, by the apostrophe
// that means text to it. Formulas begin with = + - @, in other widths too (＝),
// perhaps behind what some programs skip: spaces, quotes, characters of no width.
// https://owasp.org/www-community/attacks/CSV_Injection
func Plain(value string) string {
	if value == "" {
		return ""
	}
	begins, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(value, skipped))
	if strings.ContainsAny(value[:1], "\t\r\n") || strings.ContainsAny(norm.NFKC.String(string(begins)), "=+-@") {
		return "'" + value
	}
	return value
}

func skipped(c rune) bool {
	return c == '\x00' || unicode.IsSpace(c) || unicode.In(c, unicode.Cf, unicode.Quotation_Mark)
}
