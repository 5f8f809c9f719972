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
)

// statusFacts describes one known status: the legacy API's enum name and its
// words for people, and how bad it is.
type statusFacts struct {
	status   Status
	legacy   string
	words    string
	severity Severity
}

// statusTable holds both vocabularies. Legacy names and words: the published
// reference of 2019 and recorded answers. Two old legacy values have no Graph
// counterpart and keep their name with a small first letter.
var statusTable = []statusFacts{
	{StatusOperational, "ServiceOperational", "Normal service", SeverityOK},
	{StatusInvestigating, "Investigating", "Investigating", SeverityAdvisory},
	{StatusRestoringService, "RestoringService", "Restoring service", SeverityRecovering},
	{StatusVerifyingService, "RestoringService", "Restoring service", SeverityRecovering},
	{StatusServiceRestored, "ServiceRestored", "Service restored", SeverityOK},
	{StatusReviewPublished, "PostIncidentReportPublished", "Post-incident report published", SeverityOK},
	{StatusDegradation, "ServiceDegradation", "Service degradation", SeverityDegraded},
	{StatusInterruption, "ServiceInterruption", "Service interruption", SeverityInterruption},
	{StatusExtendedRecovery, "ExtendedRecovery", "Extended recovery", SeverityRecovering},
	{StatusFalsePositive, "FalsePositive", "False positive", SeverityOK},
	{StatusInvestigationSuspended, "InvestigationSuspended", "Investigation suspended", SeverityAdvisory},
	{StatusResolved, "ServiceRestored", "Service restored", SeverityOK},
	{StatusMitigatedExternal, "RestoringService", "Restoring service", SeverityRecovering},
	{StatusMitigated, "RestoringService", "Restoring service", SeverityRecovering},
	{StatusResolvedExternal, "ServiceRestored", "Service restored", SeverityOK},
	{StatusConfirmed, "Investigating", "Investigating", SeverityDegraded},
	{StatusReported, "Investigating", "Investigating", SeverityAdvisory},
	{StatusInformationAvailable, "InformationAvailable", "Information available", SeverityAdvisory},
	{StatusInformationUnavailable, "InformationUnavailable", "Information unavailable", SeverityUnknown},
}

// StatusesThat lists the known statuses of which is holds.
func StatusesThat(is func(Status) bool) []Status {
	var list []Status
	for _, f := range statusTable {
		if is(f.status) {
			list = append(list, f.status)
		}
	}
	return list
}

// statusByName is statusTable by status: lists ask for each of their rows.
var statusByName = func() map[Status]statusFacts {
	byName := make(map[Status]statusFacts, len(statusTable))
	for _, f := range statusTable {
		byName[f.status] = f
	}
	return byName
}()

func (s Status) facts() (statusFacts, bool) {
	f, ok := statusByName[s]
	return f, ok
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

// Severity returns how bad s is. A value of neither vocabulary is
// [SeverityUnknown], never well; an investigation that is suspended is still
// something that is looked into, and a confirmed problem counts as a
// degradation.
func (s Status) Severity() Severity {
	if f, ok := s.facts(); ok {
		return f.severity
	}
	return SeverityUnknown
}

// Healthy reports whether s means that the service works: operational,
// restored, a false positive, a published review, or resolved.
func (s Status) Healthy() bool { return s.Severity() == SeverityOK }

// Settled reports whether s means that an issue is over: restored, resolved, a
// false positive, or a review of what was.
func (s Status) Settled() bool { return s.Healthy() && s != StatusOperational }

// Broken reports whether s means that users are affected now.
func (s Status) Broken() bool { return s.Severity().Broken() }

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
