package httpclient_test

import (
	"net/http"
	"testing"
	"time"

	"example.org/tocsin/internal/httpclient"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) time.Time { return now.Add(d) }
	tests := []struct {
		header string
		want   time.Time // zero when it says nothing
	}{
		{"17", in(17 * time.Second)},
		{"2.128", in(2128 * time.Millisecond)},
		{" 5 ", in(5 * time.Second)},
		{"0", in(time.Second)},
		{"99999999999999999999", in(time.Hour)},
		{"-1", time.Time{}},
		{"1e3", time.Time{}},
		{"0x10", time.Time{}},
		{"NaN", time.Time{}},
		{"", time.Time{}},
		{"soon", time.Time{}},
		{in(90 * time.Second).Format(http.TimeFormat), in(90 * time.Second)},
		{in(90 * time.Second).Format("Monday, 02-Jan-06 15:04:05 GMT"), in(90 * time.Second)},
		{in(90 * time.Second).Format(time.ANSIC), in(90 * time.Second)},
		{in(-time.Hour).Format(http.TimeFormat), in(time.Second)},
		{in(48 * time.Hour).Format(http.TimeFormat), in(time.Hour)},
	}
	for _, tt := range tests {
		got, ok := httpclient.RetryAfter(tt.header, now)
		if ok != !tt.want.IsZero() || ok && !got.Equal(tt.want) {
			t.Errorf("RetryAfter(%q) = %v, %v, want %v", tt.header, got, ok, tt.want)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	if got := httpclient.Redact("https://user:pw@host/path?sig=secret#x"); got != "https://host/path" {
		t.Errorf("Redact = %q", got)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"", "host", "ftp://host/", "https://user@host/", "https://host/?q", "https:///x", "https://host/#f", "\x00"} {
		if _, err := httpclient.New(httpclient.Config{Root: root}); err == nil {
			t.Errorf("New(%q) succeeded", root)
		}
	}
}
