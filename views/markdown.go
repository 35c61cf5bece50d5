package views

import (
	"bytes"
	"html/template"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

var (
	markdownText = goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Strikethrough), goldmark.WithRendererOptions(html.WithHardWraps()))
	safeHTML     = sanitizer()
	rendered     = cache{max: 2000}
)

// sanitizer lets text, lists, quotes, code and links to the web or to mail
// through; no images, no headings that would break the page's outline, no styles.
func sanitizer() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "del", "ul", "ol", "li", "blockquote", "code", "pre", "hr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
}

// markdown renders an interaction's body. What it returns has been through the
// sanitizer: the one place where HTML is made from what somebody typed.
func markdown(body string) template.HTML {
	if h, ok := rendered.get(body); ok {
		return h
	}
	var out bytes.Buffer
	if err := markdownText.Convert([]byte(body), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(body))
	}
	h := template.HTML(safeHTML.SanitizeBytes(out.Bytes()))
	rendered.put(body, h)
	return h
}

// cache keeps rendered bodies; when it is full it starts again, which costs
// less than keeping the order of use.
type cache struct {
	mu   sync.RWMutex
	max  int
	html map[string]template.HTML
}

func (c *cache) get(key string) (template.HTML, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.html[key]
	return h, ok
}

func (c *cache) put(key string, h template.HTML) {
	if len(key) > 10_000 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.html == nil || len(c.html) >= c.max {
		c.html = make(map[string]template.HTML, c.max)
	}
	c.html[key] = h
}
