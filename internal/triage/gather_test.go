package triage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func issues() []Candidate {
	return []Candidate{
		{ID: "EX820411", Title: "Some users' voicemail is late", Service: "Exchange", Text: "Voicemail messages arrive late.", Advisory: true, StartAt: noon.Add(-time.Hour)},
		{ID: "MO821132", Title: "Users may be unable to access various Microsoft 365 apps and services", Service: tocsin.SuiteID, Text: "Users see HTTP 503 when they join a meeting in EMEA.", StartAt: noon.Add(-2 * time.Hour)},
		{ID: "SP1", Title: "SharePoint sites are slow", Service: "SharePoint", StartAt: noon.Add(-50 * time.Hour), RestoredAt: noon.Add(-3 * time.Hour)},
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers tocsin.TriageAnswers
		want    string // id, common/asked and score of each
	}{
		{"three services", tocsin.TriageAnswers{Services: []string{"exchange", "sharepoint", "teams"}}, "MO821132 3/3 43, EX820411 1/3 14, SP1 1/3 14"},
		{"a symptom, a code and a region", tocsin.TriageAnswers{Services: []string{"teams"}, Symptoms: []string{"teams/0"}, Region: "EMEA", Trace: tocsin.TriageTrace{HTTP: "503"}}, "MO821132 1/1 28, EX820411 0/1 0, SP1 0/1 0"},
		{"nothing asked", tocsin.TriageAnswers{}, "EX820411 0/0 0, MO821132 0/0 0, SP1 0/0 0"},
	} {
		got, err := Compare(tt.answers, issues())
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, m := range got {
			words = append(words, fmt.Sprintf("%s %d/%d %d", m.ID, len(m.Services), m.Asked, m.Score))
		}
		if text := strings.Join(words, ", "); text != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, text, tt.want)
		}
	}
}

func TestGather(t *testing.T) {
	t.Parallel()
	three := []string{"exchange", "sharepoint", "teams"}
	for _, tt := range []struct {
		name    string
		answers tocsin.TriageAnswers
		stale   bool
		none    bool // no issues
		reports []tocsin.ReportCount
		want    string
		reasons string
		next    Next
	}{
		{"nothing", tocsin.TriageAnswers{}, false, false, nil, "", "", GoOn},
		{"MO821132", tocsin.TriageAnswers{Scope: "many", Services: three, Network: "both", Code: "server"}, false, false, nil, "scope=many services=several shd=match network=both code=server", "", Give},
		{"not listed", tocsin.TriageAnswers{Scope: "many", Services: three, Network: "both", Code: "server"}, false, true, nil, "scope=many services=several shd=none network=both code=server", "unlisted", Request},
		{"not heard", tocsin.TriageAnswers{Scope: "many", Services: three, Network: "both", Code: "server"}, true, true, nil, "scope=many services=several shd=unknown network=both code=server", "", Request},
		{"somebody says that none fits", tocsin.TriageAnswers{Scope: "many", Services: three, Network: "both", Code: "server", Issue: tocsin.NoIssue}, false, false, nil, "scope=many services=several shd=none network=both code=server", "unlisted", Request},
		{"after it was restored", tocsin.TriageAnswers{Scope: "many", Services: []string{"sharepoint"}, Network: "both", Code: "server", Issue: "SP1"}, false, false, nil, "scope=many services=one shd=restored network=both code=server", "persists", Request},
		{"an advisory is less than this", tocsin.TriageAnswers{Scope: "many", Services: three, Network: "both", Code: "server", Issue: "EX820411", States: map[string]string{"teams": "ko"}}, false, false, nil, "scope=many services=several shd=part network=both code=server", "worse", Request},
		{"the status of the error decides", tocsin.TriageAnswers{Code: "server", Trace: tocsin.TriageTrace{HTTP: "403"}}, false, false, nil, "code=auth", "", GoOn},
		{"a captive portal", tocsin.TriageAnswers{Trace: tocsin.TriageTrace{HTTP: "511"}}, false, false, nil, "code=portal", "", Escalate},
		{"mail is put off", tocsin.TriageAnswers{Trace: tocsin.TriageTrace{SMTP: "4.7.1"}}, false, false, nil, "code=server", "", GoOn},
		{"reports from one machine", tocsin.TriageAnswers{Scope: "one"}, false, false, []tocsin.ReportCount{{Site: "a", Service: "teams", N: 10_000, Sources: 1}}, "scope=one", "", GoOn},
		{"reports from one site", tocsin.TriageAnswers{Scope: "one"}, false, false, []tocsin.ReportCount{{Site: "a", Service: "teams", N: 4, Sources: 4}}, "scope=one reports=site", "", GoOn},
		{"reports from two", tocsin.TriageAnswers{Scope: "one"}, false, false, []tocsin.ReportCount{{Site: "a", Service: "teams", N: 2, Sources: 2}, {Site: "b", Service: "teams", N: 2, Sources: 2}}, "scope=one reports=sites", "", GoOn},
		{"reports of another service", tocsin.TriageAnswers{Services: []string{"exchange"}, Issue: tocsin.NoIssue}, false, false, []tocsin.ReportCount{{Service: "teams", N: 9, Sources: 9}}, "services=one shd=none", "", GoOn},
		{"by hand and by program", tocsin.TriageAnswers{Checks: map[string]string{"account": "ok", "no-proxy": "unknown"}, Found: []tocsin.TriageFinding{{Check: "dns/a", Outcome: "fail"}}}, false, false, nil, "no-proxy=unknown account=ok dns/a=fail", "", GoOn},
	} {
		list := issues()
		if tt.none {
			list = nil
		}
		matches, err := Compare(tt.answers, list)
		if err != nil {
			t.Fatal(err)
		}
		facts := Facts{Now: noon, Matches: matches, Stale: tt.stale, Reports: tt.reports}
		var words []string
		evidence := Gather(tt.answers, facts)
		for _, e := range evidence {
			words = append(words, e.Check+"="+string(e.Outcome))
		}
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		v, err := Weigh(evidence)
		if err != nil {
			t.Fatal(err)
		}
		m, attached := facts.Issue(tt.answers)
		if attached == (m.ID == "") {
			t.Errorf("%s: attached %v to %q", tt.name, attached, m.ID)
		}
		reasons := Reasons(tt.answers, v, facts)
		if got := strings.Join(reasons, " "); got != tt.reasons || NextOf(v, attached, reasons) != tt.next {
			t.Errorf("%s: %s for the reasons %q, want %s for %q (%+v)", tt.name, NextOf(v, attached, reasons), got, tt.next, tt.reasons, v.Scores)
		}
	}
}

