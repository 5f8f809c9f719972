package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/browsertest"
)

// A hand has a keyboard and no mouse. Wherever it comes past, the focus must be
// seen.
type hand struct {
	t   *testing.T
	tab *browsertest.Tab
}

// to goes to the next element that a selector matches, with the Tab key.
func (h hand) to(selector string) { h.t.Helper(); h.walk(selector) }

// back goes to the one before, with Shift and Tab.
func (h hand) back(selector string) { h.t.Helper(); h.walk(selector, chromedp.ModifierShift) }

func (h hand) walk(selector string, held ...chromedp.Modifier) {
	h.t.Helper()
	for range 120 {
		h.tab.Press(kb.Tab, held...)
		if h.look(selector) {
			return
		}
	}
	h.t.Fatalf("%s: no key leads to %s", browsertest.Eval[string](h.tab, `location.href`), selector)
}

// A stop is what has the focus: whether it is what was looked for, and what keeps
// people from seeing it.
type stop struct {
	At    bool     `json:"at"`
	Wrong []string `json:"wrong"`
}

// look reports whether the focus is where a selector says, after seeing that
// it is to be seen.
func (h hand) look(selector string) bool {
	h.t.Helper()
	see := func() stop { return browsertest.Eval[stop](h.tab, fmt.Sprintf(`(%s)(%q)`, looking, selector)) }
	seen := see()
	if slices.ContainsFunc(seen.Wrong, func(wrong string) bool { return strings.Contains(wrong, "by the window") }) {
		// What arrived meanwhile on a page that is live may have pushed it away.
		browsertest.Eval[any](h.tab, `((e) => (e.blur(), e.focus(), null))(document.activeElement)`)
		seen = see()
	}
	for _, wrong := range seen.Wrong {
		h.t.Error(wrong)
	}
	return seen.At
}

// press goes to an element and presses Enter, or another key.
func (h hand) press(selector string, keys ...string) {
	h.t.Helper()
	h.to(selector)
	if keys == nil {
		keys = []string{kb.Enter}
	}
	for _, key := range keys {
		h.tab.Press(key)
	}
}

// fill goes to a field and types, in place of what is in it.
func (h hand) fill(selector, text string) {
	h.t.Helper()
	h.to(selector)
	h.tab.Press("a", chromedp.ModifierCtrl)
	h.tab.Press(text)
}

// arrives waits for a page and its script, where an expression is true.
func (h hand) arrives(expression string) {
	h.t.Helper()
	h.tab.Wait(`document.readyState === "complete" && (` + expression + `)`)
}

// skip goes past the navigation, by the link that is first on each page.
func (h hand) skip() {
	h.t.Helper()
	h.press("a.skip")
	h.tab.Wait(`document.activeElement.id === "main"`)
}

// signIn signs somebody in from the page that asks for it.
func (h hand) signIn(name, password string) {
	h.t.Helper()
	h.fill("#name", name)
	h.fill("#password", password)
	h.tab.Press(kb.Enter)
}

