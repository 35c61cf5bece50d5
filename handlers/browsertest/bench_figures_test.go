package browsertest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// figures measures what has no floor to compare with: the program itself, and pages in a browser if
// there is one.
func (f *fixture) figures(b *testing.B) []figure {
	binary := filepath.Join(b.TempDir(), "clientregistry")
	out, err := exec.Command("go", "build", "-tags", "nomsgpack", "-o", binary, "../..").CombinedOutput()
	if err != nil {
		b.Fatalf("%s", out)
	}
	empty, first := f.start(b, binary, filepath.Join(b.TempDir(), "empty.db"), "/setup")
	first.stop()
	_, indexing := f.start(b, binary, f.path, "/organizations") // not timed: it indexes what the floor has logged
	indexing.stop()
	took, p := f.start(b, binary, f.path, "/organizations")
	all := []figure{
		{"start to the first page, empty", "ms", empty, 150},
		{"start to the first page", "ms", took, 1000},
	}
	if p.memory() > 0 {
		idle := p.memoryAtRest()
		f.everyPage(b, p.address)
		all = append(all, figure{"memory at rest", "MB", idle, 50}, figure{"after 64 connections on all pages", "MB", p.memory(), 150})
	}
	p.stop()
	all = append(all, f.transfers(b)...)
	if _, err := chromium.start(); err != nil {
		fmt.Println("nothing was measured in a browser:", err)
		return all
	}
	return append(all, f.inBrowser(b)...)
}

// running is the program while it serves.
type running struct {
	*exec.Cmd
	address string
}

// stop ends the program. It verifies the history after a start.
func (p running) stop() {
	p.Process.Signal(os.Interrupt)
	p.Wait()
}

// start starts the program and measures the milliseconds until its first page.
func (f *fixture) start(b *testing.B, binary, file, page string) (took float64, p running) {
	c := exec.Command(binary, "--addr", "127.0.0.1:0", "--db", file)
	out, err := c.StdoutPipe()
	check(b, err)
	begin := time.Now()
	check(b, c.Start())
	p = running{Cmd: c}
	b.Cleanup(p.stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	check(b, err)
	address, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "Client Registry is at "), " ")
	at, err := url.Parse(address)
	check(b, err)
	if at.Query().Has("token") {
		page += "?" + at.RawQuery
	}
	answerSize(b, at.Host, f.get(page))
	p.address = at.Host
	return float64(time.Since(begin).Microseconds()) / 1000, p
}

// memory returns the program's resident memory in megabytes, 0 if the system does not tell.
func (p running) memory() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	kilobytes, _ := strconv.ParseFloat(string(found[1]), 64)
	return kilobytes / 1000
}

// memoryAtRest returns the program's lowest memory in the half minute after its first page. It
// first verifies the history, then rests.
func (p running) memoryAtRest() float64 {
	least := p.memory()
	for range 30 {
		time.Sleep(time.Second)
		least = min(least, p.memory())
	}
	return least
}

