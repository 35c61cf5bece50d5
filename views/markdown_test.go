package views

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestMarkdownSaysWhatWasWritten(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"For **24** months":               "<p>For <strong>24</strong> months</p>",
		"one\ntwo":                        "<p>one<br>\ntwo</p>",
		"- a\n- b":                        "<li>a</li>",
		"> said":                          "<blockquote>",
		"~~no~~ `code`":                   "<del>no</del> <code>code</code>",
		"# Big":                           "Big",
		"see https://a.example/x?y=1&z=2": `<a href="https://a.example/x?y=1&amp;z=2" rel="nofollow noreferrer">https://a.example/x?y=1&amp;z=2</a>`,
		"[mail](mailto:a@b.example)":      `href="mailto:a@b.example"`,
		"[call](tel:+4670)":               `href="tel:+4670"`,
		"3 < 4 && 5 > 2, O'Brien 👩‍👩‍👧‍👦": "3 &lt; 4 &amp;&amp; 5 &gt; 2, O",
		"| a |\n|---|\n| b |":             "| a |",
		"\u202eright to left مرحبا":       "مرحبا",
		"![alt](https://a.example/x.png)": "",
		strings.Repeat("a", 60):           strings.Repeat("a", 60),
		"not <b>bold</b>":                 "not",
		"1. one\n2. two":                  "<ol>",
		"```\n<script>x</script>\n```":    "&lt;script&gt;x&lt;/script&gt;",
	} {
		if got := string(markdown(body)); !strings.Contains(got, want) {
			t.Errorf("%q: %s", body, got)
		}
	}
}

// TestMarkdownLetsNothingThrough: raw HTML, links that run, pictures, styles.
func TestMarkdownLetsNothingThrough(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{"html": true, "head": true, "body": true}
	for _, name := range strings.Fields("p br strong em del ul ol li blockquote code pre hr a") {
		allowed[name] = true
	}
	for _, body := range []string{
		"<script>pwned()</script>", "<img src=x onerror=pwned()>", "<svg onload=pwned()>", "<p style='x' onclick=pwned()>x</p>", "<a href=javascript:pwned()>x</a>", "[x](javascript:pwned())",
		"[x](JaVaScRiPt:pwned())", "[x]( javascript:pwned())", "[x](java\tscript:pwned())", "[x](&#106;avascript:pwned())", "[x](javascript&colon;pwned())", "[x](data:text/html,<script>pwned()</script>)",
		"[x](vbscript:pwned())", "[x](//evil.example)", "[x](/logout)", "[x](file:///etc/passwd)", "<javascript:pwned()>", "![x](javascript:pwned())", "![x](https://evil.example/track.png)", "[x]: javascript:pwned()\n\n[x]",
		`[x](https://a.example "onmouseover=pwned()")`, `[x](https://a.example" onmouseover="pwned())`, "[x](https://a.example\" onclick=pwned() )", "`<script>pwned()</script>`", "    <script>pwned()</script>", "<!-- <script>pwned()</script> -->",
		"<iframe src=//evil.example></iframe>", "<form action=/logout method=post><button>x</button></form>", "<input autofocus onfocus=pwned()>", "<a hx-get=/logout hx-trigger=load>x</a>", "<div hx-on:click=pwned()>x</div>", "<style>*{}</style>",
		"<base href=//evil.example>", "<meta http-equiv=refresh content=0>", "<math><mi xlink:href=javascript:pwned()>", "<details open ontoggle=pwned()>", "<h1>x</h1>", "# x", "</li></ol></main><script>pwned()</script>", "<p id=log class=btn>x", "{{.}}", "<object data=x>", "\x00<script>pwned()</script>",
		strings.Repeat("[", 20_000), strings.Repeat("> ", 400) + "x", strings.Repeat("*a_", 5000), strings.Repeat("<", 5000), strings.Repeat("`", 9999),
	} {
		html := string(markdown(body))
		document, err := goquery.NewDocumentFromReader(strings.NewReader(html))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range document.Find("*").EachIter() {
			if name := goquery.NodeName(e); !allowed[name] {
				t.Errorf("%.60q: an element %s in %s", body, name, html)
			}
			for _, a := range e.Nodes[0].Attr {
				switch a.Key {
				case "rel":
				case "href":
					scheme, _, _ := strings.Cut(a.Val, ":")
					if scheme != "http" && scheme != "https" && scheme != "mailto" && scheme != "tel" {
						t.Errorf("%.60q: a link to %q", body, a.Val)
					}
					if !strings.Contains(e.AttrOr("rel", ""), "nofollow") {
						t.Errorf("%.60q: a link that is followed: %s", body, html)
					}
				default:
					t.Errorf("%.60q: an attribute %s=%q", body, a.Key, a.Val)
				}
			}
		}
	}
}

// TestLongBodiesAreShownAsTheyAre: escaped, line by line, and without the
// price that nesting has in Markdown.
func TestLongBodiesAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	got := string(markdown("**a** <script>pwned()</script>\n" + strings.Repeat("> ", 25_000)))
	if !strings.HasPrefix(got, "<p>**a** &lt;script&gt;pwned()&lt;/script&gt;<br>\n&gt; &gt; ") || !strings.HasSuffix(got, "</p>") {
		t.Errorf("%.200s", got)
	}
}
