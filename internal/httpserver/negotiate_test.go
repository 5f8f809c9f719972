package httpserver_test

import (
	"net/http"
	"testing"

	"example.org/tocsin/internal/httpserver"
)

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]bool{
		"":                      false,
		"gzip":                  true,
		"GZIP":                  true,
		"br, gzip;q=0.5":        true,
		"gzip;q=0":              false,
		"gzip; q = 0.000":       false,
		"gzip;q=much":           false,
		"gzip;level=9":          true,
		"identity":              false,
		"*":                     true,
		"*;q=0":                 false,
		"*, gzip;q=0":           false,
		"gzip;q=0, *;q=1":       false,
		"x-gzip, gzipped, zip":  false,
		"deflate;q=1, *;q=0.25": true,
	} {
		if got := httpserver.AcceptsGzip(http.Header{"Accept-Encoding": {given}}); got != want {
			t.Errorf("%q: %v, want %v", given, got, want)
		}
	}
	if !httpserver.AcceptsGzip(http.Header{"Accept-Encoding": {"br", "gzip"}}) {
		t.Error("the second line is not read")
	}
}

func TestHasTag(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]bool{
		"":                    false,
		"*":                   false,
		`"a"`:                 true,
		`W/"a"`:               true,
		`"a-gzip"`:            true,
		`"b", W/"a-gzip"`:     true,
		`"b"`:                 false,
		`a`:                   false,
		`"a`:                  false,
		`"`:                   false,
		`"a-gzip-gzip"`:       false,
		`"b" , "c","a-gzip" `: true,
	} {
		if got := httpserver.HasTag([]string{given}, "a"); got != want {
			t.Errorf("%s: %v, want %v", given, got, want)
		}
	}
}

// If-Match compares strongly, whether or not the answer is compressed.
func TestMatches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		given, tag string
		want       bool
	}{
		{`"a"`, `"a"`, true},
		{`"a-gzip"`, `"a"`, true},
		{`"a"`, `"a-gzip"`, true},
		{`"x" , "a"`, "a", true},
		{`*`, `"a"`, true},
		{`*`, "", true},
		{`W/"a"`, `"a"`, false},
		{`a`, `"a"`, false},
		{`"b"`, `"a"`, false},
		{`""`, "", false},
		{`"a"`, "", false},
		{``, `"a"`, false},
		{`"-gzip"`, "", false},
	} {
		if got := httpserver.Matches([]string{tt.given}, tt.tag); got != tt.want {
			t.Errorf("%s matches %s: %v", tt.given, tt.tag, got)
		}
	}
}
