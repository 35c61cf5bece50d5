package views

import (
	"bytes"
	"html/template"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// allViews has one value of each struct that names a template.
var allViews = []View{
	Toast{},
	Error{},
	Unavailable{},
	ErrorText{},
	Text(""), Title(""), RecordVersion(1),
	Fact{},
	Links{},
	LinkRow{},
	LinkForm{},
	Options{},
	Suggestions{},
	Twins{},
	Composer{},
	System{},
	Backups{},
	Health{},
	Jobs{},
	BackupList{},
	Timeline{},
	Day{},
	Older{},
	Event{},
	History{},
	OlderHistory{},
	List{},
	ListTop{},
	ListEnd{},
	ListPart{},
	MoreRows{},
	Chips{},
	Row{},
	Form{},
	Record{},
	RecordHeading{},
	RecordMeta{},
	Reach{},
	RecordDates{},
	sheetHead(""),
	Interactions{},
	InteractionList{},
	AuditEntries{},
	AuditExport(""),
	AuditRecords{},
	Interaction{},
	Search{},
	SearchResults{},
	SearchTabs{},
	SearchGroup{},
	searchForm{},
	MoreInteractions{},
	Palette{},
	Home{},
	FirstSteps{},
	HomeRows{},
	HomeToday{},
	HomeChart{},
	Keys{},
	KeysDialog{},
	Login{},
	LoginDialog{},
	OtherSignedIn{},
	SignedOut{},
	WhoseForm{},
	LoginCode{},
	CodeDialog{},
	Setup{},
	Account{},
	Enrol{},
	SecondFactor{},
	RecoveryCodes{},
	APIDocs{},
	Tokens{},
	TokenForm{},
	NewToken{},
	Vocabularies{},
	Values{},
	PastChange{},
	Webhooks{},
	WebhookForm{},
	Webhook{},
	WebhookMeta{},
	WebhookActs{},
	WebhookOff{},
	Deliveries{},
	OlderDeliveries{},
	NewWebhookSecret{},
	WebhookDeletion{},
	FollowUp{},
	FollowUpMenu{},
	FollowUpCard{},
	FollowUpForm{},
	FollowUpClients{},
	FollowUpPage{},
	NewCount{},
	FollowUps{},
	FollowUpList{},
	MoreFollowUps{},
	NextStep{},
	DueCount{},
	Users{},
	User{},
	Roles{},
	Role{},
	Access{},
	TakeLink{},
	Batch{},
	Tabs{},
	SavedViewForm{},
	Picks{},
	AuditLog{},
	Time{},
	avatar{},
	head{},
	menu{},
	foot{},
	Details{},
	TimelineHead{},
	ColumnHeads{},
	ComposerText{},
	ComposerFields{},
	ComposerLower{},
	ComposerPeople{},
	With{},
	FurtherPeople{},
	WithOptions{},
	Understood{},
	TimeChoice{},
	Chip{},
}

const attack = `"'><pwned onx=1 style=x>{{.}}</script><script>pwned()</script>javascript:pwned()`

// fill sets every string below v to text and every bool to yes, and gives each pointer and slice
// one element. Fields that only handlers fill keep their values.
func fill(v reflect.Value, text string, yes bool, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(yes)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), text, yes, depth-1)
		}
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range v.Len() {
				fill(v.Index(i), text, yes, depth-1)
			}
		}
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[HomeCard]() {
			card := reflect.New(reflect.TypeFor[HomeRows]()).Elem()
			fill(card, text, yes, depth)
			v.Set(card)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), text, yes, depth)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range []string{
			"subject", "body", "outcome", "happened_at", "with", "channel", "follow_up_text", "follow_up_due_on", "follow_up_assignee_id",
		} {
			v.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(text))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f, name := v.Field(i), v.Type().Field(i).Name
			switch {
			case !f.CanSet():
			case f.Kind() == reflect.String && codeFields[name] != "":
				f.SetString(codeFields[name])
			default:
				fill(f, text, yes, depth)
			}
		}
	}
}

// own are fields that only the code fills: names of icons, channels, kinds of records.
var codeFields = map[string]string{
	"Icon": "alert", "ButtonIcon": "link", "Channel": "call", "Noun": "organization",
	"Kind": "contact", "Plural": "contacts", "Sorted": "ascending", "Place": "event",
}

func filled(t *testing.T, v View, text string, yes bool) View {
	t.Helper()
	p := reflect.New(reflect.TypeOf(v))
	fill(p.Elem(), text, yes, 5)
	if p.Elem().Kind() == reflect.Struct {
		setChannels(p.Elem())
	}
	return p.Elem().Interface().(View)
}

// setChannels sets the values of channel options to channels, because they name icons.
func setChannels(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			setChannels(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			setChannels(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			if !f.CanSet() {
				continue
			}
			if v.Type().Field(i).Name == "Channels" {
				for j := range f.Len() {
					f.Index(j).FieldByName("Value").SetString("call")
				}
				continue
			}
			setChannels(f)
		}
	}
}

