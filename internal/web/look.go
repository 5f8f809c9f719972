package web

import "example.org/tocsin/internal/tocsin"

// A look is how a status is shown: a colour family, a silhouette and words.
type look struct {
	Family string // down, degraded, watch, recovering, neutral, report, restored, ok
	Glyph  string // a symbol of the sprite without its g-
	Words  string
	Raw    string // the value as received, when it is not known
}

// families are the colour families from worst to best. Worst wins.
func families() []string {
	return []string{"down", "degraded", "watch", "recovering", "neutral", "report", "restored", "ok"}
}

// familyOf is the colour family and silhouette of a status.
func familyOf(s tocsin.Status) (family, glyph string) {
	switch s {
	case tocsin.StatusInterruption:
		return "down", "down"
	case tocsin.StatusDegradation, tocsin.StatusConfirmed:
		return "degraded", "degraded"
	case tocsin.StatusInvestigating, tocsin.StatusReported, tocsin.StatusInformationAvailable:
		return "watch", "watch"
	case tocsin.StatusRestoringService, tocsin.StatusVerifyingService, tocsin.StatusExtendedRecovery, tocsin.StatusMitigated, tocsin.StatusMitigatedExternal:
		return "recovering", "recovering"
	case tocsin.StatusServiceRestored, tocsin.StatusResolved, tocsin.StatusResolvedExternal:
		return "restored", "restored"
	case tocsin.StatusReviewPublished:
		return "report", "report"
	case tocsin.StatusInvestigationSuspended:
		return "neutral", "pause"
	case tocsin.StatusFalsePositive:
		return "neutral", "slash"
	case tocsin.StatusOperational:
		return "ok", "ok"
	}
	return "neutral", "unknown"
}

// look is how a status is shown in full words, as the phrase book has them.
func (l *locale) look(s tocsin.Status) look {
	family, glyph := familyOf(s)
	if !s.Known() {
		return look{family, glyph, l.text("status.unknownFutureValue"), tocsin.Clip(string(s), 60)}
	}
	return look{Family: family, Glyph: glyph, Words: l.text("status." + string(s))}
}

// short is the look with the words for narrow columns.
func (l *locale) short(s tocsin.Status) look {
	look := l.look(s)
	switch look.Family {
	case "down", "degraded", "watch", "recovering", "ok":
		look.Words = l.text("family." + look.Family)
	}
	return look
}

// unknown is the look of what nobody has confirmed lately.
func (l *locale) unknown(words string) look {
	return look{Family: "neutral", Glyph: "unknown", Words: words}
}

// class is the word for the classification of an issue.
func (l *locale) class(s string) string {
	switch s {
	case "incident", "advisory", tocsin.ClassMaintenance:
		return l.text("class." + s)
	}
	return s
}

// rank orders families, 0 for the worst.
func rank(family string) int {
	for i, f := range families() {
		if f == family {
			return i
		}
	}
	return len(families())
}
