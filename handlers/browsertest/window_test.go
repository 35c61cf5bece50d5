package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a window waits before a test fails. It is no measure of speed, because
// machines may be busy.
const patience = 3 * time.Minute

// window is a browser window. A person's windows share a session.
type window struct {
	t     testing.TB
	ctx   context.Context
	url   string // the registry's address
	touch bool
	plain bool // without scripts

	width, height int64
	pointed       bool // whether a mouse or finger was used last, so that the focus need not be visible

	mu         sync.Mutex
	complaints []string
}

// window opens an empty window for somebody new.
func (o *office) window() *window {
	o.t.Helper()
	ctx, err := chromium.start()
	if err != nil {
		o.t.Fatal(err)
	}
	return openWindow(o.t, ctx, o.url, chromedp.WithNewBrowserContext())
}

// windowOf opens a window for somebody who is signed in.
func (o *office) windowOf(p *person) *window {
	o.t.Helper()
	w := o.window()
	yes := true
	call(w, network.SetCookie, network.SetCookieParams{
		Name: p.cookie.Name, Value: p.cookie.Value, URL: w.url, HTTPOnly: &yes, SameSite: network.CookieSameSiteLax,
	})
	return w
}

// another opens another window for the same person.
func (w *window) another() *window {
	w.t.Helper()
	return openWindow(w.t, w.ctx, w.url)
}

func openWindow(t testing.TB, parent context.Context, url string, options ...chromedp.ContextOption) *window {
	t.Helper()
	w := &window{t: t, url: url}
	var cancel context.CancelFunc
	w.ctx, cancel = chromedp.NewContext(parent, append(options, chromedp.WithListener(w.notice))...)
	t.Cleanup(func() {
		w.clean()
		cancel()
	})
	if err := chromedp.Do(w.ctx); err != nil {
		t.Fatal(err)
	}
	call(w, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	w.desk()
	w.theme("light")
	return w
}

// notice records what the browser complains about: script errors, refusals of the content security
// policy, missing files.
func (w *window) notice(event any) {
	text := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError &&
			e.Type != runtime.ConsoleAPICalledTypeWarning && e.Type != runtime.ConsoleAPICalledTypeAssert {
			return
		}
		for _, arg := range e.Args {
			text += string(arg.Value) + arg.Description + " "
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError && e.Entry.Level != log.EntryLevelWarning || harmless(e.Entry) {
			return
		}
		text = fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
	default:
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.complaints = append(w.complaints, text)
}

// harmless reports whether an entry is about something that the registry answers on purpose.
func harmless(e *log.Entry) bool {
	if strings.Contains(e.Text, "Autofocus processing was blocked") {
		return true
	}
	if e.Source != log.EntrySourceNetwork || strings.Contains(e.URL, "/static/") {
		return false
	}
	for _, status := range []int{
		http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity,
	} {
		if strings.Contains(e.Text, fmt.Sprintf("status of %d", status)) {
			return true
		}
	}
	return false
}

// clean fails the test if the browser complained.
func (w *window) clean() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.complaints {
		w.t.Errorf("the browser complains: %s", c)
	}
	w.complaints = nil
}

// call runs a command of the DevTools protocol.
func call[P, R any](w *window, command cdp.Command[P, R], params P) R {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, command, params)
	if err != nil {
		w.t.Fatalf("%s: %v", command.Method, err)
	}
	return r
}

// held lets the requests whose addresses match a pattern wait until do has returned.
func (w *window) held(pattern string, do func()) {
	w.t.Helper()
	call(w, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern}}})
	do()
	call(w, fetch.Disable, cdp.Empty{})
}

// ---------- the kind of window

func (w *window) size(width, height int64) {
	w.width, w.height = width, height
	call(w, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: w.touch,
	})
}

// phone makes the window that of a phone: narrow, with touch.
func (w *window) phone() {
	w.touch = true
	call(w, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 1})
	w.size(390, 844)
}

// desk makes the window that of a computer with a mouse.
func (w *window) desk() {
	w.touch = false
	call(w, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{})
	w.size(1280, 900)
}

// theme sets the system's preference, light or dark. Animations are off in both.
func (w *window) theme(name string) {
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

func (w *window) zone(name string) {
	call(w, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: name})
}