func rendering(t *testing.T, v View) string {
	t.Helper()
	var out bytes.Buffer
	if err := Render(&out, v); err != nil {
		t.Fatalf("%T: %v", v, err)
	}
	return out.String()
}

// TestEveryTemplateIsTested: each template file belongs to a struct in the list.
func TestEveryTemplateIsTested(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, v := range allViews {
		used[v.Template()] = true
	}
	var all strings.Builder
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range templates().Templates() {
		name := x.Name()
		if name == "" || strings.HasPrefix(name, "_above") || strings.HasPrefix(name, "_below") || name == "_into.html" || used[name] {
			continue
		}
		if !strings.Contains(all.String(), `"`+name+`"`) {
			t.Errorf("%s is executed by no test and no template", name)
		}
	}
}

// TestNoTextBecomesMarkup executes every template with an attack in every string, with all bools
// true and all false, as a page and empty.
func TestNoTextBecomesMarkup(t *testing.T) {
	t.Parallel()
	for _, v := range allViews {
		for _, yes := range []bool{true, false} {
			html := rendering(t, filled(t, v, attack, yes))
			if strings.Contains(html, "<pwned") || strings.Contains(html, "<script>pwned") {
				t.Errorf("%T: the attack is markup in\n%s", v, html)
			}
			document, err := goquery.NewDocumentFromReader(strings.NewReader(html))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range document.Find("*").EachIter() {
				for _, a := range e.Nodes[0].Attr {
					switch {
					case a.Key == "onx", a.Key == "style", a.Key == "pwned", strings.HasPrefix(a.Key, "on"):
						t.Errorf("%T: the attack is an attribute: %s=%s", v, a.Key, a.Val)
					case (a.Key == "href" || a.Key == "action" || a.Key == "formaction" || a.Key == "src") &&
						strings.HasPrefix(strings.ToLower(a.Val), "javascript:"):
						t.Errorf("%T: the attack is a link: %s=%s", v, a.Key, a.Val)
					}
				}
				if goquery.NodeName(e) == "script" && e.AttrOr("src", "") == "" {
					t.Errorf("%T: a script without a file", v)
				}
			}
			rendering(t, filled(t, v, "javascript:pwned()", yes))
			fixed := []string{"_time.html", "_foot.html", "_head.html", "keys/_dialog.html"} // show nothing that people type
			if yes && !slices.Contains(fixed, v.Template()) &&
				!strings.Contains(html, "&lt;pwned") && !strings.Contains(html, "%3cpwned") && reflect.TypeOf(v).Kind() == reflect.Struct {
				t.Errorf("%T: the attack is not there at all:\n%s", v, html)
			}
		}
		switch v.(type) {
		case Event, Interaction: // an interaction always has its time
		default:
			rendering(t, v)
		}
		rendering(t, filled(t, v, "", true))
		rendering(t, Into{Target: "#x", Swap: "innerHTML", View: filled(t, v, "A text", true)})
	}
}

// TestNamesInAttributesDoNotTurnTheSentence: where a name stands among words in an attribute or a
// title, which cannot have <bdi>, a name written from right to left is isolated, and others add nothing.
func TestNamesInAttributesDoNotTurnTheSentence(t *testing.T) {
	t.Parallel()
	const hebrew, latin = "\u05e9\u05dc\u05d5\u05dd", "Zoë"
	ofCode := regexp.MustCompile(`^(Remove the X filter|Filter X|Search X|Change the selected X|Edit X|Example: X|Tokens of X)$`)
	sentences := map[string]bool{}
	for _, v := range allViews {
		for _, name := range []string{hebrew, latin} {
			for _, yes := range []bool{true, false} {
				html := rendering(t, filled(t, v, name, yes))
				if closed := reflect.New(reflect.TypeOf(v)).Elem(); closed.Kind() == reflect.Struct && closed.FieldByName("Editor").IsValid() {
					closed.Set(reflect.ValueOf(filled(t, v, name, yes)))
					closed.FieldByName("Editor").SetZero()
					html += rendering(t, closed.Interface().(View))
				}
				document, err := goquery.NewDocumentFromReader(strings.NewReader(html))
				if err != nil {
					t.Fatal(err)
				}
				check := func(where, said string) {
					sentence := strings.ReplaceAll(said, strings.ToLower(name), "X")
					sentence = strings.ReplaceAll(sentence, name, "X")
					if !strings.Contains(sentence, "X") || sentence == "X" || ofCode.MatchString(sentence) {
						return
					}
					sentences[sentence] = true
					if isolated := strings.Contains(said, "\u2068"+name+"\u2069"); isolated != (name == hebrew) {
						t.Errorf("%T: %s says %q", v, where, said)
					}
				}
				for _, e := range document.Find("*").EachIter() {
					for _, a := range e.Nodes[0].Attr {
						switch a.Key {
						case "aria-label", "aria-description", "title", "alt", "placeholder", "content":
							check(a.Key, a.Val)
						}
					}
					if goquery.NodeName(e) == "title" {
						check("title", e.Text())
					}
				}
			}
		}
	}
	for _, sentence := range []string{
		"Select X", "Edit: X", "Delete: X", "Unlink X", "Call X", "Mark done: X", "Actions for X", "X · Client Registry",
	} {
		if !sentences[sentence] || !sentences[strings.ReplaceAll(sentence, "X", "\u2068X\u2069")] {
			t.Errorf("%q was not checked: %v", sentence, sentences)
		}
	}
}

