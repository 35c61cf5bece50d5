package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// What Markdown would drop or renumber is shown as it was typed.

// outsideWords treats the markup of emphasis and code as text inside a word: 2*3*4, it`s. In
// scripts without spaces between words it works anywhere.
type outsideWords struct{ parser.InlineParser }

func (p outsideWords) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	length := 1
	for length < len(line) && line[length] == line[0] {
		length++
	}
	after, _ := utf8.DecodeRune(line[length:])
	if !ofWord(block.PrecendingCharacter()) || !ofWord(after) {
		return p.InlineParser.Parse(parent, block, pc)
	}
	block.Advance(length)
	return ast.NewTextSegment(segment.WithStop(segment.Start + length))
}

func ofWord(c rune) bool {
	return (unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c)) &&
		!unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// listItems stores the number that was typed before each item.
type listItems struct{ parser.BlockParser }

func (p listItems) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	item, state := p.BlockParser.Open(parent, reader, pc)
	if item != nil {
		item.SetAttributeString("marker", strings.Fields(string(line))[0])
	}
	return item, state
}

func marker(item ast.Node) string {
	typed, _ := item.AttributeString("marker")
	s, _ := typed.(string)
	return s
}

// asTyped turns lists whose numbers do not count up into paragraphs, and restores the backslash at
// the end of a line.
type asTyped struct{}

func (asTyped) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	var lists []*ast.List
	source := reader.Source()
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.List:
			if !entering && n.IsOrdered() && !countsUp(n) {
				lists = append(lists, n)
			}
		case *ast.Text:
			if entering && n.HardLineBreak() && n.Segment.Stop < len(source) && source[n.Segment.Stop] == '\\' {
				n.Segment.Stop++
			}
		}
		return ast.WalkContinue, nil
	})
	for _, list := range lists {
		asParagraphs(list)
	}
}

// countsUp reports whether a list's numbers go up by one, as browsers number them. "27. November"
// alone, dates and years are no list; numbers of more than two digits have no room beside one.
func countsUp(list *ast.List) bool {
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		if strings.TrimRight(marker(item), ".)") != strconv.Itoa(number) {
			return false
		}
		number++
	}
	return list.ChildCount() > 1 && number <= 100
}

// asParagraphs replaces a list by the content of its items, each after its number.
func asParagraphs(list *ast.List) {
	parent := list.Parent()
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		number := ast.NewString([]byte(marker(item) + " "))
		number.SetRaw(true)
		switch item.FirstChild().(type) {
		case *ast.Paragraph, *ast.TextBlock:
		default:
			first := ast.NewParagraph()
			if item.FirstChild() == nil {
				item.AppendChild(item, first)
			} else {
				item.InsertBefore(item, item.FirstChild(), first)
			}
		}
		if first := item.FirstChild(); first.FirstChild() == nil {
			first.AppendChild(first, number)
		} else {
			first.InsertBefore(first, first.FirstChild(), number)
		}
		for item.FirstChild() != nil {
			parent.InsertBefore(parent, list, paragraph(item.FirstChild()))
		}
	}
	parent.RemoveChild(parent, list)
}

// paragraph converts a block taken out of a list item into a paragraph if it is text.
func paragraph(block ast.Node) ast.Node {
	if _, ok := block.(*ast.TextBlock); !ok {
		return block
	}
	p := ast.NewParagraph()
	for block.FirstChild() != nil {
		p.AppendChild(p, block.FirstChild())
	}
	block.Parent().RemoveChild(block.Parent(), block)
	return p
}

// linkSchemes are the allowed schemes of links.
var linkSchemes = []string{"http", "https", "mailto", "tel"}

// linkable reports whether an address becomes a link that leads exactly where it says. Other
// addresses stay text.
func linkable(address []byte) bool {
	escaped := string(util.URLEscape(address, false))
	u, err := url.Parse(escaped)
	if err != nil || !slices.Contains(linkSchemes, u.Scheme) || u.String() != escaped || string(util.URLEscape(address, true)) != escaped {
		return false
	}
	return u.Host != "" || u.Opaque != "" && !strings.HasPrefix(u.Scheme, "http")
}

