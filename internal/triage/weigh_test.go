package triage

import (
	"strings"
	"testing"
)

// evidence is written as "check=outcome" with blanks between.
func evidence(text string) []Evidence {
	var list []Evidence
	for _, one := range strings.Fields(text) {
		check, outcome, _ := strings.Cut(one, "=")
		list = append(list, Evidence{Check: check, Outcome: Outcome(outcome)})
	}
	return list
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, evidence string
		cause          Cause
		more           string // confidence or why
	}{
		// The provider.
		{"the call of MO821132", "scope=many services=several network=both code=server shd=match", Provider, "high"},
		{"nothing in the SHD yet", "scope=many services=several network=both code=server shd=none", Provider, "medium"},
		{"the SHD is not heard", "scope=many services=several network=both code=server shd=unknown", Provider, "medium"},
		{"one service", "scope=many services=one network=both code=server shd=match", Provider, "high"},
		{"no code", "scope=many services=several network=both code=unknown shd=match", Provider, "high"},
		{"a site, on 4G as well", "scope=site services=several network=both code=server shd=match", Provider, "high"},
		{"a team, one service", "scope=team services=one network=both code=server shd=match", Provider, "medium"},
		{"one person, another client fails too", "scope=one services=several network=both code=server shd=match other-client=ko", Provider, "high"},
		{"one person, a test account and client fail too", "scope=one services=one network=both code=server shd=match other-client=ko account=ko", Provider, "medium"},
		{"sign-in fails for all", "scope=many services=one network=both code=auth shd=match account=ko", Provider, "medium"},
		{"part of the services", "scope=many services=several network=both code=server shd=part", Provider, "high"},
		{"another network by hand", "scope=many services=several other-network=ko code=server shd=match", Provider, "high"},
		{"colleagues at other sites", "scope=many services=one network=both reports=sites shd=none", Provider, "low"},
		{"pages inside fail at other sites", "scope=many services=one network=both beacons=sites shd=none", Provider, "low"},
		{"pages inside fail at one site", "scope=many services=one network=both beacons=site shd=none", UnknownCause, "little"},
		{"pages inside and colleagues alone", "reports=sites beacons=sites other-network=ko other-client=ko", UnknownCause, "little"},
		{"pages inside fail, the network is not tested", "scope=many services=several network=unknown code=server shd=match beacons=sites", UnknownCause, "open"},
		{"fails after it was restored", "scope=many services=several network=both code=server shd=restored", Provider, "high"},
		{"probes pass", "scope=many services=several network=both code=server shd=match dns/a=pass dns/b=pass tls/a=pass clock=pass http=fail", Provider, "high"},
		{"probes cannot tell", "scope=many services=several network=both code=server shd=match dns/a=unknown proxy=unknown", Provider, "high"},
		{"calls, meetings and files fail", "scope=many services=one network=both shd=match teams-call=ko teams-meeting=ko teams-file=partial", Provider, "medium"},

		// Never the provider while something local is open.
		{"network not tested", "scope=many services=several network=unknown code=server shd=match", UnknownCause, "open"},
		{"network not asked", "scope=many services=several code=server shd=match", UnknownCause, "open"},
		{"one person, no other client", "scope=one services=several network=both code=server shd=match", UnknownCause, "contradictory"},
		{"scope not asked", "services=several network=both code=server shd=match", UnknownCause, "open"},
		{"scope not known", "scope=unknown services=several network=both code=server shd=match", UnknownCause, "open"},
		{"refused, no test account", "scope=many services=several network=both code=auth shd=match", UnknownCause, "contradictory"},
		{"another network works in part", "scope=many services=several network=both code=server shd=match other-network=partial", UnknownCause, "open"},
		{"without proxy it works in part", "scope=many services=several network=both code=server shd=match no-proxy=partial", UnknownCause, "open"},
		{"another client works in part", "scope=many services=several network=both code=server shd=match other-client=partial", UnknownCause, "open"},
		{"a test account works in part", "scope=many services=several network=both code=server shd=match account=partial", UnknownCause, "open"},

		// Contradictions.
		{"in the office alone, yet in the SHD", "scope=many services=several network=internal code=server shd=match", UnknownCause, "contradictory"},
		{"both networks, yet 4G works", "scope=many services=several network=both code=server shd=match other-network=ok", UnknownCause, "contradictory"},
		{"both networks, yet it works without proxy", "scope=many services=several network=both code=server shd=match no-proxy=ok", UnknownCause, "contradictory"},
		{"intercepted, yet in the SHD", "scope=many services=several network=both code=server shd=match tls=fail", UnknownCause, "contradictory"},
		{"names lie, yet in the SHD", "scope=many services=several network=both code=server shd=match dns=fail", UnknownCause, "contradictory"},
		{"a wrong clock, yet in the SHD", "scope=many services=several network=both code=server shd=match clock=fail", UnknownCause, "contradictory"},
		{"two local causes", "scope=one network=internal account=ok shd=none", UnknownCause, "contradictory"},
		{"one person, everything else fails as the SHD says, a test account works", "scope=one services=several network=both code=server shd=match other-client=ko account=ok", UnknownCause, "contradictory"},
		{"both probes disagree", "network=both code=server shd=match scope=many dns/a=pass dns/b=fail", UnknownCause, "contradictory"},

		// The network.
		{"in the office alone", "scope=site services=several network=internal code=server shd=none", Network, "medium"},
		{"in the office alone, no code", "scope=site services=several network=internal shd=none", Network, "medium"},
		{"through the VPN alone", "scope=team services=one network=vpn shd=none", Network, "medium"},
		{"a proxy intercepts", "scope=many services=several network=internal code=server tls=fail shd=none", Network, "high"},
		{"a proxy intercepts although the SHD has an issue", "scope=site services=one network=internal code=server tls=fail no-proxy=ok shd=match", Network, "high"},
		{"names lie", "scope=site services=several network=internal dns/outlook.office365.com=fail dns/teams.microsoft.com=fail shd=none", Network, "high"},
		{"names lie, network not asked", "scope=site dns=fail shd=none", Network, "low"},
		{"the proxy asks for a password", "scope=one other-client=ko network=internal code=proxy shd=none", Network, "high"},
		{"a captive portal", "scope=one other-client=ko code=portal shd=none", Network, "medium"},
		{"4G works", "scope=site services=several other-network=ok no-proxy=ok code=server shd=none", Network, "high"},

		// The client.
		{"one broken client", "scope=one services=one network=both other-client=ok shd=none", Client, "medium"},
		{"Outlook works once reconnected", "scope=one services=one network=both other-client=ok outlook=ok shd=none", Client, "high"},
		{"a clock that is off by a year", "scope=one clock=fail shd=none", Client, "medium"},

		// Identity.
		{"refused, a test account works", "scope=one services=one network=both code=auth account=ok shd=none", Identity, "high"},
		{"refused for a team, a test account works", "scope=team services=one network=both code=auth account=ok shd=none", Identity, "high"},
		{"a test account works", "scope=team services=one account=ok shd=none", Identity, "low"},

		// Too little.
		{"nothing", "", UnknownCause, "open"},
		{"one person, no more", "scope=one", UnknownCause, "open"},
		{"in the SHD, no more", "shd=match", UnknownCause, "open"},
		{"a team on both networks", "scope=team network=both shd=none", UnknownCause, "little"},
		{"what nobody knows", "weather=bad scope=many=x network=both", UnknownCause, "open"},
		{"everything not tried", "scope=unknown services=unknown network=unknown code=unknown shd=unknown other-network=unknown no-proxy=unknown other-client=unknown account=unknown", UnknownCause, "open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, err := Weigh(evidence(tt.evidence))
			if err != nil {
				t.Fatal(err)
			}
			if more := string(v.Confidence) + string(v.Why); v.Cause != tt.cause || more != tt.more {
				t.Errorf("%s, %s %v, want %s, %s (open: %v)", v.Cause, more, v.Scores, tt.cause, tt.more, v.Open)
			}
		})
	}
}

// Whatever else is known: with the network open, or anything that speaks for this
// side, it is never the provider.
func TestNeverTheProviderWhileSomethingLocalIsOpen(t *testing.T) {
	t.Parallel()
	table, err := Weights()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	full := "scope=many services=several network=both code=server shd=match reports=sites"
	for check, outcomes := range table.Checks {
		for outcome, w := range outcomes {
			local := w.Network + w.Identity + w.Client
			if local == 0 && outcome != Partial || check == CheckScope {
				continue
			}
			n++
			list := evidence(strings.Replace(full, check+"=", "was-"+check+"=", 1) + " " + check + "=" + string(outcome))
			v, err := Weigh(list)
			if err != nil {
				t.Fatal(err)
			}
			if (local > 0 || w.Open) && v.Cause == Provider {
				t.Errorf("%s=%s: the provider", check, outcome)
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d outcomes were tried", n)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	v, err := Weigh(evidence("scope=many services=several network=unknown code=server shd=match other-client=ok"))
	if err != nil || v.Remote() != 4 || v.Local() != 1 || v.Left() != 1 {
		t.Errorf("%d for the provider, %d for this side, %d open, %v", v.Remote(), v.Local(), v.Left(), err)
	}
}
