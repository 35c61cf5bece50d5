package views

import (
	"bytes"
	"html/template"
	"sync"
)

// fragments keeps the pieces that pages show again and again, as html/template
// rendered them. The key is all that a piece shows, so it is never out of date;
// times relative to now are the script's.
var fragments = cache[any]{max: 20_000}

// cache keeps rendered HTML; when it is full it starts again, which costs less
// than keeping the order of use.
type cache[K comparable] struct {
	mu   sync.RWMutex
	max  int
	html map[K]template.HTML
}

func (c *cache[K]) get(key K) (template.HTML, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.html[key]
	return h, ok
}

func (c *cache[K]) put(key K, h template.HTML) {
	if len(h) > 10_000 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.html == nil || len(c.html) >= c.max {
		c.html = make(map[K]template.HTML, c.max/4)
	}
	c.html[key] = h
}

// once is render for a view that is its own key.
func (c *cache[K]) once(v View) (template.HTML, error) {
	key, _ := v.(K)
	return c.render(v, key)
}

// render returns a view as its template renders it; a nil key is not kept.
func (c *cache[K]) render(v View, key K) (template.HTML, error) {
	if h, ok := c.get(key); ok {
		return h, nil
	}
	var out bytes.Buffer
	if err := Render(&out, v); err != nil {
		return "", err
	}
	h := template.HTML(out.String())
	if any(key) != nil {
		c.put(key, h)
	}
	return h, nil
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

// at is what a key says of a time or a reference that may be missing.
func at[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// key is all that an event shows; one that is being edited is nil.
func (e Event) key() any {
	if e.Editor != nil {
		return nil
	}
	key := struct {
		Event
		whom, at Ref
		hasAt    bool
		time     Time
	}{e, at(e.Whom), at(e.At), e.At != nil, at(e.Time)}
	key.Whom, key.At, key.Time = nil, nil, nil
	return key
}

// key is all that a link's row shows; one that is being edited is nil.
func (l LinkRow) key() any {
	if l.Editor != nil {
		return nil
	}
	return l
}

// key is all that a fact shows; one that is being edited is nil.
func (f Fact) key() any {
	if f.Editor != nil {
		return nil
	}
	return f
}
