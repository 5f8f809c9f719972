package web

import (
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A look is how a status is shown: a colour family, a silhouette and words.
type Look struct {
	Family string // down, degraded, watch, recovering, neutral, report, restored, ok
	Glyph  string // a symbol of the sprite without its g-
	Words  string
	Raw    string // the value as received, when it is not known

	Severity tocsin.Severity
}

// FamilyOf returns the colour family and silhouette of a status: those of its
// severity, but for statuses with a sign of their own.
func FamilyOf(s tocsin.Status) (family, glyph string) {
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
	return SignOf(s.Severity())
}

// SignOf returns the colour family and silhouette of a severity.
func SignOf(s tocsin.Severity) (family, glyph string) {
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

// Look returns how a status is shown in full words, as the phrase book has them.
func (l Locale) Look(s tocsin.Status) Look {
	family, glyph := FamilyOf(s)
	if !s.Known() {
		return Look{family, glyph, l.StatusWord(s), tocsin.Clip(string(s), 60), s.Severity()}
	}
	return Look{Family: family, Glyph: glyph, Words: l.StatusWord(s), Severity: s.Severity()}
}

// LookOf returns how the status of an issue of a class is shown. Announced work
// has statuses of its own, such as "Scheduled" and "In progress": they are
// neither unknown nor bad, and one without a word here is shown as the provider
// wrote it.
func (l Locale) LookOf(class string, s tocsin.Status) Look {
	if s.Known() || !(tocsin.Course{Class: class}).Maintenance() {
		return l.Look(s)
	}
	return Look{Family: "ok", Glyph: "ok", Words: l.WorkWord(s), Severity: tocsin.SeverityPlanned}
}

// LookWhen returns how an issue is shown at an instant. Announced work is shown by
// how far it is, unless users feel it; a word of the provider's own stays.
func (l Locale) LookWhen(c tocsin.Course, now time.Time) Look {
	stage := c.Stage(now)
	if stage == "" || c.Ongoing(now) || !c.Status.Known() && c.Status.Stage() == "" && c.Status != "" {
		return l.LookOf(c.Class, c.Status)
	}
	look := Look{Family: "neutral", Glyph: "clock", Words: l.StageWord(stage), Severity: tocsin.SeverityPlanned}
	switch stage {
	case tocsin.StageCompleted:
		look.Family, look.Glyph = "restored", "restored"
	case tocsin.StageCancelled:
		look.Glyph = "slash"
	case tocsin.StageUnknown:
		look.Glyph, look.Severity = "unknown", tocsin.SeverityUnknown
	case tocsin.StageInProgress:
		look.Family = "watch"
	}
	return look
}

// ShortWhen is [Locale.LookWhen] with the words for narrow columns.
func (l Locale) ShortWhen(c tocsin.Course, now time.Time) Look {
	if c.Maintenance() {
		return l.LookWhen(c, now)
	}
	return l.Short(c.Status)
}

// Short returns the look with the words for narrow columns.
func (l Locale) Short(s tocsin.Status) Look {
	look := l.Look(s)
	if look.Glyph == look.Family && look.Family != "restored" && look.Family != "report" {
		look.Words = l.SeverityWord(look.Severity)
	}
	return look
}

// Severity returns how a severity is shown where no status says more.
func (l Locale) Severity(s tocsin.Severity) Look {
	family, glyph := SignOf(s)
	return Look{Family: family, Glyph: glyph, Words: l.SeverityWord(s), Severity: s}
}
