package httpserver_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"example.org/tocsin/internal/httpserver"
)

func TestDeliver(t *testing.T) {
	t.Parallel()
	whole := httpserver.Answer{Kind: []string{"text/plain"}, Body: []byte("hello"), Tag: `"a"`}
	packed := whole
	packed.Tag, packed.Coding = httpserver.EntityTag("a", true), []string{"gzip"}
	untagged := whole
	untagged.Tag, untagged.Status = "", http.StatusNotFound
	for name, tt := range map[string]struct {
		answer httpserver.Answer
		method string
		given  string // If-None-Match
		status int
		body   string
		header http.Header
	}{
		"whole":                 {whole, "GET", "", 200, "hello", http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"5"}, "Etag": {`"a"`}}},
		"head":                  {whole, "HEAD", "", 200, "", http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"5"}, "Etag": {`"a"`}}},
		"packed":                {packed, "GET", "", 200, "hello", http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"5"}, "Etag": {`"a-gzip"`}, "Content-Encoding": {"gzip"}}},
		"known":                 {whole, "GET", `"b", W/"a"`, 304, "", http.Header{"Etag": {`"a"`}}},
		"known packed":          {packed, "GET", `"a"`, 304, "", http.Header{"Etag": {`"a-gzip"`}}},
		"known in another form": {whole, "GET", `"a-gzip"`, 304, "", http.Header{"Etag": {`"a"`}}},
		"another":               {whole, "GET", `"b"`, 200, "hello", http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"5"}, "Etag": {`"a"`}}},
		"without a tag":         {untagged, "GET", `"", *`, 404, "hello", http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"5"}}},
	} {
		w, asked := httptest.NewRecorder(), http.Header{}
		if tt.given != "" {
			asked.Set("If-None-Match", tt.given)
		}
		httpserver.Deliver(t.Context(), w, tt.method, asked, tt.answer)
		if w.Code != tt.status || w.Body.String() != tt.body || fmt.Sprint(w.Header()) != fmt.Sprint(tt.header) {
			t.Errorf("%s: %d %q %v, want %d %q %v", name, w.Code, w.Body, w.Header(), tt.status, tt.body, tt.header)
		}
	}
}

// What was packed stays as it is while the same writers pack for others.
func TestPackAtOnce(t *testing.T) {
	t.Parallel()
	packer := httpserver.NewPacker(3)
	var all sync.WaitGroup
	for who := range 8 {
		all.Go(func() {
			var kept [][]byte
			bodyOf := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + who), byte('0' + i%10)}, 10+i*97) }
			for i := range 50 {
				kept = append(kept, packer.Pack(bodyOf(i)))
			}
			for i, packed := range kept {
				r, err := gzip.NewReader(bytes.NewReader(packed))
				if err != nil {
					t.Errorf("%d: %v", i, err)
					return
				}
				if text, err := io.ReadAll(r); err != nil || !bytes.Equal(text, bodyOf(i)) {
					t.Errorf("%d: %d bytes, %v; want the %d that were packed", i, len(text), err, len(bodyOf(i)))
					return
				}
			}
		})
	}
	all.Wait()
}

func TestBuffers(t *testing.T) {
	t.Parallel()
	var b httpserver.Buffers
	b.Put(append(b.Get(), "left over"...))
	if got := b.Get(); len(got) != 0 {
		t.Errorf("a buffer begins with %q", got)
	}
	b.Put(make([]byte, 4<<20))
	for range 100 {
		if got := b.Get(); cap(got) > 2<<20 {
			t.Fatalf("a buffer of %d bytes stayed in memory", cap(got))
		}
	}
}

func BenchmarkPack(b *testing.B) {
	page := bytes.Repeat([]byte(`<li class="row"><a href="/issues/TC1">Mail is slow</a></li>`), 500)
	packer := httpserver.NewPacker(3)
	b.ReportAllocs()
	for b.Loop() {
		packer.Pack(page)
	}
}
