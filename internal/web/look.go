package web

import (
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// A look is how a status is shown: a colour family, a silhouette and words.
type look struct {
	Family string // down, degraded, watch, recovering, neutral, report, restored, ok
	Glyph  string // a symbol of the sprite without its g-
	Words  string
	Raw    string // the value as received, when it is not known

	severity tocsin.Severity
}

// familyOf is the colour family and silhouette of a status: those of its
// severity, but for statuses with a sign of their own.
func familyOf(s tocsin.Status) (family, glyph string) {
	switch s {
	case tocsin.StatusServiceRestored, tocsin.StatusResolved, tocsin.StatusResolvedExternal:
		return "restored", "restored"
	case tocsin.StatusReviewPublished:
		return "report", "report"
	case tocsin.StatusInvestigationSuspended:
		return "watch", "pause"
	case tocsin.StatusFalsePositive:
		return "neutral", "slash"
	}
	return signOf(s.Severity())
}

// signOf is the colour family and silhouette of a severity.
func signOf(s tocsin.Severity) (family, glyph string) {
	switch s {
	case tocsin.SeverityInterruption:
		return "down", "down"
	case tocsin.SeverityDegraded:
		return "degraded", "degraded"
	case tocsin.SeverityRecovering:
		return "recovering", "recovering"
	case tocsin.SeverityAdvisory:
		return "watch", "watch"
	case tocsin.SeverityOK, tocsin.SeverityPlanned:
		return "ok", "ok"
	}
	return "neutral", "unknown"
}

// look is how a status is shown in full words, as the phrase book has them.
func (l *locale) look(s tocsin.Status) look {
	family, glyph := familyOf(s)
	if !s.Known() {
		return look{family, glyph, l.text("status.unknownFutureValue"), tocsin.Clip(string(s), 60), s.Severity()}
	}
	return look{Family: family, Glyph: glyph, Words: l.text("status." + string(s)), severity: s.Severity()}
}

// lookOf is how the status of an issue of a class is shown. Announced work has
// statuses of its own, such as "Scheduled" and "In progress": they are neither
// unknown nor bad, and one without a word here is shown as the provider wrote it.
func (l *locale) lookOf(class string, s tocsin.Status) look {
	if s.Known() || !(tocsin.Course{Class: class}).Maintenance() {
		return l.look(s)
	}
	word := strings.TrimSpace(string(s))
	one := look{Family: "ok", Glyph: "ok", Words: tocsin.Clip(word, 60), severity: tocsin.SeverityPlanned}
	switch stage := s.Stage(); {
	case stage != "":
		one.Words = l.text("work." + string(stage))
	case word == "":
		one.Words = l.text("work.scheduled")
	}
	return one
}

// short is the look with the words for narrow columns.
func (l *locale) short(s tocsin.Status) look {
	look := l.look(s)
	if look.Glyph == look.Family && look.Family != "restored" && look.Family != "report" {
		look.Words = l.text("family." + look.Family)
	}
	return look
}

// severity is how a severity is shown where no status says more.
func (l *locale) severity(s tocsin.Severity) look {
	family, glyph := signOf(s)
	return look{Family: family, Glyph: glyph, Words: l.text("family." + family), severity: s}
}

// class is the word for the classification of an issue.
func (l *locale) class(s string) string {
	switch s {
	case "incident", "advisory", tocsin.ClassMaintenance:
		return l.text("class." + s)
	case string(tocsin.StatusUnknown): // what the provider writes for a class that it does not name
		return l.text("class.unknown")
	}
	return s
}