// Beacons say something from ten of a site on, and only of the services of the call;
// those of no site are no second site.
func TestGatherBeacons(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		counts []tocsin.BeaconCount
		want   string
	}{
		"none":                         {nil, ""},
		"few":                          {[]tocsin.BeaconCount{{Site: "a", Service: "teams", Failed: 9}}, ""},
		"few of many sites":            {[]tocsin.BeaconCount{{Site: "a", Service: "teams", Failed: 5}, {Site: "b", Service: "teams", Failed: 5}, {Site: "c", Service: "teams", Failed: 5}}, ""},
		"another service":              {[]tocsin.BeaconCount{{Site: "a", Service: "exchange", Failed: 90}}, ""},
		"they work":                    {[]tocsin.BeaconCount{{Site: "a", Service: "teams", Fine: 90, Failed: 10}, {Site: "b", Service: "teams", Fine: 10}}, "fine 10/110"},
		"one site":                     {[]tocsin.BeaconCount{{Site: "a", Service: "teams", Fine: 30, Failed: 10}, {Site: "b", Service: "teams", Fine: 10}}, "site 10/50"},
		"one site sends ten thousand":  {[]tocsin.BeaconCount{{Site: "a", Service: "teams", Failed: 10_000}}, "site 10000/10000"},
		"two sites":                    {[]tocsin.BeaconCount{{Site: "a", Service: "teams", Fine: 30, Failed: 10}, {Site: "b", Service: "teams", Failed: 10}}, "sites 20/50"},
		"a site and those without one": {[]tocsin.BeaconCount{{Site: "a", Service: "teams", Failed: 10}, {Service: "teams", Failed: 10}}, "site 20/20"},
	} {
		got := ""
		for _, e := range Gather(tocsin.TriageAnswers{Services: []string{"teams"}}, Facts{Now: noon, Beacons: tt.counts}) {
			if e.Check == CheckBeacons {
				got = string(e.Outcome) + " " + e.Detail
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// The lists of the vocabulary and of the table of weights are the same.
func TestAnswersHaveWeights(t *testing.T) {
	t.Parallel()
	table, err := Weights()
	if err != nil {
		t.Fatal(err)
	}
	for check, list := range map[string][]string{CheckScope: tocsin.TriageScopes(), CheckNetwork: tocsin.TriageNetworks(), CheckCode: tocsin.TriageCodes()} {
		for _, answer := range list {
			if _, ok := table.Checks[check][Outcome(answer)]; !ok {
				t.Errorf("%s=%s has no weight", check, answer)
			}
		}
	}
	for _, check := range tocsin.TriageChecks() {
		for _, result := range tocsin.TriageResults() {
			if _, ok := table.Checks[check][Outcome(result)]; !ok {
				t.Errorf("%s=%s has no weight", check, result)
			}
		}
	}
	for _, check := range []string{CheckOtherNetwork, CheckNoProxy, CheckOtherClient, CheckAccount, CheckOutlook} {
		if !slices.Contains(tocsin.TriageChecks(), check) {
			t.Errorf("%s is none of the checks by hand: %v", check, tocsin.TriageChecks())
		}
	}
}
