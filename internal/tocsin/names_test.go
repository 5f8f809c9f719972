package tocsin_test

import (
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestNames(t *testing.T) {
	t.Parallel()
	n := tocsin.NewNames("https://health.contoso.com/", "https://desk.intra", "https://desk.intra:8443", "https://[fd00::1]:9000", "https://xn--sant-epa.example")
	for host, want := range map[string]string{
		"health.contoso.com":      "https://health.contoso.com",
		"health.contoso.com:443":  "https://health.contoso.com",
		"health.contoso.com:8080": "https://health.contoso.com", // through a proxy
		"HEALTH.Contoso.COM.":     "https://health.contoso.com",
		"desk.intra":              "https://desk.intra",
		"desk.intra.:443":         "https://desk.intra",
		"desk.intra:8443":         "https://desk.intra:8443",
		"desk.intra:1":            "https://desk.intra",
		"[fd00::1]:9000":          "https://[fd00::1]:9000",
		"[FD00::1]":               "https://[fd00::1]:9000",
		"xn--sant-epa.example":    "https://xn--sant-epa.example",
		"127.0.0.1:8080":          "https://health.contoso.com",
		"evil.example":            "https://health.contoso.com", // refused before it comes here
		"":                        "https://health.contoso.com",
	} {
		if got := n.For(host); got != want {
			t.Errorf("For(%q) = %s, want %s", host, got, want)
		}
	}
	if got, ok := n.Has("HTTPS://desk.intra/"); !ok || got != "https://desk.intra" {
		t.Errorf("Has = %q, %v", got, ok)
	}
	if _, ok := n.Has("https://desk.intra:1"); ok {
		t.Error("another port is another address")
	}
	if n.First() != "https://health.contoso.com" || len(n.All()) != 5 {
		t.Errorf("First = %s, All = %s", n.First(), n.All())
	}
}
