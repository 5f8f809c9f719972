package lane

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"
)

// taken is a request as the lane understands it; nil for one that is not its.
func taken(b []byte) (r *http.Request, rest []byte) {
	var h head
	if h.scan(b) != ours {
		return nil, nil
	}
	s := read(h.block)
	if s == nil {
		return nil, nil
	}
	address, target := h.url()
	if address == nil {
		return nil, nil
	}
	return &http.Request{Method: h.methodOf(), URL: address, RequestURI: target, Header: s.header, Host: s.host, Close: s.closes}, b[h.size:]
}

// FuzzHead holds the lane against the library: what it takes, the library
// takes with the same meaning and with the same bytes behind it.
func FuzzHead(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest",
		"HEAD /a/b;c=%20d?e=f&g HTTP/1.1\r\nHost: a:80\r\nAccept: x\r\naccept:\t y \r\nConnection: close\r\n\r\n",
		"GET /? HTTP/1.1\r\nhost: [::1]\r\nPragma: no-cache\r\nCookie: a=b; c=d\r\nAuthorization: Bearer x.y.z\r\n\r\nGET /",
		"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
		"GET /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"GET /a HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n",
		"GET /a HTTP/1.1\nHost: a\n\n",
		"GET //a HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	kept, err := os.ReadFile("testdata/heads") // what an earlier run found
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(kept)) {
		text, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			f.Fatalf("%s: %v", line, err)
		}
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, rest := taken(b)
		if got == nil {
			return
		}
		in := bufio.NewReader(bytes.NewReader(b))
		want, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("the lane takes %q, the library says %v", b, err)
		}
		if why := differ(got, want); why != "" {
			t.Fatalf("%q: %s", b, why)
		}
		if after, _ := io.ReadAll(in); !bytes.Equal(after, rest) {
			t.Fatalf("%q: the lane leaves %q, the library %q", b, rest, after)
		}
		if !httpguts.ValidHostHeader(got.Host) {
			t.Fatalf("%q: the library's server refuses the host", b)
		}
		for name, values := range got.Header {
			if !httpguts.ValidHeaderFieldName(name) || strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
				t.Fatalf("%q: bad field %q: %q", b, name, values)
			}
		}
	})
}

func differ(got, want *http.Request) string {
	delete(want.Header, "Host") // as the library's server does
	switch {
	case got.Method != want.Method || got.RequestURI != want.RequestURI || want.Proto != "HTTP/1.1":
		return "another request line"
	case !reflect.DeepEqual(got.URL, want.URL):
		return "another address"
	case got.Host != want.Host || got.Close != want.Close:
		return "another host or end"
	case !reflect.DeepEqual(got.Header, want.Header):
		return "another header"
	case want.ContentLength != 0 || len(want.TransferEncoding) > 0 || want.Body != http.NoBody || len(want.Trailer) > 0:
		return "a body"
	}
	return ""
}