// everyWord renders what goldmark would show with words missing: images, links with a title or a
// forbidden address, headings, and the word after a code fence.
type everyWord struct{}

func (everyWord) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindLink, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		link := n.(*ast.Link)
		return writeLink(w, n, entering, "[", link.Destination, link.Title)
	})
	r.Register(ast.KindImage, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		image := n.(*ast.Image)
		return writeLink(w, n, entering, "![", image.Destination, image.Title)
	})
	r.Register(ast.KindAutoLink, writeAutoLink)
	r.Register(ast.KindHeading, writeHeading)
	r.Register(ast.KindFencedCodeBlock, writeFenced)
}

// writeLink writes a link for an address or an image, including the typed markup if it cannot be
// one.
func writeLink(w util.BufWriter, n ast.Node, entering bool, sign string, address, title []byte) (ast.WalkStatus, error) {
	linked := linkable(address) && !inLink(n)
	switch {
	case entering && linked:
		openLink(w, address)
	case entering:
		_, _ = w.WriteString(sign)
	case linked:
		if n.FirstChild() == nil {
			_, _ = w.Write(util.EscapeHTML(address))
		}
		_, _ = w.WriteString("</a>")
		if len(title) > 0 {
			_, _ = w.WriteString(" (" + string(util.EscapeHTML(title)) + ")")
		}
	default:
		_, _ = w.WriteString("](" + string(util.EscapeHTML(address)))
		if len(title) > 0 {
			_, _ = w.WriteString(" &quot;" + string(util.EscapeHTML(title)) + "&quot;")
		}
		_, _ = w.WriteString(")")
	}
	return ast.WalkContinue, nil
}

// inLink reports whether a link is inside the text of another, where none is allowed.
func inLink(n ast.Node) bool {
	for n = n.Parent(); n != nil && n.Type() == ast.TypeInline; n = n.Parent() {
		if n.Kind() == ast.KindLink || n.Kind() == ast.KindImage {
			return true
		}
	}
	return false
}

func openLink(w util.BufWriter, address []byte) {
	_, _ = w.WriteString(`<a href="` + string(util.EscapeHTML(util.URLEscape(address, false))) + `">`)
}

func writeAutoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	link := n.(*ast.AutoLink)
	address, label := link.URL(source), util.EscapeHTML(link.Label(source))
	if link.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(string(address)), "mailto:") {
		address = append([]byte("mailto:"), address...)
	}
	linked := linkable(address) && !inLink(n)
	if linked {
		openLink(w, address)
	}
	_, _ = w.Write(label)
	if linked {
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func writeHeading(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<p><strong>")
	} else {
		_, _ = w.WriteString("</strong></p>\n")
	}
	return ast.WalkContinue, nil
}

func writeFenced(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	code := n.(*ast.FencedCodeBlock)
	if code.Info != nil {
		_, _ = w.WriteString("<p>" + string(util.EscapeHTML(code.Info.Segment.Value(source))) + "</p>\n")
	}
	_, _ = w.WriteString("<pre><code>")
	for i := range code.Lines().Len() {
		line := code.Lines().At(i)
		_, _ = w.Write(util.EscapeHTML(line.Value(source)))
	}
	_, _ = w.WriteString("</code></pre>\n")
	return ast.WalkContinue, nil
}

// typedText writes text as it was typed: entities are not resolved, and a backslash disappears only
// if it escapes markup, so that \\server\share can be read.
type typedText struct{ html.Writer }

func (t typedText) Write(w util.BufWriter, source []byte) {
	from := 0
	for i := 0; i+1 < len(source); i++ {
		if source[i] != '\\' {
			continue
		}
		if strings.IndexByte("*_~`[]()<>#+-.!", source[i+1]) >= 0 {
			t.RawWrite(w, source[from:i])
			from = i + 1
		}
		i++
	}
	t.RawWrite(w, source[from:])
}
