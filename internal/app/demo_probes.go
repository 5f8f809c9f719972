package app

import (
	"context"
	"time"

	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/tocsin"
)

// probed tells of a seat at which somebody probed: the proxy of the office
// intercepts, the phone's network does not. It does nothing where results are
// there already.
func (r *demoRun) probed(ctx context.Context, desk *App) error {
	known, err := desk.Responses.Probes(ctx, demo.Contoso, r.info.Started.Add(-24*time.Hour), 1)
	if err != nil || len(known) > 0 {
		return err
	}
	for i, network := range []string{"office", "4G"} {
		result := demoProbe(r.info.Started.Add(time.Duration(i-10)*time.Minute), network)
		if err := result.Check(); err != nil {
			return err
		}
		p, err := result.Kept(result.At)
		if err != nil {
			return err
		}
		p.TenantID, p.Origin, p.By = demo.Contoso, tocsin.ProbePasted, string(tocsin.RoleSupportN1)
		if err := desk.Responses.AddProbe(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// demoProbe is what a seat found on a network.
func demoProbe(at time.Time, network string) probe.Result {
	r := probe.Result{At: at, Seat: "PC-0417", Network: network, System: "windows/amd64", Milliseconds: 840}
	for _, one := range []struct{ service, host string }{{"Exchange", "outlook.office365.com"}, {"microsoftteams", "teams.microsoft.com"}} {
		target := one.host + ":443"
		add := func(kind probe.Kind, of string, outcome probe.Outcome, code string, args map[string]string, ms int64) {
			r.Checks = append(r.Checks, probe.Check{Kind: kind, Service: one.service, Target: of, Outcome: outcome, Code: code, Args: args, Milliseconds: ms})
		}
		add(probe.DNS, one.host, probe.Pass, "dns.ok", map[string]string{"name": one.host, "type": "A", "resolver": "192.0.2.53:53", "addresses": "203.0.113.10"}, 12)
		add(probe.Connect, "https://"+target, probe.Pass, "connect.ok", map[string]string{"target": target, "address": "203.0.113.10:443"}, 21)
		if network == "office" && one.service == "Exchange" {
			add(probe.TLS, "https://"+target, probe.Fail, "tls.intercepted", map[string]string{"target": target, "issuer": "CN=Contoso Proxy"}, 35)
			continue
		}
		add(probe.TLS, "https://"+target, probe.Pass, "tls.ok", map[string]string{"target": target}, 35)
		add(probe.HTTP, "https://"+target, probe.Pass, "http.ok", map[string]string{"target": "https://" + target, "status": "302"}, 48)
	}
	r.Checks = append(r.Checks, probe.Check{Kind: probe.Clock, Outcome: probe.Pass, Code: "clock.ok"})
	return r
}
