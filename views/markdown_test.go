package views

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

func TestMarkdownSaysWhatWasWritten(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"For **24** months":               "<p>For <strong>24</strong> months</p>",
		"one\ntwo":                        "<p>one<br>\ntwo</p>",
		"- a\n- b":                        "<li>a</li>",
		"> said":                          "<blockquote>",
		"~~no~~ `code`":                   "<del>no</del> <code>code</code>",
		"# Big":                           "<p><strong>Big</strong></p>",
		"#1 customer":                     "<p>#1 customer</p>",
		"see https://a.example/x?y=1&z=2": `<a href="https://a.example/x?y=1&amp;z=2" rel="nofollow noreferrer noopener" target="_blank">https://a.example/x?y=1&amp;z=2</a>`,
		"[mail](mailto:a@b.example)":      `href="mailto:a@b.example"`,
		"[call](tel:+4670)":               `href="tel:+4670"`,
		"3 < 4 && 5 > 2, O'Brien 👩‍👩‍👧‍👦": "3 &lt; 4 &amp;&amp; 5 &gt; 2, O",
		"| a |\n|---|\n| b |":             "| a |",
		"\u202eright to left مرحبا":       "مرحبا",
		strings.Repeat("a", 60):           strings.Repeat("a", 60),
		"1. one\n2. two":                  "<ol>\n<li>one</li>\n<li>two</li>",
		"```\n<script>x</script>\n```":    "&lt;script&gt;x&lt;/script&gt;",
		"**株式会社**の件":                      "<strong>株式会社</strong>の件",
		"snake_case_name and \\*stars\\*": "snake_case_name and *stars*",
	} {
		if got := string(markdown(body)); !strings.Contains(got, want) {
			t.Errorf("%q: %s", body, got)
		}
	}
}

// lossy maps texts that plain Markdown would shorten or change to what people must read.
var lossy = map[string]string{
	"Ask for <TBD> before Friday":                                        "Ask for <TBD> before Friday",
	"if a <b and c> d then":                                              "if a <b and c> d then",
	"Quoted mail:\n<div>\nthey accept the price\n</div>\nand sign":       "Quoted mail: <div> they accept the price </div> and sign",
	"<!-- walk away below 40k -->":                                       "<!-- walk away below 40k -->",
	"<?note to self?> and <![CDATA[this]]> and <!DOCTYPE that>":          "<?note to self?> and <![CDATA[this]]> and <!DOCTYPE that>",
	"not <b>bold</b><br/>and <img alt='a plan'>":                         "not <b>bold</b><br/>and <img alt='a plan'>",
	"<pre>\n\nkept\n</pre>":                                              "<pre> kept </pre>",
	"AT&amp;T, &copy; &#106;, R&D;":                                      "AT&amp;T, &copy; &#106;, R&D;",
	"![floor plan](https://a.example/p.png)":                             "floor plan",
	"![](https://a.example/p.png)":                                       "https://a.example/p.png",
	"![floor plan](p.png)":                                               "![floor plan](p.png)",
	`![plan](https://a.example/p.png "the new hall")`:                    "plan (the new hall)",
	"[![logo](https://a.example/l.png)](https://a.example)":              "![logo](https://a.example/l.png)",
	"![see [the site](https://b.example)](https://a.example)":            "see [the site](https://b.example)",
	`[offer](https://a.example "valid until May")`:                       "offer (valid until May)",
	"[](https://a.example)":                                              "https://a.example",
	"[the price](TBD) [x](<see page 3>) [y](javascript:pwned())":         "[the price](TBD) [x](see page 3) [y](javascript:pwned())",
	`[price](/list "of May") [z]()`:                                      `[price](/list "of May") [z]()`,
	"[a](https://[b) [c](https://)":                                      "[a](https://[b) [c](https://)",
	"[a](&#106;avascript:pwned())":                                       "[a](&#106;avascript:pwned())",
	"[1]: https://a.example 'the offer'\nsee [above][1], [1]":            "[1]: https://a.example 'the offer' see [above][1], [1]",
	"[^1]: a footnote\n\n- [ ] to do":                                    "[^1]: a footnote • [ ] to do",
	"27. November: call the CFO again":                                   "27. November: call the CFO again",
	"We met.\n\n27. November: again\n28. November: signed":               "We met. 27. November: again 28. November: signed",
	"1. May: call\n4. May: visit":                                        "1. May: call 4. May: visit",
	"1. all\n1. the\n1. same":                                            "1. all 1. the 1. same",
	"007. Bond\n008. Bill":                                               "007. Bond 008. Bill",
	"2026. november 27. Budapest\n2027. later":                           "2026. november 27. Budapest 2027. later",
	"99. ninety-nine\n100. hundred":                                      "99. ninety-nine 100. hundred",
	"98. and\n99. ninety-nine":                                           "98. and 99. ninety-nine",
	"5) five\n6) six":                                                    "5. five 6. six",
	"- 27. November\n- other":                                            "• 27. November • other",
	"1. May\n\n   - call\n   - write\n\n9. May":                          "1. May • call • write 9. May",
	"3.\n5. five\n\n       code":                                         "3. 5. five code",
	"2. > quoted\n4.\ttab":                                               "2. quoted 4. tab",
	"2*3*4 = 24, 5**2**3, x~y~z, it`s John`s, a_b_c":                     "2*3*4 = 24, 5**2**3, x~y~z, it`s John`s, a_b_c",
	"```call Bob tomorrow\nx <y>\n```":                                   "call Bob tomorrow x <y>",
	`\\server\share and C:\dir\` + "\n" + `\$home \(x\) 50\% \\` + "\nx": `\\server\share and C:\dir\ \$home (x) 50\% \\ x`,
	"```now":                                     "now",
	"# Heading\ntext\n\nOther\n=====\ntext":      "Heading text Other text",
	"<note:this> <a@b.example> www.b.example":    "note:this a@b.example www.b.example",
	"[a <https://b.example>](https://c.example)": "a https://b.example",
}

