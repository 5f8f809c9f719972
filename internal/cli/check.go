package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/tocsin"
)

type checkCmd struct {
	ofTenant
	Service   []string          `help:"Only this service, by id; may be repeated." placeholder:"ID"`
	Class     string            `help:"What to judge: all, or incident to leave services out of which only advisories are open." enum:"all,incident" default:"all"`
	Advisory  string            `help:"Verdict on a service of which only advisories are open: ok, warning or critical." enum:"ok,warning,critical" default:"warning"`
	State     map[string]string `help:"Verdict on a status instead of the usual one: ok, warning, critical or unknown. NAME is a status such as serviceRestored or extendedRecovery; may be repeated. Advisories keep the verdict of --advisory, silence stays unknown." placeholder:"NAME=VERDICT"`
	OlderThan time.Duration     `help:"Count a service only once it has not been well for longer than this without a break, however its state changed, by the provider's starts. What is unknown, or since a time that is, always counts." placeholder:"DURATION"`
}

// Help is shown below the flags.
func (checkCmd) Help() string {
	return `Exit codes: 0 well, 1 warning (degraded, recovering, an advisory), 2 critical (interrupted), 3 unknown (nobody looked lately, an unknown status, or the check is used wrongly).

Not woken by advisories, nor by what heals within 15 minutes:

    tocsin check --tenant contoso --class incident --older-than 15m

A recovery is no reason to call:

    tocsin check --tenant contoso --state restoringService=ok --state extendedRecovery=ok`
}

// A verdict is the outcome of a check in the codes of Nagios, which end the
// program.
type verdict int

// The verdicts, by their exit codes.
const (
	verdictOK       verdict = 0
	verdictWarning  verdict = 1
	verdictCritical verdict = 2
	verdictUnknown  verdict = 3
)

func (v verdict) String() string { return []string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[v] }

