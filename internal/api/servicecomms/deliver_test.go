package servicecomms_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// shared is an issue that both tenants have, with a text worth compressing.
func shared(t *testing.T, s *storetest.Desk, title string, at time.Time) {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Issue{
		ID: "EX1", Title: title, Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
		Posts: []tocsin.Post{{CreatedAt: at, Type: "regular", ContentType: "text", Content: strings.Repeat("Users may be unable to sign in. ", 200)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		if _, err := s.Record(t.Context(), archive.Record{TenantID: tenant, Source: "test", SeenAt: at, Entries: []archive.Entry{{Document: doc}}}); err != nil {
			t.Fatal(err)
		}
	}
}

// A client that has the answer is told so, and only with the tag of its own
// tenant, in the form that it asks for.
func TestEntityTags(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shared(t, s, "first", now.Add(-time.Hour))
	api := serve(t, s)
	fabrikam := strings.Replace(root, "contoso.com", "fabrikam.com", 1)
	for _, operation := range []string{"Services", "CurrentStatus", "HistoricalStatus", "Messages", "Messages?$filter=" + q("Id eq 'EX1'"), "Messages?$select=Id"} {
		first := ask(t, api, "GET", root+operation, good)
		tag := first.Header().Get("ETag")
		if tag == "" || strings.HasPrefix(tag, "W/") {
			t.Errorf("%s: tag %q", operation, tag)
		}
		again := ask(t, api, "GET", root+operation, good, "If-None-Match: \"x\", "+tag)
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != tag || again.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %d %v", operation, again.Code, again.Header())
		}
		if w := ask(t, api, "GET", root+operation, good, "If-None-Match: "+tag, "Accept: application/json;odata.metadata=full"); w.Code != http.StatusOK {
			t.Errorf("%s: the tag is good for another form", operation)
		}
		other := ask(t, api, "GET", fabrikam+operation, "fabrikam:ServiceHealth.Read", "If-None-Match: "+tag)
		if other.Code != http.StatusOK || other.Header().Get("ETag") == tag {
			t.Errorf("%s: Contoso's tag is good for Fabrikam", operation)
		}
	}
	before := ask(t, api, "GET", root+"Messages", good).Header().Get("ETag")
	shared(t, s, "second", now.Add(-time.Minute))
	if w := ask(t, serve(t, s), "GET", root+"Messages", good, "If-None-Match: "+before); w.Code != http.StatusOK {
		t.Error("a change leaves the tag as it was")
	}
}

// An answer that is asked for again is compressed, and says the same.
func TestCompressed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shared(t, s, "first", now.Add(-time.Hour))
	api := serve(t, s)
	plain := ask(t, api, "GET", root+"Messages", good)
	for n := range 3 {
		w := ask(t, api, "GET", root+"Messages", good, "Accept-Encoding: gzip")
		if zipped := w.Header().Get("Content-Encoding") == "gzip"; zipped != (n > 0) {
			t.Fatalf("answer %d: %v", n, w.Header())
		}
		if n == 0 {
			continue
		}
		if w.Header().Get("ETag") == plain.Header().Get("ETag") {
			t.Error("other bytes have the same tag")
		}
		r, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != plain.Body.String() {
			t.Errorf("%v: compressed: %.200s", err, text)
		}
	}
	if w := ask(t, api, "GET", root+"Messages", good, "Accept-Encoding: gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("compressed against the client's will")
	}
}