func TestMarkdownShowsWhatItDoesNotKnowAsText(t *testing.T) {
	t.Parallel()
	for body, want := range lossy {
		rendered := string(markdown(body))
		if got := strings.Join(strings.Fields(read(t, rendered, false)), " "); got != want {
			t.Errorf("%q\n reads %q\n  want %q\n  from %s", body, got, want, rendered)
		}
	}
}

// hostileBodies try to run, load or lay out something.
var hostileBodies = []string{
	"<script>pwned()</script>", "<img src=x onerror=pwned()>", "<svg onload=pwned()>",
	"<p style='x' onclick=pwned()>x</p>", "<a href=javascript:pwned()>x</a>", "[x](javascript:pwned())",
	"[x](JaVaScRiPt:pwned())", "[x]( javascript:pwned())", "[x](java\tscript:pwned())",
	"[x](&#106;avascript:pwned())", "[x](javascript&colon;pwned())", "[x](data:text/html,<script>pwned()</script>)",
	"[x](vbscript:pwned())", "[x](//evil.example)", "[x](/logout)", "[x](file:///etc/passwd)", "<javascript:pwned()>",
	"![x](javascript:pwned())", "![x](https://evil.example/track.png)", "[x]: javascript:pwned()\n\n[x]",
	`[x](https://a.example "onmouseover=pwned()")`, `[x](https://a.example" onmouseover="pwned())`,
	"[x](https://a.example\" onclick=pwned() )", "`<script>pwned()</script>`",
	"    <script>pwned()</script>", "<!-- <script>pwned()</script> -->",
	"<iframe src=//evil.example></iframe>", "<form action=/logout method=post><button>x</button></form>",
	"<input autofocus onfocus=pwned()>", "<a hx-get=/logout hx-trigger=load>x</a>", "<div hx-on:click=pwned()>x</div>", "<style>*{}</style>",
	"<base href=//evil.example>", "<meta http-equiv=refresh content=0>", "<math><mi xlink:href=javascript:pwned()>",
	"<details open ontoggle=pwned()>", "<h1>x</h1>", "# x", "</li></ol></main><script>pwned()</script>",
	"<p id=log class=btn>x", "{{.}}", "<object data=x>", "\x00<script>pwned()</script>",
	"```\"><script>pwned()</script>\nx\n```", "[x](https://a.example/\"><script>pwned()</script>)",
	`[x](https://a.example '"><script>pwned()</script>')`, "<https://a.example/\"onclick=pwned()>", "999999999. x\n1000000000. y",
	strings.Repeat("[", 20_000), strings.Repeat("> ", 400) + "x", strings.Repeat("*a_", 5000), strings.Repeat("<", 5000),
	strings.Repeat("`", 9999), strings.Repeat("![", 4900), strings.Repeat("1. ", 3000), strings.Repeat("[a](b)", 1600),
}

// TestMarkdownLetsNothingThrough: raw HTML, script links, images, styles.
func TestMarkdownLetsNothingThrough(t *testing.T) {
	t.Parallel()
	for _, body := range hostileBodies {
		harmless(t, body, string(markdown(body)))
	}
}

