package probe

import (
	"strings"
	"testing"
)

func endpoint(t *testing.T, protocol, host string, port int) *Endpoint {
	t.Helper()
	e := &Endpoint{Service: "Exchange", Host: host, Protocol: protocol, Port: port}
	if err := e.normalise(); err != nil {
		t.Fatal(err)
	}
	return e
}

// The way that is taken, and the rule that decided. What cannot be read is never
// "direct".
func TestWays(t *testing.T) {
	t.Parallel()
	const pac = `// by hand
function FindProxyForURL(url, host) {
	host = host.toLowerCase();
	if (isPlainHostName(host) || dnsDomainIs(host, ".contoso.com")) { return "DIRECT"; }
	if (shExpMatch(host, "*.office365.com") && url.substring(0, 6) == "https:") return 'PROXY proxy.contoso.com:3128; DIRECT';
	else return "SOCKS socks.contoso.com:1080";
}`
	environ := map[string]string{"HTTPS_PROXY": "http://user:secret@proxy.contoso.com:3128", "NO_PROXY": "intra.contoso.com, .fabrikam.com,10.0.0.0/8"}
	script := func(text string) system {
		return system{known: true, script: "http://contoso.com/proxy.pac", pac: text}
	}
	tests := []struct {
		name     string
		environ  map[string]string
		system   system
		endpoint *Endpoint
		outcome  Outcome
		code     string
		holds    string // in the arguments
		proxy    string
	}{
		{"environment", environ, system{known: true}, endpoint(t, "https", "Outlook.Office365.com.", 0), Pass, "proxy.through", "HTTPS_PROXY", "proxy.contoso.com:3128"},
		{"a final dot escapes no rule", environ, system{known: true}, endpoint(t, "https", "www.fabrikam.com.", 0), Pass, "proxy.except", "NO_PROXY: .fabrikam.com", ""},
		{"network", environ, system{known: true}, endpoint(t, "tcp", "10.1.2.3", 25), Pass, "proxy.except", "NO_PROXY: 10.0.0.0/8", ""},
		{"other scheme", environ, system{known: true}, endpoint(t, "http", "outlook.office365.com", 0), Pass, "proxy.direct", "", ""},
		{"no proxy at all", nil, system{known: true}, endpoint(t, "https", "outlook.office365.com", 0), Pass, "proxy.direct", "", ""},
		{"itself", environ, system{known: true}, endpoint(t, "https", "LOCALHOST", 0), Pass, "proxy.self", "", ""},
		{"socks", map[string]string{"https_proxy": "socks5://p:1080"}, system{known: true}, endpoint(t, "https", "outlook.office365.com", 0), Unknown, "proxy.kind", "socks5://p:1080", ""},
		{"unreadable", map[string]string{"https_proxy": "http://[::1"}, system{known: true}, endpoint(t, "https", "outlook.office365.com", 0), Unknown, "proxy.unread", "https_proxy", ""},
		{"settings unread", nil, system{}, endpoint(t, "https", "outlook.office365.com", 0), Unknown, "proxy.unknown", "", ""},
		{"looked for in the network", nil, system{known: true, detect: true}, endpoint(t, "https", "outlook.office365.com", 0), Unknown, "proxy.detect", "", ""},
		{"looked for in the network first", nil, system{known: true, detect: true, script: "x", pac: pac}, endpoint(t, "https", "outlook.office365.com", 0), Unknown, "proxy.detect", "", ""},
		{"one for all", nil, system{known: true, proxy: "proxy:8080"}, endpoint(t, "https", "outlook.office365.com", 0), Pass, "proxy.through", "ProxyServer", "proxy:8080"},
		{"by scheme", nil, system{known: true, proxy: "http=a:1;https=b:2"}, endpoint(t, "https", "outlook.office365.com", 0), Pass, "proxy.through", "ProxyServer", "b:2"},
		{"none for the scheme", nil, system{known: true, proxy: "ftp=a:1"}, endpoint(t, "https", "outlook.office365.com", 0), Pass, "proxy.direct", "", ""},
		{"no address", nil, system{known: true, proxy: "https=:"}, endpoint(t, "https", "outlook.office365.com", 0), Unknown, "proxy.unread", "ProxyServer", ""},
		{"override", nil, system{known: true, proxy: "proxy:8080", bypass: "<local>;*.office365.com"}, endpoint(t, "https", "outlook.office365.com", 0), Pass, "proxy.except", "ProxyOverride: *.office365.com", ""},
		{"local override", nil, system{known: true, proxy: "proxy:8080", bypass: "<local>"}, endpoint(t, "https", "intranet", 0), Pass, "proxy.except", "ProxyOverride: <local>", ""},
		{"script", nil, script(pac), endpoint(t, "https", "outlook.office365.com", 0), Pass, "proxy.through", "proxy.pac", "proxy.contoso.com:3128"},
		{"script says direct", nil, script(pac), endpoint(t, "https", "intranet", 0), Pass, "proxy.except", "proxy.pac", ""},
		{"script says socks", nil, script(pac), endpoint(t, "https", "teams.microsoft.com", 0), Unknown, "proxy.script", "SOCKS", ""},
		{"script asks the network", nil, script(`function FindProxyForURL(url, host) { if (isInNet(dnsResolve(host), "10.0.0.0", "255.0.0.0")) return "DIRECT"; return "PROXY p:1"; }`), endpoint(t, "https", "teams.microsoft.com", 0), Unknown, "proxy.script", "dnsResolve", ""},
		{"script is missing", nil, script(""), endpoint(t, "https", "teams.microsoft.com", 0), Unknown, "proxy.script.missing", "proxy.pac", ""},
		{"udp", environ, system{known: true}, endpoint(t, "udp", "teams.microsoft.com", 3478), Unknown, "udp", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := settings{readEnvironment(func(name string) string { return tt.environ[name] }), tt.system}
			w := s.of(tt.endpoint)
			proxy := ""
			if w.proxy != nil {
				proxy = w.proxy.Host
			}
			text := ""
			for _, value := range w.check.Args {
				text += value + " "
			}
			if w.check.Outcome != tt.outcome || w.check.Code != tt.code || !strings.Contains(text, tt.holds) || proxy != tt.proxy {
				t.Errorf("%+v through %q, want %s %s %q through %q", w.check, proxy, tt.outcome, tt.code, tt.holds, tt.proxy)
			}
			if strings.Contains(text, "secret") {
				t.Errorf("the credentials of the proxy are shown: %s", text)
			}
		})
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	tests := []struct{ body, want string }{ // "" for unread
		{`return "DIRECT"`, "DIRECT"},
		{`var p = "PROXY a:1"; if (host == "x") { p = "PROXY b:1"; } return p;`, "PROXY a:1"},
		{`if (host.length > 3 && !(host.indexOf("a") == -1)) return "A"; else if (dnsDomainLevels(host) >= 2) return "B"; return "C";`, "B"},
		{`if (localHostOrDomainIs(host, "www.contoso.com") || false) return "A"; return "C"`, "A"},
		{`if (isInNet("10.1.1.1", "10.0.0.0", "255.0.0.0")) return "A"; return "C"`, "A"},
		{`if (host != "x" || dnsResolve(host) == "1") return "A"`, "A"}, // what decides stands first
		{`/* c */ // d
		return "A" // e`, "A"},
		{`if (host == "x") return "A"`, ""}, // returns nothing
		{`return 3`, ""},
		{`return myIpAddress()`, ""},
		{`return eval("x")`, ""},
		{`while (true) {} return "A"`, ""},
		{`return "a\x41"`, ""},
		{`return "A`, ""},
		{`return "A" + host`, ""},
		{strings.Repeat("if (true) {", 300), ""},
		{"return " + strings.Repeat("!", 5000) + "true", ""},
		{"return " + strings.Repeat("(", 5000), ""},
		{`return host.substring(-1, 99999).toUpperCase()`, "WWW.CONTOSO.COM"},
		{`return [1]`, ""},
		{`return host.x`, ""},
		{`return -"a"`, ""},
	}
	for _, tt := range tests {
		got, err := evaluatePAC("function other(a) { return a + 1 }\nfunction FindProxyForURL(url, host) {"+tt.body+"}", "https://www.contoso.com/", "www.contoso.com")
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%.60s: %q, %v; want %q", tt.body, got, err, tt.want)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add(`function FindProxyForURL(url, host) { if (shExpMatch(host, "*a*b?")) return "PROXY x:1"; return "DIRECT" }`)
	f.Add(`function FindProxyForURL(u,h){var a=u.substring(0,5);if(a!="https"&&!isPlainHostName(h))return h.length>3;}`)
	f.Fuzz(func(t *testing.T, script string) {
		answer, err := evaluatePAC(script, "https://www.contoso.com/", "www.contoso.com")
		if err == nil {
			_, _ = firstOfPAC(answer)
		}
	})
}

func TestWildcards(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"*.contoso.com", "www.contoso.com", true},
		{"*.contoso.com", "contoso.com", false},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"a?c", "abc", true},
		{"a?c", "a*c", true},
		{"*a*b*", "xxaxxbxx", true},
		{"*a*b", "xxaxxbxx", false},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 5000), false}, // in no time
		{"a*", "a", true},
	}
	for _, tt := range tests {
		if got := wildcard(tt.pattern, tt.text); got != tt.want {
			t.Errorf("%.20s of %.20s: %v", tt.pattern, tt.text, got)
		}
	}
}
