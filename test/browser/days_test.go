package browser

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/browsertest"
)

// Keys lead along the days of strips and calendars, each of which is one stop,
// and open any of them; a day says its name.
func TestDaysByKeyboard(t *testing.T) {
	t.Parallel()
	h := hand{t, browsertest.Open(t)}
	watched(h.tab)
	h.tab.Go(base(t) + "/services")
	h.to(".strip a")
	h.to(".strip a") // of the next service: one stop each
	if browsertest.Eval[bool](h.tab, `document.querySelector(".strip").contains(document.activeElement)`) {
		t.Error("a strip has more than one stop")
	}
	days := func(offset int) string {
		return time.Now().UTC().AddDate(0, 0, offset).Format(time.DateOnly)
	}
	at := func(offset int) {
		t.Helper()
		h.tab.Wait(`new URL(document.activeElement.href.baseVal, location.href).searchParams.get("day") === "` + days(offset) + `" && document.activeElement.getAttribute("aria-label").length > 8`)
		h.look("a")
	}
	h.tab.Press(kb.ArrowLeft)
	at(0)
	h.tab.Press(kb.ArrowLeft)
	at(-1)
	h.tab.Press(kb.PageUp)
	at(-8)
	h.tab.Press(kb.PageDown + kb.ArrowRight)
	at(0)
	h.tab.Press(kb.Home)
	at(-29)
	h.tab.Press(kb.End + kb.PageUp)
	at(-7)
	accessible(t, h.tab, "a strip with all its days", "en", 0)
	h.tab.Press(kb.Enter)
	h.arrives(`location.pathname.startsWith("/services/") && new URLSearchParams(location.search).get("day") === "` + days(-7) + `" && location.hash === "#day"`)

	h.tab.Go(base(t) + "/services/Exchange")
	h.to(".heat a")
	at(0)
	h.to(":not(.heat a)")
	h.back(".heat a")
	h.tab.Press(kb.PageUp + kb.ArrowUp)
	at(-8)
	h.tab.Press(kb.Enter)
	h.arrives(`new URLSearchParams(location.search).get("day") === "` + days(-8) + `"`)
	h.tab.NoScript() // every day opens all the same
	h.tab.Go(base(t) + "/services")
	h.press(".strip a")
	h.arrives(`location.hash === "#cal"`)
}
