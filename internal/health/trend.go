package health

import (
	"time"

	"example.org/tocsin/internal/tocsin"
)

// A Trend says whether an issue gets better or worse.
type Trend string

// The trends of an issue.
const (
	TrendUnclear Trend = "unclear" // the present state is no verdict
	TrendSteady  Trend = "steady"  // it has not changed for better or worse
	TrendWorse   Trend = "worse"
	TrendBetter  Trend = "better"
	TrendOver    Trend = "over"
)

// Rungs of the ladder that states stand on, from well to worst. That something
// is looked into says more than that it is being restored, and less than that
// users are affected.
const (
	rungNone = iota // no verdict
	rungWell
	rungRecovering
	rungLooked
	rungDegraded
	rungDown
)

func rungOf(s tocsin.Status) int {
	if s == tocsin.StatusInvestigationSuspended { // nobody works on it, and nobody says that it is better
		return rungNone
	}
	switch s.Severity() {
	case tocsin.SeverityOK:
		return rungWell
	case tocsin.SeverityRecovering:
		return rungRecovering
	case tocsin.SeverityAdvisory, tocsin.SeverityPlanned:
		return rungLooked
	case tocsin.SeverityDegraded:
		return rungDegraded
	case tocsin.SeverityInterruption:
		return rungDown
	case tocsin.SeverityUnknown:
	}
	return rungNone
}

// A Development is where an issue is heading.
type Development struct {
	Trend Trend
	// Since is since when the present state has been on its rung; for an issue
	// that has not moved since its first state. It is the zero time without states.
	Since time.Time
	// From is the last state that was better or worse than the present one; "" where
	// none was.
	From tocsin.Status
}

// DevelopmentOf returns where an issue is heading, from its states in the order
// in which the provider gave them: it is better when the present state stands
// lower on the ladder than the last one that stood elsewhere, and worse when
// higher. Only the last move counts: what was restored and breaks again gets
// worse. States that are no verdict are passed over, but for the present one.
// An issue that is over is so whatever its states say.
func DevelopmentOf(states []tocsin.Version, over bool) Development {
	if len(states) == 0 {
		return Development{Trend: TrendUnclear}
	}
	last := states[len(states)-1]
	is, d := rungOf(last.Status), Development{Trend: TrendSteady, Since: last.At}
	for i := len(states) - 2; i >= 0; i-- {
		was := rungOf(states[i].Status)
		if was == rungNone && is != rungNone {
			continue
		}
		if was != is {
			d.From = states[i].Status
			if d.Trend = TrendWorse; is < was {
				d.Trend = TrendBetter
			}
			break
		}
		d.Since = states[i].At
	}
	switch {
	case over:
		d.Trend = TrendOver
	case is == rungNone:
		d.Trend = TrendUnclear
	}
	return d
}
