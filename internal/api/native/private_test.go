package native_test

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A message about data privacy is not there for clients that may not read it,
// at whichever address they ask and whatever they do.
func TestPrivateMessages(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	for id, tags := range map[string][]string{"MC100001": nil, "MC100002": {"Data privacy"}} {
		doc, err := tocsin.NewDocument(tocsin.Message{
			ID: id, Title: "A request, kestrel " + id, Category: "stayInformed", Tags: tags, StartAt: storetest.T0, ModifiedAt: storetest.T0, ContentType: "text", Content: "Words.",
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.store.Record(t.Context(), archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: storetest.T0, Entries: []archive.Entry{{Document: doc}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, list := range []string{contoso + "/messages", contoso + "/changes"} {
		for token, want := range map[string]bool{"contoso": false, "all": false, "privacy": true} {
			if got := d.must(200, "GET", token, list, ""); strings.Contains(got.text, "MC100002") != want || !strings.Contains(got.text, "MC100001") {
				t.Errorf("%s for %s: %s", list, token, got.text)
			}
		}
	}
	about := 0
	for _, route := range d.api.Routes() {
		if !strings.Contains(route.Pattern, "/messages/{id}") {
			continue
		}
		about++
		method, path := fill(strings.Replace(route.Pattern, "{id}", "mc100002", 1), "contoso")
		body := ""
		if method != "GET" {
			body = `{"title":"Another","state":"new"}`
		}
		if got := d.ask(method, "contoso", path, body); got.status != 404 || strings.Contains(got.text, "kestrel") {
			t.Errorf("%s %s: %d %s, want 404", method, path, got.status, got.text)
		}
		if got := d.ask(method, "privacy", path, body); got.status == 404 {
			t.Errorf("%s %s for those who may: %s", method, path, got.text)
		}
	}
	if about < 6 {
		t.Errorf("%d routes are about one message", about)
	}
}
