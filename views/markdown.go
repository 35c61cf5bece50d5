package views

import (
	"bytes"
	"crypto/sha256"
	"html/template"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

var (
	markdownText = goldmark.New(goldmark.WithParser(markdownParser()), goldmark.WithRenderer(markdownRenderer()))
	safeHTML     = sanitizer()
	rendered     = cache{max: 4 << 20}
)

// markdownParser returns a parser without raw HTML and link definitions, which would make typed text
// disappear. Without them it stays text.
func markdownParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(listItems{parser.NewListItemParser()}, 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(outsideWords{parser.NewCodeSpanParser()}, 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(outsideWords{parser.NewEmphasisParser()}, 500),
			util.Prioritized(outsideWords{extension.NewStrikethroughParser()}, 500),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
		parser.WithASTTransformers(util.Prioritized(asTyped{}, 100)),
	)
}

func markdownRenderer() renderer.Renderer {
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(everyWord{}, 100),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(html.NewRenderer(html.WithHardWraps(), html.WithWriter(typedText{html.DefaultWriter})), 1000),
	))
}

// sanitizer allows text, lists, quotes, code, and links to the web, mail and phones. It allows no
// images or styles, nor headings, which would break the page's outline.
func sanitizer() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "del", "ul", "ol", "li", "blockquote", "code", "pre", "hr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowURLSchemes(linkSchemes...)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true) // with noopener
	return p
}

// longMarkdown is the size in bytes from which a body is shown as plain text. Parsing deep nesting
// takes time quadratic in its length.
const longMarkdown = 10_000

// markdown renders an interaction's body so that every word can be read, see everyWord. This is the
// only place that makes HTML from what people typed; the result is escaped or sanitized.
func markdown(body string) template.HTML {
	if len(body) > longMarkdown {
		return plain(body)
	}
	key := fingerprint(sha256.Sum256([]byte(body)))
	if h, ok := rendered.get(key); ok {
		return h
	}
	var out bytes.Buffer
	// goldmark looks for the word after a code fence up to the end of its line.
	if err := markdownText.Convert([]byte(body+"\n"), &out); err != nil {
		return plain(body)
	}
	h := template.HTML(safeHTML.SanitizeBytes(out.Bytes()))
	rendered.put(key, h)
	return h
}

func plain(body string) template.HTML {
	return template.HTML("<p>" + strings.ReplaceAll(template.HTMLEscapeString(body), "\n", "<br>\n") + "</p>")
}
