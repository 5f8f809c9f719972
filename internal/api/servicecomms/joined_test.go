package servicecomms_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A page that nobody asked for before is compressed once each of its messages
// was asked for twice, whatever pages these were on, and says the same as the
// plain one.
func TestPagesOfPieces(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var list []any
	for i := range 60 {
		at := now.Add(-time.Duration(i+1) * time.Hour)
		list = append(list, tocsin.Issue{
			ID: fmt.Sprintf("EX%d", i), Title: fmt.Sprint("Delay ", i), Service: "Exchange Online", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
			Posts: []tocsin.Post{{CreatedAt: at, Type: "regular", ContentType: "text", Content: strings.Repeat(fmt.Sprintf("Users of region %d may see delays. ", i), 30)}},
		}, tocsin.Message{
			ID: fmt.Sprintf("MC%d", i), Title: fmt.Sprint("News ", i), Services: []string{"Exchange Online"}, Category: "stayInformed", Severity: "normal", StartAt: at, EndAt: now.Add(time.Hour), ModifiedAt: at,
			ContentType: "html", Content: strings.Repeat(fmt.Sprintf("<p>Button %d moves.</p>", i), 30),
		})
	}
	put(t, s, storetest.Contoso, now, list...)
	api, asked := serve(t, s), 0
	packed := func(query, accept string) (compressed bool) {
		t.Helper()
		asked++
		target := fmt.Sprintf("%sMessages?%s&$filter=%s", root, query, q(fmt.Sprintf("StartTime ge %s", now.Add(-100*time.Hour-time.Duration(asked)*time.Second).Format(time.RFC3339))))
		plain, got := ask(t, api, "GET", target, good, "Accept: "+accept), ask(t, api, "GET", target, good, "Accept: "+accept, "Accept-Encoding: gzip")
		if plain.Code != 200 || got.Code != 200 {
			t.Fatal(target, plain.Code, got.Code, plain.Body)
		}
		body := got.Body.Bytes()
		if compressed = got.Header().Get("Content-Encoding") == "gzip"; compressed {
			if length := got.Header().Get("Content-Length"); length != fmt.Sprint(len(body)) || 2*len(body) > plain.Body.Len() {
				t.Errorf("%s: %d of %d bytes, announced %s", target, len(body), plain.Body.Len(), length)
			}
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(target, err)
			}
		}
		if string(body) != plain.Body.String() {
			t.Errorf("%s says\n%.300s\nin place of\n%.300s", target, body, plain.Body)
		}
		return compressed
	}
	const minimal, none = "application/json;odata.metadata=minimal", "application/json;odata.metadata=none"
	if packed("$top=40", none) {
		t.Error("compressed at the first time")
	}
	for _, query := range []string{"$top=40", "$top=40&$skip=1", "$top=30&$skip=35", "$top=1", "$top=0", "$select=Id", "$count=true", ""} {
		for _, accept := range []string{none, minimal, "application/json;odata.metadata=full"} {
			for range 3 {
				packed(query, accept)
			}
		}
	}
	if !packed("$top=40", none) || !packed("$top=90", minimal) || packed("$top=40&$select=Id", none) {
		t.Error("pages of messages that were asked for are not compressed, or selections are")
	}
}
