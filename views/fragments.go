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
)

// fragments keeps the pieces that pages show again and again, as html/template
// rendered them. The key is all that a piece shows, so it is never out of date;
// times relative to now are the script's.
var fragments = cache{max: 16 << 20}

// cache keeps rendered HTML, up to twice max bytes of it: when young is full it
// becomes old, and what of old is not asked for until the next time goes.
type cache struct {
	mu         sync.RWMutex
	max, size  int // of young, in bytes
	young, old map[any]template.HTML
}

// longPiece is the size of what is not kept, in bytes.
const longPiece = 100_000

func (c *cache) get(key any) (template.HTML, bool) {
	c.mu.RLock()
	h, ok := c.young[key]
	was := false
	if !ok {
		h, was = c.old[key]
	}
	c.mu.RUnlock()
	if was {
		c.put(key, h)
	}
	return h, ok || was
}

func (c *cache) put(key any, h template.HTML) {
	if len(h) > longPiece {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.young == nil || c.size+len(h) > c.max {
		c.young, c.old, c.size = map[any]template.HTML{}, c.young, 0
	}
	c.young[key] = h
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

func kept(k Kept) (template.HTML, error) {
	if h, ok := fragments.get(k.Key); ok || k.Make == nil {
		return h, nil
	}
	return fragments.render(k.Make(), k.Key)
}

// keptRows are the rows of a list, each on a line.
func keptRows(all []Kept) (template.HTML, error) { return joined(all, kept, "\n") }

// events are the events of a day.
func events(all []Event) (template.HTML, error) {
	return joined(all, func(e Event) (template.HTML, error) { return once(e) }, "")
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

// fingerprint is the SHA-256 of a view's type and of all that is in it.
func fingerprint(v View) [sha256.Size]byte {
	b, _ := writings.Get().(*[]byte)
	if b == nil {
		b = new([]byte)
	}
	x := reflect.ValueOf(v)
	*b = appendValue(append((*b)[:0], x.Type().String()...), x)
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
