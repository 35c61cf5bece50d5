package browsertest

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What somebody does in a window.

func (w *window) open(path string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	address := path
	if strings.HasPrefix(path, "/") {
		address = w.url + path
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		w.t.Fatalf("open %s: %v", path, err)
	}
}

// click clicks, or on a phone taps, the one visible element that matches the selector and contains
// the text.
func (w *window) click(selector string, text ...string) {
	w.t.Helper()
	x, y := w.point(selector, text...)
	if w.touch {
		w.act(chromedp.TapXY(x, y))
		return
	}
	w.act(chromedp.MouseEvent(chromedp.MouseMoved, x, y))
	w.act(chromedp.MouseClickXY(x, y))
}

// doubleClick clicks twice in quick succession.
func (w *window) doubleClick(selector string, text ...string) {
	w.t.Helper()
	x, y := w.point(selector, text...)
	w.act(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
}

// point waits until an element can be clicked, and returns its position.
func (w *window) point(selector string, text ...string) (x, y float64) {
	w.t.Helper()
	w.pointed = true
	type spot struct {
		X, Y    float64
		Missing string
	}
	said, where := strings.Join(text, " "), "rendered().then(() => spot(%s, %s))"
	if w.plain { // nothing would go on after it
		where = "spot(%s, %s)"
	}
	deadline := time.Now().Add(patience)
	for {
		s, err := ask[spot](w, where, selector, said)
		if err == nil && s.Missing == "" {
			return s.X, s.Y
		}
		if time.Now().After(deadline) || w.ctx.Err() != nil {
			w.fatal("cannot press %s %q: %s%s", selector, said, s.Missing, errorText(err))
		}
		pause()
	}
}

func (w *window) act(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatal(err)
	}
}

// fill clicks a field and replaces its value.
func (w *window) fill(selector, value string) {
	w.t.Helper()
	w.click(selector)
	w.until("chosen(%s)", selector)
	call(w, input.InsertText, input.InsertTextParams{Text: value})
}

// set sets a field whose picker differs between browsers: a select, by the option's text, or a
// date.
func (w *window) set(selector, value string) {
	w.t.Helper()
	w.until("set(%s, %s)", selector, value)
}

// write waits until a field has the focus, which what opens one gives it a moment later, and types a text key by key.
func (w *window) write(text string) {
	w.t.Helper()
	w.loaded()
	w.until("document.activeElement.matches('input, textarea, select') ? '' : 'nothing to write in, but ' + name(document.activeElement)")
	for _, r := range text {
		w.key(r, 0)
	}
}

var keyNames = map[string]string{
	"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "ArrowRight": kb.ArrowRight,
	"Backspace": kb.Backspace,
}

// press presses keys in turn, such as "n", "Tab", "Shift+Tab", "Control+Enter".
func (w *window) press(keys ...string) {
	w.t.Helper()
	w.loaded()
	for _, key := range keys {
		held, name := chromedp.ModifierNone, key
		if rest, ok := strings.CutPrefix(key, "Shift+"); ok {
			held, name = chromedp.ModifierShift, rest
		} else if rest, ok := strings.CutPrefix(key, "Control+"); ok {
			held, name = chromedp.ModifierCtrl, rest
		}
		for _, r := range cmp.Or(keyNames[name], name) {
			w.key(r, held)
		}
	}
}

// key presses and releases a key. One event carries the key and its text, so that a page that
// handles the key receives no text, as with a real keyboard.
func (w *window) key(r rune, held chromedp.Modifier) {
	w.t.Helper()
	var down, up input.DispatchKeyEventParams
	for _, e := range kb.Encode(r) {
		e.Modifiers |= int64(held)
		switch {
		case e.Type == kb.KeyUp:
			up = *e
		case e.Type != kb.KeyChar:
			down = *e
		case held != chromedp.ModifierCtrl:
			down.Text, down.UnmodifiedText = e.Text, e.UnmodifiedText
		}
	}
	down.Type = input.DispatchKeyEventTypeRawKeyDown
	if down.Text != "" {
		down.Type = input.DispatchKeyEventTypeKeyDown
	}
	call(w, input.DispatchKeyEvent, down)
	call(w, input.DispatchKeyEvent, up)
}

// tabTo presses Tab until the element has the focus.
func (w *window) tabTo(selector string) {
	w.t.Helper()
	for range 60 {
		w.press("Tab")
		if there, err := ask[bool](w, "document.activeElement?.matches(%s) ?? false", selector); err == nil && there {
			w.focused(selector)
			return
		}
	}
	w.fatal("Tab does not reach %s", selector)
}

func (w *window) back() {
	w.t.Helper()
	if _, err := ask[any](w, "history.back()"); err != nil && !strings.Contains(err.Error(), "target navigated") { // before it could answer
		w.t.Fatal(err)
	}
}
