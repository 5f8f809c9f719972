package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/browsertest"
)

// narrow are the widths of phones, in CSS pixels.
var narrow = []int{320, 390}

// onPhone lists what a phone lacks on the page of a tab: a field to search in
// that is as wide as an id and as high as a finger, and how fresh the data is:
// a sign while all is well, with its words for who listens, and the words in view
// when it is not.
const onPhone = `(() => {
	const wrong = [], q = document.querySelector("#q"), box = q?.getBoundingClientRect(), live = document.querySelector("#live");
	if (!box || box.width < 110 || box.height < 24 || box.top < 0 || box.right > innerWidth || parseFloat(getComputedStyle(q).fontSize) < 14) wrong.push("no field to search in: " + JSON.stringify(box));
	if (live && (!live.checkVisibility() || live.getBoundingClientRect().right > innerWidth || !live.textContent.trim() || parseFloat(getComputedStyle(live, "::before").width) < 4)) wrong.push("no live state");
	if (live) {
		const was = live.className;
		live.classList.add("live--off");
		const at = live.getBoundingClientRect();
		if (parseFloat(getComputedStyle(live).fontSize) < 12 || at.width < 100 || at.right > innerWidth) wrong.push("a lost connection is not said: " + JSON.stringify(at));
		live.className = was;
	}
	return wrong;
})()`

// A phone has the search and the live state on each page, as a desk does, also
// without script.
func TestPhoneHasSearchAndLiveState(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	tab.NoScript()
	live := 0
	for _, width := range narrow {
		tab.Size(width, 844)
		for _, path := range pages(t) {
			if path == "/wall" || strings.Contains(path, "/status/") || path == "/login" {
				continue // pages that have another frame
			}
			tab.Go(base(t) + path)
			if browsertest.Eval[bool](tab, `!document.querySelector("body > .app")`) {
				continue
			}
			for _, wrong := range browsertest.Eval[[]string](tab, onPhone) {
				t.Errorf("%s at %d: %s", path, width, wrong)
			}
			if browsertest.Eval[bool](tab, `!!document.querySelector("#live")`) {
				live++
			}
		}
	}
	if live < 10 {
		t.Errorf("%d pages say how fresh the data is", live)
	}
	tab.Go(base(t) + "/fr")
	browsertest.Eval[any](tab, `document.querySelector("#q").focus()`)
	tab.Press("ex748468" + kb.Enter)
	tab.Wait(`location.pathname === "/fr/issues/EX748468"`)
}

// The first results stand below the field while somebody types, for keyboard and
// finger, and are said to who listens; they are those of the page of results.
func TestSearchSuggests(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	watched(tab)
	h := hand{t, tab}
	for _, width := range []int{1440, 390} {
		tab.Size(width, 844)
		tab.Go(base(t) + "/")
		tab.Press("/")
		tab.Wait(`document.activeElement.id === "q"`)
		tab.Press("OWA")
		tab.Wait(`document.querySelectorAll(".find__pop:not([hidden]) a").length > 1`)
		if news := browsertest.Eval[string](tab, `document.querySelector("#news").textContent`); !strings.Contains(news, "hits") {
			t.Errorf("nothing says what was found: %q", news)
		}
		if wrong := browsertest.Eval[string](tab, `(() => { const b = document.querySelector(".find__pop").getBoundingClientRect(); return b.left < 0 || b.right > innerWidth || [...document.querySelectorAll(".find__pop a")].some((a) => a.getBoundingClientRect().height < 24) ? JSON.stringify(b) : ""; })()`); wrong != "" {
			t.Errorf("at %d the suggestions stand at %s", width, wrong)
		}
		accessible(t, tab, "suggestions", "en", 0)
		tab.Press(kb.ArrowDown)
		h.look("a")
		want := browsertest.Eval[string](tab, `document.activeElement.getAttribute("href")`)
		tab.Press(kb.ArrowUp + kb.Escape)
		tab.Wait(`document.activeElement.id === "q" && document.querySelector(".find__pop").hidden`)
		tab.Press(kb.Enter)
		h.arrives(`location.pathname === "/search"`)
		if got := browsertest.Eval[string](tab, `document.querySelector(".found a").getAttribute("href")`); got != want {
			t.Errorf("the first result is %s, the first suggestion %s", got, want)
		}
	}
	tab.Press("/ex748468")
	tab.Wait(`document.querySelectorAll(".find__pop:not([hidden]) a").length === 1`)
	tab.Press(kb.ArrowDown + kb.Enter)
	h.arrives(`location.pathname === "/issues/EX748468"`)
}
