package views

import (
	"bytes"
	"html/template"
	"reflect"
	"strings"
	"sync"
)

// fragments caches the rendered fragments that pages repeat. The key is the fingerprint of all that a
// fragment shows, so none is out of date; the script updates relative times.
var fragments = cache{max: 32 << 20}

// cache holds rendered HTML, up to max bytes including keys. When it is full it drops random
// entries: dropping the oldest would drop everything when more records than fit are visited in
// turn.
type cache struct {
	mu        sync.RWMutex
	max, size int // in bytes
	html      map[fingerprint]template.HTML
}

// longFragment is the size in bytes above which a fragment is not cached.
const longFragment = 1 << 20

func (c *cache) get(key fingerprint) (template.HTML, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.html[key]
	return h, ok
}

func (c *cache) put(key fingerprint, h template.HTML) {
	if len(h) > longFragment {
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

// render returns the HTML of the view x, cached if possible.
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

// fragment renders a view with its own template, cached if possible.
func fragment(v View) (template.HTML, error) { return fragments.render(reflect.ValueOf(v)) }

// all renders views. Calling fragment from a template for each of fifty rows would be
// much slower.
func all[V View](views []V) (template.HTML, error) {
	x, html, size := reflect.ValueOf(views), make([]template.HTML, len(views)), 0
	for i := range views {
		h, err := fragments.render(x.Index(i)) // an index avoids copying each view into an interface
		if err != nil {
			return "", err
		}
		html[i] = h
		size += len(h)
	}
	var b strings.Builder
	b.Grow(size)
	for _, h := range html {
		b.WriteString(string(h))
	}
	return template.HTML(b.String()), nil
}
