package db

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// listOrder is an order of a list: by a key, optionally by name, then by ID.
type listOrder struct {
	column     string // its name in URLs
	key        string // the column to sort by
	folded     string // the column of its folded value, see Field.fold
	numbered   bool   // values sort by the number they begin with
	index      string // on (is_active, key, …), in this order
	byName     bool   // equal keys are sorted by name
	descending bool
}

// orderFor returns the order with this name. Unknown orders, and those that would reveal what the
// actor may not see, become the order by name.
func (k *RecordKind) orderFor(by Actor, name string) listOrder {
	column := strings.TrimPrefix(name, "-")
	s := k.byName
	for _, c := range k.Columns {
		if c.Name == column && c.SortedFor(by) {
			s = c.sort
		}
	}
	s.descending = strings.HasPrefix(name, "-") && s.column == column
	return s
}

// after adds the condition to continue after a cursor. It returns Invalid for a malformed one, and for one of another order.
func (c *conditions) after(s listOrder, id, cursor string) error {
	if cursor == "" {
		return nil
	}
	at, err := s.readCursor(cursor)
	if err != nil {
		return err
	}
	compare := " > "
	if s.descending {
		compare = " < "
	}
	if s.byName {
		c.add("("+s.key+", sort_key, "+id+")"+compare+"(?, ?, ?)", at[0], at[1], at[2])
	} else {
		c.add("("+s.key+", "+id+")"+compare+"(?, ?)", at[0], at[2])
	}
	return nil
}

// orderBy returns an ORDER BY clause. plus may be "+", which keeps SQLite from using an index for
// it.
func (s listOrder) orderBy(id, plus string) string {
	columns := []string{plus + s.key, id}
	if s.byName {
		columns = []string{plus + s.key, "sort_key", id}
	}
	direction := ""
	if s.descending {
		direction = " DESC"
	}
	return "\nORDER BY " + strings.Join(columns, direction+", ") + direction
}

// bothStates merges a page of active and a page of archived rows. Each has an index in the right
// order; a single query for both would sort the whole table.
func bothStates(f Filter, s listOrder, list func(Filter) ([]Record, string, error)) (page []Record, next string, err error) {
	var more bool
	for _, f.Status = range []string{"active", "archived"} {
		rows, next, err := list(f)
		if err != nil {
			return nil, "", err
		}
		page = append(page, rows...)
		more = more || next != ""
	}
	slices.SortFunc(page, func(a, b Record) int {
		x, y := a.sortValues(), b.sortValues()
		if !s.byName {
			x[1], y[1] = "", ""
		}
		if s.descending {
			x, y = y, x
		}
		return slices.Compare(x[:], y[:])
	})
	if size := f.size(); len(page) > size {
		page, more = page[:size], true
	}
	if more {
		next = s.cursor(page[len(page)-1].sortValues())
	}
	return page, next, nil
}

// sortValues returns the values that lists sort by.
func (r Record) sortValues() [3]string { return [3]string{r.key, r.sortKey, r.ID} }

// cursor encodes the position after a row in this order, and in no other: its key, name and ID.
func (s listOrder) cursor(key [3]string) string {
	return encodeCursor(s.name(), key[0], key[1], key[2])
}

// readCursor returns the key, name and ID of a cursor. It returns Invalid for one of another order.
func (s listOrder) readCursor(cursor string) (key [3]string, err error) {
	parts, err := decodeCursor(cursor, 1+len(key))
	if err == nil && parts[0] != s.name() {
		err = damagedCursor()
	}
	if err == nil {
		key = [3]string(parts[1:])
	}
	return key, err
}

// name tells this order from others of the same list.
func (s listOrder) name() string {
	name := strings.TrimPrefix(s.key, "+")
	if s.descending {
		return "-" + name
	}
	return name
}

// newCursor encodes a position that needs no order.
func newCursor(key [3]string) string { return encodeCursor(key[:]...) }

func readCursor(cursor string) (key [3]string, err error) {
	parts, err := decodeCursor(cursor, len(key))
	if err == nil {
		key = [3]string(parts)
	}
	return key, err
}

func encodeCursor(parts ...string) string {
	encoded, _ := json.Marshal(parts)
	return base64.RawURLEncoding.EncodeToString(encoded)
}

// decodeCursor returns the parts of a cursor. It returns Invalid if there are not n.
func decodeCursor(cursor string, n int) (parts []string, err error) {
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(decoded, &parts)
	}
	if err != nil || len(parts) != n {
		return nil, damagedCursor()
	}
	return parts, nil
}

func damagedCursor() error {
	return invalid("after", "This link to more rows is not valid; start again from the top of the list")
}
