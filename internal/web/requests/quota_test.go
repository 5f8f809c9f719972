package requests_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// T-51: whoever has begun, written or added too much within an hour is told so in the
// form that they sent, in their language, with 413, and what they wrote is still there.
func TestT51Quotas(t *testing.T) {
	t.Parallel()
	h, _ := outage(t)
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "nil"})
	b := entered(h, "nil")
	content := tocsin.RequestContent{To: "desk", Title: "Printer is quiet", Kind: "technical", Severity: "C"}
	for range tocsin.MaxRequestsAnHour {
		if _, err := h.Store.OpenRequest(ctx, storetest.Contoso, respond.RequestDraft{Content: content}, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	for range tocsin.MaxTurnsAnHour {
		if err := h.Store.SayInRequest(ctx, storetest.Contoso, 1, tocsin.RequestSaid{Kind: "note", Text: "x"}, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	for n := range tocsin.MaxFilesAnHour {
		if _, err := h.Store.AddRequestFile(ctx, storetest.Contoso, int64(1+n/tocsin.MaxRequestFiles), tocsin.RequestFile{Name: "x", Body: []byte("x")}, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(what, path string, form url.Values, want ...string) {
		t.Helper()
		response, page := b.Send(http.MethodPost, path, form)
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", what, response.Status)
		}
		webtest.Has(t, what, text(page), want...)
	}
	form := url.Values{"to": {"desk"}, "title": {"One too many"}, "kind": {"technical"}, "severity": {"C"}, "requester": {"Accounts"}, "services": {"Exchange Online"}, "when": {"09:00"}, "draft": {"1"}}
	refused("a request", "/requests/new", form, "You have begun 60 requests within an hour")
	refused("a request in French", "/fr/requests/new", form, "ou passez la main")
	note := url.Values{"do": {"note"}, "text": {"Half an answer"}}
	refused("a note", "/requests/1/work", note, "You have written 240 times")
	refused("a note in Japanese", "/ja/requests/1/work", note, "240 回まで")
	if response := upload(t, h, b, "/requests/9/files", map[string][]byte{"x.log": []byte("x")}); response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a file: %s", response.Status)
	}
	h.Pass(time.Hour)
	sent(t, b, "/requests/1/work", note)
}
