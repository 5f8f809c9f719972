package wire_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/enginetest"
	"example.org/tocsin/internal/translate/wire"
)

// An engine that does not answer in time, or whose certificate nobody vouches
// for, fails in a class of its own.
func TestWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	silent := enginetest.Serve(t, func(http.ResponseWriter, enginetest.Request) { <-t.Context().Done() })
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	for _, test := range []struct {
		address string
		timeout time.Duration
		class   translate.FailureClass
	}{{silent.Address, 50 * time.Millisecond, translate.FailurePassing}, {stranger.URL, time.Minute, translate.FailureOff}} {
		client, err := wire.New(wire.Config{Address: test.address, Timeout: test.timeout, Now: enginetest.Now})
		if err != nil {
			t.Fatal(err)
		}
		var into any
		if _, err := client.JSON(t.Context(), "/x", nil, "a", &into); err == nil || translate.FailureOf(err).Class != test.class {
			t.Errorf("%s: %v, want class %s", test.address, err, test.class)
		}
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	server := enginetest.Say(t, http.StatusOK, `{"a":1}`)
	client, err := wire.New(wire.Config{Address: server.Address + "/base/", Header: http.Header{"X-Key": {"k"}}, Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	var into struct{ A int }
	if _, err := client.Form(t.Context(), "/form?x=1", url.Values{"q": {"é&"}}, &into); err != nil || into.A != 1 {
		t.Error(into, err)
	}
	if _, err := client.Get(t.Context(), "/list", &into); err != nil {
		t.Error(err)
	}
	seen := server.Seen()
	if seen[0].Path != "/base/form" || seen[0].Query != "x=1" || seen[0].Body != "q=%C3%A9%26" || seen[0].Header.Get("X-Key") != "k" || seen[1].Method != http.MethodGet || seen[1].Path != "/base/list" {
		t.Errorf("%+v", seen)
	}
	if _, err := wire.New(wire.Config{Address: "ftp://x"}); err == nil {
		t.Error("an address that is none was taken")
	}
}
