package browser

import (
	"testing"

	"example.org/tocsin/internal/browsertest"
)

// onPaper lists what a printed page lacks: text that stays folded, instants
// without their date and zone, ids that are cut in two, what is wider than the
// paper, and controls that nobody can press there.
const onPaper = `(() => {
	const wrong = [], shown = (e) => e.checkVisibility({contentVisibilityAuto: true}) && e.getClientRects().length > 0;
	for (const d of document.querySelectorAll("main details:not([open])")) {
		const inside = [...d.children].find((e) => e.localName !== "summary");
		if (d.checkVisibility() && inside && !shown(inside)) wrong.push("folded: " + d.textContent.trim().slice(0, 60));
	}
	for (const t of document.querySelectorAll("main time[title]")) {
		if (!t.checkVisibility()) continue;
		const says = getComputedStyle(t, "::after").content;
		if (!/\d{4}/.test(says) || !/UTC/.test(says)) wrong.push("no date and zone: " + says);
	}
	for (const id of document.querySelectorAll("main .id")) if (id.checkVisibility() && new Set([...id.getClientRects()].map((r) => r.top)).size > 1) wrong.push("broken: " + id.textContent);
	for (const e of document.querySelectorAll("button, input, select, .top, .side, .tabs-bottom")) if (shown(e)) wrong.push("nobody presses paper: " + e.outerHTML.slice(0, 80));
	if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the paper by " + (document.documentElement.scrollWidth - innerWidth));
	return wrong;
})()`

// What is printed is all there: an incident, a service, a message, the log and
// a publication.
func TestPaper(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	tab.Media("print")
	tab.Size(688, 1000) // A4 without its margins
	for _, path := range []string{"/issues/EX748468", "/services/Exchange", "/messages/MC1016338", "/changes", "/status/contoso/EX748468/1", "/"} {
		for _, prefix := range languages {
			tab.Go(base(t) + prefix + path)
			for _, wrong := range browsertest.Eval[[]string](tab, onPaper) {
				t.Errorf("%s%s: %s", prefix, path, wrong)
			}
		}
	}
}
