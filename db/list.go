package db

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// PageSize is how many rows a list shows at once.
const PageSize = 50

// Filter narrows and orders a list of organizations or contacts. Empty fields do not narrow.
type Filter struct {
	Query    string // words to find, at most 200 characters
	Status   string // active (also ""), archived, all
	Sector   string
	SizeBand string
	OwnerID  string // a user's id, or "none"
	Sort     string // a column, "-" before it for the other way round
	After    string // cursor of the page before
}

// page is the query of one page of a list: the table's columns, narrowed,
// ordered and cut off. Where few rows are left to sort, the page's ids are found
// first: sorting them would else read what only the page shows of each.
func (c *conditions) page(columns, table string, s sorting) string {
	narrowed := c.where() + s.orderBy(table+".id") + fmt.Sprintf("\nLIMIT %d", PageSize+1)
	if c.narrow {
		return columns + "\nWHERE " + table + ".id IN (SELECT id FROM " + table + narrowed + ")" + s.orderBy(table+".id")
	}
	return columns + narrowed
}

// sorting is one order a list can be shown in: the expression it sorts by,
// always followed by the id, and that expression's value in a row.
type sorting struct {
	expression string
	descending bool
}

// conditions gathers the WHERE of a list.
type conditions struct {
	clauses []string
	args    []any
	narrow  bool // a search or a set of ids leaves few rows: no other index is to be used
}

// column names a column so that, where few rows are left, no index on it is
// used: walking one and asking of each row whether it has the word reads the
// whole table for a rare word.
func (c *conditions) column(name string) string {
	if c.narrow {
		return "+" + name
	}
	return name
}

func (c *conditions) add(clause string, args ...any) {
	c.clauses = append(c.clauses, clause)
	c.args = append(c.args, args...)
}

func (c *conditions) addAll(also condition) { c.add(also.sql, also.args...) }

// within keeps to what the actor sees: from the set of his own where it is
// small, else asked of each row.
func (c *conditions) within(few bool, own, seen condition) {
	switch {
	case few:
		c.add(own.sql, own.args...)
	case seen.sql != always.sql:
		c.add(seen.sql, seen.args...)
	}
}

func (c *conditions) where() string {
	if len(c.clauses) == 0 {
		return ""
	}
	return "\nWHERE " + strings.Join(c.clauses, "\n\tAND ")
}

func (c *conditions) status(column, status string) {
	switch status {
	case "all":
	case "archived":
		c.add(c.column(column) + " = 0")
	default:
		c.add(c.column(column) + " = 1")
	}
}

func (c *conditions) owner(column, owner string) {
	switch owner {
	case "":
	case "none":
		c.add(c.column(column) + " IS NULL")
	default:
		c.add(c.column(column)+" = ?", owner)
	}
}

// after continues behind a cursor. A cursor that cannot be read is refused.
func (c *conditions) after(s sorting, id, cursor string) error {
	if cursor == "" {
		return nil
	}
	at, err := readCursor(cursor)
	if err != nil {
		return err
	}
	compare := " > "
	if s.descending {
		compare = " < "
	}
	c.add("("+s.expression+", "+id+")"+compare+"(?, ?)", at[0], at[1])
	return nil
}

func (s sorting) orderBy(id string) string {
	if s.descending {
		return "\nORDER BY " + s.expression + " DESC, " + id + " DESC"
	}
	return "\nORDER BY " + s.expression + ", " + id
}

// bothStates makes a page of active and archived rows from a page of each: either
// has an index in the order asked for, both together would sort the whole table.
func bothStates[T any](f Filter, s sorting, key func(T) [2]string, list func(Filter) ([]T, string, error)) (page []T, next string, err error) {
	var more bool
	for _, f.Status = range []string{"active", "archived"} {
		rows, next, err := list(f)
		if err != nil {
			return nil, "", err
		}
		page = append(page, rows...)
		more = more || next != ""
	}
	slices.SortFunc(page, func(a, b T) int {
		x, y := key(a), key(b)
		if s.descending {
			x, y = y, x
		}
		return slices.Compare(x[:], y[:])
	})
	if len(page) > PageSize {
		page, more = page[:PageSize], true
	}
	if more {
		next = newCursor(key(page[len(page)-1]))
	}
	return page, next, nil
}

// newCursor is the cursor behind a row of this sort value and id.
func newCursor(key [2]string) string {
	encoded, _ := json.Marshal(key)
	return base64.RawURLEncoding.EncodeToString(encoded)
}

func readCursor(cursor string) (at [2]string, err error) {
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(decoded, &at)
	}
	if err != nil {
		return at, invalid("after", "This link to more rows is damaged; start again from the top of the list")
	}
	return at, nil
}
