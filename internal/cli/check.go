package cli

import (
	"context"
	"fmt"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

type checkCmd struct {
	ofTenant
	Service []string `help:"Only this service, by id; may be repeated." placeholder:"ID"`
}

// A verdict is the outcome of a check in the codes of Nagios, which end the
// program.
type verdict int

// The verdicts. The worse of two is the one with the higher rank.
const (
	verdictOK       verdict = 0
	verdictWarning  verdict = 1
	verdictCritical verdict = 2
	verdictUnknown  verdict = 3
)

func (v verdict) String() string { return []string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[v] }

// A verdictError makes a verdict the end of a command.
type verdictError struct{ verdict verdict }

func (e verdictError) Error() string { return e.verdict.String() }

// rank orders verdicts: what is not known is worse than what is well, and
// hides nothing that is known to be broken.
func (v verdict) rank() int { return []int{0, 2, 3, 1}[v] }

// judge is the verdict on one service. What nobody has looked at lately is not
// well.
func (h healthJSON) judge() verdict {
	status := tocsin.Status(h.Status)
	switch {
	case status.Severity() > tocsin.SeverityDegraded:
		return verdictCritical
	case status.Broken():
		return verdictWarning
	case h.StaleSince != "" || !status.Known():
		return verdictUnknown
	case status.Healthy():
		return verdictOK
	}
	return verdictWarning
}

// Run prints one line for monitoring systems and a line for each service that
// is not well. Every failure is a verdict: unknown.
func (c *checkCmd) Run(ctx context.Context, s *session) error {
	list, err := c.health(ctx, s)
	if err != nil {
		fmt.Fprintf(s.env.Stdout, "UNKNOWN - %s\n", oneLine(err.Error()))
		return verdictError{verdictUnknown}
	}
	worst, checked, lines := verdictOK, 0, []string{}
	found := map[string]bool{}
	for _, h := range list {
		if len(c.Service) > 0 && !containsFold(c.Service, h.ID) {
			continue
		}
		found[strings.ToLower(h.ID)] = true
		checked++
		v := h.judge()
		if v.rank() > worst.rank() {
			worst = v
		}
		if v != verdictOK {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s %s", v, oneLine(h.Service), h.Status)))
		}
	}
	for _, id := range c.Service {
		if !found[strings.ToLower(id)] {
			lines = append(lines, "UNKNOWN: there is no service "+oneLine(id))
			worst = worseOf(worst, verdictUnknown)
		}
	}
	if checked == 0 {
		worst = worseOf(worst, verdictUnknown)
	}
	fmt.Fprintf(s.env.Stdout, "%s - %d services, %d not well | services=%d not_well=%d\n", worst, checked, len(lines), checked, len(lines))
	for _, line := range lines {
		fmt.Fprintln(s.env.Stdout, line)
	}
	if worst == verdictOK {
		return nil
	}
	return verdictError{worst}
}

func worseOf(a, b verdict) verdict {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

func containsFold(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}