// looking tells whether a selector matches what has the focus, and what keeps
// people from seeing that: no ring, one that is cut off or too faint, something
// in front of it.
const looking = `(selector) => {
	const e = document.activeElement, wrong = [];
	if (!e || e === document.body) return {at: false, wrong};
	const at = e.matches(selector);
	if (e.matches("main, dialog, .errsum")) return {at, wrong}; // not controls
	if (e.type === "date" && !e.matches(":focus-visible")) return {at, wrong}; // the calendar in it, which the browser rings
	const say = (what) => wrong.push(location.pathname + " at " + innerWidth + " px: " + what + ": " + e.outerHTML.slice(0, 160));
	const style = getComputedStyle, rgb = (text) => text.match(/[\d.]+/g).map(Number);
	const light = (c) => [.2126, .7152, .0722].reduce((sum, w, i) => sum + w * ((c[i] /= 255) <= .04045 ? c[i] / 12.92 : ((c[i] + .055) / 1.055) ** 2.4), 0);
	const contrast = (a, b) => { const [x, y] = [light(rgb(a)), light(rgb(b))].sort((x, y) => y - x); return (x + .05) / (y + .05); };
	const ground = (x) => { for (; x; x = x.parentElement) { const c = style(x).backgroundColor; if ((rgb(c)[3] ?? 1) > .9) return c; } return "rgb(255, 255, 255)"; };
	const layer = (x) => { for (; x; x = x.parentElement) if (/sticky|fixed/.test(style(x).position)) return x; };

	const ringed = [e, e.closest(".find"), e.closest("label"), e.querySelector("path")].find((x) => x && (x.matches("path") ? parseFloat(style(x).strokeWidth) >= 3 : style(x).outlineStyle === "solid" && parseFloat(style(x).outlineWidth) >= 2));
	if (!ringed) { say("no ring"); return {at, wrong}; }
	const drawn = ringed.matches("path"), gap = drawn ? 0 : parseFloat(style(ringed).outlineOffset), colour = drawn ? style(ringed).stroke : style(ringed).outlineColor;
	const seen = contrast(colour, ground(gap < 0 ? ringed : ringed.parentElement));
	if (seen < 3) say("a ring of contrast " + seen.toFixed(2));

	const box = ringed.getBoundingClientRect(), far = gap + 1; // a pixel of it at least
	const ring = {left: box.left - far, right: box.right + far, top: box.top - far, bottom: box.bottom + far};
	const cut = (by, what) => { for (const [side, over] of [["left", by.left - ring.left], ["right", ring.right - by.right], ["top", by.top - ring.top], ["bottom", ring.bottom - by.bottom]]) if (over > .5) say(over.toFixed(1) + " px of the ring are cut off at the " + side + " by " + what); };
	for (let p = ringed; p && style(p).position !== "fixed"; p = p.parentElement) {
		if (p !== ringed && p !== document.body && p !== document.documentElement && style(p).overflow !== "visible") cut(p.getBoundingClientRect(), p.className || p.localName);
	}
	if (box.height > innerHeight / 2) return {at, wrong}; // some of it will show
	cut({left: 0, top: 0, right: innerWidth, bottom: innerHeight}, "the window");

	const points = [...e.getClientRects()].slice(0, 3).flatMap((r) => [[r.left + 3, r.top + 3], [r.right - 3, r.top + 3], [r.left + 3, r.bottom - 3], [r.right - 3, r.bottom - 3], [(r.left + r.right) / 2, (r.top + r.bottom) / 2]]);
	const around = layer(e) ? [] : [[ring.left, ring.top], [ring.right, ring.top], [ring.left, ring.bottom], [ring.right, ring.bottom]];
	for (const point of [...points, ...around]) {
		const hit = document.elementFromPoint(...point);
		if (!hit || hit.contains(e) || e.contains(hit) || ringed.contains(hit)) continue;
		const front = layer(hit);
		if (front && !front.contains(e) || points.includes(point) && !e.closest("svg")) { say("behind " + hit.outerHTML.slice(0, 100)); break; }
	}
	return {at, wrong};
}`

// all goes past everything that takes the focus, and back again while what
// comes next lies behind the bars on top, as it does after scrolling.
func (h hand) all() {
	h.t.Helper()
	browsertest.Eval[bool](h.tab, `(window.stops = []) && true`)
	for range 300 {
		h.tab.Press(kb.Tab)
		h.look("a")
		if browsertest.Eval[bool](h.tab, past) {
			break
		}
	}
	if n := browsertest.Eval[int](h.tab, `stops.length`); n < 8 {
		h.t.Errorf("%s: only %d stops", browsertest.Eval[string](h.tab, `location.href`), n)
	}
	for range 300 {
		if !browsertest.Eval[bool](h.tab, under) {
			break
		}
		h.tab.Press(kb.Tab, chromedp.ModifierShift)
		h.look("a")
	}
}

// past notes a stop, and tells whether the page has no more. A date is several
// stops of the same element.
const past = `(() => {
	const e = document.activeElement;
	if (e === document.body || stops.includes(e) && stops.at(-1) !== e) return true;
	if (stops.at(-1) !== e) stops.push(e);
	return false;
})()`

// under scrolls the stop before the present one, if there is one, behind the
// bars on top.
const under = `(() => {
	const layer = (x) => { for (; x; x = x.parentElement) if (/sticky|fixed/.test(getComputedStyle(x).position)) return x; };
	const i = stops.indexOf(document.activeElement), e = i < 0 ? stops.at(-1) : stops[i - 1];
	for (let again = 0; again < 2 && e && !layer(e); again++) { // other bars stick further down
		const box = e.getBoundingClientRect();
		let y = 0;
		while (y < innerHeight / 2 && layer(document.elementFromPoint((box.left + box.right) / 2, y + 1))) y++;
		scrollBy(0, box.bottom - y + 1);
	}
	return Boolean(e);
})()`