// MarshalText writes the verdict in words.
func (v verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// readVerdict reads ok, warning, critical or unknown.
func readVerdict(text string) (verdict, bool) {
	for _, v := range []verdict{verdictOK, verdictWarning, verdictCritical, verdictUnknown} {
		if strings.EqualFold(v.String(), text) {
			return v, true
		}
	}
	return verdictUnknown, false
}

// A verdictError makes a verdict the end of a command.
type verdictError struct{ verdict verdict }

func (e verdictError) Error() string { return e.verdict.String() }

// checkedJSON is one thing that was judged.
type checkedJSON struct {
	Verdict verdict `json:"verdict"`
	healthJSON
	Title string `json:"title,omitempty"` // of the issue that explains it
	Young bool   `json:"young,omitempty"` // not well, but not for as long as was asked for
	Note  string `json:"note,omitempty"`
}

// rank orders what was judged: critical first, then by severity, whatever the
// verdicts on them are, so that what is known to be broken stands before what
// is not known, and that before advisories.
func (c checkedJSON) rank() int {
	switch c.Verdict {
	case verdictOK:
		return 0
	case verdictCritical:
		return 100
	}
	return 1 + int(c.Severity)
}

// checkJSON is a whole check.
type checkJSON struct {
	Verdict  verdict       `json:"verdict"`
	Code     int           `json:"code"`
	Services int           `json:"services"`
	NotWell  int           `json:"notWell"`
	Found    []checkedJSON `json:"found"` // what is not well, the worst first
}

// judging is how severities become verdicts.
type judging struct {
	advisory  verdict
	states    map[tocsin.Status]verdict
	incidents bool // advisories do not count
	olderThan time.Duration
	now       time.Time
}

// judging reads the flags.
func (c *checkCmd) judging(now time.Time) (judging, error) {
	j := judging{states: map[tocsin.Status]verdict{}, incidents: c.Class == "incident", olderThan: c.OlderThan, now: now}
	j.advisory, _ = readVerdict(c.Advisory)
	if c.OlderThan < 0 {
		return j, tocsin.Invalidf("older-than", "%s is less than nothing.", c.OlderThan)
	}
	for name, text := range c.State {
		status := tocsin.ParseStatus(name)
		v, ok := readVerdict(text)
		switch {
		case !status.Known():
			return j, tocsin.Invalidf("state", "%q is no status; one is %s.", tocsin.Clip(name, 60), tocsin.StatusExtendedRecovery)
		case !ok:
			return j, tocsin.Invalidf("state", "%q is no verdict: ok, warning, critical or unknown.", tocsin.Clip(text, 60))
		}
		j.states[status] = v
	}
	return j, nil
}

// usual returns the verdict on a severity that no flag changes.
func usual(s tocsin.Severity) verdict {
	switch {
	case s.Well():
		return verdictOK
	case s == tocsin.SeverityInterruption:
		return verdictCritical
	case s == tocsin.SeverityUnknown:
		return verdictUnknown
	}
	return verdictWarning
}

// on returns the verdict on one thing.
func (j judging) on(h healthJSON) (v verdict, young bool) {
	v = usual(h.Severity)
	switch state, named := j.states[tocsin.Status(h.Status)]; {
	case h.advised && j.incidents:
		v = verdictOK
	case h.advised:
		v = j.advisory
	case named && !h.silent:
		v = state
	}
	since := h.unwell
	if j.incidents || j.advisory == verdictOK {
		since = h.since
	}
	if v != verdictOK && h.Severity != tocsin.SeverityUnknown && !since.IsZero() && j.now.Sub(since) <= j.olderThan && j.olderThan > 0 {
		return verdictOK, true
	}
	return v, false
}

// Run prints one line for monitoring systems and a line for each service that
// is not well. Every failure is a verdict: unknown.
func (c *checkCmd) Run(ctx context.Context, s *session) error {
	result, err := c.check(ctx, s)
	if err != nil {
		return failedCheck(s.env, err)
	}
	if err := s.print(result, func(w io.Writer) { result.write(w) }); err != nil {
		return err
	}
	if result.Verdict == verdictOK {
		return nil
	}
	return verdictError{result.Verdict}
}

// failedCheck says in the form of monitoring plugins why there is no verdict.
func failedCheck(env Env, err error) error {
	fmt.Fprintf(env.Stdout, "UNKNOWN - %s\n", pluginText(err.Error()))
	return verdictError{verdictUnknown}
}

func (c *checkCmd) check(ctx context.Context, s *session) (checkJSON, error) {
	now := time.Now()
	j, err := c.judging(now)
	if err != nil {
		return checkJSON{}, err
	}
	report, err := c.report(ctx, s, now)
	if err != nil {
		return checkJSON{}, err
	}
	result := checkJSON{Found: []checkedJSON{}}
	worst, counted := checkedJSON{}, map[string]bool{}
	for _, one := range c.asked(report, j, &result) {
		if one.Verdict != verdictOK && !counted[one.ID] {
			result.NotWell++
			counted[one.ID] = true // a service that no list names has a line for each issue
		}
		if one.Verdict != verdictOK || one.Young || !one.Severity.Well() && !one.advised {
			result.Found = append(result.Found, one)
		}
		if one.rank() > worst.rank() {
			worst = one
		}
	}
	slices.SortStableFunc(result.Found, func(a, b checkedJSON) int { return b.rank() - a.rank() })
	result.Verdict, result.Code = worst.Verdict, int(worst.Verdict)
	return result, nil
}

// asked judges what the flags ask for: the services named, or all of them with
// what no service accounts for.
func (c *checkCmd) asked(r *health.Report, j judging, result *checkJSON) []checkedJSON {
	var list []checkedJSON
	add := func(h healthJSON, cause *health.Issue, note string) {
		one := checkedJSON{healthJSON: h, Note: note}
		if cause != nil {
			one.Title = oneLine(cause.Content.Title)
		}
		one.Verdict, one.Young = j.on(h)
		list = append(list, one)
	}
	found := map[string]bool{}
	for i := range r.Services {
		service := &r.Services[i]
		if len(c.Service) > 0 && !containsFold(c.Service, service.ID) {
			continue
		}
		found[strings.ToLower(service.ID)] = true
		result.Services++
		note := ""
		if service.Unlisted {
			note = "no list names the service"
		}
		add(newHealthJSON(service), service.Cause, note)
	}
	for _, id := range c.Service {
		if !found[strings.ToLower(id)] {
			add(healthJSON{ID: id, Severity: tocsin.SeverityUnknown}, nil, "there is no such service")
		}
	}
	if len(c.Service) > 0 {
		return list
	}
	for _, one := range r.Unfiled {
		if !one.Quiet {
			add(issueHealth(one), one, "it names no service")
		}
	}
	if r.Silent() || r.Listed() == 0 || r.Unplaced {
		add(healthJSON{Severity: tocsin.SeverityUnknown, Service: "tenant", silent: true, StaleSince: date(r.StaleSince())}, nil, silence(r))
	}
	return list
}

// silence says why nothing, or not all, is known about a tenant.
func silence(r *health.Report) string {
	switch {
	case r.Listed() == 0:
		return "no list of services is known"
	case r.Silent():
		return "a source has not been read lately"
	}
	return "something that a source lists cannot be read"
}

// write prints a check as monitoring plugins do.
func (c checkJSON) write(w io.Writer) {
	n := map[verdict]int{}
	for _, one := range c.Found {
		n[one.Verdict]++
	}
	fmt.Fprintf(w, "%s - %s, %d not well | services=%d not_well=%d;0 critical=%d;;0 unknown=%d;0\n",
		c.Verdict, count(c.Services, "service", "services"), c.NotWell, c.Services, c.NotWell, n[verdictCritical], n[verdictUnknown])
	for _, one := range c.Found {
		fmt.Fprintln(w, pluginText(one.words()))
	}
}

// words says what is not well in one line.
func (c checkedJSON) words() string {
	parts := []string{c.Service, c.Severity.String()}
	if c.Service == "" {
		parts[0] = c.ID
	}
	if c.Status != "" {
		parts = append(parts, "("+c.Status+")")
	}
	for _, since := range []string{c.Since, c.StaleSince} {
		if since != "" {
			parts = append(parts, "since", since)
			break
		}
	}
	if c.Young {
		parts = append(parts, "not for long enough to count")
	}
	if c.Note != "" {
		parts = append(parts, "- "+c.Note+":")
	}
	text := strings.Join(append(parts, c.Issue, c.Title), " ")
	return c.Verdict.String() + ": " + strings.TrimRight(text, ": ")
}

// pluginText is a text on one line without the sign behind which monitoring
// systems read figures.
func pluginText(text string) string { return strings.ReplaceAll(oneLine(text), "|", "/") }

func containsFold(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}
