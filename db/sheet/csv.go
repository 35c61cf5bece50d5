// Package sheet writes files for spreadsheets.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CSV writes rows in UTF-8 according to RFC 4180. It makes sure that no cell is a formula.
type CSV struct{ out *csv.Writer }

// NewCSV starts a file with a byte order mark and the names of the columns. Without the mark Excel
// would not read it as UTF-8, and garble accents.
func NewCSV(to io.Writer, columns ...string) (*CSV, error) {
	if _, err := io.WriteString(to, "\uFEFF"); err != nil {
		return nil, err
	}
	c := &CSV{csv.NewWriter(to)}
	c.out.UseCRLF = true
	return c, c.Write(columns...)
}

// Write adds a row to the buffer; Flush writes it.
func (c *CSV) Write(cells ...string) error {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = Plain(cell)
	}
	return c.out.Write(row)
}

// Flush writes buffered rows, and returns the first error so far.
func (c *CSV) Flush() error {
	c.out.Flush()
	return c.out.Error()
}

// Plain puts an apostrophe before a value that a spreadsheet would take for a formula. Formulas
// begin with = + - @, also in full width (＝), perhaps after characters that some programs skip:
// spaces, quotes, zero-width characters. https://owasp.org/www-community/attacks/CSV_Injection
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
