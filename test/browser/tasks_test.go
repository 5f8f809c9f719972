package browser

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/tocsin"
)

// A caller waits on the phone: each task is to be done in as many actions as
// somebody counted who tried it. Opening a page, following a link, pressing a
// button and sending a form are an action each; looking is none.
type actions struct {
	t   *testing.T
	tab *browsertest.Tab
	n   int
}

func (a *actions) open(address string) {
	a.t.Helper()
	a.n++
	a.tab.Go(address)
}

// press presses what a selector matches by Enter, as somebody does.
func (a *actions) press(selector string) {
	a.t.Helper()
	a.n++
	if !browsertest.Eval[bool](a.tab, fmt.Sprintf(`(() => { const el = document.querySelector(%q); el?.focus(); return document.activeElement === el; })()`, selector)) {
		a.t.Fatalf("nothing to press at %s", selector)
	}
	a.tab.Press(kb.Enter)
}

func (a *actions) done(task string, want int) {
	a.t.Helper()
	if a.n != want {
		a.t.Errorf("%s took %d actions, want %d", task, a.n, want)
	}
	a.n = 0
}

// seen reports whether texts are on the first screen: those of all elements of a
// selector, which is none without any.
const seen = `((selector) => {
	const bar = document.querySelector(".tabs-bottom"), end = innerHeight - (bar && getComputedStyle(bar).display !== "none" ? bar.offsetHeight : 0);
	return [...document.querySelectorAll(selector)].filter((el) => { const r = el.getBoundingClientRect(); return r.height > 0 && r.top >= 0 && r.bottom <= end; }).map((el) => el.textContent.trim());
})(%q)`

// On the worst day, with twelve incidents at once, the answers are on the first
// screen of a desk and of a phone.
func TestTasksOnTheWorstDay(t *testing.T) {
	t.Parallel()
	base := states()[1].begin(t).Base()
	for code, prefix := range languages {
		for _, size := range [][2]int{{1440, 900}, {390, 844}} {
			tab := browsertest.Open(t)
			tab.Size(size[0], size[1])
			a := &actions{t: t, tab: tab}
			a.open(base + prefix + "/")
			shown := browsertest.Eval[[]string](tab, fmt.Sprintf(seen, ".verdict__svcs a"))
			if len(shown) != 10 || !strings.Contains(strings.Join(shown, ","), "Microsoft Teams") {
				t.Errorf("%s at %d px: of ten affected services the first screen names %q", code, size[0], shown)
			}
			if title := browsertest.Eval[string](tab, `document.title`); !strings.HasPrefix(title, "Exchange Online") {
				t.Errorf("%s: the tab is called %q", code, title)
			}
			a.done("is Teams broken", 1)
			a.open(base + prefix + "/")
			if since := browsertest.Eval[string](tab, `[...document.querySelectorAll("#r-affected tr")].find((r) => r.textContent.includes("Microsoft Teams")).querySelector(".num").textContent`); since == "" {
				t.Errorf("%s: nobody says since when Teams is not well", code)
			}
			a.done("since when", 1)
		}
	}
}

