package db

import (
	"slices"
	"strings"
)

// MostValues is how many values a filter may have.
const MostValues = 100

// ValueFilter narrows a list to the records with one of some values. The zero ValueFilter does not
// narrow it.
type ValueFilter struct {
	Values []string // not empty
	None   bool     // those without a value, too
	Not    bool     // all records but those
}

// OneOf is the filter for some values. Without any, it does not narrow a list.
func OneOf(values ...string) ValueFilter { return ValueFilter{Values: values} }

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

// of narrows rows by the values of one of their columns, which is NULL where there is none.
func (x ValueFilter) of(column string, values []string) condition {
	if len(values) == 0 && !x.None && !x.Not { // see positive
		return never
	}
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

// mostRanges is the largest number of index ranges that a list merges.
const mostRanges = MostValues + 1

// positive returns an equivalent filter without Not, for a column whose only values are all of these.
// A filter that finds nothing has neither values nor None.
func (x ValueFilter) positive(all []string) ValueFilter {
	if !x.Not {
		return x
	}
	others := slices.DeleteFunc(slices.Clone(all), func(v string) bool { return slices.Contains(x.Values, v) })
	return ValueFilter{Values: others, None: !x.None}
}

// ranges returns a condition for each range of a column's index that a filter without Not finds.
func (x ValueFilter) ranges(column string) (all []condition) {
	for i, value := range x.Values {
		if !slices.Contains(x.Values[:i], value) {
			all = append(all, condition{column + " = ?", []any{value}})
		}
	}
	if x.None {
		all = append(all, condition{sql: column + " IS NULL"})
	}
	return all
}

// narrow adds a filter by a column whose index is in the order of the list. If the filter has several ranges of the
// index and merge is true, it returns them, for the list to read one by one and merge. nil means that the filter was added
// as a condition, and an empty slice that nothing can match. x has been made positive where it finds few values.
func (c *conditions) narrow(column string, x ValueFilter, merge bool) (ranges []condition) {
	parts := x.ranges(column)
	switch {
	case x.Not || len(parts) > mostRanges || len(parts) > 1 && !merge:
		c.addAll(x.of("+"+column, x.Values))
	case len(parts) == 0:
		c.addAll(never)
		return []condition{}
	case len(parts) == 1:
		c.addAll(parts[0])
	default:
		return parts
	}
	return nil
}

// union returns one query over several ranges of an index. SQLite merges them in their common order, and reads
// only the rows that it returns.
func union(query string, c conditions, ranges []condition) (all condition) {
	for i, r := range ranges {
		also := conditions{slices.Clone(c.clauses), slices.Clone(c.args)}
		also.addAll(r)
		if i > 0 {
			all.sql += "\nUNION ALL "
		}
		all.sql += query + also.where()
		all.args = append(all.args, also.args...)
	}
	return all
}
