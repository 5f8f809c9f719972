package web_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/web/webtest"
)

// What the provider says can be opened in its admin centre; what the desk's own
// team says cannot.
func TestPortalLinks(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	b.Enter("alex")
	for path, want := range map[string]string{
		"/issues/EX1":      `<a href="https://admin.cloud.microsoft/?#/servicehealth/:/alerts/EX1" rel="noreferrer">Open in the admin center</a>`,
		"/fr/messages/MC1": `<a href="https://admin.cloud.microsoft/?#/MessageCenter/:/messages/MC1" rel="noreferrer">Ouvrir dans le centre d’administration</a>`,
		"/ja/issues/EX2":   `/servicehealth/:/alerts/EX2" rel="noreferrer">管理センターで開く</a>`,
	} {
		if _, page := b.Send("GET", path, nil); !strings.Contains(page, want) {
			t.Errorf("%s lacks %s", path, want)
		}
	}
	if response, page := b.Send("GET", "/issues/TC1", nil); response.StatusCode != 200 || strings.Contains(page, "admin.cloud.microsoft") {
		t.Errorf("/issues/TC1: %s, or a link into the admin centre", response.Status)
	}
}