// What callers are told is an action away from the overview, and one more copies
// it as text and as HTML.
func TestTasksOfCalls(t *testing.T) {
	t.Parallel()
	base := states()[1].begin(t).Base()
	tab := browsertest.Open(t)
	a := &actions{t: t, tab: tab}
	tab.Go(base + "/")
	a.press(".verdict__actions a")
	tab.Wait(`location.pathname.startsWith("/issues/") && document.querySelector("[data-copy-both]")?.hidden === false`)
	if got := browsertest.Eval[[]string](tab, fmt.Sprintf(seen, ".answer dt")); len(got) < 5 {
		t.Errorf("the first screen answers %q", got)
	}
	a.done("what do I tell callers", 1)
	browsertest.Eval[bool](tab, `(() => {
		Object.defineProperty(navigator, "clipboard", { value: undefined }); // as without https
		addEventListener("copy", (e) => { window.copied = [e.clipboardData.getData("text/plain"), e.clipboardData.getData("text/html")]; });
		return true;
	})()`)
	a.press("[data-copy-both]")
	tab.Wait(`window.copied`)
	copied := browsertest.Eval[[]string](tab, `window.copied`)
	if id := browsertest.Eval[string](tab, `location.pathname.split("/").pop()`); !strings.HasPrefix(copied[0], id+": ") || !strings.Contains(copied[0], "\nNot well since: ") || !strings.Contains(copied[1], "<b>Not well since: </b>") {
		t.Errorf("copied: %q", copied)
	}
	a.done("the copy", 1)
	a.press(".post__n")
	tab.Wait(`location.hash.startsWith("#post-") && window.copied[0] === location.href`)
	a.done("a link to one post", 1)
	tab.Go(base + "/")
	browsertest.Eval[bool](tab, `(() => { const q = document.querySelector("#q"); q.value = "dr830102"; return true; })()`)
	a.press("#q")
	tab.Wait(`location.pathname === "/issues/DR830102" && document.querySelector("#h-versions, .posts")`)
	a.done("the history of an id", 1)
}

// What is told to callers can be marked without a script.
func TestTellWithoutScript(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	tab.NoScript()
	tab.Go(base(t) + "/issues/EX748468")
	if got := browsertest.Eval[string](tab, `(() => { document.querySelector("#callers").open = true; return document.querySelector("#callers-text").innerText; })()`); !strings.HasPrefix(got, "EX748468: ") {
		t.Errorf("to mark: %q", got)
	}
}

// maxPage is the budget of a page as it goes over the wire, compressed.
const maxPage = 60_000

// No page of the desk is heavier than its budget, in any language.
func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	for _, path := range pages(t) {
		for _, prefix := range languages {
			body := fetch(t, base(t)+prefix+path)
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			if _, err := io.WriteString(w, body); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if packed.Len() > maxPage {
				t.Errorf("%s%s has %d bytes compressed, more than %d", prefix, path, packed.Len(), maxPage)
			}
		}
	}
}

// What changed since yesterday evening, and what is due this month with who sees
// to it, are an action each from the overview.
func TestTasksOfADay(t *testing.T) {
	t.Parallel()
	h := hand{t, browsertest.Open(t)}
	who := personOf(t, tocsin.RoleSupportN2)
	h.tab.Go(base(t) + "/login")
	h.signIn(who.Name, who.Password)
	h.arrives(`location.pathname === "/"`)
	a := &actions{t: t, tab: h.tab}
	a.press(`#r-since a[href*="since=yesterday"]`)
	h.arrives(`location.pathname === "/changes"`)
	if on := browsertest.Eval[string](h.tab, `document.querySelector(".chip[aria-current]").textContent`); !strings.Contains(on, "17:00") {
		t.Errorf("the log is that of %q", on)
	}
	if n := browsertest.Eval[int](h.tab, `document.querySelectorAll("#r-changes section li").length`); n == 0 {
		t.Error("nothing has changed since yesterday")
	}
	a.done("changes since yesterday", 1)
	h.tab.Go(base(t) + "/")
	a.press(`#r-due a[href*="due=month"]`)
	h.arrives(`location.pathname === "/messages"`)
	if chosen := browsertest.Eval[string](h.tab, `document.querySelector("#f-d").value`); chosen != "month" {
		t.Errorf("messages are listed by %q", chosen)
	}
	if owners := browsertest.Eval[int](h.tab, `document.querySelectorAll('#r-messages a.sort[href*="sort=owner"]').length`); owners != 1 && browsertest.Eval[bool](h.tab, `!!document.querySelector("#r-messages")`) {
		t.Error("nobody says who sees to them")
	}
	a.done("deadlines this month with owners", 1)
}
