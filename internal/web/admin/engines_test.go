package admin_test

import (
	"net/http"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/web/webtest"
)

// An administrator sees how the translation engines are doing, who is asked for
// which language and what it cost, in each language; others see nothing of it.
func TestEngines(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	today := translation.DayOf(storetest.T0)
	for _, d := range []translation.Day{
		{Day: today, Engine: "first", Language: "fr", Sent: 1200, Billed: 1100, Calls: 7, Failures: 3, Refused: 2},
		{Day: today, Language: "fr", Book: 4000, Memory: 567},
		{Day: "2019-01-01", Engine: "forgotten", Language: "fr", Sent: 99},
	} {
		if err := h.Store.Translations.Count(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	alex, kim := h.Browser(), h.Browser()
	alex.Enter("alex")
	kim.Enter("kim")
	for path, wants := range map[string][]string{
		"/admin/engines": {
			"DeepL", "Left alone", "The provider’s quota is used up; until", "HTTP 456", "quota &lt;exceeded&gt;", `<span class="late">500,000</span>`, "of 600,000", "Takes nothing in: Français",
			`<code translate="no">first</code> → <code translate="no">second</code>`, "1,200", "1,100", "4,567",
		},
		"/fr/admin/engines": {"Laissé de côté", "Le quota du fournisseur est épuisé", "Moteurs de traduction"},
		"/ja/admin/engines": {"停止中", "提供元の割り当てを使い切りました", "翻訳エンジン"},
	} {
		_, page := alex.Send("GET", path, nil)
		webtest.Has(t, path, page, wants...)
		webtest.Lacks(t, path, page, "forgotten", "<exceeded>")
	}
	if got := kim.Status("GET", "/admin/engines", nil); got != http.StatusForbidden {
		t.Errorf("somebody who does not run the desk: %d", got)
	}
}