// everyPage requests all kinds of pages over 64 connections for a few seconds.
func (f *fixture) everyPage(b *testing.B, address string) {
	var group sync.WaitGroup
	until := time.Now().Add(10 * time.Second)
	for i := range 64 {
		group.Go(func() {
			c, err := dial(address)
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for n := i; time.Now().Before(until); n++ {
				id := f.visited[n%len(f.visited)]
				pages := []string{
					"/", "/organizations", "/contacts", "/interactions", "/follow-ups", "/account", "/admin/users", "/admin/roles", "/admin/audit",
					"/organizations?sort=-last_contact", "/contacts?sort=email", "/organizations/" + id, "/organizations/" + id + "/history",
					"/organizations/" + id + "/access", "/search?q=" + searches[n%len(searches)],
				}
				if contact := f.contact[n%len(f.contact)]; contact != "" {
					pages = append(pages, "/contacts/"+contact)
				}
				if _, err := c.send(f.get(pages[n%len(pages)])); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// transfers measures the compressed sizes in kilobytes of what a browser loads.
func (f *fixture) transfers(b *testing.B) []figure {
	load := func(path string, header ...string) (size float64, text string) {
		r, err := http.NewRequest("GET", "http://"+f.product+path, nil)
		check(b, err)
		r.Header.Set("Cookie", f.cookie)
		r.Header.Set("Accept-Encoding", "gzip")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		a, err := http.DefaultTransport.RoundTrip(r)
		check(b, err)
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		check(b, err)
		if a.StatusCode != 200 {
			b.Fatalf("%s: %s", path, a.Status)
		}
		size = float64(len(body)) / 1000
		if a.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(body))
			check(b, err)
			body, err = io.ReadAll(z)
			check(b, err)
		}
		return size, string(body)
	}
	repeat, text := load("/organizations")
	first := repeat
	files := regexp.MustCompile(`/static/[^"#]+`).FindAllString(text, -1)
	slices.Sort(files)
	for _, file := range slices.Compact(files) {
		size, _ := load(file)
		first += size
	}
	record, _ := load("/organizations/" + f.visited[0])
	rows, _ := load(f.moreRows(b, text), "HX-Request", "true", "HX-Request-Type", "partial", "HX-Target", "more")
	field, _ := load("/organizations/"+f.visited[0]+"/fields/website/edit",
		"HX-Request", "true", "HX-Request-Type", "partial", "HX-Target", "fact-website")
	return []figure{
		{"first visit", "KB", first, 110},
		{"a list again", "KB", repeat, 20},
		{"a record", "KB", record, 20},
		{"50 more rows", "KB", rows, 20},
		{"a field to edit", "KB", field, 8},
	}
}

// moreRows returns the address behind "Load 50 more" of a list.
func (f *fixture) moreRows(b *testing.B, list string) string {
	found := regexp.MustCompile(`id="load-more" href="[^"]+" hx-get="([^"]+)"`).FindStringSubmatch(list)
	if found == nil {
		b.Fatal("the list has no more rows")
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

// inBrowser measures waiting times in a browser, up to the next frame drawn.
func (f *fixture) inBrowser(b *testing.B) []figure {
	ctx, err := chromium.start()
	check(b, err)
	w := openWindow(b, ctx, "http://"+f.product, chromedp.WithNewBrowserContext())
	name, value, _ := strings.Cut(f.cookie, "=")
	yes := true
	call(w, network.SetCookie, network.SetCookieParams{
		Name: name, Value: value, URL: w.url, HTTPOnly: &yes, SameSite: network.CookieSameSiteLax,
	})
	const wait = `
		const there = (ready, act) => new Promise((done, fail) => {
			const start = performance.now(), late = setTimeout(() => fail(new Error("nothing came")), 10e3);
			const look = () => {
				if (!ready()) return requestAnimationFrame(look);
				clearTimeout(late);
				done(performance.now() - start);
			};
			act();
			look();
		});
		const one = s => document.querySelector(s);
	`
	const untimed = 10 // until the browser has compiled its scripts, as it has for somebody at work
	times := func(name string, budget float64, n int, expression string) figure {
		var all []float64
		for i := range n + untimed {
			took, err := ask[float64](w, "(async () => {"+wait+expression+"})()", i)
			check(b, err)
			all = append(all, took)
		}
		all = all[untimed:]
		slices.Sort(all)
		return figure{name + ", p95", "ms", all[len(all)*95/100], budget}
	}
	var results []figure
	w.open("/organizations/" + f.visited[0])
	results = append(results, times("open and save a field", 60, 100, `
		let t = await there(() => one("#fact-website [name=value]"), () => one("#edit-website").click());
		const input = one("#fact-website [name=value]");
		input.value = "https://n" + %s + ".example";
		return t + await there(() => one("#edit-website"), () => input.form.requestSubmit());`))
	w.open("/organizations")
	results = append(results, times("search key to rows", 350, 40, `
		const list = one("#list");
		const q = one("#q");
		return await there(() => one("#list") !== list, () => { q.value = ["har", "ma", "lo", "ber"][%s %% 4]; q.dispatchEvent(new Event("input", { bubbles: true })); });`))
	results = append(results, times("from page to page", 250, 40, `
		const h1 = one("h1");
		return await there(() => one("h1") !== h1, () => one(".nav a[href='" + ["/contacts", "/organizations"][%s %% 2] + "']").click());`))
	return results
}
