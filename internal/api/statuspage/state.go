package statuspage

import (
	"strings"
	"time"

	"example.org/tocsin/internal/feed"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// componentStatus is the word for how a component is. An advisory leaves users
// their service; what recovers or is not known has not recovered.
func componentStatus(s tocsin.Severity) string {
	switch s {
	case tocsin.SeverityInterruption:
		return "major_outage"
	case tocsin.SeverityDegraded:
		return "partial_outage"
	case tocsin.SeverityRecovering, tocsin.SeverityUnknown:
		return "degraded_performance"
	case tocsin.SeverityPlanned:
		return "under_maintenance"
	}
	return "operational"
}

// indicator is the word for how a tenant is, and what stands beside it.
func indicator(r *health.Report, now time.Time) (word, description string) {
	switch r.Severity {
	case tocsin.SeverityInterruption:
		return "critical", "Major Service Outage"
	case tocsin.SeverityDegraded:
		return "major", "Partial System Outage"
	case tocsin.SeverityRecovering:
		return "minor", "Services Are Recovering"
	case tocsin.SeverityUnknown:
		return "minor", capital(unknownSince(r.Since, now))
	case tocsin.SeverityPlanned:
		return "none", "Service Under Maintenance"
	}
	return "none", "All Systems Operational"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// unknownSince says that nobody knows, and since when: the date stands there when
// it is not today's. The zero time is since ever.
func unknownSince(since, now time.Time) string {
	since, now = since.UTC(), now.UTC()
	switch {
	case since.IsZero():
		return "unknown"
	case since.Format(time.DateOnly) == now.Format(time.DateOnly):
		return "unknown since " + since.Format("15:04 UTC")
	}
	return "unknown since " + since.Format("2006-01-02 15:04 UTC")
}

// impact is how bad an incident is. One that is over was an incident or an
// advisory: how bad it was in between is not told.
func impact(row *readmodel.Row) string {
	switch s := health.SeverityOf(row); {
	case row.Course().Maintenance():
		return "maintenance"
	case strings.EqualFold(row.Class, "advisory"):
		return "minor"
	case s == tocsin.SeverityInterruption:
		return "critical"
	case s == tocsin.SeverityDegraded, s.Well():
		return "major"
	}
	return "minor"
}

// progress is how far an incident is.
func progress(row *readmodel.Row, now time.Time) string {
	course := row.Course()
	if course.Maintenance() {
		return workProgress(course, now)
	}
	switch row.Status {
	case tocsin.StatusReviewPublished:
		return "postmortem"
	case tocsin.StatusRestoringService, tocsin.StatusVerifyingService, tocsin.StatusExtendedRecovery, tocsin.StatusMitigated, tocsin.StatusMitigatedExternal, tocsin.StatusInvestigationSuspended:
		if !course.Over(now) {
			return "monitoring"
		}
	case tocsin.StatusDegradation, tocsin.StatusInterruption:
		return "identified"
	}
	if course.Over(now) || row.Status.Healthy() {
		return "resolved"
	}
	return "investigating"
}

// workProgress is how far planned work is. Work whose window has passed without a
// word that it is done is still to be verified.
func workProgress(course tocsin.Course, now time.Time) string {
	switch course.Stage(now) {
	case tocsin.StageCompleted, tocsin.StageCancelled:
		return "completed"
	case tocsin.StageScheduled:
		return "scheduled"
	case tocsin.StageUnknown:
		return "verifying"
	}
	return "in_progress"
}

// unresolved reports whether an incident or a piece of work is not over.
func unresolved(state string) bool {
	return state != "resolved" && state != "postmortem" && state != "completed"
}

// up reports whether a probe finds that something works: what nobody knows, or
// is being restored, does not.
func up(s tocsin.Severity) bool { return s <= tocsin.SeverityAdvisory }

// colour is that of a badge. The word beside it says the same.
func colour(s tocsin.Severity) feed.Colour {
	switch s {
	case tocsin.SeverityInterruption:
		return feed.Red
	case tocsin.SeverityDegraded:
		return feed.Orange
	case tocsin.SeverityRecovering, tocsin.SeverityAdvisory:
		return feed.Yellow
	case tocsin.SeverityPlanned:
		return feed.Blue
	case tocsin.SeverityOK:
		return feed.Green
	}
	return feed.Grey
}