// scripts switches JavaScript on or off from the next page on.
func (w *window) scripts(on bool) {
	w.plain = !on
	call(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// ---------- evaluating

//go:embed testdata/browser.js
var library string

// ask evaluates an expression in the page with the functions of testdata/browser.js.
func ask[T any](w *window, expression string, arguments ...any) (T, error) {
	return askIn[T](w, 0, expression, arguments...)
}

func askIn[T any](w *window, world runtime.ExecutionContextID, expression string, arguments ...any) (T, error) {
	var zero T
	quoted := make([]any, len(arguments))
	for i, a := range arguments {
		text, err := json.Marshal(a)
		if err != nil {
			return zero, err
		}
		quoted[i] = text
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	yes := true
	r, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "(() => {\n" + library + "\nreturn " + fmt.Sprintf(expression, quoted...) + "\n})()",
		ContextID:  world, ReturnByValue: &yes, AwaitPromise: &yes,
	})
	if err != nil {
		return zero, err
	}
	if r.ExceptionDetails != nil {
		return zero, fmt.Errorf("%s", r.ExceptionDetails.Exception.Description)
	}
	var v T
	if len(r.Result.Value) == 0 {
		return v, nil
	}
	return v, json.Unmarshal(r.Result.Value, &v)
}

// until waits until the expression returns "". Any other text says what is missing.
func (w *window) until(expression string, arguments ...any) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		missing, err := ask[string](w, expression, arguments...)
		if err == nil && missing == "" {
			return
		}
		if time.Now().After(deadline) || w.ctx.Err() != nil {
			w.fatal("%s%s", missing, errorText(err))
		}
		pause()
	}
}

// pause gives the browser time between two looks at a page.
func pause() { <-time.After(15 * time.Millisecond) }

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return " (" + err.Error() + ")"
}

// fatal ends the test and prints what the window shows. With go test -artifacts it also saves a
// screenshot.
func (w *window) fatal(format string, arguments ...any) {
	w.t.Helper()
	shows, _ := ask[string](w, "report()")
	if shot, err := chromedp.Call(w.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{}); err == nil {
		_ = os.WriteFile(filepath.Join(w.t.ArtifactDir(), "window.png"), []byte(shot.Data), 0o600)
	}
	w.t.Fatalf(format+"\n%s", append(arguments, shows)...)
}

// ---------- checking

// compose opens the composer and says what happened.
func (w *window) compose(subject string) {
	w.t.Helper()
	w.click("#log-open")
	w.fill("#log-subject", subject)
}

// see waits for a visible element that matches the selector and contains the text, if given.
func (w *window) see(selector string, text ...string) {
	w.t.Helper()
	w.until("find(%s, %s).length ? '' : wanted(%[1]s, %[2]s)", selector, strings.Join(text, " "))
}

// gone waits until there is no such element.
func (w *window) gone(selector string, text ...string) {
	w.t.Helper()
	w.until("find(%s, %s).length ? 'still there: ' + %[1]s + ' ' + %[2]s : ''", selector, strings.Join(text, " "))
}

// count waits until exactly n visible elements match the selector.
func (w *window) count(n int, selector string) {
	w.t.Helper()
	w.until("same(find(%s, '').length, %s, 'number of ' + %[1]s)", selector, n)
}

// holds waits until a field has a value.
func (w *window) holds(selector, value string) {
	w.t.Helper()
	w.until("same(document.querySelector(%s)?.value, %s, 'value of ' + %[1]s)", selector, value)
}

// at waits until the window is at a path. Without scripts the address may still name the message that it shows.
func (w *window) at(path string) {
	w.t.Helper()
	w.until("same(location.pathname + (%s ? location.search.replace(/[?&]said=\\w+$/, '') : location.search), %s, 'address')", w.plain, path)
}

// titled waits for the page's title.
func (w *window) titled(title string) {
	w.t.Helper()
	w.until("same(document.title, %s, 'title')", title+" · Client Registry")
}

// focused waits until the element has the focus. After keyboard input the focus must also be
// visible.
func (w *window) focused(selector string) {
	w.t.Helper()
	w.until("focused(%s, %s)", selector, !w.pointed)
}

// loaded waits until the page and its scripts have loaded.
func (w *window) loaded() {
	w.t.Helper()
	w.until("document.readyState === 'complete' ? '' : 'still loading'")
}

