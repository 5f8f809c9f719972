package tocsin

import (
	"strings"
	"unicode"
)

// A Status is a service-health status in Graph's spelling, such as
// "serviceDegradation". A value that this package does not know is kept as it
// was received and counts as neither healthy nor broken.
type Status string

// The statuses of Graph's serviceHealthStatus that providers use.
const (
	StatusOperational            Status = "serviceOperational"
	StatusInvestigating          Status = "investigating"
	StatusRestoringService       Status = "restoringService"
	StatusVerifyingService       Status = "verifyingService"
	StatusServiceRestored        Status = "serviceRestored"
	StatusReviewPublished        Status = "postIncidentReviewPublished"
	StatusDegradation            Status = "serviceDegradation"
	StatusInterruption           Status = "serviceInterruption"
	StatusExtendedRecovery       Status = "extendedRecovery"
	StatusFalsePositive          Status = "falsePositive"
	StatusInvestigationSuspended Status = "investigationSuspended"
	StatusResolved               Status = "resolved"
	StatusMitigatedExternal      Status = "mitigatedExternal"
	StatusMitigated              Status = "mitigated"
	StatusResolvedExternal       Status = "resolvedExternal"
	StatusConfirmed              Status = "confirmed"
	StatusReported               Status = "reported"
	StatusInformationAvailable   Status = "informationAvailable"
	StatusInformationUnavailable Status = "informationUnavailable"
	StatusUnknown                Status = "unknownFutureValue"
	statusHealthy                       = 0
	statusWatch                         = 1
	statusUnknown                       = 2
	statusDegraded                      = 3
	statusInterrupted                   = 4
)

// statusFacts describes one known status: the legacy API's enum name and its
// words for people, and how bad it is.
type statusFacts struct {
	status  Status
	legacy  string
	words   string
	badness int
}

// statusTable holds both vocabularies. Legacy names and words: the published
// reference of 2019 and recorded answers. Two old legacy values have no Graph
// counterpart and keep their name with a small first letter.
var statusTable = []statusFacts{
	{StatusOperational, "ServiceOperational", "Normal service", statusHealthy},
	{StatusInvestigating, "Investigating", "Investigating", statusWatch},
	{StatusRestoringService, "RestoringService", "Restoring service", statusWatch},
	{StatusVerifyingService, "RestoringService", "Restoring service", statusWatch},
	{StatusServiceRestored, "ServiceRestored", "Service restored", statusHealthy},
	{StatusReviewPublished, "PostIncidentReportPublished", "Post-incident report published", statusHealthy},
	{StatusDegradation, "ServiceDegradation", "Service degradation", statusDegraded},
	{StatusInterruption, "ServiceInterruption", "Service interruption", statusInterrupted},
	{StatusExtendedRecovery, "ExtendedRecovery", "Extended recovery", statusWatch},
	{StatusFalsePositive, "FalsePositive", "False positive", statusHealthy},
	{StatusInvestigationSuspended, "InvestigationSuspended", "Investigation suspended", statusWatch},
	{StatusResolved, "ServiceRestored", "Service restored", statusHealthy},
	{StatusMitigatedExternal, "RestoringService", "Restoring service", statusWatch},
	{StatusMitigated, "RestoringService", "Restoring service", statusWatch},
	{StatusResolvedExternal, "ServiceRestored", "Service restored", statusHealthy},
	{StatusConfirmed, "Investigating", "Investigating", statusWatch},
	{StatusReported, "Investigating", "Investigating", statusWatch},
	{StatusInformationAvailable, "InformationAvailable", "Information available", statusWatch},
	{StatusInformationUnavailable, "InformationUnavailable", "Information unavailable", statusUnknown},
}

func (s Status) facts() (statusFacts, bool) {
	for _, f := range statusTable {
		if f.status == s {
			return f, true
		}
	}
	return statusFacts{}, false
}

// Known reports whether s is a value of either API's published vocabulary.
func (s Status) Known() bool {
	_, ok := s.facts()
	return ok
}

// Legacy is the legacy API's enum name, such as "ServiceDegradation". An
// unknown status keeps its own name with a capital first letter.
func (s Status) Legacy() string {
	if f, ok := s.facts(); ok {
		return f.legacy
	}
	if s == "" {
		return ""
	}
	return strings.ToUpper(string(s[:1])) + string(s[1:])
}

// Words is the status as the legacy API shows it to people, such as "Service
// degradation". An unknown status is shown as it was received.
func (s Status) Words() string {
	if f, ok := s.facts(); ok {
		return f.words
	}
	return string(s)
}

// Badness orders statuses: 0 healthy, 1 to be watched, 2 not known, 3
// degraded, 4 interrupted. An unknown value is never healthy.
func (s Status) Badness() int {
	if f, ok := s.facts(); ok {
		return f.badness
	}
	return statusUnknown
}

// Healthy reports whether s means that the service works: operational,
// restored, a false positive, a published review, or resolved.
func (s Status) Healthy() bool { return s.Badness() == statusHealthy }

// Broken reports whether s means that users are affected now.
func (s Status) Broken() bool { return s.Badness() >= statusDegraded }

// ParseStatus reads a status in any known spelling: Graph's
// "serviceRestored", the legacy enum "ServiceRestored", the legacy words
// "Service restored" and the two other names that clients know for a published
// review. Anything else is kept as it is.
func ParseStatus(s string) Status {
	if Status(s).Known() {
		return Status(s)
	}
	key := statusKey(s)
	switch key {
	case "pirpublished", "postincidentreviewpublished":
		return StatusReviewPublished
	}
	for _, f := range statusTable {
		if statusKey(string(f.status)) == key || statusKey(f.legacy) == key || statusKey(f.words) == key {
			return f.status
		}
	}
	return Status(strings.TrimSpace(s))
}

func statusKey(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '_':
			return -1
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(s))
}
