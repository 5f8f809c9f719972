package httpclient_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/httpclient"
)

const root = "https://graph.contoso.com/v1.0/admin/serviceAnnouncement"

func pinned(t *testing.T, root string) *httpclient.Client {
	t.Helper()
	client, err := httpclient.New(httpclient.Config{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestResolveFollowsItsOwn(t *testing.T) {
	t.Parallel()
	client := pinned(t, root)
	for link, want := range map[string]string{
		root:                         root,
		root + "/messages?$skip=100": root + "/messages?$skip=100",
		root + "/messages?$skiptoken=a/..b%2F%2e%25":                          root + "/messages?$skiptoken=a/..b%2F%2e%25",
		"/v1.0/admin/serviceAnnouncement/issues?x":                            root + "/issues?x",
		"https://GRAPH.contoso.com:443/v1.0/admin/serviceAnnouncement/issues": root + "/issues",
		root + "/healthOverviews/Exchange%20Online":                           root + "/healthOverviews/Exchange%20Online",
		root + "/issues/": root + "/issues/",
	} {
		if got, err := client.Resolve(link); err != nil || got != want {
			t.Errorf("Resolve(%q) = %q, %v, want %q", link, got, err, want)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	client := pinned(t, root)
	const api = "/v1.0/admin/serviceAnnouncement"
	for _, link := range []string{
		"https://graph.fabrikam.com" + api, "https://graph.contoso.com.evil.example" + api, "https://evilgraph.contoso.com" + api,
		"https://graph.contoso.com." + api, "https://graph.contoso.com:8443" + api, "https://graph.contoso.com:80" + api,
		"http://graph.contoso.com" + api, "http://graph.contoso.com:443" + api, "ftp://graph.contoso.com" + api,
		"https://graph.contoso.com@evil.example" + api, "https://user:pw@graph.contoso.com" + api, "https://@graph.contoso.com.evil.example" + api,
		"//evil.example" + api, `/\evil.example` + api, `\\evil.example` + api, `https:\\evil.example` + api, `https://graph.contoso.com\@evil.example` + api,
		"///evil.example" + api, "https:///evil.example" + api, "https:evil.example" + api, "https:/evil.example" + api,
		"https://graph.cоntoso.com" + api, "https://graph.contoso｡com" + api, "https://xn--graph-contoso.com" + api, "https://ｇraph.contoso.com" + api,
		root + "/../users", root + "/..", root + "/./issues", root + "/x/../../users", root + "//issues", root + "/issues//", "../users", "..", "./x",
		root + "/%2e%2e/users", root + "/.%2E/users", root + "%2f..%2fusers", root + "/%2Fx", root + `/%5c..`, root + "/%252e%252e/x", root + "/%c0%ae%c0%ae/x", root + "/%00", root + "/%0d%0aHost:x",
		"/v1.0/users", "/", "/v1.0/admin", "/v1.0/admin/serviceAnnouncementX", "/V1.0/admin/serviceAnnouncement", "issues",
		root + "/issues#x", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "\thttps://graph.contoso.com" + api, "https://graph.contoso.com\r\n" + api,
		"https://graph.contoso.com:443:80" + api, "https://[::1]" + api, "https://%67raph.contoso.com:1" + api, "https://graph.contoso.com%2eevil.example" + api,
		root + "?" + strings.Repeat("x", 9000),
	} {
		got, err := client.Resolve(link)
		if !errors.Is(err, httpclient.ErrRefused) || got != "" {
			t.Errorf("Resolve(%q) = %q, %v, want it refused", link, got, err)
		} else if strings.Contains(err.Error(), "evil") || strings.Contains(err.Error(), "pw") {
			t.Errorf("Resolve(%q) repeats the link: %v", link, err)
		}
	}
}

func TestResolveKeepsToTheTenant(t *testing.T) {
	t.Parallel()
	const server = "http://127.0.0.1:8080/api/v1.0/"
	client := pinned(t, server+"11111111-1111-4111-8111-111111111111/ServiceComms")
	if _, err := client.Resolve(server + "22222222-2222-4222-8222-222222222222/ServiceComms/Messages"); !errors.Is(err, httpclient.ErrRefused) {
		t.Errorf("another tenant's path: %v", err)
	}
	if _, err := client.Resolve(server + "11111111-1111-4111-8111-111111111111/ServiceComms/Messages?$top=1"); err != nil {
		t.Errorf("its own path: %v", err)
	}
	if _, err := client.Do(t.Context(), http.MethodGet, "http://127.0.0.1:8081/api/v1.0/", nil, nil); !errors.Is(err, httpclient.ErrRefused) {
		t.Errorf("Do to another port: %v", err)
	}
}

// FuzzResolve checks the one thing that matters of whatever is accepted: it
// starts with the root.
func FuzzResolve(f *testing.F) {
	for _, seed := range []string{root + "/issues?$skip=1", "/v1.0/admin/serviceAnnouncement/x", "//h", `/\h`, "https://u@h", root + "/%2e%2e"} {
		f.Add(seed)
	}
	client, err := httpclient.New(httpclient.Config{Root: root})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, link string) {
		got, err := client.Resolve(link)
		if err == nil && (!strings.HasPrefix(got, root) || strings.Contains(strings.SplitN(got, "?", 2)[0], "/..")) {
			t.Errorf("Resolve(%q) = %q", link, got)
		}
	})
}

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
		{"3600", in(time.Hour)},
		{"99999999999999999999", in(time.Hour)},
		{strings.Repeat("9", 5000), in(time.Hour)},
		{"-1", time.Time{}},
		{"+5", time.Time{}},
		{"1e3", time.Time{}},
		{"0x10", time.Time{}},
		{"1_0", time.Time{}},
		{"NaN", time.Time{}},
		{"Inf", time.Time{}},
		{"1.2.3", time.Time{}},
		{".", time.Time{}},
		{"", time.Time{}},
		{"soon", time.Time{}},
		{in(90 * time.Second).Format(http.TimeFormat), in(90 * time.Second)},
		{in(90 * time.Second).Format("Monday, 02-Jan-06 15:04:05 GMT"), in(90 * time.Second)},
		{in(90 * time.Second).Format(time.ANSIC), in(90 * time.Second)},
		{in(-time.Hour).Format(http.TimeFormat), in(time.Second)},
		{in(48 * time.Hour).Format(http.TimeFormat), in(time.Hour)},
		{"Fri, 31 Dec 9999 23:59:59 GMT", in(time.Hour)},
		{"Mon, 01 Jan 0001 00:00:00 GMT", in(time.Second)},
	}
	for _, tt := range tests {
		got, ok := httpclient.RetryAfter(tt.header, now)
		if ok != !tt.want.IsZero() || ok && !got.Equal(tt.want) {
			t.Errorf("RetryAfter(%.40q) = %v, %v, want %v", tt.header, got, ok, tt.want)
		}
	}
}
