package views

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

var (
	markdownText = goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Strikethrough), goldmark.WithRendererOptions(html.WithHardWraps()))
	safeHTML     = sanitizer()
	rendered     = cache{max: 4 << 20}
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

// longMarkdown is the size, in bytes, from which a body is shown as plain text:
// what is nested without end costs the parser its length squared.
const longMarkdown = 10_000

// markdown renders an interaction's body. What it returns is escaped or has been
// through the sanitizer: the one place where HTML is made from what somebody typed.
func markdown(body string) template.HTML {
	if len(body) > longMarkdown {
		return plain(body)
	}
	if h, ok := rendered.get(body); ok {
		return h
	}
	var out bytes.Buffer
	if err := markdownText.Convert([]byte(body), &out); err != nil {
		return plain(body)
	}
	h := template.HTML(safeHTML.SanitizeBytes(out.Bytes()))
	rendered.put(body, h)
	return h
}

func plain(body string) template.HTML {
	return template.HTML("<p>" + strings.ReplaceAll(template.HTMLEscapeString(body), "\n", "<br>\n") + "</p>")
}