// path returns the path the window is at.
func (w *window) path() string {
	w.t.Helper()
	p, err := ask[string](w, "location.pathname")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// fits checks that the page does not scroll sideways, and that every control is at least 24 by 24
// pixels.
func (w *window) fits(what string) {
	w.t.Helper()
	for _, question := range []string{"sideways()", "targets()"} {
		wrong, err := ask[string](w, question)
		if err != nil || wrong != "" {
			w.t.Errorf("%s: %s%s", what, wrong, errorText(err))
		}
	}
}

// axe checks the page against WCAG 2.2 AA and best practices, or only the given rules. It runs in
// an isolated world, where the page's content security policy does not apply, and in a window as
// high as the page, so that no bar covers anything.
func (w *window) axe(what string, rules ...string) {
	w.t.Helper()
	source, err := axeSource()
	if err != nil {
		w.t.Fatal(err)
	}
	w.loaded()
	frame := call(w, page.GetFrameTree, cdp.Empty{}).FrameTree.Frame.ID
	world := call(w, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: "axe"}).ExecutionContextID
	if there, err := askIn[bool](w, world, "typeof axe !== 'undefined'"); err == nil && !there {
		call(w, runtime.Evaluate, runtime.EvaluateParams{Expression: source, ContextID: world})
	}
	width, height := w.width, w.height
	if whole, err := ask[int64](w, "document.documentElement.scrollHeight"); err == nil && whole > height {
		w.size(width, whole)
		defer w.size(width, height)
	}
	found, err := askIn[[]string](w, world, "violations(%s)", rules)
	if err != nil {
		w.fatal("axe, %s: %v", what, err)
	}
	if rules == nil { // axe lets a small target pass that has room around it
		if small, err := ask[string](w, "targets()"); err != nil || small != "" {
			w.t.Errorf("%s: %s%s", what, small, errorText(err))
		}
	}
	for _, v := range found {
		w.t.Errorf("axe, %s: %s", what, v)
	}
}

// everywhere checks the page as it is on a computer and a phone, in light and dark, and that
// nothing scrolls sideways down to 320 pixels.
func (w *window) everywhere(what string) {
	w.t.Helper()
	w.axe(what)
	w.theme("dark")
	w.axe(what+", dark", "color-contrast", "link-in-text-block")
	w.phone()
	w.size(320, 640)
	w.axe(what+", dark, at 320 pixels", "color-contrast", "link-in-text-block")
	w.theme("light")
	w.phone()
	w.axe(what + ", on a phone")
	w.fits(what + ", on a phone")
	w.size(320, 640)
	w.fits(what + ", at 320 pixels")
	w.desk()
	w.fits(what)
}

// enlarged checks that with text of twice the size nothing scrolls sideways, and that no line of text is cut off.
func (w *window) enlarged(what string) {
	w.t.Helper()
	letters := func(size int64) {
		call(w, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: size}})
	}
	letters(32)
	for _, width := range []int64{1280, 390, 320} {
		w.size(width, 900)
		for _, question := range []string{"sideways()", "cutOff()", "squeezed()"} {
			wrong, err := ask[string](w, question)
			if err != nil || wrong != "" {
				w.t.Errorf("%s, enlarged: %s%s", what, wrong, errorText(err))
			}
		}
	}
	letters(16)
	w.desk()
}

// spoken returns the texts of the page as a screen reader gets them. They include what style sheets generate.
func (w *window) spoken() string {
	w.t.Helper()
	text := ""
	for _, n := range call(w, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		var role, name string
		if n.Role == nil || n.Name == nil || json.Unmarshal(n.Role.Value, &role) != nil || json.Unmarshal(n.Name.Value, &name) != nil {
			continue
		}
		if role == "StaticText" {
			text += name + " "
		}
	}
	return strings.Join(strings.Fields(text), " ")
}

// The checks are worthless unless windows notice such problems.
func TestWindowsNoticeWhatIsRefused(t *testing.T) {
	t.Parallel()
	w := newOffice(t).window()
	w.open("/login")
	for script, complaint := range map[string]string{
		`document.body.setAttribute("style", "color: red")`:                                  "Content Security Policy",
		`document.head.append(Object.assign(document.createElement("script"), {text: "1"}))`: "Content Security Policy",
		`setTimeout(() => { throw new Error("broken") })`:                                    "broken",
		`document.body.append(Object.assign(new Image(), {src: "/static/missing.svg"}))`:     "404",
	} {
		if _, err := ask[any](w, "void "+script); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(patience)
		for len(w.taken(complaint)) == 0 {
			if time.Now().After(deadline) {
				t.Fatalf("nobody complains of %s", script)
			}
			pause()
		}
	}
}

// taken returns the complaints that a test expects and removes them.
func (w *window) taken(text string) (found []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var rest []string
	for _, c := range w.complaints {
		if strings.Contains(c, text) {
			found = append(found, c)
		} else {
			rest = append(rest, c)
		}
	}
	w.complaints = rest
	return found
}
