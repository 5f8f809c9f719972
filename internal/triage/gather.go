package triage

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Facts are what the desk knows itself about a call.
type Facts struct {
	Now     time.Time
	Matches []Match              // issues of the tenant, those that fit best first
	Stale   bool                 // the provider is not heard: what it does not say, it may say
	Reports []tocsin.ReportCount // of the last hour
	Beacons []tocsin.BeaconCount // of the last hour
}

// Recent is how long an issue that is over may still explain a call.
const Recent = 48 * time.Hour

// Issue returns the issue that a call is attached to: the one that somebody
// chose, else the one that fits best, when it shares a service and is open, or
// was not long ago.
func (f Facts) Issue(a tocsin.TriageAnswers) (m Match, ok bool) {
	switch {
	case a.Issue == "" && len(f.Matches) > 0 && f.explains(f.Matches[0]):
		return f.Matches[0], true
	case a.Issue == "", a.Issue == tocsin.NoIssue:
		return Match{}, false
	}
	for _, m := range f.Matches {
		if m.ID == a.Issue {
			return m, true
		}
	}
	return Match{}, false
}

// explains reports whether an issue that nobody chose may be the one.
func (f Facts) explains(m Match) bool {
	return m.Score > 0 && !m.Advisory && (m.Open() || f.Now.Sub(m.RestoredAt) < Recent)
}

// Gather makes evidence of the answers of a call and of what the desk knows. What
// was not asked is no evidence; what was asked and is not known is, with the
// outcome unknown.
func Gather(a tocsin.TriageAnswers, f Facts) []Evidence {
	var list []Evidence
	add := func(check string, outcome Outcome, detail, origin string) {
		if outcome != "" {
			list = append(list, Evidence{Check: check, Outcome: outcome, Detail: detail, Origin: origin})
		}
	}
	add(CheckScope, Outcome(a.Scope), a.Region, "call")
	switch len(a.Services) {
	case 0:
	case 1:
		add(CheckServices, "one", a.Services[0], "call")
	default:
		add(CheckServices, "several", strings.Join(a.Services, " "), "call")
	}
	outcome, detail := f.issueOutcome(a)
	add(CheckIssue, outcome, detail, "desk")
	add(CheckNetwork, Outcome(a.Network), "", "call")
	add(CheckCode, codeOf(a), a.Trace.HTTP, "call")
	outcome, detail = reported(f.Reports, a.Services)
	add(CheckReports, outcome, detail, "reports")
	outcome, detail = beaconed(f.Beacons, a.Services)
	add(CheckBeacons, outcome, detail, "beacons")
	for _, check := range tocsin.TriageChecks() {
		add(check, Outcome(a.Checks[check]), "", "call")
	}
	for _, found := range a.Found {
		list = append(list, Evidence{found.Check, Outcome(found.Outcome), found.Detail, found.At, found.Origin})
	}
	return list
}

// issueOutcome is what the provider says about the services of a call.
func (f Facts) issueOutcome(a tocsin.TriageAnswers) (outcome Outcome, detail string) {
	if len(a.Services) == 0 && a.Issue == "" {
		return "", ""
	}
	m, ok := f.Issue(a)
	switch {
	case !ok && f.Stale:
		return Unknown, ""
	case !ok:
		return "none", ""
	case !m.Open():
		return "restored", m.ID
	case m.Full():
		return "match", m.ID
	}
	return "part", m.ID
}

// codeOf is the kind of error: what its status says, else what was chosen.
func codeOf(a tocsin.TriageAnswers) Outcome {
	n, err := strconv.Atoi(a.Trace.HTTP)
	switch {
	case err == nil && n == 511:
		return "portal"
	case err == nil && (n >= 500 || n == 408):
		return "server"
	case n == 401, n == 403:
		return "auth"
	case n == 407:
		return "proxy"
	case n >= 400:
		return "request"
	case err != nil && strings.HasPrefix(a.Trace.SMTP, "4"):
		return "server"
	}
	return Outcome(a.Code)
}

// Thresholds of reports: fewer machines say nothing, and one site alone speaks
// for nobody else.
const (
	MinSources = 3
	MinSites   = 2
)

// reported is what colleagues say about the services of a call.
func reported(counts []tocsin.ReportCount, services []string) (outcome Outcome, detail string) {
	sites, sources, n := map[string]bool{}, 0, 0
	for _, c := range counts {
		if len(services) > 0 && !slices.Contains(services, c.Service) {
			continue
		}
		n, sources = n+c.N, sources+c.Sources
		if c.Site != "" {
			sites[c.Site] = true
		}
	}
	switch {
	case sources < MinSources:
		return "", ""
	case len(sites) >= MinSites:
		return "sites", strconv.Itoa(n)
	}
	return "site", strconv.Itoa(n)
}

// Thresholds of beacons: a site that sends few says nothing, and it fails from a
// quarter of them on.
const (
	MinBeacons  = 10
	failedShare = 4
)

// beaconed is what pages inside say about the services of a call: whether they fail
// at several sites, at one, or nowhere. Beacons without a site count as one. The
// detail is how many failed of how many.
func beaconed(counts []tocsin.BeaconCount, services []string) (outcome Outcome, detail string) {
	sites, failed, all := map[string]tocsin.BeaconCount{}, 0, 0
	for _, c := range counts {
		if len(services) > 0 && !slices.Contains(services, c.Service) {
			continue
		}
		sum := sites[c.Site]
		sum.Fine, sum.Failed = sum.Fine+c.Fine, sum.Failed+c.Failed
		sites[c.Site] = sum
	}
	enough, failing, named := false, 0, 0
	for site, c := range sites {
		if c.Fine+c.Failed < MinBeacons {
			continue
		}
		enough, failed, all = true, failed+c.Failed, all+c.Fine+c.Failed
		if c.Failed*failedShare >= c.Fine+c.Failed {
			failing, named = failing+1, named+one(site != "")
		}
	}
	detail = strconv.Itoa(failed) + "/" + strconv.Itoa(all)
	switch {
	case !enough:
		return "", ""
	case named >= MinSites:
		return "sites", detail
	case failing > 0:
		return "site", detail
	}
	return "fine", detail
}
