package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"clientregistry/db/text"
)

// Twin is a record that may be the one that somebody is about to create or change, and why.
type Twin struct {
	Record
	Why []string // like Same website, the strongest reason first
}

const (
	mostTwins      = 5
	twinCandidates = 20 // records of which each reason is tried
)

// Twins returns up to five records that the actor sees and that have the same or a similar name, or
// the same website, phone, email or tax ID as was typed: the likeliest first, archived ones last.
// self is the ID of the record that is being changed, or "". Values that would be refused are ignored.
func (d *DB) Twins(ctx context.Context, by Actor, k *RecordKind, typed Fields, self string) ([]Twin, error) {
	if !by.Can(ViewClient) {
		return nil, nil
	}
	r := Record{Kind: k}
	for _, f := range k.Fields {
		if value, err := f.clean(typed[f.Column]); err == nil {
			r.Set(f.Column, value)
		}
	}
	var all []Twin
	add := func(why string, found []Record, same func(Record) bool) {
		for _, other := range found {
			if other.ID == self || !same(other) {
				continue
			}
			i := slices.IndexFunc(all, func(t Twin) bool { return t.ID == other.ID })
			if i < 0 {
				i, all = len(all), append(all, Twin{Record: other})
			}
			if !slices.Contains(all[i].Why, why) {
				all[i].Why = append(all[i].Why, why)
			}
		}
	}
	for _, f := range k.Fields {
		value := r.Value(f.Column)
		key := f.twinKey(value)
		if key == "" {
			continue
		}
		found, err := d.twinCandidates(ctx, by, k, f, value)
		if err != nil {
			return nil, fmt.Errorf("twins by %s: %w", f.Column, err)
		}
		add("Same "+f.twinWord(), found, func(other Record) bool {
			return slices.ContainsFunc(k.Fields, func(g Field) bool {
				return g.Kind == f.Kind && f.sameKey(key, f.twinKey(other.Value(g.Column)))
			})
		})
	}
	if name := twinName(r); name != "" {
		found, err := d.findTwins(ctx, by, k, strings.Join(k.wordsOfName(name), " "))
		if err != nil {
			return nil, fmt.Errorf("twins by name: %w", err)
		}
		add("Same name", found, func(other Record) bool { return text.SortKey(other.Name()) == text.SortKey(name) })
		add("Similar name", found, func(other Record) bool {
			return text.SortKey(other.Name()) != text.SortKey(name) && k.similarNames(name, other.Name())
		})
	}
	slices.SortStableFunc(all, func(a, b Twin) int {
		switch {
		case a.IsActive == b.IsActive:
			return len(b.Why) - len(a.Why)
		case a.IsActive:
			return -1
		}
		return 1
	})
	return all[:min(len(all), mostTwins)], nil
}

// twinName returns a record's name, or "" if a part of it is missing or it is too short to compare.
func twinName(r Record) string {
	for _, column := range r.Kind.requiredColumns() {
		if r.Value(column) == "" {
			return ""
		}
	}
	if len([]rune(r.Name())) < 3 {
		return ""
	}
	return r.Name()
}

// twinCandidates returns records that may have a field's value.
func (d *DB) twinCandidates(ctx context.Context, by Actor, k *RecordKind, f Field, value string) ([]Record, error) {
	switch f.Kind {
	case Email: // a taken one is refused, also where its contact is archived
		read, args := k.read(by, "sort_key", unnamed)
		seen := k.sees(by, k.id())
		found, err := k.scan(d.reader.QuickQueryRow(ctx, read+" WHERE "+k.Plural+"."+f.Column+" = ? AND "+seen.sql,
			append(append(args, value), seen.args...)...))
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		return []Record{found}, err
	case Website:
		value = f.twinKey(value)
	}
	return d.findTwins(ctx, by, k, value)
}

// findTwins finds records like a picker, and then archived ones, which must not hide those.
func (d *DB) findTwins(ctx context.Context, by Actor, k *RecordKind, typed string) (all []Record, err error) {
	for _, archived := range []bool{false, true} {
		s, p, err := d.pick(ctx, by, typed, twinCandidates, k, archived)
		if err != nil {
			return nil, err
		}
		found, err := d.readRecords(ctx, s, p)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// twinKey returns what two values of a field must have in common, or "" if the field tells nothing
// or the value is too short.
func (f Field) twinKey(value string) string {
	switch f.Kind {
	case Email:
		return strings.ToLower(value)
	case Website:
		if u, err := url.Parse(text.ReadableAddress(value)); err == nil {
			return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
		}
	case Phone:
		if digits := strings.TrimLeft(text.Digits(value), "0"); len(digits) >= 6 {
			return digits
		}
	case Code:
		if code := strings.Join(text.Words(value), ""); len(code) >= 4 {
			return code
		}
	}
	return ""
}

// sameKey reports whether two keys of a field are the same. A phone number may lack its country code.
func (f Field) sameKey(a, b string) bool {
	if f.Kind == Phone && len(a) >= 7 && len(b) >= 7 {
		return strings.HasSuffix(a, b) || strings.HasSuffix(b, a)
	}
	return a == b
}

// twinWord returns the field as a reason names it: a mobile number is a phone number, too.
func (f Field) twinWord() string {
	if f.Kind == Phone {
		return "phone"
	}
	return f.Lower()
}

// wordsOfName returns the folded words of a name; of an organization without fillers, unless it has no
// others.
func (k *RecordKind) wordsOfName(name string) []string {
	words := text.Words(name)
	if k == ContactKind {
		return words
	}
	telling := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return text.IsFiller(w) || w == "group" })
	if len(telling) == 0 {
		return words
	}
	return telling
}

// similarNames reports whether two names have the same words in any order, but for fillers, or
// differ in one letter.
func (k *RecordKind) similarNames(a, b string) bool {
	x, y := k.wordsOfName(a), k.wordsOfName(b)
	if text.SameButOneLetter(strings.Join(x, ""), strings.Join(y, "")) {
		return true
	}
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