// TestLinksNeverRunScripts: an href from a record is filtered.
func TestLinksNeverRunScripts(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"javascript:pwned()", "JaVaScRiPt:pwned()", " javascript:pwned()", "java\tscript:pwned()", "data:text/html,pwned", "vbscript:pwned",
	} {
		for _, v := range []View{
			RecordMeta{Website: bad},
			Event{Channel: "call", Time: &Time{}, Whom: &Ref{Name: "x", Href: bad}},
			LinkRow{Href: bad, Name: "x"},
			Row{Href: bad, Name: "x"},
		} {
			html := rendering(t, v)
			document, err := goquery.NewDocumentFromReader(strings.NewReader(html))
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range document.Find("a[href]").EachIter() {
				if href := a.AttrOr("href", ""); !strings.HasPrefix(href, "#ZgotmplZ") &&
					!strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "%20") {
					t.Errorf("%T with %q links to %q", v, bad, href)
				}
			}
		}
	}
}

var (
	forbidden = regexp.MustCompile(`(?i)hx-on|js:|javascript:|\sstyle=|<style|<script>|<script [^>]*>[^<]|hx-vals|hx-headers|hx-ext|hx-live|hx-trigger="[^"]*\[|\son[a-z]+=|<iframe|<object|<base|srcdoc|safe(HTML|URL|JS)`)
	address   = regexp.MustCompile(`\s(hx-get|hx-post|hx-put|hx-patch|hx-delete|hx-push-url|hx-replace-url|href|action|formaction|src)="([^"]*)"`)
	output    = regexp.MustCompile(`^\{\{(\.|\$|asset )`)
)

// TestTemplatesKeepToThePolicy: no inline script or style, no htmx attribute that evaluates code,
// and every address is a fixed path or an escaped value.
func TestTemplatesKeepToThePolicy(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if found := forbidden.FindString(string(text)); found != "" {
			t.Errorf("%s: %s", name, found)
		}
		for _, m := range address.FindAllStringSubmatch(string(text), -1) {
			to := m[2]
			fixed := strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") ||
				strings.HasPrefix(to, "#") || strings.HasPrefix(to, "mailto:{{") || strings.HasPrefix(to, "tel:{{")
			if boolean := to == "true" && strings.HasSuffix(m[1], "-url"); !fixed && !boolean && !output.MatchString(to) {
				t.Errorf("%s: %s=%q begins with neither a path nor a value", name, m[1], to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range functions() {
		for i := range reflect.TypeOf(f).NumOut() {
			switch out := reflect.TypeOf(f).Out(i); out {
			case reflect.TypeFor[template.URL](), reflect.TypeFor[template.JS](), reflect.TypeFor[template.HTMLAttr](),
				reflect.TypeFor[template.CSS](), reflect.TypeFor[template.Srcset](), reflect.TypeFor[template.JSStr]():
				t.Errorf("a function of the templates returns %s, which nothing escapes", out)
			}
		}
	}
}

// TestNoFieldCutsWhatIsPasted: browsers cut at maxlength silently and count an emoji twice. Only
// searches have a maxlength; the store refuses longer values.
func TestNoFieldCutsWhatIsPasted(t *testing.T) {
	t.Parallel()
	cuts := regexp.MustCompile(`<(?:input|textarea)[^<]*\bmaxlength=[^<]*`)
	search := regexp.MustCompile(`name="(?:q|find|record)"`)
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		for _, field := range cuts.FindAllString(string(text), -1) {
			if !search.MatchString(field) {
				t.Errorf("%s: %s", name, field)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestARunningCheckIsReadAgain: its card says that it runs, and the page asks until it does not.
func TestARunningCheckIsReadAgain(t *testing.T) {
	if card := rendering(t, Health{Checking: true}); !strings.Contains(card, `hx-get="/admin/system" hx-trigger="every 2s"`) {
		t.Errorf("nothing reads it again: %s", card)
	}
	if card := rendering(t, Health{}); strings.Contains(card, "hx-trigger") {
		t.Errorf("it is read again, but nothing runs: %s", card)
	}
}
