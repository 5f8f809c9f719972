package graph_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A page that nobody asked for before is compressed once each of its entities
// was asked for twice, whatever pages these were on, and says the same as the
// plain one: also after a change, in other orders, and with other heads.
func TestPagesOfPieces(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	d.record(storetest.Contoso, many(60)...)
	asked := 0
	packed := func(target string) (compressed bool) {
		asked++
		accept := fmt.Sprintf("application/json,text/x-%d", asked)
		plain, got := d.get(target), d.get(target, "Accept-Encoding", "gzip", "Accept", accept)
		if got.status != 200 || plain.status != 200 {
			t.Fatal(target, got.status, plain.status, plain.body)
		}
		body := []byte(got.body)
		if compressed = got.header.Get("Content-Encoding") == "gzip"; compressed {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(target, err)
			}
			if fmt.Sprint(len(got.body)) != got.header.Get("Content-Length") || 2*len(got.body) > len(body) && len(body) > 4000 {
				t.Errorf("%s: %d of %d bytes, announced %s", target, len(got.body), len(body), got.header.Get("Content-Length"))
			}
			tag := got.header.Get("ETag")
			if tag[:3] != `W/"` {
				t.Errorf("%s: %s names bytes that another form of the answer does not have", target, tag)
			}
			if again := d.get(target, "Accept-Encoding", "gzip", "Accept", accept+"0", "If-None-Match", tag); again.status != 304 {
				t.Errorf("%s: %d for a client that has it", target, again.status)
			}
		}
		if string(body) != plain.body {
			t.Errorf("%s says\n%.300s\nin place of\n%.300s", target, body, plain.body)
		}
		return compressed
	}
	if packed("issues?$top=40") || !packed("issues?$top=40&$skip=1") && !packed("issues?$top=41") {
		t.Error("compressed at the first time, or never")
	}
	for _, target := range []string{
		"issues?$top=40&$count=true", "issues?$top=20&$orderby=id desc&$skip=30", "issues?$top=1", "issues?$top=0", "issues?$filter=isResolved eq false&$top=30", "issues?$top=9&$format=application/json%3Bodata.metadata=none",
		"issues?$top=9&$format=application/json%3Bodata.metadata=full", "issues?$top=9&$select=id,title", "messages?$top=10", "healthOverviews?$expand=issues", "healthOverviews?$top=3",
	} {
		for range 3 {
			packed(target)
		}
	}
	if !packed("messages?$top=10") {
		t.Error("messages are not compressed")
	}
	changed := many(1)[0].(tocsin.Issue)
	changed.Title, changed.ModifiedAt = "another title", changed.ModifiedAt.AddDate(0, 1, 0)
	d.record(storetest.Contoso, changed)
	if packed("issues?$top=40") {
		t.Error("what is new was asked for already")
	}
	packed("issues?$top=40")
	if !packed("issues?$top=40") {
		t.Error("what is new is not compressed")
	}
}
