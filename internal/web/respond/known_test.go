package respond_test

import (
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What is known to help stands on the pages of an issue and of a service, beside
// the provider's own workaround; the four questions stand where they arise.
func TestKnownWhereItArises(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	at := storetest.T0
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX1", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
		Posts: []tocsin.Post{{CreatedAt: at, ContentType: "text", Content: "User impact: Some.\n\nWorkaround: Walk over."}},
	})
	for path, wants := range map[string][]string{
		"/fr/issues/EX1":        {"Ce qui aide", "Client Outlook de bureau en cache", "Risque de divergence", "Walk over", `href="/fr/issues/EX1/help`},
		"/fr/services/Exchange": {"Ce qui aide", "Client Outlook de bureau en cache", "Le contournement du fournisseur", "Walk over", `href="/fr/issues/EX1/help`},
		"/ja/services/Exchange": {"役立つ情報", "Walk over"},
		"/fr/messages":          {"Quelle différence entre le SHD"},
		"/fr/history":           {"Les pannes globales"},
		"/fr/search?q=MO999999": {"Pourquoi je ne vois pas MO999999"},
	} {
		webtest.Has(t, path, plain(kim.Open(path)), wants...)
	}
	webtest.Lacks(t, "a search for words", plain(kim.Open("/fr/search?q=absent")), "Pourquoi je ne vois pas")
}
