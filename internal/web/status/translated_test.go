package status_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Posts stand beside their translation in the reader's language or the one of the
// address, each line with where its words are from; English readers see what they
// saw.
func TestIssueBesideItsTranslation(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now, tocsin.Issue{
		ID: "EX1", Title: "Purple elephants block the switch", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0,
		Posts: []tocsin.Post{{CreatedAt: storetest.T0, Type: "regular", ContentType: "text", Content: "User impact: <b>Purple</b> elephants block the switch.\n\nThis is the final update for the event."}},
	})
	const french = `<div class="bi__p tr" lang="fr"><b>Impact sur les utilisateurs` + "\u00a0" + `:</b>`
	for address, want := range map[string][]string{
		"/issues/EX1":                       {`!class="bi__h`, `!bi__p tr`, `aria-current="true">Original only</a>`, `translation=fr`},
		"/issues/EX1?translation=off":       {`!class="bi__h`},
		"/fr/issues/EX1":                    {french, `<span lang="en"> &lt;b&gt;Purple&lt;/b&gt; elephants block the switch.</span>`, "aucun moteur ne traduit", "recueil de phrases", `href="/fr/issues/EX1?translation=off"`, `hreflang="fr" aria-current="true"`},
		"/fr/issues/EX1?translation=off":    {`!class="bi__h`, `href="/fr/issues/EX1" lang="fr"`},
		"/issues/EX1?translation=fr":        {french, "phrase book", "no machine translates"},
		"/ja/issues/EX1":                    {`<div class="bi__p tr" lang="ja"><b>ユーザーへの影響：</b>`, "定型文"},
		"/issues/EX1?translation=de":        {`lang="de"><b>Auswirkungen auf Benutzer:</b>`},
		"/issues/EX1?translation=xx":        {"!bi__h"},
		"/fr/issues/EX1?translation=es":     {`lang="es"><b>Impacto en los usuarios:</b>`},
		"/issues/EX1?translation=%3Cscript": {"!<script>x"},
	} {
		status, _, body := d.Get(address)
		if strings.Contains(address, "xx") || strings.Contains(address, "%3C") {
			if status != http.StatusBadRequest {
				t.Errorf("%s: %d, want 400", address, status)
			}
			continue
		}
		if status != http.StatusOK {
			t.Errorf("%s: %d", address, status)
		}
		for _, text := range want {
			unwanted, not := strings.CutPrefix(text, "!")
			if strings.Contains(body, unwanted) == not {
				t.Errorf("%s: %q", address, text)
			}
		}
	}
}
