package browser

import (
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/browsertest"
)

// The gate sees each kind of fault, and none where there is none.
func TestGateSees(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	tab.Size(820, 900)
	for _, one := range []struct{ page, check, text string }{
		{`<p>Nothing is wrong here, on 26 Oct at 12:30.</p>`, "", ""},
		{`<p style="width: 900px">too wide</p>`, "too wide", "px"},
		{`<p style="width: 3em; overflow: hidden; white-space: nowrap">Undetected until now</p>`, "cut", "Undetected until now"},
		{`<p style="height: .5em; overflow: clip">Half of it</p>`, "cut", "Half of it"},
		{`<p style="width: 3em; overflow: auto; white-space: nowrap">Who scrolls sees it</p>`, "", ""},
		{`<p style="width: 3em; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">In dots</p>`, "cut", "In dots"},
		{`<h1>In dots</h1><p style="width: 3em; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">In dots</p>`, "", ""},
		{`<input placeholder="More than fits into the field" style="width: 4em">`, "cut", "More than fits"},
		{`<select style="width: 4em"><option>More than fits</option></select>`, "cut", "More than fits"},
		{`<svg width="60" height="20"><text x="30" y="12">axis of time</text></svg>`, "cut", "axis of time"},
		{`<p style="width: 2em; border: 1px solid">Unbreakable</p>`, "out of its box", "Unbreakable"},
		{`<p>One</p><p style="margin-top: -2em">Two</p>`, "text on text", "One"},
		{`<label>Tick <input type="checkbox" style="margin-left: -2em"></label>`, "text on text", "Tick"},
		{`<p style="width: 3em; overflow-wrap: anywhere">administrator</p>`, "broken word", "administrator"},
		{`<p style="width: 3em; overflow-wrap: anywhere"><b>Northwin</b>d</p>`, "broken word", "Northwind"},
		{`<p style="width: 12em">client 0b7c1234-aaaa-4bbb-8ccc-0123456789ab</p>`, "broken id", "0b7c1234"},
		{`<p style="width: 3em">late 26 Oct</p>`, "broken date", "26 Oct"},
		{`<p style="width: 4em">le 26 octobre 2026</p>`, "broken date", "26 octobre 2026"},
		{`<p style="width: 4.5em">in 2026 October</p>`, "", ""}, // no day
		{`<p style="width: 3em">after 34 min</p>`, "broken date", "34 min"},
		{`<p style="width: 8em; overflow-wrap: anywhere">https://desk.example/report?at=2026-11-29T23%3A15%3A00Z</p>`, "", ""},
		{`<p lang="fr" style="width: 6em">9 h 14 d’écart</p>`, "", ""}, // of minutes, no days
		{`<p lang="ja" style="width: 3.2em">10月26日</p>`, "broken date", "10月26日"},
		{`<p lang="ja" style="width: 3.2em">タイトル</p>`, "broken word", "タイトル"},
		{`<p lang="ja" style="width: 7.2em">サービス復旧済み</p>`, "broken word", "済み"},
		{`<p lang="ja" style="width: 3.2em">最終更新</p>`, "broken word", "更新"},
		{`<p lang="ja">タイトルは 10月26日に復旧済みです。</p>`, "", ""},
	} {
		tab.Go("data:text/html;charset=utf-8," + url.PathEscape(`<!doctype html><html lang="en"><body style="font: 16px sans-serif; background: white">`+one.page))
		var found []string
		for _, f := range browsertest.Eval[[]fault](tab, gate) {
			found = append(found, f.Check+": "+f.Text)
		}
		got := strings.Join(found, "\n")
		if (one.check == "") != (got == "") || !strings.Contains(got, one.check) || !strings.Contains(got, one.text) {
			t.Errorf("%s: found %q, want %s of %q", one.page, got, one.check, one.text)
		}
	}
}
