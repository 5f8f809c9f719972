package probe

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/lang"
)

// Each kind and endpoint is one finding, the worst; what a probe never tells is
// none, and would hold every verdict open.
func TestFindings(t *testing.T) {
	t.Parallel()
	l, err := lang.NewLocale("en")
	if err != nil {
		t.Fatal(err)
	}
	const https, plain = "https://outlook.office365.com:443", "http://outlook.office365.com:80"
	r := Result{Checks: []Check{
		{Kind: DNS, Outcome: Pass, Code: "dns.madeup.none"},
		{Kind: Proxy, Outcome: Unknown, Code: "proxy.madeup.unknown"},
		{Kind: DNS, Target: "outlook.office365.com", Outcome: Pass, Code: "dns.ok"},
		{Kind: DNS, Target: "outlook.office365.com", Outcome: Fail, Code: "dns.timeout"},
		{Kind: DNS, Target: "outlook.office365.com", Outcome: Unknown, Code: "cut"},
		{Kind: Proxy, Target: https, Outcome: Pass, Code: "proxy.direct"},
		{Kind: Connect, Target: https, Outcome: Pass, Code: "connect.ok"},
		{Kind: TLS, Target: https, Outcome: Fail, Code: "tls.intercepted"},
		{Kind: HTTP, Target: https, Outcome: Fail, Code: "http.fault"},
		{Kind: Proxy, Target: plain, Outcome: Pass, Code: "proxy.direct"},
		{Kind: HTTP, Target: plain, Outcome: Fail, Code: "http.portal"},
		{Kind: UDP, Target: "udp://teams.microsoft.com:3478", Outcome: Unknown, Code: "udp"},
		{Kind: Clock, Outcome: Unknown, Code: "clock.unsure"},
	}}
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	var got []string
	for _, f := range r.Findings(l, "PC-0417", at) {
		got = append(got, f.Check+" "+f.Outcome)
		if f.Origin != "PC-0417" || !f.At.Equal(at) || f.Detail == "" {
			t.Errorf("%+v", f)
		}
	}
	want := []string{
		"dns/- pass", "dns/outlook.office365.com fail", "proxy/" + https + " pass", "connect/" + https + " pass", "tls/" + https + " fail", "http/" + https + " fail",
		"proxy/" + plain + " fail", "clock unknown",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
