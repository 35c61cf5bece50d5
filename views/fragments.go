package views

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"html/template"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// fragments keeps the pieces that pages show again and again, as html/template
// rendered them. The key is all that a piece shows, so it is never out of date;
// times relative to now are the script's.
var fragments = cache{max: 32 << 20}

// cache keeps rendered HTML, up to max bytes of it. What goes when it is full is
// left to chance: of more records than it holds, visited one after the other,
// those that were used last would all be gone when they are asked for again.
type cache struct {
	mu        sync.RWMutex
	max, size int // in bytes
	pieces    map[any]template.HTML
}

// longPiece is the size of what is not kept, in bytes.
const longPiece = 1 << 20

func (c *cache) get(key any) (template.HTML, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.pieces[key]
	return h, ok
}

func (c *cache) put(key any, h template.HTML) {
	if len(h) > longPiece {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pieces == nil {
		c.pieces = map[any]template.HTML{}
	}
	if _, ok := c.pieces[key]; ok {
		return
	}
	for other, old := range c.pieces {
		if c.size+len(h) <= c.max {
			break
		}
		delete(c.pieces, other)
		c.size -= len(old)
	}
	c.pieces[key] = h
	c.size += len(h)
}

// render returns a view as its template renders it, or rendered it for this key.
func (c *cache) render(v View, key any) (template.HTML, error) {
	if h, ok := c.get(key); ok {
		return h, nil
	}
	var out bytes.Buffer
	if err := Render(&out, v); err != nil {
		return "", err
	}
	h := template.HTML(out.String())
	c.put(key, h)
	return h, nil
}

// once renders a view once for all that is in it. For a view of a few strings
// the view itself is the key.
func once(v View) (template.HTML, error) {
	switch v := v.(type) {
	case icon, avatar, Time:
		return fragments.render(v, v)
	}
	return fragments.render(v, fingerprint(v))
}

// Kept is a piece that is rendered once for a key: all that the piece shows,
// or is made of, as something comparable. Make makes it where it is not kept.
type Kept struct {
	Key  any
	Make func() View
}

// Keep is the piece what, that render makes of these values and of nothing else.
// They are texts, numbers (int, float64), yes or no, and slices and structs of
// those; in exported fields also times, maps of texts, and what Keep returned.
func Keep(what string, render func() View, of ...any) Kept {
	return Kept{keptKey{what, fingerprint(of...)}, render}
}

type keptKey struct {
	what string
	of   [sha256.Size]byte
}

func kept(k Kept) (template.HTML, error) {
	h, ok := fragments.get(k.Key)
	switch {
	case k.Make == nil:
		return h, nil
	case !ok:
		return fragments.render(k.Make(), k.Key)
	case distrust:
		var anew bytes.Buffer
		if err := Render(&anew, k.Make()); err != nil {
			return "", err
		}
		if anew.String() != string(h) {
			panic(fmt.Sprintf("views: %v is kept as\n%s\nand made anew it is\n%s", k.Key, h, anew.String()))
		}
	}
	return h, nil
}

// keptRows are the rows of a list, each on a line.
func keptRows(all []Kept) (template.HTML, error) { return joined(all, kept, "\n") }

// days are those of a timeline.
func days(all []Day) (template.HTML, error) {
	return joined(all, func(d Day) (template.HTML, error) { return once(d) }, "\n")
}

// joined are pieces that follow one another. To call piece from a template for
// each of fifty would take longer than all that is around them.
func joined[T any](all []T, piece func(T) (template.HTML, error), end string) (template.HTML, error) {
	pieces, size := make([]template.HTML, len(all)), 0
	for i, x := range all {
		h, err := piece(x)
		if err != nil {
			return "", err
		}
		pieces[i] = h
		size += len(h) + len(end)
	}
	var b strings.Builder
	b.Grow(size)
	for _, h := range pieces {
		b.WriteString(string(h))
		b.WriteString(end)
	}
	return template.HTML(b.String()), nil
}

// fingerprint is the SHA-256 of the types of values and of all that is in them.
func fingerprint(all ...any) [sha256.Size]byte {
	b, _ := writings.Get().(*[]byte)
	if b == nil {
		b = new([]byte)
	}
	*b = (*b)[:0]
	for _, v := range all {
		x := reflect.ValueOf(v)
		*b = appendValue(append(*b, x.Type().String()...), x)
	}
	sum := sha256.Sum256(*b)
	writings.Put(b)
	return sum
}

var writings sync.Pool

// appendValue writes a value so that no other one of its type is written the
// same, but for a slice that is empty instead of nil.
func appendValue(b []byte, x reflect.Value) []byte {
	switch x.Kind() {
	case reflect.String:
		return append(binary.AppendUvarint(b, uint64(x.Len())), x.String()...)
	case reflect.Bool:
		if x.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case reflect.Int:
		return binary.AppendVarint(b, x.Int())
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(x.Float()))
	case reflect.Pointer:
		if x.IsNil() {
			return append(b, 0)
		}
		return appendValue(append(b, 1), x.Elem())
	case reflect.Struct:
		switch x.Type() {
		case reflect.TypeFor[time.Time]():
			t := x.Interface().(time.Time)
			return binary.AppendVarint(binary.AppendVarint(b, t.Unix()), int64(t.Nanosecond()))
		case reflect.TypeFor[Kept](): // by what it is made of
			k := x.Interface().(Kept)
			if k.Key == nil {
				return b
			}
			key := k.Key.(keptKey)
			return append(appendValue(b, reflect.ValueOf(key.what)), key.of[:]...)
		}
		for i := range x.NumField() {
			b = appendValue(b, x.Field(i))
		}
		return b
	case reflect.Array, reflect.Slice:
		b = binary.AppendUvarint(b, uint64(x.Len()))
		for i := range x.Len() {
			b = appendValue(b, x.Index(i))
		}
		return b
	case reflect.Map:
		texts := x.Interface().(map[string]string) // another map panics, as other kinds do
		b = binary.AppendUvarint(b, uint64(len(texts)))
		for _, name := range slices.Sorted(maps.Keys(texts)) {
			b = appendValue(appendValue(b, reflect.ValueOf(name)), reflect.ValueOf(texts[name]))
		}
		return b
	}
	panic(fmt.Sprintf("views: a %s cannot be part of what is kept", x.Type()))
}
