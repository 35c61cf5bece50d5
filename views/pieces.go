package views

import (
	"bytes"
	"html/template"
	"reflect"
	"strings"
	"sync"
)

// pieces are the parts of pages that are shown again and again, as html/template
// rendered them. Each is found by the fingerprint of its view, which is all that
// it shows, so none is out of date; times relative to now are the script's.
var pieces = cache{max: 32 << 20}

// cache holds rendered HTML, up to max bytes of it and of its keys. What goes
// when it is full is left to chance: of more records than it holds, visited one
// after the other, those that were used last would all be gone when they are
// asked for again.
type cache struct {
	mu        sync.RWMutex
	max, size int // in bytes
	html      map[fingerprint]template.HTML
}

// longPiece is the size of what is not held, in bytes.
const longPiece = 1 << 20

func (c *cache) get(key fingerprint) (template.HTML, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.html[key]
	return h, ok
}

func (c *cache) put(key fingerprint, h template.HTML) {
	if len(h) > longPiece {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.html == nil {
		c.html = map[fingerprint]template.HTML{}
	}
	if _, ok := c.html[key]; ok {
		return
	}
	for other, old := range c.html {
		if c.size+entrySize(h) <= c.max {
			break
		}
		delete(c.html, other)
		c.size -= entrySize(old)
	}
	c.html[key] = h
	c.size += entrySize(h)
}

func entrySize(h template.HTML) int { return len(fingerprint{}) + len(h) }

// render returns the view x as its template renders it, or rendered it before.
func (c *cache) render(x reflect.Value) (template.HTML, error) {
	key, ok := fingerprintOf(x)
	if ok {
		if h, ok := c.get(key); ok {
			return h, nil
		}
	}
	var out bytes.Buffer
	if err := Render(&out, x.Interface().(View)); err != nil {
		return "", err
	}
	h := template.HTML(out.String())
	if ok {
		c.put(key, h)
	}
	return h, nil
}

// piece renders a view by its own template, unless that was done before.
func piece(v View) (template.HTML, error) { return pieces.render(reflect.ValueOf(v)) }

// all are pieces that follow one another, each on a line. To call piece from a
// template for each of fifty would take longer than all that is around them.
func all[V View](views []V) (template.HTML, error) {
	x, html, size := reflect.ValueOf(views), make([]template.HTML, len(views)), 0
	for i := range views {
		h, err := pieces.render(x.Index(i)) // views[i] as an interface would be a copy
		if err != nil {
			return "", err
		}
		html[i] = h
		size += len(h) + 1
	}
	var b strings.Builder
	b.Grow(size)
	for _, h := range html {
		b.WriteString(string(h))
		b.WriteByte('\n')
	}
	return template.HTML(b.String()), nil
}
