package db

import "strings"

// MostValues is how many values a filter may have.
const MostValues = 100

// ValueFilter narrows a list to the records with one of some values. The zero ValueFilter does not
// narrow it.
type ValueFilter struct {
	Values []string // not empty
	None   bool     // those without a value, too
	Not    bool     // all records but those
}

func (x ValueFilter) narrows() bool { return len(x.Values) > 0 || x.None }

// ofColumn narrows by the values of a column, which is NULL where there is none.
func (x ValueFilter) ofColumn(column string) listCondition {
	var values condition
	for _, value := range x.Values {
		values.sql += ", ?"
		values.args = append(values.args, value)
	}
	c := x.listed(column, len(x.Values), values)
	switch null := "{}" + column + " IS NULL"; {
	case x.None && len(x.Values) == 0:
		c.equal, c.sql = !x.Not, null
		if x.Not {
			c.sql = "{}" + column + " > ''"
		}
	case x.None != x.Not: // without a value a record is not one of some
		c.equal, c.among = false, !x.Not
		c.sql = "(" + null + " OR " + c.sql + ")"
	}
	return c
}

// ofField narrows by the keys of a field's values. That of no value is the last one.
func (x ValueFilter) ofField(f Field) listCondition {
	n, keys := len(x.Values), condition{}
	for _, value := range x.Values {
		key, args := f.keyOf(value)
		keys.sql += ", " + key
		keys.args = append(keys.args, args...)
	}
	if x.None {
		n++
		keys.sql += ", char(1114111)"
	}
	return x.listed(f.sort.key, n, keys)
}

// listed is true if a column has one of n values or, with Not, another one. All others are looked
// for in the column's index too, as if they were a range.
func (x ValueFilter) listed(column string, n int, values condition) listCondition {
	values.sql = strings.TrimPrefix(values.sql, ", ")
	c := listCondition{condition: values, column: column, equal: n == 1 && !x.Not, among: n > 1 && !x.Not, except: x.Not}
	switch {
	case x.Not:
		c.sql = "{}" + column + " > '' AND {}" + column + " NOT IN (" + values.sql + ")"
	case n == 1:
		c.sql = "{}" + column + " = " + values.sql
	default:
		c.sql = "{}" + column + " IN (" + values.sql + ")"
	}
	return c
}

// ofLink narrows links by the values of one of their columns.
func (x ValueFilter) ofLink(column string, values []string) condition {
	c, null := among(column, values), column+" IS NULL"
	if x.Not {
		c.sql = column + " > ''"
		if len(values) > 0 {
			c.sql += " AND " + column + " NOT IN (?" + strings.Repeat(", ?", len(values)-1) + ")"
		}
	}
	switch {
	case x.None && len(values) == 0 && !x.Not:
		c.sql = null
	case x.None != x.Not:
		c.sql = "(" + null + " OR " + c.sql + ")"
	}
	return c
}
