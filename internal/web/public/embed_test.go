package public_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The embedded page goes into frames of others, in the language, theme and zone
// that its address names, without a script or a cookie.
func TestEmbed(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	response, page := b.Send("GET", "/status/contoso/embed?theme=dark&lang=ja&tz=Asia%2FTokyo", nil)
	policy := response.Header.Get("Content-Security-Policy")
	if response.StatusCode != http.StatusOK || !strings.Contains(policy, "frame-ancestors *") || strings.Contains(policy, "script-src") || response.Header.Get("Set-Cookie") != "" || response.Header.Get("X-Frame-Options") != "" {
		t.Errorf("embedded page: %s, %v", response.Status, response.Header)
	}
	webtest.Has(t, "embedded page", page, `lang="ja"`, `data-theme="dark"`, "Exchange Online", `href="/ja/status/contoso"`, "19:00", "東京")
	webtest.Lacks(t, "embedded page", page, "<script", "<form", "Fabrikam", "MC9")
	for path, want := range map[string]int{
		"contoso/embed": 200, "contoso/embed?lang=es": 200, "contoso/embed?theme=auto": 200, "contoso/embed?theme=pink": 400, "contoso/embed?lang=xx": 400, "contoso/embed?tz=..%2Fetc": 400, "contoso/embed?x=1": 400,
		"fabrikam/embed": 404,
	} {
		if got := b.Status("GET", "/status/"+path, nil); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	if response, _ := b.Send("GET", "/status/contoso", nil); !strings.Contains(response.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("another page goes into frames")
	}
	if _, err := h.Store.ChangePublishing(t.Context(), storetest.Contoso, h.Clock(), func(p *tocsin.Publishing) error { p.Readership = tocsin.ForReaders; return nil }); err != nil {
		t.Fatal(err)
	}
}
