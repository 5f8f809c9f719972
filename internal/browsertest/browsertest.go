// Package browsertest gives tests a real browser: one Chromium per test
// process, a tab of its own for each test, and both gone when they end. It is
// imported by tests only.
package browsertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// require names what must not be missing, separated by commas.
const require = "TOCSIN_TEST_REQUIRE"

// patience bounds one step of a tab: many are taken at once on few processors.
const patience = 2 * time.Minute

// browser is the process's own Chromium.
type browser struct {
	start sync.Once
	err   error
	ctx   context.Context //nolint:containedctx // how the library hands on a browser
	stop  []context.CancelFunc
}

// shared is started by the first test that asks for it and stopped by [Run].
var shared browser //nolint:gochecknoglobals // one browser per process is the point

// Run runs the tests of a package, stops the browser, if one was started, and
// returns the exit code. Call it from TestMain.
func Run(m *testing.M) int {
	code := m.Run()
	for _, stop := range slices.Backward(shared.stop) {
		stop()
	}
	return code
}

// names are what Chromium is called, the headless shell first: it draws pages
// with the same engine and no window around them, for half the processor time.
func names() []string {
	return []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome"}
}

func (b *browser) run() error {
	path := ""
	for _, name := range names() {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return errors.New("no chromium on the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.Flag("lang", "en-US"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	b.stop = append(b.stop, stop)
	b.ctx, stop = chromedp.NewContext(allocator)
	b.stop = append(b.stop, stop)
	return chromedp.Do(b.ctx)
}

// A Tab is one open page.
type Tab struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // how the library hands on a tab

	// Strokes is how many keys were pressed.
	Strokes int
}

// Open opens an empty tab with its own cookies. It skips the test when there is
// no Chromium, or fails it when TOCSIN_TEST_REQUIRE asks for one.
func Open(t testing.TB) *Tab {
	t.Helper()
	if shared.start.Do(func() { shared.err = shared.run() }); shared.err != nil {
		if slices.Contains(strings.Split(os.Getenv(require), ","), "chromium") {
			t.Fatalf("Chromium is required: %v", shared.err)
		}
		t.Skipf("no Chromium: %v", shared.err)
	}
	ctx, closeTab := chromedp.NewContext(shared.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil { // the context of the first step is the tab's
		t.Fatalf("browser: %v", err)
	}
	tab := &Tab{t: t, ctx: ctx}
	tab.Do(chromedp.EmulateViewport(1440, 900))
	return tab
}

// step is the context of one step.
func (tab *Tab) step() (context.Context, context.CancelFunc) {
	return context.WithTimeout(tab.ctx, patience)
}

// Do takes steps, each of which must succeed.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// Go loads an address.
func (tab *Tab) Go(address string) {
	tab.t.Helper()
	tab.Do(chromedp.Navigate(address))
}

// Size sets the size of the window in CSS pixels.
func (tab *Tab) Size(width, height int) {
	tab.t.Helper()
	tab.Do(chromedp.EmulateViewport(int64(width), int64(height)))
}

// NoScript switches JavaScript of pages off. [Eval] goes on working.
func (tab *Tab) NoScript() {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// Before runs a script at the beginning of each page, before its own.
func (tab *Tab) Before(script string) {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// Media shows the page as on a kind of medium, such as print.
func (tab *Tab) Media(kind string) {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind}); err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// Press presses keys one after the other, as package kb of the library names
// them, each with the modifiers held. A stroke that the page prevents types
// nothing, as on a keyboard; the library's own strokes do.
func (tab *Tab) Press(keys string, held ...chromedp.Modifier) {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	for _, key := range keys {
		tab.Strokes++
		for _, event := range kb.Encode(key) {
			if event.Type == kb.KeyChar {
				continue // what the stroke types, which it says itself
			}
			for _, one := range held {
				event.Modifiers |= int64(one)
			}
			if known := kb.Keys[key]; event.Type == kb.KeyDown && known != nil && known.Print && event.Modifiers&^int64(chromedp.ModifierShift) == 0 {
				event.Text, event.UnmodifiedText = known.Text, known.Unmodified
			}
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, *event); err != nil {
				tab.t.Fatalf("browser: press %q: %v", key, err)
			}
		}
	}
}

// Authenticator plugs in an authenticator that keeps passkeys and says yes to
// everything.
func (tab *Tab) Authenticator() {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	_, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
	}
	if err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
}

// Picture takes a picture of the whole page, as PNG.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tab.t.Fatalf("browser: %v", err)
	}
	return picture
}

// Eval runs an expression in the page, waits for it if it is a promise, and
// returns what it gives.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("browser: %s: %v", expression, err)
	}
	return value
}

// Wait waits until an expression is true, looking often. While a page is being
// loaded, an expression may fail.
func (tab *Tab) Wait(expression string) {
	tab.t.Helper()
	ctx, cancel := tab.step()
	defer cancel()
	for {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Boolean(`+expression+`)`))
		if is {
			return
		}
		select {
		case <-ctx.Done():
			tab.t.Fatalf("browser: waited in vain for %s (%v)", expression, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
