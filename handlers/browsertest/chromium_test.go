package browsertest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is the browser process that all tests share.
var chromium process

// Journeys mostly wait for Chromium, so unless -parallel says otherwise twice as many run at once as there are processors.
func TestMain(m *testing.M) {
	flag.Parse()
	if most := runtime.GOMAXPROCS(0); flag.Lookup("test.parallel").Value.String() == strconv.Itoa(most) {
		flag.Set("test.parallel", strconv.Itoa(2*most))
	}
	code := m.Run()
	chromium.stop()
	os.Exit(code)
}

type process struct {
	once   sync.Once
	ctx    context.Context
	err    error
	cancel []context.CancelFunc
}

// start starts the process when the first test needs it.
func (p *process) start() (context.Context, error) {
	p.once.Do(func() {
		path, err := chromiumPath()
		if err != nil {
			p.err = err
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("js-flags", "--no-opt"), // scripts run once per page; to optimize them takes longer than they do
			// the device has a mouse
			chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"))
		allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, stop := chromedp.NewContext(allocator)
		p.cancel = []context.CancelFunc{stop, stopAllocator}
		p.ctx, p.err = ctx, chromedp.Do(ctx)
	})
	return p.ctx, p.err
}

func (p *process) stop() {
	for _, cancel := range p.cancel {
		cancel()
	}
}

// chromiumPath returns the program that CHROME names, or the first that is installed. The headless
// shell comes first: it has no window to draw and takes a third less of the processor.
func chromiumPath() (string, error) {
	for _, name := range []string{
		os.Getenv("CHROME"), "chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no Chromium: run make browser")
}

// axeSource is axe-core, which checks a page against WCAG.
var axeSource = sync.OnceValues(func() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(filepath.Join(home, ".cache", "clientregistry", "axe-core-4.14.1", "axe.min.js"))
	if err != nil {
		return "", fmt.Errorf("there is no axe-core: run make browser")
	}
	return string(source), nil
})