// harmless fails if rendered contains more than text, lists, quotes, code and links to the web,
// mail or phones.
func harmless(t *testing.T, body, rendered string) {
	t.Helper()
	document, err := goquery.NewDocumentFromReader(strings.NewReader(rendered))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range document.Find("*").EachIter() {
		if name := goquery.NodeName(e); !strings.Contains(" html head body p br strong em del ul ol li blockquote code pre hr a ", " "+name+" ") {
			t.Errorf("%.60q: an element %s in %s", body, name, rendered)
		}
		for _, a := range e.Nodes[0].Attr {
			switch a.Key {
			case "rel":
			case "start":
				if _, err := strconv.ParseUint(a.Val, 10, 16); err != nil {
					t.Errorf("%.60q: a list that starts with %q", body, a.Val)
				}
			case "href":
				scheme, _, _ := strings.Cut(a.Val, ":")
				if scheme != "http" && scheme != "https" && scheme != "mailto" && scheme != "tel" {
					t.Errorf("%.60q: a link to %q", body, a.Val)
				}
				if !strings.Contains(e.AttrOr("rel", ""), "nofollow") {
					t.Errorf("%.60q: a link that is followed: %s", body, rendered)
				}
				if strings.HasPrefix(scheme, "http") != (e.AttrOr("target", "") == "_blank") {
					t.Errorf("%.60q: a website that opens in the same tab, or a call in another: %s", body, rendered)
				}
			case "target":
				if rel := e.AttrOr("rel", ""); !strings.Contains(rel, "noopener") || !strings.Contains(rel, "noreferrer") {
					t.Errorf("%.60q: a tab that can reach this one: %s", body, rendered)
				}
			default:
				t.Errorf("%.60q: an attribute %s=%q", body, a.Key, a.Val)
			}
		}
	}
}

// read returns what a person reads in HTML, including list numbers. With addresses, each link's
// address follows its words unless it is the same.
func read(t *testing.T, rendered string, addresses bool) string {
	t.Helper()
	document, err := html.Parse(strings.NewReader(rendered))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	number := map[*html.Node]int{}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
		block := n.Type == html.ElementNode && strings.Contains(" p br ul ol li blockquote pre hr ", " "+n.Data+" ")
		if block {
			text.WriteByte(' ')
		}
		if n.Data == "li" && n.Parent.Data == "ul" {
			text.WriteString("• ")
		}
		if n.Data == "ol" {
			number[n] = 1
			for _, a := range n.Attr {
				number[n], _ = strconv.Atoi(a.Val)
			}
		}
		if n.Data == "li" && n.Parent.Data == "ol" {
			text.WriteString(strconv.Itoa(number[n.Parent]) + ". ")
			number[n.Parent]++
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		for _, a := range n.Attr {
			if addresses && a.Key == "href" {
				typed, _ := url.PathUnescape(a.Val)
				if !strings.HasSuffix(text.String(), strings.TrimPrefix(strings.TrimPrefix(typed, "mailto:"), "http://")) {
					text.WriteString(" " + a.Val + " " + typed + " ")
				}
			}
		}
		if block {
			text.WriteByte(' ')
		}
	}
	walk(document)
	return text.String()
}

// FuzzEveryWordCanBeRead: every run of letters and digits in a body can be read in the result, in
// order. The one exception: a link's address may be behind its words instead of in them.
func FuzzEveryWordCanBeRead(f *testing.F) {
	for body := range lossy {
		f.Add(body)
	}
	for _, body := range hostileBodies {
		if len(body) < 200 { // the fuzzer is very slow with longer ones
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ReplaceAll(body, "\x00", "") // the store refuses such characters
		if !utf8.ValidString(body) {
			return
		}
		rendered := string(markdown(body))
		harmless(t, body, rendered)
		rest := read(t, rendered, true)
		for _, word := range strings.FieldsFunc(body, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) }) {
			_, after, found := strings.Cut(rest, word)
			if !found {
				t.Fatalf("%q of %q cannot be read in %s", word, body, rendered)
			}
			rest = after
		}
	})
}

// TestLongBodiesAreShownAsTheyAre: escaped, line by line, without parsing.
func TestLongBodiesAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	got := string(markdown("**a** <script>pwned()</script>\n" + strings.Repeat("> ", 25_000)))
	if !strings.HasPrefix(got, "<p>**a** &lt;script&gt;pwned()&lt;/script&gt;<br>\n&gt; &gt; ") || !strings.HasSuffix(got, "</p>") {
		t.Errorf("%.200s", got)
	}
}
