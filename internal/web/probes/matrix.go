package probes

import (
	"cmp"
	"slices"
	"strings"

	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// maxNetworks is how many networks have a column, those that were heard of last.
const maxNetworks = 5

// A matrix is what endpoints came to on each network: of each seat there, the
// newest result counts.
type matrix struct {
	Networks []string
	Rows     []matrixRow
}

type matrixRow struct {
	Endpoint string
	Cells    []cell
	Where    web.Look // where it fails
}

// A cell is one endpoint on one network.
type cell struct {
	Network string
	web.Look
	Note string // such as "2 of 3 seats"
}

// tally counts outcomes of the seats on a network.
type tally struct{ pass, fail, unknown int }

// outcome of several seats: one that fails is enough to be looked at.
func (t tally) outcome() probe.Outcome {
	switch {
	case t.fail > 0:
		return probe.Fail
	case t.pass > 0:
		return probe.Pass
	}
	return probe.Unknown
}

// A seen result is one that is shown, read.
type seen struct {
	tocsin.Probe
	result probe.Result
}

// newest keeps the last result of each seat on each network. They come the last
// first.
func newest(list []seen) []seen {
	had := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(list), func(s seen) bool {
		key := s.Seat + "\x00" + s.Network
		again := had[key] && s.Seat != "" // unnamed seats may be several
		had[key] = true
		return again
	})
}

// matrixOf counts results.
func (v *view) matrixOf(list []seen) (m matrix) {
	counts, order := map[string]map[string]*tally{}, []string{}
	for _, s := range newest(list) {
		if !slices.Contains(m.Networks, s.Network) {
			if len(m.Networks) == maxNetworks {
				continue
			}
			m.Networks = append(m.Networks, s.Network)
		}
		for endpoint, outcome := range endpoints(&s.result) {
			if counts[endpoint] == nil {
				counts[endpoint] = map[string]*tally{}
				order = append(order, endpoint)
			}
			t := counts[endpoint][s.Network]
			if t == nil {
				t = &tally{}
				counts[endpoint][s.Network] = t
			}
			switch outcome {
			case probe.Pass:
				t.pass++
			case probe.Fail:
				t.fail++
			default:
				t.unknown++
			}
		}
	}
	slices.Sort(m.Networks)
	slices.Sort(order)
	for _, endpoint := range order {
		m.Rows = append(m.Rows, v.row(endpoint, m.Networks, counts[endpoint]))
	}
	for i, n := range m.Networks {
		m.Networks[i] = v.network(n)
	}
	return m
}

// endpoints are what a result says of each endpoint: the worst of its checks and
// those of its name.
func endpoints(r *probe.Result) map[string]probe.Outcome {
	worst := map[string]probe.Outcome{}
	names := map[string]probe.Outcome{}
	for i := range r.Checks {
		c := &r.Checks[i]
		switch {
		case c.Kind == probe.DNS && c.Target != "":
			names[c.Target] = worse(names[c.Target], c.Outcome)
		case strings.Contains(c.Target, "://"):
			worst[c.Target] = worse(worst[c.Target], c.Outcome)
		}
	}
	for target, outcome := range worst {
		if strings.HasPrefix(target, "udp://") {
			continue // nothing is known of it, whatever its name is
		}
		_, host, _ := strings.Cut(target, "://")
		host = host[:max(0, strings.LastIndexByte(host, ':'))]
		worst[target] = worse(outcome, names[host])
	}
	return worst
}

func worse(a, b probe.Outcome) probe.Outcome {
	if b.Severity() > a.Severity() {
		return b
	}
	return a
}

// row says of one endpoint how it is on each network, and where it fails.
func (v *view) row(endpoint string, networks []string, counts map[string]*tally) matrixRow {
	row := matrixRow{Endpoint: endpoint}
	var fails, passes []string
	for _, network := range networks {
		t := counts[network]
		if t == nil {
			row.Cells = append(row.Cells, cell{Network: v.network(network), Look: web.Look{Family: "neutral", Glyph: "unknown", Words: v.Text("probes.untried")}})
			continue
		}
		one := cell{Network: v.network(network), Look: v.look(t.outcome())}
		if seats := t.pass + t.fail + t.unknown; t.fail > 0 && seats > 1 {
			one.Note = v.Text("probes.seats", "n", t.fail, "all", seats)
		}
		row.Cells = append(row.Cells, one)
		switch t.outcome() {
		case probe.Fail:
			fails = append(fails, v.network(network))
		case probe.Pass:
			passes = append(passes, v.network(network))
		}
	}
	row.Where = v.where(fails, passes)
	return row
}

// where words on which networks an endpoint fails.
func (v *view) where(fails, passes []string) web.Look {
	look := func(o probe.Outcome, text string) web.Look {
		l := v.look(o)
		l.Words = text
		return l
	}
	switch {
	case len(fails) == 0 && len(passes) == 0:
		return look(probe.Unknown, v.Text("probes.where.unknown"))
	case len(fails) == 0:
		return look(probe.Pass, v.Text("probes.where.nowhere"))
	case len(passes) > 0:
		return look(probe.Fail, v.Text("probes.where.only", "networks", v.Join(fails)))
	case len(fails) == 1:
		return look(probe.Fail, v.Text("probes.where.one", "network", fails[0]))
	}
	return look(probe.Fail, v.Text("probes.where.too", "networks", v.Join(fails)))
}

// network is the name of a network, or a word for one without.
func (v *view) network(name string) string { return cmp.Or(name, v.Text("probes.unnamed")) }

// look is how an outcome is shown.
func (v *view) look(o probe.Outcome) web.Look {
	sign := map[probe.Outcome][2]string{probe.Pass: {"ok", "ok"}, probe.Fail: {"down", "down"}, probe.Unknown: {"neutral", "unknown"}}[o]
	return web.Look{Family: sign[0], Glyph: sign[1], Words: v.Text("probe.outcome." + string(o))}
}
