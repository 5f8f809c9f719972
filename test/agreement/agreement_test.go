package agreement

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// A situation is what is said about Exchange in one tenant. The zero value says
// that it is operational, by a source that was read just now.
type situation struct {
	overview tocsin.Status // "" for operational, "-" for none, "*" for a service that no list names
	incident tocsin.Status // open about it; "" for none
	advisory string        // "", "news" or "quiet"
	suite    tocsin.Status // of an incident of the suite that names it; "" for none
	source   string        // "", "silent", "short", "unreadable", "unplaced" or "never" read
	work     string        // "", "now", "later" or "overrun"
}

func (s situation) String() string {
	return fmt.Sprintf("overview %q, incident %q, advisory %q, suite %q, source %q, work %q", s.overview, s.incident, s.advisory, s.suite, s.source, s.work)
}

// The values of each part, the usual one first.
var ( //nolint:gochecknoglobals // tables of a test
	overviews = []tocsin.Status{
		"", tocsin.StatusDegradation, tocsin.StatusInterruption, tocsin.StatusRestoringService, tocsin.StatusInvestigating, tocsin.StatusInvestigationSuspended,
		tocsin.StatusFalsePositive, tocsin.StatusServiceRestored, tocsin.StatusInformationUnavailable, "partlyBroken", "-", "*",
	}
	incidents  = []tocsin.Status{"", tocsin.StatusInterruption, tocsin.StatusDegradation, tocsin.StatusInvestigating, tocsin.StatusConfirmed, tocsin.StatusRestoringService, tocsin.StatusServiceRestored, "partlyBroken"}
	advisories = []string{"", "news", "quiet"}
	suites     = []tocsin.Status{"", tocsin.StatusInterruption, tocsin.StatusRestoringService}
	sources    = []string{"", "silent", "short", "unreadable", "unplaced"}
	works      = []string{"", "now", "later", "overrun"}
)

// all are all combinations.
func all() []situation {
	var list []situation
	for _, overview := range overviews {
		for _, incident := range incidents {
			for _, advisory := range advisories {
				for _, suite := range suites {
					for _, source := range sources {
						for _, work := range works {
							s := situation{overview, incident, advisory, suite, source, work}
							if s.mentioned() {
								list = append(list, s)
							}
						}
					}
				}
			}
		}
	}
	return append(list, situation{source: "never"})
}

// mentioned reports whether something is said that Exchange can be found by.
func (s situation) mentioned() bool { return s.overview != "*" || s.incident != "" || s.advisory != "" }

// unusual counts the parts that say something.
func (s situation) unusual() int {
	n := 0
	for _, part := range []string{string(s.overview), string(s.incident), s.advisory, string(s.suite), s.source, s.work} {
		if part != "" {
			n++
		}
	}
	return n
}

// sample are the combinations that are tried: those that say one thing, those
// of the overview and an incident, and some of the others, always the same; with
// TOCSIN_TEST_REQUIRE all that say two things and more of the others. Under the
// race detector they are those that say one thing and a few others: every value
// of every part before every output.
func sample() []situation {
	whole := os.Getenv("TOCSIN_TEST_REQUIRE") != "" && !watched
	more, left := 24, []situation{}
	switch {
	case watched:
		more = 8
	case whole:
		more = 30
	}
	list := slices.DeleteFunc(all(), func(s situation) bool {
		both := situation{overview: s.overview, incident: s.incident}
		if n := s.unusual(); n <= 1 || n == 2 && whole || s == both && !watched && s.overview != "-" && (s.overview == "*" || s.overview.Broken() || s.incident.Broken()) {
			return false
		}
		left = append(left, s)
		return true
	})
	random := rand.New(rand.NewPCG(29, 1))
	random.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
	return append(list, left[:more]...)
}

// An answer is what an output says: the severities that its words can mean, of
// the tenant and of Exchange, and since when Exchange is as it is (HH:MM, UTC).
// An output that says nothing about one of them leaves it empty.
type answer struct {
	tenant, service []tocsin.Severity
	since           string
}

func TestOutputsAgree(t *testing.T) {
	t.Parallel()
	situations := sample()
	d := start(t, situations)
	t.Logf("%d situations", len(situations))
	for n, s := range situations {
		t.Run(d.name(n), func(t *testing.T) {
			t.Parallel()
			answers := make([]answer, len(outputs()))
			for i, o := range outputs() {
				answers[i] = o.ask(t, d, n)
			}
			if worst := agree(t, s, "the tenant", answers, func(a answer) []tocsin.Severity { return a.tenant }); s.source != "" && worst.Well() {
				t.Errorf("%s: a tenant of which nobody knows all is called %s", s, worst)
			}
			severity := agree(t, s, "Exchange", answers, func(a answer) []tocsin.Severity { return a.service })
			if (s.incident.Broken() || s.overview.Broken() && s.advisory == "") && s.source != "never" && !severity.Broken() {
				t.Errorf("%s: an outage is called %s", s, severity)
			}
			if s.source != "" && s.source != "unplaced" && severity.Well() {
				t.Errorf("%s: what nobody knows is called %s", s, severity)
			}
			agreeSince(t, s, answers)
			d.passesThrough(t, n, s)
		})
	}
}

// agree returns what all answers can mean, the worst of it.
func agree(t *testing.T, s situation, about string, answers []answer, of func(answer) []tocsin.Severity) tocsin.Severity {
	t.Helper()
	var words []string
	common := tocsin.Severities()
	for i, o := range outputs() {
		if can := of(answers[i]); len(can) > 0 {
			words = append(words, fmt.Sprintf("%s says %v", o.name, can))
			common = slices.DeleteFunc(common, func(one tocsin.Severity) bool { return !slices.Contains(can, one) })
		}
	}
	if len(common) == 0 {
		t.Errorf("%s: outputs disagree about %s:\n%s", s, about, strings.Join(words, "\n"))
		return tocsin.SeverityUnknown
	}
	return common[0]
}

func agreeSince(t *testing.T, s situation, answers []answer) {
	t.Helper()
	first := ""
	for i, o := range outputs() {
		since := answers[i].since
		if first == "" {
			first = since
		}
		if since != "" && since != first {
			t.Errorf("%s: %s says since %s, others since %s", s, o.name, since, first)
		}
	}
}
