package translate_test

import (
	"testing"

	"example.org/tocsin/internal/translate"
)

func TestMarkup(t *testing.T) {
	t.Parallel()
	const text = `⟦1⟧ says "a < b" & ⟦12⟧'s <tag>; ⟦x⟧`
	if got, want := translate.ToHTML(text), `<span class="notranslate" translate="no">⟦1⟧</span> says &#34;a &lt; b&#34; &amp; <span class="notranslate" translate="no">⟦12⟧</span>&#39;s &lt;tag&gt;; ⟦x⟧`; got != want {
		t.Errorf("HTML %s", got)
	}
	if got, want := translate.ToXML(text), `<x id="1"/> says &#34;a &lt; b&#34; &amp; <x id="12"/>&#39;s &lt;tag&gt;; ⟦x⟧`; got != want {
		t.Errorf("XML %s", got)
	}
	if back := translate.FromHTML(translate.ToHTML(text)); back != text {
		t.Errorf("back from HTML %s", back)
	}
	if back := translate.FromXML(translate.ToXML(text)); back != text {
		t.Errorf("back from XML %s", back)
	}
	for answer, want := range map[string]string{
		`<SPAN translate="no" class="notranslate"> ⟦ 1 ⟧ </SPAN>&nbsp;: l&#39;essai`: "⟦ 1 ⟧\u00a0: l'essai",
		`<span class="notranslate">⟦1⟧ mots</span>`:                                  `<span class="notranslate">⟦1⟧ mots</span>`,
		`<b>⟦1⟧</b>`: `<b>⟦1⟧</b>`,
	} {
		if got := translate.FromHTML(answer); got != want {
			t.Errorf("%s: %s", answer, got)
		}
	}
	for answer, want := range map[string]string{
		`<x id='1'></x>&#x2019;a <x id="2" /><x  id="3"/>`: "⟦1⟧’a ⟦2⟧⟦3⟧",
		`<x id="1">mots</x>`: `<x id="1">mots</x>`,
	} {
		if got := translate.FromXML(answer); got != want {
			t.Errorf("%s: %s", answer, got)
		}
	}
}
