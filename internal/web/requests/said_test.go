package requests_test

import (
	"net/http"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What somebody wrote in another language is named, and what the phrase book knows of
// English stands beside it, marked, with ids and codes as they are; the original stays.
// A reader of the same language sees neither.
func TestThreadInOtherLanguages(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := sent(t, b, "/requests/new", full())
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "kim"})
	for _, text := range []string{"Current status: We have the logs of EX900100 and error 0x80070005.", "Nous avons redémarré le service pour vous.", "サービスを再起動しました。", "OK"} {
		if err := h.Store.SayInRequest(ctx, storetest.Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Text: text}, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	for prefix, tt := range map[string]struct{ has, lacks []string }{
		"":    {[]string{"in French", "in Japanese", `lang="ja">サービスを`}, []string{"in English", "Machine translation"}},
		"/fr": {[]string{"en anglais", "en japonais", "Traduction", "État actuel", "EX900100 and error 0x80070005", `lang="en">Current status`}, []string{"en français"}},
		"/ja": {[]string{"英語", "フランス語", "翻訳", "現在の状況", `lang="fr">Nous avons`}, nil},
	} {
		_, page := b.Send(http.MethodGet, prefix+at, nil)
		webtest.Has(t, prefix, page, tt.has...)
		webtest.Lacks(t, prefix, page, tt.lacks...)
	}
	if wants, err := h.Store.Translations.KnownLines(t.Context(), storetest.Contoso, "fr", []int64{1, 2, 3}); err != nil || len(wants) > 0 {
		t.Errorf("what people wrote is kept: %+v, %v", wants, err)
	}
}
